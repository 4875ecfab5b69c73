"""The API endpoint, and the proxy that a user's environment names."""

from __future__ import annotations

import pytest

from wakeyscan.verification.endpoint import find_unused_proxy, parse_endpoint
from wakeyscan.verification.http import HttpError, send_get

WASTACK = "https://api.example.org/v1"
PROXY = "http://proxy.example.org:3128"
CASES: dict[str, tuple[str, str, dict[str, str], str]] = {
    "set": (WASTACK, "", {"HTTPS_PROXY": PROXY}, "HTTPS_PROXY"),
    "lower-case": (WASTACK, "", {"https_proxy": PROXY}, "https_proxy"),
    "for-all": (WASTACK, "", {"ALL_PROXY": PROXY}, "ALL_PROXY"),
    "empty": (WASTACK, "", {"HTTPS_PROXY": ""}, ""),
    "none": (WASTACK, "", {}, ""),
    "for-http": (WASTACK, "", {"http_proxy": PROXY}, ""),
    "used": (WASTACK, PROXY, {"HTTPS_PROXY": PROXY}, ""),
    "this-machine": ("http://127.0.0.1:1", "", {"HTTPS_PROXY": PROXY}, ""),
}


@pytest.mark.parametrize(("url", "proxy", "environment", "name"), CASES.values(), ids=CASES)
def test_a_proxy_variable_that_is_not_used_is_found(
    url: str, proxy: str, environment: dict[str, str], name: str
) -> None:
    assert find_unused_proxy(parse_endpoint(url, proxy), environment) == name


def test_a_failed_request_names_the_unused_proxy() -> None:
    endpoint = parse_endpoint("https://api.invalid")._replace(unused_proxy="HTTPS_PROXY")
    with pytest.raises(HttpError, match=r"\(HTTPS_PROXY is set, but only --proxy is used\)"):
        send_get(endpoint, "/devices", {}, ())
