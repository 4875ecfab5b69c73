"""Scope of an audit: a date, a branch, or the objects that refs reach."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from wakeyscan.audit.commit_graph import CommitList, parse_commit_lines
from wakeyscan.audit.tree_diff import EntryFilter
from wakeyscan.core.document import Origin, Skipped
from wakeyscan.core.errors import GitError, UsageError
from wakeyscan.core.redaction import redact
from wakeyscan.core.secret_history import Restriction
from wakeyscan.core.timestamps import format_timestamp
from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple
from wakeyscan.git import refs
from wakeyscan.git.objects import BLOB, empty_tree_id

if TYPE_CHECKING:
    from wakeyscan.audit.context import AuditContext
    from wakeyscan.audit.object_findings import ObjectFindings
    from wakeyscan.git.command import Git
    from wakeyscan.git.repository import Repository


class AuditScope(NamedTuple):
    """The part of a history that a user selects; empty: every object of the repository."""

    since: datetime | None = None
    branch: str = ""
    reachable: bool = False


class ScopeFilter(NamedTuple):
    """The objects in scope, and a description of the scope for reports."""

    restriction: Restriction = Restriction()
    ids: frozenset[str] | None = None
    """None: every object."""
    skipped: tuple[Skipped, ...] = ()
    """The reason why the scope could not be applied, if so."""

    def includes(self, object_id: str) -> bool:
        """Return whether an object is in scope."""
        return self.ids is None or object_id in self.ids


def find_start_ids(
    scope: AuditScope, tips: dict[str, str], repository: Repository
) -> tuple[str, ...]:
    """Return the ids that the scope starts from; raise `UsageError` without exactly one branch."""
    branch = scope.branch
    if not branch:
        return tuple(sorted(set(tips.values())))
    is_full = branch.startswith(("refs/heads/", "refs/remotes/")) and branch in tips
    names = (branch,) if is_full else (f"refs/heads/{branch}", f"refs/remotes/{branch}")
    found = {tips[ref]: ref for ref in names if ref in tips}
    if not found:
        raise UsageError(
            f"--branch: no branch {branch!r} in {repository.folder}; "
            "list them with git branch --all"
        )
    if len(found) > 1:
        either = " or ".join(found.values())
        raise UsageError(f"--branch: {branch!r} is ambiguous; write the full name: {either}")
    return tuple(found)


def build_scope_filter(
    scope: AuditScope, start_ids: tuple[str, ...], tips: dict[str, str], context: AuditContext
) -> ScopeFilter:
    """Ask git for the objects in scope; after an error the scope includes everything."""
    if not any(scope):
        return ScopeFilter()
    repository, git = context.repository, context.git
    if not tips and refs.uses_reftable(repository):
        return ScopeFilter(describe_scope(scope))  # the reftable is reported as skipped
    has_staged = scope.reachable and not scope.branch
    kept = context.named.list_kept_ids() if has_staged else frozenset()
    try:
        restriction = _count_commits(scope, start_ids, tips, git)
        return ScopeFilter(restriction, _list_objects(scope, kept.union(start_ids), git))
    except GitError as error:
        reason = f"the limits were not applied, all objects are included: {error}"
        skipped = Skipped(Origin(repository.folder), reason)
        return ScopeFilter(describe_scope(scope), skipped=(skipped,))


def include_linked_blobs(
    scope: ScopeFilter, objects: Iterable[ObjectFindings], context: AuditContext
) -> ScopeFilter:
    """Include the blobs among some objects that trees in scope name as if they were submodules.

    Git takes them for commits of other repositories, as it does with each entry whose mode is not
    valid, so it does not list them.
    """
    blobs = (found.object_id for found in objects if found.kind == BLOB)
    outside = frozenset(blob.encode() for blob in blobs if not scope.includes(blob))
    if scope.ids is None or not outside:
        return scope
    commits = parse_commit_lines(context.commit_lines)
    pairs = list(_list_tree_pairs(commits, scope.ids))
    try:
        diffs = context.compare_trees(pairs, context.git, EntryFilter(outside, None, None))
    except GitError as error:
        reason = f"blobs in the place of submodules were not looked for: {error}"
        skipped = Skipped(Origin(context.repository.folder), reason)
        return scope._replace(skipped=(*scope.skipped, skipped))
    linked = {found.entry.split(b" ")[3] for found in diffs.matching} & outside
    return scope._replace(ids=scope.ids.union(one.decode("ascii") for one in linked))


def _list_tree_pairs(commits: CommitList, ids: frozenset[str]) -> Iterator[str]:
    """Yield the trees of each commit in scope and of its first parent; without it, no files."""
    for commit, parents in commits.parents.items():
        if commit in ids:
            after = commits.trees[commit]
            before = commits.trees.get(parents[0]) if parents and parents[0] in ids else None
            if before != after:
                yield f"{before or empty_tree_id(after)} {after}"


def describe_scope(scope: AuditScope) -> Restriction:
    """Return a description of the scope, without numbers of commits."""
    return Restriction(
        since=format_timestamp(scope.since) if scope.since else "",
        branches=(redact(scope.branch),) if scope.branch else (),
        reachable=scope.reachable,
    )


def _count_commits(
    scope: AuditScope, start_ids: Iterable[str], tips: dict[str, str], git: Git
) -> Restriction:
    """Return a description of the scope, with the numbers of commits in it and in all refs."""
    description = describe_scope(scope)
    if not (scope.since or scope.branch):
        return description
    in_scope = _run_rev_list(("--count", *_build_arguments(scope)), start_ids, git) or "0"
    total = _run_rev_list(("--count",), set(tips.values()), git) or "0"
    try:
        return description._replace(commits=(int(in_scope), int(total)))
    except ValueError:
        raise git.build_output_error("rev-list") from None


def _list_objects(scope: AuditScope, start_ids: Iterable[str], git: Git) -> frozenset[str]:
    arguments = ("--objects", "--no-object-names", *_build_arguments(scope))
    return frozenset(_run_rev_list(arguments, start_ids, git).split())


def _build_arguments(scope: AuditScope) -> tuple[str, ...]:
    # Not --since: git guesses at dates. git takes a negative time for a very late one.
    return (f"--max-age={max(0, int(scope.since.timestamp()))}",) if scope.since else ()


def _run_rev_list(arguments: tuple[str, ...], ids: Iterable[str], git: Git) -> str:
    stdin = "".join(f"{object_id}\n" for object_id in ids).encode()
    if not stdin:
        return ""  # git fails without a revision
    return git.run_ascii("rev-list", "--ignore-missing", *arguments, "--stdin", stdin=stdin)
