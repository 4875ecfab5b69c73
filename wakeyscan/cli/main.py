"""The front door: reads the command line, runs one command, maps what happens to exit codes."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Sequence
from contextlib import redirect_stdout
from functools import partial
from typing import TYPE_CHECKING, Any

from wakeyscan import __version__
from wakeyscan.cli import arguments
from wakeyscan.cli.commands import COMMANDS, Command
from wakeyscan.config.options import Parameters
from wakeyscan.core.errors import UsageError, WakeyscanError
from wakeyscan.core.redaction import escape_for_terminal, redact
from wakeyscan.core.secret import KEY_PREFIX

if TYPE_CHECKING:
    import click

FAULT, INTERRUPTED = 4, 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run wakeyscan and give the exit code of the contract's section 3."""
    argv = list(sys.argv[1:] if argv is None else argv)
    try:
        return _run(argv)
    except KeyboardInterrupt:
        _say("interrupted")
        return INTERRUPTED
    except WakeyscanError as error:
        _say(str(error))
        return 2
    except Exception:
        import traceback

        _say("a fault of wakeyscan itself; please report it with what follows")
        _write(redact(traceback.format_exc()))
        return FAULT


def _run(argv: list[str]) -> int:
    _refuse_keys(argv)
    _refuse_files_as_options(argv)
    if argv == ["--version"]:
        return _tell(f"wakeyscan {__version__}\n")
    if argv and argv[0] in COMMANDS:
        command = COMMANDS[argv[0]]
        plain = arguments.parse_arguments(argv[1:], command.PARAMETERS)
        if plain is not None:
            return int(command.run(*plain))
    return _run_with_click(argv)


def _refuse_files_as_options(argv: list[str]) -> None:
    """Refuse an option that is a file's name too: frameworks hand files over with no `--`.

    A committed file named `--fail-on=never` must not switch a hook off.
    """
    for argument in argv:
        if argument == "--":
            return
        if argument.startswith("-") and argument != "-" and os.path.lexists(argument):
            raise UsageError(
                f"{argument} is a file here, and an option, or looks like one; "
                "for the file say ./ before it, or -- before all files"
            )


def _refuse_keys(argv: list[str]) -> None:
    """Refuse a key typed as an argument: it would stay in the shell's history and in `ps`."""
    for argument in argv:
        if KEY_PREFIX in argument and redact(argument) != argument:
            if os.path.lexists(argument):
                continue  # a file of such a name is a target like any other
            raise UsageError(
                "an argument holds a key, which others can see in the list of processes; "
                "give keys on standard input, or name the file that holds it"
            )


def _run_with_click(argv: list[str]) -> int:
    """Let click read the command line, and do what it says; click itself only reads."""
    import click  # 25 ms: only for help and for what is wrong

    said = io.StringIO()
    try:
        with redirect_stdout(said):
            chosen = _group().main(argv or ["--help"], "wakeyscan", standalone_mode=False)
    except click.ClickException as error:
        known = argv and argv[0] in COMMANDS
        command = f"wakeyscan {argv[0]}" if known else "wakeyscan"
        raise UsageError(f"{error.format_message()} (see {command} --help)") from None
    except click.Abort:
        raise KeyboardInterrupt from None
    if isinstance(chosen, partial):
        return int(chosen())
    if not argv:
        _write(said.getvalue())
        return 2
    return _tell(said.getvalue())


def _tell(text: str) -> int:
    from wakeyscan.cli.output import write_stdout

    write_stdout(text.encode())
    return 0


def _group() -> click.Group:
    import click

    class Lazy(click.Group):
        """Loads a command when it is asked for."""

        def list_commands(self, ctx: click.Context) -> list[str]:
            return list(COMMANDS)

        def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
            if name not in COMMANDS:
                return None
            return _command(name, COMMANDS[name])

    group = Lazy(
        "wakeyscan",
        help="Finds leaked WAStack API keys and hardcoded Authorization headers.",
        epilog="Exit codes: 0 clean, 1 findings, 2 could not do it, 3 clean but not all was "
        "looked at, 4 a fault of wakeyscan.",
        context_settings={"help_option_names": ["-h", "--help"]},
        no_args_is_help=False,
    )
    return click.version_option(__version__, message="wakeyscan %(version)s")(group)


def _command(name: str, module: Command) -> click.Command:
    """Make click's command out of a module's own table."""
    import click

    parameters: Parameters = module.PARAMETERS
    options: list[click.Parameter] = [
        click.Option(
            [f"--{option.name}"],
            help=f"{option.help}  [{option.variable}]",
            metavar=option.metavar or None,
            is_flag=not option.metavar,
            multiple=option.many,
            default=None,
        )
        for option in parameters.options
    ]
    if parameters.operands:
        options.append(
            click.Argument(["operands"], nargs=-1, metavar=f"[{parameters.operands}]...")
        )

    def choose(operands: tuple[str, ...] = (), **given: Any) -> partial[int]:
        said = {name: value for name, value in given.items() if value not in (None, False, ())}
        values = {k: list(v) if isinstance(v, tuple) else v for k, v in said.items()}
        return partial(module.run, values, list(operands))

    return click.Command(name, params=options, callback=choose, help=module.HELP)


def _say(message: str) -> None:
    _write(f"wakeyscan: {escape_for_terminal(redact(message))}\n")


def _write(text: str) -> None:
    try:
        sys.stderr.write(text)
        sys.stderr.flush()
    except (AttributeError, OSError):  # closed: the exit code has to do
        pass
