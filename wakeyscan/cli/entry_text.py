"""Entries of the ignore file as text, for `wakeyscan ignore`."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import date

from wakeyscan.core.redaction import escape_for_terminal, redact
from wakeyscan.core.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wakeyscan.baselines.adopt import ImportResult
    from wakeyscan.baselines.baseline import BaselineEntry
    from wakeyscan.baselines.maintain import PruneResult
    from wakeyscan.core.finding import Finding
    from wakeyscan.suppression.ignore_entry import IgnoreEntry

_INDENT = " " * 12
_MAX_PLACES = 3


def format_entry(entry: IgnoreEntry) -> str:
    """Return an entry as a line of the ignore file, safe to print."""
    return escape_for_terminal(redact(str(entry)))


def format_state(entry: IgnoreEntry, hidden: list[Finding], today: date) -> Iterator[str]:
    """Yield an entry with its state, and the first places that it hides."""
    state = f"hides {len(hidden)}" if hidden else "unused"
    if entry.has_expired(today):
        state = "expired"
    yield f"{state:10}  {format_entry(entry)}"
    if hidden:
        places = [*map(_format_place, hidden[:_MAX_PLACES])]
        if len(hidden) > _MAX_PLACES:
            places.append(f"and {len(hidden) - _MAX_PLACES} more")
        yield f"{_INDENT}{', '.join(places)}"


def build_state(entry: IgnoreEntry, hidden: list[Finding], today: date) -> dict[str, object]:
    """Return an entry with its state and all places that it hides, for JSON."""
    state = "expired" if entry.has_expired(today) else "used" if hidden else "unused"
    return {
        "fingerprint": entry.fingerprint,
        "reason": entry.reason,
        "until": entry.until and entry.until.isoformat(),
        "paths": entry.paths or None,
        "state": state,
        "places": [
            {"path": f.origin.path, "line": f.position.line, "rule": f.rule} for f in hidden
        ],
    }


def explain_entry(entry: IgnoreEntry, hidden: list[Finding], today: date) -> Iterator[str]:
    """Yield an entry with all findings that it hides."""
    yield format_entry(entry)
    if entry.has_expired(today):
        yield "  expired: these findings are reported"
    for finding in hidden:
        yield f"  {_format_place(finding)}  {finding.rule}  {finding.secret}"
    if not hidden:
        yield "  hides nothing in the current files"


def format_pruned(file: str, pruned: PruneResult) -> Iterator[str]:
    """Yield the result of `prune`."""
    yield f"{file}: {pruned.dropped} dropped, {len(pruned.kept)} kept"
    for entry, reason in pruned.reasons.items():
        yield f"  kept: {reason}: {format_entry(entry)}"


def format_unmapped(imported: ImportResult) -> Iterator[str]:
    """Yield the entries of a baseline that need no entry here, or cannot get one."""
    for item, reason in imported.unnecessary:
        yield escape_for_terminal(redact(f"  not needed: {_format_item(item)}: {reason}"))
    for item, reason in imported.unresolved:
        yield escape_for_terminal(redact(f"  not imported: {_format_item(item)}: {reason}"))


def build_reason(file: str, reason: str, note: str) -> str:
    """Return the reason of an imported entry, with the note of the other scanner."""
    text = f"imported from {os.path.basename(file)}: {reason}"
    words = " ".join(redact(note).split())
    return escape_for_terminal(f"{text} ({words})" if words else text)


def _format_place(finding: Finding) -> str:
    return f"{escape_for_terminal(finding.origin.path)}:{finding.position.line}"


def _format_item(item: BaselineEntry) -> str:
    return f"{item.label} ({item.location})" if item.path else item.label
