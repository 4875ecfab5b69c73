"""The files of a fix: the findings in them, how each one changes, and related files."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence

from wakeyscan.cli import fix_names
from wakeyscan.cli.fix_access import MAX_SIZE, read_file
from wakeyscan.core.document import MEMBER_SEPARATOR, Document, Origin
from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple
from wakeyscan.fixers.batch import LeftAlone
from wakeyscan.fixers.repair import (
    Project,
    Repair,
    find_fixes,
    repair_file,
)
from wakeyscan.scanner.detector import detect_in_document

if TYPE_CHECKING:
    from wakeyscan.cli.fix_access import FileAccess
    from wakeyscan.core.finding import Finding
    from wakeyscan.fixers.repair import FoundFix
    from wakeyscan.fixers.variables import Claims, Naming
    from wakeyscan.scanner.context import ScanContext
    from wakeyscan.scanner.result import RunResult

_MAX_REPLACED = 500
"""Findings of a report whose edits are worked out."""


class PlannedFile(NamedTuple):
    """A file with leaks."""

    path: str
    """As reports print it: relative to the top of the work tree."""
    file: str
    """Its place on disk."""
    before: bytes
    repair: Repair


class Plan(NamedTuple):
    """What a fix would change, and what its user has to check."""

    files: tuple[PlannedFile, ...]
    notes: tuple[str, ...]


def plan_files(
    result: RunResult,
    units: Iterable[str],
    access: FileAccess,
    context: ScanContext,
    refuse: Callable[[PlannedFile], PlannedFile],
) -> Plan:
    """Return the files with leaks, repaired in memory; each sees what the others will contain.

    `units` are the scanned files, whose names of variables are preferred. `refuse` restores a file
    that must stay as it is.
    """
    found = _group_findings(result.reported())
    facts = fix_names.read_name_facts(found, units, access)
    facts = fix_names.add_changes(facts, access, context)

    def plan(naming: Naming) -> tuple[Plan, Claims]:
        files = tuple(_plan_all(found, naming, access, context, refuse))
        fixed = (finding for file in files for finding in file.repair.fixed)
        claims = frozenset(pair for file in files for pair in file.repair.list_claims())
        return Plan(files, tuple(fix_names.list_notes(facts, naming, fixed))), claims

    return fix_names.settle_names(facts, plan)


def _plan_all(
    found: dict[str, list[Finding]],
    naming: Naming,
    access: FileAccess,
    context: ScanContext,
    refuse: Callable[[PlannedFile], PlannedFile],
) -> Iterator[PlannedFile]:
    repaired: dict[str, bytes] = {}
    access = access._replace(repaired=repaired)
    for path, findings in found.items():
        planned = refuse(_plan_file(path, findings, naming, access, context))
        repaired[planned.file] = planned.repair.content
        yield planned


def _plan_file(
    path: str,
    findings: list[Finding],
    naming: Naming,
    access: FileAccess,
    context: ScanContext,
) -> PlannedFile:
    file = access.locate(path)
    before = None if MEMBER_SEPARATOR in path else read_file(file, MAX_SIZE)
    if before is None:
        return PlannedFile(path, file, b"", _leave_all(path, file, findings))
    project = _build_project(findings, naming, access, context)
    return PlannedFile(path, file, before, repair_file(path, before, project))


def add_replacements(result: RunResult, access: FileAccess, context: ScanContext) -> RunResult:
    """Return a result whose findings have the edits that fix them, where these are known.

    Only files with findings are read: a report must not take twice the time of its scan.
    """
    found = _group_findings(result.reported()[:_MAX_REPLACED])
    facts = fix_names.read_name_facts(found, map(access.locate, found), access)
    facts = fix_names.add_changes(facts, access, context)

    def plan(naming: Naming) -> tuple[list[FoundFix], Claims]:
        fixes = [*_find_all_fixes(found, naming, access, context)]
        claims = ((f.own_name.upper(), f.finding.secret.fingerprint) for f in fixes if f.own_name)
        return fixes, frozenset(claims)

    edits = {
        (fix.finding.origin.path, fix.finding.position, fix.finding.secret): fix.replacements
        for fix in _drop_repeated_declarations(fix_names.settle_names(facts, plan))
    }
    return result._replace(
        findings=tuple(
            f._replace(replacements=edits.get((f.origin.path, f.position, f.secret), ()))
            for f in result.findings
        )
    )


def _drop_repeated_declarations(fixes: Iterable[FoundFix]) -> Iterator[FoundFix]:
    """Yield the fixes that may be applied in any order, and together.

    After the first of those that declare the same variable, a report has another fix for the next.
    """
    declared: set[tuple[str, str]] = set()
    for fix in fixes:
        place = os.path.dirname(fix.finding.origin.path), fix.declared
        if not fix.declared or place not in declared:
            declared.add(place)
            yield fix


def _find_all_fixes(
    found: dict[str, list[Finding]], naming: Naming, access: FileAccess, context: ScanContext
) -> Iterator[FoundFix]:
    for path, findings in found.items():
        raw = None if MEMBER_SEPARATOR in path else read_file(access.locate(path), MAX_SIZE)
        project = _build_project(findings, naming, access, context)
        yield from find_fixes(path, raw or b"", project)


def _build_project(
    findings: list[Finding], naming: Naming, access: FileAccess, context: ScanContext
) -> Project:
    wanted = {finding.secret.fingerprint for finding in findings}
    return Project(_build_detect(wanted, context), naming, access.open_sources())


def _group_findings(findings: Sequence[Finding]) -> dict[str, list[Finding]]:
    groups: dict[str, list[Finding]] = {}
    for finding in findings:
        groups.setdefault(finding.origin.path, []).append(finding)
    return groups


def _leave_all(path: str, file: str, findings: list[Finding]) -> Repair:
    if any(finding.origin.part == "name" for finding in findings):
        reason = "it is in the name of the file; rename the file first"
    elif MEMBER_SEPARATOR in path:
        reason = "it is inside an archive; build the archive again without it"
    elif os.path.islink(file):
        reason = "the file is a link; fix the file that it names"
    else:
        reason = f"the file is larger than {MAX_SIZE >> 20} MiB, or cannot be read"
    return Repair(b"", left=tuple(LeftAlone(finding, reason) for finding in findings))


def _build_detect(
    wanted: set[str], context: ScanContext
) -> Callable[[str, bytes], Sequence[Finding]]:
    def detect(path: str, content: bytes) -> list[Finding]:
        found = detect_in_document(Document(Origin(path), content), context)
        return [finding for finding in found if finding.secret.fingerprint in wanted]

    return detect
