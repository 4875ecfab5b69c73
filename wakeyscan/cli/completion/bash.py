"""Completion script of bash, which also works in version 3.2 of macOS."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from wakeyscan.cli.completion.shell import FORMATS, Topic, list_values
from wakeyscan.config.options import Option

_SCRIPT = """\
# Completion of wakeyscan for bash. To load it:  source <(wakeyscan completion bash)
_wakeyscan() {{
  local current=${{COMP_WORDS[COMP_CWORD]}} previous=${{COMP_WORDS[COMP_CWORD-1]}}
  local topic= words= values= i
  # In "--format=json", bash takes "=" as a word of its own.
  if [[ $current == "=" ]]; then
    current=
  elif [[ $previous == "=" && $COMP_CWORD -gt 2 ]]; then
    previous=${{COMP_WORDS[COMP_CWORD-2]}}
  fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "$topic ${{COMP_WORDS[i]}}" in
      {topics}) topic="${{topic:+$topic }}${{COMP_WORDS[i]}}" ;;
    esac
  done
  COMPREPLY=()
  case "$topic $previous" in
{values}
  esac
  if [[ -n $values ]]; then
    COMPREPLY=($(compgen -W "$values" -- "$current"))
    [[ ${{COMPREPLY[0]-}} != *= ]] || compopt -o nospace 2>/dev/null
    return
  fi
  case $topic in
{options}
  esac
  if [[ $current != -* ]]; then
    case $topic in
{words}
      *) return ;;  # files
    esac
  fi
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}}
complete -o bashdefault -o default -F _wakeyscan wakeyscan
"""


def build_script(topics: tuple[Topic, ...]) -> str:
    """Return the script for all topics."""
    named = [topic for topic in topics if topic.name]
    patterns = [f'"{topic.name}"' if " " in topic.name else f'" {topic.name}"' for topic in named]
    return _SCRIPT.format(
        topics="|".join(patterns),
        values="\n".join(_format_values({o.name: o for topic in topics for o in topic.options})),
        options="\n".join(_format_options(topic) for topic in topics),
        words="\n".join(_format_words(topic) for topic in topics if topic.words),
    )


def _format_values(options: dict[str, Option]) -> Iterator[str]:
    """Yield a case for the values of each option; an empty value ends in the default: files."""
    for command in (*FORMATS, ""):
        for name in ("format", "report") if command else options:
            option = options[name]
            values = " ".join(list_values(option, command))
            pattern = "|".join(f"{command}*' {flag}'" for flag in list_flags(option))
            if values:
                yield f"    {pattern}) values={shlex.quote(values)} ;;"
            elif option.metavar:
                yield f"    {pattern}) return ;;"


def _format_options(topic: Topic) -> str:
    flags = " ".join(flag for option in topic.options for flag in list_flags(option))
    return f"    {shlex.quote(topic.name)}) words={shlex.quote(flags)} ;;"


def _format_words(topic: Topic) -> str:
    words = " ".join(word.text for word in topic.words)
    return f"      {shlex.quote(topic.name)}) words={shlex.quote(words)} ;;"


def list_flags(option: Option) -> tuple[str, ...]:
    """Return the long form of an option, and the short one if there is one."""
    return (f"--{option.name}", f"-{option.letter}") if option.letter else (f"--{option.name}",)
