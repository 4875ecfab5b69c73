"""Commits: `git:A..B`, `git:A...B`, or `git:REV` for all commits that REV reaches."""

from __future__ import annotations

import re
from collections.abc import Iterator

from wakeyscan.core.errors import UsageError
from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.git.command import Git, open_own
from wakeyscan.git.rev_list import CommitSelection, resolve_commit
from wakeyscan.sources import commits
from wakeyscan.sources.merged_trees import Pair

if TYPE_CHECKING:
    from wakeyscan.core.document import Document, Skipped
    from wakeyscan.sources.options import SourceOptions

PARALLEL = False

_SEPARATOR = re.compile(r"\.{2,}")

_EMPTY_SIDE = (
    "{}: one side of the range is empty, for example because a CI variable is unset; name both "
    "sides, such as git:main..HEAD"
)
_TWO_RANGES = "{}: expected one range, such as git:main..HEAD; name each range as a target"
_EMPTY_TARGET = "'git:' needs a revision or a range, such as git:main..HEAD"


def list_units(target: str, options: SourceOptions) -> Iterator[str | Skipped]:
    """Yield one unit that names all commits; raise `SourceError` at once."""
    git = open_own()
    selection = parse_range(target, git)
    unit = commits.build_unit(selection, (), (), git, _list_pairs(selection))
    return iter([unit or commits.skip_empty_range(selection.name, _find_hint(target, selection))])


def read_documents(unit: str, options: SourceOptions) -> Iterator[Document | Skipped]:
    """Yield the content that the commits add."""
    return commits.read_commits(unit, open_own(), options)


def parse_range(target: str, git: Git) -> CommitSelection:
    """Parse a range and resolve its revisions; raise `SourceError` for an unknown one."""
    name = f"git:{target}"
    if len(_SEPARATOR.findall(target)) > 1:
        raise UsageError(_TWO_RANGES.format(name))
    separator = "..." if "..." in target else ".."
    left, found, right = target.partition(separator)
    if not found:
        if not target.strip():
            raise UsageError(_EMPTY_TARGET)
        return CommitSelection((resolve_commit(target, git),), name=name)
    if not left.strip() or not right.strip():
        raise UsageError(_EMPTY_SIDE.format(name))
    if separator == "...":
        ends = resolve_commit(left, git), resolve_commit(right, git)
        bases = git.run("merge-base", "--all", *ends, allowed_codes=(0, 1)).decode().split()
        return CommitSelection(ends, tuple(bases), name=name)
    end = resolve_commit(right, git)
    return CommitSelection((end,), (resolve_commit(left, git),), name=name)


def _list_pairs(selection: CommitSelection) -> Iterator[Pair]:
    """Yield each end with that of the other side: `A...B` excludes only what both have."""
    for end in selection.include:
        others = tuple(other for other in selection.include if other != end)
        yield Pair(end, others or selection.exclude)


def _find_hint(target: str, selection: CommitSelection) -> str:
    """Return a question if a range is empty because its sides are swapped."""
    left, separator, right = target.partition("..")
    is_symmetric = right.startswith(".")
    if not separator or is_symmetric or selection.include == selection.exclude:
        return ""
    return f"; did you mean git:{right}..{left}?"
