"""The most likely end of a key among strings without delimiters.

Each possible end is a description of the bytes around it: a random key, then the next record or the
words of a neighbor. The description with the fewest bits wins, less the evidence of a length before
the key. The end is certain if a length names it and any other description is much longer.
"""

from __future__ import annotations

from collections.abc import Iterator

from wakeyscan.core.finding import Bounds
from wakeyscan.core.lazy import lazy_pattern
from wakeyscan.core.secret import KEY_PREFIX, MAX_KEY, MIN_KEY
from wakeyscan.core.typing import NamedTuple
from wakeyscan.scanner.string_tables import is_program
from wakeyscan.scanner.strings.delimiters import may_delimit, proves_end
from wakeyscan.scanner.strings.lengths import (
    MAX_MARKS,
    NO_STRING,
    STRING_TYPES,
    LengthReading,
    find_text_start,
    read_lengths,
)
from wakeyscan.scanner.strings.literals import ends_literal
from wakeyscan.scanner.strings.records import (
    find_next_texts,
    is_delimiter,
    list_next_strings,
)
from wakeyscan.scanner.strings.rivals import (
    has_next_string,
    has_other_length,
    is_in_longer_text,
)
from wakeyscan.scanner.strings.words import measure_bodies, measure_size, measure_words

_MAX_WORDS = 64
"""Maximum bytes of a neighbor that are examined."""
_HEADERS = (b"Bearer ", b"bearer ", b"Token ", b"Authorization: Bearer ")
"""Text that may precede a key in its string."""
_MIN_BEFORE = 3
"""Minimum bytes of any other text before it."""
_CLOSING = {
    pair[:1]: pair[1:]
    for pair in (
        *(b'""', b"''", b"``", b"||", b"//", b"  ", b"()", b"[]", b"{}", b"<>"),
        *(b"\x1c\x1c", b"\x1d\x1d", b"\x1e\x1e", b"\x1f\x1f"),
    )
}
"""Delimiters, which are not lengths if they are on both sides of a key."""
_BLANK = ord(" ")
_SHORT = ((0, 0), (1, 0))
"""NULs of a length that may be a blank before a C string."""
_LETTER = lazy_pattern(rb"\w")

_MARGIN = 4
"""Bits by which the best description must be shorter."""
_MIN_WEIGHT = 6
"""Bits of evidence that a certain end needs."""
_NAMED_SIZE = 3
"""Bits of the size of a body that a length names."""
_MIN_WEIGHT_ALONE = 14
"""Bits that it needs if letters follow it that begin no string: a length that is less by one, as in
LZMA and Snappy, leaves one of the key's own.
"""
_MIN_EVIDENCE = 2
"""Bits of evidence that are too few."""
_OTHER_START = 6
"""Bits of doubt about a length before a text that precedes the key."""
_LETTER_BITS = 6
"""Bits of a letter that no word explains."""
_AFTER_WORD, _AFTER_LENGTH, _AFTER_RECORD, _AFTER_NOTHING = 4, 6, 4, 20
"""Bits of words after a key, if a word or a length precedes the key, if the length of these words
precedes them, and if nothing shows a neighbor."""

_AFTER_DELIMITER = 20
"""Bits of doubt about a length that is probably a delimiter, as a space is."""


class _Run(NamedTuple):
    """The letters from the start of a key to the first byte that cannot be a part of it."""

    content: bytes
    start: int
    end: int
    readings: dict[int, LengthReading]
    """The ends that a length names."""
    has_neighbor: bool
    """Whether a word after the key may be another string."""
    is_adjacent: bool
    """Whether a string directly precedes it."""
    previous_end: int
    """Where another key ends that has a length."""

    def is_delimited(self, reading: LengthReading) -> bool:
        """Return whether a length is more likely the first of two delimiters around the key."""
        if reading.zeros not in _SHORT or not is_delimiter(self.content, self.end, reading):
            return False
        is_blank = self.content[reading.start + reading.zeros[0]] == _BLANK
        return is_blank or self.may_delimit(reading)

    def is_evident(self, reading: LengthReading) -> bool:
        """Return whether a length is more than a coincidence, although other ends are likelier."""
        return reading.weight >= _MIN_WEIGHT or not self.may_delimit(reading)

    def may_delimit(self, reading: LengthReading) -> bool:
        """Return whether a length may be a delimiter before the key."""
        return may_delimit(self.content, reading, self.previous_end)

    def has_other_length(self, end: int) -> bool:
        """Return whether a length names another end, of a key or of a longer text."""
        return has_other_length(self.content, self.start, self.end, end, self.previous_end)

    def may_be_longer(self, reading: LengthReading) -> bool:
        """Return whether its letters may all be in one text with a length."""
        return is_in_longer_text(self.content, self.start, self.end, reading, self.previous_end)


