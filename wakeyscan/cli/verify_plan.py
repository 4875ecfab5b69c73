"""Keys for `wakeyscan verify`, from a report whose targets are scanned again."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping

from wakeyscan.cli.rescans import rescan
from wakeyscan.core.finding import Bounds
from wakeyscan.core.lazy import lazy_import
from wakeyscan.core.secret import API_KEY, APP_KEY
from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple
from wakeyscan.reports.saved_report import FLEET_REPORT, check_fingerprint_key, read_report
from wakeyscan.verification.pairing import list_requests
from wakeyscan.verification.verdict import VerificationRequest

if TYPE_CHECKING:
    from typing import Any

    from wakeyscan.cli import fleet_rescan
    from wakeyscan.cli.fleet_rescan import KeyPlace
    from wakeyscan.config import config
    from wakeyscan.core.document import Skipped
    from wakeyscan.core.secret import Secret
    from wakeyscan.scanner.result import RunResult
    from wakeyscan.verification import VerifyOptions
else:
    fleet_rescan = lazy_import("wakeyscan.cli.fleet_rescan")

_FLEET = "fleet"


class VerifyPlan(NamedTuple):
    """Keys to verify, and their state in an earlier report."""

    requests: list[VerificationRequest]
    liveness_before: dict[str, str]
    """The liveness in the report, by fingerprint."""
    missing: tuple[str, ...] = ()
    """Redacted keys in the report that the new scan does not find, and cannot be verified."""
    gaps: tuple[Skipped, ...] = ()
    """Items that the new scan could not scan."""
    examples: Mapping[Secret, str] = {}
    """Keys on standard input that look like examples, with the reason."""
    unsent: tuple[Secret, ...] = ()
    """Those among them that documentation publishes: they are not sent."""


class _ReportedKey(NamedTuple):
    """A key in a report."""

    name: str
    """The redacted key."""
    liveness: str
    is_open: bool
    """Whether no occurrence of it has certain bounds."""


class _SavedReport(NamedTuple):
    """Content of a report."""

    command: str
    targets: tuple[str, ...]
    keys: dict[str, _ReportedKey]
    """Its keys by fingerprint."""
    places: tuple[KeyPlace, ...] = ()
    """Where they are, for a fleet."""


def plan_report(path: str, settings: config.Config, options: VerifyOptions) -> VerifyPlan:
    """Scan the targets of a report again, and compare the keys with those of the report."""
    path = os.path.join(path, FLEET_REPORT) if os.path.isdir(path) else path
    saved = _load_report(path)
    result = _rescan(path, saved, settings)
    known = saved.keys
    requests = [_apply_report(request, known) for request in list_requests(result, options)]
    if saved.command == _FLEET:  # of its repositories, some have other keys, too
        requests = [one for one in requests if one.secret.fingerprint in known]
    found = {request.secret.fingerprint for request in requests}
    return VerifyPlan(
        requests=requests,
        liveness_before={fingerprint: key.liveness for fingerprint, key in known.items()},
        missing=tuple(known[fingerprint].name for fingerprint in sorted(set(known) - found)),
        gaps=tuple(item for item in result.skipped if item.gap),
    )


def _rescan(path: str, saved: _SavedReport, settings: config.Config) -> RunResult:
    if saved.command != _FLEET:
        return rescan(saved.command, list(saved.targets), settings)
    report = fleet_rescan.FleetReport(os.path.dirname(path), saved.targets, saved.places)
    return fleet_rescan.rescan_fleet(report, settings)


def _apply_report(
    request: VerificationRequest, known: dict[str, _ReportedKey]
) -> VerificationRequest:
    """Return a request for the key that a report names, with the bounds in the report.

    The report may name the complete key of a text that is cut or too long.
    """
    reported = known.get(request.secret.fingerprint)
    if reported:
        return request._replace(bounds=Bounds.OPEN) if reported.is_open else request
    complete = (one for one in request.candidates if one.fingerprint in known)
    return next((VerificationRequest(one, request.app_key) for one in complete), request)


def _load_report(path: str) -> _SavedReport:
    """Read a report; raise `SourceError`."""
    with read_report(path) as report:
        check_fingerprint_key(path, report)
        items = [item for item in (*report["findings"], *report["keys"]) if item["rule"] == API_KEY]
        certain = {item["fingerprint"] for item in items if item.get("bounds") != Bounds.OPEN}
        known = {
            str(item["fingerprint"]): _ReportedKey(
                str(item["secret"]), str(item["liveness"]), item["fingerprint"] not in certain
            )
            for item in items
        }
        command = str(report["command"])
        places = tuple(_list_places(report)) if command == _FLEET else ()
        return _SavedReport(command, tuple(map(str, report["targets"])), known, places)


def _list_places(report: dict[str, Any]) -> Iterator[KeyPlace]:
    """Yield where the report of a fleet has keys, and X-App-Keys."""
    for item in report["findings"]:
        if item["rule"] in (API_KEY, APP_KEY):
            is_app_key = item["rule"] == APP_KEY
            fingerprint, path = str(item["fingerprint"]), str(item["path"])
            yield fleet_rescan.KeyPlace(fingerprint, path, is_app_key)
