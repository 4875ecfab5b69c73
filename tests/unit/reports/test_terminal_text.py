"""Text for terminals: lines that fit, colors that have no width, and links to files."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wakeyscan.reports.terminal_text import (
    FileLinks,
    crop,
    measure,
    paint,
    shows_links,
    split_words,
    wrap,
    wrap_words,
)

MASK = "wa_" + "live_…(3fa9c1)"


def test_names_are_not_broken_and_are_indented_below_the_first_one() -> None:
    names = ["src/a.py", "a folder/b.py", "x" * 30, "and 3 more"]
    assert [*wrap(names, 30, "  found in  ")] == [
        "  found in  src/a.py,",
        "            a folder/b.py,",
        "            " + "x" * 30 + ",",
        "            and 3 more",
    ]
    assert [*wrap(["a", "b", "and 3 more"], 30, "in ")] == ["in a, b and 3 more"]


def test_a_word_that_just_fits_stays_on_the_line() -> None:
    assert [*wrap_words("one two six", 11)] == ["one two six"]
    assert [*wrap_words("one two six", 10)] == ["one two", "six"]
    assert [*wrap(["one", "two"], 9, "")] == ["one, two"]
    assert [*wrap(["one", "two"], 8, "")] == ["one,", "two"]  # a comma may follow


def test_a_line_never_breaks_inside_of_a_command_or_a_name() -> None:
    text = "used 1 (list with wakeyscan ignore list), from a b/c d.py: --report json=x y"
    assert split_words(text, ["a b/c d.py", "other"]) == [
        *("used", "1", "(list", "with", "wakeyscan ignore list),", "from"),
        *("a b/c d.py:", "--report json=x", "y"),
    ]
    assert split_words("a  b") == ["a", "b"]


def test_further_lines_have_the_given_indentation() -> None:
    assert [*wrap_words("one two six", 7, hanging="  ")] == ["one two", "  six"]
    assert [*wrap_words("one two six", 7, "1. ", hanging="    ")] == [
        "1. one",
        "    two",
        "    six",
    ]


@given(st.lists(st.text("ab", min_size=1, max_size=12), min_size=1), st.integers(12, 40))
def test_lines_have_every_word_and_no_line_is_too_wide(words: list[str], width: int) -> None:
    lines = [*wrap_words(" ".join(words), width)]
    assert " ".join(line.strip() for line in lines).split() == words
    assert all(len(line) <= width for line in lines)


def test_colors_and_links_have_no_width(tmp_path: Path) -> None:
    (tmp_path / "a").touch()
    link = FileLinks(str(tmp_path), "here").link("a", "text")
    assert (measure(link), measure(paint("text", "1;31"))) == (4, 4)
    assert [*wrap([link, link], 11, "")] == [f"{link}, {link}"]


@given(st.text("ab…(", max_size=60), st.text("cd ", max_size=60), st.integers(30, 80))
def test_a_cropped_line_fits_and_shows_the_first_mask(before: str, after: str, width: int) -> None:
    line = before.replace("…(", "") + MASK + after
    shown = crop(line, width)
    assert len(shown) <= width
    assert "…(3fa9c1)" in shown
    assert (shown == line) == (len(line) <= width)


TERMINALS: dict[str, tuple[dict[str, str], bool]] = {
    "unknown": ({"TERM": "xterm-256color"}, False),
    "old VTE": ({"VTE_VERSION": "4801"}, False),
    "VTE": ({"VTE_VERSION": "7600", "TERM": "xterm-256color"}, True),
    "no number": ({"VTE_VERSION": "new"}, False),
    "iTerm": ({"TERM_PROGRAM": "iTerm.app"}, True),
    "VS Code": ({"TERM_PROGRAM": "vscode"}, True),
    "Apple's": ({"TERM_PROGRAM": "Apple_Terminal"}, False),
    "kitty": ({"TERM": "xterm-kitty"}, True),
    "Windows Terminal": ({"WT_SESSION": "1"}, True),
    "Konsole": ({"KONSOLE_VERSION": "231200"}, True),
    "tmux in VTE": ({"TMUX": "/tmp/x", "VTE_VERSION": "7600"}, False),
    "CI": ({"CI": "true", "TERM_PROGRAM": "vscode"}, False),
    "forced": ({"FORCE_HYPERLINK": "1", "TMUX": "x"}, True),
    "forbidden": ({"FORCE_HYPERLINK": "0", "VTE_VERSION": "7600"}, False),
}


@pytest.mark.parametrize(("environment", "expected"), TERMINALS.values(), ids=TERMINALS)
def test_links_are_used_only_on_terminals_that_support_them(
    environment: dict[str, str], expected: bool
) -> None:
    assert shows_links(environment) == expected


NAMES = {
    "plain": ("src/a.py", "src/a.py"),
    "blank and letters": ("ä b#c?d%e", "%C3%A4%20b%23c%3Fd%25e"),
    "escape": ("a\x1b\\b\x07", "a%1B%5Cb%07"),
    "not UTF-8": ("a\udcff", "a%FF"),
}


@pytest.mark.parametrize(("name", "address"), NAMES.values(), ids=NAMES)
def test_a_link_names_the_machine_and_the_file(tmp_path: Path, name: str, address: str) -> None:
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.touch()
    links = FileLinks(str(tmp_path), "here")
    target = f"file://here{tmp_path.as_posix()}/{address}"
    assert links.link(name, "T") == f"\x1b]8;;{target}\x1b\\T\x1b]8;;\x1b\\"
    assert links.link(f"{name}!/in/it", "T") == links.link(name, "T")


def test_a_name_with_a_key_is_not_linked(tmp_path: Path) -> None:
    name = "wa_" + "live_" + "k7" * 20
    (tmp_path / name).touch()
    assert FileLinks(str(tmp_path), "here").link(name, "T") == "T"


@pytest.mark.parametrize("name", ["missing", "<stdin>", f"a/{MASK}"])
def test_a_missing_file_is_not_linked(tmp_path: Path, name: str) -> None:
    assert FileLinks(str(tmp_path), "here").link(name, "T") == "T"
