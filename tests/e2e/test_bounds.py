"""The ends of a key: whether they are certain, and what a refusal by the API proves then."""

from __future__ import annotations

import base64
import gzip
import json
import plistlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from tests.e2e.test_verify import Api
from tests.support.command import Run
from tests.support.fake_wastack import BARE, LIVE, REVOKED, UNKNOWN, FakeWAStack, Script
from tests.support.files import write
from tests.support.keys import MakeKey, fingerprint, mask
from tests.support.repositories import Repo

OPEN_REASON = "may be cut or too long"


# Through the front door: what a refusal proves.


@pytest.fixture
def api(tmp_path: Path, make_key: MakeKey) -> Iterator[Api]:
    (tmp_path / "work").mkdir()
    with FakeWAStack({}) as standin:
        yield Api(standin, tmp_path / "work", make_key)


def folded(text: str, width: int, end: str) -> str:
    """Fold a line as LDIF and MANIFEST.MF do."""
    further = range(width, len(text), width - 1)
    return end.join([text[:width], *(" " + text[at : at + width - 1] for at in further)]) + end


Make = Callable[[str], str | bytes]

CUT: Mapping[str, tuple[str, Make]] = {
    "terminal": ("a.log", lambda k: f"$ export K={k[:40]}\r\n{k[40:]}\r\n"),
    "quoted mail": ("m.txt", lambda k: f"> curl -H 'Bearer {k[:44]}\n> {k[44:]}' https://x\n"),
    "flowed": ("e.eml", lambda k: f"Content-Type: text/plain\n\nkey {k[:30]} \n{k[30:]}\n"),
    "readline": ("typescript", lambda k: f"bash$ export K={k[:30]} \r{k[30:]}\r\n"),
    "ldif": ("a.ldif", lambda k: folded(f"description: The key of the app: {k}", 76, "\n")),
    "manifest": ("MANIFEST.MF", lambda k: folded(f"Wastack-Credential-For-It: {k}", 72, "\r\n")),
    "elf": ("a.bin", lambda k: b"\x7fELF\0\0error" + k.encode() + b"Zq8Xw3\0"),
    "rtf": ("a.rtf", lambda k: f"{{\\rtf1\\ansi key: {k[:40]}\r\n{k[40:]} \\par}}"),
    "wbr": ("a.html", lambda k: f"<code>{k[:30]}<wbr>{k[30:]}</code>\n"),
    "span": ("b.html", lambda k: f'<pre>K={k[:30]}<span class="n">{k[30:]}</span></pre>\n'),
    "zero width": ("c.txt", lambda k: f"k={k[:30]}\u200b{k[30:]}\n"),
    "cobol": ("a.cbl", lambda k: f"       01 K VALUE '{k[:30]}\n      -    '{k[30:]}'.\n"),
    "fortran": ("a.f90", lambda k: f"k = '{k[:30]}&\n     &{k[30:]}'\n"),
    "batch": ("a.bat", lambda k: f"set K={k[:30]}^\r\n{k[30:]}\r\n"),
    "utf-16": ("d.txt", lambda k: f"k={k[:30]}\r\n{k[30:]}\r\n".encode("utf-16")),
    "in base64": ("e.txt", lambda k: base64.b64encode(f"K={k[:40]}\n{k[40:]} x".encode())),
    "base64 that is cut": (
        "f.txt",
        lambda k: b"> " + base64.b64encode(k.encode())[:52] + b"\n> more",
    ),
    "in gzip": ("g.gz", lambda k: gzip.compress(f"K={k[:40]}\n{k[40:]}\n".encode())),
    "gzip in base64": (
        "h.json",
        lambda k: b'"' + base64.b64encode(gzip.compress(f"a={k[:40]}\n{k[40:]}".encode())) + b'"',
    ),
    "percent": ("i.txt", lambda k: f"k%3D{k[:30]}%0A{k[30:]}\n"),
    "file name": ("k", lambda k: "nothing"),
}


def put(api: Api, name: str, make: Make, key: str) -> None:
    if name == "file name":
        api.source({f"{key[:30]}…txt": "nothing"})
        return
    file, _ = CUT[name]
    api.source({file: make(key)})


