"""Tells what a change adds from what stood there before: an old key must not block a new commit."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator

from wakeyscan.core.document import Document
from wakeyscan.core.finding import Finding

_MASK = r"…\([0-9a-f]{6}\)"
"""What is shown of a secret; of several in one wrapping, that of any."""

Examine = Callable[[Document], Iterable[Finding]]


def keep_new(
    findings: Iterable[Finding], document: Document, examine: Examine
) -> Iterator[Finding]:
    """Yield the findings that none of the texts before the change had.

    The same secret on the same line is the same; where a line is now there twice, one is new. A
    line counts with what is shown of it, so that a change far away on a long line is none, nor is
    another secret on it.
    """
    known: Counter[tuple[str, str, str]] = Counter()
    for content in document.before() if document.before else ():
        # The union: a merge adds what no parent has.
        known |= Counter(map(_line, examine(document._replace(content=content, own=None))))
    for finding in findings:
        if known[_line(finding)] > 0:
            known[_line(finding)] -= 1
        else:
            yield finding


def _line(finding: Finding) -> tuple[str, str, str]:
    return finding.rule, finding.secret.fingerprint, re.sub(_MASK, "…", finding.excerpt)
