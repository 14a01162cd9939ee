"""From what a source sent to a value of the vocabulary.

A converter takes any JSON value. It returns None for what a source uses to say "no value", and
raises ValueError for what it cannot make sense of, so that the caller can skip and count it.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from enum import StrEnum
from math import isfinite
from typing import Final

type Converter[T] = Callable[[object], T | None]

_LARGEST: Final = 2**53

NULL_WORDS = frozenset({"", "INVALID", "UNKNOWN", "NOT_AVAILABLE", "NULL", "NAN"})
"""Texts, in upper case, that sources send in place of a value."""


def number(value: object) -> float | None:
    """Read a number, also one written as text."""
    if value is None or is_null_word(value):
        return None
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ValueError("not a number")
    try:
        result = float(value)
    except OverflowError as error:
        raise ValueError("too large") from error
    if not isfinite(result):
        raise ValueError("not finite")
    return result


def integer(value: object) -> int | None:
    """Read a whole number."""
    result = number(value)
    if result is None:
        return None
    if abs(result) > _LARGEST or result != int(result):
        raise ValueError("not a whole number of use")
    return int(result)


def boolean(value: object) -> bool | None:
    """Read a truth value; words are matched as a whole."""
    if value is None or is_null_word(value):
        return None
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.lower() in ("true", "false"):
        return value.lower() == "true"
    raise ValueError("not a truth value")


def text(value: object) -> str | None:
    """Read a text of at most 255 characters."""
    if value is None or is_null_word(value):
        return None
    if not isinstance(value, str):
        raise ValueError("not a text")
    return value.strip()[:255] or None


def timestamp(value: object) -> datetime | None:
    """Read an ISO 8601 time with its offset; years before 2000 stand for "never"."""
    if value is None or is_null_word(value):
        return None
    if not isinstance(value, str):
        raise ValueError("not a time")
    try:
        result = datetime.fromisoformat(value)
        if result.tzinfo is None:
            raise ValueError("no offset")
        result = result.astimezone(UTC)
    except OverflowError:
        return None
    return result if result.year >= 2000 else None


def needed_timestamp(value: object) -> datetime:
    """Read an ISO 8601 time with its offset that has to be there; else ValueError."""
    result = timestamp(value)
    if result is None:
        raise ValueError("no time")
    return result


def day(value: object) -> date | None:
    """Read the date of an ISO 8601 time, as it is written."""
    if value is None or is_null_word(value):
        return None
    if not isinstance(value, str):
        raise ValueError("not a date")
    result = datetime.fromisoformat(value).date()
    return result if result.year >= 2000 else None


def member[E: StrEnum](kind: type[E], **also: E) -> Converter[E]:
    """Make a converter for one enumeration; `also` names further words for members."""
    words = {item.value: item for item in kind} | also

    def convert(value: object) -> E | None:
        found = words.get(value.upper()) if isinstance(value, str) else None
        if found is None and value is not None and not is_null_word(value):
            raise ValueError("not a known word")
        return found

    return convert


def is_null_word(value: object) -> bool:
    """Tell whether a text stands for "no value"."""
    return isinstance(value, str) and value.strip().upper() in NULL_WORDS


def mapping(value: object) -> Mapping[str, object]:
    """Take an object as it is; anything else is an empty one."""
    return value if isinstance(value, dict) else {}


def sequence(value: object) -> Sequence[object]:
    """Take a list as it is; anything else is an empty one."""
    return value if isinstance(value, list) else ()
