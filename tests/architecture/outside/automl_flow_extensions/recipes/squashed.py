import numpy as np
from automl_flow_extensions.used import used
from sklearn.base import BaseEstimator, OneToOneFeatureMixin, TransformerMixin

from automl_flow.core.config import Config
from automl_flow.recipes.step import Step


class SquashedOptions(Config):
    """How far numbers may lie apart."""

    width: float = 10.0


class Squash(OneToOneFeatureMixin, TransformerMixin, BaseEstimator):
    def __init__(self, width=10.0):
        self.width = width

    def fit(self, X, y=None):
        values = np.asarray(X, dtype=np.float64)
        self.n_features_in_ = values.shape[1]
        self.feature_names_in_ = np.asarray(X.columns, dtype=object) if hasattr(X, "columns") else None
        self.center_ = np.nanmean(values, axis=0)
        self.scale_ = np.nanstd(values, axis=0) + 1e-9
        return self

    def transform(self, X):
        used("preprocessing step")
        z = (np.asarray(X, dtype=np.float64) - self.center_) / self.scale_
        return np.tanh(np.nan_to_num(z) / self.width).astype(np.float32)

    def get_feature_names_out(self, input_features=None):
        return np.asarray(self.feature_names_in_, dtype=object)


def build(options, encoding, seed):
    return Squash(options.width)


def configure(column, settings):
    return {"width": 5.0}


ENTRY = Step(
    about="Numbers, squashed by the hyperbolic tangent.",
    kind="number",
    options=SquashedOptions,
    build=build,
    title="Squashed columns",
    roles=("numeric",),
    precedence=1,
    configure=configure,
    skops_types=(f"{__name__}.Squash",),
)
