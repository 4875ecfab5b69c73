"""The result of an audit, with the policy of the configuration applied."""

from __future__ import annotations

from wakeyscan.core.redaction import redact
from wakeyscan.core.secret_history import Restriction, sort_histories
from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple
from wakeyscan.scanner.result import RunResult
from wakeyscan.scanner.scan_result import Coverage, build_sort_key
from wakeyscan.suppression import policy

if TYPE_CHECKING:
    from wakeyscan.audit.histories import SecretHistories
    from wakeyscan.audit.options import AuditOptions
    from wakeyscan.core.document import Skipped
    from wakeyscan.git.repository import Repository
    from wakeyscan.rules.rule import Rule


class AuditRecord(NamedTuple):
    """Everything that an audit has found."""

    histories: SecretHistories
    skipped: list[Skipped]
    coverage: Coverage
    restriction: Restriction


def complete_restriction(
    restriction: Restriction, options: AuditOptions, commits: int | None
) -> Restriction:
    """Return the limits with what is known after the audit; `commits` is the number of commits."""
    is_future = bool(options.scope.since and options.scope.since > options.now)
    if commits and not any(options.scope):
        return restriction._replace(commits=(commits, commits))
    return restriction._replace(is_future=is_future)


def build_result(
    record: AuditRecord, repository: Repository, options: AuditOptions, rules: tuple[Rule, ...]
) -> RunResult:
    """Build the result for reports, sorted and with the policy applied."""
    severities = policy.list_severities(options.policy)
    apply_policy = policy.build_policy_filter(options.policy)
    shown = (finding for _, findings in record.histories for finding in findings)
    findings = dict.fromkeys(apply_policy(shown, repository.folder))
    keys = [k._replace(severity=severities.get(k.rule, k.severity)) for k, _ in record.histories]
    return RunResult(
        command="audit",
        targets=(repository.folder,),
        rules=policy.apply_rule_overrides(rules, options.policy),
        findings=tuple(sorted(findings, key=build_sort_key)),
        skipped=tuple(map(_redact_skipped, record.skipped)),
        coverage=record.coverage,
        keys=sort_histories(keys),
        restriction=record.restriction,
        policy=options.policy,
    )


def _redact_skipped(item: Skipped) -> Skipped:
    """Return a skipped item to display: no scan has looked for keys in its path and its reason."""
    origin = item.origin._replace(path=redact(item.origin.path))
    return item._replace(origin=origin, reason=redact(item.reason))
