"""The tree and the parents of a commit, read as git reads them."""

from __future__ import annotations

import pytest

from wakeyscan.git.objects import parse_commit_links

TREE, FIRST, SECOND = ("a1" * 20).encode(), ("b2" * 20).encode(), ("c3" * 20).encode()
AUTHOR = b"author A <a@b> 1 +0000\n\nparent of all\n"


@pytest.mark.parametrize(
    ("commit", "links"),
    [
        pytest.param(b"tree %b\n%b" % (TREE, AUTHOR), b"%b " % TREE, id="root"),
        pytest.param(
            b"tree %b\nparent %b\n%b" % (TREE, FIRST, AUTHOR),
            b"%b %b " % (TREE, FIRST),
            id="one parent",
        ),
        pytest.param(
            b"tree %b\nparent %b\nparent %b\n%b" % (TREE, FIRST, SECOND, AUTHOR),
            b"%b %b %b " % (TREE, FIRST, SECOND),
            id="merge",
        ),
        pytest.param(
            b"tree %b\nparent %b\n" % (TREE.upper(), FIRST),
            b"%b %b " % (TREE, FIRST),
            id="upper case",
        ),
        pytest.param(
            b"tree %b\n%bparent %b\n" % (TREE, AUTHOR, FIRST), b"%b " % TREE, id="in the message"
        ),
        pytest.param(b"tree %b\nparent %b\n" % (TREE, FIRST[:-1]), b"", id="short parent"),
        pytest.param(b"tree %b\nparent %b" % (TREE, FIRST), b"", id="cut"),
        pytest.param(b"tree %b \n" % TREE, b"", id="blank"),
        pytest.param(b"parent %b\n" % FIRST, b"", id="no tree"),
        pytest.param(b"", b"", id="empty"),
    ],
)
def test_the_tree_and_parents_of_a_commit_are_parsed(commit: bytes, links: bytes) -> None:
    assert parse_commit_links(commit, 20) == links


def test_the_tree_and_parents_of_a_sha256_commit_are_parsed() -> None:
    tree, parent = b"a" * 64, b"b" * 64
    commit = b"tree %b\nparent %b\n" % (tree, parent)
    assert parse_commit_links(commit, 32) == b"%b %b " % (tree, parent)
    assert parse_commit_links(commit, 20) == b""
