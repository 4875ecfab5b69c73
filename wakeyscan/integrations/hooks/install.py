"""Puts a native git hook in place, and keeps the one that is there working."""

from __future__ import annotations

import os
import shlex
import sys

from wakeyscan.core import files, small_files
from wakeyscan.core.errors import SourceError
from wakeyscan.git import process, worktree

_MARK = "# Written by: wakeyscan hook install"
_KEPT = "before-wakeyscan"

# pre-push and pre-receive are told of refs on stdin, which both hooks must get.
_SCRIPT = """\
#!/bin/sh
{mark} {stage}
# The hook that was here before is run first, as {stage}.{kept}.
previous="$(dirname -- "$0")/{stage}.{kept}"
{run_previous}
wakeyscan={executable}
if [ ! -x "$wakeyscan" ]; then
  echo "wakeyscan: $wakeyscan is gone; install it again, then: wakeyscan hook install {stage}" >&2
  exit 2
fi
{run_ours}
"""
_PLAIN = ('if [ -x "$previous" ]; then "$previous" "$@" || exit $?; fi', "")
_WITH_STDIN = (
    'told=$(cat)\nif [ -x "$previous" ]; then\n'
    '  printf \'%s\\n\' "$told" | "$previous" "$@" || exit $?\nfi',
    '[ -n "$told" ] || exit 0\nprintf \'%s\\n\' "$told" | ',
)


def install_hook(stage: str) -> int:
    """Write the hook of a stage; raises `SourceError` where that can't be done."""
    folder = worktree.find_hooks_folder()
    file = os.path.join(folder, stage)
    try:
        os.makedirs(folder, exist_ok=True)
        if os.path.lexists(file) and not _is_ours(file):
            _keep(file)
        # As git's own sample hooks: everybody may run it.
        files.write_atomically(file, _script(stage).encode(), 0o755)
    except OSError as error:
        raise SourceError(f"{file}: the hook can't be written: {error.strerror}") from None
    sys.stdout.write(f"{file} runs wakeyscan now\n")
    return 0


def _script(stage: str) -> str:
    previous, pipe = _WITH_STDIN if stage in ("pre-push", "pre-receive") else _PLAIN
    return _SCRIPT.format(
        mark=_MARK,
        stage=stage,
        kept=_KEPT,
        run_previous=previous,
        executable=shlex.quote(_executable()),
        run_ours=f'{pipe}"$wakeyscan" hook {stage} "$@"',
    )


def _executable() -> str:
    """Find the command that the hook is to run: the one beside this Python, else the first."""
    beside = os.path.join(os.path.dirname(sys.executable), "wakeyscan")
    found = beside if os.access(beside, os.X_OK) else process.find_program("wakeyscan")
    if not found:
        raise SourceError("the command wakeyscan is not on PATH, so a hook could not find it")
    return os.path.abspath(found)


def _is_ours(file: str) -> bool:
    """Return whether we wrote a hook; raises `SourceError` where it can't be replaced or kept."""
    if not os.path.isfile(file):
        if os.path.islink(file) and not os.path.exists(file):
            return False  # it leads nowhere: git passes it by, and so does our hook
        raise SourceError(f"{file} is no file: move it, then install again")
    ours = _MARK.encode() in small_files.read_small_file(file, small_files.MAX_DATA_SIZE)
    if ours and os.path.islink(file):
        raise SourceError(f"{file} is a link to a hook of wakeyscan: remove it, then install again")
    return ours


def _keep(file: str) -> None:
    kept = f"{file}.{_KEPT}"
    if os.path.lexists(kept):
        raise SourceError(f"{kept} is in the way: move it, then install again")
    os.rename(file, kept)
