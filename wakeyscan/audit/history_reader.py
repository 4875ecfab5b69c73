"""Reader of a repository's history, which propagates secrets through it and caches the result."""

from __future__ import annotations

from wakeyscan.audit.cache import CachedHistory, load_history, store_history
from wakeyscan.audit.commit_graph import (
    CommitGraph,
    CommitList,
    build_graph,
    build_truncated_graph,
    parse_commit_lines,
)
from wakeyscan.audit.propagation import SecretBits, TreeHistory, propagate
from wakeyscan.audit.ref_names import INDEX, read_tag_targets
from wakeyscan.audit.tree_diff import RememberedDiffs
from wakeyscan.core.errors import GitError
from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.git.tree_paths import TooManyPaths, list_kinds

if TYPE_CHECKING:
    from wakeyscan.audit.cache import HistoryCache
    from wakeyscan.audit.context import AuditContext
    from wakeyscan.audit.ref_names import RefNames
    from wakeyscan.git.repository import Repository

_REFS, _ALL_COMMITS = "reached", "all"
"""Names of cached histories: of the commits that refs reach, and of all commits."""


def load_cached_history(repository: Repository, cache: HistoryCache) -> CachedHistory:
    """Return the cached history of the commits that refs and reflogs reach."""
    return load_history(_REFS, repository, cache)


def read_tree_history(context: AuditContext, secrets: SecretBits) -> TreeHistory:
    """Propagate secrets through the history of refs and reflogs.

    If that history lacks an object with secrets, use all commits, reachable or not; their trees are
    compared once.
    """
    commits = parse_commit_lines(context.commit_lines)
    try:
        graph = build_graph(
            commits, _find_tips(commits, context), context.git, context.cached_history
        )
        if len(graph.parents) < len(commits.parents):
            context = context._replace(compare_trees=RememberedDiffs(context.compare_trees))
        else:  # of a large history, nothing is held twice
            commits = commits._replace(parents=graph.parents)
        history = _propagate(_REFS, graph, context.cached_history, context, secrets)
        if _explains(history, secrets):
            return history
    except TooManyPaths:  # of any commit
        raise
    except GitError:  # a ref is broken
        pass
    return _read_all_commits(commits, context, secrets)


def _explains(history: TreeHistory, secrets: SecretBits) -> bool:
    """Return whether a history has all objects with secrets."""
    placed = {blob for _, blob in history.added_files}
    in_history = history.states.__contains__
    return placed.issuperset(secrets.blobs) and all(map(in_history, secrets.messages))


def confirm_history(context: AuditContext) -> None:
    """Search the history for missing objects, if that was left to it and it was not read yet.

    git reads what cannot be read here, and reports why if it cannot either.
    """
    if not context.completeness.is_deferred:
        return
    commits = parse_commit_lines(context.commit_lines)
    try:
        tips = _find_tips(commits, context)
        graph = build_graph(commits, tips, context.git, CachedHistory())
        _compare_history(graph, context, SecretBits({}, {}, None))
    except GitError:
        pass


def _find_tips(commits: CommitList, context: AuditContext) -> frozenset[str]:
    """Return the commits that refs and reflogs name; raise `GitError` if an object is missing."""
    names = context.ref_names.items()
    tips = frozenset().union(*{ids for name, ids in names if not name.startswith(INDEX)})
    known = commits.parents.keys()
    kinds = dict(list_kinds(tips - known, context.git))
    if lost := [name for name, kind in kinds.items() if kind in ("", "commit")]:
        raise GitError(f"{context.git.name}: commit {min(lost)} cannot be read")
    tags = [name for name, kind in kinds.items() if kind == "tag"]
    targets = frozenset(read_tag_targets(tags, context.git)[0].values())
    return (tips | targets) & known


def _read_all_commits(
    commits: CommitList, context: AuditContext, secrets: SecretBits
) -> TreeHistory:
    try:
        cached = load_history(_ALL_COMMITS, context.repository, context.cache)
        every = commits.parents.keys() | commits.refused
        graph = build_graph(commits, every, context.git, cached)
        return _propagate(_ALL_COMMITS, graph, cached, context, secrets)
    except TooManyPaths:
        raise
    except GitError:
        graph = build_truncated_graph(commits, context.git)
        return propagate(graph, secrets, compare=context.compare_trees)


def _propagate(
    name: str,
    graph: CommitGraph,
    cached: CachedHistory,
    context: AuditContext,
    secrets: SecretBits,
) -> TreeHistory:
    """Propagate secrets through a graph, and cache the result under a name."""
    history = _compare_history(graph, context, secrets)
    entry = history.cached
    if context.scan.prefilter(entry.changes):  # a path holds a secret, perhaps an ignored one
        entry = entry._replace(blobs_digest=b"", changes=b"")
    if entry.tips and entry != cached:
        store_history(name, entry, context.repository, context.cache)
    return history


def _compare_history(graph: CommitGraph, context: AuditContext, secrets: SecretBits) -> TreeHistory:
    """Propagate secrets; if the search for missing objects was left to this, confirm the graph."""
    completeness = context.completeness
    list_objects = completeness.list_objects if completeness.is_deferred else None
    history = propagate(graph, secrets, list_objects, context.compare_trees)
    if history.missing is not None:
        completeness.confirm(_list_confirmed_tips(context.ref_names, history), history.missing)
    return history


def _list_confirmed_tips(ref_names: RefNames, history: TreeHistory) -> frozenset[str]:
    """List the commits of a checked history, and the tags of these commits."""
    commits = history.graph.parents.keys()
    names = ref_names.items()
    tags = (ids for name, ids in names if name.startswith("refs/tags/") and ids & commits)
    return frozenset(commits).union(*tags)
