"""Tells samples from keys: marks placeholders with the reason; it never drops one."""

from __future__ import annotations

import re
from itertools import pairwise

from wakeyscan.decoders.base64_codec import decode_base64
from wakeyscan.scanner.matcher import Match

_HEADER = "authorization-header"
_OPAQUE = (b"", b"bearer", b"token", b"apikey", b"api-key", b"api_key")
"""Schemes, in lower case, whose credential is a text without parts."""

# The vendor's own documentation (contract, section 1) and samples of RFCs and well-known guides.
_SAMPLES = frozenset(
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

# So long that a random key does not hold them by chance (one in 10^7 at worst).
_LONG_WORDS = (
    rb"(?i)example|sample|placeholder|change_?me|replace|insert_?|redacted|removed|your[_-]?key"
    rb"|deadbeef|your[_-]?api|your[_-]?token|dummy[_-]|secret_?key|api_?key|invalid|expired|(?-i:x{6}|X{6})"
)
# Shorter ones count only as a part between `_` or `-`, and only where the others look like words,
# too: one URL-safe key in 10^4 has a `my` or `key` in it.
_SHORT_WORDS = (
    rb"(?i)(?:^|[_-])(?:your|my|our|fake|todo|demo|test|dummy|some|foo|bar|abc|xxx+|key|here|none|null)"
    rb"(?:[_-]|$)"
)
_RANDOM_PART = rb"[0-9][A-Za-z]+[0-9]|[a-z][A-Z]+[a-z]+[A-Z]|[A-Za-z0-9]{20}"
# In a header's credential of less than 32 characters: what tests and guides write there. They
# count where the rest looks like words, too, or where they are half of its letters.
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
_SHORT_HEADER, _SHORT_OPAQUE, _SHORT_NAME = 32, 24, 16
_NO_BASIC = "does not decode to a name and a password"
_STEPS = 4
_REPEATS = 6


def find_placeholder_reason(match: Match) -> str:
    """Say why a match is a sample and no credential, or '' where it looks real."""
    text = match.secret.reveal()
    if text in _SAMPLES:
        return "a sample from documentation"
    if match.rule.id == _HEADER:
        return _header_reason(text, match.scheme)
    return _token_reason(text.removeprefix(b"wa_live_"))


def _header_reason(text: bytes, scheme: bytes) -> str:
    if scheme.lower() == b"basic":
        return _basic_reason(text)
    if text.startswith(b"eyJ"):
        return _jwt_reason(text)
    if scheme.lower() not in _OPAQUE and _is_weak_pair(text):
        return "a name and password that samples use"
    if len(text) < _SHORT_HEADER and _is_mostly_words(text):
        return "holds a word that samples use"
    return _token_reason(text)


def _is_mostly_words(text: bytes) -> bool:
    words = sum(map(len, re.findall(_HEADER_WORDS, text)))
    if not words or re.search(_RANDOM_PART, text) is None:
        return words > 0
    return words * 2 >= len(re.findall(rb"[A-Za-z]", text))


def _is_weak_pair(text: bytes) -> bool:
    """Say whether a scheme of its own wraps a name and a password, as Basic does."""
    try:
        plain = _decoded(text)
    except ValueError:
        return False
    return plain.isascii() and b":" in plain and bool(_basic_reason(text))


def _token_reason(body: bytes) -> str:
    if re.search(_LONG_WORDS, body):
        return "holds a word that samples use"
    if re.search(_SHORT_WORDS, body) and not re.search(_RANDOM_PART, body):
        return "holds a word that samples use"
    parts = [part for part in re.split(rb"[_.-]+", body) if part]
    if len(parts) > 1 and all(re.fullmatch(_WORD_PART, part) for part in parts):
        return "words joined together, not a random text"
    if _in_sequence(body) * 2 >= len(body):
        return "a sequence, like 123456 or abcdef"
    if _repeats(body):
        return "repeats itself"
    if len(set(body)) < (5 if len(body) < 24 else 7):
        return "too few different characters"
    return ""


def _basic_reason(text: bytes) -> str:
    try:
        plain = _decoded(text)
    except ValueError:
        return _NO_BASIC
    name, colon, password = plain.strip().partition(b":")
    if not plain.isascii():  # some services take random bytes for the whole of it
        return _token_reason(text) if len(text) >= _SHORT_OPAQUE else _NO_BASIC
    if not colon:
        return _NO_BASIC
    if len(password) < 2 and len(name) >= _SHORT_NAME and re.search(_RANDOM_PART, name):
        return _token_reason(name)  # services that take a key for the name, and no password
    if re.fullmatch(_WEAK_PASSWORDS, password) and len(name) < _SHORT_HEADER:
        return "a name and password that samples use"
    if password and (name == password or _in_sequence(password) * 2 >= len(password)):
        return "a name and password that samples use"
    return ""


def _jwt_reason(text: bytes) -> str:
    """Know the samples of jwt.io and what tests make of them by their claims."""
    parts = text.split(b".")
    if len(parts) == 1 and not _is_ascii(text):
        return _token_reason(text)  # one random text in 200,000 begins like that
    if len(parts) < 3 or not parts[-1]:
        return "a JSON web token that is cut short"
    if len(parts) > 3:  # encrypted: there is nothing to read
        return ""
    payload, signature = parts[1:]
    try:
        claims = _decoded(payload)
    except ValueError:
        return "does not decode as a JSON web token"
    if b"1234567890" in claims or b"John Doe" in claims or b"example" in claims:
        return "a sample JSON web token"
    return "" if len(signature) >= _SHORT_HEADER else "does not decode as a JSON web token"


def _is_ascii(text: bytes) -> bool:
    try:
        return _decoded(text).isascii()
    except ValueError:
        return False


def _decoded(text: bytes) -> bytes:
    """Decode base64, padded or not; raises `ValueError` where a letter is over."""
    bare = text.rstrip(b"=")
    if len(bare) % 4 == 1:
        raise ValueError
    return decode_base64(bare)


def _in_sequence(body: bytes) -> int:
    """Count the characters that stand in runs of four or more that rise or fall by one."""
    covered = run = 0
    step = None
    for before, after in pairwise(body):
        here = after - before if after - before in (1, -1) else _WRAPS.get((before, after))
        run = run + 1 if here is not None and here == step else (1 if here is not None else 0)
        step = here
        if run >= _STEPS - 1:
            covered += _STEPS if run == _STEPS - 1 else 1
    return covered


# 9 to 0 goes on counting, and so does 0 to a in samples of hexadecimal: 0123456789abcdef.
_WRAPS = {(0x39, 0x30): 1, (0x39, 0x61): 1, (0x39, 0x41): 1, (0x30, 0x61): 1, (0x7A, 0x30): 1}


def _repeats(body: bytes) -> bool:
    """Say whether the text is a shorter one repeated, or has a long run of one character."""
    longest = run = 1
    for before, after in pairwise(body):
        run = run + 1 if before == after else 1
        longest = max(longest, run)
    if longest >= _REPEATS and longest * 4 >= len(body):
        return True
    period = (body + body).find(body[: max(1, len(body) - len(body) // 4)], 1)
    return 0 < period <= len(body) // 2
