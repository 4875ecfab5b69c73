"""Whether a run in a fork is the same as a run of the executable."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from tests.support.command import WAKEYSCAN, Ran, environment, execute, start_program
from tests.support.encoded_cases import build_key
from tests.support.forked_command import Done, ForkedCommand
from tests.support.repositories import Repo
from wakeyscan.cli.commands import COMMANDS

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="commands are forked on Linux only")

PROBE = """
import gc, json, signal, stat
streams = [sys.stdin, sys.stdout, sys.stderr]
state = {
    "argv": sys.argv,
    "path": sys.path,
    "name": [__name__, __file__, sys.modules["__main__"].__file__],
    "folder": os.getcwd(),
    "environment": dict(os.environ),
    "files": os.listdir("/proc/self/fd"),
    "kinds": [stat.S_IFMT(os.fstat(number).st_mode) for number in range(3)],
    "streams": [[s.encoding, s.errors, s.line_buffering, s.write_through] for s in streams],
    "flags": [*sys.flags][:-2],  # without safe_path, which also changes the path
    "group": [os.getpgid(0), os.getsid(0)],
    "signals": [repr(signal.getsignal(number)) for number in signal.valid_signals()],
    "mask": os.umask(0),
    "pytest": [name for name in sys.modules if "pytest" in name],
    "collector": [gc.isenabled(), gc.get_threshold()],
    "stdin": sys.stdin.read(),
}
json.dump(state, sys.stdout)
sys.stderr.write("caf\\xe9 \\udce9")
sys.stdout.flush(), sys.stderr.flush()
os._exit(int(os.environ.get("CODE", "0")))
"""


@pytest.fixture(scope="module")
def script(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a script that executes its first argument."""
    file = tmp_path_factory.mktemp("script") / "script"
    file.write_text("import os, sys\nexec(sys.argv[1])\nsys.stdout.flush()\nos._exit(0)\n")
    return file


@pytest.fixture(scope="module")
def forked(script: Path) -> Iterator[ForkedCommand]:
    """Open the script as a forked command."""
    with closing(ForkedCommand(str(script), environment())) as command:
        yield command


Both = Callable[..., list[Done | None]]


@pytest.fixture
def run_both(forked: ForkedCommand, script: Path, tmp_path: Path) -> Both:
    """Return a function that runs the script in a fork and as a program."""

    def run(*arguments: str, **variables: str) -> list[Done | None]:
        env, stdin = environment(**variables), b"x" * 300_000
        line = [sys.executable, str(script), *arguments]
        done = subprocess.run(
            line, cwd=tmp_path, env=env, input=stdin, capture_output=True, check=False
        )
        return [
            forked.run(arguments, tmp_path, stdin, env, 60),
            Done(done.returncode, done.stdout, done.stderr),
        ]

    return run


def run_in_fork(forked: ForkedCommand, *arguments: str, **variables: str) -> Done | None:
    return forked.run(arguments, None, b"", environment(**variables), 60)


def test_a_fork_sees_the_same_environment_as_a_program(run_both: Both) -> None:
    by_fork, started = run_both(PROBE, "a", "\udce9", CODE="17", ODD="\udce9")
    assert by_fork is not None
    assert started is not None
    assert json.loads(by_fork.out) == json.loads(started.out)
    assert by_fork == started
    assert started.code == 17


@pytest.mark.parametrize(
    ("code", "done"),
    [
        pytest.param("os.kill(os.getpid(), 9)", Done(-9, b"", b""), id="killed"),
        pytest.param(
            "sys.tracebacklimit = 0; raise ValueError",
            Done(1, b"", b"ValueError\n"),
            id="an exception",
        ),
        pytest.param("sys.stdin.close(); os._exit(2)", Done(2, b"", b""), id="unread input"),
    ],
)
def test_a_fork_ends_like_a_program(run_both: Both, code: str, done: Done) -> None:
    assert run_both(code) == [done] * 2


def test_a_run_leaves_no_state_for_the_next_one(forked: ForkedCommand) -> None:
    leave = "os.environ['LEFT'] = sys.left = 'x'; os.chdir('/'); os.close(0)"
    look = "print('LEFT' in os.environ, hasattr(sys, 'left'), os.getcwd() == '/', sys.stdin.read())"
    assert run_in_fork(forked, leave) == Done(0, b"", b"")
    assert run_in_fork(forked, look) == Done(0, b"False False False \n", b"")


