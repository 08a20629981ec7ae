"""Validation of XGBoost models: every index is checked before XGBoost follows it."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from automl_flow.core.errors import ArtifactError, shown
from automl_flow.models.formats.ubj import parse_ubj

_MAX_CLASSES = 100_000
_OBJECTIVES = {  # with their parameters
    "binary:logistic": {"reg_loss_param"},
    "multi:softprob": {"softmax_multiclass_param"},
    "reg:squarederror": {"reg_loss_param"},
    "reg:quantileerror": {"quantile_loss_param"},
}
_ROOT = (1 << 31) - 1  # XGBoost's value for the parent of a root node
_FLOATS = ("base_weights", "loss_changes", "split_conditions", "sum_hessian")
_WHOLES = ("left_children", "parents", "right_children", "split_indices", "split_type", "default_left")
_SETS = ("categories", "categories_nodes", "categories_segments", "categories_sizes")
_NUMBER = r"-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?"
_BASE_SCORE = re.compile(rf"\[{_NUMBER}(?:,{_NUMBER}){{0,{_MAX_CLASSES}}}\]", re.ASCII)


def check_model(content: bytes) -> None:
    """Check a model in XGBoost's binary JSON.

    Raises:
        ArtifactError: We did not write it: a field is missing or unknown, lengths differ, an index is out of bounds, or
            a tree has a cycle.
    """
    document = parse_ubj(content)
    learner = _object(document, "learner", {"learner", "version"})
    keys = {
        "attributes", "feature_names", "feature_types", "gradient_booster", "learner_model_param", "objective",
    }  # fmt: skip
    booster = _object(learner, "gradient_booster", keys)
    if booster.get("name") != "gbtree" or len(learner["feature_names"]) or len(learner["feature_types"]):
        raise ArtifactError("the booster must be gbtree, without feature names or types")
    features, groups = _check_learner(learner)
    model = _object(booster, "model", {"model", "name"})
    _check_trees(model, features, groups)


def _check_learner(learner: Mapping[str, Any]) -> tuple[int, int]:
    """Return the number of columns, and of trees per boosting step."""
    names = {"base_score", "boost_from_average", "num_class", "num_feature", "num_target"}
    facts = _object(learner, "learner_model_param", learner)
    _keys("learner_model_param", facts, names)
    classes, features = _whole(facts["num_class"], _MAX_CLASSES), _whole(facts["num_feature"], 1 << 31)
    objective = _object(learner, "objective", learner)
    name = objective.get("name")
    if name not in _OBJECTIVES or objective.keys() != {"name", *_OBJECTIVES[name]}:
        raise ArtifactError(
            f"unsupported objective {shown(name)!r}, or unexpected parameters; supported: {', '.join(_OBJECTIVES)}"
        )
    several = name == "multi:softprob"
    if several and _whole(objective["softmax_multiclass_param"].get("num_class"), _MAX_CLASSES) != classes:
        raise ArtifactError(f"the objective's number of classes must be {classes}")
    if (classes > 1) != several or facts["num_target"] != "1":
        raise ArtifactError(f"num_class {classes} or num_target does not match the objective {name}")
    groups = max(classes, 1)
    score = facts["base_score"]
    if not isinstance(score, str) or not _BASE_SCORE.fullmatch(score) or score.count(",") + 1 not in (1, groups):
        raise ArtifactError(f"base_score must be one number, or {groups}, got {shown(score)!r}")
    if not np.isfinite([float(number) for number in score[1:-1].split(",")]).all():
        raise ArtifactError("base_score must be finite")
    return features, groups


def _check_trees(model: Mapping[str, Any], features: int, groups: int) -> None:
    _keys("model", model, {"cats", "gbtree_model_param", "iteration_indptr", "tree_info", "trees"})
    if any(len(part) for part in _object(model, "cats", model).values()):
        raise ArtifactError("categorical features are not supported")
    facts = _object(model, "gbtree_model_param", model)
    trees = model["trees"]
    if not isinstance(trees, list) or facts != {"num_parallel_tree": "1", "num_trees": str(len(trees))}:
        raise ArtifactError("gbtree_model_param does not match the number of trees")
    steps = np.arange(0, len(trees) + 1, groups)
    if len(trees) % groups or not np.array_equal(_array(model, "iteration_indptr"), steps):
        raise ArtifactError(f"{len(trees)} trees cannot be divided into boosting steps of {groups}")
    if not np.array_equal(_array(model, "tree_info"), np.arange(len(trees)) % groups):
        raise ArtifactError("tree_info must list the classes in order")
    for number, tree in enumerate(trees):
        _check_tree(number, tree, features)


def _check_tree(number: int, tree: Any, features: int) -> None:
    _keys(f"tree {number}", tree, {*_FLOATS, *_WHOLES, *_SETS, "id", "tree_param"})
    facts = _object(tree, "tree_param", tree)
    _keys("tree_param", facts, {"num_deleted", "num_feature", "num_nodes", "size_leaf_vector"})
    nodes = _whole(facts["num_nodes"], 1 << 31)
    arrays = {name: _array(tree, name) for name in (*_FLOATS, *_WHOLES)}
    if nodes < 1 or any(array.shape != (nodes,) for array in arrays.values()):
        raise ArtifactError(f"tree {number}: arrays must have one item per node")
    if tree["id"] != number or facts["size_leaf_vector"] not in ("0", "1") or facts["num_deleted"] != "0":
        raise ArtifactError(f"tree {number}: wrong id, deleted nodes, or vector leaves")
    if any(len(_array(tree, name)) for name in _SETS) or arrays["split_type"].any():
        raise ArtifactError(f"tree {number}: categorical splits are not supported")
    if facts["num_feature"] != str(features):
        raise ArtifactError(f"tree {number}: num_feature must be {features}")
    _check_nodes(number, arrays, features)


def _check_nodes(number: int, arrays: Mapping[str, NDArray[Any]], features: int) -> None:
    """Every node but the root has one parent, which comes before it; a leaf has no children."""
    left, right = arrays["left_children"], arrays["right_children"]
    leaf = left == -1
    place = np.arange(len(left))[~leaf]
    if not np.array_equal(leaf, right == -1):
        raise ArtifactError(f"tree {number}: a node must have two children or none")
    for child in (left[~leaf], right[~leaf]):
        if not ((child > place) & (child < len(left))).all():
            raise ArtifactError(f"tree {number}: a child must come after its parent")
    parents = np.full(len(left), _ROOT, dtype=np.int64)
    parents[left[~leaf]], parents[right[~leaf]] = place, place
    if len(left) != 1 + 2 * len(place) or not np.array_equal(parents, arrays["parents"]):
        raise ArtifactError(f"tree {number}: parents and children do not match")
    columns = arrays["split_indices"][~leaf]
    if not ((columns >= 0) & (columns < features)).all():
        raise ArtifactError(f"tree {number}: split column out of range, at most {features - 1}")
    if not np.isfinite(arrays["split_conditions"][leaf]).all():
        raise ArtifactError(f"tree {number}: leaf values must be finite")


def _object(box: Mapping[str, Any], name: str, keys: Collection[str]) -> dict[str, Any]:
    _keys(name, box, set(keys))
    found = box[name]
    if not isinstance(found, dict):
        raise ArtifactError(f"{name} must be an object")
    return found


def _keys(name: str, box: Any, keys: set[str]) -> None:
    if not isinstance(box, dict) or box.keys() != keys:
        found = sorted(box) if isinstance(box, dict) else box
        raise ArtifactError(f"{name} must have the keys {', '.join(sorted(keys))}, got {shown(found, 200)}")


def _array(box: Mapping[str, Any], name: str) -> NDArray[Any]:
    found = box[name]
    if isinstance(found, list) and all(isinstance(number, int) for number in found):
        return np.array(found, dtype=np.int64)  # XGBoost writes iteration_indptr and empty lists untyped
    if not isinstance(found, np.ndarray):
        raise ArtifactError(f"{name} must be a list of numbers")
    return found


def _whole(text: Any, most: int) -> int:
    if not isinstance(text, str) or not re.fullmatch(r"\d{1,10}", text, re.ASCII) or int(text) > most:
        raise ArtifactError(f"{shown(text)!r} is not a whole number of at most {most}")
    return int(text)
