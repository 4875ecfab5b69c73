"""The environment of git: which settings of the user's own git reach it."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from wakeyscan.git.environment import list_trusted_folders, trust_folders

TRUST: dict[str, tuple[Mapping[str, str], list[str]]] = {
    "none": ({}, []),
    "pairs": (
        {
            "GIT_CONFIG_COUNT": "2",
            "GIT_CONFIG_KEY_0": "core.editor",
            "GIT_CONFIG_VALUE_0": "evil",
            "GIT_CONFIG_KEY_1": "Safe.Directory",
            "GIT_CONFIG_VALUE_1": "/a b",
        },
        ["/a b"],
    ),
    "no-number": ({"GIT_CONFIG_COUNT": "x", "GIT_CONFIG_KEY_0": "safe.directory"}, []),
    "pair-without-value": ({"GIT_CONFIG_COUNT": "9", "GIT_CONFIG_KEY_0": "safe.directory"}, [""]),
    "option": ({"GIT_CONFIG_PARAMETERS": "'safe.directory'='/it'\\''s' 'a.b'='c'"}, ["/it's"]),
    "old-option": ({"GIT_CONFIG_PARAMETERS": "'safe.directory=*'"}, ["*"]),
    "unbalanced": ({"GIT_CONFIG_PARAMETERS": "'safe.directory=*"}, []),
}


@pytest.mark.parametrize(("environment", "folders"), TRUST.values(), ids=TRUST)
def test_trusted_folders_are_read_as_git_reads_them(
    environment: Mapping[str, str], folders: list[str]
) -> None:
    assert list_trusted_folders(environment) == folders


def test_trusted_folders_survive_a_round_trip() -> None:
    assert list_trusted_folders(trust_folders(["", "/a", "*"])) == ["", "/a", "*"]
    assert trust_folders([]) == {}
