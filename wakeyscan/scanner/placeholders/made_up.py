"""Credentials that a test made up: typed names and passwords, and altered copies of a token.

They count as examples only in files of tests, fixtures and mocks: elsewhere a weak password may be
a real one, in the code of a sample too.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

from wakeyscan.core.lazy import lazy_pattern
from wakeyscan.decoders.base64_codec import decode_credential
from wakeyscan.scanner.placeholders.words import FOLLOWERS

MADE_UP_PAIR = "a name and password that a test made up"
MADE_UP_WORDS = "words that a test made up"
ALTERED_COPY = "an altered copy of another credential in the same test"

_TEST_FOLDER = lazy_pattern(
    r"""(?xi)
    (?: ^ | [/._-] ) (?: tests? | specs? | fixtures? | mocks? )
    (?: [._-] [^/]* )? /
  | (?: ^ | / ) (?: __ (?: tests | mocks | fixtures ) __ | test[_-]?data ) /
  | [a-z0-9] (?-i: Tests? ) /
"""
)
"""Folders such as `tests/`, `reg-tests/`, `App.Tests/`, `androidTest/`."""

_TEST_FILE = lazy_pattern(
    r"""(?x)
    (?: ^ | / )
    (?: (?i: tests? | spec | mocks? | fixtures? ) [._-] [^/]*
      | [^/]* [._-] (?i: tests? | spec | mocks? | fixtures? ) (?: \. [^/]* )?
      | [^/]* [a-z0-9] (?: Tests? | Spec | Mock ) (?: \. [^/.]* )?
      | [^/]+ \.t ) $
"""
)
"""Files such as `test_x.py`, `x_test.go`, `x.spec.ts`, `XTest.java`, and `x.t` of Perl."""

_ABSOLUTE = lazy_pattern(r"/|\\|[A-Za-z]:|\.\./")
_LEET = bytes.maketrans(b"01345@$!7", b"oieasasit")
"""Letters that digits and signs stand for."""
_SEPARATORS = lazy_pattern(rb"[-_. ':/,;!?]+")
_TAIL = b"0123456789!?.$#*"
"""Characters that people append to a word."""
_MAX_TAIL = 6
_GENERATED = range(8, 21)
"""Characters of a password that is examined: a shorter one is typed, a longer one is not."""
_MIN_FREQUENT = 3 / 4
"""Fraction of the pairs of letters in typed words that are frequent in words."""
_MIN_PAIRS = 3
_OTHERS = lazy_pattern(rb"[^a-z]")
_MAX_OTHERS = 4
"""Digits, signs and capitals in a token that is made of words."""
_MIN_TOKEN, _MAX_ALTERED = 24, 8
"""Characters of a token whose copies are recognized, and of the part in which they differ."""


def is_test_path(path: str) -> bool:
    """Return whether a path is one of tests, fixtures or mocks.

    Of an absolute path, only the name counts: the folders above a project say nothing about it.
    """
    if _TEST_FILE.search(path):
        return True
    return not _ABSOLUTE.match(path) and bool(_TEST_FOLDER.search(path))


def check_made_up(text: bytes, scheme: bytes) -> str:
    """Return why the credential of a test is an example; empty if a generator may have drawn it.

    Of random passwords, one in 15 with 8 letters and digits counts, one in 40 with 12 and one in
    100 with 16; of random tokens with letters in both cases, none.
    """
    if scheme.lower() == b"basic":
        return MADE_UP_PAIR if _is_typed_pair(text) else ""
    others = _OTHERS.findall(text)
    return MADE_UP_WORDS if len(others) <= _MAX_OTHERS and _is_like_words(text) else ""


def find_altered_copies(texts: Iterable[bytes]) -> frozenset[bytes]:
    """Return the texts that differ from an earlier one in a few characters in a row."""
    order = {text: number for number, text in enumerate(dict.fromkeys(texts))}
    by_start = sorted(text for text in order if len(text) >= _MIN_TOKEN)
    return frozenset(
        max(pair, key=order.__getitem__) for pair in pairwise(by_start) if _is_copy(*pair)
    )


def _is_copy(one: bytes, other: bytes) -> bool:
    start = _count_equal(one, other)
    rest, other_rest = one[start:], other[start:]
    end = _count_equal(rest[::-1], other_rest[::-1])
    return max(len(rest), len(other_rest)) - end <= _MAX_ALTERED


def _count_equal(one: bytes, other: bytes) -> int:
    """Return the number of characters at the start of both texts."""
    return next(
        (at for at, (left, right) in enumerate(zip(one, other, strict=False)) if left != right),
        min(len(one), len(other)),
    )


def _is_typed_pair(text: bytes) -> bool:
    try:
        plain = text if b":" in text else decode_credential(text)
    except ValueError:
        return False
    name, _, password = plain.strip().partition(b":")
    if not plain.isascii() or password.startswith(b"//"):
        return plain.isascii() and name.isalpha()  # a URL, and no name and password
    if len(password) not in _GENERATED:
        return len(password) < _GENERATED.start
    body = password.rstrip(_TAIL)
    is_tail_short = len(password) - len(body) <= _MAX_TAIL
    return is_tail_short and _is_like_leet(body.lower())


def _is_like_leet(lowered: bytes) -> bool:
    return _is_like_words(lowered) or _is_like_words(lowered.translate(_LEET))


def _is_like_words(lowered: bytes) -> bool:
    """Return whether most letters follow each other as in words."""
    pairs = [pair for word in _SEPARATORS.split(lowered) for pair in pairwise(word)]
    frequent = sum(after in FOLLOWERS.get(before, b"") for before, after in pairs)
    return len(pairs) >= _MIN_PAIRS and frequent >= _MIN_FREQUENT * len(pairs)
