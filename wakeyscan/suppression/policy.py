"""What a team's configuration says of findings: it marks them, with the reason; it drops none."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from wakeyscan.core import path_patterns
from wakeyscan.core.errors import ConfigError
from wakeyscan.core.finding import Finding, Severity, Standing
from wakeyscan.rules.rule import Rule


class RuleOverride(NamedTuple):
    """What is said of a rule."""

    rule: str
    severity: Severity | None = None
    """Of all its findings, until the API says otherwise; `None`: as ever."""
    enabled: bool = True
    """Whether its findings count; where they do not, they are ignored, not dropped."""


class AllowedPath(NamedTuple):
    """What is allowed to stand in some files."""

    path: str
    """A gitignore pattern, relative to the folder of the file that says it."""
    rule: str
    """The one rule that it is about; empty: all."""
    reason: str


class Policy(NamedTuple):
    """What a configuration file says of rules and paths."""

    file: str = ""
    """The file, for people; empty: there is none."""
    root: str = "."
    """Its folder, which the patterns are relative to."""
    rulings: tuple[RuleOverride, ...] = ()
    allowances: tuple[AllowedPath, ...] = ()
    exclude: tuple[str, ...] = ()
    revision: str = ""
    """The id of the commit that all of it, the ignore file and the marks are taken from, if any."""


class PolicyNote(NamedTuple):
    """One thing that a policy says, and how many findings it hides."""

    text: str
    hidden: int


PolicyFilter = Callable[[Iterable[Finding], str], tuple[Finding, ...]]
"""Marks findings whose paths are relative to a folder (empty: the present one)."""


def check_policy(policy: Policy, rules: Iterable[Rule]) -> None:
    """Refuse a policy on rules that there are not; raises `ConfigError`."""
    known = sorted(rule.id for rule in rules)
    named = (*(r.rule for r in policy.rulings), *(a.rule for a in policy.allowances if a.rule))
    for name in named:
        if name not in known:
            there = ", ".join(known)
            raise ConfigError(f"{policy.file}: there is no rule {name!r}; there are: {there}")


def apply_rule_overrides(rules: tuple[Rule, ...], policy: Policy) -> tuple[Rule, ...]:
    """Give the rules with the severities that the policy wants them to have."""
    wanted = list_severities(policy)
    return tuple(rule._replace(severity=wanted.get(rule.id, rule.severity)) for rule in rules)


def list_severities(policy: Policy) -> dict[str, Severity]:
    """Give the severities that the policy wants rules to have, by their ids."""
    return {one.rule: one.severity for one in policy.rulings if one.severity is not None}


def build_policy_filter(policy: Policy) -> PolicyFilter:
    """Make what marks findings as a policy says."""
    rulings = {ruling.rule: ruling for ruling in policy.rulings}
    allowed = [
        (one, path_patterns.build_path_matcher([one.path], policy.root))
        for one in policy.allowances
    ]

    def heed(findings: Iterable[Finding], base: str = "") -> tuple[Finding, ...]:
        return tuple(_heeded(finding, base) for finding in findings)

    def _heeded(finding: Finding, base: str) -> Finding:
        ruling = rulings.get(finding.rule, RuleOverride(finding.rule))
        if ruling.severity is not None:
            finding = finding._replace(severity=ruling.severity)
        reason = "" if ruling.enabled else _disabled(policy, ruling)
        if not reason and finding.origin.part != "message":
            reasons = (
                _allowed(policy, one)
                for one, matches in allowed
                if one.rule in ("", finding.rule) and matches(finding.origin.path, base)
            )
            reason = next(reasons, "")
        if not reason or finding.standing is not Standing.REPORTED:
            return finding
        return finding._replace(standing=Standing.IGNORED, reason=reason)

    return heed


def list_policy_notes(policy: Policy, findings: Iterable[Finding]) -> Iterator[PolicyNote]:
    """Yield all that a policy says, so that nothing is silently clean."""
    reasons = [finding.reason for finding in findings if finding.standing is Standing.IGNORED]
    for ruling in policy.rulings:
        if ruling.severity is not None:
            yield PolicyNote(f"rule {ruling.rule} is {ruling.severity}", 0)
        if not ruling.enabled:
            yield PolicyNote(
                f"rule {ruling.rule} is disabled", reasons.count(_disabled(policy, ruling))
            )
    for one in policy.allowances:
        about = f" for rule {one.rule}" if one.rule else ""
        yield PolicyNote(f"{one.path} is allowed{about}", reasons.count(_allowed(policy, one)))


def _disabled(policy: Policy, ruling: RuleOverride) -> str:
    return f"{policy.file}: rule {ruling.rule} is disabled"


def _allowed(policy: Policy, allowance: AllowedPath) -> str:
    return f"{policy.file}: {allowance.path}: {allowance.reason}"
