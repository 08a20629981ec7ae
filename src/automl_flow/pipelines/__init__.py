"""The stages of the flow, in order. Each is made for a modality; one that a modality lacks is an empty pipeline."""

from collections.abc import Callable

from kedro.pipeline import Pipeline

from automl_flow.pipelines import feature_engineering, nas, preprocessing, validation
from automl_flow.tasks.spec import Modality

STAGES: dict[str, Callable[[Modality], Pipeline]] = {
    "validation": validation.create_pipeline,
    "preprocessing": preprocessing.create_pipeline,
    "feature_engineering": feature_engineering.create_pipeline,
    "nas": nas.create_pipeline,
}
