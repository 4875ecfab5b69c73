"""Reads what git says of changed files (`--raw -z`), and turns changed files into documents."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from typing import NamedTuple

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


def parse_changes(output: bytes | Iterable[bytes]) -> Iterator[Change]:
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


def parse_changes_by_commit(output: bytes) -> Iterator[tuple[str, list[Change]]]:
    """Read the output of `diff-tree --stdin --raw -z`: the commits, each with its changes.

    A commit is a field of its own; a path that looks like one stands behind a `:…` field.
    """
    commit = ""
    fields: list[bytes] = []
    for field in output.split(b"\0"):
        if field[:1] not in (b":", b"") and len(field) in (40, 64) and not len(fields) % 2:
            yield commit, list(parse_changes(fields))
            commit, fields = field.decode("ascii"), []
        else:
            fields.append(field)
    yield commit, list(parse_changes(fields))
