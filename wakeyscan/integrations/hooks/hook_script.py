"""The part of a hook script that runs wakeyscan, in a script of our own or of another tool.

An existing script keeps its name and path, which dispatchers check. Our part comes first and runs
the script again, with a variable set; then it runs wakeyscan. So wakeyscan sees what the script
staged, however the script ends.
"""

from __future__ import annotations

import re
import shlex

from wakeyscan import __version__

_BEGIN = "# >>> wakeyscan hook install {stage} ({version}) >>>"
_END = "# <<< wakeyscan <<<"
_BLOCK = re.compile(r"# >>> wakeyscan hook install .*? >>>\n.*?# <<< wakeyscan <<<\n", re.DOTALL)
_VERSION = re.compile(r"# >>> wakeyscan hook install \S+ \((\S+)\) >>>")
_EXECUTABLE = re.compile(r"^ *wakeyscan=(.*)$", re.MULTILINE)
_SHELL = re.compile(r"#!.*\b(?:sh|bash|dash|ash|ksh|zsh)\b")
_SHEBANG = "#!/bin/sh\n"

RERUN = '"$0"'
"""The command that runs a script again, if git runs it."""

_STDIN_STAGES = ("pre-push", "pre-receive")
"""Stages whose hooks read ref updates from stdin, which both scripts must get."""

_FIND = """\
  wakeyscan={executable}
  [ -x "$wakeyscan" ] || wakeyscan=$(command -v wakeyscan) || {{
    echo "wakeyscan: not found; install it, then run: wakeyscan hook install {stage}" >&2
    exit 2
  }}
"""
_RUN = """\
if [ -z "${{_wakeyscan_runs_this-}}" ]; then
  _wakeyscan_runs_this=1 {rerun} "$@" || exit $?
{find}  exec "$wakeyscan" hook {stage} "$@"
fi
unset _wakeyscan_runs_this
"""
_RUN_WITH_STDIN = """\
if [ -z "${{_wakeyscan_runs_this-}}" ]; then
  updates=$(cat)
  {{ [ -z "$updates" ] || printf '%s\\n' "$updates"; }} |
    _wakeyscan_runs_this=1 {rerun} "$@" || exit $?
{find}  {{ [ -z "$updates" ] || printf '%s\\n' "$updates"; }} | "$wakeyscan" hook {stage} "$@"
  exit $?
fi
unset _wakeyscan_runs_this
"""


def is_shell_script(text: str) -> bool:
    """Return whether our part can be inserted; without a first line `#!`, git uses a shell."""
    return not text.startswith("#!") or _SHELL.match(text) is not None


def is_installed(text: str) -> bool:
    """Return whether a script runs wakeyscan through our part."""
    return _BLOCK.search(text) is not None


def find_version(text: str) -> str:
    """Return the version of wakeyscan that wrote our part of a script."""
    found = _VERSION.search(text)
    return found[1] if found else ""


def find_executable(text: str) -> str:
    """Return the path of wakeyscan in our part of a script; empty if it is looked up on PATH."""
    found = _EXECUTABLE.search(text)
    return (shlex.split(found[1]) or [""])[0] if found else ""


def insert_block(text: str, stage: str, executable: str, rerun: str = RERUN) -> str:
    """Return a script with our part, at the current version.

    `rerun` is the command that runs the script again.
    """
    first, rest = _split_shebang(remove_block(text), is_run_by_git=rerun == RERUN)
    find = _FIND.format(executable=shlex.quote(executable), stage=stage)
    template = _RUN_WITH_STDIN if stage in _STDIN_STAGES else _RUN
    block = template.format(rerun=rerun, find=find, stage=stage)
    begin = _BEGIN.format(stage=stage, version=__version__)
    return f"{first}{begin}\n{block}{_END}\n{rest}"


def _split_shebang(text: str, is_run_by_git: bool) -> tuple[str, str]:
    if text.startswith("#!"):
        first, _, rest = text.partition("\n")
        return f"{first}\n", rest
    return (_SHEBANG if is_run_by_git else ""), text


def remove_block(text: str) -> str:
    """Return a script without our part; empty if nothing else is left."""
    rest = _BLOCK.sub("", text)
    return "" if rest.strip() in ("", _SHEBANG.strip()) else rest
