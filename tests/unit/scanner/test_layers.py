"""Ends of keys in a text that a program has put into another one, or has prefixed line by line."""

from __future__ import annotations

import random

import pytest

from tests.support import contexts
from tests.support.ends import CUT
from tests.support.keys import ALPHABET, PREFIX
from tests.support.layers import LAYERS
from wakeyscan.core.document import Document, Origin
from wakeyscan.core.finding import Bounds, Finding
from wakeyscan.core.secret import API_KEY
from wakeyscan.scanner.detector import detect_in_document
from wakeyscan.scanner.ends.layers import list_layers
from wakeyscan.scanner.ends.text_end import TextEnd

KEY = PREFIX + "".join(random.Random("layers").choices(ALPHABET, k=40))
SIZE = 30

WHOLE = {
    "env": "A=1\nK=KEY\nOTHER=abc\n",
    "yaml": "a:\n  key: KEY\n  other: abc\n",
    "code": "key = 'KEY';\nother = 'abc';\n",
    "prose": "It is the key KEY and more.\n",
    "header": "Authorization: Bearer KEY\nX-App-Key: abc\n",
}


def detect(text: str) -> list[Finding]:
    found = detect_in_document(Document(Origin("a.txt"), text.encode()), contexts.few())
    return [finding for finding in found if finding.rule == API_KEY]


def _list_texts(finding: Finding) -> list[str]:
    return [one.reveal().decode() for one in (finding.secret, *finding.candidates)]


@pytest.mark.parametrize("layer", LAYERS)
def test_a_cut_key_is_not_certain_in_a_layer(layer: str) -> None:
    """A finding that is certain and wrong has the whole key as another reading.

    Each layer has every fourth wrap here; `test_cut_keys` has all.
    """
    wrong = []
    for name, (_, text) in list(CUT.items())[list(LAYERS).index(layer) % 4 :: 4]:
        inserted = "A" if name == "entity" else ""
        whole = KEY[:SIZE] + inserted + KEY[SIZE:]
        nested = LAYERS[layer](text.replace("AAA", KEY[:SIZE]).replace("BBB", KEY[SIZE:]))
        certain = (one for one in detect(nested) if one.bounds is Bounds.CERTAIN)
        if "BBB" in text and any(whole not in _list_texts(one) for one in certain):
            wrong.append(name)
    assert wrong == []


TRIED = ("terminal", "builder", "c, lines", "docker", "mysql", "columns", "comment", "mail, quoted")


@pytest.mark.parametrize("layer", LAYERS)
def test_a_cut_key_is_tried_with_its_rest_in_a_layer(layer: str) -> None:
    for name in TRIED:
        text = CUT[name][1].replace("AAA", KEY[:SIZE]).replace("BBB", KEY[SIZE:])
        found = (one for finding in detect(LAYERS[layer](text)) for one in _list_texts(finding))
        assert KEY in found, name


@pytest.mark.parametrize("name", WHOLE)
@pytest.mark.parametrize("layer", LAYERS)
def test_a_whole_key_is_certain_in_a_layer(layer: str, name: str) -> None:
    (finding,) = detect(LAYERS[layer](WHOLE[name].replace("KEY", KEY)))
    assert (finding.secret.reveal().decode(), finding.bounds) == (KEY, Bounds.CERTAIN)


OPENED = {
    "literal": (r'{"a": "x\nk: AAA\nb"}', ("x\nk: ", "\nb")),
    "escapes": (r'"\u2502 AAA \u2502\n\x41"', ("│ ", " │\nA")),
    "quote in a literal": (r'"say \"AAA\"\n"', ('say "', '"\n')),
    "literals of lines": ('["AAA\\n",\n "b\\n"]', ("", "\nb\n")),
    "doubled quotes": ('1,"""k"" AAA\nb ""c""",2', ('"k" ', '\nb "c"')),
    "template": ("k = `AAA\nb`;", ("", "\nb")),
    "docstring": ('k = """AAA\nb"""\nc', ("", "\nb")),
    "preformatted": ("<p>x</p><pre><b>y</b> AAA\n&lt;b&#62;</pre>", ("y ", "\n<b>")),
    "element": ("<a><log>AAA\nb</log></a>", ("", "\nb")),
    "section": ("<a><![CDATA[<b>AAA\n<c>]]></a>", ("<b>", "\n<c>")),
    "time": ("10:00:00 x\n10:00:00 AAA\n10:00:00 b", ("x\n", "\nb")),
    "numbers": ("  9\tAAA\n 10\tb", ("", "\nb")),
    "service": ("web | AAA\ndb | x\nweb | b", ()),
    "diff": ("@@ -1 +1 @@\n+x\n+AAA\n-y\n+b\n", ("x\n", "\nb")),
    "colors": ("\x1b[2mx\x1b[0m AAA\x1b[0m\n\x1b[35mb", ("x ", "\nb")),
    "link": ("\x1b]8;id=1;u\x1b\\AAA\x1b]8;;\x1b\\\nb", ("", "\nb")),
    "next entry": ("10:00:00 AAA\n10:00:01 b", ()),
    "next entry of a program": ("10:00:00 INFO AAA\n10:00:00 INFO b", ()),
    "flow": ("<p>AAA\nb</p>", ()),
    "types": ("List<String> k = AAA\nb", ()),
    "a literal on one line": ('k = "AAA"\nb', ()),
    "a literal without an end": ('k = "AAA\nb', ()),
}
"""Texts, and what is before and after AAA in the layer inside, if there is one."""


@pytest.mark.parametrize(("text", "wanted"), OPENED.values(), ids=OPENED)
def test_a_layer_is_removed(text: str, wanted: tuple[str, ...]) -> None:
    before, _, after = text.encode().partition(b"AAA")
    _, *inner = list_layers(TextEnd(before, after))
    assert [(one.before.decode(), one.after.decode()) for one in inner[:1]] == [wanted][
        : bool(wanted)
    ]
