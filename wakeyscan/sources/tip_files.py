"""The files that commits change, as a later commit has them: what is left of the changes."""

from __future__ import annotations

from collections.abc import Iterator

from wakeyscan.core.document import Document, Origin, Skipped
from wakeyscan.git.command import Git, open_own
from wakeyscan.git.diff import Change, parse_changes, split_fields
from wakeyscan.git.objects import empty_tree_id
from wakeyscan.git.tree_paths import TooManyPaths, compare_trees, limit_repeated_paths
from wakeyscan.sources.changed_files import ChangedFile, list_changed_files, read_changed_files
from wakeyscan.sources.commits import list_changed_paths
from wakeyscan.sources.options import SourceOptions

_DIFF_TREE = ("diff-tree", "--raw", "-z", "-r", "--no-abbrev", "--no-renames")


class TipFiles:
    """Source of the files at a commit that the commits of a unit change."""

    PARALLEL = False

    def __init__(self, commit: str) -> None:
        """`commit` is a full id."""
        self._commit = commit

    def list_units(self, target: str, options: SourceOptions) -> Iterator[str | Skipped]:
        """Yield the unit, which names commits as those of the source `git` do."""
        yield target

    def read_documents(self, unit: str, options: SourceOptions) -> Iterator[Document | Skipped]:
        """Yield the whole content of each file."""
        git = open_own()
        whole = options._replace(whole_files=True)
        try:
            changes = self._list_files(unit, git)
        except TooManyPaths as error:
            yield Skipped(Origin(f"(commit {self._commit})"), str(error))
            return
        listed = list_changed_files(changes, whole, _build_origin)
        files = [item for item in listed if isinstance(item, ChangedFile)]
        yield from read_changed_files(files, git, whole)

    def _list_files(self, unit: str, git: Git) -> list[Change]:
        paths = list_changed_paths(unit, git)
        arguments = (*_DIFF_TREE, empty_tree_id(self._commit), self._commit)
        pieces = compare_trees(arguments, [self._commit], git)
        fields = limit_repeated_paths(split_fields(pieces))
        return [change for change in parse_changes(fields) if change.path in paths]


def _build_origin(change: Change) -> Origin:
    return Origin(change.path)
