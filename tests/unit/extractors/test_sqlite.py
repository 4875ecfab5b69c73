"""SQLite: databases on disk, and the rows in write-ahead logs and rollback journals."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.keys import ALPHABET, PREFIX, MakeKey
from tests.support.members import read_members
from wakeyscan.core.document import Document, Origin
from wakeyscan.core.finding import Bounds
from wakeyscan.decoders import DECODERS
from wakeyscan.extractors._rows import ROW_END
from wakeyscan.extractors.budget import Limits
from wakeyscan.extractors.extractor import ExtractionError, LimitExceeded
from wakeyscan.extractors.file_types import detect_format
from wakeyscan.rules import loader
from wakeyscan.scanner.context import build_context
from wakeyscan.scanner.documents import scan_documents

CONTEXT = build_context(loader.load_rules(""), DECODERS)
FILLER = [("filler", "x" * 40, n) for n in range(200)]

Fill = Callable[[sqlite3.Connection], object]


def insert(*rows: tuple[object, ...]) -> Fill:
    def fill(base: sqlite3.Connection) -> None:
        base.executemany("INSERT INTO t VALUES (?, ?, ?)", rows)

    return fill


@pytest.fixture
def open_base(tmp_path: Path) -> Iterator[Callable[..., sqlite3.Connection]]:
    bases: list[sqlite3.Connection] = []

    def open_base(mode: str = "WAL", *pragmas: str) -> sqlite3.Connection:
        base = sqlite3.connect(tmp_path / "x.db")
        bases.append(base)
        for pragma in (*pragmas, f"journal_mode = {mode}"):
            base.execute(f"PRAGMA {pragma}")
        base.execute("CREATE TABLE t (a TEXT, b TEXT, n)")
        base.commit()
        return base

    yield open_base
    for base in bases:
        base.close()


def read_wal(folder: Path) -> bytes:
    content = (folder / "x.db-wal").read_bytes()
    assert detect_format(content, len(content)) == "sqlite-wal"
    return content


def found(content: bytes, path: str = "x.db-wal") -> list[tuple[str, str, str, Bounds]]:
    result = scan_documents([Document(Origin(path), content)], CONTEXT)
    assert not result.skipped
    return [
        (f.secret.reveal().decode(), f.origin.path, f.encoding, f.bounds) for f in result.findings
    ]


NEIGHBORS = ["", "abc", "wastack.apiKey", "ends with 7", "ends in a sign:", "Z9", "_", "é", "-"]


@pytest.mark.parametrize("after", ["", "def", "7", b"\x01\x02", 300, 65, 1.5, None])
@pytest.mark.parametrize("before", NEIGHBORS)
def test_a_key_between_fields_of_a_log_has_certain_bounds(
    tmp_path: Path,
    open_base: Callable[..., sqlite3.Connection],
    make_key: MakeKey,
    before: str,
    after: object,
) -> None:
    key = make_key()
    base = open_base()
    insert((before, key, after))(base)
    base.commit()
    assert found(read_wal(tmp_path)) == [
        (key, "x.db-wal!/rows", "sqlite-wal", Bounds.CERTAIN),
    ]


BINARY = [b"\0\1\2", b"\x01" * 90, bytes(range(256)) * 9, "a\0b", "\x1f"]


@pytest.mark.parametrize("value", BINARY, ids=repr)
@pytest.mark.parametrize("kind", ["wal", "database"])
def test_a_text_next_to_a_binary_value_has_certain_bounds(
    tmp_path: Path,
    open_base: Callable[..., sqlite3.Connection],
    make_key: MakeKey,
    value: object,
    kind: str,
) -> None:
    one, two = make_key(), make_key()
    rows = [("abc", one, value), (value, one, "abc"), (value, f"\0{two}\0".encode(), value)]
    base = open_base("WAL" if kind == "wal" else "DELETE")
    insert(*rows)(base)
    base.commit()
    content = read_wal(tmp_path) if kind == "wal" else (tmp_path / "x.db").read_bytes()
    assert sorted(found(content)) == sorted(
        (
            key,
            f"x.db-wal!/{'rows' if kind == 'wal' else 't'}",
            f"sqlite{'-wal' * (kind == 'wal')}",
            Bounds.OPEN if key == two else Bounds.CERTAIN,  # NUL may be a part of a binary value
        )
        for key in (one, one, two)
    )


LAYOUTS: dict[str, tuple[tuple[str, ...], str]] = {
    "pages of 512 bytes": (("page_size = 512",), ""),
    "pages of 64 KiB": (("page_size = 65536",), ""),
    "UTF-16le": (("encoding = 'UTF-16le'",), ""),
    "UTF-16be": (("encoding = 'UTF-16be'",), ""),
    "an index": ((), "CREATE INDEX i ON t (b)"),
    "a table without rowid": ((), "CREATE TABLE w (b TEXT PRIMARY KEY, n) WITHOUT ROWID"),
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_key_is_found_once_in_any_layout(
    tmp_path: Path, open_base: Callable[..., sqlite3.Connection], make_key: MakeKey, layout: str
) -> None:
    key, (pragmas, statement) = make_key(), LAYOUTS[layout]
    base = open_base("WAL", *pragmas)
    base.execute(statement)
    if "w (" in statement:
        base.execute("INSERT INTO w VALUES (?, 1)", (key,))
    else:
        insert(*FILLER, ("abc", key, 300), *FILLER)(base)
    base.commit()
    for _ in range(3):  # each commit writes the page again
        insert(("later", "x", 1))(base)
        base.commit()
    assert [key] == [secret for secret, *_ in found(read_wal(tmp_path))]


def test_a_deleted_and_an_overwritten_row_are_found_in_a_log(
    tmp_path: Path, open_base: Callable[..., sqlite3.Connection], make_key: MakeKey
) -> None:
    one, two, three = make_key(), make_key(), make_key()
    base = open_base()
    for key in (one, two, three):
        base.execute("DELETE FROM t")
        insert(("abc", key, 1))(base)
        base.commit()
    assert sorted(secret for secret, *_ in found(read_wal(tmp_path))) == sorted((one, two, three))


@pytest.mark.parametrize("size", [5_000, 100_000])
def test_a_key_in_the_overflow_pages_of_a_long_value(
    tmp_path: Path, open_base: Callable[..., sqlite3.Connection], make_key: MakeKey, size: int
) -> None:
    key = make_key()
    base = open_base("WAL", "page_size = 512")
    for shift in range(0, 508, 20):  # the key lies over the end of a page in some of them
        insert(("x" * (size + shift), f" {key} " + "y" * shift, shift))(base)
    base.commit()
    assert {secret for secret, *_ in found(read_wal(tmp_path))} == {key}


def test_a_value_that_continues_in_the_database_is_not_cut_into_a_false_key(
    tmp_path: Path, open_base: Callable[..., sqlite3.Connection]
) -> None:
    base = open_base("WAL", "page_size = 512")
    key = PREFIX + "A1b2" * 30
    insert(("q" * 10, key, "r" * 450))(base)  # the part of the row in the page ends in the key
    base.commit()
    content = read_wal(tmp_path)
    assert key.encode() not in content
    number = content.index(key[:40].encode())
    cut = content[: 32 + (number - 32) // 536 * 536 + 536]
    ((secret, path, _, bounds),) = found(cut)
    assert key.startswith(secret)
    assert (path, bounds) == ("x.db-wal!/rows", Bounds.OPEN)


def fill_journal(base: sqlite3.Connection, key: str) -> None:
    insert(*FILLER * 20, ("abc", key, 300), *FILLER * 20)(base)
    base.commit()
    base.execute("PRAGMA cache_size = 5")
    base.execute("PRAGMA synchronous = OFF")
    base.execute("DELETE FROM t")


def test_a_row_that_a_running_transaction_deletes_is_found_in_its_journal(
    tmp_path: Path, open_base: Callable[..., sqlite3.Connection], make_key: MakeKey
) -> None:
    key = make_key()
    fill_journal(open_base("DELETE", "page_size = 1024"), key)
    content = (tmp_path / "x.db-journal").read_bytes()
    assert detect_format(content, len(content)) == "sqlite-journal"
    assert (key, "j!/rows", "sqlite-journal", Bounds.CERTAIN) in found(content, "j")


VALUES = st.one_of(
    st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=900),
    st.integers(-(1 << 63), (1 << 63) - 1),
    st.floats(allow_nan=False),
    st.none(),
)


def as_text(value: object) -> bytes:
    if value is None:
        return b""
    return str(value).encode()


@given(rows=st.lists(st.tuples(VALUES, VALUES, VALUES), min_size=1, max_size=20))
def test_each_row_of_a_log_is_read_as_sqlite_wrote_it(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[object, ...]]
) -> None:
    folder = tmp_path_factory.mktemp("wal")
    with closing(sqlite3.connect(folder / "x.db")) as base:
        base.execute("PRAGMA page_size = 512")
        base.execute("PRAGMA journal_mode = WAL")
        base.execute("CREATE TABLE t (a, b, n)")
        insert(*rows)(base)
        base.commit()
        stored = base.execute("SELECT * FROM t").fetchall()
        lines = read_members("sqlite-wal", read_wal(folder))["rows"]
    for row in stored:
        assert b"\n" + b"\t".join(map(as_text, row)) + ROW_END in b"\n" + lines


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    folder = tmp_path_factory.mktemp("log")
    with closing(sqlite3.connect(folder / "x.db")) as base:
        base.execute("PRAGMA page_size = 512")
        base.execute("PRAGMA journal_mode = WAL")
        base.execute("CREATE TABLE t (a, b, n)")
        insert(*FILLER, ("q" * 5000, "r" * 3000, 1))(base)
        base.commit()
        return read_wal(folder)


@settings(max_examples=50)
@given(st.data())
def test_a_log_with_wrong_bytes_ends_in_rows_or_a_known_error(
    log: bytes, data: st.DataObject
) -> None:
    harmed = bytearray(log)
    for _ in range(data.draw(st.integers(1, 30))):
        harmed[data.draw(st.integers(8, len(log) - 1))] = data.draw(st.integers(0, 255))
    with suppress(ExtractionError, LimitExceeded):
        read_members("sqlite-wal", bytes(harmed))


def test_a_log_that_is_cut_short_is_damaged(log: bytes) -> None:
    with pytest.raises(ExtractionError, match="cut short") as refused:
        read_members("sqlite-wal", log[:-100])
    assert refused.value.gap


@pytest.mark.parametrize("header", [b"", b"\0" * 28, b"\xff" * 28])
def test_a_file_that_only_starts_like_a_log_is_not_a_gap(header: bytes) -> None:
    with pytest.raises(ExtractionError) as refused:
        read_members("sqlite-wal", b"\x37\x7f\x06\x82" + header)
    assert not refused.value.gap


def test_a_chain_of_pages_that_never_ends_is_a_bomb() -> None:
    """Build a log whose many rows share one page that follows itself."""
    size, claimed = 4096, (100 << 20)
    varint = bytes([0x80 | claimed >> 21 & 0x7F, 0x80 | claimed >> 14 & 0x7F])
    varint += bytes([0x80 | claimed >> 7 & 0x7F, claimed & 0x7F])
    cell = (b"\x80" * 0 + varint + b"\1" + b"\2\x0c").ljust(4000, b"x") + b"\0\0\0\2"
    page = b"\x0d\0\0" + (64).to_bytes(2, "big") + b"\0\0\0" + (200).to_bytes(2, "big") * 64
    leaf = page.ljust(200, b"\0") + cell
    chain = b"\0\0\0\2".ljust(size, b"y")
    frames = b"".join(
        number.to_bytes(4, "big") + b"\0\0\0\2" + bytes(16) + content[:size].ljust(size, b"\0")
        for number, content in ((1 + 2, leaf), (2, chain))
    )
    header = b"\x37\x7f\x06\x82\0\x2d\xe2\x18" + size.to_bytes(4, "big") + bytes(20)
    limits = Limits(free_bytes=1 << 20, max_bytes=1 << 24)
    with suppress(LimitExceeded):
        read_members("sqlite-wal", header + frames, limits)


ODD_NAMES = ["a b.db", "a?mode=rwc.db", "a#b.db", "a%20b.db", "é.db", "a&vfs=x.db", "a\udcff.db"]


@pytest.mark.parametrize("mode", ["DELETE", "WAL"])
@pytest.mark.parametrize("name", ODD_NAMES)
def test_a_database_on_disk_of_any_size_and_name_is_read_there(
    tmp_path: Path, make_key: MakeKey, name: str, mode: str
) -> None:
    key, path = make_key(), tmp_path / name
    try:
        path.touch()
    except OSError:
        pytest.skip("the file system has no such names")
    with closing(sqlite3.connect(path)) as base:
        base.execute(f"PRAGMA journal_mode = {mode}")
        base.execute("CREATE TABLE t (a, b, n)")
        insert(*FILLER * 20, ("abc", key, 1))(base)
        base.commit()
    before = path.read_bytes()
    with path.open("rb") as file:
        file.seek(0, 2)  # where the caller leaves it
        tables = read_members("sqlite", file, Limits(max_memory=100_000))
    assert f"abc\t{key}\t1".encode() in tables["t"]
    assert path.read_bytes() == before
    assert [one.name for one in tmp_path.iterdir()] == [name]


def test_a_database_that_was_replaced_meanwhile_is_not_opened_by_its_name(tmp_path: Path) -> None:
    for name in ("old", "new"):
        with closing(sqlite3.connect(tmp_path / name)) as base:
            base.execute(f"CREATE TABLE {name} (a)")
            base.commit()
    with (tmp_path / "old").open("rb") as file:
        (tmp_path / "new").replace(tmp_path / "old")
        assert list(read_members("sqlite", file)) == ["old"]


@pytest.mark.parametrize("where", ["on disk", "in memory"])
def test_a_database_that_is_cut_short_is_damaged(tmp_path: Path, where: str) -> None:
    path = tmp_path / "x.db"
    with closing(sqlite3.connect(path)) as base:
        base.execute("CREATE TABLE t (a, b, n)")
        insert(*FILLER * 9)(base)
        base.commit()
    path.write_bytes(path.read_bytes()[:-5000])
    with path.open("rb") as file, pytest.raises(ExtractionError) as refused:
        file.seek(0, 2)
        read_members("sqlite", file if where == "on disk" else path.read_bytes())
    assert refused.value.gap


def test_a_database_in_memory_has_a_limit(make_key: MakeKey) -> None:
    with closing(sqlite3.connect(":memory:")) as base:
        base.execute("CREATE TABLE t (a, b, n)")
        insert(*FILLER)(base)
        base.commit()
        content = base.serialize()
    with pytest.raises(ExtractionError, match="over the limit"):
        read_members("sqlite", content, Limits(max_memory=1_000))


def test_a_key_of_any_length_in_a_log_is_found(
    tmp_path: Path, open_base: Callable[..., sqlite3.Connection]
) -> None:
    keys = [PREFIX + (ALPHABET * 3)[n : n + size] for n, size in enumerate(range(16, 129, 7))]
    base = open_base()
    insert(*(("abc", key, number) for number, key in enumerate(keys)))(base)
    base.commit()
    lines = read_members("sqlite-wal", read_wal(tmp_path))["rows"].decode()
    assert [key for key in keys if f"abc\t{key}\t" not in lines] == []
