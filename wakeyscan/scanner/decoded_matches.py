"""Matches in a decoded text, mapped to the text in which it is encoded."""

from __future__ import annotations

from wakeyscan.core.finding import Bounds
from wakeyscan.core.lazy import lazy_import, lazy_pattern
from wakeyscan.core.secret import API_KEY
from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple
from wakeyscan.decoders.base64_codec import is_complete
from wakeyscan.scanner.ends.text_end import CONTEXT, TextEnd, read_end
from wakeyscan.scanner.nul_search import NulSearch

if TYPE_CHECKING:
    from wakeyscan.decoders.decoder import DecodedText, Span
    from wakeyscan.scanner import (
        bounds,
        candidates,
        joined_names,
        mentions,
        nearby_words,
        placeholders,
    )
    from wakeyscan.scanner.ends import encoded_lines, encoded_units, line_prefixes
    from wakeyscan.scanner.joined_names import JoinedNames
    from wakeyscan.scanner.matcher import Match
else:
    # Most documents with an anchor have no match, and most matches have certain bounds.
    bounds = lazy_import("wakeyscan.scanner.bounds")
    candidates = lazy_import("wakeyscan.scanner.candidates")
    encoded_lines = lazy_import("wakeyscan.scanner.ends.encoded_lines")
    encoded_units = lazy_import("wakeyscan.scanner.ends.encoded_units")
    line_prefixes = lazy_import("wakeyscan.scanner.ends.line_prefixes")
    joined_names = lazy_import("wakeyscan.scanner.joined_names")
    mentions = lazy_import("wakeyscan.scanner.mentions")
    nearby_words = lazy_import("wakeyscan.scanner.nearby_words")
    placeholders = lazy_import("wakeyscan.scanner.placeholders")


PLAIN = "plain"
_BASE64 = "base64"
_WRAPPED = (_BASE64, "decimal", "dump", "hex")
"""Names of the encodings that tools write in lines of a fixed width."""
_IN_UNITS = ("dump", "entities", "escapes", "hex", "percent", "quoted-printable")
"""Names of the encodings that write a character as a unit of its own."""
_BASE64_LETTERS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/_-"
_LETTERS = lazy_pattern(rb"[A-Za-z0-9_-]+")
_MAX_RUN = 1 << 12
"""Letters of base64 that are counted: the lines before have whole groups of four."""
_MARKED = ("entities", "markup", "terminal")
"""Names of the decoders of what stands between words, too."""
_MAX_KNOWN = 64
"""Rests whose sources are kept."""
_MAX_REST = 1
"""Characters of a decoded text after its last match: joined literals have one, to end the match."""


class DecodedSource(NamedTuple):
    """A decoded text, and the text around it; the searches in both serve all of its matches."""

    name: str
    """Name of the decoder."""
    decoded: DecodedText
    around: bytes
    nuls: NulSearch
    """Those in the decoded text."""
    nuls_around: NulSearch
    names: JoinedNames
    """Those in the decoded text."""
    path: str
    """Path of the text around it, or empty."""
    known: dict[Span, tuple[Span, ...]]
    """The sources of the last rests: most rests of a key are also those of the next one."""

    def find_sources(self, rest: Span) -> tuple[Span, ...]:
        """Return the sources of a rest in the decoded text."""
        if rest not in self.known:
            if len(self.known) >= _MAX_KNOWN:
                self.known.clear()
            self.known[rest] = self.decoded.find_sources(*rest)
        return self.known[rest]


def open_source(
    name: str, decoded: DecodedText, around: bytes, nuls: NulSearch, path: str = ""
) -> DecodedSource:
    """Return a decoded text with its searches, and the search in the text around it."""
    content = decoded.content
    names = joined_names.JoinedNames(content)
    return DecodedSource(name, decoded, around, NulSearch(content), nuls, names, path, {})


