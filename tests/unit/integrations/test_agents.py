"""Hooks of coding assistants: recognition, scan and answer of the events that each documents."""

from __future__ import annotations

import json
import os
from functools import reduce
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.agent_events import Recorded, list_recorded
from tests.support.keys import PREFIX, MakeKey, mask
from wakeyscan.cli import agent_scan
from wakeyscan.cli.agent_hook import parse_fields
from wakeyscan.cli.commands import hook
from wakeyscan.config.build import build_config
from wakeyscan.config.config import Config
from wakeyscan.core.errors import SourceError
from wakeyscan.integrations.agents import AGENTS, event_shape, find_agent, texts
from wakeyscan.integrations.agents.agent import (
    INPUT,
    OUTPUT,
    UNKNOWN,
    Agent,
    Answer,
    Event,
    EventShape,
    Fields,
    Verdict,
)

NAMES = [recorded.name for recorded in list_recorded("")]


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Config:
    monkeypatch.chdir(tmp_path)
    return build_config({}, hook.PARAMETERS.options, {})


def find(fields: Fields) -> Agent:
    return find_agent(fields) or UNKNOWN


def answer(fields: Fields, settings: Config) -> Answer:
    agent = find(fields)
    event = event_shape.parse_event(fields, agent.SHAPE)
    return agent.build_answer(event, agent_scan.scan_event(event, settings))


def get(value: Any, way: str) -> Any:
    return reduce(lambda part, name: part[name], way.split("."), value)


def replace_key(recorded: Recorded, key: str) -> Fields:
    """Return the event with a variable in place of the key."""
    text = json.dumps(recorded.event)
    assert key in text
    fields: Fields = json.loads(text.replace(key, "$WASTACK_API_KEY"))
    return fields


@pytest.mark.parametrize("name", NAMES)
def test_an_event_with_a_key_gets_the_documented_answer(
    name: str, key: str, settings: Config
) -> None:
    (recorded,) = (r for r in list_recorded(key) if r.name == name)
    given_answer = answer(recorded.event, settings)
    assert given_answer.code == recorded.code
    assert (given_answer.output is None) == (recorded.answer is None)
    for way, expected in (recorded.answer or {}).items():
        assert get(given_answer.output, way) == expected
    written = json.dumps(given_answer, ensure_ascii=False)
    assert key[len(PREFIX) :] not in written
    assert mask(key) in written
    assert "WASTACK_API_KEY" in written


@pytest.mark.parametrize("name", NAMES)
def test_an_event_without_a_key_passes_in_silence(name: str, key: str, settings: Config) -> None:
    (recorded,) = (r for r in list_recorded(key) if r.name == name)
    given_answer = answer(replace_key(recorded, key), settings)
    assert (given_answer.code, given_answer.error) == (0, "")
    assert given_answer.output in (None, {}, {"continue": True})


@pytest.mark.parametrize("name", NAMES)
def test_an_event_is_recognized_as_that_of_its_assistant(name: str, key: str) -> None:
    (recorded,) = (r for r in list_recorded(key) if r.name == name)
    assert find(recorded.event) is (AGENTS[recorded.agent] if recorded.agent else UNKNOWN)


@pytest.mark.parametrize("agent", AGENTS)
@pytest.mark.parametrize("kind", ["prompt", INPUT, OUTPUT, "event"])
def test_a_warning_of_an_event_that_passes_reaches_the_user(agent: str, kind: str) -> None:
    event = Event(kind, "x", {})
    given_answer = AGENTS[agent].build_answer(event, Verdict(warning="not scanned"))
    assert "not scanned" in json.dumps(given_answer)
    denials = {"deny", "block"}
    assert not denials & set(json.dumps(given_answer.output).replace('"', " ").split())


CLAUDE = {"session_id": "a", "transcript_path": "/t", "hook_event_name": "PreToolUse"}


def build_read(path: Path, **arguments: object) -> Fields:
    where = {"file_path": path.name, **arguments}
    return {**CLAUDE, "cwd": str(path.parent), "tool_name": "Read", "tool_input": where}


@pytest.mark.parametrize(
    ("arguments", "is_blocked"),
    [
        pytest.param({}, True, id="the whole file"),
        pytest.param({"offset": 3, "limit": 1}, True, id="its line"),
        pytest.param({"offset": 1, "limit": 1}, False, id="lines before"),
        pytest.param({"offset": 4}, False, id="lines after"),
        pytest.param({"limit": 2}, True, id="a line too many, for those that count from 0"),
        pytest.param({"offset": -3}, True, id="from the end"),
        pytest.param({"offset": "3"}, True, id="no number"),
        pytest.param({"offset": 1e308}, True, id="a huge number"),
        pytest.param({"view_range": [4, 9]}, False, id="a range"),
        pytest.param({"view_range": [2, -1]}, True, id="a range to the end"),
        pytest.param({"start_line": 4, "end_line": 5}, False, id="lines by name"),
        pytest.param({"startLine": 2, "endLine": 3}, True, id="lines by name in camelCase"),
    ],
)
def test_only_keys_in_the_lines_that_a_tool_reads_block(
    arguments: dict[str, object], is_blocked: bool, key: str, settings: Config, tmp_path: Path
) -> None:
    file = tmp_path / "a.env"
    file.write_text(f"A=1\nB=2\nK={key}\nC=3\nD=4\n")
    given_answer = answer(build_read(file, **arguments), settings)
    assert (given_answer.output is not None) == is_blocked
    if is_blocked:
        assert "a.env holds a live-looking WAStack key at line 3" in json.dumps(given_answer)


