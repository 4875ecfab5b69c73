"""Avro, Parquet, Arrow, ORC and HDF5: read, or opaque; damaged files are never opaque."""

from __future__ import annotations

import io
import struct
from collections.abc import Callable
from contextlib import suppress
from functools import cache, partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support import columnar
from tests.support.columnar import ARROW_CODECS, AVRO_CODECS, PARQUET_CODECS
from tests.support.keys import PREFIX, MakeKey
from tests.support.members import read_members
from wakeyscan.core.document import Document, Origin
from wakeyscan.core.finding import Bounds
from wakeyscan.decoders import DECODERS
from wakeyscan.extractors._rows import ROW_END
from wakeyscan.extractors.budget import ExtractionBudget, Limits
from wakeyscan.extractors.columnar.block_codecs import (
    decompress_lz4,
    decompress_lz4_frame,
    decompress_snappy,
)
from wakeyscan.extractors.extractor import ExtractionError, LimitExceeded, OpaqueContent
from wakeyscan.extractors.file_types import detect_format
from wakeyscan.rules import loader
from wakeyscan.scanner.context import build_context
from wakeyscan.scanner.documents import scan_documents

CONTEXT = build_context(loader.load_rules(""), DECODERS)
BUDGET = ExtractionBudget(Limits(), lambda: 1 << 20)


def scan(content: bytes) -> Any:
    return scan_documents([Document(Origin("a"), content)], CONTEXT)


def lines(content: bytes) -> list[bytes]:
    members = read_members(detect_format(content, len(content)), content)
    return b"".join(members.values()).split(ROW_END)


FILLER = [b"user%d" % number for number in range(50)]

WRITERS: dict[str, Callable[[list[bytes]], bytes]] = {
    **{
        f"parquet {codec}": partial(columnar.parquet_column, codec=codec)
        for codec in PARQUET_CODECS
    },
    "parquet dictionary": partial(columnar.parquet_column, codec=1, kind=2),
    "arrow": lambda values: columnar.arrow([values, FILLER]),
    "arrow of large strings": lambda values: columnar.arrow([values], wide=True),
    "arrow lz4": lambda values: columnar.arrow([FILLER, values], 0),
    "arrow zstd": lambda values: columnar.arrow([FILLER, values], 1),
    "arrow stream": lambda values: columnar.arrow([values, FILLER], is_stream=True),
    "arrow stream zstd": lambda values: columnar.arrow([FILLER, values], 1, is_stream=True),
}


@pytest.mark.parametrize("writer", WRITERS)
def test_a_key_between_other_values_has_certain_bounds(make_key: MakeKey, writer: str) -> None:
    key = make_key()
    result = scan(WRITERS[writer]([*FILLER, b"none0", key.encode(), b"none2", *FILLER]))
    assert not result.skipped
    found = [(f.secret.reveal().decode(), f.bounds, f.origin.path[:3]) for f in result.findings]
    assert found == [(key, Bounds.CERTAIN, "a!/")]


@pytest.mark.parametrize("writer", WRITERS)
def test_each_value_is_a_line_of_its_own(writer: str) -> None:
    keys = [(PREFIX + "aB3" * 60)[: 24 + size].encode() for size in range(112)]
    assert set(keys) <= set(lines(WRITERS[writer](keys)))


@pytest.mark.parametrize("codec", AVRO_CODECS)
def test_the_records_of_all_blocks_of_avro_are_read(codec: str) -> None:
    records = [(b"abc", b"value %d" % number, b"x" * number) for number in range(200)]
    content = columnar.avro(records, codec)
    plain = b"".join(columnar.long(len(value)) + value for record in records for value in record)
    assert read_members("avro", content) == {"records": plain}


@pytest.mark.parametrize("codec", [codec for codec in AVRO_CODECS if codec != "null"])
def test_a_key_in_a_compressed_block_of_avro_is_found(make_key: MakeKey, codec: str) -> None:
    key = make_key()
    result = scan(columnar.avro([(b"x" * 40, b"token " + key.encode() + b" end")], codec))
    assert key in {f.secret.reveal().decode() for f in result.findings}
    assert not result.skipped


