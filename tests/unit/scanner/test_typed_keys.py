"""Texts that a person typed are placeholders, and texts that a generator drew never are."""

from __future__ import annotations

import random
import string
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wakeyscan.scanner.placeholders.published import is_published
from wakeyscan.scanner.placeholders.tokens import check_token

SEQUENCE = "a sequence, like 123456 or abcdef"
REPEATED = "repeats itself"
JOINED = "words joined together, not a random text"
WORD = "contains a word that examples use"

SEQUENCES = """
a1b2c3d4e5f6g7h8 1a2b3c4d5e6f7g8h a0b1c2d3e4f5g6h7 A1B2C3D4E5F6G7H8I9J0K1L2 a1B2c3D4e5F6g7H8i9J0
AbCdEfGhIjKlMnOp aBcDeFgHiJkLmNoPqRsTuVwXyZ q1w2e3r4t5y6u7i8 1q2w3e4r5t6y7u8i Q1W2E3R4T5Y6U7I8O9P0
1234abcd5678efgh 12ab34cd56ef78gh abc123def456ghi789 abcd1234efgh5678ijkl 1qaz2wsx3edc4rfv
zaq12wsxcde34rfv qazwsxedcrfvtgby qwertyuiopasdfgh QWERTYUIOPASDFGHJKL asdfghjklqwertyui
poiuytrewqlkjhgf zxcvbnmasdfghjkl qawsedrftgyhujik azertyuiopqsdfgh 0987654321qwertyuiop
h8g7f6e5d4c3b2a1 z9y8x7w6v5u4t3s2 zyxwvutsrqponmlk 9876543210fedcba fedcba9876543210
ABCDEF1234567890abcdef 0123456789abcdef 0123456789ABCDEFGHIJ abcdefghijklmnop123456789
aabbccddeeffgghh 1122334455667788 112233445566778899aabbccddeeff AAAABBBBCCCCDDDD 1111222233334444
11111111-2222-3333-4444-555555555555 aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee
12345678-1234-1234-1234-123456789012 01020304-0506-0708-090a-0b0c0d0e0f10
a1b2c3d4-e5f6-7890-abcd-ef1234567890 A1B2C3D4-E5F6-7890-ABCD-EF1234567890
acegikmoqsuwyace 0a1b2c3d4e5f6a7b8c9d abcdefgh12345678ABCDEFGH a-b-c-d-e-f-g-h-i-j
"""
REPETITIONS = """
0000000000000000 a9f3000000000000000000 1a1a1a1a1a1a1a1a abcabcabcabcabcabc abc123abc123abc123
abcd1234-ABCD1234-abcd1234 q7w3z9k1q7w3z9k1 Q7w3Z9k1-q7W3z9K1 12345678-1234-5678-1234-567812345678
00010203-0405-0607-0809-0a0b0c0d0e0f
"""
NAMES = """
banner-1200x628-final header-640x480-v2-retina promo-video-1080p60-h264 release-2024-01-15-build42
dashboard-v2-3-0-rc1 chat-widget-v1-bundle hero-1200x630-v2 icon-512x512-dark thumb-150x150-crop-q80
intro_1920x1080_30fps photo_2024-05-01_12-30-00 widget-bundle-8f3a9c2b bg-2x-retina-1440w
release-notes-v10-2-beta3 screenshot_2023_11_30_light logo-horizontal-800w Poster-2026-Final-v3
session_started_successfully device-was-disconnected Session_Started_Again_2
wal_checkpoint_threshold_exceeded MESSAGE_QUEUE_LIMIT_REACHED webhook_retry_interval_seconds
"""
EXAMPLES = """
your_wastack_api_key_goes_here yourApiKeyGoesInThisPlace YOUR_KEY_HERE_0000 myexamplekey12345678
this-is-a-sample-key-42 todo_put_one_in_here dummy_value_for_ci_17 changemechangeme
exampleexample1234 deadbeef-dead-beef-dead-beefdeadbeef test-key-1234567890 fake_key_abcdef123456
"""
TYPED = {
    text: reason
    for texts, reason in (
        (SEQUENCES, SEQUENCE),
        (REPETITIONS, REPEATED),
        (NAMES, JOINED),
        (EXAMPLES, WORD),
    )
    for text in texts.split()
}


@pytest.mark.parametrize(("text", "reason"), TYPED.items(), ids=TYPED)
def test_a_typed_text_is_a_placeholder_with_a_reason(text: str, reason: str) -> None:
    assert check_token(text.encode()) == reason


RANDOM_PARTS = """
prod_8f3a9c2b1d4e7f60 env_k3j5h2k9x8d2p1q7 tenant_acme_8f3a9c2b1d4e7f6079ab kqzj-vbxw-plmn-rtyh
acme-prod-kqzjvbxwplmnrtyhgfds k3j5-h2k9-x8d2-p1q7 ABCDEFGH-7KQ2-M9XZ-4TPB-W8RJ
banner-1200x628-8f3a9c2b1d4e7f60 abcdefgh8f3a9c2b1d4e7f60 00000000-8f3a9c2b1d4e7f6079ab
f3a9c2b1-4d5e-4f60-8a7b-91c2d3e4f5a7 018f3b1c-7a2e-7c41-9d35-6b8e0f2a4c71
"""


@pytest.mark.parametrize("text", RANDOM_PARTS.split())
def test_a_text_with_a_random_part_is_not_a_placeholder(text: str) -> None:
    assert check_token(text.encode()) == ""


BASE62 = string.ascii_letters + string.digits
ALPHABETS = {
    "hexadecimal": string.hexdigits[:16],
    "hexadecimal-upper": string.digits + string.hexdigits[-6:],
    "lower-and-digits": string.ascii_lowercase + string.digits,
    "upper-and-digits": string.ascii_uppercase + string.digits,
    "upper": string.ascii_uppercase,
    "lower": string.ascii_lowercase,
    "digits": string.digits,
    "base32": string.ascii_uppercase + "234567",
    "base62": BASE62,
    "base64url": BASE62 + "-_",
}


@pytest.mark.parametrize("alphabet", ALPHABETS.values(), ids=ALPHABETS)
def test_no_random_text_is_classified_as_typed(alphabet: str) -> None:
    source = random.Random(alphabet)
    texts = (
        "".join(source.choices(alphabet, k=size)) for size, _ in product(range(16, 129), range(30))
    )
    assert [text for text in texts if check_token(text.encode())] == []


UUIDS = """
123e4567-e89b-12d3-a456-426614174000 550e8400-e29b-41d4-a716-446655440000
f47ac10b-58cc-4372-a567-0e02b2c3d479 3fa85f64-5717-4562-b3fc-2c963f66afa6
6ba7b810-9dad-11d1-80b4-00c04fd430c8 a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11
"""


@pytest.mark.parametrize("uuid", UUIDS.split())
def test_a_uuid_from_documentation_is_recognized_in_any_form(uuid: str) -> None:
    forms = [uuid, uuid.upper(), uuid.replace("-", ""), uuid.replace("-", "").upper()]
    assert [form for form in forms if not is_published(form.encode())] == []
    changed = uuid[:-1] + ("1" if uuid[-1] != "1" else "2")
    assert not is_published(changed.encode())


@given(text=st.binary(max_size=300))
def test_any_text_can_be_checked(text: bytes) -> None:
    assert check_token(text) == check_token(text)
