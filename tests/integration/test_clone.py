"""`audit URL` clones a temporary mirror, with progress on a terminal and no trust in the URL."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.command import TIMEOUT, WAKEYSCAN, Ran, Run, environment, execute
from tests.support.files import write
from tests.support.keys import MakeKey
from tests.support.repositories import Repo

pytestmark = pytest.mark.usefixtures("no_litter")

SHORT_TIMEOUT = """
import sys
from wakeyscan.cli import main as cli
from wakeyscan.git import process
process.TIMEOUT_SECONDS = 1
sys.exit(cli.main(sys.argv[1:]))
"""
DEFAULT_SIGINT = """
import signal, sys
from wakeyscan.__main__ import start
signal.signal(signal.SIGINT, signal.default_int_handler)
sys.exit(start())
"""


@pytest.fixture
def repo(tmp_path: Path, key: str) -> Repo:
    repo = Repo(tmp_path / "repo")
    repo.commit({"a": key, "b": "b"})
    return repo


def run_on_terminal(*arguments: str) -> tuple[int, str]:
    """Run the command with a terminal as stderr; return the exit code, and what is drawn there."""
    terminal, stderr = os.openpty()
    process = subprocess.Popen(
        [WAKEYSCAN, *arguments], env=environment(), stdout=subprocess.DEVNULL, stderr=stderr
    )
    os.close(stderr)
    drawn = b""
    while True:
        try:
            chunk = os.read(terminal, 4096)
        except OSError:  # on Linux, EIO is the end of a terminal
            break
        if not chunk:
            break
        drawn += chunk
    os.close(terminal)
    return process.wait(timeout=TIMEOUT), drawn.decode()


# Progress


def test_a_terminal_shows_the_objects_received_then_clears_the_line(repo: Repo) -> None:
    code, drawn = run_on_terminal("audit", repo.top.as_uri())
    assert code == 1
    count = len(repo.git("cat-file", "--batch-all-objects", "--batch-check").splitlines())
    assert re.search(rf"\r\x1b\[KReceiving objects: {count} of {count}\b", drawn), drawn
    assert drawn.endswith("\r\x1b[K")


@pytest.mark.parametrize("target", ["url", "folder"])
def test_quiet_shows_no_progress_on_a_terminal(repo: Repo, target: str) -> None:
    named = {"url": repo.top.as_uri(), "folder": str(repo.top)}[target]
    assert run_on_terminal("audit", "--quiet", named) == (1, "")


def test_without_a_terminal_there_is_no_progress(repo: Repo, run: Run) -> None:
    ran = run("audit", repo.top.as_uri())
    assert (ran.code, ran.err) == (1, "")


def test_a_failed_clone_clears_the_line_before_the_error(repo: Repo, tmp_path: Path) -> None:
    code, drawn = run_on_terminal("audit", (tmp_path / "none").as_uri())
    assert code == 2
    assert drawn.startswith("wakeyscan: file://")


# What a URL, the environment and the current directory may not do


def test_the_mirror_has_all_refs(repo: Repo, run: Run, make_key: MakeKey) -> None:
    repo.git("switch", "-q", "-c", "other")
    repo.commit({"c": make_key()})
    repo.git("update-ref", "refs/pull/1/head", "HEAD")
    repo.git("switch", "-q", "main")
    repo.git("branch", "-q", "-D", "other")
    ran = run("audit", "--format=json", repo.top.as_uri())
    assert len(ran.json()["keys"]) == 2


def plant(tmp_path: Path) -> tuple[Path, Path]:
    """Return a program called git in a folder of its own, and the file that it creates."""
    mark, folder = tmp_path / "mark", tmp_path / "planted"
    folder.mkdir()
    program = folder / "git"
    program.write_text(f"#!/bin/sh\necho ran >> {mark}\n")
    program.chmod(0o755)
    return program, mark


Variables = Callable[[Path], dict[str, str]]
VARIABLES: dict[str, Variables] = {
    "GitPython's executable": lambda git: {"GIT_PYTHON_GIT_EXECUTABLE": str(git)},
    "relative PATH": lambda git: {"PATH": f".{os.pathsep}{os.environ['PATH']}"},
    "configuration": lambda git: {
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "uploadpack.packObjectsHook",
        "GIT_CONFIG_VALUE_0": str(git),
    },
    "template": lambda git: {"GIT_TEMPLATE_DIR": str(git.parent)},
    "exec path": lambda git: {"GIT_EXEC_PATH": str(git.parent)},
    "trace": lambda git: {"GIT_TRACE": str(git.parent.parent / "mark")},
    "GitPython's trace": lambda git: {"GIT_PYTHON_TRACE": "full"},
    "git folder": lambda git: {"GIT_DIR": "/nowhere"},
}


@pytest.mark.parametrize("variables", VARIABLES.values(), ids=VARIABLES)
def test_git_variables_do_not_change_the_clone(
    repo: Repo, run: Run, tmp_path: Path, variables: Variables
) -> None:
    program, mark = plant(tmp_path)
    ran = run("audit", repo.top.as_uri(), cwd=program.parent, env=variables(program))
    assert (ran.code, ran.err) == (1, "")
    assert not mark.exists(), mark.read_text()


def test_a_hook_in_the_template_of_the_user_does_not_run(
    repo: Repo, run: Run, tmp_path: Path
) -> None:
    program, mark = plant(tmp_path)
    hooks = tmp_path / "template" / "hooks"
    hooks.mkdir(parents=True)
    for name in ("post-checkout", "reference-transaction"):
        shutil.copy2(program, hooks / name)
    config = tmp_path / "config"
    config.write_text(f"[init]\n\ttemplateDir = {hooks.parent}\n")
    ran = run("audit", repo.top.as_uri(), env={"GIT_CONFIG_GLOBAL": str(config)})
    assert (ran.code, ran.err) == (1, "")
    assert not mark.exists()


# Credentials


def test_reports_and_errors_omit_the_credentials_of_a_url(
    repo: Repo, run: Run, tmp_path: Path
) -> None:
    found = run("audit", "--format=json", f"file://user:pass@localhost{repo.top}")
    assert (found.code, found.err) == (1, "")
    assert json.loads(found.out)["targets"] == [f"file://localhost{repo.top}"]
    missing = run("audit", f"file://user:pass@localhost{tmp_path}/none")
    assert (missing.code, missing.out) == (2, "")
    said = f"wakeyscan: file://localhost{tmp_path}/none: cannot be cloned: fatal: "
    assert missing.err.startswith(said)
    refused = run("audit", "ssh://user:pass@example.org/x")
    assert refused.code == 2
    assert refused.err.startswith("wakeyscan: ssh://example.org/x: SSH addresses are not cloned")
    for ran in (found, missing, refused):
        assert "pass@" not in ran.out + ran.err


LOGGING_GIT = """#!/bin/sh
printf '%s\\n' "$@" >> "{0}.arguments"
env >> "{0}.environment"
exec "{1}" "$@"
"""


def test_a_password_of_a_url_is_not_an_argument_of_git(tmp_path: Path, run: Run) -> None:
    log, git = tmp_path / "log", shutil.which("git")
    fake = tmp_path / "bin" / "git"
    write(tmp_path, {"bin/git": LOGGING_GIT.format(log, git)})
    fake.chmod(0o755)
    path = f"{fake.parent}{os.pathsep}{os.environ['PATH']}"
    write(tmp_path, {"list": "https://bob:p%40ss-word@127.0.0.1:9/a\n"})
    for command in (("audit", "https://bob:p%40ss-word@127.0.0.1:9/a"), ("fleet", "list")):
        run(*command, env={"PATH": path})
    arguments = Path(f"{log}.arguments").read_text("utf-8")
    assert "https://127.0.0.1:9/a" in arguments
    assert "ss-word" not in arguments
    header = b64encode(b"bob:p@ss-word").decode("ascii")
    assert f"Authorization: Basic {header}" in Path(f"{log}.environment").read_text("utf-8")


# A clone that does not end


def block(repo: Repo) -> None:
    """Make git wait for ever when it reads the settings of a repository."""
    os.mkfifo(repo.top.parent / "fifo")
    with open(repo.top / ".git/config", "a", encoding="ascii") as config:
        config.write(f"[include] path = {repo.top.parent}/fifo\n")


def test_a_fifo_of_a_repository_is_refused_at_once(repo: Repo) -> None:
    os.mkfifo(repo.top / ".git" / "packed-refs")
    ran = repo.run("audit", repo.top.as_uri())
    said = f"wakeyscan: {repo.top}/.git/packed-refs: is neither a file nor a folder"
    assert (ran.code, ran.err.startswith(said)) == (2, True)


def processes_of(tmp_path: Path) -> list[str]:
    listed = subprocess.run(["ps", "-ww", "-eo", "args"], capture_output=True, check=True)
    return [line for line in listed.stdout.decode().splitlines() if str(tmp_path) in line]


def test_a_silent_server_is_abandoned(repo: Repo, tmp_path: Path) -> None:
    block(repo)
    url = repo.top.as_uri()
    ran = execute([sys.executable, "-P", "-c", SHORT_TIMEOUT, "audit", url], tmp_path)
    said = f"wakeyscan: {url}: cannot be cloned: git printed nothing for 1 s and was stopped\n"
    assert ran == Ran(2, "", said)
    assert processes_of(tmp_path) == []


def test_an_interrupted_clone_leaves_neither_a_folder_nor_a_process(
    repo: Repo, tmp_path: Path
) -> None:
    block(repo)
    command = [sys.executable, "-P", "-c", DEFAULT_SIGINT, "audit", repo.top.as_uri()]
    process = subprocess.Popen(command, env=environment(), stderr=subprocess.PIPE)
    until = time.monotonic() + TIMEOUT
    while not any("upload-pack" in line for line in processes_of(tmp_path)):
        assert time.monotonic() < until
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=TIMEOUT)
    assert (process.returncode, err) == (130, b"wakeyscan: interrupted\n")
    assert processes_of(tmp_path) == []
