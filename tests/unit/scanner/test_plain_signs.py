"""Signs of code inside other text, written plainly and at the same offsets."""

from __future__ import annotations

import html
import json
import pprint
import quopri
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.contexts import few
from tests.support.keys import MakeKey
from wakeyscan.core.document import Document, Origin
from wakeyscan.scanner.detector import detect_in_document
from wakeyscan.scanner.plain_signs import write_plainly

WRAPPERS: dict[str, tuple[str, Callable[[str], str]]] = {
    "JSON": ("a.json", lambda code: json.dumps({"code": code})),
    "JSON in JSON": ("a.log", lambda code: f"m={json.dumps(json.dumps({'code': code}))}\n"),
    "JSON in JSON in JSON": (
        "a.log",
        lambda code: f"m={json.dumps(json.dumps(json.dumps({'code': code})))}\n",
    ),
    "a page": ("a.html", lambda code: f"<pre><code>{html.escape(code)}</code></pre>"),
    "a cell": ("a.csv", lambda code: 'id,code\n1,"{}"\n'.format(code.replace('"', '""'))),
    "a printed string": ("a.txt", lambda code: pprint.pformat({"code": code, "id": 1}, width=60)),
    "a mail": ("a.eml", lambda code: quopri.encodestring(f"{code}# é\n".encode()).decode()),
}


@pytest.mark.parametrize(("path", "wrap"), WRAPPERS.values(), ids=WRAPPERS)
def test_a_joined_name_is_found_in_code_inside_other_text(
    path: str, wrap: Callable[[str], str], make_key: MakeKey
) -> None:
    key = make_key(40)
    code = f'HEAD_OF = "{key[:28]}"\nREST_OF = "{key[28:]}"\nKEY = HEAD_OF + REST_OF\n'
    finding = detect_in_document(Document(Origin(path), wrap(code).encode()), few())[0]
    texts = finding.secret, *finding.candidates
    assert key in [text.reveal().decode() for text in texts]


@given(st.text("\\n\"'&quot;#39=3Da \r\n", max_size=60).map(str.encode))
def test_all_offsets_stay(content: bytes) -> None:
    assert len(write_plainly(content)) == len(content)
