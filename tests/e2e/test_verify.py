"""Keys are asked about on request only, by the real commands against a real API on loopback."""

from __future__ import annotations

import codecs
import json
import os
import pty
import shutil
import socket
import subprocess
import time
from base64 import b32encode, b64encode
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.e2e.test_sarif import VALID
from tests.support.certificates import OPENSSL, authority, issued
from tests.support.command import WAKEYSCAN, Ran, environment, execute
from tests.support.fake_wastack import (
    BARE,
    FORBIDDEN,
    LIVE,
    REVOKED,
    FakeWAStack,
    RequestHandler,
    Script,
    in_turn,
    limits,
    redirects,
    says,
)
from tests.support.files import write
from tests.support.keys import PREFIX, MakeKey, fingerprint, mask
from tests.support.reports import FORMATS
from tests.support.repositories import Repo
from tests.support.runner import Runner
from wakeyscan.cli.verify_reports.text import ADVICE
from wakeyscan.core.secret import Secret

REFUSED = "rejected, but maybe because of the X-App-Key; set --app-key and a control key"
WORKS = "the API accepted it; at least read access"
WORKS_2 = f"{WORKS}; 2 devices"
NAMED = 'the API rejected this key ("API key has been revoked")'
FAILING = says(500, {"success": False, "error": "Internal error"})
needs_openssl = pytest.mark.skipif(OPENSSL is None, reason="there is no openssl for a test CA")


class Sent(NamedTuple):
    """A request as the stand-in notes it down: masks of the headers that matter."""

    authorization: str
    app_key: str | None


def sent(key: str, app_key: str | None = None) -> Sent:
    """Return the fake API's record of a request with a key."""
    beside = mask(app_key, "x-app-key") if app_key else None
    return Sent(mask(f"Bearer {key}", "authorization"), beside)


class Api:
    """A stand-in, and a folder in which wakeyscan is run by a user who asks there."""

    def __init__(self, standin: FakeWAStack, folder: Path, make_key: MakeKey) -> None:
        self.standin, self.folder, self.make_key = standin, folder, make_key
        self.env = {"WAKEYSCAN_API_URL": standin.url, "XDG_CACHE_HOME": str(folder / ".cache")}
        self.hidden: list[str] = []

    def key(self, script: Script | None = None) -> str:
        """Make a key, and say what it meets; without a script the API does not know it."""
        key = self.make_key()
        self.hidden.append(key)
        if script is not None:
            self.standin.keys[key] = script
        return key

    def app_key(self) -> str:
        """Make an application key."""
        app_key = self.make_key(24, "")
        self.hidden.append(app_key)
        return app_key

    def run(
        self,
        *line: str,
        env: Mapping[str, str] | None = None,
        stdin: bytes = b"",
        cwd: Path | None = None,
    ) -> Ran:
        """Run wakeyscan, and see that it tells nothing of any key."""
        ran = execute([WAKEYSCAN, *line], cwd or self.folder, stdin, {**self.env, **(env or {})})
        self.tells_nothing(ran.out + ran.err)
        return ran

    def tells_nothing(self, text: str) -> None:
        """Check that a text contains no key, and no large part of one."""
        for secret in self.hidden:
            body = secret.removeprefix(PREFIX)
            assert not [at for at in range(0, len(body) - 8) if body[at : at + 8] in text]

    def scan(self, *options: str, env: Mapping[str, str] | None = None) -> Ran:
        """Scan with --verify, for a JSON report."""
        return self.run("scan", "--verify", "--format", "json", *options, "src", env=env)

    def source(self, files: Mapping[str, str | bytes]) -> None:
        """Write the files that `scan` looks at."""
        write(self.folder / "src", files)

    @property
    def asked(self) -> list[Sent]:
        """Everything that came in."""
        got = [one.headers for one in self.standin.asked]
        return [Sent(one["authorization"], one.get("x-app-key")) for one in got]


@pytest.fixture
def api(tmp_path: Path, make_key: MakeKey) -> Iterator[Api]:
    folder = tmp_path / "work"
    folder.mkdir()
    with FakeWAStack({}) as standin:
        yield Api(standin, folder, make_key)


def told(ran: Ran) -> dict[str, tuple[str, str, str]]:
    """Return severity, liveness and standing of the keys in a JSON report, by mask."""
    return {
        finding["secret"]: (finding["severity"], finding["liveness"], finding["standing"])
        for finding in ran.json()["findings"]
        if finding["rule"] == "wastack-api-key"
    }


def reasons(ran: Ran) -> dict[str, str]:
    return {finding["secret"]: finding["reason"] for finding in ran.json()["findings"]}


# Nothing is sent unless it is asked for.

SPY = """
import os, sys
def spy(event, arguments):
    if event in ("socket.__new__", "socket.connect", "socket.getaddrinfo", "socket.sendto"):
        with open(os.environ["SPIED"], "a") as file:
            file.write(event + "\\n")
sys.addaudithook(spy)
"""


@pytest.fixture
def sockets(api: Api, tmp_path: Path) -> Callable[[], int]:
    """Count the sockets that wakeyscan and its processes make, by a hook of Python itself."""
    write(tmp_path, {"spy/sitecustomize.py": SPY})
    file = tmp_path / "spied"
    api.env |= {"PYTHONPATH": str(tmp_path / "spy"), "SPIED": str(file)}
    return lambda: file.read_text().count("\n") if file.exists() else 0


def staged(api: Api, key: str) -> Repo:
    """Put a key into the index of a repository in the folder."""
    repo = Repo(api.folder)
    repo.commit({"a": "x"})
    repo.stage({"src/a.py": f"k = '{key}'\n"})
    return repo


def a_message(api: Api) -> None:
    (api.folder / "message").write_text((api.folder / "src" / "a.py").read_text())


LINES = {
    "scan": ["scan", "src"],
    "staged": ["scan", "staged:"],
    "audit": ["audit", "."],
    "pre-commit": ["hook", "pre-commit"],
    "commit-msg": ["hook", "commit-msg", "message"],
}


@pytest.mark.parametrize("line", LINES.values(), ids=LINES)
@pytest.mark.parametrize("option", ["", "--verify-plan", "--verify"])
def test_no_socket_is_opened_without_verify(
    api: Api, sockets: Callable[[], int], line: list[str], option: str
) -> None:
    repo = staged(api, api.key(LIVE))
    a_message(api)
    if line[0] == "audit":
        repo.record()
    command, *rest = line
    # After the operands: a stage comes first, and what is an option stays one behind it.
    ran = api.run(command, *rest, *([option] if option else []))
    assert ran.code == 1, ran
    wanted = 1 if option == "--verify" else 0
    assert (len(api.asked), sockets() > 0) == (wanted, wanted > 0)


def test_a_plan_lists_the_requests_and_sends_none(api: Api) -> None:
    one, other, control, app_key = api.key(LIVE), api.key(LIVE), api.key(LIVE), api.app_key()
    api.source({"a": one, "b": f"'{other}'\nX-App-Key: {app_key}\n"})
    masks = sorted([f"  {mask(one)} with no X-App-Key", f"  {mask(other)} with APP"])
    listed = "\n".join(masks).replace("APP", mask(app_key, "wastack-app-key"))
    said = f"""\
--verify would send {{}} requests to {api.standin.url}/devices, over less than a minute:
{listed}
{{}}Nothing was sent.
"""
    ran = api.run("scan", "--verify-plan", "--verify", "src")
    assert (ran.code, ran.err) == (1, said.format(2, ""))
    ran = api.run("scan", "--verify-plan", "src", env={"WAKEYSCAN_CONTROL_KEY": control})
    assert (ran.code, ran.err) == (1, said.format(4, "  the control key, 2 requests\n"))
    assert api.asked == []


def test_a_plan_estimates_the_time(api: Api) -> None:
    api.source({"a": "".join(f'"{api.key()}"\n' for _ in range(101))})  # quoted: one text each
    ran = api.run("scan", "--verify-plan", "src")
    first, *listed, last = ran.err.splitlines()
    assert first == (
        f"--verify would send 101 requests to {api.standin.url}/devices, over about 2 minutes:"
    )
    assert (len(listed), last) == (101, "Nothing was sent.")


def test_a_key_in_many_places_is_requested_once(api: Api) -> None:
    one, other = api.key(LIVE), api.key(REVOKED)
    text = f"{one}\n{other}\n{one}\n"
    api.source({"a": text, "b": text.encode("utf-16"), f"c/{one}.txt": text})
    ran = api.scan()
    assert len(ran.json()["findings"]) > 8
    assert sorted(api.asked) == sorted([sent(one), sent(other)])
    (first, second) = api.standin.asked
    assert {(one.method, one.path) for one in (first, second)} == {("GET", "/api/v1/devices")}


def test_a_variable_enables_verification(api: Api) -> None:
    api.source({"a": api.key(LIVE)})
    assert api.run("scan", "src", env={"WAKEYSCAN_VERIFY": "0"}).code == 1
    assert api.asked == []
    assert api.run("scan", "src", env={"WAKEYSCAN_VERIFY": "1"}).code == 1
    assert len(api.asked) == 1


# What follows from the answers.


