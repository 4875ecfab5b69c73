"""A key in the items of a list of JSON, which only the program that reads the file joins."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.command import Run
from tests.support.files import write
from tests.support.keys import PREFIX, mask

BODY = "Zk3Qm9TxV7bRw2LpYc8NfHs4DjGa6EuX1oKi5"
KEY = PREFIX + BODY


def cut(*sizes: int) -> list[str]:
    """Return the key in parts of these sizes, and the rest."""
    ends = [sum(sizes[:count]) for count in range(len(sizes) + 1)]
    return [KEY[low:high] for low, high in zip(ends, [*ends[1:], None], strict=True)]


def scan(run: Run, folder: Path, values: dict[str, Any]) -> dict[str, list[tuple[str, str]]]:
    """Return the fingerprint and the bounds of the keys in files with these values."""
    write(folder, {f"src/{name}.json": text for name, text in values.items()})
    findings = run("scan", "src", "-f", "json", "--show-suppressed").json()["findings"]
    return {
        name: [(f["secret"], f["bounds"]) for f in findings if f["path"] == f"src/{name}.json"]
        for name in values
    }


SHORT_FIRST = {"three": (10, 20), "prefix": (8, 20), "part of the prefix": (4, 18, 12)}


@pytest.mark.parametrize("sizes", SHORT_FIRST.values(), ids=SHORT_FIRST)
def test_a_key_whose_first_part_is_too_short_is_found(
    run: Run, tmp_path: Path, sizes: tuple[int, ...]
) -> None:
    items = cut(*sizes)
    found = scan(
        run,
        tmp_path,
        {
            "list": json.dumps(items),
            "value": json.dumps({"key": items}, separators=(",", ":")),
            "lines": json.dumps({"key": items}, indent=2),
            "nested": json.dumps({"a": [{"b": json.dumps(items)}]}),
        },
    )
    assert found == {key: [(mask(KEY), "open")] for key in found}


@pytest.mark.parametrize("sizes", [(24, 12), (32,), (38,), (24, 16, 3), (33, 4, 4)], ids=str)
def test_a_first_part_that_looks_like_a_key_has_an_open_end(
    run: Run, tmp_path: Path, sizes: tuple[int, ...]
) -> None:
    items = cut(*sizes)
    found = scan(run, tmp_path, {"list": json.dumps(items), "value": json.dumps({"key": items})})
    assert found == {key: [(mask(items[0]), "open")] for key in found}


OTHERS = {
    "environments": ["prod", "eu"],
    "words": ["staging"],
    "a number": ["8080"],
    "a date": ["2026-11-30"],
    "permissions": ["read", "write"],
    "an address": ["https://api.wastack.in"],
}


def test_a_key_before_words_in_a_list_is_whole(run: Run, tmp_path: Path) -> None:
    values = {name: json.dumps({"args": [KEY, *others]}) for name, others in OTHERS.items()}
    found = scan(run, tmp_path, values)
    assert found == {key: [(mask(KEY), "certain")] for key in OTHERS}


NAMES = {
    "events": [PREFIX + "started", "session_ended_42", "message_sent"],
    "versions": [PREFIX + "v1", "release1", "release2", "release3"],
    "joined with another separator": {"Fn::Join": ["-", cut(10, 20)]},
    "longer than a key": [PREFIX + "ab1", *["Zk3Qm9TxV7bRw2LpYc8N"] * 7],
}


def test_lists_of_names_are_no_keys(run: Run, tmp_path: Path) -> None:
    found = scan(run, tmp_path, {name: json.dumps(value) for name, value in NAMES.items()})
    assert found == {key: [] for key in NAMES}
