"""Where a key stands, as far as it tells who gets to see it: the path, and what is around."""

from __future__ import annotations

from typing import NamedTuple

_AROUND = 4096
"""Bytes to either side that count as around."""

_HEAD = 1024
"""Bytes at the start of a file that say what it is: imports, directives."""

CODE = frozenset(
    [
        *("py", "pyi", "rb", "php", "pl", "pm", "lua", "r", "jl", "go", "rs", "zig", "nim", "d"),
        *("js", "mjs", "cjs", "ts", "mts", "cts", "jsx", "tsx", "vue", "svelte", "coffee"),
        *("java", "kt", "kts", "scala", "groovy", "clj", "cs", "fs", "vb", "swift", "dart"),
        *("c", "h", "cc", "cpp", "cxx", "hpp", "m", "mm", "ex", "exs", "erl", "hs", "ml", "elm"),
        *("pyc", "pyo", "class", "so", "dll", "dylib", "exe", "o", "a", "lib", "beam"),
        *("sh", "bash", "zsh", "fish", "ps1", "bat", "cmd", "sql"),
    ]
)
"""Ends of the names of programs: one in a folder of logs is no log."""

SCRIPTS = frozenset(["js", "mjs", "cjs", "ts", "mts", "cts", "jsx", "tsx"])


class Surroundings(NamedTuple):
    """A key's place; all but the path is bounded, so that many keys in a large file cost little."""

    path: str
    """In lower case, with `/`, and one at the start."""
    name: str
    kind: str
    """What stands behind the last dot of the name; empty where there is none."""
    before: bytes
    after: bytes
    head: bytes
    """The start of the file."""

    @property
    def line(self) -> bytes:
        """What is before the key on its line."""
        return self.before[self.before.rfind(b"\n") + 1 :]

    def passes(self, *folders: str) -> bool:
        """Say whether the path leads through one of the folders (`/docs/`)."""
        return any(folder in self.path for folder in folders)


def find_surroundings(path: str, content: bytes, start: int, end: int) -> Surroundings:
    """Describe the place of a key that stands at `start:end` of a file's content."""
    path = "/" + path.replace("\\", "/").lower().lstrip("/")
    path = path.replace("/var/www/", "/")  # servers stand there, too
    name = path.rpartition("/")[2]
    return Surroundings(
        path,
        name,
        name.rpartition(".")[2] if "." in name else "",
        content[max(0, start - _AROUND) : start],
        content[end : end + _AROUND],
        content[:_HEAD],
    )
