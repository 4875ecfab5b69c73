"""The findings that a team has accepted: a line each, with a reason, in `.wakeyscanignore`.

An entry is about a secret, not about a place: it holds over moves, renames and rebases, and another
key in the same place is another finding.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from fnmatch import fnmatchcase
from io import StringIO
from typing import NamedTuple

from wakeyscan.core import small_files
from wakeyscan.core.errors import ConfigError, UsageError
from wakeyscan.core.finding import Finding, Standing
from wakeyscan.core.redaction import redact
from wakeyscan.git import worktree
from wakeyscan.suppression import IGNORE_FILE, IgnoreStats

_FORM = "FINGERPRINT [until=YYYY-MM-DD] [paths=GLOB] # reason"
_OPENING = "# What wakeyscan is to ignore: "
_PURPOSE = "# The headings keep branches that each add entries from meeting in one line."
_DIGITS = "0123456789abcdef"
_HEADINGS = {digit: f"# -- {digit}" for digit in _DIGITS}
"""By the first digit of the fingerprints below them; git merges what no line lies between not."""
_FEWEST, _SHORTEST, _WHOLE = 4, 8, 32
"""Digits of a fingerprint: that a person has to type, that an entry has to have, that there are."""
_CONFLICT = ("<<<<<<<", "|||||||", "=======", ">>>>>>>")


class Entry(NamedTuple):
    """One accepted secret."""

    fingerprint: str
    """32 hex digits, or so many of the first, eight at least, that no other has them."""
    reason: str
    until: date | None = None
    """The last day on which it counts."""
    paths: str = ""
    """A pattern of paths, from the top of the repository, to which it is limited, if any."""

    def __str__(self) -> str:
        until = f" until={self.until.isoformat()}" if self.until else ""
        paths = f" paths={self.paths}" if self.paths else ""
        return f"{self.fingerprint}{until}{paths} # {self.reason}"

    def is_about(self, fingerprint: str) -> bool:
        """Say whether a fingerprint, or the beginning of one, is that of its secret."""
        return fingerprint.startswith(self.fingerprint) or self.fingerprint.startswith(fingerprint)

    def hides(self, finding: Finding) -> bool:
        """Say whether it is about a finding."""
        same = finding.secret.fingerprint.startswith(self.fingerprint)
        return same and (not self.paths or fnmatchcase(_from_top(finding.origin.path), self.paths))

    def has_expired(self, today: date) -> bool:
        """Say whether its last day is over."""
        return self.until is not None and today > self.until


def _from_top(path: str) -> str:
    """Give a path from the top of the repository: those of files are told from where one stands."""
    top = worktree.find_work_tree(".")
    if top is None or not os.path.lexists(path):
        return path  # of the index or of a commit: from the top already
    folder, name = os.path.split(path)  # a link is a place of its own
    place = os.path.join(os.path.realpath(folder), name)
    inside = place.startswith(os.path.join(top, ""))
    return os.path.relpath(place, top).replace(os.sep, "/") if inside else path


class _Layout(NamedTuple):
    """A file of entries with what people wrote around them."""

    head: list[str]
    above: dict[Entry, list[str]]
    """The entries, each once, in their order, and the lines between each and the one before it."""
    tail: list[str]
    headed: bool
    """Whether it is to have headings: one that was begun without goes on without."""


def read_ignore_file(file: str, held: bytes | None = None) -> tuple[Entry, ...]:
    """Read a file of entries, none where there is no such file; raises `ConfigError`.

    `held`: what it holds, where it is not to be read from disk.
    """
    return tuple(_layout(file, held).above)


def _layout(file: str, held: bytes | None = None) -> _Layout:
    rows = [line.strip() for line in _lines(file, held)]
    headings = frozenset(_HEADINGS.values())
    layout = _Layout([], {}, [], not rows or not headings.isdisjoint(rows))
    lines: list[str] = []
    for number, row in enumerate(rows, 1):
        if row in headings:
            continue
        if not row or row.startswith("#"):
            lines.append(row)
            continue
        if not layout.above:
            at = _end_of_head(lines)
            layout.head.extend(lines[:at])
            del lines[:at]
        layout.above.setdefault(_entry(file, number, row), []).extend(lines)
        lines = []
    (layout.tail if layout.above else layout.head).extend(lines)
    return layout


def _lines(file: str, held: bytes | None) -> list[str]:
    try:
        if held is None:
            held = small_files.read_small_file(file, small_files.MAX_LIST_SIZE)
        text = held.decode("utf-8-sig")
    except FileNotFoundError:
        return []
    except OSError as error:
        raise ConfigError(f"{file}: can't be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise ConfigError(f"{file}: can't be read: {error}") from None
    return list(StringIO(text, newline=None))  # a form feed, say, ends no line of it


def _end_of_head(lines: list[str]) -> int:
    """Say how many of the lines before the first entry are about the file, not about that entry."""
    ends = (
        n for n, line in enumerate(lines, 1) if not line or line.startswith((_OPENING, _PURPOSE))
    )
    return max(ends, default=len(lines))


def _entry(file: str, number: int, row: str) -> Entry:
    def refuse(what: str) -> ConfigError:
        return ConfigError(f"{file}:{number}: {what}; a line is {_FORM}")

    if row.startswith(_CONFLICT):
        raise ConfigError(
            f"{file}:{number}: a merge was not finished: keep the entries of both sides"
        )
    head, _, reason = row.partition("#")
    words = head.split()
    if not reason.strip():
        raise refuse("the reason is missing")
    if not words or not _is_fingerprint(words[0]):
        raise refuse("no fingerprint comes first")
    entry = Entry(words[0], reason.strip())
    for word in words[1:]:
        name, _, value = word.partition("=")
        if name == "until":
            try:
                entry = entry._replace(until=date.fromisoformat(value))
            except ValueError:
                raise refuse(f"{_quoted(file, value)} is no day") from None
        elif name == "paths" and value:
            entry = entry._replace(paths=value)
        else:
            raise refuse(f"{_quoted(file, word)} is not known")
    return entry


def _quoted(file: str, word: str) -> str:
    """Return a word for a message, but not from a linked file: the link may lead to any secret."""
    return "a word" if os.path.islink(file) else repr(word)


def _is_fingerprint(text: str) -> bool:
    return _SHORTEST <= len(text) <= _WHOLE and not text.strip(_DIGITS)


def current_day() -> date:
    """Return the current day in UTC, by which entries expire."""
    return datetime.now(UTC).date()


def check_fingerprint_prefix(text: str) -> None:
    """Refuse what is no beginning of a fingerprint; raises `UsageError`."""
    if not _FEWEST <= len(text) <= _WHOLE or text.strip(_DIGITS):
        digits = f"{_WHOLE} hex digits, or the first of them, {_FEWEST} at least"
        raise UsageError(f"{text!r} is no fingerprint: {digits}")


def is_fingerprint(text: str) -> bool:
    """Say whether a text is a fingerprint in full."""
    return len(text) == _WHOLE and _is_fingerprint(text)


def check_entry(entry: Entry) -> None:
    """Refuse an entry that could not be read back; raises `UsageError`."""
    if any("\ud800" <= character <= "\udfff" for character in entry.reason + entry.paths):
        raise UsageError("the reason, or the pattern of paths, is no UTF-8")
    if redact(entry.reason) != entry.reason:
        raise UsageError("the reason holds a key, which all who see the file would have")
    if entry.paths and any(character in "# \t" for character in entry.paths):
        raise UsageError("--paths can't hold a space or a '#': write ? for it")


def format_ignore_file(file: str, entries: Iterable[Entry]) -> bytes:
    """Give what a file is to hold: entries sorted, so that branches seldom meet in one line.

    What people wrote around entries stays; what stood above one that goes, above the next.
    """
    layout = _layout(file)
    head = layout.head or [f"{_OPENING}{_FORM}", *([_PURPOSE] if layout.headed else ())]
    lines = (*head, *_body(layout, set(entries)), *layout.tail)
    return "".join(f"{line}\n" for line in lines).encode()


def _body(layout: _Layout, wanted: set[Entry]) -> Iterator[str]:
    ordered, waiting = sorted({*layout.above, *wanted}, key=str), list[str]()
    for digit, heading in _HEADINGS.items():
        if layout.headed:
            yield heading
        for entry in (entry for entry in ordered if entry.fingerprint[0] == digit):
            waiting += layout.above.get(entry, ())
            if entry in wanted:
                yield from (*waiting, str(entry))
                waiting = []
    yield from waiting


def apply_ignore_file(
    findings: Iterable[Finding], entries: tuple[Entry, ...], today: date
) -> tuple[tuple[Finding, ...], IgnoreStats]:
    """Mark the findings that entries are about, and count which entries are of any use."""
    valid: dict[str, list[Entry]] = {}
    for entry in entries:
        if not entry.has_expired(today):
            valid.setdefault(entry.fingerprint[:_SHORTEST], []).append(entry)
    used: set[Entry] = set()
    after = []
    for finding in findings:
        near = valid.get(finding.secret.fingerprint[:_SHORTEST], ())
        hiding = [entry for entry in near if entry.hides(finding)]
        used.update(hiding)
        if hiding and finding.standing is Standing.REPORTED:
            reason = f"{IGNORE_FILE}: {redact(hiding[0].reason)}"
            finding = finding._replace(standing=Standing.IGNORED, reason=reason)
        after.append(finding)
    expired = sum(entry.has_expired(today) for entry in entries)
    return tuple(after), IgnoreStats(len(used), len(entries) - len(used) - expired, expired)
