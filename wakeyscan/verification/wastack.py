"""Verification of a key against WAStack: one read-only `GET /devices` (contract, section 10)."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from wakeyscan import __version__
from wakeyscan.core.finding import Liveness
from wakeyscan.core.redaction import escape_for_terminal, redact
from wakeyscan.core.secret import KEY_PREFIX, Secret
from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.scanner.secret_copies import holds_copy
from wakeyscan.verification.http import HttpError, Response, send_get
from wakeyscan.verification.verdict import ControlResults, Verdict

if TYPE_CHECKING:
    from typing import Any

    from wakeyscan.verification.endpoint import Endpoint
    from wakeyscan.verification.rate_limit import RateLimiter

ATTEMPTS = 3
"""Maximum number of requests per key, if the API is busy or the network fails."""

MAX_WAIT_SECONDS = 60.0
"""Longest `Retry-After` that is honored; a longer one ends the attempts."""

_RETRY_SECONDS = 0.5
"""Delay before the second attempt after a network failure; the third waits four times as long."""

_BUSY_SECONDS = 10.0
"""Delay before the second attempt if the API is busy and sends no `Retry-After`."""

_QUOTED_LENGTH = 6
"""An error text with this many characters of a sent value in a row is not quoted."""

_KEY = re.compile(KEY_PREFIX.encode() + rb"[A-Za-z0-9_-]{16,128}")
_HEADER_VALUE = re.compile(rb"[!-~]{1,512}")

_STATUSES_WITH_BODY = (200, 401, 403)
"""Statuses whose body matters."""

# All clauses of an error must match: "missing or invalid token", "API key is invalid for this
# address" and "CSRF: invalid token" do not prove that the key itself is rejected everywhere. A bare
# "invalid key" may be about the X-App-Key.
_BAD = r"(?:invalid|unknown|revoked|expired)"
_BADS = rf"{_BAD}(?:(?: or |, |/){_BAD})*"
_IT = r"(?:(?:api|access|auth|bearer) key|(?:(?:api|access|auth|bearer) )?token)"
_IS = r"(?:is |was |has |has been )?(?:already |no longer valid|not valid)?"
_REJECTED_KEY = re.compile(
    rf"(?:the |your |this )?"
    rf"(?:{_BADS} {_IT}(?: or {_IT})?|{_IT}(?: or {_IT})? {_IS}(?:{_BADS}|(?<=valid)))"
)
_NEUTRAL = re.compile(
    r"(?:(?:error|code|status|http) ?)*(?:401)?(?: ?unauthori[sz]ed| ?unauthenticated)?"
    r"|(?:access|request|authentication|authorization|auth)(?: error| failed| failure| denied)"
)
_ADVICE = re.compile(
    r"(?:please |check |use |create |generate |make |get |see |contact |renew |replace )+"
    r"(?:(?:a|an|and|another|api|auth|authorization|bearer|credentials|dashboard|different"
    r"|documentation|docs|for|from|header|help|in|it|key|keys|new|of|one|or|our|page|settings"
    r"|support|sure|that|the|to|token|tokens|us|valid|wastack|your)(?:,? |\Z))+"
)
"""Advice about the key only: another region, another time or an address may be what is wrong."""
_CLAUSE_END = re.compile(r"[:.;!()]+ ?| - ")

_FITS_ANY_TEXT = re.compile(r"invalid|unknown|(?:not|no longer) valid")
"""Words of a rejection that the API also sends for text that never was a key."""

_NEEDS_APP_KEY = "forbidden, but no X-App-Key was sent; set --app-key"
_NEEDS_CONTROL = "rejected, but maybe because of the X-App-Key; set --app-key and a control key"


def verify_key(
    secret: Secret,
    app_key: Secret | None,
    control: ControlResults,
    endpoint: Endpoint,
    limiter: RateLimiter,
) -> Verdict:
    """Return whether a key works; every failure gives an unknown verdict.

    Text without the format of a key is not sent. A request is repeated only if the API is busy or
    the network fails.
    """
    key, app_text = secret.reveal(), None if app_key is None else app_key.reveal()
    if not _KEY.fullmatch(key):
        return Verdict(Liveness.UNKNOWN, "not sent: not in the format of a WAStack key")
    if app_text is not None and not _HEADER_VALUE.fullmatch(app_text):
        return Verdict(Liveness.UNKNOWN, "not sent: the X-App-Key is not a valid header value")
    response = _request_devices(_build_headers(key, app_text), endpoint, limiter)
    if isinstance(response, HttpError):
        return Verdict(Liveness.UNKNOWN, str(response))
    sent = (secret,) if app_key is None else (secret, app_key)
    verdict = classify_response(response, app_key is not None, app_key in control.accepted_with)
    return verdict._replace(reason=_quote_error(verdict.reason, response, sent))


def classify_response(response: Response, has_app_key: bool, has_control: bool) -> Verdict:
    """Return the verdict that a response proves, by the table of the contract.

    `has_control`: the API accepted a control key with the same X-App-Key.
    """
    status = response.status
    content = _parse_content(response) if status in _STATUSES_WITH_BODY else {}
    success = content.get("success")
    if status == 200 and success is True:
        devices = _count_devices(content.get("data"))
        return Verdict(Liveness.LIVE, "the API accepted it; at least read access", status, devices)
    if status == 401 and success is False:
        return _classify_rejection(content.get("error"), has_control)
    if status == 403 and success is False:
        if has_app_key:
            return Verdict(Liveness.LIVE, "the API knows it but denied this request", status)
        return Verdict(Liveness.UNKNOWN, _NEEDS_APP_KEY, status)
    return Verdict(Liveness.UNKNOWN, _describe_unexpected(status), status)


def _classify_rejection(error: object, has_control: bool) -> Verdict:
    if isinstance(error, str) and names_the_key(error):
        reason, fits_any_text = "the API rejected this key", not names_a_revocation(error)
        return Verdict(Liveness.REVOKED, reason, 401, requires_certain_bounds=fits_any_text)
    if has_control:
        reason = "the API rejected it but accepted the control key"
        return Verdict(Liveness.REVOKED, reason, 401, requires_certain_bounds=True)
    return Verdict(Liveness.UNKNOWN, _NEEDS_CONTROL, 401)


def names_the_key(error: str) -> bool:
    """Return whether an error is certainly about the key; one about an app key never is."""
    text = _normalize(error)
    is_rejected = False
    for clause in map(str.strip, _CLAUSE_END.split(text)):
        if _REJECTED_KEY.fullmatch(clause):
            is_rejected = True
        elif not (_NEUTRAL.fullmatch(clause) or (is_rejected and _ADVICE.fullmatch(clause))):
            return False
    return is_rejected and "app" not in text


def names_a_revocation(error: str) -> bool:
    """Return whether an error states only that the key was revoked or has expired.

    The API can know this only of a complete key; it calls any other text invalid or unknown.
    """
    return names_the_key(error) and not _FITS_ANY_TEXT.search(_normalize(error))


def _normalize(error: str) -> str:
    """Return the words of an error in lower case, separated by single spaces."""
    text = re.sub(r"(?<=[a-z])[_-](?=[a-z])", " ", error[:1000].casefold())
    return " ".join(text.split())


def _parse_content(response: Response) -> dict[str, Any]:
    """Parse a body strictly as UTF-8 and one object without duplicate names; else return {}."""
    if response.content_encoding.strip().lower() not in ("", "identity"):
        return {}
    try:
        content = json.loads(
            response.body.decode(), object_pairs_hook=_build_object, parse_constant=_reject_constant
        )
    except (ValueError, RecursionError):  # the latter from thousands of nested brackets
        return {}
    return content if isinstance(content, dict) else {}


def _build_object(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    pairs = list(pairs)
    if len(dict(pairs)) < len(pairs):
        raise ValueError
    return dict(pairs)


def _reject_constant(constant: str) -> object:
    raise ValueError  # NaN and Infinity are extensions of Python, not JSON


def _count_devices(data: object) -> int | None:
    devices = data.get("devices") if isinstance(data, dict) else data
    return len(devices) if isinstance(devices, list) else None


def _describe_unexpected(status: int) -> str:
    if status == 429:
        return "the API is busy (429)"
    if 300 <= status < 400:
        return f"the API redirects ({status}), which is not followed"
    return f"unexpected response ({status})"


def _quote_error(reason: str, response: Response, sent: Collection[Secret]) -> str:
    """Add the error text of the API, unless it repeats a part of a sent value in some form."""
    content = _parse_content(response) if response.status in _STATUSES_WITH_BODY else {}
    error = content.get("error")
    if content.get("success") is not False or not isinstance(error, str) or not error.strip():
        return reason
    if any(_shares_text(error.casefold(), value.reveal().decode()) for value in sent):
        return reason
    if holds_copy(error.encode("utf-8", "replace"), sent):
        return reason
    return f'{reason} ("{escape_for_terminal(redact(error))[:200]}")'


def _shares_text(error: str, value: str) -> bool:
    text = value.removeprefix(KEY_PREFIX).casefold()
    starts = range(max(1, len(text) - _QUOTED_LENGTH + 1)) if text else ()
    return any(text[start : start + _QUOTED_LENGTH] in error for start in starts)


def _build_headers(key: bytes, app_key: bytes | None) -> dict[str, bytes]:
    headers = {
        "User-Agent": f"wakeyscan/{__version__}".encode(),
        "Accept": b"application/json",
        "Accept-Encoding": b"identity",
        "Authorization": b"Bearer " + key,
    }
    return headers if app_key is None else {**headers, "X-App-Key": app_key}


def _request_devices(
    headers: dict[str, bytes], endpoint: Endpoint, limiter: RateLimiter
) -> Response | HttpError:
    for attempt in range(ATTEMPTS):
        limiter.acquire()
        response: Response | HttpError
        try:
            response = send_get(endpoint, "/devices", headers, _STATUSES_WITH_BODY)
        except HttpError as error:
            response = error
        delay = _retry_delay(response, attempt)
        if delay is None or attempt == ATTEMPTS - 1:
            break
        limiter.back_off(delay)
    return response


def _retry_delay(response: Response | HttpError, attempt: int) -> float | None:
    """Return the seconds before the next attempt, or `None` if a retry is useless."""
    if isinstance(response, HttpError):
        return _RETRY_SECONDS * 4**attempt if response.is_temporary else None
    if response.status != 429:
        return None
    requested = _parse_retry_after(response.retry_after.strip())
    delay = _BUSY_SECONDS * 2**attempt if requested is None else requested
    return delay if delay <= MAX_WAIT_SECONDS else None


def _parse_retry_after(text: str) -> float | None:
    """Parse `Retry-After`, a number of seconds or a date; return `None` for anything else."""
    if re.fullmatch(r"[0-9]{1,9}", text):
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, IndexError, TypeError, OverflowError):
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())
