"""Policy: rule overrides and allowed paths of a configuration file.

A policy marks findings as ignored, with the reason. It drops none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from wakeyscan.core import path_patterns
from wakeyscan.core.errors import ConfigError
from wakeyscan.core.finding import Finding, Standing
from wakeyscan.core.redaction import redact
from wakeyscan.core.registry import list_known
from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from wakeyscan.core.severity import Severity
    from wakeyscan.rules.rule import Rule
    from wakeyscan.suppression import Policy


class RuleOverride(NamedTuple):
    """A `[rule.ID]` table."""

    rule: str
    severity: Severity | None = None
    """Severity of all findings of the rule, unless verification decides; `None`: unchanged."""
    enabled: bool = True
    """Whether findings of the rule count; if false, they are ignored, not dropped."""


class AllowedPath(NamedTuple):
    """An `[[allow]]` table."""

    path: str
    """Gitignore pattern, relative to the folder of the configuration file."""
    rule: str
    """Rule to allow; empty: every rule."""
    reason: str


class PolicyNote(NamedTuple):
    """One effect of a policy, with the number of findings that it hides."""

    text: str
    hidden: int


PolicyFilter = Callable[[Iterable[Finding], str], tuple[Finding, ...]]
"""Marks findings whose paths are relative to a folder (empty: the current directory)."""


def check_policy(policy: Policy, rules: Iterable[Rule]) -> None:
    """Raise `ConfigError` if a policy names an unknown rule."""
    known = sorted(rule.id for rule in rules)
    overridden = (override.rule for override in policy.rule_overrides)
    allowed = (allowed.rule for allowed in policy.allowed_paths if allowed.rule)
    for name in (*overridden, *allowed):
        if name not in known:
            raise ConfigError(f"{policy.file}: unknown rule {name!r}{list_known(name, known)}")


def apply_rule_overrides(rules: tuple[Rule, ...], policy: Policy) -> tuple[Rule, ...]:
    """Return the rules with the severities that the policy sets."""
    severities = list_severities(policy)
    return tuple(rule._replace(severity=severities.get(rule.id, rule.severity)) for rule in rules)


def list_severities(policy: Policy) -> dict[str, Severity]:
    """Return the severities that the policy sets, by rule id."""
    return {
        override.rule: override.severity
        for override in policy.rule_overrides
        if override.severity is not None
    }


def build_policy_filter(policy: Policy) -> PolicyFilter:
    """Return a function that applies the policy to findings."""
    overrides = {override.rule: override for override in policy.rule_overrides}
    matchers = [
        (allowed, path_patterns.build_path_matcher([allowed.path], policy.root))
        for allowed in policy.allowed_paths
    ]

    def apply(findings: Iterable[Finding], base: str = "") -> tuple[Finding, ...]:
        return tuple(apply_to_finding(finding, base) for finding in findings)

    def apply_to_finding(finding: Finding, base: str) -> Finding:
        override = overrides.get(finding.rule, RuleOverride(finding.rule))
        if override.severity is not None:
            finding = finding._replace(severity=override.severity)
        reason = find_reason(finding, override, base)
        if not reason or finding.standing is not Standing.REPORTED:
            return finding
        return finding._replace(standing=Standing.IGNORED, reason=reason)

    def find_reason(finding: Finding, override: RuleOverride, base: str) -> str:
        if not override.enabled:
            return _format_disabled(policy, override)
        if finding.origin.part == "message":
            return ""  # a message has no path
        for allowed, matches in matchers:
            if allowed.rule in ("", finding.rule) and matches(finding.origin.path, base):
                return _format_allowed(policy, allowed)
        return ""

    return apply


def list_policy_notes(policy: Policy, findings: Iterable[Finding]) -> Iterator[PolicyNote]:
    """Yield all effects of a policy, so that a report without findings also names them."""
    yield from policy.saved_notes
    reasons = [finding.reason for finding in findings if finding.standing is Standing.IGNORED]
    for override in policy.rule_overrides:
        if override.severity is not None:
            yield PolicyNote(f"rule {override.rule} is {override.severity}", 0)
        if not override.enabled:
            hidden = reasons.count(_format_disabled(policy, override))
            yield PolicyNote(f"rule {override.rule} is disabled", hidden)
    for allowed in policy.allowed_paths:
        scope = f" for rule {allowed.rule}" if allowed.rule else ""
        hidden = reasons.count(_format_allowed(policy, allowed))
        yield PolicyNote(f"{redact(allowed.path)} is allowed{scope}", hidden)


def _format_disabled(policy: Policy, override: RuleOverride) -> str:
    return f"{policy.file}: rule {override.rule} is disabled"


def _format_allowed(policy: Policy, allowed: AllowedPath) -> str:
    return f"{policy.file}: {redact(allowed.path)}: {redact(allowed.reason)}"
