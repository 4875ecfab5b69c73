"""Credentials in shapes of real code are found; other text is not. Keys are made at run time."""

from __future__ import annotations

import json
import random
import re
import string
from base64 import b64encode, urlsafe_b64encode
from typing import NamedTuple

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.support.keys import ALPHABET, PREFIX, MakeKey
from tests.support.shapes import load_header_shapes
from wakeyscan.core.document import Document, Origin
from wakeyscan.core.finding import Finding, Standing
from wakeyscan.decoders import DECODERS
from wakeyscan.rules import loader
from wakeyscan.scanner.context import build_context
from wakeyscan.scanner.detector import detect_in_document

CONTEXT = build_context(loader.load_rules(), DECODERS)

KEY, HEADER, APP = "wastack-api-key", "authorization-header", "wastack-app-key"
RULE_OF = {"token": HEADER, "basic": HEADER, "jwt": HEADER, "key": KEY, "app": APP}
HOLE = re.compile(r"\{(token|basic|jwt|key|app)\}")

_SHAPES = load_header_shapes()
HEADERS, APP_KEYS = _SHAPES["headers"], _SHAPES["app_keys"]
KEYS, NOTHING = _SHAPES["keys"], _SHAPES["nothing"]
FOUND = {**HEADERS, **APP_KEYS, **KEYS}


class Expected(NamedTuple):
    rule: str
    secret: str
    line: int
    column: int
    end_column: int
    encoding: str = "plain"


def found(text: str | bytes, path: str = "a.txt") -> list[Finding]:
    content = text.encode() if isinstance(text, str) else text
    return detect_in_document(Document(Origin(path), content), CONTEXT)


def reported(text: str | bytes) -> list[Expected]:
    """Return the reported findings of a text as rows of a table."""
    return [
        Expected(f.rule, f.secret.reveal().decode(), *f.position, f.encoding)
        for f in found(text)
        if f.standing is Standing.REPORTED
    ]


def filled(template: str, source: random.Random) -> tuple[str, list[Expected]]:
    """Fill the holes of a template; return the text and the expected findings."""
    pieces: list[str] = []
    expected: list[Expected] = []
    at = 0
    for hole in HOLE.finditer(template):
        pieces.append(template[at : hole.start()])
        at = hole.end()
        before = "".join(pieces)
        secret = credential(hole[1], source)
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        end = column + len(secret)
        expected.append(Expected(RULE_OF[hole[1]], secret, line, column, end))
        pieces.append(secret)
    return "".join(pieces) + template[at:], expected


def credential(kind: str, source: random.Random) -> str:
    """Return a credential with a digit, which 499 of 500 random ones have."""
    match kind:
        case "basic":
            plain = f"svc-{letters(source, 6)}:{letters(source, 18)}"
            return b64encode(plain.encode()).decode()
        case "jwt":
            claims = json.dumps({"sub": letters(source, 12), "iat": source.randrange(10**9, 2**31)})
            head, body = ('{"alg":"HS256","typ":"JWT"}', claims)
            parts = [urlsafe_b64encode(part.encode()).decode().rstrip("=") for part in (head, body)]
            return ".".join([*parts, letters(source, 43)])
        case "key":
            return PREFIX + letters(source, 32)
        case "app":
            return letters(source, 24)
    return letters(source, 32)


def letters(source: random.Random, count: int) -> str:
    text = source.choices(ALPHABET, k=count - 1)
    text.insert(source.randrange(count), source.choice(string.digits))
    return "".join(text)


@pytest.mark.parametrize(("name", "template"), FOUND.items(), ids=FOUND)
def test_a_credential_is_found_at_its_position(name: str, template: str) -> None:
    text, expected = filled(template, random.Random(name))
    assert expected
    assert reported(text) == expected


@pytest.mark.parametrize(("name", "template"), NOTHING.items(), ids=NOTHING)
def test_other_text_is_not_reported(name: str, template: str) -> None:
    text, _ = filled(template, random.Random(name))
    assert reported(text) == []


def test_the_tables_have_their_minimum_size() -> None:
    assert (len(FOUND) >= 150, len(NOTHING) >= 150) == (True, True)


@given(
    name=st.sampled_from([name for name in FOUND if name not in ("two-lines", "key-lines")]),
    seed=st.integers(0, 2**32),
    before=st.sampled_from(["", "\n", "x = 1\r\n", "/* é ✓ */ ", "\ufeff", "\t\t"]),
)
def test_any_credential_is_found_in_any_shape(name: str, seed: int, before: str) -> None:
    text, expected = filled(FOUND[name], random.Random(seed))
    secrets = [(e.rule, e.secret) for e in expected]
    # Of 50 random texts, one has no more than one number in it: without a scheme it may be a name.
    assume(not name.endswith("-none") or all(re.search("[0-9][^0-9]+[0-9]", s) for _, s in secrets))
    assert [(e.rule, e.secret) for e in reported(before + text)] == secrets


@given(text=st.text(alphabet="authorizn :='\"=>{}[](),\\\n\tBbear1", max_size=200))
def test_any_text_can_be_scanned(text: str) -> None:
    content = f"Authorization{text}X-App-Key{text}".encode()
    assert [f for f in found(content) if not 0 < f.position.column < f.position.end_column] == []


