"""Where coding assistants keep transcripts, memory, settings and histories on this machine."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping

from wakeyscan.core.typing import NamedTuple

_EDITORS = ("Code", "Code - Insiders", "VSCodium", "Cursor", "Windsurf", "Kiro", "Trae")
"""Folders of VS Code, and of editors that are made of it, below the folder of settings."""

_EDITOR_PLACES = ("globalStorage", "workspaceStorage", "History", "mcp.json", "settings.json")


class Product(NamedTuple):
    """An assistant, and the files that it writes."""

    title: str
    home: tuple[str, ...] = ()
    """Files and folders below the user's home."""
    settings: tuple[str, ...] = ()
    """Files and folders below the folder in which this system keeps settings."""
    project: tuple[str, ...] = ()
    """Files and folders below a project."""
    variable: str = ""
    """Environment variable with a folder in place of the first one in `home`."""


PRODUCTS: Mapping[str, Product] = {
    "aider": Product(
        "Aider",
        (".aider", ".aider.conf.yml", ".aider.chat.history.md", ".aider.input.history"),
        project=(".aider.chat.history.md", ".aider.input.history", ".aider.llm.history"),
    ),
    "amazonq": Product(
        "Amazon Q", (".aws/amazonq", ".local/share/amazon-q"), project=(".amazonq",)
    ),
    "claude": Product(
        "Claude Code",
        (".claude", ".claude.json"),
        project=(".claude", ".mcp.json", "CLAUDE.local.md"),
        variable="CLAUDE_CONFIG_DIR",
    ),
    "claude-desktop": Product(
        "Claude Desktop",
        ("Library/Logs/Claude",),
        tuple(
            f"Claude/{name}"
            for name in ("claude_desktop_config.json", "logs", "local-agent-mode-sessions")
        ),
    ),
    "codex": Product("Codex CLI", (".codex",), project=(".codex",), variable="CODEX_HOME"),
    "continue": Product("Continue", (".continue",), project=(".continue",)),
    "copilot": Product(
        "GitHub Copilot CLI", (".copilot",), ("github-copilot",), variable="COPILOT_HOME"
    ),
    "cursor": Product("Cursor", (".cursor",), project=(".cursor",)),
    "gemini": Product("Gemini CLI", (".gemini",), project=(".gemini",)),
    "goose": Product("Goose", (".local/share/goose", ".local/state/goose"), ("goose",)),
    "junie": Product("Junie", (".junie",), project=(".junie",)),
    "kiro": Product("Kiro", (".kiro", ".local/share/kiro-cli"), project=(".kiro",)),
    "opencode": Product(
        "opencode", (".local/share/opencode",), ("opencode",), ("opencode.json", ".opencode")
    ),
    "roo": Product("Roo Code", project=(".roo",)),
    "specstory": Product("SpecStory", project=(".specstory",)),
    "vibe": Product("Mistral Vibe", (".vibe",), project=(".vibe",), variable="VIBE_HOME"),
    "windsurf": Product("Windsurf", (".codeium",), project=(".windsurf",)),
    "zed": Product("Zed", (".local/share/zed",), ("zed",), (".zed",)),
    "editors": Product(
        "VS Code or an editor based on it",  # Cline, Copilot Chat and other extensions write there
        settings=tuple(f"{e}/User/{place}" for e in _EDITORS for place in _EDITOR_PLACES),
        project=(".vscode/mcp.json",),
    ),
}
"""Products by their names, in the order of a scan."""


def list_places(name: str, project: str, environment: Mapping[str, str]) -> Iterator[str]:
    """Yield the files and folders of a product, whether they exist or not."""
    product = PRODUCTS[name]
    home, moved = os.path.expanduser("~"), environment.get(product.variable, "")
    for place in product.home:
        yield moved if moved and place == product.home[0] else os.path.join(home, place)
    base = _find_settings_folder(home, environment)
    yield from (os.path.join(base, place) for place in product.settings)
    yield from (os.path.join(project, place) for place in product.project)


def _find_settings_folder(home: str, environment: Mapping[str, str]) -> str:
    if sys.platform == "win32":
        return environment.get("APPDATA") or os.path.join(home, "AppData", "Roaming")
    if sys.platform == "darwin":
        return os.path.join(home, "Library", "Application Support")
    return environment.get("XDG_CONFIG_HOME") or os.path.join(home, ".config")
