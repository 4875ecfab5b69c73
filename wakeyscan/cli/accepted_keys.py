"""Keys that `wakeyscan ignore add` accepts, and a warning about those that may be cut."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator

from wakeyscan.core.finding import CUT_OR_TOO_LONG, Bounds, Finding
from wakeyscan.core.redaction import escape_for_terminal, redact
from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple
from wakeyscan.reports.saved_report import check_fingerprint_key, read_report
from wakeyscan.suppression import ignore_entry

if TYPE_CHECKING:
    from typing import Self

    from wakeyscan.scanner.result import RunResult


class AcceptedKey(NamedTuple):
    """A key that gets an entry."""

    fingerprint: str
    is_open: bool = False
    """Whether it may be cut or too long, so that the entry does not hide the whole key."""
    place: str = ""
    """The rule, path and line that reviewers see; empty if they are unknown."""

    @classmethod
    def of(cls, finding: Finding) -> Self:
        """Return the key of a finding."""
        place = _format_place(finding.rule, finding.origin.path, finding.position.line)
        return cls(finding.secret.fingerprint, finding.bounds is Bounds.OPEN, place)


def _format_place(rule: str, path: str, line: int) -> str:
    return escape_for_terminal(redact(f"{rule} in {path}:{line}"))


def describe_places(keys: list[AcceptedKey]) -> dict[str, str]:
    """Return the first place of each key by fingerprint, and how many others there are."""
    places: dict[str, dict[str, None]] = {}
    for key in keys:
        if key.place:
            places.setdefault(key.fingerprint, {})[key.place] = None
    return {fingerprint: _join_places([*listed]) for fingerprint, listed in places.items()}


def _join_places(places: list[str]) -> str:
    others = len(places) - 1
    return f"{places[0]}, and {others} more" if others else places[0]


def list_named_keys(
    fingerprints: list[str], scan: Callable[[str], RunResult]
) -> Iterator[AcceptedKey]:
    """Yield the keys with these fingerprints, as the current files have them."""
    findings = scan("scan").findings if fingerprints else ()
    found = [key for key in map(AcceptedKey.of, findings) if key.fingerprint in fingerprints]
    yield from found
    yield from map(AcceptedKey, set(fingerprints) - {key.fingerprint for key in found})


def warn_of_open_keys(keys: list[AcceptedKey]) -> None:
    """Warn of the keys that have no certain bounds anywhere."""
    certain = {key.fingerprint for key in keys if not key.is_open}
    for fingerprint in dict.fromkeys(key.fingerprint for key in keys):
        if fingerprint not in certain:
            sys.stderr.write(
                f"wakeyscan: {fingerprint[:6]} {CUT_OR_TOO_LONG}: "
                "the entry hides this text only, not the whole key\n"
            )


def read_reported_keys(path: str) -> list[AcceptedKey]:
    """Return the keys in a report; raise `SourceError` if the file is not a report."""
    with read_report(path) as report:
        check_fingerprint_key(path, report)
        reported = [item for item in report["findings"] if item["standing"] == "reported"]
        keys = [
            AcceptedKey(
                str(item["fingerprint"]),
                item.get("bounds") == Bounds.OPEN,
                _format_place(item["rule"], item["path"], item["line"]),
            )
            for item in reported
        ]
        if not all(ignore_entry.is_fingerprint(key.fingerprint) for key in keys):
            raise ValueError("invalid fingerprint")
        return keys
