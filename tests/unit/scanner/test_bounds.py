"""The ends of a key: whether the text around it proves them."""

from __future__ import annotations

import json
import random
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.ends import CUT, WHOLE, WRAPS, place_cut, place_whole, place_wrapped
from tests.support.keys import ALPHABET, PREFIX
from wakeyscan.core.finding import Bounds
from wakeyscan.scanner.bounds import find_bounds

KEY = PREFIX + "".join(random.Random("bounds").choices(ALPHABET, k=24))
REST = "4fGh7Kz"


def bounds(text: str | bytes, path: str = "") -> Bounds:
    """Return the bounds of the key in a text, in which `KEY` stands for it."""
    content = text if isinstance(text, bytes) else text.encode()
    content = content.replace(b"KEY", KEY.encode()).replace(b"REST", REST.encode())
    start = content.index(KEY.encode())
    return find_bounds(content, start, start + len(KEY), path)


DASHES = {
    **{f"dash U+{ord(dash):04X}": dash for dash in "–—―‐‑‒−－﹣＿ー〜〰"},
    "garbled en dash": "â€“",
    "garbled em dash": "â€”",
    "garbled soft hyphen": "Â\u00ad",
    "en dash, entity": "&ndash;",
    "en dash, number": "&#8211;",
    "em dash, escaped": r"\u2014",
    "en dash, percent": "%E2%80%93",
}
"""What word processors, chats and input methods write for the hyphens and `_` of a key."""