def map_to_source(match: Match, source: DecodedSource) -> Match:
    """Return a match in a decoded text with offsets in the text around it."""
    decoded = source.decoded
    sources = decoded.find_sources(match.start, match.end)
    (start, end), whole = sources[0], (sources[0][0], sources[-1][1])
    others = (place for span in match.elsewhere for place in decoded.find_sources(*span))
    is_proven = match.bounds is not None
    match = match.with_bounds(_map_bounds(match, source, whole))
    secret = decoded.content[match.start : match.end]
    if source.name not in _WRAPPED and _holds_prefix(secret, source.around, *whole):
        match = match.with_bounds(Bounds.OPEN)
    if match.encoding == PLAIN:
        match = (
            candidates.add_readings(match, decoded.content, nuls=source.nuls)
            if match.bounds is Bounds.CERTAIN
            else candidates.add_candidates(match, decoded.content, nuls=source.nuls)
        )
        match = _add_first_part(match, source, start)
        if not is_proven:
            match = nearby_words.read_nearby_words(match, decoded.content, "", source.nuls)
    rests = (place for span in match.rests for place in source.find_sources(span))
    return match._replace(
        start=start,
        end=end,
        elsewhere=(*sources[1:], *others),
        encoding=join_encodings(source.name, match.encoding),
        rests=tuple(rests),
        is_cut_short=_is_cut_short(match, source, whole),
    )


def _add_first_part(match: Match, source: DecodedSource, start: int) -> Match:
    """Return a key with its letters up to a tag or an invisible sign: a word may follow it."""
    part = _LETTERS.match(source.around, start)
    if not part or source.name not in _MARKED:
        return match
    return candidates.add_part(match, source.decoded.content, part[0])


def join_encodings(outer: str, inner: str) -> str:
    """Return the name of an encoding inside another, or of the only one of the two."""
    if PLAIN in (outer, inner):
        return inner if outer == PLAIN else outer
    return f"{outer}/{inner}"


def add_bounds(matches: list[Match], content: bytes, path: str = "") -> list[Match]:
    """Return the matches in `content` with their bounds and their candidates.

    Those of a match in a decoded text are known already, and so are its candidates.
    """
    nuls = NulSearch(content)
    bounded = [
        match if match.bounds else match.with_bounds(_find_bounds(match, content, path, nuls))
        for match in matches
    ]
    if all(match.rule.id != API_KEY for match in bounded):
        return bounded  # only keys have candidates
    names = joined_names.JoinedNames(content, path)
    bounded = [_open_part(match, content, names) for match in bounded]
    lengths = candidates.list_lengths(bounded)
    added = [_add_candidates(match, content, path, lengths, nuls) for match in bounded]
    are_proven = [match.encoding == PLAIN and match.bounds is not None for match in matches]
    read = [
        match if is_proven else nearby_words.read_nearby_words(match, content, path, nuls)
        for match, is_proven in zip(added, are_proven, strict=True)
    ]
    return mentions.open_mentions(added, read, content)


def _add_candidates(
    match: Match, content: bytes, path: str, lengths: tuple[int, ...], nuls: NulSearch
) -> Match:
    if match.encoding != PLAIN or match.rests:
        return match
    if match.bounds is Bounds.CERTAIN:
        return candidates.add_readings(match, content, path, nuls)
    return candidates.add_candidates(match, content, path, lengths, nuls)


def _find_bounds(match: Match, content: bytes, path: str, nuls: NulSearch) -> Bounds:
    """Return the bounds of a match; the search for keys has read the lengths before them."""
    is_read = match.rule.id == API_KEY
    find = bounds.find_delimited_bounds if is_read else bounds.find_bounds
    return find(content, match.start, match.end, path, nuls)


def _open_part(match: Match, content: bytes, names: JoinedNames) -> Match:
    """Return a key with open bounds if its literal may be a part, with the whole keys it may be."""
    is_open = match.bounds is Bounds.OPEN
    if match.rule.id != API_KEY or (is_open and match.encoding != PLAIN):
        return match
    if not names.may_join([(match.start, match.end), *match.elsewhere]):
        joined = candidates.add_joined(match, content, names) if is_open else match
        return joined if joined.candidates else match
    return candidates.add_joined(match.with_bounds(Bounds.OPEN), content, names)


