"""Scanning a document in chunks gives the same result as scanning it whole."""

from __future__ import annotations

from base64 import b64encode
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE, BOM_UTF32_BE, BOM_UTF32_LE
from collections.abc import Callable, Iterator
from io import SEEK_CUR, BytesIO
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.support.keys import MakeKey
from wakeyscan.core import chunks
from wakeyscan.core.document import Document, Origin, Skipped
from wakeyscan.core.secret import Secret
from wakeyscan.decoders import DECODERS
from wakeyscan.rules import loader
from wakeyscan.scanner.context import MAX_FINDINGS, ScanContext, build_context
from wakeyscan.scanner.documents import scan_documents
from wakeyscan.scanner.ends.text_end import CONTEXT
from wakeyscan.scanner.scan_result import ResultCollector, ScanResult

CHUNK_SIZE, OVERLAP = 4096, 1024
"""Small, so that a few kB have several chunks, yet longer than two keys and an excerpt."""

CODECS = {
    "utf-8": ("utf-8", b""),
    "utf-8 with a mark": ("utf-8", BOM_UTF8),
    "utf-16-le": ("utf-16-le", BOM_UTF16_LE),
    "utf-16-be": ("utf-16-be", BOM_UTF16_BE),
    "utf-32-le": ("utf-32-le", BOM_UTF32_LE),
    "utf-32-be": ("utf-32-be", BOM_UTF32_BE),
}
KEYS = 6
LONGEST_KEY = 136
Compose = Callable[..., str]

# Long runs put every kind of cut at risk: inside a character, inside a CR LF.
UNITS = [
    "a",
    " ",
    "\t",
    "é",
    "中",
    "，",
    "😀",
    "\n",
    "\r\n",
    "\r",
    "a\n",
    "😀b",
    "\n\r",
    "k = 1;\r\n",
]
RUNS = st.tuples(st.sampled_from(UNITS), st.integers(0, 1500)).map(lambda run: run[0] * run[1])
PARTS = st.lists(RUNS | st.integers(0, KEYS - 1), max_size=14)

slow = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.fixture
def compose(make_key: MakeKey) -> Compose:
    """Replace each number by a key; keys have several lengths and are the same in all examples."""
    keys = [make_key(length) for length in (16, 20, 40, 40, 48, 64)]

    def text(*parts: str | int) -> str:
        return "".join(part if isinstance(part, str) else f'"{keys[part]}"' for part in parts)

    return text


@pytest.fixture(scope="module")
def context() -> ScanContext:
    """Return a context with all rules and decoders."""
    return build_context(loader.load_rules(""), DECODERS)


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chunks, "CHUNK_SIZE", CHUNK_SIZE)
    monkeypatch.setattr(chunks, "OVERLAP", OVERLAP)


def read(content: bytes, max_size: int | None = None) -> Iterator[Document | Skipped]:
    return chunks.read_chunks(Origin("a.py"), BytesIO(content).read, max_size)


def reread(file: BytesIO) -> Iterator[Document | Skipped]:
    """Read a file that can go back, as one on disk."""

    def rewind(size: int) -> None:
        file.seek(-size, SEEK_CUR)

    return chunks.read_chunks(Origin("a.py"), file.read, None, rewind=rewind)


def collected(result: ScanResult) -> ScanResult:
    """Sort the findings, keep each once, and drop the candidates.

    Candidates depend on the lengths of the other keys of a text, even in other chunks.
    """
    collector = ResultCollector(MAX_FINDINGS)
    collector.add(result)
    built = collector.build()
    findings = tuple(finding._replace(candidates=()) for finding in built.findings)
    return built._replace(findings=findings)


def scan_in_chunks(content: bytes, context: ScanContext) -> ScanResult:
    return collected(scan_documents(read(content), context))


def scan_whole(content: bytes, context: ScanContext) -> ScanResult:
    return collected(scan_documents([Document(Origin("a.py"), content)], context))


