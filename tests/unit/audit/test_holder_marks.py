"""Marks of the objects with secrets: a sample for each secret brings all of them back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.contexts import many
from tests.support.keys import PREFIX
from wakeyscan.audit.holder_marks import (
    format_marks,
    parse_marks,
    restore_findings,
    select_samples,
)
from wakeyscan.audit.object_findings import FindingRef, ObjectFindings
from wakeyscan.core.document import Origin, Skipped
from wakeyscan.git.objects import BLOB

_CONTEXT = many()
_SKIPPED = (Skipped(Origin("!/a"), "encrypted"),)

_REFS = st.builds(
    FindingRef,
    st.sampled_from(["wastack-api-key", "authorization-header"]),
    st.sampled_from(["1" * 32, "2" * 32, "3" * 32]),
    st.integers(1, 2),
    st.just(1),
    st.sampled_from(["reported", "ignored"]),
    st.just(""),
    st.sampled_from(["", "!/a", "!/\udcff", f"!/{PREFIX}k7Qm2Xv9Rb4Tz8Wn3Yc6"]),
)
_OBJECTS = st.lists(
    st.builds(
        ObjectFindings,
        st.integers(0, 9).map(lambda number: f"{number}" * 40),
        st.just(BLOB),
        st.lists(_REFS, max_size=3).map(lambda refs: tuple(dict.fromkeys(refs))),
        st.sampled_from([(), (), _SKIPPED]),
    ),
    unique_by=lambda found: found.object_id,
)


@given(_OBJECTS)
def test_unchanged_samples_restore_all_marked_objects(found: list[ObjectFindings]) -> None:
    by_id = {one.object_id: one for one in found}
    holders = parse_marks(format_marks(found, _CONTEXT), _CONTEXT)
    samples = {name: by_id[name] for name in select_samples(holders)}
    restored = restore_findings(holders, samples)
    assert restored == [by_id[holder.object_id] for holder in holders]
    unmarked = by_id.keys() - {holder.object_id for holder in holders}
    for one in (by_id[name] for name in unmarked):
        places = {ref._replace(fingerprint="") for ref in one.refs}
        has_named = any(PREFIX in ref.member_path for ref in one.refs)
        assert one.skipped or not one.refs or has_named or len(places) < len(one.refs)


@given(_OBJECTS)
def test_marks_contain_no_part_of_a_secret(found: list[ObjectFindings]) -> None:
    marks = format_marks([one._replace(object_id="id") for one in found], _CONTEXT)
    assert PREFIX.encode() not in marks
    assert not any(digit * 4 in marks for digit in (b"1", b"2", b"3"))


ONE, TWO = (
    ObjectFindings(name * 40, BLOB, (FindingRef("r", "f", 1, 1, "reported", ""),)) for name in "12"
)


def test_a_changed_sample_restores_nothing() -> None:
    holders = parse_marks(format_marks([ONE, TWO], _CONTEXT), _CONTEXT)
    assert select_samples(holders) == [ONE.object_id]
    assert restore_findings(holders, {}) is None
    moved = ONE._replace(refs=(ONE.refs[0]._replace(line=2),))
    assert restore_findings(holders, {ONE.object_id: moved}) is None
    assert restore_findings(holders, {ONE.object_id: ONE}) == [ONE, TWO]


@pytest.mark.parametrize(
    "marks",
    [b"", b"[]", b"{", b"[[], [[1]]]", b"[[], 1]", b'{"a": 1, "b": 2}', b"\xff"],
    ids=repr,
)
def test_damaged_marks_are_ignored(marks: bytes) -> None:
    assert parse_marks(marks, _CONTEXT) == []


def test_marks_of_a_scan_with_other_settings_are_ignored() -> None:
    marks = format_marks([ONE], _CONTEXT)
    assert parse_marks(marks, _CONTEXT._replace(honor_foreign=not _CONTEXT.honor_foreign)) == []
    at_base = _CONTEXT._replace(is_ignored_at_base=lambda rule, fingerprint: False)
    assert parse_marks(marks, at_base) == []
    assert format_marks([ONE], at_base) == b""
