"""Credentials are removed from the URLs in messages and reports."""

from __future__ import annotations

import pytest

from wakeyscan.git.mirror import remove_credentials

URLS = {
    "name and password": ("https://name:word@host/x.git", "https://host/x.git"),
    "token alone": ("https://token@host/x.git", "https://host/x.git"),
    "empty name": ("https://:word@host:8443/x", "https://host:8443/x"),
    "at sign in the password": ("https://name:a@b@host/x", "https://host/x"),
    "none": ("https://host/x.git", "https://host/x.git"),
    "at sign in the path": ("https://host/a@b", "https://host/a@b"),
    "at sign in the query": ("https://host?a@b", "https://host?a@b"),
    "file": ("file:///srv/a@b.git", "file:///srv/a@b.git"),
    "within a message": (
        "fatal: unable to access 'https://name:word@host/': timed out",
        "fatal: unable to access 'https://host/': timed out",
    ),
}


@pytest.mark.parametrize(("text", "expected"), URLS.values(), ids=URLS)
def test_only_the_credentials_are_removed(text: str, expected: str) -> None:
    assert remove_credentials(text) == expected
