"""The lines that two versions of a file share."""

from __future__ import annotations

import difflib

import pytest

from tests.support.calls import count_calls
from wakeyscan.cli.line_matcher import LineMatcher

BLANK = [b"\n"] * 3000
NUMBERED = [b"%d\n" % number for number in range(3000)]

CHANGES: dict[str, tuple[list[bytes], list[bytes]]] = {
    "the first of equal lines": ([b"key\n", *BLANK], [b"look-up\n", *BLANK]),
    "equal lines, and an import": ([b"key\n"] * 3000, [b"import\n", b"\n", *([b"key\n"] * 2999)]),
    "every fourth line": (NUMBERED, [b"x\n" if n % 4 == 0 else NUMBERED[n] for n in range(3000)]),
    "lines in the middle": (NUMBERED, [*NUMBERED[:900], b"1\n", b"2\n", *NUMBERED[902:]]),
    "lines that are gone": (BLANK, BLANK[:100]),
    "added lines": (BLANK[:100], BLANK),
    "a change without a line beside it": (NUMBERED, [b"x\n", *NUMBERED[40:]]),
    "all lines": (NUMBERED, BLANK),
    "nothing": (BLANK, BLANK),
}


@pytest.mark.parametrize(("old", "new"), CHANGES.values(), ids=CHANGES)
def test_the_changes_lead_from_one_text_to_the_other(old: list[bytes], new: list[bytes]) -> None:
    built = []
    for tag, low, high, new_low, new_high in LineMatcher(old, new).get_opcodes():
        if tag == "equal":
            assert old[low:high] == new[new_low:new_high]
        built += old[low:high] if tag == "equal" else new[new_low:new_high]
    assert built == new


@pytest.mark.parametrize(
    "name", ["the first of equal lines", "every fourth line", "lines in the middle"]
)
def test_separate_changes_are_those_of_difflib(name: str) -> None:
    old, new = (lines[:200] for lines in CHANGES[name])
    expected = difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    assert [*LineMatcher(old, new).get_opcodes()] == expected


def test_a_small_file_is_compared_by_difflib() -> None:
    old, new = [b"a\n", b"b\n", b"c\n"], [b"c\n", b"a\n", b"b\n"]
    expected = difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    assert [*LineMatcher(old, new).get_opcodes()] == expected


@pytest.mark.parametrize(("old", "new"), CHANGES.values(), ids=CHANGES)
def test_steps_grow_with_the_size(old: list[bytes], new: list[bytes]) -> None:
    assert count_calls(LineMatcher(old, new).get_opcodes) < 25 * (len(old) + len(new))
