"""The files of a fix: the findings in them, how each one changes, and related files."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType

from wakeyscan.core import small_files
from wakeyscan.core.document import MEMBER_SEPARATOR, Document, Origin
from wakeyscan.core.errors import GitError
from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple
from wakeyscan.fixers import variables
from wakeyscan.fixers.batch import LeftAlone
from wakeyscan.fixers.fixer import Source
from wakeyscan.fixers.repair import (
    Project,
    Repair,
    find_fixes,
    repair_file,
)
from wakeyscan.git import worktree
from wakeyscan.scanner.detector import detect_in_document

if TYPE_CHECKING:
    from typing import TypeVar

    from wakeyscan.core.finding import Finding
    from wakeyscan.fixers.repair import FoundFix
    from wakeyscan.fixers.variables import Claims, Naming
    from wakeyscan.git.own_repository import OwnRepository
    from wakeyscan.scanner.context import ScanContext
    from wakeyscan.scanner.result import RunResult

    _T = TypeVar("_T")

MAX_SIZE = 16 << 20
"""Bytes of a file that is fixed."""

_MAX_REPLACED = 500
"""Findings of a report whose edits are worked out."""

_MAX_NAMED = 1 << 20
"""Bytes of a file that is searched for names of variables."""


class PlannedFile(NamedTuple):
    """A file with leaks."""

    path: str
    """As reports print it: relative to the top of the work tree."""
    file: str
    """Its place on disk."""
    before: bytes
    repair: Repair


class NameFacts(NamedTuple):
    """What the names of variables depend on, beside the names that a plan finds."""

    findings: tuple[Finding, ...]
    names: Counter[str]
    """Those that the project uses, with their numbers."""
    own: dict[str, str]
    """Those that `.env` files give to secrets, by fingerprint."""


class FileAccess(NamedTuple):
    """How the files of a run are found, and their state in git."""

    top: str
    """The top of the work tree, or empty."""
    tracked: frozenset[str]
    repository: OwnRepository | None = None
    repaired: Mapping[str, bytes] = MappingProxyType({})
    """What the files of a run will contain, by their places."""

    def locate(self, path: str) -> str:
        """Return the place on disk of a reported path."""
        is_below = self.top and not os.path.isabs(path) and not path.startswith("../")
        return os.path.join(self.top, *path.split("/")) if is_below else path

    def is_tracked(self, path: str) -> bool:
        """Return whether git tracks a path."""
        return path in self.tracked

    def is_ignored(self, path: str) -> bool:
        """Return whether git ignores a path, and does not track it."""
        if not self.top or path in self.tracked:
            return False
        try:
            return worktree.is_ignored(self.locate(path))
        except GitError:
            return False

    def read_neighbors(self, path: str, ending: str) -> Iterator[bytes]:
        """Yield what the other files in the folder of a path will contain, by their ending."""
        folder, name = os.path.split(self.locate(path))
        try:
            names = sorted(os.listdir(folder or "."))
        except OSError:
            return
        for other in names:
            if other != name and other.endswith(ending):
                file = os.path.join(folder, other)
                yield self.repaired.get(file) or read_file(file) or b""

    def build_source(self, path: str, content: bytes) -> Source:
        """Return a file in the form that fixers read."""
        return Source(
            path,
            content,
            self.is_ignored,
            self.is_tracked,
            bool(self.top),
            lambda ending: self.read_neighbors(path, ending),
        )


def read_file(file: str, max_size: int = _MAX_NAMED) -> bytes | None:
    """Return the content of a regular file, or `None`; links are not followed."""
    try:
        return None if os.path.islink(file) else small_files.read_small_file(file, max_size)
    except OSError:
        return None


def plan_files(
    result: RunResult,
    units: Iterable[str],
    access: FileAccess,
    context: ScanContext,
    refuse: Callable[[PlannedFile], PlannedFile],
) -> list[PlannedFile]:
    """Return the files with leaks, repaired in memory; each sees what the others will contain.

    `units` are the scanned files, whose names of variables are preferred. `refuse` restores a file
    that must stay as it is.
    """
    found = _group_findings(result.reported())
    facts = _read_name_facts(found, units, access)

    def plan(naming: Naming) -> tuple[list[PlannedFile], Claims]:
        planned = [*_plan_all(found, naming, access, context, refuse)]
        return planned, frozenset(pair for file in planned for pair in file.repair.list_claims())

    return _settle_names(facts, plan)


def _settle_names(facts: NameFacts, plan: Callable[[Naming], tuple[_T, Claims]]) -> _T:
    """Return a plan in which no variable holds two keys.

    The names that sources give to keys are known only from a plan, so it is made again while they
    change the naming.
    """
    claims = frozenset((name.upper(), fingerprint) for fingerprint, name in facts.own.items())
    naming = variables.build_naming(*facts, claims)
    while True:
        planned, added = plan(naming)
        claims |= added
        settled = variables.build_naming(*facts, claims)
        if settled == naming:
            return planned
        naming = settled


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
    facts = _read_name_facts(found, map(access.locate, found), access)

    def plan(naming: Naming) -> tuple[list[FoundFix], Claims]:
        fixes = [*_find_all_fixes(found, naming, access, context)]
        claims = ((f.own_name.upper(), f.finding.secret.fingerprint) for f in fixes if f.own_name)
        return fixes, frozenset(claims)

    edits = {
        (fix.finding.origin.path, fix.finding.position, fix.finding.secret): fix.replacements
        for fix in _settle_names(facts, plan)
    }
    return result._replace(
        findings=tuple(
            f._replace(replacements=edits.get((f.origin.path, f.position, f.secret), ()))
            for f in result.findings
        )
    )


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
    return Project(_build_detect(wanted, context), naming, access.build_source)


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


def _read_name_facts(
    found: dict[str, list[Finding]], units: Iterable[str], access: FileAccess
) -> NameFacts:
    names: Counter[str] = Counter()
    for unit in units if found else ():
        names += variables.count_names(unit, read_file(unit) or b"")
    own: dict[str, str] = {}
    for path, findings in found.items():
        if os.path.basename(path).startswith(".env"):
            lines = (read_file(access.locate(path)) or b"").splitlines()
            own |= _read_own_names(findings, lines)
    return NameFacts(tuple(f for findings in found.values() for f in findings), names, own)


def _read_own_names(findings: list[Finding], lines: list[bytes]) -> dict[str, str]:
    return {
        finding.secret.fingerprint: name
        for finding in findings
        if finding.position.line <= len(lines)
        and (name := variables.read_own_name(lines[finding.position.line - 1]))
    }
