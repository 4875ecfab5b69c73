"""Keys that something splits, scanned by the real command and verified by a server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.test_verify import Api
from tests.support.command import Run
from tests.support.fake_wastack import LIVE, FakeWAStack
from tests.support.gaps import GAPS, list_cuts
from tests.support.keys import MakeKey, fingerprint
from tests.support.repositories import Repo


@pytest.fixture
def api(tmp_path: Path, make_key: MakeKey) -> Iterator[Api]:
    (tmp_path / "work").mkdir()
    with FakeWAStack({}) as standin:
        yield Api(standin, tmp_path / "work", make_key)


def test_split_keys_are_found_in_files_and_in_history(tmp_path: Path, make_key: MakeKey) -> None:
    repo = Repo(tmp_path / "repo")
    files, wanted = {}, {}
    for number, (name, gap) in enumerate(GAPS.items()):
        key, cuts = make_key(), list_cuts(gap, make_key())
        path = f"{number}.txt"
        files[path] = gap.build(key, cuts[number * 7 % len(cuts)])
        wanted[path] = fingerprint(key), gap.encoding, gap.line, name
    repo.commit(files)
    ran = repo.run("scan", "--format", "json", ".")
    found = {
        f["path"]: (f["fingerprint"], f["encoding"], f["line"], wanted[f["path"]][3])
        for f in ran.json()["findings"]
    }
    assert found == wanted
    assert len(ran.json()["findings"]) == len(wanted)
    keys = repo.run("audit", "--format", "json").json()["keys"]
    assert {key["fingerprint"] for key in keys} == {one[0] for one in wanted.values()}


def test_a_split_key_that_works_is_never_revoked(api: Api) -> None:
    keys = {name: api.make_key() for name in list(GAPS)[::2]}
    for number, (name, key) in enumerate(keys.items()):
        api.standin.keys[key] = LIVE
        api.source({f"{number}.txt": GAPS[name].build(key, 30)})
    findings = api.scan().json()["findings"]
    assert [f["liveness"] for f in findings] == ["live"] * len(keys)
    assert {f["fingerprint"] for f in findings} == {fingerprint(key) for key in keys.values()}


REFUSED = {"LDIF": "revoked", "wbr": "revoked", "quoted": "unknown", "header": "unknown"}


@pytest.mark.parametrize(("name", "liveness"), REFUSED.items())
def test_a_split_key_is_revoked_only_if_its_format_proves_it_whole(
    api: Api, name: str, liveness: str
) -> None:
    key = api.make_key()
    api.source({"a.txt": GAPS[name].build(key, 30)})
    (finding,) = api.scan().json()["findings"]
    assert (finding["fingerprint"], finding["liveness"]) == (fingerprint(key), liveness)


def test_the_report_of_a_split_key_shows_no_part_of_it(run: Run, make_key: MakeKey) -> None:
    for name, gap in list(GAPS.items())[::5]:
        key = make_key()
        ran = run("scan", "-", stdin=gap.build(key, 30).encode())
        assert ran.code == 1, name
        assert not any(key[at : at + 8] in ran.out + ran.err for at in range(8, 40)), name