def test_files_in_a_list_are_read_too(key: str, settings: Config, tmp_path: Path) -> None:
    (tmp_path / "a").write_text(key)
    operations = [{"mode": "Line", "path": str(tmp_path / "missing")}, {"path": "a"}]
    fields = {
        "hook_event_name": "preToolUse",
        "cwd": str(tmp_path),
        "tool_name": "fs_read",
        "tool_input": {"operations": operations},
    }
    assert answer(fields, settings).code == 2


def test_an_edit_may_remove_a_key(key: str, settings: Config) -> None:
    edit = {"file_path": "a.py", "old_string": f"'{key}'", "new_string": "os.environ['K']"}
    fields = {**CLAUDE, "tool_name": "Edit", "tool_input": edit}
    assert answer(fields, settings).output is None
    patch = f"*** Begin Patch\n*** Update File: a\n-K={key}\n+K=\n*** End Patch"
    fields = {**CLAUDE, "turn_id": "1", "tool_name": "apply_patch", "tool_input": {"input": patch}}
    assert answer(fields, settings).output is None


def test_a_file_that_looks_like_a_patch_keeps_its_lines(key: str, settings: Config) -> None:
    patch = f"*** Begin Patch\n*** Update File: a\n-K={key}\n*** End Patch"
    tool_input = {"file_path": "notes.md", "content": patch}
    fields = {**CLAUDE, "tool_name": "Write", "tool_input": tool_input}
    output = answer(fields, settings).output
    assert output is not None
    assert output["hookSpecificOutput"]["permissionDecision"] == "deny"


@pytest.mark.parametrize("field", ["old_string", "oldText", "stdout"])
def test_every_field_of_an_output_is_scanned(field: str, key: str, settings: Config) -> None:
    response = {field: f"*** Begin Patch\n-{key}", "a.b": key, "a": {"b": "x"}, key: 1}
    fields = {**CLAUDE, "hook_event_name": "PostToolUse", "tool_response": response}
    output = answer(fields, settings).output
    assert output is not None
    assert key[len(PREFIX) :] not in json.dumps(output)
    changed = output["hookSpecificOutput"]["updatedToolOutput"]
    assert changed[field] == f"*** Begin Patch\n-{mask(key)}"


def test_a_copy_of_an_output_on_disk_is_not_shown_in_its_place(key: str, settings: Config) -> None:
    response = {"stdout": key, "persistedOutputPath": "/tmp/x", "persistedOutputSize": 9}
    fields = {**CLAUDE, "hook_event_name": "PostToolUse", "tool_response": response}
    output = answer(fields, settings).output
    assert output is not None
    assert output["hookSpecificOutput"]["updatedToolOutput"] == {"stdout": mask(key)}


@pytest.mark.parametrize(
    ("form", "shown"),
    [
        pytest.param("{key}", "{mask}", id="alone"),
        pytest.param(
            "a {key} b {key}\r\n{other} c", "a {mask} b {mask}\r\n{other_mask} c", id="many"
        ),
        pytest.param("é😀\t{key}", "é😀\t{mask}", id="after wide characters"),
        pytest.param("x\x0c\x85\u2028{key}", "x\x0c\x85\u2028{mask}", id="after other line ends"),
    ],
)
def test_the_masked_output_keeps_the_rest(
    form: str, shown: str, make_key: MakeKey, settings: Config
) -> None:
    key, other = make_key(), make_key()
    response = form.format(key=key, other=other)
    fields = {**CLAUDE, "hook_event_name": "PostToolUse", "tool_response": response}
    output = answer(fields, settings).output
    assert output is not None
    expected = shown.format(mask=mask(key), other_mask=mask(other))
    assert output["hookSpecificOutput"]["updatedToolOutput"] == expected


def test_an_encoded_key_is_withheld_with_its_text(key: str, settings: Config) -> None:
    escaped = "".join(f"\\x{ord(c):02x}" for c in key)
    response = {"stdout": f"a = '{escaped}'", "stderr": "kept"}
    fields = {**CLAUDE, "hook_event_name": "PostToolUse", "tool_response": response}
    output = answer(fields, settings).output
    assert output is not None
    changed = output["hookSpecificOutput"]["updatedToolOutput"]
    assert changed == {"stdout": "[withheld by wakeyscan]", "stderr": "kept"}


