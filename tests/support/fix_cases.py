"""Cases of `fix` in tests/data/fixes: small files with their whole expected outputs.

A case begins with `## TITLE | PATH`, then has the file, a line `=>`, and the fixed file. A line
`!! LINE: REASON` after it is a key that is left alone. `@KEY@` is a key, `@HEAD@@TAIL@` its parts,
`@BASE64@` the encoded key, `@OTHER@` another key and `@APP@` an application key: the repository has
no keys.
"""

from __future__ import annotations

import base64
import random
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from tests.support.keys import ALPHABET, PREFIX
from tests.support.scan import find
from wakeyscan.core.finding import Finding
from wakeyscan.fixers import variables
from wakeyscan.fixers.fixer import Source
from wakeyscan.fixers.repair import Project, Repair, repair_file

FOLDER = Path(__file__).parents[1] / "data" / "fixes"

_HEADING = re.compile(r"^## (?P<title>[^|\n]+) \| (?P<path>\S+)\n", re.MULTILINE)


class FixCase(NamedTuple):
    """A file before and after its repair."""

    title: str
    path: str
    before: str
    after: str
    left: tuple[str, ...]
    """Each place that is left alone, as `LINE: REASON`."""

    @property
    def name(self) -> str:
        """Name of the test."""
        return f"{self.path}: {self.title}"


@cache
def _secrets() -> dict[str, str]:
    source = random.Random("fixes")
    key, other = ("".join([PREFIX, "k7", *source.choices(ALPHABET, k=38)]) for _ in range(2))
    app = "a7" + "".join(source.choices(ALPHABET, k=30))
    encoded = base64.b64encode(key.encode()).decode()
    parts = {"@HEAD@": key[:14], "@TAIL@": key[14:], "@BASE64@": encoded}
    return {"@KEY@": key, "@OTHER@": other, "@APP@": app, **parts}


def fill_in(text: str) -> bytes:
    """Return a text with keys in the place of their names."""
    for name, secret in _secrets().items():
        text = text.replace(name, secret)
    return text.encode()


def read_cases() -> list[FixCase]:
    """Return all cases."""
    return [case for file in sorted(FOLDER.glob("*.txt")) for case in _parse(file.read_text())]


def _parse(text: str) -> Iterator[FixCase]:
    headings = [*_HEADING.finditer(text)]
    ends = [*(heading.start() for heading in headings[1:]), len(text)]
    for heading, end in zip(headings, ends, strict=True):
        before, arrow, rest = text[heading.end() : end].partition("\n=>\n")
        lines = rest.splitlines(keepends=True)
        left = [line[3:].rstrip("\n") for line in lines if line.startswith("!! ")]
        after = "".join(line for line in lines if not line.startswith("!! "))
        assert arrow, heading["title"]
        yield FixCase(heading["title"], heading["path"], f"{before}\n", after, tuple(left))


def detect(path: str, content: bytes) -> list[Finding]:
    """Return the findings in a file."""
    return find(content, path)


def build_project(path: str, raw: bytes) -> Project:
    """Return a project of one file, which git tracks."""
    names = variables.count_names(path, raw)
    naming = variables.build_naming(detect(path, raw), names, {}, frozenset())

    def build_source(path: str, content: bytes) -> Source:
        return Source(path, content, is_tracked=lambda name: name == path)

    return Project(
        detect,
        naming,
        build_source,
    )


def repair(path: str, raw: bytes) -> Repair:
    """Repair one file."""
    return repair_file(path, raw, build_project(path, raw))
