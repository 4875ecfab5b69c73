"""The graph of commits, tree pairs and author dates."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wakeyscan.audit.cache import CachedHistory
from wakeyscan.audit.commit_graph import (
    CommitGraph,
    CommitList,
    build_graph,
    build_truncated_graph,
    parse_author_date,
    parse_commit_lines,
)
from wakeyscan.core.errors import GitError
from wakeyscan.git.command import Git
from wakeyscan.git.objects import empty_tree_id

BEFORE, AFTER = "1" * 40, "2" * 40
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
GRAPH = CommitGraph(
    parents={"root": (), "child": ("root",), "same": ("child", "root")},
    trees={"root": BEFORE, "child": AFTER, "same": AFTER},
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
def test_a_commit_is_compared_with_the_trees_of_its_parents(commit: str, pair: str) -> None:
    assert GRAPH.tree_pair(commit) == pair


NOWHERE = Git("/nonexistent", {})


def list_commits(parents: dict[str, tuple[str, ...]]) -> CommitList:
    lines = [" ".join((commit, f"t{commit}", *some)) for commit, some in parents.items()]
    return parse_commit_lines("".join(f"{line}\n" for line in lines).encode())


@st.composite
def draw_histories(draw: st.DrawFn) -> dict[str, tuple[str, ...]]:
    """Draw commits, in any order, whose parents have smaller numbers."""
    histories = {
        str(number): tuple(str(parent) for parent in draw(st.sets(st.integers(0, number - 1))))
        if number
        else ()
        for number in range(draw(st.integers(1, 12)))
    }
    return dict(draw(st.permutations(list(histories.items()))))


def reach(tips: set[str], parents: dict[str, tuple[str, ...]]) -> set[str]:
    return tips.union(*(reach(set(parents[tip]), parents) for tip in tips))


@given(draw_histories(), st.data())
def test_a_graph_has_all_reachable_commits_with_parents_first(
    parents: dict[str, tuple[str, ...]], data: st.DataObject
) -> None:
    tips = data.draw(st.sets(st.sampled_from(sorted(parents)), min_size=1))
    past = data.draw(st.sets(st.sampled_from([*sorted(parents), "pruned"])))
    cached = CachedHistory(frozenset(past), b"digest", b"changes")
    graph = build_graph(list_commits(parents), tips, NOWHERE, cached)
    assert graph.parents.keys() == reach(tips, parents)
    seen: set[str] = set()
    for commit, some in graph.parents.items():
        assert some == parents[commit]
        assert seen.issuperset(some)
        seen.add(commit)
    if graph.cached_count:
        assert set([*graph.parents][: graph.cached_count]) == reach(past, parents)
        assert graph.cached == cached._replace(tips=frozenset(tips))
    elif past:
        assert graph.cached == CachedHistory(frozenset(tips))


def test_a_missing_parent_is_an_error_or_truncates_the_graph() -> None:
    commits = list_commits({"b": ("a", "lost"), "a": (), "c": ("b",)})
    with pytest.raises(GitError, match="commit lost cannot be read"):
        build_graph(commits, {"c"}, NOWHERE, CachedHistory())
    graph = build_truncated_graph(commits, NOWHERE)
    assert graph.parents == {"a": (), "b": (), "c": ("b",)}
    assert graph.cached == CachedHistory()


def test_a_reachable_commit_that_git_rejects_is_an_error() -> None:
    commits = parse_commit_lines(b"good tree\nbad \nchild tree bad\n")
    assert commits.refused == {"bad"}
    assert build_graph(commits, {"good"}, NOWHERE, CachedHistory()).parents == {"good": ()}
    with pytest.raises(GitError, match="commit bad cannot be read"):
        build_graph(commits, {"child"}, NOWHERE, CachedHistory())
    with pytest.raises(GitError, match="commit bad cannot be read"):
        build_truncated_graph(commits, NOWHERE)


def test_forged_commits_in_a_circle_do_not_loop_forever() -> None:
    commits = list_commits({"a": ("b",), "b": ("a",)})
    assert build_graph(commits, {"a"}, NOWHERE, CachedHistory()).parents.keys() == {"a", "b"}


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
def test_author_dates_are_parsed(commit: bytes, date: datetime) -> None:
    assert parse_author_date(commit) == date
