"""The image estimators: what they take, what they give, what they refuse."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from sklearn.base import clone
from sklearn.exceptions import NotFittedError

from automl_flow import ImageClassifier, ImageRegressor, load_model
from automl_flow.core.errors import ArtifactError, AutoMLFlowWarning, ConfigError, DataError
from tests.execution.inline import make_inline_runner
from tests.nas.problems import SMALL, patterns

NAMES = np.asarray(["along", "across", "noise"])


def make(cls: Any = ImageClassifier, **changes: Any) -> Any:
    settings = {
        "max_trials": 2,
        "n_jobs": 1,
        "final_seeds": 1,
        "final_epochs": 4,
        "space_options": SMALL,
        "progress": False,
    }
    return cls(**{**settings, **changes})


@pytest.fixture(autouse=True, scope="module")
def inline() -> Iterator[None]:
    """Evaluate in this process, which starts sooner."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("automl_flow.nas.search.run.make_runner", make_inline_runner)
        yield


@pytest.fixture(scope="module")
def fitted() -> ImageClassifier:
    x, y = patterns(150)
    return make().fit(x[..., 0], NAMES[y], epochs=4)  # type: ignore[no-any-return]


def test_images_are_classified_by_name(fitted: ImageClassifier) -> None:
    x, y = patterns(90, seed=1)
    assert fitted.score(x, NAMES[y]) > 0.8
    assert fitted.classes_.tolist() == ["across", "along", "noise"]


def test_probabilities_have_a_column_per_class(fitted: ImageClassifier) -> None:
    assert fitted.predict_proba(patterns(6)[0]).shape == (6, 3)


def test_the_search_can_be_looked_at(fitted: ImageClassifier) -> None:
    assert fitted.strategy_ == "bayesian"
    assert len(fitted.leaderboard()) == 2
    assert f"{fitted.n_params_:,} parameters" in fitted.summary()


def test_a_saved_model_predicts_the_same(fitted: ImageClassifier, tmp_path: Path) -> None:
    fitted.save(tmp_path / "m")
    x = patterns(9)[0]
    assert np.array_equal(load_model(tmp_path / "m").predict(x), fitted.predict(x))


def test_settings_survive_a_clone() -> None:
    estimator = make(strategy="evolution", max_params=10)
    assert clone(estimator).get_params() == estimator.get_params()


def test_a_regressor_predicts_values() -> None:
    x, _ = patterns(100)
    brightness = x.mean(axis=(1, 2, 3))
    regressor = make(ImageRegressor, max_trials=1, final_epochs=8).fit(x, brightness, epochs=2)
    assert regressor.predict(x).shape == (100,)
    assert abs(regressor.predict(x).mean() - brightness.mean()) < brightness.std()


def test_a_value_that_never_changes_is_nothing_to_learn_from() -> None:
    x = np.random.default_rng(0).random((40, 8, 8))
    y = pd.DataFrame({"width": x.mean((1, 2)), "height": 3.0})
    with pytest.raises(DataError, match=r"constant_target: the target 'height' has the value 3\.0"):
        make(ImageRegressor).fit(x, y)


def test_a_folder_of_classes_and_an_npz_file_are_read(tmp_path: Path) -> None:
    x, y = patterns(30)
    for number, (image, name) in enumerate(zip(x[..., 0], NAMES[y], strict=True)):
        (tmp_path / name).mkdir(exist_ok=True)
        Image.fromarray(image).save(tmp_path / name / f"{number}.png")
    np.savez(tmp_path / "data.npz", x=x, y=y)
    classifier = make(max_trials=1, final_epochs=1)
    assert classifier._read(tmp_path, None)[0].shape == (30, 8, 8, 1)
    assert classifier._read(tmp_path / "data.npz", None)[0].shape == (30, 8, 8, 1)


