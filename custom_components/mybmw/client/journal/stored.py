"""The stored form of records: compact JSON that is read back with care.

A field that gets a new meaning gets a new name, so that files of any version can be read.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

from ..core.records import AnyRecord, Charge, Refuelling, Trip
from .forms import Json, RecordField, columns_of, write
from .log import REFUELLING, TRIP

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


class LoadedRecords(NamedTuple):
    """The records that could be read, and the JSON of the damaged ones."""

    records: list[AnyRecord]
    damaged: list[object]


def to_json(item: AnyRecord) -> Json:
    """Return a record as JSON."""
    return write(_COLUMNS[type(item)], item)


def from_json(saved: object) -> AnyRecord:
    """Return a record from its JSON; raise ValueError if it is damaged."""
    if not isinstance(saved, dict) or not isinstance(saved.get("i"), str):
        raise ValueError("no record")
    kind = _KINDS.get(saved["i"][:1], Charge)
    known = _FIELDS[kind]
    found: dict[str, Any] = {}
    for short, value in saved.items():
        if short in known:
            name, read, plain = known[short]
            found[name] = value if type(value) is plain else read(value)
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


def _consistent(item: AnyRecord) -> bool:
    if isinstance(item, Refuelling):
        return item.odometer_before <= item.odometer
    in_order = item.start is None or item.start <= item.end
    return in_order and (isinstance(item, Charge) or item.odometer_start <= item.odometer_end)


_KINDS: Final[Mapping[str, type[AnyRecord]]] = {TRIP: Trip, REFUELLING: Refuelling}
_COLUMNS: Final[Mapping[type[AnyRecord], tuple[RecordField, ...]]] = {
    kind: columns_of(kind, _SHORT) for kind in (Trip, Charge, Refuelling)
}
_FIELDS: Final = {
    kind: {item.short: (item.name, item.form.read, item.form.plain) for item in all_fields}
    for kind, all_fields in _COLUMNS.items()
}
