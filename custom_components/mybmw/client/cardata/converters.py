"""Converters from CarData's values to values of attributes.

See docs/protocols/cardata.md#words and #stale-values.
REST sends every value as text, the stream as native JSON; the same key may be a boolean in one and
a word in the other. Words are compared as a whole, and case does not matter.
"""

from collections.abc import Callable, Collection, Mapping
from datetime import UTC, date, datetime
from enum import StrEnum
import re
from typing import Final

import orjson

from ..core.attributes import Unit
from ..core.convert import (
    NULL_WORDS,
    iso_time,
    joined,
    number as any_number,
    split_unit,
    text,
    unknown_word,
)
from ..core.units import FACTORS, KILOMETERS, MINUTES, converted
from .faults import fault_codes

type UnitConverter[T] = Callable[[object, str], T | None]
"""Converts a value and its unit in lower case; None for "no value", ValueError if unusable."""

_NOTHING: Final = NULL_WORDS | {"-NA-", "SIGNAL_INVALID", "ASN_ISUNKNOWN", "NO_ACTION", "NO_FIX"}
_UNKNOWN: Final = frozenset(
    {
        "-NA-",
        "ASN_ISUNKNOWN",
        "INVALID",
        "NOT_AVAILABLE",
        "SIGNAL_INVALID",
        "UNKNOWN",
    }
)
_TRUE: Final = frozenset(
    {
        "TRUE",
        "1",
        "AC_LIMIT_ACTIVE",
        "ACTIVATE",
        "ACTIVE",
        "ASN_ISTRUE",
        "CHOSEN",
        "CONNECTED",
        "DIRECT_CHG_ONCE_ACTIVE",
        "FLAP_LOCKED",
        "HOSPITALITY_ACTIVE",
        "INTERMEDIATE",
        "OPEN",
    }
)
_FALSE: Final = frozenset(
    {
        "FALSE",
        "0",
        "AC_LIMIT_INACTIVE",
        "ASN_ISFALSE",
        "CLOSED",
        "DEACTIVATE",
        "DEACTIVE",
        "DIRECT_CHG_ONCE_NOT_ACTIVE",
        "DISCONNECTED",
        "FLAP_UNLOCKED",
        "HOSPITALITY_INACTIVE",
        "INACTIVE",
        "NOTCHOSEN",
    }
)
_MAX_BAR: Final = 10
_MAX_CODES: Final = 100
_WORD: Final = re.compile(r"[A-Za-z][A-Za-z0-9_ -]{0,62}")
_PHASES: Final = re.compile(r"([0-3])(?:[-_ ]?PHASES?)?")
_HUMP: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")
_NO_WORD: Final = re.compile(r"[^a-z0-9]+")
_ALIASES: Final[Mapping[str, str]] = {
    "1_phases": "one_phase",
    "2_phases": "two_phases",
    "3_phases": "three_phases",
    "200": "good",
    "140": "replace_recommended",
    "110": "replace_required",
    "80": "replace_urgent",
    "mile": "miles",
    "kilometer": "kilometers",
}
_DATES: Final = (
    "%d.%m.%Y %H:%M UTC",
    "%d.%m.%Y %H:%M:%S UTC",
    "%m/%d/%Y %H:%M UTC",
    "%m/%d/%Y %H:%M:%S UTC",
    "%m/%d/%Y %I:%M %p UTC",
    "%Y-%m-%d",
)


def is_nothing(value: object) -> bool:
    """Return whether a value is null or a word for "no value"."""
    return value.strip().upper() in _NOTHING if isinstance(value, str) else value is None


def is_unknown(value: object) -> bool:
    """Return whether a value is a word for "the car does not know"."""
    return isinstance(value, str) and value.strip().upper() in _UNKNOWN


def number(value: object, _unit: str) -> float | None:
    """Return a number."""
    return None if isinstance(value, str) and is_nothing(value) else any_number(value)


