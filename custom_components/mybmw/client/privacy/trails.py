"""How a personal text is spelled where no key tells what it is: patterns to find it by.

Words may be in capitals, joined or parted otherwise, and without umlauts. Only what can be told
apart is looked for: no word of less than four letters or two signs, no common one, no model of a
car, no number of less than seven digits.
"""

from collections.abc import Iterator
from functools import cache
import re
from typing import Final, NamedTuple
from unicodedata import normalize

from ..core.common_words import is_common
from .personal import ADDRESS, CITY, LOCATION, NAME, PERSON, PHONE, PLATE, Kind, Trace

_FEWEST_LETTERS: Final = 4
_FEWEST_DIGITS: Final = 7
_LONGEST: Final = 500
_FEWEST_SIGNS: Final = 2
_SHORTEST_CODE: Final = 6
_SHORTEST_PLATE: Final = 3
# From this length on a text is what it is, even in the midst of another one
_LONG_WORDS: Final = 10
_LONG_CODE: Final = 6

_WORD: Final = re.compile(r"[^\W_]+")
_GROUP: Final = re.compile(r"[^\W\d_]+|\d+")
_ASCII: Final = re.compile(r"[A-Za-z0-9]+")
_MODEL: Final = re.compile(r"[a-z]{0,3}\d{1,3}[a-z]{0,2}|[esx]drive\d\d\w?", re.IGNORECASE)
_COMMA: Final = re.compile(r"[,;•|\n]")
# Chinese, Japanese and Korean: a sign says more than a letter, and no space parts words
_SIGN: Final = re.compile(r"[\u2e80-\uffdc]")
_BETWEEN: Final = r"(?:[\W_]|\\u00a0)"
_BEGIN: Final = r"(?:(?<![^\W_])|(?<=\\[nrt]))(?<!\d[.,])"
_END: Final = r"(?![^\W_])"
# The city in the name of a time zone tells nothing
_NO_ZONE: Final = "".join(
    f"(?<!{continent}/)"
    for continent in ("Africa", "America", "Asia", "Atlantic", "Australia", "Europe", "Pacific")
)
_LETTERS: Final = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "å": "aa", "æ": "ae", "ø": "oe", "ł": "l"}
)


class Trail(NamedTuple):
    """One thing to look for, of this many characters, and what stands for it.

    `anchor` is the part of it, in lower case, that is there in every spelling.
    """

    length: int
    anchor: str
    pattern: re.Pattern[str]
    text: str


def trails(kind: Kind, value: str) -> Iterator[Trail]:
    """Yield how to find a text: as a code if it has digits, else as words, whole and in parts."""
    value = normalize("NFC", value[:_LONGEST])
    groups = _GROUP.findall(value)
    digits = sum(len(group) for group in groups if group.isdecimal())
    if kind is PHONE and digits >= _FEWEST_DIGITS:
        yield _phone("".join(filter(str.isdecimal, groups))[-_FEWEST_DIGITS:])
    elif kind.trace is not Trace.WORDS and digits:
        length = sum(map(len, groups))
        shortest = _SHORTEST_PLATE if kind is PLATE else _SHORTEST_CODE
        if length >= (_FEWEST_DIGITS if length == digits else shortest):
            yield _trail(groups, f"{_BETWEEN}{{0,3}}", kind, _LONG_CODE)
    else:
        for phrase in dict.fromkeys((value, *_parts(kind, value))):
            words = _WORD.findall(phrase)
            if words and not _says_nothing(phrase, words):
                yield _trail(words, f"{_BETWEEN}{{1,4}}", kind, _LONG_WORDS)


def _says_nothing(phrase: str, words: list[str]) -> bool:
    letters = sum(map(str.isalpha, phrase))
    plain = all(is_common(word) or _MODEL.fullmatch(word) for word in words)
    fewest = _FEWEST_SIGNS if _SIGN.search(phrase) else _FEWEST_LETTERS
    return letters < fewest or plain or is_common(phrase)


def _parts(kind: Kind, value: str) -> Iterator[str]:
    """Yield the names of a person, or the parts of an address: each as it is, and its words."""
    if kind in (NAME, PERSON):
        words = value.split()
        if len(words) in (2, 3) and not any(map(is_common, words)):
            yield from (word for word in words if not _MODEL.fullmatch(word))
    elif kind.trace is Trace.WORDS:
        for part in _COMMA.split(value):
            yield part.strip()
            yield " ".join(word for word in part.split() if not any(map(str.isdigit, word)))


def _phone(end: str) -> Trail:
    """Find a number by its last digits, whatever stands before them."""
    body = rf"(?<![\d.])(?:[+\d][\s\d()/.-]{{0,14}})?{r'[\s/.-]?'.join(end)}(?!\d)"
    return Trail(len(end), "", re.compile(body), PHONE.text)


def _trail(words: list[str], between: str, kind: Kind, long: int) -> Trail:
    whole = "".join(words)
    body = between.join("".join(map(_letter, word)) for word in words)
    if (len(whole) < long and not _SIGN.search(whole)) or whole.isdecimal():
        body = f"{_BEGIN}{body}{_END}"
    if kind in (ADDRESS, CITY, LOCATION):
        body = f"{_NO_ZONE}{body}"
    runs = [run for word in words for run in _ASCII.findall(word)]
    anchor = max(runs, key=len, default="").lower()
    return Trail(len(whole), anchor, re.compile(body, re.IGNORECASE), kind.text)


@cache
def _letter(letter: str) -> str:
    """Return the pattern of a letter, in the ways it is written."""
    if letter.isascii():
        return re.escape(letter)
    both = dict.fromkeys((letter.lower(), letter.upper()))
    plain = normalize("NFKD", letter.lower())
    ways = [*both, *(f"\\u{ord(one):04x}" for one in both if len(one) == 1)]
    ways += [letter.lower().translate(_LETTERS), plain, plain[0]]
    return f"(?:{'|'.join(map(re.escape, dict.fromkeys(ways)))})"
