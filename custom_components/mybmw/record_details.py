"""Trips and charges of the journal as extra attributes of entities, and the periods of sums."""

from datetime import datetime, timedelta
from typing import Final

from homeassistant.util import dt as dt_util

from .client.core.records import (
    BatteryEstimate,
    Charge,
    EnergyCost,
    Figure,
    Money,
    PlaceKind,
    Prediction,
    ProjectedRange,
    RecordPlace,
    Trip,
)
from .client.core.values import ChargingSession
from .client.journal.summary import Period, start_of

_MINUTE: Final = timedelta(minutes=1)
_PERIODS: Final = {"today": Period.DAY, **{item.value: item for item in Period}}


def trip_details(trip: Trip) -> dict[str, object]:
    """Return the extra attributes of a trip, without its distance."""
    return {
        "start": _time(trip.start),
        "end": trip.end.isoformat(),
        "duration": _minutes(trip.start, trip.end),
        "from": place_name(trip.origin),
        "to": place_name(trip.destination),
        "start_soc": trip.start_soc,
        "end_soc": trip.end_soc,
        "energy": _rounded(trip.energy),
        "consumption": None if trip.consumption is None else round(trip.consumption, 1),
        "electric_share": trip.electric_share,
        "how": trip.energy and trip.energy.how.value,
        "parts_unknown": trip.parts_unknown,
        **({} if trip.fuel_cost is None else {"fuel_cost": _amount(trip.fuel_cost)}),
    }


def charge_details(charge: Charge) -> dict[str, object]:
    """Return the extra attributes of a charge, without its energy from the grid."""
    return {
        "start": _time(charge.start),
        "end": charge.end.isoformat(),
        "duration": _minutes(charge.start, charge.end),
        "start_soc": charge.start_soc,
        "end_soc": charge.end_soc,
        "place": place_name(charge.place),
        "kind": charge.kind and charge.kind.value,
        "power": charge.power and round(charge.power, 1),
        "battery_energy": _rounded(charge.battery_energy),
        "pauses": charge.pauses,
        "ended_by": charge.ended_by.value,
        "how": charge.energy and charge.energy.how.value,
        **({} if charge.solar_share is None else {"solar_share": charge.solar_share}),
        **_cost(charge),
    }


def _cost(charge: Charge) -> dict[str, object]:
    """Return what a charge cost; nothing if that is unknown."""
    cost = charge.cost
    if cost is None:
        return {}
    return {
        "cost": _amount(cost),
        "cost_from": cost.how.value,
        "cost_partial": cost.partial,
    }


def _amount(money: Money) -> str:
    return f"{money.amount:.2f} {money.currency}"


def energy_cost_details(cost: EnergyCost) -> dict[str, object]:
    """Return the parts of a cost, and of how many km they are."""
    return {
        "charging": round(cost.charging, 2),
        "fuel": round(cost.fuel, 2),
        "distance": round(cost.distance, 1),
        "fuel_distance": round(cost.fuel_distance, 1),
    }


def battery_details(estimate: BatteryEstimate) -> dict[str, object]:
    """Return how sure an estimate of the capacity is."""
    return {"low": estimate.low, "high": estimate.high, "charges": estimate.charges}


def range_details(projected: ProjectedRange) -> dict[str, object]:
    """Return what a projected range is based on."""
    return {
        "basis": projected.basis.value,
        "capacity": projected.capacity,
        "consumption": projected.consumption,
        "distance": projected.distance,
        "trips": projected.trips,
    }


def prediction_details(prediction: Prediction) -> dict[str, object]:
    """Return the extra attributes of a predicted state of charge."""
    return {
        "basis": prediction.basis.value,
        "since": prediction.since.isoformat(),
        "mean_error": prediction.mean_error,
    }


def session_details(session: ChargingSession) -> dict[str, object]:
    """Return the extra attributes of a charge in the history of BMW."""
    return {
        "start": session.start.isoformat(),
        "end": session.end.isoformat(),
        "start_soc": session.start_soc,
        "end_soc": session.end_soc,
    }


def place_name(place: RecordPlace) -> str | None:
    """Return the name of a zone, "away" outside all zones, None if the place is unknown."""
    if place.name is not None:
        return place.name
    return None if place.kind is PlaceKind.UNKNOWN else place.kind.value


def start_of_period(key: str) -> datetime:
    """Return the local time at which the period of a sum has begun, such as of `distance_today`."""
    period = _PERIODS[key.rpartition("_")[2]]
    return start_of(period, dt_util.utcnow(), dt_util.get_default_time_zone())


def _rounded(figure: Figure | None) -> float | None:
    return None if figure is None else round(figure.value, 2)


def _minutes(start: datetime | None, end: datetime) -> int | None:
    return None if start is None else round((end - start) / _MINUTE)


def _time(time: datetime | None) -> str | None:
    return None if time is None else time.isoformat()