OPAQUE = {
    "avro": (columnar.avro([(b"x",)], "lzo"), "compressed with lzo"),
    "parquet brotli": (columnar.parquet({"a": [b"x"]}, 4), "compressed with Brotli"),
    "parquet lzo": (columnar.parquet({"a": [b"x"]}, 3), "compressed with LZO"),
    "parquet streams": (columnar.parquet({"a": [b"x"]}, encoding=9), "by an unknown method (9)"),
    "parquet encrypted": (columnar.parquet({"a": [b"x"]})[:-4] + b"PARE", "encrypted"),
    "arrow": (
        b"ARROW1\0\0" + bytes(40) + b"user0none0none2" + bytes(8) + b"ARROW1",
        "its messages do not describe",
    ),
    "orc": (columnar.orc(b"x" * 50, 1), "compressed with zlib"),
    "feather": (b"FEA1\1\0\0\0" + b"x" * 50 + b"FEA1", "Feather of version 1"),
    "hdf5": (
        b"\x89HDF\r\n\x1a\n" + bytes(90) + b"\x0b\0\x10\0\0\0\0\0\x01\x01" + bytes(6) + b"\1\0\0\0",
        "may have compressed parts",
    ),
}


@pytest.mark.parametrize("kind", OPAQUE)
def test_parts_that_are_not_read_make_a_file_opaque_and_its_bytes_are_scanned(
    make_key: MakeKey, kind: str
) -> None:
    content, reason = OPAQUE[kind]
    (item,) = scan(content).skipped
    assert (item.opaque, item.gap) == (True, False)
    assert reason in item.reason
    if kind in ("orc", "feather", "arrow", "hdf5"):
        key = make_key()
        place = len(content) - 30
        content = content[:place] + b"\0" + key.encode() + b"\0" + content[place:]
        assert key in {f.secret.reveal().decode() for f in scan(content).findings}


DAMAGED = {
    "avro cut in a block": columnar.avro([(b"x" * 90,)])[:-30],
    "avro cut in the header": columnar.avro([(b"x" * 90,)])[:20],
    "avro marker": columnar.avro([(b"x" * 90,)])[:-1] + b"!",
    "avro size": columnar.avro([(b"x" * 90,)]).replace(columnar.long(92), columnar.long(1 << 50)),
    "avro deflate": columnar.avro([(b"x" * 90,)], "deflate").replace(
        columnar.raw_deflate(b"\xb4\1" + b"x" * 90), b"\xff" * 8
    ),
    "parquet cut": columnar.parquet({"a": [b"x" * 90]})[:-9],
    "parquet footer": columnar.parquet({"a": [b"x"]})[:-8] + struct.pack("<I", 1 << 30) + b"PAR1",
    "parquet empty footer": b"PAR1\1\0\0\0\0PAR1",
    "arrow cut": columnar.arrow([[b"x" * 90]])[:-9],
    "arrow size": columnar.arrow([[b"x" * 90]]).replace(
        struct.pack("<q", 96 + 8), struct.pack("<q", 1 << 40)
    ),
    "orc cut": columnar.orc(b"x" * 50, 1)[:-3],
    "feather cut": b"FEA1\1\0\0\0" + b"x" * 50,
}


@pytest.mark.parametrize("kind", DAMAGED)
def test_a_damaged_file_is_a_gap_and_never_opaque(kind: str) -> None:
    items = scan(DAMAGED[kind]).skipped
    assert items
    assert all(item.gap and not item.opaque for item in items), items


def test_uncompressed_files_without_values_of_text_are_complete() -> None:
    for content in (
        columnar.orc(b"x" * 50, 0),
        columnar.parquet({"n": [b"x"]}, 4, type=1),
        columnar.arrow([]),
        b"\x89HDF\r\n\x1a\n" + bytes(900),
    ):
        assert not scan(content).skipped


