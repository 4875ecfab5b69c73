"""The command line of the hook in an entry: how it is written, and how an entry is recognized."""

from __future__ import annotations

import re
import shlex
import sys

from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.integrations.agents.agent import COMMAND, Entry, HookSettings

if TYPE_CHECKING:
    from typing import Any

_HOOK = re.compile(r"""\bwakeyscan(?:\.exe)?["']? hook agent\b""")


def build_command(executable: str, name: str, settings: HookSettings) -> str:
    """Return the command line for an assistant's settings."""
    if sys.platform == "win32":  # Git Bash, PowerShell and cmd.exe read this
        executable = executable.replace("\\", "/")
        program = f'"{executable}"' if " " in executable else executable
    else:
        program = shlex.quote(executable)
    return f"{program} hook agent --agent {settings.owner or name}"


def find_executable(command: str) -> str:
    """Return the program in a command line."""
    try:
        return (shlex.split(command) or [""])[0]
    except ValueError:
        return ""


def mentions_hook(text: str) -> bool:
    """Return whether a text contains a command line of our hook."""
    return _HOOK.search(text) is not None


def fill_entries(entries: tuple[Entry, ...], command: str) -> tuple[Entry, ...]:
    """Return the entries with a command line."""
    return tuple(Entry(entry.path, _fill(entry.value, command)) for entry in entries)


def find_command(template: object, value: object) -> str:
    """Return the command line in a value that has the form of our entry; else an empty text."""
    found: list[str] = []
    return found[0] if _matches(template, value, found) and found else ""


def _fill(template: Any, command: str) -> Any:
    if isinstance(template, dict):
        return {name: _fill(value, command) for name, value in template.items()}
    if isinstance(template, list):
        return [_fill(item, command) for item in template]
    return command if template == COMMAND else template


def _matches(template: Any, value: Any, found: list[str]) -> bool:
    if template == COMMAND:
        found.append(str(value))
        return isinstance(value, str) and mentions_hook(value)
    if type(template) is not type(value):
        return False
    if isinstance(template, dict):
        names = template.keys()
        return names == value.keys() and all(_matches(template[n], value[n], found) for n in names)
    if isinstance(template, list):
        pairs = zip(template, value, strict=False)
        return len(template) == len(value) and all(_matches(t, v, found) for t, v in pairs)
    return bool(template == value)
