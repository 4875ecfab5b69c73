"""What ends with wakeyscan, however that ends: its workers, git, and its temporary folders."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.command import (
    INTERRUPTIBLE_WAKEYSCAN,
    TIMEOUT,
    WAKEYSCAN,
    environment,
    execute,
)
from tests.support.files import write
from tests.support.keys import PREFIX, MakeKey
from tests.support.repositories import Repo

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")

SLOW = f"{PREFIX}short " * 20_000
"""Text that takes seconds to scan."""


def list_processes(session: int) -> list[str]:
    """List the processes of a session that still run."""
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = status.read_text("latin-1").rpartition(")")[2].split()
            if int(fields[3]) == session and fields[0] != "Z":
                found.append(status.with_name("cmdline").read_text("latin-1"))
        except (OSError, IndexError):  # it has ended meanwhile
            continue
    return found


def wait_until(condition: Callable[[], object]) -> None:
    until = time.monotonic() + TIMEOUT
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.02)


def start(folder: Path, *arguments: str) -> subprocess.Popen[bytes]:
    (folder / "tmp").mkdir(exist_ok=True)
    variables = {"TMPDIR": str(folder / "tmp"), "XDG_CACHE_HOME": str(folder / "cache")}
    return subprocess.Popen(
        [*INTERRUPTIBLE_WAKEYSCAN, *arguments],
        cwd=folder,
        env=environment(**variables),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )


@pytest.fixture
def many(tmp_path: Path) -> Path:
    """Write quick files, as many as are scanned without workers, and then slow ones.

    git lists files in the order of their names.
    """
    Repo(tmp_path / "d")
    write(tmp_path, {f"d/a{number:03}": "" for number in range(300)})
    write(tmp_path, {f"d/b{number:03}": SLOW for number in range(300)})
    return tmp_path


TERMINATING = (signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)


@pytest.mark.parametrize("number", [signal.SIGKILL, *TERMINATING, signal.SIGINT])
def test_workers_end_with_the_scan(many: Path, number: signal.Signals) -> None:
    process = start(many, "scan", "--jobs", "3", "d")
    wait_until(lambda: len(list_processes(process.pid)) == 4)
    process.send_signal(number)
    out, err = process.communicate(timeout=TIMEOUT)  # a worker would keep these open
    wait_until(lambda: not list_processes(process.pid))
    told = {
        signal.SIGKILL: (-9, b""),
        signal.SIGTERM: (143, b"wakeyscan: terminated\n"),
        signal.SIGHUP: (129, b"wakeyscan: terminated\n"),
        signal.SIGQUIT: (131, b"wakeyscan: terminated\n"),
        signal.SIGINT: (130, b"wakeyscan: interrupted\n"),
    }
    assert (process.returncode, err) == told[number]
    assert (number == signal.SIGINT) == (b"interrupted before everything was scanned" in out)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("jobs", ["1", "3"])
def test_an_audit_leaves_no_process(tmp_path: Path, jobs: str, number: signal.Signals) -> None:
    repo = Repo(tmp_path / "repo")
    repo.stage({f"f{at}": f"{at}{SLOW}" for at in range(40)})
    repo.record()
    process = start(tmp_path, "audit", "--jobs", jobs, "repo")
    wait_until(lambda: os.listdir(tmp_path / "tmp"))
    process.send_signal(number)
    process.communicate(timeout=TIMEOUT)
    wait_until(lambda: not list_processes(process.pid))
    if number != signal.SIGKILL:
        assert os.listdir(tmp_path / "tmp") == []


@pytest.mark.parametrize("number", [*TERMINATING, signal.SIGINT])
def test_an_interrupted_audit_removes_its_mirror(
    tmp_path: Path, make_key: MakeKey, number: signal.Signals
) -> None:
    repo = Repo(tmp_path / "repo")
    repo.stage({f"f{at}": f"{at}{SLOW}" for at in range(20)} | {"key": make_key()})
    repo.record()
    process = start(tmp_path, "audit", "--jobs", "1", repo.top.as_uri())
    wait_until(lambda: [*(tmp_path / "tmp").glob("*/mirror.git/packed-refs")])
    process.send_signal(number)
    process.communicate(timeout=TIMEOUT)
    assert process.returncode == 128 + number
    assert os.listdir(tmp_path / "tmp") == []


def test_a_signal_that_the_parent_ignores_stays_ignored(tmp_path: Path) -> None:
    write(tmp_path, dict.fromkeys((f"d/f{number}" for number in range(600)), "x"))
    quoted = f"trap '' HUP TERM; echo; exec {INTERRUPTIBLE_WAKEYSCAN[-1]} scan --jobs 2 d"
    with subprocess.Popen(
        ["sh", "-c", quoted], cwd=tmp_path, env=environment(), stdout=subprocess.PIPE
    ) as process:
        assert process.stdout
        assert process.stdout.readline() == b"\n"  # the trap is set
        process.send_signal(signal.SIGTERM)
        process.send_signal(signal.SIGHUP)
        process.communicate(timeout=TIMEOUT)
    assert process.returncode == 0


NO_THREAD_DATA = 127
"""Exit code of the C library, which ends a process that cannot load one more library."""

ENDED_WITHOUT_MEMORY = (-signal.SIGABRT, -signal.SIGSEGV)
"""Signals of an interpreter that cannot allocate and of a kernel that cannot grow the stack.

