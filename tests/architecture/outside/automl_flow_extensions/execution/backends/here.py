from automl_flow_extensions.used import used

from automl_flow.execution.backends import BACKENDS, Backend


def make(settings):
    used("execution backend")
    return BACKENDS.get("local").make(settings)


def capacity():
    return BACKENDS.get("local").capacity()


def is_warm():
    return False


ENTRY = Backend(make, capacity, is_warm)
