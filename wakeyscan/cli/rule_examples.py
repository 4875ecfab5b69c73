"""Rules prove themselves: every hit of theirs is found and reported, no miss is."""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from collections.abc import Iterable, Iterator

from wakeyscan.core.document import Document, Origin
from wakeyscan.core.finding import Standing
from wakeyscan.rules.rule import Rule
from wakeyscan.scanner.context import build_context
from wakeyscan.scanner.detector import detect_in_document

_RANDOM = re.compile(r"<random:([0-9]{1,4})>")


def fill_example(example: str) -> str:
    """Fill `<random:N>` with N letters and digits: always the same for the same place.

    So an example can hold what looks like a key without the rule file holding one.
    """
    return _RANDOM.sub(lambda hole: _letters(example, hole.start(), int(hole[1])), example)


def _letters(example: str, place: int, count: int) -> str:
    text = ""
    while len(text) < count:
        seed = hashlib.sha256(f"{example}\0{place}\0{len(text)}".encode()).digest()
        text += re.sub(r"[^A-Za-z0-9]", "", b64encode(seed).decode())
    return text[:count]


def find_failed_examples(rule: Rule, rules: Iterable[Rule]) -> Iterator[str]:
    """Yield what is wrong with a rule's examples, in words."""
    context = build_context(tuple(rules), {})
    for wanted, examples in ((True, rule.hits), (False, rule.misses)):
        for example in examples:
            document = Document(Origin("example"), fill_example(example).encode())
            found = any(
                finding.rule == rule.id and finding.standing is Standing.REPORTED
                for finding in detect_in_document(document, context)
            )
            if found is not wanted:
                yield f"{rule.id}: {'not found' if wanted else 'found'}: {example}"
