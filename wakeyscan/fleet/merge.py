"""Joins the ledgers of several runs, such as those of shards on different machines."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING

from wakeyscan.core.errors import UsageError
from wakeyscan.fleet import ledger
from wakeyscan.fleet.ledger import Record, State

if TYPE_CHECKING:
    from wakeyscan.rules.rule import Rule


def join_ledgers(folder: str, sources: Iterable[str], rules: tuple[Rule, ...]) -> list[Record]:
    """Copy the records of other ledgers into that of a folder, and return all of them.

    Of a repository with several records, one that was audited counts, then the newest one. Raise
    `UsageError` for a folder without a ledger, `SourceError` for a damaged record, `ReportError`.
    """
    chosen: dict[str, Record] = {}
    target = os.path.join(folder, ledger.FOLDER)
    others = [os.path.abspath(source) for source in sources]
    for source in dict.fromkeys([*others, *([folder] if os.path.isdir(target) else [])]):
        if not os.path.isdir(os.path.join(source, ledger.FOLDER)):
            raise UsageError(f"{source}: has no ledger; name a folder that wakeyscan fleet wrote")
        for record in ledger.read_records(source, rules):
            name = record.entry.repository
            if name not in chosen or _rank(record) > _rank(chosen[name]):
                chosen[name] = record
    ledger.create(folder)
    for record in chosen.values():
        entry = record.entry
        file = ledger.find_file(folder, entry.repository, entry.key or entry.state.value)
        if not os.path.lexists(file):
            ledger.write_record(folder, record)
    return list(chosen.values())


def _rank(record: Record) -> tuple[bool, str]:
    return record.entry.state is State.AUDITED, record.entry.finished