@pytest.mark.parametrize("name", CUT)
def test_a_cut_key_is_never_called_revoked(api: Api, name: str) -> None:
    key = api.make_key()  # the excerpt shows the rest of it
    api.standin.keys[key] = LIVE
    put(api, name, CUT[name][1], key)
    ran = api.scan()
    (finding,) = ran.json()["findings"]
    assert ran.code == 1
    assert finding["severity"] in ("high", "critical")
    assert (finding["liveness"], finding["bounds"]) == ("unknown", "open")
    assert OPEN_REASON in finding["reason"]


def test_a_key_before_the_words_of_a_neighbour_is_verified(api: Api) -> None:
    key = api.key(LIVE)
    api.source({"a.bin": b"\x7fELF\0\0error: " + key.encode() + b"runtime error\0"})
    ran = api.scan()
    (finding,) = ran.json()["findings"]
    assert (finding["liveness"], finding["bounds"]) == ("live", "open")
    assert finding["fingerprint"] == fingerprint(key)


def test_a_neighbour_in_a_binary_plist_is_not_taken_for_a_revocation(api: Api) -> None:
    key = api.make_key(24)
    api.standin.keys[key] = LIVE
    content = {"A": "x", "K": key, "Zed": "zz"}
    api.source({"Info.plist": plistlib.dumps(content, fmt=plistlib.FMT_BINARY)})
    ran = api.scan()
    assert ran.code == 1
    assert "revoked" not in {finding["liveness"] for finding in ran.json()["findings"]}


JOINED: Mapping[str, tuple[str, Make]] = {
    "csv": ("a.csv", lambda k: f'"bob","{k}"\n"alice","x"\n'),
    "yaml": ("a.yaml", lambda k: f'"k": "{k}"\n"other": x\n'),
    "toml": ("a.toml", lambda k: f'"k" = "{k}"\n"other" = 1\n'),
    "json lines": ("a.json", lambda k: f'"{k}"\n"other"\n'),
    "registry": ("a.reg", lambda k: f'"K"="{k}"\r\n"Xy12"="y"\r\n'),
    "powershell": ("a.ps1", lambda k: f'@("{k}"\n"other")\n'),
}
"""Whole keys that look like the first of two adjacent string literals."""


@pytest.mark.parametrize("name", JOINED)
def test_a_key_before_another_literal_is_never_revoked(api: Api, name: str) -> None:
    file, make = JOINED[name]
    api.source({file: make(api.key(LIVE))})
    ran = api.scan()
    assert ran.code == 1
    assert "revoked" not in {finding["liveness"] for finding in ran.json()["findings"]}


WHOLE: Mapping[str, tuple[str, Make]] = {
    "env": (".env", lambda k: f"K={k}\nOTHER=abc\n"),
    "shell": ("a.sh", lambda k: f"export K={k}\ncurl https://x\n"),
    "yaml": ("a.yml", lambda k: f"k: {k}\nother: abc\n"),
    "json": ("a.json", lambda k: json.dumps({"k": k, "other": "abc"})),
    "header": ("a.http", lambda k: f"GET /\nAuthorization: Bearer {k}\nAccept: a\n"),
    "one a line": ("keys", lambda k: f"{k}\n"),
    "markdown": ("a.md", lambda k: f"The key is `{k}`\nand no other.\n"),
    "literals": ("a.js", lambda k: f'k = "{k[:20]}" + "{k[20:]}";\n'),
    "base64": ("b.txt", lambda k: base64.b64encode(k.encode())),
    "base64 in yaml": (
        "b.yml",
        lambda k: f"k: {base64.b64encode(k.encode()).decode()}\nother: a\n",
    ),
    "hexadecimal": ("c.txt", lambda k: f'"{k.encode().hex()}"'),
    "digits": ("c.js", lambda k: f"[{', '.join(str(c) for c in k.encode())}]"),
    "percent": ("d.txt", lambda k: f"k={k.replace('_', '%5F')}&other=abc"),
    "utf-16": ("e.ini", lambda k: f"k={k}\r\nother=abc\r\n".encode("utf-16")),
    "gzip": ("f.gz", lambda k: gzip.compress(f"K={k}\nOTHER=abc\n".encode())),
    "gzip in base64": (
        "g.json",
        lambda k: b'"' + base64.b64encode(gzip.compress(f"a{' ' * 40}={k}\n".encode())) + b'"',
    ),
    "NUL": ("a.bin", lambda k: b"\x7fELF\0K=" + k.encode() + b"\0abc"),
}


