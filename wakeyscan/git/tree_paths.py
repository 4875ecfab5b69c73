"""Trees that name the same files at very many paths.

Trees share subtrees, so that 600 bytes of objects can name a billion paths. To compare such trees,
git lists all paths in memory before it prints the first.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from wakeyscan.core.errors import GitError
from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.git.objects import parse_tree

if TYPE_CHECKING:
    from wakeyscan.git.command import Git

MAX_REPEATED = 10_000
"""Maximum number of paths of files that have a path already, and ten more for each file."""

_REPEATED_PER_FILE = 10
_LARGE = 256 << 20
"""Bytes of a comparison after which the trees are checked."""


class TooManyPaths(GitError):
    """The same files have too many paths to list them all."""

    def __init__(self) -> None:
        super().__init__(f"the same files have over {MAX_REPEATED:,} paths")


def compare_trees(
    arguments: tuple[str, ...], revisions: Iterable[str], git: Git
) -> Iterator[bytes]:
    """Yield the output of `git diff-tree` in pieces; raise `TooManyPaths`.

    `revisions` are the lines of its standard input; each names one or two commits or trees. They
    are checked if git is silent for seconds, or prints very much.
    """
    lines = list(revisions)
    stdin = "".join(f"{line}\n" for line in lines).encode()
    size = 0
    for piece in git.run_in_pieces(*arguments, stdin=stdin, on_silence=lambda: check(lines, git)):
        if size < _LARGE <= size + len(piece):
            check(lines, git)
        size += len(piece)
        yield piece


def limit_repeated_paths(fields: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the fields of git's raw diff output (`git.diff`); raise `TooManyPaths`."""
    seen: set[bytes] = set()
    repeated, is_path = 0, False
    for field in fields:
        if is_path:
            is_path = False
        elif field[:1] == b":":
            is_path = True
            *_, old, new, _ = (b"", b"", *field.split(b" "))
            blob = new if new.strip(b"0") else old
            if blob in seen:
                repeated += 1
                if repeated > _get_limit(len(seen)):
                    raise TooManyPaths
            seen.add(blob)
        yield field


def _get_limit(files: int) -> int:
    return MAX_REPEATED + _REPEATED_PER_FILE * files


def check(lines: Iterable[str], git: Git) -> None:
    """Raise `TooManyPaths` if a tree of the commits or trees in `lines` has too many."""
    stdin = "".join(f"{line}\n" for line in lines).replace(" ", "\n").encode()
    options = ("--no-walk", "--ignore-missing", "--stdin")
    # For a commit, its id and parents; for a tree, nothing.
    commits = git.run_ascii("rev-list", "--parents", *options, stdin=stdin).replace(" ", "\n")
    stdin += commits.encode()
    reached = git.run_ascii("rev-list", "--objects", "--no-object-names", *options, stdin=stdin)
    kinds = dict(list_kinds(reached.split(), git))
    trees: dict[str, list[str]] = {}
    names = [name for name, kind in kinds.items() if kind == "tree"]
    for found in git.read_objects(names):
        width = len(found.id) // 2
        trees[found.id] = [child.hex() for _, child in parse_tree(found.read_all(), width)]
    files = len(kinds) - len(names)
    if max(count_paths(trees).values(), default=0) > _get_limit(files) + files:
        raise TooManyPaths


def list_kinds(ids: Iterable[str], git: Git) -> Iterator[tuple[str, str]]:
    """Yield objects with their kinds, `blob` or another; the kind of a missing one is empty."""
    stdin = "".join(f"{name}\n" for name in ids).encode()
    format_option = "--batch-check=%(objectname) %(objecttype)"
    for line in git.run_ascii("cat-file", format_option, stdin=stdin).splitlines():
        name, _, kind = line.partition(" ")
        yield name, kind if kind in ("blob", "tree", "commit", "tag") else ""


def count_paths(trees: dict[str, list[str]]) -> dict[str, int]:
    """Return the number of paths below each tree; each tree is visited once."""
    counts: dict[str, int] = {}
    for top in trees:
        pending = [top]
        while pending:
            tree = pending[-1]
            unknown = [c for c in trees[tree] if c in trees and c not in counts]
            if tree in counts or not unknown:
                counts[pending.pop()] = sum(counts.get(child, 1) for child in trees[tree])
            else:
                pending += dict.fromkeys(unknown)
    return counts
