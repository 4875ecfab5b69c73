"""Bits that describe a text, as the random body of a key or as words of a neighbor.

In a program, strings follow each other without a byte between them. The end of a key is then most
likely where the fewest bits describe both: a random body before it, and words after it. A letter of
a random body takes 6 bits; within a word, the letter before it reduces that to 4.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from wakeyscan.core.lazy import lazy_pattern

_LETTERS = b"abcdefghijklmnopqrstuvwxyz"

_ALPHABETS = (
    (lazy_pattern(rb"[0-9a-f]*+"), 4.0, 4),
    (lazy_pattern(rb"[0-9A-F]*+"), 4.0, 5),
    (lazy_pattern(rb"[0-9a-z]*+"), 5.17, 3),
    (lazy_pattern(rb"[0-9A-Z]*+"), 5.17, 5),
    (lazy_pattern(rb"[0-9A-Za-z]*+"), 5.95, 1),
    (lazy_pattern(rb"[0-9A-Za-z_-]*+"), 6.0, 2),
)
"""Alphabets of keys: the bits of each character, and the bits for the choice of the alphabet."""

# Bits of a letter after another one of the same word (row: the one before), and of the first one;
# from the 14,342 words that are most frequent in the sources of Go, Node.js and Python.
_FIRST = b"45444456487545548434566698"
_PAIRS = (
    b"7444865a5a7343a5a34366876a 3556367936927746a446388969 375637535c4467369543569a7d"
    b" 4664266938a57747844657776a 474355687a945375733476758a 465543683e936635b4455a986a"
    b" 486727543b9564459445587988 297527893e855737e464597b69 5644554aaa944235a544a5a7f5"
    b" 3676256a4a586736aa35376a6a 477516583ca565668635696c7a 386527793c638737a755578b4a"
    b" 2566288a3c765733c74648aa8f 47443538496676479733668a8a 663576696a644254b3444558aa"
    b" 386637754f747834935458896f 686487b86bb587b6b467088b87 375526693d665636a544667a6b"
    b" 575637743b6567548642486959 385726842da56746a345588759 5456555c4ff44274f333a9c7f9"
    b" 366616873d96664687567869a9 286637843a868446a3467d76d9 354534864d976753766377856d"
    b" 6757477849954352c634c86a75 477719793bb78b58b76b9b8b75"
)
_FIRST_BITS = {
    letter: int(bits, 16) for letter, bits in zip(_LETTERS, _FIRST.decode(), strict=True)
}
_PAIR_BITS = {
    bytes(pair): int(bits, 16)
    for pair, bits in zip(
        product(_LETTERS, repeat=2), _PAIRS.replace(b" ", b"").decode(), strict=True
    )
}

_KNOWN = (
    b"get post put patch head options delete http https www api key token user name type data"
    b" json text html body header headers fetch error authorization content application bearer"
    b" accept agent cookie origin method message value string number object array function"
    b" undefined null true false length prototype constructor hello world index path file url"
    b" uri request response status code version default module export import return const class"
    b" this new set map list add remove update create read write open close start stop init"
    b" load save run test main invalid unknown missing runtime panic failed cannot expected src"
    b" lib std core alloc usr bin com org net app log debug info warn not the and for with use"
    b" all any call apply bind push pop keys values entries symbol iterator next done then"
    b" catch async await promise resolve reject parse stringify math date regexp exec match"
    b" replace split join slice concat console window document global react native component"
    b" props state render style view width height color size left right top bottom flex event"
    b" off once emit send receive socket connect client server host port session device devices"
    b" webhook phone whatsapp template media button query mutation int bool float sha256 md5"
    b" hmac base64 utf x-app-key x-api-key content-type user-agent id abc foo bar is has can"
    b" press click navigation stack screen sheet effect memo callback context buffer stream"
    b" sync uint random time timer count max min item items element node child children parent"
    b" result input output format config mode level line print called already without address"
    b" memory group empty zero first last end sort reverse filter reduce find includes bytes"
    b" byte char locale upper lower case trim pad repeat begin change select submit form field"
    b" label title image icon link page home login logout sign account email password secret"
    b" payload chat room contact channel"
).split()
_WORDS = frozenset(
    form for word in _KNOWN for form in (word, word.upper(), word.title(), word.capitalize())
)
"""Frequent strings of programs, as they are written in them."""
_KNOWN_SIZES = range(2, 1 + max(map(len, _KNOWN)))

_KNOWN_WORD = 9
_NEW_WORD, _ADJACENT_WORD = 6, 8
"""Bits of the start of a word, and of a start that neither a case nor a mark shows."""
_DIGIT, _NEXT_DIGIT, _MARK = 9, 5, 5
_INFINITE = float("inf")


def measure_bodies(body: bytes) -> list[float]:
    """Return the bits of `body[:size]` as a random text, for each size from 0 to all of it."""
    matches = [(pattern.match(body), bits, choice) for pattern, bits, choice in _ALPHABETS]
    ends = [(match.end() if match else 0, bits, choice) for match, bits, choice in matches]
    return [
        min(choice + bits * size for end, bits, choice in ends if end >= size)
        for size in range(len(body) + 1)
    ]


def measure_size(size: int) -> int:
    """Return the bits of the size of a body: most programs draw a round number of letters."""
    return 1 if size % 8 == 0 else 4 if size % 4 == 0 else 7


def measure_words(text: bytes) -> list[float]:
    """Return the bits of `text[start:]` as words, for each start from 0 to the end of the text."""
    lowered, count = text.lower(), len(text)
    fresh = [0.0] * (count + 1)  # from a start of a word that is known to be one
    anew = [0.0] * (count + 1)  # from a start of a word, after the character before it
    within = [_INFINITE] * count + [0.0]  # from a letter of a word that the letter before began
    for at in range(count - 1, -1, -1):
        rest = min(anew[at + 1], within[at + 1])
        known = min((anew[end] for end in _list_known_ends(text, at)), default=_INFINITE)
        first = _measure_first(text, lowered, at)
        fresh[at] = min(first + rest, known + _KNOWN_WORD)
        anew[at] = fresh[at] + (_ADJACENT_WORD - _NEW_WORD) * _is_inside(text, at)
        if _continues(text, at):
            within[at] = _PAIR_BITS[lowered[at - 1 : at + 1]] + rest
    return fresh


def _list_known_ends(text: bytes, at: int) -> Iterator[int]:
    for size in _KNOWN_SIZES:
        if text[at : at + size] in _WORDS and at + size <= len(text):
            yield at + size


def _measure_first(text: bytes, lowered: bytes, at: int) -> int:
    if text[at : at + 1].isalpha():
        return _NEW_WORD + _FIRST_BITS[lowered[at]]
    if text[at : at + 1].isdigit():
        return _NEXT_DIGIT if text[at - 1 : at].isdigit() else _DIGIT
    return _MARK


def _is_inside(text: bytes, at: int) -> bool:
    """Return whether a letter follows another one, and is not the first capital after a small."""
    before, letter = text[at - 1 : at], text[at : at + 1]
    return before.isalpha() and letter.isalpha() and not (letter.isupper() and before.islower())


def _continues(text: bytes, at: int) -> bool:
    """Return whether a letter may belong to the word of the letter before it."""
    return (
        at > 0
        and _is_inside(text, at)
        and not (text[at - 1 : at].islower() and text[at : at + 1].isupper())
    )
