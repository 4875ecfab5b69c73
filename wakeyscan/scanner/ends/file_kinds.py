"""Kinds of files that matter for the end of a secret, recognized by name."""

from __future__ import annotations

import re

from wakeyscan.core.lazy import lazy_pattern

_SOURCE_CODE = lazy_pattern(
    r"\.(?:[ckz]?sh|bash|fish|ps1|bat|cmd|py|rb|pl|php|lua|[cm]?[jt]sx?|java|kt|go|rs|c|h|cc|cpp|cs"
    r"|swift|sql|ya?ml|toml|ini|cfg|conf|properties|tf|tfvars|envrc|mk|service)\Z"
    r"|(?:\A|[/\\])(?:[\w.-]*(?:Dockerfile|Containerfile|Makefile|Jenkinsfile|Procfile)(?:\.[\w.-]+)?"
    r"|[\w.-]*\.env(?:\.[\w.-]+)?|\.\w*rc|\.?\w+_history)\Z",
    re.IGNORECASE,
)
_SLASH_COMMENTS = lazy_pattern(
    r"\.(?:[cm]?[jt]sx?|json[c5l]?|java|kts?|go|rs|[ch]|cc|[ch]pp|cs|swift|scala|php|dart|groovy"
    r"|gradle|proto|mm?|vue|svelte|scss|less|sol|zig)\Z",
    re.IGNORECASE,
)
_SINGLE_LITERALS = lazy_pattern(
    r"\.(?:csv|tsv|jsonl?|ndjson|har|ya?ml|toml|ini|cfg|conf|properties|env|reg|[cm]?[jt]sx?|java"
    r"|kts?|go|rs|cs|swift|php|ps1|xml|plist)\Z|(?:\A|[/\\])[\w.-]*\.env(?:\.[\w.-]+)?\Z",
    re.IGNORECASE,
)
_TABLE = lazy_pattern(r"\.(?:csv|tsv|psv)\Z", re.IGNORECASE)
_DIFF = lazy_pattern(r"\.(?:diff|patch|rej)\Z", re.IGNORECASE)
_MARKDOWN = lazy_pattern(r"\.(?:md|markdown|mdx)\Z", re.IGNORECASE)
_TYPESETTING = lazy_pattern(r"\.(?:tex|ltx|sty|cls|bib|roff|man|ms|mm|me|[1-8])\Z", re.IGNORECASE)
_WORD_CONCATENATION = lazy_pattern(r"\.(?:awk|rexx?|hs)\Z", re.IGNORECASE)


def is_source_code(path: str) -> bool:
    """Return whether a line of the file is a statement, not wrapped text."""
    return _SOURCE_CODE.search(path) is not None


def has_slash_comments(path: str) -> bool:
    """Return whether `//` starts a comment, and concatenates nothing."""
    return _SLASH_COMMENTS.search(path) is not None


def has_single_literals(path: str) -> bool:
    """Return whether two literals without an operator between them are two values."""
    return _SINGLE_LITERALS.search(path) is not None


def is_table(path: str) -> bool:
    """Return whether each line is a record of fields, which no program wraps."""
    return _TABLE.search(path) is not None


def is_diff(path: str) -> bool:
    """Return whether lines begin with `+` or `-`."""
    return _DIFF.search(path) is not None


def is_markdown(path: str) -> bool:
    """Return whether each line of a table is a row."""
    return _MARKDOWN.search(path) is not None


def is_typesetting(path: str) -> bool:
    """Return whether a backslash may break a word."""
    return _TYPESETTING.search(path) is not None


def joins_words(path: str) -> bool:
    """Return whether a literal and the word after it may be one text."""
    return _WORD_CONCATENATION.search(path) is not None
