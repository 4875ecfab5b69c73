"""Secret histories: when secrets were added and removed, where, and who could have seen them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import reduce
from operator import or_

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
from wakeyscan.audit.propagation import EMPTY_STATE, SecretBits, TreeHistory, group_by_bit
from wakeyscan.audit.pushes import Pushes, build_pushes
from wakeyscan.audit.ref_names import Notes, list_notes
from wakeyscan.audit.secret_holders import build_secret_bits, find_in_ref_names
from wakeyscan.core.document import Origin, Skipped
from wakeyscan.core.errors import GitError
from wakeyscan.core.finding import EXPIRED, Bounds, Finding
from wakeyscan.core.secret_history import CommitRef, Occurrence, SecretHistory
from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple
from wakeyscan.git.upstreams import list_lost_upstreams

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

    dates: CommitDates
    adding: dict[int, list[str]]
    """By bit: the commits that add a secret to the tree."""
    removing: dict[int, list[str]]
    """By bit: the commits that remove a secret from the tree."""
    in_message: dict[int, list[str]]
    """By bit: the commits of the history with a secret in their message."""
    reachability: Reachability
    pushes: Pushes
    head_bits: int
    """The bits of the secrets in the tree of HEAD."""
    head_paths: Mapping[str, set[str]]
    """The paths, by blob, of the files of HEAD's tree that hold secrets."""
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
            skipped += built.skipped
            return built._replace(skipped=tuple(skipped), interrupted=interrupted)
    return HistoriesResult([], skipped=tuple(skipped), interrupted=interrupted)


def _list_lost_secrets(
    objects: ReportedObjects, histories: SecretHistories, origin: Origin
) -> list[Skipped]:
    """Report the secrets that the second scan of their objects did not find."""
    found = {(history.rule, history.secret.fingerprint) for history, _ in histories}
    lost = objects.list_secrets() - found
    count = f"{len(lost)} secret{'s' * (len(lost) != 1)}"
    reason = f"objects with {count} cannot be read a second time"
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
    head = [history.states.get(tip, EMPTY_STATE) for tip in context.ref_names.get("HEAD", ())]
    lost_upstreams = list_lost_upstreams(context.repository, context.ref_names)
    reachability = build_reachability(context.ref_names, history, len(bits))
    timeline = _Timeline(
        dates=dates,
        adding=history.list_adding_commits(),
        removing=history.list_removing_commits(),
        in_message=_list_messages(secrets, history),
        reachability=reachability,
        pushes=build_pushes(reachability.bits, lost_upstreams),
        head_bits=reduce(or_, (state.current for state in head), 0),
        head_paths=_group_by_blob(file for state in head for file in state.files),
        now=objects.now,
    )
    notes = list_notes(context.ref_names, history.graph)
    histories = [
        (_build_history(findings, bits[key], occurrences[key], timeline), findings)
        for key, findings in build_findings_at(occurrences, context, objects, notes)
    ]
    skipped = _list_unlisted_names(context, reachability)
    return HistoriesResult(histories, len(history.states), skipped)


def _list_unlisted_names(context: AuditContext, reachability: Reachability) -> tuple[Skipped, ...]:
    """Report that not all refs that reach a secret are listed; the scan itself is complete."""
    if not reachability.is_limited:
        return ()
    reason = f"at most {reachability.max_names:,} of the refs that reach a key are listed"
    return (Skipped(Origin(context.repository.folder), reason, gap=False),)


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
    """Return the reason of a finding if it states when the credential expired, else nothing."""
    reason = findings[0].reason
    return reason if reason.startswith(EXPIRED) else ""


def _load_dates(git: Git, history: TreeHistory, secrets: SecretBits) -> CommitDates:
    dates = CommitDates(git)
    dates.load([change.commit for change in history.changes])
    dates.load([commit for commits in history.added_files.values() for commit in commits])
    dates.load(secrets.messages)
    return dates


def _build_history(
    findings: list[Finding], bit: int, occurrences: list[Occurrence], timeline: _Timeline
) -> SecretHistory:
    dates, reachability = timeline.dates, timeline.reachability
    introduced = min(_list_introducing_commits(bit, timeline), key=dates.sort_key, default="")
    at_head = bool(timeline.head_bits & bit)
    removing = [] if at_head else timeline.removing.get(bit, [])
    removed = max(removing, key=dates.sort_key, default="")
    names = list_names_reaching(bit, occurrences, reachability)
    worst = max(findings, key=lambda finding: finding.severity)
    return SecretHistory(
        rule=worst.rule,
        secret=worst.secret,
        severity=worst.severity,
        introduced=_build_commit_ref(introduced, dates),
        removed=_build_commit_ref(removed, dates) if removed else None,
        at_head=at_head,
        pushed=timeline.pushes.find_pushed(bit, names),
        reachable_from=names,
        exposed_days=_count_exposed_days(introduced, timeline),
        places=select_places(occurrences, timeline.head_paths),
        reason=_find_expiry_reason(findings),
        place_count=len(occurrences),
        bounds=_choose_bounds(findings),
    )


def _list_introducing_commits(bit: int, timeline: _Timeline) -> list[str]:
    """List the commits that add a secret to the tree, or else those with it in their message."""
    return timeline.adding.get(bit) or timeline.in_message.get(bit, [])


def _group_by_blob(files: Iterable[tuple[str, str]]) -> dict[str, set[str]]:
    paths: dict[str, set[str]] = {}
    for path, blob in files:
        paths.setdefault(blob, set()).add(path)
    return paths


def _list_messages(secrets: SecretBits, history: TreeHistory) -> dict[int, list[str]]:
    messages = secrets.messages.items()
    return group_by_bit((bits, commit) for commit, bits in messages if commit in history.states)


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
