"""Maintenance of the ignore file: add entries, list what they hide, prune unused ones."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date

from wakeyscan.core import file_updates, small_files
from wakeyscan.core.errors import ConfigError, ReportError, UsageError
from wakeyscan.core.finding import Finding
from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple
from wakeyscan.git import worktree
from wakeyscan.scanner.result import RunResult
from wakeyscan.suppression import ignore_entry, ignore_file
from wakeyscan.suppression.ignore_entry import IgnoreEntry

if TYPE_CHECKING:
    from typing import TypeVar

    from wakeyscan.config.config import Config

    _T = TypeVar("_T")

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
    file, wanted = config.find_ignore_file(), tuple(entries)
    for entry in wanted:
        ignore_entry.check_entry(entry)

    def add(present: Sequence[IgnoreEntry]) -> tuple[Sequence[IgnoreEntry], int]:
        added, replaced = _find_new(wanted, present, today)
        return [*(old for old in present if old not in replaced), *added], len(added)

    ignore_file.read_ignore_file(file)  # with a better message for a file that cannot be read
    return _change_entries(file, add, places)


def _find_new(
    entries: Iterable[IgnoreEntry], present: Iterable[IgnoreEntry], today: date
) -> tuple[list[IgnoreEntry], set[IgnoreEntry]]:
    """Return the entries that are not present, and the expired ones that they replace."""
    added, replaced = list[IgnoreEntry](), set[IgnoreEntry]()
    for entry in entries:
        same = [old for old in present if entry.fingerprint.startswith(old.fingerprint)]
        expired = [old for old in same if old.has_expired(today)]
        if any(old.paths in ("", entry.paths) for old in same if old not in expired):
            continue
        added.append(entry)
        replaced.update(old for old in expired if old.paths == entry.paths)
    return added, replaced


def remove_entries(prefixes: Iterable[str], config: Config) -> list[IgnoreEntry]:
    """Remove the entries of fingerprints, and return them.

    Raise `UsageError` if a prefix belongs to no entry, or to those of several fingerprints.
    """
    load_entries(config)
    wanted = list(prefixes)
    for prefix in wanted:
        ignore_entry.check_fingerprint_prefix(prefix)

    def remove(present: Sequence[IgnoreEntry]) -> tuple[Sequence[IgnoreEntry], list[IgnoreEntry]]:
        removed = [entry for prefix in wanted for entry in match_entries(prefix, present)]
        return [old for old in present if old not in removed], list(dict.fromkeys(removed))

    return _change_entries(config.find_ignore_file(), remove)


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
    dropped = {*entries} - {*kept}
    if dropped:
        _change_entries(file, lambda now: ([one for one in now if one not in dropped], None))
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


def _change_entries(
    file: str,
    change: Callable[[Sequence[IgnoreEntry]], tuple[Sequence[IgnoreEntry], _T]],
    places: Mapping[str, str] | None = None,
) -> _T:
    """Write what `change` makes of the entries of a file, and return its other result.

    The entries are those of this moment: another process may have changed them.
    """

    def build(content: bytes) -> tuple[bytes, _T]:
        present = ignore_file.read_ignore_file(file, content)
        entries, result = change(present)
        is_same = [*entries] == [*present]
        text = ignore_file.format_ignore_file(file, content, entries, places)
        return (content if is_same else text), result

    trees = worktree.find_untrusted_folders(["."])
    try:
        return file_updates.update_file(file, trees, small_files.MAX_LIST_SIZE, build)
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
