"""Encodings of keys, implemented for tests without our own code."""

from __future__ import annotations

import quopri
import re
from base64 import b64encode, encodebytes, urlsafe_b64encode
from collections.abc import Callable, Mapping
from typing import NamedTuple

Wrap = Callable[[bytes], bytes]


class Wrapping(NamedTuple):
    """An encoding of text."""

    name: str
    """Its name in reports."""
    wrap: Wrap


def each(style: bytes, keep: bytes = b"", every: int = 1) -> Wrap:
    """Escape each or every n-th character, except those of a class; `style` formats its code."""

    def wrap(text: bytes) -> bytes:
        return b"".join(
            bytes([c]) if n % every or (keep and re.match(keep, bytes([c]))) else style % c
            for n, c in enumerate(text)
        )

    return wrap


def first(style: bytes) -> Wrap:
    """Escape only the first letter of a key."""
    return lambda text: text.replace(b"wa_", style % ord("w") + b"a_", 1)


def odd(style: bytes) -> Wrap:
    """Escape characters that are neither letters nor digits."""
    return each(style, rb"[A-Za-z0-9]")


def lines(column: int, end: bytes = b"\n", indent: bytes = b"") -> Wrap:
    """Encode as base64 in lines."""

    def wrap(text: bytes) -> bytes:
        whole = b64encode(text)
        cut = (whole[at : at + column] for at in range(0, len(whole), column))
        return end + end.join(indent + line for line in cut) + end

    return wrap


def soft(column: int, end: bytes = b"\n") -> Wrap:
    """Break lines with `=`, like mail."""
    return lambda text: (b"=" + end).join(
        text[at : at + column] for at in range(0, len(text), column)
    )


def json_string(text: bytes) -> bytes:
    """Escape a text for a JSON string."""
    return text.replace(b"\\", b"\\\\").replace(b'"', b'\\"').replace(b"\n", b"\\n")


def times(count: int, wrap: Wrap) -> Wrap:
    """Repeat an encoding."""

    def wrapped(text: bytes) -> bytes:
        for _ in range(count):
            text = wrap(text)
        return text

    return wrapped


def joined(*wraps: Wrap) -> Wrap:
    """Apply encodings in turn, the innermost first."""

    def wrapped(text: bytes) -> bytes:
        for wrap in wraps:
            text = wrap(text)
        return text

    return wrapped


def gaps(style: bytes, gap: bytes, column: int = 0) -> Wrap:
    """Format each byte, with separators, and `column` bytes per line."""

    def wrap(text: bytes) -> bytes:
        made = [style % c for c in text]
        rows = [made[at : at + column] for at in range(0, len(made), column)] if column else [made]
        return (gap.rstrip() + b"\n  ").join(gap.join(row) for row in rows)

    return wrap


def dump(form: str, column: int, group: int = 1) -> Wrap:
    """Format bytes like dump tools; `form` builds a line from the offset and the digits.

    Digits are in groups of so many bytes; `~` is where characters follow that are no digits.
    """

    def wrap(text: bytes) -> bytes:
        made = []
        for at in range(0, len(text), column):
            row = text[at : at + column]
            digits = " ".join(row[n : n + group].hex() for n in range(0, len(row), group))
            if form.startswith("C"):
                digits = " ".join(f"{c:02x}" + " " * (n == 7) for n, c in enumerate(row)).ljust(49)
            shown = "".join(chr(c) if 32 <= c < 127 else "." for c in row)
            made.append(form.removeprefix("C").format(at=at, digits=digits, shown=shown))
        return "\n".join(("", *made, "")).encode()

    return wrap


def utf(codec: str) -> Wrap:
    """Encode any text."""
    return lambda text: text.decode("latin-1").encode(codec)


