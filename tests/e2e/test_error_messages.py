"""Errors that users cause: one line that says what, where and what to do, in words of ours."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from tests.support.command import WAKEYSCAN, Ran, start_program
from tests.support.files import write
from tests.support.repositories import Repo

PYTHON_WORDS = re.compile(
    r"\[Errno|Expecting |codec can't|object is not|indices must|Traceback|invalid literal|NoneType"
)

FILES = {
    "bad.json": b"{",
    "list.json": b"[]",
    "latin.json": b'{"schema": "\xe9"}',
    "empty.json": b"{}",
    "typed.json": b'{"schema":"wakeyscan-report/1","command":1,"targets":1,"findings":1,"keys":1}',
    "bad.toml": b"fail-on = ",
    "folder/x": b"x",
}
ERRORS = {
    "scan nowhere": "nowhere: no such file or directory",
    "scan --config nowhere": "nowhere: cannot be read: No such file or directory",
    "scan --config folder": "folder: cannot be read: Is a directory",
    "scan --config bad.toml": "bad.toml: invalid TOML: ",
    "scan --rules nowhere": "nowhere: cannot be read as a rules folder: ",
    "scan --rules x.json": "x.json: cannot be read as a rules folder: ",
    "scan --ignore-file nowhere": "nowhere: no such file or directory",
    "scan -o folder": "folder: the report cannot be written: Is a directory",
    "scan --report json": "--report: expected NAME=FILE",
    "scan -f jsno": "unknown report format 'jsno'",
    "scan --fail-on hihg": "--fail-on: expected one of note, low, medium, high, critical, never",
    "scan --jobs x": "--jobs: expected a whole number, got 'x'",
    "scan git:nowhere..HEAD": "unknown revision 'nowhere'",
    "scna": "unknown command 'scna'; did you mean 'scan'?",
    "folder": "unknown command 'folder'; for the file or folder, write: wakeyscan scan folder",
    "scan agents:,": "agents:,: names no assistant; agents: scans all of them",
    "audit nowhere": "nowhere: is not a git repository; to scan files, use wakeyscan scan",
    "audit git@example.org:o/r": "audit https://example.org/o/r, or clone it",
    "audit example.org:o/r": "audit https://example.org/o/r, or clone it",
    "audit ssh://git@example.org:22/o/r": "audit https://example.org/o/r, or clone it",
    "audit ssh://example.org/o/r": "audit https://example.org/o/r, or clone it",
    "audit svn://example.org/o/r": "only https:// and file:// URLs can be cloned",
    "audit https://[::1": "https://[::1: is not a valid URL; check its host",
    "audit https://u:p@[zz]/": "wakeyscan: https://[zz]/: is not a valid URL; check its host",
    "audit file://[::1/x": "file://[::1/x: is not a valid URL; check its host",
    "audit https://a\u2100.b/": ".b/: is not a valid URL; check its host",
    "audit file:///nowhere": "file:///nowhere: cannot be cloned: ",
    "audit a b": "wakeyscan audit: expected one repository, got several",
    "audit --since soon": "--since: expected a date such as 2026-01-31",
    "verify nowhere": "nowhere: cannot be read: No such file or directory",
    "verify folder": "folder/report.json: cannot be read: No such file or directory",
    "verify bad.json": "invalid JSON in line 1; write one with --report json=FILE",
    "report list.json": "list.json: not a JSON report of wakeyscan: a field has a value of another",
    "report latin.json": "latin.json: not a JSON report of wakeyscan: ",
    "report empty.json": "the field 'schema' is missing; write one with --report json=FILE",
    "report typed.json": "typed.json: not a JSON report of wakeyscan: ",
    "report": "wakeyscan report: expected one JSON report",
    "verify": "standard input: no keys found; pass them one per line, or name a JSON report",
    "rules new": "wakeyscan rules new: wrong operands; expected wakeyscan rules new ID",
    "rules new A_B": "'A_B': invalid rule id; write it with a-z, 0-9 and - only",
    "rules new x --rules bad.json": "bad.json: is not a folder; name another one with --rules",
    "rules show nowhere": "unknown rule 'nowhere'",
    "rules export nowhere": "unknown export format 'nowhere'",
    "ignore remove 123456": "'123456': no entry matches; list them with wakeyscan ignore list",
    "ignore add 123456": "--reason is missing: say why the findings are accepted",
    "ignore add --from nowhere --reason x": "nowhere: cannot be read: No such file or directory",
    "ignore import folder --reason x": "folder: cannot be read: Is a directory",
    "hook nowhere": "unknown hook stage 'nowhere'",
    "hook instal": "unknown hook stage 'instal'; did you mean 'install'?",
    "hook agnt": "unknown hook stage 'agnt'; did you mean 'agent'?",
    "hook commit-msg nowhere": "nowhere: cannot be read: No such file or directory",
    "config schema nowhere": "unknown schema 'nowhere'",
    "completion": "wakeyscan completion: name one shell: bash, fish, powershell, zsh",
    "action": "GITHUB_EVENT_PATH is not set: this command runs in a job of GitHub Actions",
}


@pytest.fixture(scope="module")
def repo(tmp_path_factory: pytest.TempPathFactory) -> Repo:
    repo = Repo(tmp_path_factory.mktemp("repo"))
    write(repo.top, {**FILES, "x.json": b""})
    repo.commit({"a": "x"})
    return repo


@pytest.mark.parametrize("line", ERRORS)
def test_an_error_is_one_line_without_python_terms(repo: Repo, line: str) -> None:
    ran = repo.run(*line.split())
    said = [row for row in (ran.out + ran.err).splitlines() if not row.startswith("::error")]
    assert ran.code == 2
    assert len(said) == 1
    assert ERRORS[line] in said[0]
    assert re.match(r"wakeyscan(?: [a-z-]+)*: (?!wakeyscan )", said[0])
    assert not PYTHON_WORDS.search(ran.out + ran.err)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no limit of a file's size")
@pytest.mark.parametrize("line", ["audit", "audit URL", "fix --plan"])
def test_a_run_without_a_temporary_folder_says_what_to_set(repo: Repo, line: str) -> None:
    arguments = line.replace("URL", repo.top.as_uri()).split()
    limited = ["sh", "-c", 'ulimit -f 0 && exec "$@"', "sh", WAKEYSCAN, *arguments]
    said = "wakeyscan: no folder for temporary files is writable: set TMPDIR to one\n"
    assert start_program(limited, repo.top, env=repo.env) == Ran(2, "", said)


@pytest.mark.skipif(os.name == "nt", reason="Windows removes no folder that is in use")
@pytest.mark.parametrize("line", ["scan", "scan -", "doctor", "fleet x", "hook pre-commit"])
def test_a_run_in_a_removed_folder_says_so(repo: Repo, line: str) -> None:
    script = 'mkdir gone && cd gone && rmdir ../gone && exec "$@"'
    ran = start_program(["sh", "-c", script, "sh", WAKEYSCAN, *line.split()], repo.top)
    said = "wakeyscan: the current folder no longer exists; change to another one\n"
    assert (ran.code, ran.out, ran.err.splitlines(keepends=True)[-1]) == (2, "", said)


@pytest.mark.skipif(os.name == "nt", reason="a shell of POSIX redirects")
@pytest.mark.parametrize("line", ["scan -", "verify", "hook agent", "hook pre-push"])
def test_a_standard_input_that_is_not_readable_is_named(repo: Repo, line: str) -> None:
    script = 'exec "$@" 0>written'
    ran = start_program(["sh", "-c", script, "sh", WAKEYSCAN, *line.split()], repo.top)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("wakeyscan: standard input cannot be read; ")


def test_no_module_prints_the_str_of_an_os_error() -> None:
    """`str` of an OSError begins with `[Errno 2]`: messages use `strerror`."""
    package = Path(__file__).parents[2] / "wakeyscan"
    shown = re.compile(
        r"except (?:\([^)]*)?OSError[^:]*as (\w+):\n(?:(?!except ).*\n){0,3}.*\{\1\}"
    )
    assert [
        path.name for path in package.rglob("*.py") if shown.search(path.read_text("utf-8"))
    ] == []
