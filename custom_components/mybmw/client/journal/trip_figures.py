"""The figures of a trip: state of charge, energy, fuel, and what the car says of it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from ..core import attributes as car
from ..core.attributes import AnyAttribute, AnyReading
from ..core.records import Figure, How, Trip
from .observation import SEGMENT_END, SEGMENT_SOC, TRIP_FACTS, Observation
from .trip_state import MINUTE

LATEST: Final = 10 * MINUTE
"""Figures that were measured so long after a trip belong to it."""

MAX_DOUBTS: Final = 5
"""So many trips in a row make the consumption that a car reports unusable."""

_EARLIEST: Final = 2 * MINUTE
_LONGEST: Final = timedelta(hours=12)
_MIN_DISTANCE: Final = 2.0
_CONSUMPTION: Final = (3.0, 60.0)
_MIN_POINTS: Final = 2.0
_PROVEN_POINTS: Final = 5.0
_DEVIATION: Final = 0.5
_SHARES: Final = (
    "vehicle.trip.segment.accumulated.drivetrain.transmission.setting.fractionDriveElectric",
    car.LAST_TRIP["electric_share"].key,
)
_ENERGY: Final = "usage.last_trip_energy_consumption"
_FUEL: Final = "usage.last_trip_fuel_consumption"
_CONSUMED: Final = car.LAST_TRIP["electric_consumption"].key
_BURNT: Final = car.LAST_TRIP["fuel_consumption"].key


def amended(trip: Trip, seen: Observation, doubts: int) -> Trip:
    """Return a trip with the figures that are known of it by now."""
    facts = dict(trip.facts)
    facts |= {item.attribute.key: float(item.value) for item in _facts(trip, seen)}
    trip = replace(trip, facts=tuple(sorted(facts.items())), end_soc=_end_soc(trip, seen))
    return replace(
        trip,
        energy=_energy(trip, facts, seen, doubts) or trip.energy,
        fuel=_fuel(trip, facts) or trip.fuel,
        electric_share=next((facts[key] for key in _SHARES if key in facts), trip.electric_share),
    )


def has_own_fuel(trip: Trip) -> bool:
    """Return whether the car has said how much fuel a trip has taken."""
    return any(key in (_FUEL, _BURNT) for key, _ in trip.facts)


def deviates(trip: Trip, seen: Observation) -> bool | None:
    """Return whether the consumption that the car reported differs much from that of the battery.

    None if that cannot be told.
    """
    energy, used = trip.energy, _battery_energy(trip, seen)
    if energy is None or energy.how is not How.BMW or used is None:
        return None
    if trip.start_soc is None or trip.end_soc is None:
        return None
    if trip.start_soc - trip.end_soc < _PROVEN_POINTS:
        return None
    return abs(energy.value - used) > _DEVIATION * used


def _facts(trip: Trip, seen: Observation) -> Iterator[AnyReading]:
    """Yield what the car says of this trip, by when it says so or by the end that it reports."""
    times = {seen.time(key) for key in (SEGMENT_END, car.TRIP_END) if _is_end(trip, seen, key)}
    begin, latest = _begin(trip), trip.end + LATEST
    for key in TRIP_FACTS:
        reading = seen.reading(key)
        if reading is not None and (begin <= reading.time <= latest or reading.time in times):
            yield reading


def _is_end(trip: Trip, seen: Observation, key: AnyAttribute) -> bool:
    value = seen.value(key)
    return isinstance(value, datetime) and abs(value - trip.end) <= LATEST


def _begin(trip: Trip) -> datetime:
    return trip.start or trip.not_before or trip.end - _LONGEST


def _end_soc(trip: Trip, seen: Observation) -> float | None:
    """Return the lowest state of charge around the end, since a charge may begin at once."""
    reading = seen.reading(car.STATE_OF_CHARGE)
    earliest, latest = trip.end - _EARLIEST, trip.end + LATEST
    if reading is not None and earliest <= reading.time <= latest:
        return reading.value if trip.end_soc is None else min(trip.end_soc, reading.value)
    reported = seen.reading(SEGMENT_SOC)
    if trip.end_soc is None and reported is not None and reported.value > 0:
        if earliest <= reported.time <= latest or _is_end(trip, seen, SEGMENT_END):
            return float(reported.value)
    return trip.end_soc


def _energy(trip: Trip, facts: dict[str, float], seen: Observation, doubts: int) -> Figure | None:
    value = facts.get(_ENERGY)
    if value is None and trip.distance >= _MIN_DISTANCE:
        per_km = facts.get(_CONSUMED) or _average(trip, seen, doubts)
        value = None if per_km is None else per_km * trip.distance / 100
    if value is not None:
        return Figure(round(value, 3), How.BMW)
    used = _battery_energy(trip, seen)
    known = trip.energy is not None and trip.energy.how is How.BMW
    return None if used is None or known else Figure(round(used, 3), How.SOC)


def _average(trip: Trip, seen: Observation, doubts: int) -> float | None:
    reading = seen.reading(car.AVERAGE_CONSUMPTION)
    if reading is None or doubts >= MAX_DOUBTS:
        return None
    if not _begin(trip) <= reading.time <= trip.end + LATEST:
        return None
    return reading.value if _CONSUMPTION[0] <= reading.value <= _CONSUMPTION[1] else None


def _battery_energy(trip: Trip, seen: Observation) -> float | None:
    capacity = seen.capacity
    if capacity is None or trip.start_soc is None or trip.end_soc is None:
        return None
    points = trip.start_soc - trip.end_soc
    return points / 100 * capacity if points >= _MIN_POINTS else None


def _fuel(trip: Trip, facts: dict[str, float]) -> Figure | None:
    value = facts.get(_FUEL)
    if value is None and _BURNT in facts and trip.distance >= _MIN_DISTANCE:
        value = facts[_BURNT] * trip.distance / 100
    return None if value is None else Figure(round(value, 3), How.BMW)
