"""Fleets of real repositories, and their results."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from tests.support.command import Ran, Run, execute
from tests.support.repositories import Repo

RESULTS = "wakeyscan-fleet"


def make_clones(folder: Path, files: dict[str, dict[str, str]]) -> dict[str, Repo]:
    """Make a repository of one commit for each name."""
    repos = {}
    for name, content in files.items():
        repos[name] = Repo(folder / name)
        repos[name].commit(content)
    return repos


def make_plain_clones(folder: Path, count: int, make_key: Callable[[], str]) -> list[str]:
    """Make repositories with one commit quickly; every third one has a key, all have one."""
    shared = make_key()
    names = [f"r{number:03}" for number in range(count)]
    lines = [f"git init -q -b main {name}" for name in names]
    for number, name in enumerate(names):
        (folder / name).mkdir(parents=True)
        own = f"\n{make_key()}\n" if number % 3 == 0 else ""
        (folder / name / "app.py").write_text(f"k = '{shared}'{own}")
        lines.append(f"git -C {name} add -A")
        lines.append(f"git -C {name} commit -q --no-verify -m {name}")
    ran = execute(["sh", "-ec", "\n".join(lines)], folder)
    assert ran.code == 0, ran.err
    return names


def read_lines(folder: Path, name: str) -> list[Any]:
    """Read a file of JSON lines from the results."""
    return [json.loads(line) for line in (folder / name).read_text("utf-8").splitlines()]


def read_rows(folder: Path) -> dict[str, Any]:
    """Read the repositories of the results by their names."""
    rows = read_lines(folder, "repositories.jsonl")
    assert len({row["repository"] for row in rows}) == len(rows)
    return {row["repository"]: row for row in rows}


def summarize(folder: Path) -> set[tuple[str, str, str, int]]:
    """Return repository, fingerprint, path and line of each finding; none may be there twice."""
    findings = [
        (one["repository"], one["fingerprint"], one["path"], one["line"])
        for one in read_lines(folder, "findings.jsonl")
    ]
    assert len(set(findings)) == len(findings)
    return set(findings)


def summarize_alone(
    run: Callable[..., Ran], folder: Path, names: Iterable[str]
) -> set[tuple[str, str, str, int]]:
    """Audit each repository alone; return the same as `summarize`."""
    return {
        (name, one["fingerprint"], one["path"], one["line"])
        for name in names
        for one in run("audit", "-f", "json", str(folder / name)).json()["findings"]
    }


def replace_git(folder: Path, repository: str, action: str) -> dict[str, str]:
    """Return a PATH with a git that does something else in the audit of one repository."""
    folder.mkdir()
    program = folder / "git"
    program.write_text(
        f"#!/bin/sh\ncase $GIT_ALTERNATE_OBJECT_DIRECTORIES in *{repository}*) {action};; esac\n"
        f'exec {shutil.which("git")} "$@"\n'
    )
    program.chmod(0o755)
    return {"PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"}


def add_many_refs(repo: Repo) -> None:
    """Add so many refs to a repository that its audit needs over 200 MB."""
    head = repo.git("rev-parse", "HEAD").strip()
    lines = "".join(f"{head} refs/tags/t{number:09}\n" for number in range(600_000))
    (repo.top / ".git" / "packed-refs").write_text(f"# pack-refs with: sorted \n{lines}")


def find_text(folder: Path, text: str) -> list[str]:
    """List the files below a folder that contain a text, other than git's objects."""
    return [
        str(path)
        for path in folder.rglob("*")
        if path.is_file() and text.encode() in path.read_bytes()
    ]


def run_with_processes(run: Run) -> Run:
    """Return a function that runs wakeyscan, without a cluster (see test_fleet_cluster)."""

    def run_without_dask(*arguments: str, env: Mapping[str, str] | None = None) -> Ran:
        return run(*arguments, env={"WAKEYSCAN_EXECUTOR": "processes", **(env or {})})

    return run_without_dask
