"""Names of files, as hooks and frameworks pass them, matched to the paths in the index.

A script may pass names that git quoted, a file system may compose `é` in another way than the
index does, and a case-insensitive one accepts any case. A name that matches nothing must not look
like a file without findings.
"""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Collection, Iterable

from wakeyscan.core.errors import UsageError
from wakeyscan.core.lazy import lazy_pattern
from wakeyscan.core.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wakeyscan.git.command import Git

_ESCAPE = lazy_pattern(rb'\\([0-7]{3}|[abtnvfr"\\])')
_ESCAPED = dict(zip(b'abtnvfr"\\', b'\a\b\t\n\v\f\r"\\', strict=True))


def unquote(name: str) -> str:
    """Return the file name that git quotes, such as `"caf\\303\\251.py"` for `café.py`."""
    quoted = os.fsencode(name)
    if len(quoted) < 2 or not quoted[:1] == quoted[-1:] == b'"':
        return name
    return os.fsdecode(_ESCAPE.sub(_unescape, quoted[1:-1]))


def _unescape(escape: re.Match[bytes]) -> bytes:
    code = escape[1]
    return bytes([int(code, 8) & 0xFF if code[:1].isdigit() else _ESCAPED[code[0]]])


def match_names(names: Iterable[str], staged: Collection[str], git: Git) -> tuple[str, ...]:
    """Return the staged paths that the names select; a folder selects the paths below it.

    Names are relative to the top of the work tree. A name of an unchanged file selects nothing.
    Raise `UsageError` for a name that is neither staged nor on disk.
    """
    top = os.fsdecode(git.run("rev-parse", "--show-toplevel").removesuffix(b"\n"))
    ignores_case = git.list_settings("core.ignorecase")[-1:] == ["true"]
    by_form: dict[str, list[str]] = {}
    for path in staged:
        by_form.setdefault(_normalize(path, ignores_case), []).append(path)
    matched: dict[str, None] = {}
    for name in names:
        paths = _match_name(name, staged, by_form, ignores_case)
        matched |= dict.fromkeys(paths)
        if not paths:
            _check_exists(name, top, git)
    return tuple(matched)


def _match_name(
    name: str, staged: Collection[str], by_form: dict[str, list[str]], ignores_case: bool
) -> list[str]:
    if name in staged:
        return [name]
    if same := by_form.get(_normalize(name, ignores_case)):
        return same
    return [path for path in staged if name == "." or path.startswith(f"{name}/")]


def _normalize(path: str, ignores_case: bool) -> str:
    composed = unicodedata.normalize("NFC", path)
    return composed.casefold() if ignores_case else composed


def _check_exists(name: str, top: str, git: Git) -> None:
    is_known = os.path.lexists(os.path.join(top, name)) or git.run("ls-files", "-z", "--", name)
    if not is_known:
        raise UsageError(
            f"{name}: neither staged nor on disk; pass names as git diff --cached --name-only -z "
            "prints them, from the top of the repository"
        )
