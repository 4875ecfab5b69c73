"""One result of all repositories: a key is one entry, in any number of repositories."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from wakeyscan.core.document import Origin
from wakeyscan.core.finding import Bounds
from wakeyscan.core.secret_history import Restriction, SecretHistory, sort_histories
from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple
from wakeyscan.scanner.result import RunResult
from wakeyscan.scanner.scan_result import Coverage, build_sort_key

if TYPE_CHECKING:
    from wakeyscan.core.document import Skipped
    from wakeyscan.core.finding import Finding
    from wakeyscan.core.secret import Secret
    from wakeyscan.core.secret_history import CommitRef, Occurrence
    from wakeyscan.fleet.ledger import Record
    from wakeyscan.rules.rule import Rule

COMMAND = "fleet"
_MAX_PLACES = 100
"""Maximum number of places that a history lists, as in an audit."""


class RepositoryHistory(NamedTuple):
    """The history of a key in one repository."""

    repository: str
    history: SecretHistory


class FleetKey(NamedTuple):
    """A key with its history in each repository that has it."""

    history: SecretHistory
    """The history over all repositories; its paths begin with the name of one."""
    by_repository: tuple[RepositoryHistory, ...]
    """The repository that had the key first comes first."""

    @property
    def repositories(self) -> tuple[str, ...]:
        """The names of the repositories."""
        return tuple(one.repository for one in self.by_repository)


class FleetResult(NamedTuple):
    """The records of a fleet, and what they are together."""

    records: tuple[Record, ...]
    keys: tuple[FleetKey, ...]
    result: RunResult
    """The result for reports; its paths begin with the name of a repository."""


def merge_records(
    records: Iterable[Record], sources: tuple[str, ...], rules: tuple[Rule, ...], now: datetime
) -> FleetResult:
    """Return the records as one result."""
    ordered = tuple(sorted(records, key=lambda record: record.entry.repository))
    keys = _merge_keys(ordered, now)
    findings = [
        _place_finding(record.entry.repository, finding)
        for record in ordered
        for finding in record.result.findings
    ]
    known = {rule.id: rule for record in ordered for rule in record.result.rules}
    known |= {rule.id: rule for rule in rules}
    result = RunResult(
        command=COMMAND,
        targets=sources,
        rules=tuple(known.values()),
        findings=tuple(sorted(findings, key=build_sort_key)),
        skipped=tuple(_place_skipped(record, item) for record, item in _list_skipped(ordered)),
        coverage=_add_coverage(ordered),
        keys=tuple(key.history for key in keys),
        restriction=_add_restrictions(ordered),
    )
    return FleetResult(ordered, keys, result)


def _list_skipped(records: tuple[Record, ...]) -> list[tuple[Record, Skipped]]:
    return [(record, item) for record in records for item in record.result.skipped]


def _place_skipped(record: Record, item: Skipped) -> Skipped:
    return item._replace(origin=_place_origin(record.entry.repository, item.origin))


def _place_finding(repository: str, finding: Finding) -> Finding:
    return finding._replace(origin=_place_origin(repository, finding.origin))


def _place_origin(repository: str, origin: Origin) -> Origin:
    return origin._replace(path=f"{repository}/{origin.path}" if origin.path else repository)


def _add_coverage(records: tuple[Record, ...]) -> Coverage:
    coverages = [record.result.coverage for record in records]
    return Coverage(
        sum(one.documents for one in coverages),
        sum(one.bytes for one in coverages),
        sum(one.excluded for one in coverages),
    )


def _add_restrictions(records: tuple[Record, ...]) -> Restriction | None:
    """Return the number of commits in all repositories; they were not limited."""
    counts = [r.result.restriction.commits for r in records if r.result.restriction]
    known = [count for count in counts if count]
    if not known or len(known) < len(counts):
        return None
    scanned, total = (sum(numbers) for numbers in zip(*known, strict=True))
    return Restriction(commits=(scanned, total))


def _merge_keys(records: tuple[Record, ...], now: datetime) -> tuple[FleetKey, ...]:
    """Return one entry per key, the most urgent first."""
    groups: dict[tuple[str, Secret], list[RepositoryHistory]] = {}
    for record in records:
        for history in record.result.keys:
            aged = _add_days(history, record.entry.finished, now)
            one = RepositoryHistory(record.entry.repository, aged)
            groups.setdefault((history.rule, history.secret), []).append(one)
    merged = {key: _merge_histories(group) for key, group in groups.items()}
    order = sort_histories(key.history for key in merged.values())
    return tuple(merged[(history.rule, history.secret)] for history in order)


def _add_days(history: SecretHistory, finished: str, now: datetime) -> SecretHistory:
    """Return a history as of now: the audit may be of an earlier run."""
    if not history.introduced.commit:
        return history
    days = (now - datetime.fromisoformat(finished).astimezone(UTC)).days
    return history._replace(exposed_days=history.exposed_days + max(0, days))


def _merge_histories(group: list[RepositoryHistory]) -> FleetKey:
    ordered = sorted(group, key=_order_by_introduction)
    histories = [one.history for one in ordered]
    first = histories[0]
    at_head = any(history.at_head for history in histories)
    is_certain = any(history.bounds is Bounds.CERTAIN for history in histories)
    places = [place for one in ordered for place in _place_occurrences(one)]
    merged = first._replace(
        severity=max(history.severity for history in histories),
        removed=None if at_head else _find_last_removal(histories),
        at_head=at_head,
        pushed=_merge_pushed(histories),
        reachable_from=tuple(dict.fromkeys(n for h in histories for n in h.reachable_from)),
        exposed_days=max(history.exposed_days for history in histories),
        places=tuple(places[:_MAX_PLACES]),
        bounds=Bounds.CERTAIN if is_certain else Bounds.OPEN,
        place_count=sum(history.place_count or len(history.places) for history in histories),
    )
    return FleetKey(merged, tuple(ordered))


def _order_by_introduction(one: RepositoryHistory) -> tuple[bool, str, str]:
    introduced = one.history.introduced
    return not introduced.commit, introduced.author_date, one.repository


def _find_last_removal(histories: list[SecretHistory]) -> CommitRef | None:
    removals = [history.removed for history in histories if history.removed]
    return max(removals, key=lambda removed: removed.author_date, default=None)


def _merge_pushed(histories: list[SecretHistory]) -> bool | None:
    """Return whether any remote has the key; `None` if that is unknown for some repository."""
    values = {history.pushed for history in histories}
    if True in values:
        return True
    return None if None in values else False


def _place_occurrences(one: RepositoryHistory) -> Iterable[Occurrence]:
    """Yield the places of a key, with the name of the repository, the first place first."""
    first = one.history.first_place
    for place in (first, *(place for place in one.history.places if place != first)):
        yield place._replace(path=f"{one.repository}/{place.path}")