class Boundary(NamedTuple):
    before: str
    body: int
    after: str
    is_key: bool


# Contract, section 1: what may stand before and behind a key, and how long its body is.
BOUNDARIES = {
    "start-and-end": Boundary("", 16, "", True),
    "body-of-15": Boundary("", 15, "", False),
    "body-of-16": Boundary(" ", 16, " ", True),
    "body-of-17": Boundary("'", 17, "'", True),
    "body-of-128": Boundary(" ", 128, " ", True),
    "body-of-129": Boundary(" ", 129, " ", False),
    "body-of-150": Boundary(" ", 150, " ", False),
    "letter-before": Boundary("p", 32, "", False),
    "digit-before": Boundary("3", 32, "", False),
    "underscore-before": Boundary("_", 32, "", False),
    "word-before": Boundary("mocha", 32, "", False),
    "word-and-underscore-before": Boundary("my_", 32, "", False),
    "letter-n-before": Boundary("n", 32, "", False),
    "escape-n": Boundary("a\\n", 32, "", True),
    "escape-t": Boundary("a\\t", 32, "", True),
    "escape-r": Boundary("a\\r", 32, "", True),
    "escape-0": Boundary("a\\0", 32, "", True),
    "escape-hex": Boundary("a\\x20", 32, "", True),
    "escape-unicode": Boundary("a\\u0022", 32, "", True),
    "escape-octal": Boundary("a\\012", 32, "", True),
    "percent-20": Boundary("a%20", 32, "", True),
    "percent-3d-upper": Boundary("a%3D", 32, "", True),
    "percent-3d-lower": Boundary("a%3d", 32, "", True),
    "percent-2520": Boundary("a%2520", 32, "", True),
    "equals-3d": Boundary("a=3D", 32, "", True),
    "color-033": Boundary("\\033[31m", 32, "", True),
    "color-e": Boundary("\\e[1;31m", 32, "", True),
    "color-x1b": Boundary("\\x1b[0m", 32, "", True),
    "color-u001b": Boundary("\\u001b[0m", 32, "", True),
    "color-raw": Boundary("\x1b[38;5;196m", 32, "\x1b[0m", True),
    "clear-line": Boundary("\x1b[K", 32, "", True),
    "color-without-escape": Boundary("[1;33m", 32, "[0m", True),
    "color-rsyslog": Boundary("#033[0m", 32, "#033[0m", True),
    "color-cat": Boundary("^[[0m", 32, "^[[0m", True),
    "tab-cat": Boundary("^I", 32, "^M", True),
    "line-feed-rsyslog": Boundary("#012", 32, "#012", True),
    "bracket-and-m": Boundary("[0m", 32, "", False),
    "percent-and-no-hex": Boundary("100%of", 32, "", False),
    "dash-before": Boundary("-", 32, "", True),
    "dot-before": Boundary("a.", 32, "", True),
    "slash-before": Boundary("/", 32, "/x", True),
    "at-before": Boundary("@", 32, "", True),
    "umlaut-before": Boundary("ü", 32, "", True),
    "replacement-before": Boundary("\ufffd", 32, "", True),
    "dash-after": Boundary(" ", 32, "-", True),
    "underscore-after": Boundary(" ", 32, "_", True),
    "both-after": Boundary(" ", 32, "-_-", True),
    "dash-and-letter-after": Boundary(" ", 127, "-x", False),
    "escape-after": Boundary('"', 32, '\\n"', True),
    "comma-after": Boundary("", 32, ",", True),
    "equals-after": Boundary("", 32, "=", True),
}


@pytest.mark.parametrize("row", BOUNDARIES.values(), ids=BOUNDARIES)
def test_a_key_needs_word_boundaries(row: Boundary, make_key: MakeKey) -> None:
    key = make_key(row.body)
    column = len(row.before) + 1
    expected = [Expected(KEY, key, 1, column, column + len(key))] if row.is_key else []
    assert reported(row.before + key + row.after) == expected


NO_PREFIX = {
    "esewa": "ESEWA_LIVE_",
    "upper": "WA_LIVE_",
    "capital": "Wa_live_",
    "pwa": "pwa_live_",
    "3wa": "3wa_live_",
    "test": "wa_test_",
    "dashes": "wa-live-",
    "one-word": "walive_",
}


@pytest.mark.parametrize("prefix", NO_PREFIX.values(), ids=NO_PREFIX)
def test_another_prefix_is_not_a_key(prefix: str, make_key: MakeKey) -> None:
    assert found(make_key(32, prefix)) == []


WORDS = {
    "sentence": "session_started_successfully",
    "shouting": "SESSION_STARTED_SUCCESSFULLY",
    "capitals": "Session_Started_Again",
    "dashes": "session-started-successfully",
    "numbered": "webhook_handler_v2_2024",
    "event": "message_received_event_1",
}


