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


class ChangedFile(NamedTuple):
    """A file version that a change adds."""

    origin: Origin
    blob: str
    """The object id of the content."""
    old_blobs: tuple[str, ...]
    """The object ids of the versions before the change."""
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


def _list_deleted(changes: Iterable[Change], is_excused: PathCheck) -> Iterator[str]:
    for change in changes:
        if is_null_id(change.new_id) and change.mode != UNMERGED and not is_excused(change.path):
            yield from _list_old_blobs(change)


def _list_old_blobs(change: Change) -> tuple[str, ...]:
    return tuple(blob for blob in change.old_ids if not is_null_id(blob))


def _build_changed_file(
    change: Change, origin: Origin, find_deleted: Callable[[], tuple[str, ...]]
) -> ChangedFile:
    at_this_path = _list_old_blobs(change)
    old_blobs = at_this_path or find_deleted()
    if change.new_id in old_blobs:  # moved: its content is unchanged
        old_blobs = (change.new_id,)
    is_submodule = change.mode == SUBMODULE
    return ChangedFile(origin, change.new_id, old_blobs, not at_this_path, is_submodule)


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
            before = None if options.whole_files else partial(read_blobs, git, file.old_blobs)
            for item in read_chunks(file.origin, found.read, limit):
                if isinstance(item, Document):
                    item = item._replace(before=before, has_new_name=file.has_new_name)
                yield item


def _skip_submodule(origin: Origin, kind: str) -> Skipped:
    if kind in ("", "commit"):
        reason = "a submodule: its content is not part of this repository"
        return Skipped(origin, reason, gap=False)
    return Skipped(origin, f"names a {kind} as if it were a submodule; git reads nothing there")


def read_blobs(git: Git, blobs: tuple[str, ...]) -> Iterator[bytes]:
    """Yield the contents of blobs; a large one in overlapping chunks.

    An id of a submodule may be that of a commit here, whose message is no version of a file.
    """
    for found in git.read_objects(blobs):
        if found.type != "blob":
            continue
        if found.size <= MAX_IN_MEMORY:
            yield found.read_all()
        else:
            chunks = read_chunks(Origin(""), found.read, None)
            yield from (chunk.content for chunk in chunks if isinstance(chunk, Document))
