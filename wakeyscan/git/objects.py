"""Git's objects: their kinds, their ids, and the format of a tree."""

from __future__ import annotations

import re
from functools import cache

COMMIT, TREE, BLOB, TAG, OFS_DELTA, REF_DELTA = 1, 2, 3, 4, 6, 7
"""Kinds of objects, numbered as in packs."""

OBJECT_KINDS = {"commit": COMMIT, "tree": TREE, "blob": BLOB, "tag": TAG}
"""Kinds by the names that git prints."""

EMPTY_TREE_IDS = {
    "sha1": "4b825dc642cb6eb9a060e54bf8d69288fbee4904",
    "sha256": "6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321",
}
"""Ids of the empty tree, by object format."""

MAX_IN_MEMORY = 64 << 20
"""Maximum bytes of an object; a larger one is not held in memory, nor are its deltas applied."""

MAX_GIT_ALLOC = 1 << 30
"""Bytes of an object that git may hold in memory; it streams only blobs that are not deltas."""


def parse_tree(tree: bytes, id_width: int) -> list[tuple[bytes, bytes]]:
    """Return the names in a tree with their object ids; an entry is `mode name NUL id`."""
    return _compile_entry(id_width).findall(tree)


def parse_commit_links(commit: bytes, id_width: int) -> bytes:
    """Return the ids of a commit's tree and of its parents, in hex, each followed by a space.

    The result is empty if git refuses to parse the commit: a wrong first line, or a parent that is
    not an id.
    """
    head = _compile_head(2 * id_width).match(commit)
    return head[0][5:].lower().replace(b"\nparent ", b" ").replace(b"\n", b" ") if head else b""


@cache
def _compile_head(digits: int) -> re.Pattern[bytes]:
    line = rb"[0-9a-fA-F]{%d}\n" % digits
    return re.compile(rb"tree %b(?:parent %b)*+(?!parent )" % (line, line))


@cache
def _compile_entry(id_width: int) -> re.Pattern[bytes]:
    return re.compile(rb"(?s)(?:[^\0 ]*+ )?+([^\0]*+)\0(.{0,%d})" % id_width)


def is_object_id(text: str) -> bool:
    """Return whether a text is a full object id: SHA-1 or SHA-256, in hex."""
    return len(text) in (40, 64) and not text.strip("0123456789abcdef")


def is_null_id(object_id: str) -> bool:
    """Return whether an id consists of zeros, which mean no object."""
    return not object_id.strip("0")


def empty_tree_id(object_id: str) -> str:
    """Return the id of the empty tree, in the object format of another id."""
    return EMPTY_TREE_IDS["sha256" if len(object_id) == 64 else "sha1"]


def parse_tag_target(tag: bytes) -> str:
    """Return the id in a tag's first line, `object ID`; empty if that line has no valid id."""
    name = tag.partition(b"\n")[0].removeprefix(b"object ").decode("ascii", "replace")
    return name if is_object_id(name) else ""


def is_tag_of_tag(tag: bytes) -> bool:
    """Return whether the second line of a tag says that its target is a tag too.

    git reads no tag that lies about it.
    """
    return tag.split(b"\n", 2)[1:2] == [b"type tag"]
