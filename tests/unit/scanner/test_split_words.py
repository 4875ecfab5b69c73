"""Words between separators: a run of separators takes no more time than other characters."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wakeyscan.scanner.placeholders.tokens import is_split_into_words

PART = re.compile(rb"(?:[a-z]+|[A-Z]+|[A-Z][a-z]+)?[0-9]{0,4}")


@given(st.text("aB1_.-", max_size=12).map(str.encode))
def test_each_part_between_separators_is_a_word_or_a_number(text: bytes) -> None:
    parts = re.split(rb"[_.-]+", text)
    assert is_split_into_words(text) == (len(parts) > 1 and all(map(PART.fullmatch, parts)))


@pytest.mark.parametrize("separators", [b"-", b"_", b".", b"-_", b"a-", b"1_"])
def test_many_separators_end_at_once(separators: bytes) -> None:
    """Without possessive quantifiers, sixty of them take years."""
    assert not is_split_into_words(b"q7-" + separators * 100 + b"Rk2mZp9XtB4")
    assert is_split_into_words(b"q7-" + separators * 100 + b"word")
