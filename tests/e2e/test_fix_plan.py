"""`fix --plan`: advice that follows the facts of git, and whose commands work."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from tests.support.command import Run, environment
from tests.support.keys import MakeKey, fingerprint, mask
from tests.support.repositories import ON_PATH, Repo

LOCAL = "only in local commits: rewrite them; rotate only if shared"


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
        f"Revoke {digits} where it was issued.",
        "Prove that it is revoked",
        "Look for requests that are not yours",
        "Decide about the history",
    ]
    places = [ran.out.index(text) for text in order]
    assert places == sorted(places)
    assert "WASTACK_API_KEY is used by code: deploy.sh." in ran.out
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
    assert keys[mask(local)][0]["text"].startswith("No rotation is needed")
    commands = [line for step in keys[mask(local)] for line in step["commands"]]
    assert "wakeyscan fix --write b.py" in commands
    text = repo.run("audit").out
    assert re.findall(r"(?m)^     next +(\w+)", text) == ["pushed", "only"]
    for name in ("html", "markdown"):
        page = (repo.top / f"out.{name}").read_text("utf-8")
        assert "Roll out the new key as WASTACK_API_KEY" in page
        assert (pushed in page, local in page) == (False, False)


def test_keys_that_no_commit_has_are_named(repo: Repo, key: str) -> None:
    repo.commit({"README": "x\n"})
    repo.write({"a.py": f'K = "{key}"\n'})
    ran = repo.run("fix", "--plan")
    line = f"{mask(key)}  only in files that are not staged: wakeyscan fix --write\n"
    assert (ran.code, ran.out) == (1, line)


def test_nothing_to_do(repo: Repo) -> None:
    repo.commit({"README": "x\n"})
    ran = repo.run("fix", "--plan")
    assert (ran.code, ran.out) == (0, "No keys, so there is nothing to do.\n")


def test_a_plan_needs_a_repository_and_writes_nothing(run: Run, repo: Repo, key: str) -> None:
    assert run("fix", "--plan").err.endswith("the current directory is in no git repository\n")
    ran = repo.run("fix", "--plan", "--write")
    assert (ran.code, ran.out) == (2, "")
