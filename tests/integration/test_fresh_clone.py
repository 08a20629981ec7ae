"""A clone on another day, with other threads, reproduces what is recorded, to the byte."""

import pytest

from tests.integration.project import run, succeed

pytestmark = pytest.mark.timeout(1800)  # the first test waits for the run that all share


def test_a_fresh_clone_reproduces_the_lock_with_two_threads(reproduced, tmp_path):
    fresh = tmp_path / "fresh"
    succeed(reproduced, "git", "clone", "-q", str(reproduced), str(fresh))
    made = succeed(fresh, "dvc", "repro", OMP_NUM_THREADS="2")
    assert "Running stage 'penguins-model_search'" in made
    assert "Running stage 'penguins-nas'" in made
    difference = run(fresh, "git", "diff", "--exit-code", "dvc.lock")
    assert difference.returncode == 0, difference.stdout
