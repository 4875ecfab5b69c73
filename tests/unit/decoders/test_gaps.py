"""Keys that something splits: line folds, markup, terminal escapes, RTF, encoded words."""

from __future__ import annotations

import json
import random
import re
from email.header import Header
from email.message import EmailMessage
from email.policy import SMTP, default

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pygments import highlight
from pygments.formatter import Formatter
from pygments.formatters import HtmlFormatter, RtfFormatter, Terminal256Formatter
from pygments.lexers import get_lexer_by_name

from tests.support.contexts import few, many
from tests.support.gaps import FOLDED, GAPS, TIME, Gap, fold, list_cuts
from tests.support.keys import ALPHABET, PREFIX, MakeKey
from wakeyscan.core.document import Document, Origin
from wakeyscan.core.finding import Bounds, Finding, Standing
from wakeyscan.decoders._gaps import looks_like_words
from wakeyscan.scanner.decoding import decode_text
from wakeyscan.scanner.detector import detect_in_document

MANY = many()
"""A context that searches as in a large scan."""


def detect(text: str) -> list[Finding]:
    """Return the findings of both searches, which must be the same."""
    document = Document(Origin("a.txt"), text.encode())
    findings = detect_in_document(document, few())
    assert findings == detect_in_document(document, MANY)
    return findings


def list_keys(text: str) -> list[str]:
    return [f.secret.reveal().decode() for f in detect(text) if f.standing is Standing.REPORTED]


def check(gap: Gap, key: str, cut: int) -> None:
    text = gap.build(key, cut)
    (finding,) = detect(text)
    assert finding.secret.reveal().decode() == key, text
    assert (finding.encoding, finding.position.line) == (gap.encoding, gap.line), text
    assert key not in finding.excerpt and key[-8:] not in finding.excerpt
    if gap.is_proved:
        assert finding.bounds is Bounds.CERTAIN, text


@pytest.mark.parametrize("name", GAPS)
def test_a_split_key_is_one_finding_at_its_first_line(name: str, make_key: MakeKey) -> None:
    gap = GAPS[name]
    cuts = list_cuts(gap, make_key())
    for cut in {*cuts[:6], *cuts[6::8], cuts[-1]}:
        check(gap, make_key(), cut)


@given(st.sampled_from(sorted(GAPS)), st.integers(0, 1 << 32))
def test_any_key_is_found_wherever_it_is_split(name: str, seed: int) -> None:
    source = random.Random(seed)
    longest = 48 if name in FOLDED else 126  # the rest of the first line has room
    body = "".join(source.choices(ALPHABET * 9 + "-_", k=source.randint(24, longest)))
    key = PREFIX + source.choice(ALPHABET) + body + "7"
    check(GAPS[name], key, source.choice(list_cuts(GAPS[name], key)))


def test_keys_in_one_document_stay_separate(make_key: MakeKey) -> None:
    entries = [(name, make_key()) for name in ("LDIF", "wbr", "color", "batch", "quoted", "Q")]
    text = "".join(GAPS[name].build(key, 20) + "\n\n" for name, key in entries)
    assert list_keys(text) == [key for _, key in entries]


def test_a_key_in_several_lines_is_found_whole(make_key: MakeKey) -> None:
    for width in (8, 12, 20):
        keys = [make_key() for _ in range(10)]
        fields = "".join(fold(f"k: {key}", width, "\r\n") + "\r\n" for key in keys)
        assert list_keys(f"dn: cn=a\r\n{fields}\r\n") == keys, width


LEXERS = ("bash", "ini", "yaml", "docker", "batch", "powershell", "http", "nginx", "js", "python")
FORMATTERS: dict[str, Formatter[str]] = {
    "HTML": HtmlFormatter(),
    "HTML with styles": HtmlFormatter(noclasses=True),
    "HTML with line numbers": HtmlFormatter(linenos="table"),
    "terminal": Terminal256Formatter(),
    "RTF": RtfFormatter(),
}


