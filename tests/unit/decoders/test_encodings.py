"""Keys that do not stand in plain sight: wrapped, wrapped twice, in pieces; and what looks so."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.support.contexts import few, many
from tests.support.encoded_cases import CASES, WITHOUT_PREFIX, quoted
from tests.support.encodings import SINGLE, each
from tests.support.keys import ALPHABET, PREFIX, MakeKey, mask
from wakeyscan.core.document import Document, Origin
from wakeyscan.core.finding import Finding, Standing
from wakeyscan.core.severity import Severity
from wakeyscan.decoders import DECODERS
from wakeyscan.decoders.decoder import DecodedText, FoundAnchors
from wakeyscan.rules import rule
from wakeyscan.scanner.context import ScanContext, build_context
from wakeyscan.scanner.detector import detect_in_document

LARGE_SCAN = many()
"""A context that searches as in a scan of many bytes."""


def test_the_table_has_its_minimum_size_and_distinct_keys() -> None:
    assert len(CASES) > 700
    assert len({case.key for case in CASES.values()}) == len(CASES)


@pytest.mark.parametrize("name", CASES)
def test_an_encoded_key_is_found(name: str) -> None:
    case = CASES[name]
    (finding,) = detect(case.content)
    assert finding.secret.reveal().decode() == case.key
    assert finding.encoding in case.encodings
    assert (finding.standing, finding.details) == (Standing.REPORTED, ())
    assert mask(case.key) in finding.excerpt and case.key not in finding.excerpt
    first = finding.position.line if case.encodings[0].startswith("utf") else 2
    assert first <= finding.position.line <= case.content.count(b"\n") + 1


def test_small_and_large_scans_give_the_same_findings() -> None:
    contents = {name: case.content for name, case in CASES.items() if "-in-" not in name}
    documents = {name: Document(Origin("a"), content) for name, content in contents.items()}
    large = {name: detect_in_document(one, LARGE_SCAN) for name, one in documents.items()}
    # A context changes its search after many bytes, so each document has one of its own.
    small = {name: detect_in_document(one, few()) for name, one in documents.items()}
    assert large == small


PLACES = {
    "escapes": (b"\n\n  url: ?a=1&key=", each(b"%%%02x"), b"&b=2\n", 3, 17),
    "in-the-middle-of-a-line": (b"a %20b ", each(rb"\x%02X"), b" c", 1, 8),
    "after-other-escapes": (rb"\u00e9\u00e9 ", each(rb"\u%04x"), b"", 1, 14),
    "a-line-of-base64": (b"a:\n  " + b64encode(b"x" * 47 + b" ") + b"\n  ", b64encode, b"\n", 3, 3),
    "an-array": (b"x[] = {\n  ", lambda text: each(b"0x%02x, ")(text), b"0 }", 2, 5),
}


@pytest.mark.parametrize("row", PLACES.values(), ids=PLACES)
def test_a_finding_has_the_position_of_the_encoded_key(row: Any, key: str) -> None:
    before, wrap, after, line, column = row
    (finding,) = detect(before + wrap(key.encode()) + after)
    assert (finding.position.line, finding.position.column) == (line, column)
    assert finding.secret.reveal().decode() == key


LINE_ENDS = (
    *(b"\n", b"\r\n", b"\n    ", b"\n\t\t", b"\\\n", b"\\\n    "),
    *(rb"\n", rb"\r\n", rb"\\n", rb"\u000a", rb"\x0A", b"%0A", b"%0d%0a", b"&#10;", b"&#xA;"),
)


NARROW = [*((n, b"\n", 1) for n in range(8, 17)), *((13, end, 4) for end in LINE_ENDS[1:])]
"""Columns, ends of lines, and how far apart the starts of the keys are."""


@pytest.mark.parametrize(("column", "end", "step"), NARROW)
def test_a_key_in_narrow_base64_lines_is_found(
    column: int, end: bytes, step: int, make_key: MakeKey
) -> None:
    for pad in range(0, column * 3, step):
        key = make_key()
        text = wrap_base64(b"." * pad + key.encode(), column, end)
        findings = detect(text)
        assert [f.secret.reveal().decode() for f in findings] == [key], text
        assert findings == detect(text, LARGE_SCAN)


def wrap_base64(text: bytes, column: int, end: bytes) -> bytes:
    whole = b64encode(text)
    cut = (whole[at : at + column] for at in range(0, len(whole), column))
    return b"key: |" + end + end.join(cut) + b"\nnext: 1\n"


SEPARATE = {
    "another-row-after": b"%b\n\n41 42 43 44\n",
    "numbers-after": b"%b  is what we sent\nadd 12 of them\n",
    "fingerprints-after": b"%b\n41:42:43:44:45:46\n",
    "numbers-before": b"12 41 42\n99 %b;\n",
}


@pytest.mark.parametrize("around", SEPARATE.values(), ids=SEPARATE)
@pytest.mark.parametrize("gap", [b" ", b":", b"-"])
def test_numbers_around_separated_bytes_are_not_part_of_the_key(
    around: bytes, gap: bytes, key: str
) -> None:
    assert list_reported_keys(around % gap.join(b"%02x" % c for c in b" " + key.encode())) == [key]


def detect(content: bytes, context: ScanContext | None = None) -> list[Finding]:
    return detect_in_document(Document(Origin("a"), content), context or few())


def list_reported_keys(content: bytes) -> list[str]:
    return [f.secret.reveal().decode() for f in detect(content) if f.standing is Standing.REPORTED]


CONTINUATIONS = {
    "percent": (b"", b"%2D"),
    "escape": (b'"', rb"\x41"),
    "soft-break": (b"", b"=\n"),
    "entity": (b"<b>", b"&#45;"),
    "literal": (b'"', b'" + "'),
}


@pytest.mark.parametrize(("before", "joint"), CONTINUATIONS.values(), ids=CONTINUATIONS)
def test_a_plain_key_that_continues_after_an_escape_is_reported_whole(
    before: bytes, joint: bytes, make_key: MakeKey
) -> None:
    """The first half alone is long enough for a key, but it is not a valid one."""
    half, rest = make_key(20), make_key(20, "")
    middle = {b"%2D": "-", rb"\x41": "A", b"&#45;": "-"}.get(joint, "")
    assert list_reported_keys(before + half.encode() + joint + rest.encode() + b'"') == [
        half + middle + rest
    ]


@pytest.mark.parametrize(
    "joint", [rb"\n", b"%20", b"%0A", b"&quot;", b"&#34;", rb"\u0026x=", rb"\u2026", b"=20", b"%s"]
)
def test_a_plain_key_that_ends_at_an_escape_is_plain(joint: bytes, key: str) -> None:
    (finding,) = detect(b"a " + key.encode() + joint + b"rest of it\n")
    assert (finding.encoding, finding.secret.reveal().decode()) == ("plain", key)


BOUNDARIES = {
    "pwa": (b"p", False),
    "underscore": (b"_", False),
    "digit": (b"3", False),
    "blank": (b" ", True),
    "line": (b"\n", True),
    "quote": (b'"', True),
    "equals": (b"=", True),
    "dash": (b"-", True),
}


@pytest.mark.parametrize("name", ["base64", "hex", "percent", "unicode", "octal", "entities"])
@pytest.mark.parametrize(("before", "is_key"), BOUNDARIES.values(), ids=BOUNDARIES)
def test_an_encoded_key_has_the_word_boundaries_of_a_plain_one(
    name: str, before: bytes, is_key: bool, key: str
) -> None:
    text = SINGLE[name].wrap(before + key.encode())
    assert list_reported_keys(b"x " + text + b" x") == [key] * is_key


NOTHING = {
    "too-short": lambda wrap, key: wrap(key[:20]),
    "upper-case": lambda wrap, key: wrap(key.upper()),
    "another-prefix": lambda wrap, key: wrap(key.replace(b"live", b"test")),
    "a-sample": lambda wrap, key: wrap(PREFIX.encode() + b"your_api_key"),
    "words": lambda wrap, key: wrap(PREFIX.encode() + b"session_started_successfully"),
    "the-prefix-alone": lambda wrap, key: (
        wrap(PREFIX.encode()) + b' + token; // "' + key[8:] + b'"'
    ),
    "a-part-of-a-name": lambda wrap, key: wrap(b"ESEWA_" + key),
}


@pytest.mark.parametrize("look", NOTHING.values(), ids=NOTHING)
def test_encoded_text_without_a_key_is_not_reported(look: Any, key: str) -> None:
    texts = {name: look(way.wrap, key.encode()) for name, way in SINGLE.items()}
    reported = {name: list_reported_keys(b'x = "%s"\n' % text) for name, text in texts.items()}
    assert {name: keys for name, keys in reported.items() if keys} == {}


@given(
    name=st.sampled_from(sorted(SINGLE)),
    body=st.text(alphabet=ALPHABET, min_size=16, max_size=128),
    before=st.binary(max_size=40),
    around=st.tuples(st.binary(max_size=60), st.binary(max_size=60)),
)
def test_any_key_is_found_in_any_encoding_and_context(
    name: str, body: str, before: bytes, around: tuple[bytes, bytes]
) -> None:
    key = PREFIX + body
    if name.startswith(("utf-", "soft", "quoted", "entities-open", "base64-lines")):
        around, before = (b"", b""), b""  # the context would change where such text starts
    # In binary data, a blank may be read as the length 32 of the text behind it.
    before = before.replace(b"\\", b"/") + b"\n"
    text = around[0] + b'\n "' + SINGLE[name].wrap(before + key.encode()) + b'"\n' + around[1]
    assert key in [f.secret.reveal().decode() for f in detect(text)]


WITHIN = st.sampled_from(
    [
        *(PREFIX, "wa", "%", "%77", "\\", "\\u0077", "\\x", "&#119;", "&amp;", "=77", "=\n", '"'),
        *("' + '", "d2FfbGl2", "ZV9", "\n", "\r\n", "77615f6c", "69:76", "0x77, ", "a\0", "w\0a\0"),
        *("${", "}", "%s", ",", "#define P ", "P", "+", "é"),
    ]
)


@given(content=st.lists(WITHIN | st.text(max_size=3), max_size=60).map("".join))
def test_any_text_can_be_decoded(content: str) -> None:
    raw = content.encode("utf-8", "surrogatepass")
    assert list_reported_keys(raw) == [] or PREFIX in list_reported_keys(raw)[0]
    assert [str(f) for f in detect(raw)] == [str(f) for f in detect(raw, LARGE_SCAN)]


@given(
    content=st.binary(max_size=300),
    at=st.integers(0, 300),
    name=st.sampled_from(tuple(DECODERS)),
)
def test_no_decoder_fails_on_any_bytes(content: bytes, at: int, name: str) -> None:
    decoder = DECODERS.load(name)
    anchors = frozenset([*decoder.encoded_anchors(PREFIX.encode(), True)])
    for encoded in anchors:
        whole = content[:at] + encoded + content[at:]
        for decoded in decoder.decode(whole, FoundAnchors({encoded: frozenset()})):
            if isinstance(decoded, DecodedText):
                low, high = decoded.span
                assert 0 <= low < high <= len(whole)
                for start, end in decoded.find_sources(0, len(decoded.content)):
                    assert 0 <= start <= end <= len(whole)


def list_codes(key: str) -> list[int]:
    return list(key.encode())


ARRAYS: dict[str, Callable[[str], str]] = {
    "a Buffer": lambda key: json.dumps(
        {"type": "Buffer", "data": list_codes(key)}, separators=(",", ":")
    ),
    "a Buffer, indented by 2": lambda key: json.dumps({"a": {"data": list_codes(key)}}, indent=2),
    "a Buffer, indented by 4": lambda key: json.dumps({"a": [{"data": list_codes(key)}]}, indent=4),
    "a Buffer, indented by tabs": lambda key: json.dumps({"data": list_codes(key)}, indent="\t"),
    "a Buffer, on Windows": lambda key: json.dumps({"data": list_codes(key)}, indent=2).replace(
        "\n", "\r\n"
    ),
    "a header in a Buffer": lambda key: json.dumps(list_codes(f"Authorization: Bearer {key}\r\n")),
    "JavaScript": lambda key: f"String.fromCharCode({', '.join(map(str, list_codes(key)))})",
    "Go": lambda key: f"var k = []byte{{{', '.join(map(str, list_codes(key)))}}}",
    "Java": lambda key: f"byte[] k = {{ {', '.join(map(str, list_codes(key)))} }};",
    "Go, printed": lambda key: f"body: [{' '.join(map(str, list_codes(key)))}]",
    "a Buffer of Node.js in columns": lambda key: (
        "Uint8Array(48) [\n  " + ",".join(f"{code:4}" for code in list_codes(key)) + "\n]"
    ),
    "among other numbers": lambda key: (
        f"[1.5, -7, 300, {', '.join(map(str, list_codes(key)))}, 0, 1000]"
    ),
}


@pytest.mark.parametrize("array", ARRAYS)
def test_a_key_in_an_array_of_codes_is_found(array: str, key: str) -> None:
    for context in (few(), LARGE_SCAN):
        (finding,) = detect(ARRAYS[array](key).encode(), context)
        assert (finding.secret.reveal().decode(), finding.encoding) == (key, "decimal")


@pytest.mark.parametrize(
    "change", [("119", "2119"), ("119", "-119"), ("97", "97.5"), ("97", "397")]
)
def test_numbers_that_are_not_character_codes_are_not_a_key(
    change: tuple[str, str], key: str
) -> None:
    array = ",".join(map(str, list_codes(key)))
    assert detect(f"[{array.replace(*change)}]".encode()) == []


@given(
    st.text("abmtwzAGKZ0289_-.:/=%~+", min_size=4, max_size=9),
    st.lists(st.tuples(st.sampled_from(WITHOUT_PREFIX), st.integers(0, 2)), min_size=1, max_size=8),
)
@example("====", [("soft-1", 0)])
@settings(max_examples=15)
def test_the_candidate_filters_miss_no_encoding_of_any_anchor(
    anchor: str, wraps: list[tuple[str, int]]
) -> None:
    secret = anchor + "Ab3" * 8
    mine = rule.Rule(
        id="mine",
        title="Mine",
        severity=Severity.HIGH,
        anchors=(anchor.encode(),),
        pattern=f"(?P<secret>{re.escape(anchor)}[A-Za-z0-9]{{24}})",
        help="Revoke it.",
        verifier="",
        hits=(),
        misses=(),
    )
    filtered, compiled = (build_context((mine,), DECODERS) for _ in range(2))
    compiled.prefilter.expect(1 << 30)
    for name, pad in wraps:
        text = SINGLE[name].wrap(b"." * pad + secret.encode())
        content = quoted(name, text)
        by_filters, by_all = (
            {f.secret for f in detect(content, one)} for one in (filtered, compiled)
        )
        assert by_filters == by_all
