"""The output of `wakeyscan fix`: diffs with masked keys, then what is left to do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from wakeyscan.cli.fix_writer import list_added, list_moved
from wakeyscan.cli.masked_text import format_diff, mask_lines
from wakeyscan.core.redaction import escape_for_terminal, redact
from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.fixers.fixer import NotFixable
from wakeyscan.fixers.source_text import read_source_text

if TYPE_CHECKING:
    from wakeyscan.cli.fix_plan import PlannedFile
    from wakeyscan.scanner.context import ScanContext
    from wakeyscan.scanner.result import RunResult

_ROTATE = "A key that was pushed or shared works until you revoke it: see wakeyscan fix --plan."


def format_file(planned: PlannedFile, context: ScanContext, color: bool) -> Iterator[str]:
    """Yield the diff of a file, and the lines that other files get."""
    try:
        before = read_source_text(planned.before).content
        after = read_source_text(planned.repair.content).content
    except NotFixable:  # then nothing has changed
        return
    if before != after:
        yield from format_diff(planned.path, before, after, context, color)
    for path, line in (*list_moved(planned), *list_added(planned)):
        for shown in mask_lines(path, line, context):
            yield _clean(f"{path}: + {shown}")


def format_summary(
    planned: Iterable[PlannedFile], notes: Iterable[str], result: RunResult, is_written: bool
) -> Iterator[str]:
    """Yield what was fixed, what was not and why, and what the user has to do."""
    files = [*planned]
    fixed = sum(len(file.repair.fixed) for file in files)
    left = [(file, item) for file in files for item in file.repair.left]
    if fixed:
        verb = "Fixed" if is_written else "Would fix"
        count = sum(bool(file.repair.fixed) for file in files)
        end = "." if is_written else "; write the changes with --write."
        yield f"{verb} {_count(fixed, 'place')} in {_count(count, 'file')}{end}"
    if left:
        yield f"Left alone ({len(left)}):"
        for file, item in left:
            line, column, _ = item.finding.position
            yield _clean(f"  {file.path}:{line}:{column}: {item.finding.secret}: {item.reason}")
    if not fixed and not left:
        yield "No keys to fix."
    yield from _format_notes(files, notes)
    yield from _format_gaps(result)
    if fixed:
        yield _ROTATE


def _format_notes(files: list[PlannedFile], notes: Iterable[str]) -> Iterator[str]:
    of_fixes = (note for file in files for fix in file.repair.fixes for note in fix.notes)
    if lines := [*dict.fromkeys((*of_fixes, *notes))]:
        yield "To do:"
        yield from (_clean(f"  {line}") for line in lines)


def _format_gaps(result: RunResult) -> Iterator[str]:
    gaps = [item for item in result.skipped if item.gap]
    if gaps:
        yield f"Not scanned ({len(gaps)}):"
        yield from (_clean(f"  {item.origin.path}: {item.reason}") for item in gaps)


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'s' * (number != 1)}"


def _clean(text: str) -> str:
    return escape_for_terminal(redact(text))
