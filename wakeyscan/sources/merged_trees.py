"""What commits with merges add to the commits that they are built on.

A merge can bring back a key that its other side has removed, and no commit adds it: one parent of
the merge has it still. So the tree of the newest commit is compared with those it is built on.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache, partial

from wakeyscan.core.document import Document, Origin
from wakeyscan.core.errors import SourceError
from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple
from wakeyscan.git.diff import Change, parse_changes, split_fields
from wakeyscan.git.objects import empty_tree_id, is_null_id
from wakeyscan.git.rev_list import drop_ancestors, find_merge_bases, resolve_commit
from wakeyscan.git.tree_paths import TooManyPaths, compare_trees, limit_repeated_paths
from wakeyscan.sources import repeated_paths
from wakeyscan.sources.changed_files import (
    ChangedFile,
    OldVersion,
    list_changed_files,
    read_changed_files,
)
from wakeyscan.sources.options import build_excuse_check

if TYPE_CHECKING:
    from wakeyscan.core.document import Skipped
    from wakeyscan.git.command import Git
    from wakeyscan.git.rev_list import SelectedCommits
    from wakeyscan.sources.options import SourceOptions

_DIFF_TREE = ("diff-tree", "--raw", "-z", "-r", "--no-abbrev", "--no-renames")
_MAX_NAMED = 5000
"""Maximum commits that a command line of git names."""
_MAX_BASES = 8
"""Maximum merge bases that are compared; with more, all that the target lacks counts as new."""
_MAX_OTHERS = 50
"""Maximum branches whose additions are known; the keys of further ones count as new."""


class Pair(NamedTuple):
    """A revision, and those that it is compared with."""

    revision: str
    targets: tuple[str, ...]
    """Those that it is meant to be merged into, if any are known."""
    is_replacement: bool = False
    """Whether a branch that had the target has the revision now."""


class Growth(NamedTuple):
    """A commit, and the commits that it adds to."""

    tip: str
    base: str
    """A commit that the tip is built on."""
    targets: tuple[str, ...]
    """The commits that it is meant to be merged into, whose content is no addition either."""
    others: tuple[str, ...] = ()
    """Commits of other branches; what they add to the targets is no addition of the tip."""

    def __str__(self) -> str:
        return " ".join((self.tip, self.base, ",".join(self.targets), ",".join(self.others)))


def parse_growth(text: str) -> Growth:
    """Parse the text of a `Growth`."""
    tip, base, targets, others = text.split(" ")
    return Growth(tip, base, tuple(targets.split(",")), tuple(filter(None, others.split(","))))


def list_growths(selected: SelectedCommits, pairs: Iterable[Pair], git: Git) -> Iterator[Growth]:
    """Yield what to compare for the selected commits.

    A line of commits from a target to a revision needs no comparison: whatever the revision adds,
    one of these commits adds.

    A revision that is merged into nothing known is compared with the commits that it is built on.
    Otherwise a key is new if a merge base and the target both lack it: of several merge bases that
    differ, one removed it.
    """
    after_merges = selected.find_after_merges()
    for tip, targets, is_replacement in dict.fromkeys(_resolve_pairs(pairs, git)):
        bases = find_merge_bases(tip, targets, git) if targets else []
        is_ahead = set(bases) == set(targets)
        if is_replacement and not is_ahead:
            yield Growth(tip, targets[0], targets)  # a forced push, which merges nothing
        elif tip in after_merges or (tip in selected.parents and not is_ahead):
            yield from _build_growths(tip, targets, bases, selected.boundary, git)


def _resolve_pairs(pairs: Iterable[Pair], git: Git) -> Iterator[Pair]:
    """Yield the pairs whose revision is a commit, with the ids of commits.

    A branch that is pushed is often the default one, so that two pairs are the same then.
    """
    resolve = cache(partial(_resolve, git=git))
    for pair in pairs:
        if tip := resolve(pair.revision):
            found = filter(None, map(resolve, pair.targets))
            targets = dict.fromkeys(found) if pair.is_replacement else drop_ancestors(found, git)
            yield Pair(tip, tuple(targets), pair.is_replacement)


def _resolve(revision: str, git: Git) -> str:
    """Return the id of a commit; empty if there is none, such as that of a tagged file."""
    try:
        return resolve_commit(revision, git)
    except SourceError:
        return ""


def _build_growths(
    tip: str, targets: tuple[str, ...], bases: list[str], boundary: tuple[str, ...], git: Git
) -> Iterator[Growth]:
    heads = tuple(drop_ancestors((*targets, *boundary[:_MAX_NAMED]), git))
    if not targets and heads:
        yield Growth(tip, heads[0], heads)
    others = tuple(head for head in heads if head not in targets)[:_MAX_OTHERS]
    for base in bases if len(bases) <= _MAX_BASES else targets[:1]:
        yield Growth(tip, base, targets, others)


def read_growths(
    growths: list[Growth],
    listed: Iterable[ChangedFile | Skipped],
    git: Git,
    options: SourceOptions,
) -> Iterator[Document | Skipped]:
    """Yield the files that the tips add or change.

    `listed` are the files that the commits add, which are scanned before.
    """
    if not growths:
        return
    edits = _FileEdits(listed)
    for growth in growths:
        try:
            files = [one for one in _list_files(growth, git, options) if not edits.lead_to(one)]
        except TooManyPaths:
            yield repeated_paths.skip_repeated_paths(_describe(growth))
            continue
        for item in read_changed_files(files, git, options):
            yield item._replace(is_repeated=True) if isinstance(item, Document) else item


def list_grown_paths(growths: Iterable[Growth], git: Git) -> Iterator[str]:
    """Yield the paths of the files that the tips add or change; raise `TooManyPaths`."""
    for growth in growths:
        yield from _compare_trees(growth.base, growth.tip, git)


class _FileEdits:
    """The changes of single files that commits make.

    If they lead from an old version to a new one, all that the new one adds is in one of them.
    """

    def __init__(self, listed: Iterable[ChangedFile | Skipped]) -> None:
        self._old: dict[tuple[str, str], set[str]] = {}
        for file in listed:
            if isinstance(file, ChangedFile) and len(file.old_versions) == (not file.is_new_path):
                old = "".join(version.blob for version in file.old_versions)
                self._old.setdefault((file.origin.path, file.blob), set()).add(old)

    def lead_to(self, file: ChangedFile) -> bool:
        """Return whether they lead from an old version of a file, or from none, to this one."""
        path = file.origin.path
        wanted = {old.blob for old in file.old_versions if old.path == path and not old.inherited}
        pending, seen = [file.blob], {file.blob}
        while pending:
            new = self._old.get((path, pending.pop()), set()) - seen
            if not new.isdisjoint(wanted or {""}):
                return True
            seen |= new
            pending += new
        return False


def _describe(growth: Growth) -> str:
    return f"commit {growth.tip[:12]}"


def _list_files(growth: Growth, git: Git, options: SourceOptions) -> Iterator[ChangedFile]:
    """List the files that differ from each of the commits that the tip adds to."""
    origin, is_excused = partial(Origin, within=_describe(growth)), build_excuse_check(options)
    others = _list_additions(growth, git)
    changes = _list_changes(growth, git)
    for item in list_changed_files(changes, options, lambda one: origin(one.path), is_excused):
        if isinstance(item, ChangedFile):
            added = others.by_path.get(item.origin.path, [])
            if _is_taken_over(item, added):
                continue
            moved = others.gone if item.is_new_path else []
            yield item._replace(old_versions=(*item.old_versions, *added, *moved))


def _is_taken_over(file: ChangedFile, added: Iterable[OldVersion]) -> bool:
    """Return whether a file is that of another branch, and an old version has all other lines.

    Nothing in it is new, and a partial clone may lack it.
    """
    old = {version.blob for version in file.old_versions}
    return any(one.blob == file.blob and old.issuperset(one.inherited) for one in added)


def _list_changes(growth: Growth, git: Git) -> list[Change]:
    """List the files that the tip changes, each with all old versions, and those it deletes.

    A file that the targets have deleted before is none of them: nothing can have been moved from
    it.
    """
    at_targets = [_compare_trees(old, growth.tip, git) for old in growth.targets]
    is_target = growth.base in growth.targets
    versions = (
        at_targets if is_target else [_compare_trees(growth.base, growth.tip, git), *at_targets]
    )
    found = (
        [changes[path] for changes in versions if path in changes]
        for path in dict.fromkeys(path for changes in at_targets for path in changes)
    )
    return [
        changes[0]._replace(old_ids=tuple(change.old_ids[0] for change in changes))
        for changes in found
        if is_null_id(changes[0].new_id) or len(changes) == len(versions)
    ]


class _Additions(NamedTuple):
    """What other branches add to files: their versions without the lines that these inherit."""

    by_path: dict[str, list[OldVersion]]
    gone: list[OldVersion]
    """Those of files that the tip lacks, and may have moved."""


def _list_additions(growth: Growth, git: Git) -> _Additions:
    found = _Additions({}, [])
    for other in growth.others:
        bases = find_merge_bases(other, growth.targets, git) or [empty_tree_id(other)]
        first, *more = [_compare_trees(base, other, git) for base in bases]
        at_tip = _compare_trees(other, growth.tip, git)
        for path in first:
            changes = [changes[path] for changes in (first, *more) if path in changes]
            if len(changes) == len(bases) and not is_null_id(changes[0].new_id):
                found.by_path.setdefault(path, []).append(_build_addition(changes))
                if path in at_tip and is_null_id(at_tip[path].new_id):
                    found.gone.append(found.by_path[path][-1])
    return found


def _build_addition(changes: list[Change]) -> OldVersion:
    """Return a version of a file without the lines of the old versions."""
    old = (change.old_ids[0] for change in changes)
    inherited = tuple(name for name in old if not is_null_id(name))
    return OldVersion(changes[0].path, changes[0].new_id, inherited)


def _compare_trees(old: str, new: str, git: Git) -> dict[str, Change]:
    """Return the files in which two commits differ, by path."""
    pieces = compare_trees((*_DIFF_TREE, old, new), [old, new], git)
    fields = limit_repeated_paths(split_fields(pieces))
    return {change.path: change for change in parse_changes(fields)}
