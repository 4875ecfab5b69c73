"""Placeholders, inline comments and severities of findings."""

from __future__ import annotations

import hashlib
import random
import string
import uuid
from base64 import b64decode, b64encode
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.keys import PREFIX, MakeKey
from wakeyscan.core.document import Document, Origin
from wakeyscan.core.finding import Exposure, Finding, Liveness, Standing
from wakeyscan.core.secret import Secret
from wakeyscan.core.severity import Severity
from wakeyscan.rules import loader
from wakeyscan.scanner.context import build_context
from wakeyscan.scanner.detector import detect_in_document
from wakeyscan.scanner.findings import classify_severity
from wakeyscan.scanner.matcher import Match
from wakeyscan.scanner.placeholders import find_placeholder_reason

KEY, HEADER, APP = "wastack-api-key", "authorization-header", "wastack-app-key"
RULES = {one.id: one for one in loader.load_rules()}
CONTEXT = build_context(loader.load_rules(), {})

EXAMPLE = "an example from documentation"
WORD = "contains a word that examples use"
JOINED = "words joined together, not a random text"
SEQUENCE = "a sequence, like 123456 or abcdef"
REPEATED = "repeats itself"
POOR = "has too few different characters"
PAIR = "a name and password that examples use"
NO_PAIR = "does not decode to a name and a password"
CUT = "a JSON web token that is cut short"
CUT_SHORT = "cut short by an ellipsis"
PUBLIC, PART = "a public key", "a part of a credential"
NO_JWT = "does not decode as a JSON web token"
UNSIGNED = "a JSON web token without a signature"
EXAMPLE_JWT = "an example JSON web token"
MASHED, CHANGED = "typed on a keyboard at random", "a UUID that a person has changed"


def reason(text: str, rule_id: str = KEY, scheme: str = "") -> str:
    secret = Secret(text.encode(), rule_id)
    return find_placeholder_reason(Match(RULES[rule_id], secret, 0, len(text), scheme.encode()))


def basic(plain: str) -> str:
    return b64encode(plain.encode()).decode()


def jwt(claims: str, signature: str, header: str = '{"alg":"HS256","typ":"JWT"}') -> str:
    parts = (header, claims)
    return ".".join([*(basic(part).rstrip("=") for part in parts), signature])


def teamcity(key: str) -> str:
    return ".".join(basic(part).rstrip("=") for part in ('{"typ": "TCV2"}', key, SIGNATURE))


BODIES = {
    "vendor-key": ("your_key", EXAMPLE),
    "vendor-api-key": ("your_api_key", EXAMPLE),
    "your-key-here": ("YOUR_KEY_HERE_0000", WORD),
    "your-long": ("your_wastack_api_key_goes_here", WORD),
    "your-camel": ("yourApiKeyGoesInThisPlace", WORD),
    "your-token": ("your-token-goes-here-1", WORD),
    "xxxx": ("xxxxxxxxxxxxxxxxxxxxxxxx", WORD),
    "xxxx-upper": ("XXXXXXXXXXXXXXXXXXXXXXXX", WORD),
    "xxxx-tail": ("a1b2c3d4e5xxxxxxxxxxxxxx", WORD),
    "xxx-parts": ("abc-xxx-def-xxx-ghi-xxx", WORD),
    "example": ("exampleexample1234", WORD),
    "example-tail": ("0a9b8c7d6e5f_example", WORD),
    "sample": ("this-is-a-sample-key-42", WORD),
    "placeholder": ("PLACEHOLDER_0123_KEY", WORD),
    "changeme": ("changemechangeme", WORD),
    "change-me": ("please_change_me_now_1", WORD),
    "replace": ("replace_with_your_own", WORD),
    "insert": ("insert_your_own_one_1", WORD),
    "redacted": ("redacted-redacted-01", WORD),
    "invalid": ("invalidkey0987654321ab", WORD),
    "dummy": ("dummy_value_for_ci_17", WORD),
    "fake": ("this_is_a_fake_one_17", WORD),
    "test-key": ("test_key_for_pipeline", WORD),
    "todo": ("todo_put_one_in_here", WORD),
    "words": ("session_started_successfully", JOINED),
    "words-camel": ("Session_Started_Again_2", JOINED),
    "words-dashes": ("device-was-disconnected", JOINED),
    "digits": ("1234567890123456", SEQUENCE),
    "digits-down": ("9876543210987654", SEQUENCE),
    "alphabet": ("abcdefghijklmnopqrstuvwxyz", SEQUENCE),
    "alphabet-upper": ("ABCDEFGHIJKLMNOPQRST", SEQUENCE),
    "alphabet-and-digits": ("abcdefghijklmnop1234567890", SEQUENCE),
    "hex-digits": ("0123456789abcdef0123456789abcdef", SEQUENCE),
    "zeros": ("0000000000000000", REPEATED),
    "zeros-tail": ("a9f3000000000000000000", REPEATED),
    "twice": ("q7w3z9k1q7w3z9k1", REPEATED),
    "four-times": ("dead" * 4, REPEATED),
    "deadbeef": ("deadbeef" * 4, WORD),
    "few": ("ababbaabbbabaaba", POOR),
    "few-of-many": ("a1b2a2b1c1c2b2a1a2c1b1c2a1", POOR),
}


