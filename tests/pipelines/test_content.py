"""What the report says of a search is read from its documents."""

from __future__ import annotations

from automl_flow.pipelines.evaluation.content import supernet_reasons

ONE_SHOT = {"candidates": [{}, {}], "epochs": 4, "history": [{"free": 0.5, "entropy": 0.96}], "guard": ""}


def test_without_a_supernet_nothing_is_said():
    assert supernet_reasons({}) == ()


def test_a_supernet_says_what_it_learned_and_whether_it_collapsed():
    learned, guard = supernet_reasons(ONE_SHOT)
    assert "named 2 architectures after 4 epochs" in learned
    assert "50% of the preferred operations had no parameters" in learned
    assert guard == "Guard against collapse: no collapse was seen."


def test_a_collapse_is_told():
    _, guard = supernet_reasons({**ONE_SHOT, "guard": "alphas of epoch 2 were kept"})
    assert guard == "Guard against collapse: alphas of epoch 2 were kept."


def test_a_failed_supernet_is_told():
    assert "failed (memory)" in supernet_reasons({"failed": "memory"})[0]
