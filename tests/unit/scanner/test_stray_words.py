"""Random words near a key that nothing explains: the key may be cut there."""

from __future__ import annotations

import random

import pytest

from tests.support.contexts import few
from tests.support.keys import ALPHABET, PREFIX
from wakeyscan.core.document import Document, Origin
from wakeyscan.core.finding import Bounds, Finding
from wakeyscan.scanner.detector import detect_in_document

KEY = PREFIX + "".join(random.Random("stray").choices(ALPHABET, k=40)) + "7"
SIZE = 30

STRAY = {
    "rich text": ("a.json", '[{"content": "AAA", "bold": true}, {"content": "BBB"}]'),
    "rich text, marks": ("a.json", '[{"text": "AAA"}, {"marks": [{"type": "b"}], "text": "BBB"}]'),
    "rich text, one name": ("a.json", '{"text": ["key ", {"type": "code", "text": "AAA"}, "BBB"]}'),
    "objects with lines": ("a.json", '[{"n": 0, "text": "KEY=AAA"}, {"n": 1, "text": "BBB"}]'),
    "list of JSON": ("a.json", '{"args": ["--key", "AAA", "BBB"]}'),
    "items": ("a.html", "<li>KEY=AAA</li>\n<li>BBB</li>\n"),
    "elements with numbers": (
        "a.svg",
        '<text y="20">AAA</text><text y="40">BBB</text>',
    ),
    "words on a line": ("a.txt", "AAA BBB\n"),
    "bars": ("a.txt", "* AAA|  BBB|\n"),
    "columns": ("a.txt", "alpha AAA < beta\nalpha BBB < gamma\n"),
    "cells of CSV without a header": ("a.csv", "a,AAA,BBB,c\n"),
    "names that follow each other": ("a.js", 'new Map([["a", "AAA"], ["b", "BBB"]]);\n'),
    "rows of CSV": ("a.csv", "id,key\n1,AAA\n2,BBB\n"),
    "cells of Markdown": ("a.md", "| AAA | BBB |\n"),
    "a later entry of a log": ("a.log", "10:00:01 run AAA\n10:00:02 stop\n10:00:03 x y BBB\n"),
    "writes of a trace": ("a.txt", 'write(3, "AAA", 30) = 30\nwrite(3, "BBB", 9) = 9\n'),
    "reversed list": ("a.py", 'key = "".join(reversed(["BBB", "AAA"]))\n'),
    "insertion": ("a.java", 'new StringBuilder("BBB").insert(0, "AAA").toString();\n'),
    "sum in a list": ("a.scala", 'val k = List("AAA", "BBB").reduce(_ + _)\n'),
    "destructuring": ("a.kt", 'val (a, b) = "AAA" to "BBB"\n'),
    "same call": ("a.js", 'out.emit("AAA");\nout.emit("BBB");\n'),
    "values of a row": ("a.sql", "INSERT INTO k VALUES (1, 'AAA', 'BBB');\n"),
    "values of rows": ("a.sql", "insert into k (id, v) values (1, 'AAA'), (2, 'BBB');\n"),
    "values of columns": ("a.sql", "INSERT INTO k (id, a, b) VALUES (1, 'AAA', 'BBB');\n"),
    "columns of CSV": ("a.csv", "name,key_1,key_2\nprod,AAA,BBB\n"),
    "column with the rest": ("a.csv", '"name","key","rest"\n"prod","AAA","BBB"\n'),
    "rows of quoted CSV": ("a.csv", 'id,name,key\n1,"a","AAA"\n2,"b","BBB"\n'),
    "attributes": ("a.xml", '<key start="AAA" rest="BBB"/>\n'),
    "arguments": ("a.js", "client.connect('AAA', 'BBB');\n"),
    "page footer": ("a.txt", "AAA\n\n  Acme Inc.   page 7 of 9\n\nBBB and more text\n"),
}

