"""What the API's answers mean: asked of a real server on loopback, over HTTP and over TLS."""

from __future__ import annotations

import json
import logging
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support import fake_wastack
from tests.support.certificates import OPENSSL, Papers, authority, issued, self_signed
from tests.support.clock import Clock
from tests.support.fake_wastack import (
    FakeWAStack,
    RequestHandler,
    Script,
    in_turn,
    limits,
    redirects,
    says,
    sends,
)
from tests.support.keys import MakeKey
from wakeyscan import __version__
from wakeyscan.core.errors import UsageError
from wakeyscan.core.finding import Bounds, Liveness
from wakeyscan.core.secret import Secret
from wakeyscan.verification.body import MAX_BODY
from wakeyscan.verification.endpoint import Endpoint, parse_endpoint
from wakeyscan.verification.http import Response
from wakeyscan.verification.rate_limit import (
    MAX_REQUESTS,
    WINDOW_SECONDS,
    estimated_seconds,
)
from wakeyscan.verification.verdict import ControlResults, Verdict, apply_bounds
from wakeyscan.verification.wastack import (
    MAX_WAIT_SECONDS,
    classify_response,
    names_a_revocation,
    names_the_key,
    verify_key,
)

LIVE, REVOKED, UNKNOWN = Liveness.LIVE, Liveness.REVOKED, Liveness.UNKNOWN

APP_RULE = "wastack-app-key"
APP = Secret(b"app-" + b"4711" * 4, APP_RULE)
OTHER_APP = Secret(b"app-" + b"0815" * 4, APP_RULE)

NONE = ControlResults()
ACCEPTED = ControlResults(frozenset({APP}))

needs_openssl = pytest.mark.skipif(OPENSSL is None, reason="there is no openssl for a test CA")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def papers(tmp_path_factory: pytest.TempPathFactory) -> Papers:
    folder = tmp_path_factory.mktemp("ca")
    authority(folder)
    return issued(folder, "server", "IP:127.0.0.1,DNS:localhost")


Ask = Callable[..., Verdict]


class Stage:
    """A stand-in with one key, and the way to ask about it."""

    def __init__(self, key: str, clock: Clock, papers: Papers | None) -> None:
        self.key, self.clock, self.papers = key, clock, papers
        self.secret = Secret(key.encode(), "wastack-api-key")

    @contextmanager
    def api(self, script: Script, **more: str) -> Iterator[FakeWAStack]:
        context = self.papers.context() if self.papers else None
        with FakeWAStack({self.key: script}, context=context, **more) as api:
            yield api

    def endpoint(self, api: FakeWAStack, deadline: float = 10.0) -> Endpoint:
        cafile = str(self.papers.cafile) if self.papers else ""
        return parse_endpoint(api.url)._replace(cafile=cafile, deadline=deadline)

    def ask(
        self,
        script: Script,
        app_key: Secret | None = APP,
        control: ControlResults = NONE,
        deadline: float = 10.0,
    ) -> Verdict:
        """Start the API, ask once, and see to it that nothing tells the key."""
        with self.api(script) as api:
            to = self.endpoint(api, deadline)
            verdict = verify_key(self.secret, app_key, control, to, self.clock.build_limiter())
            self.asked = api.asked
        assert self.key[8:] not in repr(verdict) + repr(api.asked)
        assert APP.reveal().decode() not in repr(verdict) + repr(api.asked)
        return verdict


@pytest.fixture(params=["http", pytest.param("https", marks=needs_openssl)])
def stage(request: pytest.FixtureRequest, make_key: MakeKey, clock: Clock) -> Stage:
    secure = request.param == "https"
    papers = request.getfixturevalue("papers") if secure else None
    return Stage(make_key(), clock, papers)


@pytest.fixture
def plain(make_key: MakeKey, clock: Clock) -> Stage:
    """The same over HTTP only, where TLS makes no difference."""
    return Stage(make_key(), clock, None)


# The table of the contract, row by row.


def test_a_200_with_success_is_live(stage: Stage) -> None:
    verdict = stage.ask(fake_wastack.LIVE)
    assert verdict[:4:2] == (LIVE, 200)
    assert verdict.devices == 2
    (asked,) = stage.asked
    assert (asked.method, asked.path) == ("GET", "/api/v1/devices")
    assert set(asked.headers) == {
        *("host", "user-agent", "accept", "accept-encoding"),
        *("authorization", "x-app-key", "connection"),
    }
    assert asked.headers["user-agent"] == f"wakeyscan/{__version__}"
    assert asked.headers["accept-encoding"] == "identity"
    assert asked.headers["x-app-key"] == str(Secret(APP.reveal(), "x-app-key"))


def test_without_an_app_key_no_such_header_is_sent(stage: Stage) -> None:
    assert stage.ask(fake_wastack.LIVE, app_key=None).liveness is LIVE
    assert "x-app-key" not in stage.asked[0].headers


@pytest.mark.parametrize(
    "script", [fake_wastack.REVOKED, fake_wastack.UNKNOWN], ids=["revoked", "unknown"]
)
def test_a_401_that_names_the_key_is_a_revocation(stage: Stage, script: Script) -> None:
    verdict = stage.ask(script, app_key=None)
    assert (verdict.liveness, verdict.status, verdict.devices) == (REVOKED, 401, None)
    assert "API key" in verdict.reason


@pytest.mark.parametrize("app_key", [APP, None], ids=["paired", "alone"])
def test_a_bare_401_proves_nothing(stage: Stage, app_key: Secret | None) -> None:
    verdict = stage.ask(fake_wastack.BARE, app_key)
    assert (verdict.liveness, verdict.status) == (UNKNOWN, 401)
    advice = "rejected, but maybe because of the X-App-Key; set --app-key and a control key"
    assert verdict.reason == f'{advice} ("Unauthorized")'


