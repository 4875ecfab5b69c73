"""Checks of an installation and of the current repository, for `wakeyscan doctor`."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping

from wakeyscan.audit.cache import find_cache_file
from wakeyscan.cli.check import NOTE, OK, PROBLEM, Check
from wakeyscan.cli.components import Component, list_components
from wakeyscan.cli.configuration_checks import check_configuration
from wakeyscan.core.errors import GitError, WakeyscanError
from wakeyscan.core.files import find_cache_folder
from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.git import worktree
from wakeyscan.git.environment import find_version
from wakeyscan.integrations.agent_settings import hook_state
from wakeyscan.integrations.hooks import hook_status

if TYPE_CHECKING:
    from wakeyscan.config.options import Option, Values

_OLDEST_GIT = (2, 25)
"""Oldest version of git that wakeyscan is tested with."""


def run_checks(
    values: Values, options: tuple[Option, ...], environment: Mapping[str, str]
) -> Iterator[Check]:
    """Yield the results of all checks."""
    yield check_git()
    yield from check_configuration(values, options, environment)
    yield from check_hooks()
    yield from map(_check_agent, hook_state.inspect_agents())
    yield check_cache(find_cache_folder())
    yield from map(check_component, list_components())


def check_git() -> Check:
    """Check that git runs, and is not too old."""
    try:
        version = find_version()
    except GitError as error:
        return Check("git", PROBLEM, str(error), "install git; without it, only files are scanned")
    numbers = tuple(int(part) for part in re.findall(r"\d+", version.rpartition(": ")[2])[:2])
    if numbers < _OLDEST_GIT:
        oldest = ".".join(map(str, _OLDEST_GIT))
        return Check("git", PROBLEM, version, f"install git {oldest} or newer")
    return Check("git", OK, version)


def check_hooks() -> Iterator[Check]:
    """Yield a check per hook of the current repository."""
    try:
        worktree.find_git_folder(".")
    except WakeyscanError as error:
        yield Check("hooks", NOTE, f"not checked: {error}")
        return
    try:
        yield from map(_check_hook, hook_status.inspect_hooks())
    except WakeyscanError as error:
        yield Check("hooks", PROBLEM, f"not checked: {error}", "hooks fail too until it is solved")


def _check_hook(state: hook_status.HookState) -> Check:
    name = f"hook {state.stage}"
    if not state.is_problem:
        return Check(name, NOTE if state.kind == hook_status.ABSENT else OK, state.text)
    if state.kind == hook_status.STALE:
        text = f"{state.text}, stale: written by another version"
        return Check(name, PROBLEM, text, f"wakeyscan hook install {state.stage}")
    if state.kind == hook_status.SHADOWED:
        text = f"shadowed: {state.text}"
        return Check(name, PROBLEM, text, f"wakeyscan hook install {state.stage}")
    return Check(name, PROBLEM, state.text, f"wakeyscan hook install {state.stage}")


def _check_agent(state: hook_state.AgentState) -> Check:
    kinds = {hook_state.ABSENT: NOTE, hook_state.BROKEN: PROBLEM}
    return Check(f"hook agent {state.agent}", kinds.get(state.kind, OK), state.text, state.advice)


def check_cache(folder: str) -> Check:
    """Check that the cache can be written."""
    if not folder:
        advice = "set HOME or XDG_CACHE_HOME; audits scan everything again"
        return Check("cache", NOTE, "this user has no cache folder", advice)
    place = folder
    while not os.path.lexists(place):
        place = os.path.dirname(place)
    if not (os.path.isdir(place) and os.access(place, os.W_OK | os.X_OK)):
        return Check("cache", PROBLEM, f"{place}: cannot be written", "make it a writable folder")
    file = find_cache_file()
    size = os.path.getsize(file) if os.path.isfile(file) else 0
    return Check("cache", OK, f"{folder} ({size / 1e6:,.1f} MB of audits)")


def check_component(component: Component) -> Check:
    """Check that a library is installed."""
    name = component.distribution
    if component.version and component.fits():
        return Check(name, OK, component.state)
    result = PROBLEM if component.is_required else NOTE
    return Check(name, result, component.state, component.command)
