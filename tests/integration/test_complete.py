"""Whatever is left out, the exit code and every report say so.

Each case leaves out one thing of a clean input, in another stage. A new stage that can leave
something out gets a case here.
"""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.support.archives import zipped
from tests.support.reports import FORMATS
from tests.support.repositories import Repo

Break = Callable[[Repo], None]


class Case(NamedTuple):
    """An input that cannot be scanned as a whole."""

    leave_out: Break
    command: tuple[str, ...]
    reason: str


def special(repo: Repo) -> None:
    (repo.top / "a").unlink()
    os.mkfifo(repo.top / "a")


def deep(repo: Repo) -> None:
    content = b"x"
    for _ in range(10):
        content = zipped({"a": content})
    repo.write({"a.zip": content})


def cut(repo: Repo) -> None:
    repo.write({"a.zip": zipped({"a": b"x" * 5000, "b": os.urandom(5000)})[:-100]})


def large(repo: Repo) -> None:
    repo.stage({"b": "x" * 2000})


def lose(revision: str) -> Break:
    """Delete a loose object."""

    def leave_out(repo: Repo) -> None:
        repo.commit({"b": "lost\n"})
        repo.commit({"b": "kept\n"})
        name = repo.id(revision)
        (repo.top / ".git/objects" / name[:2] / name[2:]).unlink()

    return leave_out


def stage_lost(repo: Repo) -> None:
    repo.stage({"b": "lost\n"})
    name = repo.id(":b")
    (repo.top / ".git/objects" / name[:2] / name[2:]).unlink()


def conflict(repo: Repo) -> None:
    repo.git("switch", "-q", "-c", "side")
    repo.commit({"a": "side\n"})
    repo.git("switch", "-q", "main")
    repo.commit({"a": "main\n"})
    assert repo.attempt("merge", "-q", "side").code == 1


def shallow(repo: Repo) -> None:
    repo.write({".git/shallow": repo.id("HEAD") + "\n"})


def without_index(repo: Repo) -> None:
    repo.git("gc", "-q")
    (listing,) = (repo.top / ".git/objects/pack").glob("*.idx")
    listing.unlink()


def damaged_object(repo: Repo) -> None:
    repo.write({f".git/objects/00/{'1' * 38}": zlib.compress(b"blob 9\0x")})


def missing_alternate(repo: Repo) -> None:
    lose("HEAD~1:b")(repo)
    repo.write({".git/objects/info/alternates": str(repo.top / "nowhere") + "\n"})


SCAN, AUDIT = ("scan", "."), ("audit", ".")
CASES = {
    "special file": Case(special, SCAN, "FIFO"),
    "large file": Case(large, (*SCAN, "--max-file-size=1k"), "larger than --max-file-size"),
    "deep archive": Case(deep, SCAN, "is nested in"),
    "archive that is cut short": Case(cut, SCAN, "in zip: "),
    "conflict": Case(conflict, ("scan", "staged:"), "has merge conflicts"),
    "large staged file": Case(large, ("scan", "staged:", "--max-file-size=1k"), "larger than"),
    "staged file without its object": Case(stage_lost, ("scan", "staged:"), "missing"),
    "hook": Case(stage_lost, ("hook", "pre-commit"), "missing"),
    "blob of a range": Case(lose("HEAD~1:b"), ("scan", "git:HEAD"), "missing"),
    "blob of an audit": Case(lose("HEAD~1:b"), AUDIT, "missing"),
    "tree of an audit": Case(lose("HEAD~1^{tree}"), AUDIT, "missing"),
    "commit of an audit": Case(lose("HEAD~1"), AUDIT, "history cannot be read"),
    "shallow history": Case(shallow, AUDIT, "shallow"),
    "pack without an index": Case(without_index, AUDIT, "pack without an index"),
    "damaged object": Case(damaged_object, AUDIT, ""),
    "object of an alternate": Case(missing_alternate, AUDIT, "missing"),
}


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    repo = Repo(tmp_path / "repo", env={"XDG_CACHE_HOME": str(tmp_path / "cache")})
    repo.commit({"a": "nothing\n"})
    return repo


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_everything_skipped_makes_a_run_incomplete(repo: Repo, case: Case) -> None:
    case.leave_out(repo)
    ran = repo.run(*case.command, "--format=json")
    report = json.loads(ran.out)
    assert (ran.code, report["findings"], report["complete"]) == (3, [], False)
    reasons = [one["reason"] for one in report["skipped"] if one["gap"]]
    assert any(case.reason in reason for reason in reasons), report["skipped"]


@pytest.mark.parametrize("shape", FORMATS)
def test_every_report_lists_a_skipped_file(repo: Repo, shape: str) -> None:
    special(repo)
    ran = repo.run("scan", ".", f"--format={shape}")
    assert (ran.code, "FIFO, not scanned" in ran.out) == (3, True), ran.out[-600:]


def test_quiet_output_mentions_an_incomplete_scan(repo: Repo) -> None:
    special(repo)
    ran = repo.run("scan", ".", "--quiet")
    assert (ran.code, "incomplete" in ran.out) == (3, True)


@pytest.mark.parametrize("command", sorted({case.command for case in CASES.values()}), ids=" ".join)
def test_a_run_that_skips_nothing_is_complete(repo: Repo, command: tuple[str, ...]) -> None:
    """Otherwise the other tests would prove nothing."""
    repo.commit({"b": "kept\n"})
    ran = repo.run(*command, "--format=json")
    assert (ran.code, json.loads(ran.out)["complete"]) == (0, True)
