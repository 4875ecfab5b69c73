"""Files that a change touches, as documents."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import NamedTuple

from wakeyscan.core.chunks import format_too_large, read_chunks
from wakeyscan.core.document import Document, Origin, Skipped
from wakeyscan.git import command
from wakeyscan.git.diff import SUBMODULE, UNMERGED, Change
from wakeyscan.git.objects import is_null_id
from wakeyscan.sources.options import SourceOptions


class ChangedFile(NamedTuple):
    """Content that a change brings."""

    origin: Origin
    name: str
    """The id of the content."""
    past: tuple[str, ...]
    """The ids of what stood there before."""
    new_name: bool
    """Whether there was no file of that name before."""


def list_changed_files(
    changes: Iterable[Change], options: SourceOptions, origin_of: Callable[[Change], Origin]
) -> Iterator[ChangedFile | Skipped]:
    """Yield what one commit's changes bring.

    A file that comes under another name has for its past all files that went away in the same
    change: moving a file adds nothing but its name.
    """
    listed = list(changes)
    removed = (c for c in listed if is_null_id(c.new) and c.mode != UNMERGED)
    gone = tuple(n for c in removed for n in c.old if not is_null_id(n))
    for change in listed:
        if options.only and change.path not in options.only:
            continue
        if change.mode == UNMERGED:
            yield Skipped(origin_of(change), "in conflict: settle it, and add it")
        elif is_null_id(change.new) or change.new in change.old:
            continue
        elif change.mode == SUBMODULE:
            reason = "a submodule, whose content is not part of this"
            yield Skipped(origin_of(change), reason, gap=False)
        else:
            here = tuple(n for n in change.old if not is_null_id(n))
            past = here or gone
            moved = (change.new,) if change.new in past else past
            yield ChangedFile(origin_of(change), change.new, moved, not here)


def read_changed_files(
    wanted: list[ChangedFile], from_git: command.Git, options: SourceOptions
) -> Iterator[Document | Skipped]:
    """Read the content that was brought, in one go, each with what stood there before."""
    most = options.max_file_size
    for one, found in zip(wanted, from_git.objects(w.name for w in wanted), strict=True):
        if not found.type:
            yield Skipped(one.origin, f"object {one.name} is missing from the repository")
        elif most is not None and found.size > most:
            yield Skipped(one.origin, format_too_large(found.size, most))
        else:
            before = None if options.whole_files else partial(_contents, from_git, one.past)
            for item in read_chunks(one.origin, found.read, most):
                if isinstance(item, Document):
                    item = item._replace(before=before, new_name=one.new_name)
                yield item


def _contents(from_git: command.Git, names: tuple[str, ...]) -> Iterator[bytes]:
    for found in from_git.objects(names):
        yield found.whole()