@pytest.mark.parametrize("formatter", FORMATTERS.values(), ids=FORMATTERS)
def test_a_key_that_pygments_highlights_is_found(
    formatter: Formatter[str], make_key: MakeKey
) -> None:
    for name in LEXERS:
        for form in ("K={}\n", "set K {} # a\n", 'curl -H "Bearer {}" https://x\n'):
            key = f"{make_key(10)}-7{make_key(8, '')}_{make_key(5, '')}-12x"
            text = highlight(form.format(key), get_lexer_by_name(name), formatter)
            assert list_keys(text) == [key], text


NUMBER, OPERATOR = "<span class='hljs-number'>", "<span class='hljs-operator'>"
EMPHASIS, BUILT_IN = "<span class='hljs-emphasis'>", "<span class='hljs-built_in'>"
TOKEN, CLASS = "<span class='token operator'>", "<span class='token maybe-class-name'>"
HIGHLIGHTED = {
    # As highlight.js 11 and Prism 1 write a key with the body ABC-12DEF_7GH.
    "highlight.js, ini": f"K=wa_live_ABC-{NUMBER}12</span>DEF_7GH",
    "highlight.js, SQL": f"wa_live_ABC{OPERATOR}-</span>{NUMBER}12</span>DEF_7GH",
    "highlight.js, LaTeX": (
        f"wa{BUILT_IN}_</span>live{BUILT_IN}_</span>ABC-12DEF{BUILT_IN}_</span>7GH"
    ),
    "highlight.js, Markdown": f"wa{EMPHASIS}_live_</span>ABC-12DEF_7GH",
    "highlight.js, Markdown, emphasis": (
        f"{EMPHASIS}_wa_</span>live{EMPHASIS}_ABC-12DEF_</span>7GH{EMPHASIS}_</span>"
    ),
    "Prism, YAML": f"key: wa_live_ABC{TOKEN}-</span>12DEF_7GH",
    "Prism, JavaScript": f"key: wa_live_ABC{TOKEN}-</span>{CLASS}12DEF_7GH</span>",
    "Prism, batch": (
        f"K=wa{TOKEN}_</span>live{TOKEN}_</span>ABC{TOKEN}-</span>12DEF{TOKEN}_</span>7GH"
    ),
}


@pytest.mark.parametrize("text", HIGHLIGHTED.values(), ids=HIGHLIGHTED)
def test_a_key_that_other_highlighters_split_is_found(text: str, make_key: MakeKey) -> None:
    parts = {"ABC": make_key(9, ""), "DEF": make_key(12, ""), "7GH": make_key(7, "")}
    for name, part in parts.items():
        text = text.replace(name, part)
    key = f"{PREFIX}{parts['ABC']}-12{parts['DEF']}_{parts['7GH']}"
    assert list_keys(f"<pre><code>{text}\n</code></pre>\n") == [key]
    assert list_keys(f'<p>{text.replace(chr(39), chr(34))}</p><p class="a">b</p>') == [key]


@pytest.mark.parametrize("length", [24, 40, 60, 100])
@pytest.mark.parametrize("before", ["", "Our new key is "])
def test_a_key_in_a_header_that_python_folds_is_found(
    before: str, length: int, make_key: MakeKey
) -> None:
    for charset in ("utf-8", "iso-8859-1"):
        key = make_key(length)
        header = Header(f"{before}{key} \xe9", charset).encode()
        assert list_keys(f"To: a\nSubject: {header}\n\n") == [key], header
    for policy in (default, SMTP):
        message, keys = EmailMessage(policy), [make_key(length), make_key(length)]
        message["Subject"], message["X-Key"] = before + keys[0], keys[1] + " \xe9"
        assert list_keys(message.as_string()) == keys, message.as_string()


@pytest.mark.parametrize("damage", ["=", "==", "===", "!", ".=.", "A", "AA", "A=A=", "=AAA", "=?"])
def test_damaged_base64_in_an_encoded_word_hides_no_other_word(damage: str, key: str) -> None:
    gap = GAPS["B"]
    words = gap.build(key, 20)
    broken = f"B: =?utf-8?B?YW{damage}?=\n =?utf-8?B?{damage}YWI?=\n"
    assert list_keys(f"{broken}{words}{broken}") == [key]


