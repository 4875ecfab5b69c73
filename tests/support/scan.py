"""Scans of a document in this process."""

from __future__ import annotations

from functools import cache

from wakeyscan.core.document import Document, Origin
from wakeyscan.core.finding import Bounds, Finding
from wakeyscan.decoders import DECODERS
from wakeyscan.rules import loader
from wakeyscan.scanner.context import ScanContext, build_context
from wakeyscan.scanner.detector import detect_in_document


@cache
def context() -> ScanContext:
    return build_context(loader.load_rules(), DECODERS)


def find(content: bytes, path: str = "a") -> list[Finding]:
    """Return the findings in a document."""
    return detect_in_document(Document(Origin(path), content), context())


def secrets_in(content: bytes) -> list[str]:
    """Return the secrets in a document."""
    return [finding.secret.reveal().decode() for finding in find(content)]


def found(content: bytes) -> list[tuple[str, Bounds]]:
    """Return the secrets in a document with their bounds."""
    return [(finding.secret.reveal().decode(), finding.bounds) for finding in find(content)]
