"""The gate of the header rule rejects the anchors of a log, and none at which a shape matches."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.contexts import few, many
from tests.support.shapes import load_shape_rows
from tests.unit.scanner.test_matcher import CONTEXT, HEADER, HEADERS, credential, filled
from wakeyscan.cli.commands.rules import fill_example
from wakeyscan.core.document import Document, Origin
from wakeyscan.core.finding import Finding
from wakeyscan.decoders import DECODERS
from wakeyscan.rules import loader
from wakeyscan.rules.pattern import compile_rule
from wakeyscan.rules.rule import GATE, Rule
from wakeyscan.scanner.context import ScanContext, build_context
from wakeyscan.scanner.detector import detect_in_document
from wakeyscan.scanner.matcher import match_rule
from wakeyscan.scanner.prefilter import databases, gate, hyperscan
from wakeyscan.scanner.prefilter.anchors import MIN_GATED, AnchorIndex, GatedSearch

(RULE,) = (rule for rule in CONTEXT.rules if rule.id == HEADER)
PATTERN = compile_rule(RULE)
INDEX = AnchorIndex(CONTEXT.rules, DECODERS)
ANCHOR = re.compile(b"(?=(?:%b))" % b"|".join(map(re.escape, RULE.anchors)), re.IGNORECASE)


def build_gates() -> dict[str, gate.Gate]:
    """Return the gate as `re` searches for it, and as hyperscan does where it is installed."""
    gates = {"re": gate.Gate(RULE, INDEX.gated()), "hyperscan": gate.Gate(RULE, INDEX.gated())}
    gates["re"].find_spans = gates["re"].build_re_search(RULE)
    scans = [databases.build_scan(listed) for listed in gate.list_databases(RULE)]
    if all(scans):
        gates["hyperscan"].find_spans = gate.build_scan_search(RULE, *filter(None, scans))
    else:
        del gates["hyperscan"]
    return gates


GATES = build_gates()


def list_texts() -> Iterator[str]:
    """Yield the examples of the rule, and the rows of the tables of shapes."""
    for shape in RULE.shapes:
        yield from map(fill_example, (*shape.hits, *shape.misses))
    yield from map(fill_example, (*RULE.hits, *RULE.misses))
    tables = (HEADERS, *load_shape_rows().values())
    for name, row in (item for table in tables for item in table.items()):
        yield filled(row, random.Random(name))[0]


TEXTS = [text.encode() for text in list_texts()]
PIECES = [
    *(b'"', b"'", b"`", b" ", b"\n", b"\t", b"\\", b'\\"', b"&quot;", b"%22", b"%20", b"$", b"{"),
    *(b"}", b"(", b")", b"[", b"]", b"<", b">", b":", b"=", b",", b";", b".", b"+", b"-", b"- "),
    *(b"| ", b"@", b"#", b"%", b"!", b"b", b"f", b"to ", b"new ", b"value", b"Bearer ", b"Basic "),
    *(b"=> ", b"?", b"env: ", b"x1", b"Authorization", b" " * 40, b"\n    ", b"a" * 30),
]


@st.composite
def mutated_texts(draw: st.DrawFn) -> bytes:
    """Return a text of the tables with pieces removed and inserted, or two texts in one."""
    text = draw(st.sampled_from(TEXTS))
    for _ in range(draw(st.integers(1, 3))):
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.integers(0, 5)))
        piece = draw(st.sampled_from(PIECES) | st.sampled_from(TEXTS))
        text = text[:start] + piece + text[end:]
    return text


def find_missed(text: bytes, passed: set[int]) -> list[bytes]:
    """Return what the rule matches at the anchors that did not pass."""
    anchors = [at for at in {one.start() for one in ANCHOR.finditer(text)} if at not in passed]
    return [text[one.start :][:200] for one in match_rule(text, RULE, PATTERN, sorted(anchors))]


@pytest.mark.parametrize("engine", GATES)
def test_no_example_is_rejected(engine: str) -> None:
    for text in TEXTS:
        passed = {hit.at for hit in GATES[engine].find_hits(text)}
        assert find_missed(text, passed) == []


@pytest.mark.parametrize("engine", GATES)
@settings(max_examples=300)
@given(mutated_texts())
def test_a_text_that_a_shape_matches_is_not_rejected(engine: str, text: bytes) -> None:
    assert find_missed(text, {hit.at for hit in GATES[engine].find_hits(text)}) == []


@pytest.mark.skipif("hyperscan" not in GATES, reason="`re` reads no hints")
@pytest.mark.parametrize("lines", [0, 1, MIN_GATED])
def test_hints_are_followed_in_long_texts(lines: int) -> None:
    noise = NO_CREDENTIAL["vary"].encode() + b"\n"
    for text in TEXTS[::9]:
        content = noise * lines + b"\n\n" + text + b"\n\n" + noise * lines
        passed = {hit.at for hit in GATES["hyperscan"].find_hits(content)}
        start = len(noise) * lines
        assert find_missed(content[start:], {at - start for at in passed}) == []


def test_hyperscan_compiles_the_gate() -> None:
    pytest.importorskip("hyperscan")  # a wheel holds its databases
    assert "hyperscan" in GATES


@pytest.mark.skipif("hyperscan" not in GATES, reason="`re` reads no hints")
def test_a_text_of_many_hints_is_searched_as_a_whole() -> None:
    hits = [text for text in TEXTS if find_missed(text, set())]
    content = b"\n\n".join(hits * 2)
    passed = {hit.at for hit in GATES["hyperscan"].find_hits(content)}
    assert find_missed(content, passed) == []
    scanned: list[int] = []
    scans = [databases.build_scan(listed) for listed in gate.list_databases(RULE)]
    *hints, last = filter(None, scans)

    def scan(text: bytes, call_back: Callable[..., object]) -> None:
        scanned.append(len(text))
        last(text, call_back)

    gate.build_scan_search(RULE, *hints, scan)(content)
    assert scanned == [len(content)]


# Lines of logs and of code that name the header without a credential.
NO_CREDENTIAL = {
    "nginx": '1.2.3.4 - - [01/Nov/2026] "GET /api HTTP/1.1" 401 18 "-" authorization="-" rt=0.02',
    "apache": '1.2.3.4 "OPTIONS /v1 HTTP/2.0" 204 acrh="authorization,content-type" id=a3f0c2d19b',
    "curl": "> Authorization: Bearer $TOKEN",
    "curl-braces": "> authorization: Bearer ${API_TOKEN}",
    "curl-redacted": "> Authorization: Bearer [redacted]",
    "stars": "{'Authorization': '***', 'X-Request-Id': 'a3f0c2d19b7e4f5a'}",
    "stars-after-scheme": "TRACE Authorization: Bearer eyJ***** trace=4bf92f3577b34da6",
    "redacted-json": '{"authorization":"[REDACTED]","x-request-id":"4bf92f3577b34da6a3ce"}',
    "hidden": "INFO outgoing Authorization=<hidden> id=4bf92f3577b34da6a3ce929d",
    "cut": "DEBUG Authorization: Bearer eyJhbGciOi...",
    "documentation": "Send `Authorization: Bearer <token>` with each request.",
    "documentation-table": "| Authorization | string | yes | Bearer token of the account |",
    "documentation-curl": 'curl -H "Authorization: Bearer YOUR_TOKEN" https://api.example.com/v1',
    "cors": "< Access-Control-Allow-Headers: Authorization, Content-Type, X-Requested-With",
    "cors-lower-case": "< access-control-expose-headers: x-total-count,authorization",
    "cors-nginx": "add_header 'Access-Control-Allow-Headers' 'Authorization,Accept,DNT';",
    "vary": "< vary: Origin, Authorization",
    "read": 'token = request.headers["Authorization"].split(" ")[1]',
    "read-method": 'let value = headers.get(AUTHORIZATION).ok_or("no authorization header")?;',
    "format": 'headers["Authorization"] = f"Bearer {self.token}"',
    "template": "headers: { Authorization: `Bearer ${session.token}` },",
    "concatenation": 'xhr.setRequestHeader("Authorization", "Bearer " + getToken());',
    "php": '"Authorization" => "Bearer " . $this->token,',
    "class": "class AuthorizationFilter extends OncePerRequestFilter {",
    "kubernetes": "apiVersion: rbac.authorization.k8s.io/v1",
    "challenge": 'WWW-Authenticate: Bearer realm="api", error="invalid_token"',
    "grant": "POST /token grant_type=authorization_code&code=***&client_id=web",
    "token-type": '{"token_type":"bearer","expires_in":3600,"access_token":"***"}',
}


@pytest.mark.skipif("hyperscan" not in GATES, reason="`re` passes more")
@pytest.mark.parametrize("name", NO_CREDENTIAL)
def test_a_line_without_a_credential_is_rejected(name: str) -> None:
    line = NO_CREDENTIAL[name].encode()
    assert ANCHOR.search(line)
    assert GATES["hyperscan"].find_hits(b"\n".join([line] * 3)) == []


@pytest.mark.parametrize("engine", GATES)
def test_an_anchor_that_begins_a_long_word_is_rejected(engine: str) -> None:
    text = b'authorization%b = "Basic dXNlcjpzZWNyZXQx"'
    for size, is_passed in ((14, True), (255, True), (256, False)):
        hits = GATES[engine].find_hits(text % (b"x" * (size - len(b"authorization"))))
        assert (0 in {hit.at for hit in hits}) is is_passed


def remove_gate(rule: Rule) -> Rule:
    """Return a rule whose shapes are tried at each anchor."""
    kept = tuple(item for item in rule.definitions if not item[0].startswith(GATE))
    return rule._replace(definitions=kept)


def detect(content: bytes, context: ScanContext) -> list[Finding]:
    return detect_in_document(Document(Origin("a.log"), content), context)


def test_a_text_of_many_anchors_has_the_same_findings_without_a_gate() -> None:
    noise = [line.encode() for line in NO_CREDENTIAL.values()]
    content = b"\n\n".join([*TEXTS[::3], *noise * (MIN_GATED // len(noise) + 1)])
    bare = build_context(tuple(map(remove_gate, CONTEXT.rules)), DECODERS)
    expected = detect(content, bare)
    assert len(expected) > len(TEXTS) // 6
    for context in (few(), many()):
        assert len(context.prefilter(content)) < len(bare.prefilter(content))
        assert detect(content, context) == expected


@pytest.mark.skipif("hyperscan" not in GATES, reason="without hyperscan, nothing is called back")
@pytest.mark.parametrize("longest", [4, 99])
def test_a_search_of_many_anchors_stops_and_finds_the_other_forms(longest: int) -> None:
    forms = [form for form in INDEX.all() if b"\0" not in form.text]
    literals = hyperscan.build_literal_search(forms, longest)
    assert literals
    calls: list[int] = []

    def scan(content: bytes, call_back: Callable[..., object]) -> None:
        def count(*found: int) -> object:
            calls.append(found[0])
            return call_back(*found)

        literals.scan(content, count)

    gated = GatedSearch(INDEX.gated(), GATES["hyperscan"].find_hits)
    search = hyperscan.build_anchor_search(literals._replace(scan=scan), gated)
    lines = [NO_CREDENTIAL["redacted-json"].encode()] * (8 * MIN_GATED)
    others = [b"wa%5flive_", b"=?utf-8?", b"wa_live_", TEXTS[0]]
    content = b"\n".join([*lines, *others])
    found = {hit.form.text for hit in search(content)}
    assert len(calls) < 2 * MIN_GATED
    expected = {hit.form.text for hit in hyperscan.build_anchor_search(literals)(content)}
    assert found == expected
    assert len(found) > 2


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-16"])
def test_a_log_in_utf16_has_the_same_findings_without_a_gate(encoding: str) -> None:
    lines = ["日誌 Authorization: Bearer $TOKEN 記録\n"] * (MIN_GATED + 1)
    token = credential("token", random.Random(encoding))
    text = "".join([*lines, f"日誌Authorization: Bearer {token} 記録\n"])
    content = text.encode(encoding)
    bare = build_context(tuple(map(remove_gate, CONTEXT.rules)), DECODERS)
    (expected,) = detect(content, bare)
    for context in (few(), many()):
        assert detect(content, context) == [expected]


def test_an_anchor_of_a_rule_without_a_gate_is_not_gated() -> None:
    other = Rule(
        id="own",
        title="Own",
        severity=RULE.severity,
        anchors=(b"BEARER",),
        pattern="bearer (?P<secret>[a-z]+)",
        help="Own.",
        verifier="",
        hits=(),
        misses=(),
    )
    gated = {form.anchor for form in AnchorIndex((*loader.load_rules(), other), DECODERS).gated()}
    assert gated == {*RULE.anchors} - {b"bearer"}
    assert AnchorIndex((other,), DECODERS).gated() == ()