class _Ending(NamedTuple):
    """A possible end of a key."""

    end: int
    bits: float
    reading: LengthReading | None
    is_record: bool
    """Whether nothing or a record follows, and not only words."""


def find_ending(
    content: bytes,
    start: int,
    run_end: int,
    previous_end: int = NO_STRING,
    *,
    has_bare_strings: bool = False,
) -> tuple[int, Bounds | None]:
    """Return the most likely end of the key at an offset, and its bounds.

    `run_end` is the end of the letters, at least `MIN_KEY` after the offset. A length ends another
    key at `previous_end`. If the content has bare strings, neither NUL nor a length ends one. The
    bounds are `None` if no length and no neighbor shows: then the text after the key decides.
    """
    readings = {} if has_bare_strings else _read_ends(content, start, run_end, previous_end)
    is_adjacent = has_bare_strings or _is_adjacent(content, start)
    has_neighbor = is_adjacent or run_end - start > MAX_KEY
    has_neighbor = has_neighbor or _is_in_program(content, start, run_end)
    run = _Run(content, start, run_end, readings, has_neighbor, is_adjacent, previous_end)
    if not run.readings and not run.has_neighbor:
        return run_end, Bounds.OPEN if run.has_other_length(run_end) else None
    best, *others = sorted(_list_endings(run), key=lambda ending: ending.bits)
    return best.end, _find_bounds(best, others, run)


def has_length(content: bytes, start: int, run_end: int, end: int, previous_end: int) -> bool:
    """Return whether a length before a key names its most likely end, or one near its letters'."""
    readings = _read_ends(content, start, run_end, previous_end)
    return any(
        (named == end or run_end - named <= MAX_MARKS) and _is_strong(reading)
        for named, reading in readings.items()
    )


def _is_strong(reading: LengthReading | None) -> bool:
    return reading is not None and not reading.kind.doubt and reading.weight >= _MIN_WEIGHT


def _is_adjacent(content: bytes, start: int) -> bool:
    """Return whether a string ends directly before that of a key, so that NUL ends none."""
    headers = (start - len(header) for header in _HEADERS if content.endswith(header, 0, start))
    string = next(headers, start)
    return _LETTER.match(content, string - 1, string) is not None


def _is_in_program(content: bytes, start: int, run_end: int) -> bool:
    """Return whether a string in a program probably touches another one, without NULs between."""
    around = content[start - 1 : start], content[run_end : run_end + 1]
    return is_program(content) and around != (b"\0", b"\0")


def _find_bounds(best: _Ending, others: list[_Ending], run: _Run) -> Bounds | None:
    rivals = [other for other in others if other.bits < best.bits + _MARGIN]
    readings = [other.reading for other in others if other.reading]
    is_strong = _is_strong(best.reading) and not _is_doubted(best, readings, run)
    if best.is_record and not rivals and is_strong and not _may_be_less(best, run):
        return Bounds.CERTAIN
    has_evidence = any(map(run.is_evident, readings)) or run.has_other_length(best.end)
    is_doubtful = best.end < run.end or has_evidence or any(rival.reading for rival in rivals)
    return Bounds.OPEN if is_doubtful or run.is_adjacent else None


