"""`wakeyscan doctor`: what is wrong, and what to do about it."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support.command import Ran
from tests.support.repositories import ON_PATH, Repo

pytestmark = pytest.mark.skipif(
    "backports" in os.environ.get("PYTHON_WITHOUT", ""), reason="a required library is missing"
)

STAGES = ("commit-msg", "pre-commit", "pre-merge-commit", "pre-push", "pre-receive")


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    repo = Repo(tmp_path / "repo")
    repo.env["XDG_CACHE_HOME"] = str(tmp_path / "cache")
    return repo


def check(repo: Repo, *arguments: str, **more: str) -> tuple[int, dict[str, dict[str, Any]]]:
    ran = repo.run("doctor", "--format", "json", *arguments, env={**repo.env, **more})
    assert ran.err == ""
    report = ran.json()
    assert report["ok"] == (ran.code == 0)
    return ran.code, {one["name"]: one for one in report["checks"]}


def problems(checks: dict[str, dict[str, Any]]) -> list[str]:
    return [name for name, one in checks.items() if one["state"] == "problem"]


def test_a_healthy_repository_has_no_problem(repo: Repo) -> None:
    repo.install("pre-commit")
    code, checks = check(repo)
    assert (code, problems(checks)) == (0, [])
    assert checks["hook pre-commit"]["state"] == "ok"
    assert checks["hook pre-push"]["text"] == "not installed"
    assert "git version" in checks["git"]["text"]
    assert checks["regex"]["state"] == "ok"
    ran = repo.run("doctor", env=repo.env)
    assert (ran.code, ran.err, ran.out.splitlines()[-1]) == (0, "", "Nothing is wrong.")


def make_stale(repo: Repo) -> None:
    file = repo.top / ".git/hooks/pre-commit"
    file.write_text(file.read_text().replace(" (0.", " (0.0.", 1))


def make_broken(repo: Repo) -> None:
    (repo.top / ".git/hooks/pre-commit").chmod(0o644)


def make_shadowed(repo: Repo) -> None:
    repo.git("config", "core.hooksPath", "other")


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        pytest.param(make_stale, "stale: written by another version", id="stale"),
        pytest.param(make_broken, "the file is not executable", id="not executable"),
        pytest.param(make_shadowed, "shadowed: not run: ", id="shadowed"),
    ],
)
def test_a_hook_that_does_not_run_as_installed_is_a_problem(
    repo: Repo, damage: Any, said: str
) -> None:
    repo.install("pre-commit")
    damage(repo)
    code, checks = check(repo)
    assert (code, problems(checks)) == (1, ["hook pre-commit"])
    assert said in checks["hook pre-commit"]["text"]
    assert checks["hook pre-commit"]["advice"] == "wakeyscan hook install pre-commit"


@pytest.mark.parametrize(
    ("files", "name", "said"),
    [
        ({".wakeyscan.toml": "fail_on = 1"}, "configuration", "did you mean 'fail-on'?"),
        ({".wakeyscan.toml": "fail-on = 'x'"}, "configuration", "expected one of note"),
        ({".wakeyscanignore": "nonsense # x"}, "ignore file", ".wakeyscanignore:1: "),
        ({".wakeyscan.toml": "rules = 'mine'", "mine/a.toml": "title = 1"}, "rules", "mine/a.toml"),
        ({".wakeyscan.toml": "rules = 'none'"}, "rules", "No such file"),
    ],
)
def test_a_file_that_cannot_be_used_is_a_problem(
    repo: Repo, files: dict[str, str], name: str, said: str
) -> None:
    repo.write(files)
    code, checks = check(repo)
    assert (code, problems(checks)) == (1, [name])
    assert said in checks[name]["text"]
    assert checks[name]["advice"]


ALLOW = '[[allow]]\npath = "{}"\nreason = "test data"\n'


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (ALLOW.format("a") + "rule = 'wastack-apikey'\n", "wastack-apikey"),
        ("[rule.wastack-apikey]\nenabled = false\n", "wastack-apikey"),
    ],
    ids=["allow", "override"],
)
def test_an_unknown_rule_in_the_configuration_is_a_problem(
    repo: Repo, text: str, name: str
) -> None:
    repo.write({".wakeyscan.toml": text, "a": "x"})
    code, checks = check(repo)
    assert (code, problems(checks)) == (1, ["policy"])
    said = f".wakeyscan.toml: unknown rule {name!r} "
    assert checks["policy"]["text"].startswith(said)
    assert checks["policy"]["text"].endswith("did you mean 'wastack-api-key'?")
    for command in (["scan"], ["audit"], ["hook", "pre-commit"]):
        ran = repo.run(*command, env=repo.env)
        assert (ran.code, ran.out) == (2, "")
        assert said in ran.err


def test_an_allowed_path_without_files_is_a_note(repo: Repo) -> None:
    paths = ("fixtures/", "*.md", "/fixture/", "doc/*.txt", "ignored")
    repo.write({".wakeyscan.toml": "".join(map(ALLOW.format, paths)), ".gitignore": "ignored"})
    repo.write({"fixtures/a": "x", "sub/README.md": "x", "sub/docs/a.txt": "x", "ignored": "x"})
    code, checks = check(repo)
    assert (code, checks["policy"]["state"]) == (0, "note")
    assert checks["policy"]["text"] == (
        ".wakeyscan.toml: no file that a scan reads is at the allowed /fixture/, doc/*.txt, ignored"
    )
    ran = repo.run("doctor", "--format=json", env=repo.env, cwd="sub")
    there = {one["name"]: one for one in ran.json()["checks"]}
    assert "at the allowed /fixture/, doc/*.txt, ignored" in there["policy"]["text"]


def test_allowed_paths_with_files_are_counted(repo: Repo) -> None:
    repo.write({".wakeyscan.toml": ALLOW.format("a"), "a": "x"})
    code, checks = check(repo)
    assert (code, checks["policy"]["state"]) == (0, "ok")
    assert checks["policy"]["text"] == ".wakeyscan.toml: 1 allowed path"


def test_an_expired_entry_is_only_a_note(repo: Repo, tmp_path: Path) -> None:
    repo.write({".wakeyscanignore": f"{'a' * 32} until=2020-01-01 # old\n"})
    code, checks = check(repo)
    assert (code, checks["ignore file"]["state"]) == (0, "note")
    assert checks["ignore file"]["advice"] == "wakeyscan ignore prune"


def test_a_folder_without_git_is_checked_too(tmp_path: Path) -> None:
    top = tmp_path / "plain"
    top.mkdir()
    repo = Repo.__new__(Repo)
    repo.top, repo.env = top, {**ON_PATH, "XDG_CACHE_HOME": str(tmp_path)}
    code, checks = check(repo)
    assert (code, checks["hooks"]["state"]) == (0, "note")
    nowhere = str(tmp_path / "nowhere")
    code, checks = check(repo, PATH=nowhere)
    assert (code, problems(checks)) == (1, ["git"])


@pytest.mark.skipif(sys.platform == "win32", reason="no FIFO")
def test_a_repository_that_git_cannot_open_is_a_problem(repo: Repo) -> None:
    head = repo.top / ".git" / "HEAD"
    head.unlink()
    os.mkfifo(head)
    code, checks = check(repo)
    assert (code, problems(checks)) == (1, ["hooks"])
    assert f"{head}, which is a FIFO" in checks["hooks"]["text"]
    assert checks["hooks"]["advice"]


def test_a_cache_that_cannot_be_written_is_a_problem(repo: Repo, tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file")
    code, checks = check(repo)
    assert (code, problems(checks)) == (1, ["cache"])


def test_doctor_takes_no_operands(repo: Repo) -> None:
    ran = repo.run("doctor", "x")
    assert isinstance(ran, Ran) and (ran.code, ran.out) == (2, "")
