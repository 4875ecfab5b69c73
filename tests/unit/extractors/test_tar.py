"""Archives of tar: what follows their end."""

from __future__ import annotations

import gzip
import lzma
from base64 import b64encode
from collections.abc import Callable

import pytest

from tests.support.archives import tarred, zipped
from tests.support.contexts import many
from tests.support.keys import MakeKey, fingerprint
from wakeyscan.core.document import Document, Origin
from wakeyscan.scanner.documents import scan_documents
from wakeyscan.scanner.scan_result import ScanResult

Pack = Callable[[bytes], bytes]
PACKED: dict[str, Pack] = {
    "gzip": gzip.compress,
    "xz": lzma.compress,
    "zip": lambda content: zipped({"b": content}),
    "tar of gzip": lambda content: tarred({"b": gzip.compress(content)}),
}
AROUND: dict[str, Pack] = {
    "nothing": lambda content: content,
    "gzip": gzip.compress,
    "zip": lambda content: zipped({"a.tar": content}),
    "tar": lambda content: tarred({"a.tar": content}),
    "base64": b64encode,
}


def scan(content: bytes) -> ScanResult:
    return scan_documents([Document(Origin("f"), content)], many())


@pytest.mark.parametrize("around", AROUND.values(), ids=AROUND)
@pytest.mark.parametrize("between", [b"", bytes(700), b"other bytes" * 60], ids=range(3))
@pytest.mark.parametrize("last", PACKED.values(), ids=PACKED)
def test_a_container_after_the_end(
    last: Pack, between: bytes, around: Pack, make_key: MakeKey
) -> None:
    keys = [make_key(), make_key()]
    first, second = (f"key: {key}\n".encode() for key in keys)
    result = scan(around(tarred({"a": first}) + between + last(second)))
    found = {finding.secret.fingerprint for finding in result.findings}
    assert found == set(map(fingerprint, keys))
    assert [item for item in result.skipped if item.gap] == []


def test_a_text_after_the_end_is_reported_once(key: str) -> None:
    (found,) = scan(tarred({"a": b"x"}) + f"key: {key}\n".encode()).findings
    assert found.position.line == 1


def test_a_damaged_archive_after_the_end_of_another_is_a_gap() -> None:
    damaged = bytearray(tarred({"b": gzip.compress(b"x")}))
    damaged[0] ^= 1
    (skipped,) = scan(tarred({"a": b"x"}) + damaged).skipped
    assert skipped.gap
