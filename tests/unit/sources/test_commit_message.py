"""The scissors line of a commit message."""

from __future__ import annotations

import pytest

from wakeyscan.sources.commit_message import cut_at_scissors

LINE = b" ------------------------ >8 ------------------------\n"
CASES = {
    "none": (b"subject\n\nbody\n", b"subject\n\nbody\n"),
    "git's": (b"subject\n#" + LINE + b"# Do not modify\n#\ndiff --git\n", b"subject\n"),
    "git's at the start": (b"#" + LINE + b"# Do not modify\n", b""),
    "another comment character": (b"subject\n;" + LINE + b"; Do not modify\n", b"subject\n"),
    "typed, without a comment below": (b"a\n#" + LINE + b"text\n", b"a\n#" + LINE + b"text\n"),
    "typed, without a comment character": (b"a\n" + LINE + b"# b\n", b"a\n" + LINE + b"# b\n"),
    "typed, before git's": (
        b"a\n#" + LINE + b"text\n#" + LINE + b"# Do not modify\n",
        b"a\n#" + LINE + b"text\n",
    ),
}


@pytest.mark.parametrize(("message", "kept"), CASES.values(), ids=CASES)
def test_a_message_ends_where_git_ends_it(message: bytes, kept: bytes) -> None:
    assert cut_at_scissors(message) == kept
