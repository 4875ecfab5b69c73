"""The corpus of tests/data/fixes: each file comes out as written, and needs no second fix."""

from __future__ import annotations

import codecs

import pytest

from tests.support.fix_cases import FixCase, detect, fill_in, read_cases, repair

CASES = read_cases()


def test_the_corpus_has_at_least_250_files() -> None:
    assert len(CASES) >= 250
    assert len({case.name for case in CASES}) == len(CASES)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_file_is_fixed_as_a_whole(case: FixCase) -> None:
    fixed = repair(case.path, fill_in(case.before))
    assert fixed.content == fill_in(case.after)
    assert tuple(f"{one.finding.position.line}: {one.reason}" for one in fixed.left) == case.left
    assert len(detect(case.path, fixed.content)) == len(case.left)


def test_a_second_fix_changes_nothing() -> None:
    changed = [
        case.name
        for case in CASES
        if repair(case.path, content := fill_in(case.after)).content != content
    ]
    assert changed == []


def test_line_ends_and_a_byte_order_mark_are_kept() -> None:
    changed = []
    for case in CASES:
        before, after = (
            codecs.BOM_UTF8 + fill_in(text).replace(b"\n", b"\r\n")
            for text in (case.before, case.after)
        )
        if repair(case.path, before).content != after:
            changed.append(case.name)
    assert changed == []
