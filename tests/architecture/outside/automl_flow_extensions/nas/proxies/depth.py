from automl_flow_extensions.used import used

from automl_flow.nas.proxies import Proxy


def depth(network, batch, targets):
    used("zero-cost proxy")
    return float(sum(1 for _ in network.modules()))


ENTRY = Proxy(depth, about="number of modules", cheap=True)
