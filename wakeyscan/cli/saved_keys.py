"""What `wakeyscan verify` needs of an earlier report: its targets, and the keys in it."""

from __future__ import annotations

import os
from collections.abc import Iterator

from wakeyscan.cli.unverifiable import Unverifiable, list_unverifiable
from wakeyscan.core.document import MEMBER_SEPARATOR
from wakeyscan.core.finding import Bounds
from wakeyscan.core.lazy import lazy_import
from wakeyscan.core.secret import API_KEY, APP_KEY
from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple
from wakeyscan.reports.saved_report import FLEET_REPORT, check_fingerprint_key, read_report

if TYPE_CHECKING:
    from typing import Any

    from wakeyscan.cli import fleet_rescan
    from wakeyscan.cli.fleet_rescan import KeyPlace
else:
    fleet_rescan = lazy_import("wakeyscan.cli.fleet_rescan")

FLEET = "fleet"
"""The command of a report on many repositories."""


class ReportedKey(NamedTuple):
    """A key in a report."""

    name: str
    """The redacted key."""
    liveness: str
    is_open: bool
    """Whether no occurrence of it has certain bounds."""


class SavedReport(NamedTuple):
    """Content of a report."""

    file: str
    command: str
    targets: tuple[str, ...]
    keys: dict[str, ReportedKey]
    """Its keys by fingerprint."""
    places: tuple[KeyPlace, ...] = ()
    """Where they are, for a fleet."""
    paths: frozenset[str] = frozenset()
    """The files that have them."""
    unverifiable: tuple[Unverifiable, ...] = ()


def load_report(path: str) -> SavedReport:
    """Read a report, or that in the folder of a fleet; raise `SourceError`."""
    path = os.path.join(path, FLEET_REPORT) if os.path.isdir(path) else path
    with read_report(path) as report:
        check_fingerprint_key(path, report)
        items = [item for item in (*report["findings"], *report["keys"]) if item["rule"] == API_KEY]
        certain = {item["fingerprint"] for item in items if item.get("bounds") != Bounds.OPEN}
        known = {
            str(item["fingerprint"]): ReportedKey(
                str(item["secret"]), str(item["liveness"]), item["fingerprint"] not in certain
            )
            for item in items
        }
        command = str(report["command"])
        places = tuple(_list_places(report)) if command == FLEET else ()
        paths = frozenset(
            str(one["path"]).partition(MEMBER_SEPARATOR)[0] for one in items if "path" in one
        )
        targets = tuple(map(str, report["targets"]))
        unverifiable = list_unverifiable(report)
        return SavedReport(path, command, targets, known, places, paths, unverifiable)


def _list_places(report: dict[str, Any]) -> Iterator[KeyPlace]:
    """Yield where the report of a fleet has keys, and X-App-Keys."""
    for item in report["findings"]:
        if item["rule"] in (API_KEY, APP_KEY):
            is_app_key = item["rule"] == APP_KEY
            fingerprint, path = str(item["fingerprint"]), str(item["path"])
            yield fleet_rescan.KeyPlace(fingerprint, path, is_app_key)
