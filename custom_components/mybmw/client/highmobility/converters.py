"""Converters for the values of the Auto API (docs/protocols/highmobility.md#values).

A converter takes the `data` of a component. It returns None for no value, and raises
ValueError for an invalid one, `UnknownWordError` for an unknown word.
"""

from collections.abc import Mapping
from datetime import date, datetime, time
from enum import StrEnum
import re
from typing import Final

from ..core.attributes import Unit
from ..core.convert import Converter, integer, joined, mapping, number, timestamp, unknown_word
from .units import FACTORS, INVERSE

_DIGITS: Final = 6
_DIGITS_OF_LENGTH: Final = 1
_FAR_AWAY: Final = 2100
_WITHOUT_OFFSET: Final = re.compile(r"[\d-]{8,10}T[\d:.]{4,16}", re.ASCII)
_WORD: Final = re.compile(r"[a-z][a-z0-9_]{0,62}")


def amount(value: object) -> float | None:
    """Read a number that is no text."""
    if isinstance(value, str):
        raise ValueError("not a number")
    return number(value)


def measured(wanted: Unit) -> Converter[float]:
    """Make a converter for {value, unit}, whatever unit of the kind it is in."""
    known = FACTORS[wanted]
    digits = _DIGITS_OF_LENGTH if wanted is Unit.KILOMETERS else _DIGITS

    def convert(value: object) -> float | None:
        fields = mapping(value)
        unit = fields.get("unit")
        size = amount(fields.get("value"))
        if not isinstance(value, dict) or not isinstance(unit, str):
            raise ValueError("not a measured value")
        if size is None:
            return None
        if wanted is Unit.KILOWATT_HOURS_PER_100_KILOMETERS and unit in INVERSE:
            return round(100 / (size * INVERSE[unit]), _DIGITS) if size else None
        if unit not in known:
            raise ValueError("not a known unit")
        factor, offset = known[unit]
        return size if factor == 1 and not offset else round(size * factor + offset, digits)

    return convert


def percent(value: object) -> float | None:
    """Read a fraction as percent."""
    fraction = amount(value)
    return None if fraction is None else round(fraction * 100, _DIGITS)


def flag(**words: bool) -> Converter[bool]:
    """Make a converter for words that mean yes or no."""

    def convert(value: object) -> bool | None:
        if not isinstance(value, str) or value not in words:
            raise unknown_word(value)
        return words[value]

    return convert


ACTIVE: Final = flag(active=True, inactive=False)
OPEN: Final = flag(open=True, closed=False)
ON: Final = flag(on=True, off=False)
LOCKED: Final = flag(locked=True, unlocked=False)
ENABLED: Final = flag(enabled=True, disabled=False)


def one_of[E: StrEnum](*others: str, **words: E) -> Converter[E]:
    """Make a converter from words to members of an enumeration; `others` mean something else."""

    def convert(value: object) -> E | None:
        if not isinstance(value, str) or value not in {*words, *others}:
            raise unknown_word(value)
        return words.get(value)

    return convert


def word(*known: str, **others: str) -> Converter[str]:
    """Make a converter for a list of words that may grow: any other word is taken as it is.

    `known` words may come with underscores in other places; `others` are the words that come for
    those that the catalogue has.
    """
    spelled = {joined(item): item for item in known} | {
        joined(item): meant for item, meant in others.items()
    }

    def convert(value: object) -> str | None:
        found = spelled.get(joined(value)) if isinstance(value, str) else None
        if found is None and not (isinstance(value, str) and _WORD.fullmatch(value)):
            raise ValueError("not a word")
        return found or str(value)

    return convert


def moment(value: object) -> datetime | None:
    """Read a time; one without an offset is in UTC, one far away stands for "never"."""
    if isinstance(value, str) and _WITHOUT_OFFSET.fullmatch(value):
        value = f"{value}Z"
    found = timestamp(value)
    return found if found is not None and found.year < _FAR_AWAY else None


def clock(value: object) -> time | None:
    """Read {hour, minute}."""
    if not isinstance(value, dict):
        raise ValueError("not a time of day")
    hour, minute = integer(value.get("hour")), integer(value.get("minute"))
    return None if hour is None or minute is None else time(hour, minute)


def clock_text(value: object) -> str | None:
    """Read {hour, minute} as "HH:MM"."""
    found = clock(value)
    return None if found is None else f"{found:%H:%M}"


def year(value: object) -> int | None:
    """Read a year; 0 is none."""
    return integer(value) or None


def month_start(fields: Mapping[str, object]) -> date | None:
    """Read {year, month} as the first day of that month; small years are of this century."""
    found, month = integer(fields.get("year")), integer(fields.get("month"))
    if not found or not month:
        return None
    return date(found + 2000 if 0 < found < 100 else found, month, 1)
