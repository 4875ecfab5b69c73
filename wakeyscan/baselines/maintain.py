"""Maintenance of the ignore file: add entries, list what they hide, prune unused ones."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from datetime import date

from wakeyscan.core import files
from wakeyscan.core.errors import ConfigError, ReportError, UsageError
from wakeyscan.core.finding import Finding
from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple
from wakeyscan.git import worktree
from wakeyscan.scanner.result import RunResult
from wakeyscan.suppression import ignore_entry, ignore_file
from wakeyscan.suppression.ignore_entry import IgnoreEntry

if TYPE_CHECKING:
    from wakeyscan.config.config import Config

Hidden = dict[IgnoreEntry, list[Finding]]
"""The findings that each entry hides."""

Rescan = Callable[[str], RunResult]
"""Scans or audits the whole repository again; takes `scan` or `audit`."""


def add_entries(
    entries: Iterable[IgnoreEntry], config: Config, today: date, places: Mapping[str, str]
) -> int:
    """Add entries that are not present yet, replace expired ones; return how many were added.

    `places` describes where the secrets of the entries are, by fingerprint.
    """
    file = config.find_ignore_file()
    present = ignore_file.read_ignore_file(file)
    added, replaced = list[IgnoreEntry](), set[IgnoreEntry]()
    for entry in entries:
        ignore_entry.check_entry(entry)
        same = [old for old in present if entry.fingerprint.startswith(old.fingerprint)]
        expired = [old for old in same if old.has_expired(today)]
        if any(old.paths in ("", entry.paths) for old in same if old not in expired):
            continue
        added.append(entry)
        replaced.update(old for old in expired if old.paths == entry.paths)
    if added:
        _write_entries(file, (*(old for old in present if old not in replaced), *added), places)
    return len(added)


def remove_entries(prefixes: Iterable[str], config: Config) -> list[IgnoreEntry]:
    """Remove the entries of fingerprints, and return them.

    Raise `UsageError` if a prefix belongs to no entry, or to those of several fingerprints.
    """
    file, entries, prefixes = config.find_ignore_file(), load_entries(config), list(prefixes)
    for prefix in prefixes:
        ignore_entry.check_fingerprint_prefix(prefix)
    removed = [entry for prefix in prefixes for entry in match_entries(prefix, entries)]
    _write_entries(file, [entry for entry in entries if entry not in removed])
    return list(dict.fromkeys(removed))


def match_entries(prefix: str, entries: Iterable[IgnoreEntry]) -> list[IgnoreEntry]:
    """Return the entries of the only fingerprint with a prefix; raise `UsageError`."""
    matching = [entry for entry in entries if entry.matches_fingerprint(prefix)]
    if not matching:
        raise UsageError(f"{prefix!r}: no entry matches; list them with wakeyscan ignore list")
    if len({entry.fingerprint for entry in matching}) > 1:
        raise UsageError(f"{prefix!r}: {len(matching)} entries match; give more digits")
    return matching


class PruneResult(NamedTuple):
    """The entries of a file after pruning."""

    kept: list[IgnoreEntry]
    dropped: int
    reasons: dict[IgnoreEntry, str]
    """Entries that hide nothing in the files, with the reason why they are kept."""
    is_incomplete: bool
    """Whether an entry is kept because the scan was incomplete."""


def prune_entries(config: Config, today: date, rescan: Rescan) -> PruneResult:
    """Drop expired and unused entries; keep unused ones if the scan was incomplete."""
    file, entries = config.find_ignore_file(), load_entries(config)
    valid = [entry for entry in entries if not entry.has_expired(today)]
    hidden, complete = find_hidden(valid, rescan("scan"))
    unused = [entry for entry in valid if not hidden[entry]]
    if unused and worktree.find_work_tree("."):
        in_history, history_complete = find_hidden(unused, rescan("audit"))
        hidden, complete = {**hidden, **in_history}, complete and history_complete
    kept = [entry for entry in valid if hidden[entry] or not complete]
    if len(kept) < len(entries):
        _write_entries(file, kept)
    reasons = {entry: _explain_kept(bool(hidden[entry])) for entry in unused if entry in kept}
    is_incomplete = any(not hidden[entry] for entry in reasons)
    return PruneResult(kept, len(entries) - len(kept), reasons, is_incomplete)


def _explain_kept(is_in_history: bool) -> str:
    return "found only in history" if is_in_history else "the scan was incomplete"


def load_entries(config: Config) -> tuple[IgnoreEntry, ...]:
    """Return the entries; raise `ConfigError` if a file named by the user does not exist."""
    file = config.find_ignore_file()
    if config.ignore_file and not os.path.lexists(file):
        raise ConfigError(f"{file}: no such file or directory")
    return ignore_file.read_ignore_file(file)


def find_hidden(entries: Iterable[IgnoreEntry], result: RunResult) -> tuple[Hidden, bool]:
    """Return the findings that each entry hides in a result, and whether the scan was complete."""
    hidden = {
        entry: [finding for finding in result.findings if entry.hides(finding)] for entry in entries
    }
    return hidden, result.complete


def _write_entries(
    file: str, entries: Iterable[IgnoreEntry], places: Mapping[str, str] | None = None
) -> None:
    text = ignore_file.format_ignore_file(file, entries, places)
    try:
        files.write(file, text, worktree.find_untrusted_folders(["."]))
    except OSError as error:
        raise ReportError(f"{file}: cannot be written: {error.strerror}") from None


def expand_fingerprints(prefixes: list[str], rescan: Rescan) -> list[str]:
    """Return complete fingerprints; raise `UsageError` for an invalid or ambiguous prefix.

    Rescans only for prefixes, and audits the history only if the files lack such a secret.
    """
    for prefix in prefixes:
        ignore_entry.check_fingerprint_prefix(prefix)
    short = [prefix for prefix in prefixes if not ignore_entry.is_fingerprint(prefix)]
    known = _list_fingerprints(rescan("scan")) if short else set()
    if worktree.find_work_tree(".") and not all(_find_matches(known, prefix) for prefix in short):
        known |= _list_fingerprints(rescan("audit"))
    return [prefix if prefix not in short else _find_unique(known, prefix) for prefix in prefixes]


def _list_fingerprints(result: RunResult) -> set[str]:
    return {finding.secret.fingerprint for finding in result.findings}


def _find_matches(known: Iterable[str], prefix: str) -> list[str]:
    return sorted(fingerprint for fingerprint in known if fingerprint.startswith(prefix))


def _find_unique(known: set[str], prefix: str) -> str:
    matches = _find_matches(known, prefix)
    if not matches:
        raise UsageError(
            f"no finding here has a fingerprint that starts with {prefix!r};"
            " give all 32 digits, from a JSON report"
        )
    if len(matches) > 1:
        raise UsageError(
            f"{prefix!r} is ambiguous; give more digits of one of: {', '.join(matches)}"
        )
    return matches[0]
