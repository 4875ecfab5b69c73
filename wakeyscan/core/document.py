"""Documents: where content comes from, the content, and what was skipped."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from typing import BinaryIO


MEMBER_SEPARATOR = "!/"
"""What stands in a path between a container and its member: `app.zip!/config/.env`."""


class Origin(NamedTuple):
    """Where a document came from."""

    path: str
    """With `/`; a name that is not UTF-8 is kept by surrogateescape (`os.fsdecode`)."""
    within: str = ""
    """`commit 1a2b…`, `app.zip`, … or empty for a plain file."""
    details: tuple[tuple[str, str], ...] = ()
    """Free-form pairs, by name: a report may print them, never branch on them."""
    part: str = ""
    """`name` or `message` where it is no file's content, but metadata."""


class Document(NamedTuple):
    """Bytes to look at: a whole file, or one window of a file too large to hold."""

    origin: Origin
    content: bytes
    encoding: str = "plain"
    """How it was wrapped, outermost first (`base64`, `utf-16`, `zip/base64`, …)."""
    line: int = 1
    """The line on which `content` begins, 1-based."""
    column: int = 1
    """The column at which `content` begins, 1-based."""
    own: tuple[int, int] | None = None
    """Of a window: the half-open range of offsets whose secrets are its own; else context."""
    before: Callable[[], Iterable[bytes]] | None = None
    """Gives what stood here before a change; only what is new since then is a finding."""
    new_name: bool = True
    """Whether its name is looked at too: not that of a file that was there before a change."""
    whole: Callable[[], BinaryIO] | None = None
    """Of a window: opens what it is a window of, where that can be done a second time."""

    def __repr__(self) -> str:
        return f"Document({self.origin!r}, {len(self.content)} bytes, {self.encoding})"


class Skipped(NamedTuple):
    """Something that could not be looked at, and why: data, not a log line."""

    origin: Origin
    reason: str
    gap: bool = True
    """Whether it was to be looked at; a submodule, say, is no part of a commit's content."""
    times: int = 1
    """How many things it stands for: many alike in one file are told as one."""
