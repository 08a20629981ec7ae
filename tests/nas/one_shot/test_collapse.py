"""The guard against collapse into operations that have nothing to learn."""

from __future__ import annotations

import pytest
import torch

from automl_flow.nas.one_shot.collapse import Guard, free_share, settled_share
from automl_flow.nas.one_shot.discretize import pool, preferred
from automl_flow.nas.one_shot.search import search_one_shot
from automl_flow.nas.one_shot.supernet import Supernet
from automl_flow.nas.spaces import make_space
from tests.nas.one_shot.problems import IMAGE, QUICK, training_data

SPACE = make_space("cell", {"channels": 4, "stages": 1, "operations": ["none", "skip_connect", "nor_conv_3x3"]})
SKIP = 1


def supernet() -> Supernet:
    return Supernet(SPACE, IMAGE)


def probabilities(net: Supernet) -> dict[str, torch.Tensor]:
    return {name: alpha.detach().softmax(0) for name, alpha in net.alphas.items()}


def prefer_skips(net: Supernet, choices: int, by: float = 2.0) -> None:
    with torch.no_grad():
        for alpha in list(net.alphas.values())[:choices]:
            alpha[SKIP] = by


def test_alphas_that_all_prefer_skips_are_taken_back() -> None:
    net = supernet()
    guard = Guard(net, limit=0.5)
    prefer_skips(net, 3)
    guard.look(probabilities(net), 1)
    good = {name: alpha.detach().clone() for name, alpha in net.alphas.items()}
    prefer_skips(net, 6)
    guard.look(probabilities(net), 2)
    assert guard.collapsed
    assert "epoch 2: 100% of the choices" in guard.report
    assert all(torch.equal(alpha, good[name]) for name, alpha in net.alphas.items())


def test_alphas_that_collapse_at_once_go_back_to_none() -> None:
    net = supernet()
    guard = Guard(net, limit=0.5)
    prefer_skips(net, 6)
    guard.look(probabilities(net), 1)
    assert guard.collapsed
    assert all(not alpha.any() for alpha in net.alphas.values())


@pytest.mark.parametrize(("choices", "by"), [(3, 2.0), (6, 0.2)], ids=["few", "weakly"])
def test_few_or_weak_preferences_for_skips_are_no_collapse(choices: int, by: float) -> None:
    net = supernet()
    guard = Guard(net, limit=0.5)
    prefer_skips(net, choices, by)
    guard.look(probabilities(net), 1)
    assert not guard.collapsed


def test_a_space_without_operations_with_parameters_cannot_collapse() -> None:
    net = Supernet(make_space("cell", {"operations": ["none", "skip_connect"]}), IMAGE)
    prefer_skips(net, 6)
    assert settled_share(net, probabilities(net)) == 0.0


def test_equal_preferences_fall_to_an_operation_with_parameters() -> None:
    net = supernet()
    assert free_share(net, preferred(net, probabilities(net))) == 0.0


def test_collapsed_architectures_are_no_candidates() -> None:
    net = supernet()
    prefer_skips(net, 6, by=1.0)
    found = pool(SPACE, IMAGE, net, probabilities(net), size=8, max_free=0.5)
    assert found
    assert all(free_share(net, paths) <= 0.5 for paths in found)


def test_without_the_guard_the_preferred_architecture_is_a_candidate_whatever_it_is() -> None:
    net = supernet()
    prefer_skips(net, 6)
    assert pool(SPACE, IMAGE, net, probabilities(net), size=8, max_free=1.0)[0] == dict.fromkeys(net.options, SKIP)


def test_a_search_reports_what_the_guard_did() -> None:
    # No warm-up and alphas in a hurry: the way to collapse.
    options = {**QUICK, "warm_up": 0.0, "alpha_rate": 0.5, "max_free": 0.0, "learning_rate": 1e-4}
    result = search_one_shot("darts", SPACE, IMAGE, training_data(IMAGE), options, seed=1)
    assert result.collapsed
    assert result.guard.startswith("epoch ")