@pytest.mark.parametrize(("body", "expected"), BODIES.values(), ids=BODIES)
def test_a_placeholder_key_has_its_reason(body: str, expected: str) -> None:
    assert reason(PREFIX + body) == expected


SOURCE = random.Random("triage")
SECRET = "".join(SOURCE.choices(string.ascii_letters + string.digits, k=20))
UUID = str(uuid.UUID(int=SOURCE.getrandbits(128), version=4))
SHA512 = SOURCE.randbytes(64).hex()
SIGNATURE = "".join(SOURCE.choices(string.ascii_letters + string.digits, k=43))

PAIRS = """
usuario:contraseña nombre:clave usuário:senha benutzer:passwort ich:geheim nutzer:Kennwort1
utilisateur:motdepasse utente:segreto gebruiker:wachtwoord användare:lösenord brukernavn:passord
bruger:adgangskode käyttäjä:salasana użytkownik:hasło jméno:heslo felhasználó:jelszó
kullanıcı:şifre пользователь:пароль ユーザー:パスワード 用户名:密码
사용자:비밀번호 testuser:ghp_TEST_TOKEN
x-access-token:ghs_abc123 client_id:client_secret user:p@ssw0rd! user:P@55word1
admin:SuperSecret1! acme:acme-secret user:pass:word <user>:<password> $USER:$PASS
{username}:{password} ${USER}:${PASSWORD} user:[password] user:glpat-xxxxxxxxxxxxxxxxxxxx
AzureDiamond:hunter2 consumer_key:consumer_secret clerk:server maria:rosa svc:4711:apassword
Umlaut:a%SeCret%!%23 bob:kong-updated apr-md5:apr-md6 user1:UsErOn3P455 ci:jenkins.key_test
"""

TEMPLATES = (
    *("$q7Xz9Lk2wR", "${q7Xz9Lk2wR}", "<q7Xz9Lk2wR>", "{{q7Xz9Lk2wR}}", "%q7Xz9Lk2wR%"),
    *("[q7Xz9Lk2wR]", "__q7Xz9Lk2wR__", "@q7Xz9Lk2wR@", "@@q7Xz9Lk2wR@@", "*******"),
)
"""Passwords that only their punctuation gives away."""

CLAIMS = '{"sub":"svc-31"}'
SUPABASE = '{"iss":"%s","role":"anon","exp":1983812996}'
AZURITE = b64decode(
    "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
)

