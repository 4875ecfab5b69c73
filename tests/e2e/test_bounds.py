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
from tests.support.reports import FORMATS
from tests.support.repositories import Repo

OPEN_REASON = "may be cut or too long"


@pytest.fixture
def api(tmp_path: Path, make_key: MakeKey) -> Iterator[Api]:
    (tmp_path / "work").mkdir()
    with FakeWAStack({}) as standin:
        yield Api(standin, tmp_path / "work", make_key)


Make = Callable[[str], str | bytes]

CUT: Mapping[str, Make] = {
    "terminal.log": lambda k: f"$ export K={k[:30]}\r\n{k[30:]}\r\n",
    "strace.txt": lambda k: f'write(1, "{k[:30]}"..., 64) = 64\n',
    "table.md": lambda k: f"| name | key |\n|---|---|\n| a | {k[:30]} |\n|  | {k[30:]} |\n",
    "k8s.log": lambda k: (
        f"2026-01-02T10:00:00.1Z stdout P {k[:30]}\n2026-01-02T10:00:00.2Z stdout F {k[30:]}\n"
    ),
    "a.sh": lambda k: f"K='{k[:30]}'{k[30:]}\n",
    "a.bin": lambda k: b"\x7fELF\0\0error: " + k.encode() + b"Runtime error\0",
    "a.html": lambda k: f"<code>{k[:30]}<wbr>{k[30:]}</code>\n",
    "utf-16.txt": lambda k: f"k={k[:30]}\r\n{k[30:]}\r\n".encode("utf-16"),
    "a.gz": lambda k: gzip.compress(f"K={k[:30]}\n{k[30:]}\n".encode()),
    "base64.txt": lambda k: b"> " + base64.b64encode(k.encode())[:52] + b"\n> more",
}


def test_a_cut_key_is_never_called_revoked(api: Api) -> None:
    keys = {name: api.key(LIVE) for name in CUT}
    api.source({name: make(keys[name]) for name, make in CUT.items()})
    ran = api.scan()
    found = {Path(f["path"].partition("!")[0]).name: f for f in ran.json()["findings"]}
    assert (ran.code, set(found)) == (1, set(CUT))
    assert {found[name]["severity"] for name in CUT} <= {"high", "critical"}
    liveness = {name: finding["liveness"] for name, finding in found.items()}
    unknown = {"strace.txt", "base64.txt"}
    assert liveness == {name: "unknown" if name in unknown else "live" for name in CUT}
    for name in CUT:
        is_whole = found[name]["fingerprint"] == fingerprint(keys[name])
        assert is_whole is (name not in unknown)
    assert all(OPEN_REASON in found[name]["reason"] for name in unknown)


def test_a_key_before_words_of_the_next_string_is_verified(api: Api) -> None:
    key = api.key(LIVE)
    api.source({"a.bin": b"\x7fELF\0\0error: " + key.encode() + b"runtime error\0"})
    ran = api.scan()
    (finding,) = ran.json()["findings"]
    assert (finding["liveness"], finding["bounds"]) == ("live", "open")
    assert finding["fingerprint"] == fingerprint(key)


def test_a_marker_after_a_key_in_a_binary_plist_causes_no_revocation(api: Api) -> None:
    key = api.make_key(24)
    api.standin.keys[key] = LIVE
    content = {"A": "x", "K": key, "Zed": "zz"}
    api.source({"Info.plist": plistlib.dumps(content, fmt=plistlib.FMT_BINARY)})
    ran = api.scan()
    assert ran.code == 1
    assert "revoked" not in {finding["liveness"] for finding in ran.json()["findings"]}


JOINED: Mapping[str, Make] = {
    "a.csv": lambda k: f'"bob","{k}"\n"alice","x"\n',
    "a.yaml": lambda k: f'"k": "{k}"\n"other": x\n',
    "a.toml": lambda k: f'"k" = "{k}"\n"other" = 1\n',
    "a.json": lambda k: f'"{k}"\n"other"\n',
    "a.reg": lambda k: f'"K"="{k}"\r\n"Xy12"="y"\r\n',
    "a.ps1": lambda k: f'@("{k}"\n"other")\n',
}
"""Whole keys that look like the first of two adjacent string literals."""


def test_a_key_before_another_literal_is_never_revoked(api: Api) -> None:
    api.source({name: make(api.key(LIVE)) for name, make in JOINED.items()})
    ran = api.scan()
    assert ran.code == 1
    assert "revoked" not in {finding["liveness"] for finding in ran.json()["findings"]}


