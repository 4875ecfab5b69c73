"""Targets on the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from wakeyscan.sources import (
    SOURCES,
    commit_message,
    commit_range,
    files,
    parse_target,
    staged,
    stdin,
)

CASES = {
    "a path": ("a/b.py", files, "a/b.py"),
    "stdin": ("-", stdin, "-"),
    "a range": ("git:main..HEAD", commit_range, "main..HEAD"),
    "a range with a colon": ("git:HEAD:a", commit_range, "HEAD:a"),
    "the index": ("staged:", staged, ""),
    "a message": ("message:FILE", commit_message, "FILE"),
    "a scheme without a colon": ("git", files, "git"),
    "an unknown scheme": ("no:such", files, "no:such"),
    "the name of the source of paths": ("path:x", files, "path:x"),
    "the name of the source of stdin": ("stdin:", files, "stdin:"),
    "nothing": ("", files, ""),
}


@pytest.mark.parametrize(("target", "source", "rest"), CASES.values(), ids=CASES)
def test_a_target_is_parsed_into_source_and_value(
    target: str, source: object, rest: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert parse_target(target) == (source, rest)


@pytest.mark.parametrize("name", ["git:main", "staged:", "-"])
def test_an_existing_file_is_never_a_scheme(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / name).write_text("")
    assert parse_target(name) == (SOURCES["path"], name)


def test_a_dangling_link_is_a_path_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "git:main").symlink_to("nowhere")
    assert parse_target("git:main") == (SOURCES["path"], "git:main")