@given(st.lists(st.text("AQ=./-!?_", min_size=1, max_size=9), min_size=2, max_size=4))
def test_no_content_of_an_encoded_word_stops_a_scan(texts: list[str]) -> None:
    for kind in "BQ":
        detect("A: " + "\n ".join(f"=?utf-8?{kind}?{text}?=" for text in texts) + "\n")


def test_an_underscore_in_an_encoded_word_is_a_space(key: str) -> None:
    escaped = key.replace("_", "=5F")
    for text in (f"=?utf-8?q?is_{escaped}_now?=", f"=?utf-8?Q?is_{escaped}_not_live?="):
        (finding,) = detect(f"Subject: {text}\n")
        assert (finding.secret.reveal().decode(), finding.bounds) == (key, Bounds.CERTAIN)


SEPARATE = {
    **{
        "YAML": "a:\n key: {}\n next: b\n",
        "YAML, folded": "key: {}\n other\n",
        "list": "- {}\n- b\n",
    },
    **{"prose": "use {}\nand then\n", "title": "use {}\nNext steps\n", "env": "A={}\nB2c={}\n"},
    **{"tokens": "{}\n{}\n", "CSV": "id,{}\n7f,b\n", "diff": "-key: {}\n other: x\n"},
    "prose of 80 columns": "x" * 31 + " {}\nanother sentence begins here\n",
    "tokens of one length": "x" * 48 + "\n{}\n" + "y4Z" * 16 + "\n" + "k9" * 24 + "\n",
    "field and prose": "Package: a\nDescription: " + "x" * 10 + " {}\n long description\n",
    "header, folded at a blank": "X-Key: " + "x" * 20 + " {}\r\n continued words\r\n",
    "LDIF": "dn: cn=a\nk: {}\ncn: a\n",
    "LDIF, a blank in the value": "dn: cn=a\nk: {}\n  second word\n",
    "iCalendar": "BEGIN:VEVENT\r\nD:{}\r\nEND:VEVENT\r\n",
    "quoted prose": "> " + "x" * 26 + " {}\n> regards\n",
    "quoted twice": ">> {}\n> {}\n",
    "batch": "curl {} ^\r\n  -X\r\n",
    "Fortran": "x = '{}' & \n & // 'b'\n",
    "COBOL": "       01 K VALUE '{}'.\n      -     'x'.\n",
    "container log": f"{TIME} stdout F {{}}\n{TIME} stdout F {{}}\n",
    "log": "2026-01-02 key={}\n2026-01-03 b\n",
    "shell": "$ export K={}\nbash: b\n",
    "cell": "<td>{}</td><td>{}</td>",
    "element": "<code>{}</code>v2",
    "elements": "<span>{}</span><span>{}</span>",
    "tooltip": '{}<span class="tooltip">Copied</span>',
    "icon": '{}<i class="icons">content_copy</i>',
    "footnote": "{}<sup>1</sup>",
    "break": "<p>{}<br>next</p>",
    "custom element": "{}<x-copy>{}</x-copy>",
    "reference": "{}&amp;other=1 {}&nbsp;is",
    "zero-width space at the end": "{}\u200b and",
    "color": "\x1b[32m{}\x1b[0mnext\n",
    "colors": "{}\x1b[0m\n\x1b[1mNext",
    "cursor": "{}\x1b[5;10H{}",
    "output and input": '[0.1, "o", "{}"]\n[0.2, "i", "{}"]\n',
    "end of output": '[0.1, "o", "{}"]\n[0.2, "o", "\\r\\n$ ls"]\n',
    "rows": '[1, "{}"]\n[2, "{}"]\n',
    "RTF": "{{\\rtf1 {{\\b {}}}\\par next}}",
    "RTF, line": "{{\\rtf1 {}\\line\r\nnext\\tab}}",
    "RTF, blank": "{{\\rtf1 {}\r\n next}}",
}