@pytest.mark.parametrize("codec", CODECS.values(), ids=CODECS)
@slow
@given(parts=PARTS)
@example(parts=["a" * 1023, "\r\n" * 1500, 0])
@example(parts=["a" * 1022, "\r\n" * 1500, 0, 1])
@example(parts=["😀" * 1500, 0, "😀" * 1500, 1])
@example(parts=["a", "😀" * 1500, 0, "😀" * 1500, 1])
@example(parts=["，" * 1500, 0, "，" * 1500, 1])
@example(parts=["é" * 1499, "中" * 1033, 2])
@example(parts=[" " * 3050, 2, 3, " " * 1900, 4, 5])
@example(parts=[" " * 3450, 2, 3, " " * 2250, 4, 5])
@example(parts=["a" * 293, 5, "a" * 513, 5, "\r\n" * 35])
@example(parts=[0, 0, "a" * 606, 2, 5, "a" * 242])
def test_chunks_give_the_same_findings_as_the_whole_text(
    codec: tuple[str, bytes], parts: list[str | int], compose: Compose, context: ScanContext
) -> None:
    content = codec[1] + compose(*parts).encode(codec[0])
    overlap = (CONTEXT + LONGEST_KEY) * len(" ".encode(codec[0]))  # what bounds and excerpts need
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(chunks, "CHUNK_SIZE", 4 * overlap)
        patch.setattr(chunks, "OVERLAP", overlap)
        actual = scan_in_chunks(content, context)
    expected = scan_whole(content, context)
    assert actual == expected
    # Keys may be adjacent ("…""…"), but each one is found.
    assert len(expected.findings) == sum(isinstance(part, int) for part in parts)