HEADERS = {
    "rfc-7617": ("Basic", basic("Aladdin:open sesame"), EXAMPLE),
    "basic-password": ("Basic", basic("username:password"), PAIR),
    "basic-test": ("Basic", basic("test:test123"), PAIR),
    "basic-short": ("Basic", basic("admin:abc"), PAIR),
    "basic-empty": ("Basic", basic("admin:"), PAIR),
    "basic-same": ("Basic", basic("postgres:postgres"), PAIR),
    "basic-sequence": ("Basic", basic("root:12345678"), PAIR),
    "basic-lower-scheme": ("basic", basic("user:passwd"), PAIR),
    "rfc-6749": ("Basic", basic("s6BhdRkqt3:gX1fBat3bV"), EXAMPLE),
    "rfc-6749-token": ("Bearer", "h480djs93hd8", EXAMPLE),
    "openid": ("Bearer", "SlAV32hkKG", EXAMPLE),
    "swagger": ("Basic", basic("demo:p@55w0rd"), EXAMPLE),
    "dead-beef": ("Bearer", "deadbeef12346", WORD),
    "basic-no-colon": ("Basic", basic("no colon in here"), NO_PAIR),
    "basic-address": ("Basic", basic("https://host-31.example/a7Qz9"), NO_PAIR),
    "basic-object-id": ("Basic", "6741efc0c0ec3f5c456b9aa3", NO_PAIR),
    "basic-hexadecimal-key": ("Basic", "6741efc0c0ec3f5c456b9aa3d07f61b2", ""),
    "basic-headers": ("Basic", basic("more words:headers!"), PAIR),
    "basic-binary": ("Basic", b64encode(bytes(range(200, 212))).decode(), NO_PAIR),
    **{f"basic-{plain}": ("Basic", basic(plain), PAIR) for plain in PAIRS.split()},
    **{f"basic-{text}": ("Basic", basic(f"svc:{text}"), PAIR) for text in TEMPLATES},
    "basic-latin-1": ("Basic", b64encode("user:contraseña".encode("latin-1")).decode(), PAIR),
    "basic-key-and-word": ("Basic", basic(f"{SECRET}:api_token"), ""),
    "basic-word-in-a-secret": ("Basic", basic("deploy:kpassQ8zT4vRz"), ""),
    "basic-words-of-a-sentence": ("Basic", basic("deploy:copper.kettle.orbit"), ""),
    "basic-before-it-is-encoded": ("Basic", "user:password", PAIR),
    "basic-blanks": ("Basic", basic("bogus login:bogus weak password"), PAIR),
    "basic-four-characters": ("Basic", basic("deploy:k7Qz"), ""),
    "basic-letters": ("Basic", basic("deploy:qzkxwvjm"), ""),
    "basic-signs-and-a-word": ("Basic", basic("deploy:key%x9!Qv7#"), ""),
    "basic-real-before-it-is-encoded": ("Basic", f"deploy:{SECRET}", ""),
    "basic-real": ("Basic", basic(f"deploy:{SECRET}"), ""),
    "basic-short-key-as-name": ("Basic", basic("7uK4RTnPwqzVdj:"), ""),
    "basic-key-as-name": ("Basic", basic(f"{SECRET}:"), ""),
    "own-scheme-pair": ("ldap", basic("user01:password1"), PAIR),
    "own-scheme-real": ("ldap", basic(f"user01:{SECRET}"), ""),
    "token-word": ("Bearer", "my-secret-token-1", WORD),
    "token-test": ("Token", "test-token-123", WORD),
    "token-glued": ("token", "githubtoken123", WORD),
    "token-yours": ("Bearer", "YOUR_API_TOKEN_2", WORD),
    "token-digits": ("Bearer", "123456789012345", SEQUENCE),
    "value-of-another-header": ("", "Keep-Alive", JOINED),
    "token-real": ("Bearer", SECRET, ""),
    "token-sanctum": ("Bearer", f"867|{SECRET}{SECRET}", ""),
    "token-with-a-word": ("Bearer", f"{SECRET[:8]}foo{SECRET[8:]}", ""),
    "token-dots": ("Bearer", "EAAK7QZr...", CUT_SHORT),
    "token-two-dots": ("Bearer", "EAAK7QZr4d9..", CUT_SHORT),
    "token-dots-in-it": ("Bearer", "EAAK7QZr4d9...x8Kq2", CUT_SHORT),
    "token-dots-first": ("Bearer", "...EAAK7QZr4d9x8Kq2", CUT_SHORT),
    "token-keyboard": ("Bearer", "asdf1234asdf", WORD),
    "jwt-dots": ("Bearer", "eyJhbGciOiJIUzI1NiJ9.eyJhdWQi...", CUT),
    "jwt-dots-between": ("Bearer", "eyJhbGciOiJIUzI1NiJ9...x8Kq2", CUT),
    "grafana": ("Bearer", basic(f'{{"k":"{SECRET}x9Q","n":"ci","id":1}}'), ""),
    "grafana-bare": ("", basic(f'{{"k":"{SECRET}x9Q","n":"ci","id":12}}').rstrip("="), ""),
    "grafana-cut": ("Bearer", basic(f'{{"k":"{SECRET}')[:24], CUT),
    "grafana-example": ("Bearer", basic('{"k":"your-api-key","n":"x","id":1}'), WORD),
    "jwt-cut": ("Bearer", jwt('{"sub":"a"}', ""), CUT),
    "jwt-part": ("Bearer", jwt('{"sub":"a"}', "x").partition(".")[0], CUT),
    "jwt-io": ("Bearer", jwt('{"sub":"1234567890","name":"John Doe"}', SIGNATURE), EXAMPLE_JWT),
    "jwt-example": ("Bearer", jwt('{"iss":"https://example.org"}', SIGNATURE), EXAMPLE_JWT),
    "jwt-name-of-a-client": ("Bearer", jwt('{"azp":"example-spring"}', SIGNATURE), ""),
    "jwt-telephone": ("Bearer", jwt('{"_id":"9f2c","mobile":1234567890}', SIGNATURE), ""),
    "jwt-header-cut": ("Bearer", "eyJ0eXAiOiJKV1QiL", CUT),
    "jwt-header-and-more": ("Bearer", "eyJhbGciOiJIUzI1NiJ9abcdef", CUT),
    "jwt-short-signature": ("Bearer", jwt('{"sub":"a"}', "signature"), NO_JWT),
    "jwt-real": ("Bearer", jwt('{"sub":"svc-31"}', SIGNATURE), ""),
    "jwt-no-scheme": ("", jwt('{"sub":"svc-31"}', SIGNATURE), ""),
    "jwt-like-random": ("Bearer", f"eyJ{SECRET}", ""),
    "jwt-letters": ("Bearer", jwt('{"a":1,"b":2}', SIGNATURE), EXAMPLE_JWT),
    "jwt-as-a-name": ("Basic", basic("eyJfoobar.eyJfoobar.12345asdf:x-oauth-basic"), NO_JWT),
    "jwt-as-a-password": ("Basic", basic("svc:eyJfoobar.eyJfoobar.12345asdf"), NO_JWT),
    "jwt-real-as-a-password": ("Basic", basic(f"svc:{jwt(CLAIMS, SIGNATURE)}"), ""),
    "teamcity": ("Bearer", teamcity(SECRET), ""),
    "teamcity-word": ("Bearer", teamcity("your-example-token-0"), WORD),
    "json-of-words": ("Token", basic('{"foo": "bar"}'), WORD),
    "words-in-base64": ("", basic("super-secret-password"), WORD),
    "random-in-base64": ("", basic(f"{SECRET}{SECRET}"), ""),
    "pair-with-another-scheme": ("token", basic("fake_login:fake_password"), PAIR),
    "pair-with-a-name": ("Basic", basic("johndoe:john-key"), PAIR),
    "rfc-9449": ("DPoP", "Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU", EXAMPLE),
    "prefix-and-digits": ("Bearer", "xoxb-1234-1243", POOR),
    "model-and-key": ("Bearer", "llama2-key", WORD),
    "jwt-and-a-full-stop": ("Bearer", jwt(CLAIMS, SIGNATURE) + ".", ""),
    "jwt-unsigned": ("Bearer", jwt(CLAIMS, "", '{"alg":"none"}'), UNSIGNED),
    "jwt-unsigned-and-no-dot": ("", jwt(CLAIMS, "", '{"kid":"7","alg":"None"}')[:-1], UNSIGNED),
    "jwt-unsigned-with-blanks": ("Bearer", jwt(CLAIMS, "", '{ "alg" : "none" }'), UNSIGNED),
    "jwt-unsigned-on-lines": ("Bearer", jwt(CLAIMS, "", '{\n  "alg": "none"\n}'), UNSIGNED),
    "jwt-unsigned-on-lines-of-windows": ("", jwt(CLAIMS, "", '{\r\n"alg":"none"}'), UNSIGNED),
    "jwt-none-with-a-signature": ("Bearer", jwt(CLAIMS, SIGNATURE, '{"alg":"none"}'), ""),
    "jwt-on-lines": ("Bearer", jwt(CLAIMS, SIGNATURE, '{\n  "alg": "HS256"\n}'), ""),
    "jwt-on-lines-without-a-signature": ("", jwt(CLAIMS, "", '{\n  "alg": "HS256"\n}'), CUT),
    "not-a-jwt-with-its-first-letters": ("Bearer", f"ewogI{SECRET}.{SECRET}", ""),
    "jwt-and-two-dots": ("Bearer", jwt(CLAIMS, SIGNATURE) + "..", CUT),
    "signed-in-four-parts": ("", f"eyJhbGciOiJIUzI1NiJ9.{basic(CLAIMS)}.{SIGNATURE}.rest", NO_JWT),
    "word-set-apart-is-longer": ("Basic", basic("ci:kraftwerk-test"), ""),
    "word-with-a-random-part": ("Basic", basic("ci:kq7z-test"), ""),
    "two-other-characters": ("Basic", basic("q7Xz9Lk2wR:q7Xz9Lk2Rw"), ""),
    "basic-uuid": ("Basic", basic(UUID), ""),
    "basic-uuid-of-zeros": ("Basic", basic("00000000-0000-0000-0000-000000000000"), NO_PAIR),
    "basic-uuid-of-a-manual": ("Basic", basic("123e4567-e89b-12d3-a456-426614174000"), NO_PAIR),
    "basic-key-only": ("Basic", basic(f"svc_{SECRET}"), ""),
    "basic-words-only": ("Basic", basic("authentication-is-required-2"), NO_PAIR),
    "basic-object-id-only": ("Basic", basic("6741efc0c0ec3f5c456b9aa3"), NO_PAIR),
    "basic-repeats": ("Basic", basic("deploy:k7k7k7k7"), PAIR),
    "basic-three-letters-and-a-quote": ("Basic", basic('svc:qzk"'), PAIR),
    "wikipedia": ("Basic", basic("wiki:pedia"), EXAMPLE),
    "kubernetes": ("Bearer", "781292.db7bc3a58fc5f07e", EXAMPLE),
    "kubernetes-uuid": ("Bearer", "31ada4fd-adec-460c-809a-9e56ceb75269", EXAMPLE),
    "kubernetes-other": ("Bearer", "781293.db7bc3a58fc5f07e", ""),
    "scribe": ("Bearer", "3V5EgbkvZcDPa166h8fd4ae", EXAMPLE),
    "public-key": ("Bearer", f"MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A{SECRET}", PUBLIC),
    "public-key-of-a-curve": ("Bearer", f"MCowBQYDK2VwAyEA{SECRET}{SECRET}", PUBLIC),
    "jwt-without-its-start": ("Bearer", basic('{"alg":"none","kid":"a","typ":"b"}')[5:], PART),
    "jwt-behind-a-prefix": ("Bearer", "svc_" + basic('{"a":"b","c":"d"}') + "_" + SECRET, ""),
    "half-a-byte": ("Bearer", SHA512[:65], PART),
    "whole-bytes": ("Bearer", SHA512[:66], ""),
    "padded-wrongly": ("Basic", "a" + basic("user123:password123"), NO_PAIR),
    "azurite": ("SharedKey", b64encode(AZURITE).decode(), EXAMPLE),
    "stripe": ("Basic", basic("sk_test_4eC39HqLyjWDarjtT1zdp7dc:"), EXAMPLE),
    "twitch": ("Bearer", "2gbdx6oar67tqtcmt49t3wpcgycthx", EXAMPLE),
    "pagerduty": ("Token", "y_NbAkKc66ryYTWUXYEu", EXAMPLE),
    "kylin": ("Basic", basic("ADMIN:KYLIN"), EXAMPLE),
    "md5-of-a-word": ("Token", hashlib.md5(b"test").hexdigest(), EXAMPLE),
    "md5-of-nothing": ("Bearer", hashlib.md5(b"").hexdigest().upper(), EXAMPLE),
    "sha1-of-a-word": ("Bearer", hashlib.sha1(b"password").hexdigest(), EXAMPLE),
    "sha256-of-digits": ("Bearer", hashlib.sha256(b"123456").hexdigest(), EXAMPLE),
    "md5-of-random": ("Bearer", hashlib.md5(SECRET.encode()).hexdigest(), ""),
    "sha512-of-a-word": ("Bearer", hashlib.sha512(b"test").hexdigest(), ""),
    "jwt-io-issued": ("Bearer", jwt('{"uid":"a71","iat":1516239022}', SIGNATURE), EXAMPLE_JWT),
    "jwt-io-later": ("Bearer", jwt('{"uid":"a71","iat":1716239022}', SIGNATURE), ""),
    "john-doe-of-a-server": (
        "Bearer",
        jwt(
            '{"id":"656dec4e6ea6d52ad17868f0","name":"John Doe","iat":1702048959,"exp":1702932559}',
            SIGNATURE,
        ),
        "",
    ),
    "jane-doe": ("Bearer", jwt('{"name":"Jane Doe","iat":1616239022}', SIGNATURE), EXAMPLE_JWT),
    "supabase-demo": ("Bearer", jwt(SUPABASE % "supabase-demo", SIGNATURE), EXAMPLE_JWT),
    "supabase": ("Bearer", jwt(SUPABASE % "supabase", SIGNATURE), ""),
    "postgrest": ("Bearer", jwt('{"role":"todo_user"}', SIGNATURE), EXAMPLE_JWT),
    "jwt-of-1970": ("Bearer", jwt('{"user_pk":1,"exp":123456}', SIGNATURE), EXAMPLE_JWT),
    "jwt-address": ("Bearer", jwt('{"sub":"a@example.com"}', SIGNATURE), EXAMPLE_JWT),
    "jwt-address-issued": ("Bearer", jwt('{"a":"b@example.com","exp":1460987197}', SIGNATURE), ""),
    "jwt-address-then": ("Bearer", jwt('{"iat":1460987197,"a":"b@example.com"}', SIGNATURE), ""),
    "jwt-header-changed": (
        "Bearer",
        jwt(CLAIMS, SIGNATURE).replace("eyJhbGciO", "eyJhbGasdiO"),
        NO_JWT,
    ),
    "jwt-claims-changed": (
        "Bearer",
        jwt(CLAIMS, SIGNATURE).replace(".eyJzdWIi", ".eyJzdasdWIi"),
        NO_JWT,
    ),
    "jwt-start-changed": ("Bearer", jwt(CLAIMS, SIGNATURE).replace("eyJhb", "e24yJhb", 1), PART),
    "jwt-of-an-array": ("Bearer", jwt('["sub", "svc-31"]', SIGNATURE), EXAMPLE_JWT),
    "jwt-of-lists": ("Bearer", jwt('{"sub":' + "[" * 1200, SIGNATURE), NO_JWT),
    "jwt-and-a-part": ("Bearer", f"{jwt(CLAIMS, SIGNATURE)}.{SECRET}{SECRET}", ""),
    "jwt-behind-a-mark": ("Bearer", f"svc#{jwt(CLAIMS, SIGNATURE)}", ""),
    "uuid": ("Bearer", UUID, ""),
    "uuid-version-1": ("Bearer", "c2d2f3a4-8e1b-11ee-b9d1-0242ac120002", ""),
    "uuid-changed": ("Bearer", UUID[:19] + "7" + UUID[20:], CHANGED),
    "uuid-changed-capitals": ("Token", UUID[:19].upper() + "F" + UUID[20:].upper(), CHANGED),
    "uuid-and-a-word": ("Basic", basic(f"{UUID}:secret"), PAIR),
    "uuid-and-a-secret": ("Basic", basic(f"{UUID}:{SECRET}"), ""),
    "uuid-alone": ("Basic", basic(f"{UUID}:"), ""),
    "name-in-capitals": ("Basic", basic("anna7:ANNA7"), PAIR),
    "name-with-a-capital": ("Basic", basic("uwe0:Uwe0"), PAIR),
    "password-with-an-error": ("Basic", basic("anna:Anna's Passwerdd"), PAIR),
    "password-that-begins-so": ("Basic", basic("anna:passwRq7Xz9Lk"), ""),
    "sentence": ("Bearer", "base64orsomethingitreallydoesntmatter", JOINED),
    "sentence-letters": ("Bearer", "averysecretpassphraseforallofus", JOINED),
    "letters": ("Bearer", "qzkxwvjmtbpdghfrcnslwqzk", ""),
    "mashed": ("Bearer", "sdfsdfsdf23", MASHED),
    "mashed-capitals": ("Bearer", "BGFHFHOJDF76DFDFD777", MASHED),
    "mashed-twice": ("Token", "jkhasdkjhasd87213", MASHED),
    "mashed-long": ("Bearer", "ksdjhlasdjkashdjlaksdhnlakjsdhbaskjdhlasjdkh", MASHED),
    "mashed-and-digits": ("Bearer", "lkjhlkjh98y9hkjh", MASHED),
    "hexadecimal-letters": ("Bearer", "adfdafad73fdaafd90da", ""),
    "home-row-of-many-letters": ("Bearer", "sdkqhwf3ljgxvap7", ""),
    "password-words": ("Credentials.basic", "my-password-1", PAIR),
    "password-sequence": ("password", "12345678", PAIR),
    "password-real": ("BasicAuth", SECRET, ""),
}


