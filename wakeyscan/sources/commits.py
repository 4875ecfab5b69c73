"""Content that commits add: changed files, the content of merges themselves, and messages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Set
from functools import partial

from wakeyscan.core.document import NO_COMMITS, Document, Origin, Skipped
from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.git import diff, tree_paths
from wakeyscan.git.objects import empty_tree_id, parse_tag_target
from wakeyscan.git.rev_list import CommitSelection, select_commits
from wakeyscan.sources import repeated_paths
from wakeyscan.sources.changed_files import ChangedFile, list_changed_files, read_changed_files
from wakeyscan.sources.merged_trees import (
    Growth,
    Pair,
    list_grown_paths,
    list_growths,
    parse_growth,
    read_growths,
)
from wakeyscan.sources.options import build_excuse_check

if TYPE_CHECKING:
    from wakeyscan.git.command import Git
    from wakeyscan.sources.changed_files import OldVersion
    from wakeyscan.sources.options import SourceOptions

_DIFF_TREE = ("diff-tree", "--raw", "-z", "-r", "-t", "-c", "--root", "--no-abbrev", "--no-renames")
_SHORT_ID = 12
_TIP, _REF, _GROWTH = "tip=", "ref=", "growth="
_NO_OTHERS = "tags=none"
"""The line of a unit whose tips are all that is asked for."""


def build_unit(
    selection: CommitSelection,
    tips: Iterable[str],
    refs: Iterable[str],
    git: Git,
    pairs: Iterable[Pair] | None = None,
    *,
    has_all_tips: bool = False,
) -> str:
    """Return a unit that names the selected commits, the tags among `tips`, and ref names.

    Other annotated tags that point to the commits belong to it too, unless it `has_all_tips`.
    By default, each included revision is compared with the excluded ones.
    """
    if pairs is None:
        pairs = [Pair(commit, selection.exclude) for commit in selection.include]
    selected = select_commits(selection, git)
    growths = list_growths(selected, pairs, git)
    lines = (
        *(f"{_TIP}{tip}" for tip in tips),
        *(f"{_REF}{name}" for name in refs if name),
        *(f"{_GROWTH}{growth}" for growth in growths),
        *([_NO_OTHERS] if has_all_tips else ()),
    )
    return "\n".join([*selected.parents, *lines])


def skip_empty_range(name: str, hint: str = "") -> Skipped:
    """Return an item for a range that contains no commit, so that a report states it."""
    origin = Origin(name, part="message")  # it has no path, so that no pattern excludes it
    return Skipped(origin, f"{NO_COMMITS}{hint}", gap=False)


def join_units(*units: str) -> str:
    """Return one unit that names everything the given units name, once."""
    return "\n".join(dict.fromkeys(line for unit in units for line in _split_lines(unit)))


def _split_lines(unit: str) -> list[str]:
    """Split a unit at newlines only: a ref name may contain U+2028."""
    return [line for line in unit.split("\n") if line]


def list_ids(unit: str) -> tuple[str, ...]:
    """Return the ids of the commits that a unit names, oldest first."""
    return tuple(reversed(_list_commits(unit)))


def list_changed_paths(unit: str, git: Git) -> Set[str]:
    """Return the paths of all files that the commits of a unit add or change."""
    changes_by_commit = _list_changes(_list_commits(unit), git)
    try:
        changed = {change.path for _, changes in changes_by_commit for change in changes}
        return changed.union(list_grown_paths(_list_growths(unit), git))
    except tree_paths.TooManyPaths:
        listed = repeated_paths.list_files_once(_list_commits(unit), git)
        return frozenset(item.origin.path for item in listed)


def _list_commits(unit: str) -> list[str]:
    return [line for line in _split_lines(unit) if "=" not in line]


def _list_values(unit: str, prefix: str) -> list[str]:
    lines = _split_lines(unit)
    return [line.removeprefix(prefix) for line in lines if line.startswith(prefix)]


def _list_growths(unit: str) -> list[Growth]:
    return [*map(parse_growth, _list_values(unit, _GROWTH))]


def read_commits(unit: str, git: Git, options: SourceOptions) -> Iterator[Document | Skipped]:
    """Yield the documents that a unit names."""
    tips, commits = _list_values(unit, _TIP), _list_commits(unit)
    refs = _list_values(unit, _REF)
    yield from (Document(Origin(ref), b"") for ref in refs)  # every document's name is scanned
    listed = _list_all_files(commits, git, options)
    yield from _read_listed(listed, git, options)
    yield from read_growths(_list_growths(unit), listed, git, options)
    yield from _read_messages(commits, git)
    others = () if _NO_OTHERS in _split_lines(unit) else _list_tags_at(frozenset(commits), git)
    yield from _read_tags([*tips, *others], git, options)


def _list_all_files(
    commits: list[str], git: Git, options: SourceOptions
) -> list[ChangedFile | Skipped]:
    """List the files that the commits add, each change once, as part of its oldest commit."""
    try:
        return list(_list_files(commits, git, options))
    except tree_paths.TooManyPaths:
        return list(repeated_paths.list_files_once(commits, git))


def _read_listed(
    listed: list[ChangedFile | Skipped], git: Git, options: SourceOptions
) -> Iterator[Document | Skipped]:
    yield from (item for item in listed if isinstance(item, Skipped))
    files = [item for item in listed if isinstance(item, ChangedFile)]
    yield from read_changed_files(files, git, options)


def _list_files(
    commits: list[str], git: Git, options: SourceOptions
) -> Iterator[ChangedFile | Skipped]:
    changed: dict[tuple[str, str, tuple[OldVersion, ...]], ChangedFile] = {}
    is_excused = build_excuse_check(options)
    for commit, changes in _list_changes(commits, git):
        build_origin = partial(_build_origin, f"commit {commit[:_SHORT_ID]}")
        for item in list_changed_files(changes, options, build_origin, is_excused):
            if isinstance(item, Skipped):
                yield item
            else:  # git lists the newest commit first, so the oldest one overwrites the others
                changed[item.blob, item.origin.path, item.old_versions] = item
    yield from changed.values()


def _list_changes(commits: list[str], git: Git) -> Iterator[tuple[str, list[diff.Change]]]:
    """Yield the commits, in their order, with what each changes; raise `TooManyPaths`."""
    pieces = tree_paths.compare_trees((*_DIFF_TREE, "--stdin"), commits, git)
    fields = diff.drop_folders(diff.split_fields(pieces))
    fields = tree_paths.limit_repeated_paths(fields)
    return diff.parse_changes_by_commit(fields)


def _build_origin(within: str, change: diff.Change) -> Origin:
    return Origin(change.path, within)


def _read_messages(commits: list[str], git: Git) -> Iterator[Document]:
    for found in git.read_objects(commits):
        within = f"commit {found.id[:_SHORT_ID]}"
        yield from split_metadata(found.read_all(), Origin("", within), "commit")


def split_metadata(content: bytes, origin: Origin, kind: str) -> Iterator[Document]:
    """Yield the header (names, addresses) and the message of a commit or a tag."""
    header, _, message = content.partition(b"\n\n")
    for name, text in (("header", header), ("message", message)):
        yield Document(origin._replace(path=f"({kind} {name})", part="message"), text)


def _list_tags_at(commits: frozenset[str], git: Git) -> list[str]:
    """List the annotated tags that point to the commits."""
    row_format = "--format=%(objecttype) %(objectname) %(*objectname)"
    output = git.run_ascii("for-each-ref", row_format, "refs/tags")
    rows = (line.split(" ") for line in output.splitlines() if line.startswith("tag "))
    return [row[1] for row in rows if len(row) > 2 and row[2] in commits]


def _read_tags(
    ids: Iterable[str], git: Git, options: SourceOptions
) -> Iterator[Document | Skipped]:
    """Yield the tags among the objects, and the blobs and trees that they name directly."""
    pending = dict.fromkeys(ids)
    tagged_blobs: list[ChangedFile] = []
    while pending:
        targets: dict[str, None] = {}
        for found in git.read_objects(pending):
            short_id = found.id[:_SHORT_ID]
            if found.type == "tag":
                content = found.read_all()
                yield from split_metadata(content, Origin("", f"tag {short_id}"), "tag")
                targets[parse_tag_target(content)] = None
            elif found.type == "blob":
                origin = Origin(f"(blob {short_id})")
                tagged_blobs.append(ChangedFile(origin, found.id, (), is_new_path=True))
            elif found.type == "tree":
                yield from _read_tree(found.id, git, options)
        targets.pop("", None)
        pending = targets
    yield from read_changed_files(tagged_blobs, git, options)


def _read_tree(tree: str, git: Git, options: SourceOptions) -> Iterator[Document | Skipped]:
    """Yield the files of a tree that is tagged without a commit."""
    within = f"tree {tree[:_SHORT_ID]}"
    diff_tree = ("diff-tree", "-z", "-r", "-t", "--no-abbrev", "--stdin")
    pieces = tree_paths.compare_trees(diff_tree, [f"{empty_tree_id(tree)} {tree}"], git)
    listed: list[ChangedFile | Skipped]
    try:
        fields = diff.drop_folders(diff.split_fields(_drop_first_line(pieces)))
        changes = list(diff.parse_changes(tree_paths.limit_repeated_paths(fields)))
        listed = [*list_changed_files(changes, options, partial(_build_origin, within))]
    except tree_paths.TooManyPaths:
        listed = [*repeated_paths.list_objects_once([tree], within, set(), git)]
        listed.append(repeated_paths.skip_repeated_paths(within))
    yield from _read_listed(listed, git, options)


def _drop_first_line(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Yield output without its first line, in which git repeats the names of the two trees."""
    line: bytes | None = b""
    for piece in pieces:
        if line is None:
            yield piece
            continue
        line += piece
        _, newline, rest = line.partition(b"\n")
        if newline:
            yield rest
            line = None
