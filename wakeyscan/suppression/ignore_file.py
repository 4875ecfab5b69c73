"""The ignore file: reading it, formatting it, and applying it to findings.

Entries are sorted under a heading for each first digit. Branches that add entries then seldom
change adjacent lines, which git could not merge.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from io import StringIO

from wakeyscan.core import small_files
from wakeyscan.core.errors import ConfigError, IgnoreFileRefused
from wakeyscan.core.finding import Finding, Standing
from wakeyscan.core.redaction import redact
from wakeyscan.core.typing import NamedTuple
from wakeyscan.suppression import IGNORE_FILE, IgnoreStats
from wakeyscan.suppression.ignore_entry import (
    ENTRY_FORM,
    HEX_DIGITS,
    MIN_ENTRY_DIGITS,
    IgnoreEntry,
    parse_entry,
)

_TITLE = "# Findings that wakeyscan ignores: "
_PURPOSE = "# The headings avoid merge conflicts between branches that add entries."
_PLACE = "# found by "
"""Start of the comment that shows reviewers a place of the entry below and is removed with it."""
_HEADINGS = {digit: f"# -- {digit}" for digit in HEX_DIGITS}
"""Headings by the first digit of the fingerprints below them."""


class _Layout(NamedTuple):
    """The lines of an ignore file: entries, and the comments and blank lines around them."""

    head: list[str]
    above: dict[IgnoreEntry, list[str]]
    """The entries in order, each once, with the lines between it and the one before."""
    tail: list[str]
    has_headings: bool
    """Whether to write headings. A file that a user began without them stays without them."""


def read_ignore_file(file: str, content: bytes | None = None) -> tuple[IgnoreEntry, ...]:
    """Return the entries of a file, none if it does not exist; raise `ConfigError`.

    `content` is used instead of the file on disk if it is given.
    """
    return tuple(_parse_layout(file, content).above)


def _parse_layout(file: str, content: bytes | None = None) -> _Layout:
    rows = [line.strip() for line in _read_lines(file, content)]
    headings = frozenset(_HEADINGS.values())
    layout = _Layout([], {}, [], not rows or not headings.isdisjoint(rows))
    comments: list[str] = []
    for number, row in enumerate(rows, 1):
        if row in headings:
            continue
        if not row or row.startswith("#"):
            comments.append(row)
            continue
        if not layout.above:
            head_size = _count_head_lines(comments)
            layout.head.extend(comments[:head_size])
            del comments[:head_size]
        layout.above.setdefault(parse_entry(file, number, row), []).extend(comments)
        comments = []
    (layout.tail if layout.above else layout.head).extend(comments)
    return layout


def _read_lines(file: str, content: bytes | None) -> list[str]:
    try:
        if content is None:
            content = small_files.read_small_file(file, small_files.MAX_LIST_SIZE)
        text = small_files.decode_text(content)
    except FileNotFoundError:
        return []
    except small_files.FileRefused as error:
        raise IgnoreFileRefused(file, f"cannot be read: {error.strerror}") from None
    except OSError as error:
        raise ConfigError(f"{file}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        reason = f"byte {error.start + 1} is not UTF-8; save the file as UTF-8"
        raise ConfigError(f"{file}: cannot be read: {reason}") from None
    return list(StringIO(text, newline=None))  # unlike splitlines, a form feed ends no line


def _count_head_lines(comments: list[str]) -> int:
    """Return how many lines before the first entry are about the file, not about that entry."""
    ends = (
        number
        for number, line in enumerate(comments, 1)
        if not line or line.startswith((_TITLE, _PURPOSE))
    )
    return max(ends, default=len(comments))


def format_ignore_file(
    file: str,
    content: bytes,
    entries: Iterable[IgnoreEntry],
    places: Mapping[str, str] | None = None,
) -> bytes:
    """Return the new content of a file, with sorted entries.

    `places` describes where the secrets of new entries are, by fingerprint. Comments are kept. The
    comment of a person above a removed entry moves to the next entry.
    """
    layout = _parse_layout(file, content)
    head = layout.head or [
        f"{_TITLE}{ENTRY_FORM}",
        *([_PURPOSE] if layout.has_headings else ()),
    ]
    lines = (*head, *_format_entries(layout, set(entries), places or {}), *layout.tail)
    return "".join(f"{line}\n" for line in lines).encode()


def _format_entries(
    layout: _Layout, wanted: set[IgnoreEntry], places: Mapping[str, str]
) -> Iterator[str]:
    ordered, comments = sorted({*layout.above, *wanted}, key=str), list[str]()
    for digit, heading in _HEADINGS.items():
        if layout.has_headings:
            yield heading
        for entry in (entry for entry in ordered if entry.fingerprint[0] == digit):
            above = layout.above.get(entry, _describe_place(entry, places))
            if entry in wanted:
                yield from (*comments, *above, str(entry))
                comments = []
            else:
                comments += [line for line in above if not line.startswith(_PLACE)]
    yield from comments


def _describe_place(entry: IgnoreEntry, places: Mapping[str, str]) -> list[str]:
    place = places.get(entry.fingerprint)
    return [f"{_PLACE}{place}"] if place else []


def apply_ignore_file(
    findings: Iterable[Finding], entries: tuple[IgnoreEntry, ...], today: date
) -> tuple[tuple[Finding, ...], IgnoreStats]:
    """Mark the findings that an entry hides, and count used, unused and expired entries."""
    by_digits: dict[str, list[IgnoreEntry]] = {}
    for entry in entries:
        if not entry.has_expired(today):
            by_digits.setdefault(entry.fingerprint[:MIN_ENTRY_DIGITS], []).append(entry)
    used: set[IgnoreEntry] = set()
    marked = []
    for finding in findings:
        candidates = by_digits.get(finding.secret.fingerprint[:MIN_ENTRY_DIGITS], ())
        hiding = [entry for entry in candidates if entry.hides(finding)]
        used.update(hiding)
        marked.append(_mark_ignored(finding, hiding[0]) if hiding else finding)
    expired = sum(entry.has_expired(today) for entry in entries)
    unused = len(entries) - len(used) - expired
    return tuple(marked), IgnoreStats(used=len(used), unused=unused, expired=expired)


def _mark_ignored(finding: Finding, entry: IgnoreEntry) -> Finding:
    if finding.standing is not Standing.REPORTED:
        return finding
    reason = f"{IGNORE_FILE}: {redact(entry.reason)}"
    return finding._replace(standing=Standing.IGNORED, reason=reason)
