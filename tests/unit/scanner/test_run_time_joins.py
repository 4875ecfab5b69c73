"""The first part of a key whose rest is joined at run time, and whole keys in ordinary calls."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from tests.support.contexts import few
from tests.support.keys import MakeKey
from tests.support.run_time_joins import RUN_TIME, WHOLE
from wakeyscan.core.document import Document, Origin
from wakeyscan.core.finding import Bounds, Finding
from wakeyscan.core.secret import API_KEY
from wakeyscan.scanner.detector import detect_in_document

NUL = b"\n\0\n"
SIZE = 34


def find_keys(path: str, text: str, key: str, end: bytes = b"") -> list[Finding]:
    content = text.replace("AAA", key).encode() + end
    found = detect_in_document(Document(Origin(path), content), few())
    return [finding for finding in found if finding.rule == API_KEY]


def select_other(
    path: str, texts: Sequence[str], bounds: Bounds, make_key: MakeKey, end: bytes = b""
) -> list[str]:
    """Return the texts in which the bounds of a key are others."""
    keys = {text: make_key(SIZE) for text in texts}
    found = {text: find_keys(path, text, key, end) for text, key in keys.items()}
    return [text for text, ones in found.items() if [one.bounds for one in ones] != [bounds]]


@pytest.mark.parametrize(("path", "texts"), RUN_TIME.items(), ids=RUN_TIME)
def test_a_key_whose_rest_is_joined_at_run_time_is_open(
    path: str, texts: Sequence[str], make_key: MakeKey
) -> None:
    assert select_other(path, texts, Bounds.OPEN, make_key) == []


@pytest.mark.parametrize(("path", "texts"), RUN_TIME.items(), ids=RUN_TIME)
def test_so_it_is_in_a_text_with_a_nul(path: str, texts: Sequence[str], make_key: MakeKey) -> None:
    assert select_other(path, texts, Bounds.OPEN, make_key, NUL) == []


@pytest.mark.parametrize(("path", "texts"), WHOLE.items(), ids=WHOLE)
def test_a_key_in_an_ordinary_call_is_certain(
    path: str, texts: Sequence[str], make_key: MakeKey
) -> None:
    assert select_other(path, texts, Bounds.CERTAIN, make_key) == []


def test_there_are_many_programs() -> None:
    assert sum(map(len, RUN_TIME.values())) > 500
    assert len(RUN_TIME) > 80
    assert sum(map(len, WHOLE.values())) > 200


LITERAL_RESTS = (
    ("a.py", "k = ''.join(('AAA', 'BBB'))\n"),
    ("a.py", 'b = "BBB"; k="AAA"+b\n'),
    ("a.py", 'k = "%s%s" % ("AAA", "BBB")\n'),
    ("a.pl", "my $k = join '', 'AAA', 'BBB';\n"),
    ("a.ps1", "$k = -join('AAA', 'BBB')\n"),
    ("a.c", 'snprintf(k, 99, "%s%s", "AAA", "BBB");\n'),
    ("a.c", 'strcpy(k, "AAA");\nstrcat(k, "BBB");\n'),
    ("a.go", 'const q = "BBB"\nk := fmt.Sprintf("%s%s", "AAA", q)\n'),
    ("a.js", 'k = "AAA" /*x*/ "BBB"\n'),
)
"""Programs whose rest can be read, BBB."""


@pytest.mark.parametrize("end", [b"", NUL], ids=["text", "NUL"])
@pytest.mark.parametrize(("path", "text"), LITERAL_RESTS)
def test_a_key_with_a_literal_rest_is_found_or_tried(
    path: str, text: str, end: bytes, make_key: MakeKey
) -> None:
    key = make_key(48)
    found = find_keys(path, text.replace("BBB", key[SIZE:]), key[:SIZE], end)
    tried = [one for finding in found for one in (finding.secret, *finding.candidates)]
    assert key in [one.reveal().decode() for one in tried]


SHOWN = (
    'x("BBB", "AAA")\n',
    'k = "AAA" /*x*/ "BBB"\n',
    '{"k": ["AAA", "BBB"], "z": 1}\n',
    'b = "BBB"; k="AAA"+b\n',
    "B=BBB; K=AAA$B\n",
)
"""Lines with the first part of a key, AAA, and its rest."""


@pytest.mark.parametrize("end", [b"", NUL], ids=["text", "NUL"])
@pytest.mark.parametrize("text", SHOWN)
def test_an_excerpt_shows_no_rest(text: str, end: bytes, make_key: MakeKey) -> None:
    key = make_key(48)
    found = find_keys("a.txt", text.replace("BBB", key[SIZE:]), key[:SIZE], end)
    assert found
    assert not any(key[SIZE:] in finding.excerpt for finding in found)
