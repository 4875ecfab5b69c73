"""State of the hooks of assistants: which of them run wakeyscan, and what is wrong with them."""

from __future__ import annotations

import os
from collections.abc import Iterator

from wakeyscan.core.errors import SourceError
from wakeyscan.core.typing import NamedTuple
from wakeyscan.git import process
from wakeyscan.integrations.agent_settings import settings_file
from wakeyscan.integrations.agent_settings.entry_command import find_executable
from wakeyscan.integrations.agent_settings.settings_file import SettingsFile
from wakeyscan.integrations.agents import AGENTS

INSTALLED, BROKEN, OTHER, ABSENT = "installed", "broken", "other", "absent"
"""Kinds of states; `OTHER` is an entry that we did not write."""


class AgentState(NamedTuple):
    """State of our hook in a settings file."""

    agent: str
    kind: str
    text: str
    advice: str = ""
    """Command that repairs it; empty if nothing is wrong."""


def inspect_agents() -> Iterator[AgentState]:
    """Yield the state of each assistant on this machine, and of each one in this project."""
    present = [*settings_file.list_installed_agents()]
    seen = set()
    for agent in AGENTS:
        for scope in (settings_file.USER, settings_file.PROJECT):
            file = settings_file.find_settings_file(agent, scope)
            state = inspect_file(file)
            is_expected = agent in present and scope == settings_file.USER
            if file.path not in seen and (state.kind != ABSENT or is_expected):
                seen.add(file.path)
                yield state


def inspect_file(file: SettingsFile) -> AgentState:
    """Return the state of a settings file."""
    repair = f"wakeyscan hook install agent {file.agent} --scope {file.scope}"
    try:
        text = settings_file.read_settings(file)
        commands = settings_file.find_commands(file, text or "")
        mentions = settings_file.count_hooks(file, text or "")
    except SourceError as error:
        return AgentState(file.agent, BROKEN, str(error), "correct the file")
    except (ValueError, RecursionError) as error:
        return AgentState(file.agent, BROKEN, f"{file.path}: {error}", "correct the file")
    if not any(commands):
        if mentions:
            text = f"{file.path} mentions wakeyscan; it was not written by wakeyscan hook install"
            return AgentState(file.agent, OTHER, text)
        return AgentState(file.agent, ABSENT, "not installed")
    state = f"installed in {file.path}"
    missing = [_name_event(file, n) for n, command in enumerate(commands) if not command]
    if missing:
        text = f"{state}, but not for {', '.join(missing)}"
        return AgentState(file.agent, BROKEN, text, repair)
    for command in sorted(set(commands)):
        program = find_executable(command)
        if not os.access(program, os.X_OK) and not process.find_program(program):
            return AgentState(file.agent, BROKEN, f"{state}, but {program} is not found", repair)
    return AgentState(file.agent, INSTALLED, state)


def _name_event(file: SettingsFile, number: int) -> str:
    entry = file.settings.entries[number]
    return str(entry.value.get("name") or entry.path[-1])
