"""Compressed streams: what follows their end, and what their formats skip."""

from __future__ import annotations

import bz2
import gzip
import lzma
import random
import struct
import zlib
from collections.abc import Callable
from io import BytesIO

import pytest
from backports import zstd

from tests.support.calls import count_calls
from tests.support.contexts import many
from tests.support.keys import MakeKey, fingerprint
from wakeyscan.core.document import Document, Origin
from wakeyscan.scanner.documents import scan_documents
from wakeyscan.scanner.scan_result import ScanResult

_CONTEXT = many()
_OTHER = b"hello world\n" * 20
_NOISE = random.Random(1).randbytes(40)
Compress = Callable[[bytes], bytes]
FORMATS: dict[str, Compress] = {
    "bzip2": bz2.compress,
    "gzip": gzip.compress,
    "lzma": lambda content: lzma.compress(content, lzma.FORMAT_ALONE),
    "xz": lzma.compress,
    "zlib": zlib.compress,
    "zstd": zstd.compress,
}


def scan(content: bytes) -> ScanResult:
    return scan_documents([Document(Origin("f"), content)], _CONTEXT)


def read_fingerprints(content: bytes) -> set[str]:
    result = scan(content)
    assert not [item for item in result.skipped if item.gap]
    return {finding.secret.fingerprint for finding in result.findings}


@pytest.mark.parametrize("between", [b"", bytes(700), b"garbage" * 10, _NOISE], ids=range(4))
@pytest.mark.parametrize("last", FORMATS)
@pytest.mark.parametrize("first", FORMATS)
def test_a_stream_after_the_end_of_another(
    first: str, last: str, between: bytes, make_key: MakeKey
) -> None:
    key = make_key()
    content = FORMATS[first](_OTHER) + between + FORMATS[last](f"key: {key}\n".encode())
    assert read_fingerprints(content) == {fingerprint(key)}


def test_a_stream_far_after_the_end_of_another(make_key: MakeKey) -> None:
    keys = [make_key(), make_key()]
    noise = random.Random(2).randbytes(3 << 20)
    packed = [gzip.compress(f"key: {key}\n".encode()) for key in keys]
    assert read_fingerprints(packed[0] + noise + packed[1]) == set(map(fingerprint, keys))


@pytest.mark.parametrize("token", [b"x\x9c", b"x\x9cK"])
def test_signatures_in_a_row_after_the_end_take_few_steps(token: bytes) -> None:
    content = gzip.compress(_OTHER) + b"\1" + token * 2000
    scan(content)
    assert count_calls(lambda: scan(content)) <= 6 * 2000


@pytest.mark.parametrize("level", [0, 1, 6])
def test_a_zlib_stream_among_signatures_is_found(level: int, make_key: MakeKey) -> None:
    key = make_key()
    stream = zlib.compress(f"key: {key}\n".encode() + _NOISE, level)
    content = gzip.compress(_OTHER) + b"x\x9c" * 3000 + stream
    assert read_fingerprints(content) == {fingerprint(key)}


@pytest.mark.parametrize("is_first", [True, False])
def test_a_container_in_a_skippable_frame(is_first: bool, make_key: MakeKey) -> None:
    keys = [make_key(), make_key()]
    inner = gzip.compress(f"key: {keys[0]}\n".encode())
    skippable = b"\x5a\x2a\x4d\x18" + struct.pack("<I", len(inner)) + inner
    frame = zstd.compress(f"key: {keys[1]}\n".encode())
    content = skippable + frame if is_first else frame + skippable
    assert read_fingerprints(content) == set(map(fingerprint, keys))


@pytest.mark.parametrize("is_named", [True, False])
def test_a_frame_whose_dictionary_is_missing(is_named: bool) -> None:
    """One that is not named could be damage as well, and damage is never opaque."""
    dictionary = zstd.ZstdDict(random.Random(3).randbytes(5000) + _OTHER, is_raw=True)
    content = zstd.compress(_OTHER * 3 + b"abc", zstd_dict=dictionary)
    assert zstd.ZstdFile(BytesIO(content), zstd_dict=dictionary).read() == _OTHER * 3 + b"abc"
    if is_named:  # one byte of the identifier follows the descriptor of a single segment
        assert content[4] & 0x23 == 0x20
        content = content[:4] + bytes((content[4] | 1, 7)) + content[5:]
    (skipped,) = scan(content).skipped
    assert (skipped.opaque, skipped.gap) == (is_named, not is_named)
    assert "with a dictionary" in skipped.reason


def test_a_frame_that_is_damaged_in_its_first_block_is_a_gap() -> None:
    content = bytearray(zstd.compress(random.Random(1).randbytes(3000).hex().encode()))
    content[12] ^= 0x55
    with pytest.raises(zstd.ZstdError):
        zstd.decompress(content)
    (skipped,) = scan(bytes(content)).skipped
    assert (skipped.opaque, skipped.gap) == (False, True)
    assert "in zstd: damaged" in skipped.reason


def test_the_output_of_a_frame_with_a_wrong_checksum_is_scanned(make_key: MakeKey) -> None:
    key = make_key()
    options = {int(zstd.CompressionParameter.checksum_flag): 1}
    content = zstd.compress(f"key: {key}\n".encode() + _OTHER, options=options)
    result = scan(content[:-1] + bytes([content[-1] ^ 1]))
    assert {finding.secret.fingerprint for finding in result.findings} == {fingerprint(key)}
    assert [item.gap for item in result.skipped] == [True]
