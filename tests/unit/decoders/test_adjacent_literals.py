"""Adjacent literals are one key only in languages that join them; a whole key stays itself."""

from __future__ import annotations

import random

import pytest

from tests.support.contexts import few
from tests.support.keys import ALPHABET, PREFIX
from tests.support.shapes import parse_shapes
from wakeyscan.core.document import Document, Origin
from wakeyscan.core.finding import Bounds, Finding
from wakeyscan.decoders.concatenation.adjacency import Adjacency, find_adjacency
from wakeyscan.scanner.detector import detect_in_document

BODY = "".join(random.Random(5).choices(ALPHABET, k=39)) + "7"
HEAD, TAIL = BODY[:20], BODY[20:]


def detect(path: str, template: str) -> list[Finding]:
    """Fill `{K}` with the first part of a key, which looks whole, and `{T}` with the rest."""
    text = template.replace("{K}", PREFIX + HEAD).replace("{T}", TAIL).replace("{P}", PREFIX)
    found = detect_in_document(Document(Origin(path), text.encode()), few())
    return [finding for finding in found if finding.rule == "wastack-api-key"]


JOINED = parse_shapes(
    r"""
a.c: char *key = "{K}" "{T}";
b.c: char *key = "{K}"
      "{T}";
a.h: #define KEY "{K}" \
      "{T}"
a.cpp: auto key = "{K}"  // first
      "{T}";
a.mm: NSString *key = @"{K}" @"{T}";
a.d: auto key = "{K}" "{T}";
a.dart: final key = '{K}'
        '{T}';
a.erl: Key = "{K}"
      "{T}".
a.po: msgid "{K}"
    "{T}"
a.sql: SELECT '{K}'
    '{T}';
a.py: key = "{K}" "{T}"
b.py: key = ("{K}"
           "{T}")
c.py: call(
        key="{K}"  # first
        "{T}",
    )
d.py: KEYS = {
        "a": (
            "{K}"
            "{T}"
        ),
    }
e.py: key = "{K}" \
        "{T}"
f.py: key = f"{K}" rb"{T}"
config.py.j2: key = "{K}" "{T}"
SConstruct: key = "{K}" "{T}"
a.rb: key = "{K}" "{T}"
b.rb: key = "{K}" \
        "{T}"
Rakefile: KEY = '{K}' "{T}"
a.awk: BEGIN { key = "{K}" "{T}" }
a.sh: KEY="{K}""{T}"
b.sh: KEY="{K}"'{T}'
c.sh: KEY='{K}'\
    "{T}"
d.sh: printf '%s%s' '{K}' '{T}'
python: #!/usr/bin/env python3
    key = ("{K}"
           "{T}")
ruby: #!/usr/bin/ruby
    key = "{K}" "{T}"
shell: #!/bin/bash -e
    KEY="{K}"'{T}'
"""
)
SEPARATE = parse_shapes(
    r"""
a.csv: "{K}" "{T}"
b.csv: "{K}"
    "{T}"
c.csv: "bob","{K}"
    "{T}","x"
a.tsv: "{K}"	"{T}"
a.yaml: - "{K}"
      "{T}": x
b.yml: key: "{K}"
    "{T}": x
a.toml: "k" = "{K}"
    "{T}" = 1
a.json: {"source": ["{K}" "{T}"]}
a.jsonl: "{K}"
    "{T}"
a.ndjson: {"k": "{K}"}
    "{T}"
a.reg: "K"="{K}"
    "{T}"="y"
a.ini: k = "{K}"
    "{T}" = 1
.env: K="{K}"
    "{T}"
a.xml: <a k="{K}" "{T}"/>
a.js: f("{K}" "{T}")
b.js: "{K}"
    "{T}"
a.go: f("{K}" "{T}")
a.ps1: @("{K}"
    "{T}")
a.tf: keys = ["{K}"
    "{T}"]
a.py: KEY = "{K}"
    "{T}"
b.py: x = [1, 2]
    KEY = "{K}"
    "{T}"
c.py: send(a)
        key="{K}"
        "{T}"
a.rb: KEY = "{K}"
    "{T}"
a.awk: BEGIN { key = "{K}"
      "{T}" }
a.sh: send "{K}" "{T}"
b.sh: echo "{K}" "{T}"
c.sh: printf '%s %s' '{K}' '{T}'
d.sh: KEY="{K}"
    "{T}"
shell: #!/bin/sh
    send "{K}" "{T}"
a.txt: "{K}" "{T}"
b.txt: "{K}"
    "{T}"
a.md: `"{K}" "{T}"`
a.unknown: "{K}" "{T}"
b.unknown: ("{K}"
      "{T}")
no-extension: x = "{K}"
      "{T}"
"""
)
UNFINISHED = parse_shapes(
    r"""
a.csv: "{P}" "{T}"
a.yaml: - "{P}"
      "{T}": x
a.json: ["{P}"
    "{T}"]
a.reg: "{P}"
    "{T}"="y"
a.js: f("{P}" "{T}")
a.sh: send "{P}" "{T}"
a.rb: KEY = "{P}"
    "{T}"
"""
)


