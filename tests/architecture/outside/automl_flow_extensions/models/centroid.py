from automl_flow_extensions.used import used
from sklearn.neighbors import NearestCentroid

from automl_flow.models.family import ModelFamily


class Centroid(NearestCentroid):
    """A class of one's own, so that it is restored by the type that the family names."""

    def predict_proba(self, X):
        used("model family")
        return super().predict_proba(X)


def build(params, context):
    return Centroid(shrink_threshold=params["shrink"])


def suggest(trial, context):
    return {"shrink": trial.suggest_float("shrink", 0.01, 1.0)}


def portfolio(context):
    return ({"shrink": 0.1},)


def seconds(params, context):
    return 0.1


def work(model, context):
    return 1.0


ENTRY = ModelFamily(
    name="centroid",
    problems=("binary", "multiclass"),
    encoding="scaled",
    build=build,
    suggest=suggest,
    portfolio=portfolio,
    seconds=seconds,
    work=work,
    skops_types=(f"{__name__}.Centroid",),
    portfolio_ranks=(1,),
    stacking_ranks={0: 1},
    preload=("sklearn.neighbors",),
)
