"""The settings file of an assistant: its place, the state of our hook in it, and its edits."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from wakeyscan.core import file_updates, files, small_files
from wakeyscan.core.errors import SourceError
from wakeyscan.core.typing import NamedTuple
from wakeyscan.git import worktree
from wakeyscan.integrations.agent_settings import SettingsFormat, json_entries, toml_entries
from wakeyscan.integrations.agent_settings.entry_command import build_command, fill_entries
from wakeyscan.integrations.agents import AGENTS
from wakeyscan.integrations.agents.agent import HookSettings

USER, PROJECT = "user", "project"
"""Scopes: all projects of the user, or the current one."""

_REMEDY = "correct the file, then try again"


class SettingsFile(NamedTuple):
    """A settings file of an assistant."""

    agent: str
    scope: str
    path: str
    settings: HookSettings

    @property
    def format(self) -> SettingsFormat:
        """The module that edits its text."""
        return toml_entries if self.path.endswith(".toml") else json_entries


def find_settings_file(agent: str, scope: str) -> SettingsFile:
    """Return the settings file of an assistant; raise `UsageError` for an unknown one."""
    settings = AGENTS.load(agent).SETTINGS
    if scope == USER:
        folder, _, rest = settings.user.partition("/")[2].partition("/")
        moved = os.environ.get(settings.home_variable, "") if settings.home_variable else ""
        path = os.path.join(moved or os.path.join(os.path.expanduser("~"), folder), rest)
    else:
        path = os.path.join(worktree.find_work_tree(".") or os.getcwd(), settings.project)
    return SettingsFile(agent, scope, os.path.normpath(path), settings)


def list_installed_agents() -> Iterator[str]:
    """Yield the assistants with a folder in the user's home; of those that share one, the first."""
    seen = set()
    for agent in AGENTS:
        file = find_settings_file(agent, USER)
        depth = file.settings.user.count("/") - 1
        folder = file.path
        for _ in range(depth):
            folder = os.path.dirname(folder)
        if file.path not in seen and os.path.isdir(folder):
            seen.add(file.path)
            yield agent


def read_settings(file: SettingsFile) -> str | None:
    """Return the text of a settings file, `None` without one; raise `SourceError`."""
    try:
        content = small_files.read_small_file(file.path, small_files.MAX_LIST_SIZE)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise SourceError(f"{file.path}: cannot be read: {error.strerror}") from None
    return content.decode("utf-8", "surrogateescape")


def install_entries(file: SettingsFile, executable: str) -> str:
    """Make an assistant run our hook, and return what was done; raise `SourceError`."""
    with _lock(file):
        return _install_entries(file, executable)


def uninstall_entries(file: SettingsFile) -> str:
    """Remove our entries, and return what was done; raise `SourceError`."""
    with _lock(file):
        return _uninstall_entries(file)


@contextmanager
def _lock(file: SettingsFile) -> Iterator[None]:
    try:
        with file_updates.lock_folder(os.path.dirname(file.path)):
            yield
    except OSError as error:
        raise SourceError(f"{file.path}: cannot be written: {error.strerror}") from None


def _install_entries(file: SettingsFile, executable: str) -> str:
    text = read_settings(file)
    command = build_command(executable, file.agent, file.settings)
    try:
        if text and find_commands(file, text) == [command] * len(file.settings.entries):
            return f"{file.agent}: {file.path} already runs wakeyscan"
        rest = remove_entries(file, text)
        if rest and count_hooks(file, rest):
            return f"{file.agent}: {file.path} already runs wakeyscan, in an entry of your own"
        added = _add_entries(file, rest, command)
        is_exact = remove_entries(file, added) == rest
    except (ValueError, RecursionError) as error:
        raise SourceError(f"{file.path}: {error}; {_REMEDY}") from None
    if not is_exact:
        raise SourceError(f"{file.path}: cannot be changed reversibly; add the entries by hand")
    _write(file, added)
    note = f"; {file.settings.note}" if file.settings.note else ""
    return f"{file.agent}: {file.path} now runs wakeyscan{note}"


def _uninstall_entries(file: SettingsFile) -> str:
    text = read_settings(file)
    try:
        rest = remove_entries(file, text)
        own = count_hooks(file, rest) if rest else 0
    except (ValueError, RecursionError) as error:
        raise SourceError(f"{file.path}: {error}; {_REMEDY}") from None
    kept = "; an entry of your own still does" if own else ""
    if rest == text:
        return f"{file.agent}: nothing to remove from {file.path}{kept}"
    _write(file, rest)
    return f"{file.agent}: {file.path} no longer runs wakeyscan{kept}"


def find_commands(file: SettingsFile, text: str) -> list[str]:
    """Return the command line of each of our entries, empty for a missing one."""
    if not text.strip():
        return [""] * len(file.settings.entries)
    return file.format.find_commands(text, file.settings.entries)


def count_hooks(file: SettingsFile, text: str) -> int:
    """Return how often a settings file names a command line of our hook."""
    if not text.strip():
        return 0
    return file.format.count_hooks(text)


def _add_entries(file: SettingsFile, text: str | None, command: str) -> str:
    entries = fill_entries(file.settings.entries, command)
    if text and text.strip():
        return file.format.add_entries(text, entries)
    built = file.format.build_file(entries, file.settings.header)
    return built if text is None else text + built.removesuffix("\n")


def remove_entries(file: SettingsFile, text: str | None) -> str | None:
    """Return the text without our entries; `None` if the file was created for them."""
    if text is None or not text.strip():
        return text
    command = next(filter(None, file.format.find_commands(text, file.settings.entries)), "")
    entries = fill_entries(file.settings.entries, command)
    built = file.format.build_file(entries, file.settings.header)
    if text == built:
        return None
    blanks = text.removesuffix(built.removesuffix("\n"))
    if not blanks.strip():
        return blanks  # the file was there, but empty
    return file.format.remove_entries(text, file.settings.entries)


def _write(file: SettingsFile, text: str | None) -> None:
    """Replace a settings file, or remove it; a link of the user's own is followed."""
    folder = os.path.dirname(file.path)
    trees = (os.path.realpath(_find_top(file)),) if file.scope == PROJECT else ()
    try:
        files.check(file.path, trees)
        if text is None:
            os.unlink(file.path)
            if os.path.basename(folder) == "hooks":
                with suppress(OSError):  # it is not empty
                    os.rmdir(folder)
            return
        os.makedirs(folder, exist_ok=True)
        files.write(file.path, text.encode("utf-8", "surrogateescape"), trees)
    except OSError as error:
        raise SourceError(f"{file.path}: cannot be written: {error.strerror}") from None


def _find_top(file: SettingsFile) -> str:
    return file.path.removesuffix(os.path.normpath(file.settings.project))