@pytest.mark.parametrize("text", ["ORCHESTRATE=1\n", "PAR1 is a word\n", "FEA1: x\n", "PARENT\n"])
def test_a_text_that_starts_like_a_columnar_file_is_scanned_as_text(text: str) -> None:
    assert detect_format(text.encode(), len(text)) == ""


BYTES = st.one_of(
    st.binary(max_size=3000),
    st.lists(st.sampled_from([b"abc", b"wa", b"\0", b"live", b"x" * 70]), max_size=300).map(
        b"".join
    ),
)


@given(BYTES)
def test_a_decompressed_block_equals_its_original(content: bytes) -> None:
    assert decompress_snappy(columnar.snappy(content), BUDGET) == content
    assert decompress_lz4(columnar.lz4(content), BUDGET) == content
    assert decompress_lz4_frame(columnar.lz4_frame(content), BUDGET) == content


@given(st.binary(max_size=300))
def test_any_bytes_are_a_block_or_an_error(content: bytes) -> None:
    for decompress in (decompress_snappy, decompress_lz4):
        with suppress(ExtractionError, LimitExceeded):
            decompress(content, BUDGET)
    with suppress(ExtractionError, LimitExceeded):
        decompress_lz4_frame(b"\x04\x22\x4d\x18" + content, BUDGET)


@cache
def build_samples() -> list[bytes]:
    return [
        *(columnar.avro([FILLER], codec) for codec in AVRO_CODECS),
        *(columnar.parquet({"a": FILLER, "b": FILLER}, codec) for codec in PARQUET_CODECS),
        *(columnar.arrow([FILLER, FILLER], codec) for codec in (None, *ARROW_CODECS)),
        columnar.orc(b"x" * 90, 1),
    ]


@given(st.data())
def test_a_file_with_wrong_bytes_ends_in_members_or_a_known_error(data: st.DataObject) -> None:
    content = bytearray(data.draw(st.sampled_from(build_samples())))
    for _ in range(data.draw(st.integers(1, 12))):
        content[data.draw(st.integers(4, len(content) - 1))] = data.draw(st.integers(0, 255))
    archive_format = detect_format(content, len(content))
    if archive_format:
        with suppress(ExtractionError, LimitExceeded):
            read_members(archive_format, bytes(content))


@pytest.mark.parametrize("encoding", [6, 7], ids=["lengths", "shared prefixes"])
@pytest.mark.parametrize("count", [1, 2, 129, 700])
@pytest.mark.parametrize("codec", [0, 1, 2])
@pytest.mark.parametrize("levels", [b"", b"\x02\0\0\0\x01\x01"], ids=["no levels", "levels"])
def test_strings_stored_as_deltas_are_read(
    make_key: MakeKey, encoding: int, count: int, codec: int, levels: bytes
) -> None:
    values = [b"alpha", *(f"{make_key(16 + n % 40)} {n}".encode() for n in range(count)), b"", b"z"]
    content = columnar.parquet({"a": values}, codec, encoding=encoding, levels=levels)
    assert lines(content) == [*values, b""]


def test_deltas_with_wrong_numbers_are_damaged() -> None:
    content = columnar.parquet({"a": [b"abc", b"abcd"]}, encoding=7)
    for wrong in (b"\x80\x01\0\x02", b"\x80\x01\x04\x03", b"\xff" * 4):
        with pytest.raises(ExtractionError, match="a page of deltas"):
            read_members("parquet", content.replace(b"\x80\x01\x04\x02", wrong, 1))


def test_shared_prefixes_count_as_output() -> None:
    limits = Limits(free_bytes=1 << 20, max_bytes=1 << 24)
    content = columnar.parquet({"a": [b"x" * 20_000] * 2000}, encoding=7)
    assert len(content) < 100_000
    with pytest.raises(LimitExceeded, match=r"decompression bomb|unpacks to over"):
        read_members("parquet", content, limits)


