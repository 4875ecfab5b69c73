"""A run of a fleet: the tasks of the repositories, and the records that they leave."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256

from wakeyscan.core.errors import SourceError, UsageError, WakeyscanError
from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple, Protocol
from wakeyscan.fleet import ledger
from wakeyscan.fleet.ledger import Record, State
from wakeyscan.fleet.options import FleetTask, TaskOptions
from wakeyscan.fleet.task import build_failure, fail_task

if TYPE_CHECKING:
    from wakeyscan.fleet.repository_list import FleetRepository
    from wakeyscan.fleet.task import Outcome
    from wakeyscan.rules.rule import Rule

RETRIES = 2
"""How often a task starts again after its process has died."""

_SHARD = re.compile(r"([1-9][0-9]{0,5})/([1-9][0-9]{0,5})")

_DAMAGED = "{}: the record is damaged, so {} is audited again"


class Shard(NamedTuple):
    """One of several parts of a fleet."""

    number: int
    """1-based."""
    total: int

    def has(self, name: str) -> bool:
        """Return whether a repository belongs to this part: the same one on every machine."""
        digest = sha256(name.encode("utf-8", "surrogateescape")).digest()
        return int.from_bytes(digest[:8], "big") % self.total == self.number - 1


def parse_shard(text: str) -> Shard:
    """Parse `2/8`; raise `UsageError`."""
    found = _SHARD.fullmatch(text)
    if not found or int(found[1]) > int(found[2]):
        raise UsageError(f"--shard: expected NUMBER/COUNT such as 2/8, got {text!r}")
    return Shard(int(found[1]), int(found[2]))


class ExecutorLost(WakeyscanError):
    """The executor of the tasks has ended; the ledger keeps the results so far."""


class Executor(Protocol):
    """Runs tasks on some processes."""

    def run(self, tasks: Sequence[FleetTask]) -> Iterator[Outcome]:
        """Yield the outcome of each task, in any order; begin with the first ones.

        A task whose process dies more than `RETRIES` times has failed.
        """


class FleetRun(NamedTuple):
    """The end of a run."""

    outcomes: tuple[Outcome, ...]
    interrupted: bool = False
    lost: str = ""
    """Why it ended before its time; empty if it did not, or was interrupted."""


def build_tasks(
    repositories: Sequence[FleetRepository],
    options: TaskOptions,
    *,
    resume: bool,
    on_damaged: Callable[[str], None],
) -> list[FleetTask]:
    """Return the tasks, and write a record of each repository that has none in the ledger.

    So each repository has a row, even if the run is cut off. Unless `resume` is set, the records
    of earlier runs are removed first. A record that is damaged is removed too, and `on_damaged`
    is called with a message. Raise `ReportError`.
    """
    ledger.create(options.folder)  # a shard may be empty
    known = ledger.list_keys(options.folder) if resume else {}
    tasks = []
    for repository in repositories:
        keys = known.get(ledger.build_slug(repository.name), [])
        for file in ledger.list_damaged(options.folder, repository.name, keys):
            on_damaged(_DAMAGED.format(file, repository.name))
            keys = []
        task = FleetTask(repository, options, tuple(keys))
        if not keys:
            fail_task(task, "not audited yet", State.PENDING)
        tasks.append(task)
    return tasks


def run_fleet(
    tasks: Sequence[FleetTask], executor: Executor, on_outcome: Callable[[Outcome], None]
) -> FleetRun:
    """Run all tasks; Ctrl-C ends the run, and the ledger keeps what it has."""
    outcomes: list[Outcome] = []
    try:
        for outcome in executor.run(tasks):
            outcomes.append(outcome)
            on_outcome(outcome)
    except KeyboardInterrupt:
        return FleetRun(tuple(outcomes), interrupted=True)
    except ExecutorLost as error:
        return FleetRun(tuple(outcomes), lost=str(error))
    return FleetRun(tuple(outcomes))


def read_outcomes(
    tasks: Sequence[FleetTask], run: FleetRun, rules: tuple[Rule, ...]
) -> list[Record]:
    """Read the record of each task; one that has no outcome was not audited in this run."""
    files = {outcome.repository: outcome.file for outcome in run.outcomes}
    reason = run.lost or "the run was interrupted before its audit"
    return [
        _read_outcome(task, files.get(task.repository.name, ""), rules)
        or build_failure(task, reason, State.PENDING)
        for task in tasks
    ]


def _read_outcome(task: FleetTask, file: str, rules: tuple[Rule, ...]) -> Record | None:
    folder, name = task.options.folder, task.repository.name
    try:
        if file:
            return ledger.read_record(file, rules)
        for written in ledger.list_files(folder, name):  # by a worker whose answer did not arrive
            record = ledger.read_record(written, rules)
            if record.entry.run == task.options.run and record.entry.state is not State.PENDING:
                return record
    except SourceError as error:
        reason = f"its record is damaged: {error}"
        fail_task(task, reason)
        return build_failure(task, reason)
    return None
