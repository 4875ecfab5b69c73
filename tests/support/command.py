"""The real command, run to its end in a clean environment."""

from __future__ import annotations

import atexit
import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from tests.support.forked_command import ForkedCommand
from tests.support.gitlab_schema import check_gitlab_report
from tests.support.report_schema import check_report

TIMEOUT = 300
"""Seconds after which a command hangs, even on a busy machine."""

WIDE = "500"
"""Columns in which every sentence is one line, so that tests can search for it."""

WAKEYSCAN = str(Path(sys.executable).with_name("wakeyscan"))

_GIT_CONFIG = str(Path(__file__).with_name("gitconfig"))
"""A configuration of git that waits for no disk, and starts no maintenance after a commit."""

_RUN_WITH_SIGNALS = """
import os, signal, sys
for name in ("SIGINT", "SIGHUP", "SIGQUIT"):
    signal.signal(getattr(signal, name), signal.SIG_DFL)
os.execv(sys.argv[1], sys.argv[1:])
"""

INTERRUPTIBLE_WAKEYSCAN = (sys.executable, "-S", "-c", _RUN_WITH_SIGNALS, WAKEYSCAN)
"""The command with the default actions of signals that background jobs and `nohup` ignore."""


class Ran(NamedTuple):
    """Exit code and output of a command."""

    code: int
    out: str
    err: str

    def json(self) -> Any:
        """Parse the standard output as JSON; a report must follow its schema."""
        value = json.loads(self.out)
        if isinstance(value, dict) and value.get("schema") == "wakeyscan-report/1":
            check_report(value)
        return value


Run = Callable[..., Ran]


def environment(**more: str) -> dict[str, str]:
    """Return the environment without variables of a developer's shell or a CI server."""
    unwanted = (
        *("GIT_", "WAKEYSCAN_", "GITHUB_", "CI", "NO_COLOR", "FORCE_COLOR", "CLICOLOR"),
        "FORCE_HYPERLINK",
        "COLUMNS",
        "PYTHONDONTWRITEBYTECODE",  # each process would compile our modules again
    )
    kept = {k: v for k, v in os.environ.items() if not k.startswith(unwanted)}
    identity = {
        "GIT_AUTHOR_NAME": "A",
        "GIT_AUTHOR_EMAIL": "a@example.org",
        "GIT_COMMITTER_NAME": "A",
        "GIT_COMMITTER_EMAIL": "a@example.org",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": _GIT_CONFIG,
    }
    return {**kept, **identity, "COLUMNS": WIDE, **more}


_FORKED = ForkedCommand(WAKEYSCAN, environment())
atexit.register(_FORKED.close)
_STARTS_EXECUTABLE = "WAKEYSCAN_TEST_EXECUTABLE" in os.environ


def execute(
    command: Sequence[str],
    cwd: Path | None = None,
    stdin: bytes = b"",
    env: Mapping[str, str] | None = None,
) -> Ran:
    """Run a command and return its exit code and output.

    wakeyscan runs in a fork of a process that has loaded its modules. Tests of what such a run
    does not prove (see `fork_server`) call `start_program`.
    """
    variables = environment(**(env or {}))
    if command[0] == WAKEYSCAN and not _STARTS_EXECUTABLE:
        done = _FORKED.run(command[1:], cwd, stdin, variables, TIMEOUT)
        if done is not None:
            return _decode(*done)
    return start_program(command, cwd, stdin, env)


def start_program(
    command: Sequence[str],
    cwd: Path | None = None,
    stdin: bytes = b"",
    env: Mapping[str, str] | None = None,
) -> Ran:
    """Start the program of a command, and return its exit code and output."""
    done = subprocess.run(
        list(command),
        cwd=cwd,
        input=stdin,
        env=environment(**(env or {})),
        capture_output=True,
        timeout=TIMEOUT,
        check=False,
    )
    return _decode(done.returncode, done.stdout, done.stderr)


def _decode(code: int, *streams: bytes) -> Ran:
    ran = Ran(code, *(stream.decode("utf-8", "surrogateescape") for stream in streams))
    check_gitlab_report(ran.out)
    return ran
