"""Charges that no reading has shown: the battery is fuller than before."""

from datetime import datetime, timedelta
from typing import Final

from ..core import attributes as car
from ..core.records import Charge, ChargeEnd, ChargingKind, Figure, How
from .charge_states import PAUSE, RISEN, Parked, moved_on
from .grid_energy import TYPICAL_POWER, GridEnergy
from .log import Log
from .observation import Observation
from .slots import evenly, slots_of

_HOUR: Final = timedelta(hours=1)
_KIND: Final = ChargingKind.AC
_DOWNHILL: Final = 10.0
"""By fewer points, a battery may get fuller while the car is driven from a mountain."""


def unseen_charge(
    seen: Observation,
    parked: Parked | None,
    log: Log,
    learned: GridEnergy,
    moved: datetime | None = None,
) -> Charge | None:
    """Return a charge that explains why the state of charge is higher than before, if it is.

    `moved` is since when the car has been driven.
    """
    soc, train = seen.reading(car.STATE_OF_CHARGE), seen.value(car.DRIVE_TRAIN)
    if soc is None or parked is None or soc.time <= parked.time:
        return None
    if soc.value < parked.soc + RISEN or (train is not None and not train.plugs_in):
        return None
    driven = moved_on(parked, seen.value(car.MILEAGE))
    if driven and (train is None or train.burns_fuel):
        return None  # the engine may have charged the battery
    if (
        driven
        and moved is not None
        and moved <= parked.time + PAUSE
        and soc.value < parked.soc + _DOWNHILL
    ):
        return None
    former = _former(log, parked.time)
    if former is None and _is_known(log, parked.time, soc.time):
        return None
    end = (_trip_start(log, parked.time) if driven else None) or soc.time
    return _charge(seen, former, parked, learned, end, driven=driven)


def _charge(
    seen: Observation,
    former: Charge | None,
    parked: Parked,
    learned: GridEnergy,
    end: datetime,
    *,
    driven: bool,
) -> Charge:
    soc = seen.value(car.STATE_OF_CHARGE) or 0.0
    since = (former and former.not_before) or parked.time
    before = parked.soc if former is None or former.start_soc is None else former.start_soc
    points = _points(seen, parked, soc - before) if driven else soc - before
    capacity = seen.capacity
    per_point = learned.of(_KIND, capacity)
    energy = None
    if points is not None and per_point is not None:
        energy = Figure(round(points * per_point, 2), How.SOC)
    hours = energy.value / TYPICAL_POWER[_KIND] if energy else 0.0
    return Charge(
        id="" if former is None else former.id,
        start=None,
        end=end,
        not_before=since,
        start_soc=before,
        end_soc=None if driven else soc,
        energy=energy,
        odometer=parked.odometer,
        place=parked.place,
        ended_by=ChargeEnd.UNKNOWN,
        unseen=True,
        seen_from=since,
        seen_until=end,
        slots=()
        if energy is None
        else slots_of(energy.value, evenly(max(since, end - hours * _HOUR), end), end),
    )


def _points(seen: Observation, parked: Parked, gain: float) -> float | None:
    """Return the points that were charged if the car has also been driven; None if not known."""
    odometer, used = seen.value(car.MILEAGE), seen.value(car.AVERAGE_CONSUMPTION)
    capacity = seen.capacity
    if odometer is None or used is None or not capacity or parked.odometer is None:
        return None
    return gain + (odometer - parked.odometer) * used / capacity


def _former(log: Log, until: datetime) -> Charge | None:
    """Return a charge that was not seen either and ended when this one may have begun."""
    found = (item for item in log.charges.values() if item.unseen and item.end == until)
    return next(found, None)


def _is_known(log: Log, since: datetime, until: datetime) -> bool:
    """Return whether there is a charge in this time."""
    return any(
        item.end > since and (item.start or item.not_before or item.end) < until
        for item in log.charges.values()
    )


def _trip_start(log: Log, since: datetime) -> datetime | None:
    """Return when the first trip after a time began."""
    starts = (item.start or item.not_before for item in log.trips.values())
    return min((start for start in starts if start is not None and start > since), default=None)
