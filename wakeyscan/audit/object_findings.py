"""Looks at objects, and says where which secret stands, by fingerprint: never the secret itself."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from wakeyscan.core.document import MEMBER_SEPARATOR, Document, Origin, Skipped
from wakeyscan.core.finding import Finding
from wakeyscan.extractors.file_types import detect_format
from wakeyscan.git.objects import BLOB, COMMIT, TREE, parse_tree
from wakeyscan.scanner.context import ScanContext
from wakeyscan.scanner.detector import detect_in_document, detect_in_name
from wakeyscan.scanner.documents import scan_documents
from wakeyscan.scanner.embedded import EmbeddedArchives
from wakeyscan.scanner.prefilter.keywords import AnchorHit
from wakeyscan.scanner.scan_result import ScanResult, summarize_skipped
from wakeyscan.sources import commits

_NOWHERE = Origin("")


class FindingRef(NamedTuple):
    """A secret in an object: enough to know it again, not enough to know it."""

    rule: str
    fingerprint: str
    line: int
    column: int
    standing: str
    part: str
    """`name`, `message` or empty: what of the object it stands in."""
    inside: str = ""
    """The way into the object, where that is a container: `!/config/.env`."""


class ObjectFindings(NamedTuple):
    """An object that holds secrets, or something that could not be looked at."""

    name: str
    kind: int
    marks: tuple[FindingRef, ...]
    gaps: tuple[Skipped, ...] = ()
    """What in a container could not be opened; their paths begin with the way in."""


def find_in_object(
    kind: int,
    content: bytes,
    context: ScanContext,
    width: int,
    origin: Origin = _NOWHERE,
    hits: list[AnchorHit] | None = None,
) -> ScanResult:
    """Look at an object; raises `detect.OutOfPatience`.

    `hits` are the anchors in it, for whoever looked for them already.
    """
    if kind == BLOB and detect_format(content, len(content)):
        return scan_documents([Document(origin, content)], context)
    findings: list[Finding] = []
    gaps: list[Skipped] = []
    for document in parts(kind, content, width, origin):
        if kind == TREE and not document.content:
            findings += detect_in_name(document.origin, context)[1]
        else:
            enclosed = EmbeddedArchives(document, context)
            findings += detect_in_document(
                document, context, hits if kind == BLOB else None, enclosed
            )
            gaps += enclosed.skipped
    return ScanResult(tuple(findings), summarize_skipped(gaps, origin))


def parts(kind: int, content: bytes, width: int, origin: Origin) -> Iterator[Document]:
    """Yield what of an object is text: of a tree its names, of a commit or a tag two parts.

    What is no tree, though it says so, is text as a whole: one wrong bit makes a blob a tree.
    """
    if kind == BLOB:
        yield Document(origin, content)
    elif kind == TREE:
        for name, _ in parse_tree(content, width):
            yield Document(origin._replace(path=name.decode("utf-8", "surrogateescape")), b"")
        if not _is_tree(content, width):
            yield Document(origin, content)
    else:
        what = "commit" if kind == COMMIT else "tag"
        yield from commits.split_metadata(content, origin, what)


def _is_tree(content: bytes, width: int) -> bool:
    return re.fullmatch(rb"(?:[0-7]{5,6} [^\0/]+\0[\0-\xff]{%d})*" % width, content) is not None


def build_refs(findings: Iterable[Finding]) -> tuple[FindingRef, ...]:
    """Turn findings into marks, each once."""
    return tuple(
        dict.fromkeys(
            FindingRef(
                finding.rule,
                finding.secret.fingerprint,
                finding.position.line,
                finding.position.column,
                finding.standing.value,
                finding.origin.part,
                *_inside(finding),
            )
            for finding in findings
        )
    )


def _inside(finding: Finding) -> tuple[str, ...]:
    """Give the way into an object that was looked at without a path of its own."""
    return (finding.origin.path,) if finding.origin.path.startswith(MEMBER_SEPARATOR) else ()


class ContentFindings(NamedTuple):
    """What was seen in one object."""

    marks: tuple[FindingRef, ...] = ()
    gaps: tuple[Skipped, ...] = ()


_NOTHING = ContentFindings()

ObjectScan = Callable[[int, bytes], ContentFindings]
"""Looks at the content of an object of a kind."""


def to_content_findings(looked: ScanResult) -> ContentFindings:
    """Say what was seen in an object that was looked at as any file is."""
    return ContentFindings(build_refs(looked.findings), looked.skipped)


def build_object_scan(context: ScanContext, width: int) -> ObjectScan:
    """Make a look that is quick where there is nothing to see; ids have `width` bytes."""
    look, look_wide = context.prefilter.searches

    def see(kind: int, content: bytes) -> ContentFindings:
        if kind == BLOB and detect_format(content, len(content)):
            return to_content_findings(find_in_object(kind, content, context, width))
        hits = look(content)
        # Trees are full of NULs, but their names are no UTF-16.
        if kind == BLOB and b"\0" in content:
            hits += look_wide(content)
        if not hits:
            return _NOTHING
        return to_content_findings(find_in_object(kind, content, context, width, hits=hits))

    return see
