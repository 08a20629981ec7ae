"""A few of the random changes of ``benchmarks/fuzz.py``: every input is read, or refused in words of ours."""

import warnings

import numpy as np
import pytest

from automl_flow.core.errors import AutoMLFlowError
from benchmarks.fuzzing import samples, settings, tables

SEED, CASES = 20261128, 60


@pytest.mark.parametrize("kind", [tables.KIND, samples.KIND, settings.KIND], ids=lambda kind: kind.name)
@pytest.mark.timeout(60)
def test_an_input_that_was_changed_at_random_is_read_or_refused(kind, tmp_path):
    sound = tmp_path / "sound"
    sound.mkdir()
    kind.prepare(sound)
    read, refused = 0, []
    for number in range(CASES):
        target = tmp_path / str(number)
        kind.change(sound, target, np.random.default_rng([SEED, number]))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                kind.use(target)
                read += 1
            except AutoMLFlowError as error:
                refused.append(str(error))
    assert read + len(refused) == CASES
    assert min(read, len(refused)) > 0
    assert [text for text in refused if not text.replace("\n", "").isprintable()] == []
