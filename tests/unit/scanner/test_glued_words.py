"""Words that follow a key without a line end: the key without them is tried, too."""

from __future__ import annotations

import random

import pytest

from tests.support.contexts import few
from tests.support.keys import ALPHABET, PREFIX
from wakeyscan.core.document import Document, Origin
from wakeyscan.core.finding import Bounds, Finding
from wakeyscan.scanner.detector import detect_in_document
from wakeyscan.scanner.whole_keys import MAX_CANDIDATES

KEYS = [
    PREFIX + "".join(random.Random(f"glued {n}").choices(ALPHABET, k=39)) + last
    for n, last in enumerate("7qQ")
]
"""Keys whose last letters are of each kind."""

PROMPTS = {
    "user": "bob@web-01:~$ \n",
    "root": "root@3f2a:/# ls\n",
    "shell": "bash-5.1# \n",
    "other shell": "sh-4.2$ \n",
    "drive": "C:\\app>dir\n",
    "PowerShell": "PS C:\\app> \n",
    "title of a terminal": "bob@web:~$ ls\x1b[0m\n",
}
WORDS = {
    "time": "2026-11-30T10:00:00Z INFO up\n",
    "date": "2026-11-30 10:00:00 up\n",
    "level": "INFO:root:up\n",
    "sentence": "Server listening on 80\n",
    "small letters": "npm WARN deprecated\n",
    "button": "Copied!\n",
    "label and date": "Active2026-11-30\n",
    "section": "section_end:1:x\n",
    "status": "200\n",
    "next file": "FROM node:18\n",
    "plural": "s are here\n",
    "other language": "f\u00fcr alle\n",
    "page number": "3\x0c\nmore\n",
}
MARKED = {
    "zero-width space": "\u200bx\n",
    "word joiner": "\u2060please rotate\n",
    "character reference": "&#8203;is new\n",
    "possible break": "<wbr>ok\n",
    "inline elements": "</span><span class=b>ok</span>\n",
}


def find(text: str) -> Finding:
    return detect_in_document(Document(Origin("notes.txt"), text.encode()), few())[0]


def reveal(finding: Finding) -> list[str]:
    return [one.reveal().decode() for one in (finding.secret, *finding.candidates)]


@pytest.mark.parametrize("key", KEYS, ids=range(len(KEYS)))
@pytest.mark.parametrize("after", PROMPTS.values(), ids=PROMPTS)
def test_an_end_before_a_prompt_is_open(key: str, after: str) -> None:
    finding = find(f"$ cat key\n{key}{after}")
    assert finding.bounds is Bounds.OPEN
    assert key in reveal(finding)


@pytest.mark.parametrize("key", KEYS, ids=range(len(KEYS)))
@pytest.mark.parametrize("after", WORDS.values(), ids=WORDS)
def test_a_key_is_tried_without_a_glued_word(key: str, after: str) -> None:
    finding = find(f"key: {key}{after}")
    assert key in reveal(finding)
    assert len(finding.candidates) <= 2 * MAX_CANDIDATES


@pytest.mark.parametrize("key", KEYS, ids=range(len(KEYS)))
@pytest.mark.parametrize("after", MARKED.values(), ids=MARKED)
def test_a_key_is_tried_without_what_follows_a_mark(key: str, after: str) -> None:
    assert key in reveal(find(f"<span>{key}{after}"))


def test_quotes_enclose_no_glued_word() -> None:
    key = KEYS[0] + "Copied"
    finding = find(f'key = "{key}"\n')
    assert (reveal(finding), finding.bounds) == ([key], Bounds.CERTAIN)
