"""Keys in what was compressed and then put into a text: base64 of gzip and the like."""

from __future__ import annotations

import gzip
import json
import random
import re
import zipfile
import zlib
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable
from functools import cache
from itertools import product
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support import contexts
from tests.support.archives import MAKE, tarred, zipped
from tests.support.command import Run
from tests.support.encodings import lines
from tests.support.files import write
from tests.support.keys import ALPHABET, PREFIX, MakeKey, fingerprint, mask
from tests.support.repositories import Repo, places
from wakeyscan.core.document import Document, Origin
from wakeyscan.extractors.budget import Limits
from wakeyscan.scanner.context import ScanContext
from wakeyscan.scanner.detector import detect_in_document
from wakeyscan.scanner.documents import scan_documents
from wakeyscan.scanner.scan_result import ScanResult

HASTY = contexts.many()

FORMS: dict[str, Callable[[bytes], bytes]] = {
    **{form: MAKE[form][0] for form in MAKE},
    "gzip/tar": lambda content: gzip.compress(tarred({"a": b"", "b/.env": content})),
    "zip/gzip": lambda content: zipped({"x.gz": gzip.compress(content)}, zipfile.ZIP_STORED),
}
WAYS: dict[str, Callable[[bytes], bytes]] = {
    "one-line": lambda raw: b'data: "' + b64encode(raw) + b'"\n',
    "urlsafe": lambda raw: b"?d=" + urlsafe_b64encode(raw).rstrip(b"=") + b"&e=1\n",
    "lines": lambda raw: b"content: |" + lines(76)(raw) + b"\nnext: 1\n",
    "crlf": lambda raw: b"-----" + lines(64, b"\r\n")(raw) + b"-----\n",
    "indented": lambda raw: b"a: !!binary |" + lines(76, b"\n", b"      ")(raw) + b"b: 2\n",
    "in-a-string": lambda raw: b'x = "' + lines(76)(raw).replace(b"\n", b"\\n") + b'"\n',
    "uri": lambda raw: b"<a href='data:application/x;base64," + b64encode(raw) + b"'>\n",
    "cloud-init": lambda raw: b"  encoding: gz+b64\n  content: " + b64encode(raw) + b"\n",
    "sixty": lambda raw: b"--- !binary |" + lines(60)(raw) + b"b: 2\n",
    "forty": lambda raw: b"x='" + lines(40)(raw) + b"'\n",
    "after-a-name": lambda raw: folded(b"blob:: ", raw),
    "escaped-slashes": lambda raw: b'{"a":"' + b64encode(raw).replace(b"/", b"\\/") + b'"}\n',
    "json-of-php": lambda raw: php(raw, b"\r\n"),
    "json-in-json": lambda raw: b'{"b": "' + php(raw, b"\n")[:-1].replace(b"\\", b"\\\\") + b'"}\n',
    "form": lambda raw: b"a=%22&d=" + b64encode(raw).rstrip(b"=") + b"&e=1\n",
    "form-escaped": lambda raw: b"a=%22&d=" + quote(b64encode(raw), "").encode() + b"&e=1\n",
    "form-escaped-small": lambda raw: b"d=" + quote_small(b64encode(raw)) + b"\n",
    "all": lambda raw: b64encode(raw) + b"\n",
    "twice": lambda raw: b"  release: " + b64encode(b64encode(raw)) + b"\n",
    "twice-in-lines": lambda raw: b"  release: |" + lines(76)(b64encode(raw)) + b"x: y\n",
}


def quote_small(text: bytes) -> bytes:
    """Escape as some do, with small letters."""
    return re.sub(rb"[+/=]", lambda one: b"%%%02x" % one[0][0], text)


def folded(name: bytes, raw: bytes) -> bytes:
    """Return an attribute of LDIF."""
    text = name + b64encode(raw)
    return (
        text[:76] + b"".join(b"\n " + text[at : at + 75] for at in range(76, len(text), 75)) + b"\n"
    )


def php(raw: bytes, end: bytes) -> bytes:
    """Return the result of `json_encode(chunk_split(base64_encode(...), 76, end))`."""
    text = json.dumps(lines(76, end)(raw).removeprefix(end).decode()).replace("/", "\\/")
    return b'{"a":' + text.encode() + b"}\n"


LINES = {
    "lines": 3,
    "crlf": 3,
    "indented": 3,
    "cloud-init": 3,
    "twice-in-lines": 3,
    "sixty": 3,
    "forty": 3,
    "all": 2,
}


def looked(content: bytes, context: ScanContext | None = None, path: str = "a.yaml") -> ScanResult:
    return scan_documents([Document(Origin(path), content)], context or contexts.few())


