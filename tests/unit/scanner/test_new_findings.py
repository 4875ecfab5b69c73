"""Findings that a change brings: the same secret on the same line is old, whatever is around it."""

from __future__ import annotations

import io
import zipfile

import pytest

from tests.support.contexts import few
from tests.support.keys import MakeKey
from wakeyscan.core.document import Document, Origin
from wakeyscan.scanner.documents import scan_documents

OLD = {
    "other word on the next line": ("k={0}\nx7Qa9Z\n", "k={0}\nB3kd8W\n"),
    "line with a word inserted below": ("k={0}\nplain text\n", "k={0}\nx7Qa9Z\nplain text\n"),
    "last line is no longer the last": ("k={0}", "k={0}\nx7Qa9Z\n"),
    "next line removed": ("k={0}\nx7Qa9Z\nend\n", "k={0}\nend\n"),
    "two words below": ("k={0}\nx7Qa9Z\nB3kd8W\n", "k={0}\nx7Qa9Z\nw5Tf2R\n"),
    "line above ends with another key": ("x7Qa9Z {0}\n", "new={1}\nx7Qa9Z {0}\n"),
    "line above ended with another key": ("k={1}\nx7Qa9Z {0}\n", "x7Qa9Z {0}\n"),
    "folded mail": ("X-Key: {0}\n x7Qa9Z\n", "X-Key: {0}\n B3kd8W\n"),
    "quoted mail": ("> k {0}\n> x7Qa9Z\n", "> k {0}\n> B3kd8W\n"),
    "next cell of a table": ("| {0} | a |\n| x7Qa9Z | b |\n", "| {0} | a |\n| B3kd8W | b |\n"),
    "indented": ("k={0}\n", "    k={0}\n"),
    "other key replaced on its line": ("a {0} b {1}\n", "a {0} b {2}\n"),
}
"""The text before and after a change that brings no new place of key 0."""

NEW = {
    "line changed before it": ("k={0}\n", "l={0}\n"),
    "line changed after it": ("k={0} x7Qa9Z\n", "k={0} B3kd8W\n"),
    "plain word after it": ("k {0} old\n", "k {0} new\n"),
    "comment after it": ("k={0}\n", "k={0} # comment\n"),
    "line twice": ("k={0}\n", "k={0}\nk={0}\n"),
    "key added on its line": ("k={0} l=\n", "k={0} l={1}\n"),
    "key is new": ("x7Qa9Z\n", "{0}\nx7Qa9Z\n"),
}
"""The text before and after a change that brings a new place of key 0."""


def find_new(old: bytes, new: bytes) -> set[str]:
    document = Document(Origin("a.txt"), new, before=lambda: [("a.txt", old)])
    findings = scan_documents([document], few()).findings
    return {finding.secret.fingerprint for finding in findings}


def find_all(content: bytes) -> set[str]:
    findings = scan_documents([Document(Origin("a.txt"), content)], few()).findings
    return {finding.secret.fingerprint for finding in findings}


def zip_text(content: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("a.txt", content)
    return buffer.getvalue()


@pytest.mark.parametrize("is_zipped", [False, True], ids=["text", "zip"])
@pytest.mark.parametrize("old, new", OLD.values(), ids=OLD)
def test_an_unchanged_line_brings_no_finding(
    make_key: MakeKey, old: str, new: str, is_zipped: bool
) -> None:
    keys = [make_key() for _ in range(3)]
    before, after = (text.format(*keys).encode() for text in (old, new))
    (first,) = find_all(keys[0].encode())
    assert first in find_all(before)
    if is_zipped:
        before, after = zip_text(before), zip_text(after)
    assert first in find_all(after)
    assert first not in find_new(before, after)


@pytest.mark.parametrize("is_zipped", [False, True], ids=["text", "zip"])
@pytest.mark.parametrize("old, new", NEW.values(), ids=NEW)
def test_a_changed_line_brings_a_finding(
    make_key: MakeKey, old: str, new: str, is_zipped: bool
) -> None:
    keys = [make_key() for _ in range(3)]
    before, after = (text.format(*keys).encode() for text in (old, new))
    (first,) = find_all(keys[0].encode())
    if is_zipped:
        before, after = zip_text(before), zip_text(after)
    assert first in find_new(before, after)


def test_a_digest_is_made_only_for_a_comparison(make_key: MakeKey) -> None:
    content = make_key().encode()
    (alone,) = scan_documents([Document(Origin("a"), content)], few()).findings
    document = Document(Origin("a"), content, before=lambda: [])
    (compared,) = scan_documents([document], few()).findings
    assert (alone.line_digest, len(compared.line_digest)) == (b"", 32)
