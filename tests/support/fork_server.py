"""A program that loads the modules of wakeyscan once and runs it in forks of itself.

Starting Python and loading modules takes most of the time of a test. `forked_command` therefore
starts this program once per pytest process, as a new interpreter that knows nothing of pytest. For
each request it forks a child, which executes the installed console script from its first line to
its exit, with the arguments, environment, folder and standard streams of the request. The child is
a process of its own: its exit code, output, locks, files and children are real.

Such a run does not prove

- that the command starts, how fast, and what it loads to do so;
- that each module imports what it uses: here, all modules are loaded;
- that a checkout reads its rules: here they are parsed and compiled, as in a wheel;
- what Python reads at its start: `PYTHON…` variables, the locale, the kind of the streams;
- that a result does not depend on the hash seed, which all requests share.

Tests of these start the executable. `execute` does it too if a test sets such a variable, and
`tests/architecture/test_fork_server.py` compares both kinds of runs for every command.
"""

from __future__ import annotations

import gc
import json
import os
import pkgutil
import socket
import sys
from collections.abc import Iterator
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any, NoReturn

import wakeyscan
from wakeyscan.core.lazy import LazyPattern
from wakeyscan.rules import loader

_STREAMS = 3
_PIECE = 1 << 16

_NOT_LOADED = {"wakeyscan.git.clone", "wakeyscan.git.mirror", "wakeyscan.fleet.cluster"}
"""Modules that load GitPython, which looks for git when it is loaded, or Dask, with its threads."""


def _serve(channel: socket.socket, script: str) -> None:
    """Answer each request with the id of the child and then with its exit code."""
    sys.path.insert(0, os.path.dirname(script))
    _load_modules()
    with open(script, "rb") as file:
        code = compile(file.read(), script, "exec")
    gc.collect()
    gc.freeze()  # a collection in a child would copy every page
    while (size := _receive_start(channel)) is not None:
        length, streams = size
        folder, environment, arguments = json.loads(_receive(channel, length))
        child = os.fork()
        if child == 0:
            _replace_streams(streams)
            _run(code, folder, environment, [script, *arguments])
        for stream in streams:
            os.close(stream)
        channel.sendall(child.to_bytes(4, "big"))
        _, status = os.waitpid(child, 0)
        channel.sendall(os.waitstatus_to_exitcode(status).to_bytes(4, "big", signed=True))


def _load_modules() -> None:
    for module in pkgutil.walk_packages(wakeyscan.__path__, "wakeyscan."):
        _load_module(module.name)
    for name in set(_list_deferred()):
        _load_module(name)
    _add_rule_tables()
    for pattern in [one for one in gc.get_objects() if isinstance(one, LazyPattern)]:
        _ = pattern.pattern  # compiles it


def _add_rule_tables() -> None:
    """Load the module that a wheel has instead of files of rules, which take 10 ms in each run."""
    name = "wakeyscan.rules._compiled"
    with suppress(ModuleNotFoundError):
        import_module(name)
        return
    tables = import_module("hatch_build").build_rule_tables(Path(loader.find_builtin_folder()))
    sys.modules[name] = module = ModuleType(name)
    vars(module).update(tables)


def _load_module(name: str) -> None:
    if name not in _NOT_LOADED:
        with suppress(ModuleNotFoundError):  # hyperscan, or a module of ours that needs an extra
            import_module(name)


def _list_deferred() -> Iterator[str]:
    """Yield the names of modules that wakeyscan imports on first use."""
    for name in [name for name in sys.modules if name.startswith("wakeyscan.")]:
        for value in vars(sys.modules[name]).values():
            if type(value).__name__ == "_LazyModule":
                yield vars(value)["_name"]


def _receive_start(channel: socket.socket) -> tuple[int, list[int]] | None:
    """Return the length and the standard streams of the next request; `None` at the end."""
    size, streams, _, _ = socket.recv_fds(channel, 4, _STREAMS)
    return (int.from_bytes(size, "big"), streams) if size else None


def _receive(channel: socket.socket, length: int) -> bytes:
    content = b""
    while len(content) < length:
        content += channel.recv(min(_PIECE, length - len(content)))
    return content


def _replace_streams(streams: list[int]) -> None:
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
    os.closerange(_STREAMS, os.sysconf("SC_OPEN_MAX"))


def _run(code: CodeType, folder: str, environment: dict[str, str], argv: list[str]) -> NoReturn:
    """Execute a script, which ends the process itself unless it fails."""
    try:
        os.chdir(folder)
        os.environ.clear()
        os.environ.update(environment)
        sys.argv[:] = argv
        main: Any = ModuleType("__main__")
        main.__file__ = argv[0]
        sys.modules["__main__"] = main
        exec(code, vars(main))
    except BaseException as error:
        sys.excepthook(type(error), error, error.__traceback__)
    os._exit(1)


if __name__ == "__main__":
    with suppress(KeyboardInterrupt, BrokenPipeError):
        _serve(socket.socket(fileno=int(sys.argv[1])), sys.argv[2])