WHOLE: Mapping[str, Make] = {
    ".env": lambda k: f"K={k}\nOTHER=abc\n",
    "a.sh": lambda k: f"export K={k}\ncurl https://x\n",
    "a.yml": lambda k: f"k: {k}\nother: abc\n",
    "a.json": lambda k: json.dumps({"k": k, "other": "abc"}),
    "a.http": lambda k: f"GET /\nAuthorization: Bearer {k}\nAccept: a\n",
    "curl.log": lambda k: f"> Authorization: Bearer {k}\n> Host: x\n>\n",
    "keys": lambda k: f"{k}\n",
    "keys.csv": lambda k: f"name,key\nprod,{k}\nstaging,abc\n",
    "a.md": lambda k: f"The key is `{k}`\nand no other.\n",
    "b.md": lambda k: f"```sh\nexport K={k}\ncurl https://x\n```\n",
    "Dockerfile.prod": lambda k: f"ENV K {k}\nRUN make\n",
    "a.js": lambda k: f'k = "{k[:20]}" + "{k[20:]}";\n',
    "b.txt": lambda k: base64.b64encode(k.encode()),
    "b.yml": lambda k: f"k: {base64.b64encode(k.encode()).decode()}\nother: a\n",
    "c.txt": lambda k: f'"{k.encode().hex()}"',
    "c.js": lambda k: f"[{', '.join(str(c) for c in k.encode())}]",
    "d.txt": lambda k: f"k={k.replace('_', '%5F')}&other=abc",
    "e.ini": lambda k: f"k={k}\r\nother=abc\r\n".encode("utf-16"),
    "f.gz": lambda k: gzip.compress(f"K={k}\nOTHER=abc\n".encode()),
    "g.json": lambda k: (
        b'"' + base64.b64encode(gzip.compress(f"a{' ' * 40}={k}\n".encode())) + b'"'
    ),
    "a.bin": lambda k: b"\x7fELF\0K=" + k.encode() + b"\0abc",
}


@pytest.mark.parametrize("script", [UNKNOWN, REVOKED], ids=["invalid", "revoked"])
def test_a_whole_key_that_the_api_rejects_is_revoked(api: Api, script: Script) -> None:
    api.source({name: make(api.key(script)) for name, make in WHOLE.items()})
    ran = api.scan()
    found = {
        Path(f["path"].partition("!")[0]).name: (f["liveness"], f["severity"], f["bounds"])
        for f in ran.json()["findings"]
    }
    assert (ran.code, found) == (0, dict.fromkeys(WHOLE, ("revoked", "note", "certain")))


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


def test_one_place_with_certain_bounds_is_enough(api: Api) -> None:
    key = api.key()
    api.source({"a": wrapped(key), "b": f"K='{key}'"})
    ran = api.scan()
    found = [(f["bounds"], f["liveness"]) for f in ran.json()["findings"]]
    assert (ran.code, found) == (0, [("open", "revoked"), ("certain", "revoked")])


def test_require_verified_reports_an_open_key_as_incomplete(api: Api) -> None:
    api.source({"a": wrapped(api.key())})
    assert api.scan("--require-verified", "--fail-on=critical").code == 3


def test_reports_say_that_a_key_may_be_cut(api: Api) -> None:
    api.source({"a": wrapped(api.key())})
    reports = [f"--report={name}={name}" for name in ("sarif", "github", "markdown")]
    ran = api.run("scan", "src", *reports)
    assert OPEN_REASON in ran.out
    texts = {name: (api.folder / name).read_text("utf-8") for name in ("github", "markdown")}
    assert all(OPEN_REASON in text for text in texts.values())
    (result,) = json.loads((api.folder / "sarif").read_text("utf-8"))["runs"][0]["results"]
    assert result["properties"]["bounds"] == "open"
    assert OPEN_REASON in result["message"]["text"]


def test_the_plan_names_the_requests_for_candidates(api: Api) -> None:
    api.source({"a": wrapped(api.key())})
    ran = api.run("scan", "--verify-plan", "src")
    assert "  up to 1 request more, for keys that may be cut or too long\n" in ran.err
    assert api.asked == []


def test_an_entry_for_a_cut_key_gets_a_warning(api: Api) -> None:
    cut, whole = api.key(), api.key()
    api.source({"a": wrapped(cut), "b": f"K='{whole}'"})
    api.run("scan", "src", "--report", "json=r.json")
    warning = f"wakeyscan: {fingerprint(cut)[:6]} may be cut or too long: "
    for which in ("--all", fingerprint(cut), "--from=r.json"):
        ran = api.run("ignore", "add", which, "--reason", "x")
        assert (ran.code, ran.err.count("wakeyscan: "), ran.err.startswith(warning)) == (0, 1, True)
    assert api.run("ignore", "add", fingerprint(whole), "--reason", "x").err == ""


def test_a_cached_rejection_does_not_revoke_a_key_that_may_be_cut(api: Api) -> None:
    key = api.key()
    api.source({"a": f"K='{key}'"})
    assert api.scan("--verify-cache").code == 0
    api.standin.asked.clear()
    assert api.scan("--verify-cache").code == 0
    assert api.asked == []
    api.source({"a": wrapped(key)})
    ran = api.scan("--verify-cache")
    (finding,) = ran.json()["findings"]
    assert (ran.code, finding["liveness"], len(api.asked)) == (1, "unknown", 2)


