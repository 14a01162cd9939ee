"""How CarData spells values, and what they mean (facts: CarData sheet §2.5, §3.5 and §4).

REST sends every value as text, the stream sends native JSON; the same key may be a truth value
here and a word there. Words are compared as a whole and without regard to capitals.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Final

import orjson

from ..convert import is_null_word, mapping, number as any_number, sequence, text

type Converter[T] = Callable[[object, str], T | None]
"""From a value and its unit in lower case; None is no value, ValueError nonsense."""

_NOTHING: Final = frozenset({"-NA-", "SIGNAL_INVALID", "ASN_ISUNKNOWN", "NO_FIX"})
_TRUE: Final = frozenset(
    {"TRUE", "1", "ASN_ISTRUE", "OPEN", "CONNECTED", "CHOSEN", "ACTIVE", "ACTIVATE", "INTERMEDIATE"}
)
_FALSE: Final = frozenset(
    {"FALSE", "0", "ASN_ISFALSE", "CLOSED", "DISCONNECTED", "NOTCHOSEN", "INACTIVE", "DEACTIVATE"}
)
_KILOMETERS: Final[Mapping[str, float]] = {
    "": 1.0,
    "km": 1.0,
    "kilometers": 1.0,
    "kilometer": 1.0,
    "mi": 1.609344,
    "mile": 1.609344,
    "miles": 1.609344,
}
_MINUTES: Final[Mapping[str, float]] = {"": 1.0, "min": 1.0, "h": 60.0, "s": 1 / 60}
_DATES: Final = ("%d.%m.%Y %H:%M UTC", "%d.%m.%Y %H:%M:%S UTC", "%m/%d/%Y %H:%M UTC", "%Y-%m-%d")


def is_nothing(value: object) -> bool:
    """Tell whether a value stands for "no value"."""
    if value is None or is_null_word(value):
        return True
    return isinstance(value, str) and value.strip().upper() in _NOTHING


def number(value: object, _unit: str) -> float | None:
    """Read a number."""
    return None if is_nothing(value) else any_number(value)


def truth(value: object, _unit: str) -> bool | None:
    """Read a truth value, or a word that stands for one."""
    if is_nothing(value):
        return None
    if isinstance(value, bool):
        return value
    word = str(value).strip().upper() if isinstance(value, str | int) else ""
    if word in _TRUE:
        return True
    if word in _FALSE:
        return False
    raise ValueError("not a truth value")


def distance(value: object, unit: str) -> float | None:
    """Read a distance in km; a converted one has one decimal."""
    amount = number(value, unit)
    if amount is None:
        return None
    factor = _KILOMETERS.get(unit)
    if factor is None:
        raise ValueError("not a unit of length")
    return amount if factor == 1 else round(amount * factor, 1)


def minutes(value: object, unit: str) -> float | None:
    """Read a duration in min; the largest numbers stand for "not known"."""
    amount = number(value, unit)
    if amount is None or unit not in _MINUTES:
        return None
    length = amount * _MINUTES[unit]
    return length if 0 <= length <= 10_080 else None


def plain(value: object, _unit: str) -> str | None:
    """Read a text."""
    return None if is_nothing(value) else text(value)


def member[E: StrEnum](words: Mapping[str, E]) -> Converter[E]:
    """Make a converter from words in capitals to members of an enumeration."""

    def convert(value: object, _unit: str) -> E | None:
        if is_nothing(value):
            return None
        found = words.get(value.strip().upper()) if isinstance(value, str) else None
        if found is None:
            raise ValueError("not a known word")
        return found

    return convert


def truth_or[E: StrEnum](words: Mapping[str, E], yes: E, no: E) -> Converter[E]:
    """Make a converter for what is a word on some cars and a truth value on others."""

    def convert(value: object, unit: str) -> E | None:
        found = words.get(value.strip().upper()) if isinstance(value, str) else None
        if found is not None:
            return found
        told = truth(value, unit)
        return None if told is None else yes if told else no

    return convert


def day(value: object) -> date | None:
    """Read a date in one of the forms that BMW writes; a month alone is its first day."""
    if is_nothing(value) or value == "-":
        return None
    if not isinstance(value, str):
        raise ValueError("not a date")
    for form in _DATES:
        try:
            return datetime.strptime(value.strip(), form).replace(tzinfo=UTC).date()
        except ValueError:
            continue
    return datetime.strptime(value.strip()[:7], "%Y-%m").replace(tzinfo=UTC).date()


def moment(value: object) -> datetime | None:
    """Read when something was measured; None if that is not told."""
    if not isinstance(value, str):
        return None
    try:
        result = datetime.fromisoformat(value)
    except ValueError:
        return None
    return result.astimezone(UTC) if result.tzinfo is not None else None


def items(value: object) -> list[Mapping[str, object]]:
    """Read a list of objects that came as JSON in a text, perhaps each of them again.

    What is no object is left out; ValueError if the whole is no JSON.
    """
    found = []
    for item in sequence(_decoded(value)):
        try:
            found.append(mapping(_decoded(item)))
        except ValueError:
            continue
    return found


def inner(value: object) -> list[Mapping[str, object]]:
    """Read one object or a list of objects, perhaps as JSON in a text; nonsense is an empty one."""
    try:
        decoded = _decoded(value)
    except ValueError:
        return []
    return [mapping(decoded)] if isinstance(decoded, dict) else items(decoded)


def _decoded(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        result: object = orjson.loads(value)
    except orjson.JSONDecodeError:
        raise ValueError("not JSON") from None
    return result
