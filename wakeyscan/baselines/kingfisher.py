"""kingfisher: a baseline in YAML, of version 2 or of the one before (`ExactFindings`).

Its fingerprints are made of offsets, which is why they say nothing; paths and lines do. What it
found in the history has no commit.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from wakeyscan.baselines.baseline_entry import BaselineEntry

WITH_REPORT = False
"""Whether a report beside a file says more of it."""

_MARK = r"(?m)^(?:ExactFindings:|fingerprint_algorithm: *['\"]?kingfisher)"


def recognizes(name: str, text: str) -> bool:
    """Say whether a file is a baseline of kingfisher."""
    return re.search(_MARK, text) is not None


def parse_entries(text: str, report: str) -> Iterator[BaselineEntry]:
    """Yield what a baseline accepts."""
    places: Counter[tuple[str, int]] = Counter()
    for items in _repositories(_loaded(text)):
        places |= Counter(map(_place, items))  # a work tree and its .git are two, of one content
    for number, (path, line) in enumerate(places.elements(), 1):
        yield BaselineEntry(f"finding {number}", path, line, line)


def _loaded(text: str) -> Any:
    import yaml  # lazily: no other format needs it

    class Plain(yaml.SafeLoader):
        """Refuses aliases, which kingfisher never writes: a few lines of them stand for GBs."""

        def compose_node(self, parent: Any, index: Any) -> Any:
            if self.check_event(yaml.AliasEvent):
                raise ValueError("it has an alias; write the value in its place")
            return super().compose_node(parent, index)

    try:
        return yaml.load(text, Plain)  # noqa: S506  # a safe loader, made safer
    except yaml.YAMLError as error:
        raise ValueError(str(error).replace("\n", " ")) from None


def _repositories(baseline: Any) -> Iterator[list[dict[str, Any]]]:
    """Yield the findings of each repository; all are taken for those of the one at hand."""
    if "ExactFindings" in baseline:
        yield baseline["ExactFindings"].get("matches") or []
    for repository in baseline.get("repositories") or ():
        yield repository.get("findings") or []


def _place(item: dict[str, Any]) -> tuple[str, int]:
    if "linenum" in item:
        return str(item["filepath"]), int(item["linenum"])
    return str(item["path"]), int(item["line"])
