"""Results in a stranger's branch are compared, or refused with the task that they are of."""

import pytest

from automl_flow.comparison import compare_revisions, open_revision, render_comparison
from automl_flow.core.errors import ArtifactError
from tests.comparison.versions import REPORTS, Project

BAD_RESULTS = {
    "a score that is no number": {"members": "x,candidate,high,,1.0\n"},
    "a weight that is no number": {"members": "x,candidate,0.5,,all\n"},
    "a trial that is no number": {"trials": "nas,first,complete,x,0.7,0.7\n"},
    "a cell of a million letters": {"members": "x" * 10**6 + ",candidate,0.5,,1.0\n"},
    "groups that are no table": {"groups": [5]},
    "parameters that are no number": {"networks": "0,many,0.5,1\n"},
}


@pytest.fixture
def project(tmp_path):
    return Project(tmp_path / "project")


@pytest.mark.parametrize("results", BAD_RESULTS.values(), ids=BAD_RESULTS)
def test_results_that_no_stage_writes_are_refused_with_their_task(results, project):
    project.version("one", networks="0,9,0.4,1\n", trials="nas,0,complete,x,0.6,0.6\n").version("two", **results)
    with pytest.raises(ArtifactError, match="results of wine: "):
        compare_revisions(open_revision(project.folder, "one"), open_revision(project.folder, "two"))


@pytest.mark.parametrize(
    "text", ["[" * 10**5, "5", '{"holdout": 5}', '{"holdout": {"roc_auc": "x"}}', '{"a": 1, "a": 2}', "\x00"]
)
def test_a_document_that_no_stage_writes_is_refused_with_its_task(text, project):
    project.version("one")
    project.write(f"{REPORTS}/metrics.json", text)
    with pytest.raises(ArtifactError, match="results of wine: "):
        compare_revisions(open_revision(project.folder, "one"), open_revision(project.folder, None))


def test_a_link_out_of_the_project_is_not_read(project):
    project.version("one")
    secret = project.folder.parent / "secret.csv"
    secret.write_text("model,kind,search_score,holdout_score,weight\nsecret,candidate,0.1,0.1,1.0\n")
    leaderboard = project.folder / REPORTS / "leaderboard.csv"
    leaderboard.unlink()
    leaderboard.symlink_to(secret)
    found = compare_revisions(open_revision(project.folder, "one"), open_revision(project.folder, None))
    assert "secret" not in render_comparison(found)
