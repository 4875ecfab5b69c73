"""Each shape of the header rule finds real ways of writing it, without the other shapes."""

from __future__ import annotations

import random
import re
import string
from collections.abc import Iterable
from itertools import islice

import pytest

from tests.support.shapes import load_shape_rows
from tests.unit.scanner.test_matcher import CONTEXT, HEADER, HEADERS, credential, filled, found
from wakeyscan.core.finding import Standing
from wakeyscan.rules.pattern import compile_rule
from wakeyscan.rules.rule import Shape
from wakeyscan.scanner.matcher import match_rule
from wakeyscan.scanner.prefilter.anchors import MIN_GATED

(RULE,) = (rule for rule in CONTEXT.rules if rule.id == HEADER)
ROWS = load_shape_rows()
CASES = {
    f"{shape}: {name}": (shape, text) for shape, rows in ROWS.items() for name, text in rows.items()
}
SHARED = [filled(text, random.Random(name))[0] for name, text in HEADERS.items()]
ANCHOR = re.compile(b"(?=(?:%b))" % b"|".join(map(re.escape, RULE.anchors)), re.IGNORECASE)
MIN_ROWS = 3

# What template languages write where a value is looked up. `t` is the name of a variable.
LOOK_UPS = {
    "jinja": "{{ t }}",
    "jinja-filter": "{{ t | trim }}",
    "jinja-control": "{%- if t %}{{ t }}{% endif %}",
    "handlebars": "{{t}}",
    "handlebars-unescaped": "{{{t}}}",
    "mustache-partial": "{{> t}}",
    "go-template": "{{ .Values.t }}",
    "go-template-quote": "{{ .Values.t | quote }}",
    "helm-include": '{{ include "t" . }}',
    "liquid": "{{ t | default: none }}",
    "twig": "{{ app.t }}",
    "blade": "{{ $t }}",
    "blade-raw": "{!! $t !!}",
    "smarty": "{$t}",
    "erb": "<%= t %>",
    "ejs-raw": "<%- t %>",
    "eex": "<%= @t %>",
    "jsp": "<%= request.getAttribute(t) %>",
    "php-tag": "<?= $t ?>",
    "velocity": "$!{t}",
    "freemarker": "${t!}",
    "freemarker-square": "[=t]",
    "thymeleaf": "[[${t}]]",
    "shell": "$t",
    "shell-braces": "${t}",
    "shell-command": "$(cat t)",
    "batch": "%t%",
    "powershell": "$env:t",
    "github-actions": "${{ secrets.t }}",
    "azure-pipelines": "$(t)",
    "gitlab": "$CI_t",
    "terraform": "${var.t}",
    "cloudformation": "${AWS::t}",
    "spring-placeholder": "${t:}",
    "maven-ant": "@t@",
    "python-format": "{t}",
    "python-template": "$t",
    "python-percent": "%(t)s",
    "ruby": "#{t}",
    "swift": "\\(t)",
    "csharp": "{t.Value}",
    "postman": "{{t}}",
    "hoppscotch": "<<t>>",
    "insomnia": "{{ _.t }}",
    "bruno": "{{process.env.t}}",
    "n8n": "={{ $json.t }}",
    "jmeter": "${__P(t)}",
    "soapui": "${#Project#t}",
    "karate": "#(t)",
    "pug": "#{t}",
    "slim": "#{t}",
    "mako": "${t}",
    "razor": "@t",
    "svelte": "{t}",
    "angular": "{{ t }}",
    "qute": "{t.value}",
    "tera": "{{ t }}",
    "ansible-vault": "{{ vault_t }}",
    "chef": "<%= node['t'] %>",
    "puppet": "<%= $t %>",
    "salt": "{{ pillar['t'] }}",
    "consul-template": '{{ key "t" }}',
    "envsubst": "${t}",
    "nginx": "$http_t",
    "haproxy": "%[var(t)]",
    "lua": "${t}",
    "logstash": "%{t}",
}
AROUND = {
    "header": "Authorization: Bearer {value}\n",
    "json": '{{"Authorization": "Bearer {value}"}}',
    "yaml": "authorization:\n  type: Bearer\n  credentials: {value}\n",
    "postman": '{{"key": "Authorization", "value": "Bearer {value}"}}',
    "literal": 'TOKEN = "Bearer {value}"',
    "client": '{{"authentication": {{"type": "bearer", "token": "{value}"}}}}',
    "bruno": "auth:bearer {{\n  token: {value}\n}}\n",
}
VARIABLE = "api_token_v2_0123456789abcdef"

