"""Surroundings of a key that determine who can see it: the path and the text around it."""

from __future__ import annotations

from typing import NamedTuple

_AROUND = 4096
"""Bytes on either side of a key that are examined."""

_HEAD = 1024
"""Bytes at the start of a file that tell what it is: imports, directives."""

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
"""Name extensions of programs; a program in a folder of logs is not a log."""

SCRIPTS = frozenset(["js", "mjs", "cjs", "ts", "mts", "cts", "jsx", "tsx"])


class Surroundings(NamedTuple):
    """The path of a key and a bounded text around it; many keys in a large file cost little."""

    path: str
    """In lower case, with `/` as separator and at the start."""
    name: str
    kind: str
    """The extension of the name, or empty."""
    before: bytes
    after: bytes
    head: bytes
    """The start of the file."""

    @property
    def line(self) -> bytes:
        """The text before the key on its line."""
        return self.before[self.before.rfind(b"\n") + 1 :]

    def is_below(self, *folders: str) -> bool:
        """Return whether the path leads through one of the folders, such as `/docs/`."""
        return any(folder in self.path for folder in folders)


def find_surroundings(path: str, content: bytes, start: int, end: int) -> Surroundings:
    """Return the surroundings of a key at `content[start:end]`."""
    path = "/" + path.replace("\\", "/").lower().lstrip("/")
    path = path.replace("/var/www/", "/")  # server code is below it, too
    name = path.rpartition("/")[2]
    return Surroundings(
        path=path,
        name=name,
        kind=name.rpartition(".")[2] if "." in name else "",
        before=content[max(0, start - _AROUND) : start],
        after=content[end : end + _AROUND],
        head=content[:_HEAD],
    )
