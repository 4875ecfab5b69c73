"""The hook of coding assistants: reads an event on stdin, scans it, and writes the answer."""

from __future__ import annotations

import codecs
import json
import os
import sys

from wakeyscan.cli import agent_scan, output
from wakeyscan.config import build
from wakeyscan.core.errors import SourceError, UsageError, WakeyscanError
from wakeyscan.core.lazy import lazy_import
from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.integrations.agents import AGENTS, event_shape, find_agent
from wakeyscan.integrations.agents.agent import OTHER, UNKNOWN, Agent, Event, Fields, Verdict

if TYPE_CHECKING:
    from wakeyscan.cli import help_topics
    from wakeyscan.config.options import Option, Values
    from wakeyscan.core import traceback_text
else:
    # The usual command line has no option but --agent, and no error.
    help_topics = lazy_import("wakeyscan.cli.help_topics")
    traceback_text = lazy_import("wakeyscan.core.traceback_text")


_MAX_SIZE = 64 << 20
"""Maximum bytes of an event. Hooks have seconds to answer."""

_NO_EVENT = Event(OTHER, "", {})


def run_agent_hook(values: Values, options: tuple[Option, ...]) -> int:
    """Answer the event on stdin, and return the exit code that the assistant expects."""
    if values.keys() - {"agent"}:
        help_topics.refuse_other_options("hook", "agent", values)
    named = _find_named(str(values.get("agent") or os.environ.get("WAKEYSCAN_AGENT", "")))
    agent, event, gap = named or UNKNOWN, _NO_EVENT, ""
    try:
        fields = _read_event()
    except SourceError as error:
        agent, gap = UNKNOWN, str(error)  # without an event, an answer of an assistant has no place
    else:
        agent = _choose_agent(named, fields)
        event = event_shape.parse_event(fields, agent.SHAPE)
    return _write_answer(agent, event, _scan(event, gap, values, options))


def _find_named(name: str) -> Agent | None:
    return AGENTS.load(name) if name else None


def _choose_agent(named: Agent | None, fields: Fields) -> Agent:
    """Return the assistant that wrote an event; it may have read the settings of the named one."""
    if named and named.is_own(fields):
        return named
    return find_agent(fields) or named or UNKNOWN


def _read_event() -> Fields:
    if sys.stdin is None or sys.stdin.isatty():
        raise UsageError(
            "wakeyscan hook agent: stdin has no event; a coding assistant runs this command, and "
            "writes an event as JSON to its stdin"
        )
    content = sys.stdin.buffer.read(_MAX_SIZE + 1)
    if len(content) > _MAX_SIZE:
        raise SourceError(f"stdin: the event is larger than {_MAX_SIZE >> 20} MB")
    return parse_fields(content)


def parse_fields(content: bytes) -> Fields:
    """Return the fields of an event; raise `SourceError`. Bytes that are not UTF-8 are kept."""
    content = content.removeprefix(codecs.BOM_UTF8)
    try:
        fields = json.loads(content.decode(json.detect_encoding(content), "surrogateescape"))
    except (ValueError, RecursionError):  # the message of the error would show the text
        raise SourceError("stdin: the event is not valid JSON") from None
    if not isinstance(fields, dict):
        raise SourceError("stdin: the event is not a JSON object")
    return fields


def _scan(event: Event, gap: str, values: Values, options: tuple[Option, ...]) -> Verdict:
    """Return the verdict. An error blocks: most assistants take its exit code for consent.

    `gap` is the reason why there is no event to scan.
    """
    try:
        flags = {key: value for key, value in values.items() if key != "agent"}
        settings = build.build_config(flags, options, os.environ)
        if gap:
            return agent_scan.judge_gap(event, gap, settings.agent_fail)
        return agent_scan.scan_event(event, settings)
    except WakeyscanError as error:
        return agent_scan.judge_gap(event, str(error), "closed")
    except Exception as error:
        output.write_stderr(traceback_text.format_printable(error))
        gap = "internal error; please report the traceback on stderr"
        return agent_scan.judge_gap(event, gap, "closed")


def _write_answer(agent: Agent, event: Event, verdict: Verdict) -> int:
    answer = agent.build_answer(event, verdict)
    if answer.output is not None:
        output.write_stdout(json.dumps(answer.output).encode() + b"\n")
    if text := answer.error or verdict.warning:
        output.write_stderr(f"{text}\n")
    return answer.code