@pytest.mark.parametrize("form", SEPARATE.values(), ids=SEPARATE)
def test_text_after_a_whole_key_is_not_joined(form: str, make_key: MakeKey) -> None:
    key = make_key()
    text = form.format(key, make_key(20, ""))
    assert [found for found in list_keys(text) if found.startswith(PREFIX)][:1] == [key]
    assert not any(found.startswith(key) and found != key for found in list_keys(text))


ENTRIES = {
    "environment": "WA_KEY_1={}\nWA_KEY_2={}\nWA_KEY_3={}\n",
    "environment, CRLF": "WA_KEY_1={}\r\nWA_KEY_2={}\r\n",
    "environment, exported": "export KEY1={}\nexport KEY2={}\n",
    "environment, last one short": "KEY_1={}\nKEY_2={}\nMAX_3=5\n",
    "environment, other value": "API={}\nKEY2={}\nURL3=https://example.org/\n",
    "names": "user1 {}\nuser2 {}\nuser3 {}\n",
    "names of two lengths": "prod1 {}\nprod22 {}\nprod1 {}\n",
    "numbers and letters": "3f9a1c2 {}\n77ab012 {}\n",
    "two keys a line": "n1 {} {}\nn2 {} {}\n",
    "colons": "a1: {}\nb2: {}\n",
    "colons, other values": "a1: {}\nb2: {}\nc3: other\n",
    "commas": "u1,{}\nu2,{}\n",
    "tabs": "u1\t{}\nu2\t{}\n",
    "quoted mail": "> " + "Abcdef1 " * 4 + "{}\n> " + "Ghijkl2 " * 4 + "{}\n",
    "indented": "  user1 {}\n  user2 {}\n",
}


@pytest.mark.parametrize("form", ENTRIES.values(), ids=ENTRIES)
def test_the_next_list_item_is_not_part_of_a_key(form: str, make_key: MakeKey) -> None:
    keys = [make_key(40) for _ in range(4)]
    text = form.format(*keys)
    assert list_keys(text) == [key for key in keys if key in text]


NO_KEYS = {
    "prose": "Keys start with {}\nand then 16 characters or more follow",
    "title": "the prefix {}\nAuthentication-related things",
    "identifier": "<b>{}</b>followed_by_your_key_here",
    "sample": "{}<span>xxxxxxxxxxxxxxxxxxxxxxxx</span>",
    "other prefix": "p{0}<wbr>abcDEF123456789012345 ESEWA_\n {0}",
    "other prefix, split": "pwa_<wbr>live_abcDEF123456789012345",
    "other prefix, folded": "dn: a\nk: pwa_\n live_abcDEF123456789012345",
    "other prefix, in RTF": "{{\\rtf1 pwa_{{\\b live_abcDEF123456789012345}}}}",
    "words": "wa_\nlive_session_started_successfully",
    "too short": "dn: a\nk: {}\n abcDEF1234567",
}


@pytest.mark.parametrize("form", NO_KEYS.values(), ids=NO_KEYS)
def test_words_after_a_prefix_are_not_a_key(form: str) -> None:
    assert list_keys(form.format(PREFIX)) == []


TOKENS = st.sampled_from(
    [
        *(PREFIX, "wa_", "live_", "_live", "wa", "_", "l", "ive_", "K9xQ", "abc", "Z7" * 9, "w"),
        *("\n ", "\r\n ", "\n", "\n> ", "> ", " \n", "^\n", "&\n&", "\n      -    '", "'", '"'),
        *(
            "<b>",
            "</b>",
            "<wbr>",
            "&shy;",
            "\u200b",
            "\u00ad",
            "<!-- -->",
            "\\_",
            "<span class='n'>",
        ),
        *("\x1b[31m", "\x1b[0m", " \r", '"]\n[1, "o", "', '"]\n[1, "i", "', "\b", "{\\rtf1 "),
        *(
            "{\\b ",
            "}",
            "\\-",
            "\\par ",
            "=?u?Q?",
            "?=\n =?u?Q?",
            "?=",
            "=5F",
            "dn: a\n",
            "BEGIN:V",
        ),
        *(
            "format=flowed",
            "x" * 70,
            " ",
            "d2FfbGl2ZV8",
            "77,61,5f,6c,",
            "69,76,65,5f,",
            "77,00,61,00,",
        ),
    ]
)


