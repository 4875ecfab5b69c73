"""The interface of what runs the tasks of a fleet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Protocol

from wakeyscan.core.errors import WakeyscanError

if TYPE_CHECKING:
    from wakeyscan.fleet.options import FleetTask
    from wakeyscan.fleet.task import Outcome

RETRIES = 2
"""How often a task starts again after its process has died."""


class ExecutorLost(WakeyscanError):
    """What runs the tasks has ended; the ledger keeps the results so far."""


class Executor(Protocol):
    """Runs tasks on some processes."""

    def run(self, tasks: Sequence[FleetTask]) -> Iterator[Outcome]:
        """Yield the outcome of each task, in any order; begin with the first ones.

        A task whose process dies more than `RETRIES` times has failed.
        """
