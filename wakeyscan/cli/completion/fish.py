"""Completion script of fish."""

from __future__ import annotations

from collections.abc import Iterator

from wakeyscan.cli.completion.shell import Topic, get_sentence, list_values
from wakeyscan.config.options import Option

_SCRIPT = """\
# Completion of wakeyscan for fish. To load it:  wakeyscan completion fish | source
function __wakeyscan_is
    set -l topic ''
    for word in (commandline -opc)[2..-1]
        switch "$topic $word"
            case {topics}
                set topic (string trim -- "$topic $word")
        end
    end
    test "$topic" = "$argv[1]"
end
complete -c wakeyscan -e
{lines}
"""


def build_script(topics: tuple[Topic, ...]) -> str:
    """Return the script for all topics."""
    names = [topic.name for topic in topics if topic.name]
    patterns = " ".join(f"'{name}'" if " " in name else f"' {name}'" for name in names)
    lines = [line for topic in topics for line in _format_topic(topic)]
    return _SCRIPT.format(topics=patterns, lines="\n".join(lines))


def _format_topic(topic: Topic) -> Iterator[str]:
    head = f"complete -c wakeyscan -n {_quote(f'__wakeyscan_is {_quote(topic.name)}')}"
    for word in topic.words:
        yield f"{head} -f -a {_quote(word.text)}{_format_description(word.help)}"
    for option in topic.options:
        yield f"{head}{_format_option(option, topic.name)}"


def _format_option(option: Option, topic: str) -> str:
    letter = f" -s {option.letter}" if option.letter else ""
    values = list_values(option, topic)
    value = f" -x -a {_quote(' '.join(values))}" if values else " -r" * bool(option.metavar)
    text = _format_description(get_sentence(option.help))
    return f" -l {option.name}{letter}{value}{text}"


def _format_description(text: str) -> str:
    return f" -d {_quote(text)}" if text else ""


def _quote(text: str) -> str:
    """Return a text in single quotes."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
