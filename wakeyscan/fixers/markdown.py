"""Fixer for Markdown: code in fences is fixed like a file of its language, other text names it."""

from __future__ import annotations

import re

from wakeyscan.fixers import FIXERS
from wakeyscan.fixers.fixer import Edit, Fix, Leak, NotFixable, Source, replace_in_prose

_FENCE = re.compile(
    rb"(?ms)^(?P<mark>```+|~~~+)[ \t]*(?P<name>[\w+#-]*)[^\r\n]*\r?\n(?P<code>.*?)^(?P=mark)"
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
    fixer, at = FIXERS[language], fence.start("code")
    if not fixer.parses(fence["code"]):
        raise NotFixable("its code is not a whole program")
    inner = leak._replace(start=leak.start - at, end=leak.end - at)
    fix = fixer.build_fix(Source("", fence["code"]), inner)
    edits = tuple(Edit(edit.start + at, edit.end + at, edit.text) for edit in fix.edits)
    return fix._replace(edits=edits)
