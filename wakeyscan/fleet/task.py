"""The task of one repository: audit it and write the result to the ledger, whatever happens.

Only a summary of a few bytes is returned. The ledger holds only masked secrets, and a `Secret`
cannot be pickled, so no key leaves the process of the audit.
"""

from __future__ import annotations

import os
import traceback
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from functools import lru_cache, partial

from wakeyscan.audit.audit import audit
from wakeyscan.audit.options import prepare_scan_context
from wakeyscan.core.document import Origin, Skipped
from wakeyscan.core.errors import GitError, ReportError, SourceError, WakeyscanError
from wakeyscan.core.process_limits import limit_time
from wakeyscan.core.redaction import redact
from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple
from wakeyscan.fleet import ledger, state
from wakeyscan.fleet.ledger import Entry, Record, State
from wakeyscan.git.mirror import TransferLimits
from wakeyscan.git.mirror_cache import MirrorCache, list_refs, open_mirror
from wakeyscan.git.repository import find_repository
from wakeyscan.scanner.result import RunResult
from wakeyscan.scanner.scan_result import Coverage

if TYPE_CHECKING:
    from wakeyscan.audit.options import AuditOptions
    from wakeyscan.fleet.options import CloneOptions, FleetTask
    from wakeyscan.git.mirror import Remote
    from wakeyscan.git.mirror_cache import RemoteRefs
    from wakeyscan.git.repository import Repository
    from wakeyscan.scanner.context import ScanContext


class Outcome(NamedTuple):
    """Result of a task: numbers for the progress, and the place of its record."""

    repository: str
    file: str
    """Path of its record in the ledger."""
    state: State
    objects: int = 0
    bytes: int = 0
    keys: tuple[str, ...] = ()
    """The first digits of the fingerprints of its keys."""
    is_new: bool = True
    """Whether this run has audited it, rather than an earlier one."""


_SHORT = 12


@lru_cache(maxsize=1)
def prepare(options: AuditOptions) -> ScanContext:
    """Return the objects that the audits of a process share, which are slow to build."""
    return prepare_scan_context(options)


def run_task(task: FleetTask) -> Outcome:
    """Audit a repository and write its record; a failure is also a record.

    Raise `ReportError` if the ledger cannot be written.
    """
    failed = ledger.find_file(task.options.folder, task.repository.name, State.FAILED.value)
    if _is_of_run(failed, task.options.run):  # the time limit ended the worker before this one
        return Outcome(task.repository.name, failed, State.FAILED)
    try:
        return _run(task)
    except ReportError:
        raise
    except WakeyscanError as error:
        return fail_task(task, str(error))
    except MemoryError:
        return fail_task(task, "out of memory; raise --memory-limit, or audit it alone")
    except RecursionError:
        return fail_task(task, "nested too deeply")
    except Exception as error:  # one repository must not end a fleet
        return fail_task(task, _describe_bug(error))


def _describe_bug(error: Exception) -> str:
    """Return the type and the place of an unexpected error: its text may quote a file."""
    *_, (frame, line) = traceback.walk_tb(error.__traceback__)
    place = f"{os.path.basename(frame.f_code.co_filename)}:{line}"
    return f"internal error: {type(error).__name__} at {place}; audit it alone, and report it"


def _run(task: FleetTask) -> Outcome:
    repository, options = task.repository, task.options
    if not repository.is_remote:
        opened = find_repository(repository.location)
        key = ledger.build_key(state.digest_repository(opened), options.digest)
        return _find_outcome(task, key) or _audit(task, opened, key)
    try:
        refs = list_refs(repository.remote)
    except GitError as error:
        if not (repository.is_optional and _is_missing(error)):
            raise
        return _write_missing(task)
    key = ledger.build_key(state.digest_refs(refs.text), options.digest)
    if outcome := _find_outcome(task, key):
        return outcome
    with open_clone(repository.remote, refs, options.clone) as folder:
        return _audit(task, find_repository(folder), key)


def _is_missing(error: GitError) -> bool:
    return any(words in str(error) for words in ("not found", "does not appear to be a git"))


