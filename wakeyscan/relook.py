"""Looks again at what a report was made from."""

from __future__ import annotations

from datetime import UTC, datetime

from wakeyscan.auditing import Plan, audit
from wakeyscan.config import Config
from wakeyscan.errors import SourceError
from wakeyscan.history.repository import find
from wakeyscan.inspection import inspect
from wakeyscan.outcome import Outcome
from wakeyscan.target import source_of


def looked_again(command: str, targets: list[str], settings: Config) -> Outcome:
    """Scan or audit the targets of a report; raises `SourceError` where one can't be read."""
    if command == "audit":
        plan = Plan(settings.rules, settings.jobs, False, (), datetime.now(UTC))
        return audit(find(targets[0]), plan, lambda *_: None)[0]
    if command != "scan":
        raise SourceError(
            f"a report of {command!r} can't be looked at again; scan or audit instead"
        )
    opened = [
        (source, source.units(rest, settings.scope)) for source, rest in map(source_of, targets)
    ]
    return inspect(command, tuple(targets), opened, settings)
