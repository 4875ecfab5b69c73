"""Secret histories: when secrets were added and removed, where, and who could have seen them."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from wakeyscan.audit.commit_graph import CommitDates
from wakeyscan.audit.history_reader import read_tree_history
from wakeyscan.audit.occurrence_findings import build_findings_at
from wakeyscan.audit.occurrences import (
    MAX_OCCURRENCES,
    Reachability,
    build_reachability,
    build_unplaced,
    list_names_reaching,
    list_occurrences,
    select_places,
)
from wakeyscan.audit.propagation import EMPTY_STATE, SecretBits, TreeHistory
from wakeyscan.audit.ref_names import Notes, list_notes
from wakeyscan.audit.secret_holders import build_secret_bits, find_in_ref_names
from wakeyscan.core.document import Origin, Skipped
from wakeyscan.core.errors import GitError
from wakeyscan.core.finding import EXPIRED, Bounds, Finding
from wakeyscan.core.secret_history import CommitRef, Occurrence, SecretHistory

if TYPE_CHECKING:
    from wakeyscan.audit.context import AuditContext, ReportedObjects
    from wakeyscan.git.command import Git

SecretHistories = list[tuple[SecretHistory, list[Finding]]]
"""The history of each secret, with the findings that show it."""

_NO_COMMIT = CommitRef("", "")


class HistoriesResult(NamedTuple):
    """The histories of secrets, as far as they could be built."""

    histories: SecretHistories
    commits: int | None = None
    """Number of commits of the history, if it was read."""
    skipped: tuple[Skipped, ...] = ()
    interrupted: bool = False


class _Timeline(NamedTuple):
    """The history of all secrets, and what is derived from it."""

    history: TreeHistory
    secrets: SecretBits
    dates: CommitDates
    reachability: Reachability
    head: frozenset[str]
    """The ids that HEAD refers to."""
    now: datetime


def build_available_histories(
    context: AuditContext, objects: ReportedObjects, interrupted: bool
) -> HistoriesResult:
    """Build full histories; after an error or an interruption, brief ones."""
    origin = Origin(context.repository.folder)
    skipped: list[Skipped] = []
    builders = [_build_full_histories, _build_brief_histories]
    for build in builders[1:] if interrupted else builders:
        try:
            built = build(context, objects)
        except GitError as error:
            skipped.append(Skipped(origin, f"the histories of keys are incomplete: {error}"))
        except KeyboardInterrupt:
            interrupted = True
            reason = "interrupted before the histories of keys were complete"
            skipped.append(Skipped(origin, reason))
        else:
            skipped += _list_lost_secrets(objects, built.histories, origin)
            return built._replace(skipped=tuple(skipped), interrupted=interrupted)
    return HistoriesResult([], skipped=tuple(skipped), interrupted=interrupted)


def _list_lost_secrets(
    objects: ReportedObjects, histories: SecretHistories, origin: Origin
) -> list[Skipped]:
    """Report the secrets that the second scan of their objects did not find."""
    found = {(history.rule, history.secret.fingerprint) for history, _ in histories}
    lost = objects.list_secrets() - found
    reason = f"objects with {len(lost)} secrets cannot be read a second time"
    return [Skipped(origin, reason)] if lost else []


def _build_full_histories(context: AuditContext, objects: ReportedObjects) -> HistoriesResult:
    """Build the history of each reported secret, with the findings that show it."""
    in_ref_names = find_in_ref_names(context, objects.report_filter)
    keys = objects.list_secrets() | set(in_ref_names)
    if not keys:
        return HistoriesResult([])
    bits = {key: 1 << number for number, key in enumerate(sorted(keys))}
    secrets = build_secret_bits(context.scan, objects, bits)
    history = read_tree_history(context, secrets)
    dates = _load_dates(context.git, history, secrets)
    occurrences = list_occurrences(bits, objects, history, secrets, dates)
    for key, more in in_ref_names.items():
        occurrences[key] += more
    timeline = _Timeline(
        history=history,
        secrets=secrets,
        dates=dates,
        reachability=build_reachability(context.ref_names, history),
        head=context.ref_names.get("HEAD", frozenset()),
        now=objects.now,
    )
    notes = list_notes(context.ref_names, history.graph)
    histories = [
        (_build_history(findings, bits[key], occurrences[key], timeline), findings)
        for key, findings in build_findings_at(occurrences, context, objects, notes)
    ]
    return HistoriesResult(histories, len(history.states))


def _build_brief_histories(context: AuditContext, objects: ReportedObjects) -> HistoriesResult:
    """Build histories without dates, after an error or an interruption."""
    occurrences = find_in_ref_names(context, objects.report_filter)
    for found in objects.by_id.values():
        for ref in filter(objects.report_filter.includes, found.refs):
            occurrence = build_unplaced(found, ref.member_path, ref.line)._replace(commit="")
            occurrences.setdefault(ref.key, []).append(occurrence)
    first = {key: occurrences[key][:1] for key in sorted(occurrences)}
    histories = [
        (_build_brief_history(findings, occurrences[key]), findings)
        for key, findings in build_findings_at(first, context, objects, Notes())
    ]
    return HistoriesResult(histories)


def _build_brief_history(findings: list[Finding], occurrences: list[Occurrence]) -> SecretHistory:
    finding = findings[0]
    return SecretHistory(
        rule=finding.rule,
        secret=finding.secret,
        severity=finding.severity,
        introduced=_NO_COMMIT,
        removed=None,
        at_head=False,
        pushed=None,
        reachable_from=(),
        exposed_days=0,
        places=tuple(occurrences[:MAX_OCCURRENCES]),
        place_count=len(occurrences),
        reason=_find_expiry_reason(findings),
        bounds=_choose_bounds(findings),
    )


def _find_expiry_reason(findings: list[Finding]) -> str:
    """Return the reason of a finding if it says when the credential expired, else nothing."""
    reason = findings[0].reason
    return reason if reason.startswith(EXPIRED) else ""


def _load_dates(git: Git, history: TreeHistory, secrets: SecretBits) -> CommitDates:
    dates = CommitDates(git)
    dates.load([change.commit for change in history.changes])
    dates.load([commit for commits in history.added_files.values() for commit in commits])
    dates.load([commit for commit in secrets.messages if commit in history.states])
    return dates


def _build_history(
    findings: list[Finding], bit: int, occurrences: list[Occurrence], timeline: _Timeline
) -> SecretHistory:
    history, dates, reachability = timeline.history, timeline.dates, timeline.reachability
    introduced = min(_list_introducing_commits(bit, timeline), key=dates.sort_key, default="")
    head_states = [history.states.get(commit, EMPTY_STATE) for commit in timeline.head]
    at_head = any(state.current & bit for state in head_states)
    head_files = frozenset[tuple[str, str]]().union(*(state.files for state in head_states))
    removing = [] if at_head else history.list_removing_commits(bit)
    removed = max(removing, key=dates.sort_key, default="")
    remote_bits = reachability.remote_bits
    worst = max(findings, key=lambda finding: finding.severity)
    return SecretHistory(
        rule=worst.rule,
        secret=worst.secret,
        severity=worst.severity,
        introduced=_build_commit_ref(introduced, dates),
        removed=_build_commit_ref(removed, dates) if removed else None,
        at_head=at_head,
        pushed=None if remote_bits is None else bool(remote_bits & bit),
        reachable_from=list_names_reaching(bit, occurrences, reachability),
        exposed_days=_count_exposed_days(introduced, timeline),
        places=select_places(occurrences, head_files),
        reason=_find_expiry_reason(findings),
        place_count=len(occurrences),
        bounds=_choose_bounds(findings),
    )


def _list_introducing_commits(bit: int, timeline: _Timeline) -> list[str]:
    """List the commits that add a secret to the tree, or else those with it in their message."""
    messages = timeline.secrets.messages.items()
    in_message = [commit for commit, bits in messages if bits & bit]
    adding = timeline.history.list_adding_commits(bit)
    return adding or [commit for commit in in_message if commit in timeline.history.states]


def _choose_bounds(findings: list[Finding]) -> Bounds:
    certain = any(finding.bounds is Bounds.CERTAIN for finding in findings)
    return Bounds.CERTAIN if certain else Bounds.OPEN


def _build_commit_ref(commit: str, dates: CommitDates) -> CommitRef:
    if not commit:
        return _NO_COMMIT
    return CommitRef(commit, dates.date_of(commit).strftime("%Y-%m-%dT%H:%M:%SZ"))


def _count_exposed_days(introduced: str, timeline: _Timeline) -> int:
    if not introduced:
        return 0
    return max(0, (timeline.now - timeline.dates.date_of(introduced)).days)
