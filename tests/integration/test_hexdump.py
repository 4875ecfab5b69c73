"""Keys in the output of dump tools: bytes, words of any width, characters."""

from __future__ import annotations

import random
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.command import WAKEYSCAN, execute
from tests.support.contexts import few, many
from tests.support.files import write
from tests.support.keys import ALPHABET, PREFIX, fingerprint
from wakeyscan.core.document import Document, Origin
from wakeyscan.decoders import hexdump
from wakeyscan.decoders.decoder import DecodedText, FoundAnchors
from wakeyscan.scanner.detector import detect_in_document

LARGE_SCAN = many()
"""A context that searches as in a scan of many bytes."""

BYTES = [
    "xxd",
    "xxd -g1",
    "xxd -i",
    "xxd -p",
    "hexdump -C",
    "od -t x1",
    "od -A x -t x1z",
    "od -An -tx1",
]
WORDS = [
    *("xxd -g4", "xxd -g8", "xxd -g16", "xxd -u -g4", "xxd -c 8 -g4", "xxd -e"),
    *("xxd -e -g2", "xxd -e -g8", "hexdump", "hexdump -x", "od -x", "od -t x2", "od -t x4"),
    *("od -t x8", "od -A n -t x2", "od --endian=big -t x4"),
    *(
        "od",
        "od -o",
        "od -A n",
        "od -A d -t o2",
        "od -b",
        "od -A x -t o1",
        "hexdump -o",
        "hexdump -b",
    ),
]
CHARACTERS = ["od -c", "od -a", "od -A x -c", "hexdump -c"]
TOOLS = [*BYTES, *WORDS, *CHARACTERS]
WIDTHS = {"xxd -p": 30}
"""Bytes of a line, if there are more than 16."""
HEXADECIMAL = "abcdef0123456789"
"""A body of these letters looks like digits in the column of characters."""


def run_tool(tool: str, text: bytes) -> bytes:
    name, *options = tool.split()
    if not shutil.which(name):
        pytest.skip(f"no {name} here")
    ran = subprocess.run([name, *options], input=text, capture_output=True)
    if ran.returncode:
        pytest.skip(f"this {name} has no {' '.join(options)}")
    return b"$ " + tool.encode() + b" file\n" + ran.stdout


def build_key(name: str, letters: str) -> str:
    return PREFIX + "".join(random.Random(name).choices(letters, k=39)) + "7"


def list_keys(content: bytes) -> list[list[str]]:
    scans = (
        detect_in_document(Document(Origin("a"), content), context)
        for context in (few(), LARGE_SCAN)
    )
    return [[finding.secret.reveal().decode() for finding in findings] for findings in scans]


@pytest.mark.parametrize("letters", [ALPHABET, HEXADECIMAL], ids=["any", "hexadecimal"])
@pytest.mark.parametrize("tool", TOOLS)
def test_a_key_is_found_at_each_position_in_a_line(tool: str, letters: str) -> None:
    positions = range(WIDTHS.get(tool, 16) + 2)
    keys = [build_key(f"{tool} {pad}", letters) for pad in positions]
    texts = [
        b"." * pad + b" " + key.encode() + b"\nand what is behind it\n"
        for pad, key in enumerate(keys)
    ]
    dumps = b"".join(run_tool(tool, text) for text in texts)
    assert list_keys(dumps) == [keys, keys]


@pytest.mark.parametrize("end", [b"\r\n", b"\n# ", b"\n    "], ids=["crlf", "comment", "indented"])
@pytest.mark.parametrize("tool", ["xxd -g4", "hexdump", "od -c", "od -t x4"])
def test_a_key_in_a_pasted_dump_is_found(tool: str, end: bytes) -> None:
    key = build_key(tool, ALPHABET)
    content = run_tool(tool, b"a: " + key.encode() + b"\n").replace(b"\n", end)
    assert list_keys(content) == [[key], [key]]


def test_the_command_reports_keys_in_dumps(tmp_path: Path) -> None:
    wanted = {}
    for number, tool in enumerate([*WORDS, *CHARACTERS]):
        key = build_key(tool, ALPHABET)
        write(tmp_path, {f"{number}.txt": run_tool(tool, b"token: " + key.encode() + b"\n")})
        wanted[f"{number}.txt"] = fingerprint(key)
    ran = execute([WAKEYSCAN, "scan", "--format", "json", "."], tmp_path).json()
    assert {f["path"]: f["fingerprint"] for f in ran["findings"]} == wanted
    assert {f["encoding"] for f in ran["findings"]} == {"dump"}