CERTAIN = {
    "troff, bold": "Use \\fBKEY\\fP with it",
    "troff, bold, at a line end": "Use \\fBKEY\\fP\n.SH KEYS\n",
    "troff, bold, in a sentence": "Use \\fBKEY\\fR. Then wait.",
    "troff, constant width": "Use \\f(CWKEY\\fR, or wait",
    "troff, a smaller size": "Use \\s-1KEY\\s+1 with it",
    "after a closed quote": 'a "b" KEY',
    "in a docstring": '"""KEY\n\nMore."""\n',
    "escaped quotes": 'say \\"KEY',
    "alone": "KEY",
    "last line": "a\nKEY\n",
    "double quotes": 'k = "KEY"; next',
    "logical or": 'k = "KEY" || "abc"',
    "single quotes": "k = 'KEY'\nnext",
    "backticks": "see `KEY`\nfor more",
    "html attribute": '<a b="KEY">c</a>',
    "header": "Authorization: Bearer KEY\r\nX-App-Key: abc\r\n",
    "header, then a blank line": "Authorization: Bearer KEY\r\n\r\nabc",
    "env": "A=1\nK=KEY\nOTHER=abc\n",
    "env, CRLF": "K=KEY\r\nOTHER=abc\r\n",
    "env, exported": "export K=KEY\nexport OTHER=abc\n",
    "env, old Mac": "K=KEY\rOTHER=abc\r",
    "env, spaces": "K = KEY\nother.name = abc\n",
    "yaml": "a:\n  key: KEY\n  other: abc\n",
    "yaml, outer": "a:\n  key: KEY\nother: abc\n",
    "yaml, list of maps": "- key: KEY\n- other: abc\n",
    "yaml, list": "- KEY\n- abc\n",
    "yaml, documents": "key: KEY\n---\nabc: d\n",
    "json": '{"a": "KEY", "b": 1}',
    "json in json": r'"{\"a\": \"KEY\"}"',
    "json, a text of lines": r'{"env": "K=KEY\nOTHER=abc\n"}',
    "toml": 'k = "KEY"\n[next]\n',
    "ini": "k = KEY\n[next]\nabc = d",
    "one a line": f"KEY\n{PREFIX}other\n",
    "csv": "a,KEY,abc\n",
    "tsv": "a\tKEY\tabc\n",
    "url": "https://x/?key=KEY&other=abc",
    "url, escaped": "x%3DKEY%26other",
    "blank": "the key KEY and more",
    "wide blank": "the key KEY\u00a0and more",
    "bracket": "(KEY)and",
    "end of a sentence": "It is KEY. Revoke it.\nabc",
    "comma": "KEY,abc",
    "curly quotes": "the key “KEY” is",
    "curly quotes, list": "“KEY”, next",
    "guillemets": "la clé « KEY » et « abc »",
    "french guillemets": "«KEY» et",
    "cjk": "密钥KEY是什么",
    "heredoc": "cat >.env <<EOF\nK=KEY\nEOF\n",
    "log": "2026-01-02 10:00:00 key KEY\n2026-01-02 10:00:01 done\n",
    "syslog": "Jan  2 10:00:00 h a: KEY\nJan  2 10:00:01 h a: b\n",
    "markdown emphasis": "the **KEY** there",
    "markdown list": "* KEY\n* abc\n",
    "table cell": "| KEY | abc |\n",
    "html cell": "<td>KEY</td><td>abc</td>",
    "html option": "<option>KEY</option>abc",
    "html break and blank": "KEY<br> abc",
    "html tag and blank": "<b>KEY</b> abc",
    "xml": "<key>KEY</key><other>abc</other>",
    "xml array": "<key>KEY</key><key>abc</key>",
    "escape before": r'"a\nKEY"',
    "percent before": "a%20KEY b",
    "shell, one more argument": "curl -u KEY \\\n  --data abc\n",
    "mail": "> Bearer KEY\n>\n> abc",
    "colour": "\x1b[31mKEY\x1b[0m abc",
    "NUL": b"\0KEY\0",
    "NUL, letters after": b"abc\0K=KEY\0abc",
    "quotes in binary data": b'\0\x01{"a":"KEY","b":1}\0',
    "lines in binary data": b"\0\0K=KEY\nOTHER=abc\n\0",
    "length and type in binary data": b"\0\x12" + bytes([len(KEY)]) + b"KEYz\x01\x02\0",
    "length before another string": b"\0\0" + bytes([len(KEY)]) + b"KEYz\x05hello\0",
    "length of the whole value": b"\0\x12" + bytes([len(KEY) + 7]) + b"Bearer KEYz\x01\0",
}
UNCERTAIN = {
    "letters after": "KEYREST",
    "wrapped": "K=KEY\nREST\n",
    "wrapped, CRLF": "K=KEY\r\nREST\r\n",
    "wrapped, CR CR LF": "K=KEY\r\r\nREST\r\r\n",
    "wrapped, rest with a dash": "K=KEY\n-REST\n",
    "wrapped, more after": "curl -H 'Bearer KEY\nREST' https://x\n",
    "wrapped, name after": "refused KEY\nREST: unauthorized\n",
    "quoted": "> a KEY\n> REST b\n",
    "quoted, wrapped once more": "> a KEY\nREST b\n",
    "quoted twice": ">> a KEY\n>> REST\n",
    "flowed": "a KEY \nREST\n",
    "readline": "$ K=KEY \rREST\r\n",
    "cleared to the end of the line": "K=KEY\x1b[K\r\nREST\r\n",
    "ldif": "description: KEY\n REST\nsn: a\n",
    "ldif, rest like a name": "description: KEY\n abc: d\n",
    "manifest": "A-B: KEY\r\n REST\r\n",
    "comment": "# K=KEY\n# REST\n",
    "prose": "the key KEY\nabcd more\n",
    "vertical tab": "KEY\x0bREST",
    "line separator": "KEY\u2028REST",
    "escaped line end": r'"K=KEY\nREST"',
    "percent line end": "K=KEY%0D%0AREST",
    "wbr": "<p>KEY<wbr>REST</p>",
    "span opens": '<pre>KEY<span class="n">REST</span>',
    "span after span": "<span>KEY</span><span>REST</span>",
    "unknown tag": "KEY<x-y>REST",
    "office run": "KEY</w:t></w:r><w:r><w:t>REST",
    "break": "KEY<br>REST",
    "break and line end": "KEY<br>\nREST",
    "comment in markup": "KEY<!-- x -->REST",
    "zero width": "KEY\u200bREST",
    "zero width, and a line end": "KEY\u200b\nREST",
    "soft hyphen": "KEY\u00adREST",
    "word joiner": "KEY\u2060REST",
    "byte-order mark": "KEY\ufeffREST",
    "shy": "KEY&shy;REST",
    "shy, decimal": "KEY&#173;REST",
    "zero width, hexadecimal": "KEY&#x200B;REST",
    "zero width, escaped": r'"KEY\u200bREST"',
    "zero width, percent": "KEY%E2%80%8BREST",
    "colour inside": "KEY\x1b[0mREST",
    "cobol": "       01 K VALUE 'KEY\n      -    'REST'.\n",
    "cobol, closed": "       01 K VALUE 'KEY'\n      -    'REST'.\n",
    "fortran": "k = 'KEY&\n     &REST'\n",
    "fortran, column 6": "      k = 'KEY\n     &REST'\n",
    "batch": "set K=KEY^\r\nREST\r\n",
    "backslash": "K=KEY\\\nREST\n",
    "backslash, name after": 'k = "KEY\\\nA=b"\n',
    "backslash, indented": 'k: "KEY\\\n  REST"\n',
    "powershell": "$k = KEY`\r\nREST\r\n",
    "quoted-printable": "KEY=\nREST",
    "reopened": "k = 'KEY' &\n  'REST'\n",
    "reopened, backslash": "k = 'KEY' \\\n  'REST'\n",
    "reopened, basic": 'k = "KEY" & _\n  "REST"\n',
    "reopened, fortran": "k = 'KEY' // &\n  'REST'\n",
    "reopened, sql": "k = 'KEY' || 'REST'\n",
    "with a value": 'k = "KEY" + rest',
    "template": "k = `KEY${rest}`",
    "format": 'k = f"KEY{rest}"',
    "shell variable": 'K="KEY$REST"',
    "printf": '"KEY%s"',
    "ellipsis": "KEY…",
    "dots": "KEY...",
    "dots in brackets": "KEY[...]",
    "stars": "KEY****",
    "bullets": "KEY••••",
    "dash at the end": '"KEY-"',
    "underscore at the end": "K=KEY_\n",
    "rtf": "{\\rtf1 key: KEY\r\nREST \\par}",
    **{f"typographic {name}": f"<p>KEY{dash}REST</p>" for name, dash in DASHES.items()},
    "soft hyphen, escaped": r'"KEY\xadREST"',
    "reopened, curly": "k = “KEY” + “REST”",
    "reopened, curly, on the next line": "k = ‘KEY’ &\n‘REST’",
    "reopened, guillemets": "«KEY» «REST»",
    "rtf, dash": "{\\rtf1 key KEY\\endash REST\\par}",
    "rtf, dash of Windows": "{\\rtf1 key KEY\\'96REST\\par}",
    "rtf, hyphen": "{\\rtf1 key KEY\\_REST\\par}",
    "roff, dash": ".B KEY\\(enREST\n",
    "tex, dash": "KEY\\textendash REST\n",
    "dash of Windows": b"the key KEY\x96REST",
    "letter before, binary data": b"\0abcKEY\0",
    "elf": b"\x7fELF\0\0error: KEY runtime error\0",
    "letters after, binary data": b"\0KEYabc\0",
    "control after": b"\0\0\x01KEY\x08\x0b\0",
    "json, cut": '{"a": "x", "k": "KEY',
    "json lines, cut": '{"a": "x", "k": "KEY\n{"a": "y"}\n',
    "an option, cut": '$ curl -H "Authorization: Bearer KEY\n$ ls\n',
    "a field after a full one, with NULs": b"\0\1KEYadmin\0\0\0\0abc\0",
    "NULs to a multiple of eight": b"\0\1KEY\0\0\0\0\0abc\0",
    "control after, no NUL": b"\x0a\x05hello\x12KEY\x1a\x03abc",
    "unmatched quote": b'\0\x0a\x04abcdKEY"\x03abc\0',
    "line end that is a tag": b"\0\x0a\x80KEY\x0a\x05hello\0",
    "length that may be a delimiter": b"\0\x0a" + bytes([len(KEY)]) + b"KEYz\x01\x02\0",
    "length in binary data, letter after": b"\0\0" + bytes([len(KEY)]) + b"KEYz\x01\x02\0",
    "length of the whole value, letter after": b"\0\x01"
    + bytes([len(KEY) + 7])
    + b"Bearer KEYz\x01",
    "a byte of no text": b"KEY\xff",
}


