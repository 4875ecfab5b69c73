"""Commits: `git:A..B`, `git:A...B`, or `git:REV` for all that REV reaches."""

from __future__ import annotations

from collections.abc import Iterator

from wakeyscan.core.document import Document, Skipped
from wakeyscan.core.errors import UsageError
from wakeyscan.git import command
from wakeyscan.sources import commits
from wakeyscan.sources.options import SourceOptions

PARALLEL = False

_EMPTY_SIDE = (
    "{}: one side of the range is empty, as where a variable of CI is not set; name both sides, "
    "as git:main..HEAD"
)


def list_units(target: str, options: SourceOptions) -> Iterator[str | Skipped]:
    """Yield the ids of the commits, as one unit; raises `SourceError` at once."""
    own = command.open_own()
    return iter([commits.format_unit(resolve_range(target, own), (), (), own)])


def read_documents(unit: str, options: SourceOptions) -> Iterator[Document | Skipped]:
    """Yield what the commits bring."""
    return commits.read_commits(unit, command.open_own(), options)


def resolve_range(target: str, own: command.Git) -> commits.Commits:
    """Turn what the user names into ids; raises `SourceError` where it names nothing."""
    name = f"git:{target}"
    separator = "..." if "..." in target else ".."
    if separator in target and not all(map(str.strip, target.split(separator, 1))):
        raise UsageError(_EMPTY_SIDE.format(name))
    if "..." in target:
        one, _, other = target.partition("...")
        ends = tuple(commits.commit_id(end, own) for end in (one, other))
        bases = own.run("merge-base", "--all", *ends, ok=(0, 1)).decode().split()
        return commits.Commits(ends, tuple(bases), name=name)
    if ".." in target:
        one, _, other = target.partition("..")
        end = commits.commit_id(other, own)
        return commits.Commits((end,), (commits.commit_id(one, own),), name=name)
    if not target.strip():
        raise UsageError("'git:' needs a revision or a range behind it, as git:main..HEAD")
    return commits.Commits((commits.commit_id(target, own),), name=name)
