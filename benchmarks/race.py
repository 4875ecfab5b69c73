"""Time several commands on the same input in turns, and print their medians."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

PEER_RULES = Path(__file__).parent / "peers"
SAMPLE_SECONDS = 0.005
MIB = 1024 * 1024
SILENT = [(os.POSIX_SPAWN_OPEN, fd, os.devnull, os.O_RDWR, 0) for fd in (0, 1, 2)]
ROW = "{:<22}{:>9}{:>9}{:>10}{:>10}{:>8}  {}"
HEAD = ("command", "wall s", "cpu s", "peak MiB", "tree MiB", "ratio", "exit")
LEGEND = """\
wall, cpu: medians of the timed rounds; cpu is user+sys of the command and all it waited for.
peak: the largest process (ru_maxrss), which cannot read below this script's own {:.0f} MiB.
tree: peak of the sum over its processes (proportional set size), sampled in the warm-up.
ratio: wall against the first command's of the same round, then the median."""


@dataclass(frozen=True)
class Locations:
    """Locations of the programs."""

    wakeyscan: Path
    peers: Path

    def python(self) -> str:
        """Return the interpreter that runs wakeyscan."""
        beside = self.wakeyscan.parent / "python"
        return str(beside if beside.exists() else sys.executable)


@dataclass(frozen=True)
class Contender:
    """A command of a race: its program and its arguments."""

    name: str
    program: Callable[[Locations], str]
    arguments: Callable[[Sequence[str]], list[str]]


@dataclass(frozen=True)
class Sample:
    """Cost of one run."""

    wall: float
    cpu: float
    peak: float
    exit: int


@dataclass(frozen=True)
class Lane:
    """A command line, with the costs of its runs."""

    name: str
    command: list[str]
    tree: list[float]
    samples: list[Sample]


def ripgrep(paths: Sequence[str]) -> list[str]:
    """Return arguments to search every file for the keywords of wakeyscan's rules."""
    literals = ("wa_live_", "authorization", "x-app-key", "AuthenticationHeaderValue")
    patterns = [part for literal in literals for part in ("-e", literal)]
    return ["-uuu", "-a", "-i", "-c", *patterns, *paths]


def kingfisher(paths: Sequence[str]) -> list[str]:
    """Return arguments to run offline with our three rules only."""
    rules = ["--load-builtins", "false", "--rules-path", str(PEER_RULES / "kingfisher.yml")]
    return ["scan", *paths, *rules, "--no-validate", "--no-update-check", "--format", "jsonl"]


def kingfisher_turbo(paths: Sequence[str]) -> list[str]:
    """Return the same without Base64 decoding, type sniffing and parsing."""
    return [*kingfisher(paths), "--turbo"]


def betterleaks(paths: Sequence[str]) -> list[str]:
    """Return arguments to run with our three rules only; without validation it stays offline."""
    rules = ["--config", str(PEER_RULES / "betterleaks.toml")]
    return ["filesystem", *paths, *rules, "--no-banner", "--jsonl"]


def betterleaks_plain(paths: Sequence[str]) -> list[str]:
    """Return the same without decoding and without archives."""
    return [*betterleaks(paths), "--max-decode-depth", "0", "--max-archive-depth", "0"]


def scan(paths: Sequence[str]) -> list[str]:
    """Return arguments of a plain scan."""
    return ["scan", *paths]


def betterleaks_git(paths: Sequence[str]) -> list[str]:
    """Return arguments to scan a whole history with default options."""
    return ["git", *betterleaks_plain(paths)[1:]]


def betterleaks_staged(paths: Sequence[str]) -> list[str]:
    """Return the arguments that its own hook uses."""
    return [*betterleaks_git(paths), "--staged"]


def kingfisher_history(paths: Sequence[str]) -> list[str]:
    """Return arguments to scan a whole history with default options."""
    return [*kingfisher(paths), "--git-history", "full"]


