"""An audit of more places of keys than it may hold: the first ones, and never a silent rest."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.support.audits import build_options, ignore_progress
from tests.support.contexts import few
from tests.support.keys import MakeKey
from tests.support.repositories import Repo
from wakeyscan.audit.audit import audit
from wakeyscan.audit.object_findings import (
    FindingRef,
    KeptFindings,
    ObjectFindings,
    find_in_object,
)
from wakeyscan.git.objects import BLOB
from wakeyscan.git.repository import find_repository
from wakeyscan.scanner.result import RunResult

LIMITED = few()._replace(max_findings=2)
"""An audit then holds 20 places."""


def build_findings(number: int, places: int) -> ObjectFindings:
    refs = (FindingRef("rule", "f", line, 1, "reported", "") for line in range(places))
    return ObjectFindings(str(number), BLOB, tuple(refs))


def keep(objects: list[ObjectFindings]) -> tuple[list[str], int]:
    kept = KeptFindings(LIMITED)
    for findings in objects:
        kept.add(0, findings)
    return [findings.object_id for _, findings in kept.release()], kept.left_out


@pytest.mark.parametrize(
    ("sizes", "count"),
    [([20], 1), ([19, 1], 2), ([20, 1], 1), ([19, 2, 1], 1), ([7, 7, 7, 1], 2), ([1] * 90, 20)],
)
def test_the_first_objects_are_kept_up_to_the_limit(sizes: list[int], count: int) -> None:
    objects = [build_findings(number, size) for number, size in enumerate(sizes)]
    assert keep(objects) == ([str(number) for number in range(count)], len(sizes) - count)


@pytest.mark.parametrize("seed", range(8))
def test_the_same_objects_are_kept_in_any_order_of_arrival(seed: int) -> None:
    source = random.Random(seed)
    objects = [build_findings(number, source.randint(0, 9)) for number in range(60)]
    kept, left_out = keep(objects)
    source.shuffle(objects)
    shuffled, as_many = keep(objects)
    assert (sorted(shuffled), as_many) == (sorted(kept), left_out)
    assert 0 < len(kept) < 60
    assert len(kept) + left_out == 60


def test_findings_over_the_limit_are_dropped_early() -> None:
    kept = KeptFindings(LIMITED)
    for number in range(41):
        kept.add(0, build_findings(number, 1))
    assert kept.left_out == 21


@pytest.mark.parametrize(
    ("keys", "reasons"), [(2, []), (3, ["has over 2 findings; the rest is skipped"])]
)
def test_a_blob_with_too_many_keys_is_reported(
    keys: int, reasons: list[str], make_key: MakeKey
) -> None:
    content = "".join(f"{make_key()}\n" for _ in range(keys)).encode()
    found = find_in_object(BLOB, content, LIMITED, 20)
    assert len(found.findings) == 2
    assert [item.reason for item in found.skipped] == reasons


@pytest.fixture
def repository(tmp_path: Path, make_key: MakeKey) -> Repo:
    """Return a repository with 15 versions of a file of two keys, in a pack and loose."""
    repo = Repo(tmp_path / "repo")
    keys = "\n".join(make_key() for _ in range(2))
    for number in range(15):
        repo.commit({"a": f"{number}\n{keys}\n"})
        if number == 8:
            repo.git("gc", "-q")
    return repo


def run(repo: Repo, jobs: int, cache_file: str = "") -> RunResult:
    options = build_options()._replace(jobs=jobs, cache_file=cache_file)
    return audit(find_repository(str(repo.top)), options, ignore_progress, LIMITED)


def test_an_audit_reports_how_many_objects_it_does_not_list(
    repository: Repo, tmp_path: Path
) -> None:
    result = run(repository, jobs=1)
    assert len(result.keys) == 2
    reasons = [item.reason for item in result.skipped if item.gap]
    assert reasons == [
        "5 objects with keys are not listed: an audit holds at most 20 places of keys; scan parts "
        "of the history, as in wakeyscan scan git:v1..v2"
    ]
    assert not result.complete
    cached = [run(repository, jobs=1, cache_file=str(tmp_path / "cache")) for _ in range(2)]
    assert [one.skipped for one in cached] == [result.skipped] * 2
    assert run(repository, jobs=2).findings == result.findings
