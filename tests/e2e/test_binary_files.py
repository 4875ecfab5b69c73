"""Keys in binary files, through the front door: the right secret, and what a refusal proves."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.test_verify import Api
from tests.support.binary_formats import OTHER, PLAIN
from tests.support.command import Run
from tests.support.fake_wastack import LIVE, FakeWAStack
from tests.support.files import write
from tests.support.keys import MakeKey, fingerprint

FORMATS = {**PLAIN, **OTHER}
LENGTHS = (16, 24, 32, 40, 47, 64, 128)

NEIGHBORS = {
    "after a word": b"\x7fELF\0\0fetchKEYAuthorization\0",
    "before letters": b"\x7fELF\0\0errorKEYZq8Xw3\0",
    "between words": b"\0\x01sha256KEYruntime\0",
    "before a type": b"\0\x01\x02KEYq\x01\0",
    "before a long text": b"MZ\0\0abcKEY" + b"w" * 200 + b"\0",
    "before another key": b"\0asm\x01\0KEYKEY\0",
}


@pytest.fixture
def api(tmp_path: Path, make_key: MakeKey) -> Iterator[Api]:
    (tmp_path / "work").mkdir()
    with FakeWAStack({}) as standin:
        yield Api(standin, tmp_path / "work", make_key)


def test_the_key_of_each_format_is_reported(tmp_path: Path, run: Run, make_key: MakeKey) -> None:
    keys = {
        f"{number}-{length}.bin": make_key(length)
        for number in range(len(FORMATS))
        for length in LENGTHS
    }
    builders = list(FORMATS.values())
    write(
        tmp_path,
        {name: builders[int(name.split("-")[0])](key.encode()) for name, key in keys.items()},
    )
    ran = run("scan", ".", "--format", "json")
    found = {(f["path"], f["fingerprint"]) for f in ran.json()["findings"]}
    assert found == {(name, fingerprint(key)) for name, key in keys.items()}


def test_a_key_next_to_another_string_is_never_called_revoked(api: Api) -> None:
    for name, content in NEIGHBORS.items():
        key = api.key(LIVE).encode()
        api.source({f"{name}.bin": content.replace(b"KEY", key)})
    ran = api.scan()
    assert ran.code == 1
    assert {f["path"] for f in ran.json()["findings"]} == {f"src/{name}.bin" for name in NEIGHBORS}
    assert "revoked" not in {f["liveness"] for f in ran.json()["findings"]}
