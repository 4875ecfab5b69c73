"""Text of a PDF: letters that are drawn one at a time, and pages in several streams."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.keys import MakeKey
from tests.support.scan import find
from wakeyscan.core.finding import Bounds
from wakeyscan.extractors.budget import ExtractionBudget, Limits
from wakeyscan.extractors.pdf import document
from wakeyscan.extractors.pdf.letters import read_position
from wakeyscan.extractors.pdf.pages import join_streams
from wakeyscan.extractors.pdf.text import text

HELVETICA = {
    **dict.fromkeys("ijl", 0.222),
    **dict.fromkeys(" ft.,:;/!I", 0.278),
    **dict.fromkeys("r-()", 0.333),
    **dict.fromkeys("ckszxyvJ", 0.5),
    **dict.fromkeys("LTFZ", 0.611),
    **dict.fromkeys("ABEKPSVXY", 0.667),
    **dict.fromkeys("CDHNRUw", 0.722),
    **dict.fromkeys("GOQ", 0.778),
    **dict.fromkeys("mM", 0.833),
    "W": 0.944,
}
FONTS: dict[str, Callable[[str], float]] = {
    "Helvetica": lambda letter: HELVETICA.get(letter, 0.556),
    "Courier": lambda letter: 0.6,
}
Draw = Callable[[str, float], bytes]
"""Draws a letter at a distance from the left, in ems."""


def show(letter: str) -> bytes:
    return b"(%b)" % (b"\\" * (letter in "()") + letter.encode())


DRAWINGS: dict[str, Draw] = {
    "places": lambda letter, x: b"1 0 0 1 %.3f 700 Tm %b Tj\n" % (72 + 12 * x, show(letter)),
    "places of a scaled font": lambda letter, x: (
        b"/F1 1 Tf 12 0 0 12 %.3f 700 Tm [%b] TJ\n" % (72 + 12 * x, show(letter))
    ),
    "places upside down": lambda letter, x: (
        b"BT /F1 12 Tf 1 0 0 -1 %.3f 92 Tm <%02x> Tj ET\n" % (72 + 12 * x, ord(letter))
    ),
    "objects": lambda letter, x: (
        b"BT /F1 12 Tf 0 g %.3f 700 Td %b Tj ET\n" % (72 + 12 * x, show(letter))
    ),
    "places in objects": lambda letter, x: (
        b"BT\n/F1 12 Tf\n1 0 0 1 %.3f 700 Tm\n%bTj\nET\n" % (72 + 12 * x, show(letter))
    ),
    "states": lambda letter, x: (
        b"q 1 0 0 1 %.3f 700 cm BT /F1 12 Tf %b Tj ET Q\n" % (72 + 12 * x, show(letter))
    ),
}


def draw(line: str, drawing: Draw, width: Callable[[str], float]) -> bytes:
    x, drawn = 0.0, b"BT /F1 12 Tf\n"
    for letter in line:
        drawn += drawing(letter, x)
        x += width(letter)
    return drawn


def move(line: str, width: Callable[[str], float]) -> bytes:
    """Draw letters with a move before each."""
    moves = [0.0, *map(width, line)]
    return b"BT /F1 12 Tf 72 700 Td\n" + b"".join(
        b"%.3f 0 Td %b Tj\n" % (12 * moves[number], show(letter))
        for number, letter in enumerate(line)
    )


@pytest.mark.parametrize("width", FONTS.values(), ids=FONTS)
@pytest.mark.parametrize("drawing", DRAWINGS.values(), ids=DRAWINGS)
def test_letters_drawn_one_at_a_time_are_joined(
    drawing: Draw, width: Callable[[str], float], make_key: MakeKey
) -> None:
    for key in map(make_key, (24, 40, 64)):
        line = f"The key is {key} (not for you)."
        assert text(draw(line, drawing, width), {}) == line.encode()
        assert text(move(line, width), {}) == line.encode()


def test_a_gap_without_a_drawn_space_separates_words(make_key: MakeKey) -> None:
    width = FONTS["Helvetica"]
    for before, behind in (("k", "and"), ("1", "2"), ("a", "a"), ("m", "w")):
        words = [before, make_key(32), behind]
        x, drawn = 0.0, b"BT /F1 12 Tf\n"
        for word in words:
            for letter in word:
                drawn += DRAWINGS["places"](letter, x)
                x += width(letter)
            x += width(" ")
        assert words[1].encode() in text(drawn, {}).split()


def test_words_drawn_at_separate_places_are_not_joined(make_key: MakeKey) -> None:
    key = make_key(32).encode()
    for before in (b"token", b"a", b"to", b"x"):
        content = b"BT /F1 12 Tf 72 700 Td (%b) Tj 30 0 Td (%b) Tj 9 0 Td (and) Tj ET"
        assert key in text(content % (before, key), {}).split()


def test_letters_below_each_other_are_separate_lines() -> None:
    assert text(b"BT /F1 9 Tf (a) Tj 0 -12 Td (b) Tj 5 -12 Td (c) Tj T* (d) Tj ET", {}).split() == [
        *b"a b c d".split()
    ]


@pytest.mark.parametrize("move", [b" -300 ", b" -600.5 "])
def test_letters_moved_apart_slightly_are_joined(move: bytes, make_key: MakeKey) -> None:
    key = make_key(32)
    assert text(b"[%b] TJ" % move.join(map(show, key)), {}) == key.encode()
    assert text(b"[(a)%b(b)] TJ" % move, {}) == b"a b"


LINES = {
    "a move": b"BT /F1 9 Tf (The key: AAA) Tj 0 -14 Td (BBB and more) Tj ET",
    "a new line": b"BT /F1 9 Tf 14 TL (key=AAA) Tj T* (BBB) Tj ET",
    "a quote": b"BT /F1 9 Tf 14 TL (AAA) Tj (BBB) ' ET",
    "objects": b"BT 9 700 Td (AAA) Tj ET BT 9 686 Td (BBB) Tj ET",
}


@pytest.mark.parametrize("page", LINES.values(), ids=LINES)
def test_a_key_over_two_lines_is_found_or_a_candidate(page: bytes, make_key: MakeKey) -> None:
    for size in range(26, 44, 3):
        key = make_key(40).encode()
        shown = page.replace(b"AAA", key[:size]).replace(b"BBB", key[size:])
        (finding,) = find(text(shown, {}), "a.pdf")
        texts = [secret.reveal() for secret in (finding.secret, *finding.candidates)]
        assert (key in texts, finding.bounds) == (True, Bounds.OPEN)


# Several streams


def pdf(page: bytes, streams: Sequence[bytes], objects: bytes = b"") -> bytes:
    made = b"%PDF-1.7\n" + page
    for number, stream in enumerate(streams, 4):
        content = zlib.compress(stream)
        made += b"%d 0 obj << /Filter /FlateDecode /Length %d >>\nstream\n" % (number, len(content))
        made += content + b"\nendstream endobj\n"
    return made + objects


def members(content: bytes) -> list[bytes]:
    """Return the content of the members of a PDF."""
    found = []
    for member in document.open(BytesIO(content), ExtractionBudget(Limits(), lambda: 0)):
        pieces = []
        while piece := member.read(1 << 16):
            pieces.append(piece)
        found.append(b"".join(pieces))
    return found


CUTS: dict[str, Callable[[bytes], list[bytes]]] = {
    "within a string": lambda key: [b"BT (" + key[:20], key[20:] + b") Tj ET"],
    "within codes": lambda key: [
        b"BT <" + key.hex().encode()[:21],
        key.hex().encode()[21:] + b"> Tj",
    ],
    "within brackets": lambda key: [b"[(%b) -5" % key[:9], b"(%b)] TJ" % key[9:]],
    "before the operator": lambda key: [b"BT (%b)" % key, b"Tj ET"],
    "within the operator": lambda key: [b"BT (%b) T" % key, b"j ET"],
    "between strings": lambda key: [b"BT (%b) Tj" % key[:9], b"(%b) Tj ET" % key[9:]],
    "in three": lambda key: [b"BT /F1 12 Tf", b"(%b" % key[:20], b"%b) Tj ET" % key[20:]],
    "after an escape": lambda key: [b"BT (\\(" + key[:9], key[9:] + b"\\)) Tj ET"],
}
REFERENCES = {
    "array": b"3 0 obj << /Type /Page /Contents [%b] >> endobj\n",
    "no blanks": b"3 0 obj<</Contents[%b]/Type/Page>>endobj\n",
    "object": b"3 0 obj << /Type /Page /Contents 9 0 R >> endobj 9 0 obj [ %b ] endobj\n",
}


@pytest.mark.parametrize("page", REFERENCES.values(), ids=REFERENCES)
@pytest.mark.parametrize("cut", CUTS.values(), ids=CUTS)
def test_a_key_in_several_streams_is_found(
    cut: Callable[[bytes], list[bytes]], page: bytes, make_key: MakeKey
) -> None:
    key = make_key(32).encode()
    streams = cut(key)
    for order in (range(len(streams)), reversed(range(len(streams)))):
        numbers = list(order)
        places = b" ".join(b"%d 0 R" % (4 + number) for number in numbers)
        stored = [streams[numbers.index(number)] for number in range(len(streams))]
        (content,) = members(pdf(page % places, stored))
        assert content.strip(b"\n()") == key


def test_pages_in_an_object_stream_are_read(make_key: MakeKey) -> None:
    key = make_key(32).encode()
    objects = zlib.compress(b"3 0 9 35 << /Contents 9 0 R /Type /Page   >> [4 0 R 5 0 R]")
    more = b"8 0 obj << /Type /ObjStm /N 2 /First 9 /Filter /FlateDecode >>\nstream\n"
    content = pdf(b"", CUTS["within a string"](key), more + objects + b"\nendstream endobj\n")
    assert key in members(content)


def test_a_stream_of_many_pages_is_read_once() -> None:
    page = b"3 0 obj << /Contents [4 0 R %d 0 R 4 0 R 99 0 R] >> endobj\n"
    content = pdf(page % 5 + page % 6, [b"(head) Tj 0 5 Td", b"(one) Tj", b"(two) Tj", b"(x) Tj"])
    assert members(content) == [b"head\none", b"two", b"x"]


@given(st.lists(st.binary(max_size=30), min_size=1, max_size=4))
def test_joined_streams_lose_no_content(parts: list[bytes]) -> None:
    joined = join_streams(parts)
    assert b"".join(b"".join(parts).split()) == b"".join(joined.split())


@given(st.binary(max_size=200) | st.text("BTmdcq 0123-.e\n").map(str.encode))
def test_any_operators_between_texts_can_be_parsed(gap: bytes) -> None:
    read_position(gap)
    text(b"/F1 12 Tf (a) Tj %b (b) Tj (c) Tj" % gap, {})
