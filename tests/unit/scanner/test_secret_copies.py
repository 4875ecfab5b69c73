"""A copy of a secret beside it is masked in excerpts, in whatever form it is written."""

from __future__ import annotations

from base64 import b64encode

import pytest

from tests.support.key_copies import COPIES, find_copies
from tests.support.keys import PREFIX, MakeKey, mask
from tests.support.scan import find

BODY = "Zk3Qm9TxV7bRw2LpYc8NfHs4DjGa6EuX1oKi5"
KEY = PREFIX + BODY

LINES = {
    "after": 'key = "{key}"  # once more: {copy}, and on',
    "before": "copy={copy}; key={key}",
    "both sides": "{copy} {key} {copy}",
    "in a word": "{key} /x-{copy}-y",
    "long line": "{key} // copy: {copy}" + "; further code" * 100_000,
}


@pytest.mark.parametrize("line", LINES.values(), ids=LINES)
@pytest.mark.parametrize("name", COPIES)
def test_a_copy_on_the_line_is_not_shown(line: str, name: str) -> None:
    found = find(line.format(key=KEY, copy=COPIES[name](BODY)).encode())
    (excerpt,) = (finding.excerpt for finding in found if finding.secret.reveal() == KEY.encode())
    assert find_copies(excerpt, BODY) == []
    assert excerpt.count(mask(KEY)) >= 2


def test_the_rest_of_the_line_stays() -> None:
    (finding,) = find(f'key = "{KEY}"  # copy: {BODY[::-1]}, for the tests of the router'.encode())
    shown = f'key = "{mask(KEY)}"  # copy: {mask(KEY)}, for the tests of the router'
    assert finding.excerpt == shown


def test_few_characters_in_common_are_not_a_copy() -> None:
    (finding,) = find(f"{KEY} {BODY[:7]} {BODY[20:27]}".encode())
    assert finding.excerpt == f"{mask(KEY)} {BODY[:7]} {BODY[20:27]}"


def test_a_copy_on_the_line_of_another_key_is_not_shown(make_key: MakeKey) -> None:
    other = make_key()
    found = find(f"{KEY}\n{other} copy={BODY[::-1]}".encode())
    assert [finding.excerpt for finding in found] == [mask(KEY), f"{mask(other)} copy={mask(KEY)}"]


def test_copies_are_masked_among_many_keys(make_key: MakeKey) -> None:
    keys = [make_key() for _ in range(40)]
    lines = (f"{key} copy={key.removeprefix(PREFIX)[::-1]}" for key in keys)
    excerpts = [finding.excerpt for finding in find("\n".join(lines).encode())]
    assert excerpts == [f"{mask(key)} copy={mask(key)}" for key in keys]


def test_the_password_of_basic_authentication_is_not_shown() -> None:
    password = "hunter2-horse-staple"
    basic = b64encode(f"robot:{password}".encode()).decode()
    (finding,) = find(f"curl -u robot:{password} -H 'Authorization: Basic {basic}'".encode())
    assert "hunter2" not in finding.excerpt and "staple" not in finding.excerpt


def test_words_of_a_credential_stay_where_they_name_something() -> None:
    secret = "my_password_for_staging_7f31"
    (finding,) = find(f'password = x; headers = {{"Authorization": "Bearer {secret}"}}'.encode())
    assert finding.excerpt.startswith('password = x; headers = {"Authorization": "Bearer …(')
