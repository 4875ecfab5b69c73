"""What commits bring: every file as they change it, merges' own content, and their messages."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from functools import partial
from typing import NamedTuple

from wakeyscan.core.document import Document, Origin, Skipped
from wakeyscan.core.errors import SourceError
from wakeyscan.git import command, diff, worktree
from wakeyscan.git.objects import empty_tree_id, is_object_id
from wakeyscan.sources import changed_files
from wakeyscan.sources.options import SourceOptions

_TREES = ("--raw", "-z", "-r", "-c", "--root", "--no-abbrev", "--no-renames", "--stdin")
_SHORT = 12

CUT = (
    "the history of this clone is cut short (shallow), so not all of {} can be looked at; "
    "fetch the rest first: git fetch --unshallow, or fetch-depth: 0 for actions/checkout"
)


UNKNOWN = (
    "git:{} names no commit here; in a shallow clone fetch it first "
    "(git fetch --unshallow, or fetch-depth: 0 for actions/checkout)"
)


class Commits(NamedTuple):
    """Which commits: as for `git rev-list`, with ids in hex only."""

    include: tuple[str, ...]
    exclude: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    """Of ours, never a user's text: `--branches`, `--not`, `--remotes=origin`."""
    name: str = ""
    """What the user calls them, for messages."""


def list_commits(wanted: Commits, own: command.Git) -> list[str]:
    """List the ids, newest first; raises `SourceError` where a shallow clone cuts them."""
    if not wanted.include and not wanted.options:
        return []
    # After a forced push by somebody else, what a remote has need not be here.
    known = [f"^{found.name}" for found in own.objects(wanted.exclude) if found.type]
    stdin = "".join(f"{name}\n" for name in (*wanted.include, *known)).encode()
    out = own.run("rev-list", "--stdin", *wanted.options, stdin=stdin)
    listed = out.decode("ascii").split()
    if not _shallow(own).isdisjoint(listed):
        raise SourceError(CUT.format(wanted.name or "the commits"))
    return listed


def _shallow(own: command.Git) -> frozenset[str]:
    """Give the commits whose parents a shallow clone lacks."""
    path = own.run("rev-parse", "--git-path", "shallow").decode("utf-8", "surrogateescape")
    try:
        return frozenset(
            worktree.read_small_file(os.path.join(own.folder, path.rstrip("\n"))).split()
        )
    except OSError:
        return frozenset()


def commit_id(revision: str, own: command.Git) -> str:
    """Resolve a revision to a commit, which after this is hex and can't be taken for an option.

    Raises `SourceError` where it names none.
    """
    asked = ("rev-parse", "--verify", "-q", "--end-of-options", f"{revision}^{{commit}}")
    found = own.run(*asked, ok=(0, 1)).decode("ascii").strip()
    if not found or found.startswith("^"):  # what is not to be looked at is no answer
        raise SourceError(UNKNOWN.format(revision))
    return found


def format_unit(wanted: Commits, tips: Iterable[str], refs: Iterable[str], own: command.Git) -> str:
    """Write down what is to be looked at: commits, the tags among `tips`, the names of refs."""
    named = [f"ref={ref}" for ref in refs if ref]
    return "\n".join([*list_commits(wanted, own), *(f"tip={tip}" for tip in tips), *named])


def join(*units: str) -> str:
    """Make one unit of several."""
    return "\n".join(dict.fromkeys(line for unit in units for line in _lines(unit)))


def _lines(unit: str) -> list[str]:
    """Split a unit at newlines alone: the name of a ref may hold U+2028."""
    return [line for line in unit.split("\n") if line]


def read_commits(
    text: str, own: command.Git, options: SourceOptions
) -> Iterator[Document | Skipped]:
    """Yield all that a unit names."""
    lines = _lines(text)
    refs = [line.removeprefix("ref=") for line in lines if line.startswith("ref=")]
    tips = [line.removeprefix("tip=") for line in lines if line.startswith("tip=")]
    listed = [line for line in lines if "=" not in line]
    yield from (Document(Origin(ref), b"") for ref in refs)  # its name is looked at, as any name
    yield from _documents(listed, own, options)
    yield from _messages(listed, own)
    yield from _tags([*tips, *_tags_of(frozenset(listed), own)], own, options)


