"""Scan of one object, and what an audit holds of it: secrets by fingerprint, never themselves."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache

from wakeyscan.audit.cleared_texts import ClearedTexts
from wakeyscan.core.chunks import read_chunks
from wakeyscan.core.document import MEMBER_SEPARATOR, Document, Origin, Skipped
from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple
from wakeyscan.extractors.file_types import detect_format, may_have_format
from wakeyscan.git.objects import BLOB, COMMIT, MAX_IN_MEMORY, OBJECT_KINDS, TREE, parse_tree
from wakeyscan.scanner.detector import detect_in_name, find_in_document
from wakeyscan.scanner.documents import scan_documents
from wakeyscan.scanner.embedded import EmbeddedArchives
from wakeyscan.scanner.listed_findings import FindingLimit
from wakeyscan.scanner.scan_result import ScanResult, summarize_skipped
from wakeyscan.sources.commits import split_metadata

if TYPE_CHECKING:
    from wakeyscan.core.finding import Finding
    from wakeyscan.git.cat_file import Object
    from wakeyscan.scanner.context import ScanContext
    from wakeyscan.scanner.prefilter.anchors import AnchorHit

_NO_ORIGIN = Origin("")

SecretKey = tuple[str, str]
"""The rule and the fingerprint of a secret."""


class FindingRef(NamedTuple):
    """A reference to a finding: enough to recognize the secret, not enough to reveal it."""

    rule: str
    fingerprint: str
    line: int
    column: int
    standing: str
    part: str
    """The part of the object that holds the secret: `name`, `message` or empty."""
    member_path: str = ""
    """The path inside an object that is an archive: `!/config/.env`."""

    @property
    def key(self) -> SecretKey:
        """Return the key of the secret."""
        return self.rule, self.fingerprint


class ObjectFindings(NamedTuple):
    """An object with secrets, or with parts that were skipped."""

    object_id: str
    """In results of a task on a pack: the number of the pack's entry, until ids are resolved."""
    kind: int
    refs: tuple[FindingRef, ...]
    skipped: tuple[Skipped, ...] = ()
    """The parts of an archive that were skipped; their paths start with the path inside it."""


class ContentFindings(NamedTuple):
    """The findings in the content of one object."""

    refs: tuple[FindingRef, ...] = ()
    skipped: tuple[Skipped, ...] = ()


_NO_FINDINGS = ContentFindings()

ObjectOrder = tuple[int, int]
"""The number of a pack and of an entry in it; for other objects -1 and the id."""

_RUN_FACTOR = 10
"""An audit holds this many times as many places as a file may have findings.

A place takes 400 bytes, and each version of a file may have thousands of them.
"""

LEFT_OUT = (
    "{:,} objects with keys are not listed: an audit holds at most {:,} places of keys; scan parts "
    "of the history, as in wakeyscan scan git:v1..v2"
)


class KeptFindings:
    """The findings of the first objects, regardless of the order in which they arrive.

    So the same ones are omitted with any number of processes.
    """

    def __init__(self, context: ScanContext) -> None:
        self.maximum = _RUN_FACTOR * context.max_findings
        self.left_out = 0
        """Number of objects with findings that are not held."""
        self._held: list[tuple[ObjectOrder, ObjectFindings]] = []
        self._places = 0
        self._end: ObjectOrder | None = None
        """The first object that is omitted, if any."""

    def add(self, pack: int, findings: ObjectFindings) -> None:
        """Add the findings of an object; `pack` is the number of its pack, or -1."""
        order = (pack, int(findings.object_id, 10 if pack >= 0 else 16))
        if self._end is not None and order >= self._end:
            self.left_out += 1
            return
        self._held.append((order, findings))
        self._places += len(findings.refs)
        if self._places > 2 * self.maximum:  # rarely, as each cut sorts all of them
            self._cut()

    def release(self) -> Iterator[tuple[int, ObjectFindings]]:
        """Yield the number of the pack and the findings of each object, and hold them no longer."""
        self._cut()
        held, self._held, self._places = self._held, [], 0
        return ((pack, findings) for (pack, _), findings in held)

    def _cut(self) -> None:
        if self._places <= self.maximum:
            return
        self._held.sort(key=lambda item: item[0])
        places = 0
        for number, (order, findings) in enumerate(self._held):
            if places + len(findings.refs) > self.maximum:
                self._end = order
                self.left_out += len(self._held) - number
                del self._held[number:]
                break
            places += len(findings.refs)
        self._places = places


