"""A fleet on Dask: real clusters, with schedulers and workers in processes of their own."""

from __future__ import annotations

import os
import random
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.support.certificates import OPENSSL, authority, issued
from tests.support.command import (
    INTERRUPTIBLE_WAKEYSCAN,
    TIMEOUT,
    WAKEYSCAN,
    Ran,
    Run,
    environment,
    start_program,
)
from tests.support.dask_cluster import Cluster, Tls, wait_until
from tests.support.fleets import (
    RESULTS,
    add_many_refs,
    find_text,
    make_clones,
    make_plain_clones,
    read_rows,
    replace_git,
    summarize,
    summarize_alone,
)
from tests.support.keys import MakeKey

pytest.importorskip("distributed")
needs_openssl = pytest.mark.skipif(OPENSSL is None, reason="there is no openssl")

SEEDS = range(int(os.environ.get("WAKEYSCAN_TEST_REPETITIONS", "1")))
"""Random moments of a kill; each is a test of its own."""


@pytest.fixture
def clones(tmp_path: Path) -> Path:
    return tmp_path / "clones"


def run_fleet(tmp_path: Path, *arguments: str, **env: str) -> Ran:
    """Run a fleet in a process of its own: Dask starts threads."""
    return start_program([WAKEYSCAN, "fleet", *arguments], tmp_path, env=env)