@pytest.mark.parametrize(("scheme", "text", "expected"), HEADERS.values(), ids=HEADERS)
def test_a_placeholder_in_a_header_has_its_reason(scheme: str, text: str, expected: str) -> None:
    assert reason(text, HEADER, scheme) == expected


APP_KEYS = {
    "vendor": ("your_app_key", EXAMPLE),
    "yours": ("YOUR_APP_KEY_HERE", WORD),
    "xxxx": ("xxxxxxxxxxxx", WORD),
    "digits": ("1234567890", SEQUENCE),
    "words": ("app_key_for_staging_1", WORD),
    "real": (SECRET, ""),
}


@pytest.mark.parametrize(("text", "expected"), APP_KEYS.values(), ids=APP_KEYS)
def test_a_placeholder_app_key_has_its_reason(text: str, expected: str) -> None:
    assert reason(text, APP) == expected


BASE62 = string.ascii_letters + string.digits
ALPHABETS = {
    "base62-16": (BASE62, 16),
    "base62-32": (BASE62, 32),
    "base62-43": (BASE62, 43),
    "base64url-32": (BASE62 + "-_", 32),
    "base64url-43": (BASE62 + "-_", 43),
    "base64url-128": (BASE62 + "-_", 128),
    "hex-32": ("0123456789abcdef", 32),
    "hex-upper-40": ("0123456789ABCDEF", 40),
    "hex-64": ("0123456789abcdef", 64),
    "base36-24": (string.ascii_lowercase + string.digits, 24),
    "base36-upper-32": (string.ascii_uppercase + string.digits, 32),
}


