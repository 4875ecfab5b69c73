"""Paths relative to the top of the repository, regardless of the current directory.

Code scanning and annotations look for a path there.
"""

from __future__ import annotations

import os
import posixpath
from collections import Counter
from collections.abc import Callable, Iterable

from wakeyscan.core.document import MEMBER_SEPARATOR, Origin
from wakeyscan.core.finding import Finding, Standing
from wakeyscan.core.lazy import lazy_import
from wakeyscan.core.redaction import escape_for_terminal, redact
from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple
from wakeyscan.git import worktree
from wakeyscan.scanner.scan_result import ScanResult

if TYPE_CHECKING:
    from wakeyscan.suppression import inline
else:
    inline = lazy_import("wakeyscan.suppression.inline")  # only findings need it

FOREIGN = "which is not the current repository"
"""End of the phrase on comments that counted in another repository."""


class _CurrentFolder(NamedTuple):
    """The current directory in a work tree."""

    top: str
    """The top of the work tree, without links."""
    path: str
    """The current directory relative to the top, with `/`; empty at the top."""

    def convert(self, result: ScanResult) -> ScanResult:
        """Return the result with paths relative to the top; other paths stay as they are."""
        origins = {finding.origin.path for finding in result.findings}
        origins |= {item.origin.path for item in result.skipped}
        paths = {path: self._convert(path) for path in origins}
        if all(path == moved for path, moved in paths.items()):
            return result

        def move(origin: Origin) -> Origin:
            return origin._replace(path=paths[origin.path])

        return result._replace(
            findings=tuple(f._replace(origin=move(f.origin)) for f in result.findings),
            skipped=tuple(s._replace(origin=move(s.origin)) for s in result.skipped),
        )

    def _convert(self, path: str) -> str:
        file, separator, member = path.partition(MEMBER_SEPARATOR)
        return f"{self._convert_file(file)}{separator}{member}"

    def _convert_file(self, file: str) -> str:
        if os.path.isabs(file):
            folder, name = os.path.split(file)  # keep a link's own path, but resolve its folder
            real_path = os.path.join(os.path.realpath(folder), name)
            is_inside = real_path.startswith(os.path.join(self.top, ""))
            return os.path.relpath(real_path, self.top).replace(os.sep, "/") if is_inside else file
        path = posixpath.normpath(posixpath.join(self.path, file))
        return file if path.startswith("../") else path


def build_path_converter() -> Callable[[ScanResult], ScanResult]:
    """Return a function that makes the paths of a result relative to the top of the work tree.

    Outside of a work tree they stay as they are.
    """
    top = worktree.find_work_tree(".")
    return _CurrentFolder(top, worktree.find_current_folder()).convert if top else lambda same: same


def list_foreign_ignores(findings: Iterable[Finding]) -> tuple[str, ...]:
    """Return a phrase for each repository, other than the current one, whose comments counted.

    `findings` have paths as `build_path_converter` makes them.
    """
    own = worktree.find_work_tree(".")
    ignored = (f for f in findings if f.standing is Standing.IGNORED and inline.is_inline(f.reason))
    folders = Counter(
        os.path.dirname(f.origin.path.partition(MEMBER_SEPARATOR)[0]) for f in ignored
    )
    counts: Counter[str] = Counter()
    for folder, count in folders.items():
        base = "" if os.path.isabs(folder) or folder.startswith("..") else own or ""
        top = worktree.find_work_tree(os.path.join(base, folder) or ".")
        if top and top != own:
            counts[top] += count
    return tuple(_format_ignores(top, count) for top, count in sorted(counts.items()))


def _format_ignores(top: str, count: int) -> str:
    drives = {os.path.splitdrive(path)[0] for path in (top, os.getcwd())}
    shown = escape_for_terminal(redact(os.path.relpath(top) if len(drives) == 1 else top))
    return f"{count:,} finding{'s' * (count != 1)} ignored by comments of {shown}, {FOREIGN}"


def format_relative_path(path: str, folder: str) -> str:
    """Return a path below `folder` relative to it, and any other path as it is."""
    return path.removeprefix(f"{folder}/") if folder else path
