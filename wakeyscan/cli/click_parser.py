"""Parser for help and errors, built with click from the option tables of the commands."""

from __future__ import annotations

import io
from contextlib import redirect_stdout
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from wakeyscan import __version__
from wakeyscan.cli.commands import COMMANDS
from wakeyscan.cli.output import write_stderr, write_stdout
from wakeyscan.core.errors import UsageError

if TYPE_CHECKING:
    from wakeyscan.cli.commands.command import Command
    from wakeyscan.config.options import Option

_EXIT_CODES = (
    "Exit codes: 0 no findings, 1 findings, 2 usage or environment error, "
    "3 no findings, but the scan was incomplete, 4 internal error."
)


class _LazyGroup(click.Group):
    """A group that imports a command only when it is used."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        return build_command(name, COMMANDS[name]) if name in COMMANDS else None


def run_with_click(argv: list[str]) -> int:
    """Parse the command line with click and run the command; raise `UsageError`.

    Without arguments the help goes to stderr, with exit code 2.
    """
    shown = io.StringIO()
    try:
        with redirect_stdout(shown):
            chosen = _build_group().main(argv or ["--help"], "wakeyscan", standalone_mode=False)
    except click.ClickException as error:
        known = argv and argv[0] in COMMANDS
        command = f"wakeyscan {argv[0]}" if known else "wakeyscan"
        raise UsageError(f"{error.format_message()} (see {command} --help)") from None
    except click.Abort:
        raise KeyboardInterrupt from None
    if isinstance(chosen, partial):
        return int(chosen())
    if not argv:
        write_stderr(shown.getvalue())
        return 2
    write_stdout(shown.getvalue().encode())
    return 0


def _build_group() -> click.Group:
    group = _LazyGroup(
        "wakeyscan",
        help="Find leaked WAStack API keys and hardcoded Authorization headers.",
        epilog=_EXIT_CODES,
        context_settings={"help_option_names": ["-h", "--help"]},
        no_args_is_help=False,
    )
    message = "wakeyscan %(version)s"
    return click.version_option(__version__, "-V", "--version", message=message)(group)


def build_command(name: str, module: Command) -> click.Command:
    """Build the click command for a command module."""
    parameters = module.PARAMETERS
    params: list[click.Parameter] = [_build_option(option) for option in parameters.options]
    if parameters.operands:
        metavar = f"[{parameters.operands}]..."
        params.append(click.Argument(["operands"], nargs=-1, metavar=metavar))

    def choose(operands: tuple[str, ...] = (), **given: Any) -> partial[int]:
        present = {name: value for name, value in given.items() if value not in (None, False, ())}
        values = {k: list(v) if isinstance(v, tuple) else v for k, v in present.items()}
        return partial(module.run, values, list(operands))

    return click.Command(name, params=params, callback=choose, help=module.HELP)


def _build_option(option: Option) -> click.Option:
    return click.Option(
        [f"--{option.name}", *([f"-{option.letter}"] if option.letter else [])],
        help=f"{option.help}  [{option.variable}]",
        metavar=option.metavar or None,
        is_flag=not option.metavar,
        multiple=option.many,
        default=None,
    )
