"""Other readings of a key with a certain end: with the first words of the next line."""

from __future__ import annotations

import json
import random
from base64 import b64encode

import pytest

from tests.support import contexts
from tests.support.keys import ALPHABET, PREFIX
from wakeyscan.core.document import Document, Origin
from wakeyscan.core.finding import Bounds, Finding
from wakeyscan.scanner.detector import detect_in_document
from wakeyscan.scanner.ends.continuations import (
    MAX_CONTINUATIONS,
    find_continuations,
    may_be_in_next_value,
)
from wakeyscan.scanner.ends.text_end import TextEnd

KEY = PREFIX + "".join(random.Random("continuations").choices(ALPHABET, k=40))


def words_after(text: str, path: str = "") -> list[str]:
    """Return the words that may continue AAA in a text."""
    before, _, after = text.encode().partition(b"AAA")
    end = TextEnd(before, after, path)
    return [group[0].text.decode() for group in find_continuations(end)]


CONTINUED = {
    "unknown prefix": "@@ 17 (xy) AAA\n@@ 18 (zw) 7fGh2Kz\n",
    "closed literal": 'f("AAA");\nf("7fGh2Kz");\n',
    "frame": "! AAA   !\n! 7fGh2Kz !\n",
    "tags": "<i>AAA</i>\n<i>7fGh2Kz</i>\n",
    "entities": "&quot;AAA&quot;\n&#x27;7fGh2Kz&#x27;\n",
    "escaped line end": r'"p: AAA\nqq 7fGh2Kz"',
    "escaped line end, next literal": '["AAA\\n",\n "7fGh2Kz"]',
    "rule between": "AAA\n-----\n7fGh2Kz\n",
    "same time": "2026-01-02 10:00:00.1 AAA\n2026-01-02 10:00:00.2 7fGh2Kz\n",
    "same name of a text": '"log": "AAA"\n"log": "7fGh2Kz"\n',
    "text before": 'pw="the key AAA"\npw="7fGh2Kz"\n',
    "words after": "AAA\n7fGh2Kz is bad\n",
    "double-spaced lines": "x\n\nthe key AAA\n\n7fGh2Kz is bad\n\n",
    "a word alone between blank lines": "x\nAAA\n\n7fGh2Kz\n\nmore words\n",
    "a word alone at the end": "x\nAAA\r\n\r\n7fGh2Kz\r\n",
    "no name": "AAA\n7fGh2Kz: unauthorized\n",
}

OTHER = {
    "value of a name": "K=AAA\nPASSWORD=7fGh2Kz\n",
    "value of a name, blanks": "key: AAA\npassword : 7fGh2Kz\n",
    "value of a name, quotes": '"key": "AAA",\n"password": "7fGh2Kz"\n',
    "value of the same name": "password: AAA\npassword: 7fGh2Kz\n",
    "value of the same name, escaped": r'"password: AAA\npassword: 7fGh2Kz"',
    "item": "- AAA\n- 7fGh2Kz\n",
    "item, quoted": "> - AAA\n> - 7fGh2Kz\n",
    "numbered item": "1. AAA\n2. 7fGh2Kz\n",
    "option": "curl -u AAA \\\n  -d 7fGh2Kz\n",
    "comment": "AAA\n# 7fGh2Kz\n",
    "paragraph": "AAA\n\n7fGh2Kz\nmore\n",
    "blank line of a comment": "# AAA\n#\n# 7fGh2Kz\n",
    "later": "10:00:00 AAA\n10:00:01 7fGh2Kz\n",
    "first entry": "AAA\n10:00:01 7fGh2Kz\n",
    "another key": f"AAA\n{PREFIX}7fGh2Kz4fGh7Kz4fGh\n",
    "record with another key": f"prod AAA\nx7fGh2Kz {PREFIX}7fGh2Kz4fGh7Kz4fGh\n",
    "command": "AAA\ncurl 7fGh2Kz\n",
    "path": "AAA\n/usr/7fGh2Kz\n",
    "call": "AAA\nfoo.bar(7fGh2Kz)\n",
    "prose": "AAA\nPlease revoke 7fGh2Kz\n",
    "block of HTML": "<b>AAA</b>\n<p>7fGh2Kz</p>\n",
    "end of a block": "AAA\n}\n7fGh2Kz\n",
    "end of a sentence": "the key AAA.\n7fGh2Kz\n",
    "words after the key": "the key AAA is\n7fGh2Kz\n",
    "same line": 'f("AAA", "7fGh2Kz")\n',
}


@pytest.mark.parametrize("text", CONTINUED.values(), ids=CONTINUED)
def test_a_word_of_the_next_line_may_continue_a_key(text: str) -> None:
    assert "7fGh2Kz" in words_after(text)


@pytest.mark.parametrize("text", OTHER.values(), ids=OTHER)
def test_what_starts_something_else_is_no_continuation(text: str) -> None:
    assert words_after(text) == []


def test_no_program_wraps_a_record_of_a_table() -> None:
    assert words_after("prod,AAA\nx7f,7fGh2Kz\n", "a.csv") == []


def test_few_words_are_tried() -> None:
    assert len(words_after("AAA\n" + "x7Fg " * 9)) == MAX_CONTINUATIONS


def test_of_a_list_of_literals_only_the_next_one_is_tried() -> None:
    before, _, after = b'["AAA",\n "7fGh2Kz4fGh7Kz4fGh",\n "8Hj3Lm4fGh7Kz4fGh"]'.partition(b"AAA")
    assert [len(group) for group in find_continuations(TextEnd(before, after))] == [1]


