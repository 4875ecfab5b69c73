"""Entries of the ignore file: one accepted secret each, with the reason.

An entry names a secret, not a place. It stays valid across moves, renames and rebases, and does
not hide another key in the same place.
"""

from __future__ import annotations

import os
from datetime import UTC, date, datetime
from fnmatch import fnmatchcase

from wakeyscan.core.errors import ConfigError, UsageError
from wakeyscan.core.redaction import redact
from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from wakeyscan.core.finding import Finding

ENTRY_FORM = "FINGERPRINT [until=YYYY-MM-DD] [paths=GLOB] # reason"
"""Syntax of an entry."""

HEX_DIGITS = "0123456789abcdef"

MIN_ENTRY_DIGITS = 8
"""Minimum number of digits of a fingerprint that an entry must have."""

_MIN_TYPED_DIGITS = 4
"""Minimum number of digits of a fingerprint that a user must type."""

_ALL_DIGITS = 32

_CONFLICT_MARKERS = ("<<<<<<<", "|||||||", "=======", ">>>>>>>")


class IgnoreEntry(NamedTuple):
    """One accepted secret."""

    fingerprint: str
    """32 hex digits, or at least the first 8 if they are unique."""
    reason: str
    until: date | None = None
    """Last day on which the entry is valid."""
    paths: str = ""
    """Glob of paths, relative to the top of the repository, that limits the entry; or empty."""

    def __str__(self) -> str:
        until = f" until={self.until.isoformat()}" if self.until else ""
        paths = f" paths={self.paths}" if self.paths else ""
        return f"{self.fingerprint}{until}{paths} # {self.reason}"

    def matches_fingerprint(self, fingerprint: str) -> bool:
        """Return whether a fingerprint, or a prefix of one, is that of this entry's secret."""
        return fingerprint.startswith(self.fingerprint) or self.fingerprint.startswith(fingerprint)

    def hides(self, finding: Finding) -> bool:
        """Return whether the entry applies to a finding."""
        is_same = finding.secret.fingerprint.startswith(self.fingerprint)
        return is_same and (not self.paths or fnmatchcase(finding.origin.path, self.paths))

    def has_expired(self, today: date) -> bool:
        """Return whether the entry's last day has passed."""
        return self.until is not None and today > self.until


def parse_entry(file: str, number: int, line: str) -> IgnoreEntry:
    """Parse a line of an ignore file; raise `ConfigError` with the file and line number."""
    place = f"{file}:{number}"
    if line.startswith(_CONFLICT_MARKERS):
        raise ConfigError(f"{place}: unresolved merge conflict; keep the entries of both sides")
    head, _, reason = line.partition("#")
    words = head.split()
    if not reason.strip():
        raise ConfigError(f"{place}: missing reason; expected {ENTRY_FORM}")
    if not words or not _is_entry_fingerprint(words[0]):
        raise ConfigError(f"{place}: missing or invalid fingerprint; expected {ENTRY_FORM}")
    entry = IgnoreEntry(words[0], reason.strip())
    try:
        for word in words[1:]:
            entry = _parse_option(entry, word, file)
    except ValueError as error:
        raise ConfigError(f"{place}: {error}; expected {ENTRY_FORM}") from None
    return entry


def _parse_option(entry: IgnoreEntry, word: str, file: str) -> IgnoreEntry:
    name, _, value = word.partition("=")
    if name == "paths" and value:
        return entry._replace(paths=value)
    if name != "until":
        raise ValueError(f"unknown {_quote('word', word, file)}")
    try:
        return entry._replace(until=date.fromisoformat(value))
    except ValueError:
        raise ValueError(f"invalid {_quote('date', value, file)}") from None


def _quote(kind: str, text: str, file: str) -> str:
    """Return a word for a message, without its text if the file is a link.

    A link in an untrusted repository may lead to a file with secrets.
    """
    return kind if os.path.islink(file) else f"{kind} {text!r}"


def _is_entry_fingerprint(text: str) -> bool:
    return MIN_ENTRY_DIGITS <= len(text) <= _ALL_DIGITS and not text.strip(HEX_DIGITS)


def is_fingerprint(text: str) -> bool:
    """Return whether a text is a full fingerprint."""
    return len(text) == _ALL_DIGITS and not text.strip(HEX_DIGITS)


def check_fingerprint_prefix(text: str) -> None:
    """Raise `UsageError` unless a text is a fingerprint or a long enough prefix of one."""
    if not _MIN_TYPED_DIGITS <= len(text) <= _ALL_DIGITS or text.strip(HEX_DIGITS):
        expected = f"{_ALL_DIGITS} hex digits, or at least the first {_MIN_TYPED_DIGITS}"
        raise UsageError(f"invalid fingerprint {text!r}; expected {expected}")


def check_entry(entry: IgnoreEntry) -> None:
    """Raise `UsageError` for an entry that could not be read back, or that contains a key."""
    if any("\ud800" <= character <= "\udfff" for character in entry.reason + entry.paths):
        raise UsageError("the reason or the paths: invalid UTF-8; use plain text")
    if redact(entry.reason) != entry.reason:
        raise UsageError("the reason: contains a key, which readers of the file see; remove it")
    if entry.paths and any(character in "# \t" for character in entry.paths):
        raise UsageError("--paths: cannot contain a space or '#'; write ? instead")


def current_day() -> date:
    """Return the current day in UTC, which decides whether an entry has expired."""
    return datetime.now(UTC).date()
