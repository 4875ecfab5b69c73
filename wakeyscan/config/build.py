"""Builds the configuration of a run from options, environment variables and a file."""

from __future__ import annotations

import os
from collections.abc import Mapping

from wakeyscan.config import config_file, converters
from wakeyscan.config.config import Config
from wakeyscan.config.settings import Settings, refuse_empty_values
from wakeyscan.core import severity
from wakeyscan.core.errors import ConfigError, UsageError
from wakeyscan.core.lazy import lazy_import
from wakeyscan.core.secret import API_KEY, APP_KEY, Secret
from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.reports import TEMPLATE
from wakeyscan.sources.options import SourceOptions
from wakeyscan.suppression import Policy

if TYPE_CHECKING:
    from wakeyscan import verification
    from wakeyscan.config import policy_tables
    from wakeyscan.config.options import Option, Values
    from wakeyscan.core import files
    from wakeyscan.rules.rule import RuleFolder
    from wakeyscan.sources import revision as revisions
else:
    # Runs without --verify, a policy or --policy-from need none of these.
    files = lazy_import("wakeyscan.core.files")
    policy_tables = lazy_import("wakeyscan.config.policy_tables")
    revisions = lazy_import("wakeyscan.sources.revision")
    verification = lazy_import("wakeyscan.verification")

_parse_profile = converters.build_choice("generic", "github")
_parse_agent_fail = converters.build_choice("open", "closed")
_parse_color = converters.build_choice("auto", "always", "never")


def build_config(
    values: Values, options: tuple[Option, ...], environment: Mapping[str, str]
) -> Config:
    """Build the configuration of a command that scans; raise `UsageError` or `ConfigError`."""
    refuse_empty_values(values)
    given = {**read_environment(options, environment), **values}
    revision = _resolve_revision(str(given.get("policy_from", "")))
    file = config_file.find_config_file(str(given.get("config", "")), revision)
    settings = Settings(values, given, file)
    _check_template(settings)
    policy = _build_policy(file, revision)
    is_verified = settings.is_on("verify") or settings.is_on("verify_plan")
    return Config(
        format=settings.get("format", str, "text"),
        reports=tuple(_parse_report(pair) for pair in settings.get_list("report")),
        output=_parse_output(settings.get_text("output")),
        fail_on=settings.get("fail-on", converters.parse_fail_on, severity.Severity.LOW),
        rules=_find_rules(settings, revision),
        jobs=settings.get("jobs", converters.parse_count, 0),
        source=_build_source_options(settings, policy),
        show_suppressed=settings.is_on("show_suppressed"),
        template=settings.get_text("template"),
        sarif_profile=settings.get("sarif-profile", _parse_profile, "generic"),
        quiet=settings.is_on("quiet"),
        verbose=settings.is_on("verbose"),
        color=settings.get("color", _parse_color, "auto"),
        verification=build_verify_options(given, environment) if is_verified else None,
        ignore_file=settings.get_text("ignore_file"),
        strict=settings.is_on("strict"),
        strict_ignores=settings.is_on("strict_ignores"),
        policy=policy,
        revision=revision,
        honor_foreign_ignores=settings.is_on("honor_foreign_ignores"),
        agent_fail=settings.get("agent-fail", _parse_agent_fail, ""),
    )


def _parse_report(pair: str) -> tuple[str, str]:
    report: tuple[str, str] = converters.convert(
        converters.parse_report, pair, "--report", UsageError
    )
    return report


def _check_template(settings: Settings) -> None:
    """Refuse a template on the command line that no report uses."""
    names = [pair.partition("=")[0] for pair in settings.get_list("report")]
    if "template" in settings.flags and TEMPLATE not in (settings.get_text("format"), *names):
        raise UsageError(
            "--template: no report uses it; add --format template or --report template=FILE"
        )


def _parse_output(file: str) -> str:
    return "" if file == "-" else file


def _resolve_revision(name: str) -> revisions.Revision | None:
    return revisions.resolve_revision(name) if name else None


def _build_policy(file: config_file.ConfigFile, revision: revisions.Revision | None) -> Policy:
    if file.name or revision:
        return policy_tables.parse_policy(file, revision)
    return Policy()


def _build_source_options(settings: Settings, policy: Policy) -> SourceOptions:
    return SourceOptions(
        max_file_size=settings.get("max-file-size", converters.parse_size, None),
        gitignore=not settings.is_on("no_gitignore"),
        whole_files=settings.is_on("whole_files"),
        exclude=tuple(settings.file.table.get("exclude", ())),
        allowed=tuple(allowed.path for allowed in policy.allowed_paths),
        root=settings.file.folder,
    )


def _find_rules(settings: Settings, revision: revisions.Revision | None) -> RuleFolder:
    """Return the user's rules folder, or its files at the revision; raise `ConfigError`."""
    given, in_file = settings.get_text("rules"), str(settings.file.table.get("rules", ""))
    path = given or (in_file and os.path.join(settings.file.folder, in_file))
    inside = revision.find_path(path) if revision and path else None
    if revision is None or inside is None:
        return path
    contents = revision.read_directory(inside)
    found = sorted(
        (f"{path} at {revision}/{name}", contents[name])
        for name in contents
        if name.endswith(".toml")
    )
    if not found and not given:
        raise ConfigError(f"{path} at {revision}: contains no rules (*.toml); add one there first")
    return tuple(found)


def build_verify_options(
    given: Values, environment: Mapping[str, str]
) -> verification.VerifyOptions:
    """Build the options of verification from flags and variables; a file cannot set them."""
    app_key = str(given.get("app_key", ""))
    control_key = environment.get("WAKEYSCAN_CONTROL_KEY", "").strip()
    return verification.VerifyOptions(
        require=bool(given.get("require_verified")),
        plan=bool(given.get("verify_plan")),
        app_key=Secret(os.fsencode(app_key), APP_KEY) if app_key else None,
        control=Secret(os.fsencode(control_key), API_KEY) if control_key else None,
        api_url=str(given.get("api_url", "")),
        proxy=str(given.get("proxy", "")),
        cache=files.find_cache_folder() if given.get("verify_cache") else None,
    )


def read_environment(options: tuple[Option, ...], environment: Mapping[str, str]) -> Values:
    """Return the values of options from variables; an empty variable has no effect."""
    values: Values = {}
    for option in options:
        text = environment.get(option.variable, "")
        if text and option.metavar:
            values[option.key] = text.split() if option.many else text
        elif text:
            values[option.key] = converters.convert(
                converters.parse_switch, text, option.variable, UsageError
            )
    return values
