"""Each shape of the header rule finds real ways of writing it, without the other shapes."""

from __future__ import annotations

import random
import re
from collections.abc import Iterable
from itertools import islice

import pytest

from tests.support.shapes import load_shape_rows
from tests.unit.scanner.test_matcher import CONTEXT, HEADER, HEADERS, credential, filled, found
from wakeyscan.core.finding import Standing
from wakeyscan.rules.pattern import compile_rule
from wakeyscan.rules.rule import Shape
from wakeyscan.scanner.matcher import match_rule

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
def test_a_real_way_of_writing_a_shape_is_found(name: str) -> None:
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


@pytest.mark.parametrize("language", LOOK_UPS)
def test_a_value_that_a_template_looks_up_is_none(language: str) -> None:
    value = re.sub(r"(?<![A-Za-z])t(?![A-Za-z])", VARIABLE, LOOK_UPS[language])
    assert VARIABLE in value
    texts = (around.format(value=value) for around in AROUND.values())
    assert [one for text in texts for one in found(text) if one.standing is Standing.REPORTED] == []