@pytest.mark.parametrize(
    ("script", "app_key", "severity", "liveness", "code", "reason"),
    [
        (LIVE, False, "critical", "live", 1, WORKS_2),
        (REVOKED, False, "note", "revoked", 0, NAMED),
        (BARE, False, "high", "unknown", 1, f'{REFUSED} ("Unauthorized")'),
        (FORBIDDEN, False, "high", "unknown", 1, None),
        (FORBIDDEN, True, "critical", "live", 1, None),
        (FAILING, False, "high", "unknown", 1, "unexpected response (500)"),
    ],
    ids=["live", "revoked", "bare", "forbidden", "forbidden with an app key", "failing"],
)
def test_the_response_sets_severity_and_exit_code(
    api: Api,
    script: Script,
    app_key: bool,
    severity: str,
    liveness: str,
    code: int,
    reason: str | None,
) -> None:
    key = api.key(script)
    api.source({"a": key})
    ran = api.scan(env={"WAKEYSCAN_APP_KEY": api.app_key()} if app_key else {})
    assert (ran.code, told(ran)) == (code, {mask(key): (severity, liveness, "reported")})
    assert reason in (None, reasons(ran)[mask(key)])


def test_a_revoked_key_fails_if_fail_on_is_note(api: Api) -> None:
    api.source({"a": api.key(REVOKED)})
    assert api.scan("--fail-on", "note").code == 1


def test_verified_keys_in_client_side_code_have_their_severity(api: Api) -> None:
    revoked, unknown = api.key(REVOKED), api.key(FAILING)
    api.source({"a.html": f"<script>k = '{revoked}'; l = '{unknown}'</script>"})
    severities = {secret: severity for secret, (severity, *_) in told(api.scan()).items()}
    assert severities == {mask(revoked): "note", mask(unknown): "critical"}


@pytest.mark.parametrize(
    ("script", "standing", "severity", "code"),
    [
        (LIVE, "reported", "critical", 1),
        (REVOKED, "", "note", 0),
        (FAILING, "", "high", 0),
    ],
    ids=["live", "revoked", "unknown"],
)
@pytest.mark.parametrize("hidden", ["ignored", "placeholder"])
def test_suppressed_keys_are_verified_too(
    api: Api, script: Script, standing: str, severity: str, code: int, hidden: str
) -> None:
    key = api.key(script)
    text, why = f"{key}  # wakeyscan:ignore -- ours\n", "wakeyscan:ignore: ours"
    if hidden == "placeholder":
        key, why = f"{PREFIX}example_{key[8:]}", "contains a word that examples use"
        api.standin.keys[key], text = script, key
    api.source({"a": text})
    assert told(api.run("scan", "--format", "json", "src"))[mask(key)][2] == hidden
    ran = api.scan()
    assert ran.code == code
    ((found, liveness, stands),) = told(ran).values()
    assert (found, stands) == (severity, standing or hidden)
    assert api.asked == [sent(key)]
    wanted = f"{WORKS_2}, though {hidden}: {why}" if liveness == "live" else why
    assert reasons(ran)[mask(key)] == wanted


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ([], 0),
        (["--require-verified"], 3),
        (["--require-verified", "--fail-on", "high"], 1),
    ],
    ids=["not required", "required", "a finding goes first"],
)
def test_require_verified_makes_an_unverified_key_incomplete(
    api: Api, options: list[str], code: int
) -> None:
    silent, revoked = api.key(FAILING), api.key(REVOKED)
    api.source({"a": f"{silent}\n{revoked}\n"})
    ran = api.scan("--fail-on", "critical", *options)
    assert ran.code == code
    gap = {"path": mask(silent), "within": "", "gap": True, "opaque": False, "times": 1}
    reason = "not verified: unexpected response (500)"
    assert ran.json()["skipped"] == ([{**gap, "reason": reason}] if options else [])
    assert ran.json()["complete"] is not bool(options)


def test_require_verified_passes_if_every_key_is_verified(api: Api) -> None:
    api.source({"a": f"{api.key(REVOKED)}\n"})
    assert api.scan("--require-verified").code == 0


# Which X-App-Key goes along.


def test_the_nearest_app_key_in_the_same_document_is_sent(api: Api) -> None:
    far, near, own, elsewhere, given = (api.app_key() for _ in range(5))
    one, two, three = (api.key(LIVE) for _ in range(3))
    api.source(
        {
            "a.env": f"X_APP_KEY={far}\n\n\n\nWASTACK={one}\nX_APP_KEY={near}\n",
            "b.js": f"h = {{'X-App-Key': '{own}', Authorization: 'Bearer {two}'}}\n",
            "c.py": f"key = '{three}'\n",
            "d.env": f"X_APP_KEY={elsewhere}\n",
        }
    )
    api.scan("--app-key", given)
    paired = {sent(one, near), sent(two, own), sent(three, given)}
    assert (len(api.asked), {*api.asked}) == (3, paired)


def test_a_key_is_sent_with_the_app_key_of_any_of_its_places(api: Api) -> None:
    key, app_key = api.key(LIVE), api.app_key()
    api.source({"a": key, "b.env": f"K={key}\n\nX_APP_KEY={app_key}\n", "c": key})
    api.scan()
    assert api.asked == [sent(key, app_key)]


def test_the_nearest_app_key_on_a_long_line_is_sent(api: Api) -> None:
    pairs = [(api.key(LIVE), api.app_key()) for _ in range(4)]
    calls = (f"f({{'X-App-Key':'{app}',Authorization:'Bearer {key}'}});" for key, app in pairs)
    api.source({"a.min.js": "".join(calls)})
    api.scan()
    assert sorted(api.asked) == sorted(sent(key, app) for key, app in pairs)


NO_PERMISSION = "forbidden, but no X-App-Key was sent; set --app-key"


def test_the_verdict_names_the_app_key_and_the_remedy(api: Api) -> None:
    near, alone, app_key = api.key(LIVE), api.key(FORBIDDEN), api.app_key()
    api.source({"a.env": f"K={near}\nX_APP_KEY={app_key}\n", "b": alone})
    found = api.scan().json()["findings"]
    details = {one["secret"]: one["details"] for one in found if "answer" in one["details"]}
    beside = mask(app_key, "wastack-app-key")
    quoted = f'{NO_PERMISSION} ("Insufficient permissions")'
    assert details == {
        mask(near): {
            "answer": f"{WORKS_2} (with X-App-Key {beside})",
            "app_key": beside,
            "permission": "read at least",
            "devices": "2",
        },
        mask(alone): {"answer": quoted, "app_key": "none"},
    }
    for name in ("text", "sarif", "github", "markdown"):
        out = api.run("scan", "--verify", "--format", name, "src").out
        said = out.replace('\\"', '"')
        assert f"{WORKS_2} (with X-App-Key {beside})" in said
        assert quoted in said


def test_the_verdict_of_an_ignored_key_is_reported(api: Api) -> None:
    key = api.key(BARE)
    api.source({"a": f"{key} # wakeyscan:ignore -- ours\n"})
    ran = api.run("scan", "--verify", "--show-suppressed", "src")
    assert ran.out.startswith(f"""\
No keys found.

src/a
       1:1  high      wastack-api-key  {mask(key)}  source
            | {mask(key)} # wakeyscan:ignore -- ours
            ignored: wakeyscan:ignore: ours
            unknown: {REFUSED} ("Unauthorized")
""")


def test_the_verdict_is_reported_for_keys_of_an_audit(api: Api) -> None:
    repo = Repo(api.folder / "repo")
    key, app_key = api.key(BARE), api.app_key()
    repo.commit({"a.env": f"K={key}\nX_APP_KEY={app_key}\n"})
    report = api.run("audit", "--verify", "--format", "json", "repo").json()
    (told_of,) = (one for one in report["keys"] if one["rule"] == "wastack-api-key")
    beside = mask(app_key, "wastack-app-key")
    answer = f'{REFUSED} ("Unauthorized") (with X-App-Key {beside})'
    assert told_of["reason"] == answer
    assert told_of["details"] == {"answer": answer, "app_key": beside}
    text = api.run("audit", "--verify", "repo").out
    assert f"     answer      unknown: {answer}\n" in text


def test_a_placeholder_app_key_is_not_sent(api: Api) -> None:
    key, given = api.key(LIVE), api.app_key()
    sample = "abcdefgh12345678"
    api.source({"a.env": f"K={key}\nX_APP_KEY={sample}\n"})
    api.scan("--app-key", given)
    api.scan()
    assert api.asked == [sent(key, given), sent(key)]


@pytest.mark.parametrize(
    ("flag", "variable"), [(1, 0), (0, 1), (1, 2), (0, 0)], ids=["flag", "variable", "both", "none"]
)
def test_an_app_key_from_the_option_or_the_variable_is_sent(
    api: Api, flag: int, variable: int
) -> None:
    key, app_keys = api.key(LIVE), ("", api.app_key(), api.app_key())
    api.source({"a": key})
    options = ["--app-key", app_keys[flag]] if flag else []
    api.scan(*options, env={"WAKEYSCAN_APP_KEY": app_keys[variable]})
    assert api.asked == [sent(key, app_keys[flag or variable] or None)]