WITH_NULS = ("od -t x8", "od -a")
"""Dumps whose NULs are decoded: the text is binary data, where a key may follow any byte."""


@pytest.mark.parametrize("tool", [*WORDS, *CHARACTERS])
def test_a_dump_without_a_key_is_not_reported(tool: str) -> None:
    key = build_key(tool, ALPHABET).encode()
    texts = [key[:20], key.upper(), key[:8] + b" " + key[8:]]
    if tool not in WITH_NULS:
        texts.append(b"pwa" + key[2:])
    for text in texts:
        assert list_keys(run_tool(tool, b"a " + text + b"\n")) == [[], []]


def test_lines_with_a_gap_between_their_offsets_are_separate_dumps() -> None:
    key = build_key("apart", ALPHABET)
    first, second, *rest = run_tool("xxd -g4", b"a" + key.encode() + b"\n").splitlines()[1:]
    moved = second.replace(b"00000010", b"00000040")
    assert list_keys(b"\n".join((first, moved, *rest, b""))) == [[], []]


@given(content=st.binary(max_size=300), at=st.integers(0, 300), data=st.data())
def test_any_bytes_may_surround_an_encoded_anchor(
    content: bytes, at: int, data: st.DataObject
) -> None:
    encoded = data.draw(st.sampled_from(sorted(hexdump.encoded_anchors(PREFIX.encode(), True))))
    whole = content[:at] + b"\n0000000 " + encoded + b" 6177\n" + content[at:]
    for decoded in hexdump.decode(whole, FoundAnchors({encoded: frozenset()})):
        assert isinstance(decoded, DecodedText)
        assert 0 <= decoded.span[0] < decoded.span[1] <= len(whole)
        assert all(
            0 <= low < high <= len(whole) for low, high in decoded.find_sources(0, len(content))
        )


@pytest.mark.parametrize("start", range(16))
@pytest.mark.parametrize("after_offset", [": ", "  "])
@pytest.mark.parametrize("width", [8, 16, 32])
def test_the_text_after_one_blank_is_no_byte_of_the_row(
    width: int, after_offset: str, start: int
) -> None:
    """`curl --trace` writes it there; it may begin with digits: `2d 41 ea: Bearer`."""
    key = PREFIX + ("ea " * 20).replace(" ", "Q") + "7"
    text = b"x" * start + b"\r\nauth: ea b1 " + key.encode() + b"\r\nea 12 ea\r\n\r\n"
    rows = (text[at : at + width] for at in range(0, len(text), width))
    lines = [
        f"{number * width:04x}{after_offset}"
        + "".join(f"{byte:02x} " for byte in row)
        + "   " * (width - len(row))
        + "".join(chr(byte) if 32 <= byte < 127 else "." for byte in row)
        for number, row in enumerate(rows)
    ]
    content = "=> Send header\n" + "\n".join(lines) + "\n== Info: done\n"
    assert list_keys(content.encode()) == [[key], [key]]


ROWS = {
    "Wireshark": "{at:08X}  {left:23}  {right:23}   {text}",
    "Python's hexdump": "{at:08X}: {left:23}  {right:23}  {text}",
    "Java's HexDump": "{at:08x}  {left:23}  {right:23}  {text}",
    "DEBUG": "{at:04X}  {left:23}-{right:23}   {text}",
    "openssl": "{at:04x} - {left:23}-{right:23}   {text}",
    "a spaced hyphen": "{at:08x}: {left:23} - {right:23}  {text}",
    "Netty": "|{at:08x}| {left:23} {right:23} |{text:16}|",
    "strace": " | {at:05x}  {left:23}  {right:23}  {text:16} |",
}
"""Rows of 16 bytes, as programs write them."""


@pytest.mark.parametrize("start", range(16))
@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_a_key_is_read_over_the_middle_of_a_row(row: str, start: int) -> None:
    key = build_key(row, ALPHABET)
    text = b"x" * start + b"\r\nauth: " + key.encode() + b"\r\nea: 12\r\n\r\n"
    content = "\n".join(
        row.format(
            at=at,
            left=text[at : at + 8].hex(" "),
            right=text[at + 8 : at + 16].hex(" "),
            text="".join(chr(byte) if 32 <= byte < 127 else "." for byte in text[at : at + 16]),
        )
        for at in range(0, len(text), 16)
    )
    # The text between bars is also read as a column; a key may be cut there, with an open end.
    assert [keys[0] for keys in list_keys(content.encode())] == [key, key]