The limit of `ulimit -v` counts the stack too, so the second can end any program.
"""


@pytest.mark.parametrize(
    "kilobytes", [*range(28_000, 50_000, 2000), *range(50_000, 130_000, 15_000)]
)
def test_a_lack_of_memory_causes_no_internal_error(
    tmp_path: Path, make_key: MakeKey, kilobytes: int
) -> None:
    """A library that cannot be loaded is one as well."""
    repo = Repo(tmp_path / "repo")
    repo.commit({"a": make_key(), "b": "b" * (9 << 20)})
    repo.stage({"c": make_key()})
    for arguments in ("audit --no-cache .", "scan .", "hook pre-commit"):
        command = f"ulimit -v {kilobytes}; exec {WAKEYSCAN} {arguments}"
        ran = execute(["sh", "-c", command], repo.top)
        assert ran.code in (1, 2, NO_THREAD_DATA, *ENDED_WITHOUT_MEMORY), (arguments, ran)
        assert "internal error" not in ran.err
        expected = {
            1: (PREFIX,),
            2: ("out of memory", "Cannot allocate memory"),
            NO_THREAD_DATA: ("cannot allocate memory for thread-local data",),
        }
        assert any(text in ran.out + ran.err for text in expected.get(ran.code, ("",)))


def test_a_full_disk_causes_no_internal_error(tmp_path: Path, make_key: MakeKey) -> None:
    repo = Repo(tmp_path / "repo")
    repo.commit({"a": make_key()})
    (full := tmp_path / "full").mkdir()
    mount = f"mount -t tmpfs -o size=64k none {full} || exit 99"
    fill = f"head -c 60000 /dev/zero > {full}/a"  # Python must still find it writable
    script = f"{mount}; {fill}; TMPDIR={full} exec {WAKEYSCAN} audit --no-cache"
    if not shutil.which("unshare"):
        pytest.skip("unshare is not installed")
    ran = execute(["unshare", "-rm", "sh", "-c", script], repo.top)
    if ran.code == 99 or ran.err.startswith("unshare:"):
        pytest.skip("no file system can be mounted here")
    assert (ran.code, "no space is left on the device" in ran.err) == (2, True)


CAPABILITIES = "+dac_override,+dac_read_search"
"""With these, another user can run wakeyscan in the folders of a test; root has no limit."""
AS_OTHER = (
    *("setpriv", "--reuid", "12345", "--regid", "12345", "--clear-groups"),
    *("--inh-caps", CAPABILITIES, "--ambient-caps", CAPABILITIES),
)


@pytest.mark.parametrize("processes", [1, 2, 3, 4, 6])
@pytest.mark.parametrize("arguments", ["scan", "audit --no-cache", "fix"])
def test_too_few_processes_cause_no_internal_error(
    tmp_path: Path, make_key: MakeKey, arguments: str, processes: int
) -> None:
    if not shutil.which("setpriv") or execute([*AS_OTHER, "true"]).code:
        pytest.skip("only root can become a user whose processes are limited")
    repo = Repo(tmp_path / "repo")
    repo.commit({f"{number}.py": f"k = '{make_key()}'\n" for number in range(300)})
    command = f"ulimit -u {processes}; exec {WAKEYSCAN} {arguments} --jobs 3"
    ran = execute([*AS_OTHER, "sh", "-c", command], repo.top, env={"HOME": str(tmp_path)})
    assert (ran.code in (1, 2), "Traceback" in ran.err) == (True, False), ran


@pytest.mark.parametrize("files", range(6, 13))
def test_too_few_open_files_cause_no_internal_error(
    tmp_path: Path, make_key: MakeKey, files: int
) -> None:
    write(tmp_path, {f"{number}.py": "x = 1\n" * 50_000 for number in range(100)})
    write(tmp_path, {"a.py": make_key()})
    command = f"ulimit -n {files}; exec {WAKEYSCAN} scan --jobs 2"
    ran = execute(["sh", "-c", command], tmp_path)
    assert (ran.code, "internal error" in ran.err) in ((1, False), (2, False))
    assert (PREFIX in ran.out) if ran.code == 1 else ("too many open files" in ran.err)


def test_a_worker_that_lacks_memory_causes_no_internal_error(tmp_path: Path) -> None:
    """It would tell its parent of any other error with a traceback."""
    script = """
import os, sys
from wakeyscan.core import worker_pool
from wakeyscan.core.errors import WakeyscanError
def work(_): raise MemoryError
try:
    print([*worker_pool.run_tasks(iter([1]), lambda: work, 1)])
except WakeyscanError as error:
    print(error)
"""
    ran = execute([sys.executable, "-c", script], tmp_path)
    assert (ran.code, "a worker process died (out of memory?)" in ran.out) == (0, True), ran
