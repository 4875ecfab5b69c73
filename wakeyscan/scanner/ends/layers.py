"""Layers: what a program put around a text, or before each of its lines.

A log, a table or a mail may be in a string of JSON, in `<pre>`, or in a listing with numbers. Each
function here removes one layer around an end. What is left is judged like the text of a file: the
end is open where it is open in one of the texts.

    a literal       its quotes and one level of its escapes: `open_literals`
    markup          inline tags, character references, the element: `open_markup`
    codes           the colors of a terminal
    lines           what precedes each of them: a time, a number, a name, a sign: `line_prefixes`
"""

from __future__ import annotations

from collections.abc import Iterator

from wakeyscan.core.lazy import lazy_import
from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.scanner.ends.open_literals import open_literals
from wakeyscan.scanner.ends.text_end import AMPERSAND, CODE, ESCAPE, LESS_THAN, TextEnd

if TYPE_CHECKING:
    from wakeyscan.scanner.ends import line_prefixes, open_markup
else:
    # 1 ms; many keys need neither
    line_prefixes = lazy_import("wakeyscan.scanner.ends.line_prefixes")
    open_markup = lazy_import("wakeyscan.scanner.ends.open_markup")

_MAX_LAYERS = 8
"""Maximum number of texts that are judged, including the outermost one."""


def list_layers(end: TextEnd) -> Iterator[TextEnd]:
    """Yield an end, and the same end in each text that one or more layers hold.

    If these are too many, only the outer text decides.
    """
    layers = [end]
    for layer in layers:
        signs, texts = _strip_lines(layer)
        texts = _strip_codes(layer) or texts or [*open_literals(layer), *_open_markup(layer)]
        inner = [one for one in (*signs, *texts) if one not in layers]
        are_few = len(layers) + len(inner) <= _MAX_LAYERS
        yield layer._replace(is_in_layer=bool(texts) and are_few)
        layers += inner if are_few else ()


def _strip_lines(end: TextEnd) -> tuple[list[TextEnd], list[TextEnd]]:
    """Return the texts without the signs of a diff, and without other prefixes of their lines."""
    lines = end.find_lines()
    if not lines.line or not lines.following:
        return [], []
    return [*line_prefixes.strip_signs(end, lines)], [*line_prefixes.strip_prefixes(end, lines)]


def _strip_codes(end: TextEnd) -> list[TextEnd]:
    """Return the text that a terminal shows: its colors have no width."""
    if ESCAPE not in end.after and ESCAPE not in end.before:
        return []
    return [end.replace_text(*(CODE.sub(b"", text) for text in (end.before, end.after)))]


def _open_markup(end: TextEnd) -> Iterator[TextEnd]:
    before = end.before
    if LESS_THAN in before or AMPERSAND in end.after or AMPERSAND in before:
        yield from open_markup.open_markup(end)
