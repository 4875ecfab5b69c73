"""The inputs of the jobs: trees, histories and staged changes, with planted keys in them."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks.tree import BASE62, PREFIX
from wakeyscan.extractors.file_types import detect_format

PLANTED = 5
"""Keys in each input."""

_HEAD = 1024
"""Bytes that distinguish an archive from other files."""


def name_planted(kind: str) -> tuple[str, ...]:
    """Return the names of the files with planted keys."""
    return tuple(f"planted-{kind}-{number}.py" for number in range(PLANTED))


def plant(folder: Path, kind: str) -> Path:
    """Write files with a key each; keys are made at run time."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in name_planted(kind):
        (folder / name).write_text(_build_line())
    return folder


def _build_line() -> str:
    return f'KEY = "{PREFIX}{"".join(random.choices(BASE62, k=40))}"\n'


def generate_tree(folder: Path) -> Path:
    """Write a tree of 20,000 files and 400 MB."""
    size = ("--files", "20000", "--bytes", "400000000")
    _run_module("benchmarks.tree", str(folder), *size)
    return folder


def generate_history(folder: Path) -> Path:
    """Write a repository of 5,000 commits."""
    _run_module("benchmarks.history", str(folder), "--commits", "5000")
    return folder


def _run_module(module: str, *arguments: str) -> None:
    subprocess.run(
        [sys.executable, "-m", module, *arguments], stdout=subprocess.DEVNULL, check=True
    )


def link_without_archives(tree: Path, folder: Path) -> Path | None:
    """Link all files of a tree but archives; `None` if they are on another file system."""
    try:
        for file in _list_files(tree):
            with open(file, "rb") as opened:
                head = opened.read(_HEAD)
            if not detect_format(head, len(head)):
                target = folder / file.relative_to(tree)
                target.parent.mkdir(parents=True, exist_ok=True)
                os.link(file, target)
    except OSError:
        return None
    return folder


def _list_files(tree: Path) -> Iterator[Path]:
    for folder, _, names in os.walk(tree):
        paths = (Path(folder, name) for name in names)
        yield from (path for path in paths if path.is_file() and not path.is_symlink())


def measure_tree(tree: Path) -> tuple[int, int]:
    """Return the number of files, and their bytes."""
    sizes = [file.stat().st_size for file in _list_files(tree)]
    return len(sizes), sum(sizes)


def borrow_repository(repository: Path, folder: Path) -> Path:
    """Clone a repository, borrowing its objects; add a commit with keys, and one without them."""
    clone = ["git", "clone", "--quiet", "--mirror", "--shared", str(repository), str(folder)]
    subprocess.run(clone, check=True)
    names = name_planted("history")
    added = b"".join(
        b"M 100644 inline %b\n" % name.encode() + _data(_build_line()) for name in names
    )
    removed = b"".join(b"D %b\n" % name.encode() for name in names)
    _import(folder, _commit(1, added) + _commit(2, removed))
    return folder


def add_commit(folder: Path, number: int) -> None:
    """Add a commit to the branch of a borrowed repository."""
    changed = b"M 100644 inline notes.txt\n" + _data(f"Note {number}\n" * 20)
    _import(folder, _commit(number, b"from refs/heads/benchmark^0\n" + changed))


def count_objects(folder: Path) -> tuple[int, int]:
    """Return the number of commits, and of all objects."""
    git = ["git", "-C", str(folder)]
    commits = subprocess.run(
        [*git, "rev-list", "--all", "--count"], capture_output=True, check=True
    )
    check = ["cat-file", "--batch-all-objects", "--batch-check=", "--unordered"]
    objects = subprocess.run([*git, *check], capture_output=True, check=True)
    return int(commits.stdout), objects.stdout.count(b"\n")


def _import(folder: Path, commands: bytes) -> None:
    command = ["git", "-C", str(folder), "fast-import", "--quiet", "--done"]
    subprocess.run(command, input=commands + b"done\n", check=True)


def _commit(number: int, changes: bytes) -> bytes:
    who = f"committer A U Thor <author@example.com> {1_600_000_000 + number} +0000\n"
    head = f"commit refs/heads/benchmark\n{who}".encode()
    return head + _data(f"Commit {number}\n") + changes


def _data(text: str) -> bytes:
    return b"data %d\n%b\n" % (len(text.encode()), text.encode())


def stage(folder: Path, *, planted: bool) -> Path:
    """Write a repository in which three changed files are staged, one of them with a key."""
    git = ["git", "-C", str(folder), "-c", "user.name=a", "-c", "user.email=a@example.com"]
    subprocess.run(["git", "init", "--quiet", str(folder)], check=True)
    name = name_planted("hook")[0]
    before = {name: "a = 1\n", "b.json": '{"b": 1}\n', "c.md": "# Words\n"}
    after = {name: "a = 2\n", "b.json": '{"b": 2}\n', "c.md": "# More words\n"}
    for texts, then in ((before, ["commit", "--quiet", "-m", "first"]), (after, [])):
        for path, text in texts.items():
            (folder / path).write_text(text)
        if planted and not then:
            (folder / name).write_text(f"a = 2\n{_build_line()}")
        subprocess.run([*git, "add", "."], check=True)
        if then:
            subprocess.run([*git, *then], check=True)
    return folder
