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


EMPTY_TREES = {
    "sha1": "4b825dc642cb6eb9a060e54bf8d69288fbee4904",
    "sha256": "6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321",
}
"""The tree without a file, by the format of object ids."""


def is_id(text: str) -> bool:
    """Say whether a text is a whole id: of SHA-1 or of SHA-256."""
    return len(text) in (40, 64) and not text.strip("0123456789abcdef")


def is_zero(name: str) -> bool:
    """Say whether an id stands for nothing."""
    return not name.strip("0")


def empty_tree(like: str) -> str:
    """Give the id of the tree without a file, in the format of another id."""
    return EMPTY_TREES["sha256" if len(like) == 64 else "sha1"]