def test_decompression_bombs_are_stopped() -> None:
    limits = Limits(free_bytes=1 << 20, max_bytes=1 << 24)
    repeat = b"\x00a" + bytes([63 << 2 | 2, 1, 0]) * 400_000
    bomb = columnar.varint(64 * 400_000 + 1) + repeat
    files = {
        "avro": columnar.avro([(bytes(30_000_000),)], "deflate"),
        "parquet": columnar.parquet({"a": [bytes(30_000_000)]}, 2),
        "arrow": columnar.arrow([[bytes(30_000_000)]], 1),
    }
    for archive_format, content in files.items():
        assert len(content) < 100_000
        with pytest.raises(LimitExceeded, match=r"decompression bomb|unpacks to over"):
            read_members(archive_format, content, limits)
    with pytest.raises(LimitExceeded, match="unpacks to over"):
        decompress_snappy(bomb, ExtractionBudget(limits, lambda: 1))


def test_a_page_or_a_buffer_that_claims_a_huge_size_is_refused() -> None:
    with pytest.raises(ExtractionError, match="over the limit"):
        read_members("parquet", columnar.parquet({"a": [b"x"]}, 2, claim=1 << 40))
    content = columnar.arrow([[b"x" * 90]], 1)
    claimed = content.replace(struct.pack("<q", 90), struct.pack("<q", 1 << 40))
    with pytest.raises(ExtractionError, match="over the limit"):
        read_members("arrow", claimed)


def test_deep_nesting_in_a_footer_is_refused() -> None:
    footer = b"\x1c" * 100_000
    content = b"PAR1\0" + footer + struct.pack("<I", len(footer)) + b"PAR1"
    with pytest.raises(ExtractionError, match="too deep") as refused:
        read_members("parquet", content)
    assert not isinstance(refused.value, OpaqueContent)


@pytest.mark.parametrize("codec", ["none", "snappy", "gzip", "zstd", "lz4"])
@pytest.mark.parametrize("version", ["1.0", "2.0"])
@pytest.mark.parametrize(
    "encoding", ["dictionary", "PLAIN", "DELTA_LENGTH_BYTE_ARRAY", "DELTA_BYTE_ARRAY"]
)
def test_parquet_files_of_pyarrow_are_read(
    make_key: MakeKey, codec: str, version: str, encoding: str
) -> None:
    arrow = pytest.importorskip("pyarrow", reason="it writes real files, but is large")
    parquet = columnar.load_optional("pyarrow.parquet")
    one, two, three = (make_key() for _ in range(3))
    table = arrow.table(
        {
            "plain": [None, "none", one] * 300,
            "list": [None, ["a", None], [two, "b"]] * 300,
            "in": [{"a": "x"}, None, {"a": three}] * 300,
            "number": [1, 2, 3] * 300,
        }
    )
    held = io.BytesIO()
    options: dict[str, object] = {"data_page_version": version}
    if encoding != "dictionary":
        names = ("plain", "list.list.element", "in.a")
        options |= {"use_dictionary": False, "column_encoding": dict.fromkeys(names, encoding)}
    parquet.write_table(table, held, compression=codec, row_group_size=400, **options)
    found = lines(held.getvalue())
    assert {one.encode(), two.encode(), three.encode()} <= set(found)


@pytest.mark.parametrize("codec", [None, "lz4", "zstd"])
def test_arrow_files_of_pyarrow_are_read(make_key: MakeKey, codec: str | None) -> None:
    arrow = pytest.importorskip("pyarrow", reason="it writes real files, but is large")
    one, two, three = (make_key() for _ in range(3))
    table = arrow.table({"a": [None, "none", one] * 300, "b": [["x", two], None, []] * 300})
    shared = arrow.array(["u", three, "v"] * 300).dictionary_encode()
    table = table.append_column("c", shared)
    held = io.BytesIO()
    options = arrow.ipc.IpcWriteOptions(compression=codec)
    with arrow.ipc.new_file(held, table.schema, options=options) as writer:
        writer.write_table(table, max_chunksize=100)
    assert {one.encode(), two.encode(), three.encode()} <= set(lines(held.getvalue()))
