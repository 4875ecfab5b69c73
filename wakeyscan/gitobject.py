"""The kinds of git's objects, and what a tree holds (gitformat-pack, and git's own trees)."""

from __future__ import annotations

from collections.abc import Iterator

COMMIT, TREE, BLOB, TAG, OFS_DELTA, REF_DELTA = 1, 2, 3, 4, 6, 7
"""As packs number them."""

KINDS = {"commit": COMMIT, "tree": TREE, "blob": BLOB, "tag": TAG}
"""By the names that git gives them."""

MOST_MADE = 1 << 30
"""Bytes of an object that git may make in memory; it streams only blobs that are no deltas."""


def delta_number(delta: bytes, at: int) -> tuple[int, int]:
    """Read one of the sizes that a delta begins with, and where it ends; raises `IndexError`."""
    number = shift = 0
    while True:
        byte = delta[at]
        number |= (byte & 0x7F) << shift
        shift, at = shift + 7, at + 1
        if byte < 0x80:
            return number, at


def tree_entries(tree: bytes, width: int) -> Iterator[tuple[bytes, bytes]]:
    """Yield the names in a tree with the ids of what they name, `width` bytes each.

    They stand as `mode name NUL id`, over and over.
    """
    at = 0
    while (end := tree.find(b"\0", at)) >= 0:
        name = tree[at:end].partition(b" ")[2]
        at = end + 1 + width
        yield name, tree[end + 1 : at]
