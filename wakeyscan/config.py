"""Flags, variables and files -> one frozen Config; in that order of precedence."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from wakeyscan import configfile, conversion
from wakeyscan.arguments import Option, Values
from wakeyscan.cachefolder import cache_folder
from wakeyscan.errors import ConfigError, UsageError
from wakeyscan.finding import API_KEY, APP_KEY, Secret, Severity
from wakeyscan.policy import Policy
from wakeyscan.rule import RuleFolder
from wakeyscan.scope import Scope

if TYPE_CHECKING:
    from wakeyscan.revision import Revision


class Asking(NamedTuple):
    """Whether, and where, keys are asked about; the invoking user alone says so, no file."""

    verify: bool = False
    require: bool = False
    plan: bool = False
    app_key: Secret | None = None
    control: Secret | None = None
    """A key that is known to be good, from the environment alone."""
    api_url: str = ""
    """Empty: WAStack's own."""
    proxy: str = ""
    cache: str | None = None
    """The folder in which answers are remembered, if they are; empty: there is none to do it in."""

    @property
    def wanted(self) -> bool:
        """Whether keys are asked about, or it is to be said what would be sent."""
        return self.verify or self.plan


class Config(NamedTuple):
    """All settings of a run."""

    format: str
    reports: tuple[tuple[str, str], ...]
    """Further reports: (format, file)."""
    fail_on: Severity | None
    rules: RuleFolder
    """A folder of further rules, or empty."""
    jobs: int
    """0: as many as there are processors."""
    scope: Scope
    show_suppressed: bool
    sarif_profile: str
    quiet: bool
    verbose: bool
    color: str
    asking: Asking
    ignore_file: str = ""
    """Empty: the one at the top of the repository that one stands in."""
    strict_ignores: bool = False
    policy: Policy = Policy()
    revision: Revision | None = None
    """Where configuration, ignore file and marks are taken from, if not from what is there."""
    honor_foreign_ignores: bool = False


def build(values: Values, options: tuple[Option, ...], environment: Mapping[str, str]) -> Config:
    """Build the configuration of a scanning command; raises `UsageError` or `ConfigError`."""
    given = {**from_environment(options, environment), **values}
    revision = _revision(str(given.get("policy_from", "")))
    file, folder, table = found = configfile.find(str(given.get("config", "")), revision)

    def pick(name: str, convert: Callable[[Any], Any], default: Any) -> Any:
        key = name.replace("-", "_")
        if key in given:
            where = f"--{name}" if key in values else f"WAKEYSCAN_{key.upper()}"
            return _converted(convert, given[key], where, UsageError)
        if name in table:
            return _converted(convert, table[name], f"{file}: {name}", ConfigError)
        return default

    scope = Scope(
        max_file_size=pick("max-file-size", conversion.size, None),
        gitignore=not given.get("no_gitignore", False),
        whole_files=bool(given.get("whole_files")),
        exclude=tuple(table.get("exclude", ())),
        root=folder,
    )
    return Config(
        format=pick("format", str, "text"),
        reports=tuple(_named_file(pair) for pair in pick("report", _listed, [])),
        fail_on=pick("fail-on", conversion.level, Severity.LOW),
        rules=_rules(str(given.get("rules", "")), str(table.get("rules", "")), folder, revision),
        jobs=pick("jobs", conversion.count, 0),
        scope=scope,
        show_suppressed=bool(given.get("show_suppressed")),
        sarif_profile=pick("sarif-profile", conversion.one_of("generic", "github"), "generic"),
        quiet=bool(given.get("quiet")),
        verbose=bool(given.get("verbose")),
        color=pick("color", conversion.one_of("auto", "always", "never"), "auto"),
        asking=_asking(given, environment),
        ignore_file=str(given.get("ignore_file", "")),
        strict_ignores=bool(given.get("strict_ignores")),
        policy=configfile.policy_of(found, revision),
        revision=revision,
        honor_foreign_ignores=bool(given.get("honor_foreign_ignores")),
    )


def _revision(name: str) -> Revision | None:
    if not name:
        return None
    from wakeyscan import revision  # git, which a scan of files may do without

    return revision.revision(name)


def _rules(given: str, in_file: str, folder: str, revision: Revision | None) -> RuleFolder:
    """Give the folder of further rules, or what it held at the revision; raises `ConfigError`."""
    path = given or (in_file and os.path.join(folder, in_file))
    inside = revision.inside(path) if revision and path else None
    if revision is None or inside is None:
        return path
    held = revision.folder(inside)
    files = sorted((f"{path} at {revision}/{n}", held[n]) for n in held if n.endswith(".toml"))
    if not files and not given:
        raise ConfigError(f"{path} at {revision}: no rules (*.toml) in it")
    return tuple(files)


def _asking(given: Values, environment: Mapping[str, str]) -> Asking:
    app_key, control = str(given.get("app_key", "")), environment.get("WAKEYSCAN_CONTROL_KEY", "")
    return Asking(
        verify=bool(given.get("verify")),
        require=bool(given.get("require_verified")),
        plan=bool(given.get("verify_plan")),
        app_key=Secret(os.fsencode(app_key), APP_KEY) if app_key else None,
        control=Secret(os.fsencode(control.strip()), API_KEY) if control else None,
        api_url=str(given.get("api_url", "")),
        proxy=str(given.get("proxy", "")),
        cache=cache_folder() if given.get("verify_cache") else None,
    )


def from_environment(options: tuple[Option, ...], environment: Mapping[str, str]) -> Values:
    """Read the options that variables set; an empty variable sets nothing."""
    values: Values = {}
    for option in options:
        text = environment.get(option.variable, "")
        if text and option.metavar:
            values[option.key] = text.split() if option.many else text
        elif text:
            values[option.key] = _converted(conversion.switch, text, option.variable, UsageError)
    return values


def _converted(
    convert: Callable[[Any], Any], value: object, where: str, error: type[Exception]
) -> Any:
    try:
        return convert(value)
    except ValueError as refused:
        raise error(f"{where} {refused}, not {value!r}") from None


def _listed(value: list[str]) -> list[str]:
    return value


def _named_file(pair: str) -> tuple[str, str]:
    name, equals, file = pair.partition("=")
    if not (name and equals and file):
        raise UsageError(f"--report must be NAME=FILE, as sarif=wakeyscan.sarif, not {pair!r}")
    return name, file


def wants_color(color: str, environment: Mapping[str, str]) -> bool:
    """Decide on colour: the flag, NO_COLOR, FORCE_COLOR, then whether stdout is a terminal."""
    if color != "auto":
        return color == "always"
    if environment.get("NO_COLOR"):
        return False
    if environment.get("FORCE_COLOR") or environment.get("CLICOLOR_FORCE"):
        return True
    terminal = sys.stdout is not None and sys.stdout.isatty()
    return terminal and environment.get("TERM", "") != "dumb"