def answer_with(app_key: str) -> Script:
    """Return the script of a key that works with one X-App-Key only."""

    def answer(asking: RequestHandler) -> None:
        (LIVE if asking.headers["X-App-Key"] == app_key else BARE)(asking)

    return answer


@pytest.mark.parametrize("count", [2, 6, 7])
@pytest.mark.parametrize("is_split", [False, True], ids=["one file", "several files"])
def test_a_key_is_revoked_only_if_rejected_with_each_app_key_beside_it(
    api: Api, count: int, is_split: bool
) -> None:
    apps = [api.app_key() for _ in range(count)]
    key, dead, control = api.key(answer_with(apps[-1])), api.key(BARE), api.key(LIVE)
    pairs = [f"K={one}\nX_APP_KEY={app}\n" for one in (key, dead) for app in apps]
    files = {f"{n}.env": pair for n, pair in enumerate(pairs)}
    api.source(files if is_split else {"all.env": "".join(pairs)})
    for _ in range(2):
        ran = api.scan("--verify-cache", env={"WAKEYSCAN_CONTROL_KEY": control})
        states = {secret: row[1] for secret, row in told(ran).items()}
        expected = ("live", "revoked") if count <= 6 else ("unknown", "unknown")
        assert (states[mask(key)], states[mask(dead)]) == expected


# The control key.


def test_the_control_key_is_sent_first_and_once_for_each_app_key(api: Api) -> None:
    control, app_key = api.key(LIVE), api.app_key()
    alone, beside = [api.key(BARE) for _ in range(2)], [api.key(BARE) for _ in range(2)]
    near = "".join(f"K={key}\nX_APP_KEY={app_key}\n" for key in beside)
    api.source({"a": "\n".join(alone), "b.env": near})
    ran = api.scan(env={"WAKEYSCAN_CONTROL_KEY": control})
    assert {row[1] for row in told(ran).values()} == {"revoked"}
    assert ran.code == 1  # of the X-App-Key
    assert len(api.asked) == 6
    for app in (None, app_key):
        mine = [one for one in api.asked if one.app_key == sent(control, app).app_key]
        assert [mine.index(sent(control, app)), mine.count(sent(control, app))] == [0, 1]
    assert mask(control) not in ran.out + ran.err


def test_a_bare_rejection_without_a_working_control_key_proves_nothing(api: Api) -> None:
    key, control = api.key(BARE), api.key(REVOKED)
    api.source({"a": key})
    ran = api.scan(env={"WAKEYSCAN_CONTROL_KEY": control})
    assert told(ran)[mask(key)][1] == "unknown"
    refusal = f'{REFUSED} ("Unauthorized"); the control key is not accepted either'
    assert reasons(ran)[mask(key)] == refusal


def test_the_control_key_comes_only_from_the_environment(api: Api) -> None:
    control = api.key(LIVE)
    api.source({"a": api.key(BARE)})
    for line in (["--control-key", "x"], ["--control-key=x"]):
        ran = api.scan(*line)
        assert (ran.code, ran.out) == (2, "")
    ran = api.scan("--app-key", control)
    assert (ran.code, ran.out) == (2, "")
    assert "an argument contains a key" in ran.err
    assert api.asked == []


# Nothing in what is scanned steers it.

SETTINGS = {
    "verify": "true",
    "verify-plan": "true",
    "require-verified": "true",
    "api-url": "URL",
    "app-key": "'x'",
    "control-key": "'x'",
    "proxy": "URL",
}


@pytest.mark.parametrize("file", [".wakeyscan.toml", "pyproject.toml"])
@pytest.mark.parametrize("name", SETTINGS)
def test_a_configuration_file_cannot_enable_verification(api: Api, name: str, file: str) -> None:
    api.source({"a": api.key(LIVE)})
    head = "[tool.wakeyscan]\n" if file == "pyproject.toml" else ""
    value = SETTINGS[name].replace("URL", f"'{api.standin.url}'")
    write(api.folder, {file: f"{head}{name} = {value}\n"})
    for options in ([], ["--verify"]):
        ran = api.run("scan", *options, "src")
        assert (ran.code, ran.out) == (2, "")
        assert f"{file}: unknown key '{name}'" in ran.err
    assert api.asked == []


def test_no_file_in_the_scanned_tree_affects_verification(api: Api, tmp_path: Path) -> None:
    key = api.key(LIVE)
    with FakeWAStack({key: LIVE}) as other:
        lines = {
            "WAKEYSCAN_API_URL": other.url,
            "WAKEYSCAN_PROXY": other.url,
            "WAKEYSCAN_VERIFY": "1",
            "HTTP_PROXY": other.url,
            "ALL_PROXY": other.url,
        }
        env = "".join(f"{name}={value}\n" for name, value in lines.items())
        repo = Repo(api.folder)
        write(api.folder, {".env": env, ".envrc": env, "src/.env": env, ".netrc": "default x"})
        repo.commit({"src/a": key})
        repo.git("config", "http.proxy", other.url)
        repo.git("config", f"url.{other.url}/.insteadOf", api.standin.url)
        repo.git("config", "wakeyscan.apiUrl", other.url)
        for line in (["scan", "src"], ["audit"]):
            assert api.run(*line).code == 1
        assert api.asked == []
        for number, line in enumerate((["scan", "src"], ["audit"]), 1):
            assert api.run(*line, "--verify").code == 1
            assert len(api.asked) == number
        assert other.asked == []


def test_proxy_variables_and_netrc_of_the_user_are_ignored(api: Api, tmp_path: Path) -> None:
    key = api.key(LIVE)
    api.source({"a": key})
    write(tmp_path, {"home/.netrc": "machine 127.0.0.1 login x password y\n"})
    (tmp_path / "home" / ".netrc").chmod(0o600)
    with FakeWAStack({}) as other:
        names = ("http_proxy", "https_proxy", "all_proxy")
        proxies = {n: other.url for name in names for n in (name, name.upper())}
        ran = api.scan(env={**proxies, "NO_PROXY": "", "HOME": str(tmp_path / "home")})
        assert (ran.code, other.asked, api.asked) == (1, [], [sent(key)])


URLS = {
    "http elsewhere": (
        "http://api.example",
        "must use https; http is accepted for this machine only",
    ),
    "no URL": ("api.wastack.in", "the API URL"),
    "another scheme": ("file:///etc/passwd", "the API URL"),
    "with a password": ("https://user:tell@127.0.0.1", "expected https://HOST[:PORT][/PATH]"),
    "with a query": ("https://127.0.0.1/?tell", "expected https://HOST[:PORT][/PATH]"),
    "with a key": ("https://127.0.0.1/KEY", "looks like a key"),
}


@pytest.mark.parametrize(("url", "why"), URLS.values(), ids=URLS)
@pytest.mark.parametrize("command", ["scan", "verify", "audit"])
def test_a_forbidden_url_is_rejected(api: Api, command: str, url: str, why: str) -> None:
    key = api.key(LIVE)
    Repo(api.folder).commit({"src/a": key})
    env = {"WAKEYSCAN_API_URL": url.replace("KEY", key)}
    options = [] if command == "verify" else ["--verify"]
    ran = api.run(command, *options, env=env, stdin=f"{key}\n".encode())
    assert (ran.code, ran.out) == (2, ""), ran
    assert why in ran.err
    assert "tell" not in ran.err


def test_a_key_in_a_url_on_the_command_line_is_not_printed(api: Api) -> None:
    api.source({"a": "x"})
    ran = api.scan("--api-url", f"https://127.0.0.1/{api.key(LIVE)}")
    assert (ran.code, ran.out) == (2, "")
    assert "an argument contains a key" in ran.err


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(api: Api, status: int) -> None:
    with FakeWAStack({}) as other:
        key = api.key(redirects(f"{other.url}/devices", status))
        other.keys[key] = LIVE
        api.source({"a": key})
        ran = api.scan()
        assert other.asked == []
    assert reasons(ran) == {mask(key): f"the API redirects ({status}), which is not followed"}
    assert (told(ran)[mask(key)][1], len(api.asked)) == ("unknown", 1)


# The network.


def closed_port() -> str:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{unused.getsockname()[1]}"


def test_a_refused_connection_makes_a_key_unknown(api: Api) -> None:
    key = api.key()
    api.source({"a": key})
    ran = api.scan(env={"WAKEYSCAN_API_URL": closed_port()})
    assert (ran.code, told(ran)) == (1, {mask(key): ("high", "unknown", "reported")})
    assert reasons(ran) == {mask(key): "127.0.0.1 refused the connection"}


def test_after_five_failed_connections_no_further_key_is_sent(api: Api) -> None:
    keys = [api.key(LIVE) for _ in range(8)]
    api.source({"a": "\n".join(keys)})
    # TLS to a server that speaks none: a fault that no second attempt can mend.
    ran = api.scan(env={"WAKEYSCAN_API_URL": api.standin.url.replace("http:", "https:")})
    assert ran.code == 1
    assert {row[1] for row in told(ran).values()} == {"unknown"}
    said = sorted(reasons(ran).values())
    assert [text.partition(":")[0] for text in said] == ["TLS failed"] * 5 + ["not sent"] * 3
    assert said[-1] == "not sent: the API does not respond"
    assert api.asked == []