@pytest.mark.parametrize("name", WHOLE)
@pytest.mark.parametrize("script", [UNKNOWN, REVOKED], ids=["invalid", "revoked"])
def test_a_whole_key_that_is_refused_is_revoked(api: Api, name: str, script: Script) -> None:
    file, make = WHOLE[name]
    api.source({file: make(api.key(script))})
    ran = api.scan()
    found = {(f["liveness"], f["severity"], f["bounds"]) for f in ran.json()["findings"]}
    assert (ran.code, found) == (0, {("revoked", "note", "certain")})


def wrapped(key: str) -> str:
    return f"the key {key}\nREST of it\n"


def test_a_revocation_by_name_needs_no_certain_bounds(api: Api) -> None:
    api.source({"a": wrapped(api.key(REVOKED))})
    ran = api.scan()
    (finding,) = ran.json()["findings"]
    assert (ran.code, finding["liveness"], finding["bounds"]) == (0, "revoked", "open")


def test_a_control_key_proves_nothing_of_a_key_that_may_be_cut(api: Api) -> None:
    key, other, control = api.key(BARE), api.key(BARE), api.key(LIVE)
    api.source({"a": wrapped(key), "b": f"K='{other}'"})
    ran = api.scan(env={"WAKEYSCAN_CONTROL_KEY": control})
    found = {f["secret"]: f["liveness"] for f in ran.json()["findings"]}
    assert (ran.code, found) == (1, {mask(key): "unknown", mask(other): "revoked"})
    (reason,) = (f["reason"] for f in ran.json()["findings"] if f["liveness"] == "unknown")
    assert OPEN_REASON in reason
    assert "nor is the control key accepted" not in reason


def test_one_certain_place_is_enough(api: Api) -> None:
    key = api.key()
    api.source({"a": wrapped(key), "b": f"K='{key}'"})
    ran = api.scan()
    found = [(f["bounds"], f["liveness"]) for f in ran.json()["findings"]]
    assert (ran.code, found) == (0, [("open", "revoked"), ("certain", "revoked")])


def test_an_open_key_without_an_answer_is_incomplete_on_request(api: Api) -> None:
    api.source({"a": wrapped(api.key())})
    assert api.scan("--require-verified", "--fail-on=critical").code == 3


def test_reports_say_that_a_key_may_be_cut(api: Api) -> None:
    api.source({"a": wrapped(api.key())})
    ran = api.run("scan", "src", "--report", "sarif=s", "--report", "github=g")
    assert OPEN_REASON in ran.out
    (result,) = json.loads((api.folder / "s").read_text("utf-8"))["runs"][0]["results"]
    assert result["properties"]["bounds"] == "open"
    assert OPEN_REASON in (api.folder / "g").read_text("utf-8")


def test_a_remembered_refusal_is_no_revocation_of_a_key_that_may_be_cut(api: Api) -> None:
    key = api.key()
    api.source({"a": f"K='{key}'"})
    assert api.scan("--verify-cache").code == 0
    api.standin.asked.clear()
    assert api.scan("--verify-cache").code == 0
    assert api.asked == []
    api.source({"a": wrapped(key)})
    ran = api.scan("--verify-cache")
    (finding,) = ran.json()["findings"]
    assert (ran.code, finding["liveness"], len(api.asked)) == (1, "unknown", 1)


def test_a_remembered_revocation_by_name_counts_for_any_bounds(api: Api) -> None:
    key = api.key(REVOKED)
    api.source({"a": f"K='{key}'"})
    api.scan("--verify-cache")
    api.standin.asked.clear()
    api.source({"a": wrapped(key)})
    assert (api.scan("--verify-cache").code, api.asked) == (0, [])


