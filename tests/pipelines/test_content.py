"""What the report says of a search is read from its documents."""

from __future__ import annotations

from automl_flow.pipelines.documents import trials_document
from automl_flow.pipelines.evaluation.content import notes_of, supernet_reasons
from automl_flow.search.notes import Note

ONE_SHOT = {"candidates": [{}, {}], "epochs": 4, "history": [{"free": 0.5, "entropy": 0.96}], "guard": ""}


def test_without_a_supernet_nothing_is_said():
    assert supernet_reasons({}) == ()


def test_a_supernet_says_what_it_learned_and_whether_it_collapsed():
    learned, guard = supernet_reasons(ONE_SHOT)
    assert "named 2 architectures after 4 epochs" in learned
    assert "50% of the preferred operations had no parameters" in learned
    assert guard == "Guard against collapse: no collapse was seen."


def test_a_collapse_is_told():
    _, guard = supernet_reasons({**ONE_SHOT, "guard": "alphas of epoch 2 were kept"})
    assert guard == "Guard against collapse: alphas of epoch 2 were kept."


def test_a_failed_supernet_is_told():
    assert "failed (memory)" in supernet_reasons({"failed": "memory"})[0]


def test_notes_say_which_search_they_are_of_and_serious_ones_come_first():
    trials = trials_document([], [Note("It lost a trial.")])
    nas_trials = trials_document([], [Note("It was interrupted.", serious=True)])
    notes = notes_of(model_search=trials, architecture_search=nas_trials)
    assert [note.text for note in notes] == [
        "Architecture search: It was interrupted.",
        "Model search: It lost a trial.",
    ]


def test_documents_of_before_there_were_notes_have_none():
    assert notes_of(model_search={"trials": []}) == ()
