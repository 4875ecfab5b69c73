"""Events of coding assistants, rebuilt from the documentation that each agent's module names."""

from __future__ import annotations

from typing import Any, NamedTuple

from tests.support.keys import mask

Fields = dict[str, Any]

_CLAUDE = {
    "session_id": "abc123",
    "transcript_path": "/home/a/.claude/projects/p/abc123.jsonl",
    "cwd": "/home/a/p",
    "permission_mode": "default",
}
_CODEX = {
    "session_id": "abc123",
    "turn_id": "t1",
    "transcript_path": None,
    "cwd": "/home/a/p",
    "model": "gpt-5",
    "permission_mode": "default",
}
_GEMINI = {
    "session_id": "abc123",
    "transcript_path": "/home/a/.gemini/tmp/p/chat.json",
    "cwd": "/home/a/p",
    "timestamp": "2026-11-01T10:00:00Z",
}
_CURSOR = {
    "conversation_id": "c1",
    "generation_id": "g1",
    "model": "auto",
    "cursor_version": "2.0.77",
    "workspace_roots": ["/home/a/p"],
    "user_email": None,
}
_VSCODE = {
    "timestamp": "2026-02-09T10:30:00.000Z",
    "cwd": "/home/a/p",
    "sessionId": "s1",
    "transcript_path": "/home/a/transcript.json",
}
_COPILOT = {"sessionId": "s1", "timestamp": 1_770_000_000_000, "cwd": "/home/a/p"}
_VIBE = {
    "session_id": "s1",
    "parent_session_id": None,
    "transcript_path": "/home/a/.vibe/logs/s1",
    "cwd": "/home/a/p",
}


class Recorded(NamedTuple):
    """An event with a key in it, and a part of the documented answer."""

    name: str
    agent: str
    event: Fields
    answer: Fields | None
    """Entries of the answer by their way, such as `hookSpecificOutput.permissionDecision`."""
    code: int = 0


