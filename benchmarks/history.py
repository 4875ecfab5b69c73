"""Write a deterministic history to audit, with keys in it on demand."""

from __future__ import annotations

import argparse
import random
import subprocess
from collections.abc import Iterator
from pathlib import Path

from benchmarks.tree import BASE62, PREFIX, SEED, python_line

FILES, LINES, EDITS = 400, 150, 2
START = 1_600_000_000
HOUR = 3600


def paths() -> list[str]:
    """Return the paths of the tree, twenty files per folder."""
    return [f"part{n // 20:02}/module{n:03}.py" for n in range(FILES)]


def commands(commits: int, keys: int) -> Iterator[bytes]:
    """Yield commands for `git fast-import`; each commit rewrites a few lines of two files."""
    rng = random.Random(SEED)
    text = {path: [python_line(rng) for _ in range(LINES)] for path in paths()}
    step = max(1, commits // keys) if keys else 0
    for number in range(commits):
        chosen = rng.sample(paths(), EDITS) if number else paths()
        for path in chosen if number else []:
            lines = text[path]
            lines[rng.randrange(len(lines))] = python_line(rng)
            lines.insert(rng.randrange(len(lines)), python_line(rng))
            del lines[rng.randrange(len(lines))]
        if step and number % step == step // 2:
            text[chosen[0]][0] = f'TOKEN = "{PREFIX}{"".join(rng.choices(BASE62, k=40))}"'
        elif chosen:
            text[chosen[0]][0] = ""
        yield commit(number, {path: "\n".join(text[path]) for path in chosen})
    yield b"done\n"


def commit(number: int, files: dict[str, str]) -> bytes:
    """Return a commit, one hour after the previous one."""
    who = f"A U Thor <author@example.com> {START + number * HOUR} +0000"
    parts = [b"commit refs/heads/main\n", f"committer {who}\n".encode(), data(f"Commit {number}")]
    for path, text in files.items():
        parts += [f"M 100644 inline {path}\n".encode(), data(text)]
    return b"".join(parts)


def data(text: str) -> bytes:
    """Return a text with its length."""
    content = text.encode()
    return b"data %d\n%s\n" % (len(content), content)


def main() -> None:
    """Write the history and pack it like a clone."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--commits", type=int, default=10_000)
    parser.add_argument("--keys", type=int, default=0)
    options = parser.parse_args()
    git = ["git", "-C", str(options.folder)]
    options.folder.mkdir(parents=True)
    subprocess.run([*git, "init", "-q", "--bare", "-b", "main"], check=True)
    command = [*git, "fast-import", "--quiet", "--done"]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as process:
        assert process.stdin
        process.stdin.writelines(commands(options.commits, options.keys))
    if process.returncode:
        raise SystemExit("git fast-import failed")
    subprocess.run([*git, "repack", "-q", "-a", "-d", "-f"], check=True)


if __name__ == "__main__":
    main()
