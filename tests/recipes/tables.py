"""Small tables of every kind of column."""

from __future__ import annotations

import numpy as np
import pandas as pd

from automl_flow.recipes import Recipe, RecipeConfig, propose_recipe
from automl_flow.tasks.profile import Profile, profile_table
from automl_flow.tasks.spec import TaskSpec

WORDS = np.array(
    [
        "the",
        "plumber",
        "engineer",
        "of",
        "senior",
        "junior",
        "lead",
        "science",
        "paints",
        "walls",
        "builds",
        "bridges",
        "quickly",
    ]
)


def mixed_table(rows: int = 200, seed: int = 0) -> pd.DataFrame:
    """Every role that a column can have, each with missing values where that makes sense."""
    random = np.random.default_rng(seed)
    gaps = random.random(rows) < 0.1
    size = np.where(gaps, np.nan, random.normal(50, 20, rows))
    size[1] = np.inf
    colour = pd.Series(random.choice(np.array(["red", "green", "blue"]), rows)).where(~gaps)
    start = pd.Timestamp("2020-01-01") + pd.to_timedelta(random.integers(0, 10**8, rows), unit="s")
    grade = pd.Categorical(random.choice(["low", "mid", "high"], rows), ["low", "mid", "high"], ordered=True)
    return pd.DataFrame(
        {
            "size": size,
            "price": random.lognormal(3, 1, rows),
            "count": random.integers(0, 50, rows),
            "colour": colour,
            "city": [f"city {number}" for number in random.integers(0, 60, rows)],
            "grade": grade,
            "new": random.random(rows) < 0.5,
            "answer": random.choice(np.array([True, False, None], dtype=object), rows),
            "start": start,
            "end": (start + pd.Timedelta(days=3)).tz_localize("Europe/Berlin", ambiguous="NaT", nonexistent="NaT"),
            "day": [f"{month:02d}/{day:02d}/2021" for month, day in random.integers(1, 13, (rows, 2))],
            "about": [" ".join(random.choice(WORDS, 8)) for _ in range(rows)],
            "odd": [[1, "a", True, 2.5, None][number] for number in random.integers(0, 5, rows)],
            "key_id": np.arange(rows),
            "same": "x",
            "empty": np.full(rows, np.nan),
        }
    )


def binary_target(rows: int = 200, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed + 1).integers(0, 2, rows)


def describe(table: pd.DataFrame, **config: object) -> tuple[Profile, Recipe]:
    profile = profile_table(table, TaskSpec(problem="binary", target="no such column"))
    return profile, propose_recipe(profile, RecipeConfig.model_validate(config))
