"""Short words near a key that may be its last letters: the key is also tried with them."""

from __future__ import annotations

import random

import pytest

from tests.support.contexts import few
from tests.support.keys import ALPHABET, PREFIX
from wakeyscan.core.document import Document, Origin
from wakeyscan.core.finding import Bounds, Finding
from wakeyscan.core.secret import API_KEY
from wakeyscan.scanner.detector import detect_in_document
from wakeyscan.scanner.ends.short_words import MAX_SHORT_WORDS
from wakeyscan.scanner.whole_keys import MAX_CANDIDATES

KEY = PREFIX + "".join(random.Random("short").choices(ALPHABET, k=40)) + "R"

WAYS = {
    "rows of Markdown": ("a.md", "| prod | AAA | bob |\n| test | BBB | eve |\n"),
    "code in rows of Markdown": ("a.md", "| a | `AAA` |\n| b | `BBB` |\n"),
    "cells of Markdown": ("a.md", "| prod | AAA | BBB |\n"),
    "table": ("a.txt", "| a | AAA | on |\n+---+-----+----+\n| b | BBB | on |\n"),
    "columns": ("a.txt", "alpha  AAA  3d\nbeta   BBB   4d\n"),
    "rows of CSV": ("a.csv", "id,key\n1,AAA\n2,BBB\n"),
    "rows of quoted CSV": ("a.csv", 'id,name,key\n1,"a","AAA"\n2,"b","BBB"\n'),
    "rows with more cells": ("a.csv", "time,text,user\n10:01,AAA,eve\n10:02,BBB,eve\n"),
    "rows of TSV": ("a.tsv", "id\tkey\na\tAAA\nb\tBBB\n"),
    "chat": ("a.txt", "[10:14] eve: AAA\n[10:15] eve: BBB\n[10:16] bob: ok\n"),
    "chat in blocks": ("a.txt", "eve  10:14 AM\nAAA\n\neve  10:15 AM\nBBB\n\n"),
    "chat in JSON": ("a.json", '[{"user": "U1", "text": "AAA"}, {"user": "U1", "text": "BBB"}]'),
    "chat in a page": ("a.html", '<p class="t">AAA</p>\n</div>\n<div>\n<p class="t">BBB</p>\n'),
    "log": ("a.log", "10:00:01 INFO app - AAA\n10:00:02 INFO app - BBB\n10:00:02 INFO x - end\n"),
    "log in brackets": ("a.log", "[10:00:01] local.INFO: AAA\n[10:00:02] local.INFO: BBB\n"),
    "log in JSON": ("a.log", '{"t": 1, "msg": "AAA"}\n{"t": 2, "msg": "BBB"}\n'),
    "literals": ("a.rs", 'let parts = vec!["AAA", "BBB"];\n'),
    "literals in escapes": ("a.json", r'{"code": "p = [\"AAA\", \"BBB\"]"}'),
    "list of JSON": ("a.json", '{"lines": ["the", "key", "AAA", "BBB", "and"]}'),
    "list of YAML": ("a.yml", "parts:\n  - AAA\n  - BBB\n"),
    "values": ("a.sql", "INSERT INTO k VALUES (1,'AAA'),(2,'BBB');\n"),
    "values of a row": ("a.sql", "INSERT INTO k VALUES (1,'AAA','BBB');\n"),
    "elements": ("a.xml", "<doc>\n  <line>AAA</line>\n  <line>BBB</line>\n</doc>\n"),
    "cells of HTML": ("a.html", "<tr><td>AAA</td><td>BBB</td></tr>\n"),
    "lines of a PDF": (
        "a.xml",
        '<text top="8" font="0">AAA</text>\n<text top="26" font="0">BBB</text>\n',
    ),
    "a blank": ("a.txt", "key AAA BBB\n"),
}
"""Texts with the first part of a key, and the rest."""

OTHERS = {
    "another name": ("a.json", '{"key": "AAA", "lang": "BBB"}'),
    "name": ("a.json", '["AAA", {"BBB": 1}]'),
    "after another key": ("a.txt", f"- AAA\n- {PREFIX}{KEY[12:40]}\n- BBB\n"),
    "part of a text": ("a.txt", "- AAA\n- the BBB is\n"),
    "other sender": ("a.txt", "[10:14] eve: AAA\n[10:15] bob: BBB\n"),
    "other column": ("a.csv", "key,lang,x\nAAA,BBB,1\n"),
    "far away": ("a.txt", "- AAA\n" + "the text goes on\n" * 40 + "- BBB\n"),
}


@pytest.mark.parametrize("size", [1, 2, 3, 4])
@pytest.mark.parametrize("way", WAYS)
def test_a_key_is_tried_with_a_short_word_near_it(way: str, size: int) -> None:
    finding = find_cut(*WAYS[way], KEY, size)
    assert finding.bounds is Bounds.OPEN or KEY in reveal(finding)
    assert len(finding.candidates) <= MAX_CANDIDATES


@pytest.mark.parametrize("way", OTHERS)
def test_a_word_of_another_kind_is_not_tried(way: str) -> None:
    assert KEY not in reveal(find_cut(*OTHERS[way], KEY, 3))


@pytest.mark.parametrize("word", ["for", "user", "GET", "X7", "xyz"])
def test_a_word_that_no_key_of_digits_contains_is_not_tried(word: str) -> None:
    key = PREFIX + "5d41402abc4b2a76b9719d911017c592"
    (finding,) = detect("a.json", f'["{key}", "{word}"]')
    assert (finding.bounds, reveal(finding)) == (Bounds.CERTAIN, [key])


def test_few_short_words_are_tried_and_numbers_last() -> None:
    words = ("1", "ax", "2", "bx", "cx", "dx")
    (finding,) = detect("a.md", "".join(f"| {word} |\n" for word in (KEY, *words)))
    tried = [one.removeprefix(KEY) for one in reveal(finding)]
    assert (finding.bounds, tried) == (
        Bounds.CERTAIN,
        ["", "ax", "bx", "cx"][: MAX_SHORT_WORDS + 1],
    )


def find_cut(path: str, text: str, key: str, size: int) -> Finding:
    """Return the first finding in a text where the last letters of a key stand apart."""
    first, rest = key[:-size], key[-size:]
    return detect(path, text.replace("AAA", first).replace("BBB", rest))[0]


def detect(path: str, text: str) -> list[Finding]:
    found = detect_in_document(Document(Origin(path), text.encode()), few())
    return [one for one in found if one.rule == API_KEY]


def reveal(finding: Finding) -> list[str]:
    return [one.reveal().decode() for one in (finding.secret, *finding.candidates)]
