"""The file versions that the changes of a commit add."""

from __future__ import annotations

from wakeyscan.core.document import Document, Origin, Skipped
from wakeyscan.git.diff import SUBMODULE, UNMERGED, Change
from wakeyscan.sources.changed_files import ChangedFile, OldVersion, list_changed_files
from wakeyscan.sources.commits import join_units, split_metadata
from wakeyscan.sources.options import PathFilter, SourceOptions

DEFAULTS = SourceOptions()
ZERO, OLD, NEW = "0" * 40, "a" * 40, "b" * 40


def changed(*changes: Change, options: SourceOptions = DEFAULTS) -> list[ChangedFile | Skipped]:
    return list(list_changed_files(changes, options, lambda change: Origin(change.path)))


def file(path: str, blob: str, *old: OldVersion, is_new_path: bool) -> ChangedFile:
    return ChangedFile(Origin(path), blob, old, is_new_path)


def test_a_new_file_has_no_old_version() -> None:
    assert changed(Change("f", "100644", NEW, (ZERO,))) == [file("f", NEW, is_new_path=True)]


def test_a_changed_file_has_the_version_before() -> None:
    expected = file("f", NEW, OldVersion("f", OLD), is_new_path=False)
    assert changed(Change("f", "100644", NEW, (OLD,))) == [expected]


def test_a_deleted_file_adds_nothing() -> None:
    assert changed(Change("f", "000000", ZERO, (OLD,))) == []


def test_a_moved_file_adds_its_name_only() -> None:
    deleted = Change("f", "000000", ZERO, (OLD,)), Change("g", "000000", ZERO, (NEW,))
    moved = Change("h", "100644", NEW, (ZERO,))
    assert changed(*deleted, moved) == [file("h", NEW, OldVersion("g", NEW), is_new_path=True)]


def test_a_rewritten_and_moved_file_is_compared_with_all_deleted_ones() -> None:
    deleted = Change("f", "000000", ZERO, (OLD,))
    moved = Change("h", "100644", NEW, (ZERO,))
    assert changed(deleted, moved) == [file("h", NEW, OldVersion("f", OLD), is_new_path=True)]


def test_a_merge_adds_no_version_that_a_parent_has() -> None:
    assert changed(Change("f", "100644", NEW, (OLD, NEW))) == []


def test_a_conflict_is_a_gap() -> None:
    (item,) = changed(Change("f", UNMERGED, NEW, (ZERO,)))
    assert isinstance(item, Skipped) and item.gap


def test_a_submodule_may_be_a_file() -> None:
    expected = file("f", NEW, is_new_path=True)._replace(is_submodule=True)
    assert changed(Change("f", SUBMODULE, NEW, (ZERO,))) == [expected]


def test_other_paths_than_the_wanted_ones_are_omitted() -> None:
    changes = [Change(path, "100644", NEW, (ZERO,)) for path in "fgh"]
    wanted = SourceOptions(only=("g",))
    assert changed(*changes, options=wanted) == [file("g", NEW, is_new_path=True)]


def test_joined_units_have_no_duplicates_and_keep_unusual_ref_names() -> None:
    assert join_units("1\n2", "", "2\nref=a\u2028b") == "1\n2\nref=a\u2028b"


def test_a_commit_is_a_header_and_a_message() -> None:
    documents = list(split_metadata(b"tree 1\nauthor A\n\nsubject\n\nbody", Origin(""), "commit"))
    assert documents == [
        Document(Origin("(commit header)", part="message"), b"tree 1\nauthor A"),
        Document(Origin("(commit message)", part="message"), b"subject\n\nbody"),
    ]


def test_excluded_paths_are_counted_and_messages_never_excluded() -> None:
    paths = PathFilter(SourceOptions(exclude=("*.log",)))
    message = Document(Origin("a.log", part="message"), b"")
    items: list[Document | Skipped] = [
        Document(Origin("a.log"), b""),
        Skipped(Origin("b.log"), "x"),
        message,
    ]
    assert list(paths.filter(items)) == [message]
    assert paths.count == 2