def noise(count: int) -> bytes:
    return "".join(random.Random(count).choices(ALPHABET + " \n", k=count)).encode() + b"\n"


PACKED = [
    *product(FORMS, WAYS, [2000]),
    *product(FORMS, ["one-line"], [300]),
    *product(["gzip"], WAYS.keys() - {"one-line"}, [300]),
]
"""Formats, ways to wrap them, and bytes before the key; a short text has each of both once."""


@pytest.mark.parametrize(("form", "way", "size"), sorted(PACKED))
def test_a_key_in_a_base64_archive_is_found_at_the_place_of_the_archive(
    form: str, way: str, size: int, key: str
) -> None:
    content = b"first: 1\n" + WAYS[way](FORMS[form](noise(size) + f"key={key}\n".encode()))
    found = looked(content)
    (finding,) = found.findings
    assert finding.secret.reveal().decode() == key
    twice = "base64/" if way.startswith("twice") else ""
    assert finding.encoding == f"{twice}base64/{form}"
    assert finding.origin == Origin("a.yaml")
    assert finding.position.line == LINES.get(way, 2)
    assert mask(key) in finding.excerpt
    assert found.skipped == ()
    assert looked(content, HASTY) == found


@cache
def build_bomb() -> bytes:
    """Compress 300 MB, which takes seconds: not at import, as every process does that."""
    return gzip.compress(bytes(300 << 20))


_SAID = "decompression bomb: unpacks to over 100 times its size; the rest is skipped"


def helm(key: str) -> bytes:
    """Make what `kubectl get secret -o yaml` shows of a release of Helm's."""
    value = b64encode(key.encode()).decode()
    secret = f"---\nkind: Secret\nmetadata:\n  name: bot\ndata:\n  TOKEN: {value}\n"
    release = json.dumps({"name": "bot", "info": {}, "manifest": secret, "version": 1})
    packed = b64encode(b64encode(gzip.compress(release.encode(), mtime=0))).decode()
    name = "sh.helm.release.v1.bot.v1"
    return (
        f"apiVersion: v1\ndata:\n  release: {packed}\nkind: Secret\n"
        f"metadata:\n  name: {name}\n  namespace: prod\ntype: helm.sh/release.v1\n"
    ).encode()


@pytest.mark.parametrize("compress", [gzip.compress, zlib.compress], ids=["gzip", "zlib"])
def test_the_shortest_key_is_found_without_a_text_around_it(
    tmp_path: Path, run: Run, compress: Callable[[bytes], bytes], make_key: MakeKey
) -> None:
    key = make_key()[: len(PREFIX) + 16]
    write(tmp_path, {"a.env": b"X=" + b64encode(compress(key.encode())) + b"\n"})
    (finding,) = run("scan", "--format=json").json()["findings"]
    assert (finding["fingerprint"], finding["bounds"]) == (fingerprint(key), "certain")


def test_a_key_in_a_helm_release_is_found(tmp_path: Path, run: Run, key: str) -> None:
    write(tmp_path, {"release.yaml": helm(key)})
    report = run("scan", "--format=json").json()
    (finding,) = report["findings"]
    assert finding["fingerprint"] == fingerprint(key)
    assert finding["encoding"] == "base64/base64/gzip/base64"
    assert (finding["path"], finding["line"], finding["column"]) == ("release.yaml", 3, 12)
    assert finding["exposure"] == "configuration"
    assert finding["details"] == {
        "object": "Secret/sh.helm.release.v1.bot.v1",
        "namespace": "prod",
        "field": "data.release",
    }
    assert finding["excerpt"] == f"release: {mask(key)}"
    assert report["skipped"] == []


@pytest.mark.parametrize("turned", [False, True])
def test_staged_files_ranges_hooks_and_audits_find_it(
    tmp_path: Path, make_key: MakeKey, turned: bool
) -> None:
    old, new = sorted((make_key(), make_key()), key=fingerprint, reverse=turned)
    repo = Repo(tmp_path)
    repo.commit({"a.yaml": WAYS["one-line"](gzip.compress(f"{old}\n".encode()))})
    both = gzip.compress(f"{old}\n{new}\n".encode())
    repo.stage({"a.yaml": WAYS["one-line"](both), "b.zip": zipped({"c.yaml": helm(new)})})
    staged = repo.scan("staged:").json()
    assert {f["fingerprint"] for f in staged["findings"]} == {fingerprint(new)}
    assert places(staged) == ["a.yaml:1", "b.zip!/c.yaml:3"]
    assert repo.run("hook", "pre-commit").code == 1
    repo.record()
    ranged = repo.scan("git:HEAD~1..HEAD").json()
    assert {f["fingerprint"] for f in ranged["findings"]} == {fingerprint(new)}
    repo.commit({"c.yaml": b"x: " + b64encode(build_bomb()) + b"\n"})
    audited = repo.run("audit", "--no-cache", "--format=json").json()
    assert {
        (key["fingerprint"], place["path"]) for key in audited["keys"] for place in key["places"]
    } == {
        *((fingerprint(one), "a.yaml") for one in (old, new)),
        (fingerprint(new), "b.zip!/c.yaml"),
    }
    bomb = repo.id("HEAD:c.yaml")
    assert [(s["within"], s["reason"]) for s in audited["skipped"]] == [(f"object {bomb}", _SAID)]