@contextmanager
def started(*command: str, cwd: Path) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(
        command,
        cwd=cwd,
        env=environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(TIMEOUT)


def count_results(tmp_path: Path) -> int:
    ledger = tmp_path / RESULTS / "ledger"
    names = os.listdir(ledger) if ledger.is_dir() else []
    return sum(len(name.split(".")[1]) == 32 for name in names if name.count(".") == 2)


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    one = Cluster(tmp_path)
    yield one
    one.stop()


# On this machine


def test_a_local_cluster_finds_what_each_audit_finds(
    tmp_path: Path, clones: Path, run: Run, make_key: MakeKey
) -> None:
    key = make_key()
    repos = make_clones(clones, {name: {"a": key} for name in ("killer", "a", "b", "c")})
    repos["c"].commit({"more": make_key()})
    os.mkfifo(repos["b"].top / ".git" / "pipe")
    paths = replace_git(tmp_path / "bin", "killer", "kill -9 $PPID")
    with socket.socket() as other:  # Dask's usual port, if no other cluster has it
        with suppress(OSError):
            other.bind(("127.0.0.1", 8787))
            other.listen()
        ran = run_fleet(tmp_path, "clones", "--jobs=2", "--executor=dask", **paths)
    assert (ran.code, ran.err) == (1, "")
    rows = read_rows(tmp_path / RESULTS)
    states = {name: row["state"] for name, row in rows.items()}
    assert states == {"killer": "failed", "a": "audited", "b": "failed", "c": "audited"}
    assert "its worker died 3 times" in rows["killer"]["reason"]
    assert summarize(tmp_path / RESULTS) == summarize_alone(run, clones, "ac")
    assert find_text(tmp_path / RESULTS, key) == []


def test_a_result_that_is_lost_with_its_worker_is_made_again(
    tmp_path: Path, clones: Path, make_key: MakeKey
) -> None:
    names = "abc"
    make_clones(clones, {name: {"a": make_key()} for name in names})
    program = (sys.executable, "-m", "tests.support.lost_results", str(tmp_path / RESULTS))
    ran = start_program(
        [*program, *(str(clones / name) for name in names)], Path(__file__).parents[2]
    )
    assert (ran.code, ran.out.split(), ran.err) == (0, ["audited"] * 3, "")


def test_a_worker_over_its_memory_limit_is_a_row(
    tmp_path: Path, clones: Path, make_key: MakeKey
) -> None:
    repos = make_clones(clones, {name: {"a": make_key()} for name in ("a", "b", "large")})
    add_many_refs(repos["large"])
    ran = run_fleet(tmp_path, "clones", "--jobs=1", "--executor=dask", "--memory-limit=200M")
    assert (ran.code, ran.err) == (1, "")
    rows = read_rows(tmp_path / RESULTS)
    states = {name: row["state"] for name, row in rows.items()}
    assert states == {"a": "audited", "b": "audited", "large": "failed"}
    assert "its worker died 3 times (out of memory?)" in rows["large"]["reason"]


def test_ctrl_c_of_a_terminal_ends_a_local_cluster_quietly(
    tmp_path: Path, clones: Path, make_key: MakeKey
) -> None:
    names = make_plain_clones(clones, 20, make_key)
    process = subprocess.Popen(
        [*INTERRUPTIBLE_WAKEYSCAN, "fleet", "clones", "--jobs=2", "--executor=dask"],
        cwd=tmp_path,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    wait_until(lambda: count_results(tmp_path) > 0)
    os.killpg(process.pid, signal.SIGINT)  # a terminal sends it to the workers, too
    _, err = process.communicate(timeout=TIMEOUT)
    assert (process.returncode, err) == (130, b"wakeyscan: interrupted\n")
    assert set(read_rows(tmp_path / RESULTS)) == set(names)


# Other schedulers


@pytest.mark.parametrize(
    ("address", "message"),
    [
        pytest.param("tcp://192.0.2.1:8786", "does not use TLS", id="other machine"),
        pytest.param("example.org:8786", "does not use TLS", id="no scheme"),
        pytest.param("tcp://0.0.0.0:8786", "does not use TLS", id="all addresses"),
        pytest.param("tcp://127.0.0.1.example.org:1", "does not use TLS", id="like loopback"),
        pytest.param("tls://192.0.2.1:8786", "needs --tls-ca", id="no certificates"),
        pytest.param("ws://127.0.0.1:8786", "expected tls://", id="scheme"),
        pytest.param("tcp://127.0.0.1", "expected tls://", id="no port"),
    ],
)
def test_an_invalid_scheduler_is_rejected(
    clones: Path, run: Run, address: str, message: str
) -> None:
    make_clones(clones, {"a": {"a": "a"}})
    ran = run("fleet", "clones", "--scheduler", address)
    assert ran.code == 2
    assert message in ran.err


@needs_openssl
def test_a_scheduler_with_tls_audits_a_fleet(
    tmp_path: Path, clones: Path, run: Run, make_key: MakeKey
) -> None:
    names = make_plain_clones(clones, 6, make_key)
    ca = authority(tmp_path)
    paper = issued(tmp_path, "node", usage="serverAuth,clientAuth")
    tls = Tls(ca, paper.certificate, paper.key)
    cluster = Cluster(tmp_path, tls)
    try:
        cluster.start()
        options = [f"--scheduler={cluster.address}", *tls.list_fleet_options()]
        assert cluster.address.startswith("tls://")
        ran = run_fleet(tmp_path, "clones", *options)
        assert (ran.code, ran.err) == (1, "")
        assert summarize(tmp_path / RESULTS) == summarize_alone(run, clones, names)
    finally:
        cluster.stop()


# Kills at random moments


@pytest.mark.parametrize("victim", ["worker", "scheduler", "client"])
@pytest.mark.parametrize("seed", SEEDS)
def test_a_killed_process_loses_and_duplicates_no_result(
    tmp_path: Path, clones: Path, cluster: Cluster, make_key: MakeKey, victim: str, seed: int
) -> None:
    names = make_plain_clones(clones, 16, make_key)
    moment = random.Random(f"{victim} {seed}").randrange(len(names) - 4)
    cluster.start()
    command = [WAKEYSCAN, "fleet", "clones", f"--scheduler={cluster.address}"]
    with started(*command, cwd=tmp_path) as client:
        wait_until(lambda: count_results(tmp_path) >= moment or client.poll() is not None)
        if victim == "client":
            client.kill()
        else:
            cluster.kill({"scheduler": 0, "worker": 1}[victim])
        _, err = client.communicate(timeout=TIMEOUT)
    before = list_results(tmp_path)
    assert len(before) >= moment
    if victim == "worker":
        assert client.returncode == 1
        assert len(before) == len(names)
    if victim == "scheduler":
        assert client.returncode in (1, 2, 3), err
        cluster.stop()
        cluster.start()
    resumed = run_fleet(tmp_path, "clones", "--resume", f"--scheduler={cluster.address}")
    assert (resumed.code, resumed.err) == (1, "")
    assert before.items() <= list_results(tmp_path).items()
    assert {row["state"] for row in read_rows(tmp_path / RESULTS).values()} == {"audited"}
    whole = run_fleet(tmp_path, "clones", "--executor=processes", "-o", "whole")
    assert whole.code == 1
    assert summarize(tmp_path / RESULTS) == summarize(tmp_path / "whole")
    keys = [(tmp_path / folder / "keys.jsonl").read_bytes() for folder in (RESULTS, "whole")]
    assert keys[0] == keys[1]


def list_results(tmp_path: Path) -> dict[str, int]:
    """Return the results in the ledger; the same number is the same file, not written again."""
    ledger = tmp_path / RESULTS / "ledger"
    paths = ledger.iterdir() if ledger.is_dir() else ()  # the client may be killed before all else
    files = (path for path in paths if re.search(r"\.[0-9a-f]{32}\.json$", path.name))
    return {path.name: path.stat().st_mtime_ns for path in files}
