"""Values after a key with the next names, or in the same list: the key may be a half."""

from __future__ import annotations

import random

import pytest

from tests.support.contexts import few
from tests.support.keys import ALPHABET, PREFIX
from wakeyscan.core.document import Document, Origin
from wakeyscan.core.finding import Bounds, Finding
from wakeyscan.scanner.detector import detect_in_document

KEY = PREFIX + "".join(random.Random("series").choices(ALPHABET, k=40)) + "7"

HALVES = {
    "a constant of a module": ("a.js", 'export const A = "AAA";\nexport const B = "BBB";\n'),
    "a default": ("a.py", 'a = getenv("A", "AAA")\nb = getenv("B", "BBB")\nk = a + b\n'),
    "a member of an enumeration": ("a.py", 'class P(Enum):\n    A = "AAA"\n    B = "BBB"\n'),
    "a member of JSON": ("a.json", '{"key1": "AAA", "key2": "BBB"}'),
    "a variable": (".env", "KEY_1=AAA\nKEY_2=BBB\n"),
    "a variable with a letter": (".env", "KEY_A=AAA\nKEY_B=BBB\n"),
    "words that count": ("a.yml", "first_part: AAA\nsecond_part: BBB\n"),
    "an entry between": (".env", "KEY_1=AAA\n# the rest\nKEY_2=BBB\n"),
    "TOML": ("a.toml", 'a = "AAA"\nb = "BBB"\n'),
    "read": ("a.sh", "read A <<< AAA\nread B <<< BBB\nK=$A$B\n"),
    "a field of a structure": ("a.c", 'struct k k = { .a = "AAA", .b = "BBB" };\n'),
    "a hash of Perl": ("a.pl", "my %c = (a => 'AAA', b => 'BBB');\n"),
    "an input of a page": ("a.html", '<input id=a value="AAA"><input id=b value="BBB">\n'),
    "a list": ("a.py", 'key = reduce(add, ["AAA", "BBB"])\n'),
    "a list of lines": ("a.py", 'CHUNKS = [\n    "AAA",\n    "BBB",\n]\n'),
    "an array": ("a.c", 'const char *p[] = { "AAA", "BBB", NULL };\n'),
    "an element": ("a.xml", "<a><k>AAA</k>\n<k>BBB</k></a>"),
    "a word of a page": (
        "a.html",
        '<word x="31.2" y="66.9">AAA</word>\n    <word x="31.2" y="83.95">BBB</word>\n',
    ),
    "a property between": ("a.js", "c = { keyStart: 'AAA', n: 3, keyEnd: 'BBB' };\n"),
    "a short half": ("a.c", 'char K1[] = "AAA";\nchar K2[] = "a7";\n'),
    "a short item": ("a.c", 'char *parts[] = { "AAA", "BEh", NULL };\n'),
    "a string of JSON": ("a.json", r'{"code": "A = \"AAA\"\nB = \"BBB\"\n"}'),
}

WHOLE = {
    "another key": (".env", "KEY_1=AAA\nKEY_2=wa_live_BBB\n"),
    "another name": (".env", "WA_KEY=AAA\nSTRIPE_KEY=BBB\n"),
    "a name as value": (".env", "KEY_1=AAA\nKEY_2=staging_account\n"),
    "a call": ("a.py", 'Client("AAA", "BBB")\n'),
    "a word of a list": ("a.json", '{"args": ["AAA", "production"]}'),
    "another attribute": (
        "a.xml",
        '<string name="key">AAA</string>\n<string name="app">BBB</string>\n',
    ),
    "another element": ("a.xml", "<a><k>AAA</k>\n<id>BBB</id></a>"),
}


@pytest.mark.parametrize(("path", "text"), HALVES.values(), ids=HALVES)
def test_a_value_with_the_next_name_leaves_a_key_open(path: str, text: str) -> None:
    finding = find_first(path, text)
    assert finding.bounds is Bounds.OPEN or finding.secret.reveal() == KEY.encode()
    assert KEY not in [one.reveal().decode() for one in finding.candidates]  # maybe two secrets


@pytest.mark.parametrize(("path", "text"), WHOLE.values(), ids=WHOLE)
def test_another_value_leaves_a_key_certain(path: str, text: str) -> None:
    assert find_first(path, text).bounds is Bounds.CERTAIN


def find_first(path: str, text: str) -> Finding:
    content = text.replace("AAA", KEY[:30]).replace("BBB", KEY[30:]).encode()
    return detect_in_document(Document(Origin(path), content), few())[0]
