"""Runs of a hook framework by hand, which git does not start."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from functools import cached_property, partial

from wakeyscan.core.document import Document, Origin, Skipped
from wakeyscan.core.errors import GitError
from wakeyscan.core.lazy import lazy_import
from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.git import worktree
from wakeyscan.sources import files
from wakeyscan.sources.options import SourceOptions, build_excuse_check

if TYPE_CHECKING:
    from wakeyscan.core import small_files
    from wakeyscan.git import command
    from wakeyscan.git.command import Git
    from wakeyscan.git.diff import Change
    from wakeyscan.sources import changed_files, staged
    from wakeyscan.sources.changed_files import ChangedFile
else:
    # Files without findings need none of these.
    changed_files = lazy_import("wakeyscan.sources.changed_files")
    command = lazy_import("wakeyscan.git.command")
    small_files = lazy_import("wakeyscan.core.small_files")
    staged = lazy_import("wakeyscan.sources.staged")

_RANGE = "PRE_COMMIT_FROM_REF"
"""Variable of pre-commit for `--from-ref`: the files of a range, not of a commit."""

_MAX_STAGED_SIZE = 16 << 20
"""Maximum bytes of a file that is compared with the index; larger ones are scanned as files."""


class ManualRun:
    """Source of the files that a framework passes, as they are on disk.

    If they are all staged as they are on disk, findings count as in a commit: `pre-commit run` by
    hand passes the staged files, and hides changes that are not staged. `--all-files` passes other
    files too. git is asked at the first finding.
    """

    PARALLEL = True

    def __init__(self, paths: Collection[str], top: str, options: SourceOptions) -> None:
        """`paths` are relative to `top`, the top of the work tree."""
        self._paths, self._top = paths, top
        self._is_excused = build_excuse_check(options)

    def list_units(self, target: str, options: SourceOptions) -> Iterator[str | Skipped]:
        """Yield the files below `target`, or `target` itself; raise `SourceError` at once."""
        return files.list_units(target, options)

    def read_documents(self, unit: str, options: SourceOptions) -> Iterator[Document | Skipped]:
        """Read one file, with the versions before the staged change."""
        for item in files.read_documents(unit, options):
            if isinstance(item, Document) and not options.whole_files:
                before = partial(self._read_old, unit)
                item = item._replace(before=before, has_new_name=partial(self._has_new_name, unit))
            yield item

    def _read_old(self, unit: str) -> Iterator[tuple[str, bytes]]:
        file = self._find_staged(unit)
        return changed_files.read_old_versions(self._git, file) if file else iter(())

    def _has_new_name(self, unit: str) -> bool:
        file = self._find_staged(unit)
        return file is None or file.has_new_name()

    def _find_staged(self, unit: str) -> ChangedFile | None:
        return self._staged_files.get(worktree.find_relative_path(unit, self._top))

    @cached_property
    def _git(self) -> Git:
        return command.open_own()

    @cached_property
    def _staged_files(self) -> dict[str, ChangedFile]:
        """The staged files by path; empty unless the passed files equal the staged ones."""
        if _RANGE in os.environ:
            return {}
        try:
            changes = staged.list_staged(self._git)
        except GitError:  # nothing is staged where git refuses the repository
            return {}
        if not self._are_on_disk(changes):
            return {}
        listed = changed_files.list_changed_files(
            changes, SourceOptions(), _build_origin, self._is_excused
        )
        return {file.origin.path: file for file in listed if not isinstance(file, Skipped)}

    def _are_on_disk(self, changes: list[Change]) -> bool:
        """Return whether all passed files are staged changes with the same content on disk."""
        blobs = {change.path: change.new_id for change in changes}
        if not all(path in blobs for path in self._paths):
            return False
        found = self._git.read_objects(blobs[path] for path in self._paths)
        return all(
            blob.size <= _MAX_STAGED_SIZE
            and blob.read_all() == _read_file(os.path.join(self._top, path), blob.size)
            for path, blob in zip(self._paths, found, strict=True)
        )


def _build_origin(change: Change) -> Origin:
    return Origin(change.path)


def _read_file(path: str, size: int) -> bytes | None:
    try:
        return small_files.read_small_file(path, size)
    except OSError:  # larger, deleted or a link: not what is staged
        return None
