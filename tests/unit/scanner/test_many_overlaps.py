"""Overlapping matches: one credential at one place is one match, at a cost that grows with them."""

from __future__ import annotations

from base64 import b64encode
from functools import partial
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.archives import zipped
from tests.support.calls import count_calls
from tests.support.contexts import many
from tests.support.keys import MakeKey
from wakeyscan.core.document import Document, Origin
from wakeyscan.core.secret import Secret
from wakeyscan.rules.loader import load_rules
from wakeyscan.scanner.documents import scan_documents
from wakeyscan.scanner.matcher import Match, resolve_overlaps
from wakeyscan.scanner.shortest_secrets import ShortestSecrets

RULES = load_rules()
RANK = {rule.id: number for number, rule in enumerate(RULES)}
TEXTS = st.text("ab", min_size=1, max_size=3).map(str.encode)


@st.composite
def matches(draw: st.DrawFn) -> Match:
    rule, start = draw(st.sampled_from(RULES)), draw(st.integers(0, 6))
    encoding = draw(st.sampled_from(["plain", "base64", "base64/zip"]))
    secret = Secret(draw(TEXTS), rule.id)
    return Match(rule, secret, start, start + draw(st.integers(1, 6)), encoding=encoding)


def build_archive(count: int) -> list[Match]:
    """Return a match for each key in an archive; all have the position of the archive."""
    secrets = (Secret(b"key %06d" % number, RULES[0].id) for number in range(count))
    return [Match(RULES[0], secret, 0, 100, encoding="base64/zip") for secret in secrets]


@given(st.lists(matches(), max_size=5), st.lists(st.lists(matches(), max_size=4), max_size=3))
def test_each_match_is_compared_with_those_that_it_overlaps(
    plain: list[Match], decoded: list[list[Match]]
) -> None:
    """Of two rules the first wins, unless another match has dropped the winner before."""
    kept = resolve_overlaps(plain, decoded, RULES)
    assert kept == sorted(kept, key=lambda match: (match.start, match.end))
    texts = [[*plain], *decoded]
    for one, other in combinations([m for some in texts for m in some], 2):
        is_kept = any(m is one for m in kept) and any(m is other for m in kept)
        overlap = one.start < other.end and other.start < one.end
        together = any(any(m is one for m in t) and any(m is other for m in t) for t in decoded)
        if is_kept and overlap and not together:
            assert one.rule is other.rule and one.secret != other.secret
        if is_kept and overlap and together:
            assert (one.rule, one.secret) != (other.rule, other.secret)


def test_the_keys_of_an_archive_are_not_compared_with_each_other() -> None:
    archives = [build_archive(count) for count in (50, 200)]
    few, more = (count_calls(partial(resolve_overlaps, [], [keys], RULES)) for keys in archives)
    assert more < 6 * few


def test_an_archive_that_two_decoders_find_is_opened_once(make_key: MakeKey) -> None:
    keys = [make_key() for _ in range(60)]

    def scan(count: int) -> int:
        line = b'x = "%b"\n' % b64encode(zipped({"a": "\n".join(keys[:count]).encode()}, 0))
        return len(scan_documents([Document(Origin("a"), line * 2)], many()).findings)

    assert scan(60) == 120
    assert count_calls(lambda: scan(60)) < 8 * count_calls(lambda: scan(15))


@pytest.mark.parametrize("is_start", [False, True])
@given(st.lists(TEXTS, max_size=6), TEXTS)
def test_few_comparisons_find_related_secrets(
    is_start: bool, texts: list[bytes], text: bytes
) -> None:
    secrets = ShortestSecrets(Secret(other, "rule") for other in texts)
    secret = Secret(text, "rule")
    begins = any(text.startswith(other) for other in texts)
    if is_start:
        is_related = begins or any(other.startswith(text) for other in texts)
        assert secrets.are_related_to(secret) == is_related
    else:
        assert secrets.begin(secret) == begins
