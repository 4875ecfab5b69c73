"""What a damaged archive says many times is told once, and counted in full."""

from __future__ import annotations

import gzip
import zipfile
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.archives import encrypted_zip, tarred, zipped
from tests.support.command import Run
from tests.support.files import write
from tests.support.keys import mask
from tests.support.repositories import Repo
from wakeyscan.core.document import Origin, Skipped
from wakeyscan.scanner.scan_result import count_skipped, summarize_skipped

DAMAGED = "in zip: damaged: its checksum is wrong"
ENCRYPTED = "in zip: encrypted"


def damaged(count: int, name: str = "m{:03}") -> bytes:
    """Make a zip of so many members, all of them damaged."""
    made = zipped({name.format(n): b"good %d" % n for n in range(count)}, zipfile.ZIP_STORED)
    return made.replace(b"good", b"evil")


def encrypted(count: int) -> bytes:
    """Make a zip of so many members that say they are encrypted."""
    return encrypted_zip({f"e{n}": b"x" for n in range(count)})


def text(content: bytes) -> bytes:
    return b'{"a": "' + b64encode(content) + b'"}\n'


Told = list[tuple[str, str, int]]


def told(report: Any) -> Told:
    """Return the skipped items of a report, after checking that each is a gap, or opaque."""
    assert all(item["gap"] is not item["opaque"] for item in report["skipped"])
    return [(item["path"], item["reason"], item["times"]) for item in report["skipped"]]


def listed(path: str, names: list[str], reason: str = DAMAGED) -> Told:
    return [(f"{path}!/{name}", reason, 1) for name in names]


