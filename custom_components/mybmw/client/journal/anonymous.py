"""Records without places and exact times, and what was learned of a car, for developers."""

from collections import Counter
from dataclasses import fields, replace
from datetime import UTC, datetime
from statistics import median
from typing import Any, Final

from ..core.records import Charge, Figure, Record, RecordPlace, Trip
from .export import as_data
from .grid_energy import GridEnergy
from .journal import Journal

_UNKNOWN: Final = "unknown"


def anonymous(item: Record) -> Record:
    """Return a record with only the kind of its places, and without texts."""
    if isinstance(item, Trip):
        origin, destination = _kind_of(item.origin), _kind_of(item.destination)
        return replace(item, origin=origin, destination=destination, note=None)
    return replace(item, place=_kind_of(item.place), address=None, note=None)


def outline(item: Record) -> dict[str, Any]:
    """Return a record as JSON, without places; its times are those of the hour."""
    bare = anonymous(item)
    if not isinstance(bare, Trip):
        bare = replace(bare, slots=(), curve=(), rows=())
    hours: dict[str, Any] = {
        field.name: value.replace(minute=0, second=0, microsecond=0)
        for field in fields(bare)
        if isinstance(value := getattr(bare, field.name), datetime)
    }
    return as_data(replace(bare, id="", **hours), UTC)


def figures(journal: Journal) -> dict[str, Any]:
    """Return what was learned of a car, and where costs and energies are from."""
    charges, trips = journal.log.charges.values(), journal.log.trips.values()
    return {
        "grid_energy": _learned(journal.charges.learned),
        "prediction_errors": journal.prediction.errors,
        "standby_losses": [item.loss for item in journal.standby.rests],
        "costs_from": dict(Counter(map(_cost_from, charges))),
        "charge_energy_from": dict(Counter(_made(item.energy) for item in charges)),
        "trip_energy_from": dict(Counter(_made(item.energy) for item in trips)),
        "solar_share_known": sum(item.solar_share is not None for item in charges),
        "fuel_known": sum(item.fuel is not None for item in trips),
    }


def _learned(learned: GridEnergy) -> dict[str, Any]:
    """Return the kWh per point and the ratios of the power by the kind of charging."""
    found = {"kwh_per_point": learned.per_point, "power_ratio": learned.ratios}
    return {
        name: {
            kind.value: {"median": round(median(values), 4), "charges": len(values)}
            for kind, values in by_kind.items()
            if values
        }
        for name, by_kind in found.items()
    }


def _made(figure: Figure | None) -> str:
    return _UNKNOWN if figure is None else figure.how.value


def _cost_from(item: Charge) -> str:
    """Return how a cost was made, and in which currency."""
    cost = item.cost
    if cost is None:
        return _UNKNOWN
    return f"{cost.how} {cost.currency}{', partial' if cost.partial else ''}"


def _kind_of(place: RecordPlace) -> RecordPlace:
    return RecordPlace(place.kind)
