"""Placeholder detection: the reason why a match is an example and not a credential.

A placeholder is marked, and never dropped. The worst error is a real key that is called a
placeholder, so each check states how many random texts it calls one.
"""

from __future__ import annotations

from functools import lru_cache

from wakeyscan.core.lazy import lazy_import, lazy_pattern
from wakeyscan.core.secret import HEADER, KEY_PREFIX
from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.rules.prefix import find_prefix_end
from wakeyscan.scanner.ends.text_end import CUT_NOTE, ELLIPSIS
from wakeyscan.scanner.placeholders import web_tokens
from wakeyscan.scanner.placeholders.headers import check_header
from wakeyscan.scanner.placeholders.published import is_published
from wakeyscan.scanner.placeholders.tokens import check_token

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from wakeyscan.core.secret import Secret
    from wakeyscan.rules.rule import Rule
    from wakeyscan.scanner.matcher import Match
    from wakeyscan.scanner.placeholders import random_texts
else:
    # Few documents have many matches.
    random_texts = lazy_import("wakeyscan.scanner.placeholders.random_texts")


_DOCUMENTED = "an example from documentation"
_CUT_SHORT = "cut short by an ellipsis"

_MAX_ELLIPSIS = 48
"""Bytes after a secret that decide."""

_ELLIPSIS = lazy_pattern(
    rb"""(?x)
    \.{3,6} (?! \. )                                        # more dots are a leader
  | \*{3,}+ (?! / )                                         # nor the end of a comment
  | \xe2\x80\xa6 | \\u2026 | \\u\{2026\} | \\xe2\\x80\\xa6 | %E2%80%A6
  | & (?: hellip | mldr | \#8230 | \#[xX]2026 ) ;
  | (?: \xe2\x80\xa2 | \xe2\x97\x8f | \xe2\x96[\x88-\x93] ){3}
  | [\[(<{] [ ]?
    (?: \.{3} | \xe2\x80\xa6 | \*{3} | (?i: truncated | redacted | snip | cut | masked | hidden ) )
    [ ]? [\])>}]
  | [\[(<{] [ ]? """
    + CUT_NOTE
    + rb"""[^\r\n\])>}]{0,24} [\])>}]
"""
)

_MANY = 32
"""Number of matches that are judged together."""

_MAX_CACHED = 1024
"""Secrets whose reason is kept: a file may hold one placeholder thousands of times."""


class Placeholders:
    """The placeholders among the matches in a text."""

    def __init__(self, matches: Sequence[Match]) -> None:
        self._random = frozenset(_find_random(matches) if len(matches) >= _MANY else ())

    def find_reason(self, match: Match, content: bytes) -> str:
        """Return why a match is an example, as `find_placeholder_reason` does."""
        if match.secret.fingerprint not in self._random:
            return find_placeholder_reason(match, content)
        return _CUT_SHORT if _is_cut_short(match, content) else ""


def find_placeholder_reason(match: Match, content: bytes = b"") -> str:
    """Return why a match is an example and not a credential; empty if it looks real.

    `content` is the text of the match, if the text around it is known.
    """
    reason = _find_reason(match.rule, match.secret, match.scheme)
    return reason or (_CUT_SHORT if _is_cut_short(match, content) else "")


def _find_random(matches: Iterable[Match]) -> Iterator[str]:
    """Yield the fingerprints of tokens that are no examples."""
    bodies: dict[str, bytes] = {}
    for match in matches:
        text = match.secret.reveal()
        body = text[find_prefix_end(match.rule, text) :]
        if match.rule.id != HEADER and not is_published(text) and not is_published(body):
            bodies[match.secret.fingerprint] = body
    random = frozenset(random_texts.find_random([*bodies.values()]))
    yield from (fingerprint for fingerprint, body in bodies.items() if body in random)


def find_expiry(match: Match) -> str:
    """Return the day on which the token of a header expires (ISO 8601), or nothing."""
    return web_tokens.find_expiry(match.secret.reveal()) if match.rule.id == HEADER else ""


def _is_cut_short(match: Match, content: bytes) -> bool:
    """Return whether an ellipsis follows; for a decoded match, the decoded text has decided."""
    if match.encoding != "plain":
        return match.is_cut_short
    return is_cut_short(content, match.start, match.end, has_rest=bool(match.rests))


def is_documented(key: bytes) -> bool:
    """Return whether documentation publishes a key."""
    return is_published(key) or is_published(key.removeprefix(KEY_PREFIX.encode()))


def find_example_reason(key: bytes) -> str:
    """Return why a key without a text around it is an example; empty if it looks real."""
    return _DOCUMENTED if is_documented(key) else check_token(key.removeprefix(KEY_PREFIX.encode()))


@lru_cache(_MAX_CACHED)
def _find_reason(rule: Rule, secret: Secret, scheme: bytes) -> str:
    text = secret.reveal()
    body = text[find_prefix_end(rule, text) :]
    if is_published(text) or is_published(body):
        return _DOCUMENTED
    return check_header(text, scheme) if rule.id == HEADER else check_token(body)


def is_cut_short(content: bytes, start: int, end: int, *, has_rest: bool = False) -> bool:
    """Return whether an ellipsis follows the secret at `content[start:end]`.

    Stars on both sides are markup, as in `***key***`. If the secret has a rest on the next line,
    the ellipsis marks a line that a program wrapped.
    """
    after = content[end : end + _MAX_ELLIPSIS]
    if has_rest and after.startswith(ELLIPSIS):
        return False
    if after[:1].isspace() or not _ELLIPSIS.match(after):
        return False
    return not (after[:1] == b"*" and content[max(0, start - 1) : start] == b"*")