def _is_doubted(best: _Ending, readings: list[LengthReading], run: _Run) -> bool:
    """Return whether the best length is more likely a delimiter after another length."""
    if not best.reading or run.has_other_length(best.end):
        return True
    earlier = (reading for reading in readings if reading.start < best.reading.start)
    return run.may_delimit(best.reading) and any(map(run.is_evident, earlier))


def _may_be_less(best: _Ending, run: _Run) -> bool:
    """Return whether a length may name a part of the key, and not the key before other letters."""
    reading = best.reading
    if not reading:
        return False
    if ends_literal(run.content, run.start, run.end) and not reading.is_in_known_format:
        return True
    rest = run.content, best.end, run.end, reading
    if not proves_end(*rest, run.previous_end):
        return True
    if best.end == run.end:
        return has_next_string(run.content, run.start, run.end, run.previous_end)
    if run.may_be_longer(reading):
        return True
    is_alone = not reading.is_typed and reading.weight < _MIN_WEIGHT_ALONE
    return is_alone and not any(list_next_strings(*rest))


def _read_ends(
    content: bytes, start: int, run_end: int, previous_end: int
) -> dict[int, LengthReading]:
    """Return the ends that a length names, each with the length that weighs most."""
    readings: dict[int, LengthReading] = {}
    high = min(run_end, start + MAX_KEY)
    for string, doubt in _list_starts(content, start, run_end):
        for reading in read_lengths(content, string, previous_end):
            end, weight = reading.end, reading.weight - doubt
            known = readings[end].weight if end in readings else _MIN_EVIDENCE
            is_valid = start + MIN_KEY <= end <= high and content[end - 1] not in b"-_"
            is_likely = not doubt or end == run_end or weight >= _MIN_WEIGHT
            if is_valid and is_likely and weight > known:
                readings[end] = reading._replace(weight=weight)
    return readings


def _list_starts(content: bytes, start: int, run_end: int) -> Iterator[tuple[int, int]]:
    """Yield where the string of a key may start, with the bits of doubt."""
    headers = [start - len(header) for header in _HEADERS if content.endswith(header, 0, start)]
    closing = _CLOSING.get(content[start - 1 : start])
    if not closing or not content.startswith(closing, run_end):
        for string in headers or [start]:
            yield string, 0
    text = find_text_start(content, start)
    sizes = (0, 1, 2) if content[text] in STRING_TYPES else (0, 1)
    for string in (text + size for size in sizes):
        if string + _MIN_BEFORE <= start:
            yield string, _OTHER_START


def _list_endings(run: _Run) -> Iterator[_Ending]:
    body, last = run.start + len(KEY_PREFIX), min(run.end, run.start + MAX_KEY)
    bodies = measure_bodies(run.content[body:last])
    words = measure_words(run.content[body : min(run.end, last + _MAX_WORDS)])
    ends = range(run.start + MIN_KEY, last) if run.has_neighbor else run.readings
    for end in sorted({last, *ends}):
        if end < last and run.content[end - 1] in b"-_":
            continue
        reading = run.readings.get(end)
        rest, is_record = _measure_rest(run, end, words[end - body :])
        size = _NAMED_SIZE - reading.weight if reading else measure_size(end - body)
        yield _Ending(end, bodies[end - body] + size + rest, reading, is_record)


def _measure_rest(run: _Run, end: int, words: list[float]) -> tuple[float, bool]:
    """Return the bits of the rest of a run, and whether it is the start of a record.

    `words` are the bits of words from each of its letters on.
    """
    if end == run.end:
        return 0.0, True
    reading = run.readings.get(end)
    if not reading:
        return words[0] + (_AFTER_WORD if run.has_neighbor else _AFTER_NOTHING), False
    record = min(
        (
            bits
            + min(
                _LETTER_BITS * (run.end - text),
                _AFTER_RECORD + sum(words[text - end : text - end + 1]),
            )
            for bits, text in find_next_texts(run.content, end, run.end, reading)
        ),
        default=float("inf"),
    )
    word_bits = words[0] + _AFTER_LENGTH
    doubt = _AFTER_DELIMITER * run.is_delimited(reading)
    return min(record, word_bits) + doubt, record < word_bits
