"""The nouns: what is looked at, what is found, and what is said of it. All frozen."""

from __future__ import annotations

from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING, NamedTuple

from wakeyscan.core.document import Origin
from wakeyscan.core.secret import Secret

if TYPE_CHECKING:
    pass


PIECES = "pieces"
"""The wrapping of a secret in pieces, and the detail that says where these are, `line:column`."""


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


class Position(NamedTuple):
    """Where in a text a finding is: 1-based, half-open, in code points as an editor shows them."""

    line: int
    column: int
    end_column: int


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


class CommitRef(NamedTuple):
    """A commit at which something happened to a key."""

    commit: str
    """Its id, in hex; empty where no commit that is left has the key."""
    author_date: str
    """As ISO 8601, in UTC; empty where there is no commit."""


class Occurrence(NamedTuple):
    """Where a key stood: a line of one version of a file."""

    path: str
    line: int
    blob: str
    """The id of that version, or of the commit or tag whose message holds the key."""
    commit: str
    """The first commit that has that version there, or empty."""


class SecretHistory(NamedTuple):
    """The life of one secret in a history."""

    rule: str
    secret: Secret
    severity: Severity
    introduced: CommitRef
    """The first commit whose tree has it while no parent's has."""
    removed: CommitRef | None
    """The last commit that took it away; `None` while HEAD's tree has it, or none ever did."""
    at_head: bool
    pushed: bool | None
    """Whether a remote-tracking ref reaches it; `None` where there are no such refs."""
    reachable_from: tuple[str, ...]
    """Names of refs, `HEAD`, `stash`, `reflog`, `index`, or `unreachable`."""
    exposed_days: int
    """From its introduction to its removal, or until today."""
    places: tuple[Occurrence, ...]
    liveness: Liveness = Liveness.UNCHECKED
    reason: str = ""
    """Why the liveness is what it is."""
    details: tuple[tuple[str, str], ...] = ()
    """As those of a finding."""
    bounds: Bounds = Bounds.CERTAIN
    """Certain if they are at one place at least."""
