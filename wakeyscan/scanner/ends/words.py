"""Words that begin a line, and that no rest of a random key is by chance."""

from __future__ import annotations

from wakeyscan.core.lazy import lazy_pattern
from wakeyscan.scanner.ends.text_end import KEY_PREFIX

_COMMANDS = (
    b"apt awk aws az base64 bash brew bundle cargo cat chmod chown composer conda cp curl deno"
    b" diff docker dotenv dotnet echo env exit export fetch flask gcloud gem gh git grep helm"
    b" heroku http httpie https jq kill kubectl layout less machine make mkdir mvn mysql node npm"
    b" npx openssl passenv php pip pipx pnpm poetry printf psql python rails read rsync ruby scp"
    b" sed serverless set setenv setx sh sleep source ssh sudo systemctl tail tar tee terraform"
    b" test touch unset unzip uv vault vercel vim wget xargs yarn zip"
)
_KEYWORDS = (
    b"add alias arg assert async await begin break case catch class cmd const continue copy"
    b" create def default delete done drop elif else end endif entrypoint enum esac except expose"
    b" extends false fi final finally for foreach from func function global grant healthcheck if"
    b" import include insert int interface label lambda let local loop maintainer match module"
    b" namespace none null onbuild package pass print private protected public raise require"
    b" return run select self shell static stopsignal string struct switch then this throw true"
    b" try type typedef undefined unless until update use user using val var volume while with"
    b" workdir yield"
)
_HTTP = b"delete get head options patch post put connect trace host accept"
_PROSE = (
    b"about after again all also and any are because been before below best but can cheers could"
    b" dear does each have hello here how into its just like may more most must never not note"
    b" now only other our out over please regards see should some such than thanks that the their"
    b" them there these they those through under was were what when where which who will without"
    b" would you your"
)
_SHORT = b"if is in to of or it we as at on by an be so my no go cd ls rm mv cp do"

_MIN_WORD = 3
_ALL = b" ".join((_COMMANDS, _KEYWORDS, _HTTP, _PROSE, _SHORT)).split()
_WORDS = frozenset(word for word in _ALL if len(word) >= _MIN_WORD)
_SHORT_WORDS = frozenset(word for word in _ALL if len(word) < _MIN_WORD)
"""Words that a short rest may be by chance; they count only before a blank and another word."""

_NAMES = frozenset(
    b"accept account action address admin alias amount api app auth author base body bot branch"
    b" bucket cc channel city class client code color commit company config cookie count"
    b" country created data date db debug dev device devices domain dst email enabled engine"
    b" env error event expires file filter folder format from gender group header headers"
    b" height host id ids image index ip key kid kind label lang last length level local"
    b" locale logger mail member message method mode model name next note number object option"
    b" origin os other output owner page params parent pass path period phone pin plan plugin"
    b" policy port prefix price prod profile project proxy public pwd query range reason"
    b" region remote request result retries role root route salary schema scope score script"
    b" search secret secure sender server service session sid signal signed since site size"
    b" socket source src stage start state status storage store stream string subject suffix"
    b" summary support system target team tenant test text thread ticket time timeout title"
    b" tls to token topic total ttl type uid until updated uri url user username users uuid"
    b" value vendor version wa webhook who width workspace zone".split()
)
"""Names of fields and variables; a random text of so few letters is rarely one."""

