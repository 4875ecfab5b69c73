"""Keys at the end of a line of digits or of base64 that the text around it may cut."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable

import pytest

from tests.support.keys import MakeKey
from tests.support.scan import find
from wakeyscan.core.finding import Bounds

CERTAIN, OPEN = Bounds.CERTAIN, Bounds.OPEN
Encode = Callable[[bytes], str]


def wrap(encode: Encode, width: int) -> Encode:
    """Return the first line that a tool writes for a text, which cuts a key."""
    return lambda key: encode(b"yy " + key + b"7" * 40)[:width]


def in_base64(text: bytes) -> str:
    return base64.b64encode(text).decode()


def join(pattern: str, gap: str) -> Encode:
    return lambda key: gap.join(pattern % byte for byte in b" " + key[:31])


CUT = {
    **{f"hex, {width}": wrap(bytes.hex, width) for width in (60, 64, 72, 76)},
    "hex, capitals": lambda key: wrap(bytes.hex, 60)(key).upper(),
    **{f"base64, {width}": wrap(in_base64, width) for width in (60, 64, 76)},
    "bytes": join("%02x", " "),
    "array": join("0x%02x", ", "),
    "decimal array": join("%d", ", "),
}
"""Lines of an encoded text that cut a key."""

DIFFS = {
    **{
        f"hunk, {name}": f"@@ -1,2 +1,2 @@\n{sign}LINE\n@@ -9,1 +9,1 @@\n c\n"
        for name, sign in (("added", "+"), ("removed", "-"), ("context", " "))
    },
    "other side after it": "@@ -1,2 +1,2 @@\n-LINE\n+}\n@@ -9 +9 @@\n c\n",
    "next file": "@@ -1,2 +1,2 @@\n+LINE\ndiff --git a/x b/x\n--- a/x\n",
    "end": "@@ -1,2 +1,2 @@\n+LINE\n",
    "no line end": "@@ -1,2 +1,2 @@\n+LINE\n\\ No newline at end of file\n",
}
TEXTS = {
    "dots": "LINE\n...\n",
    "lines that are left out": "LINE\n[200 more lines]\n",
    "a comment": "# LINE\n# ... (truncated)\n",
}


def bounds_in(text: str, path: str = "a") -> list[Bounds]:
    return [finding.bounds for finding in find(text.encode(), path)]


@pytest.mark.parametrize("name", CUT)
@pytest.mark.parametrize("place", [*DIFFS, *TEXTS])
def test_a_full_line_that_a_cut_ends_has_an_open_end(
    name: str, place: str, make_key: MakeKey
) -> None:
    line = CUT[name](make_key(40).encode())
    if place in TEXTS:
        assert bounds_in(TEXTS[place].replace("LINE", line)) == [OPEN]
        return
    diff = "--- a\n+++ b\n" + DIFFS[place].replace("LINE", line)
    assert bounds_in(diff, "a.diff") == [OPEN]
    assert bounds_in(diff) == [OPEN]
    assert bounds_in(json.dumps({"patch": diff})) == [OPEN]


@pytest.mark.parametrize("width", [60, 64, 76])
@pytest.mark.parametrize("encode", [bytes.hex, in_base64])
def test_a_line_of_a_usual_width_may_go_on(encode: Encode, width: int, make_key: MakeKey) -> None:
    line = wrap(encode, width)(make_key(40).encode())
    for text in (f"{line}\n", f"{line}\n\nMore.\n", f"f.txt:12:{line}\n--\ng.txt:1:x\n"):
        assert bounds_in(text) == [OPEN], text


@pytest.mark.parametrize("pattern", ["%d", "0x%02x", "%02x"])
def test_an_array_goes_on_after_a_comma(pattern: str, make_key: MakeKey) -> None:
    codes = join(pattern, ",")(make_key(40).encode())
    assert bounds_in(f"[{codes},") == [OPEN]
    assert bounds_in(f"[{codes},\n") == [OPEN]
    assert bounds_in(f"[{codes}, // more\n") == [OPEN]


WHOLE = {
    "literal": 'a = "HEX"\n',
    "literal in a hunk": '@@ -1 +1 @@\n+a = "HEX"\n@@ -9 +9 @@\n c\n',
    "literal of lines": 'a = """\nHEX"""\n',
    "element": "<p>HEX</p>",
    "alone": "HEX\n",
    "array": "[CODES]\n",
    "array with a comma at its end": "{\n  CODES,\n}\n",
    "string of C": "char k[] = {CODES, '\\0'};\n",
    "field": "HEX,abc\n",
}


@pytest.mark.parametrize("name", WHOLE)
def test_an_encoded_text_that_something_ends_has_a_certain_end(
    name: str, make_key: MakeKey
) -> None:
    key = make_key(24).encode()
    codes = ", ".join(map(str, key))
    text = WHOLE[name].replace("HEX", key.hex()).replace("CODES", codes)
    assert bounds_in(text) == [CERTAIN]