class ObjectScan:
    """A scan of objects that is fast for content without an anchor; ids have `width` bytes."""

    def __init__(self, context: ScanContext, width: int) -> None:
        self._context, self._width = context, width
        self._find_anchors, self._find_wide_anchors = context.prefilter.searches
        self._cleared = ClearedTexts(context)

    def __call__(
        self, kind: int, content: bytes, hits: list[AnchorHit] | None = None
    ) -> ContentFindings:
        """Return the findings in an object; raise `TimeoutExceeded`.

        `hits` is the result of `find_hits`, if the caller knows it.
        """
        if hits is None and (hits := self.find_hits(kind, content)) is None:
            return _NO_FINDINGS
        found = find_in_object(kind, content, self._context, self._width, hits=hits or None)
        return to_content_findings(found)

    def find_hits(self, kind: int, content: bytes) -> list[AnchorHit] | None:
        """Return the anchors that need a look, of a blob only; `None` if the object needs none."""
        has_nul = b"\0" in content
        size = len(content)
        may_be_container = kind == BLOB and (has_nul or may_have_format(content, size))
        if may_be_container and detect_format(content, size):
            return []
        hits = self._find_anchors(content)
        if kind == TREE:  # it is full of NULs, but its names are not UTF-16
            return [] if hits and not self._is_clear_tree(content, hits) else None
        if has_nul:  # a message of a commit may be UTF-16 too
            hits += self._find_wide_anchors(content)
        if kind != BLOB:
            return [] if hits else None
        return self._cleared.drop_clear(content, hits) or None if hits else None

    def is_clear_text(self, text: bytes, hits: Iterable[AnchorHit], is_cut: bool) -> bool:
        """Return whether a text of a blob holds no secret at some anchors; see `ClearedTexts`."""
        return self._cleared.is_clear_text(text, hits, is_cut)

    def _is_clear_tree(self, tree: bytes, hits: list[AnchorHit]) -> bool:
        """Return whether neither a name nor, if the tree is not valid, its text holds a secret.

        To prove that a tree is valid takes five times as long as to match its text.
        """
        return self._cleared.is_clear_tree(tree, hits) and (
            not self._cleared.drop_clear(tree, hits) or _is_valid_tree(tree, self._width)
        )


def scan_object(
    found: Object, context: ScanContext, width: int, origin: Origin = _NO_ORIGIN
) -> ScanResult:
    """Scan an object that git reads, in chunks if it is large; raise `TimeoutExceeded`."""
    if found.size > MAX_IN_MEMORY:
        return scan_documents(read_chunks(origin, found.read, None), context)
    return find_in_object(OBJECT_KINDS[found.type], found.read_all(), context, width, origin)


def find_in_object(
    kind: int,
    content: bytes,
    context: ScanContext,
    width: int,
    origin: Origin = _NO_ORIGIN,
    *,
    hits: list[AnchorHit] | None = None,
) -> ScanResult:
    """Scan an object; raise `TimeoutExceeded`.

    `hits` are the anchors of a blob, if the caller has searched for them already.
    """
    if kind == BLOB and detect_format(content, len(content)):
        return scan_documents([Document(origin, content)], context)
    findings: list[Finding] = []
    skipped: list[Skipped] = []
    limit = FindingLimit(context.max_findings)
    for document in split_object(kind, content, width, origin):
        if kind == TREE and not document.content:
            findings += limit.list_findings(detect_in_name(document.origin, context)[1])
        else:
            embedded = EmbeddedArchives(document, context)
            known_hits = hits if kind == BLOB else None
            found = find_in_document(document, context, known_hits, embedded)
            findings += limit.list_findings(found)
            skipped += embedded.skipped
    skipped += limit.list_skipped(origin)
    return ScanResult(tuple(findings), summarize_skipped(skipped, origin))


def split_object(kind: int, content: bytes, width: int, origin: Origin) -> Iterator[Document]:
    """Yield the texts of an object: the names in a tree, the two parts of a commit or a tag.

    A tree that cannot be parsed completely is a document too: one wrong bit makes a blob a tree.
    """
    if kind == BLOB:
        yield Document(origin, content)
    elif kind == TREE:
        for name, _ in parse_tree(content, width):
            yield Document(origin._replace(path=name.decode("utf-8", "surrogateescape")), b"")
        if not _is_valid_tree(content, width):
            yield Document(origin, content)
    else:
        yield from split_metadata(content, origin, "commit" if kind == COMMIT else "tag")


def _is_valid_tree(content: bytes, width: int) -> bool:
    return _compile_tree(width).fullmatch(content) is not None


@cache
def _compile_tree(width: int) -> re.Pattern[bytes]:
    return re.compile(rb"(?:[0-7]{5,6} [^\0/]++\0[\0-\xff]{%d})*+" % width)


def to_content_findings(result: ScanResult) -> ContentFindings:
    """Return a scan result without the secrets."""
    return ContentFindings(build_refs(result.findings), result.skipped)


def build_refs(findings: Iterable[Finding]) -> tuple[FindingRef, ...]:
    """Return a reference to each finding, without duplicates."""
    return tuple(dict.fromkeys(map(_build_ref, findings)))


def _build_ref(finding: Finding) -> FindingRef:
    path = finding.origin.path
    return FindingRef(
        rule=finding.rule,
        fingerprint=finding.secret.fingerprint,
        line=finding.position.line,
        column=finding.position.column,
        standing=finding.standing.value,
        part=finding.origin.part,
        member_path=path if path.startswith(MEMBER_SEPARATOR) else "",
    )
