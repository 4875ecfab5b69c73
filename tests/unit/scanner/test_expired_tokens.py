"""A JSON web token that has expired is reported with its day, and one severity lower."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from typing import NamedTuple

import pytest

from tests.support import contexts
from wakeyscan.core.document import Document, Origin
from wakeyscan.core.finding import Finding, Standing
from wakeyscan.core.severity import Severity
from wakeyscan.reports.description import describe_finding
from wakeyscan.scanner.detector import detect_in_document

CONTEXT = contexts.few()._replace(today="2026-03-02")
START_OF_2024_03_01 = 1709251200
START_OF_TODAY = 1772409600
DAY = 86400


def token(claims: str) -> str:
    parts = ('{"alg":"HS256","typ":"JWT"}', claims, "".join(map(chr, range(40, 72))))
    return ".".join(urlsafe_b64encode(part.encode()).decode().rstrip("=") for part in parts)


def detect(text: str) -> Finding:
    (finding,) = detect_in_document(Document(Origin("a.md"), text.encode()), CONTEXT)
    return finding


class Row(NamedTuple):
    claims: str
    reason: str
    severity: Severity


ROWS = {
    "expired": Row(
        json.dumps({"sub": "svc-31", "exp": START_OF_2024_03_01}),
        "expired 2024-03-01",
        Severity.LOW,
    ),
    "end-of-the-day": Row(
        f'{{"exp":{START_OF_2024_03_01 + DAY - 1}}}', "expired 2024-03-01", Severity.LOW
    ),
    "fraction": Row(
        f'{{"exp":{START_OF_2024_03_01}.75,"sub":"q"}}', "expired 2024-03-01", Severity.LOW
    ),
    "yesterday": Row(f'{{"exp": {START_OF_TODAY - 1}}}', "expired 2026-03-01", Severity.LOW),
    "today": Row(f'{{"exp": {START_OF_TODAY}}}', "", Severity.MEDIUM),
    "later": Row(f'{{"exp": {START_OF_TODAY + 400 * DAY}}}', "", Severity.MEDIUM),
    "no-expiry": Row(f'{{"iat": {START_OF_2024_03_01}}}', "", Severity.MEDIUM),
    "milliseconds": Row(f'{{"exp": {START_OF_2024_03_01}000}}', "", Severity.MEDIUM),
    "text": Row('{"exp": "never", "sub": "svc-31"}', "", Severity.MEDIUM),
}


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_the_reason_of_an_expired_token_names_the_date(row: Row) -> None:
    finding = detect(f"Authorization: Bearer {token(row.claims)}")
    assert finding.severity is row.severity
    assert (finding.standing, finding.reason) == (Standing.REPORTED, row.reason)
    assert describe_finding(finding, "x").endswith(f"; {row.reason}") is bool(row.reason)


def test_an_expired_token_in_a_request_of_the_vendor_is_one_lower() -> None:
    text = f"X-App-Key: x\nAuthorization: Bearer {token(ROWS['expired'].claims)}"
    assert detect(text).severity is Severity.MEDIUM


def test_without_a_current_date_no_token_has_expired() -> None:
    text = f"Authorization: Bearer {token(ROWS['expired'].claims)}".encode()
    (finding,) = detect_in_document(Document(Origin("a.md"), text), CONTEXT._replace(today=""))
    assert (finding.reason, finding.severity) == ("", Severity.MEDIUM)
