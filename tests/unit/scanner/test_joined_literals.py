"""Credentials that a language joins from several literals are found whole."""

from __future__ import annotations

import json
import random
from base64 import urlsafe_b64encode

import pytest

from tests.support.keys import ALPHABET
from tests.unit.scanner.test_matcher import found
from wakeyscan.core.finding import Bounds, Standing

SHAPES = {
    "python-adjacent.py": 'h = {"Authorization": "Bearer {0}."\n     "{1}."\n     "{2}"}',
    "python-dots-first.py": 'h = {"Authorization": "Bearer {0}"\n     ".{1}"\n     ".{2}"}',
    "python-plus.py": 'token = ("Bearer {0}." +\n    "{1}." +\n    "{2}")',
    "python-bytes.py": 'h = {b"Authorization": b"Bearer {0}." b"{1}." b"{2}"}',
    "python-augmented.py": 'auth = "Bearer {0}."\nauth += "{1}."\nauth += "{2}"\n',
    "javascript.js": "h = {Authorization: 'Bearer {0}' +\n  '.{1}' +\n  '.{2}'}",
    "typescript.ts": "const h = {authorization: 'Bearer {0}.' + '{1}.' + '{2}'};",
    "java.java": 'c.header("Authorization", "Bearer {0}." + "{1}."\n    + "{2}");',
    "kotlin.kt": 'header("Authorization", "Bearer {0}." +\n    "{1}." + "{2}")',
    "scala.scala": '("Authorization" -> ("Bearer {0}." + "{1}." + "{2}"))',
    "swift.swift": 'let h = ["Authorization": "Bearer {0}." +\n "{1}." +\n "{2}"]',
    "csharp.cs": 'h.Add("Authorization", "Bearer {0}." +\n    "{1}." + @"{2}");',
    "visual-basic.vb": 'h("Authorization") = "Bearer {0}." & _\n    "{1}." & "{2}"',
    "php.php": "$h = ['Authorization' => 'Bearer {0}.' . '{1}' . '.{2}'];",
    "perl.pl": "$r->header('Authorization' => 'Bearer {0}.' . '{1}.' . '{2}');",
    "lua.lua": '["Authorization"] = "Bearer {0}" ..\n  ".{1}" .. ".{2}"',
    "go.go": 'req.Header.Set("Authorization", "Bearer {0}."+\n\t"{1}."+\n\t"{2}")',
    "c.c": '"Authorization: Bearer {0}."\n  "{1}."\n  "{2}\\r\\n"',
    "c-plus-plus.cpp": 'h["Authorization"] = "Bearer {0}."\n  "{1}."\n  "{2}";',
    "dart.dart": "h = {'Authorization': 'Bearer {0}.'\n  '{1}.'\n  '{2}'};",
    "ruby.rb": "req['Authorization'] = 'Bearer {0}.' \\\n  '{1}.' \\\n  '{2}'",
    "haskell.hs": '("Authorization", "Bearer {0}." <> "{1}." <> "{2}")',
    "elixir.ex": '{"authorization", "Bearer {0}." <> "{1}." <> "{2}"}',
    "fsharp.fs": 'c.Headers.Add("Authorization", "Bearer {0}." + "{1}." + "{2}")',
    "sql.sql": "INSERT INTO h VALUES ('Authorization', 'Bearer {0}.' || '{1}.' || '{2}');",
    "nix.nix": 'Authorization = "Bearer {0}." + "{1}." + "{2}";',
    "shell.sh": "curl -H 'Authorization: Bearer {0}.{1}.'\"{2}\"",
}
LOOKED_UP = {
    "javascript.js": "h = {Authorization: 'Bearer {0}' + '.{1}' + signature}",
    "python.py": 'h = {"Authorization": "Bearer {0}." + "{1}." + sign()}',
    "php.php": "$h = ['Authorization' => 'Bearer {0}.' . '{1}' . $signature];",
    "csharp.cs": 'h.Add("Authorization", "Bearer {0}." + "{1}." + Sign());',
}
SEPARATE = {
    "python.py": 'h = {"Authorization": "Bearer {2}", "X-Id": "{1}"}',
    "javascript.js": "f('Authorization', 'Bearer {2}', '{1}')",
    "next-statement.py": 'h["Authorization"] = "Bearer {2}"\nother += "{1}"',
    "list.json": '["Authorization: Bearer {2}", "{1}"]',
    "csv.csv": '"Authorization: Bearer {2}" "{1}"',
}


def build_parts(name: str) -> tuple[str, str, str]:
    """Return the parts of a random JSON web token."""
    source = random.Random(name)
    claims = {"sub": "".join(source.choices(ALPHABET, k=24)), "iat": source.randrange(10**9)}
    header, payload = (
        urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()
        for part in ({"alg": "HS256", "typ": "JWT"}, claims)
    )
    return header, payload, "".join(source.choices(ALPHABET, k=42)) + "4"


def fill(template: str, parts: tuple[str, ...]) -> str:
    for number, part in enumerate(parts):
        template = template.replace(f"{{{number}}}", part)
    return template


@pytest.mark.parametrize("name", SHAPES)
def test_the_parts_of_a_token_are_one_credential(name: str) -> None:
    parts = build_parts(name)
    (finding,) = found(fill(SHAPES[name], parts), name)
    assert finding.secret.reveal().decode() == ".".join(parts)
    assert (finding.standing, finding.encoding) == (Standing.REPORTED, "pieces")
    assert finding.bounds is Bounds.CERTAIN


@pytest.mark.parametrize("name", LOOKED_UP)
def test_a_token_with_a_variable_part_is_not_reported(name: str) -> None:
    assert found(fill(LOOKED_UP[name], build_parts(name)), name) == []


@pytest.mark.parametrize("name", SEPARATE)
def test_the_next_literal_is_not_a_part(name: str) -> None:
    parts = build_parts(name)
    (finding,) = found(fill(SEPARATE[name], parts), name)
    assert (finding.secret.reveal().decode(), finding.encoding) == (parts[2], "plain")
