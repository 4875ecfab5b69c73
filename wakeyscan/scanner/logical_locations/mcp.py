"""MCP configurations: the server, and the field of it.

Clients use different names for the mapping of servers: Claude, Cursor, Gemini CLI and most others
`mcpServers`, VS Code `servers`, Zed `context_servers`, Codex and Mistral Vibe `mcp_servers`,
opencode and Amp `mcp` and `amp.mcpServers`, Goose `extensions`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from wakeyscan.core.lazy import lazy_pattern
from wakeyscan.scanner.logical_locations.key_path import (
    KeyPath,
    Step,
    format_path,
    text_at,
    value_at,
)

_SERVERS = ("mcpServers", "mcp_servers", "context_servers", "amp.mcpServers", "extensions")
_IN_OWN_FILE = ("servers", "mcp")
"""Names that are too common to mean servers in any file."""

_NAMES = lazy_pattern(rb"mcp_?servers|context_servers|\"?mcp\"?[ \t]*:|GOOSE_", re.IGNORECASE)
_FILES = ("mcp.json", "mcp-config.json", "mcp_config.json", "mcp_settings.json", "opencode.json")


def recognizes(name: str, content: bytes) -> bool:
    """Return whether a document names MCP servers."""
    if not name.endswith((".json", ".jsonc", ".toml", ".yaml", ".yml")):
        return False
    is_goose = "/goose/config." in name
    return is_goose or name.endswith(_FILES) or _NAMES.search(content) is not None


def describe(path: KeyPath, position: tuple[int, int]) -> Iterator[tuple[str, str]]:
    """Yield the name of the server, and the field: `env.API_KEY`, `headers.X`, `args[2]`."""
    level = _find_servers(path.steps)
    if level < 0 or level >= len(path.steps):
        return
    server = path.steps[level]
    if isinstance(server, int):  # a list of servers, each with its name
        server = text_at(value_at(path.values, level + 1), "name") or str(server)
    yield "mcp_server", server
    if field := format_path(path, level + 1):
        yield "field", field


def _find_servers(steps: tuple[Step, ...]) -> int:
    """Return the level of the servers' names; -1 outside of the mapping of servers."""
    for level, step in enumerate(steps):
        if step in _SERVERS:
            return level + 1
        if step in _IN_OWN_FILE:
            is_nested = steps[level + 1 : level + 2] == ("servers",)
            return level + 1 + is_nested
    return -1
