"""Encoded keys, scanned by the real command in files, in the index and in a history."""

from __future__ import annotations

import json
import random
from base64 import b64encode
from codecs import BOM_UTF16_BE, BOM_UTF16_LE, BOM_UTF32_BE, BOM_UTF32_LE
from pathlib import Path
from typing import Any

import pytest

from tests.support.command import WAKEYSCAN, Run, execute
from tests.support.encoded_cases import CASES, WITHOUT_PREFIX, quoted
from tests.support.encodings import SINGLE, each
from tests.support.files import write
from tests.support.keys import PREFIX, MakeKey, fingerprint, mask
from tests.support.repositories import Repo


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    return Repo(tmp_path / "repo")


def little(text: str) -> bytes:
    return text.encode("utf-16-le")


def big(text: str) -> bytes:
    return text.encode("utf-16-be")


def base64(key: str) -> str:
    return b64encode(f"k={key}".encode()).decode()


MIXED = {
    "UTF-8 between": lambda k: BOM_UTF16_LE + little("a\r\n") + b"abc\r\n" + little(f"k={k}\r\n"),
    "UTF-8 before": lambda k: BOM_UTF16_LE + b"a" + little(f"k={k}\r\n"),
    "UTF-8 at the end": lambda k: BOM_UTF16_LE + little("a\r\n") + f"k={k}\r\n".encode(),
    "little with the mark of big": lambda k: BOM_UTF16_BE + little(f"k={k}\r\n"),
    "big with the mark of little": lambda k: BOM_UTF16_LE + big(f"k={k}\r\n"),
    "misaligned big": lambda k: BOM_UTF16_BE + b"a" + big(f"k={k}\r\n"),
    "big before a letter": lambda k: BOM_UTF16_LE + big(f"k={k}\u4e61"),
    "far from the mark": lambda k: BOM_UTF16_LE + little("a\r\n" * 9999) + b"a" + little(k + "\n"),
    "UTF-32": lambda k: BOM_UTF32_LE + b"a" + f"k={k}\n".encode("utf-32-le"),
    "UTF-32 by two": lambda k: BOM_UTF32_BE + b"ab" + f"k={k}\n".encode("utf-32-be"),
    "UTF-16 after the mark of UTF-32": lambda k: BOM_UTF32_LE + b"a" + little(f"k={k}\n"),
    "base64": lambda k: BOM_UTF16_LE + b"a" + little(f"k={base64(k)}\n"),
    "big base64": lambda k: BOM_UTF16_BE + b"a" + big(f"k={base64(k)}\n"),
}


@pytest.mark.parametrize("name", MIXED)
def test_a_byte_order_mark_does_not_hold_for_all_of_a_file(
    run: Run, make_key: MakeKey, tmp_path: Path, name: str
) -> None:
    """So a shell leaves it that appends to what another one has written."""
    first, second = make_key(), make_key()
    write(tmp_path, {"a": MIXED[name](second), "b": MIXED[name](first) + MIXED[name](second)})
    ran = run("scan", "a", "b", "--format", "json")
    found = [(one["path"], one["fingerprint"]) for one in ran.json()["findings"]]
    assert sorted(found) == sorted(
        [("a", fingerprint(second)), ("b", fingerprint(first)), ("b", fingerprint(second))]
    )


SOME = [name for number, name in enumerate(CASES) if number % 9 == 0]


def test_encoded_keys_are_found_in_files(tmp_path: Path) -> None:
    write(tmp_path, {name: CASES[name].content for name in SOME})
    ran = execute([WAKEYSCAN, "scan", "--format", "json", "."], tmp_path)
    report = ran.json()
    assert (ran.code, report["complete"]) == (1, True)
    assert {f["path"]: f["fingerprint"] for f in report["findings"]} == {
        name: fingerprint(CASES[name].key) for name in SOME
    }
    assert all(f["encoding"] in CASES[f["path"]].encodings for f in report["findings"])
    assert not any(CASES[name].key in ran.out for name in SOME)


