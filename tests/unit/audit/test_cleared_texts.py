"""Texts and names that an audit clears: none of them hides a secret."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.contexts import many
from tests.support.keys import PREFIX
from wakeyscan.audit.cleared_texts import LEFT, RIGHT, ClearedTexts
from wakeyscan.audit.object_findings import (
    ContentFindings,
    ObjectScan,
    find_in_object,
    to_content_findings,
)
from wakeyscan.cli.commands.rules import fill_example
from wakeyscan.decoders import DECODERS
from wakeyscan.git.objects import BLOB, TREE
from wakeyscan.scanner.context import build_context
from wakeyscan.scanner.prefilter.anchors import PLAIN, AnchorHit, EncodedAnchor

_CONTEXT = many()
_HITS = [
    fill_example(text).encode()
    for rule in _CONTEXT.rules
    for text in (*rule.hits, *(hit for shape in rule.shapes for hit in shape.hits))
]
_KEY = PREFIX + "k7Qm2Xv9Rb4Tz8Wn3Yc6"


def scan_anew(content: bytes, kind: int = BLOB) -> ContentFindings:
    return ObjectScan(_CONTEXT, 20)(kind, content)


@st.composite
def draw_versions(draw: st.DrawFn) -> list[bytes]:
    """Draw the versions of a file: pieces of examples, in which a version replaces one piece."""
    hits = draw(st.lists(st.sampled_from(_HITS), min_size=1, max_size=3))
    cuts = [draw(st.integers(0, len(hit))) for hit in hits]
    pieces = [piece for hit, at in zip(hits, cuts, strict=True) for piece in (hit[:at], hit[at:])]
    filler = st.sampled_from([b"", b"\n", b" ", b'"', b"x", b"\n# ...\n" * 100, b"y" * LEFT])
    versions = []
    for _ in range(draw(st.integers(2, 5))):
        number = draw(st.integers(0, len(pieces) - 1))
        changed = [draw(filler) if draw(st.booleans()) else b"", *pieces]
        changed[number + 1] = draw(st.one_of(filler, st.sampled_from(pieces)))
        versions += [b"".join(changed), b"".join(pieces)]
    return draw(st.permutations(versions))


@given(draw_versions())
def test_versions_of_a_file_have_the_same_findings_as_each_alone(versions: list[bytes]) -> None:
    scan = ObjectScan(_CONTEXT, 20)
    assert [scan(BLOB, version) for version in versions] == [scan_anew(v) for v in versions]


_TOKEN = random.Random(7).randbytes(20).hex()
_LONG_TOKEN = random.Random(8).randbytes(512).hex()
_FAR = "x: 1\n" * 150
"""More text than is compared after an anchor."""
_VARIABLE = '["--header", "Authorization:${AUTH}"],\n' + _FAR
_COMPARED = _VARIABLE.index("Authorization") + RIGHT


@pytest.mark.parametrize(
    ("clear", "leaking"),
    [
        pytest.param(
            _VARIABLE,
            f'{_VARIABLE}"env": {{"AUTH": "Token {_TOKEN}"}}',
            id="secret far after the anchor",
        ),
        pytest.param(
            '{"value": "{{token}}", "name": "Authorization"}',
            f'{{"value": "Token {_TOKEN}", "name": "Authorization"}}',
            id="secret before the anchor",
        ),
        pytest.param(
            f'{{"x": "{_LONG_TOKEN}", "name": "Authorization"}}',
            f'{{"value": "{_LONG_TOKEN}", "name": "Authorization"}}',
            id="long secret before the anchor",
        ),
        pytest.param(
            "headers = {'Authorization': '",
            f"headers = {{'Authorization': 'Bearer {_TOKEN}'}}",
            id="file that ends after the anchor",
        ),
        pytest.param(
            _VARIABLE[:_COMPARED],
            f'{_VARIABLE[:_COMPARED]}\n"env": {{"AUTH": "Token {_TOKEN}"}}',
            id="file that ends where the compared text does",
        ),
    ],
)
def test_a_secret_after_a_clear_version_is_found(clear: str, leaking: str) -> None:
    scan = ObjectScan(_CONTEXT, 20)
    assert scan(BLOB, clear.encode()) == ContentFindings()
    assert len(scan(BLOB, leaking.encode()).refs) == 1


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_a_key_in_utf_16_is_found(encoding: str) -> None:
    assert len(scan_anew(f"key = {_KEY}\n".encode(encoding)).refs) == 1


def test_anchors_in_a_clear_text_are_dropped() -> None:
    content = b"# The Authorization header is read below.\n" + b"x = 1\n" * 200
    hits = _CONTEXT.prefilter(content)
    assert hits
    assert ClearedTexts(_CONTEXT).drop_clear(content, hits) == []


def test_the_anchor_of_a_key_is_kept() -> None:
    content = f"key = '{PREFIX}example'\n".encode()
    hits = _CONTEXT.prefilter(content)
    assert ClearedTexts(_CONTEXT).drop_clear(content, hits) == hits


def test_the_anchor_of_a_secret_is_kept() -> None:
    content = f"Authorization: Bearer {_TOKEN}\nAuthorization: none\n".encode()
    hits = [hit for hit in _CONTEXT.prefilter(content) if hit.form.anchor == b"authorization"]
    assert len(hits) == 2
    assert ClearedTexts(_CONTEXT).drop_clear(content, hits) == hits[:1]


@pytest.mark.parametrize("is_cut", [False, True])
def test_a_text_that_takes_too_long_is_not_clear(
    monkeypatch: pytest.MonkeyPatch, is_cut: bool
) -> None:
    monkeypatch.setattr("wakeyscan.audit.cleared_texts.TIMEOUT_SECONDS", 0.05)
    anchor, pattern = b"authorization", "(?i)authorization(?P<secret>(?:a|aa)+)b"
    rule = next(rule for rule in _CONTEXT.rules if anchor in rule.anchors)
    rule = rule._replace(pattern=pattern, shapes=(), definitions=())
    texts = ClearedTexts(build_context((rule,), DECODERS))
    content = anchor + b"a" * 200 + b"c"
    hits = [AnchorHit(EncodedAnchor(anchor, PLAIN, anchor, exact_case=False), 0)]
    assert texts.drop_clear(content, hits) == hits
    assert not texts.is_clear_text(content, hits, is_cut)
    assert texts.drop_clear(content[:20], hits) == []
    assert texts.is_clear_text(content[:20] + b"c", hits, is_cut)


def format_tree(names: list[str]) -> bytes:
    return b"".join(b"100644 %s\0%s" % (name.encode(), b"\x01" * 20) for name in names)


def test_names_of_a_clear_tree_do_not_clear_another_tree() -> None:
    scan = ObjectScan(_CONTEXT, 20)
    names = ["bearer-token.md", "main.py"]
    assert scan(TREE, format_tree(names)) == ContentFindings()
    assert scan(TREE, format_tree([*names, "authorization.md"])) == ContentFindings()
    leaked = format_tree(["bearer-token.md", _KEY])
    assert len(scan(TREE, leaked).refs) == 1
    assert scan(TREE, leaked) == scan_anew(leaked, TREE)


def test_a_name_with_a_secret_is_never_stored_as_clear() -> None:
    tree = format_tree([f"Authorization: Bearer {_TOKEN}"])
    hits = [hit for hit in _CONTEXT.prefilter.searches[0](tree) if hit.form.decoder == PLAIN]
    cleared = ClearedTexts(_CONTEXT)
    assert [cleared.is_clear_tree(tree, hits) for _ in range(2)] == [False, False]


def test_a_damaged_tree_is_scanned_as_a_whole() -> None:
    scan = ObjectScan(_CONTEXT, 20)
    names = ["bearer-token.md", "main.py"]
    scan(TREE, format_tree(names))
    damaged = format_tree(names) + f"key = {_KEY}\n".encode()
    assert scan(TREE, damaged) == scan_anew(damaged, TREE)
    assert scan(TREE, damaged).refs


_NAMES = ["main.py", "bearer-token.md", "Authorization: x", "a 100644 bearer", f"x {_KEY}", _KEY]
_IDS = [b"\x01" * 20, b"\0" * 20, b"100644 bearer\0010064", b"00644 bearer \xff 10064", b"4 " * 10]


@st.composite
def draw_tree(draw: st.DrawFn) -> bytes:
    """Draw a tree, in whose ids there may be what looks like names; it may be cut."""
    names = draw(st.lists(st.sampled_from(_NAMES), max_size=4))
    entries = [
        b"%b %b\0%b" % (draw(st.sampled_from([b"100644", b"40000"])), name.encode(), object_id)
        for name in names
        for object_id in [draw(st.sampled_from(_IDS))]
    ]
    tree = b"".join(entries)
    return tree[: len(tree) - draw(st.sampled_from([0, 0, 0, 7, 21, 30]))]


@given(st.lists(draw_tree(), max_size=6))
def test_trees_have_the_same_findings_as_each_alone(trees: list[bytes]) -> None:
    scan = ObjectScan(_CONTEXT, 20)
    alone = [to_content_findings(find_in_object(TREE, tree, _CONTEXT, 20)) for tree in trees]
    assert [scan(TREE, tree) for tree in trees] == alone


def test_names_in_a_tree_are_checked_once() -> None:
    cleared = ClearedTexts(_CONTEXT)
    tree = format_tree(["authorization.md", "bearer-token.md", "main.py"])
    hits = _CONTEXT.prefilter.searches[0](tree)
    assert len(hits) > 1
    assert cleared.is_clear_tree(tree, hits)
    assert cleared.is_clear_tree(tree, hits)
    assert not cleared.is_clear_tree(format_tree([_KEY]), [hits[0]._replace(at=7)])
