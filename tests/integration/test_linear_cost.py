"""The cost of a text grows with its size: texts of repeated parts of keys, in every encoding.

Steps are calls of functions, which do not depend on the machine. The steps inside of patterns are
not among them: `benchmarks/growth.py` measures seconds.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Iterator
from hashlib import sha256
from typing import cast

import pytest

from tests.support.calls import count_calls
from tests.support.encodings import SINGLE
from wakeyscan.core.document import Document, Origin
from wakeyscan.core.secret import KEY_PREFIX
from wakeyscan.decoders import DECODERS
from wakeyscan.rules import loader
from wakeyscan.scanner.context import build_context
from wakeyscan.scanner.decoding import decode_document
from wakeyscan.scanner.detector import detect_in_document
from wakeyscan.scanner.prefilter.anchors import AnchorHit
from wakeyscan.scanner.prefilter.strategy import LARGE_SCAN, Prefilter

SMALL, LARGE = 2 << 10, 8 << 10
"""Bytes of two texts: the larger one may take as many times the steps as it has bytes."""
MOST = 1.5 * LARGE / SMALL
"""A quadratic step takes 16 times the steps."""
FEWEST = 2000
"""Steps that any text takes, such as the first use of a module."""

PREFIX = KEY_PREFIX.encode()
HEAD, TAIL = PREFIX[:3], PREFIX[3:]

GAPS = {
    "folded": HEAD + b"\n " + TAIL,
    "folded later": b"wa_li\n ve_",
    "comments": b"# k " + HEAD + b"\n# " + TAIL,
    "cells": b"| a wa_li | b |\n|   ve_ | c |\n",
    "columns": b"a wa_li  b\n",
    "two texts": b"k wa_live_q7 | b\nRkZ2mTx9Lp4V | c\n",
    "two texts with tabs": b"k wa_live_q7\t| b\nRkZ2mTx9Lp4V\t| c\n",
    "counted lines": b"9 ms: k wa_live_q7\n10 ms: RkZ2mTx9Lp4V\n",
    "lines in JSON": rb"k wa_live_q7\nRkZ2mTx9Lp4V\n",
    "events of a stream": b'data: {"delta": "wa_li"}\n\ndata: {"delta": "ve_q7"}\n\n',
    "events in JSON": rb"data: {\"delta\": \"wa_li\"}\n\ndata: {\"delta\": \"ve_q7\"}\n\n",
    "letters in events in JSON": rb"{\"delta\": \"_\"}\n",
    "letters in events": b"".join(b'{"text": "%c"}\n' % code for code in PREFIX),
    "pieces in a line of events": b'{"delta": "wa_li"}, ',
    "strings in a list": b'"k wa_li", "ve_',
    "quoted mail": b"> " + HEAD + b"\n> " + TAIL,
    "batch": HEAD + b"^\n" + TAIL,
    "Fortran": HEAD + b"&\n     &" + TAIL,
    "first parts": HEAD + b"\n",
    "last parts": b"\n" + TAIL,
    "wbr": HEAD + b"<wbr>" + TAIL,
    "soft hyphens": HEAD + b"&shy;" + TAIL,
    "zero-width spaces": HEAD + "\u200b".encode() + TAIL,
    "spans": b"<span>wa</span><span>_" + TAIL + b"</span>",
    "open spans": b'<span class="hljs-string">' + HEAD,
    "Markdown": rb"wa\_live\_",
    "RTF": rb"{\rtf " + HEAD + rb"{\b " + TAIL + b"}",
    "RTF once": HEAD + rb"}{\b " + TAIL,
    "colors": HEAD + b"\x1b[0m" + TAIL,
    "open colors": b"\x1b[1m" + HEAD + b"\x1b[0m",
    "colors of grep": b"wa_\x1b[m\x1b[K\x1b[01;31m\x1b[Kl",
    "colors of lines": b"\x1b[1mk wa_li\x1b[0m\n\x1b[1mve_a7\x1b[0m\n",
    "changes of words": b"wa_live_[-q7-]{+x9+}R ",
    "open changes": b"wa_live_{+[-",
    "letters in a list": b", ".join(b'"%c"' % code for code in PREFIX) + b", ",
    "LaTeX of highlight": rb"wa\_{}live\_{}",
    "bold letters": b"".join(b"%c\b%c" % (code, code) for code in PREFIX),
    "asciinema 1": b'"version": 1, "stdout": [[1, "' + HEAD + b'"], [2, "' + TAIL + b'"]]',
    "asciinema": b'[1.0, "o", "' + HEAD + b'"]\n[1.1, "o", "' + TAIL + b'"]\n',
    "encoded words": b"=?utf-8?q?wa=5Flive=5F?=\n ",
    "encoded words in base64": b"=?utf-8?b?" + b64encode(PREFIX) + b"?=\n ",
    "office": b"<w:t>" + HEAD + b"</w:t></w:r><w:r><w:t>" + TAIL + b"</w:t>",
    "registry": b'"k"=hex(1):' + b",00,".join(b"%02x" % code for code in PREFIX) + b",00\r\n",
    "pieces": b'"' + HEAD + b'" + "' + TAIL,
    "pieces in a page": b"k = &quot;" + PREFIX + b"&quot;\n",
    "pieces in a cell": b'""' + PREFIX + b'"" "',
    "pieces in a listing": b'a.py:1:k = "' + PREFIX + b'"\n',
    "calls": b'.concat("' + HEAD + b'").concat("' + TAIL + b'")',
    "buffers": b'strcat(b,"' + HEAD + b'");strcat(b,"' + TAIL + b'");\n',
    "middle parts": b'"li" "ve_" ',
    "pieces in JSON": rb'"k = (\"'
    + HEAD
    + rb'\"\n",'
    + b"\n"
    + rb'"  \"'
    + TAIL
    + rb'\")",'
    + b"\n",
    "pieces in a patch": b'@@ -1 +1 @@\n-k = "' + HEAD + b'" +\n+  "' + TAIL + b'" +\n',
    "lines of hex": PREFIX.hex().encode() * 2 + b"ff\n" + HEAD.hex().encode() + b"\n",
    "gzip in base64": b64encode(b"\x1f\x8b\x08" + bytes(6)),
    "zip in base64": b64encode(b"PK\x03\x04\x14" + bytes(4)),
    "UTF-16 with a mark": b"\xff\xfe" + PREFIX.decode().encode("utf-16-le"),
    "whole prefixes": PREFIX,
    "quoted prefixes": b'"' + PREFIX + b'"',
}
"""Parts of keys that something splits, as the decoders of split keys look for them."""
TOKENS = {**{name: one.wrap(PREFIX) for name, one in SINGLE.items()}, **GAPS}

CONTEXT = build_context(loader.load_rules(""), DECODERS)
CONTEXT.prefilter.expect(LARGE_SCAN)  # as for a large text, whatever the size


def count_steps(content: bytes) -> int:
    """Return how many functions a second search for keys in a text calls."""
    detect(content)  # loads the modules, those for many anchors too
    return count_calls(lambda: detect(content))


def detect(content: bytes) -> None:
    detect_in_document(Document(Origin("a.txt"), content), CONTEXT)


def repeat(token: bytes, size: int) -> bytes:
    """Return a text of so many bytes."""
    return (token * (size // len(token) + 1))[:size]


@pytest.mark.parametrize("token", TOKENS.values(), ids=TOKENS)
def test_steps_grow_with_the_size(token: bytes) -> None:
    texts = [repeat(token, size) for size in (SMALL, LARGE)]
    small, large = map(count_steps, texts)
    assert large <= MOST * small + FEWEST


def list_decoders() -> Iterator[str]:
    """Yield the decoders that find something to decode in one of the texts."""
    for token in TOKENS.values():
        content = repeat(token, SMALL)
        document = Document(Origin("a.txt"), content)
        for _, text in decode_document(document, CONTEXT.prefilter(content), CONTEXT):
            yield from {
                CONTEXT.decoders[hit.form.decoder].NAME for hit in text.hits if hit.form.decoder
            }


def test_every_decoder_is_measured() -> None:
    assert {decoder.NAME for decoder in DECODERS.values()} <= {*list_decoders()}


@pytest.mark.parametrize("name", ["base64", "base64-unpadded", "hex", "hex-colons"])
def test_a_decoded_text_that_is_repeated_is_matched_once(name: str) -> None:
    wrap = SINGLE[name].wrap
    same = b" ".join(wrap(PREFIX + b"ab0000") for _ in range(200))
    different = b" ".join(wrap(PREFIX + b"ab%04d" % number) for number in range(200))
    assert count_steps(same) < 0.6 * count_steps(different)


def test_a_new_name_takes_no_more_steps_than_a_known_one() -> None:
    def name_all(first: int) -> bytes:
        lines = (f'P{n} = "{KEY_PREFIX}"\nk = P{n} + b + "x"\n' for n in range(first, first + 100))
        return "".join(lines).encode()

    known = name_all(1000)
    steps = count_steps(known)
    assert count_calls(lambda: detect(name_all(2000))) <= 1.1 * steps


KEY_LINES: dict[str, tuple[Callable[[bytes], bytes], int]] = {
    "base64": (lambda key: SINGLE["base64"].wrap(key) + b"\n", 25),
    "headers in a log": (lambda key: b"12:00:01 GET /x Authorization: Bearer " + key + b"\n", 12),
    "near comments": (lambda key: b'  k("' + key + b'") \\\n', 60),
}
"""Lines of a text with many keys, and the most steps for a byte of it."""


@pytest.mark.parametrize(("build_line", "most"), KEY_LINES.values(), ids=KEY_LINES)
def test_a_key_takes_few_steps(build_line: Callable[[bytes], bytes], most: int) -> None:
    keys = [PREFIX + b"q7Rk%04dwZ2mTx9Lp4Vn" % number for number in range(300)]
    text = b"# wakeyscan:ignore\n" + b"".join(map(build_line, keys))
    assert count_steps(text) <= most * len(text)


REPEATED: dict[str, tuple[bytes, int]] = {
    "escaped line ends": (PREFIX + b"q7" * 20 + rb"\n", 12),
    "words": (b"the key is " + PREFIX + b"q7RkZ2mTx9Lp4VnB8s and more of it ", 8),
    "placeholders": (PREFIX + b"your_api_key_here ", 13),
    "lines in JSON": (GAPS["lines in JSON"], 40),
}
"""Tokens with a key that are repeated, and the most steps for a byte of their text."""


@pytest.mark.parametrize(("token", "most"), REPEATED.values(), ids=REPEATED)
def test_a_repeated_key_takes_few_steps(token: bytes, most: int) -> None:
    text = repeat(token, 16 << 10)
    count_steps(text)
    assert count_steps(text) <= most * len(text)


PART_STEPS = {
    "quoted prefixes": 11.0,
    "strings in a list": 12.0,
    "first parts": 13.5,
    "pieces in JSON": 10.0,
    "pieces in a listing": 10.0,
    "events in JSON": 12.0,
    "quoted mail": 13.5,
    "pieces in a patch": 8.0,
    "pieces in a page": 12.0,
    "pieces in a line of events": 9.0,
    "pieces in a cell": 8.0,
    "base64-unpadded": 11.0,
}
"""The most steps for a byte of a text of parts that are joined to nothing."""


@pytest.mark.parametrize(("name", "most"), PART_STEPS.items(), ids=PART_STEPS)
def test_a_part_that_is_joined_to_nothing_takes_few_steps(name: str, most: float) -> None:
    text = repeat(TOKENS[name], LARGE)
    count_steps(text)
    assert count_steps(text) <= most * len(text)


NESTED: dict[tuple[str, ...], int] = {
    ("percent", "soft-3", "base64-lines-10"): 40,
    ("entities-first", "unicode-first", "base64-lines-21"): 40,
}
"""Tokens that are repeated together, and the most steps for a byte of their text."""


@pytest.mark.parametrize(("names", "most"), NESTED.items(), ids=map(" ".join, NESTED))
def test_encodings_in_each_other_take_few_steps(names: tuple[str, ...], most: int) -> None:
    text = repeat(b"".join(TOKENS[name] for name in names), LARGE)
    assert count_steps(text) <= most * len(text)


LISTS: dict[str, Callable[[bytes], bytes]] = {
    "keys": lambda body: PREFIX + body + b"\n",
    "keys in a log": lambda body: b"12:00:01 INFO key=" + PREFIX + body + b" status=200\n",
    "keys in one line of JSON": lambda body: b'{"k": "' + PREFIX + body + b'"}, ',
    "keys in headers": lambda body: b"Authorization: Bearer " + PREFIX + body + b"\n",
    "other headers": lambda body: b"Authorization: Bearer " + body + body + b"\n",
    "samples": lambda _: PREFIX + b"your_api_key_here_now ",
    "samples in prose": lambda _: b"Replace " + PREFIX + b"xxxxxxxxxxxxxxxx by your own.\n",
    "file names": lambda _: b'<img src="' + PREFIX + b'banner-1200x628-final.png">\n',
    "identifiers": lambda _: PREFIX + b"session_started_successfully = 1\n",
}
"""Lines of a text with a credential, or what looks like one, in each."""


@pytest.mark.parametrize("build_line", LISTS.values(), ids=LISTS)
def test_the_steps_are_linear_in_the_number_of_credentials(
    build_line: Callable[[bytes], bytes],
) -> None:
    bodies = [sha256(b"%d" % number).hexdigest()[:24].encode() for number in range(400)]
    small, large = (b"".join(map(build_line, bodies[:count])) for count in (100, 400))
    assert count_steps(large) <= MOST * count_steps(small) + FEWEST


SHARED: dict[str, tuple[bytes, Callable[[bytes], bytes]]] = {
    "a prefix": (b'p="%b"\n' % PREFIX, lambda body: b'k%b=p+"%b"\n' % (body[:4], body)),
    "a prefix in a long line": (
        b'export const prefix = "%b";\n' % PREFIX,
        lambda body: b'const k%b = prefix + "%b";\n' % (body[:4], body),
    ),
    "two parts": (
        b'p1="%b"\np2="%b"\n' % (HEAD, TAIL),
        lambda body: b'k%b=p1+p2+"%b"\n' % (body[:4], body),
    ),
    "the start of a key": (
        b'p1="%b"\np2="%bq7RkZ2mTx9Lp4VnB"\nk=p1+p2\n' % (HEAD, TAIL),
        lambda body: b'k%b=p1+p2+"%b"\n' % (body[:4], body),
    ),
    "a variable of a shell": (
        b"P=%b\n" % PREFIX,
        lambda body: b'K%b="${P}%b"\n' % (body[:4], body),
    ),
}
"""Texts in which all keys begin in one variable: its value, and a line for each key."""


@pytest.mark.parametrize(("value", "build_line"), SHARED.values(), ids=SHARED)
def test_the_steps_are_linear_in_the_number_of_keys_that_share_a_part(
    value: bytes, build_line: Callable[[bytes], bytes]
) -> None:
    bodies = [sha256(b"%d" % number).hexdigest()[:24].encode() for number in range(800)]
    texts = [value + b"".join(map(build_line, bodies[:count])) for count in (200, 800)]
    small, large = map(count_steps, texts)
    assert large <= MOST * small + FEWEST


def test_two_encodings_of_a_text_are_decoded_in_one_order_only() -> None:
    text = repeat(b'%2577\\u0077a_"wa_"', SMALL)
    searched: list[bytes] = []

    def search(content: bytes) -> list[AnchorHit]:
        searched.append(content)
        return CONTEXT.prefilter(content)

    context = CONTEXT._replace(prefilter=cast(Prefilter, search))
    detect_in_document(Document(Origin("a.txt"), text), context)
    large = [content for content in searched if len(content) > SMALL // 2]
    assert len(large) == len({*large}) > 3
