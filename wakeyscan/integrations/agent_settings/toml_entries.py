"""Entries in the text of a TOML settings file: a part at its end, between two comments."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

from wakeyscan.core.small_files import parse_toml
from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.integrations.agent_settings.entry_command import find_command, mentions_hook
from wakeyscan.integrations.agents.agent import Entry, Header

if TYPE_CHECKING:
    from typing import Any

_BEGIN, _END = "# >>> wakeyscan hook install agent >>>", "# <<< wakeyscan <<<"
_BLOCK = re.compile(rf"{_BEGIN}\r?\n.*?{_END}\r?\n", re.DOTALL)
_BLOCK_AT_END = re.compile(rf"\r?\n{_BEGIN}\r?\n.*?{_END}\Z", re.DOTALL)
"""A file without a line end at its end had none before."""


def build_file(entries: Iterable[Entry], header: Header) -> str:
    """Return the text of a new file."""
    return add_entries("", entries)


def add_entries(text: str, entries: Iterable[Entry]) -> str:
    """Return the text with entries at its end; raise `ValueError`."""
    newline = "\r\n" if "\r\n" in text else "\n"
    lines = [_BEGIN]
    for entry in entries:
        fields = [
            f"{name} = {json.dumps(v, ensure_ascii=False)}" for name, v in entry.value.items()
        ]
        lines += [f"[[{'.'.join(entry.path)}]]", *fields]
    block = newline.join([*lines, _END])
    added = (
        f"{text}{newline}{block}" if text and not text.endswith("\n") else f"{text}{block}{newline}"
    )
    _parse(added)
    return added


def remove_entries(text: str, entries: Iterable[Entry]) -> str:
    """Return the text without our part."""
    return _BLOCK_AT_END.sub("", _BLOCK.sub("", text))


def find_commands(text: str, entries: Iterable[Entry]) -> list[str]:
    """Return the command line of each entry, empty for one that the text lacks."""
    root, commands = _parse(text), []
    for entry in entries:
        items = root.get(entry.path[-1])
        found = [find_command(entry.value, i) for i in (items if isinstance(items, list) else ())]
        commands.append(next(filter(None, found), ""))
    return commands


def count_hooks(text: str) -> int:
    """Return the number of lines with a command line of our hook."""
    return sum(mentions_hook(line) for line in text.split("\n"))


def _parse(text: str) -> dict[str, Any]:
    return parse_toml(text.encode("utf-8", "surrogateescape"))
