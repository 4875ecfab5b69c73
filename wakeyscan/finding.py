"""The nouns: what is looked at, what is found, and what is said of it. All frozen."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING, NamedTuple, NoReturn

from wakeyscan.display import KEY_PREFIX

if TYPE_CHECKING:
    from typing import BinaryIO

API_KEY, APP_KEY = "wastack-api-key", "wastack-app-key"
"""The rules whose secrets the API knows."""


PIECES = "pieces"
"""The wrapping of a secret in pieces, and the detail that says where these are, `line:column`."""

INTO = "!/"
"""What stands in a path between a container and its member: `app.zip!/config/.env`."""


class Secret:
    """A credential that prints masked everywhere; `reveal` is the one way to its text.

    It refuses to be pickled or written as JSON. Equal are two of the same rule and text.
    """

    __slots__ = ("_fingerprint", "_text")

    def __init__(self, text: bytes, rule: str) -> None:
        self._text = text
        import hashlib  # OpenSSL: 2 ms that a clean scan never pays

        seed = b"\0".join((b"wakeyscan/1", rule.encode(), text))
        self._fingerprint = hashlib.sha256(seed).hexdigest()[:32]

    @property
    def fingerprint(self) -> str:
        """32 hex digits that hold over moves, renames, rebases and line endings."""
        return self._fingerprint

    def reveal(self) -> bytes:
        """Give the text itself; a test counts who asks."""
        return self._text

    def begins_with(self, other: Secret) -> bool:
        """Say whether another secret is the beginning of this one."""
        return self._text.startswith(other._text)

    def __str__(self) -> str:
        prefix = KEY_PREFIX if self._text.startswith(KEY_PREFIX.encode()) else ""
        return f"{prefix}…({self._fingerprint[:6]})"

    __repr__ = __str__

    def __format__(self, spec: str) -> str:
        return format(str(self), spec)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._fingerprint == other._fingerprint

    def __hash__(self) -> int:
        return hash(self._fingerprint)

    def __copy__(self) -> Secret:
        return self

    def __deepcopy__(self, memo: object) -> Secret:
        return self

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("a Secret is not written anywhere in the clear, pickles included")


class Standing(StrEnum):
    """What triage thinks of a finding; it marks, it never drops."""

    REPORTED = "reported"
    PLACEHOLDER = "placeholder"
    IGNORED = "ignored"


class Liveness(StrEnum):
    """What the API said of a key; no answer is `unknown`, never `revoked`."""

    UNCHECKED = "unchecked"
    LIVE = "live"
    REVOKED = "revoked"
    UNKNOWN = "unknown"


class Bounds(StrEnum):
    """Whether it is known where a secret begins and ends."""

    CERTAIN = "certain"
    """Something that cannot be a part of the secret stands at either end."""
    OPEN = "open"
    """The text may go on, or may hold characters of its neighbour."""


CUT_OR_TOO_LONG = "may be cut or too long"
"""What a report says of a secret with open bounds."""


class Exposure(StrEnum):
    """Who gets to see the place where a key stands."""

    CLIENT_SIDE = "client-side"
    LOG = "log"
    DOCUMENTATION = "documentation"
    CONFIGURATION = "configuration"
    SOURCE = "source"
    METADATA = "metadata"


class Severity(IntEnum):
    """How bad a finding is; ordered."""

    NOTE = 0
    LOW = 1
    MEDIUM = 2
    HIGH = 3
    CRITICAL = 4

    def __str__(self) -> str:
        return self.name.lower()


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


class Position(NamedTuple):
    """Where in a text a finding is: 1-based, half-open, in code points as an editor shows them."""

    line: int
    column: int
    end_column: int


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


class Finding(NamedTuple):
    """One credential at one place."""

    rule: str
    secret: Secret
    origin: Origin
    position: Position
    excerpt: str
    """The line around it, masked for every secret of the document."""
    severity: Severity
    exposure: Exposure
    standing: Standing = Standing.REPORTED
    reason: str = ""
    """Why the standing is not `reported`, or why the liveness is what it is."""
    liveness: Liveness = Liveness.UNCHECKED
    encoding: str = "plain"
    bounds: Bounds = Bounds.CERTAIN
    details: tuple[tuple[str, str], ...] = ()
    """Where the API was asked: its answer, what was sent along, what that tells; safe to print."""