def test_a_bare_401_is_a_revocation_if_the_control_key_is_accepted(stage: Stage) -> None:
    assert stage.ask(fake_wastack.BARE, APP, ACCEPTED).liveness is REVOKED
    assert (
        stage.ask(fake_wastack.BARE, Secret(APP.reveal(), APP_RULE), ACCEPTED).liveness is REVOKED
    )


def test_a_control_key_with_another_app_key_proves_nothing(stage: Stage) -> None:
    assert stage.ask(fake_wastack.BARE, OTHER_APP, ACCEPTED).liveness is UNKNOWN
    assert stage.ask(fake_wastack.BARE, None, ACCEPTED).liveness is UNKNOWN
    assert stage.ask(fake_wastack.BARE, APP, ControlResults(frozenset({None}))).liveness is UNKNOWN


def test_a_control_key_without_an_app_key_proves_it_for_a_key_without_one(stage: Stage) -> None:
    assert stage.ask(fake_wastack.BARE, None, ControlResults(frozenset({None}))).liveness is REVOKED


def test_only_a_200_confirms_a_control_key(stage: Stage) -> None:
    assert ControlResults().add(APP, stage.ask(fake_wastack.LIVE)) == ACCEPTED
    for script in (
        fake_wastack.FORBIDDEN,
        fake_wastack.BARE,
        fake_wastack.REVOKED,
        sends(200, b"{}"),
    ):
        assert ControlResults().add(APP, stage.ask(script)) == ControlResults()


def test_a_control_key_works_over_http(stage: Stage, make_key: MakeKey) -> None:
    good = Secret(make_key().encode(), "wastack-api-key")
    with stage.api(fake_wastack.BARE, app_key=APP.reveal().decode()) as api:
        api.keys[good.reveal().decode()] = fake_wastack.LIVE
        to, limiter = stage.endpoint(api), stage.clock.build_limiter()
        wrong = ControlResults().add(
            OTHER_APP, verify_key(good, OTHER_APP, ControlResults(), to, limiter)
        )
        right = ControlResults().add(APP, verify_key(good, APP, ControlResults(), to, limiter))
        assert verify_key(stage.secret, OTHER_APP, wrong, to, limiter).liveness is UNKNOWN
        assert verify_key(stage.secret, APP, right, to, limiter).liveness is REVOKED


def test_a_403_is_live_only_with_an_app_key(stage: Stage) -> None:
    assert stage.ask(fake_wastack.FORBIDDEN, APP)[:4:2] == (LIVE, 403)
    verdict = stage.ask(fake_wastack.FORBIDDEN, None)
    assert verdict[:4:2] == (UNKNOWN, 403)
    assert "set --app-key" in verdict.reason


@pytest.mark.parametrize("status", [401, 403])
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>Unauthorized</html>",
        b"{}",
        b'{"error": "Invalid API key"}',
        b'{"success": true}',
        b'{"success": "false", "error": "Invalid API key"}',
        b'{"success": 0, "error": "Invalid API key"}',
        b'{"success": null, "error": "Invalid API key"}',
        b'[{"success": false}]',
    ],
)
def test_a_rejection_that_is_not_from_the_api_is_unknown(
    plain: Stage, status: int, body: bytes
) -> None:
    verdict = plain.ask(sends(status, body), APP, ACCEPTED)
    assert verdict[:4] == (UNKNOWN, f"unexpected response ({status})", status, None)


@pytest.mark.parametrize("error", [None, 5, ["Invalid API key"], {"message": "Invalid API key"}])
def test_an_error_that_is_not_a_string_proves_nothing(plain: Stage, error: object) -> None:
    assert plain.ask(says(401, {"success": False, "error": error})).liveness is UNKNOWN
    assert plain.ask(says(401, {"success": False, "error": error}), APP, ACCEPTED)[0] is REVOKED


@pytest.mark.parametrize(
    "error",
    [
        *("Invalid API key", "API key revoked", "Invalid or expired token", "Unknown API key!"),
        *("API key is invalid.", "The API key has been revoked", "Unauthorized: invalid token"),
        *("invalid_api_key", "INVALID_TOKEN", "token_expired", "Token is not valid"),
        *("token is no longer valid", "Your API token was already revoked"),
        *("Invalid API key or token", "API key is invalid or revoked"),
        *("401 Unauthorized: invalid token", "Error: invalid API key (401)"),
        "Authentication failed. The API key has been revoked. Please make a new one.",
    ],
)
def test_an_error_that_names_the_key_is_recognized(error: str) -> None:
    assert names_the_key(error)


@pytest.mark.parametrize(
    "error",
    [
        *("", "Unauthorized", "Invalid credentials", "Missing API key", "API key", "Invalid key"),
        *("Invalid app key", "Invalid X-App-Key", "Invalid application key", "invalid_app_key"),
        *("Invalid AppKey", "Invalid app token", "Invalid API key or app key"),
        *("Invalid API key for this application", "Invalid API key. Check your X-App-Key"),
        *("Invalid request: missing API token", "Missing or invalid API key"),
        *("Invalid token format", "API key is invalid for this IP", "invalid session token"),
        *("API key not found", "token is valid", "Invalid API key, or wrong address"),
        *("Invalid API key. Or the address is not allowed", "API key is not revoked"),
        *("The webhook's invalid token", "API key is valid; session expired"),
        *("CSRF: invalid token", "Proxy: invalid auth token", "captcha - invalid token"),
        *("Unable to check: api key is unknown", "Maintenance: invalid API key"),
        *("Rate limit exceeded: api key is revoked", "Invalid token (session)"),
        *("Invalid token; upstream auth service unavailable", "Invalid token. It is CSRF's"),
        *(
            "Webhook (API key is revoked)",
            "Expired, but: no token",
            "Please check: API key is invalid",
            "Invalid token. Please use the EU endpoint",
            "API key is invalid. Try again later",
            "Invalid API key. Please check that your IP address is allowed",
        ),
    ],
)
def test_an_ambiguous_error_does_not_name_the_key(error: str) -> None:
    assert not names_the_key(error)


