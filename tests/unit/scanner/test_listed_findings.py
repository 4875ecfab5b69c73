"""A document with very many findings: placeholders never hide a finding, and no rest is silent."""

from __future__ import annotations

import pytest

from tests.support.contexts import few
from tests.support.keys import MakeKey
from wakeyscan.core.document import Document, Origin
from wakeyscan.core.finding import Finding, Standing
from wakeyscan.scanner.detector import detect_in_document
from wakeyscan.scanner.listed_findings import MAX_FINDINGS, MAX_PLACEHOLDERS, limit_findings

ORIGIN = Origin("a.txt")
MORE_FINDINGS, MORE_PLACEHOLDERS = MAX_FINDINGS + 1, MAX_PLACEHOLDERS + 7


@pytest.fixture
def key_and_placeholder(make_key: MakeKey) -> tuple[Finding, Finding]:
    text = f"{make_key()}\nwa_live_your_api_key_here_now\n"
    key, placeholder = detect_in_document(Document(ORIGIN, text.encode()), few())
    assert (key.standing, placeholder.standing) == (Standing.REPORTED, Standing.PLACEHOLDER)
    return key, placeholder


COUNTS = {
    "few": (3, 4, 3, 4, []),
    "as many as are listed": (MAX_FINDINGS, MAX_PLACEHOLDERS, MAX_FINDINGS, MAX_PLACEHOLDERS, []),
    "too many findings": (MORE_FINDINGS, 2, MAX_FINDINGS, 2, [True]),
    "too many placeholders": (2, MORE_PLACEHOLDERS, 2, MAX_PLACEHOLDERS, [False]),
    "both": (MORE_FINDINGS, MORE_PLACEHOLDERS, MAX_FINDINGS, MAX_PLACEHOLDERS, [True, False]),
}


@pytest.mark.parametrize("counts", COUNTS.values(), ids=COUNTS)
def test_the_rest_is_a_gap_only_if_it_may_be_keys(
    counts: tuple[int, int, int, int, list[bool]], key_and_placeholder: tuple[Finding, Finding]
) -> None:
    keys, placeholders, listed_keys, listed_placeholders, gaps = counts
    key, placeholder = key_and_placeholder
    listed, skipped = limit_findings([placeholder] * placeholders + [key] * keys, ORIGIN)
    assert (listed.count(key), listed.count(placeholder)) == (listed_keys, listed_placeholders)
    assert [item.gap for item in skipped] == gaps
    assert all(item.origin == ORIGIN and "100,000" in item.reason for item in skipped)