def kingfisher_staged(paths: Sequence[str]) -> list[str]:
    """Return the arguments that its own hook uses."""
    return [*kingfisher(paths), "--staged"]


def cat_file(paths: Sequence[str]) -> list[str]:
    """Return arguments to print every object; an audit through git cannot be faster."""
    asked = ["--batch-all-objects", "--batch", "--buffer", "--unordered"]
    return ["-C", *paths, "cat-file", *asked]


def wakeyscan_program(locations: Locations) -> str:
    """Return the executable under test."""
    return str(locations.wakeyscan)


def peer(program: str) -> Callable[[Locations], str]:
    """Return a function that locates an executable of the other scanners."""
    return lambda locations: str(locations.peers / "bin" / program)


FILES = (
    Contender("ripgrep", lambda _: "rg", ripgrep),
    Contender("wakeyscan", wakeyscan_program, scan),
    Contender("kingfisher", peer("kingfisher"), kingfisher),
    Contender("kingfisher --turbo", peer("kingfisher"), kingfisher_turbo),
    Contender("betterleaks", peer("betterleaks"), betterleaks),
    Contender("betterleaks, plain", peer("betterleaks"), betterleaks_plain),
)
START = (
    Contender("python -c pass", Locations.python, lambda _: ["-c", "pass"]),
    Contender("wakeyscan --version", wakeyscan_program, lambda _: ["--version"]),
    Contender("wakeyscan scan 3 files", wakeyscan_program, scan),
)
AUDIT = (
    Contender("wakeyscan audit", wakeyscan_program, lambda paths: ["audit", "--no-cache", *paths]),
    Contender("wakeyscan, again", wakeyscan_program, lambda paths: ["audit", *paths]),
    Contender("git cat-file", lambda _: "git", cat_file),
    Contender("kingfisher", peer("kingfisher"), kingfisher_history),
    Contender("betterleaks", peer("betterleaks"), betterleaks_git),
)
HOOK = (
    Contender("python -c pass", Locations.python, lambda _: ["-c", "pass"]),
    Contender("wakeyscan hook", wakeyscan_program, lambda _: ["hook", "pre-commit"]),
    Contender("kingfisher", peer("kingfisher"), kingfisher_staged),
    Contender("betterleaks", peer("betterleaks"), betterleaks_staged),
)


def median(values: Iterable[float]) -> float:
    """Return the median."""
    ordered = sorted(values)
    low, high = ordered[(len(ordered) - 1) // 2], ordered[len(ordered) // 2]
    return (low + high) / 2


def read(path: str) -> str:
    """Return the text of a file of /proc, empty if its process has ended."""
    try:
        return Path(path).read_text()
    except OSError:
        return ""


def children(pid: int) -> list[int]:
    """Return the child processes."""
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for task in tasks for child in read(str(task)).split()]


def tree_memory(pid: int) -> float:
    """Return the proportional set size in MiB of a process and its descendants."""
    lines = read(f"/proc/{pid}/smaps_rollup").splitlines()
    own = sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return own / 1024 + sum(tree_memory(child) for child in children(pid))


def start(command: list[str]) -> int:
    """Start a command with its output discarded."""
    return os.posix_spawn(command[0], command, os.environ, file_actions=SILENT)


def warm_up(command: list[str]) -> float:
    """Run a command untimed; return the peak memory of its process tree in MiB."""
    pid, peak = start(command), 0.0
    while os.wait4(pid, os.WNOHANG)[0] == 0:
        peak = max(peak, tree_memory(pid))
        time.sleep(SAMPLE_SECONDS)
    return peak


def run(command: list[str]) -> Sample:
    """Run a command and return its cost."""
    begun = time.perf_counter()
    _, status, usage = os.wait4(start(command), 0)
    wall = time.perf_counter() - begun
    cpu = usage.ru_utime + usage.ru_stime
    return Sample(wall, cpu, usage.ru_maxrss / 1024, os.waitstatus_to_exitcode(status))


