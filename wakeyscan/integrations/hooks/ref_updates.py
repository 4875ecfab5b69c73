"""Ref updates, which git writes to the stdin of the hooks of a push."""

from __future__ import annotations

import sys

from wakeyscan.core.errors import UsageError
from wakeyscan.core.typing import NamedTuple
from wakeyscan.git.objects import is_null_id, is_object_id


class RefUpdate(NamedTuple):
    """A ref that a push moves."""

    ref: str
    old: str
    """The old object id; zeros for a new ref."""
    new: str
    """The new object id; zeros for a deleted ref."""

    @property
    def is_deletion(self) -> bool:
        """Whether the push deletes the ref, so that there is nothing to scan."""
        return is_null_id(self.new)

    @property
    def is_branch(self) -> bool:
        """Whether the ref is a branch."""
        return self.ref.startswith("refs/heads/")

    @property
    def has_old(self) -> bool:
        """Whether the ref existed before."""
        return not is_null_id(self.old)


def read_updates() -> list[RefUpdate]:
    """Return the ref updates that git writes to stdin; a terminal has none.

    pre-receive gets `old new ref`; pre-push gets `local-ref local-id remote-ref remote-id`.
    Raise `UsageError` for any other line.
    """
    if not sys.stdin or sys.stdin.isatty():
        return []
    text = sys.stdin.buffer.read().decode("utf-8", "surrogateescape")
    lines = text.removesuffix("\n").split("\n") if text else []  # a ref name may contain U+2028
    return [*map(_parse_update, lines)]


def _parse_update(line: str) -> RefUpdate:
    words = line.rstrip("\r").rsplit(" ", 3)  # a local ref may be HEAD@{1 day ago}
    match words:
        case [old, new, ref] | [_, new, ref, old] if is_object_id(old) and is_object_id(new):
            return RefUpdate(ref, old, new)
    raise UsageError(f"stdin: expected a ref update as git writes it, got {line!r}")