def test_answers_of_an_earlier_format_are_asked_again(api: Api) -> None:
    api.source({"a": f"K='{api.key()}'"})
    api.scan("--verify-cache")
    (file,) = api.folder.rglob("verdicts.json")
    entries = json.loads(file.read_text("utf-8"))
    file.write_text(json.dumps({name: (was, told) for name, (was, _, told) in entries.items()}))
    assert (api.scan("--verify-cache").code, len(api.asked)) == (0, 2)


def audited(api: Api) -> tuple[int, dict[str, str]]:
    ran = api.run("audit", "--verify", "--format=json", ".")
    (key,) = ran.json()["keys"]
    assert (OPEN_REASON in key["reason"]) is (key["liveness"] == "unknown")
    return ran.code, {name: key[name] for name in ("bounds", "liveness", "severity")}


OPEN_KEY = {"bounds": "open", "liveness": "unknown", "severity": "high"}
GONE_KEY = {"bounds": "certain", "liveness": "revoked", "severity": "note"}


@pytest.mark.parametrize("rounds", [1, 2], ids=["first", "remembered"])
def test_an_audit_of_a_cut_key(api: Api, rounds: int) -> None:
    repo = Repo(api.folder)
    repo.commit({"a.txt": wrapped(api.key())})
    repo.git("gc", "-q")
    for _ in range(rounds):
        assert audited(api) == (1, OPEN_KEY)
    assert OPEN_REASON in api.run("audit", ".").out


@pytest.mark.parametrize("same_file", [True, False], ids=["in the file", "in another"])
def test_an_audit_of_a_key_that_is_whole_somewhere(api: Api, same_file: bool) -> None:
    key, repo = api.key(), Repo(api.folder)
    cut, whole = wrapped(key), f"\nK='{key}'\n"
    repo.commit({"a.txt": cut + whole} if same_file else {"a.txt": cut, "b.txt": whole})
    assert audited(api) == (0, GONE_KEY)


def test_an_audit_of_a_key_that_a_commit_message_wraps(api: Api) -> None:
    repo = Repo(api.folder)
    repo.commit({"a": "b"}, message=wrapped(api.key()))
    assert audited(api) == (1, OPEN_KEY)


@pytest.mark.parametrize("command", ["scan", "audit"])
def test_verify_of_a_report_looks_at_the_bounds(api: Api, command: str) -> None:
    repo, keys = Repo(api.folder), [api.key(), api.key()]
    repo.commit({"a.txt": wrapped(keys[0]), "b.txt": f"K='{keys[1]}'"})
    api.run(command, ".", "--report", "json=.git/report.json")
    ran = api.run("verify", ".git/report.json")
    told = {line.split("  ")[0]: line.split("  ")[1] for line in ran.out.splitlines()}
    assert (ran.code, told) == (3, {mask(keys[0]): "unknown", mask(keys[1]): "revoked"})
    assert OPEN_REASON in ran.out


def test_verify_of_a_key_on_a_line_of_its_own(api: Api) -> None:
    key = api.key()
    ran = api.run("verify", stdin=f"{key}\n".encode())
    assert (ran.code, OPEN_REASON in ran.out) == (0, False)


RESTS = {
    "wbr": "<code>{}<wbr>{}</code>\n",
    "span": '<pre>K={}<span class="n">{}</span></pre>\n',
    "zero width space": "k={}\u200b{}\n",
    "two literals": "k = '{}' + \\\n    '{}'\n",
    "a wrapped line": "$ export K={}\r\n{}\r\n",
}


@pytest.mark.parametrize("text", RESTS.values(), ids=RESTS)
@pytest.mark.parametrize("name", ["a.txt", "a.html"])
def test_the_rest_of_a_cut_key_is_in_no_report(
    run: Run, make_key: MakeKey, tmp_path: Path, text: str, name: str
) -> None:
    key = make_key(60)
    write(tmp_path, {name: text.format(key[:40], key[40:])})
    for form in ("text", "json", "sarif", "github", "markdown"):
        ran = run("scan", name, "--format", form)
        assert ran.code == 1
        assert key[40:] not in ran.out + ran.err