def list_recorded(key: str) -> list[Recorded]:
    """Return an event of each kind and assistant that carries the key."""
    command = {"command": f"curl -H 'Authorization: Bearer {key}' https://api.example.org"}
    edit = {"file_path": "/home/a/p/a.py", "old_string": "K = None", "new_string": f"K = '{key}'"}
    text, shown = f"A=1\nK={key}\n", f"A=1\nK={mask(key)}\n"
    denied = {"hookSpecificOutput.permissionDecision": "deny"}

    def build(base: Fields, event: str, **fields: object) -> Fields:
        return {**base, "hook_event_name": event, **fields}

    def build_vscode(event: str, **fields: object) -> Fields:
        return {**_VSCODE, "hookEventName": event, **fields}

    return [
        Recorded(
            "claude prompt",
            "claude",
            build(_CLAUDE, "UserPromptSubmit", prompt=f"use {key}"),
            {"decision": "block", "hookSpecificOutput.suppressOriginalPrompt": True},
        ),
        Recorded(
            "claude bash",
            "claude",
            build(_CLAUDE, "PreToolUse", tool_name="Bash", tool_input=command, tool_use_id="t"),
            denied,
        ),
        Recorded(
            "claude edit",
            "claude",
            build(_CLAUDE, "PreToolUse", tool_name="Edit", tool_input=edit),
            denied,
        ),
        Recorded(
            "claude unknown tool",
            "claude",
            build(_CLAUDE, "PreToolUse", tool_name="mcp__x__y", tool_input={"a": [{"b": key}]}),
            denied,
        ),
        Recorded(
            "claude unknown field",
            "claude",
            build(_CLAUDE, "PreToolUse", tool_name="New", tool_arguments=[[f"x {key}"]]),
            denied,
        ),
        Recorded(
            "claude output",
            "claude",
            build(
                _CLAUDE,
                "PostToolUse",
                tool_name="Bash",
                tool_input={"command": "cat .env"},
                tool_response={"stdout": text, "stderr": "", "interrupted": False},
            ),
            {
                "hookSpecificOutput.updatedToolOutput.stdout": shown,
                "hookSpecificOutput.updatedToolOutput.interrupted": False,
            },
        ),
        Recorded(
            "claude unknown event",
            "claude",
            build(_CLAUDE, "NewEvent", message=f"see {key}"),
            {},
        ),
        Recorded(
            "codex prompt",
            "codex",
            build(_CODEX, "UserPromptSubmit", prompt=f"use {key}"),
            {"decision": "block"},
        ),
        Recorded(
            "codex shell",
            "codex",
            build(_CODEX, "PreToolUse", tool_name="Bash", tool_input=command, tool_use_id="c"),
            denied,
        ),
        Recorded(
            "codex patch",
            "codex",
            build(
                _CODEX,
                "PreToolUse",
                tool_name="apply_patch",
                tool_input={
                    "command": f"*** Begin Patch\n*** Add File: a\n+K={key}\n*** End Patch"
                },
            ),
            denied,
        ),
        Recorded(
            "codex output",
            "codex",
            build(
                _CODEX,
                "PostToolUse",
                tool_name="Bash",
                tool_input={"command": "cat .env"},
                tool_response=text,
            ),
            {"decision": "block"},
        ),
        Recorded(
            "gemini prompt",
            "gemini",
            build(_GEMINI, "BeforeAgent", prompt=f"use {key}"),
            {"decision": "deny"},
        ),
        Recorded(
            "gemini tool",
            "gemini",
            build(_GEMINI, "BeforeTool", tool_name="run_shell_command", tool_input=command),
            {"decision": "deny"},
        ),
        Recorded(
            "gemini output",
            "gemini",
            build(
                _GEMINI,
                "AfterTool",
                tool_name="read_file",
                tool_input={"file_path": "x"},
                tool_response={"llmContent": [{"text": text}], "returnDisplay": ""},
            ),
            {"decision": "deny"},
        ),
        Recorded(
            "gemini model",
            "gemini",
            build(_GEMINI, "BeforeModel", llm_request={"messages": [{"content": key}]}),
            {},
        ),
        Recorded(
            "cursor prompt",
            "cursor",
            build(_CURSOR, "beforeSubmitPrompt", prompt=f"use {key}", attachments=[]),
            {"continue": False},
        ),
        Recorded(
            "cursor shell",
            "cursor",
            build(_CURSOR, "beforeShellExecution", **command, cwd="/home/a/p"),
            {"permission": "deny"},
        ),
        Recorded(
            "cursor mcp",
            "cursor",
            build(_CURSOR, "beforeMCPExecution", tool_name="q", tool_input=f'{{"q": "{key}"}}'),
            {"permission": "deny"},
        ),
        Recorded(
            "cursor file",
            "cursor",
            build(_CURSOR, "beforeReadFile", file_path="/home/a/p/.env", content=text),
            {"permission": "deny"},
        ),
        Recorded(
            "cursor output",
            "cursor",
            build(_CURSOR, "postToolUse", tool_name="MCP:q", tool_input={}, tool_output=text),
            {"updated_mcp_tool_output": shown},
        ),
        Recorded(
            "cursor shell output",
            "cursor",
            build(_CURSOR, "afterShellExecution", command="cat .env", output=text, duration=1),
            {},
        ),
        Recorded(
            "copilot prompt",
            "copilot",
            {**_COPILOT, "prompt": f"use {key}"},
            None,
            2,
        ),
        Recorded(
            "copilot tool",
            "copilot",
            {**_COPILOT, "toolName": "bash", "toolArgs": command},
            {"permissionDecision": "deny"},
        ),
        Recorded(
            "copilot tool, in PascalCase",
            "copilot",
            {
                "hook_event_name": "PreToolUse",
                "session_id": "s1",
                "timestamp": "2026-11-01T10:00:00Z",
                "cwd": "/home/a/p",
                "tool_name": "Bash",
                "tool_input": command,
            },
            {"permissionDecision": "deny"},
        ),
        Recorded(
            "copilot output",
            "copilot",
            {
                **_COPILOT,
                "toolName": "bash",
                "toolArgs": {"command": "cat .env"},
                "toolResult": {"resultType": "success", "textResultForLlm": text},
            },
            {"modifiedResult.resultType": "success"},
        ),
        Recorded(
            "vscode prompt",
            "vscode",
            build_vscode("UserPromptSubmit", prompt=f"use {key}"),
            {"continue": False},
        ),
        Recorded(
            "vscode tool",
            "vscode",
            build_vscode("PreToolUse", tool_name="runTerminalCommand", tool_input=command),
            denied,
        ),
        Recorded(
            "vscode output",
            "vscode",
            build_vscode("PostToolUse", tool_name="readFile", tool_input={}, tool_response=text),
            {"continue": False},
        ),
        Recorded(
            "kiro prompt",
            "kiro",
            {"hook_event_name": "userPromptSubmit", "cwd": "/home/a/p", "prompt": key},
            None,
            2,
        ),
        Recorded(
            "kiro tool",
            "kiro",
            {
                "hook_event_name": "preToolUse",
                "cwd": "/home/a/p",
                "tool_name": "execute_bash",
                "tool_input": command,
            },
            None,
            2,
        ),
        Recorded(
            "kiro output",
            "kiro",
            {
                "hook_event_name": "postToolUse",
                "cwd": "/home/a/p",
                "tool_name": "fs_read",
                "tool_input": {"operations": []},
                "tool_response": {"success": True, "result": [text]},
            },
            None,
            1,
        ),
        Recorded(
            "vibe tool",
            "vibe",
            build(_VIBE, "before_tool", tool_name="bash", tool_call_id="1", tool_input=command),
            {"decision": "deny"},
        ),
        Recorded(
            "vibe output",
            "vibe",
            build(
                _VIBE,
                "after_tool",
                tool_name="bash",
                tool_call_id="1",
                tool_input={"command": "cat .env"},
                tool_status="success",
                tool_output={"stdout": text},
                tool_output_text=text,
                tool_error=None,
                duration_ms=1.0,
            ),
            {"decision": "deny"},
        ),
        Recorded("no assistant", "", {"question": f"use {key}"}, None, 2),
    ]
