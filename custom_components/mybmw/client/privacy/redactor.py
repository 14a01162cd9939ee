"""Redact texts and JSON: known secrets, and those recognised by their form or key."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
import re
from string import ascii_uppercase, digits
from typing import Final

import orjson

from ..core.json_paths import END, Paths, is_step
from .encoded import without_encoded
from .keyed import without_keyed
from .personal import (
    HIDDEN,
    LATITUDE,
    LOCATION,
    LONGITUDE,
    OPTIONS,
    UNKNOWN,
    Personal,
    number_for,
    parts,
    stand_in,
)
from .search_terms import MAX_DEPTH, Found, SearchTerms, nested

type Json = Mapping[str, Json] | list[Json] | str | int | float | bool | None

_MAX_PASSING: Final = 8
_SHORT_VIN: Final = 7
_SHOWN_LENGTH: Final = 200
_CLEANED_LENGTH: Final = 2_000
_CACHE_SIZE: Final = 4096
_NUMBERS: Final = (
    *(f"{number:02}" for number in range(1, 100)),
    *(f"{letter}{digit}" for letter in ascii_uppercase for digit in digits),
)
# As a whole word, or anywhere with a manufacturer code of the BMW Group and four final digits
_VIN: Final = re.compile(
    r"(?<![A-Z0-9])(?=[A-Z]*\d)(?=\d{0,2}[A-Z])[A-HJ-NPR-Z0-9]{3}[A-Z0-9]{14}(?![A-Z0-9])"
    r"|(?:WB[A-Z0-9]|WM[WZ]|WZ1|SCA|3MW|4US|5U[MX]|5YM)[A-HJ-NPR-Z0-9]{10}\d{4}",
    re.IGNORECASE | re.ASCII,
)
_ALIAS: Final = re.compile(r"[A-Z0-9]{3}0FINGERPRINT[A-Z0-9]\d")
_TOKEN: Final = re.compile(
    r"eyJ[\w-]{3,}(?:\.[\w-]+)*|\bP1_[\w.-]+|(?<=Bearer )\S+|(?<=Basic )\S+", re.ASCII
)
# IP addresses, which error pages of gateways show
_ADDRESS: Final = re.compile(r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?!\.?\w)", re.ASCII)
_EMAIL: Final = re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+\.[\w.-]+")
_PAIR: Final = re.compile(
    r"(?<!\d)(?<!\d\.)[-+]?\d{1,3}\.\d{3,}(?P<between>\s*[,;/]\s*|\s+)[-+]?\d{1,3}\.\d{3,}(?!\d)",
    re.IGNORECASE | re.ASCII,
)
# "48° 8' 13.8"", "48° 8.229'", "48.1371°", but no temperature
_DEGREES: Final = re.compile(
    r"(?<![\d.])\d{1,3}(?:\.\d{3,} ?°"
    r"| ?° ?\d{1,2}(?:[.,]\d+)? ?['\u2032\u2019](?: ?\d{1,2}(?:[.,]\d+)? ?[\"\u2033\u201d])?)"
)
# Keys of the usual form, with four digits at most; others may be names or ids
_NAME: Final = re.compile(r"(?!(?:\D*\d){5})(?:[a-z_][\w.-]{0,199})?", re.ASCII)
# Numbers of usual length; longer ones may be those of phones or customers
_NUMBER: Final = re.compile(r"[-+]?\d{1,10}(?:[.,]\d*)?")
_TIME: Final = re.compile(
    r"(?:\d{4}-\d\d-\d\d|\d\d[./]\d\d[./]\d{4})"
    r"(?:[T ]\d\d:\d\d[\d:.]*(?: ?UTC|Z|[-+]\d\d:?\d\d)?)?"
)
_LONG_NUMBER: Final = re.compile(r"\d{7}")


def _is_place(items: Sequence[object]) -> bool:
    """Return whether a list is a position: two or three numbers, the first two with decimals."""
    numbers = [item for item in items[:2] if isinstance(item, float)]
    precise = [item for item in numbers if abs(item) <= 180 and item != round(item, 3)]
    return len(items) in (2, 3) and len(precise) == 2


def _has_long_number(text: str) -> bool:
    """Return whether a text contains a number of seven digits or more, such as a phone number."""
    return _LONG_NUMBER.search(text) is not None and not _NUMBER.fullmatch(text.strip())


def vins_in(text: str) -> list[str]:
    """Return the VINs in a text, in upper case."""
    return [match[0].upper() for match in _VIN.finditer(text)]


def is_alias(text: str) -> bool:
    """Return whether a text is the alias of a VIN."""
    return _ALIAS.fullmatch(text) is not None


@lru_cache(64)
def _pattern(vin: str) -> re.Pattern[str]:
    """Return a pattern for a VIN anywhere, and for its last seven characters as a word."""
    end = vin[-_SHORT_VIN:]
    short = "" if end.isdigit() else f"|(?<![A-Z0-9])[A-Z0-9]{{0,9}}{end}(?![A-Z0-9])"
    return re.compile(f"{vin}{short}", re.IGNORECASE | re.ASCII)


def _renamed(text: str, vin: str, alias: str) -> str:
    return _pattern(vin).sub(lambda match: alias[-len(match[0]) :], text)


class Redactor:
    """Redacts the secrets of one account in texts and JSON."""

    def __init__(self) -> None:
        """Create it without secrets; VINs, tokens and e-mail addresses are always recognised."""
        self._secrets: set[str] = set()
        self._passing: deque[str] = deque(maxlen=_MAX_PASSING)
        self._aliases: dict[str, str] = {}
        self._personal = SearchTerms()
        self._text: Callable[[str], str] = self.text

    def learn(self, *secrets: str | None) -> None:
        """Add secrets that are always redacted; those under four characters are ignored."""
        self._secrets.update(secret for secret in secrets if secret and len(secret) >= 4)

    def learn_passing(self, *secrets: str | None) -> None:
        """Add short-lived secrets, such as tokens; only the newest ones are kept."""
        self._passing.extend(secret for secret in secrets if secret and len(secret) >= 4)

    def hide_found(self, found: Iterable[Found]) -> None:
        """Redact all texts from now on that contain one of the found personal values."""
        self._personal = SearchTerms.of(found)
        # The same few keys and words are repeated throughout a recording
        self._text = lru_cache(_CACHE_SIZE)(self.text)

    def add_aliases(self, vins: Iterable[str]) -> None:
        """Assign aliases to VINs; those that are aliases already are kept."""
        for vin in sorted(vins, key=is_alias, reverse=True):
            self.alias(vin)

    def alias(self, vin: str) -> str:
        """Return the alias of a VIN: its first three characters and a number.

        An alias is returned as it is; no real VIN has its form, since VINs contain no "I". Once all
        numbers are assigned, VINs share the last one.
        """
        key = vin.upper()
        known = self._aliases.get(key)
        if known is None:
            known = key if is_alias(key) else self._new_alias(key[:3])
            if len(self._aliases) < len(_NUMBERS):
                self._aliases[key] = known
        return known

    def _new_alias(self, start: str) -> str:
        taken = set(self._aliases.values())
        own = sum(vin != alias for vin, alias in self._aliases.items())
        aliases = (f"{start}0FINGERPRINT{_NUMBERS[number]}" for number in range(own, len(_NUMBERS)))
        free = (alias for alias in aliases if alias not in taken)
        return next(free, f"{start}0FINGERPRINT{_NUMBERS[-1]}")

    def text(self, text: str) -> str:
        """Return a text without secrets, including encoded ones."""
        return without_encoded(text, self._clean)

    def beginning(self, text: str) -> str:
        """Return the first 200 characters of a text without secrets, for a log message.

        It is cut afterwards, since part of a VIN would not be recognised.
        """
        return self.text(text[:_CLEANED_LENGTH])[:_SHOWN_LENGTH]

    def _clean(self, text: str) -> str:
        if self._personal.match(text):
            return HIDDEN
        text = self._without_vins(self._without_secrets(text))
        text = _PAIR.sub(rf"{LATITUDE.number}\g<between>{LONGITUDE.number}", text)
        return _DEGREES.sub(HIDDEN, text) if "°" in text else text

    def data(self, value: object) -> Json:
        """Return JSON without secrets, recognised by key or in texts; at most 50 levels deep."""
        return self._data(value, None, None, 0)

    def recorded(self, value: object, paths: Paths) -> Json:
        """Return recorded JSON with its keys, but only the harmless values under these paths."""
        return self._data(value, None, paths, 0)

    def _data(self, value: object, kind: Personal | None, paths: Paths | None, depth: int) -> Json:
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, (str, int, float)):
            if isinstance(value, str) and kind is None and (inner := nested(value)) is not None:
                clean = self._data(inner, None, paths, depth + 1)
                return value if clean == inner else orjson.dumps(clean).decode()
            known = paths is None or END in paths
            return self._leaf(value, kind if kind or known else UNKNOWN, strict=paths is not None)
        return HIDDEN if depth > MAX_DEPTH else self._container(value, kind, paths, depth + 1)

    def _container(
        self, value: object, kind: Personal | None, paths: Paths | None, depth: int
    ) -> Json:
        if isinstance(value, Mapping):
            clean: dict[str, Json] = {}
            for key, item, inner, beyond in parts(value, kind, paths):
                usual = paths is not None and is_step(paths, key)
                name = key if usual else self._name(key, clean, strict=paths is not None)
                clean[name] = self._data(item, inner, beyond, depth)
            return clean
        if isinstance(value, (list, tuple, set, frozenset)):
            return [] if kind is OPTIONS else list(self._items(list(value), kind, paths, depth))
        return self.text(str(value))

    def _name(self, key: str, taken: Mapping[str, Json], *, strict: bool) -> str:
        """Return a key without secrets, different from the keys already taken."""
        name = self._text(key)
        if strict and not (is_alias(name) or _NAME.fullmatch(name)):
            name = HIDDEN
        first = name
        while name in taken:
            name = f"{first}_{len(taken)}"
        return name

    def _items(
        self, value: list[object], kind: Personal | None, paths: Paths | None, depth: int
    ) -> Iterator[Json]:
        """Yield the redacted items of a list; those of a position are latitude and longitude."""
        place = kind is LOCATION or (kind is None and _is_place(value))
        for index, item in enumerate(value):
            axis = LONGITUDE if index % 2 else LATITUDE
            inner = axis if place and isinstance(item, float) and index < 2 else kind
            yield self._data(item, inner, paths, depth)

    def _leaf(self, value: str | float, kind: Personal | None, *, strict: bool) -> Json:
        """Return a text or number without secrets; `strict` for those of a recording."""
        text = value if isinstance(value, str) else repr(value)
        if kind is None and strict:
            if _TIME.fullmatch(text):
                return value
            kind = UNKNOWN if _has_long_number(text) else None
        if isinstance(value, str):
            if kind is UNKNOWN and _VIN.fullmatch(text.strip()):
                return self.alias(text.strip())
            hidden = None if kind is None else stand_in(kind, text)
            return self._text(text) if hidden is None else hidden
        if kind is None and self._personal.match(text):
            kind = UNKNOWN
        return value if kind is None else number_for(kind, value)

    def _without_secrets(self, text: str) -> str:
        lower = text.lower()
        for secret in sorted({*self._secrets, *self._passing}, key=len, reverse=True):
            if secret.lower() in lower:
                text = re.sub(re.escape(secret), HIDDEN, text, flags=re.IGNORECASE)
        text = _ADDRESS.sub(HIDDEN, _TOKEN.sub(HIDDEN, text))
        if "@" in text:
            text = _EMAIL.sub(HIDDEN, text)
        return without_keyed(text)

    def _without_vins(self, text: str) -> str:
        lower = text.lower()
        for vin, alias in self._aliases.items():
            if vin != alias and vin[-_SHORT_VIN:].lower() in lower:
                text = _renamed(text, vin, alias)
        return _VIN.sub(lambda match: self.alias(match[0]), text)
