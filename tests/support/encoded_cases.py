"""Files with a key in one encoding or in two."""

from __future__ import annotations

import random
from typing import NamedTuple

from tests.support.encodings import SINGLE, pairs
from tests.support.keys import ALPHABET, PREFIX


class Case(NamedTuple):
    """A file with an encoded key."""

    content: bytes
    key: str
    encodings: tuple[str, ...]
    """Names that a report may use; an outer encoding that changes no character is not reported."""


def build_key(name: str) -> str:
    source = random.Random(name)
    return PREFIX + "".join(source.choices(ALPHABET, k=39)) + source.choice("0123456789")


def build_single(name: str, pad: int) -> Case:
    wrapping, key = SINGLE[name], build_key(f"{name} {pad}")
    text = wrapping.wrap(b"." * pad + key.encode())
    return Case(b'\nkey = "' + text + b'"\n', key, (wrapping.name,))


def build_double(inner: str, outer: str, pad: int) -> Case:
    key = build_key(f"{inner} {outer} {pad}")
    inside = SINGLE[inner].wrap(b"." * pad + key.encode())
    is_utf16 = outer.startswith("utf-16")  # then the whole document is in UTF-16
    lead = b'\nkey = "' if is_utf16 else b""
    text = SINGLE[outer].wrap(lead + b"." * pad + inside + b" ")
    names = (f"{SINGLE[outer].name}/{SINGLE[inner].name}", SINGLE[inner].name)
    return Case(text if is_utf16 else b'\nkey = "' + text + b'"\n', key, names)


def is_unambiguous(inner: str, outer: str, pad: int) -> bool:
    """Return whether UTF-16 text can be read in one byte order only."""
    starts = outer.startswith(("base64", "hex"))
    return not (inner == "utf-16-be" and starts and pad == 1)


def list_pads(number: int, *names: str) -> tuple[int, ...]:
    """Return the paddings to try: each alignment of base64, otherwise one of them in turn."""
    return (0, 1, 2) if any(name.startswith("base64") for name in names) else (number % 3,)


CASES = {f"{name}+{pad}": build_single(name, pad) for name in SINGLE for pad in range(3)}
CASES |= {
    f"{inner}-in-{outer}+{pad}": build_double(inner, outer, pad)
    for number, (inner, outer) in enumerate(pairs())
    for pad in list_pads(number, inner, outer)
    if is_unambiguous(inner, outer, pad)
}


_WITH_PREFIX = ("-first", "-named", "intel-hex", "s-records")
WITHOUT_PREFIX = [name for name in SINGLE if not any(part in name for part in _WITH_PREFIX)]
"""Encodings that do not depend on the prefix of our own keys; records of firmware are joined only
where they hold it."""


def quoted(name: str, text: bytes) -> bytes:
    return text if name.startswith("utf") else b'\nkey = "' + text + b'"\n'
