"""The overview of a fleet: its repositories by their worst finding, its keys by their exposure."""

from __future__ import annotations

from wakeyscan.core.finding import Liveness
from wakeyscan.core.redaction import escape_for_terminal, make_encodable, redact
from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.fleet.ledger import State, build_slug
from wakeyscan.reports.overview import KeyRow, Overview, RepositoryRow
from wakeyscan.reports.summary import format_count, format_liveness

if TYPE_CHECKING:
    from wakeyscan.fleet.ledger import Record
    from wakeyscan.fleet.merged_result import FleetKey, FleetResult


def build_overview(fleet: FleetResult) -> Overview:
    """Return the texts of an overview, safe to print."""
    records = sorted(fleet.records, key=_rank_record)
    reported = {finding.secret for finding in fleet.result.reported()}
    keys = [key for key in fleet.keys if key.history.secret in reported]
    keys.sort(key=lambda key: (-key.history.exposed_days, -len(key.by_repository)))
    is_live = any(key.history.liveness is Liveness.LIVE for key in keys)
    gap = "clean" if fleet.result.complete else "gap"
    return Overview(
        verdict=_escape(f"{format_count(fleet.result)}."),
        state="live" if is_live else "found" if reported else gap,
        tally=_build_tally(fleet, len(keys)),
        repositories=[_build_repository_row(record) for record in records],
        keys=[_build_key_row(key) for key in keys],
    )


def _escape(text: str) -> str:
    return escape_for_terminal(redact(make_encodable(text)))


def _rank_record(record: Record) -> tuple[int, int, str]:
    """Return a rank: the worst finding first, then what was not scanned, then clean ones."""
    worst = max((int(finding.severity) for finding in record.result.reported()), default=-1)
    return -worst, record.result.complete, record.entry.repository


def _build_tally(fleet: FleetResult, keys: int) -> list[tuple[str, str]]:
    records, coverage = fleet.records, fleet.result.coverage
    audited = [one for one in records if one.entry.state is State.AUDITED]
    incomplete = [one for one in audited if not one.result.complete]
    counts = [
        (len(records), "repositories"),
        (len(records) - len(audited), "not audited"),
        (len(incomplete), "audited in part"),
        (sum(bool(one.result.reported()) for one in records), "with findings"),
        (keys, "keys"),
        (coverage.documents, "objects"),
        (coverage.bytes // 1_000_000, "MB"),
    ]
    return [(f"{count:,}", noun) for count, noun in counts]


def _build_repository_row(record: Record) -> RepositoryRow:
    entry, result = record
    reported = result.reported()
    return RepositoryRow(
        name=_escape(entry.repository),
        severity=str(max(f.severity for f in reported)) if reported else "",
        state=_describe_state(record),
        reason=_escape(entry.reason or "; ".join(_list_gaps(record))),
        keys=len({(finding.rule, finding.secret) for finding in reported}),
        places=len(reported),
        objects=result.coverage.documents,
        bytes=result.coverage.bytes,
        report=f"sarif/{build_slug(entry.repository)}.sarif"
        if entry.state is State.AUDITED
        else "",
    )


def _describe_state(record: Record) -> str:
    if record.entry.state is State.FAILED:
        return "not audited"
    if record.entry.state is State.PENDING:
        return "not audited yet"
    return "complete" if record.result.complete else "in part"


def _list_gaps(record: Record) -> list[str]:
    """Return the reasons of the first gaps."""
    gaps = dict.fromkeys(item.reason for item in record.result.skipped if item.gap)
    more = [f"and {len(gaps) - 3} more"] if len(gaps) > 3 else []
    return [*list(gaps)[:3], *more]


def _build_key_row(key: FleetKey) -> KeyRow:
    history = key.history
    place = history.first_place
    return KeyRow(
        secret=str(history.secret),
        rule=_escape(history.rule),
        severity=str(history.severity),
        liveness=history.liveness.value,
        answer=format_liveness(history.liveness),
        days=history.exposed_days,
        repositories=[_escape(name) for name in key.repositories],
        first=_escape(f"{place.path}:{place.line}"),
        places=history.place_count,
        is_at_head=history.at_head,
    )
