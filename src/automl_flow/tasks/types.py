"""Names, labels and the label threshold that tasks, metrics and problem types share."""

from __future__ import annotations

from typing import Literal, get_args

Problem = Literal["binary", "multiclass", "regression", "multilabel", "multioutput"]
Modality = Literal["tabular", "image", "sequence"]
Role = Literal["numeric", "categorical", "ordinal", "boolean", "datetime", "text", "identifier", "constant", "ignore"]
ROLES: tuple[str, ...] = get_args(Role)
Label = bool | int | float | str
LABEL_THRESHOLD = 0.5  # probability from which one of several labels is predicted
