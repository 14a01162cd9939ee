"""What takes secrets out of texts and JSON: those it was told, and those it recognises."""

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
from .needles import DEEPEST, Found, Needles, nested
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

type Json = Mapping[str, Json] | list[Json] | str | int | float | bool | None

_PASSING: Final = 8
_SHORT: Final = 7
_BEGINNING: Final = 200
_FAR: Final = 2_000
_REMEMBERED: Final = 4096
_NUMBERS: Final = (
    *(f"{number:02}" for number in range(1, 100)),
    *(f"{letter}{digit}" for letter in ascii_uppercase for digit in digits),
)
# By itself, or anywhere if it begins as those of the group do and ends as a VIN has to
_VIN: Final = re.compile(
    r"(?<![A-Z0-9])(?=[A-Z]*\d)(?=\d{0,2}[A-Z])[A-HJ-NPR-Z0-9]{3}[A-Z0-9]{14}(?![A-Z0-9])"
    r"|(?:WB[A-Z0-9]|WM[WZ]|WZ1|SCA|3MW|4US|5U[MX]|5YM)[A-HJ-NPR-Z0-9]{10}\d{4}",
    re.IGNORECASE | re.ASCII,
)
_ALIAS: Final = re.compile(r"[A-Z0-9]{3}0FINGERPRINT[A-Z0-9]\d")
_TOKEN: Final = re.compile(
    r"eyJ[\w-]{3,}(?:\.[\w-]+)*|\bP1_[\w.-]+|(?<=Bearer )\S+|(?<=Basic )\S+", re.ASCII
)
# Pages of gateways name whoever they turn away
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
# What keys look like, with four digits at most: others may be names of people, ids and the like
_NAME: Final = re.compile(r"(?!(?:\D*\d){5})(?:[a-z_][\w.-]{0,199})?", re.ASCII)
# Numbers in texts, as they are usual; others may be those of phones, customers and the like
_NUMBER: Final = re.compile(r"[-+]?\d{1,10}(?:[.,]\d*)?")
_TIME: Final = re.compile(
    r"(?:\d{4}-\d\d-\d\d|\d\d[./]\d\d[./]\d{4})"
    r"(?:[T ]\d\d:\d\d[\d:.]*(?: ?UTC|Z|[-+]\d\d:?\d\d)?)?"
)
_LONG_NUMBER: Final = re.compile(r"\d{7}")


def _is_place(items: Sequence[object]) -> bool:
    """Return whether a list is a place: two or three numbers, the first two of them precise."""
    numbers = [item for item in items[:2] if isinstance(item, float)]
    precise = [item for item in numbers if abs(item) <= 180 and item != round(item, 3)]
    return len(items) in (2, 3) and len(precise) == 2


def _tells(text: str) -> bool:
    """Return whether a text holds a number that is longer than numbers about cars are."""
    return _LONG_NUMBER.search(text) is not None and not _NUMBER.fullmatch(text.strip())


def vins_in(text: str) -> list[str]:
    """Return the VINs in a text, in capitals."""
    return [match[0].upper() for match in _VIN.finditer(text)]


def is_alias(text: str) -> bool:
    """Tell whether a text stands for a VIN."""
    return _ALIAS.fullmatch(text) is not None


@lru_cache(64)
def _pattern(vin: str) -> re.Pattern[str]:
    """Find a VIN anywhere, and its end, by which cars are often called, as a word."""
    end = vin[-_SHORT:]
    short = "" if end.isdigit() else f"|(?<![A-Z0-9])[A-Z0-9]{{0,9}}{end}(?![A-Z0-9])"
    return re.compile(f"{vin}{short}", re.IGNORECASE | re.ASCII)


def _renamed(text: str, vin: str, alias: str) -> str:
    return _pattern(vin).sub(lambda match: alias[-len(match[0]) :], text)