NEXT_VALUE = {
    "item": "- AAA\n- 7fGh2Kz\n",
    "item, text": "- the key AAA\n- 7fGh2Kz is old\n",
    "item, star": "* AAA\n* 7fGh2Kz\n",
    "item, number": "1. AAA\n2. 7fGh2Kz\n",
    "value of the same name": "Key: AAA\nKey: 7fGh2Kz and\n",
    "value of the same name, no blanks": "KEY=AAA\nKEY=7fGh2Kz\n",
    "frame": "* the key AAA *\n* 7fGh2Kz     *\n",
    "later entry": "10:00:00 the key AAA\n10:00:01 7fGh2Kz\n",
    "record": '{"msg": "AAA"}\n{"msg": "7fGh2Kz"}\n',
}

OTHER_VALUE = {
    "name": "- AAA\n- staging\n",
    "name in camel case": "- AAA\n- stagingServer\n",
    "number": "- AAA\n- 2026-01-02\n",
    "token of another service": f"- AAA\n- {'ghp_'}7fGh2Kz4fGh7Kz\n",
    "sentence": "- AAA\n- Please revoke 7fGh2Kz\n",
    "field": "- AAA\n- staging: 7fGh2Kz\n",
    "another key": f"- AAA\n- {PREFIX}7fGh2Kz4fGh7Kz4fGh\n",
    "value of another name": "KEY=AAA\nPASSWORD=7fGh2Kz\n",
    "value of a numbered name": "KEY_1=AAA\nKEY_2=7fGh2Kz\n",
    "later entry": "10:00:00 AAA\n10:00:01 7fGh2Kz is bad\n",
    "later entry, name": "10:00:00 AAA\n10:00:01 staging\n",
    "indented": "    AAA\n    7fGh2Kz\n",
}


@pytest.mark.parametrize("text", NEXT_VALUE.values(), ids=NEXT_VALUE)
def test_the_next_value_of_a_list_may_be_the_rest(text: str) -> None:
    before, _, after = text.encode().partition(b"AAA")
    assert may_be_in_next_value(TextEnd(before, after))


@pytest.mark.parametrize("text", OTHER_VALUE.values(), ids=OTHER_VALUE)
def test_an_ordinary_value_is_no_rest(text: str) -> None:
    before, _, after = text.encode().partition(b"AAA")
    assert not may_be_in_next_value(TextEnd(before, after))


def test_the_lists_of_source_code_are_not_wrapped_text() -> None:
    assert not may_be_in_next_value(TextEnd(b"- ", b"\n- 7fGh2Kz\n", "a.yaml"))
    assert may_be_in_next_value(TextEnd(b"- the key ", b"\n- 7fGh2Kz\n", "a.yaml"))


def find(path: str, text: str) -> Finding:
    content = text.replace("AAA", KEY[:30]).replace("BBB", KEY[30:]).encode()
    (finding,) = detect_in_document(Document(Origin(path), content), contexts.few())
    return finding


def test_a_finding_with_a_certain_end_has_the_longer_readings() -> None:
    finding = find("a.py", "f('AAA')  \nBBB\n")
    assert [one.reveal().decode() for one in finding.candidates] == [KEY]
    text = f"the text: f('{KEY[:30]}')\n{KEY[30:]}"
    decoded = find("a.txt", b64encode(text.encode()).decode())
    assert [one.reveal().decode() for one in decoded.candidates] == [KEY]


def test_the_rest_of_a_key_in_another_value_is_not_sent() -> None:
    finding = find("a.txt", "- using the key AAA\n- BBB for it\n")
    assert (finding.bounds, finding.candidates) == (Bounds.OPEN, ())


LONG = PREFIX + "".join(random.Random("columns").choices(ALPHABET, k=100))

IN_LINES = {
    "column": ("17  ", "    ", "", "  billing"),
    "cells": ("17;", ";", ";", ";billing"),
    "rows": ("| 17 | ", "|    | ", " |", " |"),
    "text": ("pw=", "", "", ""),
    "colors": ("\x1b[2m10:00\x1b[0m \x1b[35m", "      \x1b[35m", "\x1b[0m", "\x1b[0m a.py:3"),
}


@pytest.mark.parametrize(("first", "next_", "last", "after"), IN_LINES.values(), ids=IN_LINES)
@pytest.mark.parametrize("size", [24, 30, 60])
def test_a_key_on_many_lines_is_tried(
    first: str, next_: str, last: str, after: str, size: int
) -> None:
    parts = [LONG[at : at + size] for at in range(0, len(LONG), size)]
    text = f"{first}{parts[0]}{after}\n" + "".join(f"{next_}{one}{last}\n" for one in parts[1:])
    (found,) = detect_in_document(Document(Origin("a.txt"), text.encode()), contexts.few())
    assert LONG in [one.reveal().decode() for one in found.candidates]


def test_a_hyphen_at_a_line_end_may_belong_to_the_key() -> None:
    key = KEY[:30] + "-" + KEY[30:]
    content = f"17  {key[:31]}  x\n    {key[31:]}\n".encode()
    (found,) = detect_in_document(Document(Origin("a.txt"), content), contexts.few())
    assert {key, KEY} <= {one.reveal().decode() for one in found.candidates}


def test_a_record_of_a_log_is_read_like_a_line() -> None:
    for first, following in (
        ("17  AAA  billing", "    BBB"),
        ("10:00 the key AAA x.py:3", "      BBB for it"),
        ("\u2502 AAA \u2502 17", "\u2502 BBB \u2502"),
        ("\x1b[2m10:00\x1b[0m AAA\x1b[0m x.py", "      \x1b[2mBBB"),
    ):
        lines = ({"time": at, "msg": msg} for at, msg in enumerate((first, following)))
        finding = find("a.log", "".join(f"{json.dumps(line)}\n" for line in lines))
        assert [one.reveal().decode() for one in finding.candidates] == [KEY]
