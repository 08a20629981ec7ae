from automl_flow_extensions.used import used

from automl_flow.nas.one_shot import OneShot, OneShotConfig
from automl_flow.nas.one_shot.gdas import Gdas, GdasConfig


class CoinConfig(OneShotConfig):
    """Settings of a one-shot strategy from outside."""


def relax(config):
    used("one-shot strategy")
    return Gdas(GdasConfig(**config.model_dump()))


ENTRY = OneShot("sampled operations, from outside", CoinConfig, relax)
