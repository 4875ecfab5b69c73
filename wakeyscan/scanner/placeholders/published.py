"""Credentials and UUIDs that documentation publishes."""

from __future__ import annotations

from functools import cache

from wakeyscan.core.hashes import compute_digest
from wakeyscan.scanner.placeholders.words import WORDS

_EXAMPLES = frozenset(
    (
        b"wa_live_your_key",
        b"wa_live_your_api_key",
        b"your_app_key",
        b"your_auth_key",
        b"QWxhZGRpbjpvcGVuIHNlc2FtZQ==",  # RFC 7617: Aladdin:open sesame
        b"QWxhZGRpbjpPcGVuU2VzYW1l",  # MDN: aladdin:opensesame
        b"YWxhZGRpbjpvcGVuc2VzYW1l",
        b"mF_9.B5f-4.1JqM",  # RFC 6750
        b"czZCaGRSa3F0MzpnWDFmQmF0M2JW",  # RFC 6749
        b"2YotnFZFEjr1zCsicMWpAA",
        b"h480djs93hd8",
        b"23410913-abewfq.123483",  # RFC 7662
        b"SlAV32hkKG",  # OpenID Connect Core 1.0
        b"Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU",  # RFC 9449
        b"ZGVtbzpwQDU1dzByZA==",  # Swagger's guide: demo:p@55w0rd
        b"d2lraTpwZWRpYQ==",  # Wikipedia in German: wiki:pedia
        b"9944b09199c62bcf9418ad846dd0e4bbdfc6ee4b",  # Django REST framework's guide
        b"781292.db7bc3a58fc5f07e",  # Kubernetes' guides
        b"07401b.f395accd246ae52d",
        b"czZCaGRSa3F0Mzo3RmpmcDBaQnIxS3REUmJuZlZkbUl3",  # drafts of RFC 6749
        b"vF9dft4qmT",
        b"45ghiukldjahdnhzdauz",  # RFC 7009
        b"reg-23410913-abewfq.123483",  # RFC 7592
        b"QURNSU46S1lMSU4=",  # Apache Kylin: ADMIN:KYLIN, the name and password of every new server
        b"Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==",
        b"C2y6yDjf5/R+ob0N8A7Cgv30VRDJIWEHLM+4QDU5DE2nQ9nDuVTqobD4b8mGGyPMbIZnqyMsEcaGQy67XIw/Jw==",
        # Above: the emulators of Azure's storage and of Cosmos DB, which all have the same keys.
        b"sk_test_4eC39HqLyjWDarjtT1zdp7dc",  # Stripe
        b"c2tfdGVzdF80ZUMzOUhxTHlqV0Rhcmp0VDF6ZHA3ZGM6",
        b"sk_test_BQokikJOvBiI2HlWgH4olfQ2",
        b"c2tfdGVzdF9CUW9raWtKT3ZCaUkySGxXZ0g0b2xmUTI6",
        b"ghp_16C7e42F292c6912E7710c838347Ae178B4a",  # GitHub
        b"gho_16C7e42F292c6912E7710c838347Ae178B4a",
        b"9koXpg98eAheJpvBs5tK",  # GitLab
        b"2gbdx6oar67tqtcmt49t3wpcgycthx",  # Twitch
        b"cfabdegwdoklmawdzdo98xt2fo512y",
        b"jostpf5q0uzmxmkba9iyug38kjtgh",
        b"y_NbAkKc66ryYTWUXYEu",  # PagerDuty
        b"8M7wS6hCpXVc-DoRnPPY_UCWPgy8aea4Wy6kCe5T",  # Cloudflare
        b"YQSn-xWAQiiEh9qM58wZNnyQS7FUdoqGIUAbrh7T",
        b"VnVhQ2ZHY0JDZGJrUW0tZTVhT3g6dWkybHAyYXhUTm1zeWFrdzl0dk5udw==",  # Elasticsearch
        b"A21AAFEpH4PsADK7qSS7pSRsgzfENtu-Q1ysgEDVDESseMHBYXVJYE8ovjj68elIDy8nF26AwPhfXTIeWAZHSLIsQkSYz9ifg",
        b"AAAAAAAAAAAAAAAAAAAAAMLheAAAAAAA0%2BuSeid%2BULvsea4JtiGRiSDSJSI%3D"
        b"EUifiRBkKG5E2XzMDjRfl76ZC9Ub0wnz4XsNiRVBChTYbJcE3F",  # Above: PayPal. This: Twitter
        b"eHZ6MWV2RlM0d0VFUFRHRUZQSEJvZzpMOHFxOVBaeVJnNmllS0dFS2hab2xHQzB2SldMdzhpRUo4OERSZHlPZw==",
        b"tk_AgQdq7mVBoFD37zQVN29RhuMzNIz2",  # ntfy
        b"OnRrX0FnUWRxN21WQm9GRDM3elFWTjI5Umh1TXpOSXoy",
        b"dGplMDpUamUw",  # SuperOffice
        b"q8ggxpoVDW76Kw918hwnnRvxlZmAP2QZ",  # TravelgateX: its documentation offers it for tests
        b"oE39Gq3Gkcv2gTvz8hePLi3cG4KVbc0Q2pkg4B5i",  # Payraizen
    )
)
"""Examples of the vendor's documentation (contract, section 1), RFCs and well-known guides."""

