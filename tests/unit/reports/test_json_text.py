"""JSON is indented as the standard library indents it."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from wakeyscan.reports._json_text import iterate_json

SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=4).map(tuple)
        | st.dictionaries(st.text(max_size=3), inner, max_size=4)
    ),
)


@given(VALUES)
def test_json_is_indented_as_by_the_standard_library(value: object) -> None:
    assert "".join(iterate_json(value)) == json.dumps(value, indent=2, ensure_ascii=False)


@given(st.lists(VALUES, max_size=3))
def test_an_iterator_is_written_as_a_list(values: list[object]) -> None:
    expected = json.dumps({"a": values}, indent=2, ensure_ascii=False)
    assert "".join(iterate_json({"a": iter(values)})) == expected


FLAT = st.dictionaries(st.text(max_size=3), SCALARS | st.sampled_from([{}, [], "},\n      {"]))


@given(st.lists(FLAT, max_size=40))
def test_objects_with_values_only_are_indented_too(values: list[object]) -> None:
    expected = json.dumps({"a": values}, indent=2, ensure_ascii=False)
    assert "".join(iterate_json({"a": iter(values)})) == expected
