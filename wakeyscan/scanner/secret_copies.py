"""Copies of a secret near it, in forms without a decoder: reversed, spaced, base32, …

A decoder needs the prefix of a key. In addition to the key, a line may hold only its body, for
example half of it in a comment. Such a copy is not reported, but an excerpt must not print it.

Texts are compared by their letters and digits in lower case, so that neither case, nor blanks or
hyphens between characters matter, nor the two alphabets of base64.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import cached_property, lru_cache
from itertools import accumulate

from wakeyscan.core.lazy import lazy_pattern
from wakeyscan.core.secret import KEY_PREFIX
from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.scanner.framed_letters import trace_framed_letters
from wakeyscan.scanner.secret_forms import LETTERS, LOWER, OTHERS, ROT13, join_forms

if TYPE_CHECKING:
    from wakeyscan.core.secret import Secret

_MIN_COPY = 8
"""Minimum number of letters and digits in a row that a copy shares with a form of the secret."""

_GRAM, _STEP = 6, 3
"""Every row of `_MIN_COPY` characters has a gram of this size at each step: 6 + 3 - 1 = 8."""

_PART, _PART_STEP = 3, 6
"""The same for parts that are looked for first: they are fewer, and seldom in another text."""

_MAX_CACHED = 64
"""Maximum number of secrets whose grams are kept: those of a document come again and again."""

_NUMBERS = b"0123456789abcdefoxu"
"""Letters and digits of numbers in all notations."""

_BETWEEN = b" ,:;.'\"&#(){}[]-"
"""Characters between the numbers or letters of a list."""

_LONG_WORD = lazy_pattern(rb"[\w+/=%\\][\w+/=%\\]{11}")
_SHORT_WORDS = lazy_pattern(
    rb"""[\w%\\][ ,:;.'"&#(){}\[\]-]+(?:[\w%\\]{1,4}[ ,:;.'"&#(){}\[\]-]+){5}"""
)
"""Patterns of an encoded copy: a long word, or short ones in a row as in a dump.

Both begin with a character, since `re` searches slowly for alternatives and repetitions. Of the
first short word, the last character is enough.
"""
_WORDS = lazy_pattern(
    rb"""(?x) (?<! [\w+/=%\\] ) (?= [\w+/=%\\]{12} )
    (?: /? (?: [a-z]{1,11} | v[0-9] ) (?: [/_] (?: [a-z]{1,11} | v[0-9] ) )* /?
      | (?: [a-z]{6,11} )? (?: [A-Z][a-z]{5,} ){1,4} ) (?! [\w+/=%\\] )"""
)
"""Long words that are a name or a path, such as `Authorization`; of 10,000 texts of 12 letters of
base64 one looks like that. A longer word in lower case may be base32."""
_SHAPE = bytes(
    next((kind[0] for kind in (b"w%\\_" + LETTERS, b"+/=", _BETWEEN) if byte in kind), ord("\n"))
    for byte in range(256)
)
"""Replaces a byte by the first one of its kind: a class of the patterns above, or others."""
_MAX_SHAPES = 1024
"""Maximum number of shapes that are kept: the lines of a log have few."""

_TOKEN_END = lazy_pattern(r"[\w+%\\.~-]*")
_TOKEN_START = lazy_pattern(r"[\w+%\\.~-]*\Z")


class LetterLines:
    """The letters of many secrets in a text, each on a line: those of neighbors are a slice."""

    def __init__(self, secrets: Sequence[Secret]) -> None:
        self._secrets = secrets

    def list_forms(self, first: int, last: int) -> bytes:
        """Return the letters of `secrets[first:last]` in either direction, also as rot13."""
        starts, lines, rotated, reversed_lines, reversed_rotated = self._built
        low, high, size = starts[first], starts[last], starts[-1]
        back = slice(size - high, size - low)
        forward = lines[low:high] + rotated[low:high]
        return forward + reversed_lines[back] + reversed_rotated[back]

    @cached_property
    def _built(self) -> tuple[list[int], bytes, bytes, bytes, bytes]:
        """The starts of the lines, and the lines in four forms; in many texts nothing is shown."""
        letters = [one.reveal().translate(LOWER, OTHERS) for one in self._secrets]
        starts = [0, *accumulate(len(line) + 1 for line in letters)]
        lines = b"\n".join([*letters, b""])
        rotated = lines.translate(ROT13)
        return starts, lines, rotated, lines[::-1], rotated[::-1]


def mask_copies(text: bytes, secrets: Collection[Secret], forms: bytes = b"") -> str:
    """Return a text with every word masked that holds a part of a secret in some form.

    `forms` are those of `LetterLines` if the text has many secrets: then encoded forms are only
    built for a text that looks like one.
    """
    shown, plain = text.decode("utf-8", "replace"), _normalize(text)
    if len(plain) < _MIN_COPY:
        return shown
    spans: list[tuple[int, int, str]] = []
    framed, origins = trace_framed_letters(shown)
    if framed and (
        copied := _select_copied(framed, secrets, b"" if _is_of_numbers(framed) else forms)
    ):
        spans += _find_spans(framed, origins, copied)
    if copied := _select_copied(
        plain, secrets, b"" if forms and _may_hold_encoded(text) else forms
    ):
        spans += _find_spans(*_trace_letters(shown), copied)
    return _mask(shown, spans) if spans else shown


