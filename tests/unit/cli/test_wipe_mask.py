"""Masks in the bytes of a file: JSON stays valid, and no key is left."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.keys import PREFIX, MakeKey
from wakeyscan.cli.wipe_mask import ENCODED, IN_CONTAINER, mask_findings
from wakeyscan.core.document import Origin
from wakeyscan.core.finding import Exposure, Finding, Position
from wakeyscan.core.secret import Secret
from wakeyscan.core.severity import Severity

BODY = "Zk3Qw9" * 6


def build_finding(
    text: str, position: tuple[int, int] = (1, 1), path: str = "a.jsonl", encoding: str = "plain"
) -> Finding:
    secret = Secret(text.encode(), "wastack-api-key")
    place = Position(*position, position[1] + len(text))
    return Finding(
        secret.fingerprint, secret, Origin(path), place, "", Severity.HIGH, Exposure.LOG,
        encoding=encoding,
    )  # fmt: skip


@given(
    around=st.lists(st.text(max_size=8), min_size=2, max_size=4),
    names=st.text(max_size=4),
    ascii=st.booleans(),
)
def test_json_stays_valid_and_keeps_the_rest(around: list[str], names: str, ascii: bool) -> None:
    key = PREFIX + BODY
    lines = [json.dumps({names: [key.join(around)], key: 1}, ensure_ascii=ascii), "{}"]
    content = "\n".join(lines).encode("utf-8", "surrogatepass")
    masked, left, _ = mask_findings(content, [build_finding(key)], dict)
    assert (left, BODY.encode() in masked) == ([], False)
    mark = next(name for name in json.loads(masked.split(b"\n")[0]) if name != names)
    assert masked == content.replace(key.encode(), mark.encode())


@pytest.mark.parametrize(
    ("text", "column", "masked"),
    [
        pytest.param('{"a": "x", "b": "\\"y" }', 18, '{"a": "x", "b": "M" }', id="escaped quote"),
        pytest.param('{"é": "😀", "b": "y"}', 17, '{"é": "😀", "b": "M"}', id="wide characters"),
        pytest.param('{"a": "\\\\", "b": "y"}', 18, '{"a": "\\\\", "b": "M"}', id="a backslash"),
        pytest.param('["y", "z"]', 2, '["M", "z"]', id="a list"),
    ],
)
def test_an_encoded_key_whose_bytes_are_unknown_is_masked_with_its_string(
    text: str, column: int, masked: str
) -> None:
    content = f"{{}}\n{text}\n{{}}".encode()
    found = build_finding(PREFIX + BODY, (2, column), encoding="base64")
    mark = f"redacted-by-wakeyscan-{found.secret.fingerprint[:6]}"
    expected = f"{{}}\n{masked.replace('M', mark)}\n{{}}".encode()
    assert mask_findings(content, [found], dict) == (expected, [], [found])


def test_overlapping_secrets_are_masked_once(make_key: MakeKey) -> None:
    key = make_key()
    content = f"Authorization: Bearer {key}x rest".encode()
    findings = [build_finding(key), build_finding(f"{key}x")]
    masked, left, _ = mask_findings(content, findings, dict)
    assert (left, masked.endswith(b" rest"), masked.count(b"redacted")) == ([], True, 1)


@pytest.mark.parametrize(
    "found",
    [
        pytest.param(build_finding(PREFIX + BODY, encoding="base64", path="a.txt"), id="encoded"),
        pytest.param(build_finding(PREFIX + BODY, (9, 1)), id="beyond the end"),
        pytest.param(build_finding(PREFIX + BODY, (1, 99), encoding="hex"), id="beyond the line"),
    ],
)
def test_a_finding_without_a_place_is_not_masked(found: Finding) -> None:
    content = b'{"a": "x"}'
    assert mask_findings(content, [found], dict) == (content, [(found, ENCODED)], [])


def test_a_finding_in_a_container_is_not_masked(key: str) -> None:
    found = build_finding(key, path="a.zip!/b.json")
    assert mask_findings(key.encode(), [found], dict) == (key.encode(), [(found, IN_CONTAINER)], [])