@pytest.mark.parametrize(
    ("fail", "kind", "passes"),
    [
        ("", "prompt", False),
        ("", OUTPUT, False),
        ("", INPUT, True),
        ("open", "prompt", True),
        ("open", OUTPUT, True),
        ("closed", INPUT, False),
    ],
)
def test_agent_fail_decides_about_content_that_was_not_scanned(
    fail: str, kind: str, passes: bool
) -> None:
    verdict = agent_scan.judge_gap(Event(kind, "x", {"a": "text"}), "too large", fail)
    assert (verdict.reason == "") == passes
    said = verdict.warning or verdict.reason
    assert "too large" in said
    assert f"agent-fail is {'open' if passes else 'closed'}" in said


def test_a_deeply_nested_event_is_not_scanned(settings: Config) -> None:
    nested: object = "x"
    for _ in range(200):
        nested = [nested]
    event = Event("prompt", "x", {"prompt": nested})
    assert "nested more than 100 levels" in agent_scan.scan_event(event, settings).reason


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b'"x"', b"null", b"\xff\xfe", b"[" * 100_000, b"{}{}", b'{"a":1}\n{"b":2}'],
)
def test_an_event_that_is_not_an_object_is_rejected(content: bytes) -> None:
    with pytest.raises(SourceError, match=r"stdin: the event is not (valid JSON|a JSON object)"):
        parse_fields(content)


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32"])
def test_encodings_of_json_are_read(codec: str) -> None:
    assert parse_fields('{"prompt": "é"}'.encode(codec)) == {"prompt": "é"}


def test_bytes_that_are_not_utf_8_do_not_hide_the_rest(key: str) -> None:
    fields = parse_fields(b'{"prompt": "\xff ' + key.encode() + b'"}')
    assert key in fields["prompt"]
    assert [*texts.EventTexts(fields).read_documents("", None)]  # type: ignore[arg-type]


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5),
    lambda values: st.lists(values, max_size=3) | st.dictionaries(st.text(max_size=3), values),
    max_leaves=5,
)
NAMED = st.sampled_from(
    ["tool_input", "tool_name", "prompt", "hook_event_name", "session_id", "timestamp", "toolArgs"]
)


@given(fields=st.dictionaries(NAMED, JSON), agent=st.sampled_from([*AGENTS]))
def test_any_event_is_parsed_and_answered(fields: Fields, agent: str) -> None:
    find(fields)
    event = event_shape.parse_event(fields, AGENTS[agent].SHAPE)
    for verdict in (Verdict(), Verdict("blocked"), Verdict("", "warned")):
        json.dumps(AGENTS[agent].build_answer(event, verdict))


@given(value=JSON)
def test_every_text_of_a_value_is_listed(value: object) -> None:
    listed = [text for _, text in texts.list_texts(value, frozenset()) if text]
    mapped: list[str] = []

    def note(_: str, text: str) -> str:
        mapped.append(text)
        return text

    texts.map_texts(value, note)
    assert listed == [text for text in mapped if text]


@pytest.mark.parametrize("value", [1, None, True, [], {}, "x", {"a": 1}, [{"a": []}]], ids=repr)
def test_the_way_to_a_value_without_a_text_is_listed(value: object) -> None:
    listed = [*texts.list_texts({"name": value}, frozenset())]
    assert listed and all(field.partition(".")[0] == "name" for field, _ in listed)


def test_only_a_replaced_text_is_omitted() -> None:
    edit = {"old_string": "a", "new_string": "b"}
    message = {"old_string": "a", "text": "b"}
    assert [text for _, text in texts.EventTexts(edit, is_edit=True).texts] == ["b"]
    assert [text for _, text in texts.EventTexts(message, is_edit=True).texts] == ["a", "b"]


@pytest.mark.parametrize("name", ["x", "", "an unknown event"])
def test_a_file_is_read_for_an_event_of_any_name(name: str) -> None:
    shape = EventShape(prompts=("p",), inputs=("x",), readers=("Read",))
    fields = {"hook_event_name": name, "tool_name": "Read", "tool_input": {"file_path": "f"}}
    assert [read.path for read in event_shape.parse_event(fields, shape).reads] == [
        os.path.join(".", "f")
    ]
    assert event_shape.parse_event({**fields, "hook_event_name": "p"}, shape).reads == ()


@given(value=JSON)
def test_any_input_of_a_tool_names_files_or_none(value: object) -> None:
    shape = EventShape(inputs=("x",), readers=("Read",))
    fields = {"hook_event_name": "x", "tool_name": "Read", "tool_input": value}
    for read in event_shape.parse_event(fields, shape).reads:
        assert read.first >= 1
