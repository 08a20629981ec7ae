"""Objects as JSON documents: only classes of a list, and only what these classes write."""

from __future__ import annotations

import json
import math
import subprocess
import sys

import numpy as np
import pytest
from kedro.io import DatasetError

from automl_flow.core.errors import ConfigError
from automl_flow.datasets.typed import DOCUMENT_CLASSES, TypedDocument
from automl_flow.features.planning.plan import FeaturePlan, PlannedFeatures
from automl_flow.nas.search.result import SelectedArchitecture
from automl_flow.recipes.recipe import Recipe, RecipeStep
from automl_flow.study.history import SearchHistory
from automl_flow.study.notes import Note
from automl_flow.study.trial import TrialRecord
from automl_flow.tabular.candidate import Candidate, WeightedCandidates
from automl_flow.tasks.profile import ColumnProfile, Profile
from automl_flow.tasks.splits import Split

SPLIT = Split(np.array([0, 2]), np.array([1]), ((np.array([0]), np.array([2])),))
TRIAL = TrialRecord(0, {"k": 1}, (0.5,), "complete", intermediate={2: 0.5})
OBJECTS = [
    FeaturePlan((PlannedFeatures("crosses", ("a", "b"), {"bins": 3}, 0.5, kept=False, reason="no gain"),), ("c",)),
    Recipe((RecipeStep("numbers", ("a",), {"scale": "clip"}),)),
    Profile(3, (ColumnProfile("a", "ordinal", "str", 0.5, 2, order=("low", "high")),)),
    SPLIT,
    SearchHistory((TRIAL,), (Note("n"),), {"exact": True}),
    WeightedCandidates((Candidate(0, "knn", {"k": 1}, 0.5, (0.4, 0.6), base_models=(3,)),), (1.0,), (0.5,)),
    SelectedArchitecture("cell", {"op": "conv"}, "k", 1, "best", "tpe", "set", (0, 1), {"flops": {"kendall": 0.5}}),
]


def dataset(path, kind):
    return TypedDocument(filepath=str(path), of=f"{kind.__module__}.{kind.__qualname__}")


@pytest.mark.parametrize("thing", OBJECTS, ids=lambda thing: type(thing).__name__)
def test_an_object_comes_back(thing, tmp_path):
    file = tmp_path / "x.json"
    dataset(file, type(thing)).save(thing)
    found = dataset(file, type(thing)).load()
    before = file.read_bytes()
    dataset(file, type(thing)).save(found)
    assert type(found) is type(thing)
    assert file.read_bytes() == before


def test_every_class_of_the_list_is_there_and_tested():
    assert {f"{type(thing).__module__}.{type(thing).__qualname__}" for thing in OBJECTS} == set(DOCUMENT_CLASSES)


def test_a_loss_that_is_unknown_comes_back_unknown(tmp_path):
    unknown = WeightedCandidates((Candidate(0, "knn", {}, math.nan, ()),), (1.0,))
    dataset(tmp_path / "x", WeightedCandidates).save(unknown)
    assert math.isnan(dataset(tmp_path / "x", WeightedCandidates).load().candidates[0].loss)


@pytest.mark.parametrize("name", ["builtins.exec", "automl_flow.recipes.recipe.Step", "os.system", "", None, ["x"]])
def test_other_classes_are_refused(name, tmp_path):
    with pytest.raises(ConfigError, match="is not a class that a document may hold"):
        TypedDocument(filepath=str(tmp_path / "x.json"), of=name)


@pytest.mark.parametrize(
    ("kind", "document", "expected"),
    [
        (Recipe, {"steps": [{"name": "numbers", "columns": ["a"], "options": {}, "odd": 1}]}, "odd"),
        (Recipe, {"steps": [{"name": "numbers", "columns": ["a"]}]}, "is not what a Recipe"),
        (Recipe, [], "Recipe"),
        (FeaturePlan, {}, "is not what a FeaturePlan"),
        (Profile, {"n_rows": "3", "columns": []}, "n_rows.*integer"),
        (Split, {"train": [0.5], "holdout": [], "folds": []}, "is not what a Split"),
        (Split, {"train": ["x"], "holdout": [], "folds": []}, "cannot be read"),
        (WeightedCandidates, {"candidates": [{}], "weights": [1.0], "trajectory": []}, "required"),
        (SearchHistory, {"trials": []}, "cannot be read"),
        (SelectedArchitecture, {"space": 3}, "space"),
    ],
)
def test_other_documents_are_refused_and_the_file_is_named(kind, document, expected, tmp_path):
    (tmp_path / "odd.json").write_text(json.dumps(document))
    with pytest.raises(DatasetError, match=rf"odd\.json: [\s\S]*{expected}"):
        dataset(tmp_path / "odd.json", kind).load()


def test_an_object_of_another_class_is_not_written(tmp_path):
    with pytest.raises(DatasetError, match=r"holds automl_flow\.recipes\.recipe\.Recipe, got 'Split'"):
        dataset(tmp_path / "x.json", Recipe).save(SPLIT)
    assert not (tmp_path / "x.json").exists()


def test_the_same_dataset_in_another_place_keeps_its_class(tmp_path):
    dataset(tmp_path / "a.json", Split).at(tmp_path / "b.json").save(SPLIT)
    assert dataset(tmp_path / "b.json", Split).load().to_document() == SPLIT.to_document()
    assert not (tmp_path / "a.json").exists()


def test_no_class_is_imported_before_it_is_needed():
    code = "import sys, automl_flow.datasets.typed; print([name for name in sys.modules if 'recipes' in name])"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout == "[]\n"
