"""The substring search and both hyperscan searches pass the same texts to the decoders."""

from __future__ import annotations

import gzip
import random
import re
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.archives import tarred
from tests.support.contexts import few, many
from tests.support.encodings import SINGLE, dump
from tests.support.gaps import FAMILIES
from tests.support.keys import ALPHABET, PREFIX, MakeKey
from wakeyscan.core.document import Document, Origin
from wakeyscan.core.finding import Finding
from wakeyscan.decoders import DECODERS
from wakeyscan.rules import loader
from wakeyscan.scanner.context import ScanContext
from wakeyscan.scanner.documents import scan_documents
from wakeyscan.scanner.prefilter.anchors import AnchorIndex
from wakeyscan.scanner.prefilter.candidates import CandidateFilters

MANY = many()
INDEX = AnchorIndex(loader.load_rules(), DECODERS)

Wrap = Callable[[random.Random, bytes], bytes]

BREAKS = (
    *(b"\n", b"\n", b"\r\n", b"\n    ", b"\n\t", b"\r\n  ", b"\\\n", b"\\\n  ", b"\n\n", b"\r"),
    *(b"\\n", b"\\r\\n", b"\\\\n", b"\\n    ", b"\\u000a", b"\\x0a", b"%0A", b"%0d%0a"),
    *(b"&#10;", b"&#xA;", b"\r\n\r\n"),
)
WIDTHS = (*range(8, 34), 36, 40, 48, 57, 60, 64, 76, 100, 128)
ESCAPES = (
    *(b"%%%02X", b"%%%02x", rb"\u%04x", rb"\x%02x", rb"\%03o", rb"\u{%x}", rb"\U%08x"),
    *(b"&#%d;", b"&#x%x;", b"&#x%04X;", b"=%02X", b"=%02x", rb"\u{%04X}", rb"\x{%x}"),
)
AROUND = (
    *(b"%b", b'"%b"', b"'%b'", b"`%b`", b"(%b)", b"x: |\n    %b\n", b"key: %b\n", b"k=%b\n"),
    *(b"---\n%b\n---\n", b"<a>%b</a>", b"a %b b", b'k="%b";\n', b"\r\n%b\r\n", b'{"a":"%b"}\n'),
    *(b'x = ["%b",\n "abc"]\n', b"# %b\n", b" * %b\n", b"%b,foo", b"&a=%b&b=2", b"\t%b\n"),
    *(b"%%20%b%%20", b'\\"%b\\"', b"%b\\n", b"\xff\xfe%b", b"\0%b\0", b"a\0\0%b\1", b"\n%b"),
)
NEIGHBOURS = (
    *(b"import os\n", b"continue\n", b"x = 1;\n", b"SomeLongClassName foo\n", b"foo%20bar\n"),
    *(b"0x77, 0x61\n", b"deadbeefdeadbeefdeadbeefdeadbeef\n", b"\\u00e9\n", b"&amp;#\n", b"=\n"),
    *(b"a+b", b"77 61 5f", b"119, 97", b"wa_", b'"wa_" + ', b"\n", b"wa%", b"wa_="),
)
LETTERS = "abc defgh.,:;_-/+=\n\"'%\\&#<>0123456789ABC?~"


def in_lines(source: random.Random, text: bytes) -> bytes:
    """Return base64 in lines; the first line may be shorter."""
    encode = b64encode if source.random() < 0.5 else urlsafe_b64encode
    wrapped = encode(text) if source.random() < 0.5 else encode(text).rstrip(b"=")
    width = source.choice(WIDTHS)
    first = source.choice([width, width, source.randint(1, width)])
    lines = [wrapped[:first], *re.findall(b".{1,%d}" % width, wrapped[first:])]
    return source.choice(BREAKS).join(lines)


def in_rows(source: random.Random, text: bytes) -> bytes:
    """Return hexadecimal digits in lines."""
    digits = text.hex().upper() if source.random() < 0.4 else text.hex()
    width = 2 * source.choice([8, 9, 10, 12, 15, 16, 20, 24, 30, 32, 40])
    end = source.choice([b"\n", b"\r\n"])
    return end.join(re.findall(b".{1,%d}" % width, digits.encode()))


