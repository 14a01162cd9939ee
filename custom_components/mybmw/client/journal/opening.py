"""Whether a movement begins a trip, continues the last one or belongs to it."""

from collections.abc import Mapping
from datetime import datetime
from operator import attrgetter
from typing import Final

from ..core.records import Charge, Trip
from .movement import Movement, Sign
from .trip_begin import drove_off
from .trip_end import is_running
from .trip_state import LATE, MINUTE, OpenTrip, TripState

ROUNDING: Final = 1.05
"""What the odometer may gain without a trip."""
_LATE_GAIN: Final = 2.05


def moved_off(movement: Movement, state: TripState, end: datetime) -> datetime:
    """Return when the car began to move after it had stopped at `end`."""
    until, since = movement.until, movement.since
    if movement.sign is Sign.RUNNING:
        return until
    if state.running is not None and end < state.running <= until:
        return state.running
    for time in (state.left, since):
        if time is not None and end <= time <= until and drove_off(until - time, movement.distance):
            return time
    return until


def is_late(movement: Movement, state: TripState) -> bool:
    """Return whether another position may be a late sign of the last trip."""
    if state.ended is None:
        return False
    return movement.until <= state.ended + LATE or movement.fits_before(state.ended)


def belongs_to_last(movement: Movement, state: TripState, gain: float) -> bool:
    """Return whether what the odometer has gained while parked was driven in the last trip."""
    if state.ended is None or movement.until > state.ended + LATE:
        return False
    return gain <= _LATE_GAIN or movement.fits_before(state.ended)


def may_be_last(movement: Movement, state: TripState, gain: float) -> bool:
    """Return whether the odometer may have counted a part of the last trip late."""
    if state.ended is None or _ran(movement, state):
        return False
    for sign in (state.segment, state.still):
        if sign is not None and sign > state.ended + LATE:
            return False
    return gain <= ROUNDING or movement.fits_before(state.ended)


def _ran(movement: Movement, state: TripState) -> bool:
    """Return whether the car was switched on before it moved."""
    return is_running(state) and not _later(state.running, movement.until - MINUTE)


def _later(time: datetime | None, than: datetime) -> bool:
    return time is not None and time >= than


def opened(movement: Movement, state: TripState, charges: Mapping[str, Charge]) -> OpenTrip:
    """Return a trip that a movement begins."""
    base = state.base or 0.0
    return OpenTrip(
        base,
        max(base, state.odometer or base),
        movement.until,
        running=_running_at(movement, state),
        left=_left(movement, state),
        soc=_charge_before(state, charges),
        origin=state.place,
    )


def _running_at(movement: Movement, state: TripState) -> datetime | None:
    """Return since when the car that moved was switched on, None if that is not known."""
    on, off = state.running, state.stopped
    if on is None or not state.after_end(on):
        return None
    still_on = off is None or off < on or movement.since is None or off > movement.since
    return on if still_on else None


def _left(movement: Movement, state: TripState) -> datetime | None:
    """Return when the driver's door was closed, unless the car was locked before it moved."""
    left, secured = state.left, state.secured
    if left is None or not state.after_end(left):
        return None
    locked = secured is not None and left < secured < movement.until - MINUTE
    return None if locked else left


def _charge_before(state: TripState, charges: Mapping[str, Charge]) -> float | None:
    """Return the state of charge before a trip, which may only be known from the last charge."""
    charge = max(charges.values(), key=attrgetter("end"), default=None)
    if charge is None or charge.end_soc is None:
        return state.soc
    newer = state.soc_time is None or charge.end > state.soc_time
    return charge.end_soc if newer else state.soc


def reopened(trip: Trip, movement: Movement) -> OpenTrip:
    """Return the last trip, which a movement after a short stop continues."""
    return OpenTrip(
        trip.odometer_start,
        trip.odometer_end,
        movement.until,
        start=trip.start,
        lower=trip.not_before,
        first=trip.start or trip.end,
        move=trip.end,
        hidden=trip.parts_unknown,
        unseen=trip.unseen,
        soc=trip.start_soc,
        origin=trip.origin,
        id=trip.id,
        announced=True,
    )


def joined(trip: OpenTrip | None, newest: Trip) -> OpenTrip | None:
    """Return an open trip as it follows the newest record after a restart.

    None if its own record was written and the state was not. If a record before it was not
    written, its km are added.
    """
    if trip is None or (trip.id != newest.id and newest.odometer_end > trip.odometer):
        return None
    if trip.id == newest.id:
        trip.odometer = newest.odometer_start
        trip.reached = max(trip.reached, newest.odometer_end)
    elif newest.odometer_end < trip.odometer:
        trip.odometer, trip.hidden = newest.odometer_end, True
    return trip
