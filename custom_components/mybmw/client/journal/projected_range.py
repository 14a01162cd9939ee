"""How far a car gets with a full battery, by what it has used on its last trips."""

from collections.abc import Iterable
from heapq import nlargest
from typing import Final

from ..core import attributes as car
from ..core.records import CapacityBasis, ProjectedRange, Trip
from ..core.value_class import mutable
from .log import Log
from .observation import Observation

_MOST_TRIPS: Final = 100
_LEAST_TRIPS: Final = 5
_FARTHEST: Final = 1_000.0
_LEAST_DISTANCE: Final = 100.0
_ELECTRIC: Final = 95.0


@mutable
class RangeProjection:
    """Projects the range, anew when a trip or the capacity has changed."""

    _known: tuple[object, ...] = ()
    _shown: ProjectedRange | None = None

    def of(self, seen: Observation, basis: CapacityBasis, log: Log) -> ProjectedRange | None:
        """Return the range, None if the capacity or too few trips are known."""
        train = seen.value(car.DRIVE_TRAIN)
        hybrid = train is None or train.burns_fuel
        known = (log.version, seen.capacity, basis, hybrid)
        if known != self._known:
            trips = nlargest(_MOST_TRIPS, log.trips.values(), key=lambda trip: trip.end)
            self._known = known
            self._shown = _projected(trips, seen.capacity, basis, hybrid=hybrid)
        return self._shown


def _projected(
    newest_first: Iterable[Trip], capacity: float | None, basis: CapacityBasis, *, hybrid: bool
) -> ProjectedRange | None:
    """Return the range by the trips of the last 1000 km."""
    energy = distance = 0.0
    trips = 0
    for trip in newest_first:
        electric = not hybrid or (trip.electric_share or 0.0) >= _ELECTRIC
        if distance < _FARTHEST and electric and trip.energy and trip.consumption is not None:
            energy += trip.energy.value
            distance += trip.distance
            trips += trip.count
    if capacity is None or trips < _LEAST_TRIPS or distance < _LEAST_DISTANCE or energy <= 0:
        return None
    consumption = 100 * energy / distance
    found = round(100 * capacity / consumption)
    return ProjectedRange(
        found, round(capacity, 1), basis, round(consumption, 1), round(distance, 1), trips
    )
