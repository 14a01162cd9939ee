"""What one observation of a car says of trips: movements, and times that are remembered."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from ..core import attributes as car
from ..core.attributes import Reading
from ..core.values import ChargingStatus, LidState, LockState, Position
from .movement import MOVED, STANDING, Movement, Sign, distance
from .observation import MOVING, SEGMENT_END, Observation
from .trip_end import is_running
from .trip_state import MINUTE, TripState

MIN_GAIN: Final = 0.95
"""What the odometer, which counts whole km, gains at least in a trip."""

_CARRIED: Final = 2.0
_LEAP: Final = 2_000.0
_UNIT_CHANGE: Final = 200.0
_DAY: Final = timedelta(days=1)
_IS_MOVING, *_ENGINE = MOVING


def note_marks(state: TripState, seen: Observation, now: datetime) -> None:
    """Remember the newest times of door, lock, plug and the end that the car reports."""
    door = seen.reading(car.LIDS["left_front"])
    if door is not None:
        if door.value is LidState.CLOSED and (state.open is None or state.open.end):
            state.left = _newest(state.left, door.time)
        state.opened = _newest(state.opened, door.time)
    if seen.value(car.LOCK_STATE) is LockState.SECURED:
        state.secured = _newest(state.secured, seen.time(car.LOCK_STATE))
    if seen.value(car.CHARGER_CONNECTED) is True:
        state.plugged = _newest(state.plugged, seen.time(car.CHARGER_CONNECTED))
    if seen.value(car.CHARGING_STATUS) is ChargingStatus.CHARGING:
        state.plugged = _newest(state.plugged, seen.time(car.CHARGING_STATUS))
    for attribute in (SEGMENT_END, car.TRIP_END):
        end = seen.value(attribute)
        if end is not None and (state.segment is None or state.segment < end <= now + MINUTE):
            state.segment = end
            state.segments += state.after_end(end)


def _newest(one: datetime | None, other: datetime | None) -> datetime | None:
    return max(filter(None, (one, other)), default=None)


def running(state: TripState, seen: Observation) -> Iterator[Movement]:
    """Yield whether the car was switched on; remember when it was switched on and off."""
    engine = [reading for key in _ENGINE if (reading := seen.reading(key)) is not None]
    on = [item.time for item in engine if item.value and state.after_end(item.time)]
    off = [item.time for item in engine if not item.value]
    moving = seen.reading(_IS_MOVING)
    if moving is not None and not moving.value:
        off.append(moving.time)
    elif moving is not None and state.after_end(moving.time):
        on += [moving.time] if all(moving.time > time for time in off) else []
    if not on:
        _stop(state, off, [item.time for item in engine])
        return
    begun = [time for time in on if state.stopped is None or time > state.stopped]
    if begun and not is_running(state):
        state.ran = state.running if state.after_end(state.running) else None
        state.running = min(begun)
        yield Movement(Sign.RUNNING, state.running, state.running)


def _stop(state: TripState, off: list[datetime], engine: list[datetime]) -> None:
    """Remember when the car was switched off, and not that it said so again later."""
    trip, newest = state.open, max(off, default=None)
    if newest is None or (state.stopped is not None and newest <= state.stopped):
        return
    known = trip is not None and state.stopped is not None and state.stopped >= trip.seen - MINUTE
    if is_running(state) or not known:
        state.stopped = newest
        state.parked = _newest(state.parked, max(engine, default=None))


def odometer(state: TripState, seen: Observation) -> Iterator[Movement]:
    """Yield whether the odometer has counted; begin anew if it was replaced or misread."""
    reading = seen.reading(car.MILEAGE)
    if reading is None:
        return
    before, since = state.odometer, state.odometer_time
    if before is None or since is None or _is_other_count(state, reading):
        _begin_anew(state, reading.value)
        before = reading.value
    elif reading.time < since and reading.value <= before:
        return
    state.odometer, state.odometer_time = reading.value, reading.time
    state.assumed = reading.assumed
    if reading.value > before:
        state.gained = reading.time
        yield Movement(Sign.ODOMETER, since, reading.time, reading.value - before)


def _begin_anew(state: TripState, value: float) -> None:
    """Count from this value on; what a trip that goes on has driven so far is kept."""
    state.base = value
    if state.open is not None:
        driven = state.open.reached - state.open.odometer
        state.base = state.open.odometer = value - driven
        state.open.reached = value


def _is_other_count(state: TripState, reading: Reading[float]) -> bool:
    """Return whether the odometer was replaced, or its unit is understood better now."""
    gain = reading.value - (state.odometer or 0.0)
    since = state.odometer_time or reading.time
    leap = _LEAP * (1 + max(timedelta(), reading.time - since) / _DAY)
    renamed = state.assumed and not reading.assumed and gain > _UNIT_CHANGE
    return gain < 0 or gain > leap or renamed


class Spot:
    """Where a car was last; the position itself is not stored."""

    def __init__(self) -> None:
        self.position: Position | None = None

    def look(self, state: TripState, seen: Observation) -> Iterator[Movement]:
        """Yield whether the car is at another place."""
        reading = seen.reading(car.POSITION)
        if reading is None or self._is_known(state, reading):
            return
        before, since = self.position, state.fixed
        state.fixed = reading.time
        if before is None:
            self._move(state, reading)
            return
        away = distance(before, reading.value)
        if away > STANDING and (away > MOVED or state.open is not None):
            self._move(state, reading)
        if away > MOVED and not _is_carried(state, since, reading.time, away):
            yield Movement(Sign.POSITION, since, reading.time, away)

    def _is_known(self, state: TripState, reading: Reading[Position]) -> bool:
        if state.fixed is None or reading.time > state.fixed:
            return False
        if self.position is None and reading.time == state.fixed:  # after a restart
            self.position = reading.value
        return True

    def _move(self, state: TripState, reading: Reading[Position]) -> None:
        self.position, state.still = reading.value, reading.time


def _is_carried(state: TripState, since: datetime | None, until: datetime, away: float) -> bool:
    """Return whether the odometer shows that the car was on a ferry, a train or a lorry."""
    counted, gained = state.odometer_time, state.gained
    if away < _CARRIED or counted is None or counted < until - MINUTE:
        return False
    return since is not None and (gained is None or gained <= since)
