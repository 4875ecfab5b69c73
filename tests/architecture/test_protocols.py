"""The members of each family have the interface of its Protocol: mypy checks the tables here."""

from __future__ import annotations

import inspect
from itertools import chain
from types import ModuleType

import pytest

from wakeyscan.baselines import (
    IMPORTERS,
    Importer,
    betterleaks,
    detect_secrets,
    gitleaks,
    kingfisher,
)
from wakeyscan.cli.commands import (
    COMMANDS,
    Command,
    action,
    audit,
    completion,
    config,
    doctor,
    fix,
    fleet,
    hook,
    ignore,
    report,
    rules,
    scan,
    verify,
    wipe,
)
from wakeyscan.cli.completion import SHELLS, bash, fish, powershell, zsh
from wakeyscan.cli.completion.shell import Shell
from wakeyscan.cli.verify_reports import VERIFY_REPORTS
from wakeyscan.cli.verify_reports import json as verify_json
from wakeyscan.cli.verify_reports import markdown as verify_markdown
from wakeyscan.cli.verify_reports import text as verify_text
from wakeyscan.cli.verify_reports.outcome import VerifyReport
from wakeyscan.core.errors import UsageError
from wakeyscan.core.registry import Registry
from wakeyscan.decoders import (
    DECODERS,
    base64,
    base64_archive,
    decimal,
    encoded_words,
    folded,
    hex,
    hexdump,
    html_entities,
    markup,
    office_runs,
    percent,
    quoted_printable,
    rtf,
    string_escapes,
    terminal,
)
from wakeyscan.decoders.concatenation import decoder as concatenation
from wakeyscan.decoders.decoder import Decoder
from wakeyscan.decoders.utf import UTF_16, UTF_32
from wakeyscan.extractors import EXTRACTORS, git_bundle, git_lfs, sevenzip, tar, zip
from wakeyscan.extractors.columnar import arrow, avro, parquet
from wakeyscan.extractors.compressed import (
    BZIP2_FORMAT,
    GZIP_FORMAT,
    LZMA_FORMAT,
    XZ_FORMAT,
    ZLIB_FORMAT,
    ZSTD_FORMAT,
)
from wakeyscan.extractors.extractor import Extractor
from wakeyscan.extractors.file_types import SIGNATURES, UNREAD_SIGNATURES
from wakeyscan.extractors.isolated import READERS, encrypted_pdf
from wakeyscan.extractors.isolated import sevenzip as isolated_sevenzip
from wakeyscan.extractors.isolated.reader import Reader
from wakeyscan.extractors.pdf import document as pdf
from wakeyscan.extractors.sqlite import database
from wakeyscan.extractors.sqlite.journals import JOURNAL_FORMAT, WAL_FORMAT
from wakeyscan.extractors.unread import (
    FEATHER_FORMAT,
    HDF5_FORMAT,
    ORC_FORMAT,
    UNSUPPORTED_FORMAT,
)
from wakeyscan.fixers import (
    FIXERS,
    circleci,
    compose,
    csharp,
    dockerfile,
    dotenv,
    go,
    java,
    javascript,
    kotlin,
    php,
    pipelines,
    python,
    ruby,
    rust,
    shell,
    spring,
)
from wakeyscan.fixers import github as github_fixer
from wakeyscan.fixers import kubernetes as kubernetes_fixer
from wakeyscan.fixers import markdown as markdown_fixer
from wakeyscan.fixers import notebook as notebook_fixer
from wakeyscan.fixers import postman as postman_fixer
from wakeyscan.fixers import powershell as powershell_fixer
from wakeyscan.fixers import terraform as terraform_fixer
from wakeyscan.fixers.fixer import Fixer
from wakeyscan.fleet.hosts import HOSTS
from wakeyscan.fleet.hosts.github import GITHUB
from wakeyscan.fleet.hosts.gitlab import GITLAB
from wakeyscan.fleet.hosts.host import Host
from wakeyscan.integrations.agents import (
    AGENTS,
    claude,
    codex,
    copilot,
    cursor,
    gemini,
    kiro,
    vibe,
    vscode,
)
from wakeyscan.integrations.agents.agent import Agent
from wakeyscan.integrations.hooks import (
    STAGES,
    Stage,
    commit_msg,
    pre_commit,
    pre_push,
)
from wakeyscan.reports import (
    REPORTS,
    codequality,
    csv,
    github,
    gitlab,
    html,
    json,
    jsonl,
    junit,
    markdown,
    sarif,
    template,
    text,
)
from wakeyscan.reports.report import Report
from wakeyscan.rules.exports import EXPORTS, formats
from wakeyscan.rules.exports.export import Export
from wakeyscan.scanner.exposure import (
    EXPOSURE_RULES,
    ExposureRule,
    browser,
    mobile,
    paths,
)
from wakeyscan.scanner.logical_locations import (
    LOGICAL_LOCATIONS,
    LogicalLocation,
    http_recordings,
    kubernetes,
    mcp,
    notebook,
    postman,
    source_map,
    terraform,
)
from wakeyscan.scanner.string_tables import (
    FIRST_TYPES,
    STRING_TABLES,
    StringTable,
    cbor,
    compiled_python,
    elf,
    hermes,
    mach_o,
    message_pack,
    numpy_array,
    pickle_stream,
    portable_executable,
    property_list,
    ruby_marshal,
    web_assembly,
)
from wakeyscan.scanner.string_tables import (
    SIGNATURES as TABLE_SIGNATURES,
)
from wakeyscan.sources import (
    SOURCES,
    Source,
    agent_files,
    commit_message,
    commit_range,
    files,
    omitted_files,
    staged,
    stdin,
)
from wakeyscan.verification import VERIFIERS, Verifier, wastack

