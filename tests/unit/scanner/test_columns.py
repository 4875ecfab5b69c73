"""Words in the place of a key on the next lines: in the same cell, or in the same column."""

from __future__ import annotations

import pytest

from tests.support.ends import place_cut
from tests.support.keys import PREFIX
from wakeyscan.scanner.ends.columns import find_below
from wakeyscan.scanner.ends.text_end import read_end

KEY = PREFIX + "q7Rk5cwZ2mTx9Lp4Vn8s"

WRAPPED = {
    "bars": ("| 17 | AAA | x |\n|    | r5T8 |  |\n", "r5T8"),
    "bars, wrapped names": ("| production | AAA |\n| server     | r5T8 |\n", "r5T8"),
    "bars, text": ("│ key: AAA │\n│ r5T8 for it │\n", "r5T8"),
    "bars, centered": ("| AAA | 17 |\n|   r5   |    |\n", "r5"),
    "bars, three lines": (
        "| AAA | 1 |\n| r5T8c2Yx4Zq9Wd6Kp7Bn3Jm1Hs0 | |\n| v4 | |\n",
        "r5T8c2Yx4Zq9Wd6Kp7Bn3Jm1Hs0 v4",
    ),
    "several signs": ("║ 17 │ AAA ║\n║    │ r5T8 ║\n", "r5T8"),
    "tabs": ("17\tAAA\tbilling\n\tr5\tbot\n", "r5"),
    "tabs, first cell": ("AAA\t17\nr5\t\n", "r5"),
    "tabs, text": ("some words\tthe key AAA\nmore words\tr5T8 is old\n", "r5T8"),
    "semicolons": ("17;AAA;billing\n;r5;bot\n", "r5"),
    "commas": ('"17","AAA","billing"\n"","r5","bot"\n', "r5"),
    "exclamation marks": ("! 17 ! AAA ! x !\n!    ! r5 !   !\n", "r5"),
    "ampersands": ("17 & AAA & x \\\\\n   & r5 &  \\\\\n", "r5"),
    "columns": ("NAME   AAA   3d\n       r5\n", "r5"),
    "columns, text beside": ("some   AAA   3d\nword   r5T8  of\n", "r5T8"),
    "columns, the last one": ("17  some words  AAA\n    more words  r5\n", "r5"),
    "columns, the first one": ("AAA  17  x\nr5            y\n", "r5"),
    "columns, centered": (f"AAA    17\n{' ' * 9}r5\n", "r5"),
    "one blank before more": ("10:00 INFO     AAA a.py:3\n               r5T8\n", "r5T8"),
    "one blank before more, a short rest": ("10:00 INFO     AAA a.py:3\n               r5\n", "r5"),
    "a text in a column": (
        "[10:00:00] using the key AAA a.py:3\n           r5T8 for it\n",
        "r5T8",
    ),
    "letters of several bytes": ("über   AAA   3d\n       r5\n", "r5"),
    "a blank line between": ("NAME   AAA   3d\n\n       r5\n", "r5"),
    "ellipses at line ends": ("17  AAA… x\n    r5T8…\n", "r5T8"),
    "two columns of a page": ("the key AAA   other words\nr5T8 is used      of a page\n", "r5T8"),
}

OTHER = {
    "another record": "17  AAA\n18  r5T8c2Yx\n",
    "another record, tabs": "17\tAAA\tx\n18\tr5T8c2Yx\ty\n",
    "another record, tabs and names": "prod\tAAA\tx\nstaging\tr5T8c2Yx\ty\n",
    "another record, semicolons": "17;AAA;x\n18;r5T8c2Yx;y\n",
    "another key": f"17  AAA  x\n    {PREFIX}r5T8c2Yx4Zq9Wd6K\n",
    "a name": f"NAME   AAA   3d\nprod   {'staging':31}3d\n",
    "a token of another service": f"NAME   AAA   3d\nprod   {'ghp_' + 'r5T8c2Yx4Zq9':31}3d\n",
    "a number": f"NAME   AAA   3d\nprod   {20260102:<31}3d\n",
    "values of names": "user:  AAA\npass:  r5T8c2Yx\n",
    "prose": "the key AAA is\nr5T8c2Yx it\n",
    "prose, indented": "- the key AAA is\n  used for it\n",
    "another column": f"NAME   AAA   3d\n{' ' * 40}r5\n",
    "a command": "echo AAA | base64\nls\n",
    "the end of a sentence": "AAA.\nr5T8c2Yx\n",
    "nothing": "NAME  AAA  3d\n",
}


def words_below(text: str, path: str = "") -> str:
    content, start, end = place_cut(text, KEY, len(KEY))
    found = find_below(read_end(content, start, end, path))
    assert all(content[end + one.start : end + one.end] == one.text for one in found)
    return b" ".join(one.text for one in found).decode()


@pytest.mark.parametrize(("text", "wanted"), WRAPPED.values(), ids=WRAPPED)
def test_words_in_the_place_of_a_key_are_found(text: str, wanted: str) -> None:
    assert words_below(text) == wanted


@pytest.mark.parametrize("text", OTHER.values(), ids=OTHER)
def test_other_lines_continue_no_key(text: str) -> None:
    assert words_below(text) == ""


def test_no_program_wraps_the_rows_of_a_file() -> None:
    assert words_below("| a | AAA |\n| b | r5T8c2Yx |\n", "a.md") == ""
    assert words_below("a\tAAA\tx\n\tr5T8c2Yx\ty\n", "a.tsv") == ""
