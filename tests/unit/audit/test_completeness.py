"""When the search for missing objects starts, and what spares it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.support.repositories import Repo
from wakeyscan.audit.cache import HistoryCache
from wakeyscan.audit.completeness import CompletenessCheck
from wakeyscan.git import isolated, object_dirs
from wakeyscan.git.repository import find_repository


@contextmanager
def open_check(folder: Path) -> Iterator[CompletenessCheck]:
    """Open the check of a repository with one commit."""
    repo = Repo(folder / "repo")
    repo.commit({"a": "x"})
    repository = find_repository(str(repo.top))
    tips = frozenset([repo.id("HEAD")])
    with (
        isolated.open_isolated(repository) as git,
        closing(HistoryCache("", ())) as cache,
        closing(CompletenessCheck(repository, tips, git, cache)) as check,
    ):
        yield check


def test_a_history_of_few_objects_is_walked_immediately(tmp_path: Path) -> None:
    with open_check(tmp_path) as check:
        check.start()
        assert not check.is_deferred


def test_a_history_of_many_objects_is_walked_after_many_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(object_dirs, "_FEW_OBJECTS", -1)
    with open_check(tmp_path) as check:
        check.start()
        states = []
        for size in (200 << 20, 56 << 20):
            check.advance(size)
            states.append(check.is_deferred)
        assert states == [True, False]
        assert list(check.list_missing()) == []


def test_a_finding_before_the_walk_makes_it_unnecessary(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(object_dirs, "_FEW_OBJECTS", -1)
    with open_check(tmp_path) as check:
        check.start()
        check.defer()
        check.advance(1 << 30)
        assert check.is_deferred
        assert list(check.list_missing()) == []
