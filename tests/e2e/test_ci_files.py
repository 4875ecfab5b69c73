"""Files for CI systems and containers: they follow the schemas, and their commands find keys."""

from __future__ import annotations

import re
import shlex
import sys
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from tests.support.command import Ran, execute
from tests.support.files import write
from tests.support.keys import MakeKey, fingerprint, mask
from tests.support.repositories import Repo
from tests.support.runner import ROOT
from wakeyscan import __version__

PAGE = (ROOT / "docs" / "ci.md").read_text("utf-8")
GITLAB = ROOT / "ci" / "gitlab.yml"
DESCRIPTOR = ROOT / "mega-linter-plugin-wakeyscan" / "wakeyscan.megalinter-descriptor.yml"
DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8")
FILES = [PAGE, GITLAB.read_text("utf-8"), DESCRIPTOR.read_text("utf-8")]


def find_block(heading: str) -> str:
    """Return the first block below a heading of the page."""
    (block,) = re.findall(rf"(?ms)^## {heading}\n.*?^```\w+\n(.*?)^```$", PAGE)
    return str(block)


@pytest.mark.parametrize(
    ("heading", "schema"),
    [
        ("Azure Pipelines", "azure-pipelines"),
        ("Bitbucket Pipelines", "bitbucket-pipelines"),
        ("CircleCI", "circle-ci"),
        ("GitLab", "gitlab-ci"),
        ("", "gitlab-ci"),
    ],
)
def test_a_file_follows_the_schema_of_its_system(tmp_path: Path, heading: str, schema: str) -> None:
    text = find_block(heading) if heading else GITLAB.read_text("utf-8")
    write(tmp_path, {"x.yml": text})
    options = ["--builtin-schema", f"vendor.{schema}", "--data-transform", "gitlab-ci"]
    checker = str(Path(sys.executable).with_name("check-jsonschema"))
    ran = execute([checker, *options[: 4 if schema == "gitlab-ci" else 2], "x.yml"], tmp_path)
    assert (ran.code, ran.err) == (0, ""), ran


def test_the_readme_includes_the_same_jobs() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    assert f"```yaml\n{find_block('GitLab')}```" in readme


class Change(NamedTuple):
    """A clone with a branch that adds a key, and removes it again, and an entry that ignores it."""

    repo: Repo
    base: str
    key: str


@pytest.fixture
def change(tmp_path: Path, make_key: MakeKey) -> Change:
    origin = Repo(tmp_path / "origin")
    origin.commit({"a": "x"})
    repo = Repo(tmp_path / "clone")
    repo.git("remote", "add", "origin", str(origin.top))
    repo.git("fetch", "-q", "origin")
    repo.git("checkout", "-qb", "feature", "origin/main")
    key = make_key()
    repo.commit({"b": key, ".wakeyscanignore": f"{fingerprint(key)} # trust me\n"})
    repo.commit({"b": "x"})
    return Change(repo, repo.id("origin/main"), key)


def run_script(change: Change, script: str, **variables: str) -> Ran:
    """Run a script as a job does, with the variables of its system."""
    env = {**change.repo.env, **variables}
    return execute(["sh", "-euc", script], change.repo.top, env=env)


def check_found(change: Change, ran: Ran) -> None:
    assert (ran.code, mask(change.key) in ran.out, change.key in ran.out) == (1, True, False), ran


JOBS: dict[str, Any] = yaml.safe_load(GITLAB.read_text("utf-8").replace("!reference ", ""))
GITLAB_SCRIPT = "\n".join(JOBS["wakeyscan"]["script"])
ZERO = "0" * 40


@pytest.mark.parametrize("before", [ZERO, "1" * 40, ""], ids=["new", "force-pushed", "same"])
@pytest.mark.parametrize("is_request", [True, False], ids=["merge request", "push"])
def test_gitlab_scans_what_a_change_adds(change: Change, is_request: bool, before: str) -> None:
    variables = {
        "CI_COMMIT_BEFORE_SHA": before or change.base,
        "CI_DEFAULT_BRANCH": "main",
        "CI_COMMIT_SHA": change.repo.id("HEAD"),
        **({"CI_MERGE_REQUEST_DIFF_BASE_SHA": change.base} if is_request else {}),
    }
    check_found(change, run_script(change, GITLAB_SCRIPT, **variables))
    for report in ("wakeyscan.json", "gl-code-quality-report.json"):
        assert mask(change.key) in (change.repo.top / report).read_text("utf-8")


def test_gitlab_audits_the_default_branch_without_a_previous_commit(change: Change) -> None:
    change.repo.git("update-ref", "refs/remotes/origin/main", "HEAD")
    change.repo.commit({".wakeyscanignore": ""})
    change.repo.git("update-ref", "refs/remotes/origin/main", "HEAD")
    head = change.repo.id("HEAD")
    variables = {"CI_COMMIT_BEFORE_SHA": ZERO, "CI_DEFAULT_BRANCH": "main", "CI_COMMIT_SHA": head}
    ran = run_script(change, GITLAB_SCRIPT, **variables)
    check_found(change, ran)
    assert "removed by" in ran.out


