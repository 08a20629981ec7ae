from automl_flow_extensions.used import used
from optuna.samplers import RandomSampler

from automl_flow.nas.samplers import SamplerEntry


def build(seed, startup):
    used("sampler")
    return RandomSampler(seed=seed)


ENTRY = SamplerEntry(build, about="random, from outside")