@given(
    row=st.sampled_from([*ALPHABETS.values()]),
    seed=st.integers(0, 2**64),
    rule_id=st.sampled_from([KEY, HEADER, APP]),
)
def test_a_random_text_is_not_a_placeholder(row: tuple[str, int], seed: int, rule_id: str) -> None:
    alphabet, length = row
    text = "".join(random.Random(seed).choices(alphabet, k=max(20, length)))
    assert reason((PREFIX if rule_id == KEY else "") + text, rule_id, "Bearer") == ""


@given(text=st.binary(max_size=80), scheme=st.sampled_from([b"", b"Basic", b"Bearer", b"x"]))
def test_any_text_can_be_checked(text: bytes, scheme: bytes) -> None:
    given_one = Match(RULES[HEADER], Secret(text, HEADER), 0, len(text), scheme)
    assert find_placeholder_reason(given_one) == find_placeholder_reason(given_one)


# A mark in the comments of many languages: `{}` is its place.
COMMENTS = {
    "hash": "# {}",
    "slashes": "// {}",
    "three-slashes": "/// {}",
    "block": "/* {} */",
    "block-line": " * {}",
    "jsx": "{{/* {} */}}",
    "html": "<!-- {} -->",
    "dashes": "-- {}",
    "lua-block": "--[[ {} ]]",
    "semicolon": "; {}",
    "percent": "% {}",
    "quote": "' {}",
    "vim": '" {}',
    "rem": "REM {}",
    "at-rem": "@rem {}",
    "colons": ":: {}",
    "dnl": "dnl {}",
    "jinja": "{{# {} #}}",
    "ocaml": "(* {} *)",
    "haskell": "{{- {} -}}",
    "erb": "<%# {} %>",
    "jsp": "<%-- {} --%>",
    "handlebars": "{{{{!-- {} --}}}}",
    "razor": "@* {} *@",
    "powershell": "<# {} #>",
    "lisp": "#| {} |#",
    "rst": ".. {}",
    "tilde": "~ {}",
    "roff": '.\\" {}',
    "d": "/+ {} +/",
    "cobol": "*> {}",
    "forth": "\\ {}",
    "texinfo": "@c {}",
    "smarty": "{{* {} *}}",
    "freemarker": "<#-- {} -->",
    "mustache": "{{{{! {} }}}}",
}
DIRECTIVES = {
    "reason": ("wakeyscan:ignore -- revoked in March", "wakeyscan:ignore: revoked in March"),
    "none": ("wakeyscan:ignore", "wakeyscan:ignore: no reason given"),
    "dashes": ("wakeyscan:ignore --", "wakeyscan:ignore: no reason given"),
}


