"""`wakeyscan scan agents:`: what assistants keep in a home and in a project."""

from __future__ import annotations

import json
import os
import sqlite3
from pathlib import Path

import pytest

from tests.support.agent_home import make_home
from tests.support.command import Run
from tests.support.files import write
from tests.support.keys import MakeKey

SESSION = "0f8fad5b-d9cb-469f-a165-70867728950e"
TITLES = {
    f".claude/projects/-home-a/{SESSION}.jsonl": ("Claude Code", SESSION),
    ".claude/history.jsonl": ("Claude Code", ""),
    ".claude/shell-snapshots/snapshot-bash-1.sh": ("Claude Code", ""),
    ".claude/CLAUDE.md": ("Claude Code", ""),
    ".claude.json": ("Claude Code", ""),
    ".codex/sessions/2026/01/31/rollout-2026-01-31T10-00-00-abc.jsonl": (
        "Codex CLI",
        "rollout-2026-01-31T10-00-00-abc",
    ),
    ".cursor/mcp.json": ("Cursor", ""),
    ".gemini/tmp/abc/chats/session-2026-01-31T10-00-abc.json": (
        "Gemini CLI",
        "session-2026-01-31T10-00-abc",
    ),
    f".copilot/session-state/{SESSION}/events.jsonl": ("GitHub Copilot CLI", SESSION),
    ".kiro/settings/mcp.json": ("Kiro", ""),
    ".vibe/logs/session/session_20260131_abc.json": ("Mistral Vibe", "session_20260131_abc"),
    ".junie/memory.md": ("Junie", ""),
    ".continue/sessions/a.json": ("Continue", ""),
    ".codeium/windsurf/mcp_config.json": ("Windsurf", ""),
    ".local/share/opencode/storage/message/ses_1a2b3c/msg_1.json": ("opencode", "ses_1a2b3c"),
    ".config/goose/config.yaml": ("Goose", ""),
    ".config/zed/settings.json": ("Zed", ""),
    ".config/Claude/claude_desktop_config.json": ("Claude Desktop", ""),
    ".config/Code/User/History/-1a/b.env": ("VS Code or an editor based on it", ""),
    ".config/Cursor/User/globalStorage/x/tasks/1/ui_messages.json": (
        "VS Code or an editor based on it",
        "",
    ),
}
IN_PROJECT = {
    ".mcp.json": "Claude Code",
    ".aider.chat.history.md": "Aider",
    ".vscode/mcp.json": "VS Code or an editor based on it",
    ".roo/mcp.json": "Roo Code",
    ".specstory/history/a.md": "SpecStory",
}


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return make_home(tmp_path / "home", monkeypatch)


def test_every_product_is_read_with_session_and_line(
    run: Run, home: Path, tmp_path: Path, make_key: MakeKey
) -> None:
    write(home, {name: f"1\n2 {make_key()}\n" for name in TITLES})
    write(tmp_path, {name: make_key() for name in IN_PROJECT})
    write(tmp_path, {"src/app.py": make_key()})  # not of an assistant
    ran = run("scan", "agents:", "--format", "json")
    report = ran.json()
    found = {f["path"]: (f["details"], f["line"]) for f in report["findings"]}
    expected = {}
    for name, (title, session) in TITLES.items():
        details = {"assistant": title} | ({"session": session} if session else {})
        expected[str(home / name)] = (details, 2)
    for name, title in IN_PROJECT.items():
        expected[str(tmp_path / name)] = ({"assistant": title}, 1)
    assert found == expected
    assert (ran.code, report["complete"]) == (1, True)


def test_a_key_of_an_mcp_server_has_product_server_and_field(
    run: Run, home: Path, key: str
) -> None:
    server = {"command": "x", "env": {"WASTACK_API_KEY": key}}
    write(home, {".cursor/mcp.json": json.dumps({"mcpServers": {"wa": server}})})
    (found,) = run("scan", "agents:cursor", "--format", "json").json()["findings"]
    assert found["details"] == {
        "assistant": "Cursor",
        "mcp_server": "wa",
        "field": "env.WASTACK_API_KEY",
    }
    assert "mcp server wa, field env.WASTACK_API_KEY" in run("scan", "agents:").out


def test_a_database_of_an_editor_is_read(run: Run, home: Path, key: str) -> None:
    folder = home / ".config/Cursor/User/globalStorage"
    folder.mkdir(parents=True)
    with sqlite3.connect(folder / "state.vscdb") as database:
        database.execute("CREATE TABLE cursorDiskKV (key TEXT, value BLOB)")
        text = json.dumps({"text": f"use {key}"})
        database.execute("INSERT INTO cursorDiskKV VALUES (?, ?)", ("bubbleId:1", text))
    database.close()
    (found,) = run("scan", "agents:", "--format", "json").json()["findings"]
    assert found["details"]["assistant"] == "VS Code or an editor based on it"


def test_only_the_named_products_are_read(run: Run, home: Path, make_key: MakeKey) -> None:
    write(home, {".claude/a": make_key(), ".codex/b": make_key(), ".vibe/c": make_key()})
    ran = run("scan", "agents:codex, vibe", "--format", "json")
    assert [Path(f["path"]).name for f in ran.json()["findings"]] == ["b", "c"]
    ran = run("scan", "agents:gemini")
    assert (ran.code, "no files of Gemini CLI on this machine" in ran.err) == (2, True)
    ran = run("scan", "agents:clade")
    assert (ran.code, "did you mean 'claude'?" in ran.err) == (2, True)


def test_a_machine_without_assistants_says_so(run: Run, home: Path) -> None:
    ran = run("scan", "agents:")
    assert (ran.code, "no coding assistant keeps files on this machine" in ran.out) == (0, True)


def test_unreadable_files_are_reported(run: Run, home: Path) -> None:
    write(home, {".claude/a": "x"})
    os.mkfifo(home / ".claude/fifo")
    ran = run("scan", "agents:")
    assert (ran.code, "a FIFO, not scanned" in ran.out) == (3, True)


@pytest.mark.parametrize("link", ["projects", "projects/p", "projects/p/a.jsonl"])
def test_a_link_that_leads_out_of_a_store_is_reported(
    run: Run, home: Path, key: str, link: str
) -> None:
    write(home, {"disk/projects/p/a.jsonl": key})
    (home / ".claude" / link).parent.mkdir(parents=True)
    (home / ".claude" / link).symlink_to(home / "disk" / link)
    for command in ("scan", "wipe"):
        ran = run(command, "agents:")
        assert (ran.code, "a link, not followed; to scan what it" in ran.out) == (3, True)


def test_a_link_to_a_program_or_inside_a_store_is_not_a_gap(run: Run, home: Path) -> None:
    write(home, {".claude/a.jsonl": "x"})
    (home / ".claude/sh").symlink_to("/bin/sh")
    (home / ".claude/latest").symlink_to("a.jsonl")
    (home / ".claude/gone").symlink_to("/nowhere")
    assert run("scan", "agents:").code == 0


def test_a_home_that_is_a_repository_and_links_to_it_are_read_once(
    run: Run, home: Path, tmp_path: Path, key: str
) -> None:
    write(home, {"dotfiles/claude/a.jsonl": key, ".gitignore": "*"})
    (home / ".claude").symlink_to("dotfiles/claude")
    assert run("scan", "agents:", "--format", "json", cwd=home).json()["summary"]["findings"] == 1


def test_a_file_named_like_the_target_is_a_file(run: Run, tmp_path: Path, home: Path) -> None:
    write(tmp_path, {"agents:": "x"})
    assert "Scanned 1 file " in run("scan", "agents:").out
