"""Ids of git's objects, in hex."""

from __future__ import annotations

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
