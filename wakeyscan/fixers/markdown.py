"""Fixer for Markdown: code in fences is fixed like a file of its language, other text names it."""

from __future__ import annotations

import re
from bisect import bisect_right
from contextlib import suppress
from functools import lru_cache
from itertools import accumulate, islice
from operator import attrgetter

from wakeyscan.core.typing import NamedTuple
from wakeyscan.fixers import FIXERS
from wakeyscan.fixers.fixer import Edit, Fix, Leak, NotFixable, Source, replace_in_prose

_MARK = re.compile(rb"(?m)^(?P<indent>[ \t>]*)(?P<mark>```+|~~~+)")
_HEAD = re.compile(rb"[ \t]*(?P<name>[\w+#-]*)[^\r\n]*\r?\n")

_NAMES = {
    **dict.fromkeys(("sh", "bash", "shell", "zsh", "console"), "shell"),
    **dict.fromkeys(("py", "python", "python3"), "python"),
    **dict.fromkeys(("js", "javascript", "node", "jsx"), "javascript"),
    **dict.fromkeys(("ts", "typescript"), "typescript"),
    **dict.fromkeys(("cs", "csharp", "c#"), "csharp"),
    **dict.fromkeys(("ps1", "powershell", "pwsh"), "powershell"),
    **dict.fromkeys(("rb", "ruby"), "ruby"),
    **dict.fromkeys(("rs", "rust"), "rust"),
    **dict.fromkeys(("kt", "kotlin"), "kotlin"),
    **dict.fromkeys(("docker", "dockerfile"), "dockerfile"),
    **dict.fromkeys(("hcl", "terraform", "tf"), "terraform"),
    "tsx": "tsx",
    **{"go": "go", "golang": "go", "java": "java", "php": "php"},
}
"""Names in the registry by the name of a fence."""


def parses(content: bytes) -> bool:
    """Return whether a content is text; every text is valid Markdown."""
    return b"\0" not in content


def build_fix(source: Source, leak: Leak) -> Fix:
    """Return the edits of the code or text with a key; raise `NotFixable`."""
    fences = _list_fences(source.content)
    at = bisect_right(fences, leak.start, key=attrgetter("start")) - 1
    if at >= 0 and leak.start < fences[at].start + len(fences[at].code):
        with suppress(NotFixable):  # an example that is not a whole program
            return _fix_code(fences[at], leak)
    return replace_in_prose(leak)


class _Fence(NamedTuple):
    """A block of code between two marks."""

    indent: bytes
    name: bytes
    start: int
    """Offset of its code."""
    code: bytes


@lru_cache(maxsize=1)  # for all leaks of a file
def _list_fences(content: bytes) -> list[_Fence]:
    fences, end = [], 0
    marks = [*_MARK.finditer(content)]
    later = _group_marks(marks)
    for mark in marks:
        head = _HEAD.match(content, mark.end()) if mark.start() >= end else None
        close = _find_close(later[_kind(mark)], mark) if head else None
        if head and close:
            code = content[head.end() : close.start()]
            fences.append(_Fence(mark["indent"], head["name"], head.end(), code))
            end = close.end()
    return fences


def _kind(mark: re.Match[bytes]) -> bytes:
    """Return the indentation and the character of a mark: the closing one has the same."""
    return mark["indent"] + mark["mark"][:1]


def _group_marks(marks: list[re.Match[bytes]]) -> dict[bytes, list[re.Match[bytes]]]:
    groups: dict[bytes, list[re.Match[bytes]]] = {}
    for mark in marks:
        groups.setdefault(_kind(mark), []).append(mark)
    return groups


def _find_close(marks: list[re.Match[bytes]], mark: re.Match[bytes]) -> re.Match[bytes] | None:
    """Return the next mark of a kind that is as long as one, at least."""
    first = bisect_right(marks, mark.start(), key=lambda one: one.start())
    long = (one for one in islice(marks, first, None) if one.end() - one.start() >= len(mark[0]))
    return next(long, None)


def _fix_code(fence: _Fence, leak: Leak) -> Fix:
    language = _NAMES.get(fence.name.decode().lower(), "")
    if not language:
        raise NotFixable("the language of its fence is unknown")
    fixer, block = FIXERS[language], _read_block(fence)
    if not fixer.parses(block.code):
        raise NotFixable("its code is not a whole program")
    start, end = block.find_inner(leak.start), block.find_inner(leak.end)
    fix = fixer.build_fix(Source("", block.code), leak._replace(start=start, end=end))
    return fix._replace(edits=tuple(map(block.place, fix.edits)), own_name="")


class _Block(NamedTuple):
    """The code of a fence without its indentation."""

    code: bytes
    indent: bytes
    starts: tuple[int, ...]
    """Offset of each line in the code."""
    places: tuple[int, ...]
    """Offset of each line in the file, after its indentation."""

    def find_inner(self, offset: int) -> int:
        """Return the offset in the code of an offset in the file."""
        line = bisect_right(self.places, offset) - 1
        return self.starts[line] + offset - self.places[line]

    def place(self, edit: Edit) -> Edit:
        """Return an edit of the code as one of the file."""
        start, end = (self._find_outer(offset) for offset in edit[:2])
        return Edit(start, end, re.sub(rb"\n(?![\r\n])", lambda _: b"\n" + self.indent, edit.text))

    def _find_outer(self, offset: int) -> int:
        line = bisect_right(self.starts, offset) - 1
        return self.places[line] + offset - self.starts[line]


@lru_cache(maxsize=1)  # for all leaks of a block
def _read_block(fence: _Fence) -> _Block:
    """Return the code of a fence; raise `NotFixable` if its lines are not indented alike."""
    indent, lines = fence.indent, fence.code.splitlines(keepends=True)
    inner = [line.removeprefix(indent) for line in lines]
    if any(line.strip() and not line.startswith(indent) for line in lines):
        raise NotFixable("its lines are not indented like its fence")
    cut = [len(line) - len(rest) for line, rest in zip(lines, inner, strict=True)]
    ends = accumulate(map(len, lines), initial=fence.start)
    places = tuple(end + size for end, size in zip(ends, (*cut, 0), strict=True))
    starts = tuple(accumulate(map(len, inner), initial=0))
    return _Block(b"".join(inner), indent, starts, places)