@given(st.lists(TOKENS, max_size=40).map("".join))
def test_all_searches_agree_on_any_text(text: str) -> None:
    detect(text)


def test_a_text_in_which_nothing_is_decoded_is_not_matched_again(key: str) -> None:
    text = rf"key: {key}".replace("_", r"\_").encode()  # Markdown; `\_` is no escape of a string
    assert [name for name, _ in decode_text(text, MANY).decoded] == ["markup"]


UNUSUAL = {
    "entry of a log": "ERROR:root:Request failed for key=KEY: 401 Unauthorized\n",
    "access log": "10.0.0.1 GET /devices?key=KEY => generated 3 bytes\n",
    "shell error": "bash: K=KEY: command not found\n",
    "curl": "> Authorization: Bearer KEY\nDone.\n",
    "columns": "1\tstaging\tKEY\tactive\n",
    "address": "https://KEY:x@api.example.org/path?x=1\n",
    "options": 'level=info msg="starting" api_key=KEY device=3 port=8080\n',
    "HTML": '<a href="https://x.example/?key=KEY&amp;x=1">link</a>\n',
    "list": "- KEY: staging\n",
}
"""Texts that are wrapped once, at no usual width."""


@pytest.mark.parametrize("text", UNUSUAL.values(), ids=UNUSUAL)
def test_a_key_that_is_cut_early_is_found_at_any_width(text: str) -> None:
    key = PREFIX + "q7RkZ2mTx9Lp4VnWb8Yd3HsJ6fGcKe5A"
    for cut in range(2, len(PREFIX) + 16):
        (finding,) = detect(text.replace("KEY", key[:cut] + "\n" + key[cut:]))
        assert finding.secret.reveal().decode() == key, cut
        assert (finding.encoding, finding.bounds) == ("folded", Bounds.OPEN), cut


CARRIERS = {
    "a diff": "--- a/x\n+++ b/x\n@@ -0,0 +1,2 @@\n+key AAA\n+BBB for tenant\n",
    "the old side of a diff": "--- a/x\n+++ b/x\n@@ -1,2 +0,0 @@\n-key AAA\n-BBB for tenant\n",
    "line numbers": "     9\tkey AAA\n    10\tBBB for tenant\n",
    "numbers of grep": "app.log:1:key AAA\napp.log:2:BBB for tenant\n",
    "a notebook": '"text": [\n    "key AAA\\n",\n    "BBB for tenant\\n"\n   ]\n',
    "a list of strings": '{"lines": ["key AAA", "BBB for tenant"]}',
    "a log of Docker": '{"log":"key AAA\\n","stream":"std"}\n{"log":"BBB\\n","stream":"std"}\n',
    "JSON lines": '{"level": "info", "msg": "key AAA"}\n{"level": "info", "msg": "BBB for"}\n',
    "the name of a service": "web-1  | key AAA\nweb-1  | BBB for tenant\n",
    "the name of a host": "Jan  2 10:00:01 host app: key AAA\nJan  2 10:00:01 host app: BBB for\n",
    "a time": "2026-01-02T10:00:00.1234567Z key AAA\n2026-01-02T10:00:00.1234569Z BBB for\n",
    "a level": "[INFO] key AAA\n[INFO] BBB for tenant\n",
    "a letter": "E       key AAA\nE       BBB for tenant\n",
    "a comment of C": "// key AAA\n// BBB for tenant\n",
    "a comment of a script": "# key AAA\n# BBB for tenant\n",
    "a block comment": " * key AAA\n * BBB for tenant\n",
    "a break": "<pre>key AAA<br>\nBBB for tenant</pre>\n",
    "an element": "<l>key AAA</l>\n<l>BBB for tenant</l>\n",
    "a frame": "║ key AAA ║\n║ BBB for tenant ║\n",
    "a frame of stars": "* key AAA *\n* BBB for tenant *\n",
    "a cell": "│ 17 │ AAA │ billing │\n│    │ BBB │ bot     │\n",
    "a cell in ASCII": "| 17 | AAA |\n|    | BBB |\n",
    "a column": "17  AAA  billing\n    BBB\n",
    "a sign for wrapped lines": "key AAA\n↪ BBB for\n",
    "the ends of lines": "a key$\nkey AAA$\nBBB for tenant$\n",
    "a hyphen": "   key AAA\u2010\n   BBB for tenant\n",
    "milliseconds": "9 ms: key AAA\n10 ms: BBB\n",
    "seconds of a kernel": "[    9.987654] key AAA\n[   10.000001] BBB\n",
    "an index": 'json[9] = "key AAA";\njson[10] = "BBB";\n',
    "calls": 'print("KEY=AAA")\nprint("BBB for tenant")\n',
    "items without blanks": '[\n "KEY=AAA",\n "BBB",\n "next"\n]\n',
    "a text in JSON": '{"t": "key AAA\\nBBB for tenant\\n"}\n',
    "line numbers in JSON": '{"t": " 8\\ta\\n 9\\tkey AAA\\n10\\tBBB\\n"}\n',
    "line numbers in JSON in JSON": '{"t": "{\\"t\\": \\"8:a\\\\n9:key AAA\\\\n10:BBB\\"}"}\n',
}
"""Texts that are wrapped within a key, and what a program writes around each line."""


