"""Folders whose file names are their registry: what each member must have."""

from __future__ import annotations

import inspect
from pathlib import Path
from types import ModuleType

import pytest

from wakeyscan import baselines, decoders, reports, sources, verifiers
from wakeyscan.cli import commands
from wakeyscan.config import options
from wakeyscan.core import registry
from wakeyscan.core.errors import UsageError
from wakeyscan.scanner import exposure, logical_locations

FAMILIES = (sources, decoders, logical_locations, exposure, reports, commands, verifiers, baselines)
FUNCTIONS = {
    sources: {
        "units": {"target": "str", "scope": "Scope"},
        "documents": {"unit": "str", "scope": "Scope"},
    },
    decoders: {
        "disguise": {"anchor": "bytes", "exact_case": "bool"},
        "spell": {"anchor": "bytes"},
        "rewrap": {"text": "bytes"},
        "unwrap": {"content": "bytes", "marks": "Marks"},
    },
    logical_locations: {
        "fits": {"name": "str", "content": "bytes"},
        "details": {"trail": "Trail", "place": "tuple[int, int]"},
    },
    exposure: {"sees": {"spot": "Spot"}},
    baselines: {
        "recognises": {"name": "str", "text": "str"},
        "accepted": {"text": "str", "report": "str"},
    },
    reports: {"write": {"outcome": "Outcome", "out": "TextIO", "style": "Style"}},
    commands: {"run": {"values": "Values", "operands": "list[str]"}},
    verifiers: {
        "check": {
            "secret": "Secret",
            "app_key": "Secret | None",
            "control": "Control",
            "endpoint": "Endpoint",
            "pace": "Pace",
        }
    },
}
YIELDS = {
    "accepted": "Acceptance",
    "units": "str",
    "documents": "Document",
    "disguise": "bytes",
    "spell": "bytes",
    "rewrap": "bytes",
    "unwrap": "",
    "details": "tuple[str, str]",
}
RETURNS = {
    "recognises": "bool",
    "write": "None",
    "run": "int",
    "check": "Verdict",
    "fits": "bool",
    "sees": "bool",
}
RENAMED = {"targets": "operands"}
"""Commands call their operands what they are to them."""


def members(package: ModuleType) -> list[ModuleType]:
    return [registry.member(package, name) for name in registry.names(package)]


CASES = [
    pytest.param(member, name, wanted, id=f"{member.__name__.removeprefix('wakeyscan.')}.{name}")
    for package, functions in FUNCTIONS.items()
    for member in members(package)
    for name, wanted in functions.items()
]


@pytest.mark.parametrize(("member", "name", "wanted"), CASES)
def test_every_member_has_its_functions(
    member: ModuleType, name: str, wanted: dict[str, str]
) -> None:
    function = getattr(member, name)
    signature = inspect.signature(function)
    taken = [(RENAMED.get(one.name, one.name), one) for one in signature.parameters.values()]
    assert {name: one.annotation for name, one in taken} == wanted
    assert all(one.kind is one.POSITIONAL_OR_KEYWORD for _, one in taken)
    assert all(one.default is one.empty for _, one in taken)
    if name in YIELDS:
        assert signature.return_annotation.startswith(f"Iterator[{YIELDS[name]}")
    else:
        assert signature.return_annotation == RETURNS[name]
    assert function.__module__ == member.__name__
    assert (inspect.getdoc(function) or "").partition("\n")[0].endswith((".", ":", ","))


EVERY = [
    pytest.param(member, id=member.__name__.removeprefix("wakeyscan."))
    for package in FAMILIES
    for member in members(package)
]


@pytest.mark.parametrize("member", EVERY)
def test_every_member_says_what_it_is(member: ModuleType) -> None:
    assert (inspect.getdoc(member) or "").partition("\n")[0].endswith((".", ":", ","))
    public = [
        function
        for name, function in inspect.getmembers(member, inspect.isfunction)
        if not name.startswith("_") and function.__module__ == member.__name__
    ]
    assert public
    assert [function for function in public if not inspect.getdoc(function)] == []


@pytest.mark.parametrize("name", registry.names(baselines))
def test_every_importer_says_whether_a_report_is_of_use(name: str) -> None:
    assert type(registry.member(baselines, name).WITH_REPORT) is bool


@pytest.mark.parametrize("name", registry.names(sources))
def test_every_source_says_whether_processes_may_share_it(name: str) -> None:
    source = registry.member(sources, name)
    assert type(source.PARALLEL) is bool
    if source.PARALLEL:
        assert callable(source.sift)


def test_every_decoder_has_a_name_of_its_own_but_one_that_takes_the_same_off() -> None:
    named = [decoder.NAME for decoder in members(decoders)]
    assert all(type(name) is str and name for name in named)
    assert [name for name in sorted(set(named)) if named.count(name) > 1] == ["base64"]
    assert named.count("base64") == 2  # around a text, and around what was compressed
    assert not {"plain", ""} & set(named)


@pytest.mark.parametrize("name", registry.names(commands))
def test_every_command_says_what_it_takes(name: str) -> None:
    command = registry.member(commands, name)
    assert isinstance(command.PARAMETERS, options.Parameters)
    assert command.HELP.strip()
    listed = [option.name for option in command.PARAMETERS.options]
    assert len(set(listed)) == len(listed)
    assert not {"help", "version"} & set(listed)
    assert all(option.metavar for option in command.PARAMETERS.options if option.many)


@pytest.mark.parametrize("package", FAMILIES, ids=lambda package: str(package.__name__))
def test_a_family_lists_its_files_and_nothing_else(package: ModuleType) -> None:
    folder = Path(package.__path__[0])
    files = sorted(path.stem for path in folder.glob("[!_]*.py"))
    assert files
    assert registry.names(package) == tuple(files)


@pytest.mark.parametrize("name", ["nope", "", "__init__", "__pycache__", "../cli", "text.write"])
@pytest.mark.parametrize("package", FAMILIES, ids=lambda package: str(package.__name__))
def test_what_is_no_member_is_refused(package: ModuleType, name: str) -> None:
    kind = package.__name__.removeprefix("wakeyscan.")
    with pytest.raises(UsageError) as refused:
        registry.member(package, name)
    listed = ", ".join(registry.names(package))
    assert str(refused.value) == f"no {name!r} among the {kind}; there are: {listed}"
