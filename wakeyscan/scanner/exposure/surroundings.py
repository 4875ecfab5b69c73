"""Surroundings of a key that determine who can see it: the path and the text around it."""

from __future__ import annotations

import re

from wakeyscan.core.occurrences import Occurrences
from wakeyscan.core.typing import NamedTuple

_AROUND = 4096
"""Bytes on either side of a key that are examined."""

_HEAD = 1024
"""Bytes at the start of a file that identify its type: imports, directives."""

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


class FileSearches:
    """The searches in a file whose results are shared by all of its keys."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._occurrences: dict[re.Pattern[bytes], Occurrences] = {}
        self._in_head: dict[re.Pattern[bytes], bool] = {}
        self._literals: dict[bytes, bool] = {}

    def of(self, pattern: re.Pattern[bytes], words: tuple[bytes, ...] = ()) -> Occurrences:
        """Return the occurrences of a pattern that contain one of the words."""
        if pattern not in self._occurrences:
            self._occurrences[pattern] = Occurrences(self._content, pattern, words)
        return self._occurrences[pattern]

    def has(self, literal: bytes) -> bool:
        """Return whether a literal occurs anywhere in the file."""
        if literal not in self._literals:
            self._literals[literal] = literal in self._content
        return self._literals[literal]

    def is_in_head(self, pattern: re.Pattern[bytes]) -> bool:
        """Return whether a pattern occurs at the start of the file."""
        if pattern not in self._in_head:
            found = pattern.search(self._content[:_HEAD])
            self._in_head[pattern] = found is not None
        return self._in_head[pattern]


class Surroundings(NamedTuple):
    """The path of a key and a bounded text around it; many keys in a large file cost little."""

    path: str
    """In lower case, with `/` as separator and at the start."""
    name: str
    extension: str
    """Extension of the name, without the dot; or empty."""
    head: bytes
    """The start of the file."""
    content: bytes
    """The whole file; only the text near the key counts."""
    searches: FileSearches
    start: int = 0
    end: int = 0
    """Bounds of the key."""

    def of_key(self, start: int, end: int) -> Surroundings:
        """Return the surroundings of a key in the same file."""
        return tuple.__new__(Surroundings, (*self[:-2], start, end))  # its constructor is slower

    @property
    def before(self) -> bytes:
        """The text before the key."""
        return self.content[max(0, self.start - _AROUND) : self.start]

    @property
    def after(self) -> bytes:
        """The text after the key."""
        return self.content[self.end : self.end + _AROUND]

    @property
    def line(self) -> bytes:
        """The text before the key on its line."""
        return self.content[self.find_line_start(self.start) : self.start]

    def find_line_start(self, offset: int) -> int:
        """Return the start of the line of an offset before the key, or of the text before it."""
        low = max(0, self.start - _AROUND)
        return max(low, self.content.rfind(b"\n", low, offset) + 1)

    def is_below(self, *folders: str) -> bool:
        """Return whether the path leads through one of the folders, such as `/docs/`."""
        return any(map(self.path.__contains__, folders))

    def is_near(self, pattern: re.Pattern[bytes], words: tuple[bytes, ...] = ()) -> bool:
        """Return whether a pattern, which contains one of the words, occurs around the key."""
        low, high = max(0, self.start - _AROUND), self.end + _AROUND
        return self.searches.of(pattern, words).find_first(low, high) is not None

    def is_in_head(self, pattern: re.Pattern[bytes]) -> bool:
        """Return whether a pattern occurs at the start of the file."""
        return self.searches.is_in_head(pattern)

    def find_last(self, pattern: re.Pattern[bytes], low: int, high: int) -> bytes:
        """Return the last text in `low:high` that a pattern matches, or nothing."""
        found = self.searches.of(pattern).find_last(low, high)
        return self.content[found.start() : min(found.end(), high)] if found else b""

    def find_last_before(self, pattern: re.Pattern[bytes]) -> bytes:
        """Return the last text before the key that a pattern matches, or nothing."""
        return self.find_last(pattern, max(0, self.start - _AROUND), self.start)


def build_surroundings(path: str, content: bytes) -> Surroundings:
    """Return the surroundings of the start of a file; those of its keys differ in their bounds."""
    path = "/" + path.replace("\\", "/").lower().lstrip("/")
    path = path.replace("/var/www/", "/")  # server code is below it, too
    name = path.rpartition("/")[2]
    return Surroundings(
        path=path,
        name=name,
        extension=name.rpartition(".")[2] if "." in name else "",
        head=content[:_HEAD],
        content=content,
        searches=FileSearches(content),
    )
