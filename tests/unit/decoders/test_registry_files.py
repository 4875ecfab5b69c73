"""Keys in Windows registry files (`.reg`), and in bytes that commas separate."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.contexts import few, many
from tests.support.keys import ALPHABET, PREFIX, MakeKey
from tests.support.registry_files import HEADER, VALUES, export, wide
from wakeyscan.core.document import Document, Origin
from wakeyscan.scanner.detector import detect_in_document

MANY = many()


def list_keys(content: bytes) -> list[str]:
    document = Document(Origin("a.reg"), content)
    found = detect_in_document(document, few())
    assert found == detect_in_document(document, MANY)
    return [finding.secret.reveal().decode() for finding in found]


@pytest.mark.parametrize("value", VALUES.values(), ids=VALUES)
@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_key_in_a_registry_file_is_found(
    value: Callable[[str], str], codec: str, make_key: MakeKey
) -> None:
    keys = [make_key(length) for length in (16, 24, 32, 40, 128)]
    text = HEADER + "".join('"A"=dword:00000001\r\n' + value(key) + "\r\n" for key in keys)
    assert list_keys(text.encode(codec)) == keys
    assert list_keys(text.replace("\r\n", "\n").encode(codec)) == keys


def test_values_in_a_registry_file_are_not_joined(make_key: MakeKey) -> None:
    keys = [make_key() for _ in range(3)]
    text = "".join(f'"K{n}"="{key}"\r\n' for n, key in enumerate(keys))
    assert list_keys(f'{HEADER}{text}"Name"="abc"\r\n'.encode()) == keys


@given(
    body=st.text(ALPHABET, min_size=16, max_size=128),
    before=st.text("ab %\\=;", max_size=40),
    name=st.text("abc", min_size=1, max_size=30),
    kind=st.sampled_from(["hex", "hex(1)", "hex(2)", "hex(7)"]),
    is_wide=st.booleans(),
)
def test_any_value_in_hex_is_decoded(
    body: str, before: str, name: str, kind: str, is_wide: bool
) -> None:
    key = PREFIX + body
    # In binary data, a blank may be read as the length 32 of the text behind it.
    text = f"{before.rstrip('%')}\n{key}\0"
    value = text.encode("utf-16-le") if is_wide else text.encode()
    assert list_keys((HEADER + export(kind, value, name)).encode()) == [key]


ARRAYS = {
    "one line": lambda raw: ",".join(f"{c:02x}" for c in raw),
    "capitals": lambda raw: ",".join(f"{c:02X}" for c in raw),
    "blanks": lambda raw: ", ".join(f"{c:02x}" for c in raw),
    "lines": lambda raw: ",\n".join(
        ",".join(f"{c:02x}" for c in raw[at : at + 12]) for at in range(0, len(raw), 12)
    ),
    "decimal": lambda raw: ",".join(map(str, raw)),
    "decimal, blanks": lambda raw: ", ".join(map(str, raw)),
    "setup file": lambda raw: "HKLM,X,Y,0x00010000,\\\n  " + ",".join(f"{c:02x}" for c in raw),
}


@pytest.mark.parametrize("array", ARRAYS.values(), ids=ARRAYS)
@pytest.mark.parametrize("is_wide", [False, True])
def test_bytes_that_commas_separate_are_decoded(
    array: Callable[[bytes], str], is_wide: bool, make_key: MakeKey
) -> None:
    for length in (16, 33, 64):
        key = make_key(length)
        raw = wide(key) if is_wide else key.encode()
        assert list_keys(f"{array(raw)}\n".encode()) == [key]


def test_numbers_around_bytes_are_not_part_of_the_key(key: str) -> None:
    raw = ",".join(f"{c:02x}" for c in key.encode())
    for text in (f"x,10,{raw},00,7\n", f"[{raw}]", f"a=177,{raw}", f"{raw}\n41,42\n"):
        assert list_keys(text.encode()) == [key], text
