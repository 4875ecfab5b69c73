"""The catalogue of what can go wrong (tests/data/catalogue.toml) names tests that exist."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
CATALOGUE = tomllib.loads((TESTS / "data" / "catalogue.toml").read_text("utf-8"))
ENTRIES: dict[str, list[str] | str] = {
    name: entry for area in CATALOGUE.values() for name, entry in area.items()
}


@cache
def list_tests(file: str) -> set[str]:
    text = (TESTS / file).read_text("utf-8")
    return set(re.findall(r"^def (test_\w+)\(", text, re.MULTILINE))


@pytest.mark.parametrize("name", ENTRIES)
def test_an_entry_names_tests_or_a_reason(name: str) -> None:
    entry = ENTRIES[name]
    if isinstance(entry, str):
        assert len(entry.split()) > 2
        return
    assert entry
    for test in entry:
        file, _, function = test.partition("::")
        assert function in list_tests(file)


def test_numbers_ascend() -> None:
    numbers = [re.match(r"(\d+)([a-z]?)-", name) for name in ENTRIES]
    found = [(int(number[1]), number[2]) for number in numbers if number]
    assert len(found) == len(ENTRIES)
    assert found == sorted(set(found))
