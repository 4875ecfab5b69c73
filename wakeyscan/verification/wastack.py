"""Asks WAStack whether a key still works: one read-only `GET /devices` (contract, section 10)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from wakeyscan import __version__
from wakeyscan.core.finding import Liveness
from wakeyscan.core.redaction import escape_for_terminal, redact
from wakeyscan.core.secret import KEY_PREFIX, Secret
from wakeyscan.verification.endpoint import Endpoint
from wakeyscan.verification.http import HttpError, Response, send_get
from wakeyscan.verification.rate_limit import RateLimiter
from wakeyscan.verification.verdict import ControlResults, Verdict

ATTEMPTS = 3
"""How often one key is asked about where the API is busy or the network fails."""

MAX_WAIT_SECONDS = 60.0
"""Seconds that the API may make us wait before one attempt; one that asks for more gets no more."""

_BACK_OFF = 0.5
"""Seconds before the second attempt; four times as many before the third."""

_BUSY = 10.0
"""The same where the API is busy and does not say for how long."""

_KEY = re.compile(KEY_PREFIX.encode() + rb"[A-Za-z0-9_-]{16,128}")
_VALUE = re.compile(rb"[!-~]{1,512}")

_TELLING = (200, 401, 403)
"""The statuses whose body says more."""

# The whole clause must say it: "missing or invalid token", "invalid token format" and "API key is
# invalid for this address" leave it open whether the key itself is refused everywhere. A bare
# "invalid key" may be about the other one, the X-App-Key.
_BAD = r"(?:invalid|unknown|revoked|expired)"
_BADS = rf"{_BAD}(?:(?: or |, |/){_BAD})*"
_IT = r"(?:(?:api|access|auth|bearer) key|(?:(?:api|access|auth|bearer) )?token)"
_IS = r"(?:is |was |has |has been )?(?:already |no longer valid|not valid)?"
_NAMED = re.compile(
    rf"(?:^|[:.;(] ?| - )(?:the |your |this )?"
    rf"(?:{_BADS} {_IT}(?: or {_IT})?|{_IT}(?: or {_IT})? {_IS}(?:{_BADS}|(?<=valid)))"
    rf"(?:$|[.!;)](?! ?(?:or|and|but)\b))"
)

_OF_ANY_TEXT = re.compile(r"invalid|unknown|(?:not|no longer) valid")
"""Words of a refusal that text which never was a key gets too."""

_WANTS_APP_KEY = "no X-App-Key was sent; give --app-key"
_WANTS_CONTROL = "refused, but it may be the X-App-Key; give --app-key and a control key"


def verify_key(
    secret: Secret,
    app_key: Secret | None,
    control: ControlResults,
    endpoint: Endpoint,
    pace: RateLimiter,
) -> Verdict:
    """Ask about one key, and say whether it works; whatever goes wrong is `unknown`.

    What has not the shape of a key is not sent at all. More than one request is made only where
    the API is busy or the network fails.
    """
    key, beside = secret.reveal(), None if app_key is None else app_key.reveal()
    if not _KEY.fullmatch(key):
        return Verdict(Liveness.UNKNOWN, "not sent: it has not the shape of a WAStack key")
    if beside is not None and not _VALUE.fullmatch(beside):
        return Verdict(Liveness.UNKNOWN, "not sent: the X-App-Key has characters that can't be")
    answer = _ask(_headers(key, beside), endpoint, pace)
    if isinstance(answer, HttpError):
        return Verdict(Liveness.UNKNOWN, str(answer))
    verdict = classify_response(answer, beside is not None, app_key in control.beside)
    return verdict._replace(reason=_quoting(verdict.reason, answer, (key, beside or b"")))


def classify_response(answer: Response, paired: bool, controlled: bool) -> Verdict:
    """Say what an answer means: the table of the contract, and nothing else; pure.

    `paired`: an X-App-Key was sent; `controlled`: a control key was accepted beside the same.
    """
    status = answer.status
    said = _content(answer) if status in _TELLING else {}
    success = said.get("success")
    if status == 200 and success is True:
        return Verdict(
            Liveness.LIVE,
            "the API accepts it, to read at least",
            status,
            _devices(said.get("data")),
        )
    if status == 401 and success is False:
        return _refused(said.get("error"), controlled)
    if status == 403 and success is False:
        if paired:
            return Verdict(Liveness.LIVE, "the API knows it, and forbids it this request", status)
        return Verdict(Liveness.UNKNOWN, f"forbidden, but {_WANTS_APP_KEY}", status)
    return Verdict(Liveness.UNKNOWN, _oddity(answer), status)


def _refused(error: object, controlled: bool) -> Verdict:
    if isinstance(error, str) and names_the_key(error):
        reason, if_whole = "the API refuses it by name", not names_a_revocation(error)
        return Verdict(Liveness.REVOKED, reason, 401, if_whole=if_whole)
    if controlled:
        reason = "the API refuses it, and accepts the control key in its place"
        return Verdict(Liveness.REVOKED, reason, 401, if_whole=True)
    return Verdict(Liveness.UNKNOWN, _WANTS_CONTROL, 401)


def names_the_key(error: str) -> bool:
    """Say whether an error is about the key, and no doubt about it; one on an app key never is."""
    text = _plain(error)
    return "app" not in text and _NAMED.search(text) is not None


def names_a_revocation(error: str) -> bool:
    """Return whether an error says that the key was revoked or has expired, and nothing else.

    The API can know this only of a whole key; any text at all is an invalid or unknown key.
    """
    return names_the_key(error) and not _OF_ANY_TEXT.search(_plain(error))


def _plain(error: str) -> str:
    """Return the words of an error in lower case, with one blank between them."""
    text = re.sub(r"(?<=[a-z])[_-](?=[a-z])", " ", error[:1000].casefold())
    return " ".join(text.split())


def _content(answer: Response) -> dict[str, Any]:
    """Read a body strictly: UTF-8, one object, no name twice; empty where it is anything else."""
    if answer.packed.strip().lower() not in ("", "identity"):
        return {}
    try:
        said = json.loads(
            answer.body.decode(), object_pairs_hook=_unambiguous, parse_constant=_refuse
        )
    except (ValueError, RecursionError):  # thousands of brackets are the latter
        return {}
    return said if isinstance(said, dict) else {}


def _unambiguous(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    pairs = list(pairs)
    if len(dict(pairs)) < len(pairs):
        raise ValueError
    return dict(pairs)


def _refuse(constant: str) -> object:
    raise ValueError  # NaN and the like are Python's, not JSON's


def _devices(data: object) -> int | None:
    devices = data.get("devices") if isinstance(data, dict) else data
    return len(devices) if isinstance(devices, list) else None


def _oddity(answer: Response) -> str:
    status = answer.status
    if status == 429:
        return "the API is busy (429)"
    if 300 <= status < 400:
        return f"a redirect ({status}), which is not followed"
    return f"{status}, and not what the API says about keys"


def _quoting(reason: str, answer: Response, secrets: Iterable[bytes]) -> str:
    """Add the API's own words, unless any six letters of what was sent are among them."""
    content = _content(answer) if answer.status in _TELLING else {}
    error = content.get("error")
    if content.get("success") is not False or not isinstance(error, str) or not error.strip():
        return reason
    for secret in secrets:
        text, said = secret.decode().removeprefix(KEY_PREFIX).casefold(), error.casefold()
        if any(text[at : at + 6] in said for at in range(max(1, len(text) - 5)) if text):
            return reason
    return f'{reason} ("{escape_for_terminal(redact(error))[:200]}")'


