"""The one door to git. No program that a repository names is ever run through it.

Which switch stops what was measured command by command; the pins below are those that do.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

from wakeyscan.errors import SourceError

_PINS = (
    "core.fsmonitor=false",
    "core.hooksPath=/dev/null",
    "hook.post-index-change.enabled=false",
    "hook.reference-transaction.enabled=false",
    "core.untrackedCache=false",
    "core.attributesFile=/dev/null",
    "log.showSignature=false",
    "diff.ignoreSubmodules=all",
    "submodule.recurse=false",
    "protocol.allow=never",
    "credential.helper=",
    "safe.bareRepository=explicit",
    "gc.auto=0",
    "maintenance.auto=false",
)
_ENVIRONMENT = {
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_ALLOW_PROTOCOL": "",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_LITERAL_PATHSPECS": "1",
    "GIT_SSH_COMMAND": "/bin/false",
    "GIT_ASKPASS": "/bin/false",
    "SSH_ASKPASS": "/bin/false",
    "GIT_PAGER": "cat",
    "LC_ALL": "C",
}
_PATIENCE = 300
"""Seconds after which a git that does not come back is given up: a FIFO in `.git` hangs it."""


class GitError(SourceError):
    """Git could not be asked, or refused."""


def executable(environment: Mapping[str, str] = os.environ) -> str:
    """Find git on absolute folders of PATH only: one in the scanned tree must not be run."""
    suffix = ".exe" if os.name == "nt" else ""
    for folder in environment.get("PATH", "").split(os.pathsep):
        file = os.path.join(folder, f"git{suffix}")
        if os.path.isabs(folder) and os.access(file, os.X_OK) and os.path.isfile(file):
            return file
    raise GitError("git is not installed, or not on PATH: install it, or add its folder to PATH")


def work_tree(folder: str) -> str | None:
    """Find the top of the work tree that `folder` is in, without asking git."""
    at = os.path.realpath(folder)
    while True:
        if os.path.lexists(os.path.join(at, ".git")):
            return at
        above = os.path.dirname(at)
        if above == at:
            return None
        at = above


def files(folder: str) -> tuple[list[bytes], list[str]]:
    """List the files below `folder` that git tracks, or neither tracks nor ignores.

    Paths are relative to `folder`. What git could not look into comes second, in its words.
    A tracked file that is gone from the work tree is left out; a submodule or another repository
    is one entry. Raises `GitError`.
    """
    asked = ("-t", "--cached", "--deleted", "--others", "--exclude-standard")
    out, complaints = run(["ls-files", "-z", *asked], folder)
    listed: dict[bytes, None] = {}
    for entry in out.split(b"\0"):
        tag, _, path = entry.partition(b" ")
        if tag == b"R":  # deleted: it follows the line that says it is tracked
            listed.pop(path, None)
        elif path:
            listed[path] = None
    return list(listed), complaints


def is_ignored(folder: str) -> bool:
    """Say whether git ignores a whole folder."""
    try:
        run(["check-ignore", "-q", "--", os.path.realpath(folder)], os.path.dirname(folder) or ".")
    except GitError:
        return False
    return True


def run(arguments: Sequence[str], folder: str) -> tuple[bytes, list[str]]:
    """Run git in `folder`, with the environment of nobody's hook; give output and complaints.

    Raises `GitError` where it fails.
    """
    import subprocess  # 4 ms that a scan of named files never pays

    pins = [part for pin in _PINS for part in ("-c", pin)]
    command = [executable(), "--no-pager", *pins, *arguments]
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            env=_environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_PATIENCE,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise GitError(f"git {arguments[0]} in {folder} did not end in {_PATIENCE} s") from None
    except OSError as error:
        raise GitError(f"git could not be started: {error.strerror}") from None
    complaints = done.stderr.decode("utf-8", "surrogateescape").splitlines()
    if done.returncode:
        raise GitError(_explained(arguments[0], folder, complaints))
    return done.stdout, complaints


def _environment() -> dict[str, str]:
    kept = ("GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_CONFIG_NOSYSTEM")
    inherited = {
        name: value
        for name, value in os.environ.items()
        if (not name.startswith("GIT_") or name in kept) and not name.startswith("WAKEYSCAN_")
    }
    return inherited | _ENVIRONMENT


def _explained(command: str, folder: str, complaints: list[str]) -> str:
    said = complaints[0] if complaints else "it gave no reason"
    if "dubious ownership" in said:
        top = os.path.realpath(folder)
        return (
            f"git refuses {folder}, which belongs to another user; if you trust it: "
            f"git config --global --add safe.directory {top}"
        )
    return f"git {command} in {folder} failed: {said}"
