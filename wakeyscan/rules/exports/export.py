"""Export: what the modules of this package offer, and the patterns that they format."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Sequence

from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from wakeyscan.rules.rule import Rule

_SIMPLE = (
    r"(?:\(\?<!(?P<before>\[[^^\]\\][^\]\\]*\])\))?\(\?P<secret>(?P<secret>(?:[^()+*?]|[+*?](?![+?])|\(\?:|\))+)\)"
    r"(?:\(\?!(?P<after>\[[^^\]\\][^\]\\]*\])\))?"
)
"""A pattern whose only look-around excludes a class of characters next to the secret."""


class PortableRule(NamedTuple):
    """A rule whose pattern other scanners can run: RE2 and Rust have no look-around."""

    id: str
    title: str
    severity: str
    keywords: tuple[str, ...]
    before: str
    secret: str
    after: str

    @property
    def pattern(self) -> str:
        """The whole pattern; its only group that captures is the secret."""
        return f"(?:{self.before})({self.secret})(?:{self.after})"


class Export(NamedTuple):
    """The form of a file of another scanner."""

    comment: str
    """Start of a comment in the file; empty if the format has no comments."""
    format_rules: Callable[[Sequence[PortableRule]], str]
    """Returns the content of the file."""


def convert_rules(rules: Iterable[Rule]) -> tuple[list[PortableRule], list[str]]:
    """Return the rules that other scanners can run, and the ids of the others."""
    portable: list[PortableRule] = []
    refused: list[str] = []
    for rule in rules:
        parts = rule.portable or _split_pattern(rule.pattern)
        if parts is None:
            refused.append(rule.id)
            continue
        keywords = tuple(anchor.decode().lower() for anchor in rule.anchors)
        portable.append(PortableRule(rule.id, rule.title, str(rule.severity), keywords, *parts))
    return portable, refused


def format_string(text: str) -> str:
    """Return a text as a string of JSON, which YAML and TOML read too."""
    return json.dumps(text, ensure_ascii=False)


def _split_pattern(pattern: str) -> tuple[str, str, str] | None:
    """Return the text before the secret, the secret and the text after it, without look-around."""
    found = re.fullmatch(_SIMPLE, pattern)
    if found is None:
        return None
    before, after = (f"[^{found[name][1:]}" if found[name] else "" for name in ("before", "after"))
    return f"^|{before}" if before else "", found["secret"], f"{after}|$" if after else ""