def _headers(key: bytes, app_key: bytes | None) -> dict[str, bytes]:
    headers = {
        "User-Agent": f"wakeyscan/{__version__}".encode(),
        "Accept": b"application/json",
        "Accept-Encoding": b"identity",
        "Authorization": b"Bearer " + key,
    }
    return headers if app_key is None else {**headers, "X-App-Key": app_key}


def _ask(headers: dict[str, bytes], endpoint: Endpoint, pace: RateLimiter) -> Response | HttpError:
    for attempt in range(ATTEMPTS):
        pace.wait()
        answer: Response | HttpError
        try:
            answer = send_get(endpoint, "/devices", headers, _TELLING)
        except HttpError as error:
            answer = error
        delay = _delay(answer, attempt)
        if delay is None or attempt == ATTEMPTS - 1:
            break
        pace.pause(delay)
    return answer


def _delay(answer: Response | HttpError, attempt: int) -> float | None:
    """Say how long to wait before one asks again, or `None` where that is of no use."""
    if isinstance(answer, HttpError):
        return _BACK_OFF * 4**attempt if answer.passing else None
    if answer.status != 429:
        return None
    wished = _wished(answer.retry_after.strip())
    delay = _BUSY * 2**attempt if wished is None else wished
    return delay if delay <= MAX_WAIT_SECONDS else None


def _wished(retry_after: str) -> float | None:
    """Read `Retry-After`: seconds, or a date; `None` where it is neither."""
    if re.fullmatch(r"[0-9]{1,9}", retry_after):
        return float(retry_after)
    try:
        moment = parsedate_to_datetime(retry_after)
    except (ValueError, IndexError, TypeError, OverflowError):
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())
