"""`fix --plan`: advice that follows the facts of git, and whose commands work."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.support.command import WAKEYSCAN, Run, environment, execute, start_program
from tests.support.files import write
from tests.support.keys import MakeKey, fingerprint, mask
from tests.support.repositories import ON_PATH, Repo

LOCAL = "only in local commits: rewrite them; rotate it too if unsure"


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    return Repo(tmp_path / "repo")


def publish(repo: Repo) -> None:
    """Let a remote have HEAD."""
    repo.git("init", "-q", "--bare", str(repo.top.parent / "remote"))
    repo.git("remote", "add", "origin", "../remote")
    repo.git("push", "-q", "origin", "main")


def list_commands(text: str) -> list[str]:
    return [line[7:] for line in text.splitlines() if line.startswith("       ")]


def execute_all(repo: Repo, commands: list[str]) -> None:
    """Run commands in a shell, as a user would paste them."""
    script = "\n".join(["set -e", *commands])
    env = environment(**ON_PATH)
    subprocess.run(["bash", "-c", script], cwd=repo.top, env=env, check=True, timeout=120)


def test_a_staged_key_is_unstaged_and_edited(repo: Repo, key: str) -> None:
    repo.commit({"README": "x\n"})
    repo.stage({"src/a.py": f'K = "{key}"\n'})
    ran = repo.run("fix", "--plan")
    assert ran.code == 1
    assert f"{mask(key)}  wastack-api-key  only staged: unstage it, and edit the file" in ran.out
    assert "No rotation is needed, unless you shared the key in another way." in ran.out
    commands = list_commands(ran.out)
    assert commands[0] == "git restore --staged src/a.py"
    execute_all(repo, commands)
    assert repo.git("show", ":src/a.py").endswith('K = os.environ["WASTACK_API_KEY"]')


def test_a_key_in_local_commits_is_rewritten(repo: Repo, key: str) -> None:
    repo.commit({"README": "x\n"})
    publish(repo)
    introduced = repo.commit({"a.py": f'K = "{key}"\n'})
    repo.commit({"b.py": "x = 1\n"})
    ran = repo.run("fix", "--plan")
    assert (ran.code, f"{mask(key)}  wastack-api-key  {LOCAL}" in ran.out) == (1, True)
    assert f"git commit --fixup={introduced[:12]} -- a.py" in ran.out
    commands = list_commands(ran.out)
    execute_all(repo, commands)
    assert repo.git("log", "--format=%s", "main").split() == ["c", "c", "c"]
    assert repo.run("audit").code == 0


def test_the_first_commit_is_rewritten_from_the_root(repo: Repo, key: str) -> None:
    repo.commit({"a.py": f'K = "{key}"\n'})
    ran = repo.run("fix", "--plan")
    assert LOCAL in ran.out  # there is no remote at all
    commands = list_commands(ran.out)
    assert commands[2].endswith("--autosquash --root")
    execute_all(repo, commands)
    assert repo.run("audit").code == 0


def test_a_key_that_was_removed_is_edited_out(repo: Repo, key: str) -> None:
    repo.commit({"README": "x\n"})
    introduced = repo.commit({"a.py": f'K = "{key}"\n'})
    repo.commit({"a.py": "x = 1\n"})
    ran = repo.run("fix", "--plan")
    assert f"git rebase -i {introduced[:12]}^" in list_commands(ran.out)


def test_a_pushed_key_is_rotated_first(repo: Repo, key: str) -> None:
    repo.commit(
        {
            "src/a.py": f'K = "{key}"\n',
            ".github/workflows/ci.yml": f"env:\n  K: {key}\n",
            "deploy.sh": "echo $WASTACK_API_KEY\n",
        }
    )
    publish(repo)
    ran = repo.run("fix", "--plan")
    digits = fingerprint(key)[:6]
    assert "pushed: rotate first, then decide about the history" in ran.out
    order = [
        "Create a new key in WAStack",
        "Remove it from HEAD (CI: .github/workflows/ci.yml; code: src/a.py)",
        "Roll out the new key as WASTACK_API_KEY",
        "Check that the new key works",
        f"Revoke {digits} in WAStack (Settings, API Keys).",
        "Prove that it is revoked",
        "Look for requests that are not yours",
        "Decide about the history",
    ]
    places = [ran.out.index(text) for text in order]
    assert places == sorted(places)
    assert "WASTACK_API_KEY is already used by code: deploy.sh." in ran.out
    assert key not in ran.out + ran.err


def test_reports_of_an_audit_have_the_steps(repo: Repo, make_key: MakeKey) -> None:
    local, pushed = make_key(), make_key()
    repo.commit({"a.py": f'K = "{pushed}"\n'})
    publish(repo)
    repo.commit({"b.py": f'K = "{local}"\n'})
    names = {name: f"--report={name}=out.{name}" for name in ("json", "html", "markdown")}
    ran = repo.run("audit", *names.values(), "--format=json")
    keys = {key["secret"]: key["next"] for key in ran.json()["keys"]}
    assert keys[mask(pushed)][0]["text"].startswith("Create a new key in WAStack")
    assert keys[mask(local)][0]["text"].startswith("Rotate it too, unless you are sure")
    commands = [line for step in keys[mask(local)] for line in step["commands"]]
    assert "wakeyscan fix --write b.py" in commands
    text = repo.run("audit").out
    assert re.findall(r"(?m)^     next +(\w+)", text) == ["pushed", "only"]
    for name in ("html", "markdown"):
        page = (repo.top / f"out.{name}").read_text("utf-8")
        assert "Roll out the new key as WASTACK_API_KEY" in page
        assert (pushed in page, local in page) == (False, False)


def test_a_plan_has_eighty_columns_without_a_terminal(repo: Repo, key: str) -> None:
    repo.commit({f"{'a folder/' * 9}a.py": f'K = "{key}"\n'})
    publish(repo)
    ran = repo.run("fix", "--plan", env={"COLUMNS": ""})
    wide = [line for line in ran.out.splitlines() if len(line) > 80 and line[:7].strip()]
    assert [line.strip() for line in wide] == [f"{'a folder/' * 9}a.py):"]


def test_an_audit_names_the_variable_and_its_users(repo: Repo, make_key: MakeKey) -> None:
    one, two = make_key(), make_key()
    users = {
        "deploy.sh": 'curl -H "Authorization: Bearer $WASTACK_TOKEN"\n',
        "a b/compose.yml": "services: {a: {environment: [WASTACK_TOKEN]}}\n",
        "app.py": "import os\nKEY = os.environ['WASTACK_TOKEN']\n",
        ".env.example": "WHATSAPP_KEY=\n",
        "README.md": "Set WASTACK_TOKENS, not a token.\n",
    }
    repo.commit({**users, "src/a.py": f'K = "{one}"\n', "prod/.env": f"WHATSAPP_KEY={two}\n"})
    publish(repo)
    foreign = execute([WAKEYSCAN, "audit", str(repo.top), "--format=json"], repo.top.parent)
    saved = repo.run("audit", "--format=json", "--output=leak.json")
    assert (foreign.code, saved.code) == (1, 1)
    for report in (foreign.json(), json.loads((repo.top / "leak.json").read_text("utf-8"))):
        keys = {key["secret"]: key for key in report["keys"]}
        assert keys[mask(one)]["variable"] == "WASTACK_TOKEN"
        assert keys[mask(one)]["variable_users"] == ["a b/compose.yml", "app.py", "deploy.sh"]
        assert keys[mask(two)]["variable"] == "WHATSAPP_KEY"
        assert keys[mask(two)]["variable_users"] == [".env.example", "prod/.env"]
    sentence = (
        "Roll out the new key as WASTACK_TOKEN; WASTACK_TOKEN is already used by containers: "
        "a b/compose.yml; code: app.py, deploy.sh."
    )
    for format_ in ("text", "html", "markdown"):
        assert sentence in repo.run("audit", f"--format={format_}").out
        assert sentence in repo.run("report", "leak.json", f"--format={format_}").out


def test_text_has_the_steps_of_the_most_urgent_keys(repo: Repo, make_key: MakeKey) -> None:
    keys = [make_key() for _ in range(5)]
    repo.commit({f"{number}.py": f'K = "{key}"\n' for number, key in enumerate(keys)})
    publish(repo)
    heading = re.compile(r"(?m)^wa_[a-z]+_…\(\w{6}\): pushed: rotate first")
    short, full = repo.run("audit").out, repo.run("audit", "--verbose").out
    assert (len(heading.findall(short)), len(heading.findall(full))) == (3, 5)
    assert "\n2 more keys (show with --verbose)\n" in short
    assert "more keys" not in full


def test_an_audit_without_the_tree_of_head_names_no_users(repo: Repo, key: str) -> None:
    repo.commit({"src/a.py": f'K = "{key}"\n', "deploy.sh": "echo $WASTACK_API_KEY\n"})
    blob = repo.id("HEAD:deploy.sh")
    (repo.top / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    ran = repo.run("audit", "--format=json")
    (found,) = ran.json()["keys"]
    assert (ran.code, found["secret"], found["variable_users"]) == (1, mask(key), [])


def test_keys_that_no_commit_has_are_named(repo: Repo, key: str) -> None:
    repo.commit({"README": "x\n"})
    repo.write({"a.py": f'K = "{key}"\n'})
    ran = repo.run("fix", "--plan")
    line = f"{mask(key)}  only in files that are not staged: wakeyscan fix --write\n"
    assert (ran.code, ran.out) == (1, line)


def test_a_plan_without_keys_has_no_steps(repo: Repo) -> None:
    repo.commit({"README": "x\n"})
    ran = repo.run("fix", "--plan")
    assert (ran.code, ran.out) == (0, "No keys, so there is nothing to do.\n")


def test_a_plan_needs_a_repository_and_writes_nothing(run: Run, repo: Repo, key: str) -> None:
    assert run("fix", "--plan").err.endswith("the current directory is in no git repository\n")
    ran = repo.run("fix", "--plan", "--write")
    assert (ran.code, ran.out) == (2, "")


def test_a_missing_git_is_named(repo: Repo, key: str) -> None:
    repo.commit({"a.py": f'K = "{key}"\n'})
    ran = start_program([WAKEYSCAN, "fix", "--plan"], repo.top, env={"PATH": "/missing"})
    said = "wakeyscan: git is not installed or not on PATH; install it, or add its folder to PATH"
    assert (ran.code, ran.err.splitlines()[-1]) == (2, said)


def test_a_failure_of_git_is_named(repo: Repo, key: str) -> None:
    repo.commit({"a.py": f'K = "{key}"\n'})
    write(repo.top, {".git/packed-refs": "invalid\n"})
    ran = repo.run("fix", "--write")
    said = "wakeyscan: git cat-file failed: fatal: unexpected line in .git/packed-refs: invalid"
    assert (ran.code, ran.err.splitlines()[-1]) == (2, f"{said}; run git fsck")


def test_a_head_that_is_no_commit_leaves_a_plan(repo: Repo, key: str) -> None:
    repo.commit({"a.py": f'K = "{key}"\n'})
    (repo.top / ".git/HEAD").write_text(repo.git("rev-parse", "HEAD:a.py") + "\n", "ascii")
    ran = repo.run("fix", "--plan")
    assert (ran.code, mask(key) in ran.out) == (1, True)


def test_settings_that_are_not_utf_8_leave_a_plan(repo: Repo, key: str) -> None:
    repo.commit({"a.py": f'K = "{key}"\n'})
    with open(repo.top / ".git/config", "ab") as config:
        config.write(b"[user]\n\tnickname = \xe9\n")
    ran = repo.run("fix", "--plan")
    assert (ran.code, mask(key) in ran.out) == (1, True)


def test_a_fifo_in_a_repository_is_named(repo: Repo, key: str) -> None:
    repo.commit({"a.py": f'K = "{key}"\n'})
    os.mkfifo(repo.top / ".git/objects/fifo")
    ran = repo.run("fix", "--write")
    said = f"git is blocked by {repo.top}/.git/objects/fifo, which is a FIFO, device or socket"
    assert (ran.code, said in ran.err) == (2, True)


_RECORDER = """#!/bin/sh
env >> "$RECORD"
PATH="$REAL_PATH" exec git "$@"
"""


@pytest.mark.parametrize("options", [("--write",), ("--plan",)], ids=str)
def test_no_git_gets_the_keys_of_our_own_settings(
    repo: Repo, tmp_path: Path, make_key: MakeKey, options: tuple[str, ...]
) -> None:
    """An engineer's environment may hold a key that works, to verify others."""
    repo.commit({"a.py": f"K = '{make_key()}'\n"})
    folder, record, own = tmp_path / "bin", tmp_path / "record", make_key()
    folder.mkdir()
    (folder / "git").write_text(_RECORDER)
    (folder / "git").chmod(0o755)
    path = os.environ["PATH"]
    env = {
        "PATH": f"{folder}{os.pathsep}{path}",
        "REAL_PATH": path,
        "RECORD": str(record),
        "WAKEYSCAN_APP_KEY": own,
        "WAKEYSCAN_CONTROL_KEY": own,
    }
    ran = start_program([WAKEYSCAN, "fix", *options], repo.top, env=env)
    assert ran.code == (0 if options == ("--write",) else 1)
    recorded = record.read_text()
    assert "REAL_PATH=" in recorded
    assert own not in recorded
