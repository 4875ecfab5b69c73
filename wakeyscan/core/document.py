"""Documents: content to scan, its origin, and items that were skipped."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from typing import BinaryIO

Details = tuple[tuple[str, str], ...]
"""Free-form pairs of name and text. A report may print them, but must not branch on them."""

MEMBER_SEPARATOR = "!/"
"""Separates a container from its member in a path: `app.zip!/config/.env`."""


CHUNK_SIZE = 16 << 20
"""Bytes of a chunk, its context included; a larger document is scanned in chunks."""


class Origin(NamedTuple):
    """Where a document came from."""

    path: str
    """Path with `/`; bytes that are not UTF-8 are surrogates (see `os.fsdecode`)."""
    within: str = ""
    """The version, for example `commit 1a2b…`; `path` has the way into an archive."""
    details: Details = ()
    part: str = ""
    """`name`, `message` or `note` if the content is metadata; empty for the content of a file."""


class Document(NamedTuple):
    """Bytes to scan: a whole file, or one chunk of a file that is too large to hold."""

    origin: Origin
    content: bytes
    encoding: str = "plain"
    """The encodings that were decoded, outermost first (`base64`, `utf-16`, `zip/base64`, …)."""
    line: int = 1
    """Line on which `content` begins, 1-based."""
    column: int = 1
    """Column at which `content` begins, 1-based."""
    own: tuple[int, int] | None = None
    """Half-open range of a chunk that it reports secrets of; the bytes around it are context."""
    before: Callable[[], Iterable[tuple[str, bytes]]] | None = None
    """Reads the versions before a change, each with its path. Only a new secret is a finding."""
    is_repeated: bool = False
    """Whether earlier documents of its unit may have had its secrets, which are reported once."""
    has_new_name: Callable[[], bool] | None = None
    """Returns whether a change gave the file its name; `None`: yes. Old names are not findings."""
    open_file: Callable[[], BinaryIO] | None = None
    """Opens the file that this is a chunk of; `None` if it can be read only once."""

    def __repr__(self) -> str:
        return f"Document({self.origin!r}, {len(self.content)} bytes, {self.encoding})"


NO_COMMITS = "0 commits"
"""Start of the reason of a range that contains no commit, which is skipped but no gap."""


class Skipped(NamedTuple):
    """An item that was not scanned, and the reason."""

    origin: Origin
    reason: str
    gap: bool = True
    """Whether it makes the scan incomplete. A submodule does not: a commit does not contain it."""
    times: int = 1
    """Number of items that this one represents; reports combine similar items."""
    opaque: bool = False
    """Whether it is intact but cannot be opened here, such as an encrypted archive."""