def escaped(source: random.Random, text: bytes) -> bytes:
    """Escape all characters, or a share of them."""
    style, share = source.choice(ESCAPES), source.choice([0.1, 0.5, 1])
    return b"".join(
        style % c if c in b"\\%&=" or source.random() < share else bytes([c]) for c in text
    )


def dumped(source: random.Random, text: bytes) -> bytes:
    """Dump in words of four, in octal digits or as characters."""
    kind = source.choice(["words", "octal", "characters"])
    if kind == "words":
        return dump("{at:08x}: {digits:<35}  {shown}", 16, 4)(text)
    cells = [b" %03o" % c if kind == "octal" else b"%4c" % c for c in text]
    rows = [b"".join(cells[at : at + 16]) for at in range(0, len(cells), 16)]
    return b"".join(b"%07o%b\n" % (16 * number, row) for number, row in enumerate(rows))


def in_pieces(source: random.Random, text: bytes) -> bytes:
    """Cut a text in two or three, as literals that are joined or as runs of a document."""
    joint = source.choice([b'" + "', b"' . '", b'" "', b"</w:t></w:r><w:r><w:t>"])
    cuts = sorted(source.sample(range(1, len(text)), source.choice([1, 2])))
    ends = zip([0, *cuts], [*cuts, len(text)], strict=True)
    made = joint.join(text[low:high] for low, high in ends)
    return b"<w:r><w:t>" + made + b"</w:t></w:r>" if joint[:1] == b"<" else b'"' + made + b'"'


def with_gap(source: random.Random, text: bytes) -> bytes:
    """Build a document in which something splits the key of a text, or all of the text."""
    gap = source.choice(list(source.choice(FAMILIES).values()))
    start = max(0, text.find(PREFIX.encode()))
    key = re.match(rb"[\w-]*", text[start:]) if start else None
    word = (key[0] if key else text).decode("latin-1")
    cut = source.randrange(1, max(2, len(word) - 1)) if len(word) > 2 else 1
    return gap.build(word + "xx", cut).encode() + text[start + len(word) :]


def packed(source: random.Random, text: bytes) -> bytes:
    """Return base64 of an archive with a text, encoded once or twice."""
    archive = gzip.compress(text) if source.random() < 0.5 else tarred({"a": text})
    once = b64encode(archive)
    return source.choice([once, b64encode(once), in_lines(source, archive)])


def in_one_of_many(source: random.Random, text: bytes) -> bytes:
    """Encode in one of the ways of the tests of decoders."""
    return SINGLE[source.choice(list(SINGLE))].wrap(text)


WRAPS: tuple[Wrap, ...] = (
    *(in_lines, in_lines, in_lines, in_rows, escaped, dumped, in_pieces, packed),
    *(with_gap, with_gap, with_gap),
    *(in_one_of_many, in_one_of_many, in_one_of_many, in_one_of_many),
)


def a_key(source: random.Random) -> bytes:
    length = source.choice([16, 17, 18, 20, 24, 32, 40, 40, 64])
    return (PREFIX + "".join(source.choices(ALPHABET, k=length - 1)) + "7").encode()


def any_bytes(source: random.Random) -> bytes:
    """Return bytes that may be next to a key inside its encoding."""
    size = source.choice([0, 0, 1, 2, 3, source.randint(0, 80)])
    kind = source.choice(["random", "text", "dots", "nuls"])
    if kind == "random":
        return bytes(source.choices(range(256), k=size))
    if kind == "text":
        return "".join(source.choices(LETTERS, k=size)).encode()
    return (b"." if kind == "dots" else b"\0") * size


