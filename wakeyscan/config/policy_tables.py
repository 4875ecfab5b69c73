"""Tables of a configuration file about rules and paths: `[rule.ID]` and `[[allow]]`."""

from __future__ import annotations

from collections.abc import Iterator

from wakeyscan.config import converters
from wakeyscan.config.config_file import ConfigFile, Table, check_pattern_count, check_patterns
from wakeyscan.core.errors import ConfigError
from wakeyscan.core.registry import suggest
from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.suppression import Policy
from wakeyscan.suppression.policy import AllowedPath, RuleOverride

if TYPE_CHECKING:
    from wakeyscan.core.severity import Severity
    from wakeyscan.sources.revision import Revision

_RULE_KEYS = ("severity", "enabled")
_ALLOW_KEYS = ("path", "rule", "reason")


def parse_policy(file: ConfigFile, revision: Revision | None) -> Policy:
    """Return the policy of a configuration file; raise `ConfigError`."""
    return Policy(
        file=file.name,
        root=file.folder,
        rule_overrides=tuple(_parse_rule_overrides(file)),
        allowed_paths=tuple(_parse_allowed_paths(file)),
        exclude=tuple(file.table.get("exclude", ())),
        revision=revision.commit if revision else "",
    )


def _parse_rule_overrides(file: ConfigFile) -> Iterator[RuleOverride]:
    place = f"{file.name}: 'rule'"
    tables = file.table.get("rule", {})
    if not isinstance(tables, dict) or not all(isinstance(v, dict) for v in tables.values()):
        raise ConfigError(f"{place}: expected tables such as [rule.authorization-header]")
    for rule, fields in tables.items():
        yield _parse_rule_override(rule, fields, f"{place}: {rule}")


def _parse_rule_override(rule: str, fields: Table, place: str) -> RuleOverride:
    _check_keys(place, fields, _RULE_KEYS)
    severity: Severity | None = None
    if "severity" in fields:
        severity = converters.convert(
            converters.parse_severity, fields["severity"], f"{place}: severity", ConfigError
        )
    enabled = fields.get("enabled", True)
    if not isinstance(enabled, bool):
        raise ConfigError(f"{place}: enabled: expected true or false, got {enabled!r}")
    return RuleOverride(rule, severity, enabled)


def _parse_allowed_paths(file: ConfigFile) -> Iterator[AllowedPath]:
    place = f"{file.name}: 'allow'"
    tables = file.table.get("allow", [])
    if not isinstance(tables, list) or not all(isinstance(v, dict) for v in tables):
        raise ConfigError(f"{place}: expected tables such as [[allow]]")
    check_pattern_count(place, tables)
    for fields in tables:
        yield _parse_allowed_path(fields, place)


def _parse_allowed_path(fields: Table, place: str) -> AllowedPath:
    _check_keys(place, fields, _ALLOW_KEYS)
    path, rule, reason = (fields.get(name, "") for name in _ALLOW_KEYS)
    for name, text in (("path", path), ("rule", rule), ("reason", reason)):
        if not isinstance(text, str):
            raise ConfigError(f"{place}: {name!r}: expected a string")
        if not text.strip() and (name != "rule" or name in fields):
            raise ConfigError(f"{place}: {name!r}: missing or empty")
    check_patterns(place, [path])
    return AllowedPath(path, rule, " ".join(reason.split()))


def _check_keys(place: str, fields: Table, known: tuple[str, ...]) -> None:
    for name in fields:
        if name not in known:
            raise ConfigError(f"{place}: unknown key {name!r}{suggest(name, known)}")