@pytest.mark.parametrize("text", CARRIERS.values(), ids=CARRIERS)
def test_a_key_that_is_cut_early_is_found_after_a_gutter(text: str) -> None:
    key = PREFIX + "q7RkZ2mTx9Lp4VnWb8Yd3HsJ6fGcKe5A"
    for cut in range(3, len(PREFIX) + 16):
        found = list_keys(text.replace("AAA", key[:cut]).replace("BBB", key[cut:]))
        assert cut == len(PREFIX) or found == [key], cut


SIDES = ["INFO ok", "17", "", "def f(x):", "done", "-"]
"""Another text, beside the lines of a key."""
DIVIDERS = {
    "bar": " | ",
    "frame": "│",
    "sign": " < ",
    "comment": " # ",
    "blanks": "  ",
    "tab": " \t",
}


@pytest.mark.parametrize("divider", DIVIDERS.values(), ids=DIVIDERS)
@pytest.mark.parametrize("is_left", [True, False])
def test_a_key_in_one_of_two_columns_is_found(divider: str, is_left: bool) -> None:
    key = PREFIX + "q7RkZ2mTx9Lp4VnWb8Yd3HsJ6fGcKe5A"
    for cut in range(3, len(PREFIX) + 16):
        text, width = f"deploy, with the key {key}", len("deploy, with the key ") + cut
        if len(text) % width < 4:  # too short for a rest that must look random
            continue
        parts = [text[at : at + width].ljust(width) for at in range(0, len(text), width)]
        pairs = [
            (part, side) if is_left else (side.ljust(12), part)
            for part, side in zip(parts, SIDES, strict=False)
        ]
        assert list_keys("".join(f"{divider.join(pair)}\n" for pair in pairs)) == [key], cut


@pytest.mark.parametrize("width", [10, 12, 16])
def test_a_key_in_a_narrow_column_is_found(width: int) -> None:
    key = PREFIX + "q7RkZ2mTx9Lp4VnWb8Yd3HsJ6fGcKe5A"
    for text in (key, f"key {key}"):
        parts = [text[at : at + width] for at in range(0, len(text), width)]
        sides = ["a session", "server", *[""] * len(parts)]
        lines = (
            f"{side:10}  {part:{width}}  wrapped t\n"
            for side, part in zip(sides, parts, strict=False)
        )
        assert list_keys("".join(lines)) == [key]


def color(text: str) -> str:
    """Return a text as `grep --color '[a-z]'` writes it."""
    return re.sub("[a-z]", "\x1b[01;31m\x1b[K\\g<0>\x1b[m\x1b[K", text)


