"""A task on a worker of Dask. The worker may be on another machine, without the ledger.

Then it sends the record, in which every key is masked, and the client writes it.
"""

from __future__ import annotations

import os
import signal

from wakeyscan.core import files
from wakeyscan.core.errors import ReportError
from wakeyscan.core.termination import make_temporary_folder
from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple
from wakeyscan.fleet import ledger
from wakeyscan.fleet.task import Outcome, run_task

if TYPE_CHECKING:
    from wakeyscan.fleet.options import FleetTask, TaskOptions

_PRIVATE = 0o600


class Answer(NamedTuple):
    """Message of a worker."""

    outcome: Outcome
    record: bytes = b""
    """The record as JSON; empty if the worker has written it to the ledger."""


def write_marker(options: TaskOptions) -> str:
    """Write a file by which a worker recognizes the ledger; return its path."""
    marker = os.path.join(options.folder, ledger.FOLDER, ".run")
    try:
        files.write_atomically(marker, options.run.encode(), _PRIVATE)
    except OSError as error:
        raise ReportError(f"{marker}: cannot be written: {error.strerror}") from None
    return marker


def dask_setup(worker: object) -> None:
    """Ignore Ctrl-C, which a terminal sends to all processes: the client ends its workers.

    The workers of a local cluster import this module before all else (`preload`).
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def run_on_worker(task: FleetTask, marker: str) -> Answer:
    """Run a task; raise `ReportError` if the ledger is here, and cannot be written."""
    if _is_ledger_of_run(marker, task.options.run):
        return Answer(run_task(task))
    with make_temporary_folder() as folder:
        ledger.create(folder)
        outcome = run_task(task._replace(options=task.options._replace(folder=folder)))
        if not os.path.lexists(outcome.file):  # the client has it from an earlier run
            return Answer(outcome)
        with open(outcome.file, "rb") as file:
            return Answer(outcome, file.read())


def _is_ledger_of_run(marker: str, run: str) -> bool:
    try:
        with open(marker, "rb") as file:
            return file.read() == run.encode()
    except OSError:
        return False


def store_answer(answer: Answer, task: FleetTask) -> Outcome:
    """Write the record that a worker sent, if any; return the outcome with its file."""
    folder, name = task.options.folder, task.repository.name
    file = os.path.join(folder, ledger.FOLDER, os.path.basename(answer.outcome.file))
    if answer.record:
        ledger.write_content(file, answer.record, folder, name)
    return answer.outcome._replace(file=file)
