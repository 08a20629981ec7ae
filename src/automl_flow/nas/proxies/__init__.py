"""Zero-cost proxies: scores of untrained networks, one proxy per file.

They discard candidates and choose where a search starts; they never decide. Among the best networks of a space their
order is close to random, so the search reports how each proxy correlated with the metric that training measured.
"""

from automl_flow.core.registry import Registry
from automl_flow.nas.proxies.base import Proxy

PROXIES: Registry[Proxy] = Registry("automl_flow.nas.proxies", "zero-cost proxy")

__all__ = ["PROXIES", "Proxy"]
