"""Propagation of secrets through small graphs, whose changes come from the cache."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from wakeyscan.audit.cache import CachedHistory, hash_ids
from wakeyscan.audit.commit_graph import CommitGraph
from wakeyscan.audit.propagation import (
    SecretBits,
    TreeHistory,
    apply_changes,
    group_by_bit,
    propagate,
)
from wakeyscan.audit.tree_diff import EntryFilter, TreeDiffs
from wakeyscan.git.command import Git
from wakeyscan.git.diff import Change

NOWHERE = Git("/nonexistent", {})
"""Git that fails if it is run: every change of these graphs is cached."""
ZERO = "0" * 40
FIRST, SECOND = "a" * 40, "b" * 40
"""Blobs: the first has secret 1, the second has secret 2."""
SECRETS = SecretBits({FIRST: 1, SECOND: 2}, {}, None)


def tree(commit: str) -> str:
    return commit * 40


def change(before: str, after: str, old: str, new: str) -> tuple[bytes, bytes, bytes]:
    """Return a change of the file `f` between the trees of two commits, as git writes it."""
    entry = f":100644 100644 {old} {new} M"
    return f"{tree(before)} {tree(after)}".encode(), entry.encode(), b"f"


def follow(
    parents: dict[str, tuple[str, ...]],
    *changes: tuple[bytes, bytes, bytes],
    secrets: SecretBits = SECRETS,
) -> TreeHistory:
    cached = CachedHistory(
        tips=frozenset(parents),
        blobs_digest=hash_ids(secrets.blobs),
        changes=b"\0".join(field for fields in changes for field in fields),
    )
    graph = CommitGraph(
        parents=parents,
        trees={commit: tree(commit) for commit in parents},
        git=NOWHERE,
        cached=cached,
        cached_count=len(parents),
    )
    return propagate(graph, secrets)


LINE = {"1": (), "2": ("1",), "3": ("2",), "4": ("3",)}
ADDED = change("1", "2", ZERO, FIRST)
REPLACED = change("2", "3", FIRST, SECOND)


def test_a_removed_secret_is_no_longer_current_but_stays_cumulative() -> None:
    history = follow(LINE, ADDED, REPLACED)
    states = [history.states[commit] for commit in "1234"]
    assert [state.current for state in states] == [0, 1, 2, 2]
    assert [state.cumulative for state in states] == [0, 1, 3, 3]


def test_the_commits_that_add_and_remove_a_secret() -> None:
    history = follow(LINE, ADDED, REPLACED)
    assert history.list_adding_commits() == {1: ["2"], 2: ["3"]}
    assert history.list_removing_commits() == {1: ["3"]}
    assert history.added_files == {("f", FIRST): ["2"], ("f", SECOND): ["3"]}


def test_commits_without_a_change_share_the_state_of_their_parent() -> None:
    history = follow(LINE, ADDED)
    assert history.states["4"] is history.states["2"]


def test_a_merge_does_not_remove_a_secret_that_one_parent_lacks() -> None:
    fork = {"1": (), "2": ("1",), "3": ("1",), "4": ("3", "2")}
    history = follow(fork, ADDED)
    assert history.states["4"].current == 0
    assert history.states["4"].cumulative == 1
    assert history.list_removing_commits() == {}


def test_a_merge_does_not_add_a_secret_that_one_parent_has() -> None:
    fork = {"1": (), "2": ("1",), "3": ("1",), "4": ("3", "2")}
    history = follow(fork, ADDED, change("3", "4", ZERO, FIRST))
    assert history.states["4"].current == 1
    assert history.list_adding_commits() == {1: ["2"]}
    assert history.added_files == {("f", FIRST): ["2"]}


def test_trees_are_compared_in_the_pack_order_of_their_commits() -> None:
    compared: list[str] = []

    def compare(pairs: list[str], git: Git, entry_filter: EntryFilter) -> TreeDiffs:
        compared.extend(pairs)
        return TreeDiffs([], None)

    stored = {commit: tree(commit) for commit in "3142"}  # 4 is of another history
    parents = {"1": (), "2": ("1",), "3": ("2",)}
    propagate(CommitGraph(parents, stored, NOWHERE, CachedHistory()), SECRETS, compare=compare)
    assert [pair[-1] for pair in compared] == ["3", "1", "2"]


def test_a_message_counts_for_the_history_and_not_for_the_tree() -> None:
    history = follow(LINE, secrets=SecretBits({}, {"2": 4}, None))
    assert [history.states[c].cumulative for c in "1234"] == [0, 4, 4, 4]
    assert {state.current for state in history.states.values()} == {0}


def test_a_path_with_a_secret_counts_for_each_file_there() -> None:
    secrets = SecretBits({FIRST: 1}, {}, lambda path: 2 if path == "key" else 0)
    assert secrets.in_file("key", FIRST) == 3
    assert secrets.in_file("key", ZERO) == 2
    assert secrets.in_files(frozenset({("f", FIRST), ("key", SECOND)})) == 3


def test_changes_replace_the_files_at_their_paths() -> None:
    files = frozenset({("f", FIRST), ("g", FIRST)})
    deleted = Change("f", "000000", ZERO, (FIRST,))
    added = Change("h", "100644", SECOND, (ZERO,))
    clean = Change("g", "100644", "c" * 40, (FIRST,))
    assert apply_changes(files, [deleted, added], SECRETS) == {("g", FIRST), ("h", SECOND)}
    assert apply_changes(files, [clean], SECRETS) == {("f", FIRST)}


@given(st.lists(st.tuples(st.integers(0, 1 << 80), st.text(max_size=3)), max_size=8))
def test_names_are_grouped_by_each_bit_that_is_set(pairs: list[tuple[int, str]]) -> None:
    grouped = group_by_bit(pairs)
    expected = {1 << n: [name for bits, name in pairs if bits >> n & 1] for n in range(81)}
    assert grouped == {bit: names for bit, names in expected.items() if names}
