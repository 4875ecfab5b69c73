"""Keys in names: found, and masked even where a name only contains one."""

from __future__ import annotations

import pytest

from tests.support.keys import PREFIX, MakeKey, mask
from tests.support.scan import context
from wakeyscan.core.document import Origin
from wakeyscan.core.redaction import redact
from wakeyscan.scanner.detector import detect_in_name


@pytest.mark.parametrize("before", ["b", "pwa_", "_", "3", "x" * 20, ""])
def test_a_key_in_a_word_is_masked_and_not_reported(make_key: MakeKey, before: str) -> None:
    key = make_key()
    origin, found = detect_in_name(Origin(f"src/{before}{key}/a.py"), context())
    assert origin.path == f"src/{before}{mask(key)}/a.py"
    assert len(found) == (not before)


@pytest.mark.parametrize(
    "path", ["src/p{}session_started_successfully.py", "a{}sessions_of_the_day.md", "b{}x/y.py"]
)
def test_a_name_without_a_key_stays(path: str) -> None:
    origin = Origin(path.format(PREFIX))
    assert detect_in_name(origin, context()) == (origin, [])


@pytest.mark.parametrize("prefix", ["wa-live-", "WA_LIVE_", "Wa.Live.", "wa-live_"])
@pytest.mark.parametrize("around", ["heads/{}", "src/x-{}/a.py"])
def test_what_follows_a_changed_prefix_is_masked(prefix: str, around: str) -> None:
    shown = around.format(f"{prefix}q7Rk2mXw9ZtL4vBn")
    assert redact(shown) == around.format(f"{prefix}…")


@pytest.mark.parametrize(
    "name",
    ["WA_LIVE_SERVER_CONFIGURATION", "wa-live-2024-01-15-recordings", "wa-live-q7Rk2mXw9ZtL4vB"],
)
def test_a_name_with_a_similar_prefix_stays(name: str) -> None:
    assert redact(f"src/{name}/a.py") == f"src/{name}/a.py"


@pytest.mark.parametrize("around", ["K={}", "a%20{}'", "\\u0020 {};", "0x77, 0x61 {} x"])
def test_a_masked_key_keeps_its_fingerprint(make_key: MakeKey, around: str) -> None:
    shown = around.format(mask(make_key()))
    assert redact(shown) == shown


@pytest.mark.parametrize("gap", [" ", "-", "_", "/", ".", ":", ", "])
@pytest.mark.parametrize("style", ["02x", "d", "o"])
def test_codes_of_letters_are_masked_with_any_separator(
    make_key: MakeKey, gap: str, style: str
) -> None:
    codes = gap.join(format(letter, style) for letter in make_key().encode())
    start = "\\" if style == "o" else ""
    shown = redact(f"heads/{start}{codes.replace(gap, gap + start)} x")
    assert shown in (f"heads/{PREFIX}… x", f"heads/{PREFIX}…x")
