"""Details of a run for --verbose: what configures it, what makes it fast, what it skipped."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping

from wakeyscan import __version__
from wakeyscan.cli.components import ACCELERATORS, Component
from wakeyscan.cli.output import print_error
from wakeyscan.config import sources
from wakeyscan.core.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wakeyscan.config.config import Config
    from wakeyscan.config.options import Option, Values
    from wakeyscan.core.document import Skipped
    from wakeyscan.scanner.result import RunResult


def print_settings(
    values: Values, options: tuple[Option, ...], environment: Mapping[str, str], ignore_file: str
) -> None:
    """Print to stderr each setting that differs from its default, its source, and the accelerators.

    `ignore_file` is empty for a command that applies none.
    """
    print_error(f"version {__version__}, Python {platform.python_version()}")
    for setting in sources.list_settings(values, options, environment):
        if setting.source != sources.DEFAULT:
            value = sources.format_value(setting.value)
            print_error(f"{setting.name}: {value}, from {setting.place}")
    if os.path.lexists(ignore_file):
        print_error(f"accepted findings: {ignore_file}")
    for component in ACCELERATORS:
        print_error(_describe_accelerator(component))


def print_skipped(result: RunResult, config: Config) -> None:
    """Print what took a slower way, and the skipped items, to stderr.

    The text report on stdout lists the skipped items already.
    """
    for detail in result.details:
        print_error(detail)
    if config.format != "text" or config.output:
        for item in result.skipped:
            print_error(_describe_skipped(item))


def _describe_accelerator(component: Component) -> str:
    name = component.distribution
    if component.version and component.fits():
        return f"{name} {component.state}"
    return f"{name}: {component.state}; to get it: {component.command}"


def _describe_skipped(item: Skipped) -> str:
    within = f" ({item.origin.within})" if item.origin.within else ""
    return f"skipped {item.origin.path}{within}: {item.reason}"
