"""Reads what git says of changed files (`--raw -z`), and turns changed files into documents."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import NamedTuple

from wakeyscan import git
from wakeyscan.core.chunks import too_large, windows
from wakeyscan.core.document import Document, Origin, Skipped
from wakeyscan.objectid import is_zero
from wakeyscan.scope import Scope

SUBMODULE, UNMERGED = "160000", "unmerged"


class Change(NamedTuple):
    """One file that a commit, or the index, has otherwise than what came before."""

    path: str
    """From the top of the work tree; a name that is not UTF-8 by surrogateescape."""
    mode: str
    """As it is now: `100644`, `120000` (a link), `160000` (a submodule), 0 if gone, `unmerged`."""
    new: str
    """The id of its content now; zeros where it is gone."""
    old: tuple[str, ...]
    """The ids of its content before: one for each parent; zeros where it was not there."""


def parse(output: bytes | Iterable[bytes]) -> Iterator[Change]:
    """Read the output of `--raw -z` with full ids and without renames; of merges with `-c` too.

    `:` once for each parent, the modes (parents' first), the ids likewise, a status, NUL, the path,
    NUL.
    """
    fields = iter(output.split(b"\0") if isinstance(output, bytes) else output)
    for entry in fields:
        if not entry.startswith(b":"):
            continue
        parents = len(entry) - len(entry.lstrip(b":"))
        words = entry[parents:].decode("ascii").split(" ")
        path = os.fsdecode(next(fields))
        modes, names = words[: parents + 1], words[parents + 1 : 2 * parents + 2]
        mode = UNMERGED if words[-1] == "U" else modes[-1]
        yield Change(path, mode, names[-1], tuple(names[:-1]))


def by_commit(output: bytes) -> Iterator[tuple[str, list[Change]]]:
    """Read the output of `diff-tree --stdin --raw -z`: the commits, each with its changes.

    A commit is a field of its own; a path that looks like one stands behind a `:…` field.
    """
    commit = ""
    fields: list[bytes] = []
    for field in output.split(b"\0"):
        if field[:1] not in (b":", b"") and len(field) in (40, 64) and not len(fields) % 2:
            yield commit, list(parse(fields))
            commit, fields = field.decode("ascii"), []
        else:
            fields.append(field)
    yield commit, list(parse(fields))


class Brought(NamedTuple):
    """Content that a change brings."""

    origin: Origin
    name: str
    """The id of the content."""
    past: tuple[str, ...]
    """The ids of what stood there before."""
    new_name: bool
    """Whether there was no file of that name before."""


def brought(
    changes: Iterable[Change], scope: Scope, origin_of: Callable[[Change], Origin]
) -> Iterator[Brought | Skipped]:
    """Yield what one commit's changes bring.

    A file that comes under another name has for its past all files that went away in the same
    change: moving a file adds nothing but its name.
    """
    listed = list(changes)
    removed = (c for c in listed if is_zero(c.new) and c.mode != UNMERGED)
    gone = tuple(n for c in removed for n in c.old if not is_zero(n))
    for change in listed:
        if scope.only and change.path not in scope.only:
            continue
        if change.mode == UNMERGED:
            yield Skipped(origin_of(change), "in conflict: settle it, and add it")
        elif is_zero(change.new) or change.new in change.old:
            continue
        elif change.mode == SUBMODULE:
            reason = "a submodule, whose content is not part of this"
            yield Skipped(origin_of(change), reason, gap=False)
        else:
            here = tuple(n for n in change.old if not is_zero(n))
            past = here or gone
            moved = (change.new,) if change.new in past else past
            yield Brought(origin_of(change), change.new, moved, not here)


def documents(
    wanted: list[Brought], from_git: git.Git, scope: Scope
) -> Iterator[Document | Skipped]:
    """Read the content that was brought, in one go, each with what stood there before."""
    most = scope.max_file_size
    for one, found in zip(wanted, from_git.objects(w.name for w in wanted), strict=True):
        if not found.type:
            yield Skipped(one.origin, f"object {one.name} is missing from the repository")
        elif most is not None and found.size > most:
            yield Skipped(one.origin, too_large(found.size, most))
        else:
            before = None if scope.whole_files else partial(_contents, from_git, one.past)
            for item in windows(one.origin, found.read, most):
                if isinstance(item, Document):
                    item = item._replace(before=before, new_name=one.new_name)
                yield item


def _contents(from_git: git.Git, names: tuple[str, ...]) -> Iterator[bytes]:
    for found in from_git.objects(names):
        yield found.whole()