def _write_missing(task: FleetTask) -> Outcome:
    """Write the record of a wiki without pages, which is nothing to audit, and no gap."""
    key = ledger.build_key("missing", task.options.digest)
    record = build_failure(task, "has no pages", State.AUDITED)
    skipped = (Skipped(Origin(""), "has no pages", gap=False),)
    result = record.result._replace(skipped=skipped)
    entry = record.entry._replace(key=key, reason="")
    ledger.write_record(task.options.folder, Record(entry, result))
    name = task.repository.name
    return Outcome(name, ledger.find_file(task.options.folder, name, key), State.AUDITED)


def open_clone(
    remote: Remote, refs: RemoteRefs, options: CloneOptions
) -> AbstractContextManager[str]:
    """Open a mirror of a URL: one that stays, or a temporary one."""
    cache = MirrorCache(options.folder if options.keep else "", options.max_total)
    return open_mirror(remote, refs, cache, TransferLimits(options.seconds, options.max_size))


def _find_outcome(task: FleetTask, key: str) -> Outcome | None:
    """Return the outcome of an audit with the same key, of an earlier run or of a dead worker."""
    name = task.repository.name
    file = ledger.find_file(task.options.folder, name, key)
    if key not in task.known and not os.path.lexists(file):
        return None
    return Outcome(name, file, State.AUDITED, is_new=False)


def _audit(task: FleetTask, opened: Repository, key: str) -> Outcome:
    repository, options = task.repository, task.options
    start = _measure_time()
    with limit_time(options.seconds, partial(_give_up, task)):
        result = audit(opened, options.audit, ignore_progress, prepare(options.audit))
    entry = build_entry(task, State.AUDITED)._replace(
        key=key, milliseconds=round((_measure_time() - start) * 1000)
    )
    result = result._replace(targets=(repository.shown_location,))
    ledger.write_record(options.folder, Record(entry, result))
    fingerprints = {finding.secret.fingerprint[:_SHORT] for finding in result.reported()}
    return Outcome(
        repository.name,
        ledger.find_file(options.folder, repository.name, key),
        State.AUDITED,
        objects=result.coverage.documents,
        bytes=result.coverage.bytes,
        keys=tuple(sorted(fingerprints)),
    )


def _measure_time() -> float:
    """Return the processor time of this process, and of the commands of git that have ended."""
    return sum(os.times()[:4])


def fail_task(task: FleetTask, reason: str, state: State = State.FAILED) -> Outcome:
    """Write the record of a repository that was not audited; raise `ReportError`."""
    ledger.write_record(task.options.folder, build_failure(task, reason, state))
    name = task.repository.name
    return Outcome(name, ledger.find_file(task.options.folder, name, state.value), state)


def build_failure(task: FleetTask, reason: str, state: State = State.FAILED) -> Record:
    """Return the record of a repository that was not audited."""
    entry = build_entry(task, state)._replace(reason=redact(reason))
    result = RunResult(
        command="audit",
        targets=(task.repository.shown_location,),
        rules=(),
        findings=(),
        skipped=(Skipped(Origin(""), f"not audited: {entry.reason}"),),
        coverage=Coverage(0, 0, 0),
    )
    return Record(entry, result)


def _give_up(task: FleetTask) -> None:
    limit = task.options.seconds
    fail_task(task, f"its audit took over {limit} s; raise --time-limit, or audit it alone")


def build_entry(task: FleetTask, state: State) -> Entry:
    """Return the entry of a repository, as of now."""
    return Entry(
        repository=task.repository.name,
        location=task.repository.shown_location,
        key="",
        state=state,
        run=task.options.run,
        finished=datetime.now(UTC).isoformat(timespec="milliseconds"),
    )


def _is_of_run(file: str, run: str) -> bool:
    if not os.path.lexists(file):
        return False
    try:
        return ledger.read_record(file, ()).entry.run == run
    except SourceError:
        return False


def ignore_progress(objects: int, size: int, what: str, share: float) -> None:
    """Ignore the progress within a repository."""
