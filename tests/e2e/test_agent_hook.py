"""`wakeyscan hook agent`: the exchange with a coding assistant."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.support.agent_events import Fields
from tests.support.command import Run
from tests.support.files import write
from tests.support.keys import PREFIX, mask

CLAUDE = {"session_id": "a", "transcript_path": "/t"}


def build_prompt(text: str) -> bytes:
    return json.dumps({**CLAUDE, "hook_event_name": "UserPromptSubmit", "prompt": text}).encode()


def build_read(path: str) -> bytes:
    fields: Fields = {**CLAUDE, "hook_event_name": "PreToolUse", "tool_name": "Read"}
    return json.dumps({**fields, "tool_input": {"file_path": path}}).encode()


@pytest.mark.parametrize("named", [(), ("--agent", "claude")])
def test_a_prompt_with_a_key_is_blocked(run: Run, key: str, named: tuple[str, ...]) -> None:
    ran = run("hook", "agent", *named, stdin=build_prompt(f"use {key}"))
    assert (ran.code, ran.err) == (0, "")
    assert ran.json()["decision"] == "block"
    assert mask(key) in ran.json()["reason"]
    assert key[len(PREFIX) :] not in ran.out


def test_an_assistant_that_reads_the_settings_of_another_one_gets_its_own_answer(
    run: Run, key: str
) -> None:
    fields = {"hookEventName": "UserPromptSubmit", "timestamp": "x", "transcript_path": "/t"}
    event = json.dumps({**fields, "prompt": key}).encode()
    for named in ("claude", "copilot"):
        ran = run("hook", "agent", "--agent", named, stdin=event)
        assert ran.json()["continue"] is False  # as VS Code expects


def test_an_event_without_a_key_prints_nothing(run: Run) -> None:
    assert run("hook", "agent", stdin=build_prompt("hello")) == (0, "", "")


def test_the_start_of_a_session_passes(run: Run) -> None:
    """Junie has no other event (https://junie.jetbrains.com/docs/junie-cli-hooks.html)."""
    event = {"session_id": "a", "hook_event_name": "SessionStart", "source": "startup", "cwd": "/w"}
    assert run("hook", "agent", stdin=json.dumps(event).encode()) == (0, "", "")


@pytest.mark.parametrize("content", [b"", b"{", b"\xef\xbb\xbf[]"])
def test_invalid_input_is_blocked_unless_agent_fail_is_open(
    run: Run, tmp_path: Path, content: bytes
) -> None:
    ran = run("hook", "agent", "--agent", "gemini", stdin=content)
    assert (ran.code, ran.out) == (2, "")
    assert "blocked, because agent-fail is closed" in ran.err
    write(tmp_path, {".wakeyscan.toml": "agent-fail = 'open'\n"})
    ran = run("hook", "agent", stdin=content)
    assert (ran.code, ran.out) == (0, "")
    assert "passed, because agent-fail is open" in ran.err


def test_a_huge_event_is_blocked_and_reported(run: Run) -> None:
    ran = run("hook", "agent", stdin=b'{"prompt": "' + b"x" * (64 << 20) + b'"}')
    assert ran.code == 2
    assert "the event is larger than 64 MB (blocked" in ran.err


def test_a_fifo_does_not_block_and_is_reported(run: Run, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / ".env")
    ran = run("hook", "agent", stdin=build_read(".env"))
    assert "a FIFO" in ran.json()["systemMessage"]
    assert "agent-fail is open" in ran.err
    write(tmp_path, {".wakeyscan.toml": "agent-fail = 'closed'\n"})
    ran = run("hook", "agent", stdin=build_read(".env"))
    assert ran.json()["hookSpecificOutput"]["permissionDecision"] == "deny"


@pytest.mark.parametrize("path", ["missing", ".", "a\0b", "~/missing"])
def test_a_path_that_is_not_a_file_is_ignored(run: Run, path: str) -> None:
    assert run("hook", "agent", stdin=build_read(path)) == (0, "", "")


def test_a_binary_file_is_scanned(run: Run, tmp_path: Path, key: str) -> None:
    (tmp_path / "a.bin").write_bytes(b"\x7fELF\0\0" + key.encode() + b"\0\xff")
    (tmp_path / "link").symlink_to("a.bin")
    for name in ("a.bin", "link"):
        ran = run("hook", "agent", stdin=build_read(name))
        assert ran.json()["hookSpecificOutput"]["permissionDecision"] == "deny"


def test_a_broken_configuration_blocks(run: Run, tmp_path: Path) -> None:
    write(tmp_path, {".wakeyscan.toml": "agent-fail = 'ajar'\n"})
    ran = run("hook", "agent", stdin=build_prompt("hello"))
    assert ran.json()["decision"] == "block"
    assert "expected one of open, closed" in ran.json()["reason"]


def test_an_accepted_key_passes(run: Run, tmp_path: Path, key: str) -> None:
    write(tmp_path, {"a": key})
    accepted = run("ignore", "add", "--all", "--reason", "revoked")
    assert accepted.code == 0, accepted.err
    assert run("hook", "agent", stdin=build_prompt(key)) == (0, "", "")


@pytest.mark.parametrize("level", ["never", "critical"])
def test_a_key_below_fail_on_passes_with_a_warning(
    run: Run, tmp_path: Path, key: str, level: str
) -> None:
    write(tmp_path, {".wakeyscan.toml": f"fail-on = '{level}'\n"})
    ran = run("hook", "agent", stdin=build_prompt(f"use {key}"))
    warning = ran.json()["systemMessage"]
    assert (ran.code, [*ran.json()]) == (0, ["systemMessage"])
    assert warning.startswith(f"wakeyscan: this prompt passed, because --fail-on is {level}: ")
    assert mask(key) in warning
    assert key[len(PREFIX) :] not in ran.out + ran.err


def test_a_warning_names_both_a_key_and_a_gap(run: Run, tmp_path: Path, key: str) -> None:
    settings = "fail-on = 'never'\nagent-fail = 'open'\nmax-file-size = 10\n"
    write(tmp_path, {".wakeyscan.toml": settings, "b": "x" * 11})
    fields: Fields = {**CLAUDE, "hook_event_name": "PreToolUse", "tool_name": "Read"}
    event = {**fields, "tool_input": {"file_path": "b", "why": key}}
    ran = run("hook", "agent", stdin=json.dumps(event).encode())
    warning = ran.json()["systemMessage"]
    assert "--fail-on is never" in warning
    assert "agent-fail is open" in warning
    assert mask(key) in warning


def test_options_that_have_no_effect_are_refused(run: Run) -> None:
    ran = run("hook", "agent", "--agent", "nobody", stdin=b"{}")
    assert ran.code == 2
    assert "unknown assistant 'nobody'" in ran.err
    ran = run("hook", "agent", "--format", "json", stdin=b"{}")
    assert "--format has no effect here" in ran.err
    ran = run("hook", "pre-commit", "--agent", "claude")
    assert "--agent has no effect here" in ran.err
