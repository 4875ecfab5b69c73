"""A scan and an audit say when a JSON web token expired."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from pathlib import Path

from tests.support.command import WAKEYSCAN, execute
from tests.support.dated_repository import Dated

CLAIMS = json.dumps({"sub": "svc-31", "exp": 1709251200})


def token() -> str:
    parts = ('{"alg":"HS256","typ":"JWT"}', CLAIMS, "".join(map(chr, range(40, 72))))
    return ".".join(urlsafe_b64encode(part.encode()).decode().rstrip("=") for part in parts)


def test_a_scan_and_an_audit_report_when_a_token_expired(tmp_path: Path) -> None:
    repo = Dated(tmp_path / "repo").at(1)
    repo.commit({"a.md": f"Authorization: Bearer {token()}\n"})
    for command in ("scan", "audit"):
        ran = execute([WAKEYSCAN, command, "."], repo.top)
        assert ran.code == 1
        assert "expired 2024-03-01" in ran.out
        assert "low" in ran.out.lower()
