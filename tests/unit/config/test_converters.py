"""Converters accept the documented values and name what they expected otherwise."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wakeyscan.config import converters
from wakeyscan.core.errors import UsageError
from wakeyscan.core.severity import Severity

Converter = Callable[[object], object]


@pytest.mark.parametrize(
    ("converter", "text", "value"),
    [
        pytest.param(converters.parse_size, "1048576", 1 << 20, id="bytes"),
        pytest.param(converters.parse_size, " 500K ", 500 << 10, id="unit in upper case"),
        pytest.param(converters.parse_size, "20MiB", 20 << 20, id="unit with iB"),
        pytest.param(converters.parse_size, 7, 7, id="number of a file"),
        pytest.param(converters.parse_severity, "High", Severity.HIGH, id="severity in any case"),
        pytest.param(converters.parse_fail_on, "NEVER", None, id="never"),
        pytest.param(converters.parse_count, "0", 0, id="zero"),
        pytest.param(converters.parse_report, "json=a=b", ("json", "a=b"), id="file with ="),
        pytest.param(converters.parse_switch, "Off", False, id="switch in any case"),
        pytest.param(converters.build_choice("a", "b"), "b", "b", id="choice"),
    ],
)
def test_a_valid_value_is_converted(converter: Converter, text: object, value: object) -> None:
    assert converter(text) == value


@pytest.mark.parametrize(
    ("converter", "text", "expected"),
    [
        pytest.param(converters.parse_size, "1.5k", "a size such as 500k, 20M or 2G", id="size"),
        pytest.param(converters.parse_size, "k", "a size such as 500k, 20M or 2G", id="unit alone"),
        pytest.param(
            converters.parse_fail_on,
            "bad",
            "one of note, low, medium, high, critical, never",
            id="severity",
        ),
        pytest.param(converters.parse_count, "-1", "a whole number", id="negative"),
        pytest.param(converters.parse_count, "٣", "a whole number", id="digits of another script"),
        pytest.param(
            converters.parse_report,
            "=x",
            "NAME=FILE, for example sarif=wakeyscan.sarif",
            id="report",
        ),
        pytest.param(converters.build_choice("a", "b"), "A", "one of a, b", id="choice"),
        pytest.param(
            converters.parse_switch,
            "maybe",
            "1 or 0, true or false, yes or no, on or off",
            id="switch",
        ),
    ],
)
def test_an_invalid_value_names_what_was_expected(
    converter: Converter, text: str, expected: str
) -> None:
    with pytest.raises(UsageError) as caught:
        converters.convert(converter, text, "--option", UsageError)
    assert str(caught.value) == f"--option: expected {expected}, got {text!r}"


@given(st.text() | st.from_regex(r"\A[0-9]{1,6} ?[kmgtKMGT]?i?[bB]?\Z"))
def test_any_text_is_a_size_or_is_rejected(text: str) -> None:
    try:
        size = converters.parse_size(text)
    except ValueError as error:
        assert str(error).startswith("expected a size")
    else:
        assert size >= 0