def test_encoded_keys_are_found_in_the_index_and_in_history(repo: Repo) -> None:
    wanted = {(name, fingerprint(CASES[name].key)) for name in SOME}
    repo.stage({name: CASES[name].content for name in SOME})
    staged = repo.run("scan", "staged:", "--format", "json").json()
    assert {(f["path"], f["fingerprint"]) for f in staged["findings"]} == wanted
    repo.record()
    keys = repo.run("audit", "--format", "json").json()["keys"]
    assert {
        (place["path"], key["fingerprint"]) for key in keys for place in key["places"]
    } == wanted


def test_an_audit_reports_plain_and_encoded_forms_as_one_key(repo: Repo, key: str) -> None:
    plain = key.encode()
    texts = (plain, b64encode(plain), each(b"%%%02X")(plain), plain[:20] + b"=\n" + plain[20:])
    for number, text in enumerate(texts):
        repo.commit({f"{number}.txt": text + b"\n"})
    (found,) = repo.run("audit", "--format", "json").json()["keys"]
    assert found["fingerprint"] == fingerprint(key)
    assert {place["path"] for place in found["places"]} == {f"{n}.txt" for n in range(len(texts))}


def test_an_array_of_codes_is_found_in_a_small_and_in_a_large_scan(
    key: str, tmp_path: Path
) -> None:
    array = json.dumps({"type": "Buffer", "data": list(key.encode())})
    write(tmp_path, {"a": array, "much": "words\n" * 100_000})
    for target in ("a", "."):
        ran = execute([WAKEYSCAN, "scan", "--format", "json", target], tmp_path)
        found = [(f["fingerprint"], f["encoding"]) for f in ran.json()["findings"]]
        assert found == [(fingerprint(key), "decimal")]


ACME = """\
title = "Acme token"
severity = "high"
anchors = ["{anchor}"]
pattern = '''(?P<secret>{anchor}[A-Za-z0-9]{{24}})'''
help = "Revoke it."
hits = ["{anchor}{body}", "a {anchor}{body}", "a={anchor}{body}"]
misses = ["{anchor}", "{body}", "{anchor} {body}"]
"""


@pytest.mark.parametrize("anchor", ["acme-", "Tok4", "JZ_sk.9:"])
def test_a_custom_rule_has_the_same_findings_in_small_and_large_scans(
    anchor: str, tmp_path: Path
) -> None:
    source = random.Random(anchor)
    cases = {}
    for name in WITHOUT_PREFIX:
        for pad in range(3):
            secret = anchor + "".join(source.choices("abcXYZ0123", k=24))
            text = SINGLE[name].wrap(b"." * pad + secret.encode())
            cases[f"{name}+{pad}"] = quoted(name, text)
    write(tmp_path / "cases", cases)
    rule_file = ACME.format(anchor=anchor, body="a1" * 12)
    write(tmp_path, {"rules/acme.toml": rule_file, "much.txt": b"words and words\n" * 300_000})
    for targets in (["cases"], ["much.txt", "cases"]):
        scan = [WAKEYSCAN, "scan", "--rules", "rules", "--format", "json", *targets]
        report = json.loads(execute(scan, tmp_path).out)
        mine = {f["path"] for f in report["findings"] if f["rule"] == "acme"}
        assert mine == {f"cases/{case}" for case in cases}


def test_a_report_lists_the_position_of_each_literal(
    run: Run, tmp_path: Any, make_key: MakeKey
) -> None:
    one, other = make_key(), make_key()
    write(
        tmp_path,
        {
            "a.py": f'P = "{PREFIX}"\n\n\nK = P + "{one[8:]}"\n',
            "b.py": f'k = ("{other[:12]}"\n  "{other[12:]}")',
        },
    )
    first, second = run("scan", "--format", "json").json()["findings"]
    assert (first["path"], first["line"], first["column"], first["end_column"]) == (
        "a.py",
        1,
        6,
        14,
    )
    assert (first["encoding"], first["details"]) == ("pieces", {"pieces": "1:6, 4:10"})
    assert first["fingerprint"] == fingerprint(one)
    assert first["excerpt"] == f'P = "{mask(one)}"'
    assert (second["line"], second["column"], second["end_column"]) == (1, 7, 20)
    assert second["details"] == {"pieces": "1:7, 2:4"}
    assert second["excerpt"] == f'k = ("{mask(other)}")'
    text = run("scan").out
    assert "in pieces (1:6, 4:10)" in text
    assert text.count("1:6, 4:10") == 1
    assert one[8:16] not in text
