"""The interface of a fixer: from a leak in a source to the edits that remove it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import lru_cache

from wakeyscan.core.secret import Secret
from wakeyscan.core.typing import NamedTuple, Protocol

MAX_SECRET = 4096
"""Bytes of a secret that is looked for in pieces."""

INSTALL = "the parser of this language is missing; install it with: pip install 'wakeyscan[fix]'"

TOO_DEEP = "the code around it is nested too deeply"

_WORD_END = re.compile(rb"[\w$\x80-\xff]\Z")
_WORD_START = re.compile(rb"[\w$@(\x80-\xff]")
_JOINED = re.compile(rb"\A(?:[\w$\x80-\xff]{2}|!=)\Z")
"""The last byte of an edit and the next one, if both are one token: the `!` of TypeScript would
negate a comparison."""


class NotFixable(Exception):
    """A leak cannot be fixed safely; the text states why, and what to do instead."""


class Leak(NamedTuple):
    """A secret in a source."""

    secret: Secret
    rule: str
    start: int
    """Offset of its first byte in the source."""
    end: int
    """Offset after its last byte, or after the first of its pieces."""
    variable: str
    """Name of the environment variable that will hold it."""
    is_split: bool = False
    """Whether it is in pieces, such as `"wa_" + "live_…"`."""
    contested: frozenset[str] = frozenset()
    """Names, in upper case, that sources give to several keys: none can hold them all."""

    def is_text(self, text: bytes) -> bool:
        """Return whether a text is the secret."""
        return len(text) <= MAX_SECRET and Secret(text, self.rule) == self.secret

    def may_be(self, name: str) -> bool:
        """Return whether a variable that the source names can hold the secret, and no other."""
        return name.upper() not in self.contested


class Edit(NamedTuple):
    """Replacement of the bytes `start:end` of a source."""

    start: int
    end: int
    text: bytes
    is_joinable: bool = False
    """Whether other fixes may edit next to it, in any order: they add options of a command too."""


class Fix(NamedTuple):
    """The edits that remove one leak."""

    edits: tuple[Edit, ...]
    notes: tuple[str, ...] = ()
    """Other steps for the user, such as creating a secret on a CI server."""
    moved: tuple[tuple[str, bytes], ...] = ()
    """Lines, with their secrets, for other files: pairs of path and line."""
    added: tuple[tuple[str, bytes], ...] = ()
    """Lines without secrets that other files have to contain: pairs of path and line."""
    own_name: str = ""
    """The variable to which the source gives the secret, if there is one."""
    read_name: str = ""
    """The variable that a look-up of the source reads, unless it is that of the leak."""
    declared: str = ""
    """The variable that an edit declares for all files of the folder, which must do so once."""


class Source(NamedTuple):
    """A file in the form that fixers read: UTF-8, without a byte-order mark."""

    path: str
    content: bytes
    is_ignored: Callable[[str], bool] = lambda path: False
    """Returns whether git ignores a path, and does not track it."""
    is_tracked: Callable[[str], bool] = lambda path: False
    """Returns whether git tracks a path."""
    is_in_repository: bool = True
    neighbors: Callable[[str], Iterable[bytes]] = lambda ending: ()
    """Reads the other files of its folder whose names have an ending."""
    tracked: Callable[[str], Iterable[tuple[str, bytes]]] = lambda ending: ()
    """Reads the files of the repository whose names have an ending, with their paths."""

    @property
    def name(self) -> str:
        """Name without its folder."""
        return self.path.rpartition("/")[2]

    @property
    def folder(self) -> str:
        """Its folder."""
        return self.path.rpartition("/")[0]

    def read_project(self, ending: str) -> Iterable[tuple[str, bytes]]:
        """Read the files of the repository whose names have an ending, with their paths.

        Without a repository, these are the other files of its folder, without their names.
        """
        if self.is_in_repository:
            return self.tracked(ending)
        return ((f"another {ending} file", text) for text in self.neighbors(ending))

    @property
    def newline(self) -> bytes:
        """The line ending of its first line."""
        return _find_newline(self.content)


@lru_cache(maxsize=1)  # for all leaks of a file
def _find_newline(content: bytes) -> bytes:
    found = re.search(rb"\r\n|\n|\r", content)
    return found[0] if found else b"\n"


class Fixer(Protocol):
    """A module, or an object in one, that fixes the sources of one language or format."""

    def parses(self, content: bytes) -> bool:
        """Return whether a content is valid; raise `NotFixable` without the parser."""

    def build_fix(self, source: Source, leak: Leak) -> Fix:
        """Return the edits that remove a leak; raise `NotFixable` with the reason."""


def apply_edits(content: bytes, edits: Iterable[Edit]) -> bytes:
    """Return the content with edits, which must not overlap; raise `NotFixable` if they do."""
    parts, at = [], 0
    for edit in sorted(dict.fromkeys(edits)):
        if edit.start < at:
            raise NotFixable("the edits that would remove it overlap")
        parts += [content[at : edit.start], edit.text]
        at = edit.end
    return b"".join([*parts, content[at:]])


def separate_words(content: bytes, edit: Edit) -> Edit:
    """Return an edit of an expression with a blank where it would join the word beside it.

    `return"key"` needs no blank, unlike a name; a parenthesis would make a call of the word.
    """
    if not edit.text:
        return edit
    before = content[max(edit.start - 1, 0) : edit.start]
    after = content[edit.end : edit.end + 1]
    start = b" " if _WORD_END.search(before) and _WORD_START.match(edit.text) else b""
    end = b" " if _JOINED.search(edit.text[-1:] + after) else b""
    return edit._replace(text=start + edit.text + end)


def split_literal(
    span: tuple[int, int],
    texts: tuple[bytes, bytes, bytes],
    delimiters: tuple[bytes, bytes],
    operator: bytes,
) -> Edit:
    """Return the edit that makes a literal a sum, with a look-up between the texts around it.

    `texts` has the look-up in the middle. The edit leaves the other text of the literal alone,
    where there may be other keys.
    """
    (start, end), (before, lookup, after), (opening, closing) = span, texts, delimiters
    if before:
        start += len(opening + before)
        lookup = closing + operator + lookup
    if after:
        end -= len(after + closing)
        lookup += operator + opening
    return Edit(start, end, lookup)


def check_is_whole(leak: Leak) -> None:
    """Raise `NotFixable` for a secret in pieces."""
    if leak.is_split:
        raise NotFixable("it is in pieces; join them first")


def check_name(leak: Leak, name: str) -> None:
    """Raise `NotFixable` if other secrets have the name too, so that one would replace another."""
    if not leak.may_be(name):
        raise NotFixable(f"another key has the name {name} too: give each a name of its own first")


def replace_text(leak: Leak, text: bytes) -> Fix:
    """Return a fix that replaces the text of a secret, which must be in one piece."""
    check_is_whole(leak)
    return Fix((Edit(leak.start, leak.end, text),))


def replace_in_prose(leak: Leak) -> Fix:
    """Return a fix for a comment or a documentation string, which names the variable instead."""
    return replace_text(leak, b"$" + leak.variable.encode())


def find_extent(parts: Iterable[bytes], offset: int, leak: Leak) -> tuple[int, int]:
    """Return where a secret ends that starts at `offset` of the first part: (part, offset in it).

    `parts` are the contents of literals that are joined. Raise `NotFixable` if it is not there.
    """
    before = b""
    for number, part in enumerate(parts):
        rest = part[offset:] if number == 0 else part
        skipped = len(part) - len(rest)
        for length in range(min(len(rest), MAX_SECRET - len(before)), 0, -1):
            if leak.is_text(before + rest[:length]):
                return number, skipped + length
        before += rest
        if len(before) > MAX_SECRET:
            break
    raise NotFixable("its pieces are not the parts of one expression")
