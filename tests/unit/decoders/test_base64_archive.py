"""Archives in lines of base64, decoded by `decoders.base64_archive`."""

from __future__ import annotations

import gzip
import random
from base64 import b64encode, encodebytes
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.archives import zipped
from tests.support.contexts import many
from tests.support.keys import MakeKey, fingerprint
from wakeyscan.core.document import Document, Origin
from wakeyscan.decoders import base64_archive
from wakeyscan.decoders.decoder import FoundAnchors
from wakeyscan.scanner.documents import scan_documents

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


@pytest.mark.parametrize("encode", [b64encode, encodebytes])
@pytest.mark.parametrize(
    "program",
    [b"#!/bin/sh\nunzip $0\nexit\n", b"MZ\x90" + bytes(99), b"MZP\0", b"\x7fELF" + bytes(99)],
)
def test_a_program_that_unpacks_itself_is_opened(
    program: bytes, encode: Callable[[bytes], bytes], make_key: MakeKey
) -> None:
    key = make_key()
    content = b"run:\n" + encode(program + zipped({"a.env": f"K={key}\n".encode()})) + b"\n"
    result = scan_documents([Document(Origin("a.txt"), content)], many())
    found = [(item.secret.fingerprint, item.encoding) for item in result.findings]
    assert found == [(fingerprint(key), "base64/zip")]


def test_a_program_that_contains_no_zip_is_left_to_base64() -> None:
    content = b64encode(b"#!/bin/sh\necho hello, world\n" * 9)
    assert [*base64_archive.decode(content, FoundAnchors({b"IyEv": frozenset()}))] == []
