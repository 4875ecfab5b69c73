"""Keys in pieces in code inside other text: cells of notebooks, JSON, source maps, patches."""

from __future__ import annotations

import html
import json
import quopri
import random
from collections.abc import Callable, Mapping

import pytest

from tests.support.contexts import few, many
from tests.support.keys import ALPHABET, PREFIX
from wakeyscan.core.document import Document, Origin
from wakeyscan.core.finding import Bounds, Finding
from wakeyscan.scanner.context import ScanContext
from wakeyscan.scanner.detector import detect_in_document

KEY = PREFIX + "".join(random.Random(7).choices(ALPHABET, k=39)) + "7"
CUTS = (2, 3, 5, 8, 12, 30)
"""Letters of the key in the first literal; after 30 letters, that looks like a whole key."""
LONG = CUTS[-1]

CODE = {
    "adjacent": 'k = ("{A}"\n     "{B}")\n',
    "adjacent in a call": 'client = WAStack(\n    api_key="{A}"\n            "{B}",\n    n=3,\n)\n',
    "adjacent on a line": 'k = "{A}" "{B}"\n',
    "single quotes": "k = ('{A}'\n     '{B}')\n",
    "operator at the end": 'k = ("{A}" +\n     "{B}")\n',
    "operator at the start": 'k = ("{A}"\n     + "{B}")\n',
    "operator on a line": 'k = "{A}" + "{B}"\n',
    "operator and backslash": "k = '{A}' + \\\n    '{B}'\n",
    "augmented": 'k = "{A}"\nk += "{B}"\nprint(1)\n',
    "joined list": 'k = "".join([\n  "{A}",\n  "{B}",\n])\n',
    "variable": "P = '{A}'\nx = 1\nk = P + '{B}'\n",
    "variables": "P = '{A}'\nQ = '{B}'\nk = f'{P}{Q}'\n",
}
NO_LANGUAGE = ("adjacent", "adjacent in a call", "adjacent on a line", "single quotes")
"""Code whose second literal may be another value where the language is not known."""
NAMED = ("variable", "variables")
"""Code whose first literal stays what it is if it looks like a whole key, with open bounds."""


def build_notebook(code: str) -> str:
    cell = {"cell_type": "code", "outputs": [], "source": code.splitlines(keepends=True)}
    return json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4}, indent=1)


def build_patch(code: str, path: str = "a.py") -> str:
    lines = "".join(f"+{line}\n" for line in code.splitlines())
    return f"diff --git a/{path} b/{path}\n--- a/{path}\n+++ b/{path}\n@@ -1 +1,9 @@ x\n x\n{lines}"


def build_context_patch(code: str) -> str:
    return build_patch(code).replace("\n x\n+", "\n x\n ", 1)


def build_reverse_patch(code: str) -> str:
    return build_patch(code).replace("\n+", "\n-").replace("-++", "+++")


def build_edit(code: str) -> str:
    """Return a patch that replaces the first line after the code's first one."""
    first, rest = build_patch(code).split("\n x\n", 1)
    line, newline, rest = rest.partition("\n")
    return f"{first}\n x\n {line[1:]}{newline}-    old('x')\n{rest}"


Build = Callable[[str], str]
TEXTS: Mapping[str, tuple[str, Build]] = {
    "notebook": ("a.ipynb", build_notebook),
    "notebook on one line": ("a.ipynb", lambda code: json.dumps(json.loads(build_notebook(code)))),
    "cell in one string": (
        "a.ipynb",
        lambda code: json.dumps({"cells": [{"cell_type": "code", "source": code}]}),
    ),
    "notebook in JSON lines": (
        "a.jsonl",
        lambda code: json.dumps({"tool": "edit", "content": build_notebook(code)}) + "\n",
    ),
    "notebook in a dump of Python": (
        "a.log",
        lambda code: f"12:00 got { ({'text': build_notebook(code)})!r}\n",
    ),
    "patch": ("a.patch", build_patch),
    "patch on standard input": ("", build_patch),
    "patch with context": ("a.patch", build_context_patch),
    "removed lines": ("a.diff", build_reverse_patch),
    "changed line between": ("a.diff", build_edit),
    "patch of a notebook": (
        "a.patch",
        lambda code: build_patch(build_notebook(code), "a.ipynb"),
    ),
    "patch in JSON": ("a.json", lambda code: json.dumps({"patch": build_patch(code)})),
}
TEXTS_OF_NO_LANGUAGE: Mapping[str, tuple[str, Build]] = {
    "transcript": (
        "a.jsonl",
        lambda code: json.dumps({"content": [{"text": f"Run:\n```python\n\n{code}```"}]}) + "\n",
    ),
    "JSON in JSON": ("a.jsonl", lambda code: json.dumps({"x": json.dumps({"code": code})})),
    "source map": (
        "a.js.map",
        lambda code: json.dumps({"version": 3, "sources": ["a.ts"], "sourcesContent": [code]}),
    ),
    "list of lines": (
        "a.json",
        lambda code: json.dumps({"body": code.splitlines(keepends=True)}, indent=2),
    ),
    "list of lines without line ends": (
        "a.code-snippets",
        lambda code: json.dumps({"body": code.splitlines()}, indent=2),
    ),
    "JSON in YAML": ("a.yaml", lambda code: "a: |\n  " + json.dumps({"x": code}) + "\nb: 1\n"),
    "string in YAML": ("a.yaml", lambda code: "a: " + json.dumps(code) + "\n"),
    "dump of Python": ("a.log", lambda code: f"12:00 got {[{'text': code}]!r}\n"),
}
ALL = {**TEXTS, **TEXTS_OF_NO_LANGUAGE}