def test_after_five_busy_answers_no_further_key_is_sent(api: Api) -> None:
    api.source({"a": "\n".join(api.key(limits("3600")) for _ in range(8))})
    ran = api.scan()
    said = sorted(reasons(ran).values())
    assert [text.partition(" (")[0] for text in said] == [
        *["not sent: the API does not respond"] * 3,
        *["the API is busy"] * 5,
    ]
    assert (ran.code, len(api.asked)) == (1, 5)


def test_invalid_responses_do_not_stop_verification(api: Api) -> None:
    keys = [api.key(FAILING) for _ in range(7)]
    api.source({"a": "\n".join(keys)})
    api.scan()
    assert len(api.asked) == 7


@needs_openssl
def test_certificates_are_checked_over_tls(api: Api, tmp_path: Path) -> None:
    papers = issued(tmp_path, "server") if authority(tmp_path) else None
    assert papers
    key = api.key(LIVE)
    api.source({"a": key})
    with FakeWAStack({key: LIVE}, context=papers.context()) as secure:
        url = {"WAKEYSCAN_API_URL": secure.url}
        ran = api.scan(env=url)
        distrusted = "the certificate is not trusted: "
        assert reasons(ran)[mask(key)].startswith(distrusted)
        assert (told(ran)[mask(key)][1], secure.asked) == ("unknown", [])
        ran = api.scan(env={**url, "SSL_CERT_FILE": str(papers.cafile)})
        assert (told(ran)[mask(key)][1], len(secure.asked)) == ("live", 1)


# The reports.


@pytest.fixture
def mixed(api: Api) -> Iterator[tuple[str, str, str]]:
    """Make a tree with a live key, a revoked one, and one that makes the API fail."""
    live, revoked, unknown = api.key(LIVE), api.key(REVOKED), api.key(FAILING)
    api.source({"a": f"{live}\n", "b": f"{revoked}\n", "c": f"{unknown}\n"})
    yield live, revoked, unknown


def test_text_shows_the_verdicts(api: Api, mixed: tuple[str, str, str]) -> None:
    live, revoked, unknown = map(mask, mixed)
    ran = api.run("scan", "--verify", "src")
    assert (ran.code, ran.err) == (1, "")
    assert ran.out.startswith(f"""\
3 keys in 3 places: 1 LIVE, 1 unknown, 1 revoked.

src/a
       1:1  critical  wastack-api-key  {live}  source
            | {live}
            live: {WORKS_2}

src/b
       1:1  note      wastack-api-key  {revoked}  source
            | {revoked}
            revoked: {NAMED}

src/c
       1:1  high      wastack-api-key  {unknown}  source
            | {unknown}
            unknown: unexpected response (500)

Scanned 3 files (""")


def test_sarif_has_the_verdicts(api: Api, mixed: tuple[str, str, str]) -> None:
    log = api.run("scan", "--verify", "--format", "sarif", "src").json()
    assert [error.message for error in VALID.iter_errors(log)] == []
    results = {one["message"]["arguments"][1]: one for one in log["runs"][0]["results"]}
    shown = {
        secret: (one["level"], one["properties"]["severity"], one["properties"]["liveness"])
        for secret, one in results.items()
    }
    live, revoked, unknown = map(mask, mixed)
    assert shown == {
        live: ("error", "critical", "live"),
        revoked: ("note", "note", "revoked"),
        unknown: ("error", "high", "unknown"),
    }


@pytest.mark.parametrize(
    ("name", "row"),
    [
        (
            "github",
            "::{level} file=src/{file},line=1,endLine=1,col=1,endColumn=49,"
            "title=WAStack API key ({severity})::{advice} {secret} (wastack-api-key, source); "
            "{now}",
        ),
        (
            "markdown",
            "| {severity} ({now}) | `src/{file}:1` | `wastack-api-key` | `{secret}` | source",
        ),
    ],
)
def test_other_formats_show_the_verdicts(
    api: Api, mixed: tuple[str, str, str], name: str, row: str
) -> None:
    ran = api.run("scan", "--verify", "--format", name, "src")
    levels = {"critical": "error", "high": "error", "note": "notice"}
    now = {"critical": "live", "high": "unknown", "note": "revoked"}
    revoke = "Leaked WAStack key. Revoke it, and read the new one from an environment variable."
    advice = {"note": "Revoked WAStack API key. It no longer works; remove it."}
    rows = [
        row.format(
            file=file,
            severity=severity,
            secret=mask(key),
            level=levels[severity],
            now=now[severity],
            advice=advice.get(severity, revoke),
        )
        for key, file, severity in zip(mixed, "abc", ("critical", "note", "high"), strict=True)
    ]
    assert [text for text in rows if text not in ran.out] == [], ran.out


def test_every_report_of_a_run_has_the_same_verdicts(api: Api, mixed: tuple[str, str, str]) -> None:
    formats = FORMATS
    options = [part for name in formats for part in ("--report", f"{name}=out.{name}")]
    api.run("scan", "--verify", *options, "src")
    assert len(api.asked) == 3
    for name in formats:
        text = (api.folder / f"out.{name}").read_text("utf-8")
        api.tells_nothing(text)
        assert [key for key in mixed if mask(key) not in text] == []


def test_nothing_is_cached_by_default(
    api: Api, mixed: tuple[str, str, str], tmp_path: Path
) -> None:
    places = {name: tmp_path / name for name in ("TMPDIR", "HOME", "XDG_CACHE_HOME")}
    for place in places.values():
        place.mkdir()
    api.scan(env={name: str(place) for name, place in places.items()})
    assert [path for place in places.values() for path in place.rglob("*")] == []


# Answers are remembered only where that is asked for.


CACHED = ("--verify-cache",)


def cache(api: Api) -> Path:
    return api.folder / ".cache" / "wakeyscan"


def aged(api: Api, seconds: float) -> None:
    """Make what is remembered so much older."""
    file = cache(api) / "verdicts.json"
    entries = json.loads(file.read_text("utf-8"))
    file.write_text(
        json.dumps({name: (*was, told - seconds) for name, (*was, told) in entries.items()})
    )


def test_definite_verdicts_are_cached(api: Api, mixed: tuple[str, str, str]) -> None:
    live, _, unknown = mixed
    first = api.scan(*CACHED)
    assert len(api.asked) > 0
    api.standin.asked.clear()
    second = api.scan(*CACHED)
    assert told(second) == told(first)
    assert {one.authorization for one in api.asked} == {sent(unknown).authorization}
    assert reasons(second)[mask(live)].startswith("cached response of the API from 20")
    assert (first.code, second.code) == (1, 1)
    api.standin.asked.clear()
    assert told(api.scan()) == told(first)
    assert {sent(key) for key in mixed} == set(api.asked)


@pytest.mark.parametrize(
    ("age", "again"),
    [
        (500, ""),
        (700, "live"),
        (6 * 86400, "live"),
        (8 * 86400, "live revoked"),
        (-60, "live revoked"),
    ],
    ids=["minutes", "a quarter of an hour", "days", "weeks", "of the future"],
)
def test_cached_verdicts_expire(api: Api, age: float, again: str) -> None:
    keys = {"live": api.key(LIVE), "revoked": api.key(REVOKED)}
    api.source({"a": "\n".join(keys.values())})
    api.scan(*CACHED)
    aged(api, age)
    api.standin.asked.clear()
    api.scan(*CACHED)
    assert {name for name, key in keys.items() if sent(key) in api.asked} == set(again.split())


def test_the_verdict_on_a_complete_key_that_was_found_is_cached(api: Api) -> None:
    key = api.key(LIVE)
    api.source({"a": f"backup {key}-old here\n"})
    assert "this is the whole key" in api.scan(*CACHED).out
    assert api.asked[-1] == sent(key)
    api.standin.asked.clear()
    api.source({"a": f"key = '{key}'\n"})
    ran = api.scan(*CACHED)
    assert (told(ran)[mask(key)][1], api.asked) == ("live", [])


def test_the_verdict_cache_contains_no_key(api: Api, mixed: tuple[str, str, str]) -> None:
    api.scan(*CACHED)
    kept = sorted(cache(api).iterdir())
    assert [file.name for file in kept] == ["verdicts.json", "verdicts.key"]
    assert [file.stat().st_mode & 0o777 for file in kept] == [0o600, 0o600]
    for file in kept:
        text = file.read_text("latin-1")
        api.tells_nothing(text)
        for key in mixed:
            assert Secret(key.encode(), "wastack-api-key").fingerprint[:8] not in text


def test_a_cached_verdict_is_not_used_for_another_api_or_app_key(api: Api) -> None:
    key = api.key(REVOKED)
    api.source({"a": key})
    api.scan(*CACHED)
    api.standin.asked.clear()
    app_key = api.app_key()
    api.scan(*CACHED, env={"WAKEYSCAN_APP_KEY": app_key})
    assert api.asked == [sent(key, app_key)]
    with FakeWAStack({key: LIVE}) as other:
        ran = api.scan(*CACHED, "--api-url", other.url)
    assert told(ran)[mask(key)][1] == "live"


def test_a_plan_counts_only_keys_without_a_cached_verdict(
    api: Api, mixed: tuple[str, str, str]
) -> None:
    api.scan(*CACHED)
    ran = api.run("scan", "--verify-plan", *CACHED, "src")
    assert "--verify would send 1 request to " in ran.err