BY_PROTOCOL: tuple[
    tuple[Registry[Command], list[Command]],
    tuple[Registry[Decoder], list[Decoder]],
    tuple[Registry[Export], list[Export]],
    tuple[Registry[Shell], list[Shell]],
    tuple[Registry[ExposureRule], list[ExposureRule]],
    tuple[Registry[Extractor], list[Extractor]],
    tuple[Registry[Fixer], list[Fixer]],
    tuple[Registry[Importer], list[Importer]],
    tuple[Registry[LogicalLocation], list[LogicalLocation]],
    tuple[Registry[Reader], list[Reader]],
    tuple[Registry[Report], list[Report]],
    tuple[Registry[Source], list[Source]],
    tuple[Registry[Agent], list[Agent]],
    tuple[Registry[Stage], list[Stage]],
    tuple[Registry[StringTable], list[StringTable]],
    tuple[Registry[Host], list[Host]],
    tuple[Registry[Verifier], list[Verifier]],
    tuple[Registry[VerifyReport], list[VerifyReport]],
] = (
    (
        COMMANDS,
        [
            *(action, audit, completion, config, doctor, fix, fleet, hook, ignore, report, rules),
            *(scan, verify, wipe),
        ],
    ),
    (
        DECODERS,
        [
            *(base64, base64_archive, concatenation, decimal, encoded_words, folded, hex, hexdump),
            *(html_entities, markup, office_runs, percent, quoted_printable, rtf, string_escapes),
            *(terminal, UTF_16, UTF_32),
        ],
    ),
    (
        EXPORTS,
        [
            *(formats.BETTERLEAKS, formats.GITHUB, formats.GITLAB, formats.GITLEAKS),
            *(formats.KINGFISHER, formats.TRUFFLEHOG),
        ],
    ),
    (SHELLS, [bash, fish, powershell, zsh]),
    (
        EXPOSURE_RULES,
        [
            *(browser, mobile.APP, mobile.APP_SETTING),
            *(paths.LOG, paths.DOCUMENTATION, paths.CONFIGURATION),
        ],
    ),
    (
        EXTRACTORS,
        [
            *(arrow, avro, parquet, FEATHER_FORMAT, HDF5_FORMAT, ORC_FORMAT),
            *(git_bundle, BZIP2_FORMAT, GZIP_FORMAT, git_lfs, pdf, sevenzip),
            *(UNSUPPORTED_FORMAT for _ in ("rar", *UNREAD_SIGNATURES)),
            *(database, JOURNAL_FORMAT, WAL_FORMAT, tar, LZMA_FORMAT, XZ_FORMAT, zip),
            *(ZLIB_FORMAT, ZSTD_FORMAT),
        ],
    ),
    (
        FIXERS,
        [
            *(javascript.JAVASCRIPT, javascript.TYPESCRIPT, javascript.TSX, go.FIXER, java.FIXER),
            *(kotlin.FIXER, csharp.FIXER, php.FIXER, ruby.FIXER, rust.FIXER),
            *(compose.FIXER, github_fixer.FIXER, kubernetes_fixer.FIXER, powershell_fixer.FIXER),
            *(circleci.FIXER, pipelines.AZURE, pipelines.GITLAB),
            *(spring.PROPERTIES, spring.YAML),
            *(dockerfile, dotenv, python, markdown_fixer, notebook_fixer, postman_fixer, shell),
            terraform_fixer,
        ],
    ),
    (IMPORTERS, [betterleaks, detect_secrets, gitleaks, kingfisher]),
    (
        LOGICAL_LOCATIONS,
        [
            *(http_recordings.CASSETTE, http_recordings.HAR, kubernetes, mcp, notebook),
            *(postman, source_map, terraform),
        ],
    ),
    (READERS, [encrypted_pdf, isolated_sevenzip]),
    (
        REPORTS,
        [
            *(codequality, csv, github, gitlab, html, json, jsonl, junit, markdown, sarif),
            *(template, text),
        ],
    ),
    (SOURCES, [agent_files, commit_message, commit_range, files, omitted_files, staged, stdin]),
    (AGENTS, [claude, codex, copilot, cursor, gemini, kiro, vibe, vscode]),
    (STAGES, [commit_msg, pre_commit, pre_commit.MERGE_STAGE, pre_push, pre_push.SERVER_STAGE]),
    (
        STRING_TABLES,
        [
            *(cbor, compiled_python, elf, hermes, mach_o, message_pack, numpy_array),
            pickle_stream,
            *(portable_executable, property_list, ruby_marshal, web_assembly),
        ],
    ),
    (HOSTS, [GITHUB, GITLAB]),
    (VERIFIERS, [wastack]),
    (VERIFY_REPORTS, [verify_json, verify_markdown, verify_text]),
)
FAMILIES = [pytest.param(registry, members, id=registry.kind) for registry, members in BY_PROTOCOL]


