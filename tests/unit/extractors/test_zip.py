"""Small entries of a zip, which one call reads; a reader names the faults of the others."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable
from io import BytesIO
from zipfile import ZIP_BZIP2, ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

import pytest

from wakeyscan.extractors import zip as zip_format
from wakeyscan.extractors.budget import ExtractionBudget, Limits
from wakeyscan.extractors.extractor import ExtractionError, LimitExceeded, Member

TEXT = b"some text " * 100


def build(method: int, name: str = "a.txt", text: bytes = TEXT, count: int = 1) -> bytes:
    """Return a zip whose entries have the same text."""
    file = BytesIO()
    with ZipFile(file, "w", method) as archive:
        for number in range(count):
            archive.writestr(f"{number}/{name}", text)
    return file.getvalue()


def list_members(content: bytes, limits: Limits | None = None) -> Iterable[Member]:
    return zip_format.open(BytesIO(content), ExtractionBudget(limits, lambda: len(content)))


def read_all(member: Member) -> bytes:
    return b"".join(iter(lambda: member.read(1 << 16), b""))


def replace(old: bytes, new: bytes) -> Callable[[bytes], bytes]:
    return lambda content: content.replace(old, new)


def set_byte(at: int, value: int) -> Callable[[bytes], bytes]:
    """Return a change of a byte in the directory, which follows the one entry."""

    def change(content: bytes) -> bytes:
        start = content.index(b"PK\1\2") + at
        return content[:start] + bytes([value]) + content[start + 1 :]

    return change


@pytest.mark.parametrize("method", [ZIP_STORED, ZIP_DEFLATED])
@pytest.mark.parametrize("text", [b"", b"x", TEXT, bytes(1 << 20)], ids=len)
def test_a_small_entry_is_read_at_once(method: int, text: bytes) -> None:
    for member in list_members(build(method, text=text, count=3)):
        assert member.content == text == read_all(member)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(build(ZIP_DEFLATED, text=bytes((1 << 20) + 1)), id="large"),
        pytest.param(build(ZIP_BZIP2), id="another method"),
        pytest.param(build(ZIP_DEFLATED, "word/document.xml"), id="text of an office document"),
    ],
)
def test_other_entries_are_read_in_pieces(content: bytes) -> None:
    (member,) = list_members(content)
    assert member.content is None
    assert read_all(member)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        pytest.param(set_byte(16, 0), "checksum is wrong", id="checksum"),
        pytest.param(set_byte(24, 1), "instead of", id="larger than declared"),
        pytest.param(set_byte(25, 9), "instead of", id="smaller than declared"),
        pytest.param(set_byte(8, 1), "encrypted", id="encrypted"),
        pytest.param(set_byte(42, 9), "not at the offset", id="elsewhere"),
        pytest.param(set_byte(20, 5), "cut short", id="packed size"),
        pytest.param(replace(b"PK\3\4", b"PK\3\5"), "not at the offset", id="no header"),
    ],
)
def test_an_error_in_a_small_entry_is_reported(
    change: Callable[[bytes], bytes], reason: str
) -> None:
    (member,) = list_members(change(build(ZIP_DEFLATED)))
    assert member.content is None
    with pytest.raises(ExtractionError, match=reason):
        read_all(member)


def test_small_entries_count_as_unpacked_bytes() -> None:
    limits = Limits(max_bytes=len(TEXT) * 5)
    read = list[Member]()
    with pytest.raises(LimitExceeded):
        read.extend(list_members(build(ZIP_DEFLATED, count=10), limits))
    assert len(read) == 5


@pytest.mark.parametrize("size", range(30))
def test_a_truncated_end_record_is_reported_as_damage(size: int) -> None:
    """Bytes from four to 21 look like the record that ends a zip, and cannot hold it."""
    content = (b"PK\5\6" + bytes(18) + b"a comment")[:size]
    if size < 22:
        with pytest.raises(ExtractionError, match="cut short"):
            list(list_members(content))
    else:
        assert list(list_members(content)) == []


@pytest.mark.parametrize("length", range(40))
def test_a_zip64_field_may_claim_to_be_longer(length: int) -> None:
    """Numbers that it lacks keep the value of the entry."""
    file = BytesIO()
    with ZipFile(file, "w") as archive:
        entry = ZipInfo("a.txt")
        entry.extra = b"\1\0" + length.to_bytes(2, "little") + bytes(20)
        archive.writestr(entry, TEXT)
    content = bytearray(file.getvalue())
    at = content.index(b"PK\1\2")
    content[at + 20 : at + 28] = b"\xff" * 8  # both sizes are in the field
    (member,) = list_members(bytes(content))
    assert member.size in (0, 0xFFFF_FFFF)


class Unseekable(BytesIO):
    """A file to which `zipfile` writes sizes behind the data of an entry."""

    def seekable(self) -> bool:
        return False

    def seek(self, offset: int, whence: int = 0) -> int:
        raise OSError


def omit(content: bytes, number: int) -> bytes:
    """Remove a record from the directory of a zip."""
    *_, count, size, offset, _ = struct.unpack_from("<4s4H2IH", content, len(content) - 22)
    at = offset
    for _ in range(number):
        at += 46 + sum(struct.unpack_from("<3H", content, at + 28))
    after = at + 46 + sum(struct.unpack_from("<3H", content, at + 28))
    count, size = count - 1, size - (after - at)
    end = struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, count, count, size, offset, 0)
    return content[:at] + content[after:-22] + end


@pytest.mark.parametrize("method", [ZIP_STORED, ZIP_DEFLATED, ZIP_BZIP2])
@pytest.mark.parametrize("is_streamed", [False, True])
@pytest.mark.parametrize("number", range(3))
def test_an_entry_that_the_directory_omits_is_read(
    method: int, is_streamed: bool, number: int
) -> None:
    file = Unseekable() if is_streamed else BytesIO()
    with ZipFile(file, "w", method) as archive:
        for at in range(3):
            archive.writestr(f"{at}", TEXT + b"%d" % at)
    members = [(one.name, read_all(one)) for one in list_members(omit(file.getvalue(), number))]
    expected = [(f"{at}", TEXT + b"%d" % at) for at in range(3)]
    *listed, (name, text) = members
    assert listed == expected[:number] + expected[number + 1 :]
    assert name == f"{number}"
    assert text.startswith(expected[number][1])  # a stored entry without a size goes on


def test_a_zip_in_front_of_a_zip_is_read() -> None:
    one, two = build(ZIP_DEFLATED, "one", count=2), build(ZIP_DEFLATED, "two")
    names = [(member.name, read_all(member)) for member in list_members(one + two)]
    assert names == [("0/two", TEXT), ("0/one", TEXT), ("1/one", TEXT)]


@pytest.mark.parametrize(
    "program",
    [
        b"PK\3\4",
        b"x" * 30 + b"PK\3\4",
        b"x" * 60 + b"PK\3\4",
        b"PK\3\4" * 20,
        b"PK\3\4" + b"\xff" * 40,
        b"#!" + bytes(99),
    ],
)
def test_a_program_in_front_of_a_zip_has_no_entries(program: bytes) -> None:
    assert [member.name for member in list_members(program + build(ZIP_STORED))] == ["0/a.txt"]


@pytest.mark.parametrize("left", range(60))
def test_a_header_that_is_cut_short_is_no_entry(left: int) -> None:
    cut = (b"PK\3\4" + bytes(1) + b"PK\3\4" * 20)[:left]
    end = struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, 0, 0, 0, len(cut) + 40, 0)
    assert list(list_members(b"x" * 40 + cut + end)) == []


def test_bytes_between_entries_are_read_once_however_many_signatures_they_have() -> None:
    class Counted(BytesIO):
        total = 0

        def read(self, size: int | None = -1) -> bytes:
            piece = super().read(size)
            self.total += len(piece)
            return piece

    program = (b"PK\3\4" + b"\xff" * 4) * 5000
    file = Counted(program + build(ZIP_STORED))
    assert [member.name for member in zip_format.open(file, ExtractionBudget(None, lambda: 0))] == [
        "0/a.txt"
    ]
    assert file.total < 8 * len(program)


def test_an_omitted_entry_across_the_pieces_that_are_searched_is_read() -> None:
    for filler in range((1 << 20) - 4, (1 << 20) + 1):
        content = bytes(filler) + build(ZIP_STORED, "one") + build(ZIP_STORED, "two")
        assert [member.name for member in list_members(content)] == ["0/two", "0/one"], filler
