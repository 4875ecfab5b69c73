"""Processes that change the same file at the same time lose no change, and leave nothing behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.support.command import Ran, execute
from tests.support.keys import MakeKey, fingerprint
from tests.support.repositories import Repo
from wakeyscan.suppression import IGNORE_FILE
from wakeyscan.suppression.ignore_file import read_ignore_file

PROCESSES = 8

HOLD = """
import sys
from wakeyscan.core.file_updates import lock_folder
with lock_folder(sys.argv[1]):
    print("held", flush=True)
    sys.stdin.read()
"""
"""Holds the lock of a folder until its input ends."""

UPDATE = """
import sys
from wakeyscan.core import file_updates
for number in range(5):
    line = f"{sys.argv[2]} {number}\\n".encode()
    file_updates.update_file(sys.argv[1], (), 1 << 20, lambda text: (text + line, None))
"""
"""Appends five lines to a file, each by replacing it."""


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    """Return an empty repository."""
    return Repo(tmp_path / "repo")


def run_together(repo: Repo, commands: Sequence[Sequence[str]]) -> list[Ran]:
    with ThreadPoolExecutor(len(commands)) as threads:
        return [*threads.map(lambda arguments: repo.run(*arguments), commands)]


def hold(folder: Path) -> subprocess.Popen[bytes]:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert holder.stdout
    assert holder.stdout.readline() == b"held\n"
    return holder


def test_entries_that_are_added_together_are_all_kept(repo: Repo, make_key: MakeKey) -> None:
    prints = [fingerprint(make_key()) for _ in range(PROCESSES)]
    ran = run_together(repo, [("ignore", "add", one, "--reason=a test") for one in prints])
    assert [one.code for one in ran] == [0] * PROCESSES
    entries = read_ignore_file(str(repo.top / IGNORE_FILE))
    assert sorted(entry.fingerprint for entry in entries) == sorted(prints)
    assert sorted(os.listdir(repo.top)) == [".git", IGNORE_FILE]


def test_entries_that_are_removed_and_added_together_are_right(
    repo: Repo, make_key: MakeKey
) -> None:
    old, new = ([fingerprint(make_key()) for _ in range(4)] for _ in range(2))
    assert repo.run("ignore", "add", *old, "--reason=a test").code == 0
    adding = [("ignore", "add", one, "--reason=a test") for one in new]
    ran = run_together(repo, [*adding, *(("ignore", "remove", one) for one in old)])
    assert [one.code for one in ran] == [0] * PROCESSES
    entries = read_ignore_file(str(repo.top / IGNORE_FILE))
    assert sorted(entry.fingerprint for entry in entries) == sorted(new)


def test_no_replacement_of_a_file_is_lost(tmp_path: Path) -> None:
    file = tmp_path / "file"
    commands = [[sys.executable, "-c", UPDATE, str(file), str(n)] for n in range(PROCESSES)]
    with ThreadPoolExecutor(PROCESSES) as threads:
        ran = [*threads.map(lambda command: execute(command, tmp_path), commands)]
    assert [(one.code, one.err) for one in ran] == [(0, "")] * PROCESSES
    wanted = [f"{process} {number}" for process in range(PROCESSES) for number in range(5)]
    assert sorted(file.read_text().splitlines()) == sorted(wanted)
    assert os.listdir(tmp_path) == ["file"]


def test_hooks_of_one_file_are_installed_together(repo: Repo) -> None:
    ran = run_together(repo, [("hook", "install", "pre-commit")] * PROCESSES)
    assert [one.code for one in ran] == [0] * PROCESSES
    assert (repo.top / ".git/hooks/pre-commit").read_text().count("hook pre-commit") == 1


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no locks of folders")
def test_a_lock_that_is_never_freed_ends_with_a_message(repo: Repo, make_key: MakeKey) -> None:
    holder = hold(repo.top)
    ran = repo.run("ignore", "add", fingerprint(make_key()), "--reason=a test")
    holder.communicate()
    assert ran.code == 2
    assert ran.err.endswith(
        f"{IGNORE_FILE}: cannot be written: another process is changing a file in this folder; "
        "try again when it has ended\n"
    )
    assert not (repo.top / IGNORE_FILE).exists()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no locks of folders")
def test_a_killed_process_leaves_no_lock(repo: Repo, make_key: MakeKey) -> None:
    holder = hold(repo.top)
    holder.send_signal(signal.SIGKILL)
    holder.communicate()
    assert os.listdir(repo.top) == [".git"]
    ran = repo.run("ignore", "add", fingerprint(make_key()), "--reason=a test")
    assert ran.code == 0
