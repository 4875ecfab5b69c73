"""Writing a fix: nothing is lost at any moment, and no temporary file holds a key that was fixed.

The line of a `.env` file is appended to its ignored file before it disappears from the old one. A
second run completes what a killed one has begun. What cannot be written is found out before that.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterable, Iterator, Sequence

from wakeyscan.cli.fix_access import MAX_SIZE, read_file
from wakeyscan.cli.output import print_error
from wakeyscan.core import file_updates, files
from wakeyscan.core.errors import ReportError
from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple
from wakeyscan.git import worktree

if TYPE_CHECKING:
    from wakeyscan.cli.fix_access import FileAccess
    from wakeyscan.cli.fix_plan import PlannedFile

_APPEND = os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_NOFOLLOW", 0)

_OTHERS = stat.S_IRWXG | stat.S_IRWXO

_IGNORE_FILE = ".gitignore"


class Changes(NamedTuple):
    """What a fix has written so far."""

    lines: dict[str, list[bytes]]
    """Lines that files got from the fix of another one, by the places of these files."""
    replaced: list[str]
    """Places of the files that are repaired."""


def write_all(planned: Sequence[PlannedFile], access: FileAccess) -> None:
    """Write the repaired files, and nothing if one of them cannot be; raise `ReportError`.

    If it must stop in the middle, it prints which files are changed.
    """
    for file in planned:
        _check_planned(file, access)
    changes = Changes({}, [])
    try:
        for file in planned:
            write_planned(file, access, changes)
    except BaseException:
        if changed := [*dict.fromkeys((*changes.lines, *changes.replaced))]:
            print_error(f"the fix stopped in the middle; it has changed {', '.join(changed)}")
        raise


def _check_planned(planned: PlannedFile, access: FileAccess) -> None:
    """Check the files that a fix would write; raise `ReportError`."""
    others = [path for path, _ in (*list_added(planned), *list_moved(planned))]
    own = [planned.file] if planned.repair.content != planned.before else []
    for file in dict.fromkeys((*map(access.locate, others), *own)):
        try:
            folder = os.path.dirname(files.check(file, _find_trees(file)))
            if not os.access(folder, os.W_OK):
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        except OSError as error:
            raise ReportError(f"{file}: cannot be written: {error.strerror}") from None
    if own:
        _check_unchanged(planned)


def write_planned(planned: PlannedFile, access: FileAccess, changes: Changes) -> None:
    """Write a repaired file and its related files, and note that; raise `ReportError`."""
    added = list_added(planned)
    ignored = [pair for pair in added if pair[0].endswith(_IGNORE_FILE)]
    others = [pair for pair in added if pair not in ignored]
    try:
        for path, line in ignored:
            _add_line(access.locate(path), line, changes)
        for path, line in list_moved(planned):
            _append_private(access.locate(path), line, changes)
        for path, line in others:
            _add_line(access.locate(path), line, changes)
        if planned.repair.content != planned.before:
            _replace(planned, changes)
    except OSError as error:
        name = os.fsdecode(error.filename or planned.file)
        raise ReportError(f"{name}: cannot be written: {error.strerror}") from None


def list_added(planned: PlannedFile) -> list[tuple[str, bytes]]:
    """Return the lines for other files, each once."""
    return [*dict.fromkeys(pair for fix in planned.repair.fixes for pair in fix.added)]


def list_moved(planned: PlannedFile) -> list[tuple[str, bytes]]:
    """Return the lines that move, with their keys, in their order."""
    return [pair for fix in planned.repair.fixes for pair in fix.moved]


def complete_lines(content: bytes, lines: Iterable[bytes]) -> bytes:
    """Return a content with the lines that it lacks; one that ends with `=` needs only its name."""
    newline = b"\r\n" if b"\r\n" in content else b"\n"
    for line in lines:
        if not _has_line(content, line):
            gap = newline if content and not content.endswith((b"\n", b"\r")) else b""
            content += gap + line + newline
    return content


def _has_line(content: bytes, line: bytes) -> bool:
    present = (old.strip().removeprefix(b"export ") for old in content.splitlines())
    return any(old == line or (line.endswith(b"=") and old.startswith(line)) for old in present)


def _add_line(file: str, line: bytes, changes: Changes) -> None:
    def add(before: bytes) -> tuple[bytes, bool]:
        after = complete_lines(before, (line,))
        return after, after != before

    if file_updates.update_file(file, _find_trees(file), MAX_SIZE, add):
        changes.lines.setdefault(file, []).append(line)


def _append_private(file: str, line: bytes, changes: Changes) -> None:
    """Append a line with a key to a file that git ignores; only its owner may read it then.

    If it cannot be written, as on a full disk, the file has its old content.
    """
    with file_updates.lock_folder(os.path.dirname(file)):
        before = read_file(file, MAX_SIZE) or b""
        added = complete_lines(before, (line,))[len(before) :]
        if added:
            _append(file, before, added)
            changes.lines.setdefault(file, []).append(line)


def _append(file: str, before: bytes, added: bytes) -> None:
    is_new = not os.path.lexists(file)
    descriptor = os.open(file, _APPEND, 0o600)
    try:
        _make_private(descriptor)
        if os.write(descriptor, added) < len(added):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        os.fsync(descriptor)
    except OSError as error:
        os.remove(file) if is_new else os.ftruncate(descriptor, len(before))
        raise OSError(error.errno, error.strerror, file) from None
    finally:
        os.close(descriptor)


def _make_private(descriptor: int) -> None:
    mode = stat.S_IMODE(os.fstat(descriptor).st_mode)
    if mode & _OTHERS and hasattr(os, "fchmod"):  # not on Windows
        os.fchmod(descriptor, mode & ~_OTHERS)


def _check_unchanged(planned: PlannedFile, lines: Iterable[bytes] = ()) -> None:
    if read_file(planned.file, MAX_SIZE) != complete_lines(planned.before, lines):
        raise ReportError(f"{planned.path}: changed during the fix; run it again")


def _replace(planned: PlannedFile, changes: Changes) -> None:
    lines = changes.lines.get(planned.file, ())
    content = complete_lines(planned.repair.content, lines)
    with file_updates.lock_folder(os.path.dirname(planned.file)):
        _check_unchanged(planned, lines)
        files.write(planned.file, content, _find_trees(planned.file))
    changes.replaced.append(planned.file)


def _find_trees(file: str) -> Iterator[str]:
    yield from worktree.find_untrusted_folders([os.path.dirname(file) or "."])