_EXAMPLE_IDS = frozenset(
    b"""
    123e4567e89b12d3a456426614174000 123e4567e89b12d3a456426655440000
    550e8400e29b41d4a716446655440000 a0eebc999c0b4ef8bb6d6bb9bd380a11
    f47ac10b58cc4372a5670e02b2c3d479 f81d4fae7dec11d0a76500a0c91e6bf6
    7d4448409dc011d1b2455ffdce74fad2 e902893a9d223c7ea7b8d6e313b71d9f
    c232ab00941411ecb3c89f6bdeced846 5df418813aed351588a72f4a814cf09e
    919108f752d143209bacf847db4148a8 2ed6657de927568b95e12665a8aea6a2
    1ec9414c232a6b00b3c89f6bdeced846 017f22e279b07cc398c4dc0c0c07398f
    2489e9ad2ee28e008ec932d5f69181c0 5c146b143c528afd938a375d0df1fbf6
    6ba7b8109dad11d180b400c04fd430c8 6ba7b8119dad11d180b400c04fd430c8
    6ba7b8129dad11d180b400c04fd430c8 6ba7b8149dad11d180b400c04fd430c8
    3fa85f6457174562b3fc2c963f66afa6 d290f1ee6c544b0190e6d701748f0851
    497f6eca62764993bfeb53cbbbba6f08 384000008cf011bdb23e10b96e4ef00d
    9b1deb4d3b7d4bad9bdd2b0d7b3dcb6d 1b9d6bcdbbfd4b2d9b5dab8dfbbd4bed
    2c5ea4c0406711e98bad9b1deb4d3b7d 6c84fb9012c411e1840d7b25c5ee775a
    110ec58aa0f24ac48393c866d813b8d1 109156bec4fb41eab1b4efe1671c5836
    936da01f9abd4d9d80c702af85c822a8 0f8fad5bd9cb469fa16570867728950e
    7c9e6679742540de944be07fc1f90ae7 ca761232ed4211cebacd00aa0057b223
    c56a418065aa42eca9455fd21dec0538 67e5504410b1426f9247bb680e5fe0c8
    31ada4fdadec460c809a9e56ceb75269
    de305d5475b4431badb2eb6b9e546014 067e61623b6f4ae2a1712470b63dff00
    3f2504e04f8911d39a0c0305e82c3301 21ec20203aea4069a2dd08002b30309d
    a8098c1af86e11dabd1a00112444be1e 16fd27068baf433b82eb8c7fada847da
    886313e13b8a53729b900c9aee199e5d 6fa459eaee8a3ca4894edb77e160355e
    01890a5dac96774bbcceb302099a8057 01arz3ndektsv4rrffq69g5fav
    """.split()
)
"""UUIDs in RFC 4122, RFC 9562, and in the manuals of OpenAPI, PostgreSQL, .NET, Java, Python, Rust,
Kubernetes, npm's uuid and Wikipedia, and the ULID of its specification; in lower case, without
dashes."""

_SHUFFLED = sorted(b"abcdefghkvaZVDPE1864563")
"""The characters that Scribe, which writes the documentation of Laravel's APIs, shuffles into an
example of a token."""


_HASHES = {32: "md5", 40: "sha1", 64: "sha256"}
"""Hashes by the number of their hexadecimal digits."""
_DIGITS = b"0123456789abcdef"
_HASHED = (b"", b"1", b"12", b"123", b"1234", b"12345", b"123456", b"12345678", b"123456789")
"""What people hash as an example, in addition to the words."""


def is_published(text: bytes) -> bool:
    """Return whether documentation publishes a credential or an id, in any case."""
    lowered = text.replace(b"-", b"").lower()
    if text in _EXAMPLES or lowered in _EXAMPLE_IDS:
        return True
    if len(text) in _HASHES and _is_hash(text.lower()):
        return True
    return len(text) == len(_SHUFFLED) and sorted(text) == _SHUFFLED


def _is_hash(text: bytes) -> bool:
    """Return whether a text is the hash of a common word: anybody can look the word up.

    To hash all words takes 2 ms; a random key has other letters than those of a hash.
    """
    return not text.strip(_DIGITS) and bytes.fromhex(text.decode()) in _list_hashes(len(text))


@cache
def _list_hashes(size: int) -> frozenset[bytes]:
    return frozenset(compute_digest(_HASHES[size], text) for text in (*_HASHED, *WORDS))
