"""Encoded text that goes on behind something else proves no end of a key."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable

import pytest

from tests.support.contexts import few
from tests.support.keys import MakeKey
from wakeyscan.core.document import Document, Origin
from wakeyscan.core.finding import Bounds, Finding
from wakeyscan.core.secret import API_KEY
from wakeyscan.scanner.detector import detect_in_document

BETWEEN = {
    "blank": " ",
    "tab": "\t",
    "line": "\n",
    "blank line": "\n\n",
    "continued line": " \\\n",
    "comment": "\n# ",
    "comment of SQL": "\n-- ",
    "block comment": "\n * ",
    "quoted mail": "\n> ",
    "list": '",\n"',
    "operator": '" +\n"',
    "appending operator": '"; x += "',
    "appending operator of PHP": "';\n$k .= '",
    "call": '");\ns.append("',
    "paragraph": "</p><p>",
    "tag": "<br>",
    "escaped line end": "\\n",
    "colors": "\x1b[0m",
}
"""What is between two parts of an encoded text."""

ENCODINGS: dict[str, tuple[int, Callable[[bytes], str]]] = {
    "base64": (12, lambda text: b64encode(text).decode()),
    "hex": (1, lambda text: text.hex()),
    "hex with blanks": (1, lambda text: text.hex(" ")),
    "hex with colons": (1, lambda text: text.hex(":")),
    "percent": (1, lambda text: "".join(f"%{code:02X}" for code in text)),
    "escapes": (1, lambda text: "".join(f"\\x{code:02x}" for code in text)),
    "escapes of four digits": (1, lambda text: "".join(f"\\u{code:04x}" for code in text)),
    "octal": (1, lambda text: "".join(f"\\{code:03o}" for code in text)),
    "entities": (1, lambda text: "".join(f"&#{code};" for code in text)),
}
"""How many bytes of a text are encoded as a whole, and the encoding."""

STAMPED = {
    "log": ("2026-01-01T00:00:0{n}.000Z INFO {part}\n", 0),
    "echo": ("echo '{part}' >> k.b64\n", 0),
    "echo of a batch file": ("echo {part}>>k.b64\r\n", 0),
    "list of YAML": ("  - {part}\n", 0),
    "numbered": ("{n}: {part}\n", 1),
}
"""Lines with the same text before each part."""

WHOLE = {
    "fields of Kubernetes": "data:\n  key: {key}\n  other: {other}\n",
    "fields of JSON": '{{"key": "{key}", "other": "{other}"}}',
    "a word after": "{key} is the key\n",
    "a number after": '["{key}", 42]',
    "a list of keys": "  - {key}\n  - {second}\n",
}
"""Whole texts after which other ones follow."""


def detect(text: str) -> list[Finding]:
    found = detect_in_document(Document(Origin("a.txt"), text.encode()), few())
    return [finding for finding in found if finding.rule == API_KEY]


def is_safe(findings: list[Finding], key: str) -> bool:
    return all(
        finding.bounds is Bounds.OPEN or finding.secret.reveal().decode() == key
        for finding in findings
    )


@pytest.mark.parametrize("between", BETWEEN.values(), ids=BETWEEN)
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_key_that_is_cut_is_open(make_key: MakeKey, encoding: str, between: str) -> None:
    size, encode = ENCODINGS[encoding]
    for length in range(24, 37, size):
        key = make_key(40)
        parts = key[:length].encode(), f"{key[length:]}\nB=2\n".encode()
        assert is_safe(detect(f'k = "{between.join(map(encode, parts))}"\n'), key)


@pytest.mark.parametrize(("line", "first"), STAMPED.values(), ids=STAMPED)
def test_a_key_in_lines_with_the_same_start_is_open(
    make_key: MakeKey, line: str, first: int
) -> None:
    key = make_key(40)
    encoded = b64encode(f"KEY={key}\nB=2 and more text\n".encode()).decode()
    parts = [encoded[at : at + 48] for at in range(0, len(encoded), 48)]
    text = "".join(line.format(n=n, part=part) for n, part in enumerate(parts, first))
    assert is_safe(detect(text), key)


@pytest.mark.parametrize("text", WHOLE.values(), ids=WHOLE)
def test_a_whole_key_before_another_text_is_certain(make_key: MakeKey, text: str) -> None:
    keys = [b64encode(make_key(40).encode()).decode() for _ in range(2)]
    other = b64encode(b"postgres://user:p4ss@db.internal:5432/app").decode()
    findings = detect(text.format(key=keys[0], second=keys[1], other=other))
    assert findings[0].bounds is Bounds.CERTAIN


@pytest.mark.parametrize("sizes", [(30, 18), (31, 9), (32, 2)])
@pytest.mark.parametrize("sign", ["+", ".", " . ", "&", "||", "<>"])
def test_a_key_whose_parts_calls_decode_is_open(
    make_key: MakeKey, sizes: tuple[int, int], sign: str
) -> None:
    key = make_key(sum(sizes)).encode()
    parts = (b64encode(part).decode() for part in (key[: sizes[0]], key[sizes[0] :]))
    text = sign.join(f'atob("{part}")' for part in parts)
    assert is_safe(detect(f"k = {text};\n"), key.decode())


def test_a_key_before_another_call_is_certain(make_key: MakeKey) -> None:
    text = b64encode(make_key(32).encode()).decode()
    (finding,) = detect(f'k = atob("{text}"); n = f("3f9a0c11");\n')
    assert finding.bounds is Bounds.CERTAIN