def detect(path: str, content: str, context: ScanContext | None = None) -> list[Finding]:
    found = detect_in_document(Document(Origin(path), content.encode()), context or few())
    return [finding for finding in found if finding.rule == "wastack-api-key"]


def split(code: str, cut: int) -> str:
    return CODE[code].replace("{A}", KEY[:cut]).replace("{B}", KEY[cut:])


def is_ambiguous(text: str, code: str, cut: int) -> bool:
    """Return whether the first literal looks whole, and the second one may be another value."""
    if cut < LONG:
        return False
    is_patch_of_no_language = text == "patch in JSON" and code == "adjacent on a line"
    has_no_language = text in TEXTS_OF_NO_LANGUAGE and code in NO_LANGUAGE
    return code in NAMED or has_no_language or is_patch_of_no_language


@pytest.mark.parametrize("code", CODE)
@pytest.mark.parametrize("text", ALL)
def test_pieces_in_inner_code_are_joined(text: str, code: str) -> None:
    path, build = ALL[text]
    for cut in CUTS:
        (finding,) = detect(path, build(split(code, cut)))
        secret = finding.secret.reveal().decode()
        if is_ambiguous(text, code, cut):
            assert KEY.startswith(secret), cut
            assert secret == KEY or finding.bounds is Bounds.OPEN, cut
        else:
            assert secret == KEY, cut


ESCAPED: Mapping[str, tuple[str, Build]] = {
    "page": ("a.html", lambda code: f"<pre><code>{html.escape(code)}</code></pre>\n"),
    "cell": ("a.csv", lambda code: 'id,code\n1,"{}"\n'.format(code.replace('"', '""'))),
    "mail": ("a.eml", lambda code: quopri.encodestring(f"{code}# é\n".encode()).decode()),
    "listing": (
        "a.txt",
        lambda code: "".join(f"a.py:{n}:{line}\n" for n, line in enumerate(code.split("\n"), 9)),
    ),
    "numbered lines": (
        "a.txt",
        lambda code: "".join(f"{n}: {line}\n" for n, line in enumerate(code.split("\n"), 9)),
    ),
}
"""Texts in which other signs are written for those of the code, or something before its lines."""


@pytest.mark.parametrize("code", CODE)
@pytest.mark.parametrize("text", ESCAPED)
@pytest.mark.parametrize("cut", [8, 12])
def test_pieces_in_escaped_code_are_joined(text: str, code: str, cut: int) -> None:
    path, build = ESCAPED[text]
    if (text, code) == ("cell", "single quotes"):
        pytest.skip("nothing in the cell shows that it is code")
    (finding,) = detect(path, build(split(code, cut)))
    assert finding.secret.reveal().decode() == KEY


@pytest.mark.parametrize("cut", [28, 30])
def test_the_sign_of_a_removed_line_is_no_letter_of_a_certain_key(cut: int) -> None:
    text = build_reverse_patch(f'curl -H "Authorization: Bearer {KEY[:cut]}\\\n{KEY[cut:]}" x\n')
    for finding in detect("a.patch", text):
        assert finding.secret.reveal().decode() == KEY or finding.bounds is Bounds.OPEN


@pytest.mark.parametrize("text", ALL)
def test_all_searches_of_the_prefilter_find_the_pieces(text: str) -> None:
    path, build = ALL[text]
    (finding,) = detect(path, build(split("operator at the end", 8)), many())
    assert finding.secret.reveal().decode() == KEY


@pytest.mark.parametrize("code", [code for code in CODE if code not in NAMED])
def test_pieces_in_a_notebook_have_certain_bounds_as_in_code(code: str) -> None:
    for cut in CUTS[1:]:
        (finding,) = detect("a.ipynb", build_notebook(split(code, cut)))
        assert (finding.encoding[-6:], finding.bounds) == ("pieces", Bounds.CERTAIN), cut


@pytest.mark.parametrize("text", ALL)
def test_the_position_is_that_of_the_first_piece_in_the_file(text: str) -> None:
    path, build = ALL[text]
    content = build(split("operator at the end", 10))
    (finding,) = detect(path, content)
    line = content.split("\n")[finding.position.line - 1]
    assert line[finding.position.column - 1 :].startswith(KEY[:10])
    assert KEY[:10] not in finding.excerpt
    assert KEY[10:] not in finding.excerpt


@pytest.mark.parametrize("text", ALL)
def test_several_keys_in_inner_code_are_found_once_each(text: str) -> None:
    path, build = ALL[text]
    other = PREFIX + KEY[:7:-1]
    lines = [
        f'{name} = "{key[:30]}" +\\\n    "{key[30:]}"\n' for name, key in (("a", KEY), ("b", other))
    ]
    found = detect(path, build("".join(lines) + f'c = "{KEY}"\n'))
    assert [finding.secret.reveal().decode() for finding in found] == [KEY, other, KEY]
    assert [finding.encoding for finding in found] == ["pieces", "pieces", "plain"]
