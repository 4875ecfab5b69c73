"""Parser for help and errors, built with click from the option tables of the commands."""

from __future__ import annotations

import io
import os
from collections.abc import Iterable, Iterator
from contextlib import redirect_stdout
from functools import partial

import click

from wakeyscan import __version__
from wakeyscan.cli import examples, help_topics
from wakeyscan.cli.commands import COMMANDS
from wakeyscan.cli.output import write_stderr, write_stdout
from wakeyscan.core.errors import UsageError
from wakeyscan.core.registry import suggest_closest
from wakeyscan.core.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Any

    from wakeyscan.cli.commands import Command
    from wakeyscan.cli.help_topics import Action
    from wakeyscan.config.options import Option


class _Group(click.Group):
    """The group of all commands, which imports a command only when it is used."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """Return a command, or the action that two words name, such as `ignore add`."""
        if name in COMMANDS:
            return build_command(name, COMMANDS[name])
        command, _, action = name.partition(" ")
        found = help_topics.find_action(command, action)
        return _build_action(name, COMMANDS[command], found) if found else None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if not args[0].startswith("-") and self.get_command(ctx, args[0]) is None:
            raise click.UsageError(_explain_unknown_command(args[0]))
        return super().resolve_command(ctx, args)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        _write_examples(examples.FIRST_STEPS, formatter)
        super().format_epilog(ctx, formatter)


class _Command(click.Command):
    """A command or an action, with groups of options and with examples in its help."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        actions = help_topics.ACTIONS.get(self.name or "", {})
        if actions:
            with formatter.section("Commands"):
                formatter.write_dl([(name, action.help) for name, action in actions.items()])
        records = {
            max(param.opts, key=len).removeprefix("--"): record
            for param in self.get_params(ctx)
            if (record := param.get_help_record(ctx)) and isinstance(param, click.Option)
        }
        for heading, names in (*_group_options(records), ("Other", ["help"])):
            with formatter.section(f"{heading} options"):
                formatter.write_dl([records[name] for name in names])

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        _write_examples(examples.EXAMPLES.get(self.name or "", ()), formatter)


def _write_examples(examples: Iterable[tuple[str, str]], formatter: click.HelpFormatter) -> None:
    with formatter.section("Examples"):
        for line, comment in examples:
            formatter.write(f"{'':{formatter.current_indent}}# {comment}\n")
            formatter.write(f"{'':{formatter.current_indent}}wakeyscan {line}\n")


def run_with_click(argv: list[str]) -> int:
    """Parse the command line with click and run the command; raise `UsageError`.

    Without arguments the help goes to stderr, with exit code 2.
    """
    shown = io.StringIO()
    words = _join_action(argv)
    try:
        with redirect_stdout(shown):
            chosen = _build_group().main(words or ["--help"], "wakeyscan", standalone_mode=False)
    except click.ClickException as error:
        known = words and words[0].partition(" ")[0] in COMMANDS
        command = f"wakeyscan {words[0]}" if known else "wakeyscan"
        raise UsageError(
            f"{error.format_message().removesuffix('.')} (see {command} --help)"
        ) from None
    except click.Abort:
        raise KeyboardInterrupt from None
    if isinstance(chosen, partial):
        return int(chosen())
    if not argv:
        write_stderr(shown.getvalue())
        return 2
    write_stdout(shown.getvalue().encode())
    return 0


def _join_action(argv: list[str]) -> list[str]:
    """Return the command line with a command and its action as one word."""
    if len(argv) > 1 and help_topics.find_action(argv[0], argv[1]):
        return [f"{argv[0]} {argv[1]}", *argv[2:]]
    return argv


def _build_group() -> click.Group:
    group = _Group(
        "wakeyscan",
        help="Find leaked WAStack API keys and hardcoded Authorization headers.",
        epilog=_list_exit_codes(),
        context_settings={"help_option_names": ["-h", "--help"]},
        no_args_is_help=False,
    )
    message = "wakeyscan %(version)s"
    return click.version_option(__version__, "-V", "--version", message=message)(group)


def _list_exit_codes() -> str:
    return f"Exit codes: {', '.join(f'{code} {text}' for code, text in help_topics.EXIT_CODES)}."


def _explain_unknown_command(name: str) -> str:
    """Return a message that names the command that the user probably meant."""
    if os.path.lexists(name):
        return f"unknown command {name!r}; for the file or folder, write: wakeyscan scan {name}"
    return f"unknown command {name!r}{suggest_closest(name, COMMANDS)}"


def _group_options(names: Iterable[str]) -> Iterator[tuple[str, list[str]]]:
    """Yield each heading with the given options below it, without empty groups."""
    given = set(names)
    for heading, known in help_topics.GROUPS.items():
        group = [name for name in known if name in given]
        if group:
            yield heading, group


def build_command(name: str, module: Command) -> click.Command:
    """Build the click command for a command module."""
    parameters = module.PARAMETERS
    return _build(name, module, module.HELP, parameters.options, parameters.usage)


def _build_action(name: str, module: Command, action: Action) -> click.Command:
    """Build the click command for an action, with its own options and operands."""
    options = help_topics.select_options(module.PARAMETERS, action)
    return _build(name, module, action.help, options, action.operands)


def _build(
    name: str, module: Command, text: str, options: tuple[Option, ...], operands: str
) -> click.Command:
    params: list[click.Parameter] = [_build_option(option) for option in options]
    if operands:
        params.append(click.Argument(["operands"], nargs=-1, metavar=operands))
    action = name.split()[1:]

    def choose(operands: tuple[str, ...] = (), **given: Any) -> partial[int]:
        present = {name: value for name, value in given.items() if value not in (None, False, ())}
        values = {k: list(v) if isinstance(v, tuple) else v for k, v in present.items()}
        return partial(module.run, values, [*action, *operands])

    return _Command(name, params=params, callback=choose, help=text)


def _build_option(option: Option) -> click.Option:
    return click.Option(
        [f"--{option.name}", *([f"-{option.letter}"] if option.letter else [])],
        help=f"{option.help}  [{option.variable}]",
        metavar=option.metavar or None,
        is_flag=not option.metavar,
        multiple=option.many,
        default=None,
    )
