"""Every byte outside of an edit stays as it is: line ends, tabs, marks, encodings."""

from __future__ import annotations

import codecs
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.fix_cases import fill_in, repair
from wakeyscan.fixers.fixer import Edit, NotFixable, apply_edits
from wakeyscan.fixers.repair import find_offset
from wakeyscan.fixers.source_text import read_source_text

_OLD, _NEW = '"@KEY@"', "process.env.WASTACK_API_KEY"

BYTES = {
    "crlf": b"const a = 1;\r\nconst key = %s;\r\n\r\n",
    "cr": b"const a = 1;\rconst key = %s;\r",
    "mixed": b"const a = 1;\r\nconst b = 2;\n\tconst key = %s;\r\n",
    "tabs": b"\tconst\tkey\t=\t%s\t;\t\n",
    "no last line end": b"const key = %s",
    "blanks at the ends": b"const key = %s;  \n  \n",
    "mark": codecs.BOM_UTF8 + b"const key = %s;\n",
    "latin-1": b"const a = '\xe9';\nconst key = %s;\n",
    "utf-8": "const a = 'é𝒳';\nconst key = 'é' + %s;\n".encode(),
    "form feed": b"const a = 1;\n\x0cconst key = %s;\n",
    "control": b"// \x01\nconst key = %s;\n",
}


@pytest.mark.parametrize("content", BYTES.values(), ids=BYTES)
def test_bytes_outside_of_the_edit_are_kept(content: bytes) -> None:
    before, after = content.replace(b"%s", fill_in(_OLD)), content.replace(b"%s", _NEW.encode())
    assert repair("a.js", before).content == after


@pytest.mark.parametrize("name", ["live\udc80.env", ".env", "caf\udce9/.env.production"])
def test_a_file_name_that_is_not_text_is_accepted(name: str) -> None:
    (fix,) = repair(name, fill_in("WASTACK_API_KEY=@KEY@\n")).fixes
    base = os.fsencode(name).rpartition(b"/")[2]
    assert fix.edits[0].text == b"# WASTACK_API_KEY is in %b.local, which git ignores" % base
    assert [line for _, line in fix.added] == [b"WASTACK_API_KEY=", b"/%b.local" % base]


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
def test_a_utf_16_file_stays_utf_16(codec: str) -> None:
    mark = "\ufeff".encode(codec)
    text = "const a = 'é';\r\nconst key = {};\r\n"
    before = mark + text.format(fill_in(_OLD).decode()).encode(codec)
    assert repair("a.js", before).content == mark + text.format(_NEW).encode(codec)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("x = 1\r\nKEY = '@KEY@'\r\n", "import os\r\n\r\nx = 1\r\nKEY = os.environ['{}']\r\n"),
        ("# -*- coding: latin-1 -*-\nKEY = '\xe9@KEY@'\n",
         "# -*- coding: latin-1 -*-\nimport os\n\nKEY = f'\xe9{{os.environ[\"{}\"]}}'\n"),
        ("\ufeffKEY = '@KEY@'\n", "\ufeffimport os\n\nKEY = os.environ['{}']\n"),
        ("if x:\n\tKEY = (\n\t\t'@HEAD@'\n\t\t'@TAIL@'\n\t)\n",
         "import os\n\nif x:\n\tKEY = (\n\t\tos.environ['{}']\n\t)\n"),
        ("s = 'é𝒳'; KEY = '@KEY@'\n", "import os\n\ns = 'é𝒳'; KEY = os.environ['{}']\n"),
    ],
    ids=["crlf", "latin-1", "mark", "tabs", "wide characters"],
)  # fmt: skip
def test_a_python_file_keeps_its_encoding(before: str, after: str) -> None:
    codec = "latin-1" if "latin-1" in before else "utf-8"
    raw = fill_in(before).decode().encode(codec)
    assert repair("a.py", raw).content == after.format("WASTACK_API_KEY").encode(codec)


def test_binary_content_is_not_changed() -> None:
    raw = b"\0" + fill_in("KEY = '@KEY@'\n")
    fixed = repair("a.py", raw)
    assert fixed.content == raw
    assert [one.reason for one in fixed.left] == ["the file is not text"]


@given(st.binary(max_size=60))
def test_a_text_is_written_as_it_was_read(raw: bytes) -> None:
    try:
        text = read_source_text(raw)
    except NotFixable:
        return
    assert text.encode(text.content) == raw


@given(st.text(alphabet="aé𝒳\r\n\t", max_size=30), st.data())
def test_a_position_is_converted_to_an_offset(text: str, data: st.DataObject) -> None:
    content = text.encode()
    number = data.draw(st.integers(0, len(text)))
    before = text[:number].encode()
    lines = before.splitlines(keepends=True) or [b""]
    is_ended = lines[-1].endswith((b"\n", b"\r")) and not (
        before.endswith(b"\r") and content[len(before) :].startswith(b"\n")
    )
    line = len(lines) + is_ended
    column = 1 if is_ended else len(lines[-1].decode()) + 1
    assert find_offset(content, line, column) == len(before)


def test_overlapping_edits_are_refused() -> None:
    assert apply_edits(b"abcd", [Edit(2, 3, b"X"), Edit(0, 1, b"")]) == b"bXd"
    with pytest.raises(NotFixable, match="overlap"):
        apply_edits(b"abcd", [Edit(0, 2, b""), Edit(1, 3, b"")])
