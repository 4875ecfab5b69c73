"""Flags, variables and files -> one frozen Config; in that order of precedence."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from wakeyscan.config import config_file, converters
from wakeyscan.config.options import Option, Values
from wakeyscan.core.errors import ConfigError, UsageError
from wakeyscan.core.files import find_cache_folder
from wakeyscan.core.finding import Severity
from wakeyscan.core.secret import API_KEY, APP_KEY, Secret
from wakeyscan.git import worktree
from wakeyscan.rules.rule import RuleFolder
from wakeyscan.scanner.scan import ScanOptions
from wakeyscan.sources.options import SourceOptions
from wakeyscan.suppression import IGNORE_FILE
from wakeyscan.suppression.policy import Policy
from wakeyscan.verification.verdict import VerifyOptions

if TYPE_CHECKING:
    from wakeyscan.sources.revision import Revision


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
    source: SourceOptions
    show_suppressed: bool
    sarif_profile: str
    quiet: bool
    verbose: bool
    color: str
    verification: VerifyOptions
    ignore_file: str = ""
    """Empty: the one at the top of the repository that one stands in."""
    strict_ignores: bool = False
    policy: Policy = Policy()
    revision: Revision | None = None
    """Where configuration, ignore file and marks are taken from, if not from what is there."""
    honor_foreign_ignores: bool = False

    @property
    def scan_options(self) -> ScanOptions:
        """The part of the settings that a scan takes."""
        return ScanOptions(self.source, self.rules, self.jobs, self.policy)

    def find_ignore_file(self, folder: str = ".") -> str:
        """Return the path of the ignore file: as given, or at the top of the folder's repository."""
        top = worktree.find_work_tree(folder) or folder
        return self.ignore_file or os.path.relpath(os.path.join(top, IGNORE_FILE))


class _Settings(NamedTuple):
    """What is said of settings: by a flag, else a variable, else a file."""

    flags: Values
    given: Values
    """By flags and variables."""
    file: config_file.ConfigFile

    def pick(self, name: str, convert: Callable[[Any], Any], default: Any) -> Any:
        """Give a setting that a file may say, too; raises `UsageError` or `ConfigError`."""
        key = name.replace("-", "_")
        if key in self.given:
            where = f"--{name}" if key in self.flags else f"WAKEYSCAN_{key.upper()}"
            return _converted(convert, self.given[key], where, UsageError)
        if name in self.file.table:
            where = f"{self.file.name}: {name}"
            return _converted(convert, self.file.table[name], where, ConfigError)
        return default

    def on(self, key: str) -> bool:
        """Say whether a switch is on."""
        return bool(self.given.get(key))

    def text(self, key: str) -> str:
        """Give a text that no file says; empty where nothing does."""
        return str(self.given.get(key, ""))


def build_config(
    values: Values, options: tuple[Option, ...], environment: Mapping[str, str]
) -> Config:
    """Build the configuration of a scanning command; raises `UsageError` or `ConfigError`."""
    _refuse_empty(values)
    given = {**read_environment(options, environment), **values}
    revision = _revision(str(given.get("policy_from", "")))
    file = config_file.find_config_file(str(given.get("config", "")), revision)
    said = _Settings(values, given, file)
    return Config(
        format=said.pick("format", str, "text"),
        reports=tuple(_named_file(pair) for pair in said.pick("report", _listed, [])),
        fail_on=said.pick("fail-on", converters.parse_fail_on, Severity.LOW),
        rules=_rules(said, revision),
        jobs=said.pick("jobs", converters.parse_count, 0),
        source=_source_options(said),
        show_suppressed=said.on("show_suppressed"),
        sarif_profile=said.pick(
            "sarif-profile", converters.build_choice("generic", "github"), "generic"
        ),
        quiet=said.on("quiet"),
        verbose=said.on("verbose"),
        color=said.pick("color", converters.build_choice("auto", "always", "never"), "auto"),
        verification=_asking(said, environment),
        ignore_file=said.text("ignore_file"),
        strict_ignores=said.on("strict_ignores"),
        policy=config_file.parse_policy(file, revision),
        revision=revision,
        honor_foreign_ignores=said.on("honor_foreign_ignores"),
    )


def _refuse_empty(flags: Values) -> None:
    """Refuse what would count as left out, as where a variable of CI is not set."""
    for name in ("policy-from", "rules", "config", "ignore-file"):
        if flags.get(name.replace("-", "_")) == "":
            raise UsageError(f"--{name} is empty: give it a value, or leave the option out")


def _source_options(said: _Settings) -> SourceOptions:
    return SourceOptions(
        max_file_size=said.pick("max-file-size", converters.parse_size, None),
        gitignore=not said.on("no_gitignore"),
        whole_files=said.on("whole_files"),
        exclude=tuple(said.file.table.get("exclude", ())),
        root=said.file.folder,
    )


def _revision(name: str) -> Revision | None:
    if not name:
        return None
    from wakeyscan.sources import revision  # git, which a scan of files may do without

    return revision.resolve_revision(name)


def _rules(said: _Settings, revision: Revision | None) -> RuleFolder:
    """Give the folder of further rules, or what it held at the revision; raises `ConfigError`."""
    given, in_file = said.text("rules"), str(said.file.table.get("rules", ""))
    path = given or (in_file and os.path.join(said.file.folder, in_file))
    inside = revision.find_path(path) if revision and path else None
    if revision is None or inside is None:
        return path
    held = revision.read_directory(inside)
    files = sorted((f"{path} at {revision}/{n}", held[n]) for n in held if n.endswith(".toml"))
    if not files and not given:
        raise ConfigError(f"{path} at {revision}: no rules (*.toml) in it")
    return tuple(files)


def _asking(said: _Settings, environment: Mapping[str, str]) -> VerifyOptions:
    app_key, control = said.text("app_key"), environment.get("WAKEYSCAN_CONTROL_KEY", "")
    return VerifyOptions(
        verify=said.on("verify"),
        require=said.on("require_verified"),
        plan=said.on("verify_plan"),
        app_key=Secret(os.fsencode(app_key), APP_KEY) if app_key else None,
        control=Secret(os.fsencode(control.strip()), API_KEY) if control else None,
        api_url=said.text("api_url"),
        proxy=said.text("proxy"),
        cache=find_cache_folder() if said.on("verify_cache") else None,
    )


def read_environment(options: tuple[Option, ...], environment: Mapping[str, str]) -> Values:
    """Read the options that variables set; an empty variable sets nothing."""
    values: Values = {}
    for option in options:
        text = environment.get(option.variable, "")
        if text and option.metavar:
            values[option.key] = text.split() if option.many else text
        elif text:
            values[option.key] = _converted(
                converters.parse_switch, text, option.variable, UsageError
            )
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
