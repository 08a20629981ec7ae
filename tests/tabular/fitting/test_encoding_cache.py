"""Encoded rows that a worker keeps."""

from __future__ import annotations

import copy
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from automl_flow.tabular.fitting import encoding_cache
from automl_flow.tabular.fitting.encoding_cache import EncodedRows, EncodingCache


def test_what_several_threads_ask_for_is_made_once():
    kept, made = EncodingCache(), []

    def make() -> EncodedRows:
        time.sleep(0.05)
        made.append(1)
        return EncodedRows(None, np.zeros(3), None)

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: kept.get("scaled-0", make), range(4)))
    assert len(made) == 1
    assert all(one is found[0] for one in found)


def test_the_oldest_go_when_there_is_no_room(monkeypatch):
    monkeypatch.setattr(encoding_cache, "_MAX_BYTES", 2 * 80)
    kept, made = EncodingCache(), []

    def make(key: str):
        def now() -> EncodedRows:
            made.append(key)
            return EncodedRows(None, np.zeros(5), np.zeros(5))  # 80 bytes

        return now

    for key in "abcab":
        kept.get(key, make(key))
    assert made == ["a", "b", "c", "a", "b"]
    kept.get("b", make("b"))
    kept.get("a", make("a"))
    assert made == ["a", "b", "c", "a", "b"]


def test_they_stay_behind_when_they_are_sent_to_another_process():
    kept = EncodingCache()
    kept.get("a", lambda: EncodedRows(None, np.zeros(5), None))
    made = []
    copy.deepcopy(kept).get("a", lambda: made.append(1) or EncodedRows(None, np.zeros(5), None))
    assert made == [1]
