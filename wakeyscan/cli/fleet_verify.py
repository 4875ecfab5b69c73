"""Verification of a fleet: each distinct key is asked about once, from this process."""

from __future__ import annotations

import sys

from wakeyscan.cli.progress import Progress
from wakeyscan.core.finding import Liveness
from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.fleet.key_reader import choose_repositories, read_requests
from wakeyscan.verification.rate_limit import RateLimiter
from wakeyscan.verification.results import VerificationResults, apply_results
from wakeyscan.verification.verdict import Verdict, VerificationRequest
from wakeyscan.verification.verify import verify_requests

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wakeyscan.config.config import Config
    from wakeyscan.fleet.ledger import Record
    from wakeyscan.fleet.options import FleetTask

_UNREAD = Verdict(
    Liveness.UNKNOWN,
    "not sent: its repository has changed since the audit; run again with --resume",
)


def verify_records(
    records: Sequence[Record], tasks: Sequence[FleetTask], settings: Config
) -> list[Record]:
    """Return the records with the verdicts on their keys, if verification was requested."""
    options = settings.verification
    chosen = choose_repositories(records)
    if not options or not chosen:
        return list(records)
    repositories = [task.repository for task in tasks]
    with Progress(sys.stderr, settings.quiet) as progress:

        def show(done: int, total: int) -> None:
            progress.show(f"reading keys again: {done:,} of {total:,} repositories")

        found = read_requests(chosen, repositories, tasks[0].options, options, show)
        requests = sorted(found, key=lambda request: request.secret.fingerprint)
        limiter = RateLimiter(sleep=progress.sleep)
        results = verify_requests(requests, options, progress.advance, limiter)
    if results is None:  # only the plan was printed
        return list(records)
    read = {request.secret for request in requests}
    for secret in chosen.keys() - read:
        requests.append(VerificationRequest(secret, None))
        results.verdicts[secret] = _UNREAD
    return [_apply(record, requests, results, settings) for record in records]


def _apply(
    record: Record,
    requests: list[VerificationRequest],
    results: VerificationResults,
    settings: Config,
) -> Record:
    here = {finding.secret for finding in record.result.findings}
    own = [request for request in requests if request.secret in here]
    is_required = settings.verification is not None and settings.verification.require
    return record._replace(result=apply_results(record.result, own, results, is_required))
