"""Copies of a cut key in the same text: their ends are open too, unless they have a name."""

from __future__ import annotations

import random

import pytest

from tests.support.contexts import few
from tests.support.keys import ALPHABET, PREFIX
from wakeyscan.core.document import Document, Origin
from wakeyscan.core.finding import Bounds, Finding
from wakeyscan.core.secret import API_KEY
from wakeyscan.scanner.detector import detect_in_document

KEY = PREFIX + "".join(random.Random("mentions").choices(ALPHABET, k=40)) + "7"
SIZE = 30
FAR = "The text goes on for a while.\n" * 20

CUT = {
    "ellipsis": "key: AAA ... (cut)\n",
    "note": "key: AAA [10 more characters]\n",
    "stray word": "* AAA|  BBB|\n",
}
MENTIONS = {
    "quotes": 'Error: invalid key "AAA"\n',
    "quotes, sign": "Error: invalid key: 'AAA'\n",
    "brackets": "refused (AAA)\n",
}
NAMED = {
    "assignment": 'KEY = "AAA"\n',
    "variable": "export WA_KEY=AAA\n",
    "member": '{"key": "AAA"}\n',
    "header": "Authorization: Bearer AAA\n",
}


@pytest.mark.parametrize("cut", CUT)
@pytest.mark.parametrize("mention", MENTIONS)
def test_a_mention_of_a_cut_key_is_open(cut: str, mention: str) -> None:
    assert {one.bounds for one in detect(CUT[cut] + FAR + MENTIONS[mention])} == {Bounds.OPEN}
    assert [one.bounds for one in detect(MENTIONS[mention])] == [Bounds.CERTAIN]


@pytest.mark.parametrize("cut", CUT)
@pytest.mark.parametrize("named", NAMED)
def test_the_value_of_a_name_is_certain_beside_a_cut_key(cut: str, named: str) -> None:
    found = detect(CUT[cut] + FAR + NAMED[named])
    assert [one.bounds for one in found] == [Bounds.OPEN, Bounds.CERTAIN]


def test_another_key_stays_certain() -> None:
    other = MENTIONS["quotes"].replace("AAA", PREFIX + KEY[12:40])
    found = detect(CUT["ellipsis"] + FAR + other)
    assert [one.bounds for one in found] == [Bounds.OPEN, Bounds.CERTAIN]


def detect(text: str) -> list[Finding]:
    content = text.replace("AAA", KEY[:SIZE]).replace("BBB", KEY[SIZE:]).encode()
    found = detect_in_document(Document(Origin("a.txt"), content), few())
    return [one for one in found if one.rule == API_KEY]
