"""Files that a change touches, as documents."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cache, partial

from wakeyscan.core.chunks import format_too_large, read_chunks
from wakeyscan.core.document import Document, Origin, Skipped
from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple
from wakeyscan.git.diff import SUBMODULE, UNMERGED, Change
from wakeyscan.git.objects import MAX_IN_MEMORY, is_null_id

if TYPE_CHECKING:
    from wakeyscan.git.command import Git
    from wakeyscan.sources.options import PathCheck, SourceOptions

MISSING = (
    "object {} is missing from the repository; in a partial clone, fetch it first "
    "(git fetch --refetch --no-filter, or actions/checkout without filter and sparse-checkout)"
)


class OldVersion(NamedTuple):
    """A version of a file before a change."""

    path: str
    blob: str
    inherited: tuple[str, ...] = ()
    """Object ids of versions whose lines do not count as a part of this one."""


class ChangedFile(NamedTuple):
    """A file version that a change adds."""

    origin: Origin
    blob: str
    """The object id of the content."""
    old_versions: tuple[OldVersion, ...]
    is_new_path: bool
    is_submodule: bool = False
    """Whether git takes the object for a commit of another repository.

    So it does with each entry of a tree whose mode is not valid. The object may be a file all the
    same.
    """

    def has_new_name(self) -> bool:
        """Return whether no file had this path before."""
        return self.is_new_path


def list_changed_files(
    changes: Iterable[Change],
    options: SourceOptions,
    build_origin: Callable[[Change], Origin],
    is_excused: PathCheck = lambda path: False,
) -> Iterator[ChangedFile | Skipped]:
    """Yield the file versions that the changes of one commit add.

    The old versions of a file at a new path are all files that the same change deletes: a move adds
    a name and no content. Deleted files at excused paths are none of them: no scan has reported
    their keys, so what a move brings out of such a path is new.
    """
    listed = list(changes)
    find_deleted = cache(lambda: tuple(_list_deleted(listed, is_excused)))
    for change in listed:
        if options.only and change.path not in options.only:
            continue
        if change.mode == UNMERGED:
            yield Skipped(build_origin(change), "has merge conflicts; resolve them and git add it")
        elif is_null_id(change.new_id) or change.new_id in change.old_ids:
            continue
        else:
            yield _build_changed_file(change, build_origin(change), find_deleted)


def _list_deleted(changes: Iterable[Change], is_excused: PathCheck) -> Iterator[OldVersion]:
    for change in changes:
        if is_null_id(change.new_id) and change.mode != UNMERGED and not is_excused(change.path):
            yield from _list_old_versions(change)


def _list_old_versions(change: Change) -> tuple[OldVersion, ...]:
    return tuple(OldVersion(change.path, blob) for blob in change.old_ids if not is_null_id(blob))


def _build_changed_file(
    change: Change, origin: Origin, find_deleted: Callable[[], tuple[OldVersion, ...]]
) -> ChangedFile:
    at_this_path = _list_old_versions(change)
    old = at_this_path or find_deleted()
    # Of a file that was moved, the content is unchanged.
    old = tuple(version for version in old if version.blob == change.new_id) or old
    is_submodule = change.mode == SUBMODULE
    return ChangedFile(origin, change.new_id, old, not at_this_path, is_submodule)


def read_changed_files(
    changed: list[ChangedFile], git: Git, options: SourceOptions
) -> Iterator[Document | Skipped]:
    """Read the content of the files through one git process, each with its old versions."""
    limit = options.max_file_size
    for file, found in zip(changed, git.read_objects(c.blob for c in changed), strict=True):
        if file.is_submodule and found.type != "blob":
            yield _skip_submodule(file.origin, found.type)
        elif not found.type:
            yield Skipped(file.origin, MISSING.format(file.blob))
        elif limit is not None and found.size > limit:
            yield Skipped(file.origin, format_too_large(found.size, limit))
        else:
            before = None if options.whole_files else partial(read_old_versions, git, file)
            for item in read_chunks(file.origin, found.read, limit):
                if isinstance(item, Document):
                    item = item._replace(before=before, has_new_name=file.has_new_name)
                yield item


def _skip_submodule(origin: Origin, kind: str) -> Skipped:
    if kind in ("", "commit"):
        reason = "a submodule: its content is not part of this repository"
        return Skipped(origin, reason, gap=False)
    return Skipped(origin, f"names a {kind} as if it were a submodule; git reads nothing there")


def read_old_versions(git: Git, file: ChangedFile) -> Iterator[tuple[str, bytes]]:
    """Yield the paths and contents of the old versions; a large one in overlapping chunks.

    An id of a submodule may be that of a commit here, whose message is no version of a file.
    """
    old = file.old_versions
    for version, found in zip(old, git.read_objects(v.blob for v in old), strict=True):
        if found.type != "blob":
            continue
        if version.inherited:
            yield version.path, _drop_inherited(git, version)
        elif found.size <= MAX_IN_MEMORY:
            yield version.path, found.read_all()
        else:
            chunks = read_chunks(Origin(""), found.read, None)
            yield from ((version.path, c.content) for c in chunks if isinstance(c, Document))


def _drop_inherited(git: Git, version: OldVersion) -> bytes:
    """Return the lines of a version that it does not inherit; none of a very large one."""
    names = (version.blob, *version.inherited)
    contents = [
        found.read_all()
        for found in git.read_objects(names)
        if found.type == "blob" and found.size <= MAX_IN_MEMORY
    ]
    if len(contents) < len(names):
        return b""
    inherited = set().union(*(content.splitlines() for content in contents[1:]))
    lines = contents[0].splitlines(keepends=True)
    return b"".join(line for line in lines if line.rstrip(b"\r\n") not in inherited)