_FIRST = lazy_pattern(
    rb"""(?x) [ \t]*+
    (?: ([A-Z]?[a-z]+ | [A-Z]+ | SetEnv | PassEnv) (?= [ \t(:;,.{<'"!?] | \Z )
      | https?:// | HTTP/ )"""
)
_BLANK_AND_WORD = lazy_pattern(rb"[ \t]+[\w\"'$./-]")
_NAME = lazy_pattern(rb"(?:[A-Za-z]+[0-9]{0,3}|[0-9]{1,4})(?:[._-]+(?:[A-Za-z]*[0-9]{0,3}))*\Z")
_SEGMENT = lazy_pattern(rb"[a-z]+|[A-Z]+|[A-Z][a-z]+")
_LETTERS = lazy_pattern(rb"[A-Za-z]+")
_PART = lazy_pattern(rb"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_MIN_PART = 2.5
"""Letters of a word in a name, on average; in a random text they are fewer."""
_MIN_RANDOM_PART = 4.0
"""The same where a name only means that a text is not tried."""
_MAX_ABBREVIATION = 3
_MIN_NAMES, _MIN_NAME, _MIN_LONG_PART = 5, 8, 5.0
"""Letters of a name of several words, of one, and of its parts that are not so by chance."""
_PIECE = lazy_pattern(
    rb"""(?x) ( [-_]{0,2} [A-Za-z0-9] [A-Za-z0-9_-]*+ )
    ( \\* ["']? [ \t]*+ (?: =(?!=) | : (?= [\s"'\[{\\] | \Z ) ) | [(\[/] | \.\w | :: | -> )?"""
)
"""A word, and a sign that usually follows names."""
_PLAIN = lazy_pattern(
    rb"[A-Z]?[a-z]{4,},? [a-z]|[a-z]{3,}[\"'`]|(?:fi|if|in|my|or)(?![A-Za-z0-9_-])"
)
"""Two words of prose, a literal that is a word, a keyword."""
_TOKEN = lazy_pattern(
    rb"(?:[a-z]{2,8}[_-]){1,3}(?=[A-Za-z0-9]{8})|(?:AKIA|ASIA|AIza|eyJ|ya29|AAAA[BCE][23])[A-Za-z0-9_-]"
)
"""The start of a token of another service."""
_FIGURES = lazy_pattern(rb"[0-9_-]+(?:T[0-9]+)?\Z")
"""A number, a date or the start of a time."""


def begins_with_word(line: bytes) -> bool:
    """Return whether a line begins with a command, a keyword, a URL or a word of prose."""
    found = _FIRST.match(line)
    if not found:
        return False
    if found[1] is None:
        return True
    if found[1] in _SHORT_WORDS:
        return _BLANK_AND_WORD.match(line, found.end()) is not None
    return found[1].lower() in _WORDS


def may_be_rest(word: bytes, line: bytes = b"") -> bool:
    """Return whether a word may be the rest of a key: it is no key, no name and no known word.

    `line` begins with the word, if what follows it matters.
    """
    if word.startswith(KEY_PREFIX) or is_certain_name(word):
        return False
    return not begins_with_word(line or word)


def is_certain_name(text: bytes) -> bool:
    """Return whether a text is a name even where it may be the rest of a key."""
    name = text.strip(b"_$@.")
    if name.lower() in _NAMES:
        return True
    segments = _LETTERS.findall(name)
    if len(segments) > 1:
        return is_name(name) and sum(map(len, segments)) >= _MIN_NAMES
    return len(name) >= _MIN_NAME and name.isalpha() and is_name(name, _MIN_LONG_PART)


def is_name(text: bytes, min_part: float = _MIN_PART) -> bool:
    """Return whether a text looks like a name that a person chose, not like a random one.

    `min_part` is the minimum number of letters in its words, on average.
    """
    segments = _LETTERS.findall(text)
    if not _NAME.match(text) or not segments:
        return False
    if len(segments) > 1 and all(map(_SEGMENT.fullmatch, segments)):
        return True
    is_short = sum(map(len, segments)) <= _MAX_ABBREVIATION
    return is_short or has_long_parts(text, min_part)


def has_long_parts(text: bytes, least: float) -> bool:
    """Return whether the words in a text have at least so many letters on average.

    A word begins with a capital letter, or has only such letters.
    """
    parts = _PART.findall(text)
    return sum(map(len, parts)) >= least * len(parts)


def read_piece(text: bytes) -> bytes:
    """Return the word with which a text begins if it may be a part of a key, else nothing."""
    found = _PIECE.match(text)
    if not found or _PLAIN.match(text) or (found[2] and is_name(found[1])):
        return b""
    line = b"" if found[2] else text
    return found[1] if may_be_rest(found[1], line) else b""


def looks_random(text: bytes) -> bool:
    """Return whether the word with which a text begins is no name, no number and no other token."""
    word = read_piece(text).strip(b"-_")
    is_known = is_name(word, _MIN_RANDOM_PART) or _FIGURES.match(word) or _TOKEN.match(word)
    return bool(word) and not is_known
