"""Fixer for Markdown: code in fences is fixed like a file of its language, other text names it."""

from __future__ import annotations

import re
from bisect import bisect_right
from itertools import accumulate

from wakeyscan.core.typing import NamedTuple
from wakeyscan.fixers import FIXERS
from wakeyscan.fixers.fixer import Edit, Fix, Leak, NotFixable, Source, replace_in_prose

_FENCE = re.compile(
    rb"(?ms)^(?P<indent>[ \t>]*)(?P<mark>```+|~~~+)[ \t]*(?P<name>[\w+#-]*)[^\r\n]*\r?\n"
    rb"(?P<code>.*?)^(?P=indent)(?P=mark)"
)

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
    for fence in _FENCE.finditer(source.content):
        if fence.start("code") <= leak.start < fence.end("code"):
            try:
                return _fix_code(fence, leak)
            except NotFixable:  # an example that is not a whole program
                break
    return replace_in_prose(leak)


def _fix_code(fence: re.Match[bytes], leak: Leak) -> Fix:
    language = _NAMES.get(fence["name"].decode().lower(), "")
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


def _read_block(fence: re.Match[bytes]) -> _Block:
    """Return the code of a fence; raise `NotFixable` if its lines are not indented alike."""
    indent, lines = fence["indent"], fence["code"].splitlines(keepends=True)
    inner = [line.removeprefix(indent) for line in lines]
    if any(line.strip() and not line.startswith(indent) for line in lines):
        raise NotFixable("its lines are not indented like its fence")
    cut = [len(line) - len(rest) for line, rest in zip(lines, inner, strict=True)]
    ends = accumulate(map(len, lines), initial=fence.start("code"))
    places = tuple(end + size for end, size in zip(ends, (*cut, 0), strict=True))
    starts = tuple(accumulate(map(len, inner), initial=0))
    return _Block(b"".join(inner), indent, starts, places)
