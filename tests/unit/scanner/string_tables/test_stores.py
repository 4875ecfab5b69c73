"""Stores of x86-64 that compilers emit for the fields of a structure, as assemblers write them."""

from __future__ import annotations

import pytest

from wakeyscan.scanner.string_tables._stores import Place, Store, list_stores

SP, BP, R13 = 4, 5, 13

STORES = {
    "mov [rsp+8], rax": ("48 89 44 24 08", Store(Place(SP, 8), 0, None)),
    "mov [rsp+8], r9": ("4c 89 4c 24 08", Store(Place(SP, 8), 9, None)),
    "mov [rbp-16], rcx": ("48 89 4d f0", Store(Place(BP, -16), 1, None)),
    "mov [r13+8], rax": ("49 89 45 08", Store(Place(R13, 8), 0, None)),
    "mov [r13+8], r15": ("4d 89 7d 08", Store(Place(R13, 8), 15, None)),
    "mov [rsp], rbx": ("48 89 1c 24", Store(Place(SP, 0), 3, None)),
    "mov [rsp+0x120], rdx": ("48 89 94 24 20 01 00 00", Store(Place(SP, 0x120), 2, None)),
    "mov qword [rsp+16], 40": ("48 c7 44 24 10 28 00 00 00", Store(Place(SP, 16), None, 40)),
}


@pytest.mark.parametrize(("code", "store"), STORES.values(), ids=STORES)
def test_a_store_names_its_place_and_what_it_stores(code: str, store: Store) -> None:
    assert list_stores(bytes.fromhex(code) + b"\xc3") == [store]
    assert list_stores(b"\x90" + bytes.fromhex(code) * 2) == [store, store]


@pytest.mark.parametrize(
    "code",
    ["48 89 c3", "48 89 05 10 00 00 00", "48 89 44 88 08", "48 89", "48 c7 44 24 10 28"],
    ids=["to a register", "near the program counter", "with an index", "cut", "cut constant"],
)
def test_other_instructions_are_no_stores(code: str) -> None:
    assert list_stores(bytes.fromhex(code)) == []
