"""Fingerprints under a key: the same everywhere, and never mixed with others."""

from __future__ import annotations

import hashlib
import hmac
from pathlib import Path

import pytest

from tests.support.command import Run
from tests.support.fake_wastack import REVOKED, FakeWAStack
from tests.support.files import write
from tests.support.keys import MakeKey, fingerprint
from tests.support.repositories import Repo, fingerprints

VARIABLE = "WAKEYSCAN_FINGERPRINT_KEY"


def keyed(secret: str, key: str) -> str:
    """Return a fingerprint as the contract defines it (section 5), without our own code."""
    seed = f"wakeyscan/1\0wastack-api-key\0{secret}".encode()
    return hmac.new(key.encode(), seed, hashlib.sha256).hexdigest()[:32]


def test_scans_audits_and_entries_have_fingerprints_under_the_key(
    tmp_path: Path, make_key: MakeKey
) -> None:
    secret = make_key()
    repo = Repo(tmp_path / "repo", env={"XDG_CACHE_HOME": str(tmp_path / "cache")})
    repo.commit({"a": f"{secret}\n", "b": f"again {secret}\n"})
    repo.git("repack", "-adq")  # an audit caches packs
    for key in ("", "one", "two", "one"):
        env = {**repo.env, VARIABLE: key}
        expected = {keyed(secret, key) if key else fingerprint(secret)}
        audit = repo.run("audit", "--format", "json", env=env).json()
        assert fingerprints(audit) == {one["fingerprint"] for one in audit["keys"]} == expected
        assert fingerprints(repo.scan("--jobs", "2", env=env).json()) == expected
    one, two = ({**repo.env, VARIABLE: key} for key in ("one", "two"))
    assert repo.run("ignore", "add", keyed(secret, "one")[:6], "--reason", "r", env=one).code == 0
    assert (repo.run("scan", env=one).code, repo.run("audit", env=one).code) == (0, 0)
    assert (repo.run("scan", env=two).code, repo.run("audit", env=two).code) == (1, 1)


def test_cached_verdicts_of_another_key_are_not_used(tmp_path: Path, make_key: MakeKey) -> None:
    secret = make_key()
    repo = Repo(tmp_path / "repo", env={"XDG_CACHE_HOME": str(tmp_path / "cache")})
    repo.commit({"a": f"'{secret}'\n"})
    with FakeWAStack({secret: REVOKED}) as api:
        env = {**repo.env, "WAKEYSCAN_API_URL": api.url}
        for key, requests in (("one", 1), ("one", 1), ("two", 2), ("", 3)):
            repo.run("scan", "--verify", "--verify-cache", env={**env, VARIABLE: key})
            assert len(api.asked) == requests


@pytest.mark.parametrize(
    ("then", "now", "fault"),
    [
        ("one", "two", f"with another {VARIABLE}; set it to the key of that run"),
        ("one", "", f"with {VARIABLE}; set it to the key of that run"),
        ("", "two", f"without {VARIABLE}; unset it to compare keys with this report"),
    ],
)
def test_a_report_under_another_key_is_refused(
    run: Run, make_key: MakeKey, tmp_path: Path, then: str, now: str, fault: str
) -> None:
    write(tmp_path, {"a": make_key()})
    report = run("scan", "a", "-f", "json", "-o", "r.json", env={VARIABLE: then})
    assert report.code == 1
    error = f"wakeyscan: r.json: the fingerprints in this report were made {fault}\n"
    for arguments in (["verify", "r.json"], ["ignore", "add", "--from", "r.json", "--reason=r"]):
        ran = run(*arguments, env={VARIABLE: now})
        assert (ran.code, ran.out, ran.err) == (2, "", error)


@pytest.mark.parametrize("key", ["", "one"])
def test_a_report_says_under_which_key_its_fingerprints_are(
    run: Run, make_key: MakeKey, tmp_path: Path, key: str
) -> None:
    secret = make_key()
    write(tmp_path, {"a": secret})
    shown = run("scan", "a", "-f", "json", "-o", "r.json", env={VARIABLE: key})
    shown = run("report", "r.json", "-f", "json", env={VARIABLE: "another"})
    seed = b"wakeyscan/1\0fingerprint-key\0"
    digits = hmac.new(key.encode(), seed, hashlib.sha256).hexdigest()[:6] if key else None
    assert shown.json().get("fingerprint_key") == digits
    with FakeWAStack({secret: REVOKED}) as api:
        ran = run("verify", "r.json", "--api-url", api.url, env={VARIABLE: key})
    assert (ran.code, "revoked" in ran.out) == (0, True)