CASES: dict[str, tuple[str, bytes, Told]] = {
    "as few as are listed": ("a.zip", damaged(3), listed("a.zip", ["m000", "m001", "m002"])),
    "one more": ("a.zip", damaged(4), listed("a.zip", [f"m00{n}" for n in range(4)])),
    "two more": (
        "a.zip",
        damaged(5),
        [
            ("a.zip", f"2 more members: {DAMAGED}", 2),
            *listed("a.zip", ["m000", "m001", "m002"]),
        ],
    ),
    "very many": (
        "a.zip",
        damaged(1500, "m{:04}"),
        [
            ("a.zip", f"1,497 more members: {DAMAGED}", 1497),
            *listed("a.zip", ["m0000", "m0001", "m0002"]),
        ],
    ),
    "one in the other": (
        "a.tar",
        tarred({name: damaged(40) for name in ("1", "2")}),
        [
            ("a.tar", f"77 more members: {DAMAGED}", 77),
            *listed("a.tar!/1", ["m000", "m001", "m002"]),
        ],
    ),
    "in a text": (
        "a.json",
        text(damaged(9)),
        [
            ("a.json", f"6 more members: {DAMAGED}", 6),
            *listed("a.json", ["m000", "m001", "m002"]),
        ],
    ),
    "in texts in one archive": (
        "a.zip",
        zipped({name: text(damaged(9)) for name in ("1", "2")}),
        [
            ("a.zip", f"15 more members: {DAMAGED}", 15),
            *listed("a.zip!/1", ["m000", "m001", "m002"]),
        ],
    ),
    "of two kinds": (
        "a.tar",
        tarred({"1": damaged(9), "2": encrypted(9)}),
        [
            ("a.tar", f"6 more members: {DAMAGED}", 6),
            ("a.tar", f"6 more members: {ENCRYPTED}", 6),
            *listed("a.tar!/1", ["m000", "m001", "m002"]),
            *listed("a.tar!/2", ["e0", "e1", "e2"], ENCRYPTED),
        ],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_similar_skipped_members_of_a_file_are_summed_up(
    tmp_path: Path, run: Run, case: str
) -> None:
    name, content, expected = CASES[case]
    write(tmp_path, {name: content})
    ran = run("scan", "--format=json")
    assert (ran.code, told(ran.json())) == (3, expected)
    assert ran.json()["coverage"]["skipped"] == sum(times for *_, times in expected)


def test_reasons_that_differ_only_in_numbers_are_similar(tmp_path: Path, run: Run) -> None:
    files = {f"m{n}": bytes(1001 + n) for n in range(20)}
    write(tmp_path, {"a.tgz": gzip.compress(tarred(files))})
    first, *few = told(run("scan", "--max-file-size", "1000", "--format=json").json())
    reason = "17 more members: larger than --max-file-size: … of … bytes"
    assert first == ("a.tgz", reason, 17)
    assert few == [
        (f"a.tgz!/m{n}", f"larger than --max-file-size: 1,00{n + 1} of 1,000 bytes", 1)
        for n in range(3)
    ]


def test_each_file_is_summed_up_separately(tmp_path: Path, run: Run) -> None:
    write(tmp_path, {"a.zip": damaged(9), "b.zip": damaged(9)})
    report = run("scan", "--format=json", "a.zip", "b.zip", "a.zip").json()
    assert told(report) == [
        item
        for file in ("a.zip", "b.zip")
        for item in (
            (file, f"6 more members: {DAMAGED}", 6),
            *listed(file, ["m000", "m001", "m002"]),
        )
    ]
    assert report["coverage"]["skipped"] == 18


def test_a_key_in_the_name_of_the_archive_is_masked(tmp_path: Path, run: Run, key: str) -> None:
    write(tmp_path, {f"{key}.zip": damaged(9)})
    report = run("scan", "--format=json").json()
    assert told(report)[0] == (f"{mask(key)}.zip", f"6 more members: {DAMAGED}", 6)


def test_the_chunks_of_a_text_are_summed_up_together(tmp_path: Path, run: Run) -> None:
    far = b"\n" * (17 << 20)
    write(tmp_path, {"a.txt": text(damaged(9)) + far + text(damaged(9, "n{}"))})
    report = run("scan", "--format=json").json()
    assert told(report) == [
        ("a.txt", f"15 more members: {DAMAGED}", 15),
        *listed("a.txt", ["m000", "m001", "m002"]),
    ]


@pytest.mark.parametrize("pack", [bytes, text], ids=["a zip", "in a text"])
def test_an_audit_groups_similar_skipped_members_of_an_object(
    tmp_path: Path, pack: Callable[[bytes], bytes]
) -> None:
    repo = Repo(tmp_path)
    repo.commit({"a": pack(damaged(9))})
    report = repo.run("audit", "--format=json").json()
    assert sorted((item["reason"], item["times"]) for item in report["skipped"]) == [
        *((f"!/m00{n}: {DAMAGED}", 1) for n in range(3)),
        (f"6 more members: {DAMAGED}", 6),
    ]
    assert {item["within"] for item in report["skipped"]} == {f"object {repo.id('HEAD:a')}"}
    assert report["coverage"]["skipped"] == 9
    assert not report["complete"]


REPORTS = {
    "text": "Skipped (120):\n",
    "markdown": f"| `a.zip` | `97 more members: {DAMAGED}` |\n",
    "github": f"Incomplete scan. Skipped: a.zip: 97 more members: {DAMAGED} (and 23 more)\n",
    "sarif": f"Skipped: a.zip: 97 more members: {DAMAGED}",
}


@pytest.mark.parametrize("form", REPORTS)
def test_each_report_counts_all_skipped_members(tmp_path: Path, run: Run, form: str) -> None:
    write(tmp_path, {"a.zip": damaged(100), "b.zip": damaged(20)})
    assert REPORTS[form] in run("scan", "--format", form).out


def test_text_counts_the_skipped_items_that_it_does_not_list(tmp_path: Path, run: Run) -> None:
    write(tmp_path, {f"{name}.zip": damaged(9) for name in "abc"})
    lines = run("scan").out.split("\n\n")[1].splitlines()
    assert (len(lines), lines[0]) == (12, "Skipped (27):")
    assert lines[9] == f"  c.zip: 6 more members: {DAMAGED}"
    assert lines[-1] == "  and 2 more (show with --verbose)"


def test_a_table_counts_the_rows_that_it_omits(tmp_path: Path, run: Run) -> None:
    write(tmp_path, {f"{n:03}.zip": damaged(9) for n in range(126)})
    assert run("scan", "--format=markdown").out.endswith("\n…and 9 more.\n")


def test_a_hook_counts_all_skipped_members(tmp_path: Path) -> None:
    repo = Repo(tmp_path)
    repo.stage({"a.zip": damaged(9)})
    ran = repo.run("hook", "pre-commit")
    assert ran.code == 3
    assert "Skipped (9):\n" in ran.out


SKIPPED = st.builds(
    Skipped,
    st.builds(Origin, st.sampled_from("abcdefgh")),
    st.sampled_from(["damaged at 7", "damaged at 1,024", "cut", "encrypted"]),
    st.booleans(),
    st.integers(1, 3),
)


@given(st.lists(SKIPPED, max_size=40))
def test_a_summary_keeps_the_count_and_the_gaps(skipped: list[Skipped]) -> None:
    file = Origin("file")
    few = summarize_skipped(skipped, file)
    each = set(skipped)
    assert count_skipped(few) == count_skipped(each)
    assert {item for item in few if item.origin != file} <= each
    assert any(item.gap for item in few) == any(item.gap for item in each)
    assert len(few) <= 3 * 4