EXPLAINED = {
    "another key": ("a.json", '["AAA", "wa_live_BBB"]'),
    "two keys on a line": ("a.txt", f"{PREFIX}{KEY[12:40]} AAA x7-y\n"),
    "after another key": ("a.txt", f"AAA\n{PREFIX}{KEY[12:36]} BBB\n"),
    "another name": ("a.json", '{"key": "AAA", "secret": "BBB"}'),
    "another variable": (".env", "WA_KEY=AAA\nSTRIPE_KEY=BBB\n"),
    "another header": ("a.http", "Authorization: Bearer AAA\r\nX-App-Key: BBB\r\n"),
    "another option": ("a.sh", "send --key AAA --secret BBB\n"),
    "another element": ("a.xml", "<key>AAA</key><secret>BBB</secret>"),
    "another attribute": ("a.xml", '<v id="key">AAA</v>\n<v id="secret">BBB</v>'),
    "another field": ("a.har", '{"name": "Key", "value": "AAA"}, {"name": "Id", "value": "BBB"}'),
    "another header of Postman": (
        "a.json",
        '{"key": "Auth", "type": "text", "value": "Bearer AAA"}, {"key": "X", "value": "BBB"}',
    ),
    "another setting of .NET": (
        "a.config",
        '<a key="Wa" value="AAA"/><a key="Trace" value="BBB"/>',
    ),
    "another variable of a pod": ("a.yml", "- name: WA\n  value: AAA\n- name: DB\n  value: BBB\n"),
    "another cell of a record": ("a.csv", "name,key\nprod,AAA\nBBB,abc\n"),
    "another cell of CSV": ("a.csv", "name,key,secret\nprod,AAA,BBB\n"),
    "another property": (
        "a.plist",
        "<key>A</key><string>AAA</string><key>Id</key><string>BBB</string>",
    ),
    "another macro": ("a.c", '#define API_KEY "AAA"\n#define PASS "BBB"\n'),
    "another literal before": ("a.gradle", 'f "S", "KEY", "\\"AAA\\""\nf "S", "ID", "\\"BBB\\""\n'),
    "comparison": ("a.py", 'get("AAA")\nassert id == "BBB"\n'),
    "key of SSH": ("a.txt", "AAA\n\nand the host: ssh-ed25519 AAAAC3NzaC1lZDI1NTE5BBB me\n"),
    "argument of a call": ("a.py", 'Client("AAA", "BBB")\n'),
    "argument of another call": ("a.js", 'a.setKey("AAA");\na.setSecret("BBB");\n'),
    "argument of a constructor": ("a.java", 'Sender s = new Sender("AAA", "BBB");\n'),
    "value of another column": ("a.sql", "INSERT INTO k (key, pin) VALUES ('AAA', 'BBB');\n"),
    "cell of quoted CSV": ("a.csv", '"id","key","pin"\n"a,b","AAA","BBB"\n'),
    "named argument": ("a.go", 'h.Set("Authorization", "AAA")\nh.Set("X-Trace-Id", "BBB")\n'),
    "digest": ("a.txt", "AAA 5d41402abc4b2a76b9719d911017c592\n"),
    "path": ("a.txt", "AAA /srv/BBB/x\n"),
    "address": ("a.txt", "AAA https://host/BBB\n"),
    "base64": ("a.txt", "AAA BBB=\n"),
    "name of words": ("a.txt", "AAA updateWhatsAppSession2Device\n"),
    "capital letters": ("a.txt", "AAA X7Q2-94TB-KK20-P3\n"),
    "copy": ("a.txt", f"AAA {KEY[12:26]}\n"),
    "far away": ("a.txt", "AAA\n" + "the text goes on\n" * 40 + "BBB\n"),
}


@pytest.mark.parametrize(("path", "text"), STRAY.values(), ids=STRAY)
def test_a_word_that_nothing_explains_leaves_a_key_open(path: str, text: str) -> None:
    finding = find_first(path, text)
    assert finding.bounds is Bounds.OPEN or KEY in reveal(finding)


@pytest.mark.parametrize(("path", "text"), EXPLAINED.values(), ids=EXPLAINED)
def test_an_explained_word_leaves_a_key_certain(path: str, text: str) -> None:
    assert find_first(path, text).bounds is Bounds.CERTAIN


@pytest.mark.parametrize("word", ["3f9a0c11d2", "0a1b2c3d4e5f60718293"])
def test_a_digest_may_be_the_rest_of_hexadecimal_digits(word: str) -> None:
    key = PREFIX + "5d41402abc4b2a76b9719d911017c592"
    (finding,) = detect_in_document(Document(Origin("a.txt"), f"{key} {word}\n".encode()), few())
    assert finding.bounds is Bounds.OPEN or f"{key}{word}" in reveal(finding)


def test_a_long_word_after_each_of_many_keys_takes_linear_time() -> None:
    """A pattern without care takes minutes for them."""
    lines = (f"{PREFIX}q7Rk{number:04}wZ2mTx9Lp4Vn {'x' * 600}\n" for number in range(1000))
    document = Document(Origin("a.txt"), "".join(lines).encode())
    assert len(detect_in_document(document, few())) == 1000


NUMBERED = (
    "abc1defgh2kmnp3",
    "ab1c2defghkmnpq",
    "a1b2c3defghkmnp",
    "7a1bc2defghkmnpq",
    "a1bcd2efg",
)
"""Small letters and several numbers, with one, two or more letters before each number."""


@pytest.mark.parametrize("word", NUMBERED)
def test_a_word_of_small_letters_and_numbers_opens_an_end(word: str) -> None:
    assert find_first("a.txt", f"AAA {word}\n").bounds is Bounds.OPEN


def reveal(finding: Finding) -> list[str]:
    return [one.reveal().decode() for one in (finding.secret, *finding.candidates)]


def find_first(path: str, text: str) -> Finding:
    content = text.replace("AAA", KEY[:SIZE]).replace("BBB", KEY[SIZE:]).encode()
    found = detect_in_document(Document(Origin(path), content), few())
    return max(found, key=lambda one: one.secret.reveal() == KEY[:SIZE].encode())
