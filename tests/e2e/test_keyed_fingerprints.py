"""Fingerprints under a key: the same everywhere, and never mixed with others."""

from __future__ import annotations

import hashlib
import hmac
from pathlib import Path

from tests.support.fake_wastack import REVOKED, FakeWAStack
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
