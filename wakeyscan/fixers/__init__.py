"""Fixers of hardcoded keys, one language or format per module."""

from __future__ import annotations

import re

from wakeyscan.core.registry import Registry
from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.fixers.fixer import NotFixable

if TYPE_CHECKING:
    from wakeyscan.fixers.fixer import Fixer

_OBJECTS = {
    "javascript": "javascript:JAVASCRIPT",
    "typescript": "javascript:TYPESCRIPT",
    "tsx": "javascript:TSX",
    "go": "go:FIXER",
    "java": "java:FIXER",
    "kotlin": "kotlin:FIXER",
    "csharp": "csharp:FIXER",
    "php": "php:FIXER",
    "ruby": "ruby:FIXER",
    "rust": "rust:FIXER",
    "powershell": "powershell:FIXER",
    **{name: f"{name}:FIXER" for name in ("circleci", "compose", "github", "kubernetes")},
    **{name: f"pipelines:{name.upper()}" for name in ("azure", "gitlab")},
    "properties": "spring:PROPERTIES",
    "spring": "spring:YAML",
}

_MODULES = (
    *("python", "shell", "dockerfile", "dotenv", "terraform", "postman", "notebook", "markdown"),
)

FIXERS: Registry[Fixer] = Registry(
    "language",
    {name: f"wakeyscan.fixers.{place}" for name, place in _OBJECTS.items()}
    | {name: f"wakeyscan.fixers.{name}" for name in _MODULES},
)

_EXTENSIONS = {
    **dict.fromkeys(("py", "pyi", "pyw"), "python"),
    **dict.fromkeys(("js", "mjs", "cjs", "jsx"), "javascript"),
    **dict.fromkeys(("ts", "mts", "cts"), "typescript"),
    **dict.fromkeys(("kt", "kts"), "kotlin"),
    **dict.fromkeys(("rb", "rake", "gemspec", "ru"), "ruby"),
    **dict.fromkeys(("sh", "bash", "zsh", "ksh"), "shell"),
    **dict.fromkeys(("ps1", "psm1", "psd1"), "powershell"),
    **dict.fromkeys(("tf", "tfvars"), "terraform"),
    **dict.fromkeys(("md", "markdown"), "markdown"),
    **{"tsx": "tsx", "go": "go", "java": "java", "cs": "csharp", "php": "php", "rs": "rust"},
    **{"env": "dotenv", "dockerfile": "dockerfile", "ipynb": "notebook"},
}
"""Names in the registry by extension."""

_NAMES = (
    (r"\.env(\..*)?|\.envrc|\.flaskenv|\.dev\.vars(\..*)?", "dotenv"),
    (r"(dockerfile|containerfile)(\..*)?", "dockerfile"),
    (r"rakefile|gemfile|vagrantfile|config\.ru", "ruby"),
    (r"(docker-)?compose([.-].*)?\.ya?ml", "compose"),
    (r"(.*\.)?gitlab-ci\.ya?ml", "gitlab"),
    (r"(application|bootstrap)(-[\w.-]+)?\.properties", "properties"),
    (r".*\.postman_(collection|environment|globals)\.json", "postman"),
    (r"\.bashrc|\.zshrc|\.profile|\.bash_profile|\.zshenv", "shell"),
)
"""Patterns of names in lower case; they precede extensions."""

_SPRING_NAME = re.compile(r"(?:^|/)(?:application|bootstrap)(?:-[\w.-]+)?\.ya?ml$")
_SPRING_KEYS = re.compile(rb"(?m)^(?:spring|quarkus|micronaut)[ \t]*:")
"""A file of this name may belong to other frameworks, which have no look-ups."""

_INTERPRETERS = (
    (rb"(?:ba|z|k|da)?sh\b", "shell"),
    (rb"python[0-9.]*\b", "python"),
    (rb"(?:node|bun)\b", "javascript"),
    (rb"ruby\b", "ruby"),
    (rb"php\b", "php"),
    (rb"pwsh\b", "powershell"),
)


def find_fixer(path: str, content: bytes) -> Fixer:
    """Return the fixer of a file, by its path, then by its content; raise `NotFixable`."""
    name = find_language(path, content)
    if name:
        return FIXERS[name]
    raise NotFixable("wakeyscan knows no way to read a variable in this kind of file")


def find_language(path: str, content: bytes) -> str:
    """Return the name of the fixer of a file, or an empty text."""
    path = path.lower()
    name = path.rpartition("/")[2]
    for pattern, language in _NAMES:
        if re.fullmatch(pattern, name):
            return "shell" if name == ".envrc" else language
    extension = name.rpartition(".")[2] if "." in name else ""
    if extension in ("yml", "yaml"):
        return _find_yaml(path, content)
    if extension == "json":
        return "postman" if b"schema.getpostman.com" in content else ""
    return _EXTENSIONS.get(extension) or _find_interpreter(content)


def _find_yaml(path: str, content: bytes) -> str:
    if ".github/workflows/" in path:
        return "github"
    if re.search(r"(?:^|/)\.circleci/", path):
        return "circleci"
    if "azure-pipelines" in path:
        return "azure"
    if re.search(rb"(?m)^apiVersion[ \t]*:", content) and re.search(rb"(?m)^kind[ \t]*:", content):
        return "kubernetes"
    if _SPRING_NAME.search(path) and ("/resources/" in path or _SPRING_KEYS.search(content)):
        return "spring"
    return ""


def _find_interpreter(content: bytes) -> str:
    first_line = content.split(b"\n", 1)[0]
    if not first_line.startswith(b"#!"):
        return ""
    for pattern, language in _INTERPRETERS:
        if re.search(rb"[/ ]" + pattern, first_line):
            return language
    return ""
