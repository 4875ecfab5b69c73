"""Archives in lines of base64, decoded by `decoders.base64_archive`."""

from __future__ import annotations

import gzip
import random
from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wakeyscan.decoders import base64_archive
from wakeyscan.decoders.decoder import FoundAnchors

BREAKS = (b"\n", b"\r\n", b"\r", b"\n    ", b"\n\n", b"\\n", b"\\r\\n", b"\\\n", b"%0A", b"&#10;")
FOUND = FoundAnchors({b"H4sI": frozenset()})


def pack(size: int) -> bytes:
    """Return an archive of `size` bytes; its header and trailer take 23 of them."""
    return gzip.compress(random.Random(size).randbytes(size - 23), compresslevel=0, mtime=0)


def cut(text: bytes, first: int, width: int) -> list[bytes]:
    return [text[:first], *(text[at : at + width] for at in range(first, len(text), width))]


def decode(content: bytes) -> list[tuple[bytes, bytes]]:
    """Return each decoded text, and the base64 in which it was found."""
    decoded = base64_archive.decode(content, FOUND)
    return [(text.content, content[slice(*text.span)]) for text in decoded]


@given(
    triples=st.integers(30, 600),
    first=st.integers(32, 100),
    width=st.integers(32, 128),
    line_break=st.sampled_from(BREAKS),
    slash=st.sampled_from((b"/", b"_", b"%2F", b"\\/")),
)
def test_an_archive_in_lines_is_decoded_to_its_end(
    triples: int, first: int, width: int, line_break: bytes, slash: bytes
) -> None:
    packed = pack(3 * triples)  # without padding
    lines = cut(b64encode(packed), min(first, width), width)
    whole = line_break.join(lines).replace(b"/", slash)
    assert decode(b'key: "' + whole + b'"\nnext: 1\n') == [(packed, whole)]


@pytest.mark.parametrize("line_break", BREAKS)
@pytest.mark.parametrize("lines", [1, 2, 9])
def test_a_line_with_a_signature_starts_another_archive(line_break: bytes, lines: int) -> None:
    packed = pack(48 * lines)
    whole = line_break.join(cut(b64encode(packed), 64, 64))
    found = decode(line_break.join([whole] * 3) + b"\n")
    assert found == [(packed, whole)] * 3


def test_a_line_of_another_width_ends_an_archive() -> None:
    packed = pack(600)
    whole = b"\n".join(cut(b64encode(packed), 76, 76)[:5])
    for rest in (b"A" * 75 + b".", b"A" * 77, b"A" * 76 + b"."):
        ((text, source),) = decode(whole + b"\n" + rest + b"\n")
        assert (text, source) == (packed[: 57 * 5], whole)
