"""A home folder in which no coding assistant is installed."""

from __future__ import annotations

from pathlib import Path

import pytest

_VARIABLES = ("CLAUDE_CONFIG_DIR", "CODEX_HOME", "COPILOT_HOME", "VIBE_HOME", "XDG_CONFIG_HOME")
"""Variables that move the folder of an assistant elsewhere."""


def make_home(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make an empty folder the home of this process."""
    folder.mkdir()
    monkeypatch.setenv("HOME", str(folder))
    for variable in _VARIABLES:
        monkeypatch.delenv(variable, raising=False)
    return folder
