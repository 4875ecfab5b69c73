"""What people read: guides, references, notes, office documents."""

from __future__ import annotations

import re

from wakeyscan.core.finding import Exposure
from wakeyscan.scanner.exposure.surroundings import CODE, Surroundings

EXPOSURE = Exposure.DOCUMENTATION

_TYPES = frozenset(
    [
        *("md", "mdx", "mdc", "markdown", "rst", "txt", "adoc", "asciidoc", "org", "tex", "rtf"),
        *("rmd", "qmd", "textile", "wiki", "mediawiki", "pod", "rdoc", "puml", "drawio"),
        *("pdf", "docx", "doc", "odt", "pptx", "odp", "xlsx", "ods", "epub"),
    ]
)
_ARCHIVES = (".docx!/", ".odt!/", ".pptx!/", ".odp!/", ".xlsx!/", ".ods!/", ".epub!/", ".pdf!/")
_FOLDERS = ("/docs/", "/doc/", "/documentation/", "/wiki/", "/man/man", "/javadoc/")
_STEMS = frozenset(
    [
        *(
            "readme",
            "changelog",
            "changes",
            "contributing",
            "license",
            "licence",
            "notice",
            "copying",
        ),
        *("authors", "install", "todo", "news", "history", "security", "support", "faq"),
    ]
)
_API = re.compile(r"^(?:openapi|swagger)[\w.-]*\.(?:ya?ml|json)$")
# Texts by their name's end only.
_PROGRAMS = re.compile(
    r"^(?:cmakelists|requirements[\w.-]*|constraints[\w.-]*)\.txt$|/requirements/"
)


def is_exposed(spot: Surroundings) -> bool:
    """Say whether what stands at a spot is there to be read."""
    if _PROGRAMS.search(spot.name) or (spot.kind == "txt" and _PROGRAMS.search(spot.path)):
        return False
    if spot.kind in _TYPES or spot.passes(*_FOLDERS) or _API.search(spot.name):
        return True
    if any(archive in spot.path for archive in _ARCHIVES):
        return True
    return spot.kind not in CODE and spot.name.partition(".")[0] in _STEMS and _is_plain(spot)


def _is_plain(spot: Surroundings) -> bool:
    """Say whether a name has no type, or just a language or number: `README`, `README.de`."""
    return len(spot.kind) <= 2 or "." not in spot.name
