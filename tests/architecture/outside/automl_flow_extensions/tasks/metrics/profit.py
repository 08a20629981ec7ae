import numpy as np
from automl_flow_extensions.used import used

from automl_flow import make_metric


def profit(y_true, y_pred):
    used("metric")
    return float(np.mean(np.where(y_pred == "yes", np.where(y_true == "yes", 2.0, -1.0), 0.0)))


ENTRY = make_metric(profit, greater_is_better=True, needs="label")
