"""Adjacent string literals, such as `"a" "b"`: where each language joins them.

In CSV, YAML, TOML, JSON lines and many other formats they are two values, and the first one may be
a whole key.
"""

from __future__ import annotations

from enum import Enum, auto

from wakeyscan.core.lazy import lazy_pattern

_MAX_FIRST_LINE = 128


class Adjacency(Enum):
    """Where a language joins adjacent literals."""

    ANYWHERE = auto()
    IN_BRACKETS = auto()
    """On one line, and within brackets on several lines."""
    ON_A_LINE = auto()
    WITHOUT_BLANK = auto()
    """If no blank is between them, as in a shell."""
    NOWHERE = auto()
    UNKNOWN = auto()


_EXTENSIONS = {
    Adjacency.ANYWHERE: (
        "c h cc cpp cxx c++ hh hpp hxx h++ inl ipp tpp m mm cu cuh ino y yy l ll rl re2c xs pc"
        " d di dart erl hrl po pot proto textproto pbtxt sql ddl dml psql pgsql mysql s asm"
    ),
    Adjacency.IN_BRACKETS: "py pyi pyw pyx pxd pxi gyp gypi sage wsgi star",
    Adjacency.ON_A_LINE: "rb rake gemspec podspec ru cr awk gawk mawk",
    Adjacency.WITHOUT_BLANK: "sh bash zsh ksh dash ash csh tcsh fish bats command ebuild envrc env",
    Adjacency.NOWHERE: (
        "csv tsv psv json jsonl ndjson json5 jsonc geojson ipynb har yml yaml toml ini cfg conf cnf"
        " reg inf properties plist xml html htm svg tfvars tfstate hcl nix edn lock"
        " js mjs cjs ts mts cts jsx tsx vue svelte java kt kts groovy gradle scala clj go rs swift"
        " php lua pl pm t r jl ex exs hs ml fs cs vb vbs bas ps1 psm1 psd1 bat cmd zig nim elm tcl"
        " cmake mk"
    ),
}
_BY_EXTENSION = {
    extension: adjacency
    for adjacency, extensions in _EXTENSIONS.items()
    for extension in extensions.split()
}
_BY_NAME = {
    **dict.fromkeys(("sconstruct", "sconscript", "wscript"), Adjacency.IN_BRACKETS),
    **dict.fromkeys(
        ("rakefile", "gemfile", "vagrantfile", "podfile", "brewfile", "fastfile"),
        Adjacency.ON_A_LINE,
    ),
    **dict.fromkeys(
        (".bashrc", ".zshrc", ".profile", ".bash_profile", ".zprofile", ".zshenv", "pkgbuild"),
        Adjacency.WITHOUT_BLANK,
    ),
    **dict.fromkeys(("makefile", "gnumakefile", "cmakelists"), Adjacency.NOWHERE),
}
_BY_INTERPRETER = (
    (lazy_pattern(rb"python|pypy"), Adjacency.IN_BRACKETS),
    (lazy_pattern(rb"ruby|crystal|awk"), Adjacency.ON_A_LINE),
    (lazy_pattern(rb"\b(?:ba|z|k|da|a|c|tc|fi)?sh\b"), Adjacency.WITHOUT_BLANK),
    (lazy_pattern(rb"node|deno|bun|php|perl|lua|pwsh|Rscript|groovy"), Adjacency.NOWHERE),
    (lazy_pattern(rb"dart|escript"), Adjacency.ANYWHERE),
)
_TEMPLATES = frozenset(
    ("j2", "jinja", "jinja2", "tmpl", "tpl", "template", "example", "sample", "dist", "bak", "in")
)
"""Extensions before which the name determines the language: `config.py.j2`."""


def find_adjacency(path: str, content: bytes) -> Adjacency:
    """Return where the language of a file joins adjacent literals, by its name or first line."""
    name = path.rpartition("/")[2].lower()
    stem, *extensions = name.split(".")
    while extensions and extensions[-1] in _TEMPLATES:
        extensions.pop()
    known = _BY_EXTENSION.get(extensions[-1]) if extensions else None
    known = known or _BY_NAME.get(name) or _BY_NAME.get(stem)
    if known or not content.startswith(b"#!"):
        return known or Adjacency.UNKNOWN
    line = content[:_MAX_FIRST_LINE].partition(b"\n")[0]
    return next((kind for shell, kind in _BY_INTERPRETER if shell.search(line)), Adjacency.UNKNOWN)
