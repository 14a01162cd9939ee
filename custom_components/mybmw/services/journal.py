"""The actions about the journal: trips, charges, their sums, export and corrections."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import tzinfo
from functools import partial
from typing import Final, NamedTuple

from homeassistant.const import CONF_FILENAME
from homeassistant.core import ServiceCall, ServiceResponse, callback
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers.json import json_dumps
from homeassistant.util import dt as dt_util
from homeassistant.util.json import JsonValueType

from ..client import Historical, Source, capabilities_of
from ..client.core.records import AnyRecord, Trip, TripClass
from ..client.journal.capacity_row import CapacityRow
from ..client.journal.export import (
    CHARGE_COLUMNS,
    REFUELLING_COLUMNS,
    TRIP_COLUMNS,
    Column,
    as_csv,
    as_data,
)
from ..client.journal.log import Log
from ..client.journal.series import COST, FUEL_COST, Series
from ..client.journal.summary import Period, Summary, starts, summaries
from ..journal.car_journal import CarJournal
from ..runtime.errors import translated_error
from .files import async_check_path, async_write_file
from .target import Target, async_car

MOST_RECORDS: Final = 10_000
LONGEST_NOTE: Final = 500
NO_CATEGORY: Final = "none"
CATEGORIES: Final = [*(item.value for item in TripClass), NO_CATEGORY]
PERIODS: Final = [item.value for item in Period]
SERIES: Final = [*(item.value for item in Series), COST, FUEL_COST]
ORDERS: Final = ["newest_first", "oldest_first"]
FORMATS: Final = ["csv", "json"]
DELIMITERS: Final = {"comma": ",", "semicolon": ";"}
CAPACITY_FROM: Final = {False: "car", True: "grid"}
_SHORT_TRIP: Final = 2.0


class RecordKind(NamedTuple):
    """A kind of records: where they are in a log, and their columns."""

    records: Callable[[Log], Mapping[str, AnyRecord]]
    columns: Sequence[Column]


KINDS: Final[Mapping[str, RecordKind]] = {
    "trips": RecordKind(lambda log: log.trips, TRIP_COLUMNS),
    "charges": RecordKind(lambda log: log.charges, CHARGE_COLUMNS),
    "refuellings": RecordKind(lambda log: log.refuellings, REFUELLING_COLUMNS),
}


def selected(call: ServiceCall, records: Iterable[AnyRecord]) -> list[AnyRecord]:
    """Return the records that end within the wanted period, in the wanted order."""
    start, end = call.data.get("start"), call.data.get("end")
    found = [
        item
        for item in records
        if (start is None or item.end >= start) and (end is None or item.end < end)
        if call.data.get("include_short", True) or not _short(item)
    ]
    newest_first = call.data.get("order") == ORDERS[0]
    found.sort(key=lambda item: item.end, reverse=newest_first)
    return found[: call.data.get("limit")]


def _short(item: AnyRecord) -> bool:
    """Return whether a record is a trip that only moved the car, such as out of a garage."""
    return isinstance(item, Trip) and item.distance < _SHORT_TRIP


def listed(call: ServiceCall, kind: str) -> tuple[Target, list[JsonValueType]]:
    """Return the targeted car and its wanted records as JSON."""
    target = async_car(call)
    journal = target.coordinator.journals.cars.get(target.vehicle.vin)
    records = [] if journal is None else KINDS[kind].records(journal.log).values()
    zone = dt_util.get_default_time_zone()
    return target, [as_data(item, zone) for item in selected(call, records)]


async def async_get_summary(call: ServiceCall) -> ServiceResponse:
    """Return sums by period, newest first."""
    log, zone = async_journal(async_car(call)).log, dt_util.get_default_time_zone()
    edges = starts(Period(call.data["period"]), dt_util.utcnow(), zone, call.data["count"])
    found = summaries([*log.trips.values(), *log.charges.values()], edges)
    return {"periods": [_summary(item) for item in reversed(found)]}


def _summary(item: Summary) -> dict[str, JsonValueType]:
    costs = _rounded(item.costs)
    return {
        "start": item.start.isoformat(),
        "end": item.end.isoformat(),
        "distance": item.distance,
        "trips": item.trips,
        "driving_energy": item.driving_energy,
        "consumption": item.consumption,
        "electric_share": item.electric_share,
        **({} if item.fuel is None else _fuel(item)),
        "charged": item.charged,
        "charged_home": item.charged_home,
        "charged_away": item.charged_away,
        "charges": item.charges,
        "solar_share": item.solar_share,
        **({} if item.battery is None else {"battery": _battery(item.battery)}),
        **({"cost": costs, "cost_per_100km": _rounded(item.costs_per_distance)} if costs else {}),
        **(_fuel_costs(item) if item.fuel_costs else {}),
    }


def _fuel(item: Summary) -> dict[str, JsonValueType]:
    return {"fuel": item.fuel, "fuel_consumption": item.fuel_consumption}


def _fuel_costs(item: Summary) -> dict[str, JsonValueType]:
    found: dict[str, JsonValueType] = {
        "fuel_cost": _rounded(item.fuel_costs),
        "fuel_cost_per_100km": _rounded(item.fuel_costs_per_distance),
    }
    if not item.costs:
        return found
    return found | {
        "energy_cost": _rounded(_added(item.costs, item.fuel_costs)),
        "energy_cost_per_100km": _rounded(
            _added(item.costs_per_distance, item.fuel_costs_per_distance)
        ),
    }


def _added(charging: Mapping[str, float], fuel: Mapping[str, float]) -> Mapping[str, float]:
    """Return the sums in those currencies in which both are known."""
    return {key: charging[key] + fuel[key] for key in charging.keys() & fuel.keys()}


def _battery(row: CapacityRow) -> dict[str, JsonValueType]:
    return {
        "capacity": row.capacity,
        "charges": row.charges,
        "capacity_from": CAPACITY_FROM[row.by_grid] if row.charges else None,
        "reported_capacity": row.reported,
        "reported_health": row.health,
        "mileage": row.odometer,
    }


def _rounded(amounts: Mapping[str, float]) -> dict[str, JsonValueType]:
    return {key: round(amount, 2) for key, amount in sorted(amounts.items())}


async def async_export_log(call: ServiceCall) -> ServiceResponse:
    """Return trips or charges as a file, or write it."""
    target = async_car(call)
    kind, filename = KINDS[call.data["what"]], call.data.get(CONF_FILENAME)
    if filename is not None:
        await async_check_path(call.hass, filename)
    records = selected(call, kind.records(async_journal(target).log).values())
    zone = dt_util.get_default_time_zone()
    make = partial(_csv if call.data["format"] == "csv" else _json, call, records, kind, zone)
    text = await call.hass.async_add_executor_job(make)
    answer: dict[str, JsonValueType] = {"records": len(records)}
    if filename is None:
        return answer | {"data": text}
    await async_write_file(call.hass, filename, text.encode())
    return answer | {"filename": filename}


def _csv(call: ServiceCall, records: Sequence[AnyRecord], kind: RecordKind, zone: tzinfo) -> str:
    delimiter, bom = DELIMITERS[call.data["delimiter"]], call.data["bom"]
    return as_csv(records, kind.columns, zone, delimiter=delimiter, bom=bom)


def _json(_call: ServiceCall, records: Sequence[AnyRecord], _kind: RecordKind, zone: tzinfo) -> str:
    return json_dumps([as_data(item, zone) for item in records])


async def async_set_trip(call: ServiceCall) -> ServiceResponse:
    """Set what a trip was for, or its note; an empty note removes it."""
    target = async_car(call)
    journal = async_journal(target)
    trip = _trip(target, journal.log, call.data.get("trip"))
    if "category" in call.data:
        word = call.data["category"]
        category = None if word == NO_CATEGORY else TripClass(word)
        trip = replace(trip, category=category, inferred=False)
    if "note" in call.data:
        trip = replace(trip, note=call.data["note"].strip() or None)
    journal.log.put(trip)
    journal.look()
    await journal.async_wait()
    return {"trip": as_data(journal.log.trips[trip.id], dt_util.get_default_time_zone())}


def _trip(target: Target, log: Log, wanted: str | None) -> Trip:
    """Return the wanted trip, else the last one."""
    last = max(log.trips.values(), key=lambda item: item.end, default=None)
    found = last if wanted is None else log.trips.get(wanted)
    if found is None:
        raise translated_error(ServiceValidationError, "trip_unknown", car=target.name)
    return found


async def async_import_charging_history(call: ServiceCall) -> ServiceResponse:
    """Read past charges into the journal; return how many were read, and with how many calls."""
    target, since, now = async_car(call), call.data["start"], dt_util.utcnow()
    journal, until = async_journal(target), min(call.data.get("end", now), now)
    if since >= until:
        raise translated_error(ServiceValidationError, "period_empty")
    source, historical = _historical(target)
    left, needed = source.status.calls_left_for_user, historical.most_calls
    if left is not None and left < needed:
        raise translated_error(
            ServiceValidationError, "too_few_calls", left=str(left), needed=str(needed)
        )
    read = await historical.read_charges(target.vehicle.vin, since, until)
    journal.look()
    await journal.async_wait()
    return {
        "charges": read.charges,
        "calls_made": read.calls,
        "calls_left": source.status.calls_left_for_user,
        "complete": read.complete,
    }


def _historical(target: Target) -> tuple[Source, Historical]:
    """Return the source that has the past charges of the car."""
    for source in target.coordinator.data.sources.values():
        found = capabilities_of(source).historical
        if found is not None and source.has(target.vehicle.vin):
            return source, found
    raise translated_error(ServiceValidationError, "no_charging_history", car=target.name)


async def async_rebuild_statistics(call: ServiceCall) -> None:
    """Delete the statistics of a car and write them again from its records."""
    statistics = async_journal(async_car(call)).statistics
    if statistics is None:
        raise translated_error(ServiceValidationError, "no_recorder")
    statistics.rebuild(call.data.get("series", SERIES))


async def async_clear_log(call: ServiceCall) -> ServiceResponse:
    """Delete all records of a car and its statistics."""
    if not call.data["confirm"]:
        raise translated_error(ServiceValidationError, "not_confirmed")
    journal = async_journal(async_car(call))
    ids = [item.id for item in journal.log.every]
    journal.log.remove(ids)
    journal.look()
    await journal.async_wait()
    await journal.async_save()
    if journal.statistics is not None:
        journal.statistics.rebuild()
    return {"deleted": len(ids)}


@callback
def async_journal(target: Target) -> CarJournal:
    """Return the journal of a car; raise an error if there is none."""
    journal = target.coordinator.journals.cars.get(target.vehicle.vin)
    if journal is None:
        raise translated_error(ServiceValidationError, "journal_off", car=target.name)
    return journal
