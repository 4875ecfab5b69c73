"""Placeholders among the credentials of Authorization headers."""

from __future__ import annotations

import re

from wakeyscan.core.lazy import lazy_pattern
from wakeyscan.decoders.base64_codec import decode_credential
from wakeyscan.scanner.placeholders.basic import (
    PAIR,
    RANDOM_PART,
    check_basic,
    check_password,
    is_weak_pair,
)
from wakeyscan.scanner.placeholders.password_words import is_made_of_words
from wakeyscan.scanner.placeholders.tokens import POOR, WORD, check_token
from wakeyscan.scanner.placeholders.web_tokens import check_web_token

_PASSWORDS = frozenset(
    b"password credentials.basic basic_auth basicauth basicauthcredentials"
    b" basiccredentials basichttpcredentials".split()
)
"""Scheme in the match of a rule, in lower case, if the program encodes a bare password."""

# Words of tests and guides, in a credential of less than 32 characters. They count if the rest
# looks like words too, or if they are half of its letters.
_WORDS = (
    rb"(?i)token|secret|passw|test|foo|bar|abc123|demo|dummy|fake|mock|valid|expired|user|bearer|access"
    rb"|auth|hello|string|value|default|jwt|creds|credential|thing|stuff|hunter2|s3cr3t"
    rb"|example|sample|invalid|your|key|deadbeef|changeme|replace|insert|asdf|qwer|zxcv"
)
_MIN_HEADER = 32
"""Minimum number of characters of a credential, or a signature, in which words are not searched."""
_ELLIPSIS = lazy_pattern(rb"\.{2}")
"""Dots that no credential contains, except those of `check_web_token`."""
_FEW_DIGITS = lazy_pattern(rb"[A-Za-z]{2,6}[-_](?:[0-9]{1,6}[-_]?){1,3}")
"""The prefix of a service and a few digits, as in `xoxb-1234-5678`."""
_PUBLIC_KEY = lazy_pattern(
    rb"MI[A-Za-z0-9+/]{4}ANBgkqhkiG9w0BAQEFAAOC|MIGfMA0GCSqGSIb3DQEBAQUAA4GN|MFkwEwYHKoZIzj0CAQYI"
    rb"|MCowBQYDK2VwAyEA"
)
"""The start of a public key: RSA, elliptic curves, Ed25519 (RFC 5280)."""
_BROKEN_JSON = lazy_pattern(
    rb"(?!ew|[\w/+-]*eyJ)(?=[\w/+-]*(?:Ijoi|iOiJ|I6I))(?=[\w/+-]*(?:Iiwi|IsI|iLCJ))[\w/+-]{32,}=*\Z"
)
"""`":"` and `","` in base64, but not `{"`: the header of a JSON web token, without its start."""
_HALF_BYTE = lazy_pattern(rb"(?:[0-9a-f]{2}){32,}[0-9a-f]\Z")
"""An odd number of hexadecimal digits, which are half a byte."""
_CUT_SHORT = "cut short by an ellipsis"
_INCOMPLETE = "a part of a credential"


def check_header(text: bytes, scheme: bytes) -> str:
    """Return why the credential of a header is an example; empty if it looks real."""
    if scheme.lower() == b"basic":
        return check_basic(text)
    if scheme.lower() in _PASSWORDS:
        return check_password(text)
    if text.startswith(b"eyJ"):
        return check_web_token(text)
    if _ELLIPSIS.search(text):
        return _CUT_SHORT
    if is_weak_pair(text):
        return PAIR
    if len(text) < _MIN_HEADER and _is_mostly_words(text):
        return WORD
    if _FEW_DIGITS.fullmatch(text):
        return POOR
    if _encodes_words(text):
        return WORD
    if _PUBLIC_KEY.match(text):
        return "a public key"
    return _INCOMPLETE if _is_incomplete(text) else check_token(text)


def _is_incomplete(text: bytes) -> bool:
    """Return whether a token lacks characters: one random text in a million looks so."""
    return bool(_BROKEN_JSON.match(text) or _HALF_BYTE.match(text))


def _encodes_words(text: bytes) -> bool:
    """Return whether a text is words of examples in base64: one in 100,000 random ones is ASCII."""
    try:
        plain = decode_credential(text)
    except ValueError:
        return False
    return plain.isascii() and is_made_of_words(plain.decode("ascii"))


def _is_mostly_words(text: bytes) -> bool:
    words = sum(map(len, re.findall(_WORDS, text)))
    if not words or re.search(RANDOM_PART, text) is None:
        return words > 0
    return words * 2 >= len(re.findall(rb"[A-Za-z]", text))