def test_gitlab_gets_a_security_report_from_the_saved_one(change: Change) -> None:
    (script,) = JOBS["wakeyscan-report"]["script"]
    change.repo.run("scan", "git:origin/main..HEAD", "--report", "json=wakeyscan.json")
    assert run_script(change, script) == Ran(0, "", "")
    saved = JOBS["wakeyscan-report"]["artifacts"]["reports"]["secret_detection"]
    assert '"scan"' in (change.repo.top / saved).read_text("utf-8")


COMMANDS = {
    "Azure Pipelines": "wakeyscan scan .*\n.*\n.*",
    "Bitbucket Pipelines": "git fetch .*|wakeyscan scan .*",
    "CircleCI": "wakeyscan scan .*",
    "Jenkins": r"git fetch .*(?=')|wakeyscan scan .*(?=')",
}
VARIABLES = {"BITBUCKET_PR_DESTINATION_BRANCH": "main", "CHANGE_TARGET": "main"}


@pytest.mark.parametrize("heading", COMMANDS)
def test_the_commands_of_a_page_find_what_a_change_adds(change: Change, heading: str) -> None:
    lines = re.findall(COMMANDS[heading], find_block(heading))
    script = "\n".join(" ".join(line.split()) for line in lines)
    script = script.replace("$(System.PullRequest.TargetBranchName)", "main")  # before the shell
    check_found(change, run_script(change, script, **VARIABLES))


@pytest.mark.parametrize("with_config", [True, False])
def test_megalinter_starts_a_scan_and_counts_the_keys(
    tmp_path: Path, make_key: MakeKey, with_config: bool
) -> None:
    (linter,) = yaml.safe_load(DESCRIPTOR.read_text("utf-8"))["linters"]
    repo = Repo(tmp_path)
    write(tmp_path, {"a": make_key(), "b": make_key(), linter["config_file_name"]: ""})
    sarif = [part.replace("{{SARIF_OUTPUT_FILE}}", "x.sarif") for part in linter["cli_sarif_args"]]
    config = [linter["cli_config_arg_name"], linter["config_file_name"]]
    ran = repo.run(
        *linter["cli_lint_extra_args"],
        *(config if with_config else []),
        *sarif,
        *linter["cli_lint_extra_args_after"],
    )
    assert ran.code == 1
    assert re.findall(linter["cli_lint_errors_regex"], ran.out) == ["2"]
    assert (tmp_path / "x.sarif").exists()


def test_megalinter_loads_the_descriptor_from_its_address() -> None:
    (url,) = yaml.safe_load(find_block("MegaLinter"))["PLUGINS"]
    assert url.startswith("https://") and "/mega-linter-plugin-" in url
    assert url.endswith(DESCRIPTOR.relative_to(ROOT).as_posix())
    (linter,) = yaml.safe_load(DESCRIPTOR.read_text("utf-8"))["linters"]
    assert all(line.startswith("RUN ") for line in linter["install"]["dockerfile"])


def test_every_ci_file_installs_the_current_version() -> None:
    named = [version for text in FILES for version in re.findall(r"wakeyscan==([\w.]+)", text)]
    assert len(named) >= 6
    assert set(named) == {__version__}


def test_the_image_is_pinned_and_runs_without_rights() -> None:
    images = re.findall(r"(?m)^FROM (\S+)", DOCKERFILE)
    assert all(re.fullmatch(r"python:\S+@sha256:[0-9a-f]{64}", image) for image in images)
    assert len(set(images)) == 1
    assert images[0] in GITLAB.read_text("utf-8")
    last = DOCKERFILE.rpartition("FROM ")[2]
    (user,) = re.findall(r"(?m)^USER (\d+):\d+$", last)
    assert int(user) > 0
    assert last.index("apt-get") < last.index("\nUSER ")


def test_the_image_is_built_from_everything_that_the_wheel_needs() -> None:
    sent = [
        line.removeprefix("!")
        for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines()
        if line.startswith("!")
    ]
    project = (ROOT / "pyproject.toml").read_text("utf-8")
    needed = {"pyproject.toml", "hatch_build.py", "README.md", "LICENSE", "wakeyscan"}
    folders = re.findall(r'(?m)^"([\w/]+)" = "', project)
    assert {*sent} == {*needed, *folders}
    assert [name for name in sent if not (ROOT / name).exists()] == []


def test_the_container_scans_a_repository_that_it_cannot_write(
    tmp_path: Path, make_key: MakeKey
) -> None:
    (line,) = re.findall(r"(?m)^docker run (.*)$", PAGE)
    _, image, operands = line.partition(" wakeyscan ")
    assert image
    repo, key = Repo(tmp_path / "repo"), make_key()
    repo.commit({"a": key})
    nowhere = {**repo.env, "HOME": "/nonexistent", "XDG_CACHE_HOME": ""}
    ran = repo.run(*shlex.split(operands), env=nowhere)
    assert (ran.code, ran.err, mask(key) in ran.out) == (1, "", True), ran
