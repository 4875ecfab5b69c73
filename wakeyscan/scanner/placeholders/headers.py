"""Placeholders among the credentials of Authorization headers."""

from __future__ import annotations

import re
from itertools import pairwise

from wakeyscan.decoders.base64_codec import decode_base64
from wakeyscan.scanner.placeholders.tokens import WORD, check_token

_OPAQUE = (b"", b"bearer", b"token", b"apikey", b"api-key", b"api_key")
"""Schemes, in lower case, with an opaque credential."""

_RANDOM_PART = rb"[0-9][A-Za-z]+[0-9]|[a-z][A-Z]+[a-z]+[A-Z]|[A-Za-z0-9]{20}"
# Words of tests and guides, in a credential of less than 32 characters. They count if the rest
# looks like words too, or if they are half of its letters.
_WORDS = (
    rb"(?i)token|secret|passw|test|foo|bar|abc123|demo|dummy|fake|mock|valid|expired|user|bearer|access"
    rb"|auth|hello|string|value|default|jwt|creds|credential|thing|stuff|hunter2|s3cr3t"
    rb"|example|sample|invalid|your|deadbeef|changeme|replace|insert"
)
_WEAK_PASSWORDS = (
    rb"(?i)(?:pass|passw|password|passwd|pwd|secret|test|tester|testing|foo|bar|baz|user|username"
    rb"|admin|root|guest|demo|example|sample|open ?sesame|opensesame|x|y|z|a|b|c|abc|xyz|hello"
    rb"|world|token|key|api[_-]?key|changeme|letmein|qwerty|mypass\w*|mypassword|my-?password"
    rb"|some-?\w+|your-?_?\w+|wrong|correct|invalid|valid|[a-z]*pass(?:word)?s?|\W*|.{0,3})"
    rb"\d{0,6}!?"
)
_MIN_HEADER = 32
"""Minimum number of characters of a credential, or a signature, in which words are not searched."""
_MIN_OPAQUE = 24
"""Minimum characters of a random Basic credential that is not a name and password."""
_MIN_KEY_NAME = 16
"""Minimum number of characters of a name that may be a key, with an empty password."""
_MIN_STEPS = 4
"""Characters of the shortest sequence in a password that counts."""

_WRAP = (ord("9"), ord("0"))
"""The step that follows 9 in 1234567890."""

_NOT_BASIC = "does not decode to a name and a password"
_NOT_JWT = "does not decode as a JSON web token"
_PAIR = "a name and password that examples use"


def check_header(text: bytes, scheme: bytes) -> str:
    """Return why the credential of a header is an example; empty if it looks real."""
    if scheme.lower() == b"basic":
        return _check_basic(text)
    if text.startswith(b"eyJ"):
        return _check_jwt(text)
    if scheme.lower() not in _OPAQUE and _is_weak_pair(text):
        return _PAIR
    if len(text) < _MIN_HEADER and _is_mostly_words(text):
        return WORD
    return check_token(text)


def _is_mostly_words(text: bytes) -> bool:
    words = sum(map(len, re.findall(_WORDS, text)))
    if not words or re.search(_RANDOM_PART, text) is None:
        return words > 0
    return words * 2 >= len(re.findall(rb"[A-Za-z]", text))


def _is_weak_pair(text: bytes) -> bool:
    """Return whether a scheme other than Basic encodes a weak name and password as Basic does."""
    try:
        plain = _decode(text)
    except ValueError:
        return False
    return plain.isascii() and b":" in plain and bool(_check_basic(text))


def _check_basic(text: bytes) -> str:
    try:
        plain = _decode(text)
    except ValueError:
        return _NOT_BASIC
    name, colon, password = plain.strip().partition(b":")
    if not plain.isascii():  # some services use random bytes instead of a pair
        return check_token(text) if len(text) >= _MIN_OPAQUE else _NOT_BASIC
    if not colon:
        return _NOT_BASIC
    if len(password) < 2 and len(name) >= _MIN_KEY_NAME and re.search(_RANDOM_PART, name):
        return check_token(name)  # some services use a key as the name, without a password
    if re.fullmatch(_WEAK_PASSWORDS, password) and len(name) < _MIN_HEADER:
        return _PAIR
    if password and (name == password or _count_in_sequence(password) * 2 >= len(password)):
        return _PAIR
    return ""


def _check_jwt(text: bytes) -> str:
    """Return why a JSON web token is an example, such as that of jwt.io, by its claims."""
    parts = text.split(b".")
    if len(parts) == 1 and not _is_ascii(text):
        return check_token(text)  # one random text in 200,000 starts like that
    if len(parts) < 3 or not parts[-1]:
        return "a JSON web token that is cut short"
    if len(parts) > 3:  # encrypted: its claims are not readable
        return ""
    payload, signature = parts[1:]
    try:
        claims = _decode(payload)
    except ValueError:
        return _NOT_JWT
    if b"1234567890" in claims or b"John Doe" in claims or b"example" in claims:
        return "an example JSON web token"
    return "" if len(signature) >= _MIN_HEADER else _NOT_JWT


def _is_ascii(text: bytes) -> bool:
    try:
        return _decode(text).isascii()
    except ValueError:
        return False


def _decode(text: bytes) -> bytes:
    """Decode base64, padded or not; raise `ValueError` if a single letter is left over."""
    bare = text.rstrip(b"=")
    if len(bare) % 4 == 1:
        raise ValueError
    return decode_base64(bare)


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