# Where no quote ends a token, it must look random. One of a hundred has fewer than two digits.
UNQUOTED = {
    "prometheus": "bearer_token: {token}\n",
    "header": "Authorization: {token}\n",
    "unknown-scheme": "Authorization: Custom {token}\n",
    "haproxy": "http-request set-header Authorization Bearer\\ {token}\n",
    "insomnia": "authentication:\n  type: bearer\n  token: {token}\n",
    "curl": "curl --oauth2-bearer {token} https://example.org\n",
    "httpie": "http -A bearer -a {token} example.org\n",
    "literal": 'TOKEN = "Bearer {token}"\n',
}
IDENTIFIERS = (
    "ExternalSecretsAuthorizationTokenForProduction",
    "failsIfCaKeystorePathIsMissingInTheStore",
    "getUserByIdAndNameForTokenAndKeyInDatabase2",
    "com.example.SomeVeryLongConfigurationClassName.Token",
    "HTTP_REMOTE_AUTHORIZATION_TOKEN_OF_THE_SERVICE",
)


def find_anchors(text: bytes) -> list[int]:
    """Return the offsets of the anchors of the rule."""
    return sorted({found.start() for found in ANCHOR.finditer(text)})


def count_matched(shape: Shape, texts: Iterable[str], enough: int) -> int:
    """Return how many texts one shape matches without the others, counted up to `enough`."""
    alone = RULE._replace(shapes=(shape,), compiled=None)
    pattern = compile_rule(alone)
    encoded = (text.encode() for text in texts)
    matched = (text for text in encoded if match_rule(text, alone, pattern, find_anchors(text)))
    return sum(1 for _ in islice(matched, enough))


def fill(name: str, template: str) -> tuple[str, str]:
    """Return the text of a row, and the token in it."""
    token = credential("token", random.Random(name))
    return template.replace("{token}", token), token


@pytest.mark.parametrize("name", CASES)
def test_a_real_world_example_of_a_shape_is_found(name: str) -> None:
    text, token = fill(name, CASES[name][1])
    (finding,) = found(text)
    assert (finding.rule, finding.standing) == (HEADER, Standing.REPORTED)
    assert finding.secret.reveal().decode().endswith(token)


@pytest.mark.parametrize("shape", RULE.shapes, ids=[shape.name for shape in RULE.shapes])
def test_each_shape_finds_several_rows_alone(shape: Shape) -> None:
    """A row of the other table counts for each shape that finds it."""
    own = [fill(name, text)[0] for name, text in ROWS.get(shape.name, {}).items()]
    assert count_matched(shape, own, len(own)) == len(own)
    missing = MIN_ROWS - len(own)
    assert missing <= 0 or count_matched(shape, SHARED, missing) == missing


def draw_few_digits(source: random.Random) -> str:
    """Return 40 random letters with at most one digit."""
    drawn = source.choices(string.ascii_letters, k=40)
    drawn[source.randrange(60) % 40] = source.choice(string.ascii_letters + string.digits)
    return "".join(drawn)


@pytest.mark.parametrize("count", [1, MIN_GATED], ids=["alone", "after the gate"])
@pytest.mark.parametrize("name", UNQUOTED)
def test_a_token_of_letters_is_found_without_quotes(name: str, count: int) -> None:
    """One of twenty such tokens has the capital letters of words, and is missed."""
    source = random.Random(f"{name} {count}")
    tokens = [draw_few_digits(source) for _ in range(max(count, 40))]
    rows = [UNQUOTED[name].format(token=token) for token in tokens]
    texts = ["".join(rows[at : at + count]) for at in range(0, len(rows), count)]
    assert sum(len(found(text)) for text in texts) >= 0.85 * len(tokens)


@pytest.mark.parametrize("identifier", IDENTIFIERS)
@pytest.mark.parametrize("name", UNQUOTED)
def test_an_identifier_is_not_a_token(name: str, identifier: str) -> None:
    assert found(UNQUOTED[name].format(token=identifier)) == []


@pytest.mark.parametrize("language", LOOK_UPS)
def test_a_value_that_a_template_inserts_is_not_reported(language: str) -> None:
    value = re.sub(r"(?<![A-Za-z])t(?![A-Za-z])", VARIABLE, LOOK_UPS[language])
    assert VARIABLE in value
    texts = (around.format(value=value) for around in AROUND.values())
    assert [one for text in texts for one in found(text) if one.standing is Standing.REPORTED] == []


SANCTUM = {
    "curl": """curl -H "Authorization: Bearer %s" https://api.shop.io""",
    "javascript": "headers: { Authorization: 'Bearer %s' }",
    "postman": '{"bearer": [{"key": "token", "value": "%s", "type": "string"}]}',
    "http-file": "Authorization: Bearer %s\nAccept: */*",
    "laravel": "Http::withToken('%s')->get($url)",
}


@pytest.mark.parametrize("template", SANCTUM.values(), ids=SANCTUM)
def test_a_token_of_sanctum_is_whole(template: str) -> None:
    source = random.Random(template)
    token = f"867|{''.join(source.choices(string.ascii_letters + string.digits, k=48))}"
    (finding,) = found(template % token)
    assert finding.secret.reveal().decode() == token
    assert finding.standing is Standing.REPORTED