SINGLE: Mapping[str, Wrapping] = {
    "base64": Wrapping("base64", b64encode),
    "base64-urlsafe": Wrapping("base64", urlsafe_b64encode),
    "base64-unpadded": Wrapping("base64", lambda text: b64encode(text).rstrip(b"=")),
    "base64-mail": Wrapping("base64", lambda text: b"\n" + encodebytes(b"." * 40 + b" " + text)),
    **{
        f"base64-lines-{n}": Wrapping("base64", lines(n))
        for n in (8, 10, 15, 16, 20, 21, 30, 32, 64, 76)
    },
    "base64-crlf": Wrapping("base64", lines(64, b"\r\n")),
    "base64-indented": Wrapping("base64", lines(64, b"\n", b"    ")),
    "base64-crlf-tabs": Wrapping("base64", lines(24, b"\r\n", b"\t\t")),
    "base64-in-a-string": Wrapping("base64", lambda text: lines(24)(text).replace(b"\n", b"\\n")),
    "hex": Wrapping("hex", each(b"%02x")),
    "hex-upper": Wrapping("hex", each(b"%02X")),
    "hex-0x": Wrapping("hex", lambda text: b"0x" + text.hex().encode()),
    "hex-array": Wrapping("hex", gaps(b"0x%02x", b", ")),
    "hex-array-tight": Wrapping("hex", gaps(b"0x%02X", b",")),
    "hex-array-lines": Wrapping("hex", gaps(b"0x%02x", b", ", 12)),
    "hex-array-blanks": Wrapping("hex", gaps(b"0x%02x", b" ")),
    "hex-array-upper": Wrapping("hex", gaps(b"0x%02X", b", ", 8)),
    "decimal": Wrapping("decimal", gaps(b"%d", b", ")),
    "decimal-tight": Wrapping("decimal", gaps(b"%d", b",")),
    "decimal-rows": Wrapping("decimal", gaps(b"%d", b", ", 12)),
    "decimal-lines": Wrapping("decimal", gaps(b"%d", b", ", 1)),
    "hex-blanks": Wrapping("hex", gaps(b"%02x", b" ")),
    "hex-blanks-upper": Wrapping("hex", gaps(b"%02X", b" ")),
    "hex-blanks-lines": Wrapping("hex", gaps(b"%02x", b" ", 16)),
    "hex-colons": Wrapping("hex", gaps(b"%02x", b":")),
    "hex-colons-upper": Wrapping("hex", gaps(b"%02X", b":")),
    "hex-colons-lines": Wrapping("hex", gaps(b"%02x", b":", 15)),
    "hex-commas": Wrapping("hex", gaps(b"%02x", b",")),
    "hex-commas-upper": Wrapping("hex", gaps(b"%02X", b", ")),
    "hex-commas-lines": Wrapping("hex", gaps(b"%02x", b",", 12)),
    "hex-dashes": Wrapping("hex", gaps(b"%02X", b"-")),
    "xxd": Wrapping("hex", dump("{at:08x}: {digits:<39}  {shown}", 16, 2)),
    "xxd-narrow": Wrapping("hex", dump("{at:08x}: {digits:<24}  {shown}", 10, 2)),
    "xxd-bytes": Wrapping("hex", dump("{at:08x}: {digits:<47}  {shown}", 16)),
    "xxd-in-a-comment": Wrapping("hex", dump("# {at:08x}: {digits:<39}  {shown}", 16, 2)),
    "tcpdump": Wrapping("hex", dump("\t0x{at:04x}:  {digits:<39}  {shown}", 16, 2)),
    "hexdump": Wrapping("hex", dump("C{at:08x}  {digits} |{shown}|", 16)),
    "od": Wrapping("hex", dump("{at:07o} {digits}", 16)),
    "wireshark": Wrapping("hex", dump("{at:04x}   {digits:<47}   {shown}", 16)),
    "intel-hex": Wrapping("dump", dump(":10{at:04X}00{digits}5A", 16, 16)),
    "intel-hex-long": Wrapping("dump", dump(":20{at:04X}00{digits}5A", 32, 32)),
    "s-records": Wrapping("dump", dump("S113{at:04X}{digits}5A", 16, 16)),
    "s-records-32": Wrapping("dump", dump("S315{at:08X}{digits}5A", 16, 16)),
    "percent": Wrapping("percent", each(b"%%%02X")),
    "percent-lower": Wrapping("percent", each(b"%%%02x")),
    "percent-odd": Wrapping("percent", odd(b"%%%02X")),
    "percent-odd-lower": Wrapping("percent", odd(b"%%%02x")),
    "percent-first": Wrapping("percent", first(b"%%%02X")),
    **{f"percent-every-{n}": Wrapping("percent", each(b"%%%02X", b"", n)) for n in (2, 3, 5, 7)},
    "percent-twice": Wrapping(
        "percent/percent", lambda text: odd(b"%%%02X")(each(b"%%%02X")(text))
    ),
    "unicode": Wrapping("escapes", each(rb"\u%04x")),
    "unicode-upper": Wrapping("escapes", each(rb"\u%04X")),
    "unicode-odd": Wrapping("escapes", odd(rb"\u%04x")),
    "unicode-first": Wrapping("escapes", first(rb"\u%04x")),
    **{f"unicode-every-{n}": Wrapping("escapes", each(rb"\u%04X", b"", n)) for n in (2, 3, 5)},
    "unicode-long": Wrapping("escapes", each(rb"\U%08x")),
    "unicode-braces": Wrapping("escapes", each(rb"\u{%x}")),
    "unicode-braces-zeros": Wrapping("escapes", each(rb"\u{%04X}")),
    "unicode-braces-odd": Wrapping("escapes", odd(rb"\u{%x}")),
    "backslash-x": Wrapping("escapes", each(rb"\x%02x")),
    "backslash-x-upper": Wrapping("escapes", each(rb"\x%02X")),
    "backslash-x-odd": Wrapping("escapes", odd(rb"\x%02x")),
    "backslash-x-first": Wrapping("escapes", first(rb"\x%02x")),
    "backslash-x-braces": Wrapping("escapes", each(rb"\x{%x}")),
    **{f"backslash-x-every-{n}": Wrapping("escapes", each(rb"\x%02x", b"", n)) for n in (2, 3)},
    "octal": Wrapping("escapes", each(rb"\%03o")),
    "octal-odd": Wrapping("escapes", odd(rb"\%03o")),
    "octal-first": Wrapping("escapes", first(rb"\%03o")),
    "unicode-in-json-in-json": Wrapping(
        "escapes/escapes/escapes", joined(each(rb"\u%04x"), times(2, json_string))
    ),
    "unicode-odd-in-json-in-json": Wrapping(
        "escapes/escapes/escapes", joined(odd(rb"\u%04x"), times(2, json_string))
    ),
    "octal-in-json": Wrapping("escapes/escapes", joined(each(rb"\%03o"), json_string)),
    "entities": Wrapping("entities", each(b"&#%d;")),
    "entities-zeros": Wrapping("entities", each(b"&#%04d;")),
    "entities-open": Wrapping("entities", each(b"&#%d")),
    "entities-hex": Wrapping("entities", each(b"&#x%x;")),
    "entities-hex-upper": Wrapping("entities", each(b"&#X%X;")),
    "entities-hex-zeros": Wrapping("entities", each(b"&#x%04X;")),
    "entities-odd": Wrapping("entities", odd(b"&#%d;")),
    "entities-hex-odd": Wrapping("entities", odd(b"&#x%X;")),
    "entities-first": Wrapping("entities", first(b"&#%d;")),
    "entities-named": Wrapping("entities", lambda text: text.replace(b"_", b"&lowbar;")),
    "entities-named-other": Wrapping("entities", lambda text: text.replace(b"_", b"&UnderBar;")),
    **{f"entities-every-{n}": Wrapping("entities", each(b"&#%d;", b"", n)) for n in (2, 3)},
    "entities-twice": Wrapping(
        "entities/entities", lambda text: each(b"&#%d;")(text).replace(b"&", b"&amp;")
    ),
    "quoted-printable": Wrapping("quoted-printable", each(b"=%02X")),
    "quoted-printable-odd": Wrapping("quoted-printable", odd(b"=%02X")),
    "quoted-printable-lower": Wrapping("quoted-printable", odd(b"=%02x")),
    "quoted-printable-mail": Wrapping(
        "quoted-printable", lambda text: quopri.encodestring("é".encode() * 11 + b" " + text)
    ),
    **{f"soft-{n}": Wrapping("quoted-printable", soft(n)) for n in (1, 2, 3, 4, 5, 6, 7, 8, 9, 20)},
    "soft-crlf": Wrapping("quoted-printable", soft(6, b"\r\n")),
    "utf-16-le": Wrapping("utf-16", utf("utf-16-le")),
    "utf-16-be": Wrapping("utf-16", utf("utf-16-be")),
    "utf-32-le": Wrapping("utf-32", utf("utf-32-le")),
    "utf-32-be": Wrapping("utf-32", utf("utf-32-be")),
}

USUAL = (
    *("base64", "base64-lines-64", "hex", "hex-upper", "percent", "percent-odd", "unicode"),
    *("unicode-odd", "backslash-x", "backslash-x-odd", "octal", "unicode-braces", "entities"),
    *("entities-hex", "entities-odd", "entities-named", "quoted-printable"),
    *("quoted-printable-odd", "utf-16-le", "utf-16-be"),
)
"""Encodings that are combined in pairs."""


_NO_PAIRS = {
    ("base64-lines-64", "quoted-printable-odd"): "no mail has its line ends escaped",
    **{(f"utf-16-{a}e", f"utf-16-{b}e"): "looks like UTF-32" for a in "lb" for b in "lb"},
    **{(f"utf-16-{a}e", "entities-named"): "its bytes are no characters" for a in "lb"},
}


def pairs() -> list[tuple[str, str]]:
    """List (inner, outer) of all pairs, also of an encoding with itself."""
    return [(i, o) for i in USUAL for o in USUAL if (i, o) not in _NO_PAIRS]
