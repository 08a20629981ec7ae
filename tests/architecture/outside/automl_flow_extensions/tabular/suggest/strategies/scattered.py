from automl_flow_extensions.used import used
from optuna.samplers import RandomSampler

from automl_flow.tabular.suggest.strategy import Strategy


def sampler(seed):
    used("search strategy")
    return RandomSampler(seed=seed)


ENTRY = Strategy(about="random search, from outside", sampler=sampler)