def test_an_inline_ignore_on_its_line_applies(tmp_path: Path, run: Run, key: str) -> None:
    packed = b64encode(gzip.compress(key.encode()))
    write(tmp_path, {"a.py": b'x = "' + packed + b'"  # wakeyscan:ignore -- a fixture\n'})
    ran = run("scan", "--format=json")
    assert ran.code == 0
    (finding,) = ran.json()["findings"]
    assert (finding["standing"], finding["reason"]) == ("ignored", "wakeyscan:ignore: a fixture")


def test_each_key_in_an_archive_is_reported_once(make_key: MakeKey) -> None:
    keys = [make_key() for _ in range(3)]
    text = "\n".join(f"k={key}" for key in [*keys, *keys])
    found = looked(WAYS["one-line"](gzip.compress(text.encode()))).findings
    assert sorted(f.secret.reveal().decode() for f in found) == sorted(keys)
    assert not any(key[8:20] in finding.excerpt for key in keys for finding in found)


WRAPPED: dict[str, Callable[[bytes], bytes]] = {
    "gzip": lambda text: WAYS["one-line"](gzip.compress(text)),
    "zip": lambda text: WAYS["lines"](zipped({"a": text, "b": text})),
    "tar in gzip": lambda text: WAYS["twice"](gzip.compress(tarred({"a": text}))),
    "base64": WAYS["one-line"],
    "base64 in lines": WAYS["lines"],
    "base64 of base64": WAYS["twice"],
    "hex": lambda text: b"x = '" + text.hex().encode() + b"'\n",
}


@pytest.mark.parametrize("way", WRAPPED)
def test_a_key_and_a_header_in_an_archive_are_both_reported(way: str, make_key: MakeKey) -> None:
    key, inside, token = make_key(), make_key(), "".join(random.choices(ALPHABET, k=39)) + "7"
    text = f"A={key}\nAuthorization: Bearer {token}\nAuthorization: Bearer {inside}\n"
    found = looked(WRAPPED[way](text.encode()))
    assert sorted((f.rule, f.secret.reveal().decode()) for f in found.findings) == sorted(
        [
            ("wastack-api-key", key),
            ("wastack-api-key", inside),
            ("authorization-header", token),
        ]
    )
    assert found.skipped == ()


