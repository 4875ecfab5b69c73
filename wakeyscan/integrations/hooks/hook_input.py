"""What the stages of git's hooks share: what they open, and how they are told of refs."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from wakeyscan.core.document import Skipped
from wakeyscan.core.errors import UsageError
from wakeyscan.git.objects import is_null_id, is_object_id
from wakeyscan.sources import Source
from wakeyscan.sources.options import SourceOptions


class HookInput(NamedTuple):
    """A source, what it is to read, and how much of it."""

    source: Source
    units: Iterable[str | Skipped]
    options: SourceOptions


class RefUpdate(NamedTuple):
    """One ref that a push moves."""

    ref: str
    old: str
    """The id that it had there; zeros where it is new."""
    new: str
    """The id that it gets; zeros where it is deleted."""

    @property
    def deletes(self) -> bool:
        """Whether the ref goes away, and brings nothing."""
        return is_null_id(self.new)

    @property
    def has_old(self) -> bool:
        """Whether the ref was there before."""
        return not is_null_id(self.old)


def read_updates() -> Iterator[RefUpdate]:
    """Read what git tells on stdin; raises `UsageError` at a line that is none of git's.

    pre-receive gets `old new ref`; pre-push `local-ref local-id remote-ref remote-id`.
    """
    text = sys.stdin.buffer.read().decode("utf-8", "surrogateescape") if sys.stdin else ""
    lines = text.removesuffix("\n").split("\n") if text else []  # a ref's name may hold U+2028
    for line in lines:
        words = line.rstrip("\r").rsplit(" ", 3)  # a local ref may be HEAD@{1 day ago}
        if len(words) == 3:
            old, new, ref = words
        elif len(words) == 4:
            _, new, ref, old = words
        else:
            raise UsageError(f"stdin is not what git gives to this hook: {line!r}")
        if not (is_object_id(old) and is_object_id(new)):
            raise UsageError(f"stdin is not what git gives to this hook: {line!r}")
        yield RefUpdate(ref, old, new)
