"""The corpus of fixes: each language's own compiler or parser accepts the fixed files.

One process reads all files of a language, and a file with an error beside them: a parser that would
accept anything proves nothing.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.support.fix_cases import FixCase, fill_in, read_cases
from tests.support.runner import NODE_MODULES

CASES = [case for case in read_cases() if "syntax error" not in case.title]

KOTLIN = (
    *("java", "-Xmx512m", "-cp", f"{NODE_MODULES}/kotlin-compiler/lib/*"),
    *("org.jetbrains.kotlin.cli.jvm.K2JVMCompiler", "-no-stdlib", "-no-reflect", "-no-jdk"),
)
TYPESCRIPT = (
    *("node", f"{NODE_MODULES}/typescript/bin/tsc", "--noEmit", "--noResolve", "--skipLibCheck"),
    *("--allowJs", "--jsx", "preserve", "--target", "esnext", "--module", "esnext"),
)
PHP = """foreach (array_slice($argv, 1) as $f) {
    try { token_get_all(file_get_contents($f), TOKEN_PARSE); }
    catch (ParseError $e) { echo "$f: {$e->getMessage()}\\n"; }
}"""
RUBY = """ARGV.each do |f|
  RubyVM::InstructionSequence.compile(File.read(f), f)
rescue SyntaxError => e
  puts "#{f}: #{e.message}"
end"""
PYTHON = """import sys
for name in sys.argv[1:]:
    try:
        compile(open(name, "rb").read(), name, "exec")
    except SyntaxError as error:
        print(f"{name}: {error}")
"""
SCRIPTS = 'for file; do bash -n "$file"; done'


class Parser(NamedTuple):
    """A program that reads files of a language, and complains about those with an error."""

    endings: tuple[str, ...]
    command: tuple[str, ...]
    broken: str = "((("
    """The content of a file with an error."""
    complaint: str = ""
    """What a line about an error of syntax has, beside the name of the file."""
    unknown: str = "(?!)"
    """Syntax of another version of the language."""
    package: str = ""
    """A package of npm that the command runs."""


YAML = (sys.executable, "-m", "check_jsonschema", "--builtin-schema")
PARSERS = {
    "Python": Parser((".py",), (sys.executable, "-c", PYTHON), unknown=r"(?m)^print [^(]"),
    "Go": Parser((".go",), ("gofmt", "-e"), complaint=r":\d+:\d+: "),
    "shell": Parser((".sh", ".envrc"), ("bash", "-c", SCRIPTS, "check")),
    "Rust": Parser((".rs",), ("rustfmt", "--emit", "stdout"), complaint=" --> "),
    "Java": Parser(
        (".java",), ("javac", "-proc:none", "-XDshould-stop.ifNoError=PARSE"), complaint="error:"
    ),
    "PHP": Parser((".php",), ("php", "-r", PHP, "--"), broken="<?php ((("),
    "Ruby": Parser((".rb", "Gemfile"), ("ruby", "-e", RUBY)),
    "C#": Parser(  # Mono's compiler knows C# 7: no raw strings, nullable types or top-level code
        (".cs",),
        ("mcs", "--parse"),
        unknown=r'"""|#nullable|\A(?!.*\b(class|struct)\b)',
        complaint=r"error CS1\d{3}",
    ),
    "Kotlin": Parser((".kt",), KOTLIN, complaint="syntax error", package="kotlin-compiler"),
    "TypeScript and JavaScript": Parser(
        (".ts", ".tsx", ".js", ".jsx", ".mjs", ".cjs"),
        TYPESCRIPT,
        complaint=r"error TS1\d{3}:",
        package="typescript",
    ),
    "Dockerfile": Parser(
        ("Dockerfile", "Containerfile"),
        ("hadolint", "--no-fail", "--no-color"),
        complaint="unexpected ",
    ),
    "Compose": Parser(("compose.yml", "compose.yaml"), (*YAML, "vendor.compose-spec"), "a: b"),
    "GitLab": Parser((".gitlab-ci.yml",), (*YAML, "vendor.gitlab-ci"), "stages: 1"),
    "Azure": Parser(("azure-pipelines.yml",), (*YAML, "vendor.azure-pipelines"), "steps: 1"),
    "Terraform": Parser((".tf", ".tfvars"), ("terraform", "fmt", "-check"), complaint="on "),
}


def write_cases(parser: Parser, folder: Path) -> list[str]:
    """Write the fixed files of a language and one with an error; return their names."""
    cases = [case for case in CASES if is_read(parser, case)]
    names = [f"case{number}{_choose_ending(parser, case)}" for number, case in enumerate(cases)]
    for name, case in zip(names, cases, strict=True):
        (folder / name).write_bytes(fill_in(case.after))
    broken = f"broken{parser.endings[0]}"
    (folder / broken).write_text(parser.broken)
    return [*names, broken]


def is_read(parser: Parser, case: FixCase) -> bool:
    return case.path.endswith(parser.endings) and not re.search(parser.unknown, case.after, re.S)


def _choose_ending(parser: Parser, case: FixCase) -> str:
    return next(ending for ending in parser.endings if case.path.endswith(ending))


def find_program(parser: Parser) -> str | None:
    """Return the program of a parser; packages of Python install it beside the interpreter."""
    if parser.package and not (NODE_MODULES and Path(NODE_MODULES, parser.package).exists()):
        return None
    return shutil.which(parser.command[0]) or shutil.which(
        parser.command[0], path=str(Path(sys.executable).parent)
    )


@pytest.mark.parametrize("language", PARSERS)
def test_the_parser_of_a_language_accepts_the_fixed_files(language: str, tmp_path: Path) -> None:
    parser = PARSERS[language]
    program = find_program(parser)
    if program is None:
        npm = f", and {parser.package} in WAKEYSCAN_TEST_NPM" if parser.package else ""
        pytest.skip(f"needs {parser.command[0]}{npm}")
    names = write_cases(parser, tmp_path)
    assert len(names) > 2
    ran = subprocess.run(
        [program, *parser.command[1:], *names],
        cwd=tmp_path,
        capture_output=True,
        timeout=300,
        check=False,
    )
    lines = (ran.stdout + ran.stderr).decode("utf-8", "replace").splitlines()
    complaints = [line for line in lines if re.search(parser.complaint, line)]
    accused = {name for name in names for line in complaints if name in line}
    assert accused == {names[-1]}, "\n".join(lines)
