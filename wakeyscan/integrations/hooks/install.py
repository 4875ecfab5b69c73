"""Installation of a native git hook; an existing hook keeps running."""

from __future__ import annotations

import os
import shlex
import sys

from wakeyscan.core import files, small_files
from wakeyscan.core.errors import SourceError
from wakeyscan.git import process, worktree

_SIGNATURE = "# Written by: wakeyscan hook install"
_BACKUP_SUFFIX = "before-wakeyscan"

_SCRIPT = """\
#!/bin/sh
{signature} {stage}
# An earlier hook runs first, as {stage}.{suffix}.
previous="$(dirname -- "$0")/{stage}.{suffix}"
{run_previous}
wakeyscan={executable}
if [ ! -x "$wakeyscan" ]; then
  echo "wakeyscan: $wakeyscan does not exist; install wakeyscan, then run: \
wakeyscan hook install {stage}" >&2
  exit 2
fi
{run_ours}
"""
_PLAIN = ('if [ -x "$previous" ]; then "$previous" "$@" || exit $?; fi', "")
# pre-push and pre-receive read ref updates from stdin, which both hooks must get.
_WITH_STDIN = (
    'updates=$(cat)\nif [ -x "$previous" ]; then\n'
    '  printf \'%s\\n\' "$updates" | "$previous" "$@" || exit $?\nfi',
    '{ [ -z "$updates" ] || printf \'%s\\n\' "$updates"; } | ',
)


def install_hook(stage: str) -> str:
    """Write the hook of a stage and return its path; raise `SourceError`."""
    folder = worktree.find_hooks_folder()
    file = os.path.join(folder, stage)
    try:
        os.makedirs(folder, exist_ok=True)
        if os.path.lexists(file) and not _is_ours(file):
            _back_up(file)
        files.write_atomically(file, _build_script(stage).encode(), 0o755)  # as git's samples
    except OSError as error:
        raise SourceError(f"{file}: the hook cannot be written: {error.strerror}") from None
    return file


def _build_script(stage: str) -> str:
    previous, pipe = _WITH_STDIN if stage in ("pre-push", "pre-receive") else _PLAIN
    return _SCRIPT.format(
        signature=_SIGNATURE,
        stage=stage,
        suffix=_BACKUP_SUFFIX,
        run_previous=previous,
        executable=shlex.quote(_find_executable()),
        run_ours=f'{pipe}"$wakeyscan" hook {stage} "$@"',
    )


def _find_executable() -> str:
    """Return the command for the hook to run: next to this Python, else the first on PATH."""
    beside = os.path.join(os.path.dirname(sys.executable), "wakeyscan")
    found = beside if os.access(beside, os.X_OK) else process.find_program("wakeyscan")
    if not found:
        raise SourceError(
            "wakeyscan: the command is not on PATH, so a hook could not find it; add it to PATH"
        )
    return os.path.abspath(found)


def _is_ours(file: str) -> bool:
    """Return whether wakeyscan wrote a hook; raise `SourceError` if it cannot be replaced."""
    if not os.path.isfile(file):
        if os.path.islink(file) and not os.path.exists(file):
            return False  # git skips a dangling link, and so does our script
        raise SourceError(f"{file}: not a regular file; move it, then install again")
    is_ours = _SIGNATURE.encode() in small_files.read_small_file(file, small_files.MAX_DATA_SIZE)
    if is_ours and os.path.islink(file):
        raise SourceError(
            f"{file}: a link to a wakeyscan hook; remove the link, then install again"
        )
    return is_ours


def _back_up(file: str) -> None:
    backup = f"{file}.{_BACKUP_SUFFIX}"
    if os.path.lexists(backup):
        raise SourceError(f"{backup}: already exists; move it, then install again")
    os.rename(file, backup)