@pytest.mark.parametrize(
    "error",
    [
        *("API key has been revoked", "API key revoked", "The API key was already revoked"),
        *("token_expired", "Expired token", "Revoked or expired API key", "API_KEY_REVOKED"),
        "Authentication failed. The API key has been revoked. Please make a new one.",
        "API key has been revoked. Use a valid key.",
    ],
)
def test_an_error_that_names_a_revocation_is_recognized(error: str) -> None:
    assert names_a_revocation(error)


@pytest.mark.parametrize(
    "error",
    [
        *("Invalid API key", "Unknown API key", "invalid_token", "Token is not valid"),
        *("API key is invalid or revoked", "Invalid or expired token", "Unknown/revoked token"),
        *("API key has been revoked; invalid token", "Invalid token. API key has been revoked."),
        *("token is no longer valid", "App key has been revoked", "API key is not revoked", ""),
    ],
)
def test_an_error_without_a_revocation_of_the_whole_key_proves_none(error: str) -> None:
    assert not names_a_revocation(error)


ERRORS = {"API key has been revoked": False, "Invalid API key": True, "Unauthorized": True}


@pytest.mark.parametrize(("error", "requires_certain_bounds"), ERRORS.items(), ids=ERRORS)
def test_a_rejection_of_any_text_needs_certain_bounds(
    error: str, requires_certain_bounds: bool
) -> None:
    answer = Response(401, json.dumps({"success": False, "error": error}).encode(), "", "")
    verdict = classify_response(answer, has_app_key=True, has_control=True)
    assert (verdict.liveness, verdict.requires_certain_bounds) == (REVOKED, requires_certain_bounds)
    assert apply_bounds(verdict, Bounds.CERTAIN) == verdict
    left = apply_bounds(verdict, Bounds.OPEN)
    assert left.liveness is (UNKNOWN if requires_certain_bounds else REVOKED)
    assert ("may be cut or too long" in left.reason) is requires_certain_bounds


@pytest.mark.parametrize("status", [200, 403, 500])
def test_other_answers_do_not_depend_on_bounds(status: int) -> None:
    answer = Response(status, json.dumps({"success": status == 200}).encode(), "", "")
    verdict = classify_response(answer, has_app_key=True, has_control=True)
    assert apply_bounds(verdict, Bounds.OPEN) == verdict


ODD = {
    "201": says(201, {"success": True}),
    "204": sends(204, b""),
    "206": says(206, {"success": True}),
    "400": says(400, {"success": False, "error": "Invalid API key"}),
    "404": says(404, {"success": False, "error": "Invalid API key"}),
    "418": sends(418, b""),
    "500": fake_wastack.SCRIPTS["failing"],
    "502": sends(502, b"<html>"),
    "503": sends(503, b"", Retry_After="1"),
}


@pytest.mark.parametrize("name", ODD)
def test_any_other_status_is_unknown(stage: Stage, name: str) -> None:
    verdict = stage.ask(ODD[name], APP, ACCEPTED)
    assert verdict[:4:2] == (UNKNOWN, int(name))
    assert name in verdict.reason
    assert len(stage.asked) == 1


NOT_YES = {
    "html": b"<html>Please log in</html>",
    "empty": b"",
    "cut": b'{"success": true,',
    "string": b'{"success": "true", "data": []}',
    "one": b'{"success": 1, "data": []}',
    "false": b'{"success": false, "error": "no"}',
    "list": b'[{"success": true}]',
    "null": b"null",
    "true": b"true",
    "twice": b'{"success": false, "success": true}',
    "other-case": b'{"Success": true}',
    "nan": b'{"success": true, "data": NaN}',
    "bom": b'\xef\xbb\xbf{"success": true}',
    "utf-16": '{"success": true}'.encode("utf-16"),
    "latin-1": b'{"success": true, "data": "\xe9"}',
    "deep": b'{"success": true, "data": ' + b"[" * 30000 + b"]" * 30000 + b"}",
    "long-number": b'{"success": true, "data": ' + b"1" * 10000 + b"}",
    "more-after": b'{"success": true}{}',
}


@pytest.mark.parametrize("name", NOT_YES)
def test_a_200_without_success_is_unknown(plain: Stage, name: str) -> None:
    assert plain.ask(sends(200, NOT_YES[name]))[:4:2] == (UNKNOWN, 200)


@pytest.mark.parametrize(
    ("data", "devices"),
    [([], 0), ([{}, {}, {}], 3), ({"devices": [1]}, 1), ({"devices": 4}, None), (None, None)],
)
def test_devices_are_counted_if_they_are_listed(
    plain: Stage, data: object, devices: int | None
) -> None:
    verdict = plain.ask(says(200, {"success": True, "data": data}))
    assert (verdict.liveness, verdict.devices) == (LIVE, devices)


# Busy.


def test_a_429_is_retried_after_a_wait(stage: Stage) -> None:
    assert stage.ask(in_turn(limits("7"), fake_wastack.LIVE)).liveness is LIVE
    assert stage.clock.slept == [7]


def test_a_repeated_429_is_unknown(stage: Stage) -> None:
    verdict = stage.ask(limits("7"), APP, ACCEPTED)
    assert verdict[:4] == (UNKNOWN, "the API is busy (429)", 429, None)
    assert (len(stage.asked), stage.clock.slept) == (3, [7, 7])


def test_retry_after_may_be_a_date(plain: Stage) -> None:
    assert plain.ask(in_turn(limits(date_in=30), fake_wastack.LIVE)).liveness is LIVE
    assert 28 < sum(plain.clock.slept) <= 30


