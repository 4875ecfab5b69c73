"""Checks of the configuration, the rules and the ignore file, for `wakeyscan doctor`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from wakeyscan.baselines import maintain
from wakeyscan.cli.check import NOTE, OK, PROBLEM, Check
from wakeyscan.cli.unused_paths import MAX_FILES, list_unused_paths
from wakeyscan.config import build, config_file
from wakeyscan.core.errors import WakeyscanError
from wakeyscan.core.redaction import redact
from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.rules.loader import load_rules
from wakeyscan.suppression import ignore_entry, policy

if TYPE_CHECKING:
    from wakeyscan.config.config import Config
    from wakeyscan.config.options import Option, Values

_MAX_LISTED = 5
"""Maximum number of paths that a check names."""


def check_configuration(
    values: Values, options: tuple[Option, ...], environment: Mapping[str, str]
) -> Iterator[Check]:
    """Yield the results of all checks; of an invalid configuration, only that it is invalid."""
    try:
        settings = build.build_config(values, options, environment)
    except WakeyscanError as error:
        yield Check("configuration", PROBLEM, str(error), "see wakeyscan config schema")
        return
    yield _describe_configuration(settings, values)
    yield from _check_rules(settings)
    yield _check_ignore_file(settings)


def _describe_configuration(settings: Config, values: Values) -> Check:
    file = config_file.find_config_file(str(values.get("config", "")), settings.revision)
    return Check("configuration", OK, file.name or "no file: the defaults are used")


def _check_rules(settings: Config) -> Iterator[Check]:
    """Yield a check of the rules, and of what the configuration says about rules and paths."""
    try:
        rules = load_rules(settings.rules)
    except WakeyscanError as error:
        yield Check("rules", PROBLEM, str(error), "correct the file, then: wakeyscan rules test")
        return
    yield Check("rules", OK, f"{len(rules)} rules")
    if settings.policy.has_effect:
        try:
            policy.check_policy(settings.policy, rules)
            yield _check_allowed_paths(settings)
        except WakeyscanError as error:
            yield Check("policy", PROBLEM, str(error), "correct the name; until then, scans fail")


def _check_allowed_paths(settings: Config) -> Check:
    """Check that each allowed path matches a file; one that was deleted may be in the history."""
    allowed = settings.policy.allowed_paths
    unused = list_unused_paths(settings.policy)
    if unused is None:
        return Check("policy", NOTE, f"allowed paths not checked: more than {MAX_FILES:,} files")
    if not unused:
        count = f"{len(allowed)} allowed path{'s' * (len(allowed) != 1)}"
        return Check("policy", OK, f"{settings.policy.file}: {count}")
    listed = redact(", ".join(unused[:_MAX_LISTED]))
    more = f" and {len(unused) - _MAX_LISTED} more" if len(unused) > _MAX_LISTED else ""
    text = f"{settings.policy.file}: no file that a scan reads is at the allowed {listed}{more}"
    return Check("policy", NOTE, text, "correct or remove it, unless it is about deleted files")


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
