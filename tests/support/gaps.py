"""Documents in which something splits a key: line folds, markup, escapes, encoded words."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Mapping
from typing import NamedTuple

Build = Callable[[str, int], str]
"""Builds a document from a key and the number of letters before the gap."""


class Gap(NamedTuple):
    """A format that splits a key."""

    encoding: str
    """Its name in reports."""
    build: Build
    line: int = 1
    """Line of the key."""
    is_proved: bool = True
    """Whether the format proves that the key continues; otherwise its rest must look random."""


def fold(text: str, width: int, line_end: str) -> str:
    """Fold a line at a number of characters; a blank starts each further line."""
    further = range(width, len(text), width - 1)
    return f"{line_end} ".join([text[:width], *(text[at : at + width - 1] for at in further)])


def folded(form: str, width: int, name: str, line_end: str) -> Build:
    """Return a builder of a document with a folded field; its first fold is within the key."""

    def build(key: str, cut: int) -> str:
        pad = "x" * (width - len(name) - cut - 1) + " "
        return form.replace("\n", line_end) % fold(name + pad + key, width, line_end)

    return build


def within(before: str, gap: str, after: str) -> Build:
    """Return a builder that puts a gap into a key."""
    return lambda key, cut: before + key[:cut] + gap + key[cut:] + after


def spelled(before: str, underscore: str, hyphen: str, after: str) -> Build:
    """Return a builder that writes other spellings of two signs in a key."""
    return lambda key, cut: before + key.replace("-", hyphen).replace("_", underscore) + after


def around(before: str, opening: str, closing: str, after: str) -> Build:
    """Return a builder that puts a letter of a key, but not its last one, between two tags."""

    def build(key: str, cut: int) -> str:
        cut = min(cut, len(key) - 2)
        return f"{before}{key[:cut]}{opening}{key[cut]}{closing}{key[cut + 1 :]}{after}"

    return build


def hyphenated_rtf(key: str, cut: int) -> str:
    r"""Return a key in RTF: at `\_`, a hyphen, no line ends."""
    return (key[:cut] + "{\\*\\d e\\_f}\n" + key[cut:]).replace("-", "{\\b\\_}")


def filled(width: int, before: str, gap: str, after: str) -> Build:
    """Return a builder that breaks a line with a key at a number of characters."""
    start = len(before.rpartition("\n")[2])

    def build(key: str, cut: int) -> str:
        filler = "x" * (width - start - cut - 1) + " "
        return before + filler + key[:cut] + gap + key[cut:] + after

    return build


def encoded_words(encode: Callable[[str], str], form: str) -> Build:
    """Return a builder of a header with two encoded words."""
    return lambda key, cut: form.format(encode("a " + key[:cut]), encode(key[cut:] + " b"))


def q_encoded(text: str) -> str:
    escaped = "".join(f"={c:02X}" if c in b"_=?-" else chr(c) for c in text.encode())
    return escaped.replace(" ", "_")


def b_encoded(text: str) -> str:
    return b64encode(text.encode()).decode()


def event(text: str, code: str = "o", form: str = '[0.25, "%s", "%s"]\n') -> str:
    """Format an event of asciinema."""
    return form % (code, text)


def recorded(header: str, code: str, form: str, between: str = "") -> Build:
    """Return a builder of a recording with a key in two events."""

    def build(key: str, cut: int) -> str:
        first, second = ("$ export K=" + key[:cut], key[cut:] + "\\r\\n")
        return f"{header}\n{event(first, code, form)}{between}{event(second, code, form)}"

    return build


def typed(key: str, before: str = "", echo: str = "") -> str:
    """Record a key that is typed, with an event for each letter.

    A shell may print `before` and the last letter again, and echo each letter of the input.
    """
    pairs = zip(" " + key, key, strict=False)
    texts = [(before + last if before else "") + letter for last, letter in pairs]
    events = "".join((event(text, echo) if echo else "") + event(text) for text in texts)
    return '{"version": 2, "width": 80, "height": 24}\n' + events + event("\\r\\n")


def listed(key: str, gap: str, opening: str = "", closing: str = "", size: int = 1) -> str:
    """Record a key in events without codes, as version 1 of asciinema does; `gap` is between two.

    A color may be around each of them.
    """
    parts = [key[at : at + size] for at in range(0, len(key), size)]
    events = gap.join(f"{opening}{part}{closing}" for part in ("$ ", *parts, "\\r\\n"))
    return f'{{"version": 1, "width": 80, "stdout": [[0.1, "{events}"]]}}\n'


def struck(text: str) -> str:
    """Return a text in bold, as `nroff` writes it for a printer."""
    return "".join(f"{letter}\b{letter}" for letter in text)


TIME = "2026-01-02T03:04:05.678901234Z"
DOCKER_GAP = f'","stream":"stdout","time":"{TIME}"}}\n{{"log":"'
SPACED, TIGHT = '[0.25, "%s", "%s"]\n', '[0.25,"%s","%s"]\n'
V2, V3 = '{"version": 2, "width": 80, "height": 24}', '{"version":3,"term":{"cols":80,"rows":24}}'
HLJS, PRISM = '<span class="hljs-number">', '<span class="token punctuation">'

FOLDED = {
    "LDIF": Gap("folded", folded("dn: cn=a\n%s\ncn: a\n", 76, "description: ", "\n"), 2),
    "LDIF, CRLF": Gap("folded", folded("dn: cn=a\n%s\ncn: a\n", 79, "x;lang-en: ", "\r\n"), 2),
    "iCalendar": Gap("folded", folded("BEGIN:VEVENT\n%s\nEND:VEVENT\n", 75, "D:", "\r\n"), 2),
    "iCalendar, tab": Gap("folded", within("BEGIN:VCALENDAR\r\nD: ", "\r\n\t", "\r\nX:y"), 2),
    "vCard": Gap("folded", folded("BEGIN:VCARD\n%s\nEND:VCARD\n", 75, "NOTE: ", "\r\n"), 2),
    "manifest": Gap("folded", folded("Manifest-Version: 1.0\n%s\n", 72, "K: ", "\r\n"), 2),
    "header": Gap("folded", folded("A: b\n%s\nX-Y: z\n", 76, "X-Key: ", "\r\n"), 2, False),
    "quoted": Gap("folded", filled(76, "> ", "\n> ", "' x\n> y\n"), is_proved=False),
    "quoted twice": Gap("folded", filled(72, ">> ", "\r\n>> ", " x\r\n"), is_proved=False),
    "flowed": Gap("folded", within("C: a; format=flowed\n\nk ", " \n", "\n"), 3, False),
    "terminal of 80 columns": Gap("folded", filled(80, "$ ", "\n", " x\ny\n"), is_proved=False),
    "log of 120 columns": Gap("folded", filled(120, "", "\r\n", "\r\n"), is_proved=False),
    "log of an odd width": Gap(
        "folded", filled(91, "y" * 91 + "\nINFO ", "\n", "\n2026 b\n"), 2, False
    ),
    "prompt": Gap("folded", within("me@h:~$ export K=", "\r\n", "\r\n$ \r\n"), is_proved=False),
    # The joined text keeps the mark P of its first line, so the end is taken for a cut one.
    "container log": Gap(
        "folded",
        within(f"{TIME} stdout P a ", f"\n{TIME} stdout F ", f"\n{TIME} stdout F b\n"),
        is_proved=False,
    ),
    "container log of two streams": Gap(
        "folded",
        within(
            f"{TIME} stderr P a ",
            f"\n{TIME} stdout F b\n{TIME} stderr F ",
            f"\n{TIME} stderr F c\n",
        ),
        is_proved=False,
    ),
    "Docker log": Gap("folded", within('{"log":"a ', DOCKER_GAP, '\\n","stream":"stdout"}\n')),
    "batch": Gap("folded", within("set K=", "^\r\n", "\r\necho a\r\n")),
    "COBOL": Gap("folded", within("       01 K VALUE '", "\n      -    '", "'.\n")),
    "COBOL, numbered": Gap("folded", within('000100 01 K VALUE "', '\n000200-    "', '".\n')),
    "COBOL, free": Gap("folded", within('01 K VALUE "', '"-\n   "', '".\n')),
    "Fortran": Gap("folded", within("k = '", "&\n     &", "'\n")),
    "Fortran, comment": Gap("folded", within("k = '", "& \r\n  ! a\r\n  &", "'\r\n")),
    "Fortran, fixed": Gap("folded", filled(72, "      K = '", "\n     +", "'\n")),
    "Fortran, short": Gap("folded", within("      K = '", "\n     &", "'\n")),
}
LATEX = {
    f"LaTeX, {underscore}": Gap(
        "markup", spelled("\\texttt{", underscore, hyphen, "} is it\n"), is_proved=True
    )
    for underscore, hyphen in (
        *(("\\PYGZus{}", "\\PYGZhy{}"), ("\\PYZus{}", "\\PYZhy{}"), ("\\PYGdefaultZus{}", "-")),
        *(("\\textunderscore{}", "-"), ("\\textunderscore ", "-"), ("{\\textunderscore}", "-")),
        *(("{\\_}", "-"), ("\\_\\allowbreak{}", "-\\allowbreak{}"), ("\\+\\_\\+", "-")),
        *(("\\char`\\_", "-"), ("\\char95{}", "-"), ("\\symbol{95}", "-")),
        ("\\_{}", "$\\mathord{-}$"),
        *(("\\_\\hspace{0pt}", "-"), ("\\_\\discretionary{}{}{}", "-")),
    )
}
MARKUP = {
    **LATEX,
    "highlight.js": Gap("markup", around("<code>K=", HLJS, "</span>", "</code>\n")),
    "Prism": Gap("markup", around("<pre>K=", PRISM, "</span>", "</pre>\n")),
    "Pygments": Gap("markup", around("<pre>K=", '<span class="mi">', "</span>", "</pre>\n")),
    "Shiki": Gap("markup", around("<pre>K=", '<span style="color:#f00">', "</span>", "</pre>\n")),
    "a span that is open": Gap("markup", within("<pre>K=", '<span class="n">', "</span></pre>\n")),
    "a span that ends": Gap("markup", within('<pre><span class="nv">', "</span>", "</pre>\n")),
    "bold": Gap("markup", around("<p>", "<b>", "</b>", " is it</p>\n")),
    "link": Gap("markup", around("<p>", '<a href="#a">', "</a>", " is it</p>\n")),
    "wbr": Gap("markup", within("<p>", "<wbr>", "</p>\n")),
    "wbr, closed": Gap("markup", within("<p>", "<wbr/>", " a</p>\n")),
    "wbr, capitals": Gap("markup", within("<p>", "<WBR />", ", a</p>\n")),
    "soft hyphen": Gap("markup", within("k=", "\u00ad", "\n"), is_proved=False),
    "zero-width space": Gap("markup", within("k=", "\u200b", "\n")),
    "zero-width joiner": Gap("markup", within("k=", "\u200d", " a\n")),
    "word joiner": Gap("markup", within("k=", "\u2060", "\n")),
    "byte-order mark": Gap("markup", within("k=", "\ufeff", "\n")),
    "&shy;": Gap("markup", within("<p>", "&shy;", "</p>\n")),
    "&#173;": Gap("markup", within("<p>", "&#173;", "</p>\n")),
    "&#8203;": Gap("markup", within("<p>", "&#8203;", "</p>\n")),
    "&#x200B;": Gap("markup", within("<p>", "&#x200B;", "</p>\n")),
    "&ZeroWidthSpace;": Gap("markup", within("<p>", "&ZeroWidthSpace;", "</p>\n")),
    "&NoBreak;": Gap("markup", within("<p>", "&NoBreak;", "</p>\n")),
    "&#65279;": Gap("markup", within("<p>", "&#65279;", "</p>\n")),
    "comment": Gap("markup", within("<p>", "<!-- -->", "</p>\n")),
    "several": Gap("markup", within("<p>", "<wbr>&shy;<!-- a -->", "</p>\n")),
    "escaped underscores": Gap("markup", lambda key, cut: key.replace("_", "\\_") + " a\n"),
    "wbr at underscores": Gap("markup", lambda key, cut: key.replace("_", "<wbr>_") + "</p>a\n"),
    "an operator for each underscore": Gap(
        "markup", lambda key, cut: key.replace("_", f"{PRISM}_</span>") + "\n"
    ),
    "an element for each letter": Gap(
        "markup", lambda key, cut: "".join(f"<i>{letter}</i>" for letter in key) + "\n"
    ),
    "spaces around underscores": Gap(
        "markup", lambda key, cut: key.replace("_", "\u200b_\u200b") + "\n"
    ),
}
TERMINAL = {
    "color": Gap("terminal", around("a ", "\x1b[01;31m\x1b[K", "\x1b[m\x1b[K", " b\n")),
    "color, escaped": Gap("terminal", around('"a ', "\\u001b[31m", "\\u001b[0m", '\\r\\n"')),
    "title": Gap("terminal", within("$ ", "\x1b]0;a\x07\x1b[K", "\r\n")),
    "readline": Gap("terminal", within("$ export K=", " \r", "\r\n")),
    "asciinema 2": Gap("terminal", recorded(V2, "o", SPACED), 2),
    "asciinema 3": Gap("terminal", recorded(V3, "o", TIGHT), 2),
    "asciinema, input": Gap("terminal", recorded(V2, "i", SPACED), 2),
    "asciinema, other events": Gap(
        "terminal", recorded(V2, "o", SPACED, event("x", "i") + event("80x24", "r")), 2
    ),
    "asciinema, color": Gap(
        "terminal", within(V2 + '\n[1.5, "o", "', '\\u001b[0m"]\n[1.6, "o", "\\u001b[1m', '"]\n'), 2
    ),
    "typed": Gap("terminal", lambda key, cut: typed(key), 2),
    "typed in zsh": Gap("terminal", lambda key, cut: typed(key, before="\\b"), 2),
    "typed with input": Gap("terminal", lambda key, cut: typed(key, echo="i"), 2),
    "colors of grep": Gap(
        "terminal",
        lambda key, cut: "".join(f"\x1b[01;31m\x1b[K{c}\x1b[m\x1b[K" for c in key) + "\n",
    ),
    "typed, with long times": Gap(
        "terminal", lambda key, cut: typed(key).replace("0.25", "0.30000000000000004"), 2
    ),
    "asciinema 1": Gap("terminal", lambda key, cut: listed(key, '"], [0.25, "')),
    "asciinema 1, indented": Gap(
        "terminal", lambda key, cut: listed(key, '"\n    ],\n    [\n      0.25,\n      "'), 5
    ),
    "asciinema 1, pairs": Gap("terminal", lambda key, cut: listed(key, '"],[0.25,"', size=2)),
    "a color for each event": Gap(
        "terminal",
        lambda key, cut: listed(key, '"], [0.25, "', "\\u001b[32m", "\\u001b[0m"),
    ),
    "a color for two letters": Gap(
        "terminal",
        lambda key, cut: listed(key, '"], [0.25, "', "\\u001b[32m", "\\u001b[0m", size=2),
    ),
    "letters in bold": Gap("terminal", lambda key, cut: f"{struck('key')} {struck(key)}\n"),
    "underlined letters": Gap(
        "terminal", lambda key, cut: "".join(f"_\b{c}" for c in key) + " a\n"
    ),
    "bold and underlined": Gap(
        "terminal", lambda key, cut: "".join(f"_\b{c}\b{c}" for c in key) + "\n"
    ),
    "a color for each letter": Gap(
        "terminal",
        lambda key, cut: "".join(f"\x1b[38;5;{n}m{c}\x1b[39m" for n, c in enumerate(key)) + "\n",
    ),
}
RTF = {
    "RTF": Gap("rtf", within("{\\rtf1\\ansi K: ", "\r\n", " \\par}")),
    "RTF, hyphen": Gap("rtf", within("{\\rtf1\\ansi K: ", "\\-", " \\par}")),
    "RTF, hyphens": Gap(
        "rtf", lambda key, cut: "{\\rtf1 K: " + hyphenated_rtf(key, cut) + "\\~next\\par}"
    ),
    "RTF, hyphens and a bookmark": Gap(
        "rtf", lambda key, cut: "{\\rtf1 {\\*\\a b\\_c}" + hyphenated_rtf(key, cut) + "}"
    ),
    "RTF, group": Gap("rtf", around("{\\rtf1\\ansi K: ", "{\\b\\fs22 ", "}", " \\par}")),
    "RTF, Word": Gap("rtf", within("{\\rtf1{\\f1 ", "}{\\rtlch\\fcs1 \\insrsid12 ", "}\\par}")),
    "RTF, bookmark": Gap("rtf", within("{\\rtf1 ", "{\\*\\bkmkstart _Go}\r\n", "\\line a}")),
    "RTF, a group for each letter": Gap(
        "rtf", lambda key, cut: "{\\rtf1 " + "".join(f"{{\\cf2 {c}}}" for c in key) + "\\par}"
    ),
}
ENCODED_WORDS = {
    "Q": Gap("encoded-words", encoded_words(q_encoded, "A: =?utf-8?Q?{}?=\r\n =?utf-8?Q?{}?=\r\n")),
    "q, tab": Gap("encoded-words", encoded_words(q_encoded, "A: =?x-y?q?{}?=\n\t=?x-y?q?{}?=\n")),
    "B": Gap("encoded-words", encoded_words(b_encoded, "A: =?UTF-8?B?{}?=\n =?UTF-8?b?{}?=\n")),
    "B, one line": Gap("encoded-words", encoded_words(b_encoded, "=?u?B?{}?= =?u?B?{}?=\n")),
}
FAMILIES = (FOLDED, MARKUP, TERMINAL, RTF, ENCODED_WORDS)
GAPS: Mapping[str, Gap] = {name: gap for family in FAMILIES for name, gap in family.items()}

MIN_REST = 12
"""Letters after a gap that look random almost always."""


def list_cuts(gap: Gap, key: str) -> range:
    """Return the numbers of letters before the gap."""
    return range(1, len(key) - (0 if gap.is_proved else MIN_REST))