def _documents(
    listed: list[str], own: command.Git, options: SourceOptions
) -> Iterator[Document | Skipped]:
    """Yield the files that the commits bring, each change once, as of the oldest of them."""
    wanted: dict[tuple[str, str, tuple[str, ...]], changed_files.ChangedFile] = {}
    stdin = "".join(f"{name}\n" for name in listed).encode()
    for commit, changed in diff.parse_changes_by_commit(own.run("diff-tree", *_TREES, stdin=stdin)):
        within = f"commit {commit[:_SHORT]}"
        for item in changed_files.list_changed_files(changed, options, partial(_origin, within)):
            if isinstance(item, Skipped):
                yield item
            else:  # the newest come first, so the oldest stays
                wanted[item.name, item.origin.path, item.past] = item
    yield from changed_files.read_changed_files(list(wanted.values()), own, options)


def _origin(within: str, change: diff.Change) -> Origin:
    return Origin(change.path, within)


def _messages(listed: list[str], own: command.Git) -> Iterator[Document]:
    for found in own.objects(listed):
        within = f"commit {found.name[:_SHORT]}"
        yield from parts(found.whole(), Origin("", within), "commit")


def parts(content: bytes, origin: Origin, kind: str) -> Iterator[Document]:
    """Yield the header (names, addresses) and the message of a commit or a tag."""
    header, _, message = content.partition(b"\n\n")
    for name, text in (("header", header), ("message", message)):
        yield Document(origin._replace(path=f"({kind} {name})", part="message"), text)


def find_tagged(tag: bytes) -> str:
    """Give what a tag points to: `object ID`, its first line; empty where that is no id."""
    name = tag.partition(b"\n")[0].removeprefix(b"object ").decode("ascii", "replace")
    return name if is_object_id(name) else ""


def _tags_of(listed: frozenset[str], own: command.Git) -> list[str]:
    """List the annotated tags that point to the commits."""
    form = "--format=%(objecttype) %(objectname) %(*objectname)"
    out = own.run("for-each-ref", form, "refs/tags").decode("ascii")
    entries = (line.split(" ") for line in out.splitlines())
    return [entry[1] for entry in entries if entry[0] == "tag" and entry[2] in listed]


def _tags(
    names: Iterable[str], own: command.Git, options: SourceOptions
) -> Iterator[Document | Skipped]:
    """Yield the tags among the objects, and what is tagged, unless that is a commit."""
    pending = dict.fromkeys(names)
    bare: list[changed_files.ChangedFile] = []
    while pending:
        further: dict[str, None] = {}
        for found in own.objects(pending):
            short = found.name[:_SHORT]
            if found.type == "tag":
                content = found.whole()
                yield from parts(content, Origin("", f"tag {short}"), "tag")
                further[find_tagged(content)] = None
            elif found.type == "blob":
                bare.append(
                    changed_files.ChangedFile(Origin(f"(blob {short})"), found.name, (), True)
                )
            elif found.type == "tree":
                yield from _tree(found.name, own, options)
        further.pop("", None)
        pending = further
    yield from changed_files.read_changed_files(bare, own, options)


def _tree(name: str, own: command.Git, options: SourceOptions) -> Iterator[Document | Skipped]:
    """Yield the files of a tree that is tagged without a commit."""
    empty = empty_tree_id(name)
    found = diff.parse_changes(own.run("diff-tree", "-z", "-r", "--no-abbrev", empty, name))
    for item in changed_files.list_changed_files(
        found, options, partial(_origin, f"tree {name[:_SHORT]}")
    ):
        yield from (
            (item,)
            if isinstance(item, Skipped)
            else changed_files.read_changed_files([item], own, options)
        )
