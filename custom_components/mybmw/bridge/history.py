"""A month of the journal as the card shows it: trips, charges, sums and the battery."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Any, Final, NamedTuple

from homeassistant.util import dt as dt_util

from ..client import attributes as car
from ..client.core.records import Charge, Figure, PlaceKind, Record, RecordPlace, Trip
from ..client.core.values import ChargingStatus
from ..client.journal.battery import monthly
from ..client.journal.summary import Summary, summaries
from ..journal.car_journal import CarJournal
from .quantities import amount_of
from .viewer import EntityKey, Viewer
from .words import bounded, iso

type Json = dict[str, Any]

_MOST_TRIPS: Final = 100
_MOST_CHARGES: Final = 60
_MOST_OF_ALL: Final = 1000
_MOST_POINTS: Final = 120
_MOST_MONTHS: Final = 60
_MINUTE: Final = timedelta(minutes=1)
_SLOTS_AN_HOUR: Final = 4
_TRIPS: Final = EntityKey("sensor", car.JOURNAL_TRIP.key)
_CHARGES: Final = EntityKey("sensor", "last_charging_session")
_BATTERY: Final = EntityKey("sensor", car.ESTIMATED_CAPACITY.key)
_CATEGORY: Final = "trip_category"
_UNITS: Final[Mapping[str, EntityKey]] = {
    "distance": _TRIPS,
    "energy": _CHARGES,
    "consumption": EntityKey("sensor", car.CONSUMPTION["month"].key),
    "fuel": EntityKey("sensor", car.FUEL_MONTH.key),
    "fuel_consumption": EntityKey("sensor", car.FUEL_CONSUMPTION_MONTH.key),
    "power": EntityKey("sensor", car.CHARGING_POWER.key),
}
"""The sensors that have the same quantities; their units are those of the user."""


class Scale(NamedTuple):
    """How quantities are shown to a user."""

    viewer: Viewer

    def show(self, quantity: str, value: float | None) -> float | None:
        """Return a number in the user's unit."""
        if value is None or (not value and quantity == "consumption"):
            return None
        return round(amount_of(self.viewer, _UNITS[quantity], value).value, 3)

    def unit(self, quantity: str) -> str | None:
        """Return the user's unit."""
        return amount_of(self.viewer, _UNITS[quantity], 1.0).unit


class Month(NamedTuple):
    """A month of the calendar, from its start to before its end."""

    name: str
    start: datetime
    end: datetime

    def holds(self, record: Record) -> bool:
        """Return whether a record has ended in the month."""
        return self.start <= record.end < self.end


def month_of(name: str) -> Month:
    """Return the month such as "2026-11" in local time; raise ValueError for another text."""
    start = dt_util.start_of_local_day(datetime.strptime(name, "%Y-%m"))  # noqa: DTZ007 - made local
    later = start + timedelta(days=32)
    return Month(name, start, dt_util.start_of_local_day(later.replace(day=1)))


def history_of(viewer: Viewer, journal: CarJournal, month: Month, *, whole: bool = False) -> Json:
    """Return what happened in a month, as far as the user may read it.

    Lists have the newest records; those of a `whole` month have all of a busy one.
    """
    scale = Scale(viewer)
    log = journal.log
    trips = list(log.trips.values()) if viewer.readable([_TRIPS]) else []
    charges = list(log.charges.values()) if viewer.readable([_CHARGES]) else []
    single = (item for item in trips if not item.monthly)
    records: list[Record] = [*trips, *charges]
    most_trips, most_charges = (
        (_MOST_OF_ALL, _MOST_OF_ALL) if whole else (_MOST_TRIPS, _MOST_CHARGES)
    )
    first = min((item.end for item in records), default=None)
    return {
        "month": month.name,
        "first_month": first and f"{dt_util.as_local(first):%Y-%m}",
        "trips": [_trip(scale, item) for item in _newest(single, month, most_trips)],
        "charges": [_charge(scale, item) for item in _newest(charges, month, most_charges)],
        "running": _running(scale, journal, month),
        "totals": _totals(scale, records, month),
        "battery": _battery(scale, journal) if viewer.readable([_BATTERY]) else [],
        "units": {name: scale.unit(name) for name in _UNITS},
    }


def _running(scale: Scale, journal: CarJournal, month: Month) -> Json | None:
    """Return what is known of the charge that goes on; None while the car does not charge."""
    status = scale.viewer.vehicle.value(car.CHARGING_STATUS)
    charge = journal.running() if status is ChargingStatus.CHARGING else None
    if charge is None or not month.holds(charge) or not scale.viewer.readable([_CHARGES]):
        return None
    return _charge(scale, charge)