def measurement(value: object, unit: str) -> tuple[float | None, str]:
    """Return a number and its unit in lower case, which may follow the number in the value."""
    if unit or not isinstance(value, str) or is_nothing(value):
        return number(value, unit), unit
    digits, unit = split_unit(value)
    return any_number(digits), unit


def measure(wanted: Unit | None) -> UnitConverter[float]:
    """Return a converter for numbers; the unit is ignored if `wanted` has no conversions."""
    known = wanted in FACTORS

    def convert(value: object, unit: str) -> float | None:
        amount, unit = measurement(value, unit)
        if amount is None or wanted is None or not known or not unit:
            return amount
        return converted(amount, unit, wanted)

    return convert


def consumption(value: object, unit: str) -> float | None:
    """Return a consumption in kWh/100 km; cars that display miles send it in mi/kWh."""
    amount, unit = measurement(value, unit)
    if amount is None or unit not in ("mi/kwh", "miles/kwh"):
        return amount
    return round(100 / (amount * KILOMETERS["mi"]), 1) if amount else None


def pressure(value: object, unit: str) -> float | None:
    """Return a tyre pressure in kPa; a number below 10 without a unit is in bar."""
    amount, unit = measurement(value, unit)
    if amount is None:
        return None
    return converted(amount, unit or ("bar" if amount < _MAX_BAR else "kpa"), Unit.KILOPASCAL)


def word(known: Collection[str]) -> UnitConverter[str]:
    """Return a converter for words in lower case with underscores; unknown ones are kept.

    Known words are also recognised without underscores.
    """
    without = {item.replace("_", ""): item for item in known}

    def convert(value: object, _unit: str) -> str | None:
        if value is None or isinstance(value, bool):
            return None
        if isinstance(value, int):
            value = str(value)
        if not isinstance(value, str):
            raise ValueError("not a word")
        slug = _NO_WORD.sub("_", _HUMP.sub("_", value.strip()).lower()).strip("_")
        slug = _ALIASES.get(slug, slug)
        if slug in known:
            return slug
        if slug in without:
            return without[slug]
        if is_nothing(value):
            return None
        if not _WORD.fullmatch(value.strip()):
            raise ValueError("not a word")
        return slug

    return convert


def boolean(value: object, _unit: str) -> bool | None:
    """Return a boolean, also from a word."""
    if is_nothing(value):
        return None
    if isinstance(value, bool):
        return value
    word = str(value).strip().upper() if isinstance(value, (str, int)) else ""
    if word in _TRUE:
        return True
    if word in _FALSE:
        return False
    raise unknown_word(value)


def distance(value: object, unit: str) -> float | None:
    """Return a distance in km, rounded to one decimal if it was converted."""
    amount, unit = measurement(value, unit)
    if amount is None:
        return None
    factor = KILOMETERS.get(unit)
    if factor is None:
        raise ValueError("not a unit of length")
    return amount if factor == 1 else round(amount * factor, 1)


def minutes(value: object, unit: str) -> float | None:
    """Return a duration in min; None above a week, since large numbers mean "unknown"."""
    amount, unit = measurement(value, unit)
    if amount is None or unit not in MINUTES:
        return None
    length = amount * MINUTES[unit]
    return length if 0 <= length <= 10_080 else None


def plain(value: object, _unit: str) -> str | None:
    """Return a text of at most 255 characters."""
    return None if is_nothing(value) else text(value)


def member[E: StrEnum](words: Mapping[str, E]) -> UnitConverter[E]:
    """Return a converter from words to members; case and separators do not matter."""
    known = {joined(word): member for word, member in words.items()}

    def convert(value: object, _unit: str) -> E | None:
        if is_nothing(value):
            return None
        found = known.get(joined(value)) if isinstance(value, str) else None
        if found is None:
            raise unknown_word(value)
        return found

    return convert


def one_of(*words: str) -> UnitConverter[str]:
    """Return a converter for a fixed set of words in upper case."""

    def convert(value: object, _unit: str) -> str | None:
        found = value.strip().upper() if isinstance(value, str) else ""
        if found not in words:
            raise unknown_word(value)
        return found

    return convert