def standing(text: str) -> tuple[Standing, str]:
    (finding,) = findings(text)
    return finding.standing, finding.reason


def findings(text: str, path: str = "a.py") -> list[Finding]:
    return detect_in_document(Document(Origin(path), text.encode()), CONTEXT)


@pytest.mark.parametrize(("directive", "expected"), DIRECTIVES.values(), ids=DIRECTIVES)
@pytest.mark.parametrize("comment", COMMENTS.values(), ids=COMMENTS)
def test_a_comment_counts_on_the_line_and_alone_before_it(
    comment: str, directive: str, expected: str, make_key: MakeKey
) -> None:
    key, marked = make_key(), comment.format(directive)
    ignored = (Standing.IGNORED, expected)
    assert standing(f'key = "{key}"  {marked}') == ignored
    assert standing(f"x = 1\n    {marked}\nkey = {key}\n") == ignored
    assert standing(f"{marked}\r\nkey = {key}\r\n") == ignored


REASON = "wakeyscan:ignore -- a reason"
NOT_HONORED = {
    "code-before-it": f"other = 1  # {REASON}\nkey = {{}}",
    "call-before-it": f"call(x);  // {REASON}\nkey = {{}}",
    "closing-before-it": f"}}}});  // {REASON}\nkey = {{}}",
    "code-after-it": f"/* {REASON} */ call();\nkey = {{}}",
    "markup-after-it": f"<!-- {REASON} --><p>\n<b>{{}}</b>",
    "two-lines-before": f"# {REASON}\n\nkey = {{}}",
    "line-after": f"key = {{}}\n# {REASON}",
    "longer-mark": "key = {}  # wakeyscan:ignored -- a reason",
    "cut-mark": "key = {}  # wakeyscan: ignore -- a reason",
    "other-case": "key = {}  # WAKEYSCAN:IGNORE -- a reason",
}


