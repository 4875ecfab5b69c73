"""The repositories of a fleet: names, order and duplicates."""

from __future__ import annotations

from pathlib import Path

import pytest

from wakeyscan.core.errors import UsageError
from wakeyscan.fleet.ledger import build_slug
from wakeyscan.fleet.run import parse_shard
from wakeyscan.fleet.sources import list_repositories


def make(folder: Path, *names: str, bare: bool = False) -> None:
    for name in names:
        top = folder / name if bare else folder / name / ".git"
        for part in ("objects/pack", "refs"):
            (top / part).mkdir(parents=True)
        (top / "HEAD").write_text("ref: refs/heads/main\n")


def names(*sources: Path) -> list[str]:
    return [one.name for one in list_repositories(map(str, sources)).repositories]


def test_clones_and_bare_mirrors_of_a_folder_are_found_at_any_depth(tmp_path: Path) -> None:
    make(tmp_path, "b", "org/team/c", "a")
    make(tmp_path, "org/bare.git", bare=True)
    make(tmp_path / "a", "vendor/nested")  # in a work tree
    make(tmp_path / "org/bare.git/refs", "no")
    (tmp_path / "empty").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "org", target_is_directory=True)
    assert names(tmp_path) == ["a", "a/vendor/nested", "b", "org/bare", "org/team/c"]


def test_links_out_of_the_folder_are_listed_but_not_searched(tmp_path: Path) -> None:
    clones = tmp_path / "clones"
    make(clones, "a")
    make(tmp_path, "elsewhere/b", "other/c")
    (clones / "b").symlink_to(tmp_path / "elsewhere" / "b", target_is_directory=True)
    (clones / "folder").symlink_to(tmp_path / "other", target_is_directory=True)
    (clones / "a" / "c").symlink_to(tmp_path / "other" / "c", target_is_directory=True)
    for loop, target in (("up", ".."), ("itself", "itself")):
        (clones / loop).symlink_to(target)
    listed = list_repositories([str(clones)]).repositories
    assert {one.name: one.location for one in listed} == {
        "a": str(clones / "a"),
        "b": str(tmp_path / "elsewhere" / "b"),
        "folder": str(tmp_path / "other"),
        "up": str(tmp_path),
    }


def test_a_clone_is_a_source_itself(tmp_path: Path) -> None:
    make(tmp_path, "a", "a/inner")
    assert names(tmp_path / "a") == ["a", "inner"]


def test_the_largest_repository_comes_first(tmp_path: Path) -> None:
    make(tmp_path, "a", "b", "c")
    (tmp_path / "b/.git/objects/pack/x.pack").write_bytes(b"x" * 9)
    assert names(tmp_path) == ["b", "a", "c"]


def test_a_repository_of_two_sources_is_listed_once(tmp_path: Path) -> None:
    make(tmp_path, "a", "b")
    assert names(tmp_path, tmp_path / "a") == ["a", "b"]


def test_names_are_unique(tmp_path: Path) -> None:
    make(tmp_path, "one/a", "two/a")
    first, second = names(tmp_path / "one", tmp_path / "two")
    assert first == "a"
    assert second.startswith("a-")


LINES = {
    "https://github.com/o/r.git": "github.com/o/r",
    "https://user:password@example.org/o/r": "example.org/o/r",
    "  https://example.org/o/s/  ": "example.org/o/s",
    "file:///srv/git/r.git": "srv/git/r",
    "git@example.org:o/r.git": "git@example.org:o/r",
    "clones/a": "clones/a",
    "nowhere": "nowhere",
}


@pytest.mark.parametrize(("line", "name"), LINES.items(), ids=LINES)
def test_a_line_of_a_list_is_a_repository(tmp_path: Path, line: str, name: str) -> None:
    make(tmp_path, "clones/a")
    (tmp_path / "list").write_text(f"\ufeff# comment\r\n\r\n{line}\r\n")
    (repository,) = list_repositories([str(tmp_path / "list")]).repositories
    assert repository.name == name
    assert "password" not in repository.shown_location


@pytest.mark.parametrize("content", [b"", b"# nothing\n", b"\xff\xfe\xfd\xd8"])
def test_a_list_without_urls_is_rejected(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "list").write_bytes(content)
    with pytest.raises(UsageError):
        list_repositories([str(tmp_path / "list")])


def test_every_repository_is_in_one_shard() -> None:
    shards = [parse_shard(f"{number}/5") for number in range(1, 6)]
    for number in range(100):
        assert sum(shard.has(f"org/r{number}") for shard in shards) == 1
    sizes = [sum(shard.has(f"org/r{number}") for number in range(1000)) for shard in shards]
    assert min(sizes) > 150


@pytest.mark.parametrize("text", ["", "1", "0/1", "2/1", "1/0", "a/b", "1/2/3", "-1/2", "1/ 2"])
def test_an_invalid_shard_is_rejected(text: str) -> None:
    with pytest.raises(UsageError, match="NUMBER/COUNT"):
        parse_shard(text)


@pytest.mark.parametrize("name", ["../../etc", "a/b", ".", "a\udcff", "x" * 500, "", "-rf"])
def test_a_slug_is_a_harmless_file_name(name: str) -> None:
    slug = build_slug(name)
    assert not set(slug) - {*"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-"}
    assert len(slug) < 80
    assert build_slug(f"{name}2") != slug
