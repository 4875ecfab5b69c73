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
    "full width": lambda body: "".join(chr(ord(letter) + 0xFEE0) for letter in body),
}


def find_copies(shown: str, body: str, size: int = 8) -> list[str]:
    """Return the names of the forms that share a row of letters and digits with a text."""
    rows = _list_rows(shown, size)
    return [
        name
        for name, write in COPIES.items()
        for copy in (_keep_letters(write(body)),)
        if not rows.isdisjoint(copy[at : at + size] for at in range(len(copy) - size + 1))
    ]


@lru_cache(4)
def _list_rows(shown: str, size: int) -> frozenset[str]:
    """Return each row of letters and digits of a text; it is searched for many keys."""
    letters = _keep_letters(shown)
    return frozenset(letters[at : at + size] for at in range(len(letters) - size + 1))


def _keep_letters(text: str) -> str:
    return re.sub("[^a-z0-9]", "", unicodedata.normalize("NFKC", text).lower())
