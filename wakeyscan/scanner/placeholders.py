"""Placeholder detection: the reason why a match is an example and not a credential.

A placeholder is marked, and never dropped.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from wakeyscan.decoders.base64_codec import decode_base64

if TYPE_CHECKING:
    from wakeyscan.scanner.matcher import Match

_HEADER = "authorization-header"
_OPAQUE = (b"", b"bearer", b"token", b"apikey", b"api-key", b"api_key")
"""Schemes, in lower case, with an opaque credential."""

_EXAMPLES = frozenset(
    [
        b"wa_live_your_key",
        b"wa_live_your_api_key",
        b"your_app_key",
        b"your_auth_key",
        b"QWxhZGRpbjpvcGVuIHNlc2FtZQ==",  # RFC 7617: Aladdin:open sesame
        b"QWxhZGRpbjpPcGVuU2VzYW1l",  # MDN: aladdin:opensesame
        b"YWxhZGRpbjpvcGVuc2VzYW1l",
        b"mF_9.B5f-4.1JqM",  # RFC 6750
        b"czZCaGRSa3F0MzpnWDFmQmF0M2JW",  # RFC 6749
        b"2YotnFZFEjr1zCsicMWpAA",
        b"h480djs93hd8",
        b"23410913-abewfq.123483",  # RFC 7662
        b"SlAV32hkKG",  # OpenID Connect Core 1.0
        b"ZGVtbzpwQDU1dzByZA==",  # Swagger's guide: demo:p@55w0rd
        b"9944b09199c62bcf9418ad846dd0e4bbdfc6ee4b",  # Django REST framework's guide
    ]
)
"""Examples of the vendor's documentation (contract, section 1), RFCs and well-known guides."""

# Long words: a random key contains none by chance (one in 10^7 at worst).
_LONG_WORDS = (
    rb"(?i)example|sample|placeholder|change_?me|replace|insert_?|redacted|removed|your[_-]?key"
    rb"|deadbeef|your[_-]?api|your[_-]?token|dummy[_-]|secret_?key|api_?key|invalid|expired|(?-i:x{6}|X{6})"
)
# Short words count only between `_` or `-`, and only if the other parts look like words too: one
# URL-safe key in 10^4 contains `my` or `key`.
_SHORT_WORDS = (
    rb"(?i)(?:^|[_-])(?:your|my|our|fake|todo|demo|test|dummy|some|foo|bar|abc|xxx+|key|here|none|null)"
    rb"(?:[_-]|$)"
)
_RANDOM_PART = rb"[0-9][A-Za-z]+[0-9]|[a-z][A-Z]+[a-z]+[A-Z]|[A-Za-z0-9]{20}"
# Words of tests and guides, in a header's credential of less than 32 characters. They count if the
# rest looks like words too, or if they are half of its letters.
_HEADER_WORDS = (
    rb"(?i)token|secret|passw|test|foo|bar|abc123|demo|dummy|fake|mock|valid|expired|user|bearer|access"
    rb"|auth|hello|string|value|default|jwt|creds|credential|thing|stuff|hunter2|s3cr3t"
)
_WEAK_PASSWORDS = (
    rb"(?i)(?:pass|passw|password|passwd|pwd|secret|test|tester|testing|foo|bar|baz|user|username"
    rb"|admin|root|guest|demo|example|sample|open ?sesame|opensesame|x|y|z|a|b|c|abc|xyz|hello"
    rb"|world|token|key|api[_-]?key|changeme|letmein|qwerty|mypass\w*|mypassword|my-?password"
    rb"|some-?\w+|your-?_?\w+|wrong|correct|invalid|valid|[a-z]*pass(?:word)?s?|\W*|.{0,3})"
    rb"\d{0,6}!?"
)
_WORD_PART = rb"(?:[a-z]+|[A-Z]+|[A-Z][a-z]+)[0-9]{0,3}|[0-9]{1,4}"
_MIN_HEADER = 32
"""Minimum number of characters of a credential, or a signature, in which words are not searched."""
_MIN_OPAQUE = 24
"""Minimum characters of a random Basic credential that is not a name and password."""
_MIN_KEY_NAME = 16
"""Minimum number of characters of a name that may be a key, with an empty password."""
_MIN_STEPS = 4
"""Characters of the shortest sequence that counts."""
_MIN_REPEATS = 6
"""Characters of the shortest repetition of one character that counts."""