def _newest[R: Record](records: Iterable[R], month: Month, most: int) -> list[R]:
    found = [item for item in records if month.holds(item)]
    return sorted(found, key=attrgetter("end"), reverse=True)[:most]


def _trip(scale: Scale, trip: Trip) -> Json:
    words = scale.viewer.words
    return {
        "id": trip.id,
        "start": trip.start and iso(trip.start),
        "end": iso(trip.end),
        "distance": scale.show("distance", trip.distance),
        "duration": None if trip.start is None else round((trip.end - trip.start) / _MINUTE),
        "from": _place(scale, trip.origin),
        "to": _place(scale, trip.destination),
        "energy": scale.show("energy", _value(trip.energy)),
        "consumption": scale.show("consumption", trip.consumption),
        "fuel_consumption": scale.show("fuel_consumption", _per_hundred(trip)),
        "soc_start": trip.start_soc,
        "soc_end": trip.end_soc,
        "electric_share": trip.electric_share,
        "category": trip.category and words.option(_CATEGORY, trip.category.value),
    }


def _per_hundred(trip: Trip) -> float | None:
    """Return the fuel consumption in L/100 km, None if it is not known."""
    fuel, distance = _value(trip.fuel), trip.distance
    return None if fuel is None or distance <= 0 else 100 * fuel / distance


def _charge(scale: Scale, charge: Charge) -> Json:
    words, cost = scale.viewer.words, charge.cost
    curve = _curve(scale, charge)
    kind = charge.kind and words.attribute(".".join(_CHARGES), "kind", charge.kind.value)
    return {
        "id": charge.id,
        "start": charge.start and iso(charge.start),
        "end": iso(charge.end),
        "energy": scale.show("energy", _value(charge.energy)),
        "soc_start": charge.start_soc,
        "soc_end": charge.end_soc,
        "place": _place(scale, charge.place),
        "cost": cost and round(cost.amount, 2),
        "currency": cost and cost.currency,
        "kind": kind,
        "peak": max((power for _, power in curve), default=None),
        "curve": curve or None,
    }


def _curve(scale: Scale, charge: Charge) -> list[tuple[str, float]]:
    """Return the charging power over time, from the energy of quarters of an hour if need be."""
    slots = ((slot.start, slot.energy * _SLOTS_AN_HOUR) for slot in charge.slots)
    points = charge.curve or tuple(slots)
    step = -(-len(points) // _MOST_POINTS) or 1
    shown = ((time, scale.show("power", power)) for time, power in points[::step])
    return [(iso(time), power) for time, power in shown if power is not None]


def _value(figure: Figure | None) -> float | None:
    return None if figure is None else figure.value


def _place(scale: Scale, place: RecordPlace) -> str | None:
    if place.name is not None:
        return bounded(place.name)
    away = scale.viewer.words.card.get("place_away")
    return away if place.kind is PlaceKind.AWAY else None


def _totals(scale: Scale, records: Sequence[Record], month: Month) -> Json:
    recent = [item for item in records if item.end >= month.start]
    (found,) = summaries(recent, [month.start, month.end])
    return _summary(scale, found)


def _summary(scale: Scale, found: Summary) -> Json:
    return {
        "distance": scale.show("distance", found.distance),
        "trips": found.trips,
        "energy": scale.show("energy", found.driving_energy),
        "consumption": scale.show("consumption", found.consumption),
        "fuel": scale.show("fuel", found.fuel),
        "fuel_consumption": scale.show("fuel_consumption", found.fuel_consumption),
        "electric_share": found.electric_share,
        "charged": scale.show("energy", found.charged),
        "charges": found.charges,
        "costs": _rounded(found.costs),
        "fuel_costs": _rounded(found.fuel_costs),
    }


def _rounded(costs: Mapping[str, float]) -> dict[str, float]:
    return {currency: round(amount, 2) for currency, amount in costs.items()}


def _battery(scale: Scale, journal: CarJournal) -> list[tuple[str, float | None, float | None]]:
    """Return the usable capacity and the health by month, as charges show them."""
    zone = dt_util.get_default_time_zone()
    found = dict(monthly(journal.log.charges.values(), zone))
    known = scale.viewer.vehicle.value(car.ESTIMATED_CAPACITY)
    if not found and known is not None:
        found = {f"{dt_util.now():%Y-%m}": known.capacity}
    nominal = journal.journal.battery.nominal
    return [
        (
            month,
            scale.show("energy", capacity),
            round(100 * capacity / nominal, 1) if nominal else None,
        )
        for month, capacity in sorted(found.items())[-_MOST_MONTHS:]
    ]
