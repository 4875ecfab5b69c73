"""Other readings of a key with a certain end: with the first words of the next line."""

from __future__ import annotations

import random
from base64 import b64encode

import pytest

from tests.support import contexts
from tests.support.keys import ALPHABET, PREFIX
from wakeyscan.core.document import Document, Origin
from wakeyscan.core.finding import Finding
from wakeyscan.scanner.detector import detect_in_document
from wakeyscan.scanner.ends.continuations import MAX_CONTINUATIONS, find_continuations
from wakeyscan.scanner.ends.text_end import TextEnd

KEY = PREFIX + "".join(random.Random("continuations").choices(ALPHABET, k=40))


def words_after(text: str, path: str = "") -> list[str]:
    """Return the words that may continue AAA in a text."""
    before, _, after = text.encode().partition(b"AAA")
    end = TextEnd(before, after, path)
    return [word.text.decode() for word in find_continuations(end)]


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
    "blank line": "AAA\n\n7fGh2Kz\n",
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
