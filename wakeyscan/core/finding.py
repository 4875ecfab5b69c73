"""Findings: a secret, its place, and its assessment. All types are frozen."""

from __future__ import annotations

from enum import IntEnum, StrEnum
from typing import NamedTuple

from wakeyscan.core.document import Origin
from wakeyscan.core.secret import Secret

PIECES = "pieces"
"""Encoding of a concatenated secret, and name of the detail with its parts' `line:column`."""


class Standing(StrEnum):
    """Whether a finding counts. A finding that does not count is marked, never dropped."""

    REPORTED = "reported"
    PLACEHOLDER = "placeholder"
    IGNORED = "ignored"


class Liveness(StrEnum):
    """Result of verifying a key. A missing answer is `unknown`, never `revoked`."""

    UNCHECKED = "unchecked"
    LIVE = "live"
    REVOKED = "revoked"
    UNKNOWN = "unknown"


class Bounds(StrEnum):
    """Whether the beginning and the end of a secret are known."""

    CERTAIN = "certain"
    """Both neighboring characters cannot be part of a secret."""
    OPEN = "open"
    """The secret may continue, or may include characters of the text next to it."""


CUT_OR_TOO_LONG = "may be cut or too long"
"""Text in reports for open bounds."""


class Exposure(StrEnum):
    """Kind of file that holds a key, which decides who can see the key."""

    CLIENT_SIDE = "client-side"
    LOG = "log"
    DOCUMENTATION = "documentation"
    CONFIGURATION = "configuration"
    SOURCE = "source"
    METADATA = "metadata"


class Severity(IntEnum):
    """How serious a finding is; ordered."""

    NOTE = 0
    LOW = 1
    MEDIUM = 2
    HIGH = 3
    CRITICAL = 4

    def __str__(self) -> str:
        return self.name.lower()


class Position(NamedTuple):
    """Position in a text: 1-based and half-open, in code points as an editor counts them."""

    line: int
    column: int
    end_column: int


class Finding(NamedTuple):
    """One secret in one place."""

    rule: str
    secret: Secret
    origin: Origin
    position: Position
    excerpt: str
    """The line around it, with every secret of the document masked."""
    severity: Severity
    exposure: Exposure
    standing: Standing = Standing.REPORTED
    reason: str = ""
    """Reason for a standing other than `reported`, or for the liveness."""
    liveness: Liveness = Liveness.UNCHECKED
    encoding: str = "plain"
    bounds: Bounds = Bounds.CERTAIN
    details: tuple[tuple[str, str], ...] = ()
    """Pairs of name and text, for example from verification; safe to print."""


class CommitRef(NamedTuple):
    """A commit that added or removed a secret."""

    commit: str
    """Id in hex; empty if no remaining commit has the secret."""
    author_date: str
    """ISO 8601 in UTC; empty if there is no commit."""


class Occurrence(NamedTuple):
    """A line of one version of a file that holds a secret."""

    path: str
    line: int
    blob: str
    """Id of that version, or of the commit or tag whose message holds the secret."""
    commit: str
    """First commit with that version at that path, or empty."""


class SecretHistory(NamedTuple):
    """History of one secret in a repository."""

    rule: str
    secret: Secret
    severity: Severity
    introduced: CommitRef
    """First commit whose tree has it while no parent's tree does."""
    removed: CommitRef | None
    """Last commit that removed it; `None` if it is at HEAD or was never in a tree."""
    at_head: bool
    pushed: bool | None
    """Whether a remote-tracking ref reaches it; `None` if there are no such refs."""
    reachable_from: tuple[str, ...]
    """Names of refs, `HEAD`, `stash`, `reflog`, `index`, or `unreachable`."""
    exposed_days: int
    """Days from its introduction to its removal, or to today."""
    places: tuple[Occurrence, ...]
    liveness: Liveness = Liveness.UNCHECKED
    reason: str = ""
    """Reason for the liveness."""
    details: tuple[tuple[str, str], ...] = ()
    """See `Finding.details`."""
    bounds: Bounds = Bounds.CERTAIN
    """Certain if the bounds are certain in at least one place."""