@pytest.mark.parametrize(("registry", "members"), FAMILIES)
def test_a_registry_lists_each_checked_member(
    registry: Registry[object], members: list[object]
) -> None:
    assert sorted(registry.values(), key=id) == sorted(members, key=id)


@pytest.mark.parametrize(("registry", "members"), FAMILIES)
def test_each_member_documents_itself_and_its_functions(
    registry: Registry[object], members: list[object]
) -> None:
    for member in members:
        assert (inspect.getdoc(member) or "").partition("\n")[0].endswith((".", ":", ","))
        module = member.__name__ if isinstance(member, ModuleType) else type(member).__module__
        functions = [f for _, f in inspect.getmembers(member, inspect.isroutine)]
        own = [f for f in functions if f.__name__[0] not in "_<" and f.__module__ == module]
        assert [f for f in own if not inspect.getdoc(f)] == []


@pytest.mark.parametrize("name", ["nope", "", "__init__", "../cli", "text.write"])
@pytest.mark.parametrize(("registry", "members"), FAMILIES)
def test_an_unknown_name_is_rejected_with_the_known_ones(
    registry: Registry[object], members: list[object], name: str
) -> None:
    with pytest.raises(UsageError) as refused:
        registry.load(name)
    assert str(refused.value) == f"unknown {registry.kind} {name!r} (known: {', '.join(registry)})"


def test_only_sources_of_paths_are_read_in_worker_processes() -> None:
    assert [source for source in SOURCES.values() if source.PARALLEL] == [files]


def test_decoder_names_are_unique_except_for_base64() -> None:
    named = [decoder.NAME for decoder in DECODERS.values()]
    assert [name for name in sorted(set(named)) if named.count(name) > 1] == ["base64"]
    assert not {"plain", ""} & set(named)


def test_each_string_table_is_found_by_the_first_bytes() -> None:
    by_type = chain.from_iterable(FIRST_TYPES.values())
    assert set(STRING_TABLES) == {*TABLE_SIGNATURES.values(), *by_type}


def test_each_archive_format_except_tar_has_a_signature() -> None:
    assert set(EXTRACTORS) == {*SIGNATURES, *UNREAD_SIGNATURES, "tar"}


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_documents_its_options(name: str) -> None:
    command = COMMANDS[name]
    assert command.HELP.strip()
    listed = [option.name for option in command.PARAMETERS.options]
    assert len(set(listed)) == len(listed)
    assert not {"help", "version"} & set(listed)
    assert all(option.metavar for option in command.PARAMETERS.options if option.many)