def _select_copied(letters: bytes, secrets: Collection[Secret], forms: bytes) -> list[Secret]:
    """Return the secrets whose parts may be in a text, judged by its letters.

    With `forms`, only parts that are not encoded are found.
    """
    if forms:
        parts = [letters[at : at + _PART] for at in range(0, len(letters) - _PART + 1, _PART_STEP)]
        if not _holds_any(forms, parts):
            return []
        parts = _list_grams(letters, _STEP)
        each = ((one, LetterLines((one,)).list_forms(0, 1)) for one in secrets)
        return [one for one, own in each if _holds_any(own, parts)]
    grams = frozenset(_list_grams(letters))  # of a long line with many secrets
    return [secret for secret in secrets if not _index_grams(secret).isdisjoint(grams)]


def _is_of_numbers(letters: bytes) -> bool:
    """Return whether most of a text are numbers; there may be words before and after them."""
    return len(letters.translate(None, _NUMBERS)) * 3 < len(letters)


def holds_copy(text: bytes, secrets: Iterable[Secret]) -> bool:
    """Return whether a text holds a part of a secret in some form, though it may be a word."""
    letters = _normalize(text)
    grams = frozenset(_list_grams(letters))
    return any(
        _find_end(letters, start, join_forms(secret))
        for secret in secrets
        if not grams.isdisjoint(_index_grams(secret))
        for start in range(len(letters) - _MIN_COPY + 1)
    )


def _may_hold_encoded(text: bytes) -> bool:
    if text.count(b"0o") >= _MIN_COPY:  # octal codes of Python are longer than other short words
        return True
    if not _may_be_encoded(text.translate(_SHAPE)):
        return False
    return _may_be_encoded(_WORDS.sub(b"a", text).translate(_SHAPE))


@lru_cache(_MAX_SHAPES)
def _may_be_encoded(shape: bytes) -> bool:
    """Return whether a text of this shape may be an encoded copy."""
    return bool(_LONG_WORD.search(shape) or _SHORT_WORDS.search(shape))


def _holds_any(forms: bytes, grams: list[bytes]) -> bool:
    return any(map(forms.count, grams))  # twice as fast as `__contains__`


def _normalize(text: bytes) -> bytes:
    if not text.isascii():  # letters of full width, bold letters of mathematics
        text = unicodedata.normalize("NFKC", text.decode("utf-8", "replace")).encode()
    return text.translate(LOWER, OTHERS)


def _list_grams(text: bytes, step: int = 1) -> list[bytes]:
    return [text[at : at + _GRAM] for at in range(0, len(text) - _GRAM + 1, step)]


@lru_cache(_MAX_CACHED)
def _index_grams(secret: Secret) -> frozenset[bytes]:
    """Return enough grams of a secret's forms to meet every copy."""
    return frozenset(_list_grams(join_forms(secret), _STEP))


def _find_spans(
    letters: bytes, origins: list[int], secrets: Iterable[Secret]
) -> Iterator[tuple[int, int, str]]:
    """Yield where a text holds copies of secrets, and the mask of each.

    `origins` are the indexes of the letters in the text.
    """
    for secret in secrets:
        for low, high in _find_copies(letters, secret):
            yield origins[low], origins[high - 1] + 1, str(secret)


def _mask(shown: str, spans: Iterable[tuple[int, int, str]]) -> str:
    """Return a text with copies of secrets masked, each as a whole word."""
    widened = sorted((*_widen(shown, low, high), mask) for low, high, mask in spans)
    parts, at = [], 0
    for low, high, mask in widened:
        if high > at:
            parts += [shown[at:low], mask] if low >= at else []
            at = high
    return "".join([*parts, shown[at:]])


def _trace_letters(shown: str) -> tuple[bytes, list[int]]:
    """Return the letters and digits of a text, and the index of the character of each."""
    normal = [_normalize(character.encode("utf-8", "replace")) for character in shown]
    origins = [index for index, letters in enumerate(normal) for _ in letters]
    return b"".join(normal), origins


def _find_copies(letters: bytes, secret: Secret) -> Iterator[tuple[int, int]]:
    """Yield the spans of `letters` that are a part of a form of the secret."""
    forms, grams, end = join_forms(secret), _index_grams(secret), 0
    for at, gram in enumerate(_list_grams(letters)):
        if at + _GRAM <= end or gram not in grams:
            continue
        for low in range(max(end, at - _STEP + 1), at + 1):
            if high := _find_end(letters, low, forms):
                end = high
                if not _is_word(letters[low:high], secret, forms):
                    yield low, high
                break


def _find_end(letters: bytes, start: int, forms: bytes) -> int:
    """Return the end of the copy that starts at an index; 0: there is none."""
    end = start + _MIN_COPY
    if end > len(letters) or letters[start:end] not in forms:
        return 0
    while end < len(letters) and letters[end + 1 - _MIN_COPY : end + 1] in forms:
        end += 1
    return end


def _is_word(letters: bytes, secret: Secret, forms: bytes) -> bool:
    """Return whether a part of a credential may be a word, such as `password`.

    A key has a random body; of another credential, words are only masked if they are all of it.
    """
    is_key = str(secret).startswith(KEY_PREFIX)
    return letters.isalpha() and not is_key and letters not in forms.splitlines()


def _widen(shown: str, low: int, high: int) -> tuple[int, int]:
    """Return the span of the whole words at both ends of a span."""
    start = _TOKEN_START.search(shown, 0, low)
    end = _TOKEN_END.match(shown, high)
    return start.start() if start else low, end.end() if end else high