@pytest.mark.parametrize("border", [3072, 4096, 4096 - 2048, 5120, 6144, 7168])
@pytest.mark.parametrize("codec", CODECS.values(), ids=CODECS)
def test_a_key_across_a_chunk_border_is_found_once(
    border: int, codec: tuple[str, bytes], compose: Compose, context: ScanContext
) -> None:
    width = len(" ".encode(codec[0]))
    key = compose(1)
    for before in range(border // width - len(key) - 2, border // width + 3):
        content = codec[1] + (" " * before + key + " " * 3000).encode(codec[0])
        places = [
            (f.position.line, f.position.column) for f in scan_in_chunks(content, context).findings
        ]
        assert places == [(1, before + 2)]


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
def test_a_wide_key_in_a_file_of_bytes_is_found_at_each_offset(
    codec: str, compose: Compose, context: ScanContext
) -> None:
    key = f"\n{compose(1)}\n".encode(codec)
    for before in (*range(3072 - len(key) - 4, 3077), 3600, 3601, 3602, 3603):
        content = b" " * before + key + b" " * 3000
        # Columns of a text in another encoding differ between chunks, so a key may have two places.
        assert len({f.secret for f in scan_in_chunks(content, context).findings}) == 1, before


@slow
@given(parts=PARTS)
def test_chunks_cover_each_byte_once(parts: list[str | int], compose: Compose) -> None:
    content = compose(*parts).encode()
    documents = [item for item in read(content) if isinstance(item, Document)]
    own = [d.content[slice(*d.own)] if d.own else d.content for d in documents]
    assert b"".join(own) == content
    context = [d.content for d in documents]
    assert all(len(content) <= CHUNK_SIZE + 8 for content in context)
    for one, following in pairwise(documents):
        assert one.own is not None and following.own is not None
        assert len(one.content) - one.own[1] >= OVERLAP
        assert following.own[0] >= OVERLAP


@pytest.mark.parametrize(
    "size",
    [
        30,
        CHUNK_SIZE - 1,
        CHUNK_SIZE,
        CHUNK_SIZE + 1,
        2 * CHUNK_SIZE - 2 * OVERLAP,
        2 * CHUNK_SIZE - 2 * OVERLAP + 1,
        50_001,
    ],
)
@pytest.mark.parametrize("block", [1 << 20, 1000, 1], ids=["at once", "in blocks", "byte by byte"])
def test_a_key_at_the_end_is_found(
    size: int, block: int, compose: Compose, context: ScanContext
) -> None:
    key = compose(0).encode()
    content = (b" " * size)[: max(0, size - len(key))] + key
    stream = BytesIO(content)

    def read_block(size: int) -> bytes:
        return stream.read(min(size, block))

    result = scan_documents(chunks.read_chunks(Origin("a.py"), read_block, None), context)
    assert [f.position.column for f in result.findings] == [len(content) - len(key) + 2]
    assert result.coverage[:2] == (1, len(content))


@pytest.mark.parametrize("size", [0, CHUNK_SIZE, CHUNK_SIZE + 1, 50_001])
@pytest.mark.parametrize("text", ["line\r\n", "中😀\n"], ids=["ASCII", "UTF-8"])
def test_a_file_that_can_go_back_has_the_same_chunks(size: int, text: str) -> None:
    content = (text * size).encode()[:size]
    assert [*reread(BytesIO(content))] == [*read(content)]


def test_a_chunk_begins_with_the_end_of_the_preceding_one_if_the_file_changes() -> None:
    file = BytesIO(b"1" * 5 * CHUNK_SIZE)
    documents = reread(file)
    next(documents)  # the second one is read too
    file.getbuffer()[:] = b"2" * 5 * CHUNK_SIZE
    _, third = next(documents), next(documents)
    assert isinstance(third, Document)
    assert third.content == b"1" * 2 * OVERLAP + b"2" * (CHUNK_SIZE - 2 * OVERLAP)


def dense(size: int) -> bytes:
    return b"\x80" * size


def breaks(size: int) -> bytes:
    return b"\r\n" * (size // 2)


@pytest.mark.parametrize("fill", [dense, breaks], ids=["not UTF-8", "only line breaks"])
def test_a_key_at_a_chunk_border_in_binary_data_is_found(
    fill: Callable[[int], bytes], compose: Compose, context: ScanContext
) -> None:
    content = fill(20_000) + b"\n" + compose(0).encode()
    line = content.replace(b"\r\n", b"\n").count(b"\n") + 1
    places = [f.position[:2] for f in scan_in_chunks(content, context).findings]
    assert places == [(line, 2)]


@pytest.mark.parametrize(
    ("size", "max_size", "reasons"),
    [
        pytest.param(100, 100, [], id="as large as allowed"),
        pytest.param(
            101, 100, ["larger than --max-file-size: 101 of 100 bytes"], id="one byte over"
        ),
        pytest.param(CHUNK_SIZE, CHUNK_SIZE, [], id="one chunk"),
        pytest.param(
            CHUNK_SIZE,
            100,
            ["larger than --max-file-size: 4,096 of 100 bytes"],
            id="one chunk, over",
        ),
        pytest.param(CHUNK_SIZE + 1, CHUNK_SIZE + 1, [], id="two chunks"),
        pytest.param(
            CHUNK_SIZE + 5,
            CHUNK_SIZE,
            ["larger than --max-file-size: 4,101 of 4,096 bytes"],
            id="two chunks, over",
        ),
    ],
)
def test_a_stream_over_the_limit_is_skipped(size: int, max_size: int, reasons: list[str]) -> None:
    items = list(read(b"a" * size, max_size))
    assert [item.reason for item in items if isinstance(item, Skipped)] == reasons
    assert len([item for item in items if isinstance(item, Document)]) >= (not reasons)


def test_base64_longer_than_the_overlap_hides_no_key(
    make_key: MakeKey, context: ScanContext
) -> None:
    wanted: set[Secret] = set()
    pieces = []
    for number in range(20):
        key = make_key(24)
        wanted.add(Secret(key.encode(), "wastack-api-key"))
        pieces.append(f"{' ' * (700 + number)}{key}\n")
    content = b'x = "' + b64encode("".join(pieces).encode()) + b'"\n'
    found = {f.secret for f in scan_in_chunks(content, context).findings}
    assert found == wanted
