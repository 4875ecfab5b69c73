"""Which files of a history are git notes."""

from __future__ import annotations

import pytest

from wakeyscan.audit.ref_names import Notes

COMMIT = "c" * 40
ID = "8ebbc6c0" * 5


@pytest.mark.parametrize(
    ("path", "commit", "part"),
    [
        pytest.param(ID, COMMIT, "note", id="flat"),
        pytest.param(f"{ID[:2]}/{ID[2:]}", COMMIT, "note", id="spread"),
        pytest.param(f"{ID[:2]}/{ID[2:4]}/{ID[4:]}", COMMIT, "note", id="spread twice"),
        pytest.param("8e" * 32, COMMIT, "note", id="sha-256"),
        pytest.param(ID, "d" * 40, "", id="in another history"),
        pytest.param(ID[:38], COMMIT, "", id="too short"),
        pytest.param(f"cache/{ID}", COMMIT, "", id="in a folder"),
        pytest.param(f"{ID}.txt", COMMIT, "", id="with an extension"),
        pytest.param("README", COMMIT, "", id="another file"),
    ],
)
def test_a_note_is_recognized_by_the_object_id_in_its_name(
    path: str, commit: str, part: str
) -> None:
    assert Notes(frozenset({COMMIT})).choose_part(path, commit) == part
