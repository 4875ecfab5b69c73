"""What stands between the runs of a paragraph, in the XML of office documents, and shows nothing.

Word begins a run where a spelling mark or a revision does, in the midst of a word: what was typed
as one key stands as `wa_</w:t></w:r><w:r><w:t>live_…`. What lies between is left out, unless it may
hold a key itself.
"""

from __future__ import annotations

import re

from wakeyscan.core.secret import KEY_PREFIX

_ATTRIBUTES = rb"(?:\s(?![^<>]*[\w-]{24})[^<>]*+)?+/?+"
"""Of a tag that is left out: a key, which is longer than the least of these words, is in none."""

_ENDING = (
    b"t delText p br cr tab ptab sym noBreakHyphen instrText fldSimple fldChar fld tc tr tbl si is"
    b" rPh drawing pict object AlternateContent txbxContent oMath"
).split()
"""Tags of what shows something, or ends a word."""

_BETWEEN = rb"(?:\s*+</?+(?:\w+:)?+(?!(?:%b)[\s/>])\w++%b>)*+\s*+" % (
    b"|".join(_ENDING),
    _ATTRIBUTES,
)
"""Tags that show nothing and end nothing: runs, how they look, marks of spelling and revision."""

_WHOLE = rb"(?!%b)" % KEY_PREFIX.encode()
"""A key that begins a run begins a word, whatever is glued to it there."""

SEAM = re.compile(
    rb"</((?:\w+:)?+(?:t|delText))>%b<\1(?:\s[^<>]*+)?+(?<!/)>%b" % (_BETWEEN, _WHOLE)
)
"""Between two runs of Office's."""
SPAN = re.compile(
    rb"</?text:(?:span|a|meta|soft-page-break|bookmark(?:-start|-end)?+|change(?:-start|-end)?+"
    rb"|reference-mark(?:-start|-end)?+)(?=[\s/>])%b>%b" % (_ATTRIBUTES, _WHOLE)
)
"""A tag of OpenDocument's within a word."""
