"""Measure all jobs in one run, in turns, and write a table and a chart: `python -m benchmarks`."""

from __future__ import annotations

import argparse
import itertools
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path

from benchmarks import chart, inputs, table
from benchmarks.contenders import CONTENDERS, NATIVE, Arguments, Contender, find_program
from benchmarks.measure import Lane, find_missing, measure_own_peak, run
from benchmarks.results import Job, Measured, Results

_DOCS = Path(__file__).parent.parent / "docs"
_HOOK_RUNS = 5
"""Runs of a hook in each round."""


class Bench:
    """The lanes of all jobs, with their inputs in a temporary folder."""

    def __init__(self, options: argparse.Namespace, folder: Path) -> None:
        self._options, self._folder = options, folder
        # Variables of Python would start another wakeyscan than the installed one, or a slower one.
        kept = {name: text for name, text in os.environ.items() if not name.startswith("PYTHON")}
        self.environment = {**kept, "XDG_CACHE_HOME": str(folder / "cache")}
        self.programs = dict(self._find_programs())

    def _find_programs(self) -> Iterator[tuple[str, str]]:
        wakeyscan, native = self._options.wakeyscan, self._options.native
        own = {
            "wakeyscan": wakeyscan,
            NATIVE: native,
            "bare Python": wakeyscan.with_name("python"),
        }
        for contender in CONTENDERS:
            if contender.name in own:
                program = own[contender.name] and str(own[contender.name])
            else:
                program = find_program(contender, self._options.peers)
            if program is None:
                print(f"not installed: {contender.name}", file=sys.stderr)
            else:
                yield contender.name, program

    def read_versions(self) -> dict[str, str]:
        """Return the version of each program that is installed."""
        return {
            one.name: _read_version(self.programs[one.name], one.version)
            for one in CONTENDERS
            if one.name in self.programs
        }

    def list_jobs(self) -> Iterator[Job]:
        """Write the inputs of each job, and yield it."""
        yield from self._list_audits()
        yield from self._list_scans()
        yield from self._list_hooks()

    def _list_audits(self) -> Iterator[Job]:
        source = self._options.repository or inputs.generate_history(self._folder / "history")
        repository = inputs.borrow_repository(source, self._folder / "repository.git")
        commits, objects = inputs.count_objects(repository)
        about = f"{commits:,} commits, {objects:,} objects"
        paths, names = [str(repository)], inputs.name_planted("history")
        yield Job("audit", about, self._build_lanes(lambda one: one.audit, paths, names))
        numbers = itertools.count(3)
        again = tuple(
            Lane(
                name,
                [self.programs[name], "audit", *paths],
                self._folder,
                names,
                prepare=lambda: inputs.add_commit(repository, next(numbers)),
            )
            for name in ("wakeyscan", NATIVE)
            if name in self.programs
        )
        yield Job("second audit", f"{about}, after one commit more", again)

    def _list_scans(self) -> Iterator[Job]:
        tree = self._options.tree or inputs.generate_tree(self._folder / "tree")
        planted = inputs.plant(self._folder / "planted", "tree")
        names = inputs.name_planted("tree")
        linked = inputs.link_without_archives(tree, self._folder / "linked")
        for name, folder in (("scan", tree), ("scan without archives", linked)):
            if folder:
                files, size = inputs.measure_tree(folder)
                about = f"{files:,} files, {size / 1e9:.1f} GB"
                paths = [str(folder), str(planted)]
                yield Job(name, about, self._build_lanes(lambda one: one.scan, paths, names))

    def _list_hooks(self) -> Iterator[Job]:
        for name, planted in (("hook", False), ("hook with a key", True)):
            folder = inputs.stage(self._folder / name.replace(" ", "-"), planted=planted)
            names = inputs.name_planted("hook")[: int(planted)]
            lanes = self._build_lanes(lambda one: one.hook, ["."], names)
            lanes = tuple(one._replace(folder=folder, repeats=_HOOK_RUNS) for one in lanes)
            yield Job(name, "3 staged files", lanes)

    def _build_lanes(
        self,
        select: Callable[[Contender], Arguments | None],
        paths: list[str],
        names: tuple[str, ...],
    ) -> tuple[Lane, ...]:
        return tuple(
            Lane(
                one.name,
                [self.programs[one.name], *arguments(paths)],
                self._folder,
                names,
                one.is_limit,
            )
            for one in CONTENDERS
            if one.name in self.programs and (arguments := select(one))
        )


def measure(
    jobs: list[Job], rounds: int, environment: Mapping[str, str]
) -> Iterator[list[Measured]]:
    """Run all commands once to check what they find, then in turns; yield the costs so far."""
    lanes = [(job, lane) for job in jobs for lane in job.lanes]
    measured = [
        Measured(
            job=job.name,
            about=job.about,
            scanner=lane.name,
            planted=len(lane.finds),
            missing=len(find_missing(lane, environment)),
            is_limit=lane.is_limit,
            samples=[],
        )
        for job, lane in lanes
    ]
    for _ in range(rounds):
        for (_, lane), one in zip(lanes, measured, strict=True):
            one.samples.extend(run(lane, environment) for _ in range(lane.repeats))
        yield measured


def describe_machine() -> str:
    """Return the processors, memory and system of this machine, and how busy it is."""
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
    cores = len(os.sched_getaffinity(0))
    system = f"{platform.system()} {platform.machine()}, Python {platform.python_version()}"
    return f"{cores} cores, {memory:.0f} GiB of memory, {system}; load before the run: {load}"


def _read_version(program: str, argument: str) -> str:
    ran = subprocess.run([program, argument], capture_output=True, text=True, check=False)
    text = (ran.stdout or ran.stderr).partition("\n")[0]
    return text.split("(")[0].split()[-1] if text else ""


def _parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    beside = Path(sys.executable).parent / "wakeyscan"
    repository = os.environ.get("WAKEYSCAN_BENCHMARK_REPOSITORY")
    tree = os.environ.get("WAKEYSCAN_BENCHMARK_TREE")
    peers = [
        Path(part) for part in os.environ.get("WAKEYSCAN_BENCHMARK_PEERS", "").split(":") if part
    ]
    add = partial(parser.add_argument, type=Path)
    add("--wakeyscan", default=beside, help="the program to measure")
    add("--native", help="the same program, with the native core")
    add("--peers", nargs="*", default=peers, help="environments or folders with other scanners")
    add(
        "--repository", default=repository and Path(repository), help="to audit; default: generated"
    )
    add("--tree", default=tree and Path(tree), help="folder to scan; default: generated")
    add("--docs", default=_DOCS, help="folder for the samples, the table and the chart")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--render", action="store_true", help="only write table and chart again")
    return parser.parse_args()


def main() -> None:
    """Measure, and write the samples, the table and the chart."""
    options = _parse_options()
    if options.render:
        _write(Results.from_json((options.docs / "speed.json").read_text()), options.docs)
        return
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(options, Path(folder).resolve())
        machine, versions = describe_machine(), bench.read_versions()
        jobs = list(bench.list_jobs())
        for number, measured in enumerate(measure(jobs, options.rounds, bench.environment), 1):
            print(f"round {number} of {options.rounds} done", file=sys.stderr)
            results = Results(machine, versions, number, measure_own_peak(), measured)
            _write(results, options.docs)


def _write(results: Results, folder: Path) -> None:
    (folder / "speed.json").write_text(results.to_json())
    table.insert_table(folder / "performance.md", results)
    (folder / "speed.svg").write_text(chart.draw_chart(results))


if __name__ == "__main__":
    main()
