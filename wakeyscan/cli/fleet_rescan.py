"""The keys of a fleet's report, read again: only repositories that hold one of them are audited."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from wakeyscan.cli.commands import fleet
from wakeyscan.cli.fleet_options import build_task_options, list_sources
from wakeyscan.cli.progress import Progress
from wakeyscan.config import build
from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple
from wakeyscan.fleet import ledger
from wakeyscan.fleet.key_reader import audit_again
from wakeyscan.fleet.merged_result import merge_records
from wakeyscan.fleet.options import FleetTask
from wakeyscan.fleet.repository_list import FleetRepository

if TYPE_CHECKING:
    from wakeyscan.config.config import Config
    from wakeyscan.config.options import Values
    from wakeyscan.scanner.result import RunResult


class KeyPlace(NamedTuple):
    """A place of a key in the report of a fleet."""

    fingerprint: str
    path: str
    """The name of a repository, then a path in it."""
    has_app_key: bool = False
    """Whether it is an X-App-Key, which the API asks for together with a key."""


class FleetReport(NamedTuple):
    """The places of keys according to the report of a fleet."""

    folder: str
    """The folder of the report."""
    sources: tuple[str, ...]
    """Sources of the fleet; a result of `fleet merge` has ledgers or none."""
    places: tuple[KeyPlace, ...]


def rescan_fleet(report: FleetReport, settings: Config) -> RunResult:
    """Audit repositories of a fleet until each key is found again; raise `UsageError`."""
    given = build.read_environment(fleet.PARAMETERS.options, os.environ)
    options = build_task_options("", given, settings._replace(show_suppressed=True))
    repositories = {one.name: one for one in _list_repositories(report, given, settings)}
    holders = _group_by_repository(report.places, repositories)
    missing = {place.fingerprint for place in report.places if not place.has_app_key}
    records = []
    with Progress(sys.stderr, settings.quiet) as progress:
        for number, (name, fingerprints) in enumerate(holders, 1):
            if missing & fingerprints:
                progress.show(f"reading keys again: {number:,} of {len(holders):,} repositories")
                records.append(audit_again(FleetTask(repositories[name], options)))
                missing -= {one.secret.fingerprint for one in records[-1].result.findings}
    return merge_records(records, report.sources, (), datetime.now(UTC)).result


def _list_repositories(
    report: FleetReport, given: Values, settings: Config
) -> Iterator[FleetRepository]:
    """List the repositories of the sources; of a ledger, those of its records."""
    for source in report.sources or (report.folder,):
        if os.path.isdir(os.path.join(source, ledger.FOLDER)):
            for record in ledger.read_records(source, ()):
                yield FleetRepository(record.entry.repository, record.entry.location)
        else:
            yield from list_sources([source], given, quiet=settings.quiet).repositories


def _group_by_repository(
    places: Iterable[KeyPlace], names: Iterable[str]
) -> list[tuple[str, set[str]]]:
    """Return the fingerprints in each repository; one with an X-App-Key comes first."""
    known = frozenset(names)
    groups: dict[str, set[str]] = {}
    with_app_key = set()
    for place in places:
        name = _find_name(place.path, known)
        if place.has_app_key:
            with_app_key.add(name)
        elif name:
            groups.setdefault(name, set()).add(place.fingerprint)
    return sorted(groups.items(), key=lambda one: (one[0] not in with_app_key, -len(one[1])))


def _find_name(path: str, names: frozenset[str]) -> str:
    """Return the longest name that a path begins with."""
    while path and path not in names:
        path = path.rpartition("/")[0]
    return path
