"""Parsers of configuration, of saved reports, and of what servers and CI systems send."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping
from functools import cache

from fuzz.target import Seeds, Target, write_files
from wakeyscan.baselines.baseline import read_baseline
from wakeyscan.config.config_file import find_config_file
from wakeyscan.core.errors import WakeyscanError
from wakeyscan.core.finding import Liveness
from wakeyscan.integrations.github_event import load_event
from wakeyscan.reports.saved_result import load_result
from wakeyscan.rules import loader
from wakeyscan.rules.rule import Rule
from wakeyscan.suppression.ignore_file import read_ignore_file
from wakeyscan.verification import wastack
from wakeyscan.verification.http import Response

_BASELINES = (".gitleaksignore", "baseline.json", ".secrets.baseline", "kingfisher.yaml", "b.jsonl")
_FINGERPRINT = "0123456789abcdef" * 2


def _read_as(name: str, read: Callable[[str], object]) -> Callable[[bytes], None]:
    """Return a target that reads a file of that name."""

    def run(data: bytes) -> None:
        with write_files({name: data}) as folder:
            try:
                read(os.path.join(folder, name))
            except WakeyscanError as error:
                assert str(error)

    return run


def read_ignores(data: bytes) -> None:
    """Read an ignore file; its entries survive being written and read again."""
    try:
        entries = read_ignore_file("f", data)
    except WakeyscanError:
        return
    written = "".join(f"{entry}\n" for entry in entries)
    assert read_ignore_file("f", written.encode("utf-8", "surrogateescape")) == entries


def read_rules(data: bytes) -> None:
    """Load a user's rule."""
    try:
        loader.load_rules((("folder/mine.toml", data),))
    except WakeyscanError as error:
        assert str(error)


def read_baselines(data: bytes) -> None:
    """Import a baseline under each name that scanners use."""
    for name in _BASELINES:
        _read_as(name, lambda path: read_baseline(path, "", ""))(data)


def classify(data: bytes) -> None:
    """Classify a response: only the success of the contract is live."""
    for status in (200, 401, 403, 429, 500):
        for has_app_key in (False, True):
            verdict = wastack.classify_response(Response(status, data), has_app_key, True)
            if verdict.liveness is Liveness.LIVE and status == 200:
                assert json.loads(data)["success"] is True


@cache
def _load_rules() -> tuple[Rule, ...]:
    return loader.load_rules()


def _make_reports() -> Iterator[bytes]:
    finding = {
        **{"rule": "a", "fingerprint": _FINGERPRINT, "secret": f"…({_FINGERPRINT[:6]})"},
        **{"path": "a", "line": 1, "column": 1, "end_column": 2, "excerpt": "x", "details": {}},
        **{"severity": "high", "exposure": "source", "standing": "reported", "reason": ""},
        **{"liveness": "unchecked", "encoding": ""},
    }
    scope: dict[str, object] = {
        **{"commits": None, "since": None, "branches": [], "limits": [], "excluded": 0},
        "ignored_by_git": 0,
    }
    policy: dict[str, object] = {"file": "", "exclude": [], "revision": "", "notes": []}
    report = {
        **{"schema": "wakeyscan-report/1", "command": "scan", "targets": ["."], "keys": []},
        **{"findings": [finding], "skipped": [{"path": "a", "reason": "b", "gap": True}]},
        **{"coverage": {"documents": 1, "bytes": 1}, "scope": scope},
        **{"ignores": {"used": 0, "unused": 0, "expired": 0}, "policy": policy},
    }
    yield json.dumps(report).encode()


def _make_baselines() -> Iterator[bytes]:
    yield b"# c\n" + b"1" * 40 + b":a/b.env:generic:3\n"
    yield json.dumps(
        [{"RuleID": "a", "File": "b", "StartLine": 3, "Secret": "x", "Commit": "1" * 40}]
    ).encode()
    result = {"type": "a", "filename": "b", "hashed_secret": "1" * 40, "line_number": 3}
    yield json.dumps({"version": "1.5.0", "results": {"b": [result]}}).encode()
    yield b"ExactFindings:\n  matches:\n    - filepath: a\n      fingerprint: 1\n      linenum: 2\n"


def _make_config() -> Iterator[bytes]:
    yield b'fail-on = "high"\nexclude = ["a/**", "!b"]\nmax-file-size = "10MB"\n'
    yield b'[[allow]]\npaths = ["a"]\nreason = "b"\n[rule.wastack-api-key]\nseverity = "low"\n'


def _make_rules() -> Iterator[bytes]:
    yield b"""title = "T"
severity = "high"
anchors = ["abc_"]
help = "h"
pattern = "(?P<secret>abc_[a-z]{20})"
hits = ["abc_qwertyuiopasdfghjklz", "a abc_qwertyuiopasdfghjklz", "abc_zxcvbnmasdfghjklqwer "]
misses = ["abc", "abc_", "abc_q"]
"""


def _fixed(*texts: str) -> Seeds:
    return lambda: (text.encode() for text in texts)


_ENTRY = f"# title\n\n{_FINGERPRINT} until=2030-01-01 paths=a/* # reason\n"
_EVENT = json.dumps({"before": "1" * 40, "after": "2" * 40, "ref": "refs/heads/a", "commits": []})

TARGETS: Mapping[str, Target] = {
    "ignore-file": Target(read_ignores, _fixed(_ENTRY)),
    "config": Target(
        _read_as(".wakeyscan.toml", lambda path: find_config_file(path, None)), _make_config
    ),
    "rule": Target(read_rules, _make_rules),
    "baseline": Target(read_baselines, _make_baselines),
    "report": Target(
        _read_as("a.json", lambda path: load_result(path, _load_rules())), _make_reports
    ),
    "event": Target(
        _read_as("e.json", lambda path: load_event({"GITHUB_EVENT_PATH": path})), _fixed(_EVENT)
    ),
    "response": Target(
        classify,
        _fixed('{"success":true,"data":[]}', '{"success":false,"error":"Invalid API key"}'),
    ),
}
