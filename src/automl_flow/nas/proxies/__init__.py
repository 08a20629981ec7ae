"""Zero-cost proxies: numbers that untrained networks give away. A file here is a proxy.

They discard candidates and choose where to begin; they never decide. Within the best networks of a space their order
is close to chance, so whoever uses them reports how they correlated with what was then measured.
"""

from automl_flow.core.registry import Registry
from automl_flow.nas.proxies._common import Proxy
from automl_flow.nas.proxies._ranking import correlations, rank_by_proxies, rank_vote, score_network

PROXIES: Registry[Proxy] = Registry("automl_flow.nas.proxies", "zero-cost proxy")

__all__ = ["PROXIES", "Proxy", "correlations", "rank_by_proxies", "rank_vote", "score_network"]
