"""Files of refs and reflogs in a foreign repository, read without git and within bounds.

Special files were refused when the repository was located (`git.repository`).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from functools import partial

from wakeyscan.core import small_files
from wakeyscan.core.errors import SourceError
from wakeyscan.git.objects import is_object_id

_MAX_LINE = 1 << 16
"""Maximum bytes of a line; a longer line is read in parts, and no part names an object."""


def _ignore(path: str, reason: str) -> None:
    """Ignore a folder that cannot be read."""


def list_files(top: str, refuse: Callable[[str, str], None] = _ignore) -> Iterator[str]:
    """Yield the regular files below a folder; links are not followed.

    `refuse` is called with the path of each folder that cannot be read, and the reason.
    """
    pending = [top]
    while pending:
        folder = pending.pop()
        try:
            with os.scandir(folder) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        pending.append(entry.path)
                    elif entry.is_file(follow_symlinks=False):
                        yield entry.path
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError as error:
            refuse(folder, f"{folder}: cannot be read: {error.strerror}")


def read_refs_in(folder: str, shared: Mapping[str, str]) -> dict[str, str]:
    """Return the ids of the loose refs in a git folder; a symbolic one may name a shared ref."""
    ids: dict[str, str] = {}
    symbolic: dict[str, str] = {}
    for path in list_files(os.path.join(folder, "refs")):
        name = os.path.relpath(path, folder).replace(os.sep, "/")
        line = _read_first_line(path)
        if is_id(line):
            ids[name] = line.decode("ascii")
        else:
            symbolic[name] = _parse_target(line)
    known = {**shared, **ids}
    return ids | {name: known[target] for name, target in symbolic.items() if target in known}


def read_ref(path: str, refs: Mapping[str, str]) -> str:
    """Return the id in a file, or of the ref that it names; empty if there is none."""
    line = _read_first_line(path)
    if is_id(line):
        return line.decode("ascii")
    return refs.get(_parse_target(line), "")


def read_first_ids(path: str, count: int = 1) -> set[str]:
    """Return the ids among the first `count` words of each line; raise `SourceError`."""
    try:
        if os.path.getsize(path) > small_files.MAX_DATA_SIZE:
            why = f"it is larger than {small_files.MAX_DATA_SIZE >> 20} MiB; make it smaller"
            raise SourceError(f"{path}: cannot be read: {why}")
        with open(path, "rb") as file:
            lines = iter(partial(file.readline, _MAX_LINE), b"")
            words = (word for line in lines for word in line.split(None, count)[:count])
            return {word.decode("ascii") for word in words if is_id(word) and word.strip(b"0")}
    except FileNotFoundError:
        return set()
    except OSError as error:
        raise SourceError(f"{path}: cannot be read: {error.strerror}") from None


def is_id(text: bytes) -> bool:
    """Return whether a text is the id of an object."""
    return is_object_id(text.decode("latin-1"))


def _parse_target(line: bytes) -> str:
    """Return the name in a symbolic ref, or nothing."""
    return os.fsdecode(line[5:].strip()) if line.startswith(b"ref: ") else ""


def _read_first_line(path: str) -> bytes:
    """Return the first line; empty without such a file. Raise `SourceError`."""
    try:
        with open(path, "rb") as file:
            return file.readline(_MAX_LINE).strip()
    except PermissionError as error:
        raise SourceError(f"{path}: cannot be read: {error.strerror}") from None
    except OSError:
        return b""
