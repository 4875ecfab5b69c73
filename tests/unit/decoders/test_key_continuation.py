"""Whether a key in a literal may be the first part of a longer one."""

from __future__ import annotations

import pytest

from tests.support.keys import MakeKey
from wakeyscan.decoders.concatenation.prefix import PREFIX, may_continue

WHOLE = {
    "last line": '"KEY"',
    "end of a file": '"KEY"\n',
    "next statement": "K = 'KEY'\nprint(1)\n",
    "semicolon": 'const k = "KEY";\r\n\r\n  return k\n',
    "no quote": "KEY\nx = 1\n",
    "no quote, no line end": "KEY",
    "a word": "KEY rest",
    "blanks": '"KEY" \t ;  \nx = 1\n',
}
OPEN = {
    "operator": '"KEY" + rest',
    "a list of words": "%w[KEY rest].join",
    "a list of quoted words": "join '', qw(KEY rest)",
    "a brace": "KEY${rest}",
    "adjacent literal": '"KEY"\n"rest"',
    "adjacent literal with a prefix": '"KEY"\nu8"rest"',
    "operator on the next line": '"KEY"\n  .. "rest"',
    "appended": 'k = "KEY"\nk += "rest"',
    "appended with a dot": "$k = 'KEY';\nk .= 'rest';",
    "appended by a function": 'strcpy(k, "KEY");\nstrcat(k, "rest");',
    "after a comment": '"KEY" # why\n"rest"',
    "a method of Objective-C": '@"KEY"\n  stringByAppendingString:@"rest"',
    "far away": '"KEY"' + "\n" * 600 + '"rest"',
    "escaped quote": r'"\"KEY\"\nx"',
}


@pytest.mark.parametrize("text", WHOLE.values(), ids=WHOLE)
def test_a_key_at_the_end_of_its_line_is_whole(text: str, key: str) -> None:
    content = text.replace("KEY", key).encode()
    assert not may_continue(content, content.index(PREFIX) + len(PREFIX))


@pytest.mark.parametrize("text", OPEN.values(), ids=OPEN)
def test_a_key_that_an_operator_may_follow_is_open(text: str, key: str) -> None:
    content = text.replace("KEY", key).encode()
    assert may_continue(content, content.index(PREFIX) + len(PREFIX))


@pytest.mark.parametrize("length", [15, 129])
def test_a_text_that_is_no_key_is_open(length: int, make_key: MakeKey) -> None:
    content = f'"{make_key(length)}"\n'.encode()
    assert may_continue(content, content.index(PREFIX) + len(PREFIX))
