"""The kinds of git's objects, and what a tree holds (gitformat-pack, and git's own trees)."""

from __future__ import annotations

from collections.abc import Iterator

COMMIT, TREE, BLOB, TAG, OFS_DELTA, REF_DELTA = 1, 2, 3, 4, 6, 7
"""As packs number them."""

KINDS = {"commit": COMMIT, "tree": TREE, "blob": BLOB, "tag": TAG}
"""By the names that git gives them."""


def tree_entries(tree: bytes, width: int) -> Iterator[tuple[bytes, bytes]]:
    """Yield the names in a tree with the ids of what they name, `width` bytes each.

    They stand as `mode name NUL id`, over and over.
    """
    at = 0
    while (end := tree.find(b"\0", at)) >= 0:
        name = tree[at:end].partition(b" ")[2]
        at = end + 1 + width
        yield name, tree[end + 1 : at]
