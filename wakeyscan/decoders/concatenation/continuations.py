"""What may follow a literal: one pattern that rejects nearly all literals of a text."""

from __future__ import annotations

from wakeyscan.core.lazy import lazy_pattern
from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.decoders.concatenation.items import ITEM, may_follow_format
from wakeyscan.decoders.concatenation.operators import ANY_OPERATOR
from wakeyscan.decoders.concatenation.prefix import PREFIX
from wakeyscan.decoders.concatenation.references import ADDITION

if TYPE_CHECKING:
    from wakeyscan.decoders.concatenation.source import SourceText

_CONTINUATION = lazy_pattern(
    rb"(?x) (?! [\"'`]{1,2} " + PREFIX + rb" ) (?:"
    rb" " + ANY_OPERATOR + rb" (?= [A-Za-z0-9_-] ) (?! " + PREFIX + rb" )"
    rb" | " + ADDITION + rb" | " + ITEM + rb" )"
)  # fmt: skip
"""An operator before another literal, which starts no key; a variable; the item of a list.

No operator is needed to reject what is most frequent in a text of many keys: the next one.
"""


def may_continue(source: SourceText, start: int, end: int) -> bool:
    """Return whether something may be joined to the literal at `start:end`, which has quotes."""
    return _CONTINUATION.match(source.content, end) is not None or may_follow_format(source, start)
