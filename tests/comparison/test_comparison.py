"""Comparison of two versions."""

import shutil

import pytest

from automl_flow.comparison import compare_revisions, open_revision, render_comparison
from automl_flow.comparison.reasons import OTHER_MACHINE
from automl_flow.core.errors import ConfigError
from tests.comparison.versions import LEADERS, PARAMETERS, REPORTS, Project
from tests.reports.contents import EVIL
from tests.reports.test_report import Page

LINEAR = "linear-0,candidate,0.7,,{}\n"
BOOSTED = "lightgbm-1,candidate,0.9,,{}\n"
OLD_TRIALS = "model search,0,complete,linear,0.7,0.7\nmodel search,1,failed,lightgbm,,0.7\n"
NEW_TRIALS = "model search,0,complete,linear,0.7,0.7\nmodel search,1,complete,lightgbm,0.9,0.9\n"


@pytest.fixture
def project(tmp_path):
    return Project(tmp_path / "project")


def compared(project, old="one", new="two"):
    comparison = compare_revisions(open_revision(project.folder, old), open_revision(project.folder, new))
    (task,) = comparison.tasks
    return task


def told(pairs):
    return {pair.name: (pair.old, pair.new) for pair in pairs}


@pytest.fixture
def searched(project):
    """The second version found a better family with more trials."""
    project.version("one", members=LINEAR.format(1.0), trials=OLD_TRIALS)
    return project.version(
        "two", score=0.9, members=BOOSTED.format(0.8) + LINEAR.format(0.2), trials=NEW_TRIALS, params={"max_trials": 5}
    )


def test_a_new_winner_is_explained(searched):
    assert compared(searched).reasons == (
        "The model changed from 100% linear-0 to 80% lightgbm-1, 20% linear-0.",
        "lightgbm, which leads now, was not tried before; its best trial scores 0.9000.",
        "The search settings differ: model_search (see below).",
    )


def test_scores_have_a_direction_and_an_interval(searched):
    auc, loss = compared(searched).metrics
    assert (auc.name, auc.tone, auc.old_interval) == ("roc_auc", "good", (0.75, pytest.approx(0.85)))
    assert (loss.name, loss.word, loss.old_interval) == ("log_loss", "better", None)
    assert compared(searched, "two", "one").metrics[1].word == "worse"


def test_colours_are_for_differences_that_are_decided(project):
    project.version("one", score=0.80).version("two", score=0.82).version("three", score=0.9)
    auc, loss = compared(project, "one", "three").metrics
    assert (auc.tone, loss.tone) == ("good", "")  # no interval is stored of the second
    assert compared(project).metrics[0].tone == ""  # within each other's interval
    project.version("four", score=0.6, raw="a\n1\n2\n")
    assert compared(project, "one", "four").metrics[0].tone == ""  # on different rows


def test_what_chance_may_explain_is_said(project):
    project.version("one", score=0.80).version("two", score=0.82).version("three", score=0.9)
    assert "so chance may explain it" in compared(project).verdict
    assert "lies outside the interval of the other" in compared(project, "one", "three").verdict


def test_settings_searches_and_members_are_shown_side_by_side(searched):
    change = compared(searched)
    assert told(change.params) == {"model_search.max_trials": ("2", "5")}
    assert told(change.searches)["model search: trials"] == ("1 complete, 1 failed", "2 complete")
    assert told(change.leaderboard)["lightgbm-1"] == (None, "search 0.9000, weight 80%")


def test_a_candidate_is_the_same_under_another_number(project):
    project.version("one", members=LINEAR.format(1.0))
    project.version("two", members=LINEAR.format(1.0).replace("-0", "-3"), code="2")
    assert "linear-3 → linear-0" in told(compared(project, "two", "one").leaderboard)


def test_other_data_make_scores_incomparable(project):
    project.version("one").version("two", score=0.9, raw="a\n1\n2\n")
    change = compared(project)
    assert "on different rows, so the two cannot be compared" in change.verdict
    assert change.data[0].change == "changed"


def test_scores_by_group_are_compared(project):
    project.version("one", groups={"sex.f": 0.7, "sex.m": 0.8}).version("two", groups={"sex.f": 0.8, "sex.m": 0.8})
    assert [(s.name, s.old, s.new, s.word) for s in compared(project).slices] == [
        ("sex.f", 0.7, 0.8, "better"),
        ("sex.m", 0.8, 0.8, ""),
    ]


def test_pictures_are_drawn_of_what_differs(project):
    project.version("one", trials=OLD_TRIALS, networks="0,100,0.7,yes\n")
    project.version("two", trials=NEW_TRIALS, networks="0,100,0.7,yes\n")
    (drawing,) = compared(project).drawings
    assert drawing.caption == "Best score of the model search after each trial."
    project.version("three", trials=NEW_TRIALS, networks="0,50,0.7,yes\n")
    (drawing,) = compared(project, "two", "three").drawings
    assert drawing.caption.startswith("Networks of the architecture search")


