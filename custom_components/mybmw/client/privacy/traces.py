"""Personal values in places where no key tells that they are personal.

What was found under its key once is looked for everywhere else: under other keys, in free texts,
in addresses of web pages. A place on earth is known by its decimals, if it has four of them.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
import re
from typing import Final

import orjson

from .keyed import keyed
from .personal import (
    HIDDEN,
    LATITUDE,
    LONGITUDE,
    THING,
    Kind,
    Trace,
    around,
    is_stand_in,
    parts,
    stand_in,
)
from .trails import Trail, trails

DEEPEST: Final = 50
"""How deeply nested JSON is looked through."""

type Found = tuple[Kind, str | float]

_FEWEST_DIGITS: Final = 7
_FEWEST_DECIMALS: Final = 4
_MOST_DECIMALS: Final = 12
_JSON: Final = re.compile(r'\s*(?:\{.*\}|\[.*\]|".*")\s*', re.DOTALL)
_NUMBER: Final = re.compile(r"(?<!\d)(?<!\d\.)[-+]?\d{1,3}\.\d{4,}(?!\d)", re.ASCII)
_PAIR: Final = re.compile(
    r"(?<!\d)(?<!\d\.)[-+]?\d{1,3}\.\d{3,}(?P<between>\s*[,;/]\s*|\s+)[-+]?\d{1,3}\.\d{3,}(?!\d)",
    re.IGNORECASE | re.ASCII,
)
# "48° 8' 13.8"", "48° 8.229'", "48.1371°", but no temperature
_DEGREES: Final = re.compile(
    r"(?<![\d.])\d{1,3}(?:\.\d{3,} ?°"
    r"| ?° ?\d{1,2}(?:[.,]\d+)? ?['\u2032\u2019](?: ?\d{1,2}(?:[.,]\d+)? ?[\"\u2033\u201d])?)"
)
# Nothing is looked for in times, and in what stands for something personal
_KEPT: Final = re.compile(
    r"(\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?)?(?:Z|[-+]\d\d:?\d\d)?"
    r"|\d\d[./]\d\d[./]\d{4}(?: \d\d:\d\d(?::\d\d)?)?"
    r"|[A-Z0-9]{3}0FINGERPRINT[A-Z0-9]{2}"
    rf"|{re.escape(HIDDEN)}|\bsome_[a-z_]+)"
)


def nested(text: str) -> object:
    """Return the JSON that a text is, None if it is none or a plain number or word."""
    if not _JSON.fullmatch(text):
        return None
    try:
        value: object = orjson.loads(text)
    except orjson.JSONDecodeError:
        return None
    return value


def find(value: object, kind: Kind | None = None, depth: int = 0) -> Iterator[Found]:
    """Yield what is personal in JSON by its key, and in what texts of it hold."""
    if depth > DEEPEST:
        return
    if isinstance(value, Mapping):
        for _, item, inner in parts(value, kind):
            yield from find(item, inner, depth + 1)
    elif isinstance(value, list):
        inner = around(value, kind)
        for item in value:
            yield from find(item, inner, depth + 1)
    elif isinstance(value, str):
        yield from _in_text(value, kind, depth)
    elif kind is not None and isinstance(value, (int, float)) and not isinstance(value, bool):
        yield kind, value


def _in_text(text: str, kind: Kind | None, depth: int) -> Iterator[Found]:
    inner = nested(text)
    if inner is not None:
        yield from find(inner, kind, depth + 1)
    elif kind is not None and kind is not THING:
        yield kind, text
    else:
        yield from keyed(text)


@dataclass(frozen=True, slots=True)
class Traces:
    """What to look for: texts, the longest first, whole numbers, and places on earth.

    Places are known by their decimals: in `places` by all of them or fewer, in `exact` by all.
    """

    trails: Sequence[Trail] = ()
    codes: frozenset[str] = frozenset()
    places: Mapping[str, float] = field(default_factory=dict)
    exact: Mapping[str, float] = field(default_factory=dict)

    def text(self, text: str) -> str:
        """Take everything known out of a text."""
        pieces = _KEPT.split(text)
        pieces[::2] = (piece and self._piece(piece) for piece in pieces[::2])
        return "".join(pieces)

    def number(self, value: float) -> float:
        """Return a number, or what stands for it."""
        if isinstance(value, int):
            return 999 if str(value) in self.codes else value
        place = self._place(repr(value))
        return value if place is None else place

    def _piece(self, text: str) -> str:
        lower = text.lower()
        for trail in self.trails:
            if trail.anchor in lower:
                text = trail.pattern.sub(trail.text, text)
        text = _PAIR.sub(rf"{LATITUDE.number}\g<between>{LONGITUDE.number}", text)
        text = _DEGREES.sub(HIDDEN, text) if "°" in text else text
        return _NUMBER.sub(self._moved, text) if self.places else text

    def _moved(self, match: re.Match[str]) -> str:
        place = self._place(match[0])
        return match[0] if place is None else str(place)

    def _place(self, digits: str) -> float | None:
        """Return what stands for a place: for one of the same decimals, or of fewer or more."""
        if not _NUMBER.fullmatch(digits):
            return None
        found = self.places.get(digits.removeprefix("+"))
        rounded = (self.exact.get(shorter) for shorter in _shorter(digits))
        return found if found is not None else next(filter(None, rounded), None)


def traces(found: Iterable[Found]) -> Traces:
    """Return how to look for what was found."""
    known: dict[str, Trail] = {}
    codes: set[str] = set()
    places: dict[str, float] = {}
    exact: dict[str, float] = {}
    for kind, value in dict.fromkeys(found):
        text = str(value).strip().removeprefix("+")
        if kind.trace is Trace.NONE or is_stand_in(text) or _may_stay(kind, value):
            continue
        if _NUMBER.fullmatch(text):
            exact[text] = kind.number if kind.measured else LATITUDE.number
            places |= dict.fromkeys((text, *_shorter(text)), exact[text])
            continue
        known |= {trail.pattern.pattern: trail for trail in trails(kind, text)}
        if _is_code(text):
            codes.add(text)
    longest_first = sorted(known.values(), key=lambda trail: -trail.length)
    return Traces(longest_first, frozenset(codes), places, exact)


def _may_stay(kind: Kind, value: str | float) -> bool:
    return isinstance(value, str) and stand_in(kind, value) is None


def _is_code(text: str) -> bool:
    return text.isdecimal() and len(text) >= _FEWEST_DIGITS


def _shorter(digits: str) -> Iterator[str]:
    """Yield a number with fewer decimals, as far as they still tell the place."""
    most = min(len(digits.partition(".")[2]), _MOST_DECIMALS)
    return (f"{float(digits):.{length}f}" for length in range(_FEWEST_DECIMALS, most))
