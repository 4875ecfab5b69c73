"""Where the user's own repository uses a name, and what lines its changes replaced by it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from itertools import islice

from wakeyscan.core.errors import GitError
from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple
from wakeyscan.git.own_repository import GitCommandError

if TYPE_CHECKING:
    from wakeyscan.git.own_repository import OwnRepository

_MAX_SECONDS = 5
"""Seconds of a command."""

_MAX_PATHS = 100
"""Files whose changes are read."""

_DIFF = (
    *("--unified=0", "--no-color", "--no-ext-diff", "--no-textconv", "--no-renames"),
    *("--src-prefix=a/", "--dst-prefix=b/", "--submodule=short"),
)


class LineChange(NamedTuple):
    """A line that replaced another one."""

    path: str
    before: bytes
    after: bytes


def find_files(repository: OwnRepository, name: str) -> list[str]:
    """Return the tracked files with a name, or with it and a number; raise `GitError`."""
    options = ("-I", "-z", "-l", "-w", "-E", "--no-color", "--no-textconv")
    output = _run(repository, "grep", *options, "-e", f"{name}(_[0-9]+)?", "--", ":(top)")
    return [os.fsdecode(path) for path in output.split(b"\0") if path.strip()]


def read_changes(repository: OwnRepository, name: str, paths: Iterable[str]) -> list[LineChange]:
    """Return the changes of lines, in some files, that HEAD or its history has; raise `GitError`.

    The history is that of commits which changed how often a file has the name.
    """
    places = [f":(top,literal){path}" for path in islice(paths, _MAX_PATHS)]
    if not places:
        return []
    history = _run(repository, "log", "-p", "--format=", f"-S{name}", *_DIFF, "--", *places)
    unsaved = _run(repository, "diff", *_DIFF, "HEAD", "--", *places)
    return [*_read_diff(history), *_read_diff(unsaved)]


def _run(repository: OwnRepository, command: str, *arguments: str) -> bytes:
    run = getattr(repository.git, command)
    limits = {} if sys.platform == "win32" else {"kill_after_timeout": _MAX_SECONDS}
    try:
        output: bytes = run(*arguments, stdout_as_string=False, **limits)
    except GitCommandError as error:
        if command == "grep" and error.status == 1:
            return b""
        raise GitError(f"git {command} failed, or was stopped") from None
    return output


def _read_diff(output: bytes) -> Iterator[LineChange]:
    """Yield the changed lines; those of a hunk are paired from its end: imports come first."""
    path, removed, added = "", list[bytes](), list[bytes]()
    for line in (*output.split(b"\n"), b"@@"):
        if line.startswith((b"@@", b"diff ")):
            pairs = zip(reversed(removed), reversed(added), strict=False)
            yield from (LineChange(path, *pair) for pair in pairs)
            removed, added = [], []
        elif line.startswith(b"+++ "):
            path = os.fsdecode(line[6:])
        elif line.startswith(b"-"):
            removed.append(line[1:])
        elif line.startswith(b"+"):
            added.append(line[1:])
