"""The call stack of a scan reads like its pipeline."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from tests.support.command import execute
from tests.support.files import write
from tests.support.keys import MakeKey

MAX_FRAMES = 12

PROBE = """
import json, sys
from wakeyscan.cli import main as cli

stacks = []

def record(frame, event, argument):
    called = type(getattr(argument, "__self__", None))
    if event == "c_call" and (called.__module__, called.__name__) == ("_regex", "Pattern"):
        stack = []
        while frame.f_code is not cli.main.__code__:
            stack.append([frame.f_globals["__name__"], frame.f_code.co_name])
            frame = frame.f_back
        stacks.append([["wakeyscan.cli.main", "main"], *reversed(stack)])

sys.setprofile(record)
code = cli.main(sys.argv[1:])
sys.setprofile(None)
print(json.dumps(stacks), file=sys.stderr)
"""


def test_a_plain_key_is_matched_within_12_frames(tmp_path: Path, make_key: MakeKey) -> None:
    write(tmp_path, {"a": make_key()})
    ran = execute([sys.executable, "-P", "-c", PROBE, "scan", "a"], tmp_path)
    stacks = json.loads(ran.err.splitlines()[-1])
    (stack,) = [stack for stack in stacks if stack[-1][0] == "wakeyscan.scanner.matcher"]
    assert len(stack) <= MAX_FRAMES
    assert [function for module, function in stack if module.startswith("wakeyscan.scanner.")] == [
        *("scan_targets", "scan_units", "scan_documents", "_scan_text"),
        *("find_in_document", "find_matches", "match_rule", "_match_at"),
    ]
