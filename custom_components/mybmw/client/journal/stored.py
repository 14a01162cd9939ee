"""The stored form of records: compact JSON that is read back with care.

Times are seconds since 1970, values that are as by default are left out. A field that gets a new
meaning gets a new name, so that files of any version can be read.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import UTC, datetime
from math import isfinite
from types import NoneType
from typing import Any, Final, NamedTuple, get_args, get_origin, get_type_hints

from ..core.records import Charge, Record, Trip
from .log import TRIP

VERSION: Final = 1

_SHORT: Final[Mapping[str, str]] = {
    "id": "i",
    "start": "s",
    "end": "e",
    "odometer_start": "o",
    "odometer_end": "p",
    "not_before": "n",
    "start_soc": "a",
    "end_soc": "z",
    "energy": "w",
    "battery_energy": "b",
    "electric_share": "x",
    "origin": "f",
    "destination": "t",
    "facts": "g",
    "place": "l",
    "revision": "r",
    "slots": "q",
    "odometer": "o",
}
"""Short names of fields that many records have; others have their own name."""

type Json = dict[str, Any]


class _Form(NamedTuple):
    write: Callable[[Any], Any]
    read: Callable[[Any], Any]


class _Column(NamedTuple):
    name: str
    short: str
    form: _Form
    default: object


class LoadedRecords(NamedTuple):
    """The records that could be read, and the JSON of the damaged ones."""

    records: list[Record]
    damaged: list[object]


def to_json(item: Record) -> Json:
    """Return a record as JSON."""
    columns = _COLUMNS[type(item)]
    values = ((column, getattr(item, column.name)) for column in columns)
    return {
        column.short: column.form.write(value)
        for column, value in values
        if value != column.default
    }


def from_json(saved: object) -> Record:
    """Return a record from its JSON; raise ValueError if it is damaged."""
    if not isinstance(saved, dict) or not isinstance(saved.get("i"), str):
        raise ValueError("no record")
    kind: type[Record] = Trip if saved["i"].startswith(TRIP) else Charge
    known, found = _READERS[kind], {}
    for short, value in saved.items():
        if short in known:
            name, read = known[short]
            found[name] = read(value)
    try:
        item = kind(**found)
    except TypeError as error:
        raise ValueError("incomplete record") from error
    if not _consistent(item):
        raise ValueError("contradictory record")
    return item


def load_records(saved: Iterable[object]) -> LoadedRecords:
    """Return all records that can be read, and the damaged ones as they are."""
    loaded = LoadedRecords([], [])
    for item in saved:
        try:
            loaded.records.append(from_json(item))
        except ValueError:
            loaded.damaged.append(item)
    return loaded


def _consistent(item: Record) -> bool:
    in_order = item.start is None or item.start <= item.end
    return in_order and (isinstance(item, Charge) or item.odometer_start <= item.odometer_end)


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
    return _Form(str, lambda saved: _member(words, saved))


def _optional(form: _Form) -> _Form:
    return _Form(
        lambda value: None if value is None else form.write(value),
        lambda saved: None if saved is None else form.read(saved),
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
            form.read(value) for form, value in zip(forms, _list(saved), strict=True)
        ),
    )


def _nested(kind: Any) -> _Form:
    """Return the form of a small record: its values in order, without defaults at the end."""
    columns = _columns(kind)
    reads = [column.form.read for column in columns]

    def write(value: object) -> list[object]:
        values = [getattr(value, column.name) for column in columns]
        while values and values[-1] == columns[len(values) - 1].default:
            values.pop()
        return [column.form.write(item) for column, item in zip(columns, values, strict=False)]

    def read(saved: object) -> Any:
        try:
            return kind(*[read(item) for read, item in zip(reads, _list(saved), strict=False)])
        except TypeError as error:
            raise ValueError("incomplete") from error

    return _Form(write, read)


def _columns(kind: Any) -> tuple[_Column, ...]:
    hints = get_type_hints(kind)
    return tuple(
        _Column(
            item.name, _SHORT.get(item.name, item.name), _form(hints[item.name]), _default(item)
        )
        for item in fields(kind)
    )


def _default(item: Field[Any]) -> object:
    if item.default_factory is not MISSING:
        return item.default_factory()
    return item.default


def _member[T](words: Mapping[str, T], saved: object) -> T:
    if not isinstance(saved, str) or saved not in words:
        raise ValueError("unknown word")
    return words[saved]


def _list(saved: object) -> list[Any]:
    if not isinstance(saved, list):
        raise ValueError("no list")
    return saved


def _seconds(time: datetime) -> float:
    seconds = time.timestamp()
    return int(seconds) if seconds.is_integer() else seconds


def _time(saved: object) -> datetime:
    try:
        return datetime.fromtimestamp(_number(saved), UTC)
    except (OverflowError, OSError) as error:
        raise ValueError("no time") from error


def _number(saved: object) -> float:
    if isinstance(saved, bool) or not isinstance(saved, (int, float)) or not isfinite(saved):
        raise ValueError("no number")
    return float(saved)


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
    float: _Form(float, _number),
    int: _Form(int, _whole),
    str: _Form(str, _text),
    bool: _Form(bool, _truth),
}
_COLUMNS: Final[Mapping[type[Record], tuple[_Column, ...]]] = {
    kind: _columns(kind) for kind in (Trip, Charge)
}
_READERS: Final[Mapping[type[Record], Mapping[str, tuple[str, Callable[[Any], Any]]]]] = {
    kind: {column.short: (column.name, column.form.read) for column in columns}
    for kind, columns in _COLUMNS.items()
}