@pytest.mark.parametrize("template", NOT_HONORED.values(), ids=NOT_HONORED)
def test_a_comment_elsewhere_does_not_count(template: str, make_key: MakeKey) -> None:
    text = template.replace("{}", make_key())
    assert standing(text) == (Standing.REPORTED, "")


def test_a_comment_precedes_a_placeholder() -> None:
    text = f"key = {PREFIX}your_api_key_goes_here  # {REASON}"
    assert standing(text) == (Standing.IGNORED, "wakeyscan:ignore: a reason")


def test_a_comment_counts_for_its_own_line_only(make_key: MakeKey) -> None:
    text = f"a = {make_key()}  # {REASON}\nb = {make_key()}\n"
    assert [f.standing for f in findings(text)] == [Standing.IGNORED, Standing.REPORTED]


class Case(NamedTuple):
    rule: str
    exposure: Exposure
    around: str
    liveness: Liveness
    severity: Severity


SEVERITIES = {
    "key": Case(KEY, Exposure.SOURCE, "", Liveness.UNCHECKED, Severity.HIGH),
    "key-unknown": Case(KEY, Exposure.LOG, "", Liveness.UNKNOWN, Severity.HIGH),
    "key-in-docs": Case(KEY, Exposure.DOCUMENTATION, "", Liveness.UNCHECKED, Severity.HIGH),
    "key-in-browser": Case(KEY, Exposure.CLIENT_SIDE, "", Liveness.UNCHECKED, Severity.CRITICAL),
    "key-unknown-browser": Case(KEY, Exposure.CLIENT_SIDE, "", Liveness.UNKNOWN, Severity.CRITICAL),
    "key-live": Case(KEY, Exposure.SOURCE, "", Liveness.LIVE, Severity.CRITICAL),
    "key-live-metadata": Case(KEY, Exposure.METADATA, "", Liveness.LIVE, Severity.CRITICAL),
    "key-revoked": Case(KEY, Exposure.SOURCE, "", Liveness.REVOKED, Severity.NOTE),
    "key-revoked-browser": Case(KEY, Exposure.CLIENT_SIDE, "", Liveness.REVOKED, Severity.NOTE),
    "header": Case(HEADER, Exposure.SOURCE, "curl x", Liveness.UNCHECKED, Severity.MEDIUM),
    "header-browser": Case(HEADER, Exposure.CLIENT_SIDE, "", Liveness.UNCHECKED, Severity.MEDIUM),
    "header-to-wastack": Case(
        HEADER, Exposure.SOURCE, "https://api.WAStack.in/", Liveness.UNCHECKED, Severity.HIGH
    ),
    "header-with-app-key": Case(
        HEADER, Exposure.SOURCE, "-H 'x-app-key: $A'", Liveness.UNCHECKED, Severity.HIGH
    ),
    "app-key": Case(APP, Exposure.SOURCE, "", Liveness.UNCHECKED, Severity.LOW),
    "app-key-with-key": Case(APP, Exposure.SOURCE, PREFIX, Liveness.UNCHECKED, Severity.MEDIUM),
}


