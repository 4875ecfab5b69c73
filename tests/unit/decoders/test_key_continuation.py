"""Whether a key in a literal may be the first part of a longer one."""

from __future__ import annotations

import pytest

from tests.support.keys import MakeKey
from wakeyscan.core.document import Document, Origin
from wakeyscan.decoders import DECODERS
from wakeyscan.decoders.concatenation.prefix import find_open_prefixes
from wakeyscan.rules import loader
from wakeyscan.scanner.context import build_context
from wakeyscan.scanner.detector import detect_in_document

CONTEXT = build_context(loader.load_rules(), DECODERS)

WHOLE = {
    "last line": '"KEY"',
    "end of a file": '"KEY"\n',
    "next statement": "K = 'KEY'\nprint(1)\n",
    "semicolon": 'const k = "KEY";\r\n\r\n  return k\n',
    "no quote": "KEY\nx = 1\n",
    "no quote, no line end": "KEY",
    "a word": "KEY rest",
    "a delimiter": "x, KEY, y",
    "a tag": "<b>KEY</b>",
    "bytes of a wrong alignment of base64": "KEY\u00e9",
    "blanks": '"KEY" \t ;  \nx = 1\n',
    "after the letters of a list": "%w1qw_2qw KEY\n",
}
OPEN = {
    "operator": '"KEY" + rest',
    "a list of words": "%w[KEY rest].join",
    "a list of quoted words": "join '', qw(KEY rest)",
    "a list after a blank": "join '', qw <KEY rest>",
    "a brace": "KEY${rest}",
    "a placeholder": '"KEY%s" % "rest"',
    "a continued line": "KEY\\\nrest",
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
def test_a_key_at_the_end_of_its_line_cannot_continue(text: str, key: str) -> None:
    content = text.replace("KEY", key).encode()
    assert not list(find_open_prefixes(content))


@pytest.mark.parametrize("text", OPEN.values(), ids=OPEN)
def test_a_key_before_a_possible_operator_may_continue(text: str, key: str) -> None:
    content = text.replace("KEY", key).encode()
    assert list(find_open_prefixes(content))


@pytest.mark.parametrize(
    ("length", "after"), [(15, ""), (129, "_" * 200), (120, "_" * 20)], ids=["short", "rule", "end"]
)
def test_a_text_that_may_be_the_start_of_a_key_may_continue(
    length: int, after: str, make_key: MakeKey
) -> None:
    content = f'"{make_key(min(length, 128))}{after}"\n'.encode()
    assert list(find_open_prefixes(content))


@pytest.mark.parametrize("length", [129, 200, 600])
@pytest.mark.parametrize("after", ['"', '" + "abcdef"', '" .\n"abc"', "' + name", "_-_x" + '"'])
def test_a_word_too_long_for_a_key_is_not_a_key(length: int, after: str, make_key: MakeKey) -> None:
    content = f'"{make_key(128)}{"a" * (length - 128)}{after}\n'.encode()
    assert not list(find_open_prefixes(content))
    assert detect_in_document(Document(Origin("a.py"), content), CONTEXT) == []
