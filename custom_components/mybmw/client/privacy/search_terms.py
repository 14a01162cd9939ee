"""Search a recording for personal values that were found elsewhere in it by their key.

Texts are compared by letters and digits, in lower case and without umlauts. Ambiguous values are
not searched for: words of less than four letters (two CJK signs), common words, models of cars,
numbers of less than seven digits, and coordinates of less than four decimals.
"""

from collections.abc import Iterable, Iterator, Mapping
import re
from typing import Final, NamedTuple
from unicodedata import combining, normalize

import orjson

from ..core.common_words import is_common
from ..core.json_paths import Paths
from .keyed import keyed
from .personal import ID, NAME, PERSON, PHONE, PLATE, Personal, Trace, parts, stand_in

MAX_DEPTH: Final = 50
"""Maximum depth of nested JSON."""

type Found = tuple[Personal, str | float]

_MAX_LENGTH: Final = 500
_MIN_CODE: Final = 6
_MIN_NUMBER: Final = 7
_MIN_PLATE: Final = 3
_MIN_LETTERS: Final = 4
_MIN_SIGNS: Final = 2
# Names of this length are unambiguous even within a word
_LONG: Final = 10
# This many consecutive words are compared as one word too
_MAX_WORDS: Final = 5

_JSON: Final = re.compile(r'\s*(?:\{.*\}|\[.*\]|".*")\s*', re.DOTALL)
_NO_WORD: Final = re.compile(r"[\W_]+")
_PLACE: Final = re.compile(r"(?<!\d)(?<!\d\.)\d{1,3}\.\d{4}", re.ASCII)
_NUMBER: Final = re.compile(r"[-+]?\d{1,3}\.\d{4,}", re.ASCII)
_MODEL: Final = re.compile(r"[a-z]{0,3}\d{1,3}[a-z]{0,2}|[esx]drive\d\d\w?")
# Chinese, Japanese and Korean: fewer signs are significant, and words are not separated
_FIRST_SIGN, _LAST_SIGN = "\u2e80", "\uffdc"
# Ids that are a word, or too short to be searched for
_NO_ID: Final = re.compile(r"[A-Za-z_]+\d{0,3}|.{,7}")
_COMMA: Final = re.compile(r"[,;•|\n]")
_LETTERS: Final = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "å": "aa", "æ": "ae", "ø": "oe", "ł": "l"}
)


def nested(text: str) -> object:
    """Return the object, list or string that a text contains as JSON, None if it is none."""
    if not _JSON.fullmatch(text):
        return None
    try:
        value: object = orjson.loads(text)
    except orjson.JSONDecodeError:
        return None
    return value


def find(
    value: object, paths: Paths, kind: Personal | None = None, depth: int = 0
) -> Iterator[Found]:
    """Yield the personal values in JSON and in its texts, recognised by their keys."""
    if depth > MAX_DEPTH:
        return
    if isinstance(value, Mapping):
        for _, item, inner, beyond in parts(value, kind, paths):
            yield from find(item, beyond or {}, inner, depth + 1)
    elif isinstance(value, list):
        for item in value:
            yield from find(item, paths, kind, depth + 1)
    elif isinstance(value, str):
        inner_json = nested(value)
        if inner_json is not None:
            yield from find(inner_json, paths, kind, depth + 1)
        elif kind is None:
            yield from keyed(value)
        else:
            yield kind, value
    elif kind is not None and isinstance(value, (int, float)) and not isinstance(value, bool):
        yield kind, value


class SearchTerms(NamedTuple):
    """Texts to search for: `words` as whole words, `inside` also within words."""

    words: frozenset[str] = frozenset()
    inside: frozenset[str] = frozenset()

    @classmethod
    def of(cls, found: Iterable[Found]) -> SearchTerms:
        """Return the search texts for personal values."""
        terms = {term for kind, value in dict.fromkeys(found) for term in _of(kind, value)}
        inside = frozenset(text for text, anywhere in terms if anywhere)
        return cls(frozenset(text for text, _ in terms) - inside, inside)

    def match(self, text: str) -> bool:
        """Return whether a text contains one of the search texts."""
        if not self.words and not self.inside:
            return False
        words = _plain(_spelled(text))
        whole = "".join(words)
        if any(term in whole for term in self.inside):
            return True
        runs = (words[start:] for start in range(len(words)))
        joined = ("".join(run[:count]) for run in runs for count in range(1, _MAX_WORDS + 1))
        return not self.words.isdisjoint((*_PLACE.findall(text), *joined))


def _spelled(text: str) -> str:
    """Return a text in lower case, with two letters for an umlaut."""
    return text.lower() if text.isascii() else normalize("NFC", text).lower().translate(_LETTERS)


def _plain(text: str) -> list[str]:
    """Return the words of a text in lower case, without accents."""
    if not text.isascii():
        text = "".join(sign for sign in normalize("NFKD", text) if not combining(sign))
    return _NO_WORD.sub(" ", text.lower()).split()


def _of(kind: Personal, value: str | float) -> Iterator[tuple[str, bool]]:
    """Yield the search texts of a value, and whether they are searched for within words."""
    text = str(value).strip()[:_MAX_LENGTH]
    if kind.trace is Trace.NONE or stand_in(kind, text) in (None, text):
        return
    if _NUMBER.fullmatch(text):
        yield from ((place, False) for place in _PLACE.findall(f"{text} {float(text):.4f}"))
    elif kind.trace is not Trace.WORDS and any(map(str.isdecimal, text)):
        if kind is not ID or not _NO_ID.fullmatch(text):
            yield from _code(kind, "".join(_plain(_spelled(text))))
    elif kind is not ID:
        for phrase in (text, *_parts(kind, text)):
            yield from _name(_plain(_spelled(phrase)))
            yield from _name(_plain(phrase))


def _code(kind: Personal, code: str) -> Iterator[tuple[str, bool]]:
    digits = "".join(filter(str.isdecimal, code))
    short = _MIN_PLATE if kind is PLATE else _MIN_CODE
    if kind is PHONE and len(digits) >= _MIN_NUMBER:
        yield digits[-_MIN_NUMBER:], True
    elif len(code) >= (_MIN_NUMBER if code == digits else short):
        yield code, len(code) >= _MIN_CODE and code != digits


def _name(words: list[str]) -> Iterator[tuple[str, bool]]:
    name = "".join(words)
    signs = any(_FIRST_SIGN <= letter <= _LAST_SIGN for letter in name)
    letters = sum(map(str.isalpha, name))
    common = is_common(name) or all(is_common(word) or _MODEL.fullmatch(word) for word in words)
    if letters >= (_MIN_SIGNS if signs else _MIN_LETTERS) and not common:
        yield name, signs or len(name) >= _LONG


def _parts(kind: Personal, value: str) -> Iterator[str]:
    """Yield the names of a person, or the parts of an address, with and without numbers."""
    if kind in (NAME, PERSON):
        words = value.split()
        if len(words) in (2, 3) and not any(map(is_common, words)):
            yield from words
    elif kind.trace is Trace.WORDS:
        for part in _COMMA.split(value):
            yield part
            yield " ".join(word for word in part.split() if not any(map(str.isdigit, word)))
