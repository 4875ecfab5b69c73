"""The audit of a repository: every object looked at, completeness checked, and lives told."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from functools import partial
from typing import NamedTuple

from wakeyscan.audit import histories, ref_names, scope
from wakeyscan.audit.cache import HistoryCache
from wakeyscan.audit.completeness import CompletenessCheck
from wakeyscan.audit.context import AuditContext
from wakeyscan.audit.object_findings import ObjectFindings
from wakeyscan.audit.object_scan import Advance, scan_objects
from wakeyscan.audit.scope import AuditScope
from wakeyscan.core.document import Origin, Skipped
from wakeyscan.core.errors import GitError
from wakeyscan.core.finding import Finding, SecretHistory
from wakeyscan.decoders import DECODERS
from wakeyscan.git import isolated, lfs, refs
from wakeyscan.git.command import Git
from wakeyscan.git.repository import Repository
from wakeyscan.rules import loader, rule
from wakeyscan.scanner.base_suppressions import BaseSuppressions
from wakeyscan.scanner.context import ScanContext, build_context
from wakeyscan.scanner.prefilter.strategy import HUGE_SCAN
from wakeyscan.scanner.result import Restriction, RunResult
from wakeyscan.scanner.scan_result import Coverage, build_sort_key
from wakeyscan.sources.revision import Revision
from wakeyscan.suppression import policy
from wakeyscan.suppression.policy import Policy

_CUT = "its history is cut short (shallow): git fetch --unshallow, or fetch-depth: 0"
_REFTABLE = "its refs are kept in a reftable, which is not read: what reaches a key is not known"
_MODULE = "the repository of a submodule, which is one of its own: wakeyscan audit {}"


_Told = list[tuple[SecretHistory, list[Finding]]]
"""Keys whose lives were told, each with what a report shows of it."""


class AuditOptions(NamedTuple):
    """What an audit is to do."""

    rules_folder: rule.RuleFolder
    jobs: int
    trusted: bool
    """Whether marks in the repository's own files count."""
    limits: AuditScope
    today: datetime
    memory: str = ""
    """The file that remembers what was looked at before; empty: nothing is remembered."""
    suppressed: bool = False
    """Whether to tell of placeholders and ignored keys, too."""
    policy: Policy = Policy()
    """What is said of rules and paths."""
    revision: Revision | None = None
    """Where the marks must stand already that are to count."""
    foreign: bool = False
    """Whether marks of other scanners count where ours do."""


def audit(repository: Repository, plan: AuditOptions, advance: Advance) -> tuple[RunResult, bool]:
    """Audit a repository; say too whether it was interrupted, with what was found until then."""
    rules = loader.load_rules(plan.rules_folder)
    policy.check_policy(plan.policy, rules)
    store = lfs.find_default_store(repository.common_folder)
    context = _through(rules, plan)._replace(
        open_lfs_object=lambda _, oid: lfs.open_object(store, oid)
    )
    tips = refs.read_refs(repository)
    chosen = scope.starts(plan.limits, tips, repository)
    with (
        isolated.open_isolated(repository) as git_there,
        closing(HistoryCache(plan.memory, rules)) as memory,
        closing(
            CompletenessCheck(repository, frozenset(tips.values()), git_there, memory)
        ) as check,
    ):
        check.begin()
        named = ref_names.list_ref_names(repository, tips, git_there)
        with closing(histories.open_history(named, repository, git_there, memory)) as reading:
            scene = AuditContext(
                *(repository, git_there, context, {}, named, plan.today),
                *(memory, check, reading, plan.suppressed),
            )
            hear = partial(_hear, scene)
            spied = scan_objects(repository, context, git_there, memory, plan.jobs, advance, hear)
            part, unlimited = _part(plan, chosen, tips, repository, git_there)
            wanted = (one for one in spied.sightings if part.has(one.name))
            scene = scene._replace(sightings={sighting.name: sighting for sighting in wanted})
            told, untold, interrupted = _told(scene, spied.interrupted)
        gaps = [*spied.gaps, *unlimited, *untold, *_known_gaps(repository)]
        gaps += () if interrupted else check.gaps()
    outcome = _outcome(repository, plan, rules, told, gaps, spied.coverage)
    return outcome._replace(restriction=part.restriction), interrupted