def spoil_key(folder: Path) -> None:
    (folder / "verdicts.key").write_bytes(b"short")


def open_key(folder: Path) -> None:
    (folder / "verdicts.key").chmod(0o644)


def link_key(folder: Path) -> None:
    (folder / "verdicts.key").rename(folder / "elsewhere")
    (folder / "verdicts.key").symlink_to("elsewhere")


def pipe_key(folder: Path) -> None:
    (folder / "verdicts.key").unlink()
    os.mkfifo(folder / "verdicts.key", 0o600)


def open_entries(folder: Path) -> None:
    (folder / "verdicts.json").chmod(0o620)


def no_folder(folder: Path) -> None:
    shutil.rmtree(folder)
    folder.write_text("")


@pytest.mark.parametrize(
    ("harm", "why"),
    [
        (spoil_key, "{}/verdicts.key: damaged; remove it to create a new one"),
        (open_key, "{}/verdicts.key: other users can read it; remove it to create a new one"),
        (link_key, "{}/verdicts.key: Too many levels of symbolic links"),
        (pipe_key, "{}/verdicts.key: damaged; remove it to create a new one"),
        (
            open_entries,
            "{}/verdicts.json: other users can change it; remove it to create a new one",
        ),
        (no_folder, "{}: File exists"),
    ],
    ids=["damaged", "open to others", "a link", "a FIFO", "verdicts of others", "no folder"],
)
def test_an_unusable_cache_is_reported_and_all_keys_are_sent(
    api: Api, harm: Callable[[Path], None], why: str
) -> None:
    key = api.key(LIVE)
    api.source({"a": key})
    api.scan(*CACHED)
    harm(cache(api))
    api.standin.asked.clear()
    ran = api.scan(*CACHED)
    assert (ran.code, api.asked) == (1, [sent(key)])
    assert ran.err == f"wakeyscan: verdicts are not cached: {why.format(cache(api))}\n"


@pytest.mark.parametrize("linked", [".cache", ".cache/wakeyscan", ".cache/wakeyscan/verdicts.json"])
def test_a_cache_behind_a_link_of_the_work_tree_is_not_used(
    api: Api, linked: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    key = api.key(LIVE)
    api.source({"a": key})
    Repo(api.folder)
    outside, link = tmp_path_factory.mktemp("outside"), api.folder / linked
    link.parent.mkdir(parents=True, exist_ok=True)
    link.symlink_to(outside, target_is_directory=True)
    ran = api.scan(*CACHED)
    assert (ran.code, api.asked) == (1, [sent(key)])
    assert ran.err.startswith("wakeyscan: verdicts are not cached: ")
    assert "link" in ran.err
    assert [*outside.iterdir()] == []


@pytest.mark.parametrize("text", ["", "[]", '{"a": 1}', '{"a": ["odd", 1]}', "[" * 9999])
def test_damaged_cache_entries_are_requested_again(api: Api, text: str) -> None:
    key = api.key(LIVE)
    api.source({"a": key})
    api.scan(*CACHED)
    (cache(api) / "verdicts.json").write_text(text)
    ran = api.scan(*CACHED)
    assert (ran.code, ran.err, api.asked) == (1, "", [sent(key), sent(key)])


def pipe_entries(file: Path) -> None:
    file.unlink()
    os.mkfifo(file)
    file.chmod(0o600)


def swell_entries(file: Path) -> None:
    os.truncate(file, 2_000_000_000)


@pytest.mark.parametrize("harm", [pipe_entries, swell_entries], ids=["a FIFO", "huge"])
def test_entries_that_cannot_be_read_are_requested_again(
    api: Api, harm: Callable[[Path], None]
) -> None:
    key = api.key(LIVE)
    api.source({"a": key})
    api.scan(*CACHED)
    harm(cache(api) / "verdicts.json")
    ran = api.scan(*CACHED)
    assert (ran.code, ran.err, api.asked) == (1, "", [sent(key), sent(key)])
    api.scan(*CACHED)
    assert len(api.asked) == 2


def test_verify_ignores_cached_verdicts(api: Api) -> None:
    key = api.key(REVOKED)
    api.source({"a": key})
    api.scan(*CACHED)
    api.standin.keys[key] = LIVE
    ran = api.run("verify", stdin=key.encode(), env={"WAKEYSCAN_VERIFY_CACHE": "1"})
    assert ran.code == 1


# Hooks.


def hooked(api: Api, *options: str) -> Repo:
    repo = Repo(api.folder, env=api.env)
    repo.commit({"a": "x"})
    repo.hook("pre-commit", f"exec wakeyscan hook pre-commit {' '.join(options)}")
    return repo


@pytest.mark.parametrize(
    ("script", "ends", "code"),
    [
        (LIVE, "live: the API accepted it", 1),
        (REVOKED, "", 0),
        (FAILING, "unknown: unexpected response (500)", 1),
    ],
    ids=["live", "revoked", "unknown"],
)
def test_a_commit_hook_blocks_according_to_the_verdict(
    api: Api, script: Script, ends: str, code: int
) -> None:
    repo = hooked(api, "--verify", "--")
    key = api.key(script)
    repo.stage({"b": key})
    ran = repo.attempt("commit", "-qm", "x")
    api.tells_nothing(ran.out + ran.err)
    assert (ran.code, api.asked) == (code, [sent(key)]), ran
    assert (mask(key) in ran.out + ran.err) is bool(code)
    assert ends in ran.out + ran.err


def test_a_commit_hook_blocks_an_ignored_live_key(api: Api) -> None:
    repo = hooked(api, "--verify")
    repo.stage({"b": f"{api.key(LIVE)} # wakeyscan:ignore -- harmless"})
    ran = repo.attempt("commit", "-qm", "x")
    assert (ran.code, len(api.asked)) == (1, 1)
    assert "though ignored: wakeyscan:ignore: harmless" in ran.out + ran.err


@pytest.mark.parametrize("level", ["never", "critical"])
@pytest.mark.parametrize("mark", ["", " # wakeyscan:ignore -- harmless"], ids=["new", "ignored"])
def test_a_commit_hook_prints_a_live_key_that_fail_on_lets_pass(
    api: Api, level: str, mark: str
) -> None:
    repo = hooked(api, "--verify")
    write(repo.top, {".wakeyscan.toml": f"fail-on = '{level}'\n"})
    key = api.key(LIVE)
    repo.stage({"b": f"{key}{mark}"})
    ran = repo.attempt("commit", "-qm", "x")
    assert (ran.code, len(api.asked)) == (0 if level == "never" else 1, 1), ran
    assert mask(key) in ran.err
    assert "live: the API accepted it" in ran.err
    passes = "wakeyscan: pre-commit: not stopped, because --fail-on is never\n"
    assert (passes in ran.err) is (level == "never")


def test_a_commit_hook_does_not_verify_old_keys(api: Api) -> None:
    repo = hooked(api, "--verify")
    repo.commit({"b": f"{api.key(LIVE)}\n"})
    repo.stage({"b": (repo.top / "b").read_text() + "more\n"})
    assert (repo.attempt("commit", "-qm", "x").code, api.asked) == (0, [])


def test_a_commit_hook_with_require_verified_blocks_an_unverified_key(api: Api) -> None:
    repo = hooked(api, "--verify", "--require-verified", "--fail-on", "critical")
    repo.stage({"b": api.key(FAILING)})
    ran = repo.attempt("commit", "-qm", "x")
    assert ran.code == 1  # git's own, of any failure
    assert "not verified: unexpected response (500)" in ran.out + ran.err


# Audits.


class Past(NamedTuple):
    """A repository, and the keys that it has had."""

    repo: Repo
    here: str
    gone: str
    revoked: str


@pytest.fixture
def past(api: Api) -> Past:
    repo = Repo(api.folder / "repo")
    here, gone, revoked = api.key(LIVE), api.key(LIVE), api.key(REVOKED)
    repo.commit({"a": here, "b": f"{gone}\n", "c": revoked})
    repo.commit({"b": "clean"})
    return Past(repo, here, gone, revoked)


def chapters(text: str) -> dict[str, list[str]]:
    """Return the masks under each heading of an audit's text."""
    found: dict[str, list[str]] = {}
    for line in text.splitlines():
        if line and line[0] not in " |" and line.endswith(")"):
            found[line] = []
        elif found and "wastack-api-key  " in line and line.startswith("  ") and "|" not in line:
            [*found.values()][-1].append(f"{line.split()[1]} {line.split()[3]}")
    return found


def test_an_audit_groups_keys_by_verdict(api: Api, past: Past) -> None:
    ran = api.run("audit", "--verify", "repo")
    assert ran.code == 1
    assert sorted(api.asked) == sorted(map(sent, past[1:]))
    assert chapters(ran.out) == {
        "LIVE: revoke these first (2)": [
            f"critical {mask(past.here)}",
            f"critical {mask(past.gone)}",
        ],
        "Revoked: these no longer work (1)": [f"note {mask(past.revoked)}"],
    }


def test_the_json_report_of_an_audit_has_the_verdicts(api: Api, past: Past) -> None:
    report = api.run("audit", "--verify", "--format", "json", "repo").json()
    lives = {key["secret"]: (key["severity"], key["liveness"]) for key in report["keys"]}
    assert lives == {
        mask(past.here): ("critical", "live"),
        mask(past.gone): ("critical", "live"),
        mask(past.revoked): ("note", "revoked"),
    }
    found = {one["secret"]: (one["severity"], one["liveness"]) for one in report["findings"]}
    assert found == lives


def test_an_audit_of_revoked_keys_passes(api: Api, past: Past) -> None:
    api.standin.keys |= dict.fromkeys(past[1:], REVOKED)
    ran = api.run("audit", "--verify", "repo")
    assert (ran.code, [*chapters(ran.out)]) == (0, ["Revoked: these no longer work (3)"])


def test_an_audit_sends_the_app_key_of_the_same_file(api: Api) -> None:
    repo = Repo(api.folder / "repo")
    key, app_key = api.key(FORBIDDEN), api.app_key()
    repo.commit({"a.env": f"K={key}\nX_APP_KEY={app_key}\n"})
    repo.commit({"a.env": "clean"})
    ran = api.run("audit", "--verify", "--format", "json", "repo")
    assert api.asked == [sent(key, app_key)]
    assert told(ran)[mask(key)][:2] == ("critical", "live")


def test_an_audit_verifies_ignored_keys(api: Api) -> None:
    repo = Repo(api.folder / "repo")
    key = api.key(LIVE)
    repo.commit({"a": f"{key} # wakeyscan:ignore -- ours\n"})
    ran = api.run("audit", "--verify", "--format", "json", cwd=repo.top)
    assert (ran.code, api.asked) == (1, [sent(key)])
    assert told(ran) == {mask(key): ("critical", "live", "reported")}


# The Action.


@pytest.fixture
def runner(api: Api, tmp_path: Path) -> Runner:
    made = Runner(tmp_path / "github", api.folder)
    made.env["WAKEYSCAN_API_URL"] = api.standin.url
    return made


def test_the_action_verifies_only_if_the_input_is_set(api: Api, runner: Runner) -> None:
    live, revoked, app_key = api.key(LIVE), api.key(REVOKED), api.app_key()
    api.source({"a": f"{live}\n{live}\n{revoked}\n"})
    given = runner.run("scan", mode="tree", app_key=app_key)
    assert (given.code, given.outputs["live"], api.asked) == (1, "0", [])
    given = runner.run("scan", mode="tree", verify="true", app_key=app_key)
    api.tells_nothing(f"{given}")
    assert (given.code, given.outputs["live"], given.outputs["findings"]) == (1, "1", "3")
    assert sorted(api.asked) == sorted([sent(live, app_key), sent(revoked, app_key)])
    results = json.loads(runner.sarif.read_text())["runs"][0]["results"]
    shown = sorted(one["properties"]["liveness"] for one in results)
    assert shown == ["live", "live", "revoked"]


def test_the_action_passes_if_all_keys_are_revoked(api: Api, runner: Runner) -> None:
    api.source({"a": api.key(REVOKED)})
    given = runner.run("scan", mode="tree", verify="true")
    assert (given.code, given.outputs["live"]) == (0, "0")


def test_the_action_verifies_in_an_audit(api: Api, runner: Runner) -> None:
    Repo(api.folder).commit({"a": api.key(LIVE)})
    given = runner.run("scan", mode="audit", verify="true")
    assert (given.outputs["live"], len(api.asked)) == ("1", 1)


# `wakeyscan verify`, with keys on standard input.


def lines(*keys: str) -> bytes:
    return "".join(f"{key}\n" for key in keys).encode()


@pytest.mark.parametrize(
    ("script", "code", "said"),
    [
        (LIVE, 1, f"live  {WORKS_2}"),
        (REVOKED, 0, f"revoked  {NAMED}"),
        (BARE, 3, f'unknown  {REFUSED} ("Unauthorized")'),
        (FAILING, 3, "unknown  unexpected response (500)"),
        (says(200, {"success": True, "data": [1]}), 1, f"live  {WORKS}; 1 device"),
    ],
    ids=["live", "revoked", "bare", "failing", "one device"],
)
def test_verify_prints_the_verdict_of_a_key(api: Api, script: Script, code: int, said: str) -> None:
    key = api.key(script)
    ran = api.run("verify", stdin=lines(key))
    assert ran == Ran(code, f"{mask(key)}  {said}\n", "")
    assert api.asked == [sent(key)]


def test_verify_exits_with_the_worst_verdict(api: Api) -> None:
    revoked, unknown, live = api.key(REVOKED), api.key(FAILING), api.key(LIVE)
    assert api.run("verify", stdin=lines(revoked, unknown)).code == 3
    assert api.run("verify", stdin=lines(unknown, live, revoked)).code == 1


def test_verify_accepts_keys_with_blanks_and_duplicates(api: Api) -> None:
    one, other = api.key(REVOKED), api.key(REVOKED)
    ran = api.run("verify", stdin=f"\r\n  {one}\r\n\n{other}\t\n{one}".encode())
    assert (ran.code, api.asked) == (0, [sent(one), sent(other)])


def test_verify_sends_the_given_app_key(api: Api) -> None:
    key, app_key = api.key(FORBIDDEN), api.app_key()
    ran = api.run("verify", "--app-key", app_key, stdin=lines(key))
    shown = mask(app_key, "wastack-app-key")
    assert (ran.code, api.asked) == (1, [sent(key, app_key)])
    assert ran.out.startswith(f"{mask(key)}  live  ") and f"(with X-App-Key {shown})\n" in ran.out


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (b"", "standard input: no keys found"),
        (b" \r\n\n", "standard input: no keys found"),
        (b"KEY\nhunter2hunter2\n", "standard input: key 2 is not a complete wa_live_ key"),
        (b"\xff\xfe\0tell\n", "standard input: key 1 is not a complete wa_live_ key"),
        (b"KEY KEY\n", "standard input: key 1 is not a complete wa_live_ key"),
        (b"KEY\n'KEY'\n", "standard input: key 2 is not a complete wa_live_ key"),
        (PREFIX.encode() + b"hunter2\n", "standard input: key 1 is not a complete wa_live_ key"),
    ],
    ids=[
        "nothing",
        "empty",
        "a word",
        "bytes",
        "two on a line",
        "quoted",
        "cut off",
    ],
)
def test_verify_rejects_text_that_is_not_a_key(api: Api, text: bytes, why: str) -> None:
    ran = api.run("verify", stdin=text.replace(b"KEY", api.key(LIVE).encode()))
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(f"wakeyscan: {why}")
    assert "hunter2" not in ran.err and "tell" not in ran.err
    assert api.asked == []