@pytest.mark.parametrize("text", CERTAIN.values(), ids=CERTAIN)
def test_a_delimited_key_has_certain_bounds(text: str | bytes) -> None:
    assert bounds(text) is Bounds.CERTAIN


@pytest.mark.parametrize("text", UNCERTAIN.values(), ids=UNCERTAIN)
def test_a_key_that_may_continue_has_open_bounds(text: str | bytes) -> None:
    assert bounds(text) is Bounds.OPEN


CODE = {
    "a command": ("K=KEY\ncurl https://x\n", Bounds.CERTAIN),
    "the end of a block": ("  K=KEY\nfi\n", Bounds.CERTAIN),
    "a word alone": ("K=KEY\nREST\n", Bounds.OPEN),
    "a comment that goes on": ("# the key KEY\n# REST is it\n", Bounds.OPEN),
    "a continued line": ("K=KEY\\\nREST b\n", Bounds.OPEN),
}


@pytest.mark.parametrize(("text", "wanted"), CODE.values(), ids=CODE)
@pytest.mark.parametrize("path", ["a.sh", "b/.env.local", "Dockerfile", ".bash_history", "a.yml"])
def test_lines_of_code_are_not_wrapped(path: str, text: str, wanted: Bounds) -> None:
    assert bounds(text, path) is wanted