_WRAPS = {(0x39, 0x30): 1, (0x39, 0x61): 1, (0x39, 0x41): 1, (0x30, 0x61): 1, (0x7A, 0x30): 1}
"""Steps that continue a sequence: 9 to 0, 9 or 0 to a (hexadecimal: 0123456789abcdef), z to 0."""

_NOT_BASIC = "does not decode to a name and a password"
_NOT_JWT = "does not decode as a JSON web token"
_WORD = "contains a word that examples use"
_PAIR = "a name and password that examples use"


def find_placeholder_reason(match: Match) -> str:
    """Return why a match is an example and not a credential; empty if it looks real."""
    text = match.secret.reveal()
    if text in _EXAMPLES:
        return "an example from documentation"
    if match.rule.id == _HEADER:
        return _check_header(text, match.scheme)
    return _check_token(text.removeprefix(b"wa_live_"))


def _check_header(text: bytes, scheme: bytes) -> str:
    if scheme.lower() == b"basic":
        return _check_basic(text)
    if text.startswith(b"eyJ"):
        return _check_jwt(text)
    if scheme.lower() not in _OPAQUE and _is_weak_pair(text):
        return _PAIR
    if len(text) < _MIN_HEADER and _is_mostly_words(text):
        return _WORD
    return _check_token(text)


def _is_mostly_words(text: bytes) -> bool:
    words = sum(map(len, re.findall(_HEADER_WORDS, text)))
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


def _check_token(body: bytes) -> str:
    if re.search(_LONG_WORDS, body):
        return _WORD
    if re.search(_SHORT_WORDS, body) and not re.search(_RANDOM_PART, body):
        return _WORD
    parts = [part for part in re.split(rb"[_.-]+", body) if part]
    if len(parts) > 1 and all(re.fullmatch(_WORD_PART, part) for part in parts):
        return "words joined together, not a random text"
    if _count_in_sequence(body) * 2 >= len(body):
        return "a sequence, like 123456 or abcdef"
    if _repeats(body):
        return "repeats itself"
    if len(set(body)) < (5 if len(body) < 24 else 7):
        return "too few different characters"
    return ""


def _check_basic(text: bytes) -> str:
    try:
        plain = _decode(text)
    except ValueError:
        return _NOT_BASIC
    name, colon, password = plain.strip().partition(b":")
    if not plain.isascii():  # some services use random bytes instead of a pair
        return _check_token(text) if len(text) >= _MIN_OPAQUE else _NOT_BASIC
    if not colon:
        return _NOT_BASIC
    if len(password) < 2 and len(name) >= _MIN_KEY_NAME and re.search(_RANDOM_PART, name):
        return _check_token(name)  # some services use a key as the name, without a password
    if re.fullmatch(_WEAK_PASSWORDS, password) and len(name) < _MIN_HEADER:
        return _PAIR
    if password and (name == password or _count_in_sequence(password) * 2 >= len(password)):
        return _PAIR
    return ""


def _check_jwt(text: bytes) -> str:
    """Return why a JSON web token is an example, such as that of jwt.io, by its claims."""
    parts = text.split(b".")
    if len(parts) == 1 and not _is_ascii(text):
        return _check_token(text)  # one random text in 200,000 starts like that
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


def _count_in_sequence(body: bytes) -> int:
    """Return the number of characters in sequences of four or more that rise or fall by one."""
    count = steps = 0
    last = None
    for before, after in pairwise(body):
        step = after - before if after - before in (1, -1) else _WRAPS.get((before, after))
        is_continued = step is not None and step == last
        steps = steps + 1 if is_continued else int(step is not None)
        last = step
        if steps >= _MIN_STEPS - 1:
            count += _MIN_STEPS if steps == _MIN_STEPS - 1 else 1
    return count


def _repeats(body: bytes) -> bool:
    """Return whether a text repeats a shorter one, or has one character many times in a row."""
    longest = length = 1
    for before, after in pairwise(body):
        length = length + 1 if before == after else 1
        longest = max(longest, length)
    if longest >= _MIN_REPEATS and longest * 4 >= len(body):
        return True
    period = (body + body).find(body[: max(1, len(body) - len(body) // 4)], 1)
    return 0 < period <= len(body) // 2
