"""`wakeyscan fix` on several files: each variable is declared once, and holds one key."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.repositories import Repo


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    return Repo(tmp_path / "repo")


def read(repo: Repo, name: str) -> str:
    return (repo.top / name).read_text("utf-8")


DECLARED = 'variable "wastack_api_key" {'


def test_a_terraform_variable_is_declared_in_one_file_of_a_folder(repo: Repo, key: str) -> None:
    text = f'locals {{\n  a = "{key}"\n}}\n'
    repo.commit({"a.tf": text, "b.tf": text, "c/a.tf": text})
    assert repo.run("fix", "--write").code == 0
    declared = [name for name in ("a.tf", "b.tf", "c/a.tf") if DECLARED in read(repo, name)]
    assert declared == ["a.tf", "c/a.tf"]
    assert "a = var.wastack_api_key\n" in read(repo, "b.tf")


def test_a_file_that_stays_as_it_is_declares_nothing(repo: Repo, key: str) -> None:
    texts = {name: f'locals {{\n  {name[0]} = "{key}"\n}}\n' for name in ("a.tf", "b.tf")}
    repo.commit(texts)
    repo.write({"a.tf": texts["a.tf"] + "# new\n"})
    ran = repo.run("fix", "--write")
    assert (ran.code, "a.tf:2:8" in ran.out) == (1, True)
    assert [DECLARED in read(repo, name) for name in texts] == [False, True]
    repo.git("commit", "-qam", "new")
    assert repo.run("fix", "--write").code == 0
    assert [DECLARED in read(repo, name) for name in texts] == [False, True]
