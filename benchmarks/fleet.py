"""Measure a fleet on small real repositories, and compute what a large one takes.

`measure` makes repositories, audits each alone, then runs fleets over them with one and two
workers. It compares processor time, since wall time is unreliable on a busy machine.
`plan` computes the time of a fleet from costs per repository, object and byte.
"""

from __future__ import annotations

import argparse
import heapq
import json
import os
import random
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from benchmarks.tree import BASE62, PREFIX, python_line

SEED = 24
FILES, LINES = 12, 60
POOL = 5_000
"""Lines for the files of a repository: generating each line separately took minutes."""


def write_commits(number: int, commits: int) -> Iterator[bytes]:
    """Yield commands for `git fast-import`; every fourth repository has its own key."""
    rng = random.Random(f"{SEED} {number}")
    pool = [python_line(rng) for _ in range(POOL)]
    shared = "".join(random.Random(SEED).choices(BASE62, k=40))
    lines = [f"key = '{PREFIX}{shared}'\n"] if number % 10 == 0 else []
    if number % 4 == 0:
        lines.append(f"other = '{PREFIX}{''.join(rng.choices(BASE62, k=40))}'\n")
    for commit in range(commits):
        yield b"commit refs/heads/main\n"
        yield b"committer A <a@example.org> %d +0000\n" % (1_700_000_000 + commit * 3600)
        yield b"data 1\nc\n"
        for name in range(FILES) if commit == 0 else [rng.randrange(FILES)]:
            text = "".join(rng.choices(pool, k=LINES))
            content = (text + "".join(lines if name == 0 else [])).encode()
            yield b"M 644 inline src/m%d.py\ndata %d\n%s\n" % (name, len(content), content)


def make_repositories(folder: Path, count: int, commits: int) -> None:
    """Write bare repositories, unless they are there."""
    for number in range(count):
        path = folder / f"r{number:04}.git"
        if not path.exists():
            subprocess.run(["git", "init", "-q", "--bare", "-b", "main", path], check=True)
            data = b"".join(write_commits(number, commits))
            command = ["git", f"--git-dir={path}", "fast-import", "--quiet"]
            subprocess.run(command, input=data, check=True)


class Usage(NamedTuple):
    """Seconds that a command took."""

    wall: float
    cpu: float


def run(command: list[str]) -> Usage:
    """Run a command to its end, with all of its processes."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Usage(time.monotonic() - start, cpu)


def measure(options: argparse.Namespace) -> None:
    """Print the usage of audits alone and of fleets, in interleaved rounds."""
    clones, results = options.folder / "clones", options.folder / "results"
    make_repositories(clones, options.repositories, options.commits)
    alone = Usage(0.0, 0.0)
    sample = sorted(clones.iterdir())[: options.sample]
    for path in sample:
        usage = run([options.wakeyscan, "audit", "--no-cache", "--jobs", "1", str(path)])
        alone = Usage(alone.wall + usage.wall, alone.cpu + usage.cpu)
    scale = options.repositories / len(sample)
    print(f"each alone ({len(sample)}, scaled): {alone.cpu * scale:6.1f} CPU s", flush=True)
    walls: dict[tuple[str, int], list[float]] = {}
    for _ in range(options.rounds):
        for executor, jobs in (("dask", 1), ("dask", 2), ("processes", 1), ("processes", 2)):
            shutil.rmtree(results, ignore_errors=True)
            command = [options.wakeyscan, "fleet", str(clones), "--no-cache", "-o", str(results)]
            usage = run([*command, f"--jobs={jobs}", f"--executor={executor}"])
            rows = (results / "repositories.jsonl").read_text("utf-8").splitlines()
            own = sum(json.loads(row)["seconds"] for row in rows)
            walls.setdefault((executor, jobs), []).append(usage.wall)
            print(f"{executor:9} {jobs} workers: {usage.wall:6.1f} s, {usage.cpu:6.1f} CPU s, "
                  f"{own:6.1f} of them in audits, overhead {usage.cpu / own - 1:.0%}; "
                  f"load {os.getloadavg()[0]:.1f}", flush=True)  # fmt: skip
    for executor in ("dask", "processes"):
        ratio = min(walls[executor, 1]) / min(walls[executor, 2])
        print(f"{executor:9} throughput of 2 workers: {ratio:.2f} times that of 1")


class Kind(NamedTuple):
    """A size of repositories."""

    name: str
    objects: int
    packed: int
    """Bytes."""


KINDS = (Kind("median", 2_000, 3_000_000), Kind("heavy", 500_000, 250_000_000))


def plan(options: argparse.Namespace) -> None:
    """Print what a number of repositories of each kind takes on some numbers of workers."""
    print("| repositories | workers | hours | CPU hours | bound by | US$ |")
    print("|---|---:|---:|---:|---|---:|")
    for kind in KINDS:
        cpu = options.per_task + kind.objects / 1000 * options.per_thousand
        for workers in (1, 8, 64):
            rate = min(options.worker_mbit, options.link_mbit / workers) * 1e6 / 8
            clone = options.per_clone + kind.packed / rate
            seconds = simulate([clone + cpu] * options.repositories, workers)
            hours, busy = seconds / 3600, cpu * options.repositories / 3600
            bound = "clone" if clone > cpu else "CPU"
            price = hours * workers * options.price
            name = f"{options.repositories:,} {kind.name}"
            print(f"| {name} | {workers} | {hours:,.1f} | {busy:,.1f} | {bound} | {price:,.1f} |")


def simulate(seconds: list[float], workers: int) -> float:
    """Return when the last task ends, if each worker takes the next largest one."""
    free = [0.0] * workers
    for task in sorted(seconds, reverse=True):
        heapq.heapreplace(free, free[0] + task)
    return max(free)


def main() -> None:
    """Run a subcommand."""
    parser = argparse.ArgumentParser(description=__doc__)
    commands = parser.add_subparsers(required=True)
    one = commands.add_parser("measure")
    one.set_defaults(run=measure)
    one.add_argument("folder", type=Path)
    one.add_argument("--repositories", type=int, default=200)
    one.add_argument("--commits", type=int, default=30)
    one.add_argument("--sample", type=int, default=40)
    one.add_argument("--rounds", type=int, default=1)
    one.add_argument("--wakeyscan", default=str(Path(sys.executable).with_name("wakeyscan")))
    two = commands.add_parser("plan")
    two.set_defaults(run=plan)
    two.add_argument("--repositories", type=int, default=10_000)
    two.add_argument("--per-task", type=float, default=0.03, help="CPU s of any repository")
    two.add_argument("--per-thousand", type=float, default=0.034, help="CPU s of 1,000 objects")
    two.add_argument("--per-clone", type=float, default=1.0, help="s to connect and negotiate")
    two.add_argument("--worker-mbit", type=float, default=400, help="of one clone")
    two.add_argument("--link-mbit", type=float, default=5_000, help="of all clones together")
    two.add_argument("--price", type=float, default=0.04, help="US$ of a processor for an hour")
    options = parser.parse_args()
    options.run(options)


if __name__ == "__main__":
    main()