NO_GAPS: dict[str, Callable[[bytes], bytes]] = {
    "a sample that is cut short": lambda raw: b64encode(raw)[: len(raw) // 2] + b"...",
    "a sample with an ellipsis": lambda raw: b64encode(raw)[:100] + "…".encode(),
    "random letters": lambda raw: b"H4sIAAAA" + b64encode(random.Random(1).randbytes(200)),
    "a word": lambda raw: b"H4sI and UEsDB are how they begin",
    "in the middle of a run": lambda raw: b"abc" + b64encode(raw),
    "a short one": lambda raw: b64encode(raw)[:40],
}


@pytest.mark.parametrize("sample", NO_GAPS)
def test_samples_of_archives_are_neither_a_gap_nor_a_finding(
    tmp_path: Path, run: Run, sample: str
) -> None:
    samples = {form: NO_GAPS[sample](pack(noise(400))) for form, pack in FORMS.items()}
    write(tmp_path, {f"{form}/README.md": b"`" + text + b"`\n" for form, text in samples.items()})
    ran = run("scan", "--format=json")
    assert (ran.code, ran.json()["findings"]) == (0, [])
    assert not any(item["gap"] for item in ran.json()["skipped"])


def test_the_start_of_a_truncated_archive_is_scanned(key: str) -> None:
    raw = gzip.compress(f"{key}\n".encode() + noise(9000))
    found = looked(b"x: " + b64encode(raw)[:4000] + b"...\n")
    assert [f.secret.reveal().decode() for f in found.findings] == [key]
    assert [(item.reason, item.gap) for item in found.skipped] == [("in gzip: cut short", False)]


def test_an_encrypted_archive_in_a_text_is_opaque(tmp_path: Path, run: Run) -> None:
    raw = bytearray(zipped({"a/secret.env": noise(100)}))
    for signature, at in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        raw[raw.index(signature) + at] |= 1
    write(tmp_path, {"a.json": b'"' + b64encode(bytes(raw)) + b'"'})
    ran = run("scan", "--format=json")
    assert ran.code == 0
    assert [(s["path"], s["reason"], s["opaque"]) for s in ran.json()["skipped"]] == [
        ("a.json!/a/secret.env", "in zip: encrypted", True)
    ]


def test_a_key_in_the_name_of_what_is_damaged_in_it_is_masked(
    tmp_path: Path, run: Run, key: str
) -> None:
    raw = bytearray(zipped({f"{key}.env": noise(100)}, zipfile.ZIP_STORED))
    raw[raw.index(b".env") + 9] ^= 1
    repo = Repo(tmp_path)
    repo.commit({"a.json": b'"' + b64encode(bytes(raw)) + b'"'})
    (scanned,) = run("scan", "--format=json").json()["skipped"]
    (audited,) = run("audit", "--format=json").json()["skipped"]
    assert scanned["path"] == f"a.json!/{mask(key)}.env"
    assert audited["reason"] == f"!/{mask(key)}.env: in zip: damaged: its checksum is wrong"


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["gzip", "gzip in gzip"])
def test_a_decompression_bomb_is_reported(
    tmp_path: Path, run: Run, key: str, pack: Callable[[bytes], bytes]
) -> None:
    write(tmp_path, {"bomb.yaml": b"x: " + b64encode(pack(build_bomb())) + b"\n", "leak": key})
    report = run("scan", "--format=json").json()
    assert places(report) == ["leak:1"]
    assert [(s["path"], s["reason"], s["gap"]) for s in report["skipped"]] == [
        ("bomb.yaml", _SAID, True)
    ]


TIGHT: dict[str, tuple[Limits, Callable[[bytes], bytes], str]] = {
    "many in one text": (Limits(free_bytes=60_000, max_ratio=2), lambda one: one * 40, _SAID),
    "many in a zip": (
        *(
            Limits(free_bytes=60_000, max_ratio=2),
            lambda one: zipped({str(n): one for n in range(40)}),
        ),
        _SAID,
    ),
    "members": (
        Limits(max_members=9),
        lambda one: one * 40,
        "has over 9 members; the rest is skipped",
    ),
    "seconds": (Limits(max_seconds=0), lambda one: one, "takes over 0 s; the rest is skipped"),
}


@pytest.mark.parametrize("name", TIGHT)
def test_all_archives_of_a_file_share_its_limits(name: str) -> None:
    bounds, many, reason = TIGHT[name]
    one = b"x: " + b64encode(gzip.compress(bytes(3000) + noise(60))) + b"\n"
    found = looked(many(one), contexts.few()._replace(limits=bounds))
    assert reason.replace("100", str(bounds.max_ratio)) in {item.reason for item in found.skipped}
    assert all(item.gap for item in found.skipped)


def test_keys_over_the_limit_of_an_archive_are_skipped_and_reported() -> None:
    source = random.Random(3)
    keys = [PREFIX + "".join(source.choices(ALPHABET, k=32)) + "7" for _ in range(1100)]
    found = looked(WAYS["one-line"](gzip.compress("\n".join(keys).encode())))
    assert len(found.findings) == 1000
    assert [(item.reason, item.gap) for item in found.skipped] == [
        ("has over 1,000 secrets in an embedded archive; the rest is skipped", True)
    ]


def test_without_an_extractor_no_archive_is_opened(key: str) -> None:
    content = WAYS["one-line"](gzip.compress(key.encode()))
    assert detect_in_document(Document(Origin("a"), content), contexts.few()) == []


@given(
    raw=st.binary(max_size=200),
    # A database takes some content.
    form=st.sampled_from([form for form in FORMS if not form.startswith("sqlite")]),
    cut=st.integers(0, 400),
    behind=st.text(alphabet='Aa0+/=-_ \n\\n"', max_size=80),
)
def test_any_bytes_after_a_signature_raise_no_error(
    raw: bytes, form: str, cut: int, behind: str
) -> None:
    content = b'x = "' + b64encode(FORMS[form](raw))[:cut] + behind.encode() + b'"\n'
    found = looked(content)
    assert found == looked(content, HASTY)
    assert found.coverage == (1, len(content), 0)