@pytest.mark.parametrize(("path", "template"), JOINED.items(), ids=JOINED)
def test_a_language_with_adjacent_literals_joins_them(path: str, template: str) -> None:
    (finding,) = detect(path, template)
    assert finding.secret.reveal().decode() == PREFIX + BODY
    assert (finding.encoding, finding.bounds) == ("pieces", Bounds.CERTAIN)


@pytest.mark.parametrize(("path", "template"), SEPARATE.items(), ids=SEPARATE)
def test_without_adjacency_each_literal_is_a_key_of_its_own(path: str, template: str) -> None:
    (finding,) = detect(path, template)
    assert finding.secret.reveal().decode() == PREFIX + HEAD
    assert finding.encoding == "plain"


@pytest.mark.parametrize("path", ["a.unknown", "a", "a.txt"])
@pytest.mark.parametrize("gap", [" ", "\n", "\n    "])
def test_in_an_unknown_language_the_end_of_the_literal_is_open(path: str, gap: str) -> None:
    (whole,) = detect(path, f'x = ("{{K}}"{gap}"{{T}}")')
    (joined,) = detect(path, f'x = ("{{P}}"{gap}"{{T}}")')
    assert (whole.secret.reveal().decode(), whole.bounds) == (PREFIX + HEAD, Bounds.OPEN)
    assert (joined.secret.reveal().decode(), joined.bounds) == (PREFIX + TAIL, Bounds.OPEN)


@pytest.mark.parametrize(("path", "template"), UNFINISHED.items(), ids=UNFINISHED)
def test_two_separate_values_are_not_a_key(path: str, template: str) -> None:
    assert detect(path, template) == []


LANGUAGES = {
    "src/a.C": ("", Adjacency.ANYWHERE),
    "A.PY": ("", Adjacency.IN_BRACKETS),
    "a.py.example": ("", Adjacency.IN_BRACKETS),
    "a.csv.bak.in": ("", Adjacency.NOWHERE),
    "x/Gemfile": ("", Adjacency.ON_A_LINE),
    "home/.bashrc": ("", Adjacency.WITHOUT_BLANK),
    ".env.production": ("", Adjacency.UNKNOWN),
    "a.zip!/b.json": ("", Adjacency.NOWHERE),
    "tool": ("#!/usr/bin/env -S python3 -u\n", Adjacency.IN_BRACKETS),
    "awk": ("#!/usr/bin/awk -f\n", Adjacency.ON_A_LINE),
    "fish": ("#!/usr/bin/fish\n", Adjacency.WITHOUT_BLANK),
    "node": ("#!/usr/bin/env node\n", Adjacency.NOWHERE),
    "other": ("#!/opt/acme/run\n", Adjacency.UNKNOWN),
    "": ("", Adjacency.UNKNOWN),
}


@pytest.mark.parametrize(("path", "expected"), LANGUAGES.items(), ids=LANGUAGES)
def test_the_language_follows_from_the_file_name_or_the_first_line(
    path: str, expected: tuple[str, Adjacency]
) -> None:
    first_line, adjacency = expected
    assert find_adjacency(path, first_line.encode()) is adjacency