def wrapped(source: random.Random) -> bytes:
    """Return a text with a key in one or two encodings, and other text around it."""
    text = a_key(source)
    if source.random() < 0.7:
        text = source.choice([b" ", b"\0", b"\n", b'"', b"=", b"."]) + text
        text = any_bytes(source) + text + source.choice([b"", b" ", b"\0"]) + any_bytes(source)
    for _ in range(source.choice([1, 1, 1, 2])):
        text = source.choice(AROUND) % source.choice(WRAPS)(source, text)
    before, behind = (
        b"".join(source.choices(NEIGHBOURS, k=source.choice([0, 0, 1, 3]))) for _ in range(2)
    )
    text = before + text + behind
    if source.random() < 0.06:
        codec = source.choice(["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-be"])
        text = text.decode("latin-1").encode(codec)
    return text.replace(b"\n", b"\r\n") if source.random() < 0.05 else text


def found(content: bytes, context: ScanContext) -> tuple[Finding, ...]:
    return scan_documents([Document(Origin("a"), content)], context).findings


def found_by_all(content: bytes) -> tuple[Finding, ...]:
    """Return the findings of each search, which must be the same."""
    by_few = found(content, few())
    assert by_few == found(content, MANY)
    return by_few


def test_all_searches_find_the_same_keys_in_every_encoding() -> None:
    seen: set[str] = set()
    with_key = 0
    for source in map(random.Random, range(8)):
        for _ in range(60):
            findings = found_by_all(wrapped(source))
            with_key += bool(findings)
            seen.update(name for finding in findings for name in finding.encoding.split("/"))
    assert with_key > 240
    assert {decoder.NAME for decoder in DECODERS.values()} <= seen


def test_each_decoder_has_a_candidate_filter() -> None:
    filters = CandidateFilters([PREFIX.encode()], len(PREFIX))
    assert set(filters.by_decoder) == set(DECODERS)


def test_a_part_of_a_prefix_is_checked_for_the_part_before_it() -> None:
    (part,) = [one for one in INDEX.of("concatenation") if one.text == b'"live_']
    assert part.check is not None
    assert part.check(b'"wa_" + "live_', 8)
    assert not part.check(b'mode + "live_', 7)


PARTS = {
    "before a line end": (b"wa_", b"a wa_\n live_", 2, True),
    "cut later": (b"wa_", b"wa_li<b>ve_", 0, True),
    "whole": (b"wa_", b"wa_live_", 0, True),
    "another word": (b"wa_", b"wa_list", 0, False),
    "after a line end": (b"live_", b"wa_\n live_", 5, True),
    "after a color": (b"live_", b"wa_\x1b[31mlive_", 8, True),
    "after two tags": (b"live_", b"wa<b>_</b>live_", 10, True),
    "more of it after a tag": (b"live_", b"w<b>a_live_", 6, True),
    "whole, from the middle": (b"live_", b"wa_live_", 3, False),
    "alone": (b"live_", b"the live_view", 4, False),
    "in a word": (b"live_", b"wa_ alive_", 5, False),
    "far away": (b"live_", b"wa_" + b" " * 2000 + b"live_", 2003, False),
}


@pytest.mark.parametrize(("text", "content", "at", "is_part"), PARTS.values(), ids=PARTS)
def test_a_part_of_a_prefix_is_checked_for_a_gap(
    text: bytes, content: bytes, at: int, is_part: bool
) -> None:
    for name in ("folded", "markup", "rtf", "terminal"):
        (form,) = [one for one in INDEX.of(name) if one.text == text]
        assert form.check is not None
        assert form.check(content, at) is is_part


@given(st.randoms(use_true_random=False))
def test_all_searches_find_the_same_in_generated_texts(source: random.Random) -> None:
    found_by_all(wrapped(source))


@pytest.mark.parametrize("seed", range(6))
def test_all_searches_find_the_same_among_many_anchors(seed: int) -> None:
    source = random.Random(seed)
    lines = [a_key(source) for _ in range(80)] + [b"Authorization: x", b"live_view wa_list"] * 40
    lines.insert(source.randrange(len(lines)), wrapped(source))
    assert len(found_by_all(b"\n".join(lines))) >= 80


def test_plain_text_after_utf_16_hides_no_key_in_it() -> None:
    digits = f" {PREFIX}{'a' * 39}7".encode().hex().upper()
    lines = "\n".join(re.findall(".{1,16}", digits))
    assert found_by_all(lines.encode("utf-16-le") + b"import os\nwa_")