@pytest.mark.parametrize("case", SEVERITIES.values(), ids=SEVERITIES)
def test_severity_follows_from_rule_exposure_and_liveness(case: Case) -> None:
    given_one = classify_severity(
        RULES[case.rule], case.exposure, case.around.encode(), case.liveness
    )
    assert given_one is case.severity


PLACED = {
    "key-source": ("a.py", "k = {key}", Severity.HIGH),
    "key-html": ("a.html", "k = {key}", Severity.CRITICAL),
    "key-vite": (".env", "VITE_KEY={key}", Severity.CRITICAL),
    "header": ("a.py", "Authorization: Bearer {other}", Severity.MEDIUM),
    "header-wastack": ("a.sh", "curl api.wastack.in -H 'Authorization: {other}'", Severity.HIGH),
    "header-app-key": ("a.sh", "X-App-Key: $A\nAuthorization: {other}\n", Severity.HIGH),
    "app-key": ("a.py", "X-App-Key: {other}", Severity.LOW),
    "app-key-far": ("a.py", "X-App-Key: {other}" + "\n" * 900 + "wa_live_", Severity.LOW),
    "app-key-near": ("a.py", "X-App-Key: {other}\nk = wa_live_", Severity.MEDIUM),
}


@pytest.mark.parametrize(("path", "template", "expected"), PLACED.values(), ids=PLACED)
def test_severity_depends_on_the_place(
    path: str, template: str, expected: Severity, make_key: MakeKey
) -> None:
    text = template.replace("{key}", make_key()).replace("{other}", make_key(32, ""))
    assert [finding.severity for finding in findings(text, path)] == [expected]
