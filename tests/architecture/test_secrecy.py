"""A secret leaves wakeyscan by one door only."""

from __future__ import annotations

import ast
import copy
import hashlib
import json
import pickle
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import wakeyscan
from tests.support.keys import PREFIX, MakeKey
from wakeyscan.core.document import Origin
from wakeyscan.core.finding import Exposure, Finding, Position
from wakeyscan.core.secret import Secret
from wakeyscan.core.severity import Severity

RULE = "wastack-api-key"

Show = Callable[[Any], str]

PRINTED: dict[str, Show] = {
    "str": str,
    "repr": repr,
    "ascii": lambda secret: ascii(secret).replace("\\u2026", "…"),
    "format": format,
    "f-string": lambda secret: f"{secret}",
    "f-string-repr": lambda secret: f"{secret!r}",
    "percent-s": lambda secret: "%s" % secret,  # noqa: UP031
    "percent-r": lambda secret: "%r" % secret,  # noqa: UP031
    "str.format": lambda secret: "{}".format(secret),  # noqa: UP032
}

HELD: dict[str, Show] = {
    "list": lambda secret: str([secret]),
    "dict": lambda secret: str({"secret": secret}),
    "finding": lambda secret: str(finding(secret)),
    "finding-dict": lambda secret: str(finding(secret)._asdict()),
    "exception": lambda secret: repr(ValueError(secret)),
    "json-default-str": lambda secret: json.dumps(secret, default=str, ensure_ascii=False),
}

REFUSED: dict[str, Callable[[Secret], object]] = {
    "json": json.dumps,
    "json-in-list": lambda secret: json.dumps([secret]),
    "json-as-key": lambda secret: json.dumps({secret: 1}),
    "pickle": pickle.dumps,
    "pickle-0": lambda secret: pickle.dumps(secret, 0),
    "pickle-in-finding": lambda secret: pickle.dumps(finding(secret)),
    "vars": vars,
    "bytes": lambda secret: bytes(secret),  # type: ignore[call-overload]
    "iteration": lambda secret: list(secret),  # type: ignore[call-overload]
    "addition": lambda secret: b"" + secret,  # type: ignore[operator]
}


def finding(secret: Secret) -> Finding:
    return Finding(
        RULE, secret, Origin("a"), Position(1, 1, 2), "…", Severity.HIGH, Exposure.SOURCE
    )


def mask_of(text: str, rule: str = RULE) -> str:
    """Work the mask out as the contract has it, sections 4 and 5."""
    digest = hashlib.sha256(b"wakeyscan/1\0" + rule.encode() + b"\0" + text.encode()).hexdigest()
    return ("wa_live_" if text.startswith(PREFIX) else "") + f"…({digest[:6]})"


@pytest.mark.parametrize("show", PRINTED.values(), ids=PRINTED)
def test_a_secret_prints_as_its_mask(show: Show, make_key: MakeKey) -> None:
    key = make_key()
    assert show(Secret(key.encode(), RULE)) == mask_of(key)


@pytest.mark.parametrize("show", HELD.values(), ids=HELD)
def test_an_object_that_holds_a_secret_prints_its_mask(show: Show, make_key: MakeKey) -> None:
    key = make_key()
    shown = show(Secret(key.encode(), RULE))
    assert (mask_of(key) in shown, key[len(PREFIX) :] in shown) == (True, False)


@pytest.mark.parametrize("spill", REFUSED.values(), ids=REFUSED)
def test_a_secret_cannot_be_serialized(
    spill: Callable[[Secret], object], make_key: MakeKey
) -> None:
    key = make_key()
    with pytest.raises(TypeError) as refusal:
        spill(Secret(key.encode(), RULE))
    assert key[len(PREFIX) :] not in str(refusal.value)


def test_a_format_specification_applies_to_the_mask(make_key: MakeKey) -> None:
    key = make_key()
    assert f"{Secret(key.encode(), RULE):>30}" == f"{mask_of(key):>30}"


@pytest.mark.parametrize("duplicate", [copy.copy, copy.deepcopy], ids=["copy", "deepcopy"])
def test_a_copy_is_the_same_object(
    duplicate: Callable[[Secret], Secret], make_key: MakeKey
) -> None:
    secret = Secret(make_key().encode(), RULE)
    assert duplicate(secret) is secret


def test_the_fingerprint_follows_the_contract(make_key: MakeKey) -> None:
    key = make_key().encode()
    whole = hashlib.sha256(b"wakeyscan/1\0wastack-api-key\0" + key).hexdigest()
    assert Secret(key, RULE).fingerprint == whole[:32]


@given(one=st.binary(), other=st.binary())
def test_secrets_are_equal_if_rule_and_text_are(one: bytes, other: bytes) -> None:
    secret, second = Secret(one, RULE), Secret(other, RULE)
    assert (secret == second, secret == Secret(one, "another"), secret == one) == (
        one == other,
        False,
        False,
    )
    assert len({secret, second, Secret(one, RULE)}) == len({one, other})


@given(text=st.binary(min_size=9, max_size=64))
def test_only_reveal_returns_the_text(text: bytes) -> None:
    secret = Secret(text, RULE)
    assert secret.reveal() == text
    assert text.decode("latin-1") not in str(secret)


def test_only_known_modules_read_the_text_of_a_secret() -> None:
    assert _callers() == {
        "scanner/placeholders/__init__.py": 3,  # one, many, an expiry
        "scanner/secret_copies.py": 1,  # to mask its copies
        "scanner/secret_forms.py": 1,  # to mask copies in other forms
        "baselines/adopt.py": 2,  # to match the entries of another scanner's baseline
        "baselines/finding_lookup.py": 1,  # to hash a secret as that scanner does
        "verification/wastack.py": 3,  # the key and the X-App-Key: sent, then sought in answers
        "cli/wipe_mask.py": 1,  # to find each copy of a key in a file that is masked
        "audit/purge.py": 1,  # the file of --purge-file, for git filter-repo
        "fleet/hosts/client.py": 1,  # the token of the host, for a request header
        "git/mirror.py": 1,  # the same token, with which git clones
        "verification/http.py": 1,  # the password of the proxy
    }


def _callers() -> Counter[str]:
    """Count the uses of `reveal` and `_text` in our own code, by module."""
    folder = Path(wakeyscan.__path__[0])
    return Counter(
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_bytes()))
        if (isinstance(node, ast.Attribute) and node.attr in ("reveal", "_text"))
        and not _own(path, node)
    )


def _own(path: Path, node: ast.Attribute) -> bool:
    owner = node.value.id if isinstance(node.value, ast.Name) else ""
    return path.name == "secret.py" and owner in ("self", "other")