@pytest.mark.parametrize("more", ["-old", "_2026-01", "--x", "-"])
def test_verify_tries_a_copied_text_up_to_each_hyphen(api: Api, more: str) -> None:
    """A person may copy the key with a word that a hyphen joins to it."""
    key = api.key(LIVE)
    ran = api.run("verify", stdin=lines(key + more))
    assert (ran.code, api.asked[-1]) == (1, sent(key))
    assert ran.out.startswith(f"{mask(key)}  live  ")
    assert "the text is cut or too long, and this is the whole key" in ran.out


def test_verify_does_not_call_a_text_with_many_ends_revoked(api: Api) -> None:
    text = f"{PREFIX}{'-'.join(f'k{number}Zq' for number in range(14))}"
    ran = api.run("verify", stdin=lines(text))
    assert (ran.code, ran.out.split()[1]) == (3, "unknown")


def test_verify_sends_no_example_of_documentation(api: Api) -> None:
    text = f"{PREFIX}550e8400-e29b-41d4-a716-446655440000"
    key = api.key(REVOKED)
    ran = api.run("verify", stdin=lines(text, key))
    assert (ran.code, api.asked) == (3, [sent(key)])
    said = "unknown  placeholder (an example from documentation), so it was not sent"
    assert f"{mask(text)}  {said}\n" in ran.out


def test_the_rejection_of_a_placeholder_proves_nothing(api: Api) -> None:
    text = f"{PREFIX}{'your_secret_api_key_here'}"
    ran = api.run("verify", stdin=lines(text))
    assert (ran.code, ran.out.split()[1:3]) == (3, ["unknown", "placeholder"])
    assert "so this proves nothing: " in ran.out


def test_verify_rejects_a_key_as_an_argument(api: Api) -> None:
    ran = api.run("verify", api.key(LIVE))
    assert (ran.code, ran.out, api.asked) == (2, "", [])
    assert "pass keys on standard input" in ran.err


def test_verify_confirms_the_old_and_the_new_key_of_a_rotation(api: Api) -> None:
    old, new = api.key(BARE), api.key(LIVE)
    assert api.run("verify", stdin=lines(old)).code == 3
    ran = api.run("verify", stdin=lines(old), env={"WAKEYSCAN_CONTROL_KEY": new})
    proof = "the API rejected it but accepted the control key"
    assert ran == Ran(
        0,
        f'the control key  live  {WORKS_2}\n{mask(old)}  revoked  {proof} ("Unauthorized")\n',
        "",
    )
    assert api.asked[1:] == [sent(new), sent(old)]


