from __future__ import annotations

from automl_flow.core.modules import code_fingerprint


def test_the_same_code_has_the_same_fingerprint():
    assert code_fingerprint() == code_fingerprint.__wrapped__()


def test_an_edit_changes_the_fingerprint(tmp_path):
    (tmp_path / "module.py").write_text("x = 1\n")
    before = code_fingerprint.__wrapped__(tmp_path)
    (tmp_path / "module.py").write_text("x = 2\n")
    assert code_fingerprint.__wrapped__(tmp_path) != before


def test_users_extensions_are_a_part_of_the_code(tmp_path, monkeypatch):
    before = code_fingerprint.__wrapped__()
    (tmp_path / "automl_flow_extensions" / "models").mkdir(parents=True)
    (tmp_path / "automl_flow_extensions" / "models" / "mine.py").write_text("ENTRY = 1\n")
    monkeypatch.syspath_prepend(tmp_path)
    assert code_fingerprint.__wrapped__() != before
