"""Both sides of a word diff, as patterns of what each side lacks show them."""

from __future__ import annotations

import random
import re

from wakeyscan.decoders._shown_text import show_text

LACKING = (
    rb"\[-(?:(?!-\])[^\r\n]){0,256}+-\]|\{\+|\+\}",
    rb"\{\+(?:(?!\+\})[^\r\n]){0,256}+\+\}|\[-|-\]",
)
"""What is not in the new text, and in the old one."""
SIGNS = (b"[-", b"-]", b"{+", b"+}", b"\n", b"\r", b"-", b"+", b"]", b"}", b"[", b"{", b"a7")


def test_each_side_of_a_word_diff_is_shown() -> None:
    draw = random.Random("changes")
    for _ in range(2000):
        long = b"x" * draw.choice([1, 100, 253, 254, 255, 256, 257])
        signs = draw.choices((*SIGNS, long), k=draw.randint(0, 24))
        content = b"wa_live_{+" + b"".join(signs)
        sides = [*show_text(content)]
        expected = [re.sub(one, b"", content[slice(*sides[0].span)]) for one in LACKING]
        assert [side.content for side in sides] == expected
