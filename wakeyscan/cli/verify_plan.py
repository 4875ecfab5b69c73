"""Keys for `wakeyscan verify`, from a report whose targets are scanned again."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import chdir

from wakeyscan.cli.rescans import rescan
from wakeyscan.cli.saved_keys import FLEET, load_report
from wakeyscan.core.finding import Bounds
from wakeyscan.core.lazy import lazy_import
from wakeyscan.core.redaction import redact
from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple
from wakeyscan.git import worktree
from wakeyscan.verification.pairing import list_requests
from wakeyscan.verification.verdict import VerificationRequest

if TYPE_CHECKING:
    from wakeyscan.cli import fleet_rescan
    from wakeyscan.cli.saved_keys import ReportedKey, SavedReport
    from wakeyscan.cli.unverifiable import Unverifiable
    from wakeyscan.config import config
    from wakeyscan.core.document import Skipped
    from wakeyscan.core.secret import Secret
    from wakeyscan.scanner.result import RunResult
    from wakeyscan.verification import VerifyOptions
else:
    fleet_rescan = lazy_import("wakeyscan.cli.fleet_rescan")


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
    unverifiable: tuple[Unverifiable, ...] = ()
    """Findings of the report that are no keys."""
    rescanned: str = ""
    """A sentence on what was scanned again, if that may not be what the report is about."""


def plan_report(path: str, settings: config.Config, options: VerifyOptions) -> VerifyPlan:
    """Scan the targets of a report again, and compare the keys with those of the report."""
    saved = load_report(path)
    folder = _find_folder(saved)
    result = _rescan(folder, saved, settings)
    known = saved.keys
    requests = [_apply_report(request, known) for request in list_requests(result, options)]
    if saved.command == FLEET:  # of its repositories, some have other keys, too
        requests = [one for one in requests if one.secret.fingerprint in known]
    found = {request.secret.fingerprint for request in requests}
    missing = sorted(set(known) - found)
    is_elsewhere = folder != os.curdir or (missing and saved.command != FLEET)
    return VerifyPlan(
        requests=requests,
        liveness_before={fingerprint: key.liveness for fingerprint, key in known.items()},
        missing=tuple(known[fingerprint].name for fingerprint in missing),
        gaps=tuple(item for item in result.skipped if item.gap),
        unverifiable=saved.unverifiable,
        rescanned=_format_rescanned(saved, folder) if is_elsewhere else "",
    )


def _find_folder(saved: SavedReport) -> str:
    """Return the folder to scan again: the current one, or the repository around the report.

    That is what the report is about if it has more of the files that the report names.
    """
    own, other = (worktree.find_work_tree(one) for one in (".", os.path.dirname(saved.file) or "."))
    if saved.command == FLEET or other is None or other == own:
        return os.curdir
    here, there = (
        sum(os.path.lexists(os.path.join(top, file)) for file in saved.paths)
        for top in (own or os.curdir, other)
    )
    return other if there > here else os.curdir


def _format_rescanned(saved: SavedReport, folder: str) -> str:
    targets = redact(", ".join(saved.targets))
    return f"{targets} in {redact(os.path.realpath(folder))}"


def _rescan(folder: str, saved: SavedReport, settings: config.Config) -> RunResult:
    if saved.command != FLEET:
        if isinstance(settings.rules, str) and settings.rules:
            settings = settings._replace(rules=os.path.abspath(settings.rules))
        with chdir(folder):  # targets are relative to it
            return rescan(saved.command, list(saved.targets), settings)
    report = fleet_rescan.FleetReport(os.path.dirname(saved.file), saved.targets, saved.places)
    return fleet_rescan.rescan_fleet(report, settings)


def _apply_report(
    request: VerificationRequest, known: dict[str, ReportedKey]
) -> VerificationRequest:
    """Return a request for the key that a report names, with the bounds in the report.

    The report may name the complete key of a text that is cut or too long.
    """
    reported = known.get(request.secret.fingerprint)
    if reported:
        return request._replace(bounds=Bounds.OPEN) if reported.is_open else request
    complete = (one for one in request.candidates if one.fingerprint in known)
    return next((VerificationRequest(one, request.app_key) for one in complete), request)
