"""Completion script of zsh, for a folder in `fpath` or for `source`."""

from __future__ import annotations

from wakeyscan.cli.completion.shell import Topic, get_sentence, list_values
from wakeyscan.config.options import Option

_SCRIPT = """\
#compdef wakeyscan
# Completion of wakeyscan for zsh. To load it:  source <(wakeyscan completion zsh)
_wakeyscan() {{
  local topic= word
  for word in ${{words[2,CURRENT-1]}}; do
    case "$topic $word" in
      ({topics}) topic="${{topic:+$topic }}$word" ;;
    esac
  done
  case $topic in
{cases}
  esac
}}
if [[ ${{funcstack[1]}} == _wakeyscan ]]; then
  _wakeyscan "$@"
else
  (( $+functions[compdef] )) || {{ autoload -Uz compinit && compinit }}
  compdef _wakeyscan wakeyscan
fi
"""
_NO_BRACKETS = str.maketrans({"[": "(", "]": ")", ":": ",", "\\": "/"})
"""Characters that end a description in a specification of `_arguments`."""


def build_script(topics: tuple[Topic, ...]) -> str:
    """Return the script for all topics."""
    names = [topic.name for topic in topics if topic.name]
    patterns = [f"'{name}'" if " " in name else f"' {name}'" for name in names]
    return _SCRIPT.format(topics="|".join(patterns), cases="\n".join(map(_format_case, topics)))


def _format_case(topic: Topic) -> str:
    specifications = [_format_option(option, topic.name) for option in topic.options]
    specifications.append(_format_operands(topic))
    lines = " \\\n".join(f"        {one}" for one in specifications)
    return f"    ({_quote(topic.name)})\n      _arguments -S \\\n{lines} ;;"


def _format_option(option: Option, topic: str) -> str:
    """Return a specification: forms that exclude each other, description, message, values."""
    flags = f"'(-{option.letter} --{option.name})'" if option.letter else ""
    name = f"--{option.name}{'=' * bool(option.metavar)}"
    forms = f"{{-{option.letter},{name}}}" if option.letter else name
    if option.many:
        flags, forms = "", f"'*'{forms}"
    text = f"[{_clean(get_sentence(option.help))}]"
    if option.metavar:
        text += f":{_clean(option.metavar)}:{_format_values(option, topic)}"
    return f"{flags}{forms}{_quote(text)}"


def _format_values(option: Option, topic: str) -> str:
    values = list_values(option, topic)
    return f"({' '.join(values)})" if values else "_files"


def _format_operands(topic: Topic) -> str:
    """Return the specification of all operands, also of those that name the topic."""
    if not topic.words:
        return "'*:file:_files'"
    words = " ".join(
        f"{word.text}\\:{_quote_twice(word.help)}" if word.help else word.text
        for word in topic.words
    )
    described = any(word.help for word in topic.words)
    return _quote(f"*:word:(({words}))" if described else f"*:word:({words})")


def _clean(text: str) -> str:
    return text.translate(_NO_BRACKETS)


def _quote_twice(text: str) -> str:
    """Return a text in double quotes, inside of a specification."""
    cleaned = "".join("'" if character in '"`$' else character for character in _clean(text))
    return f'"{cleaned}"'


def _quote(text: str) -> str:
    """Return a text in single quotes."""
    return "'" + text.replace("'", "'\\''") + "'"
