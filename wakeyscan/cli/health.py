"""Checks of an installation and of the current repository, for `wakeyscan doctor`."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping

from wakeyscan.audit.cache import find_cache_file
from wakeyscan.baselines import maintain
from wakeyscan.cli.components import Component, list_components
from wakeyscan.config import build, config_file
from wakeyscan.core.errors import GitError, WakeyscanError
from wakeyscan.core.files import find_cache_folder
from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple
from wakeyscan.git import worktree
from wakeyscan.git.environment import find_version
from wakeyscan.integrations.agent_settings import hook_state
from wakeyscan.integrations.hooks import hook_status
from wakeyscan.rules.loader import load_rules
from wakeyscan.suppression import ignore_entry

if TYPE_CHECKING:
    from wakeyscan.config.config import Config
    from wakeyscan.config.options import Option, Values

OK, NOTE, PROBLEM = "ok", "note", "problem"
"""States of a check; only a problem fails."""

_OLDEST_GIT = (2, 25)
"""Oldest version of git that wakeyscan is tested with."""


class Check(NamedTuple):
    """The result of a check."""

    name: str
    state: str
    text: str
    advice: str = ""
    """What to do; empty if nothing has to be done."""


def run_checks(
    values: Values, options: tuple[Option, ...], environment: Mapping[str, str]
) -> Iterator[Check]:
    """Yield the results of all checks."""
    yield check_git()
    try:
        settings = build.build_config(values, options, environment)
    except WakeyscanError as error:
        yield Check("configuration", PROBLEM, str(error), "see wakeyscan config schema")
    else:
        yield _describe_configuration(settings, values)
        yield _check_rules(settings)
        yield _check_ignore_file(settings)
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


def _describe_configuration(settings: Config, values: Values) -> Check:
    file = config_file.find_config_file(str(values.get("config", "")), settings.revision)
    return Check("configuration", OK, file.name or "no file: the defaults are used")


def _check_rules(settings: Config) -> Check:
    try:
        rules = load_rules(settings.rules)
    except WakeyscanError as error:
        return Check("rules", PROBLEM, str(error), "correct the file, then: wakeyscan rules test")
    return Check("rules", OK, f"{len(rules)} rules")


def _check_ignore_file(settings: Config) -> Check:
    name, file = "ignore file", settings.find_ignore_file()
    try:
        entries = maintain.load_entries(settings)
    except WakeyscanError as error:
        return Check(name, PROBLEM, str(error), "correct the line; its entries are not applied")
    expired = sum(entry.has_expired(ignore_entry.current_day()) for entry in entries)
    if expired:
        text = f"{file}: {expired} of {len(entries)} entries expired"
        return Check(name, NOTE, text, "wakeyscan ignore prune")
    return Check(name, OK, f"{file}: {len(entries)} entries" if entries else "no entries")


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