@pytest.mark.parametrize(
    ("wish", "slept"),
    [
        *(("0", []), ("60", [60]), ("", [10]), ("-1", [10]), ("soon", [10]), ("1.5", [10])),
        ("Wed, 21 Oct 2015 07:28:00 GMT", []),
        ("Wed, 99 Oct 2015 07:28:00 GMT", [10]),
        ("9" * 400, [10]),
    ],
)
def test_any_retry_after_is_parsed(plain: Stage, wish: str, slept: list[float]) -> None:
    assert plain.ask(in_turn(limits(wish), fake_wastack.LIVE)).liveness is LIVE
    assert plain.clock.slept == slept


@pytest.mark.parametrize("script", [limits("99999"), limits(date_in=3600)], ids=["number", "date"])
def test_a_long_retry_after_is_not_waited_for(plain: Stage, script: Script) -> None:
    assert plain.ask(script)[:4:2] == (UNKNOWN, 429)
    assert (len(plain.asked), plain.clock.slept) == (1, [])
    assert MAX_WAIT_SECONDS < 3600


# The network.


def test_a_cut_connection_is_retried(stage: Stage) -> None:
    assert stage.ask(in_turn(fake_wastack.cuts, fake_wastack.LIVE)).liveness is LIVE
    assert (len(stage.asked), stage.clock.slept) == (2, [0.5])


def test_a_connection_that_is_always_cut_is_unknown(stage: Stage) -> None:
    verdict = stage.ask(fake_wastack.cuts, APP, ACCEPTED)
    assert verdict[:4] == (UNKNOWN, "the connection was closed unexpectedly", None, None)
    assert (len(stage.asked), stage.clock.slept) == (3, [0.5, 2])


def short(asking: RequestHandler) -> None:
    """Promise more than is sent, and end in peace."""
    asking.say(200, b'{"success": true}', Content_Length="99")


def test_a_body_that_ends_early_is_unknown(stage: Stage) -> None:
    assert stage.ask(short).reason == "the connection was closed unexpectedly"


@pytest.mark.parametrize("name", ["slow", "slow-head"])
def test_a_trickled_response_times_out(stage: Stage, name: str) -> None:
    verdict = stage.ask(fake_wastack.SCRIPTS[name], deadline=0.5)
    assert verdict[:4] == (UNKNOWN, "no response within 0.5 s", None, None)
    assert len(stage.asked) == 1


def test_the_deadline_is_ten_seconds() -> None:
    assert parse_endpoint().deadline == 10


def test_a_huge_body_is_not_read_to_its_end(stage: Stage) -> None:
    assert (
        stage.ask(fake_wastack.SCRIPTS["huge"]).reason
        == "the response body is larger than 1024 KiB"
    )
    fits = json.dumps({"success": True, "more": "x" * (MAX_BODY - 40)}).encode()
    assert stage.ask(sends(200, fits)).liveness is LIVE


def endless(asking: RequestHandler) -> None:
    asking.wfile.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    asking.dawdle(iter(lambda: b"1000\r\n" + b" " * 4096 + b"\r\n", b""), 0)


def endless_head(asking: RequestHandler) -> None:
    asking.wfile.write(b"HTTP/1.1 200 OK\r\n")
    asking.dawdle(iter(lambda: b"X-Long: " + b"x" * 60000 + b"\r\n", b""), 0)


def endless_line(asking: RequestHandler) -> None:
    asking.dawdle(iter(lambda: b"x" * 4096, b""), 0)


def endless_continue(asking: RequestHandler) -> None:
    asking.dawdle(iter(lambda: b"HTTP/1.1 100 Continue\r\n\r\n", b""), 0)


def many_headers(asking: RequestHandler) -> None:
    asking.say(200, b'{"success": true}', **{f"X-{number}": "" for number in range(200)})


@pytest.mark.parametrize(
    "script", [endless, endless_head, endless_line, endless_continue, many_headers]
)
def test_every_part_of_a_response_is_bounded(stage: Stage, script: Script) -> None:
    verdict = stage.ask(script, deadline=60)
    assert (verdict.liveness, verdict.status) == (UNKNOWN, None)
    assert verdict.reason != "no response within 60 s"


def test_a_compressed_body_is_not_decompressed(stage: Stage) -> None:
    assert stage.ask(fake_wastack.SCRIPTS["packed"])[:4:2] == (UNKNOWN, 200)
    labelled = says(200, {"success": True}, Content_Encoding="gzip")
    assert stage.ask(labelled).liveness is UNKNOWN
    assert stage.ask(says(200, {"success": True}, Content_Encoding="Identity"))[0] is LIVE


def raw(answer: bytes) -> Script:
    return lambda asking: asking.dawdle(iter([answer]), 0)


@pytest.mark.parametrize(
    "answer",
    [
        b'{"success": true}',  # HTTP/0.9
        b"HTTP/1.1 abc\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\n",
        b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n11\r\n{"success": true}\r\n',
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"\0\xff\r\n\r\n",
        b"",
    ],
)
def test_a_response_that_is_not_http_is_unknown(plain: Stage, answer: bytes) -> None:
    assert plain.ask(raw(answer))[:4:2] == (UNKNOWN, None)