def test_verify_does_not_confirm_a_rotation_to_a_key_that_fails(api: Api) -> None:
    old, new = api.key(REVOKED), api.key(FAILING)
    ran = api.run("verify", stdin=lines(old), env={"WAKEYSCAN_CONTROL_KEY": new})
    assert ran == Ran(
        3,
        f"the control key  unknown  unexpected response (500)\n{mask(old)}  revoked  {NAMED}\n",
        "",
    )


def test_verify_waits_until_all_are_revoked(api: Api) -> None:
    slow, quick = api.key(in_turn(LIVE, REVOKED)), api.key(REVOKED)
    began = time.monotonic()
    ran = api.run("verify", "--wait", "4s", stdin=lines(slow, quick))
    assert ran.code == 0
    assert ran.out == f"{mask(slow)}  revoked  {NAMED}\n{mask(quick)}  revoked  {NAMED}\n"
    assert api.asked == [sent(slow), sent(quick), sent(slow)]
    assert time.monotonic() - began >= 4


def test_verify_stops_waiting_after_the_given_time(api: Api) -> None:
    ran = api.run("verify", "--wait", "4s", stdin=lines(api.key(LIVE)))
    assert (ran.code, len(api.asked)) == (1, 2)


@pytest.mark.parametrize("wait", ["soon", "", "10", "-1s", "1.5s", "1w", "²s", "s"])
def test_verify_rejects_an_invalid_waiting_time(api: Api, wait: str) -> None:
    ran = api.run("verify", f"--wait={wait}", stdin=lines(api.key(LIVE)))
    assert (ran.code, ran.out, api.asked) == (2, "", [])
    assert "--wait: expected a time such as 90s, 10m or 2h" in ran.err


# `wakeyscan verify REPORT`.


def report_of(api: Api, *line: str, cwd: Path | None = None) -> Path:
    file = api.folder.parent / "report.json"
    ran = api.run(*line, "--report", f"json={file}", cwd=cwd)
    assert ran.code == 1, ran
    api.standin.asked.clear()
    return file


def test_verify_compares_with_the_report_of_a_scan(api: Api) -> None:
    still, now, fresh, never = api.key(LIVE), api.key(LIVE), api.key(LIVE), api.key(REVOKED)
    api.source({"a": f"{still}\n{now}\n{never}\n"})
    file = report_of(api, "scan", "--verify", "src")
    api.standin.keys[now] = REVOKED
    api.source({"b": f"{fresh}\n"})
    ran = api.run("verify", str(file))
    wanted = {
        f"{mask(still)}  live  {WORKS_2}",
        f"{mask(fresh)}  live  {WORKS_2}",
        f"{mask(now)}  live -> revoked  {NAMED}",
        f"{mask(never)}  revoked  {NAMED}",
    }
    assert (ran.code, {*ran.out.splitlines()}, ran.err) == (1, wanted, "")
    assert len(api.asked) == 4
    api.standin.keys |= {still: REVOKED, fresh: REVOKED}
    assert api.run("verify", str(file)).code == 0


def test_verify_accepts_the_report_of_a_scan_without_verification(api: Api) -> None:
    key = api.key(REVOKED)
    api.source({"a": f"{key} # wakeyscan:ignore -- old\n"})
    api.source({"b": f"{api.key(REVOKED)}\n"})
    ran = api.run("verify", str(report_of(api, "scan", "src")))
    assert (ran.code, len(api.asked)) == (0, 2)
    assert f"{mask(key)}  revoked  {NAMED}\n" in ran.out


def test_verify_reports_keys_that_are_no_longer_found(api: Api) -> None:
    gone, here = api.key(LIVE), api.key(REVOKED)
    api.source({"a": f"{gone}\n", "b": f"{here}\n"})
    file = report_of(api, "scan", "--verify", "src")
    api.source({"a": "clean\n"})
    assert api.run("verify", str(file)) == Ran(
        3,
        f"{mask(here)}  revoked  {NAMED}\n"
        f"{mask(gone)}  no longer found, so not verified; pass it on standard input\n"
        f"Scanned again: src in {api.folder}. {ADVICE}\n",
        "",
    )
    assert api.asked == [sent(here)]
    assert api.run("verify", str(file), "--wait", "1d").code == 3  # there is nothing to wait for


@pytest.mark.parametrize("command", ["scan", "audit"])
def test_verify_scans_the_repository_that_the_report_is_about(api: Api, command: str) -> None:
    key = api.key(REVOKED)
    repo, other = Repo(api.folder / "repo"), Repo(api.folder / "other")
    repo.commit({"src/a.py": f"k = '{key}'\n"})
    other.commit({"src/b.py": f"k = '{api.key(LIVE)}'\n"})
    assert api.run(command, "--report", "json=leak.json", cwd=repo.top).code == 1
    for folder in (api.folder, other.top, repo.top / "src"):
        ran = api.run("verify", os.path.relpath(repo.top / "leak.json", folder), cwd=folder)
        here = "" if folder == repo.top / "src" else f"Scanned again: . in {repo.top}. {ADVICE}\n"
        assert ran == Ran(0, f"{mask(key)}  revoked  {NAMED}\n{here}", "")


def test_verify_says_what_it_scanned_if_that_is_not_what_the_report_is_about(api: Api) -> None:
    key = api.key(REVOKED)
    repo, other = Repo(api.folder / "repo"), Repo(api.folder / "other")
    repo.commit({"src/a.py": f"k = '{key}'\n"})
    file = other.top / "leak.json"
    assert api.run("scan", "--report", f"json={file}", cwd=repo.top).code == 1
    ran = api.run("verify", str(file), cwd=other.top)
    assert ran == Ran(
        3,
        f"{mask(key)}  no longer found, so not verified; pass it on standard input\n"
        f"Scanned again: . in {other.top}. {ADVICE}\n",
        "",
    )
    for name in ("json", "markdown"):
        assert str(other.top) in api.run("verify", str(file), "-f", name, cwd=other.top).out
    assert api.run("verify", str(file), cwd=repo.top).code == 0


def test_verify_of_a_report_without_findings_passes(api: Api) -> None:
    api.source({"a": "X-App-Key: your_app_key\n"})
    assert api.run("scan", "src", "--report", "json=report.json").code == 0
    ran = api.run("verify", "report.json")
    assert ran == Ran(0, "No keys found, so there is nothing to verify.\n", "")


ONLY_ITS_SERVICE = (
    "only the service that issued the credential knows whether it works; revoke it there"
)
ONLY_WITH_A_KEY = "the API accepts an X-App-Key only with a key"
NO_VERIFIER = "WAStack cannot say whether such a secret works; revoke it where it was issued"
USER_RULE = """
title = "Ticket"
severity = "medium"
anchors = ["ticket_"]
pattern = '(?P<secret>ticket_[0-9a-f]{16})'
help = "Revoke it."
hits = ["ticket_0123456789abcdef", "'ticket_1123456789abcdef'", "ticket_2123456789abcdef;"]
misses = ["ticket_", "ticket_1", "nothing"]
"""


def header(api: Api) -> str:
    return f"headers = {{'Authorization': 'Bearer {api.app_key()}'}}\n"


def app_key_line(api: Api) -> str:
    return f"headers = {{'X-App-Key': '{api.app_key()}'}}\n"


@pytest.mark.parametrize("command", ["scan", "audit"])
@pytest.mark.parametrize(
    ("lines_of", "rule", "reason"),
    [
        pytest.param(header, "authorization-header", ONLY_ITS_SERVICE, id="headers"),
        pytest.param(app_key_line, "wastack-app-key", ONLY_WITH_A_KEY, id="app keys"),
        pytest.param(
            lambda _: f"ticket_{fingerprint('a')[:16]}\n", "ticket", NO_VERIFIER, id="own"
        ),
    ],
)
def test_verify_of_a_report_without_keys_is_incomplete_if_it_has_other_findings(
    api: Api, command: str, lines_of: Callable[[Api], str], rule: str, reason: str
) -> None:
    repo = Repo(api.folder / "src")
    write(api.folder, {"own/ticket.toml": USER_RULE})
    repo.commit({"a": lines_of(api), "b": "X-App-Key: your_app_key\n"})
    file = str(report_of(api, command, "--rules", "own", "src"))
    ran = api.run("verify", file)
    assert ran == Ran(3, f"Not verified: 1 finding of {rule}: {reason}\n", "")
    report = api.run("verify", file, "-f", "json").json()
    group = {"rule": rule, "findings": 1, "reason": reason, "gap": True}
    assert (report["complete"], report["unverifiable"]) == (False, [group])
    assert report["summary"]["unverifiable"] == 1
    ran = api.run("verify", file, "-f", "markdown")
    assert f"| `1 finding of {rule}` | `{reason}` |" in ran.out
    assert (ran.code, "**incomplete**" in ran.out, api.asked) == (3, True, [])


