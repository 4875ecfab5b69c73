"""Layers: what a program put around a text, or before each of its lines.

A log, a table or a mail may be in a string of JSON, in `<pre>`, or in a listing with numbers. Each
function here removes one layer around an end. What is left is judged like the text of a file: the
end is open where it is open in one of the texts.

    a literal       its quotes and one level of its escapes: `open_literals`
    markup          inline tags, character references, the element: `open_markup`
    lines           what precedes each of them: a time, a number, a name, a sign: `line_prefixes`
"""

from __future__ import annotations

from collections.abc import Iterator

from wakeyscan.scanner.ends.line_prefixes import strip_prefixes, strip_signs
from wakeyscan.scanner.ends.open_literals import open_literals
from wakeyscan.scanner.ends.open_markup import open_markup
from wakeyscan.scanner.ends.text_end import TextEnd

_MAX_LAYERS = 8
"""Texts that are judged, with the outermost one."""


def list_layers(end: TextEnd) -> Iterator[TextEnd]:
    """Yield an end, and the same end in each text that one or more layers hold.

    Where these are too many, the outer text decides alone.
    """
    layers = [end]
    for layer in layers:
        texts = [*strip_prefixes(layer)] or [*open_literals(layer), *open_markup(layer)]
        inner = [one for one in (*strip_signs(layer), *texts) if one not in layers]
        are_few = len(layers) + len(inner) <= _MAX_LAYERS
        yield layer._replace(is_in_layer=bool(texts) and are_few)
        layers += inner if are_few else ()