def phases_of(value: object, _unit: str = "") -> int | None:
    """Return the number of phases from a number or a word such as "3-PHASES"; 0 if not charging."""
    if is_nothing(value):
        return None
    if isinstance(value, str) and joined(value) == "nocharging":
        return 0
    found = _PHASES.fullmatch(str(value).strip().upper()) if isinstance(value, (str, int)) else None
    if found is None:
        raise unknown_word(value)
    return int(found[1])


def boolean_or[E: StrEnum](words: Mapping[str, E], yes: E, no: E) -> UnitConverter[E]:
    """Return a converter for values that are a word on some cars and a boolean on others."""
    known = {joined(word): member for word, member in words.items()}

    def convert(value: object, unit: str) -> E | None:
        found = known.get(joined(value)) if isinstance(value, str) else None
        if found is not None:
            return found
        flag = boolean(value, unit)
        return None if flag is None else yes if flag else no

    return convert


def day(value: object, _unit: str = "") -> date | None:
    """Return a date in one of BMW's formats; for a month, its first day."""
    if is_nothing(value) or value == "-":
        return None
    if not isinstance(value, str):
        raise ValueError("not a date")
    text_ = value.strip()
    written = _written(text_)
    if written is not None:
        return _plausible(written.date())
    if len(text_) < len("2026-11-01"):
        text_ = f"{text_}-01"
    return _plausible(iso_time(text_[:10]).date())


def time_of(value: object, _unit: str = "") -> datetime | None:
    """Return a time in one of BMW's formats; one without an offset is local to the car."""
    if is_nothing(value):
        return None
    if not isinstance(value, str):
        raise ValueError("not a time")
    return _plausible(_written(value.strip()) or iso_time(value.strip()))


def _plausible[D: date](when: D) -> D | None:
    """Return a date or time; None for years that mean "never"."""
    return when if 2000 < when.year < 2100 else None


def count(value: object, _unit: str = "") -> int | None:
    """Return the number of faults in a fault memory."""
    faults = _faults(value)
    return None if faults is None else len(faults)


def codes(value: object, _unit: str = "") -> tuple[str, ...] | None:
    """Return up to 100 faults; None if they cannot be read, which `count` reports."""
    try:
        faults = _faults(value)
    except ValueError:
        return None
    return None if faults is None else tuple(faults[:_MAX_CODES])


def _faults(value: object) -> list[str] | None:
    """Return the faults; none for an empty text."""
    empty = isinstance(value, str) and not value.strip()
    return None if is_nothing(value) and not empty else fault_codes(value)


def _written(value: str) -> datetime | None:
    for form in _DATES:
        try:
            return datetime.strptime(value, form).replace(tzinfo=UTC)
        except ValueError:
            continue
    return None


def items(value: object) -> list[Mapping[str, object]]:
    """Return the objects of a list; the list and each item may be JSON in a text.

    Other items are skipped. Raises ValueError for invalid JSON, or if there are other items only.
    """
    whole = _list(value)
    found: list[Mapping[str, object]] = []
    for item in whole:
        try:
            decoded = _decoded(item)
        except ValueError:
            continue
        if isinstance(decoded, dict):
            found.append(decoded)
    if whole and not found:
        raise ValueError("no objects")
    return found


def inner(value: object) -> list[Mapping[str, object]]:
    """Return one object or a list of objects, also as JSON in a text; empty if it is invalid."""
    try:
        decoded = _decoded(value)
        return [decoded] if isinstance(decoded, dict) else items(decoded)
    except ValueError:
        return []


def _list(value: object) -> list[object]:
    """Return a list, also of a single object without a list."""
    decoded = _decoded(value)
    if isinstance(decoded, dict):
        return [decoded]
    if not isinstance(decoded, list):
        raise ValueError("not a list")
    return decoded


def _decoded(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        result: object = orjson.loads(value)
    except orjson.JSONDecodeError:
        raise ValueError("not JSON") from None
    return result
