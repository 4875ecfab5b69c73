"""Findings: a secret, its place, and its assessment. All types are frozen."""

from __future__ import annotations

from enum import StrEnum

from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from wakeyscan.core.document import Origin
    from wakeyscan.core.secret import Secret
    from wakeyscan.core.severity import Severity

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


EXPIRED = "expired "
"""The reason of a reported credential starts with it if the day of its expiry, which follows, is
before that of the run."""


class Exposure(StrEnum):
    """Kind of file that holds a key; it determines who can see the key."""

    CLIENT_SIDE = "client-side"
    LOG = "log"
    DOCUMENTATION = "documentation"
    CONFIGURATION = "configuration"
    SOURCE = "source"
    METADATA = "metadata"


class Position(NamedTuple):
    """Position in a text: 1-based and half-open, in code points as an editor counts them."""

    line: int
    column: int
    end_column: int


class Replacement(NamedTuple):
    """A part of a file, half-open as in `Position`, and the text without keys that replaces it."""

    line: int
    column: int
    end_line: int
    end_column: int
    text: str


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
    """Reason for a standing other than `reported`, or for the liveness, or a note."""
    liveness: Liveness = Liveness.UNCHECKED
    encoding: str = "plain"
    bounds: Bounds = Bounds.CERTAIN
    details: tuple[tuple[str, str], ...] = ()
    """Pairs of name and text, for example from verification; safe to print."""
    candidates: tuple[Secret, ...] = ()
    """Texts that may be the whole secret if the API rejects it, the most likely first."""
    replacements: tuple[Replacement, ...] = ()
    """Edits of its file that replace the secret by a look-up; only a report in SARIF has them."""
    line_digest: bytes = b""
    """If findings are compared with earlier ones: digest of its line without the secrets."""
