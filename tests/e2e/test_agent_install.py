"""`wakeyscan hook install agent`: settings files of assistants in a home and in a project."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
from pathlib import Path

import pytest

from tests.support.agent_home import make_home
from tests.support.command import Run
from tests.support.files import write
from wakeyscan.integrations.agents import AGENTS

CLAUDE = ".claude/settings.json"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return make_home(tmp_path / "home", monkeypatch)


def read_tree(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def test_installing_twice_and_uninstalling_restores_all_files(run: Run, home: Path) -> None:
    before = {
        CLAUDE: '{\n    "model": "x", "hooks": {"Stop": []}\n}',
        ".codex/hooks.json": "\ufeff{}\r\n",
        ".cursor/hooks.json": '{"version": 1}',
        ".gemini/settings.json": '{\n  // own\n  "ui": {},\n}\n',
        ".vibe/hooks.toml": "# own",
        ".kiro/hooks/own.json": "{}",
        ".copilot/config.json": "",
    }
    write(home, before)
    os.chmod(home / CLAUDE, 0o600)
    old = read_tree(home)
    assert run("hook", "install", "agent").code == 0
    once = read_tree(home)
    assert len(once.keys() - old.keys()) == 2
    ran = run("hook", "install", "agent")
    assert (ran.code, ran.out.count("already runs wakeyscan")) == (0, 7)
    assert read_tree(home) == once
    status = run("hook", "status")
    assert (status.code, status.out.count("installed in")) == (0, 7)
    assert run("doctor").out.count("ok  hook agent") == 7
    ran = run("hook", "uninstall", "agent")
    assert (ran.code, ran.out.count("no longer runs wakeyscan")) == (0, 7)
    assert read_tree(home) == old
    assert (home / CLAUDE).stat().st_mode & 0o777 == 0o600
    assert run("hook", "uninstall", "agent").out.count("nothing to remove") == 14


def test_the_installed_command_answers_an_event(run: Run, home: Path, key: str) -> None:
    assert run("hook", "install", "agent", "claude").code == 0
    settings = json.loads((home / CLAUDE).read_bytes())
    (entry,) = settings["hooks"]["UserPromptSubmit"]
    event = {"session_id": "a", "transcript_path": "/t", "hook_event_name": "UserPromptSubmit"}
    ran = subprocess.run(
        shlex.split(entry["hooks"][0]["command"]),
        input=json.dumps({**event, "prompt": key}).encode(),
        capture_output=True,
        check=True,
    )
    assert json.loads(ran.stdout)["decision"] == "block"


def test_a_project_shares_a_command_without_a_path(run: Run, home: Path, tmp_path: Path) -> None:
    ran = run("hook", "install", "agent", "--scope", "project", *AGENTS)
    assert ran.code == 0, ran.err
    text = (tmp_path / CLAUDE).read_text()
    assert '"command": "wakeyscan hook agent --agent claude"' in text
    assert "--agent cursor" in (tmp_path / ".cursor/hooks.json").read_text()
    assert read_tree(home) == {}
    assert run("hook", "uninstall", "agent", *AGENTS).code == 0
    assert set(read_tree(tmp_path)) == set()


def test_an_entry_of_the_user_is_kept(run: Run, home: Path) -> None:
    own = {"hooks": {"Stop": [{"hooks": [{"command": "wakeyscan hook agent; x"}]}]}}
    write(home, {CLAUDE: json.dumps(own)})
    assert "in an entry of your own" in run("hook", "install", "agent").out
    assert "an entry of your own still does" in run("hook", "uninstall", "agent").out
    assert "was not written by" in run("hook", "status").out
    assert json.loads((home / CLAUDE).read_bytes()) == own


def test_settings_that_cannot_be_changed_are_reported_and_kept(run: Run, home: Path) -> None:
    write(home, {CLAUDE: '{\n  "a" 1\n}', ".gemini/settings.json": "{}"})
    (home / ".cursor").mkdir()
    os.mkfifo(home / ".cursor/hooks.json")
    ran = run("hook", "install", "agent")
    assert ran.code == 2
    assert f"{CLAUDE}: line 2 is not valid JSON; correct the file" in ran.err
    assert "hooks.json: cannot be read: it is a device, FIFO" in ran.err
    assert "gemini: " in ran.out
    assert (home / CLAUDE).read_text() == '{\n  "a" 1\n}'
    checked = run("doctor")
    assert checked.code == 1
    assert "line 2 is not valid JSON" in checked.out


def test_links_in_the_home_are_followed_but_not_links_in_a_project(
    run: Run, home: Path, tmp_path: Path
) -> None:
    write(home, {"dotfiles/claude.json": "{}"})
    for folder in (home, tmp_path):
        (folder / ".claude").mkdir()
        (folder / CLAUDE).symlink_to(home / "dotfiles/claude.json")
    assert run("hook", "install", "agent", "claude").code == 0
    assert (home / CLAUDE).is_symlink()
    assert b"hook agent" in (home / "dotfiles/claude.json").read_bytes()
    assert run("hook", "uninstall", "agent", "claude", "--scope", "user").code == 0
    ran = run("hook", "install", "agent", "claude", "--scope", "project")
    assert ran.code == 2
    assert "a link of the scanned tree" in ran.err
    assert (home / "dotfiles/claude.json").read_bytes() == b"{}"


def test_a_missing_program_is_a_problem(run: Run, home: Path) -> None:
    assert run("hook", "install", "agent", "kiro").code == 0
    file = home / ".kiro/hooks/wakeyscan.json"
    file.write_text(file.read_text().replace("/wakeyscan hook", "/gone/wakeyscan hook", 1))
    ran = run("doctor")
    assert ran.code == 1
    assert "is not found" in ran.out
    assert "wakeyscan hook install agent kiro --scope user" in ran.out
    assert run("hook", "install", "agent", "kiro").code == 0
    assert run("doctor").out.count("ok  hook agent kiro") == 1


def test_a_missing_entry_is_a_problem(run: Run, home: Path) -> None:
    assert run("hook", "install", "agent", "claude").code == 0
    settings = json.loads((home / CLAUDE).read_bytes())
    del settings["hooks"]["PreToolUse"]
    (home / CLAUDE).write_text(json.dumps(settings, indent=2))
    assert "but not for PreToolUse" in run("hook", "status").out
    assert run("hook", "install", "agent", "claude").code == 0
    assert "installed in" in run("hook", "status").out


def test_a_moved_home_of_the_assistant_is_found(
    run: Run, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CODEX_HOME", str(tmp_path / "codex"))
    assert run("hook", "install", "agent", "codex").code == 0
    assert (tmp_path / "codex/hooks.json").is_file()
    assert read_tree(home) == {}


def test_invalid_command_lines_are_rejected(run: Run, home: Path) -> None:
    assert "no assistant has settings on this machine" in run("hook", "install", "agent").err
    assert "unknown assistant 'nobody'" in run("hook", "install", "agent", "nobody").err
    assert "only when a session starts" in run("hook", "install", "agent", "junie").err
    ran = run("hook", "install", "agent", "claude", "--scope", "all")
    assert (ran.code, "expected user or project" in ran.err) == (2, True)
    ran = run("hook", "install", "pre-commit", "--scope", "user")
    assert (ran.code, "--scope has no effect here" in ran.err) == (2, True)
    assert read_tree(home) == {}
