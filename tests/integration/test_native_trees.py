"""The native core and git tell the same about what the trees of a history change."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.repositories import Repo
from wakeyscan.audit.native_packs import has_native_core
from wakeyscan.audit.native_trees import NativeTreeComparer
from wakeyscan.audit.tree_diff import EntryFilter, TreeDiffs, diff_trees
from wakeyscan.core.errors import GitError
from wakeyscan.git import isolated
from wakeyscan.git.objects import empty_tree_id
from wakeyscan.git.repository import find_repository

pytestmark = pytest.mark.skipif(not has_native_core(), reason="the native core is not installed")

_PATHS = ("a", "a.b", "a/b", "a/b/c", "a/d", "a0", "b", "b/a/a", "c/x", "c/y/z")
_MODES = ("100644", "100755", "120000")


class Storage(NamedTuple):
    """How a history is stored."""

    window: int
    depth: int
    object_format: str
    packed: int
    """Number of commits that are packed; those after them are loose."""


COMMITS = st.lists(
    st.dictionaries(
        st.sampled_from(_PATHS), st.tuples(st.sampled_from(_MODES), st.integers(0, 5)), max_size=8
    ),
    min_size=2,
    max_size=12,
)
STORAGE = st.builds(
    Storage,
    window=st.sampled_from([0, 10, 50]),
    depth=st.sampled_from([1, 5, 50]),
    object_format=st.sampled_from(["sha1", "sha256"]),
    packed=st.integers(0, 12),
)


def build_history(top: Path, commits: list[dict[str, tuple[str, int]]], how: Storage) -> Repo:
    repo = Repo(top, f"--object-format={how.object_format}")
    repo.git("config", "fastimport.unpackLimit", "1000")
    submodule = "1" * (40 if how.object_format == "sha1" else 64)
    for number, files in enumerate(commits):
        lines = [f"commit refs/heads/main\ncommitter A <a> {10**9 + number} +0000\ndata 0\n"]
        if number:
            lines.append("from refs/heads/main^0\n")
        lines.append(f"deleteall\nM 160000 {submodule} module\n")
        for path, (mode, content) in files.items():  # a folder replaces a file, and the reverse
            lines.append(f"M {mode} inline {path}\ndata 2\n{content}\n\n")
        repo.git("fast-import", "--quiet", "--force", stdin="".join(lines).encode())
        if number + 1 == how.packed:
            repo.git("repack", "-adfq", f"--window={how.window}", f"--depth={how.depth}")
    return repo


def list_pairs(repo: Repo) -> list[str]:
    trees = repo.git("log", "--reverse", "--format=%T", "main").split()
    pairs = zip([empty_tree_id(trees[0]), *trees], trees, strict=False)
    return list(dict.fromkeys(f"{old} {new}" for old, new in pairs if old != new))


def summarize(diffs: TreeDiffs, blobs: frozenset[bytes]) -> object:
    """Return what the audit reads from differences: the paths, with the blobs they have then."""
    entries = [
        (one.tree_pair, one.path, new if (new := one.entry.split()[3]) in blobs else b"")
        for one in diffs.matching
        if set(one.entry.split()[2:4]) & blobs
    ]
    return entries, diffs.missing


def check(repo: Repo, blobs: frozenset[bytes], known: frozenset[bytes] | None) -> None:
    repository = find_repository(str(repo.top))
    wanted = EntryFilter(blobs, None, None if known is None else lambda: known)
    pairs = list_pairs(repo)
    native = NativeTreeComparer(repository)._compare(pairs, wanted)
    with isolated.open_isolated(repository) as git:
        assert summarize(native, blobs) == summarize(diff_trees(pairs, git, wanted), blobs)


def list_ids(repo: Repo) -> frozenset[bytes]:
    lines = repo.git("cat-file", "--batch-all-objects", "--batch-check=%(objectname)").split()
    return frozenset(line.encode() for line in lines)


def test_the_native_core_agrees_with_git_on_random_histories(tmp_path: Path) -> None:
    numbers = iter(range(10**6))

    @settings(max_examples=12, deadline=None)
    @given(COMMITS, STORAGE, st.sets(st.integers(0, 5), max_size=4))
    def check_history(
        commits: list[dict[str, tuple[str, int]]], how: Storage, asked: set[int]
    ) -> None:
        repo = build_history(tmp_path / str(next(numbers)), commits, how)
        blobs = frozenset(repo.blob(f"{content}\n").encode() for content in asked)
        check(repo, blobs, list_ids(repo))

    check_history()


def test_the_native_core_agrees_with_git_on_a_missing_blob(tmp_path: Path) -> None:
    repo = Repo(tmp_path)
    for number in range(3):
        repo.commit({"d/file": f"{number}", "other": "same", "key": "x" * number})
    lost = repo.id("HEAD:d/file")
    (tmp_path / ".git/objects" / lost[:2] / lost[2:]).unlink()
    check(repo, frozenset({repo.id("HEAD:key").encode()}), list_ids(repo))


def test_a_missing_tree_is_left_to_git(tmp_path: Path) -> None:
    repo = Repo(tmp_path)
    for number in range(3):
        repo.commit({"d/file": f"{number}", "key": "x" * number})
    lost = repo.id("HEAD:d")
    (tmp_path / ".git/objects" / lost[:2] / lost[2:]).unlink()
    repository = find_repository(str(tmp_path))
    wanted = EntryFilter(frozenset({repo.id("HEAD:key").encode()}), None, None)
    comparer = NativeTreeComparer(repository)
    with pytest.raises(ValueError, match="does not exist"):
        comparer._compare(list_pairs(repo), wanted)
    with isolated.open_isolated(repository) as git, pytest.raises(GitError):
        comparer(list_pairs(repo), git, wanted)
