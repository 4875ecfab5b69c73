"""Forms of a key's copy that no decoder looks for, and a search for them in a report."""

from __future__ import annotations

import codecs
import re
import unicodedata
from base64 import b32encode, b64encode, urlsafe_b64encode
from collections.abc import Callable
from functools import lru_cache

from tests.support.keys import PREFIX


def _codes(pattern: str, separator: str = "") -> Callable[[str], str]:
    return lambda body: separator.join(pattern % code for code in body.encode())


COPIES: dict[str, Callable[[str], str]] = {
    "body": str,
    "first half": lambda body: body[: len(body) // 2],
    "second half": lambda body: body[len(body) // 2 :],
    "ten characters": lambda body: body[11:21],
    "backwards": lambda body: body[::-1],
    "key backwards": lambda body: (PREFIX + body)[::-1],
    "upper case": str.upper,
    "lower case": str.lower,
    "other case": str.swapcase,
    "spaced": " ".join,
    "hyphens": "-".join,
    "dots": ".".join,
    "in fours": lambda body: " ".join(re.findall(".{1,4}", body)),
    "rot13": lambda body: codecs.encode(body, "rot13"),
    "rot13 of the key": lambda body: codecs.encode(PREFIX + body, "rot13"),
    "base32": lambda body: b32encode(body.encode()).decode(),
    "base32 in lower case": lambda body: b32encode(body.encode()).decode().lower(),
    "base32 of the key": lambda body: b32encode((PREFIX + body).encode()).decode(),
    "base64": lambda body: b64encode(body.encode()).decode(),
    "base64 after a character": lambda body: b64encode(f":{body}".encode()).decode(),
    "base64 after two characters": lambda body: b64encode(f"a:{body}".encode()).decode(),
    "base64 backwards": lambda body: b64encode(body.encode()).decode()[::-1],
    "base64 of it backwards": lambda body: b64encode(body[::-1].encode()).decode(),
    "half of url-safe base64": lambda body: urlsafe_b64encode((PREFIX + body).encode())[
        26:
    ].decode(),
    "hex": lambda body: body.encode().hex(),
    "hex in upper case": lambda body: body.encode().hex().upper(),
    "hex with colons": lambda body: body.encode().hex(":"),
    "hex backwards": lambda body: body.encode().hex()[::-1],
    "hex escapes": _codes(r"\x%02x"),
    "hex numbers": _codes("0x%02x", ", "),
    "percent": _codes("%%%02X"),
    "unicode escapes": _codes(r"\u%04x"),
    "octal escapes": _codes(r"\%o"),
    "decimal numbers": _codes("%d", ", "),
    "decimal numbers backwards": lambda body: ", ".join(str(ord(one)) for one in reversed(body)),
    "decimal numbers with zeros": _codes("%03d", " "),
    "fractions": _codes("%d.0", ","),
    "octal numbers": _codes("0o%o", ", "),
    "octal escapes with zeros": _codes(r"\0%o"),
    "code points": _codes(r"\u{%x}"),
    "escapes of CSS": _codes(r"\%06x"),
    "percent, twice": _codes("%%25%02X"),
    "hex of UTF-16": lambda body: body.encode("utf-16-be").hex(),
    "hex of it backwards": lambda body: body[::-1].encode().hex(),
    "hex of UTF-16, the low byte first": lambda body: body.encode("utf-16-le").hex(),
    "numbers of UTF-16": lambda body: str([*body.encode("utf-16-le")]),
    "character references": _codes("&#%d;"),
    "calls with codes": _codes("chr(%d)", "+"),
    "escapes of NUL": r"\0".join,
    "hex escapes of NUL": r"\x00".join,
    "list of letters": lambda body: str([*body]),
    "list of letters backwards": lambda body: str([*reversed(body)]),
    "calls with letters": lambda body: "".join(f".p('{one}')" for one in body),
    "elements with letters": lambda body: "".join(f"<b>{one}</b>" for one in body),
    "letters with numbers": lambda body: ";".join(f"k[{at}]='{o}'" for at, o in enumerate(body)),
    "letters by number": lambda body: str(dict(enumerate(body))),
    "codes by number": lambda body: str(dict(enumerate(body.encode()))),
    "full width": lambda body: "".join(chr(ord(letter) + 0xFEE0) for letter in body),
}


_SIZES = {"calls with codes": 4, "codes by number": 4, "fractions": 3, "numbers of UTF-16": 3}
"""Letters and digits that the others take for each character, of forms with long ones."""


def find_copies(shown: str, body: str, size: int = 8) -> list[str]:
    """Return the names of the forms that share a row of letters and digits with a text."""
    return [
        name
        for name, write in COPIES.items()
        if _shares_row(shown, _keep_letters(write(body)), size * _SIZES.get(name, 1))
    ]


def _shares_row(shown: str, copy: str, size: int) -> bool:
    rows = _list_rows(shown, size)
    return not rows.isdisjoint(copy[at : at + size] for at in range(len(copy) - size + 1))


@lru_cache(8)
def _list_rows(shown: str, size: int) -> frozenset[str]:
    """Return each row of letters and digits of a text; it is searched for many keys."""
    letters = _keep_letters(shown)
    return frozenset(letters[at : at + size] for at in range(len(letters) - size + 1))


def _keep_letters(text: str) -> str:
    return re.sub("[^a-z0-9]", "", unicodedata.normalize("NFKC", text).lower())