@pytest.mark.parametrize("path", ["a.txt", "README.md", "a.log", "typescript"])
def test_lines_of_prose_may_be_wrapped(path: str) -> None:
    assert bounds("K=KEY\ndeploy now\n", path) is Bounds.OPEN
    assert bounds("K=KEY\ndeploy now\n", "a.sh") is Bounds.CERTAIN


def test_the_longest_key_before_more_text_is_open() -> None:
    content = (PREFIX + "a1" * 80).encode()
    assert find_bounds(content, 0, len(PREFIX) + 128) is Bounds.OPEN


@given(st.binary(max_size=80), st.binary(max_size=80))
def test_any_text_around_a_key_gives_consistent_bounds(before: bytes, behind: bytes) -> None:
    key = f"{KEY}a".encode()  # one more than 32, so that no blank is its length
    content = before + key + behind
    found = find_bounds(content, len(before), len(before) + len(key))
    if behind[:1].isalnum() and b"\0" not in content and before[-1:].isspace():
        assert found is Bounds.OPEN


@pytest.mark.parametrize(("path", "text"), CUT.values(), ids=CUT)
def test_the_end_of_a_cut_key_is_open(path: str, text: str) -> None:
    content, start, end = place_cut(text, KEY, 28)
    assert find_bounds(content, start, end, path) is Bounds.OPEN


@pytest.mark.parametrize("name", ["syslog", "psql", "comment", "compose", "kernel"])
@pytest.mark.parametrize(
    "nest",
    [
        lambda text: json.dumps({"id": 1, "text": text}),
        lambda text: json.dumps({"a": json.dumps({"text": text})}),
        lambda text: f"x = {text!r}\n",
        lambda text: f"\ufeff{text}",
    ],
    ids=["json", "json in json", "python", "byte-order mark"],
)
def test_a_cut_key_is_open_in_a_text_in_another(nest: Callable[[str], str], name: str) -> None:
    content, start, end = place_cut(nest(CUT[name][1]), KEY, 28)
    assert find_bounds(content, start, end, "a.txt") is Bounds.OPEN


@pytest.mark.parametrize(("path", "text"), WHOLE.values(), ids=WHOLE)
def test_the_end_of_a_whole_key_is_certain(path: str, text: str) -> None:
    content, start, end = place_whole(text, KEY)
    assert find_bounds(content, start, end, path) is Bounds.CERTAIN


@given(seed=st.integers(0, 2**32), cut=st.integers(28, 43), name=st.sampled_from(sorted(CUT)))
def test_any_key_that_is_cut_anywhere_is_open(seed: int, cut: int, name: str) -> None:
    path, text = CUT[name]
    key = PREFIX + "".join(random.Random(seed).choices(ALPHABET, k=40))
    content, start, end = place_cut(text, key, cut)
    assert find_bounds(content, start, end, path) is Bounds.OPEN


@given(
    st.integers(0, 2**32),
    st.integers(28, 43),
    st.sampled_from(sorted(WHOLE)),
    st.sampled_from(sorted(WRAPS)),
    st.sampled_from(["", "a.log", "a.txt"]),
)
def test_any_text_that_is_wrapped_inside_the_key_is_open(
    seed: int, size: int, name: str, wrap: str, path: str
) -> None:
    key = PREFIX + "".join(random.Random(seed).choices(ALPHABET, k=40))
    content, start, end = place_wrapped(WHOLE[name][1], key, size, WRAPS[wrap])
    assert find_bounds(content, start, end, path) is Bounds.OPEN
