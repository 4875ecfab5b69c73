"""Importer for kingfisher baselines in YAML, of version 2 and of the older `ExactFindings`.

Its fingerprints contain offsets and cannot be compared; paths and lines can. Findings in the
history have no commit.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from wakeyscan.baselines.baseline import BaselineEntry
from wakeyscan.core.lazy import lazy_import
from wakeyscan.core.typing import TYPE_CHECKING

# No other baseline format needs YAML.
if TYPE_CHECKING:
    from typing import Any

    import yaml
else:
    yaml = lazy_import("yaml")

WITH_REPORT = False
"""Whether a report of the scanner adds information."""

_SIGNATURE = r"(?m)^(?:ExactFindings:|fingerprint_algorithm: *['\"]?kingfisher)"


def recognizes(name: str, text: str) -> bool:
    """Return whether a file is a baseline of kingfisher."""
    return re.search(_SIGNATURE, text) is not None


def parse_entries(text: str, report: str) -> Iterator[BaselineEntry]:
    """Yield the entries of a baseline."""
    places: Counter[tuple[str, int]] = Counter()
    for items in _list_repositories(_parse_yaml(text)):
        # A work tree and its .git count as two repositories with the same content.
        places |= Counter(map(_locate, items))
    for number, (path, line) in enumerate(places.elements(), 1):
        yield BaselineEntry(f"finding {number}", path=path, line=line, last_line=line)


def _parse_yaml(text: str) -> Any:
    try:
        # Kingfisher never writes aliases; a few lines of them can expand to gigabytes.
        if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text, yaml.SafeLoader)):
            raise ValueError("it contains an alias; replace the alias by its value")
        return yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ValueError(str(error).replace("\n", " ")) from None


def _list_repositories(baseline: Any) -> Iterator[list[dict[str, Any]]]:
    """Yield the findings of each repository; all are looked up in the current one."""
    if "ExactFindings" in baseline:
        yield baseline["ExactFindings"].get("matches") or []
    for repository in baseline.get("repositories") or ():
        yield repository.get("findings") or []


def _locate(item: dict[str, Any]) -> tuple[str, int]:
    if "linenum" in item:
        return str(item["filepath"]), int(item["linenum"])
    return str(item["path"]), int(item["line"])
