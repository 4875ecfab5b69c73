"""Repair of one file: as many leaks are fixed as can be fixed safely."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import lru_cache, partial
from itertools import accumulate

from wakeyscan.core.finding import PIECES, Exposure, Finding, Replacement, Standing
from wakeyscan.core.line_index import find_positions
from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple
from wakeyscan.fixers import find_fixer
from wakeyscan.fixers.batch import LeftAlone
from wakeyscan.fixers.fixer import TOO_DEEP, Edit, Fix, Leak, NotFixable, Source, apply_edits
from wakeyscan.fixers.rounds import limit_checks, run_rounds
from wakeyscan.fixers.source_text import SourceText, read_source_text

if TYPE_CHECKING:
    from wakeyscan.fixers.fixer import Fixer
    from wakeyscan.fixers.variables import Naming

Detect = Callable[[bytes], Sequence[Finding]]

_ENCODINGS = ("plain", "escapes", PIECES)
"""Encodings that the language of a file decodes itself."""

_MAX_REPLACEMENTS = 20
"""Leaks of one file whose edits a report has."""

_CLIENT_SIDE = (
    "users run this file, so they would also receive the value of a variable; "
    "send the request through your own server, which adds the key"
)


class Repair(NamedTuple):
    """The outcome for one file."""

    content: bytes
    """The bytes of the file after the repair."""
    fixed: tuple[Finding, ...] = ()
    left: tuple[LeftAlone, ...] = ()
    fixes: tuple[Fix, ...] = ()
    """In the order of the fixed leaks."""

    def list_claims(self) -> Iterator[tuple[str, str]]:
        """Yield the names that the file gives to its fixed secrets, as `Claims` have them."""
        for finding, fix in zip(self.fixed, self.fixes, strict=True):
            if fix.own_name:
                yield fix.own_name.upper(), finding.secret.fingerprint


class FoundFix(NamedTuple):
    """The edits that fix one leak on its own."""

    finding: Finding
    replacements: tuple[Replacement, ...]
    own_name: str
    declared: str
    """Both as in `Fix`."""


class Project(NamedTuple):
    """Facts that a repair needs about the files around a file."""

    detect: Callable[[str, bytes], Sequence[Finding]]
    """Returns the findings in the content of a path that must be fixed, by position."""
    naming: Naming
    build_source: Callable[[str, bytes], Source] = Source


def repair_file(path: str, raw: bytes, project: Project) -> Repair:
    """Return a file with as many leaks fixed as can be fixed safely."""

    def detect(content: bytes) -> Sequence[Finding]:
        return [f for f in project.detect(path, content) if f.standing is Standing.REPORTED]

    try:
        text = read_source_text(raw)
        fixer = _open_fixer(path, text.content)
    except NotFixable as refused:
        return Repair(raw, left=tuple(_leave_alone(one, str(refused)) for one in detect(raw)))
    return _repair_text(path, text, fixer, detect, project)


def _leave_alone(finding: Finding, reason: str) -> LeftAlone:
    """Return a leak with the reason; in client-side code, no fixer could change that reason."""
    return LeftAlone(finding, _CLIENT_SIDE if finding.exposure is Exposure.CLIENT_SIDE else reason)


def find_fixes(path: str, raw: bytes, project: Project) -> Iterator[FoundFix]:
    """Yield the edits of each leak of a file that can be fixed on its own.

    Omitted are leaks whose edits need another file, hold another secret, or stay unchecked.
    """
    try:
        content = read_source_text(raw).content
        fixer = _open_fixer(path, content)
    except NotFixable:
        return
    found = [f for f in project.detect(path, content) if f.standing is Standing.REPORTED]
    fixes = _build_separate(path, content, found, fixer, project)
    check = partial(_check_together, content, found, fixer, partial(project.detect, path))
    checks = limit_checks(content, len(found))
    for finding, fix in _keep_valid([*fixes], check, checks):
        replacements = tuple(_locate(content, edit) for edit in fix.edits)
        yield FoundFix(finding, replacements, fix.own_name, fix.declared)


def _build_separate(
    path: str, content: bytes, found: Sequence[Finding], fixer: Fixer, project: Project
) -> Iterator[tuple[Finding, Fix]]:
    """Yield the fixes of the first leaks that need no other file, and repeat no secret."""
    texts = {content[slice(*_find_span(content, finding))] for finding in found}
    for finding in found[:_MAX_REPLACEMENTS]:
        with suppress(NotFixable):
            fix = _fix_one(path, content, finding, fixer, project)
            is_safe = not any(text in edit.text for edit in fix.edits for text in texts)
            if fix.edits and not fix.moved and is_safe:
                yield finding, fix


def _check_together(
    content: bytes, found: Sequence[Finding], fixer: Fixer, detect: Detect, fixes: Sequence[Fix]
) -> None:
    """Raise `NotFixable` if fixes are not safe."""
    edited = apply_edits(content, (edit for fix in fixes for edit in fix.edits))
    _check_edited(edited, found, fixer, detect, len(fixes))


def _keep_valid(
    fixes: list[tuple[Finding, Fix]], check: Callable[[Sequence[Fix]], None], checks: int
) -> list[tuple[Finding, Fix]]:
    """Return the fixes that are safe: all, or those of each half, while there are checks left."""
    if not checks:
        return []
    try:
        check([fix for _, fix in fixes])
    except NotFixable:
        half = len(fixes) // 2
        parts = ((fixes[:half], checks // 2), (fixes[half:], (checks - 1) // 2)) if half else ()
        return [pair for part, few in parts for pair in _keep_valid(part, check, few)]
    return fixes


def _locate(content: bytes, edit: Edit) -> Replacement:
    (line, column), (end_line, end_column) = find_positions(content, (edit.start, edit.end))
    return Replacement(line, column, end_line, end_column, edit.text.decode())


def _open_fixer(path: str, content: bytes) -> Fixer:
    fixer = find_fixer(path, content)
    if not fixer.parses(content):
        raise NotFixable("its parser finds a syntax error in the file, so no edit would be safe")
    return fixer


def _repair_text(
    path: str, text: SourceText, fixer: Fixer, detect: Detect, project: Project
) -> Repair:
    def check(edited: bytes, before: Sequence[Finding], fixed: int) -> list[Finding]:
        text.encode(edited)
        return _check_edited(edited, before, fixer, detect, fixed)

    def build(content: bytes, finding: Finding) -> Fix:
        return _fix_one(path, content, finding, fixer, project)

    rounds = run_rounds(text.content, detect(text.content), build, check)
    fixed = rounds.list_fixed()
    findings, fixes = tuple(one for one, _ in fixed), tuple(fix for _, fix in fixed)
    return Repair(text.encode(rounds.content), findings, rounds.list_left(), fixes)


def _fix_one(path: str, content: bytes, finding: Finding, fixer: Fixer, project: Project) -> Fix:
    """Return the fix of one leak; raise `NotFixable`."""
    try:
        return _build_fix(path, content, finding, fixer, project)
    except RecursionError:
        raise NotFixable(TOO_DEEP) from None


def _build_fix(path: str, content: bytes, finding: Finding, fixer: Fixer, project: Project) -> Fix:
    if finding.exposure is Exposure.CLIENT_SIDE:
        raise NotFixable(_CLIENT_SIDE)
    leak = build_leak(content, finding, project.naming)
    fix = fixer.build_fix(project.build_source(path, content), leak)
    if not fix.edits and not fix.added:
        raise NotFixable("no edit removes it")
    return fix


def _check_edited(
    edited: bytes, before: Sequence[Finding], fixer: Fixer, detect: Detect, fixed: int = 1
) -> list[Finding]:
    """Return the findings in an edited file; raise `NotFixable` if the edit is not safe.

    `fixed` is the number of findings that the edit removes, at least.
    """
    if not fixer.parses(edited):
        raise NotFixable("the edited file would have a syntax error")
    remaining = list(detect(edited))
    known = Counter(one.secret.fingerprint for one in before)
    if Counter(one.secret.fingerprint for one in remaining) - known:
        raise NotFixable("the edited file would hold another key")
    if len(remaining) > len(before) - fixed:
        raise NotFixable("the edited file would still hold the key")
    return remaining


def build_leak(content: bytes, finding: Finding, naming: Naming) -> Leak:
    """Return the offsets of a finding in a text in UTF-8; raise `NotFixable`."""
    encoding = finding.encoding.removeprefix("utf-16/").removeprefix("utf-32/")
    if encoding not in _ENCODINGS:
        raise NotFixable(f"it is encoded ({finding.encoding}); replace the whole text by hand")
    start, end = _find_span(content, finding)
    variable = naming.chosen[finding.secret.fingerprint]
    is_split = encoding == PIECES
    return Leak(finding.secret, finding.rule, start, end, variable, is_split, naming.contested)


def _find_span(content: bytes, finding: Finding) -> tuple[int, int]:
    line, column, end_column = finding.position
    return find_offset(content, line, column), find_offset(content, line, end_column)


def find_offset(content: bytes, line: int, column: int) -> int:
    """Return the offset of a position, as an editor counts it."""
    offsets = _list_offsets(content, line)
    return offsets[min(column, len(offsets)) - 1]


@lru_cache(maxsize=1)  # for all leaks of a line
def _list_offsets(content: bytes, line: int) -> Sequence[int]:
    """Return the offset of each character of a line, and that of its end."""
    starts = _list_line_starts(content)
    start = starts[line - 1]
    text = content[start : starts[line] if line < len(starts) else len(content)]
    if text.isascii():
        return range(start, start + len(text) + 1)
    return array("L", accumulate((len(one.encode()) for one in text.decode()), initial=start))


@lru_cache(maxsize=1)  # for all leaks of a file
def _list_line_starts(content: bytes) -> tuple[int, ...]:
    lines = content.splitlines(keepends=True)  # of bytes: at LF, CR LF and CR only
    return (0, *accumulate(map(len, lines)))