YES = b'{"success": true}'
CHUNKS = b"11\r\n" + YES + b"\r\n0\r\n"
FRAMINGS = {
    "negative length": (b"Content-Length: -5", YES),
    "length with a sign": (b"Content-Length: +17", YES),
    "length with a line": (b"Content-Length: 1_7", YES),
    "hexadecimal length": (b"Content-Length: 0x11", YES),
    "other digits": ("Content-Length: \u0661\u0667".encode(), YES),
    "no length": (b"Content-Length:", YES),
    "two lengths": (b"Content-Length: 17\r\nContent-Length: 18", YES + b" "),
    "list of lengths": (b"Content-Length: 17, 17", YES),
    "huge length": (b"Content-Length: " + b"9" * 5000, YES),
    "blank before the colon": (b"Content-Length : 17", YES),
    "line without a colon": (b"HTTP/1.1 401\r\nContent-Length: 17", YES),
    "length and chunks": (b"Content-Length: 17\r\nTransfer-Encoding: chunked", CHUNKS + b"\r\n"),
    "unknown coding": (b"Transfer-Encoding: identity", YES),
    "two codings": (b"Transfer-Encoding: gzip, chunked", CHUNKS + b"\r\n"),
    "chunks twice": (b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", CHUNKS + b"\r\n"),
    "chunk with a sign": (b"Transfer-Encoding: chunked", b"+" + CHUNKS + b"\r\n"),
    "negative chunk": (b"Transfer-Encoding: chunked", b"-" + CHUNKS + b"\r\n"),
    "chunk with a prefix": (b"Transfer-Encoding: chunked", b"0x" + CHUNKS + b"\r\n"),
    "blank before a chunk": (b"Transfer-Encoding: chunked", b" " + CHUNKS + b"\r\n"),
    "chunk without an end": (b"Transfer-Encoding: chunked", b"11\r\n" + YES + b"0\r\n\r\n"),
    "chunk with another end": (
        b"Transfer-Encoding: chunked",
        CHUNKS.replace(b"}\r", b"}x") + b"\r\n",
    ),
    "huge chunk": (b"Transfer-Encoding: chunked", b"fffffff\r\n" + YES),
    "no last chunk": (b"Transfer-Encoding: chunked", b"11\r\n" + YES + b"\r\n"),
    "no end of the chunks": (b"Transfer-Encoding: chunked", CHUNKS),
}


@pytest.mark.parametrize(("head", "body"), FRAMINGS.values(), ids=FRAMINGS)
@pytest.mark.parametrize("status", [b"200 OK", b"401 Unauthorized"])
def test_a_body_whose_end_is_in_doubt_is_unknown(
    plain: Stage, status: bytes, head: bytes, body: bytes
) -> None:
    if status.startswith(b"401"):
        body = body.replace(YES, b'{"success":false}')
    answer = b"HTTP/1.1 %b\r\n%b\r\n\r\n%b" % (status, head, body)
    verdict = plain.ask(raw(answer))
    assert verdict[:4:2] == (UNKNOWN, None)
    assert verdict.reason


@pytest.mark.parametrize(
    ("head", "body"),
    [
        pytest.param(b"Content-Length: 17\r\ncontent-length: 17", YES, id="the same length twice"),
        pytest.param(b"Content-Length: 17", YES + b"more", id="text after the body"),
        pytest.param(b"Transfer-Encoding: Chunked", CHUNKS + b"\r\n", id="chunks"),
        pytest.param(
            b"Transfer-Encoding: chunked",
            CHUNKS.replace(b"11\r", b"011 ;a=b\r") + b"X-Trailer: a\r\n\r\n",
            id="extension and trailer",
        ),
        pytest.param(
            b"Transfer-Encoding: chunked",
            b"".join(b"1\r\n%c\r\n" % byte for byte in YES + b" " * 100_000) + b"0\r\n\r\n",
            id="many chunks",
        ),
        pytest.param(b"Server: x", YES, id="up to the end of the connection"),
        pytest.param(b"X-Long: a\r\n  b\r\nContent-Length: 17", YES, id="folded header"),
    ],
)
def test_a_body_with_any_valid_framing_is_read(plain: Stage, head: bytes, body: bytes) -> None:
    answer = b"HTTP/1.1 200 OK\r\n%b\r\n\r\n%b" % (head, body)
    assert plain.ask(raw(answer)).liveness is LIVE


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("to", ["other", "same", "//", "file", "garbage"])
def test_a_redirect_is_not_followed(stage: Stage, status: int, to: str) -> None:
    with FakeWAStack({stage.key: fake_wastack.LIVE}) as elsewhere:
        url = {
            "other": elsewhere.url + "/devices",
            "same": "/api/v1/devices",
            "//": f"//127.0.0.1:{elsewhere.port}/api/v1/devices",
            "file": "file:///etc/passwd",
            "garbage": "::\x1b[31m",
        }[to]
        verdict = stage.ask(redirects(url, status), APP, ACCEPTED)
        assert verdict[:4] == (
            UNKNOWN,
            f"the API redirects ({status}), which is not followed",
            status,
            None,
        )
        assert (len(stage.asked), len(elsewhere.asked)) == (1, 0)


def test_cookies_and_hints_are_not_stored(stage: Stage) -> None:
    with FakeWAStack({}) as elsewhere:
        yes = {"success": True}
        hints = {"Set_Cookie": "a=b", "Refresh": f"0; url={elsewhere.url}", "Link": elsewhere.url}
        with stage.api(says(200, yes, **hints, Alt_Svc=f'h2=":{elsewhere.port}"')) as api:
            for _ in range(2):
                verdict = verify_key(
                    stage.secret,
                    APP,
                    ControlResults(),
                    stage.endpoint(api),
                    stage.clock.build_limiter(),
                )
                assert verdict.liveness is LIVE
        assert ["cookie" in asked.headers for asked in api.asked] == [False, False]
        assert elsewhere.asked == []


def test_proxy_variables_and_netrc_are_ignored(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    netrc = tmp_path / ".netrc"
    netrc.write_text("machine 127.0.0.1 login a password b\ndefault login a password b\n")
    netrc.chmod(0o600)
    with FakeWAStack({}) as proxy:
        for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        monkeypatch.setenv("no_proxy", "")
        monkeypatch.setenv("HOME", str(tmp_path))
        monkeypatch.setenv("NETRC", str(netrc))
        monkeypatch.setenv("SSLKEYLOGFILE", str(tmp_path / "keys"))
        assert stage.ask(fake_wastack.LIVE).liveness is LIVE
        assert proxy.asked == []
    (asked,) = stage.asked
    assert asked.headers["authorization"].startswith("…(")
    assert asked.headers["authorization"] == str(
        Secret(f"Bearer {stage.key}".encode(), "authorization")
    )
    assert [file.name for file in tmp_path.iterdir()] == [".netrc"]


@contextmanager
def listening(talk: Callable[[socket.socket], None]) -> Iterator[int]:
    """Listen on loopback, and let `talk` do what it likes with each connection."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        held: list[socket.socket] = []

        def serve() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                held.append(connection)
                try:
                    talk(connection)
                except OSError:
                    continue

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield int(server.getsockname()[1])
        server.shutdown(socket.SHUT_RDWR)
        thread.join(5)
        for connection in held:
            connection.close()


def at(url: str, deadline: float = 10.0, cafile: str = "") -> Endpoint:
    return parse_endpoint(url)._replace(deadline=deadline, cafile=cafile)


def asked_of(stage: Stage, where: Endpoint) -> Verdict:
    verdict = verify_key(stage.secret, APP, ACCEPTED, where, stage.clock.build_limiter())
    assert (verdict.liveness, verdict.status) == (UNKNOWN, None)
    return verdict


def test_a_closed_port_is_unknown(plain: Stage) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    verdict = asked_of(plain, at(f"http://127.0.0.1:{port}"))
    assert verdict.reason == "127.0.0.1 refused the connection"
    assert plain.clock.slept == [0.5, 2]


@pytest.mark.parametrize("host", ["nowhere.invalid", "a..b"])
def test_an_unresolvable_host_name_is_unknown(plain: Stage, host: str) -> None:
    verdict = asked_of(plain, at(f"https://{host}/api/v1"))
    assert verdict.reason in (f"the host name {host} cannot be resolved", "no response within 10 s")


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_silent_server_times_out(plain: Stage, scheme: str) -> None:
    with listening(lambda connection: None) as port:
        verdict = asked_of(plain, at(f"{scheme}://127.0.0.1:{port}", 0.5))
    assert verdict.reason == "no response within 0.5 s"


def test_a_trickled_handshake_times_out(plain: Stage) -> None:
    def trickle(connection: socket.socket) -> None:
        connection.sendall(b"\x16\x03\x03\x40\x00")
        for _ in range(100):
            connection.sendall(b"\x02")
            time.sleep(0.05)

    with listening(trickle) as port:
        verdict = asked_of(plain, at(f"https://127.0.0.1:{port}", 0.5))
    assert verdict.reason == "no response within 0.5 s"


def test_a_server_without_tls_is_unknown_and_gets_no_key(plain: Stage) -> None:
    heard: list[bytes] = []

    def listen(connection: socket.socket) -> None:
        heard.append(connection.recv(1 << 16))
        connection.sendall(b'HTTP/1.1 200 OK\r\n\r\n{"success": true}')

    with listening(listen) as port:
        assert asked_of(plain, at(f"https://127.0.0.1:{port}")).reason.startswith("TLS failed: ")
    assert heard and plain.key.encode()[8:] not in b"".join(heard)


def test_a_handshake_that_is_cut_is_unknown(plain: Stage) -> None:
    def reset(connection: socket.socket) -> None:
        connection.recv(1)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.close()

    with listening(reset) as port:
        verdict = asked_of(plain, at(f"https://127.0.0.1:{port}"))
    assert verdict.reason == "the connection was closed unexpectedly"


# Certificates.


@needs_openssl
@pytest.mark.parametrize("wrong", ["self-signed", "expired", "other-host", "other-authority"])
def test_a_wrong_certificate_gets_no_request(plain: Stage, tmp_path: Path, wrong: str) -> None:
    cafile = authority(tmp_path)
    shown = {
        "self-signed": lambda: self_signed(tmp_path),
        "expired": lambda: issued(tmp_path, "old", days=-1),
        "other-host": lambda: issued(tmp_path, "other", "DNS:api.wastack.in,IP:127.0.0.2"),
        "other-authority": lambda: issued(tmp_path, "good"),
    }[wrong]()
    with FakeWAStack({plain.key: fake_wastack.LIVE}, context=shown.context()) as api:
        trusted = "" if wrong == "other-authority" else str(cafile)
        verdict = asked_of(plain, at(api.url, cafile=trusted))
        assert api.asked == []
    assert verdict.reason.startswith("the certificate is not trusted: ")
    assert {"expired": "expired", "other-host": "127.0.0.1"}.get(wrong, "") in verdict.reason
    assert plain.clock.slept == []


@needs_openssl
def test_the_trust_store_of_the_system_is_used(
    plain: Stage, papers: Papers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(papers.cafile))
    with FakeWAStack({plain.key: fake_wastack.LIVE}, context=papers.context()) as api:
        verdict = verify_key(
            plain.secret, APP, ControlResults(), at(api.url), plain.clock.build_limiter()
        )
    assert verdict.liveness is LIVE


# A proxy, where one is given.


@needs_openssl
@pytest.mark.parametrize("login", ["", "us%65r:pass%0d%0aword@"])
def test_a_proxy_sees_no_key(plain: Stage, papers: Papers, login: str) -> None:
    heads: list[bytes] = []
    with FakeWAStack({plain.key: fake_wastack.LIVE}, context=papers.context()) as api:

        def forward(connection: socket.socket) -> None:
            heads.append(connection.recv(1 << 16))
            with socket.create_connection(("127.0.0.1", api.port)) as onward:
                connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
                threading.Thread(target=pump, args=(onward, connection), daemon=True).start()
                pump(connection, onward)

        with listening(forward) as port:
            context = parse_endpoint(api.url, f"http://{login}127.0.0.1:{port}")
            assert "pass" not in repr(context)
            to = context._replace(cafile=str(papers.cafile))
            assert (
                verify_key(
                    plain.secret, APP, ControlResults(), to, plain.clock.build_limiter()
                ).liveness
                is LIVE
            )
    (head,) = heads
    assert head.startswith(f"CONNECT 127.0.0.1:{api.port} HTTP/1.1\r\n".encode())
    assert (b"Proxy-Authorization: Basic " in head) is bool(login)
    assert b"Bearer" not in head and b"pass" not in head


def pump(one: socket.socket, other: socket.socket) -> None:
    try:
        while piece := one.recv(1 << 16):
            other.sendall(piece)
        other.shutdown(socket.SHUT_WR)
    except OSError:
        return


def test_a_proxy_that_refuses_is_unknown(plain: Stage) -> None:
    def refuse(connection: socket.socket) -> None:
        connection.recv(1 << 16)
        connection.sendall(b"HTTP/1.1 407 No\r\nContent-Length: 0\r\n\r\n")

    with listening(refuse) as port:
        where = parse_endpoint("https://api.example/v1", f"http://127.0.0.1:{port}")
        assert asked_of(plain, where).reason == "the proxy responded with status 407"


# What is sent, and where.


@pytest.mark.parametrize(
    "bad",
    [
        *("\r\nX-Evil: 1", "\n", "\r", "\0", " ", "\t", "é", "", "+", "x" * 129, "short"),
    ],
)
def test_text_without_the_shape_of_a_key_is_not_sent(plain: Stage, bad: str) -> None:
    whole = plain.key[:8] + bad if bad in ("", "short") else plain.key + bad
    secret = Secret(whole.encode(), "wastack-api-key")
    with plain.api(fake_wastack.LIVE) as api:
        verdict = verify_key(
            secret, None, ControlResults(), plain.endpoint(api), plain.clock.build_limiter()
        )
        assert api.asked == []
    assert verdict[:4] == (UNKNOWN, "not sent: not in the format of a WAStack key", None, None)


def test_another_credential_is_not_sent(plain: Stage) -> None:
    secret = Secret(b"dXNlcjpwYXNzd29yZA==", "authorization-header")
    with plain.api(fake_wastack.LIVE) as api:
        verify_key(secret, None, ControlResults(), plain.endpoint(api), plain.clock.build_limiter())
        assert api.asked == []


@pytest.mark.parametrize("bad", ["a\r\nX-Evil: 1", "a\n", "", "a b", "é", "a" * 513])
def test_an_app_key_that_would_inject_a_header_is_not_sent(plain: Stage, bad: str) -> None:
    with plain.api(fake_wastack.LIVE) as api:
        app_key = Secret(bad.encode(), "wastack-app-key")
        to, limiter = plain.endpoint(api), plain.clock.build_limiter()
        verdict = verify_key(plain.secret, app_key, ControlResults(), to, limiter)
        assert api.asked == []
    assert verdict.liveness is UNKNOWN
    assert verdict.reason.startswith("not sent: the X-App-Key")


def test_the_default_url_is_that_of_the_vendor() -> None:
    assert str(parse_endpoint()) == "https://api.wastack.in/api/v1"
    assert parse_endpoint()[:4] == (True, "api.wastack.in", 443, "/api/v1")


@pytest.mark.parametrize(
    ("url", "read"),
    [
        ("https://API.example:8443/v1/", "https://api.example:8443/v1"),
        ("https://[::1]:1/x", "https://[::1]:1/x"),
        ("http://localhost:80", "http://localhost"),
        ("http://127.8.8.8:9", "http://127.8.8.8:9"),
    ],
)
def test_an_allowed_url_is_parsed(url: str, read: str) -> None:
    assert str(parse_endpoint(url)) == read


@pytest.mark.parametrize(
    "url",
    [
        *("", "api.wastack.in", "ftp://a", "file:///etc/passwd", "https://", "https:///x"),
        *("http://api.wastack.in/api/v1", "http://localhost.evil.example", "http://127.1"),
        *("http://0.0.0.0", "http://10.0.0.1", "http://[::ffff:10.0.0.1]", "http://2130706433"),
        *("https://user:tell@a", "https://tell@a", "https://a@", "https://a/?tell=1"),
        *("https://a/#tell", "https://a:99999", "https://a:tell", "https://a/ tell", "https://a\n"),
        *("https://a\\@tell", "https://аpi.wastack.in", "https://a/%0d%0atell", "https://[::1"),
        *(
            "https://a/../tell",
            "https://a/tell/.",
            "https://a/?",
            "https://a/#",
            "https://a/wa_" + "live_tell",
            "https://-a",
        ),
    ],
)
def test_a_forbidden_url_is_rejected_and_not_printed(url: str) -> None:
    with pytest.raises(UsageError) as refusal:
        parse_endpoint(url)
    assert "tell" not in repr(refusal.value)


@pytest.mark.parametrize(
    "proxy", ["https://p", "socks5://p", "p:80", "http://p/x", "http://p?tell", "http://p\n"]
)
def test_a_forbidden_proxy_is_rejected(proxy: str) -> None:
    with pytest.raises(UsageError):
        parse_endpoint("https://a", proxy)


def test_a_proxy_needs_tls() -> None:
    with pytest.raises(UsageError, match="would see keys"):
        parse_endpoint("http://localhost:1", "http://p")


def test_plain_http_does_not_leave_this_machine(plain: Stage) -> None:
    where = Endpoint(False, "0.0.0.0", 1, "")  # as if hosts said so of `localhost`
    verdict = asked_of(plain, where)
    assert verdict.reason == "cannot connect to 0.0.0.0: it has no address of this machine"


# What is said.


@pytest.mark.parametrize("template", ["{0}", "key {0} is unknown", "…{1}", "{2}", "{3}"])
def test_a_response_that_repeats_a_key_is_not_quoted(
    plain: Stage, make_key: MakeKey, template: str
) -> None:
    pieces = plain.key, plain.key[-6:], plain.key.swapcase(), APP.reveal().decode()
    error = template.format(*pieces)
    verdict = plain.ask(says(401, {"success": False, "error": error}))
    assert not any(piece[-6:].lower() in verdict.reason.lower() for piece in pieces)
    foreign = make_key()
    verdict = plain.ask(says(401, {"success": False, "error": f"use {foreign}"}))
    assert foreign[8:] not in verdict.reason and "use wa_" in verdict.reason


def test_the_message_of_the_api_is_safe_to_print(plain: Stage) -> None:
    error = "\x1b[31mred\n::error::x ##vso[task] " + "x" * 5000
    verdict = plain.ask(says(401, {"success": False, "error": error}))
    assert verdict.reason.isprintable() and len(verdict.reason) < 300
    assert "##vso[" not in verdict.reason


def test_nothing_is_logged(
    stage: Stage, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    for script in fake_wastack.SCRIPTS.values():
        stage.ask(script, deadline=0.3)
    told = "".join(capfd.readouterr()) + caplog.text
    assert told == ""


def test_no_failure_carries_another_exception(plain: Stage) -> None:
    from wakeyscan.verification import http

    for script in (fake_wastack.cuts, raw(b"nonsense\r\n\r\n"), fake_wastack.trickles):
        with plain.api(script) as api:
            headers = {"Authorization": b"Bearer " + plain.key.encode()}
            with pytest.raises(http.HttpError) as failure:
                http.send_get(plain.endpoint(api, 0.3), "/devices", headers, (200,))
        error = failure.value
        assert (error.__cause__, error.__context__) == (None, None)
        assert plain.key[8:] not in repr(error) + str(error)


def test_a_verdict_and_a_control_result_show_only_masks(plain: Stage) -> None:
    assert APP.reveal().decode() not in repr(ACCEPTED)
    assert plain.key[8:] not in repr(ControlResults(frozenset({plain.secret})))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=5,
)
CONTENTS = st.fixed_dictionaries(
    {},
    optional={
        "success": st.sampled_from([True, False, "true", 1, 0, None]),
        "error": JSON | st.sampled_from(["Invalid API key", "Invalid app key", "Unauthorized"]),
        "data": JSON,
    },
)
BODIES = st.binary(max_size=60) | (CONTENTS | JSON).map(lambda said: json.dumps(said).encode())
STATUSES = st.sampled_from([200, 201, 204, 301, 400, 401, 403, 404, 429, 500]) | st.integers(
    100, 999
)
PACKINGS = st.sampled_from(["", "identity", "gzip", "br", "identity, gzip"]) | st.text(max_size=5)


def oracle(status: int, body: bytes, packed: str, paired: bool, controlled: bool) -> Liveness:
    """Return the verdict that the contract demands, computed differently from the code."""
    if packed.strip().lower() not in ("", "identity"):
        return UNKNOWN
    try:
        said = json.loads(body.decode("utf-8"))
    except (ValueError, RecursionError):
        return UNKNOWN
    success = said.get("success") if isinstance(said, dict) else None
    if (status, success) == (200, True) and isinstance(success, bool):
        return LIVE
    if success is False and status == 401:
        named = said.get("error") == "Invalid API key"
        return REVOKED if named or controlled else UNKNOWN
    return LIVE if success is False and status == 403 and paired else UNKNOWN


@given(STATUSES, BODIES, PACKINGS, st.booleans(), st.booleans())
def test_the_table_holds_for_any_answer(
    status: int, body: bytes, packed: str, paired: bool, controlled: bool
) -> None:
    verdict = classify_response(Response(status, body, "", packed), paired, controlled)
    assert verdict.liveness is oracle(status, body, packed, paired, controlled)
    assert verdict.status == status
    assert verdict.devices is None or verdict.liveness is LIVE


HEADS = st.dictionaries(
    st.sampled_from(["Content-Encoding", "Content-Type", "Location", "Set-Cookie", "X-Other"])
    | st.from_regex(r"X-[A-Za-z]{1,8}", fullmatch=True),
    st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=20),
    max_size=4,
)


def test_over_the_wire_live_is_a_strict_yes(plain: Stage) -> None:
    said = [200, b"", {}]
    where: list[Endpoint] = []

    def script(asking: RequestHandler) -> None:
        status, body, headers = said
        asking.say(status, body, **headers)  # type: ignore[arg-type]

    @given(STATUSES, BODIES, HEADS)
    def holds(status: int, body: bytes, headers: dict[str, str]) -> None:
        said[:] = status, body, headers
        verdict = verify_key(
            plain.secret, None, ControlResults(), where[0], plain.clock.build_limiter()
        )
        packed = headers.get("Content-Encoding", "")
        bodiless = status < 200 or status in (204, 304)
        wanted = UNKNOWN if bodiless else oracle(status, body, packed, False, False)
        assert verdict.liveness is wanted

    with plain.api(script) as api:
        where.append(plain.endpoint(api, 2.0))
        holds()


# Not too often.


def most_in_a_span(times: list[float], span: float = WINDOW_SECONDS) -> int:
    return max(sum(first <= moment < first + span for moment in times) for first in times)


def test_three_hundred_keys_keep_within_the_rate(make_key: MakeKey, clock: Clock) -> None:
    times: list[float] = []

    def script(asking: RequestHandler) -> None:
        times.append(clock.now)
        clock.now += 0.3
        fake_wastack.LIVE(asking)

    keys = [make_key() for _ in range(300)]
    with FakeWAStack(dict.fromkeys(keys, script)) as api:
        limiter, to = clock.build_limiter(), parse_endpoint(api.url)
        for key in keys:
            assert (
                verify_key(Secret(key.encode(), "r"), None, ControlResults(), to, limiter).liveness
                is LIVE
            )
    assert len(times) == 300
    assert most_in_a_span(times) == MAX_REQUESTS == 50
    assert times[-1] - times[0] < estimated_seconds(300) + 60


def test_retries_count_toward_the_rate(plain: Stage) -> None:
    times: list[float] = []

    def script(asking: RequestHandler) -> None:
        times.append(plain.clock.now)
        limits("1")(asking)

    with plain.api(script) as api:
        limiter, to = plain.clock.build_limiter(), plain.endpoint(api)
        for _ in range(30):
            verify_key(plain.secret, None, ControlResults(), to, limiter)
    assert len(times) == 90
    assert most_in_a_span(times) <= MAX_REQUESTS