def _through(rules: tuple[rule.Rule, ...], plan: AuditOptions) -> ScanContext:
    context = build_context(rules, DECODERS)
    context = context._replace(honor_inline=plan.trusted, honor_foreign=plan.foreign)
    if plan.revision and plan.trusted:
        known = BaseSuppressions(plan.revision, context)
        known.load()  # before other processes are made, each of which would have to
        context = context._replace(is_ignored_at_base=known)
    context.prefilter.expect(HUGE_SCAN)
    return context


def _hear(scene: AuditContext, sighting: ObjectFindings) -> None:
    """Begin to read the history once there is a life to be told, which needs all of it.

    Who reads it all sees too what is missing; who remembers a part of it does not.
    """
    if any(map(scene.wants, sighting.marks)):
        if not scene.reading.past.tips:
            scene.check.leave()
        scene.reading.begin()


def _outcome(
    repository: Repository,
    plan: AuditOptions,
    rules: tuple[rule.Rule, ...],
    told: _Told,
    gaps: list[Skipped],
    coverage: Coverage,
) -> RunResult:
    severities = policy.list_severities(plan.policy)
    heed = policy.build_policy_filter(plan.policy)
    findings = heed((finding for _, some in told for finding in some), repository.folder)
    keys = [k._replace(severity=severities.get(k.rule, k.severity)) for k, _ in told]
    return RunResult(
        "audit",
        (repository.folder,),
        policy.apply_rule_overrides(rules, plan.policy),
        tuple(sorted(dict.fromkeys(findings), key=build_sort_key)),
        tuple(gaps),
        coverage,
        tuple(sorted(keys, key=_order)),
        policy=plan.policy,
    )


def _told(scene: AuditContext, interrupted: bool) -> tuple[_Told, list[Skipped], bool]:
    """Tell the lives of keys, or as much of them as damage and Ctrl-C let us; say what is lost."""
    gaps: list[Skipped] = []
    origin = Origin(scene.repository.folder)
    for tell in (
        (histories.build_brief_histories,)
        if interrupted
        else (histories.build_histories, histories.build_brief_histories)
    ):
        try:
            told = list(tell(scene))
            untold = histories.list_secrets(scene) - {
                (key.rule, key.secret.fingerprint) for key, _ in told
            }
            if untold:
                reason = f"{len(untold)} secrets are in objects that can't be read a second time"
                gaps.append(Skipped(origin, reason))
            return told, gaps, interrupted
        except GitError as error:
            gaps.append(Skipped(origin, f"the lives of keys can't be told: {error}"))
        except KeyboardInterrupt:
            interrupted = True
            gaps.append(Skipped(origin, "interrupted before the lives of keys were told"))
    return [], gaps, interrupted


def _order(key: SecretHistory) -> tuple[bool, int, str, str]:
    return not key.at_head, -key.severity, key.introduced.author_date, key.secret.fingerprint


def _known_gaps(repository: Repository) -> Iterator[Skipped]:
    common = repository.common_folder
    shallow = os.path.join(common, "shallow")
    if os.path.isfile(shallow) and os.path.getsize(shallow):
        yield Skipped(Origin(repository.folder), _CUT)
    if refs.uses_reftable(repository):
        yield Skipped(Origin(repository.folder), _REFTABLE)
    modules = os.path.join(common, "modules")
    if os.path.isdir(modules):
        for name in sorted(os.listdir(modules)):
            folder = os.path.join(modules, name)
            yield Skipped(Origin(folder), _MODULE.format(folder), gap=False)


class _Part(NamedTuple):
    """The part of the history that is reported."""

    restriction: Restriction = Restriction()
    ids: frozenset[str] | None = None
    """None: every object."""

    def has(self, name: str) -> bool:
        """Return whether an object belongs to it."""
        return self.ids is None or name in self.ids


def _part(
    plan: AuditOptions,
    chosen: tuple[str, ...],
    tips: dict[str, str],
    repository: Repository,
    git_there: Git,
) -> tuple[_Part, list[Skipped]]:
    """Ask git for what the limits leave; where it can't tell, report everything, with a gap."""
    wanted = plan.limits
    if not any(wanted):
        return _Part(), []
    if not tips and refs.uses_reftable(repository):
        return _Part(scope.described(wanted)), []  # a gap of its own
    try:
        restriction = scope.restriction(wanted, chosen, tips, git_there)
        return _Part(restriction, frozenset(scope.within(wanted, chosen, git_there))), []
    except GitError as error:
        reason = f"what the limits leave out can't be told, so nothing was: {error}"
        gap = Skipped(Origin(repository.folder), reason)
        return _Part(scope.described(wanted)), [gap]
