"""CatBoost models whose indices lead astray: what CatBoost does not check itself."""

from __future__ import annotations

import struct

import numpy as np
import pandas as pd
import pytest
from catboost import CatBoost

from automl_flow.core.errors import ArtifactError
from automl_flow.models import catboost
from automl_flow.models.formats.catboost_model import check_model
from automl_flow.models.formats.flatbuffer import Table


@pytest.fixture(scope="module")
def model() -> bytes:
    """Trees that ask for numbers, for single categories, and for statistics of others."""
    rng = np.random.default_rng(0)
    town, size, colour = rng.integers(0, 40, 200), rng.normal(size=200), rng.integers(0, 4, 200)
    X = pd.DataFrame({"town": pd.Categorical(town), "size": size, "colour": pd.Categorical(colour)})
    settings = {
        "loss_function": "Logloss", "iterations": 20, "depth": 4, "one_hot_max_size": 10, "random_seed": 0,
        "allow_writing_files": False, "logging_level": "Silent", "thread_count": 1,
    }  # fmt: skip
    y = (size + town / 20 + (colour == 1) > 1).astype(int)
    return catboost.dump(CatBoost(settings).fit(catboost._pool(X, y)))


def core(model: bytes) -> bytes:
    return model[8 : 8 + struct.unpack_from("<I", model, 4)[0]]


def with_number(model: bytes, field: int, place: int, value: float, kind: str = "<i4") -> bytes:
    """Change a number of one of the lists of the trees."""
    start, _ = Table.root(core(model)).table(1)._vector(field, np.dtype(kind).itemsize)
    at = 8 + start + place * np.dtype(kind).itemsize
    new = np.array([value], dtype=kind).tobytes()
    return model[:at] + new + model[at + len(new) :]


def statistics(model: bytes) -> tuple[int, Table]:
    """The first table of statistics, and where it begins."""
    start = 8 + len(core(model)) + 4
    size = struct.unpack_from("<I", model, start)[0]
    return start + 4, Table.root(model[start + 4 : start + 4 + size])


def with_buckets(model: bytes, change) -> bytes:
    start, table = statistics(model)
    place, count = table._vector(1, 1)
    buckets = np.frombuffer(model[start + place : start + place + count], [("hash", "<u8"), ("index", "<u4")]).copy()
    change(buckets)
    return model[: start + place] + buckets.tobytes() + model[start + place + count :]


def test_a_sound_model_is_read(model):
    assert statistics(model)
    assert catboost.load(model).tree_count_ == 20


CHANGES = {
    "split that is none": lambda m: with_number(m, 1, 0, 10**6),
    "negative split": lambda m: with_number(m, 1, 0, -1),
    "tree as deep as the sea": lambda m: with_number(m, 2, 0, 31),
    "tree of negative depth": lambda m: with_number(m, 2, 0, -1),
    "trees that overlap": lambda m: with_number(m, 3, 1, 0),
    "leaf that is none": lambda m: with_number(m, 8, 0, np.nan, "<f8"),
    "bins that are none": lambda m: with_number(m, 17, 0, 2**31, "<u4"),
    "search that does not end": lambda m: with_buckets(m, lambda b: b["hash"].fill(1)),
    "row that is none": lambda m: with_buckets(m, lambda b: b["index"].fill(10**6)),
    "statistics cut off": lambda m: m[:-10],
    "bytes behind the end": lambda m: m + b"\0" * 8,
}


@pytest.mark.parametrize("name", CHANGES)
def test_an_index_that_leads_astray_is_found_before_catboost_follows_it(model, name):
    with pytest.raises(ArtifactError):
        check_model(CHANGES[name](model))
