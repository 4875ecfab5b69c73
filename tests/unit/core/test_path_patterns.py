"""Patterns of paths, as hostile configuration files have them."""

from __future__ import annotations

import pytest

from wakeyscan.core.errors import ConfigError
from wakeyscan.core.path_patterns import build_path_matcher


@pytest.mark.parametrize(
    "pattern", ["**********b", "*a" * 12 + "b", "**/" * 20 + "*a" * 9 + "b"], ids=len
)
def test_a_pattern_with_many_wildcards_terminates(pattern: str) -> None:
    """`re` alone would need centuries."""
    matches = build_path_matcher([pattern], ".")
    assert not matches("a" * 200 + ".py", "")


def test_a_pattern_that_takes_too_long_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wakeyscan.core.path_patterns._MAX_SECONDS", 0.01)
    matches = build_path_matcher(["*" * 5_000 + "a"], ".")
    with pytest.raises(ConfigError, match=r"^bab: a pattern of exclude .* takes more than"):
        matches("bab", "")
