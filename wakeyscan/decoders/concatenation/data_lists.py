"""Lists whose items are the parts of one key, although nothing in the text joins them.

The program that reads such data, as `["wa_live_ab", "cd…", "ef…"]` in JSON, joins them.
"""

from __future__ import annotations

from wakeyscan.core.lazy import lazy_pattern
from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.decoders.concatenation.operators import LITERAL_PREFIX, QUOTE

if TYPE_CHECKING:
    from wakeyscan.decoders.decoder import Span

_DATA = (".json", ".jsonl", ".ndjson")

_MAX_OPENING = 80
"""Bytes before the first item that are searched for the bracket."""

_OPENING = lazy_pattern(rb"(?x) \[ (?: \s | \\[nrt] ){0,64} " + LITERAL_PREFIX + QUOTE + rb" \Z")
_CLOSING = lazy_pattern(rb"(?x) " + QUOTE + rb" (?: \s | \\[nrt] ){0,64} ,? \s{0,64} \]")

_CHANGE = lazy_pattern(
    rb"(?<=[a-z])(?=[A-Z0-9])|(?<=[0-9])(?=[A-Za-z])|(?<=[A-Z])(?=[0-9])|(?<=[A-Z][A-Z])(?=[a-z])"
)
_MIN_CHANGES = 0.3
"""Minimum changes between digits, capitals and other letters per character of a random text.

A text of random letters and digits has 0.6, or 0.45 in hexadecimal; names with numbers 0.2.
"""


def is_key_in_list(content: bytes, path: str, first: Span, last: Span, text: bytes) -> bool:
    """Return whether the items from `first` to `last` are a whole list of JSON, and random.

    In source code, the text itself shows whether something joins them. `text` is that of all items.
    """
    if not path.lower().endswith(_DATA):
        return False
    start, end = first[0], last[1]
    opening = content[max(0, start - _MAX_OPENING) : start]
    if b"Join" in opening:  # with another separator, as in CloudFormation
        return False
    if not (b"[" in opening and _OPENING.search(opening) and _CLOSING.match(content, end)):
        return False
    changes = sum(1 for _ in _CHANGE.finditer(text))
    return changes >= _MIN_CHANGES * len(text)
