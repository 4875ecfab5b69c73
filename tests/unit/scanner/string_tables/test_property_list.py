"""Keys in binary property lists: the object table tells where strings start and end."""

from __future__ import annotations

import plistlib
import random
import string
from collections.abc import Callable
from plistlib import UID
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.keys import ALPHABET, PREFIX, MakeKey
from tests.support.scan import found, secrets_in
from wakeyscan.core.finding import Bounds
from wakeyscan.scanner.string_tables import property_list

CERTAIN = Bounds.CERTAIN


def dump(value: Any) -> bytes:
    return plistlib.dumps(value, fmt=plistlib.FMT_BINARY, sort_keys=False)


@pytest.mark.parametrize(
    "behind", [*string.ascii_lowercase, "zz", "z" * 14, "Zed" * 6, 7, 1.5, True]
)
def test_the_marker_after_a_key_is_not_a_part_of_it(behind: object, make_key: MakeKey) -> None:
    for key in map(make_key, range(16, 129, 7)):
        content = dump({"A": "x", "K": key, "Zed": behind, "Y": [behind, "abc"]})
        assert found(content) == [(key, CERTAIN)]


SHAPES: dict[str, Callable[[str], object]] = {
    "alone": lambda key: key,
    "a list": lambda key: ["abc", key, "def"],
    "a header": lambda key: {"H": f"Bearer {key}", "zz": "abc"},
    "a URL": lambda key: {"U": f"https://x.org/?k={key}&a=1", "zz": "abc"},
    "JSON": lambda key: {"J": f'{{"k": "{key}"}}', "zz": "abc"},
    "data": lambda key: {"D": key.encode(), "zz": "abc"},
    "JSON as data": lambda key: {"D": f'{{"k": "{key}"}}'.encode(), "zz": "abc"},
    "a name": lambda key: {key: "zz"},
    "archived": lambda key: {
        "$version": 100000,
        "$archiver": "NSKeyedArchiver",
        "$top": {"root": UID(1)},
        "$objects": ["$null", {"token": UID(2), "$class": UID(3)}, key, {"$classname": "Settings"}],
    },
    "a list in data": lambda key: {"D": dump({"K": key, "zz": "abc"}), "y": "abc"},
    "archived in archived": lambda key: {
        "D": dump({"D": dump(["a", key, "zz"]), "b": 1}),
        "z": "y",
    },
    "many objects": lambda key: (
        {f"name{n}": f"value{n}" for n in range(700)} | {"K": key, "zz": "y"}
    ),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_a_key_in_any_structure_has_certain_bounds(shape: str, make_key: MakeKey) -> None:
    for key in map(make_key, (16, 24, 31, 40, 48, 55, 64, 120, 128)):
        assert found(dump(SHAPES[shape](key))) == [(key, CERTAIN)]


def test_a_letter_before_a_key_leaves_it_open(make_key: MakeKey) -> None:
    key = make_key(32)
    assert found(dump({"K": f"p{key}", "zz": "abc"})) == [(key, Bounds.OPEN)]


def test_a_key_in_a_utf_16_string_is_found(make_key: MakeKey) -> None:
    key = make_key(32)
    assert secrets_in(dump({"K": f"clé: {key}", "Zed": "zz"})) == [key]


def test_several_keys_have_certain_bounds(make_key: MakeKey) -> None:
    keys = [make_key(length) for length in range(16, 129)]
    assert sorted(found(dump({"K": keys, "zz": "y"}))) == sorted((key, CERTAIN) for key in keys)


@pytest.mark.parametrize("damage", ["trailer", "cut", "count", "offset", "width"])
def test_without_a_table_a_length_ends_a_key(damage: str, make_key: MakeKey) -> None:
    key = make_key(40)
    content = dump({"A": "x", "K": key, "Zed": "zz"})
    trailers = {
        "trailer": bytes(32),
        "cut": b"",
        "count": content[-32:-24] + b"\xff" * 8 + content[-16:],
        "offset": content[-32:-8] + b"\xff" * 8,
        "width": content[-32:-26] + b"\x09" + content[-25:],
    }
    assert secrets_in(content[:-32] + trailers[damage]) == [key]


def test_deeply_nested_data_is_bounded(make_key: MakeKey) -> None:
    content = dump({"K": make_key(32), "zz": "abc"})
    for _ in range(50):
        content = dump({"D": content, "a": "b"})
    assert len(secrets_in(content)) == 1


@given(st.binary(max_size=300), st.lists(st.integers(0, 400)).map(sorted))
def test_any_bytes_can_be_read(content: bytes, offsets: list[int]) -> None:
    for start, end in property_list.find_strings(b"bplist00" + content, offsets):
        assert 0 <= start <= end <= len(content) + 8


@given(
    value=st.recursive(
        st.text(max_size=30) | st.binary(max_size=30) | st.integers(0, 2**40) | st.booleans(),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner),
        max_leaves=12,
    ),
    length=st.integers(16, 128),
    seed=st.integers(0, 2**32),
)
def test_a_key_next_to_any_value_has_certain_bounds(value: object, length: int, seed: int) -> None:
    key = PREFIX + "".join(random.Random(seed).choices(ALPHABET, k=length))
    content = dump({"A": value, "K": key, "Z": value})
    at = content.index(key.encode())
    assert list(property_list.find_strings(content, [at])) == [(at, at + len(key))]
