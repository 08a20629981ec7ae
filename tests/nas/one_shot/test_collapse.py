"""Early stopping against collapse into operations that have nothing to learn."""

from __future__ import annotations

import pytest
import torch

from automl_flow.nas.one_shot.collapse import CollapseStopping, parameter_free_share, settled_share
from automl_flow.nas.one_shot.discretize import preferred, propose
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
    stopping = CollapseStopping(net, max_share=0.5)
    prefer_skips(net, 3)
    stopping.update(probabilities(net), 1)
    good = {name: alpha.detach().clone() for name, alpha in net.alphas.items()}
    prefer_skips(net, 6)
    stopping.update(probabilities(net), 2)
    assert stopping.stopped
    assert "epoch 2: 100% of the choices" in stopping.report
    assert all(torch.equal(alpha, good[name]) for name, alpha in net.alphas.items())


def test_alphas_that_collapse_at_once_go_back_to_none() -> None:
    net = supernet()
    stopping = CollapseStopping(net, max_share=0.5)
    prefer_skips(net, 6)
    stopping.update(probabilities(net), 1)
    assert stopping.stopped
    assert all(not alpha.any() for alpha in net.alphas.values())


@pytest.mark.parametrize(("choices", "by"), [(3, 2.0), (6, 0.2)], ids=["few", "weakly"])
def test_few_or_weak_preferences_for_skips_are_no_collapse(choices: int, by: float) -> None:
    net = supernet()
    stopping = CollapseStopping(net, max_share=0.5)
    prefer_skips(net, choices, by)
    stopping.update(probabilities(net), 1)
    assert not stopping.stopped


def test_a_space_without_operations_with_parameters_cannot_collapse() -> None:
    net = Supernet(make_space("cell", {"operations": ["none", "skip_connect"]}), IMAGE)
    prefer_skips(net, 6)
    assert settled_share(net, probabilities(net)) == 0.0


def test_equal_preferences_fall_to_an_operation_with_parameters() -> None:
    net = supernet()
    assert parameter_free_share(net, preferred(net, probabilities(net))) == 0.0


def test_collapsed_architectures_are_no_candidates() -> None:
    net = supernet()
    prefer_skips(net, 6, by=1.0)
    found = propose(SPACE, IMAGE, net, probabilities(net), size=8, max_parameter_free=0.5)
    assert found
    assert all(parameter_free_share(net, paths) <= 0.5 for paths in found)


def test_without_early_stopping_the_preferred_architecture_is_a_candidate_whatever_it_is() -> None:
    net = supernet()
    prefer_skips(net, 6)
    assert propose(SPACE, IMAGE, net, probabilities(net), size=8, max_parameter_free=1.0)[0] == dict.fromkeys(
        net.options, SKIP
    )


def test_a_search_reports_what_early_stopping_did() -> None:
    # No warm-up and alphas in a hurry: the way to collapse.
    options = {**QUICK, "warm_up": 0.0, "alpha_rate": 0.5, "max_parameter_free": 0.0, "learning_rate": 1e-4}
    result = search_one_shot("darts", SPACE, IMAGE, training_data(IMAGE), options, seed=1)
    assert result.collapsed
    assert result.collapse.startswith("epoch ")
