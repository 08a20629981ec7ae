from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from automl_flow.core.errors import ArtifactError
from automl_flow.models import FAMILIES
from automl_flow.models.family import FitContext, Fitted, FoldData, ModelFamily
from automl_flow.models.per_output import PerOutput
from automl_flow.serialization import skops

ROWS, COLUMNS = 160, 5


def problem(kind: str, seed: int = 0) -> tuple[FoldData, FitContext]:
    """Training and validation rows of three targets; the last label is constant in training."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(2 * ROWS, COLUMNS)).astype(np.float32)
    Y = np.column_stack([X[:, 0] + X[:, 1], 10 * X[:, 2] + 100, -X[:, 0]]) + 0.1 * rng.normal(size=(2 * ROWS, 3))
    if kind == "multilabel":
        Y = (Y > [0, 100, 0.5]).astype(np.int64)
        Y[:ROWS, 2] = 0
    frame = pd.DataFrame(X, columns=[f"c{i}" for i in range(COLUMNS)])
    data = FoldData(frame.iloc[:ROWS], Y[:ROWS], None, frame.iloc[ROWS:], Y[ROWS:])
    return data, FitContext(kind, "log_loss", ROWS, COLUMNS, n_classes=0, n_targets=3, seed=1)


def fit(family: ModelFamily, data: FoldData, context: FitContext) -> Fitted:
    """Fit the family's first configuration."""
    rows = data if family.encoding == "native" else FoldData(*(_array(part) for part in vars(data).values()))
    return family.fit(family.build(family.portfolio(context)[0], context), rows, context)


def _array(part):
    return part.to_numpy() if isinstance(part, pd.DataFrame) else part


@pytest.mark.parametrize("kind", ["multilabel", "multioutput"])
@pytest.mark.parametrize("name", FAMILIES.names())
def test_every_family_learns_several_targets_and_comes_back_from_bytes(name, kind):
    data, context = problem(kind)
    family = FAMILIES.get(name)
    fitted = fit(family, data, context)
    X = data.X_valid if family.encoding == "native" else data.X_valid.to_numpy()
    predicted = family.predict(fitted.model, X, kind)
    assert predicted.shape == (ROWS, 3)
    if kind == "multilabel":
        assert predicted.min() >= 0
        assert predicted.max() <= 1
        assert predicted[:, 2].max() < 0.25  # never seen in training
    if name != "baseline":
        centred = (predicted - predicted.mean(axis=0)) * (data.y_valid - data.y_valid.mean(axis=0))
        assert (centred[:, :2].sum(axis=0) > 0).all()
        for output in range(2):
            assert np.corrcoef(predicted[:, output], data.y_valid[:, output])[0, 1] > 0.6
    dump = family.dump or (lambda model: skops.dump(model, family.skops_types))
    load = family.load or (lambda content: skops.load(content, family.skops_types))
    np.testing.assert_array_equal(family.predict(load(dump(fitted.model)), X, kind), predicted)
    assert family.work(fitted.model, context) > 0
    assert family.seconds(family.portfolio(context)[0], context) > 0


def test_one_model_per_output_is_refused_where_bytes_are_missing():
    data, context = problem("multioutput")
    family = FAMILIES.get("lightgbm")
    content = family.dump(fit(family, data, context).model)
    for damaged in (content[:-1], content + b"x", content.replace(b'"constants":[', b'"constants":[0.0,', 1)):
        with pytest.raises(ArtifactError, match="bytes are not the models"):
            family.load(damaged)


def test_a_label_that_is_constant_in_training_has_no_model():
    data, context = problem("multilabel")
    model = fit(FAMILIES.get("linear"), data, context).model
    assert isinstance(model, PerOutput)
    assert [own is None for own in model.models] == [False, False, True]
