"""How records are written as JSON and read back with care, by the types of their fields.

Times are seconds since 1970, small records in larger ones are lists of their values in order, and
values that are as by default are left out.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache, partial
from math import isfinite
from types import NoneType
from typing import Any, Final, NamedTuple, get_args, get_origin, get_type_hints

from ..core.records import Slot
from .series import QUARTER

type Json = dict[str, Any]

_MOST_PLACES: Final = 64


class _Form(NamedTuple):
    """How values are written and read; those of the type `plain` in JSON are read as they are."""

    write: Callable[[Any], Any]
    read: Callable[[Any], Any]
    plain: type | None = None


class RecordField(NamedTuple):
    """A field of a record: its name in JSON, its form, and its default."""

    name: str
    short: str
    form: _Form
    default: object


def write(columns: tuple[RecordField, ...], item: object) -> Json:
    """Return a record as JSON, without values that are as by default."""
    values = ((column, getattr(item, column.name)) for column in columns)
    return {
        column.short: column.form.write(value)
        for column, value in values
        if value != column.default
    }


def read_valid(columns: tuple[RecordField, ...], saved: Mapping[str, object]) -> dict[str, Any]:
    """Return the fields that can be read; others are left out."""
    found = {}
    for column in columns:
        if column.short in saved:
            try:
                found[column.name] = column.form.read(saved[column.short])
            except ValueError:
                continue
    return found


def columns_of(kind: Any, short: Mapping[str, str]) -> tuple[RecordField, ...]:
    """Return the fields of a record; `short` are shorter names for some of them."""
    hints, all_fields = get_type_hints(kind), fields(kind)
    forms = (_form(hints[item.name]) for item in all_fields)
    return tuple(
        RecordField(item.name, short.get(item.name, item.name), form, _default(item))
        for item, form in zip(all_fields, forms, strict=True)
    )


def _form(hint: Any) -> _Form:
    """Return how values of a type are written and read."""
    if hint in _PLAIN:
        return _PLAIN[hint]
    parts = get_args(hint)
    if NoneType in parts:
        return _optional(_form(next(part for part in parts if part is not NoneType)))
    if get_origin(hint) is tuple:
        return _many(_form(parts[0])) if parts[1] is Ellipsis else _row([*map(_form, parts)])
    if is_dataclass(hint):
        return _nested(hint)
    words = {word.value: word for word in hint}
    return _Form(str, partial(_member, words))


def _optional(form: _Form) -> _Form:
    return _Form(
        lambda value: None if value is None else form.write(value),
        lambda saved: None if saved is None else form.read(saved),
        form.plain,
    )


def _many(form: _Form) -> _Form:
    return _Form(
        lambda values: [*map(form.write, values)],
        lambda saved: tuple(map(form.read, _list(saved))),
    )


def _row(forms: list[_Form]) -> _Form:
    return _Form(
        lambda values: [form.write(value) for form, value in zip(forms, values, strict=True)],
        lambda saved: tuple(
            [
                value if type(value) is form.plain else form.read(value)
                for form, value in zip(forms, _list(saved), strict=True)
            ]
        ),
    )


def _nested(kind: Any) -> _Form:
    """Return the form of a small record: its values in order, without defaults at the end."""
    columns = columns_of(kind, {})
    forms = [column.form for column in columns]

    def write(value: object) -> list[object]:
        values = [getattr(value, column.name) for column in columns]
        while values and values[-1] == columns[len(values) - 1].default:
            values.pop()
        return [column.form.write(item) for column, item in zip(columns, values, strict=False)]

    def made(*saved: object) -> Any:
        return kind(
            *[
                item if type(item) is form.plain else form.read(item)
                for form, item in zip(forms, saved, strict=False)
            ]
        )

    # Places are few, and so are the words of which they consist
    known = made if any(form.plain is float for form in forms) else lru_cache(_MOST_PLACES)(made)

    def read(saved: object) -> Any:
        try:
            return known(*_list(saved))
        except TypeError as error:
            raise ValueError("incomplete") from error

    return _Form(write, read)


def _default(item: Field[Any]) -> object:
    if item.default_factory is not MISSING:
        return item.default_factory()
    return item.default


def _member[T](words: Mapping[object, T], saved: object) -> T:
    try:
        return words[saved]
    except (KeyError, TypeError) as error:
        raise ValueError("unknown word") from error


def _list(saved: object) -> list[Any]:
    if not isinstance(saved, list):
        raise ValueError("no list")
    return saved


def _seconds(time: datetime) -> float:
    seconds = time.timestamp()
    return int(seconds) if seconds.is_integer() else seconds


def _time(saved: object) -> datetime:
    try:
        return datetime.fromtimestamp(saved if type(saved) is int else _number(saved), UTC)
    except (OverflowError, OSError) as error:
        raise ValueError("no time") from error


def _number(saved: object) -> float:
    if isinstance(saved, bool) or not isinstance(saved, (int, float)) or not isfinite(saved):
        raise ValueError("no number")
    return float(saved)


def _write_slots(slots: tuple[Slot, ...]) -> list[float]:
    """Return the start of the first slot, and the energies from there on, 0 where there is none."""
    if not slots:
        return []
    first = int(slots[0].start.timestamp())
    energies = [0.0] * ((int(slots[-1].start.timestamp()) - first) // QUARTER + 1)
    for slot in slots:
        energies[(int(slot.start.timestamp()) - first) // QUARTER] = slot.energy
    return [first, *energies]


def _read_slots(saved: object) -> tuple[Slot, ...]:
    first, *energies = _list(saved) or [0]
    times = _quarters(_time(first))
    return tuple(
        [
            Slot(time, energy if type(energy) is float else _number(energy))
            for time, energy in zip(times, energies, strict=False)
            if energy
        ]
    )


def _quarters(time: datetime) -> Iterator[datetime]:
    while True:
        yield time
        time += _STEP


_STEP: Final = timedelta(seconds=QUARTER)


def _whole(saved: object) -> int:
    return int(_number(saved))


def _text(saved: object) -> str:
    if not isinstance(saved, str):
        raise ValueError("no text")
    return saved


def _truth(saved: object) -> bool:
    if not isinstance(saved, bool):
        raise ValueError("no truth value")
    return saved


_PLAIN: Final[Mapping[Any, _Form]] = {
    datetime: _Form(_seconds, _time),
    float: _Form(float, _number, float),
    int: _Form(int, _whole, int),
    str: _Form(str, _text, str),
    bool: _Form(bool, _truth, bool),
    tuple[Slot, ...]: _Form(_write_slots, _read_slots),
}
