"""Reads keys again for verification, where they are: in a repository, by its audit.

A ledger has only fingerprints, and a `Secret` cannot be pickled, so no worker sends a key. The
command that asks the API reads each distinct key again from one repository that has it. The cache
of audits names the objects with findings, so only these are scanned.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from wakeyscan.audit.audit import audit
from wakeyscan.core.errors import UsageError, WakeyscanError
from wakeyscan.core.secret import API_KEY, APP_KEY
from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.fleet.ledger import Record, State
from wakeyscan.fleet.task import (
    build_entry,
    build_failure,
    ignore_progress,
    open_clone,
    prepare,
)
from wakeyscan.git.mirror_cache import list_refs
from wakeyscan.git.repository import find_repository
from wakeyscan.verification.pairing import list_requests
from wakeyscan.verification.verdict import VerificationRequest

if TYPE_CHECKING:
    from wakeyscan.core.secret import Secret
    from wakeyscan.fleet.options import FleetTask, TaskOptions
    from wakeyscan.fleet.repository_list import FleetRepository
    from wakeyscan.git.repository import Repository
    from wakeyscan.verification import VerifyOptions

ProgressCallback = Callable[[int, int], None]
"""Receives the number of repositories that were read, and that of all to read."""


def choose_repositories(records: Sequence[Record]) -> dict[Secret, str]:
    """Return the repository to read each distinct key from; as few repositories as is easy.

    A repository with an X-App-Key comes first, since the API asks for both.
    """
    holders: dict[Secret, list[tuple[bool, int, str]]] = {}
    for record in records:
        findings = record.result.findings
        lacks_app_key = not any(finding.rule == APP_KEY for finding in findings)
        rank = (lacks_app_key, record.result.coverage.bytes, record.entry.repository)
        for secret in {finding.secret for finding in findings if finding.rule == API_KEY}:
            holders.setdefault(secret, []).append(rank)
    chosen: dict[Secret, str] = {}
    used: set[tuple[bool, int, str]] = set()
    for secret, ranks in sorted(holders.items(), key=lambda item: item[0].fingerprint):
        best = min(ranks)
        again = [rank for rank in ranks if rank in used and rank[0] == best[0]]
        used.add(rank := again[0] if again else best)
        chosen[secret] = rank[2]
    return chosen


def read_requests(
    chosen: Mapping[Secret, str],
    repositories: Iterable[FleetRepository],
    options: TaskOptions,
    verify: VerifyOptions,
    on_progress: ProgressCallback,
) -> Iterator[VerificationRequest]:
    """Yield a request for each key that is still in the repository to read it from."""
    by_name = {repository.name: repository for repository in repositories}
    names = sorted(set(chosen.values()))
    for number, name in enumerate(names, 1):
        wanted = {secret for secret, holder in chosen.items() if holder == name}
        try:
            with open_listed(by_name[name], options) as opened:
                result = audit(opened, options.audit, ignore_progress, prepare(options.audit))
        except WakeyscanError:  # it has changed since: its keys have no request
            continue
        for request in list_requests(result, verify):
            if request.secret in wanted:
                yield request
        on_progress(number, len(names))


@contextmanager
def open_listed(repository: FleetRepository, options: TaskOptions) -> Iterator[Repository]:
    """Open a repository of the fleet, or a mirror of its URL; raise `WakeyscanError`."""
    if not repository.is_remote:
        yield find_repository(repository.location)
        return
    refs = list_refs(repository.remote)
    with open_clone(repository.remote, refs, options.clone) as folder:
        yield find_repository(folder)


def audit_again(task: FleetTask) -> Record:
    """Audit a repository without a ledger; one that cannot be audited is a gap.

    Raise `UsageError` or `KeyboardInterrupt`.
    """
    options = task.options.audit
    try:
        with open_listed(task.repository, task.options) as opened:
            result = audit(opened, options, ignore_progress, prepare(options))
    except UsageError:
        raise
    except WakeyscanError as error:
        return build_failure(task, str(error))
    if result.interrupted:
        raise KeyboardInterrupt
    return Record(build_entry(task, State.AUDITED), result)
