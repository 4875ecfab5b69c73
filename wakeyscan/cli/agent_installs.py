"""Installation of the hook of coding assistants, as `wakeyscan hook` and `doctor` show it."""

from __future__ import annotations

from collections.abc import Iterator

from wakeyscan.cli import output
from wakeyscan.core.errors import SourceError, UsageError
from wakeyscan.integrations.agent_settings import hook_state, settings_file
from wakeyscan.integrations.agent_settings.settings_file import SettingsFile
from wakeyscan.integrations.agents import AGENTS, WITHOUT_EVENTS
from wakeyscan.integrations.hooks.install import find_executable

_SCOPES = (settings_file.USER, settings_file.PROJECT)


def change_agents(action: str, agents: list[str], scope: str) -> int:
    """Install or uninstall the hook of assistants; a failure does not stop the others.

    Without names, those with settings on this machine are changed.
    """
    for agent in agents:
        if agent in WITHOUT_EVENTS:
            raise UsageError(WITHOUT_EVENTS[agent])
        AGENTS.check(agent)
    if scope not in ("", *_SCOPES):
        raise UsageError(f"--scope: expected user or project, got {scope!r}")
    change = _install if action == "install" else settings_file.uninstall_entries
    code = 0
    for file in _list_files(action, agents, scope):
        try:
            output.write_lines([change(file)])
        except SourceError as error:
            output.print_error(str(error))
            code = 2
    return code


def _install(file: SettingsFile) -> str:
    # The settings of a project are shared with users whose program is elsewhere.
    program = find_executable() if file.scope == settings_file.USER else "wakeyscan"
    return settings_file.install_entries(file, program)


def _list_files(action: str, agents: list[str], scope: str) -> list[SettingsFile]:
    """Return the files to change. Uninstalling without a scope is about both."""
    names = agents or [*settings_file.list_installed_agents()]
    if not names:
        known = ", ".join(AGENTS)
        raise UsageError(
            f"wakeyscan hook {action} agent: no assistant has settings on this machine; name one: "
            f"{known}"
        )
    scopes = (scope,) if scope else _SCOPES if action == "uninstall" else (settings_file.USER,)
    files = (settings_file.find_settings_file(name, s) for name in names for s in scopes)
    return [*{file.path: file for file in files}.values()]


def describe_agents() -> Iterator[str]:
    """Yield the state of the hook of each assistant as text."""
    for state in hook_state.inspect_agents():
        yield f"agent {state.agent}: {state.text}"
