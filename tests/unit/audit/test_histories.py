"""Histories of keys: brief after an interruption, and with more refs than are listed."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import NoReturn

import pytest

from tests.support.audits import build_options, run_audit
from tests.support.keys import MakeKey
from tests.support.repositories import Repo
from wakeyscan.audit import histories, occurrences, ref_names, tree_diff
from wakeyscan.audit.audit import audit
from wakeyscan.audit.tree_diff import EntryFilter, TreeDiffs
from wakeyscan.core.errors import GitError
from wakeyscan.core.secret_history import CommitRef
from wakeyscan.git.command import Git
from wakeyscan.git.repository import find_repository

audit_module = import_module("wakeyscan.audit.audit")


def interrupt(done: int, size: int, what: str, share: float) -> None:
    """Stop an audit as soon as some objects are scanned."""
    if done:
        raise KeyboardInterrupt


def test_an_interrupted_audit_shows_each_key_at_one_place(
    tmp_path: Path, make_key: MakeKey
) -> None:
    repo = Repo(tmp_path / "repo")
    key = make_key()
    repo.commit({"a": f"{key}\n", "b": f"x\n{key}\n", "c": f"y\n\n{key}\n"})
    result = audit(find_repository(str(repo.top)), build_options(), interrupt)
    (history,) = result.keys
    assert (result.interrupted, result.complete, len(result.findings)) == (True, False, 1)
    assert (len(history.places), history.place_count) == (3, 3)
    assert {place.commit for place in history.places} == {""}
    assert (history.introduced, history.removed) == (CommitRef("", ""), None)
    assert (history.at_head, history.pushed) == (False, None)
    assert (history.reachable_from, history.exposed_days) == ((), 0)


def test_refs_that_are_not_listed_are_not_a_gap(
    tmp_path: Path, make_key: MakeKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    repo = Repo(tmp_path / "repo")
    repo.commit({"a": f"{make_key()}\n"})
    for number in range(3):
        repo.git("branch", f"b{number}")
    monkeypatch.setattr(occurrences, "_MIN_NAMES", 2)
    monkeypatch.setattr(occurrences, "_MAX_ALL_NAMES", 2)
    result = run_audit(repo.top)
    assert [(item.reason, item.gap) for item in result.skipped] == [
        ("at most 2 of the refs that reach a key are listed", False)
    ]
    assert len(result.keys[0].reachable_from) == 2
    assert result.complete


@pytest.mark.parametrize(
    ("error", "is_interrupted", "reason"),
    [
        (GitError("a tree is gone"), False, "the histories of keys are incomplete: a tree is gone"),
        (KeyboardInterrupt(), True, "interrupted before the histories of keys were complete"),
    ],
    ids=["error", "interrupt"],
)
def test_a_history_that_cannot_be_read_is_said(
    tmp_path: Path,
    make_key: MakeKey,
    monkeypatch: pytest.MonkeyPatch,
    error: BaseException,
    is_interrupted: bool,
    reason: str,
) -> None:
    def fail(pairs: list[str], git: Git, entry_filter: EntryFilter) -> TreeDiffs:
        raise error

    repo = Repo(tmp_path / "repo")
    repo.commit({"a": f"{make_key()}\n"})
    monkeypatch.setattr(audit_module, "choose_tree_comparer", lambda repository: fail)
    result = run_audit(repo.top)
    (history,) = result.keys
    assert [item.reason for item in result.skipped] == [reason]
    assert (result.interrupted, result.complete) == (is_interrupted, False)
    assert (history.place_count, history.introduced) == (1, CommitRef("", ""))


def test_a_key_that_cannot_be_read_again_is_said(
    tmp_path: Path, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lose(pairs: list[str], git: Git, entry_filter: EntryFilter) -> TreeDiffs:
        (repo.top / ".git" / "objects" / blob[:2] / blob[2:]).unlink(missing_ok=True)
        return tree_diff.diff_trees(pairs, git, entry_filter)

    repo = Repo(tmp_path / "repo")
    repo.commit({"a": f"{key}\n"})
    blob = repo.id("HEAD:a")
    monkeypatch.setattr(audit_module, "choose_tree_comparer", lambda repository: lose)
    result = run_audit(repo.top)
    assert (result.keys, result.complete) == ((), False)
    assert "objects with 1 secret cannot be read a second time" in [
        item.reason for item in result.skipped
    ]


def test_two_interruptions_leave_no_histories(
    tmp_path: Path, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*arguments: object) -> NoReturn:
        raise KeyboardInterrupt

    repo = Repo(tmp_path / "repo")
    repo.commit({"a": f"{key}\n"})
    monkeypatch.setattr(audit_module, "choose_tree_comparer", lambda repository: stop)
    monkeypatch.setattr(histories, "find_in_ref_names", stop)
    result = run_audit(repo.top)
    assert (result.keys, result.interrupted, result.complete) == ((), True, False)
    assert [item.reason for item in result.skipped] == [
        "interrupted before the histories of keys were complete"
    ] * 2


def test_a_key_of_today_or_of_no_commit_is_exposed_for_no_day(
    tmp_path: Path, make_key: MakeKey
) -> None:
    repo = Repo(tmp_path / "repo")
    repo.commit({"a": f"{make_key()}\n"})
    repo.blob(f"{make_key()}\n")
    assert [history.exposed_days for history in run_audit(repo.top).keys] == [0, 0]


def build_moves(folder: Path, key: str) -> Repo:
    """Return a repository whose commits move a folder with keys."""
    repo = Repo(folder)
    repo.commit({f"d0/{number}": f"{key}\n" for number in range(8)})
    for number in range(5):
        repo.git("mv", f"d{number}", f"d{number + 1}")
        repo.commit({})
    return repo


def test_keys_that_move_too_often_are_listed_without_histories(
    tmp_path: Path, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    repo = build_moves(tmp_path / "repo", key)
    assert run_audit(repo.top).keys[0].place_count == 48
    monkeypatch.setattr(tree_diff, "MAX_DIFFERENCES", 80)
    result = run_audit(repo.top)
    assert [item.reason for item in result.skipped] == [
        "the histories of keys are incomplete: files with keys are added or removed over 80 times"
    ]
    assert (result.complete, len(result.keys), result.keys[0].place_count) == (False, 1, 1)


def test_a_large_comparison_is_split(
    tmp_path: Path, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    repo = build_moves(tmp_path / "repo", key)
    whole = run_audit(repo.top)
    monkeypatch.setattr(
        "wakeyscan.audit.audit.choose_tree_comparer", lambda _: tree_diff.diff_trees
    )
    monkeypatch.setattr(tree_diff, "_MAX_OUTPUT", 100)
    split = run_audit(repo.top)
    assert (split.keys, split.findings, split.skipped) == (whole.keys, whole.findings, ())


def test_a_long_chain_of_tags_is_followed_to_a_limit(
    tmp_path: Path, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    repo = Repo(tmp_path / "repo")
    repo.commit({"a": f"{key}\n"})
    for number in range(5):
        repo.git("tag", "-m", "m", f"t{number + 1}", f"t{number}" if number else "HEAD")
    monkeypatch.setattr(ref_names, "_MAX_TAGS", 5)
    assert not run_audit(repo.top).skipped
    monkeypatch.setattr(ref_names, "_MAX_TAGS", 4)
    for number in range(4):
        repo.git("tag", "-d", f"t{number + 1}")
    result = run_audit(repo.top)
    assert [item.gap for item in result.skipped] == [False]
    assert result.skipped[0].reason.endswith("a key behind them may look unreachable")
    assert len(result.keys) == 1