def test_a_run_that_hangs_is_killed(forked: ForkedCommand, tmp_path: Path) -> None:
    with pytest.raises(subprocess.TimeoutExpired):
        forked.run(["import time; time.sleep(10_000)"], tmp_path, b"", environment(), 0.1)
    assert run_in_fork(forked, "") == Done(0, b"", b"")


def test_a_variable_that_python_reads_at_startup_needs_a_new_process(forked: ForkedCommand) -> None:
    for name in ("PYTHONHASHSEED", "PYTHONPATH", "LC_ALL", "LANG", "TZ"):
        assert run_in_fork(forked, "", **{name: "0"}) is None
    assert run_in_fork(forked, "", HOME="0") == Done(0, b"", b"")


def test_a_concurrent_run_needs_a_new_process(forked: ForkedCommand, tmp_path: Path) -> None:
    begun = tmp_path / "begun"
    wait = "os.mkfifo(sys.argv[2]); open(sys.argv[2]).read()"
    with ThreadPoolExecutor() as pool:
        first = pool.submit(run_in_fork, forked, wait, str(begun))
        while not begun.exists():
            assert not first.done()
        assert run_in_fork(forked, "") is None
        begun.write_text("")
        assert first.result() == Done(0, b"", b"")


@pytest.fixture(scope="module")
def mold(tmp_path_factory: pytest.TempPathFactory) -> Repo:
    """Build a repository with keys in its history, its index and its files."""
    repo = Repo(tmp_path_factory.mktemp("mold"))
    key, other = build_key("a"), build_key("b")
    repo.commit({"src/app.py": f"key = '{key}'\n"})
    repo.commit({"README": "words\n"})
    repo.stage({"b.py": f"other = '{other}'\nsame = '{key}'\n"})
    return repo


LINES = {
    "scan": [
        [],
        ["src", "--format=json"],
        ["--format=sarif"],
        ["--format=github", "--fail-on=never"],
        ["--format=markdown"],
        ["--staged"],
        ["-", "--report=json=out.json"],
        ["--range=HEAD~1..HEAD"],
        ["absent"],
        ["--jobs=2"],
        ["--helq"],
        ["--help"],
    ],
    "audit": [["."], ["--format=json"], ["--branch=absent"], ["absent"]],
    "fleet": [["absent"], ["merge", "absent"], ["--help"]],
    "hook": [["pre-commit"], ["pre-commit", "src/app.py"], ["install", "pre-commit"], ["absent"]],
    "ignore": [["add", "--all", "--reason=old"], ["list"], ["prune"], ["explain", "0"], ["import"]],
    "report": [["report.json"], ["absent", "absent"], []],
    "rules": [["list"], ["show", "wastack-api-key"], ["test"], ["--rules=src", "list"]],
    "verify": [["report.json"], ["--endpoint=http://127.0.0.1:1"], ["absent"], []],
    "fix": [[], ["--write"], ["absent"]],
    "wipe": [[], ["absent"]],
    "action": [[], ["--audit"]],
    "config": [["show"], ["init"], ["schema", "rule"]],
    "doctor": [["--format=json"]],
    "completion": [["bash"], ["tcsh"]],
}


@pytest.mark.parametrize(
    "line", [[name, *rest] for name in COMMANDS for rest in LINES[name]], ids=" ".join
)
def test_the_command_gives_the_same_result_in_a_fork(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    mold: Repo,
    key: str,
    line: list[str],
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))  # doctor tells its size
    results = []
    for run in (execute, start_program):
        top = shutil.copytree(mold.top, tmp_path / "top", symlinks=True)
        ran = run([WAKEYSCAN, *line], top, stdin=key.encode() + b"\n")
        results.append((ran, {path: path.read_bytes() for path in list_files(top)}))
        shutil.rmtree(top)
    assert results[0] == results[1]
    assert results[0][0] != Ran(0, "", "") or line[0] in {"hook", "verify"}


def list_files(top: Path) -> list[Path]:
    return [path for path in top.rglob("*") if path.is_file() and ".git/objects" not in str(path)]
