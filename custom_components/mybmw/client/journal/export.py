"""Records as plain data and as CSV (RFC 4180)."""

from collections.abc import Callable, Iterable, Mapping, Sequence
import csv
from dataclasses import fields, is_dataclass
from datetime import datetime, timedelta, tzinfo
from enum import StrEnum
from io import StringIO
from operator import attrgetter
from typing import Any, Final, NamedTuple

from ..core.records import AnyRecord, Charge, Figure, Money, Record, Refuelling, Trip

type Cell = str | float | int | None


class Column(NamedTuple):
    """A column of a table: its key, its unit, and how its value is got from a record."""

    key: str
    unit: str | None
    value: Callable[[Any], object]

    @property
    def header(self) -> str:
        """The heading, with the unit."""
        return self.key if self.unit is None else f"{self.key} ({self.unit})"


def _column(key: str, unit: str | None = None, path: str | None = None) -> Column:
    return Column(key, unit, attrgetter(path or key))


def _figure(key: str, unit: str) -> tuple[Column, Column]:
    """Return the columns of a figure: its value, and how it was made."""

    def value(item: Record) -> object:
        figure: Figure | None = getattr(item, key)
        return None if figure is None else figure.value

    def how(item: Record) -> object:
        figure: Figure | None = getattr(item, key)
        return None if figure is None else figure.how

    return Column(key, unit, value), Column(f"{key}_from", None, how)


def _place(key: str) -> tuple[Column, Column]:
    return _column(key, None, f"{key}.name"), _column(f"{key}_kind", None, f"{key}.kind")


def _money(part: str, key: str = "cost") -> Callable[[Record], object]:
    def value(item: Record) -> object:
        cost: Money | None = getattr(item, key)
        return None if cost is None else getattr(cost, part)

    return value


def _duration(item: Record) -> timedelta | None:
    return None if item.start is None else item.end - item.start


_FUEL_COST: Final = (
    Column("fuel_cost", None, _money("amount", "fuel_cost")),
    Column("currency", None, _money("currency", "fuel_cost")),
    Column("fuel_cost_from", None, _money("how", "fuel_cost")),
)
TRIP_COLUMNS: Final = (
    _column("id"),
    _column("start"),
    _column("not_before"),
    _column("end"),
    Column("duration", "min", _duration),
    _column("distance", "km"),
    _column("odometer_start", "km"),
    _column("odometer_end", "km"),
    *_place("origin"),
    *_place("destination"),
    _column("start_soc", "%"),
    _column("end_soc", "%"),
    *_figure("energy", "kWh"),
    _column("consumption", "kWh/100km"),
    *_figure("fuel", "L"),
    *_FUEL_COST,
    _column("electric_share", "%"),
    _column("count"),
    _column("parts_unknown"),
    _column("monthly_total", None, "monthly"),
    _column("unseen"),
    _column("category"),
    _column("category_inferred", None, "inferred"),
    _column("note"),
)
CHARGE_COLUMNS: Final = (
    _column("id"),
    _column("start"),
    _column("not_before"),
    _column("end"),
    Column("duration", "min", _duration),
    _column("plugged"),
    _column("unplugged"),
    _column("start_soc", "%"),
    _column("end_soc", "%"),
    *_figure("energy", "kWh"),
    *_figure("battery_energy", "kWh"),
    _column("kind"),
    _column("power", "kW"),
    _column("mileage", "km", "odometer"),
    *_place("place"),
    _column("address"),
    _column("public"),
    _column("preconditioned"),
    _column("pauses"),
    _column("ended_by"),
    _column("unseen"),
    _column("solar_share", "%"),
    Column("cost", None, _money("amount")),
    Column("currency", None, _money("currency")),
    Column("cost_from", None, _money("how")),
    Column("cost_partial", None, _money("partial")),
    _column("note"),
)
REFUELLING_COLUMNS: Final = (
    _column("id"),
    _column("time"),
    _column("mileage", "km", "odometer"),
    _column("fuel", "L"),
    _column("fuel_before", "L"),
    _column("fuel_after", "L"),
    _column("level_before", "%"),
    _column("level_after", "%"),
    *_FUEL_COST,
)
_COLUMNS: Final[Mapping[type[AnyRecord], Sequence[Column]]] = {
    Trip: TRIP_COLUMNS,
    Charge: CHARGE_COLUMNS,
    Refuelling: REFUELLING_COLUMNS,
}
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
_BOM: Final = "\ufeff"


def as_data(item: AnyRecord, zone: tzinfo) -> dict[str, Any]:
    """Return a record as JSON, with local times; `how` says how its figures were made."""
    found = {column.key: _plain(column.value(item), zone) for column in _COLUMNS[type(item)]}
    if isinstance(item, Charge):
        found["hours"] = [_plain(slot, zone) for slot in item.slots]
    elif isinstance(item, Trip):
        found["facts"] = dict(item.facts)
    return found


def as_csv(
    records: Iterable[AnyRecord],
    columns: Sequence[Column],
    zone: tzinfo,
    *,
    delimiter: str = ",",
    bom: bool = False,
) -> str:
    """Return a table with units in its header, and local times with their offset.

    Text that a spreadsheet would take for a formula gets an apostrophe in front.
    """
    text = StringIO()
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\r\n")
    writer.writerow([column.header for column in columns])
    for item in records:
        writer.writerow([_cell(_plain(column.value(item), zone)) for column in columns])
    return (_BOM if bom else "") + text.getvalue()


def _cell(value: Any) -> Cell:
    if value is None or isinstance(value, (int, float)):
        return value
    text = str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text


def _plain(value: object, zone: tzinfo) -> Any:
    """Return a value as JSON."""
    match value:
        case datetime():
            return value.astimezone(zone).isoformat(timespec="seconds")
        case timedelta():
            return round(value.total_seconds() / 60, 1)
        case StrEnum():
            return value.value
        case float():
            return round(value, 3)
    if is_dataclass(value):
        return {item.name: _plain(getattr(value, item.name), zone) for item in fields(value)}
    return value