@pytest.mark.parametrize("size", range(400, 440, 3))
def test_a_color_for_each_letter_hides_no_next_line(size: int, make_key: MakeKey) -> None:
    key = make_key(56)
    lines = f"a:{key[:32]}\na:{key[32:]}\n" + "a:" + "x" * size
    (finding,) = detect(color(lines))
    assert finding.secret.reveal().decode() == key[:32]
    assert finding.bounds is Bounds.OPEN


NARROW = {
    "a frame": ("│ 17 │ {} │\n", "│    │ {} │\n"),
    "ASCII": ("| 17 | {} |\n", "|    | {} |\n"),
    "comments": ("# a key: {}\n", "# {}\n"),
}


@pytest.mark.parametrize(("first", "further"), NARROW.values(), ids=NARROW)
def test_a_key_in_narrow_lines_is_found(first: str, further: str) -> None:
    key = PREFIX + "q7RkZ2mTx9Lp4VnWb8Yd3HsJ6fGcKe5A"
    parts = [key[at : at + 14] for at in range(0, len(key), 14)]
    text = first.format(parts[0]) + "".join(map(further.format, parts[1:]))
    assert list_keys(text) == [key]


EVENTS = {
    "chat completions": 'data: {"id": "c1", "choices": [{"delta": {"content": "%s"}}]}\n\n',
    "messages": 'event: delta\ndata: {"index":0,"delta":{"partial_json":"%s"}}\n\n',
    "responses": 'event: a.delta\ndata: {"number":NNN,"delta":"%s","obfuscation":"q7"}\r\n\r\n',
    "JSON lines": '{"created": "08:52:0.NNN", "message": {"content": "%s"}, "done": false}\n',
    "a data stream": '0:"%s"\n',
    "objects of Python": "ChoiceDelta(content='%s', role=None)\n",
}
"""Events in which programs send a text in pieces; NNN is a number that grows."""


@pytest.mark.parametrize("size", [1, 2, 3, 5, 7])
@pytest.mark.parametrize("form", EVENTS.values(), ids=EVENTS)
def test_a_key_in_the_events_of_a_stream_is_found(form: str, size: int) -> None:
    key = PREFIX + "q7RkZ2mTx9Lp4VnWb8Yd3HsJ6fGcKe5A-7"
    for before in ("", "K=", "use "):
        text = f"{before}{key} now"
        pieces = [text[at : at + size] for at in range(0, len(text), size)]
        events = (form.replace("NNN", str(98 + n)) % piece for n, piece in enumerate(pieces))
        (finding,) = detect("".join(events))
        assert finding.secret.reveal().decode() == key, before
        assert finding.bounds is Bounds.OPEN


@pytest.mark.parametrize("size", [2, 3, 5])
def test_a_key_in_events_that_a_string_holds_is_found(size: int) -> None:
    text = f"well, use {PREFIX}q7RkZ2mTx9Lp4VnWb8Yd3HsJ6fGcKe5A-7 now"
    for before in ("", "x", "xy", "xyz"):
        pieces = [f"{before}{text}"[at : at + size] for at in range(0, len(text) + 3, size)]
        events = "".join(EVENTS["chat completions"] % piece for piece in pieces)
        recorded = json.dumps({"response": {"content": {"text": events}}})
        assert list_keys(recorded) == [text.split()[2]], before


@pytest.mark.parametrize("quote", ['"', "'"])
@pytest.mark.parametrize("gap", [",", ", ", ",\n  ", ",\r\n\t"])
def test_a_key_in_a_list_of_letters_is_found(gap: str, quote: str) -> None:
    key = PREFIX + "q7RkZ2mTx9Lp4VnWb8Yd3HsJ6fGcKe5A-7"
    letters = gap.join(f"{quote}{letter}{quote}" for letter in key)
    assert list_keys(f"[{letters}]\n") == [key]


