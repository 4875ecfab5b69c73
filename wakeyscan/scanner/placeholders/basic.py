"""Placeholders among the names and passwords of Basic authentication."""

from __future__ import annotations

import operator
import re
from itertools import pairwise

from wakeyscan.core.lazy import lazy_pattern
from wakeyscan.decoders.base64_codec import decode_credential
from wakeyscan.scanner.placeholders.password_words import is_made_of_words
from wakeyscan.scanner.placeholders.published import is_published
from wakeyscan.scanner.placeholders.tokens import WORD, check_token, repeats
from wakeyscan.scanner.placeholders.web_tokens import check_web_token

RANDOM_PART = rb"[0-9][A-Za-z]+[0-9]|[a-z][A-Z]+[a-z]+[A-Z]|[A-Za-z0-9]{20}"

_WEAK_PASSWORD = lazy_pattern(
    rb"(?i)(?:some-?\w+|your-?_?\w+|mypass\w*|\W*|.{0,3}|(?-i:[a-z]{4})|[a-z]*pass(?:word)?s?"
    rb"|(?:\w+'s )?pas[sz]?w.{0,2}r?d+)\d{0,6}[\"'!]?"
)
_TEMPLATE = lazy_pattern(
    rb"\$\{?[\w.]+\}?|<[^<>]*>|\{+[^{}]*\}+|%\w*%?|\[[^\[\]]*\]|_{2,}\w+_{2,}|@@?\w+@@?"
)
"""A variable that a tool has encoded before it was replaced."""
_URL = lazy_pattern(rb"(?:https?|ftp|file|wss?)://")
"""The start of an address, which a colon divides as it divides a name and a password."""
_JWT = "eyJ"
"""Start of a JSON web token, which some services take as the name or the password."""
_MIN_KEY_NAME = 14
"""Minimum characters of a name that may be a key, next to a word or an empty password.

Reddit's shortest identifiers of a client, which log in without a password, have 14.
"""
_MIN_OPAQUE = 24
"""Minimum characters of a random Basic credential that is not a name and password."""
_UUID = lazy_pattern(rb"(?i)[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_KEY = lazy_pattern(
    rb"(?i:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})|(?=[a-z_-]{0,16}[A-Z0-9])[A-Za-z0-9_-]{24,256}"
)
"""A UUID or a key without a name, as OneSignal takes it."""
_MIN_STEPS = 4
"""Characters of the shortest sequence in a password that counts."""
_WRAP = (ord("9"), ord("0"))
"""The step that follows 9 in 1234567890."""

_OBJECT_ID = lazy_pattern(rb"[4-7][0-9a-f]{23}")
"""An id of MongoDB, which begins with the seconds since 1970: no base64 looks like it."""

_NOT_BASIC = "does not decode to a name and a password"
PAIR = "a name and password that examples use"


def check_basic(text: bytes) -> str:
    """Return why a Basic credential is an example; empty if it looks real."""
    try:
        plain = text if b":" in text else decode_credential(text)  # a program encodes it
    except ValueError:
        return _NOT_BASIC
    if _URL.match(plain):
        return _NOT_BASIC
    try:
        name, colon, password = plain.decode().strip().partition(":")
    except UnicodeDecodeError:
        return _check_bytes(text, plain)
    return _check_pair(name, password) if colon else _check_key(plain)


def check_password(text: bytes) -> str:
    """Return why a password without its name is an example; empty if it looks real."""
    return PAIR if _is_weak("", text.decode("utf-8", "replace")) else ""


def is_weak_pair(text: bytes) -> bool:
    """Return whether a scheme other than Basic encodes a weak name and password as Basic does."""
    try:
        plain = decode_credential(text)
    except ValueError:
        return False
    return plain.isascii() and b":" in plain and bool(check_basic(text))


def _check_bytes(text: bytes, plain: bytes) -> str:
    """Check a pair in an old encoding, or the random bytes that some services use instead."""
    name, colon, password = plain.decode("latin-1").partition(":")
    if colon and is_made_of_words(password, name):
        return PAIR
    if _OBJECT_ID.fullmatch(text):
        return _NOT_BASIC
    is_spoiled = text.endswith(b"=") and len(text) % 4  # no encoder pads so
    return check_token(text) if len(text) >= _MIN_OPAQUE and not is_spoiled else _NOT_BASIC


def _check_key(plain: bytes) -> str:
    """Check what a program encodes although it is a key only, not a name and a password."""
    is_key = _KEY.fullmatch(plain) and re.search(RANDOM_PART, plain) and not is_published(plain)
    if not is_key or _OBJECT_ID.fullmatch(plain) or is_made_of_words(plain.decode()):
        return _NOT_BASIC
    return check_token(plain)


def _check_pair(name: str, password: str) -> str:
    for half in (name, password):
        if half.startswith(_JWT):
            return check_web_token(half.encode())
    if not _is_weak(name, password):
        return ""
    text = name.encode()
    if _UUID.fullmatch(text) and password:
        return PAIR  # the identifier of a client
    if len(text) >= _MIN_KEY_NAME and re.search(RANDOM_PART, text) and not is_made_of_words(name):
        return check_token(text)  # some services use a key as the name
    return PAIR


def _is_weak(name: str, password: str) -> bool:
    text = password.encode()
    if _WEAK_PASSWORD.fullmatch(text) or _TEMPLATE.fullmatch(text) or _is_like(name, password):
        return True
    if repeats(text.lower()):
        return True
    if _count_in_sequence(text) * 2 >= len(text) or is_made_of_words(password, name):
        return True
    return check_token(text) == WORD


def _is_like(name: str, password: str) -> bool:
    """Return whether a password is the name, except for one character or for capitals.

    Tests write a wrong password in the first way, and `anna:Anna` in the second.
    """
    if password in {name.lower(), name.upper(), name.capitalize()}:
        return True
    return len(name) == len(password) and sum(map(operator.ne, name, password)) <= 1


def _count_in_sequence(password: bytes) -> int:
    """Return the number of characters in sequences of four or more that rise or fall by one."""
    count = steps = last = 0
    for before, after in pairwise(password):
        step = 1 if (before, after) == _WRAP else after - before
        is_step = step in (1, -1)
        steps = steps + 1 if is_step and step == last else int(is_step)
        last = step
        if steps >= _MIN_STEPS - 1:
            count += _MIN_STEPS if steps == _MIN_STEPS - 1 else 1
    return count
