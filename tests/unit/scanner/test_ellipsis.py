"""A key that an ellipsis or a mask follows is cut short: a placeholder, shown on request."""

from __future__ import annotations

from base64 import b64encode

import pytest

from tests.support import contexts
from tests.support.keys import MakeKey
from wakeyscan.core.document import Document, Origin
from wakeyscan.core.finding import Finding, Standing
from wakeyscan.scanner.detector import detect_in_document, detect_in_name

CONTEXT = contexts.few()
CUT = (Standing.PLACEHOLDER, "cut short by an ellipsis")
WHOLE = (Standing.REPORTED, "")


def detect(text: bytes) -> list[Finding]:
    return detect_in_document(Document(Origin("a.md"), text), CONTEXT)


def standing(text: str | bytes) -> tuple[Standing, str]:
    (finding,) = detect(text.encode() if isinstance(text, str) else text)
    return finding.standing, finding.reason


CUT_SHORT = {
    "dots": "key: {}...",
    "four-dots": "key: {}....",
    "ellipsis": "key: {}…",
    "quoted": 'key = "{}..."',
    "middle": "key: {}...x9z0",
    "stars": "key: {}***",
    "many-stars": "key: {}****************",
    "brackets": "key: {}[...]",
    "brackets-blanks": "key: {}[ ... ]",
    "brackets-ellipsis": "key: {}[…]",
    "parentheses": "key: {}(...)",
    "angles": "key: {}<...>",
    "truncated": "key: {}[truncated]",
    "redacted": "key: {}<REDACTED>",
    "number of characters": "key: {}[34 characters truncated]",
    "number of bytes": "key: {}… 8 more bytes",
    "plus": "key: {}(+12 chars)",
    "braces": "key: {}{{12 more}}",
    "snip": "key: {}<snip>",
    "output truncated": "key: {}[output truncated]",
    "entity": "<b>{}&hellip;</b>",
    "number-entity": "<b>{}&#8230;</b>",
    "escape": 'k = "{}\\u2026"',
    "bullets": "key: {}•••••",
    "blocks": "key: {}████",
}
NOT_CUT = {
    "sentence": "The key is {}. Keep it.",
    "two-dots": "key: {}..",
    "leader": "key {}.......... ok",
    "blank": "key: {} ...",
    "blank-brackets": "key: {} [...]",
    "length": "key: {}(48 characters)",
    "note": "key: {}(see the next page)",
    "quote": '["{}", ...rest]',
    "spread": 'f("{}"...)',
    "star": "*{}*",
    "strong": "**{}**",
    "strong-emphasis": "***{}***",
    "comment-end": "/* {}***/",
    "one-star": "{}*",
    "bracket": "[{}]",
    "call": "f({})",
    "link": "[key]({})",
    "end": "{}",
}


@pytest.mark.parametrize("template", CUT_SHORT.values(), ids=CUT_SHORT)
def test_a_key_before_an_ellipsis_is_cut_short(template: str, make_key: MakeKey) -> None:
    assert standing(template.format(make_key())) == CUT


@pytest.mark.parametrize("template", NOT_CUT.values(), ids=NOT_CUT)
def test_a_key_before_anything_else_is_whole(template: str, make_key: MakeKey) -> None:
    assert standing(template.format(make_key())) == WHOLE


def test_an_ellipsis_counts_in_every_encoding(make_key: MakeKey) -> None:
    key = make_key()
    assert standing(f"key: {key}...\n".encode("utf-16")) == CUT
    encoded = b64encode(f'{{"key": "{key}…", "more": 1}}'.encode()).decode()
    assert standing(f"data: {encoded}\n") == CUT
    assert standing(f'key = "{key[:20]}" + "{key[20:]}..."\n') == CUT


def test_an_ellipsis_after_an_encoded_text_does_not_cut_a_key_in_it(make_key: MakeKey) -> None:
    encoded = b64encode(f'{{"key": "{make_key()}", "more": 1}}'.encode()).decode().rstrip("=")
    assert standing(f"data: {encoded}...\n") == WHOLE


def test_a_whole_key_is_reported_in_addition_to_its_short_form(make_key: MakeKey) -> None:
    key = make_key()
    found = detect(f"short: {key}...\nwhole: {key}\n".encode())
    assert [(f.position.line, f.standing) for f in found] == [
        (1, Standing.PLACEHOLDER),
        (2, Standing.REPORTED),
    ]


def test_an_ellipsis_in_a_file_name_is_a_part_of_it(make_key: MakeKey) -> None:
    _, (finding,) = detect_in_name(Origin(f"{make_key()}…txt"), CONTEXT)
    assert finding.standing is Standing.REPORTED


WRAPPED = {
    "column": "ID  TOKEN\n17  {}…\n    {}\n",
    "text in a column": "ID  TOKEN{:40}\n17  key {{}}… x\n    {{}} is old\n".format(""),
    "marks on both lines": "the key {}…\n…{} is old\n",
}


@pytest.mark.parametrize("template", WRAPPED.values(), ids=WRAPPED)
def test_a_key_that_goes_on_after_an_ellipsis_is_not_cut_short(
    template: str, make_key: MakeKey
) -> None:
    key = make_key()
    (finding,) = detect(template.format(key[:30], key[30:]).encode())
    assert (finding.standing, finding.reason) == WHOLE
    assert key in [one.reveal().decode() for one in finding.candidates]


def test_prose_after_an_ellipsis_is_no_rest(make_key: MakeKey) -> None:
    assert standing(f"the key {make_key()}…\nis old\n") == CUT
    assert standing(f"{make_key()}…\nx7Kq2\n") == CUT
