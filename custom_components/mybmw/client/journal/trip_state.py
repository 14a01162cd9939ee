"""What is remembered of a car to recognise its trips; no positions are in it."""

from dataclasses import field
from datetime import datetime, timedelta
from typing import Any, Final

from ..core.convert import mapping
from ..core.records import RecordPlace
from ..core.value_class import mutable
from .forms import columns_of, read_valid, write

MINUTE: Final = timedelta(minutes=1)
LATE: Final = 5 * MINUTE
"""Readings that were measured so long after a trip may still belong to it."""


@mutable
class OpenTrip:
    """A trip that has not ended.

    It began between `lower` and `first`, or is only running so far (`first` is None). `move` is
    the newest time of a movement, the end of a step that began at `step`. `end` is the best
    candidate for its end, which is `sure` if the car shows in another way that it is parked.
    `start` is only set if it was known before, `running` is when the car was switched on, `left`
    when the driver's door was closed. `hidden` means that the odometer may hide several trips,
    `reached` is its newest value. `id` is that of its record if the trip had ended before.
    """

    odometer: float
    reached: float
    opened: datetime
    start: datetime | None = None
    lower: datetime | None = None
    first: datetime | None = None
    first_distance: float = 0.0
    step: datetime | None = None
    move: datetime | None = None
    end: datetime | None = None
    sure: bool = False
    running: datetime | None = None
    left: datetime | None = None
    hidden: bool = False
    unseen: bool = False
    soc: float | None = None
    origin: RecordPlace = field(default_factory=RecordPlace)
    id: str | None = None
    announced: bool = False

    @property
    def seen(self) -> datetime:
        """The newest time at which the car was not parked."""
        return self.opened if self.move is None else max(self.move, self.opened)


@mutable
class TripState:
    """The state of a car between two looks.

    `base` is the odometer at the end of the last record, `odometer` its newest value, which was
    reached at `gained` and last measured at `odometer_time`. `fixed` is the time of the newest
    position, `still` since when the car has been at that place. `ended` is the end of the last
    trip, `moved` the newest time of a movement in it, `last` the id of its record. `running` and
    `stopped` are when the car was switched on and off last, `ran` when it was switched on the time
    before, `opened`, `left`, `secured` and
    `plugged` the newest times of the driver's door, the lock and the plug. `segments` counts the
    ends of trips that the car has reported since. The car has `arrived` if the place in the last
    record is that of its end. A `live` car reports on the road. `empty` is the last trip if the
    odometer has not said yet how long it was. `counted` is when the odometer has gained a km that
    may be of the last trip or of the next.
    """

    base: float | None = None
    odometer: float | None = None
    odometer_time: datetime | None = None
    gained: datetime | None = None
    assumed: bool = False
    fixed: datetime | None = None
    still: datetime | None = None
    place: RecordPlace = field(default_factory=RecordPlace)
    ended: datetime | None = None
    moved: datetime | None = None
    last: str | None = None
    arrived: bool = True
    running: datetime | None = None
    ran: datetime | None = None
    stopped: datetime | None = None
    parked: datetime | None = None
    opened: datetime | None = None
    left: datetime | None = None
    secured: datetime | None = None
    plugged: datetime | None = None
    segment: datetime | None = None
    segments: int = 0
    counted: datetime | None = None
    soc: float | None = None
    soc_time: datetime | None = None
    live: bool = False
    doubts: int = 0
    open: OpenTrip | None = None
    empty: OpenTrip | None = None

    def recount(self) -> None:
        """Forget what the odometer has gained since the last record, so that it is seen again."""
        if self.base is not None and self.odometer is not None and self.odometer > self.base:
            self.odometer, self.odometer_time = self.base, self.ended or self.odometer_time

    def after_end(self, time: datetime | None) -> bool:
        """Return whether a time is after the last trip."""
        return time is not None and (self.ended is None or time > self.ended)


def dump_state(state: TripState) -> dict[str, Any]:
    """Return the state as JSON."""
    return write(_COLUMNS, state)


def load_state(saved: object) -> TripState:
    """Return the state from its JSON, without the parts that cannot be read."""
    return TripState(**read_valid(_COLUMNS, mapping(saved)))


_COLUMNS: Final = columns_of(TripState, {})