class Redactor:
    """Knows the secrets of one account and takes them out of texts and JSON."""

    def __init__(self) -> None:
        """Start without knowing any secret; VINs, tokens and e-mail addresses are recognised."""
        self._secrets: set[str] = set()
        self._passing: deque[str] = deque(maxlen=_PASSING)
        self._aliases: dict[str, str] = {}
        self._personal = Needles()
        self._text: Callable[[str], str] = self.text

    def learn(self, *secrets: str | None) -> None:
        """Remember texts that must never be seen; very short ones are left alone."""
        self._secrets.update(secret for secret in secrets if secret and len(secret) >= 4)

    def learn_passing(self, *secrets: str | None) -> None:
        """Remember secrets that others will replace: only the newest ones matter."""
        self._passing.extend(secret for secret in secrets if secret and len(secret) >= 4)

    def follow(self, found: Iterable[Found]) -> None:
        """Also hide texts from now on that hold what was found in a recording."""
        self._personal = Needles.of(found)
        # Most texts of a recording are the same few keys and words
        self._text = lru_cache(_REMEMBERED)(self.text)

    def meet(self, vins: Iterable[str]) -> None:
        """Give aliases to VINs; those that are aliases already keep theirs."""
        for vin in sorted(vins, key=is_alias, reverse=True):
            self.alias(vin)

    def alias(self, vin: str) -> str:
        """Return what stands for a VIN: its first three characters and a number.

        What has that form already stays as it is; no real VIN has, since none has an "I". No
        account has so many cars that numbers run out; then VINs share one.
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
        """Take everything secret out of a text, also what is encoded in it.

        Such a text stays as it is written only if there is nothing to hide in it.
        """
        return without_encoded(text, self._clean)

    def beginning(self, text: str) -> str:
        """Take everything secret out of the beginning of a text: as much as a log needs.

        It is cut afterwards, since nobody recognises half a VIN.
        """
        return self.text(text[:_FAR])[:_BEGINNING]

    def _clean(self, text: str) -> str:
        if self._personal.match(text):
            return HIDDEN
        text = self._without_vins(self._without_secrets(text))
        text = _PAIR.sub(rf"{LATITUDE.number}\g<between>{LONGITUDE.number}", text)
        return _DEGREES.sub(HIDDEN, text) if "°" in text else text

    def data(self, value: object) -> Json:
        """Take everything secret out of JSON: by key, and out of every text in it.

        What lies deeper than 50 levels is left out.
        """
        return self._data(value, None, None, 0)

    def recorded(self, value: object, paths: Paths) -> Json:
        """Keep the keys of JSON, and the values under these paths as far as they are harmless."""
        return self._data(value, None, paths, 0)

    def _data(self, value: object, kind: Personal | None, paths: Paths | None, depth: int) -> Json:
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, (str, int, float)):
            if isinstance(value, str) and kind is None and (inner := nested(value)) is not None:
                clean = self._data(inner, None, paths, depth + 1)
                return value if clean == inner else orjson.dumps(clean).decode()
            stays = paths is None or END in paths
            return self._leaf(value, kind if kind or stays else UNKNOWN, strict=paths is not None)
        return HIDDEN if depth > DEEPEST else self._inside(value, kind, paths, depth + 1)

    def _inside(
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
        """Take everything secret out of a key; two keys stay two."""
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
        """Yield the items of a list; of a place they are latitude and longitude in turn."""
        place = kind is LOCATION or (kind is None and _is_place(value))
        for index, item in enumerate(value):
            axis = LONGITUDE if index % 2 else LATITUDE
            inner = axis if place and isinstance(item, float) and index < 2 else kind
            yield self._data(item, inner, paths, depth)

    def _leaf(self, value: str | float, kind: Personal | None, *, strict: bool) -> Json:
        """Take everything secret out of a text or number; a `strict` one is part of a recording."""
        text = value if isinstance(value, str) else repr(value)
        if kind is None and strict:
            if _TIME.fullmatch(text):
                return value
            kind = UNKNOWN if _tells(text) else None
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
            if vin != alias and vin[-_SHORT:].lower() in lower:
                text = _renamed(text, vin, alias)
        return _VIN.sub(lambda match: self.alias(match[0]), text)
