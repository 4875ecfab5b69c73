"""What was written down as it happened: logs, recordings of HTTP, histories, dumps, transcripts."""

from __future__ import annotations

import re

from wakeyscan.core.finding import Exposure
from wakeyscan.scanner.exposure.surroundings import CODE, Surroundings

EXPOSURE = Exposure.LOG

_TYPES = frozenset(
    [
        *("log", "har", "err", "out", "trace", "journal", "cast", "ttyrec", "etl", "evtx"),
        *("pcap", "pcapng", "saz", "chls", "chlsj", "warc", "mitm", "flows"),
        *("dmp", "mdmp", "hprof", "heapsnapshot", "crash", "core", "stackdump"),
    ]
)
# `app.log.1`, `app.log-20260131.gz`, `app.log.2026-01-31`, `app.log.old`
_ROTATED = re.compile(
    r"\.(?:log|out|err)(?:[.-][\d.T_-]+)?(?:\.(?:old|bak|prev|txt|json))?(?:\.(?:gz|bz2|xz|zst|zip))?$",
    re.IGNORECASE,
)
_NAMES = re.compile(
    # shells, interpreters, clients of databases, pagers, editors
    r"^\.[\w.-]*_?history(?:[-_]\d+)?$|^\.[\w-]*_?hist(?:file)?$|^fish_history$|^\.?lesshst$"
    r"|^consolehost_history\.txt$|^\.(?:viminfo|dbshell|rhistory)$|^(?:mongosh|node)_repl_history$"
    # what the kernel and the runtimes leave behind, and what `script` writes
    r"|^(?:vg)?core\.\d+$|^hs_err_pid\d+|^heapdump|^typescript$|^consoletext$|^build[-_.]?log"
    r"|^(?:syslog|messages|dmesg|lastlog|auth\.log)(?:\.\d+)?$|^journal(?:ctl)?[-_.][\w.-]*$"
    # agents that write code
    r"|^\.aider\.(?:chat\.history\.md|input\.history|llm\.history)$"
)
_FOLDERS = (
    *(
        "/logs/",
        "/log/",
        "/.npm/_logs/",
        "/cassettes/",
        "/vcr/",
        "/vcr_cassettes/",
        "/fixtures/vcr",
    ),
    *("/__recordings__/", "/recordings/", "/__nock-fixtures__/", "/tapes/", "/crashes/"),
    *("/coredumps/", "/surefire-reports/", "/test-results/", "/.idea/httprequests/"),
)
_TRANSCRIPTS = (
    *("/.claude/projects/", "/.claude/history", "/.claude/todos/", "/.claude/shell-snapshots/"),
    *("/.codex/sessions/", "/.codex/history", "/.codex/log/", "/.gemini/tmp/", "/.cursor/chats/"),
    *("/.continue/sessions/", "/.specstory/history/", "/.cline/", "/.roo/history/"),
)
_RECORDED = re.compile(
    rb"^http_interactions:|^(?:version: \d+\s+)?interactions:\s*$|\"http_interactions\"\s*:\s*\["
    rb"|\"log\"\s*:\s*\{.{0,600}\"startedDateTime\"",
    re.DOTALL | re.MULTILINE,
)


def is_exposed(spot: Surroundings) -> bool:
    """Say whether what stands at a spot is a record."""
    if spot.kind in _TYPES or _ROTATED.search(spot.name) or _NAMES.search(spot.name):
        return True
    if spot.passes(*_TRANSCRIPTS):
        return True
    if spot.kind not in CODE and spot.passes(*_FOLDERS):
        return True
    if spot.name == "core" and spot.head.startswith(b"\x7fELF"):
        return True
    return spot.kind in ("yml", "yaml", "json") and _RECORDED.search(spot.head) is not None