@pytest.mark.parametrize(
    ("lines_of", "mark"),
    [
        pytest.param(header, "", id="a header may still work"),
        pytest.param(header, "  # wakeyscan:ignore -- revoked", id="an accepted header"),
        pytest.param(app_key_line, "", id="an app key is no access"),
    ],
)
def test_verify_says_what_else_a_report_with_revoked_keys_has(
    api: Api, lines_of: Callable[[Api], str], mark: str
) -> None:
    key = api.key(REVOKED)
    lines = [lines_of(api).rstrip("\n") + mark for _ in range(2)]
    api.source({"a": f"'{key}'\n", "b": "\n".join(lines) + "\n"})
    ran = api.run("verify", str(report_of(api, "scan", "src")))
    others = [line for line in ran.out.splitlines() if line.startswith("Not verified: 2 findings")]
    assert (ran.code, len(others)) == (0, 0 if mark else 1), ran
    assert f"{mask(key)}  revoked  {NAMED}\n" in ran.out


def test_verify_reports_files_that_cannot_be_scanned_again(api: Api) -> None:
    key = api.key(REVOKED)
    api.source({"a": f"{key}\n"})
    file = report_of(api, "scan", "src")
    api.source({"b": "x" * 101})
    write(api.folder, {".wakeyscan.toml": "max-file-size = 100"})
    said = "larger than --max-file-size: 101 of 100 bytes"
    wanted = f"{mask(key)}  revoked  {NAMED}\nSkipped: src/b: {said}\n"
    assert api.run("verify", str(file)) == Ran(3, wanted, "")


def test_verify_of_a_truncated_history_is_incomplete(api: Api) -> None:
    repo = Repo(api.folder / "repo")
    key = api.key(REVOKED)
    repo.commit({"a": key})
    repo.commit({"b": "x"})
    file = report_of(api, "audit", "repo")
    (api.folder / "repo" / ".git" / "shallow").write_text(f"{repo.id('HEAD')}\n")
    ran = api.run("verify", str(file))
    assert ran.code == 3, ran
    assert "Skipped: repo: the history is truncated (shallow)" in ran.out


def test_verify_compares_with_the_report_of_an_audit(api: Api, past: Past) -> None:
    file = report_of(api, "audit", "--verify", "repo")
    api.standin.keys[past.gone] = REVOKED
    ran = api.run("verify", str(file))
    wanted = {
        f"{mask(past.here)}  live  {WORKS_2}",
        f"{mask(past.gone)}  live -> revoked  {NAMED}",
        f"{mask(past.revoked)}  revoked  {NAMED}",
    }
    assert (ran.code, {*ran.out.splitlines()}, ran.err) == (1, wanted, "")
    api.standin.keys[past.here] = REVOKED
    assert api.run("verify", str(file)).code == 0


def test_verify_of_an_audit_works_in_a_subfolder(api: Api, past: Past) -> None:
    within = past.repo.top / "sub"
    within.mkdir()
    file = report_of(api, "audit", cwd=within)
    ran = api.run("verify", str(file), cwd=within)
    assert (ran.code, len(api.asked)) == (1, 3), ran


def test_verify_of_an_audit_includes_suppressed_keys(api: Api) -> None:
    repo = Repo(api.folder / "repo")
    key, sample = api.key(LIVE), PREFIX + "abcdefghijklmnopqrstuvwxyz123456"
    api.standin.keys[sample] = REVOKED
    repo.commit({"a": f"{key} # wakeyscan:ignore -- ours\n", "b": f"{sample}\n"})
    file = report_of(api, "audit", "--verify", cwd=repo.top)
    found = json.loads(file.read_text("utf-8"))["findings"]
    assert sorted(one["standing"] for one in found) == ["placeholder", "reported"]
    api.standin.keys[key] = REVOKED
    ran = api.run("verify", str(file), cwd=repo.top)
    wanted = {f"{mask(key)}  live -> revoked  {NAMED}", f"{mask(sample)}  revoked  {NAMED}"}
    assert (ran.code, {*ran.out.splitlines()}) == (0, wanted), ran


def test_verify_clones_the_url_of_a_report_again(api: Api, past: Past) -> None:
    file = report_of(api, "audit", f"file://{past.repo.top}")
    ran = api.run("verify", str(file))
    assert (ran.code, len(api.asked)) == (1, 3), ran


def test_verify_finds_the_app_keys_again(api: Api) -> None:
    key, app_key = api.key(FORBIDDEN), api.app_key()
    api.source({"a.env": f"K={key}\nX_APP_KEY={app_key}\n"})
    ran = api.run("verify", str(report_of(api, "scan", "src")))
    assert (ran.code, api.asked) == (1, [sent(key, app_key)])


HEAD = '"schema": "wakeyscan-report/1", "command": "scan", "targets": ["src"], '
BAD_REPORTS = {
    "empty": "",
    "not JSON": "{",
    "bytes": "\udcff",
    "a list": "[]",
    "a number": "5",
    "another schema": '{"schema": "x"}',
    "no schema": "{}",
    "only a schema": '{"schema": "wakeyscan-report/1"}',
    "invalid findings": f'{{{HEAD} "findings": [1], "keys": []}}',
    "findings without a rule": f'{{{HEAD} "findings": [{{}}], "keys": []}}',
    "findings that are a number": f'{{{HEAD} "findings": 5, "keys": []}}',
    "invalid keys": f'{{{HEAD} "findings": [], "keys": null}}',
    "brackets": "[" * 200_000,
    "SARIF": '{"version": "2.1.0", "runs": []}',
}


@pytest.mark.parametrize("text", BAD_REPORTS.values(), ids=BAD_REPORTS)
def test_verify_rejects_an_invalid_report(api: Api, text: str) -> None:
    api.source({"a": api.key(LIVE)})
    (api.folder / "r.json").write_bytes(text.encode("utf-8", "surrogateescape"))
    ran = api.run("verify", "r.json")
    assert (ran.code, ran.out, api.asked) == (2, "", [])
    assert ran.err.startswith("wakeyscan: r.json: not a JSON report of wakeyscan: ")


@pytest.mark.parametrize(
    ("command", "targets", "why"),
    [
        ("hook", ["pre-commit"], "a report of 'hook' cannot be scanned again"),
        ("audit", [], "a report of 'audit' cannot be scanned again"),
        ("audit", ["nowhere"], "nowhere: is not a git repository"),
        ("scan", ["nowhere"], "nowhere: no such file or directory"),
        ("scan", ["-"], "standard input cannot be scanned again"),
    ],
)
def test_verify_rejects_a_report_whose_targets_cannot_be_scanned_again(
    api: Api, command: str, targets: list[str], why: str
) -> None:
    report: dict[str, Any] = {"schema": "wakeyscan-report/1", "findings": [], "keys": []}
    write(api.folder, {"r.json": json.dumps({**report, "command": command, "targets": targets})})
    ran = api.run("verify", "r.json")
    assert (ran.code, ran.out, api.asked) == (2, "", [])
    assert why in ran.err


def test_verify_rejects_a_missing_report(api: Api) -> None:
    ran = api.run("verify", "r.json", stdin=lines(api.key(LIVE)))
    assert (ran.code, ran.out, api.asked) == (2, "", [])
    assert "r.json" in ran.err and "No such file" in ran.err


def test_verify_rejects_several_reports(api: Api) -> None:
    ran = api.run("verify", "a", "b")
    assert (ran.code, ran.out) == (2, "")
    assert "one report" in ran.err


def test_verify_on_a_terminal_prompts_for_keys(tmp_path: Path) -> None:
    shown, terminal = pty.openpty()
    with subprocess.Popen(
        [WAKEYSCAN, "verify"], cwd=tmp_path, env=environment(), stdin=terminal, stderr=terminal
    ) as process:
        os.close(terminal)
        text = b""
        while b"end with Ctrl-D" not in text:
            text += os.read(shown, 1 << 10)
        os.write(shown, b"\x04")
        assert process.wait(60) == 2
    os.close(shown)
    assert text.startswith(b"wakeyscan: keys are read from standard input, one per line")


# An answer that repeats the key

FORMS: dict[str, Callable[[str], str]] = {
    "base64": lambda key: b64encode(key.encode()).decode(),
    "base64 of the header": lambda key: b64encode(f"Bearer {key}".encode()).decode(),
    "base32": lambda key: b32encode(key.encode()).decode(),
    "hex": lambda key: key.encode().hex(),
    "spaced hex": lambda key: key.encode().hex(" ").upper(),
    "percent-encoded": lambda key: "".join(f"%{byte:02x}" for byte in key.encode()),
    "escaped": lambda key: "".join(f"\\u{byte:04x}" for byte in key.encode()),
    "numbers": lambda key: ", ".join(str(byte) for byte in key.encode()),
    "reversed": lambda key: key[::-1],
    "spaced": " ".join,
    "hyphenated": lambda key: "-".join(key.removeprefix(PREFIX)),
    "rot13": lambda key: codecs.encode(key, "rot13"),
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
@pytest.mark.parametrize("is_app_key", [False, True], ids=["key", "X-App-Key"])
def test_a_response_that_contains_a_form_of_a_key_is_not_quoted(
    api: Api, form: Callable[[str], str], *, is_app_key: bool
) -> None:
    key, app_key = api.key(), api.app_key()
    copy = form(app_key if is_app_key else key)
    api.standin.keys[key] = says(401, {"success": False, "error": f"Odd request: {copy}"})
    api.source({"a": key})
    ran = api.scan(env={"WAKEYSCAN_APP_KEY": app_key})
    (reason,) = reasons(ran).values()
    assert '("' not in reason
    assert "Odd" not in ran.out + ran.err
