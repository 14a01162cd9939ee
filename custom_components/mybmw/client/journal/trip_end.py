"""When a trip has ended, and how long to wait until that is certain."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from .trip_begin import start_of
from .trip_state import LATE, MINUTE, OpenTrip, TripState

SILENCE: Final = 30 * MINUTE
"""A trip without any sign of movement has ended."""
SILENCE_RUNNING: Final = timedelta(hours=3)
IDLE: Final = 20 * MINUTE
"""How long a car may be switched on without a movement until that is no trip."""

_SURE: Final = 2 * MINUTE
_UNSURE: Final = 6 * MINUTE
_BEFORE: Final = 2 * MINUTE
_SETTLING: Final = 6 * MINUTE
_STANDING: Final = 5 * MINUTE
LONG_STEP: Final = 15 * MINUTE
"""A step of the odometer over a longer time does not say when the car moved."""


class End(NamedTuple):
    """A candidate for the end of a trip."""

    time: datetime
    sure: bool


def find_end(trip: OpenTrip, state: TripState) -> End | None:
    """Return the best candidate for the end of a trip, None if the car seems to be driven."""
    found = next(_candidates(trip, state), None)
    return None if found is None else End(found, any(_proofs(trip, state)))


def _candidates(trip: OpenTrip, state: TripState) -> Iterator[datetime]:
    segment, stopped = state.segment, state.stopped
    if segment is not None and _ends_with_segment(trip, state, segment):
        yield segment
    if stopped is not None and _stopped(trip, state):
        yield max(stopped, trip.opened)
    if trip.move is None:
        return
    if any(_proofs(trip, state)):
        yield trip.move
    if _stands(trip, state) or (not state.live and _is_one_step(trip)):
        yield trip.move


def _ends_with_segment(trip: OpenTrip, state: TripState, segment: datetime) -> bool:
    """Return whether the end that the car reports is that of this trip."""
    if not state.after_end(segment):
        return False
    if segment >= trip.seen - _BEFORE:
        return True
    return _is_one_step(trip) and trip.step is not None and segment > trip.step


def _is_one_step(trip: OpenTrip) -> bool:
    """Return whether the trip is only known by one step over a long time."""
    if trip.first is None or trip.move != trip.first:
        return False
    since = start_of(trip) or trip.lower
    return since is None or trip.first - since > LONG_STEP


def _stopped(trip: OpenTrip, state: TripState) -> bool:
    return _since(state.stopped, trip.seen - MINUTE) and not is_running(state)


def is_running(state: TripState) -> bool:
    """Return whether the car is switched on."""
    on, off = state.running, state.stopped
    return on is not None and state.after_end(on) and (off is None or on > off)


def _proofs(trip: OpenTrip, state: TripState) -> Iterator[bool]:
    """Yield whether a reading proves that the car is parked."""
    yield _stopped(trip, state) and _since(state.parked, trip.seen - MINUTE)
    if trip.move is None:
        return
    yield _since(state.plugged, max(trip.move - _BEFORE, trip.opened))
    yield _since(state.secured, max(trip.move - MINUTE, trip.opened))
    yield state.opened is not None and state.opened > trip.seen


def _since(time: datetime | None, begin: datetime) -> bool:
    return time is not None and time >= begin


def _stands(trip: OpenTrip, state: TripState) -> bool:
    """Return whether positions show that the car has been standing for some time."""
    if trip.move is None or state.still is None or state.fixed is None:
        return False
    long_enough = SILENCE if is_running(state) else _STANDING
    return state.fixed - max(state.still, trip.move) >= long_enough


def settled_end(state: TripState, ended: datetime) -> datetime:
    """Return the end of the last trip by what has become known since it was closed."""
    earliest, latest = ended - _BEFORE, ended + _SETTLING
    if state.segment is not None and earliest <= state.segment <= latest:
        return state.segment
    late = [time for time in (state.stopped, state.moved) if time and ended < time <= latest]
    return late[0] if late else ended


def silent_at(trip: OpenTrip, state: TripState) -> datetime:
    """Return when a trip without a candidate for its end has ended."""
    return trip.seen + LATE + (SILENCE_RUNNING if is_running(state) else SILENCE)


def final_at(trip: OpenTrip, state: TripState) -> datetime:
    """Return when a trip is to be closed if nothing else happens."""
    if trip.end is not None:
        return trip.end + (_SURE if trip.sure else _UNSURE)
    if trip.first is None:
        return trip.opened + IDLE
    return silent_at(trip, state)
