"""Paths relative to the top of the repository, regardless of the current directory.

Code scanning and annotations look for a path there.
"""

from __future__ import annotations

import os
import posixpath
from collections.abc import Callable

from wakeyscan.core.document import MEMBER_SEPARATOR, Origin
from wakeyscan.core.typing import NamedTuple
from wakeyscan.git import worktree
from wakeyscan.scanner.scan_result import ScanResult


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


def format_relative_path(path: str, folder: str) -> str:
    """Return a path below `folder` relative to it, and any other path as it is."""
    return path.removeprefix(f"{folder}/") if folder else path
