"""Tree pairs and author dates of commits."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from wakeyscan.audit.cache import CachedHistory
from wakeyscan.audit.commit_graph import CommitGraph, parse_author_date
from wakeyscan.core.errors import GitError
from wakeyscan.git.command import Git
from wakeyscan.git.objects import empty_tree_id

BEFORE, AFTER = "1" * 40, "2" * 40
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
GRAPH = CommitGraph(
    parents={"root": (), "child": ("root",), "same": ("child", "root"), "orphan": ("lost",)},
    trees={"root": BEFORE, "child": AFTER, "same": AFTER, "orphan": AFTER},
    git=Git("/nonexistent", {}),
    cached=CachedHistory(),
)


@pytest.mark.parametrize(
    ("commit", "pair"),
    [
        pytest.param("root", f"{empty_tree_id(BEFORE)} {BEFORE}", id="root"),
        pytest.param("child", f"{BEFORE} {AFTER}", id="first parent"),
        pytest.param("same", "", id="no change"),
    ],
)
def test_the_trees_between_which_the_changes_of_a_commit_lie(commit: str, pair: str) -> None:
    assert GRAPH.tree_pair(commit) == pair


def test_a_parent_that_is_not_in_the_graph_is_an_error() -> None:
    with pytest.raises(GitError, match="commit lost cannot be read"):
        GRAPH.tree_pair("orphan")


@pytest.mark.parametrize(
    ("commit", "date"),
    [
        pytest.param(
            b"author A <a@b> 86400 +0200\n\nx", datetime(1970, 1, 2, tzinfo=UTC), id="date"
        ),
        pytest.param(b"tree 1\nauthor > 9 <a> 1 +0000\n", EPOCH.replace(second=1), id="odd name"),
        pytest.param(b"author A <a@b> soon +0000\n\nx", EPOCH, id="no number"),
        pytest.param(b"author A <a@b> 9999999999999 +0000\n\nx", EPOCH, id="too late"),
        pytest.param(b"author \n\nx", EPOCH, id="no fields"),
        pytest.param(b"tree 1\n\nauthor A <a@b> 86400 +0000\n", EPOCH, id="in the message"),
        pytest.param(b"", EPOCH, id="empty"),
    ],
)
def test_author_dates(commit: bytes, date: datetime) -> None:
    assert parse_author_date(commit) == date
