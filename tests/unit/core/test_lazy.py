"""What is declared lazily is loaded, or compiled, at its first use, and once."""

from __future__ import annotations

import re
from typing import Any

import pytest

from wakeyscan.core.lazy import lazy_import, lazy_pattern


def test_a_module_is_imported_at_its_first_use() -> None:
    module = lazy_import("string")
    assert module.digits is module.digits == "0123456789"
    missing = lazy_import("wakeyscan.no_such_module")
    with pytest.raises(ModuleNotFoundError):
        _ = missing.anything


def test_a_pattern_is_compiled_at_its_first_use_and_once(monkeypatch: pytest.MonkeyPatch) -> None:
    compiled: list[object] = []
    compile_pattern = re.compile

    def compile_and_log(*given: Any) -> Any:
        compiled.append(given)
        return compile_pattern(*given)

    monkeypatch.setattr(re, "compile", compile_and_log)
    pattern = lazy_pattern(rb"(?P<x>a+)b", re.IGNORECASE)
    assert compiled == []
    assert [match["x"] for match in pattern.finditer(b"ab AAB b")] == [b"a", b"AA"]
    found = pattern.search(b"-AB")
    assert found is not None and found.span() == (1, 3)
    assert (pattern.pattern, pattern.sub(b"", b"xaB")) == (rb"(?P<x>a+)b", b"x")
    assert len(compiled) == 1


def test_an_invalid_pattern_is_an_error_at_its_first_use() -> None:
    pattern = lazy_pattern("(")
    with pytest.raises(re.error):
        pattern.search("")
