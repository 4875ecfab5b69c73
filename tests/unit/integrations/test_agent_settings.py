"""Settings of coding assistants: entries are added, and removed without a trace."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wakeyscan.core.small_files import parse_toml
from wakeyscan.integrations.agent_settings import json_entries, toml_entries
from wakeyscan.integrations.agent_settings.entry_command import (
    build_command,
    fill_entries,
    find_executable,
)
from wakeyscan.integrations.agent_settings.json_text import parse_json
from wakeyscan.integrations.agents import AGENTS
from wakeyscan.integrations.agents.agent import Entry

COMMAND = "/opt/wakey scan/bin/wakeyscan hook agent"
JSON_AGENTS = [name for name in AGENTS if AGENTS[name].SETTINGS.user.endswith(".json")]


def fill(agent: str, command: str = COMMAND) -> tuple[Entry, ...]:
    return fill_entries(AGENTS[agent].SETTINGS.entries, command)


def list_templates(agent: str) -> tuple[Entry, ...]:
    return AGENTS[agent].SETTINGS.entries


def drop_comments(text: str) -> Any:
    """Return the value of a text with the comments and trailing commas that the tests write."""
    text = re.sub(r"//[^\n\"]*\n|/\*[^\"]*?\*/", " ", text.removeprefix("\ufeff"))
    return json.loads(re.sub(r",(\s*[}\]])", r"\1", text))


def list_at(value: Any, entry: Entry) -> list[Any]:
    for name in entry.path:
        value = value[name]
    assert isinstance(value, list)
    return value


OWN = '{"matcher": "Bash", "hooks": [{"type": "command", "command": "own.sh"}]}'
TEXTS = [
    pytest.param("{}", id="empty"),
    pytest.param("{}\n", id="empty, with a line end"),
    pytest.param("{\n}\n", id="empty, on two lines"),
    pytest.param('{"a": 1}', id="one line"),
    pytest.param('{"a":1,"b":[]}', id="no blanks"),
    pytest.param('{\n  "a": 1\n}\n', id="two spaces"),
    pytest.param('{\n    "a": {\n        "b": 1\n    }\n}', id="four spaces, no line end"),
    pytest.param('{\n\t"a": 1\n}\n', id="tabs"),
    pytest.param('{\r\n  "a": 1\r\n}\r\n', id="CRLF"),
    pytest.param('\ufeff{\n  "a": 1\n}\n', id="a BOM"),
    pytest.param('// own\n{\n  "a": 1, // why\n  /* b */\n}\n', id="comments"),
    pytest.param('{\n  "a": [1, 2,],\n}\n', id="trailing commas"),
    pytest.param('{"hooks": {}}', id="empty hooks"),
    pytest.param('{\n  "hooks": {\n  }\n}\n', id="empty hooks, on two lines"),
    pytest.param('{\n  "hooks": {\n    // none\n  },\n  "z": "é😀"\n}\n', id="a comment in hooks"),
    pytest.param('{"a": "\\"}]", "hooks": {"X": [{"b": "//"}]}}', id="brackets in strings"),
]
LISTS = [
    pytest.param("[]", id="empty list"),
    pytest.param("[\n    ]", id="empty list, on two lines"),
    pytest.param("[ /* none */ ]", id="a comment in a list"),
    pytest.param(f"[{OWN}]", id="one entry"),
    pytest.param(f"[\n      {OWN},\n      {OWN}\n    ]", id="two entries"),
    pytest.param(f"[\n      {OWN}, // last\n    ]", id="a trailing comma and a comment"),
]


def check_round_trip(text: str, agent: str) -> None:
    entries = fill(agent)
    before, added = drop_comments(text), json_entries.add_entries(text, entries)
    assert json_entries.find_commands(added, list_templates(agent)) == [COMMAND] * len(entries)
    value = drop_comments(added)
    for entry in entries:
        assert entry.value in list_at(value, entry)
    assert json_entries.remove_entries(added, list_templates(agent)) == text
    assert drop_comments(text) == before


@pytest.mark.parametrize("agent", ["claude", "cursor"])
@pytest.mark.parametrize("text", TEXTS)
def test_a_json_file_is_restored_byte_for_byte(text: str, agent: str) -> None:
    check_round_trip(text, agent)


@pytest.mark.parametrize("agent", JSON_AGENTS)
@pytest.mark.parametrize("items", LISTS)
def test_lists_of_the_user_are_restored(items: str, agent: str) -> None:
    names = {entry.path[-1] for entry in fill(agent)} - {"hooks"}
    if names:
        members = ",\n    ".join(f'"{name}": {items}' for name in sorted(names)[:2])
        check_round_trip(f'{{\n  "hooks": {{\n    {members}\n  }}\n}}\n', agent)
    else:
        check_round_trip(f'{{\n  "hooks": {items}\n}}\n', agent)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4),
    lambda values: st.lists(values, max_size=3) | st.dictionaries(st.text(max_size=4), values),
    max_leaves=6,
)
HOOKS = st.dictionaries(
    st.sampled_from(["PreToolUse", "PostToolUse", "Stop"]), st.lists(VALUES, max_size=2)
)


@given(
    value=st.fixed_dictionaries({"a": VALUES}, optional={"hooks": HOOKS, "z": VALUES}),
    indent=st.sampled_from([None, 1, 2, 4, "\t"]),
    ascii=st.booleans(),
)
def test_any_settings_are_restored(value: dict[str, Any], indent: int | str, ascii: bool) -> None:
    text = json.dumps(value, indent=indent, ensure_ascii=ascii)
    added = json_entries.add_entries(text, fill("claude"))
    json.loads(added)
    assert json_entries.remove_entries(added, list_templates("claude")) == text
    assert parse_json(text).build_value() == value


@given(text=st.text(st.sampled_from('{}[]",:/*\\\n a1')))
def test_any_text_is_json_or_rejected(text: str) -> None:
    try:
        node = parse_json(text)
    except ValueError as error:
        assert "is not valid JSON" in str(error)
    else:
        assert 0 <= node.start < node.end <= len(text)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "line 1 is not valid JSON"),
        ('{\n  "a": 1\n  "b": 2\n}', "line 3 is not valid JSON"),
        ("{'a': 1}", "line 1 is not valid JSON"),
        ("{} {}", "line 1 is not valid JSON"),
        ("[" * 200, "line 1 is not valid JSON"),
        ("[]", "the file is not an object"),
        ('{"hooks": []}', "hooks is not an object"),
        ('{"hooks": null}', "hooks is not an object"),
        ('{"hooks": {"UserPromptSubmit": {}}}', "hooks.UserPromptSubmit is not a list"),
    ],
)
def test_settings_with_another_structure_are_rejected(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=re.escape(reason)):
        json_entries.add_entries(text, fill("claude"))


def test_entries_changed_by_a_formatter_are_removed() -> None:
    added = json_entries.add_entries('{"a": 1, "hooks": {}}', fill("claude"))
    formatted = json.dumps(json.loads(added), indent=2)
    rest = json_entries.remove_entries(formatted, list_templates("claude"))
    assert json.loads(rest) == {"a": 1}


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        pytest.param('{"hooks": {"Stop": [ENTRY, 1]}}', '{"hooks": {"Stop": [1]}}', id="first"),
        pytest.param(
            '{"hooks": {"Stop": [1, /* own */ ENTRY]}}',
            '{"hooks": {"Stop": [1/* own */]}}',
            id="after a comment",
        ),
        pytest.param(
            '{"hooks": {"Stop": [\n// own\nENTRY]}}',
            '{"hooks": {"Stop": [\n// own\n]}}',
            id="a comment alone",
        ),
        pytest.param('{"hooks": {"Stop": [ENTRY,]}}', '{"hooks": {"Stop": []}}', id="comma"),
    ],
)
def test_only_the_entry_that_the_user_moved_is_removed(text: str, rest: str) -> None:
    entry = Entry(("hooks", "Stop"), {"command": "{command}"})
    written = text.replace("ENTRY", json.dumps({"command": COMMAND}))
    assert json_entries.remove_entries(written, [entry]) == rest


def test_an_entry_with_other_hooks_is_not_ours() -> None:
    own = {"matcher": "*", "hooks": [{"type": "command", "command": COMMAND}, {"command": "x"}]}
    text = json.dumps({"hooks": {"PreToolUse": [own]}})
    assert json_entries.remove_entries(text, list_templates("claude")) == text
    assert json_entries.count_hooks(text) == 1


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a = 1\n",
        "a = 1",
        "a = 1\r\n",
        "# own\n\n[[hooks]]\nname = 'x'\n",
        "[t]\na = '''\n\n'''",
    ],
)
def test_a_toml_file_is_restored_byte_for_byte(text: str) -> None:
    added = toml_entries.add_entries(text, fill("vibe"))
    assert toml_entries.find_commands(added, list_templates("vibe")) == [COMMAND] * 2
    assert toml_entries.count_hooks(added) == 2
    assert [*parse_toml(added.encode())["hooks"]][-2:] == [e.value for e in fill("vibe")]
    assert toml_entries.remove_entries(added, list_templates("vibe")) == text


@pytest.mark.parametrize("text", ["hooks = []\n", "hooks = 1\n", "a = \n"])
def test_toml_that_has_no_place_for_entries_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"\S"):
        toml_entries.add_entries(text, fill("vibe"))


@pytest.mark.parametrize("agent", AGENTS)
def test_a_command_line_is_found_again(agent: str) -> None:
    command = build_command("/opt/wakey scan/bin/wakeyscan", agent, AGENTS[agent].SETTINGS)
    assert find_executable(command) == "/opt/wakey scan/bin/wakeyscan"
    owner = "copilot" if agent == "vscode" else agent
    assert command.endswith(f" hook agent --agent {owner}")
    edit = json_entries if agent in JSON_AGENTS else toml_entries
    built = edit.build_file(fill(agent, command), AGENTS[agent].SETTINGS.header)
    assert set(edit.find_commands(built, list_templates(agent))) == {command}
