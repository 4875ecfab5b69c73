"""Changed files in git's raw diff output (`--raw -z`)."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator

from wakeyscan.core.errors import GitError
from wakeyscan.core.typing import NamedTuple
from wakeyscan.git.objects import empty_tree_id

SUBMODULE, UNMERGED = "160000", "unmerged"
_FOLDER = b"040000"


class Change(NamedTuple):
    """A file that a commit or the index changes."""

    path: str
    """Path from the top of the work tree; names that are not UTF-8 use surrogateescape."""
    mode: str
    """The new mode: `100644`, `120000` (link), `160000` (submodule), 0 (removed), `unmerged`.

    `040000` is an empty folder, if the output lists folders.
    """
    new_id: str
    """Id of the new content; zeros if the file is removed."""
    old_ids: tuple[str, ...]
    """Id of the old content for each parent; zeros if the parent lacks the file."""


def parse_changes(output: bytes | Iterable[bytes]) -> Iterator[Change]:
    """Parse raw diff output with full ids and without renames; for merges with `-c`.

    An entry is one `:` for each parent, the modes (parents first), the ids in the same order, a
    status, NUL, the path, NUL. Raise `GitError` for invalid output.
    """
    fields = iter(output.split(b"\0") if isinstance(output, bytes) else output)
    for entry in fields:
        if entry.startswith(b":"):
            try:
                yield _parse_change(entry, next(fields, b""))
            except (ValueError, IndexError):
                raise GitError(
                    "git printed an invalid list of changes; is it really git?"
                ) from None


def _parse_change(entry: bytes, path: bytes) -> Change:
    parents = len(entry) - len(entry.lstrip(b":"))
    words = entry[parents:].decode("ascii").split(" ")
    modes, ids = words[: parents + 1], words[parents + 1 : 2 * parents + 2]
    mode = UNMERGED if words[-1] == "U" else modes[-1]
    return Change(os.fsdecode(path), mode, new_id=ids[-1], old_ids=tuple(ids[:-1]))


def split_fields(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the fields of output that arrives in pieces."""
    rest = b""
    for piece in pieces:
        *fields, rest = (rest + piece).split(b"\0")
        yield from fields
    yield rest


def drop_folders(fields: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the fields of output with folders (`-t`), without those of folders that are not empty.

    No file has the name of an empty folder in its path.
    """
    remaining = iter(fields)
    for field in remaining:
        if field[:1] == b":":
            path = next(remaining, b"")
            if _FOLDER in field and _is_dropped(field):
                continue
            yield field
            field = path
        yield field


def _is_dropped(folder: bytes) -> bool:
    *modes_and_ids, _ = folder.lstrip(b":").decode("ascii", "replace").split(" ")
    mode, new_id = modes_and_ids[len(modes_and_ids) // 2 - 1], modes_and_ids[-1]
    return mode in (_FOLDER.decode(), "000000") and new_id != empty_tree_id(new_id)


def parse_changes_by_commit(output: Iterable[bytes]) -> Iterator[tuple[str, list[Change]]]:
    """Parse the fields of `diff-tree --stdin --raw -z`: each commit with its changes.

    A commit is a separate field. A path that looks like an id follows a `:` field.
    """
    commit = ""
    fields: list[bytes] = []
    for field in output:
        if field[:1] not in (b":", b"") and len(field) in (40, 64) and not len(fields) % 2:
            yield commit, list(parse_changes(fields))
            commit, fields = field.decode("ascii"), []
        else:
            fields.append(field)
    yield commit, list(parse_changes(fields))