def line_up(field: Sequence[Contender], locations: Locations, paths: Sequence[str]) -> list[Lane]:
    """Return the installed contenders; print the others."""
    lanes = []
    for contender in field:
        program = shutil.which(contender.program(locations))
        if program is None:
            print(f"not installed: {contender.name} (no {contender.program(locations)})")
            continue
        lanes.append(Lane(contender.name, [program, *contender.arguments(paths)], [], []))
    return lanes


def race(lanes: list[Lane], rounds: int) -> None:
    """Run a warm-up round, then the timed rounds, with the lanes in turns."""
    for lane in lanes:
        lane.tree.append(warm_up(lane.command))
    for number in range(rounds):
        for lane in lanes:
            lane.samples.append(run(lane.command))
        print(f"round {number + 1} of {rounds} done", file=sys.stderr)


def row(lane: Lane, first: Lane) -> str:
    """Return the row of a lane."""
    pairs = zip(lane.samples, first.samples, strict=True)
    return ROW.format(
        lane.name,
        f"{median(sample.wall for sample in lane.samples):.3f}",
        f"{median(sample.cpu for sample in lane.samples):.3f}",
        f"{max(sample.peak for sample in lane.samples):.1f}",
        f"{max(lane.tree):.1f}",
        f"{median(mine.wall / theirs.wall for mine, theirs in pairs):.2f}",
        ",".join(str(code) for code in sorted({sample.exit for sample in lane.samples})),
    )


def report(lanes: list[Lane]) -> None:
    """Print the table."""
    for lane in lanes:
        print("$", *lane.command)
    print(ROW.format(*HEAD))
    for lane in lanes:
        print(row(lane, lanes[0]))
    resident = int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGESIZE")
    print(LEGEND.format(resident / MIB))


def run_race(field: Sequence[Contender], options: argparse.Namespace, paths: Sequence[str]) -> None:
    """Run one race and print its result."""
    lanes = line_up(field, Locations(options.wakeyscan, options.peers), paths)
    if not lanes:
        raise SystemExit("nothing to run")
    race(lanes, options.rounds)
    report(lanes)


def small_files(folder: Path) -> list[str]:
    """Write three harmless files and return their paths."""
    texts = {"a.py": "print('a')\n", "b.json": '{"b": 1}\n', "c.md": "# c\n"}
    for name, text in texts.items():
        (folder / name).write_text(text)
    return [str(folder / name) for name in texts]


def arguments() -> argparse.Namespace:
    """Return the parsed command line."""
    beside = Path(sys.executable).parent
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--wakeyscan", type=Path, default=beside / "wakeyscan")
    common.add_argument("--peers", type=Path, default=beside.parent, metavar="VENV")
    common.add_argument("--rounds", type=int, default=5)
    parser = argparse.ArgumentParser(description=__doc__)
    races = parser.add_subparsers(dest="race", required=True)
    files = races.add_parser("files", parents=[common], help="scan a tree")
    files.add_argument("dir", type=Path)
    races.add_parser("start", parents=[common], help="start up, and scan three small files")
    audit = races.add_parser("audit", parents=[common], help="scan a whole history")
    audit.add_argument("dir", type=Path)
    hook = races.add_parser(
        "hook", parents=[common], help="scan the staged changes of a repository"
    )
    hook.add_argument("dir", type=Path)
    return parser.parse_args()


def main() -> None:
    """Run the requested race."""
    options = arguments()
    if options.race == "files":
        return run_race(FILES, options, [str(options.dir)])
    if options.race == "audit":
        return run_race(AUDIT, options, [str(options.dir)])
    if options.race == "hook":
        os.chdir(options.dir)  # where git would run it
        return run_race(HOOK, options, ["."])
    with tempfile.TemporaryDirectory() as folder:
        return run_race(START, options, small_files(Path(folder)))


if __name__ == "__main__":
    main()
