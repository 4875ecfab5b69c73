"""Lines and columns, against an oracle that walks through the decoded text one character a time."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wakeyscan.core.line_index import advance_position, find_any, find_line, find_positions

MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"

# What an editor breaks a line at, what only looks like it, and characters of one to four bytes.
BREAKS = ("\n", "\r\n", "\r")
CHARACTERS = st.sampled_from(
    [*"ab \t=\"'", "\v", "\f", "\x85", "\u2028", "é", "中", "😀", "\0", MARK]
)
BROKEN = (b"\xf0\x9f\x98\x80", b"\xf0\x9f", b"\x80", b"\xff", b"\xef\xbb", b"\r\n", b"a")
PIECES = st.lists(CHARACTERS | st.sampled_from(BREAKS), max_size=60)


def oracle(text: str) -> tuple[int, int]:
    """Return the position of an editor's cursor after `text`."""
    text = text.removeprefix(MARK)
    line = column = 1
    for at, character in enumerate(text):
        if character == "\n" or (character == "\r" and text[at + 1 : at + 2] != "\n"):
            line, column = line + 1, 1
        elif character != "\r":
            column += 1
    return line, column


def whole_breaks(pieces: list[str]) -> list[str]:
    """Return the texts before each piece, except those that end between a CR and its LF."""
    texts = ["".join(pieces[:count]) for count in range(len(pieces) + 1)]
    return [
        text
        for count, text in enumerate(texts)
        if not (text.endswith("\r") and "".join(pieces[count:]).startswith("\n"))
    ]


@given(pieces=PIECES, mark=st.booleans())
def test_lines_and_columns_match_those_of_an_editor(pieces: list[str], mark: bool) -> None:
    pieces = [MARK, *pieces] if mark else pieces
    texts = [text for text in whole_breaks(pieces) if text or not mark]
    content = "".join(pieces).encode()
    offsets = [len(text.encode()) for text in texts]
    assert list(find_positions(content, offsets)) == [oracle(text) for text in texts]


@given(content=st.binary(max_size=300) | st.lists(st.sampled_from(BROKEN)).map(b"".join))
def test_invalid_utf_8_counts_like_in_an_editor(content: bytes) -> None:
    offsets = [at for at, byte in enumerate(content) if 0x20 <= byte < 0x7F]
    wanted = [oracle(content[:at].decode("utf-8", "replace")) for at in offsets]
    assert list(find_positions(content, offsets)) == wanted


@given(pieces=PIECES, cut=st.integers(min_value=0))
def test_a_position_can_be_advanced_over_parts_of_a_text(pieces: list[str], cut: int) -> None:
    texts = whole_breaks(pieces)
    head, whole = texts[cut % len(texts)], texts[-1]
    at = find_positions(head.encode(), [len(head.encode())])
    line, column = advance_position(whole[len(head) :].encode(), *next(at))
    # A mark is left out at the very beginning only: behind an empty head it is a character.
    unmarked = whole.startswith(MARK) and not head
    assert (line, column - (unmarked and line == 1)) == oracle(whole)


@given(pieces=PIECES)
def test_a_repeated_offset_has_the_same_position(pieces: list[str]) -> None:
    text = "".join(pieces) + "x"
    offset = len(text.encode()) - 1
    once = list(find_positions(text.encode(), [offset]))
    assert list(find_positions(text.encode(), [offset, offset])) == once * 2


@pytest.mark.parametrize(
    ("content", "offset", "place"),
    [
        pytest.param(b"", 0, (1, 1), id="nothing"),
        pytest.param(b"a\n", 2, (2, 1), id="after the last break"),
        pytest.param(b"a\r\nb", 3, (2, 1), id="CR LF is one break"),
        pytest.param(b"a\r\rb", 3, (3, 1), id="lone CR"),
        pytest.param(b"\n\r\n\rb", 4, (4, 1), id="breaks of three kinds"),
        pytest.param(b"\t\tb", 2, (1, 3), id="a tab is one character"),
        pytest.param("😀é".encode(), 6, (1, 3), id="code points, neither bytes nor UTF-16 units"),
        pytest.param(b"\xef\xbb\xbfb", 3, (1, 1), id="a mark is not counted"),
        pytest.param(b"\xef\xbb\xbf\nb", 4, (2, 1), id="a mark and a break"),
        pytest.param(b"a\xef\xbb\xbfb", 4, (1, 3), id="a mark elsewhere is a character"),
        pytest.param(b"\xff\xfeb", 2, (1, 3), id="no UTF-8"),
    ],
)
def test_an_offset_has_its_line_and_column(
    content: bytes, offset: int, place: tuple[int, int]
) -> None:
    assert list(find_positions(content, [offset])) == [place]


@given(
    pieces=PIECES,
    start=st.integers(0, 80),
    length=st.integers(0, 20),
    most=st.integers(0, 100),
)
def test_the_line_around_a_range_is_bounded(
    pieces: list[str], start: int, length: int, most: int
) -> None:
    content = "".join(pieces).encode()
    start = min(start, len(content))
    end = min(start + length, len(content))
    low, high = start, end
    while low > max(0, start - most) and content[low - 1] not in b"\r\n":
        low -= 1
    while high < min(len(content), end + most) and content[high] not in b"\r\n":
        high += 1
    assert find_line(content, start, end, most) == (low, high)


@given(
    st.text("ab", max_size=40).map(str.encode),
    st.sets(st.text("ab", min_size=1, max_size=4).map(str.encode), min_size=1, max_size=4),
)
def test_any_literal_is_found_as_by_an_alternation(content: bytes, literals: set[bytes]) -> None:
    pattern = b"|".join(map(re.escape, sorted(literals)))
    found = [match.start() for match in re.finditer(pattern, content)]
    assert list(find_any(content, literals)) == found
