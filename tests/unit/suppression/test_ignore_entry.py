"""Entries of the ignore file: parsing, validity and fingerprint prefixes."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wakeyscan.core.errors import ConfigError, UsageError
from wakeyscan.suppression.ignore_entry import (
    ENTRY_FORM,
    IgnoreEntry,
    check_entry,
    check_fingerprint_prefix,
    is_fingerprint,
    parse_entry,
)

FULL = "0123456789abcdef" * 2
FINGERPRINTS = st.text("0123456789abcdef", min_size=8, max_size=32)
WORDS = st.text(st.characters(categories=("L", "N", "P"), exclude_characters="#"), min_size=1)


@given(
    fingerprint=FINGERPRINTS,
    reason=WORDS,
    until=st.none() | st.dates(),
    paths=st.just("") | WORDS,
)
def test_a_formatted_entry_is_parsed_back(
    fingerprint: str, reason: str, until: date | None, paths: str
) -> None:
    entry = IgnoreEntry(fingerprint, reason, until, paths)
    assert parse_entry("f", 1, str(entry)) == entry


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        pytest.param(FULL, "missing reason", id="no reason"),
        pytest.param(f"{FULL[:7]} # r", "missing or invalid fingerprint", id="7 digits"),
        pytest.param(f"{FULL}0 # r", "missing or invalid fingerprint", id="33 digits"),
        pytest.param(f"{FULL} until=soon # r", "invalid date 'soon'", id="date"),
        pytest.param(f"{FULL} paths= # r", "unknown word 'paths='", id="empty paths"),
        pytest.param(f"{FULL} because # r", "unknown word 'because'", id="unknown word"),
    ],
)
def test_an_invalid_line_names_its_place_and_the_syntax(line: str, problem: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_entry("f", 3, line)
    assert str(caught.value) == f"f:3: {problem}; expected {ENTRY_FORM}"


@pytest.mark.parametrize("marker", ["<<<<<<< ours", "=======", "||||||| base", ">>>>>>> theirs"])
def test_a_merge_conflict_is_named(marker: str) -> None:
    with pytest.raises(ConfigError, match="f:1: unresolved merge conflict"):
        parse_entry("f", 1, marker)


def test_an_entry_is_valid_on_its_last_day() -> None:
    entry = IgnoreEntry(FULL, "r", date(2026, 1, 31))
    assert not entry.has_expired(date(2026, 1, 31))
    assert entry.has_expired(date(2026, 2, 1))
    assert not entry._replace(until=None).has_expired(date(9999, 1, 1))


@pytest.mark.parametrize(
    ("stored", "typed", "matches"),
    [
        pytest.param(FULL[:8], FULL, True, id="entry is a prefix"),
        pytest.param(FULL, FULL[:4], True, id="typed text is a prefix"),
        pytest.param(FULL[:8], "f" * 8, False, id="another"),
    ],
)
def test_a_prefix_on_either_side_matches(stored: str, typed: str, matches: bool) -> None:
    assert IgnoreEntry(stored, "r").matches_fingerprint(typed) == matches


@pytest.mark.parametrize("text", ["", "abc", "g" * 8, FULL + "0", "ABCD"])
def test_an_invalid_prefix_is_rejected(text: str) -> None:
    with pytest.raises(UsageError, match=f"invalid fingerprint '{text}'; expected 32 hex digits"):
        check_fingerprint_prefix(text)


def test_a_full_fingerprint_is_distinguished_from_a_prefix() -> None:
    check_fingerprint_prefix(FULL[:4])
    assert is_fingerprint(FULL)
    assert not is_fingerprint(FULL[:31])


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        pytest.param(IgnoreEntry(FULL, "\udcff"), "invalid UTF-8", id="reason"),
        pytest.param(IgnoreEntry(FULL, "r", None, "a b"), "--paths: cannot contain", id="space"),
        pytest.param(IgnoreEntry(FULL, "r", None, "a#"), "--paths: cannot contain", id="hash"),
    ],
)
def test_an_entry_that_could_not_be_parsed_again_is_rejected(
    entry: IgnoreEntry, problem: str
) -> None:
    with pytest.raises(UsageError, match=problem):
        check_entry(entry)
