"""The corpus of tests/data/fixes: each file comes out as written, and needs no second fix."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.fix_cases import FixCase, detect, fill_in, read_cases, repair

CASES = read_cases()

LINTERS = {
    ".go": ("gofmt", "-e", "-l"),
    ".sh": ("bash", "-c", 'for file; do bash -n "$file" || exit 1; done', "check"),
    ".js": ("node", "-e", "process.argv.slice(1).map(f => new (require('vm').Script)("
            "require('fs').readFileSync(f, 'utf8')))"),
}  # fmt: skip
"""Commands that only parse files; the tests of a language run if its command is there."""


def test_the_corpus_has_at_least_250_files() -> None:
    assert len(CASES) >= 250
    assert len({case.name for case in CASES}) == len(CASES)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_file_is_fixed_as_a_whole(case: FixCase) -> None:
    fixed = repair(case.path, fill_in(case.before))
    assert fixed.content == fill_in(case.after)
    assert tuple(f"{one.finding.position.line}: {one.reason}" for one in fixed.left) == case.left
    assert len(detect(case.path, fixed.content)) == len(case.left)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_second_fix_changes_nothing(case: FixCase) -> None:
    content = fill_in(case.after)
    assert repair(case.path, content).content == content


@pytest.mark.parametrize("ending", LINTERS)
def test_the_parser_of_a_language_accepts_the_fixed_files(ending: str, tmp_path: Path) -> None:
    command = LINTERS[ending]
    if not shutil.which(command[0]):
        pytest.skip(f"needs {command[0]}")
    files = []
    for number, case in enumerate(CASES):
        is_script = "syntax error" not in case.name and not case.before.startswith("import key")
        if case.path.endswith(ending) and is_script:
            files.append(tmp_path / f"{number}{ending}")
            files[-1].write_bytes(fill_in(case.after))
    ran = subprocess.run([*command, *map(str, files)], capture_output=True, check=False, timeout=60)
    assert (ran.returncode, ran.stderr) == (0, b"")