CHANGES = {
    "parts": ("{0}[-{1}-]{{+{2}+}}", ["{0}{1}", "{0}{2}"]),
    "letters": ("{0}[-{1}-]{{+{2}+}}-7[-K-]a{{+L+}}{3}", ["{0}{1}-7Ka{3}", "{0}{2}-7aL{3}"]),
    "added parts": ("{0}{{+{2}+}}{3}", ["{0}{3}", "{0}{2}{3}"]),
}
"""Texts of `git diff --word-diff` and the keys in them, before and after the change."""


@pytest.mark.parametrize(("form", "keys"), CHANGES.values(), ids=CHANGES)
def test_both_keys_of_a_word_diff_are_found(form: str, keys: list[str], make_key: MakeKey) -> None:
    parts = make_key(11), *(make_key(size, "") for size in (25, 27, 21))
    text = f"KEY={form} end\n".format(*parts)
    assert sorted(list_keys(text)) == sorted(key.format(*parts) for key in keys)


@pytest.mark.parametrize("form", ["{}:{}\n", "# {1}\n", "a.py:{}: {}\n", "{1}$\n"])
def test_the_last_part_of_a_key_may_be_before_other_words(form: str) -> None:
    key = PREFIX + "q7RkZ2mTx9Lp4VnWb8Yd3HsJ6fGcKe5A"
    text = f"the token {key} is for tests"
    parts = [text[at : at + 22] for at in range(0, len(text), 22)]
    assert list_keys("".join(form.format(n, part) for n, part in enumerate(parts, 1))) == [key]


NO_REST = {
    "prose": "# Keys begin with {}\n# and then have 40 characters\n",
    "a digest": "# prefix {}\n# 3f786850e387550fdab836ed7e6dc881de23001b  a.txt\n",
    "a name": "# prefix {}\n# TOKEN_2aB=production\n",
    "another row of two columns": (
        "dev  | {}ab12                     | x\nprod | q7RkZ2mTx9Lp4VnWb8Yd3HsJ6fGc | y\n"
    ),
    "the first column": "{}ab12                     | x\nq7RkZ2mTx9Lp4VnWb8Yd3HsJ6fGc | y\n",
    "rows of JSON": '{{"name": "{}ab"}}\n{{"name": "q7RkZ2mTx9Lp4VnWb8Yd3HsJ6fGc"}}\n',
    "other events": '{{"text": "{}ab"}}\n{{"text": " q7RkZ2mTx9Lp4VnWb8Yd3HsJ6fGc"}}\n',
    "commits": "3f78685 add {}q7\n0a550ab fix 1\n9d1dcfd add 2\nda39a3e fix 3\n",
    "another row": "| 17 | {} |\n| 18 | q7RkZ2mTx9Lp4VnWb8Yd3HsJ6fGc |\n",
    "a list of values": '["{}", "q7RkZ2mTx9Lp4VnWb8Yd3HsJ6fGc"]\n',
    "a prefix alone": "- {}\n- q7RkZ2mTx9Lp4VnWb8Yd3HsJ6fGc\n",
    "identifiers": "// {}\n// userSessionTokenFactoryBean\n",
    "placeholders": "# {}xxxx\n# xxxxxxxxxxxxxxxxxxxxxxxx\n",
}


@pytest.mark.parametrize("form", NO_REST.values(), ids=NO_REST)
def test_other_text_after_a_gutter_is_no_rest(form: str) -> None:
    assert list_keys(form.format(PREFIX)) == []


@pytest.mark.parametrize(
    "following",
    [
        "3f786850e387550fdab836ed7e6dc881de23001b  a.txt",
        "SOME_NAME_OF_A_VALUE=1",
        "are secret: keep",
    ],
)
def test_a_prefix_before_another_line_is_no_key(following: str) -> None:
    assert detect(f"Keys begin with {PREFIX}\n{following}\n") == []


@pytest.mark.parametrize(
    "word", ["a" * 4000, "Ab" * 2000, "Abc" * 1400, "ab_" * 1400, "ab0" * 1400]
)
def test_a_long_text_is_split_into_words_in_one_way_only(word: str) -> None:
    assert not looks_like_words(word.encode() + b"-B-")  # without end, if all ways are tried