def cut(text: bytes, *lengths: int) -> list[bytes]:
    """Cut base64 in lines of these lengths, the last of them over and over."""
    wrapped, lines = b64encode(text).rstrip(b"="), []
    for length in (*lengths, *lengths[-1:] * len(wrapped)):
        lines.append(wrapped[:length])
        wrapped = wrapped[length:]
    return [line for line in lines if line]


SPREAD: dict[str, Callable[[bytes], bytes]] = {
    "two lines, the first after letters of other bytes": lambda key: (
        b"x: |\n    " + b"\n".join(cut(b"^.\xbb\x06\x0f}\xf8\x00\n" + key, 40)) + b"\n"
    ),
    "two lines after a name": lambda key: b"key: " + b"\n  ".join(cut(key, 17)) + b"\n",
    "two lines in quotes": lambda key: b'key = "' + b"\n".join(cut(key, 20)) + b'"',
    "a short beginning, and a line before other letters": lambda key: (
        b"key: " + b"\n".join(cut(key + b"\xfb\xff\xfb", 14, 60))
    ),
    "a half at the end of a line of other bytes": lambda key: (
        b"a: " + b"\n".join(cut(b"\x80\xff" * 22 + b" " + key + b" \xfb\xff" * 9, 76))
    ),
    "narrow lines from the beginning": lambda key: b"\n".join(cut(key, 12)),
    "narrow lines after a name": lambda key: b"key: " + b"\n".join(cut(key, 15)),
    "narrow lines in quotes": lambda key: b"'" + b"\n".join(cut(key, 15)) + b"'",
    "narrow lines with blank ones between": lambda key: b"\n\n".join(cut(key, 13)) + b"\n",
    "narrow lines with carriage returns alone": lambda key: b"\r".join(cut(key, 12)) + b"\r",
    "narrow lines far after others": lambda key: (
        b"\n".join(cut(b"\x80\xff" * 250 + b" " + key + b"\xff" * 250, 8)) + b"\n"
    ),
    "narrow lines, indented, with escaped ends": lambda key: b"\\n    ".join(cut(key, 12)),
    "broken lines of mail in base64": lambda key: b64encode(
        b"=\n".join(re.findall(b".{1,5}", key))
    ),
    "UTF-32 in narrow lines of base64": lambda key: b"\n".join(
        cut(key.decode().encode("utf-32-le"), 17)
    ),
    "a first letter that is escaped, in bytes apart": lambda key: (
        key.replace(b"w", b"%77", 1).hex(":").encode()
    ),
    "a first letter that is escaped, in groups": lambda key: dump(
        "{at:08x}: {digits:<39}  {shown}", 16, 2
    )(key.replace(b"w", b"%77", 1)),
    "a first letter that is escaped, in an array": lambda key: b", ".join(
        b"0x%02x" % c for c in key.replace(b"w", b"%77", 1)
    ),
    "a first letter that is escaped, in a Buffer": lambda key: b",".join(
        b"%d" % c for c in key.replace(b"w", b"%77", 1)
    ),
    "an underscore that is escaped, in a dump of a word": lambda key: b"\n".join(
        line.hex().encode() for line in re.findall(b".{10}", key.replace(b"_", b"%5f") + b"." * 9)
    ),
    "mail that is broken where it was broken": lambda key: (
        key[:5] + b"==\n\n" + key[5:12] + b"=\n" + key[12:]
    ),
    "an escape after the beginning of a prefix": lambda key: (
        b"wa_\\u00e9\n" + b"".join(b"%%%02x" % c for c in key)
    ),
}


@pytest.mark.parametrize("spread", SPREAD.values(), ids=SPREAD)
@pytest.mark.parametrize("length", [16, 23, 40])
def test_the_substring_search_finds_keys_with_few_plain_parts(
    spread: Callable[[bytes], bytes], length: int, make_key: MakeKey
) -> None:
    for _ in range(2):
        key = make_key(length)
        secrets = {one.secret.reveal().decode() for one in found_by_all(spread(key.encode()))}
        assert secrets == {key}
