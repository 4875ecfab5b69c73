"""Decoding and matching: the matches in a text, and in the texts that are encoded in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple, Protocol
from wakeyscan.decoders import WORD_DECODERS
from wakeyscan.decoders.decoder import (
    DecodedText,
    Decoder,
    FoundAnchors,
    TextEncoding,
    convert_to_utf8,
)
from wakeyscan.extractors.file_types import detect_format
from wakeyscan.scanner.decoded_matches import (
    add_bounds,
    is_cut_short,
    join_encodings,
    map_to_source,
    open_source,
)
from wakeyscan.scanner.joined_literals import JOINED_RULES, join_literals
from wakeyscan.scanner.matcher import Match, match_rule, resolve_overlaps
from wakeyscan.scanner.nul_search import NulSearch
from wakeyscan.scanner.patience import KnownMatches
from wakeyscan.scanner.prefilter.anchors import PLAIN, AnchorHit, RecordedSearch
from wakeyscan.scanner.shortest_secrets import ArchiveTexts

if TYPE_CHECKING:
    from wakeyscan.core.document import Document
    from wakeyscan.core.secret import Secret
    from wakeyscan.scanner.context import ScanContext

MAX_DEPTH = 3
"""Maximum number of nested encodings that are decoded."""

_WORD_HEAD = 64
"""Bytes that show of most texts that they are more than one word."""

MAX_SECRETS_PER_ARCHIVE = 1000
"""Maximum number of secrets reported in one embedded archive: all of them have its position."""

_TOO_MANY = (
    f"has over {MAX_SECRETS_PER_ARCHIVE:,} secrets in an embedded archive; the rest is skipped"
)


class ArchiveOpener(Protocol):
    """Opens the archives that are encoded in a text."""

    def extract(self, archive_format: str, content: bytes) -> Iterator[Document]:
        """Yield the documents in an archive, and in the archives inside it."""

    def skip(self, reason: str) -> None:
        """Report that a part of an archive was skipped."""


class AnchoredText(NamedTuple):
    """A text, the anchors in it, and the texts decoded around its encoded anchors."""

    content: bytes
    hits: Sequence[AnchorHit]
    decoded: Sequence[tuple[str, DecodedText | TextEncoding]] = ()
    """Each decoded text with the name of its decoder."""
    path: str = ""
    """Path of the text, which tells its language; empty if the text is encoded in another."""
    inner_hits: Mapping[bytes, list[AnchorHit]] = {}
    """The anchors in the decoded texts that a decoder has searched already."""


def decode_document(
    document: Document, hits: list[AnchorHit], context: ScanContext
) -> Iterator[tuple[Document, AnchoredText]]:
    """Yield the document as it is, and again in UTF-8 if it is in UTF-16 or UTF-32.

    `hits` are the anchors in its content.
    """
    text = _decode_hits(document.content, hits, context, document.origin.path)
    parts = [item for item in text.decoded if isinstance(item[1], DecodedText)]
    yield document, text._replace(decoded=parts)
    for name, encoding in text.decoded:
        if isinstance(encoding, TextEncoding):
            transcoded = _transcode(document, encoding)
            transcoded = transcoded._replace(encoding=join_encodings(document.encoding, name))
            yield transcoded, decode_text(transcoded.content, context, path=document.origin.path)


def decode_text(
    content: bytes,
    context: ScanContext,
    depth: int = MAX_DEPTH,
    *,
    without: str = "",
    path: str = "",
    hits: list[AnchorHit] | None = None,
) -> AnchoredText:
    """Return a text with its anchors and, unless `depth` is 0, the texts decoded around them.

    `without` is the name of a decoder that is not used; the path determines the language.
    `hits` are the anchors in it, if the caller has searched for them already.
    """
    hits = context.prefilter(content) if hits is None else hits
    if without:
        hits = [hit for hit in hits if _get_decoder_name(hit, context) != without]
    return _decode_hits(content, hits, context, path) if depth else AnchoredText(content, hits)


def find_matches(
    text: AnchoredText,
    context: ScanContext,
    archives: ArchiveOpener | None = None,
    depth: int = MAX_DEPTH,
    known: KnownMatches | None = None,
) -> list[Match]:
    """Return the matches in a text, plain or in up to `depth` encodings, by offset.

    Offsets are those in the text itself. `known` are the matches in the texts that were decoded
    before. Raise `TimeoutExceeded`.
    """
    plain: list[Match] = []
    known = KnownMatches(len(text.content)) if known is None else known
    for rule in context.rules:
        own = frozenset(rule.anchors)
        anchors = {at for form, at in text.hits if not form.decoder and form.anchor in own}
        if anchors:
            pattern = context.patterns.of(rule)
            found = match_rule(text.content, rule, pattern, sorted(anchors), known.patience)
            is_joined = rule.id in JOINED_RULES
            plain += join_literals(found, text.content, text.path) if is_joined else found
    inner = _InnerTexts(text, context, depth - 1, archives, known)
    decoded = _match_decoded(text, inner) if depth else []
    return resolve_overlaps(plain, decoded, context.rules)


def _decode_hits(
    content: bytes, hits: list[AnchorHit], context: ScanContext, path: str = ""
) -> AnchoredText:
    search = RecordedSearch(context.prefilter)
    decoded = [
        (decoder.NAME, text)
        for decoder, forms in _group_by_decoder(_select_possible(content, hits), context)
        for text in decoder.decode(content, FoundAnchors(forms, path, search))
        if not _is_unchanged(content, text)
    ]
    return AnchoredText(content, hits, decoded, path, search.found)


def _is_unchanged(content: bytes, decoded: DecodedText | TextEncoding) -> bool:
    """Return whether nothing was decoded: a form of an anchor may only look like an escape."""
    if not isinstance(decoded, DecodedText):
        return False
    low, high = decoded.span
    return high - low == len(decoded.content) and content[low:high] == decoded.content


def _select_possible(content: bytes, hits: list[AnchorHit]) -> list[AnchorHit]:
    """Return the hits whose decoders can decode something in the content.

    Most decoded texts are a key alone. Ten decoders ask for its prefix, and all but a few of them
    need a quote, an escape, a tag or a line end.
    """
    if not (_is_word(content[:_WORD_HEAD]) and _is_word(content)):  # a file may be large
        return hits
    return [hit for hit in hits if hit.form.decoder in WORD_DECODERS]


def _is_word(text: bytes) -> bool:
    return text.translate(None, b"_-").isalnum()


def _get_decoder_name(hit: AnchorHit, context: ScanContext) -> str:
    key = hit.form.decoder
    return context.decoders[key].NAME if key != PLAIN else PLAIN


def _group_by_decoder(
    hits: Iterable[AnchorHit], context: ScanContext
) -> Iterator[tuple[Decoder, dict[bytes, frozenset[bytes]]]]:
    """Yield each decoder that has encoded anchors among the hits, with these anchors.

    Decoders keep their order: it decides between those that find the same secret.
    """
    forms: dict[str, dict[bytes, frozenset[bytes]]] = {}
    for form, _ in hits:
        if form.decoder != PLAIN:
            anchors = forms.setdefault(form.decoder, {})
            anchors[form.text] = anchors.get(form.text, frozenset()) | {form.anchor}
    for name in context.decoders:
        if name in forms:
            yield context.decoders[name], forms[name]


def _transcode(document: Document, encoding: TextEncoding) -> Document:
    """Return the document in UTF-8; a chunk keeps the range that is its own."""
    low, high = document.own or (encoding.bom_size, len(document.content))
    if document.own:  # without a byte-order mark, a chunk may be cut inside a character
        low, high = encoding.align(low), encoding.align(high)
    low = max(low, encoding.bom_size)
    before, own, after = (
        document.content[start:end].decode(encoding.codec, "replace").encode("utf-8", "replace")
        for start, end in ((encoding.bom_size, low), (low, high), (high, len(document.content)))
    )
    return document._replace(
        content=before + own + after, own=(len(before), len(before) + len(own))
    )


def _match_decoded(text: AnchoredText, inner: _InnerTexts) -> list[list[Match]]:
    """Return the matches in each decoded text, with offsets in the text around it.

    A match in the bytes of an archive is dropped if it repeats, or cuts, one from its members.
    """
    archive_texts = ArchiveTexts()
    results: list[tuple[list[Match], list[Match]]] = []
    nuls = NulSearch(text.content)
    for name, encoded in text.decoded:
        decoded = convert_to_utf8(text.content, encoded)
        if archive_texts.has(decoded):
            continue
        source = open_source(name, decoded, text.content, nuls, text.path)
        opened = [
            map_to_source(match, source)._replace(
                bounds=match.bounds, is_cut_short=match.is_cut_short
            )
            for match in _match_archive(decoded, inner.context, inner.depth, inner.archives)
        ]
        archive_texts.add(decoded, opened)
        mapped = [map_to_source(match, source) for match in inner.match(name, decoded)]
        if opened or mapped:  # few texts have a match
            results.append((opened, mapped))
    return [
        opened + [match for match in mapped if not archive_texts.repeat(match)]
        for opened, mapped in results
    ]


class _InnerTexts(NamedTuple):
    """The texts that are decoded from one text."""

    text: AnchoredText
    context: ScanContext
    depth: int
    archives: ArchiveOpener | None
    known: KnownMatches

    def match(self, name: str, decoded: DecodedText) -> list[Match]:
        """Return the matches in a text that the decoder with this name has decoded."""
        # A key in pieces is plain, once they are joined.
        depth = 0 if decoded.is_concatenated else self.depth
        without, content = name if decoded.is_final else "", decoded.content
        archives = None if decoded.is_truncated else self.archives
        key = content, depth, without, archives is None
        if key not in self.known:
            hits = self.text.inner_hits.get(content)
            inner = decode_text(content, self.context, depth, without=without, hits=hits)
            self.known[key] = find_matches(inner, self.context, archives, depth, self.known)
        return self.known[key]


def _match_archive(
    decoded: DecodedText, context: ScanContext, depth: int, archives: ArchiveOpener | None
) -> Iterator[Match]:
    """Yield each secret in a decoded archive once, at the position of the whole archive."""
    content = decoded.content
    if not archives or decoded.is_truncated or not (found := detect_format(content, len(content))):
        return
    known: set[tuple[str, Secret]] = set()
    for document, match in _match_members(found, content, context, depth, archives):
        secret = match.rule.id, match.secret
        if secret in known:
            continue
        if len(known) == MAX_SECRETS_PER_ARCHIVE:
            archives.skip(_TOO_MANY)
            return
        known.add(secret)
        (match,) = add_bounds([match], document.content)
        yield match._replace(
            start=0,
            end=len(content),
            elsewhere=(),
            encoding=join_encodings(document.encoding, match.encoding),
            rests=(),
            is_cut_short=is_cut_short(document.content, match),
        )


def _match_members(
    archive_format: str,
    content: bytes,
    context: ScanContext,
    depth: int,
    archives: ArchiveOpener,
) -> Iterator[tuple[Document, Match]]:
    for document in archives.extract(archive_format, content):
        text = decode_text(document.content, context, depth)
        for match in find_matches(text, context, archives, depth):
            yield document, match