@pytest.mark.parametrize("body", WORDS.values(), ids=WORDS)
def test_words_joined_together_are_an_identifier(body: str) -> None:
    key = PREFIX + body
    assert [(f.secret.reveal().decode(), f.standing, f.reason) for f in found(key)] == [
        (key, Standing.PLACEHOLDER, "words joined together, not a random text")
    ]


@given(
    body=st.text(alphabet=ALPHABET + "_-", min_size=16, max_size=128).filter(
        lambda body: body[-1] not in "_-"
    ),
    before=st.sampled_from(list(" \n\"'`=:,;/?&<>()[]{}|.+@#$%*~^!-")),
    after=st.sampled_from(list(" \n\"'`=:,;/?&<>()[]{}|.+@#$%*~^!\\")),
)
def test_any_body_of_the_contract_is_found(body: str, before: str, after: str) -> None:
    secrets = [f.secret.reveal().decode() for f in found(before + PREFIX + body + after)]
    assert secrets == [PREFIX + body]


KEY_IN_HEADER = {
    "curl": "curl -H 'Authorization: Bearer {}'",
    "curl-none": "curl -H 'Authorization: {}'",
    "python": '{{"Authorization": "Bearer {}"}}',
    "swift": 'setValue("Bearer {}", forHTTPHeaderField: "Authorization")',
    "csharp": 'new AuthenticationHeaderValue("Bearer", "{}")',
    "postman": '{{"key": "Authorization", "value": "Bearer {}"}}',
    "own-scheme": "Authorization: WAStack {}",
    "app-key-field": "X-App-Key: {}",
}


@pytest.mark.parametrize("template", KEY_IN_HEADER.values(), ids=KEY_IN_HEADER)
def test_a_key_in_a_header_is_one_finding(template: str, make_key: MakeKey) -> None:
    key = make_key()
    text = template.format(key)
    column = text.index(key) + 1
    assert reported(text) == [Expected(KEY, key, 1, column, column + len(key))]


BASIC = {
    "key-as-password": ("api:{}", "Authorization: Basic {}"),
    "key-as-name": ("{}:", "Authorization: Basic {}"),
    "key-alone": ("{}", "Authorization: Basic {}"),
    "python": ("u:{}", '{{"Authorization": "Basic {}"}}'),
    "longer-name": ("somebody:{}", "curl -H 'Authorization: Basic {}'"),
    "no-header": ("somebody:{}", "auth = {}"),
}


@pytest.mark.parametrize(("plain", "template"), BASIC.values(), ids=BASIC)
def test_a_key_in_basic_authentication_is_reported_as_a_key(
    plain: str, template: str, make_key: MakeKey
) -> None:
    key = make_key()
    wrapped = b64encode(plain.format(key).encode()).decode()
    text = template.format(wrapped)
    column = text.index(wrapped) + 1
    assert reported(text) == [Expected(KEY, key, 1, column, column + len(wrapped), "base64")]


def test_two_keys_on_a_line_are_masked_in_each_excerpt(make_key: MakeKey) -> None:
    one, other = make_key(), make_key()
    first, second = found(f'a = "{one}"; b = "{other}"')
    shown = f'a = "{first.secret}"; b = "{second.secret}"'
    assert (first.secret.reveal().decode(), second.secret.reveal().decode()) == (one, other)
    assert (first.excerpt, second.excerpt) == (shown, shown)


def test_a_key_and_an_app_key_on_a_line_are_masked_in_each_excerpt() -> None:
    text, (key, app) = filled("{key} X-App-Key: {app}", random.Random("mask"))
    first, second = found(text)
    shown = f"{first.secret} X-App-Key: {second.secret}"
    assert (first.rule, second.rule) == (key.rule, app.rule)
    assert (first.excerpt, second.excerpt) == (shown, shown)


def test_an_encoded_key_is_masked_in_the_excerpt(make_key: MakeKey) -> None:
    wrapped = b64encode(f"api:{make_key()}".encode()).decode()
    (finding,) = found(f"Authorization: Basic {wrapped}")
    assert finding.excerpt == f"Authorization: Basic {finding.secret}"


@pytest.mark.parametrize(
    ("text", "path", "service"),
    [
        ("curl -H 'X-App-Key: {app}' https://api.wastack.in/api/v1/devices", "a.sh", "WAStack"),
        ('base = "https://API.WAStack.in"\n\n\nh = {{"X-App-Key": "{app}"}}', "a.py", "WAStack"),
        ('h = {{"X-App-Key": "{app}"}}', "src/wastack/client.py", "WAStack"),
        ("WASTACK_APP_KEY={app}", ".env", "WAStack"),
        ('h = {{"X-App-Key": "{app}"}}  # {key}', "a.py", "WAStack"),
        ("curl -H 'X-App-Key: {app}' https://api.example.org", "a.sh", None),
        ('h = {{"X-App-Key": "{app}"}}', "src/client.py", None),
    ],
)
def test_only_a_hint_in_the_file_names_the_vendor(
    text: str, path: str, service: str | None
) -> None:
    source = random.Random(text)
    filled = text.format(app=credential("app", source), key=credential("key", source))
    (finding,) = (one for one in found(filled, path) if one.rule == APP)
    assert dict(finding.origin.details).get("service") == service
