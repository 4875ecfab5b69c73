"""JSON web tokens, and other credentials that are JSON in base64."""

from __future__ import annotations

import time
from functools import lru_cache

from wakeyscan.core.lazy import lazy_import, lazy_pattern
from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.decoders.base64_codec import decode_credential
from wakeyscan.scanner.placeholders.password_words import is_made_of_words
from wakeyscan.scanner.placeholders.tokens import WORD, check_token

if TYPE_CHECKING:
    import json
else:
    json = lazy_import("json")  # few documents have a web token

_MIN_SIGNATURE = 32
"""Minimum number of characters of a real signature."""
_JSON = lazy_pattern(rb'\{"(?!alg"|typ"|kid"|enc")[^{}]*\}')
"""A whole object that is not the header of a token."""
_HEADER = lazy_pattern(rb'\{\s{0,8}"(?:alg|typ|kid|enc)"')
"""The start of a token's header."""
_EXAMPLE = lazy_pattern(
    rb'"1234567890"|"iat"\s*:\s*1516239022\b|"exp"\s*:\s*[0-9]{1,8}\s*[,}]'
    rb'|"iss"\s*:\s*"supabase-demo"|"role"\s*:\s*"todo_user"|(?<![\w@-])example(?![\w-])'
)
"""The claims of jwt.io, an expiry before 1973, the claims in every copy of Supabase and of
PostgREST's tutorial, and the domain of examples: `example-app` may be a client of a server."""
_ADDRESS, _TIME = lazy_pattern(rb"@example\."), lazy_pattern(rb'"(?:exp|iat)"\s*:')
"""An address of an example. A server may issue a token to it, which has a time."""
_NAME, _END = lazy_pattern(rb"J(?:ohn|ane) Doe"), lazy_pattern(rb'"exp"\s*:')
"""A name of examples. A server may issue a token to it, which ends: that of jwt.io does not."""
_CLAIM = lazy_pattern(rb'"[^"\s]{2,}"\s*:')
"""The name of a claim. An example may have names of one letter only."""
_KEY = lazy_pattern(rb'"k":"([^"]*)"')
"""The key in a key of Grafana before version 9."""

_EXPIRY = lazy_pattern(rb'"exp"\s*:\s*([0-9]{9,11})(?:\.[0-9]+)?\s*[,}]')
"""The claim with the time in seconds since 1970 from which a token is not valid (RFC 7519)."""

_ALGORITHM = lazy_pattern(rb'"alg"\s*:\s*"(?i:none)"')
"""The header of a token without a signature (RFC 7518, section 3.6): everyone can write one."""

_CUT_SHORT = "a JSON web token that is cut short"
_UNSIGNED = "a JSON web token without a signature"
_NOT_JWT = "does not decode as a JSON web token"


def is_web_token(text: bytes) -> bool:
    """Return whether a text starts as a JSON web token does.

    A header that is written with blanks has other letters than `eyJ`, which are no proof.
    """
    if text.startswith(b"eyJ"):
        return True
    return text.startswith((b"ey", b"ew")) and b"." in text and bool(_HEADER.match(_decode(text)))


def check_web_token(text: bytes) -> str:
    """Return why a JSON web token is an example, such as that of jwt.io."""
    parts = text.split(b".")
    if len(parts) == 1:
        return _check_undivided(text)
    if not any(parts[2:]) and _ALGORITHM.search(_decode(text)):
        return _UNSIGNED
    if len(parts) > 3 and not parts[-1]:
        parts.pop()  # the full stop of a sentence
    if len(parts) < 3 or not parts[-1] or b"..." in text:
        return _CUT_SHORT
    if len(parts) > 3:  # encrypted: its claims are not readable
        is_more = len(parts) == 4 and len(parts[3]) >= _MIN_SIGNATURE  # Salesforce adds a part
        return "" if is_more or not _is_signed(parts[0]) else _NOT_JWT
    payload, signature = parts[1:]
    claims = _decode_claims(payload)
    if claims is None:
        return _NOT_JWT
    if _is_of_own_format(parts[0], claims):
        return check_token(claims)
    if _is_example(claims):
        return "an example JSON web token"
    is_whole = len(signature) >= _MIN_SIGNATURE and not _is_spoiled(parts[0], claims)
    return "" if is_whole else _NOT_JWT


def _decode(text: bytes) -> bytes:
    """Return the header of a token, or nothing if it is not in base64."""
    try:
        return decode_credential(text.partition(b".")[0])
    except ValueError:
        return b""


def _is_spoiled(header: bytes, claims: bytes) -> bool:
    """Return whether a person has changed letters: the header or the claims are no JSON."""
    try:
        return not all(map(_is_object, (decode_credential(header), claims)))
    except (ValueError, RecursionError):
        return True


def _is_object(text: bytes) -> bool:
    """Return whether a text is an object; the parser raises `ValueError` if it is no JSON."""
    return isinstance(json.loads(text), dict)


def _is_example(claims: bytes) -> bool:
    if _EXAMPLE.search(claims) or not _CLAIM.search(claims):
        return True
    if _NAME.search(claims) and not _END.search(claims):
        return True
    return _ADDRESS.search(claims) is not None and not _TIME.search(claims)


def _is_signed(header: bytes) -> bool:
    """Return whether the header is that of a signed token, which has three parts."""
    plain = _decode(header)
    return b'"alg"' in plain and b'"enc"' not in plain


def _is_of_own_format(header: bytes, claims: bytes) -> bool:
    """Return whether a token only looks like a JSON web token: TeamCity's have a header of JSON."""
    if claims.lstrip()[:1] == b"{":
        return False
    try:
        return b'"alg"' not in decode_credential(header)
    except ValueError:
        return False


def _check_undivided(text: bytes) -> str:
    try:
        plain = decode_credential(text[: len(text) - (len(text) % 4 == 1)])
    except ValueError:
        return check_token(text)
    if _HEADER.match(plain):
        return _CUT_SHORT
    if _JSON.fullmatch(plain):
        if is_made_of_words("".join(filter(str.isalnum, plain.decode("utf-8", "replace")))):
            return WORD
        key = _KEY.search(plain)
        return check_token(key[1] if key else text)
    return _CUT_SHORT if plain.isascii() else check_token(text)


def find_expiry(text: bytes) -> str:
    """Return the day on which a signed JSON web token expires, in UTC (ISO 8601), or nothing."""
    parts = text.split(b".")
    if len(parts) != 3 or not is_web_token(text):
        return ""
    found = _EXPIRY.search(_decode_claims(parts[1]) or b"")
    return time.strftime("%Y-%m-%d", time.gmtime(int(found[1]))) if found else ""


@lru_cache(maxsize=1)
def _decode_claims(payload: bytes) -> bytes | None:
    """Return the claims of a token; `None` if they do not decode.

    The expiry of a token is read right after its claims were checked: one result is kept.
    """
    try:
        return decode_credential(payload)
    except ValueError:
        return None
