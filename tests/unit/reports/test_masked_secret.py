"""A secret of a saved report: it prints as its mask, and has no text."""

from __future__ import annotations

import json
import pickle

import pytest

from tests.support.keys import MakeKey, fingerprint, mask
from wakeyscan.core.secret import API_KEY, Secret
from wakeyscan.reports.saved_report import MaskedSecret


def test_a_masked_secret_equals_its_secret_and_prints_like_it(make_key: MakeKey) -> None:
    key = make_key()
    secret, masked = Secret(key.encode(), API_KEY), MaskedSecret(mask(key), fingerprint(key))
    assert (masked, hash(masked)) == (secret, hash(secret))
    assert [str(masked), repr(masked), f"{masked:>30}"] == [
        *(mask(key), mask(key)),
        f"{mask(key):>30}",
    ]


def test_a_masked_secret_does_not_reveal_a_text(make_key: MakeKey) -> None:
    key = make_key()
    masked = MaskedSecret(mask(key), fingerprint(key))
    for refuse in (masked.reveal, lambda: masked.begins_with(masked)):
        with pytest.raises(TypeError, match="only its mask"):
            refuse()
    for dump in (json.dumps, pickle.dumps):
        with pytest.raises(TypeError):
            dump(masked)


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("wa_live_…(123456)", "1" * 32),
        ("wa_live_abcdef", "1" * 32),
        ("…(111111) ", "1" * 32),
        ("…(111111)", "1" * 31),
        ("…(AAAAAA)", "A" * 32),
    ],
    ids=["other digits", "no mask", "blank", "short", "capitals"],
)
def test_a_text_that_is_not_a_mask_is_rejected_and_not_printed(text: str, digits: str) -> None:
    with pytest.raises(ValueError, match="expected") as refusal:
        MaskedSecret(text, digits)
    assert text not in str(refusal.value)