def test_changed_code_is_named_with_its_stage(project):
    project.version("one").version("two", code="2")
    (stage,) = compared(project).stages
    assert (stage.name, stage.change, stage.new) == ("evaluation", "code (src/models.py)", "the same results")


def test_equal_versions_are_the_same(project):
    project.version("one").version("two")
    assert compared(project).verdict == "Identical, by the hashes that dvc.lock records."


def test_what_the_cache_lacks_is_named_and_the_rest_is_compared(searched):
    shutil.rmtree(searched.folder / ".dvc/cache")
    change = compared(searched)  # the folder still has what the second version made
    (note,) = change.notes
    assert f"{REPORTS}/leaderboard.csv" in note
    assert "`dvc fetch" in note
    assert change.headline.new == 0.9  # metrics are in git
    assert change.leaderboard == ()
    assert change.reasons[-1].startswith("The search settings differ")


def test_a_damaged_copy_is_not_believed(searched):
    for file in (*(searched.folder / ".dvc/cache/files").rglob("*"), searched.folder / REPORTS / "leaderboard.csv"):
        if file.is_file():
            file.write_text("x")
    assert compared(searched).leaderboard == ()


def test_the_working_tree_is_a_version_too(searched):
    (searched.folder / PARAMETERS).write_text("wine: {model_search: {max_trials: 9}}\n")
    change = compared(searched, "one", None)
    assert change.headline.new == 0.9
    assert told(change.params)["model_search.max_trials"] == ("2", "9")
    assert any("its model_search, task settings differ from those that dvc.lock records" in n for n in change.notes)


def test_the_working_tree_is_read_as_it_is_and_not_as_it_was_recorded(project):
    project.version("one", members=LINEAR.format(1.0))
    project.write(f"{REPORTS}/metrics.json", project.metrics(0.9))
    project.write(f"{REPORTS}/leaderboard.csv", LEADERS.format(score=0.9) + BOOSTED.format(1.0))
    change = compared(project, "one", None)
    assert not change.same
    assert change.headline.new == 0.9
    assert change.reasons == (
        "The model changed from 100% linear-0 to 100% lightgbm-1.",
        f"None of its inputs changed: {OTHER_MACHINE}.",
    )


@pytest.mark.parametrize("word", ["yes", "no", "on", "1:30"])
def test_words_that_another_yaml_takes_for_something_else_make_no_difference(word, project):
    """DVC writes YAML 1.2, in which these need no quotes; people quote them, as the docs say."""
    project.version("one", params={"like": "PLACE"})
    for name, text in ((PARAMETERS, f'"{word}"'), ("dvc.lock", word)):
        file = project.folder / name
        file.write_text(file.read_text().replace("PLACE", text))
    assert compared(project, "one", None).notes == ()


def test_the_working_tree_is_identical_when_every_file_is(project):
    project.version("one")
    assert compared(project, "one", None).verdict == "Identical, byte for byte."


@pytest.mark.parametrize("name", [f"{REPORTS}/trajectory.csv", f"{REPORTS}/metrics.json"])
def test_what_is_not_in_the_folder_is_not_called_identical(name, project):
    project.version("one")
    (project.folder / name).unlink()
    change = compared(project, "one", None)
    assert not change.same
    assert change.stages == ()
    assert any(f"the folder does not have them: {name}." in note for note in change.notes)


def test_a_metric_that_git_keeps_is_read_only_where_it_is_what_the_lock_records(project):
    project.version("one")
    shutil.rmtree(project.folder / ".dvc/cache")
    project.write(f"{REPORTS}/metrics.json", project.metrics(0.1))
    project.git("commit", "-qam", "results that are not those of dvc.lock")
    project.git("tag", "two")
    assert any(f"{REPORTS}/metrics.json" in note for note in compared(project).notes)


def test_an_unknown_commit_is_refused(project):
    project.version("one")
    with pytest.raises(ConfigError, match="git knows no commit 'two'"):
        open_revision(project.folder, "two")


def test_a_name_that_looks_like_an_option_is_no_option(project):
    project.version("one")
    with pytest.raises(ConfigError, match="git knows no commit"):
        open_revision(project.folder, "--all")


def test_the_page_is_whole_loads_nothing_and_escapes(project):
    project.version("one", members=f'"{EVIL}",candidate,0.7,,1.0\n', trials=OLD_TRIALS)
    project.version("two", params={"why": EVIL}, score=0.9, trials=NEW_TRIALS)
    page = render_comparison(
        compare_revisions(open_revision(project.folder, "one"), open_revision(project.folder, None))
    )
    parsed = Page(page)
    assert parsed.errors == parsed.open == parsed.handlers == []
    assert EVIL not in page
    assert "script" not in parsed.tags
    assert all(address.startswith("#") for address in parsed.addresses)
    assert {address[1:] for address in parsed.addresses} <= set(parsed.ids)
