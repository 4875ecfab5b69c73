"""Fingerprints in short: their first digits do, where no other secret here begins with them."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from wakeyscan.core.errors import UsageError
from wakeyscan.git import worktree
from wakeyscan.scanner.result import RunResult
from wakeyscan.suppression import ignore_entry


def expand_fingerprint(begun: list[str], looked: Callable[[str], RunResult]) -> list[str]:
    """Give fingerprints in full; raises `UsageError` where one is none, or of several secrets.

    `looked` looks at the files (`scan`) or at the history (`audit`); it is called only for what
    is short, and for the history only where the files have no such secret.
    """
    for text in begun:
        ignore_entry.check_fingerprint_prefix(text)
    short = [text for text in begun if not ignore_entry.is_fingerprint(text)]
    here = _fingerprints(looked("scan")) if short else set()
    if worktree.find_work_tree(".") and not all(_among(here, text) for text in short):
        here |= _fingerprints(looked("audit"))
    return [text if ignore_entry.is_fingerprint(text) else _only(text, here) for text in begun]


def _fingerprints(outcome: RunResult) -> set[str]:
    return {finding.secret.fingerprint for finding in outcome.findings}


def _among(here: Iterable[str], text: str) -> list[str]:
    return sorted(fingerprint for fingerprint in here if fingerprint.startswith(text))


def _only(text: str, here: set[str]) -> str:
    found = _among(here, text)
    if not found:
        raise UsageError(
            f"no finding here begins with {text!r}; give all 32 digits, which a report in JSON has"
        )
    if len(found) > 1:
        raise UsageError(f"{text!r} is the beginning of {len(found)}: {', '.join(found)}")
    return found[0]
