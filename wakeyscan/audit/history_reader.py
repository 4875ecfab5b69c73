"""Reader of a repository's history, which propagates secrets through it and caches the result."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wakeyscan.audit import commit_graph
from wakeyscan.audit.cache import CachedHistory, HistoryCache, load_history, store_history
from wakeyscan.audit.commit_graph import CommitGraph, GraphReader
from wakeyscan.audit.propagation import SecretBits, TreeHistory, propagate
from wakeyscan.audit.ref_names import INDEX
from wakeyscan.core.errors import GitError
from wakeyscan.git.tree_paths import TooManyPaths

if TYPE_CHECKING:
    from wakeyscan.audit.context import AuditContext
    from wakeyscan.audit.ref_names import RefNames
    from wakeyscan.git.command import Git
    from wakeyscan.git.repository import Repository

_REFS, _ALL_COMMITS = "reached", "all"
"""Names of cached histories: of the commits that refs reach, and of all commits."""

_LIST_OBJECTS = (
    *("cat-file", "--batch-all-objects", "--unordered"),
    "--batch-check=%(objecttype) %(objectname)",
)


def open_history(
    ref_names: RefNames, repository: Repository, git: Git, cache: HistoryCache
) -> GraphReader:
    """Return a reader of the history that refs and reflogs name."""
    names = (name for name in ref_names if not name.startswith(INDEX))
    tips = {object_id for name in names for object_id in ref_names[name]}
    return GraphReader(tips, git, load_history(_REFS, repository, cache))


def read_tree_history(context: AuditContext, secrets: SecretBits) -> TreeHistory:
    """Propagate secrets through the history of refs and reflogs.

    If that history lacks an object with secrets, use all commits, reachable or not.
    """
    try:
        reader = context.graph_reader
        history = _propagate(_REFS, reader.read(), reader.cached, context, secrets)
        explained = {blob for _, blob in history.added_files} | history.states.keys()
        if explained.issuperset(secrets.blobs) and explained.issuperset(secrets.messages):
            return history
    except TooManyPaths:  # of any commit
        raise
    except GitError:  # a ref is broken
        pass
    commits = _list_all_commits(context.git)
    try:
        cached = load_history(_ALL_COMMITS, context.repository, context.cache)
        graph = commit_graph.read_graph(commits, context.git, cached)
        return _propagate(_ALL_COMMITS, graph, cached, context, secrets)
    except TooManyPaths:
        raise
    except GitError:
        graph = commit_graph.read_truncated_graph(commits, context.git)
        return propagate(graph, secrets, compare=context.compare_trees)


def _propagate(
    name: str,
    graph: CommitGraph,
    cached: CachedHistory,
    context: AuditContext,
    secrets: SecretBits,
) -> TreeHistory:
    """Propagate secrets through a graph, and cache the result under a name."""
    known_objects = context.completeness.list_known_objects()
    history = propagate(graph, secrets, known_objects, context.compare_trees)
    if history.missing is not None:
        tips = _list_confirmed_tips(context.ref_names, history)
        context.completeness.confirm(tips, history.missing)
    entry = history.cached
    if context.scan.prefilter(entry.changes):  # a path holds a secret, perhaps an ignored one
        entry = entry._replace(blobs_digest=b"", changes=b"")
    if entry.tips and entry != cached:
        store_history(name, entry, context.repository, context.cache)
    return history


def _list_confirmed_tips(ref_names: RefNames, history: TreeHistory) -> frozenset[str]:
    """List the commits of a checked history, and the tags of these commits."""
    commits = history.graph.parents.keys()
    names = ref_names.items()
    tags = (ids for name, ids in names if name.startswith("refs/tags/") and ids & commits)
    return frozenset(commits).union(*tags)


def _list_all_commits(git: Git) -> list[str]:
    """List all commits of the repository, including unreachable ones."""
    rows = (line.partition(" ") for line in git.run_ascii(*_LIST_OBJECTS).splitlines())
    return [object_id for kind, _, object_id in rows if kind == "commit"]
