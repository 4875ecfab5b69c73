"""Placeholders among the credentials of Authorization headers."""

from __future__ import annotations

import re
from itertools import pairwise

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
from wakeyscan.scanner.placeholders.tokens import JOINED, POOR, WORD, check_token
from wakeyscan.scanner.placeholders.web_tokens import check_web_token, is_web_token
from wakeyscan.scanner.placeholders.words import FOLLOWERS

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
_BROKEN_HEADER = lazy_pattern(
    rb"(?![^.]*eyJ)(?=[^.]*(?:hbGciOi|0eXAiOi|raWQiOi))[\w-]{16,}\.[\w-]{16,}\.[\w-]{16,}\Z"
)
"""`"alg":` in the first part of three, but not `{"`: a person changed the header of a token."""
_HALF_BYTE = lazy_pattern(rb"(?:[0-9a-f]{2}){32,}[0-9a-f]\Z")
"""An odd number of hexadecimal digits, which are half a byte."""
_CHANGED_UUID = lazy_pattern(
    rb"(?i)[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-7c-f][0-9a-f]{3}-[0-9a-f]{12}"
)
"""A UUID that says that it is random (version 4), but not of RFC 9562: a person changed it."""
_LETTERS = lazy_pattern(rb"(?=[a-z0-9]{24})[a-z]*[0-9]{0,2}[a-z]*")
_MAX_RARE = 0.15
"""Maximum fraction of pairs of letters in a sentence without blanks that are rare in words.

Of 20,000 random texts of 24 small letters, one has so few.
"""
_HOME_ROW, _NOT_HEXADECIMAL = b"asdfghjkl", b"sghjkl"
"""Letters of the home row of a keyboard, and those of them that no hexadecimal text has."""
_MIN_MASHED = 8
_MAX_MASHED = 64
"""Limits of the letters, and of the characters, of a text that a person typed at random."""
_CUT_SHORT = "cut short by an ellipsis"
_MASHED = "typed on a keyboard at random"
_CHANGED = "a UUID that a person has changed"
_INCOMPLETE = "a part of a credential"


def check_header(text: bytes, scheme: bytes) -> str:
    """Return why the credential of a header is an example; empty if it looks real."""
    if scheme.lower() == b"basic":
        return check_basic(text)
    if scheme.lower() in _PASSWORDS:
        return check_password(text)
    if is_web_token(text):
        return check_web_token(text)
    if _ELLIPSIS.search(text):
        return _CUT_SHORT
    return _check_typed(text) or _check_form(text) or check_token(text)


def _check_typed(text: bytes) -> str:
    """Return why a person typed a token, or its words; empty if it is not known."""
    if is_weak_pair(text):
        return PAIR
    if len(text) < _MIN_HEADER and _is_mostly_words(text):
        return WORD
    if _encodes_words(text):
        return WORD
    if len(text) < _MAX_MASHED and _is_mashed(text):
        return _MASHED
    return JOINED if _LETTERS.fullmatch(text) and _is_sentence(text) else ""


def _check_form(text: bytes) -> str:
    """Return why no service issues a token of this form; empty if one may."""
    if _FEW_DIGITS.fullmatch(text):
        return POOR
    if _PUBLIC_KEY.match(text):
        return "a public key"
    if _CHANGED_UUID.fullmatch(text):
        return _CHANGED
    return _INCOMPLETE if _is_incomplete(text) else ""


def _is_incomplete(text: bytes) -> bool:
    """Return whether a token lacks characters: one random text in a million looks so."""
    return any(one.match(text) for one in (_BROKEN_JSON, _BROKEN_HEADER, _HALF_BYTE))


def _encodes_words(text: bytes) -> bool:
    """Return whether a text is words of examples in base64: one in 100,000 random ones is ASCII."""
    try:
        plain = decode_credential(text)
    except ValueError:
        return False
    return plain.isascii() and is_made_of_words(plain.decode("ascii"))


def _is_mashed(text: bytes) -> bool:
    """Return whether a text has few different letters, nearly all of them of the home row.

    One random text in 100,000 looks like that.
    """
    letters = [code for code in text.lower() if code in FOLLOWERS]
    home = sum(code in _HOME_ROW for code in letters)
    return (
        len(letters) >= _MIN_MASHED
        and home * 20 >= len(letters) * 17
        and len(set(letters)) * 2 <= len(letters)
        and sum(code in _NOT_HEXADECIMAL for code in letters) * 4 >= len(letters)
    )


def _is_sentence(text: bytes) -> bool:
    """Return whether letters follow each other as in words."""
    pairs = [pair for pair in pairwise(text) if pair[0] in FOLLOWERS]
    rare = sum(following not in FOLLOWERS[letter] for letter, following in pairs)
    return rare <= _MAX_RARE * len(pairs)


def _is_mostly_words(text: bytes) -> bool:
    words = sum(map(len, re.findall(_WORDS, text)))
    if not words or re.search(RANDOM_PART, text) is None:
        return words > 0
    return words * 2 >= len(re.findall(rb"[A-Za-z]", text))