def test_a_cached_revocation_by_name_counts_for_any_bounds(api: Api) -> None:
    key = api.key(REVOKED)
    api.source({"a": f"K='{key}'"})
    api.scan("--verify-cache")
    api.standin.asked.clear()
    api.source({"a": wrapped(key)})
    assert (api.scan("--verify-cache").code, api.asked) == (0, [])


def test_verdicts_in_an_older_cache_format_are_requested_again(api: Api) -> None:
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
def test_an_audit_does_not_call_a_cut_key_revoked(api: Api, rounds: int) -> None:
    repo = Repo(api.folder)
    repo.commit({"a.txt": wrapped(api.key())})
    repo.git("gc", "-q")
    for _ in range(rounds):
        assert audited(api) == (1, OPEN_KEY)
    assert OPEN_REASON in api.run("audit", ".").out


@pytest.mark.parametrize("same_file", [True, False], ids=["in the file", "in another"])
def test_an_audit_uses_the_place_where_the_key_is_whole(api: Api, same_file: bool) -> None:
    key, repo = api.key(), Repo(api.folder)
    cut, whole = wrapped(key), f"\nK='{key}'\n"
    repo.commit({"a.txt": cut + whole} if same_file else {"a.txt": cut, "b.txt": whole})
    assert audited(api) == (0, GONE_KEY)


def test_an_audit_does_not_call_a_wrapped_key_in_a_message_revoked(api: Api) -> None:
    repo = Repo(api.folder)
    repo.commit({"a": "b"}, message=wrapped(api.key()))
    assert audited(api) == (1, OPEN_KEY)


@pytest.mark.parametrize("command", ["scan", "audit"])
def test_verify_of_a_report_respects_the_bounds(api: Api, command: str) -> None:
    repo, keys = Repo(api.folder), [api.key(), api.key()]
    repo.commit({"a.txt": wrapped(keys[0]), "b.txt": f"K='{keys[1]}'"})
    api.run(command, ".", "--report", "json=.git/report.json")
    ran = api.run("verify", ".git/report.json")
    told = {line.split("  ")[0]: line.split("  ")[1] for line in ran.out.splitlines()}
    assert (ran.code, told) == (3, {mask(keys[0]): "unknown", mask(keys[1]): "revoked"})
    assert OPEN_REASON in ran.out


def test_verify_matches_a_report_that_names_the_whole_key(api: Api) -> None:
    key = api.key(LIVE)
    api.source({"a.md": f"| a | {key[:30]} |\n|   | {key[30:]} |\n"})
    (finding,) = api.scan("--report", "json=r.json").json()["findings"]
    assert (finding["fingerprint"], finding["liveness"]) == (fingerprint(key), "live")
    api.standin.asked.clear()
    api.standin.keys[key] = UNKNOWN
    ran = api.run("verify", "r.json")
    assert (ran.code, len(api.asked)) == (0, 1)
    assert ran.out.startswith(f"{mask(key)}  live -> revoked  ")


def test_verify_of_an_unverified_report_names_the_whole_key(api: Api) -> None:
    key = api.key(LIVE)
    api.source({"a.log": f"$ export K={key[:30]}\n{key[30:]}\n"})
    api.run("scan", "src", "--report", "json=r.json")
    ran = api.run("verify", "r.json")
    assert ran.code == 1
    assert ran.out.startswith(f"{mask(key)}  live  ")


def test_verify_takes_a_line_of_input_as_a_whole_key(api: Api) -> None:
    key = api.key()
    ran = api.run("verify", stdin=f"{key}\n".encode())
    assert (ran.code, OPEN_REASON in ran.out) == (0, False)


RESTS = {
    "a.html": "<code>{}<wbr>{}</code>\n",
    "b.html": '<pre>K={}<span class="n">{}</span></pre>\n',
    "a.txt": "k={}\u200b{}\n",
    "a.js": "k = '{}' + \\\n    '{}'\n",
    "a.log": "$ export K={}\r\n{}\r\n",
    "b.log": "$ export K={}\n{} and {other}\n",
    "c.log": "> K={}\n> {} {other}\n",
    "a.md": "| {} | x |\n| {} | {other} |\n",
}
"""Ways to cut a key; in some, another key is on the line of its rest."""


def test_the_rest_of_a_cut_key_is_in_no_report(run: Run, make_key: MakeKey, tmp_path: Path) -> None:
    keys = {name: make_key(60) for name in RESTS}
    files = {
        name: text.format(keys[name][:40], keys[name][40:], other=make_key())
        for name, text in RESTS.items()
    }
    write(tmp_path, files)
    for form in FORMATS:
        ran = run("scan", ".", "--format", form)
        assert ran.code == 1
        assert [name for name, key in keys.items() if key[40:] in ran.out + ran.err] == []
