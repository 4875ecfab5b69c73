"""Valid trees that name very many paths: each level has several names for one subtree."""

from __future__ import annotations

from collections.abc import Mapping

from tests.support.repositories import Repo


def make_tree_bomb(repo: Repo, leaf: str, depth: int = 8, width: int = 10) -> str:
    """Store trees in which a blob has `width` ** `depth` paths; return the id of the top one."""
    kind, mode = "blob", "100644"
    for _ in range(depth):
        rows = (f"{mode} {kind} {leaf}\tn{number}\n" for number in range(width))
        leaf, kind, mode = repo.git("mktree", stdin="".join(rows).encode()), "tree", "040000"
    return leaf


def commit_tree(repo: Repo, entries: Mapping[str, str], trees: Mapping[str, str]) -> str:
    """Commit a tree of blobs and subtrees on the current branch, without a checkout."""
    rows = [f"100644 blob {blob}\t{name}\n" for name, blob in entries.items()]
    rows += [f"040000 tree {tree}\t{name}\n" for name, tree in trees.items()]
    top = repo.git("mktree", stdin="".join(rows).encode())
    parents = [] if repo.attempt("rev-parse", "-q", "--verify", "HEAD").code else ["-p", "HEAD"]
    commit = repo.git("commit-tree", top, *parents, "-m", "bomb")
    repo.git("update-ref", "HEAD", commit)
    return commit