def is_cut_short(content: bytes, match: Match) -> bool:
    """Return whether an ellipsis follows a match in `content`."""
    start, end, has_rest = match.start, match.end, bool(match.rests)
    return match.is_cut_short or placeholders.is_cut_short(content, start, end, has_rest=has_rest)


def _is_cut_short(match: Match, source: DecodedSource, whole: Span) -> bool:
    """Return whether an ellipsis follows in the decoded text, or at its end in the source."""
    content = source.decoded.content
    if is_cut_short(content, match):
        return True
    is_last = len(content) - match.end <= _MAX_REST
    return is_last and placeholders.is_cut_short(source.around, *whole)


def _map_bounds(match: Match, source: DecodedSource, whole: Span) -> Bounds:
    """Return the bounds of a match; at an end of the decoded text, the text around it decides.

    `whole` is the source of the match, from its first to its last byte.
    """
    name, decoded, around, nuls, nuls_around, names, *_ = source
    if match.bounds is Bounds.OPEN or decoded.is_guess:
        return Bounds.OPEN
    at_line_end = decoded.is_base64_line_end(match.end)
    is_known = match.bounds or at_line_end
    span = match.start, match.end
    if not is_known and bounds.find_bounds(decoded.content, *span, nuls=nuls) is Bounds.OPEN:
        return Bounds.OPEN
    if not decoded.is_concatenated and match.rule.id == API_KEY and names.may_join([span]):
        return Bounds.OPEN
    at_end = at_line_end or match.end == len(decoded.content)
    if decoded.is_truncated and (at_end or match.start == 0):
        return Bounds.OPEN
    start, end = whole
    if name in _IN_UNITS and encoded_units.has_next_unit(_build_end(source, end)):
        return Bounds.OPEN
    if not at_end:
        return Bounds.CERTAIN
    letters = _find_bare_letters(around, end) if name == _BASE64 else b""
    if not is_complete(letters) or _may_be_cut(match, source, end):
        return Bounds.OPEN
    return bounds.find_end_bounds(
        around, start, end, is_cut_anywhere=bool(letters), nuls=nuls_around
    )


def _holds_prefix(secret: bytes, around: bytes, start: int, end: int) -> bool:
    """Return whether a secret on two lines contains a word of the prefix of lines, as in a log."""
    line_end = around.find(b"\n", start, end)
    first = _LETTERS.match(around, start, line_end) if line_end >= 0 else None
    if not first:
        return False
    size = line_prefixes.measure_prefixes(read_end(around, start, line_end))
    words = _LETTERS.findall(around, line_end + 1, line_end + 1 + size)
    return any(secret.startswith(word, len(first[0])) for word in words)


def _may_be_cut(match: Match, source: DecodedSource, end: int) -> bool:
    """Return whether the text around may lack the rest of the text that a secret ends."""
    around, text_end = source.around, _build_end(source, end)
    if source.name in _WRAPPED and encoded_units.is_joined_with_call(text_end):
        return True
    if source.name not in _WRAPPED or around[end - 1 : end] == b"=":
        return False
    return encoded_units.has_next_run(text_end) or encoded_lines.may_continue(
        text_end, has_text_before=match.start > 0
    )


def _build_end(source: DecodedSource, end: int) -> TextEnd:
    around = source.around
    return TextEnd(around[max(0, end - CONTEXT) : end], around[end : end + CONTEXT], source.path)


def _find_bare_letters(around: bytes, end: int) -> bytes:
    """Return the base64 letters before `end`; none if padding shows that the text ends there."""
    letters = around[max(0, end - _MAX_RUN) : end]
    return letters[len(letters.rstrip(_BASE64_LETTERS)) :]
