"""Tags after a secret: whether they end it, or are inside it."""

from __future__ import annotations

from wakeyscan.core.lazy import lazy_pattern
from wakeyscan.core.typing import NamedTuple
from wakeyscan.scanner.ends.text_end import TextEnd
from wakeyscan.scanner.ends.words import may_be_rest

_TAG = lazy_pattern(rb"<(/?)([A-Za-z][\w:.-]*)[^<>]{0,512}>|<!--[^<>]{0,512}-->")
_BLOCK_TAGS = frozenset(
    b"article aside blockquote body button dd div dl dt figure footer form h1 h2 h3 h4 h5 h6 head"
    b" header hr html input label legend li main nav ol option p pre script section select style"
    b" table tbody td textarea tfoot th thead title tr ul".split()
)
"""Tags that end a word."""
PREFORMATTED_TAGS = frozenset((b"pre", b"textarea"))
"""Those whose line ends are shown."""
_INLINE_TAGS = frozenset(
    b"a abbr b bdi bdo big br code del em font i ins kbd mark nobr q s samp small span strike"
    b" strong sub sup tspan tt u var wbr".split()
)
"""Tags that may be inside a word."""
_RUN_PREFIXES = (b"w:", b"a:", b"text:")
"""Prefixes of Office tags that may be inside a word."""
_DECLARATION = lazy_pattern(rb"[ \t]*<[?!%]")
_ELEMENT = rb"<(?P<element>(?:div|p|span|text|tspan)\b[^<>]{0,200})>"
_OPEN_ELEMENT = lazy_pattern(_ELEMENT + rb"[^<>]*\Z")
_NEXT_ELEMENT = lazy_pattern(
    rb"</(?:div|p|span|text|tspan)>\s*" + _ELEMENT + rb"\s*(?P<word>[A-Za-z0-9_-]{1,120})(?=[\s<&])"
)
_REACH = 512
"""Bytes before a secret in which its element starts."""
_LINE_TAGS = frozenset(b"a b code em i kbd mark q samp strong tt".split())
"""Elements that hold a word; outside of `pre`, a line end after them is a blank."""


class Tags(NamedTuple):
    """Tags that follow each other directly."""

    names: tuple[bytes, ...]
    """In lower case; the name of a comment is empty."""
    slashes: tuple[bytes, ...]
    """A slash for each tag that closes an element."""
    size: int
    """Bytes of all of them."""

    def ends_word(self) -> bool:
        """Return whether a word cannot continue after the tags."""
        if _BLOCK_TAGS.intersection(self.names):
            return True
        # An element ends and another one starts, as in XML data: `</key><name>`.
        slashes = [
            slash
            for name, slash in zip(self.names, self.slashes, strict=True)
            if not is_inline(name)
        ]
        is_data = len(slashes) == len(self.names) > 1
        return is_data and slashes[0] == b"/" and slashes[-1] == b""

    def is_known(self) -> bool:
        """Return whether the tags begin with one of HTML, or with the end of an element."""
        return bool(self.size) and (self.slashes[0] == b"/" or is_inline(self.names[0]))

    def closes_line_element(self, before: bytes) -> bool:
        """Return whether the first tag closes an element that holds only the secret, in prose."""
        name = self.names[0] if self.slashes and self.slashes[0] else b""
        opening = before[before.rfind(b"<") :]
        is_element = name in _LINE_TAGS and opening[1 : len(name) + 1].lower() == name
        return is_element and b">" in opening and before.rfind(b"<pre") <= before.rfind(b"</pre")


def find_tags(text: bytes) -> Tags:
    """Return the tags at the start of a text."""
    tags: list[tuple[bytes, bytes]] = []
    at = 0
    while tag := _TAG.match(text, at):
        tags.append(((tag[2] or b"").lower(), tag[1] or b""))
        at = tag.end()
    return Tags(tuple(name for name, _ in tags), tuple(slash for _, slash in tags), at)


def begins_with_block(line: bytes) -> bool:
    """Return whether a line begins with a tag or a declaration that is not inside a word."""
    text = line.lstrip()
    if text[:1] != b"<":
        return False
    tags = find_tags(text)
    return bool(_DECLARATION.match(text)) or any(not is_inline(name) for name in tags.names)


def continues_in_same_element(end: TextEnd) -> bool:
    """Return whether an element like that of the secret follows, with a word that may be its rest.

    Converters of PDF and viewers of code write each line as an element of its own.
    """
    own, other = _OPEN_ELEMENT.search(end.before[-_REACH:]), _NEXT_ELEMENT.match(end.after)
    if not own or not other or own[1] != other["element"]:
        return False
    return may_be_rest(other["word"])


def is_flow(name: bytes) -> bool:
    """Return whether an element of HTML ends a word, and shows a line end as a blank."""
    return name in _BLOCK_TAGS and name not in PREFORMATTED_TAGS


def is_inline(name: bytes) -> bool:
    """Return whether a tag may be inside a word; the name of a comment is empty."""
    return not name or name in _INLINE_TAGS or name.startswith(_RUN_PREFIXES)
