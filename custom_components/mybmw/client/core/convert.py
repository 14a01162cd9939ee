"""Converters from JSON to the values of attributes.

A converter accepts any JSON value. It returns None for null and for words such as "INVALID", and
raises ValueError for an unusable value, so that the caller can skip and count it. A word that is
not a member of the expected enumeration raises `UnknownWordError`.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from enum import StrEnum
import logging
from math import isfinite
import re
from typing import Final

from .attributes import Unit
from .units import converted

_LOGGER = logging.getLogger(__name__)

type Converter[T] = Callable[[object], T | None]

NEVER: Final = 2000
"""Times in this year or earlier mean "never"."""

_MAX_YEAR: Final = 2100
_MAX_NUMBER: Final = 2**53
_WORD: Final = re.compile(r"[A-Za-z][A-Za-z0-9_ -]{0,62}")
_NO_WORD: Final = re.compile(r"[^a-z0-9]+")
_CONSTANT: Final = re.compile(r"[A-Z0-9_]+|[a-z][A-Za-z0-9_]*|[A-Za-z0-9]*_[A-Za-z0-9_]*")
_MEASURE: Final = re.compile(
    r"(?P<number>[-+]?\d{1,15}(?:[.,]\d{1,15})?(?:[eE][-+]?\d{1,3})?)\s*(?P<unit>[A-Za-z°%].{0,15})?",
    re.ASCII,
)

NULL_WORDS = frozenset({"", "INVALID", "UNKNOWN", "NOT_AVAILABLE", "NULL", "NAN"})
"""Words, in upper case, that sources send instead of a value."""


class UnknownWordError(ValueError):
    """A word that is not a known member of an enumeration."""

    def __init__(self, word: str) -> None:
        """Create the error with the word as received."""
        super().__init__("not a known word")
        self.word = word


def unknown_word(value: object) -> ValueError:
    """Return the error for a value that is no known word: UnknownWordError if it is a word."""
    if isinstance(value, str) and _WORD.fullmatch(value.strip()):
        return UnknownWordError(value.strip())
    return ValueError("not a word")


def note_unknown_word(problems: Counter[str], where: str, error: UnknownWordError) -> None:
    """Count an unknown word, and log the first one of each path unless it may be a name."""
    if where not in problems:
        word = error.word if _CONSTANT.fullmatch(error.word) else "not a constant"
        _LOGGER.info("Unknown value of %s: %s", where, word)
    problems[where] += 1


def number(value: object) -> float | None:
    """Return a number, also from a text with a decimal comma or a unit after it."""
    if type(value) is int and -_MAX_NUMBER <= value <= _MAX_NUMBER:
        return float(value)  # the most common case
    if value is None or is_null_word(value):
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        raise ValueError("not a number")
    try:
        result = float(_digits(value) if isinstance(value, str) else value)
    except OverflowError as error:
        raise ValueError("too large") from error
    if not isfinite(result):
        raise ValueError("not finite")
    return result


def split_unit(value: object) -> tuple[object, str]:
    """Split a text such as "81 km" into number and unit; the unit is in lower case, or ""."""
    found = _MEASURE.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None or found["unit"] is None:
        return value, ""
    return found["number"], found["unit"].strip().lower()


def measured_in(wanted: Unit) -> Converter[float]:
    """Return a converter for numbers with an optional unit, which is `wanted` if it is missing."""

    def convert(value: object) -> float | None:
        if not isinstance(value, str):
            return number(value)
        digits, unit = split_unit(value)
        amount = number(digits)
        return converted(amount, unit, wanted) if amount is not None and unit else amount

    return convert


def _digits(value: str) -> str:
    found = _MEASURE.fullmatch(value.strip())
    return value if found is None else found["number"].replace(",", ".")


def integer(value: object) -> int | None:
    """Return an integer."""
    if type(value) is int and -_MAX_NUMBER <= value <= _MAX_NUMBER:
        return value
    result = number(value)
    if result is None:
        return None
    if abs(result) > _MAX_NUMBER or result != int(result):
        raise ValueError("not an integer, or too large")
    return int(result)


def boolean(value: object) -> bool | None:
    """Return a boolean, also from the texts "true" and "false"."""
    if isinstance(value, bool):
        return value
    if value is None or is_null_word(value):
        return None
    if isinstance(value, str) and value.strip().lower() in ("true", "false"):
        return value.strip().lower() == "true"
    raise ValueError("not a boolean")


def text(value: object) -> str | None:
    """Return a text, cut to 255 characters."""
    if value is None:
        return None
    if not isinstance(value, str):
        raise ValueError("not a text")
    found = value.strip()
    return None if found.upper() in NULL_WORDS else found[:255]


def iso_time(value: object) -> datetime:
    """Return an ISO 8601 time, with or without an offset; raise ValueError for anything else."""
    if not isinstance(value, str):
        raise ValueError("not a time")
    return datetime.fromisoformat(value)


def utc_time(value: object) -> datetime | None:
    """Return an ISO 8601 time with an offset as UTC; None for anything else."""
    try:
        result = iso_time(value)
        if result.tzinfo is UTC:
            return result
        return result.astimezone(UTC) if result.tzinfo is not None else None
    except ValueError, OverflowError:
        return None


def timestamp(value: object) -> datetime | None:
    """Return an ISO 8601 time with an offset as UTC; None for years up to 2000 ("never")."""
    try:
        result = _iso(value)
        if result is None:
            return None
        if result.tzinfo is None:
            raise ValueError("no offset")
        result = result.astimezone(UTC)
    except OverflowError:
        return None
    return result if result.year > NEVER else None


def needed_timestamp(value: object) -> datetime:
    """Return an ISO 8601 time with an offset as UTC; raise ValueError if there is none."""
    result = timestamp(value)
    if result is None:
        raise ValueError("no time")
    return result


def day(value: object) -> date | None:
    """Return the local date of an ISO 8601 time; None ("never") if not within 2001 to 2099."""
    result = _iso(value)
    return result.date() if result is not None and NEVER < result.year < _MAX_YEAR else None


def _iso(value: object) -> datetime | None:
    if value is None:
        return None
    try:
        return iso_time(value)
    except ValueError:
        if is_null_word(value):
            return None
        raise


def member[E: StrEnum](kind: type[E], **also: E) -> Converter[E]:
    """Return a converter for an enumeration; `also` are further words for members.

    Case and separators of words do not matter.
    """
    exact = {item.value: item for item in kind} | also
    words = {joined(word): item for word, item in exact.items()}

    def convert(value: object) -> E | None:
        found = None
        if isinstance(value, str):
            found = exact.get(value) or words.get(joined(value))
        if found is None and value is not None and not is_null_word(value):
            raise unknown_word(value)
        return found

    return convert


def joined(word: str) -> str:
    """Return the letters and digits of a word, in lower case."""
    return _NO_WORD.sub("", word.lower())


def is_null_word(value: object) -> bool:
    """Return whether a value is a word for "no value"."""
    return isinstance(value, str) and value.strip().upper() in NULL_WORDS


def mapping(value: object) -> Mapping[str, object]:
    """Return a JSON object; an empty one for anything else."""
    return value if isinstance(value, dict) else {}


def sequence(value: object) -> Sequence[object]:
    """Return a JSON list; an empty one for anything else."""
    return value if isinstance(value, list) else ()
