"""Keeps the ignore file: adds entries, tells what they hide, drops those of no use."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from datetime import date
from typing import NamedTuple

from wakeyscan.config.config import Config
from wakeyscan.core import files
from wakeyscan.core.errors import ConfigError, ReportError
from wakeyscan.core.finding import Finding
from wakeyscan.git import worktree
from wakeyscan.scanner.result import RunResult
from wakeyscan.suppression import ignore_entry
from wakeyscan.suppression import ignore_file as ignorefile
from wakeyscan.suppression.ignore_entry import IgnoreEntry

Hidden = dict[IgnoreEntry, list[Finding]]
"""The findings that each entry hides."""

Rescan = Callable[[str], RunResult]
"""Scans the whole repository again, or audits it: takes `scan` or `audit`."""


def add_entries(wanted: Iterable[IgnoreEntry], settings: Config, today: date) -> int:
    """Add what is not accepted yet, in the place of entries that have expired; say how many."""
    file = settings.find_ignore_file()
    known = ignorefile.read_ignore_file(file)
    new, over = list[IgnoreEntry](), set[IgnoreEntry]()
    for entry in wanted:
        ignore_entry.check_entry(entry)
        same = [old for old in known if entry.fingerprint.startswith(old.fingerprint)]
        expired = [old for old in same if old.has_expired(today)]
        if any(old.paths in ("", entry.paths) for old in same if old not in expired):
            continue
        new.append(entry)
        over.update(old for old in expired if old.paths == entry.paths)
    if new:
        _write(file, (*(entry for entry in known if entry not in over), *new))
    return len(new)


class PruneResult(NamedTuple):
    """What became of the entries of a file."""

    kept: list[IgnoreEntry]
    dropped: int
    why: dict[IgnoreEntry, str]
    """Entries that hide nothing in the files, and why they are kept."""
    unsure: bool
    """Whether of some it can't be told if they are of use."""


def prune_entries(settings: Config, today: date, rescan: Rescan) -> PruneResult:
    """Drop entries of no use, but none of which that can't be told."""
    file, there = settings.find_ignore_file(), load_entries(settings)
    valid = [entry for entry in there if not entry.has_expired(today)]
    hides, complete = find_hidden(valid, rescan("scan"))
    idle = [entry for entry in valid if not hides[entry]]
    if idle and worktree.find_work_tree("."):
        past, whole = find_hidden(idle, rescan("audit"))
        hides, complete = {**hides, **past}, complete and whole
    kept = [entry for entry in valid if hides[entry] or not complete]
    if len(kept) < len(there):
        _write(file, kept)
    why = {entry: "only the history has it" for entry in idle if hides[entry]}
    unsure = {entry: "not everything could be looked at" for entry in idle if entry not in why}
    if complete:
        unsure = {}
    return PruneResult(kept, len(there) - len(kept), why | unsure, bool(unsure))


def load_entries(settings: Config) -> tuple[IgnoreEntry, ...]:
    """Read what is accepted; raises `ConfigError` where a file that was named is missing."""
    file = settings.find_ignore_file()
    if settings.ignore_file and not os.path.lexists(file):
        raise ConfigError(f"{file}: there is no such ignore file")
    return ignorefile.read_ignore_file(file)


def find_hidden(entries: Iterable[IgnoreEntry], result: RunResult) -> tuple[Hidden, bool]:
    """Return the findings that each entry hides in a result, and whether the scan was complete."""
    hidden = {
        entry: [finding for finding in result.findings if entry.hides(finding)] for entry in entries
    }
    return hidden, result.complete


def _write(file: str, wanted: Iterable[IgnoreEntry]) -> None:
    text = ignorefile.format_ignore_file(file, wanted)
    try:
        files.write(file, text, worktree.find_untrusted_folders(["."]))
    except OSError as error:
        raise ReportError(f"{file}: can't be written: {error.strerror}") from None