@pytest.mark.parametrize(
    ("x", "y", "message"),
    [
        (np.zeros((4, 8)), [0, 1, 0, 1], r"image data must have the shape .*got \(4, 8\)"),
        (np.zeros((4, 8, 8)), [0, 1, 0], "x has 4 samples and the target has 3"),
        (np.zeros((4, 8, 8)), [1, 1, 1, 1], "has one class only"),
        (np.full((4, 8, 8), np.nan), [0, 1, 0, 1], "must be finite numbers"),
        (np.zeros((0, 8, 8)), [], "no rows"),
        ([np.zeros((2, 2)), np.zeros((3, 3))], [0, 1], "equal shape"),
        (np.zeros((4, 8, 8)), [0, 1, None, 1], "missing in 1 of 4 rows"),
        (np.zeros((4, 8, 8)), None, "y is required"),
        (np.full((4, 8, 8), "a"), [0, 1, 0, 1], "must hold numbers"),
        (np.zeros((2, 8, 8)), [0, 1], "too few samples to search with: 2"),
        (np.zeros((3, 8, 8)), [[0, 1], [1, 0], [1]], "y must be one array of equally long rows"),
    ],
)
@pytest.mark.filterwarnings("ignore:findings of the data checks")  # of so few samples
def test_bad_input_is_refused_with_the_reason(x: Any, y: Any, message: str) -> None:
    with pytest.raises(DataError, match=message):
        make().fit(x, y)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"max_trials": 0}, "ImageClassifier.max_trials"),
        ({"metric": "rmse"}, "must suit a multiclass problem"),
        ({"space": "macros"}, "did you mean 'macro'"),
        ({"space_options": {"width": [8]}}, "did you mean 'widths'"),
        ({"objectives": ["size"]}, "objectives"),
        ({"strategy": "bayes"}, "unknown strategy 'bayes'"),
        ({"strategy": "tpe", "strategy_options": {"starts": 1}}, "strategy_options of 'tpe': .*starts"),
        ({"space_options": [1]}, "ImageClassifier.space_options"),
        ({"state": __file__}, "state: .* is a file; choose a folder"),
    ],
)
def test_bad_settings_are_refused_with_the_nearest(changes: dict[str, Any], message: str) -> None:
    x, y = patterns(30)
    with pytest.raises(ConfigError, match=message):
        make(**changes).fit(x, y)


def test_what_cannot_be_predicted_or_overwritten_is_refused(fitted: ImageClassifier, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="samples must be numbers, got <U1"):
        fitted.predict(np.full((2, 8, 8), "a"))
    (tmp_path / "m").write_text("mine")
    with pytest.raises(ArtifactError, match="is a file; a model is saved as a folder"):
        fitted.save(tmp_path / "m")


def test_predicting_before_fitting_is_refused() -> None:
    with pytest.raises(NotFittedError, match="call fit first"):
        make().predict(patterns(3)[0])


@pytest.mark.parametrize("kind", ["fitted", "loaded"])
@pytest.mark.parametrize("given", ["folder", "list", "array", "one"])
def test_new_images_are_predicted_from_their_files(
    fitted: ImageClassifier, tmp_path: Path, kind: str, given: str
) -> None:
    x, _ = patterns(3, seed=2)
    paths = [tmp_path / f"{number}.png" for number in range(3)]
    for image, path in zip(x[..., 0], paths, strict=True):
        Image.fromarray(image.astype(np.uint8)).save(path)
    forms = {
        "folder": tmp_path,
        "list": paths,
        "array": np.asarray([str(path) for path in paths]),
        "one": str(paths[0]),
    }
    fitted.save(tmp_path / "model")
    model = fitted if kind == "fitted" else load_model(tmp_path / "model")
    expected = fitted.predict(x.astype(np.uint8))[: 1 if given == "one" else 3]
    assert model.predict(forms[given]).tolist() == expected.tolist()


@pytest.mark.parametrize(
    ("source", "message"),
    [("nowhere", "nowhere: no such image or folder"), (".", "has no images"), (["a.png"], "a.png: no such image")],
)
def test_images_that_are_not_there_are_named(
    fitted: ImageClassifier, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: Any, message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(DataError, match=message):
        fitted.predict(source)


def test_what_the_checks_of_samples_find_is_a_warning() -> None:
    x, y = patterns(30)
    x[20:] = x[0]
    with pytest.raises(AutoMLFlowWarning, match=r"duplicate_rows|conflicting_labels"):
        make().fit(x, NAMES[y], epochs=1)


def test_a_loaded_network_has_the_interface_of_the_estimator(fitted: ImageClassifier, tmp_path: Path) -> None:
    fitted.save(tmp_path / "model")
    model = load_model(tmp_path / "model")
    x, y = patterns(30, seed=1)
    assert model.classes_.tolist() == fitted.classes_.tolist()
    assert model.score(x, NAMES[y]) == fitted.score(x, NAMES[y])
    assert len(repr(model)) < 200


def test_several_labels_are_learned_by_one_network(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    x = rng.integers(100, 255, (60, 6, 6)).astype(np.uint8)
    labels = np.column_stack([np.arange(60) < 30, np.arange(60) % 2]).astype(int)
    x[labels[:, 0] == 1, :3] //= 5
    x[labels[:, 1] == 1, :, :3] //= 5
    model = ImageClassifier(max_trials=1, strategy="random", n_jobs=1, seed=3, final_seeds=1).fit(x, labels, epochs=4)
    chances = model.predict_proba(x)
    assert chances.shape == labels.shape
    assert (model.predict(x) == labels).mean() > 0.8
    np.testing.assert_array_equal(model.predict(x), chances >= 0.5)
    assert [list(own) for own in model.classes_] == [[0, 1], [0, 1]]
    assert model.score(x, np.where(labels == 1, "yes", "no")) == model.score(x, labels)
    model.save(tmp_path / "m")
    loaded = load_model(tmp_path / "m")
    np.testing.assert_array_equal(loaded.predict_proba(x), chances)
    assert [list(own) for own in loaded.classes_] == [[0, 1], [0, 1]]
