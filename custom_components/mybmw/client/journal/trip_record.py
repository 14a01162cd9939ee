"""Makes records and events of trips."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from ..core.records import RecordPlace, Trip
from .trip_begin import start_of
from .trip_end import LONG_STEP
from .trip_state import OpenTrip, TripState


def trip_record(
    trip: OpenTrip, end: datetime, destination: RecordPlace, old: Trip | None, state: TripState
) -> Trip:
    """Return the record of a trip; what its old record says besides is kept."""
    start = start_of(trip)
    start = None if start is not None and start > end else start
    made = Trip(
        trip.id or "",
        start,
        end,
        trip.odometer,
        trip.reached,
        not_before=None if start is not None else _not_before(trip, end),
        start_soc=trip.soc,
        origin=trip.origin,
        destination=destination,
        count=max(1, state.segments) if start is None else 1,
        parts_unknown=_hides_parts(trip, start),
        unseen=trip.unseen and start is None,
    )
    if old is None:
        return made
    return replace(
        old,
        start=start,
        end=end,
        odometer_end=trip.reached,
        not_before=made.not_before,
        destination=destination,
        parts_unknown=made.parts_unknown,
    )


def _not_before(trip: OpenTrip, end: datetime) -> datetime | None:
    return trip.lower if trip.lower is not None and trip.lower <= end else None


def _hides_parts(trip: OpenTrip, start: datetime | None) -> bool:
    if trip.hidden or start is not None or trip.first is None:
        return trip.hidden
    return trip.lower is None or trip.first - trip.lower > LONG_STEP


def started(trip: OpenTrip) -> dict[str, Any]:
    """Return what an event says of a trip that has begun."""
    return {
        "start": _text(start_of(trip)),
        "origin": trip.origin.name or trip.origin.kind.value,
        "start_soc": trip.soc,
    }


def ended(trip: Trip) -> dict[str, Any]:
    """Return what an event says of a trip that has ended."""
    return {
        "id": trip.id,
        "start": _text(trip.start),
        "end": _text(trip.end),
        "distance": round(trip.distance, 1),
        "duration": _minutes(trip),
        "origin": trip.origin.name or trip.origin.kind.value,
        "destination": trip.destination.name or trip.destination.kind.value,
        "start_soc": trip.start_soc,
        "end_soc": trip.end_soc,
        "energy": None if trip.energy is None else trip.energy.value,
        "consumption": None if trip.consumption is None else round(trip.consumption, 1),
    }


def _text(time: datetime | None) -> str | None:
    return None if time is None else time.astimezone(UTC).isoformat(timespec="seconds")


def _minutes(trip: Trip) -> int | None:
    return None if trip.start is None else round((trip.end - trip.start).total_seconds() / 60)
