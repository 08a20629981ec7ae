import numpy as np
from automl_flow_extensions.used import used
from sklearn.base import BaseEstimator, TransformerMixin

from automl_flow.features.generator import FeatureGenerator, NoOptions, Proposal


class Parity(TransformerMixin, BaseEstimator):
    """Whether the whole part of a number is odd."""

    def fit(self, X, y=None):
        self.columns_ = [str(name) for name in X.columns]
        return self

    def transform(self, X):
        used("feature generator")
        return np.floor(X.to_numpy(dtype=np.float64)) % 2

    def get_feature_names_out(self, input_features=None):
        return np.array([f"+odd({name})" for name in self.columns_], dtype=object)


def propose(context):
    return [Proposal((name,)) for name in context.numbers]


def build(options, seed):
    return Parity()


ENTRY = FeatureGenerator(
    about="Whether the whole part of a number is odd.",
    step="squashed",
    order=0,
    options=NoOptions,
    propose=propose,
    build=build,
    skops_types=(f"{__name__}.Parity",),
)
