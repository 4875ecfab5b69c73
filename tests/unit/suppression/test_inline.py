"""Comments of a text with many keys are those that each key has for itself."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from wakeyscan.suppression.inline import InlineComments

KEY = b"key"
LINES = st.lists(
    st.sampled_from(
        [
            *(b"key", b"  key", b"key # wakeyscan:ignore -- why", b"# wakeyscan:ignore", b"x"),
            *(b"# pragma: allowlist nextline secret", b"key // gitleaks:allow", b"/* key", b"*/"),
            *(b"  a: |", b"a: |", b'"""', b'""" # wakeyscan:ignore', b"key \\", b"x \\", b""),
            *(b"key kingfisher:ignore key", b"allow", b"y" * 2100, b"y" * 2100 + b" key"),
        ]
    ),
    max_size=12,
)


@given(LINES, st.sampled_from([b"\n", b"\r\n"]))
def test_the_comment_of_a_key_does_not_depend_on_the_keys_before(
    lines: list[bytes], line_end: bytes
) -> None:
    content = line_end.join(lines)
    comments = InlineComments(content)
    start = content.find(KEY)
    while start >= 0:
        place = start, start + len(KEY)
        alone = InlineComments(content)
        assert comments.find_own(*place) == alone.find_own(*place)
        assert comments.find_foreign(*place) == alone.find_foreign(*place)
        start = content.find(KEY, start + 1)
