"""Recognises the trips of one car.

The odometer counts: the distances of all trips add up to what it has gained. All else only says
when a trip began and ended. Times are those at which readings were measured, so that the order in
which they arrive hardly matters; `now` only tells when nothing more is to be expected.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Any, Final

from ..core import attributes as car
from ..core.records import PlaceKind, RecordPlace, Trip
from ..core.value_class import record
from .log import TRIP, JournalEvent, JournalEventKind, Log, Settings
from .movement import Movement, Sign
from .observation import Observation
from .opening import belongs_to_last, is_late, joined, may_be_last, moved_off, opened, reopened
from .signs import MIN_GAIN, Spot, note_marks, odometer, running
from .trip_begin import ON_THE_ROAD, start_of
from .trip_end import LONG_STEP, final_at, find_end, settled_end
from .trip_figures import amended, deviates
from .trip_record import ended, started, trip_record
from .trip_state import LATE, MINUTE, OpenTrip, TripState, dump_state, load_state

_SHORTEST_STOP: Final = 3 * MINUTE
_BURST: Final = MINUTE / 2
_ARRIVING: Final = 2 * MINUTE
_UNDECIDED: Final = 10 * MINUTE
_ANY_DISTANCE: Final = 0.05


def _stopped_within(state: TripState, movement: Movement) -> datetime | None:
    """Return when the car was switched off in the time of a movement."""
    off, since = state.stopped, movement.since
    return off if off and since and since < off <= movement.until + MINUTE else None


@record
class _Look:
    """The inputs of one evaluation of the readings."""

    seen: Observation
    now: datetime
    log: Log
    settings: Settings


class TripTracker:
    """Turns observations into trips."""

    def __init__(self) -> None:
        self.state = TripState()
        self._spot = Spot()
        self._placed: datetime | None = None
        self._since: datetime | None = None

    @property
    def driving(self) -> bool | None:
        """Whether the car is driven, None if it has never said how far it was driven."""
        trip = self.state.open
        if trip is None:
            return None if self.state.odometer is None else False
        return trip.end is None

    @property
    def moving_since(self) -> datetime | None:
        """When the trip that goes on has begun, None if the car is parked."""
        trip = self.state.open
        return None if trip is None or trip.first is None else (start_of(trip) or trip.first)

    def current(self) -> Trip | None:
        """Return the trip that goes on as far as it is known."""
        trip = self.state.open
        if trip is None or trip.move is None or trip.reached <= trip.odometer:
            return None
        return trip_record(trip, max(trip.move, trip.opened), RecordPlace(), None, self.state)

    def look(self, seen: Observation, now: datetime, log: Log, settings: Settings) -> None:
        """Take in the newest readings of the car."""
        look = _Look(seen, now, log, settings)
        if self._since is None:
            self._since = now
            self._resume(log)
        state = self.state
        note_marks(state, seen, now)
        self._refine()
        movements = [
            *running(state, seen),
            *odometer(state, seen),
            *self._spot.look(state, seen),
        ]
        for movement in sorted(movements, key=attrgetter("until")):
            self._take(movement, look)
        self._refine()
        self._announce(look)
        self._finish(look)
        if state.open is None:
            self._settle(look)
            self._amend(look, arrived=self._locate(look))
        self._keep_charge(seen)

    @property
    def again(self) -> datetime | None:
        """When the car has to be looked at again though it says nothing."""
        trip, counted = self.state.open, self.state.counted
        if trip is None:
            return None if counted is None else counted + _UNDECIDED
        return final_at(trip, self.state)

    def dump(self) -> dict[str, Any]:
        """Return the state as JSON."""
        return dump_state(self.state)

    def load(self, saved: object) -> None:
        """Restore the state; what cannot be read is ignored."""
        self.state = load_state(saved)

    def _resume(self, log: Log) -> None:
        """Go on after the newest record, whatever the state was when it was saved."""
        state = self.state
        # Late readings may let two trips end at the same time
        newest = max(log.trips.values(), key=attrgetter("end", "odometer_end"), default=None)
        if newest is None:
            return
        state.open, state.empty = joined(state.open, newest), joined(state.empty, newest)
        if state.last != newest.id:
            state.last, state.ended, state.moved = newest.id, newest.end, newest.end
        state.base = newest.odometer_end
        if state.open is None:
            state.odometer, state.odometer_time = newest.odometer_end, newest.end

    def _refine(self) -> None:
        """Look for a better end of the trip."""
        trip = self.state.open
        found = None if trip is None else find_end(trip, self.state)
        if trip is not None and found is not None:
            trip.end, trip.sure = found

    def _take(self, movement: Movement, look: _Look) -> None:
        trip = self.state.open
        if trip is not None and trip.end is not None and not movement.fits_before(trip.end):
            stop = moved_off(movement, self.state, trip.end) - trip.end
            if stop > self._longest_stop(look, sure=trip.sure):
                self._close(trip, trip.end, look)
                trip = None
        if trip is not None:
            self._extend(trip, movement, look)
        elif movement.sign is Sign.ODOMETER:
            self._count(movement, look)
        elif movement.sign is Sign.RUNNING or not is_late(movement, self.state):
            self._start(movement, look)
        else:
            self._arrive_late(movement)

    def _arrive_late(self, movement: Movement) -> None:
        """Take another position as that of the end of the last trip."""
        self.state.arrived = False
        self._move_last(movement)

    def _move_last(self, movement: Movement) -> None:
        """Remember that the last trip was longer than it seemed."""
        state = self.state
        if state.ended is not None and movement.until <= state.ended + LATE:
            state.moved = max(state.moved or state.ended, movement.until)

    def _longest_stop(self, look: _Look, *, sure: bool) -> timedelta:
        join = look.settings.join_stops
        return join if sure else max(join, _SHORTEST_STOP)

    def _count(self, movement: Movement, look: _Look) -> None:
        """Add what the odometer has gained while parked to the last trip, or begin one."""
        gain = (self.state.odometer or 0.0) - (self.state.base or 0.0)
        if gain >= MIN_GAIN and not self._was_last(movement, gain, look):
            if self.state.last is None:
                self.state.ended = None  # there is no record that it could be before
            self._start(movement, look)

    def _was_last(self, movement: Movement, gain: float, look: _Look) -> bool:
        """Add what the odometer has gained to the last trip if it was, or may have been, in it."""
        state = self.state
        if state.empty is not None:
            if is_late(movement, state):
                state.empty.reached = (state.base or 0.0) + gain
                self._close(state.empty, state.empty.end or state.empty.seen, look)
            return state.empty is None
        if state.last not in look.log.trips:
            return False
        if belongs_to_last(movement, state, gain):
            self._move_last(movement)
            self._add_to_last(look)
            return True
        if may_be_last(movement, state, gain):
            state.counted = movement.until
            return True
        return False

    def _add_to_last(self, look: _Look) -> None:
        """Add what the odometer has gained to the last trip."""
        state, last = self.state, look.log.trips.get(self.state.last or "")
        state.counted = None
        if last is not None and state.odometer is not None:
            state.base = state.odometer
            look.log.put(replace(last, odometer_end=state.odometer))

    def _settle(self, look: _Look) -> None:
        """Correct the last trip by late readings."""
        state, last = self.state, look.log.trips.get(self.state.last or "")
        if state.counted is not None and look.now >= state.counted + _UNDECIDED:
            self._add_to_last(look)
        if last is None or state.empty is not None or last.end != state.ended:
            return
        end = settled_end(state, last.end)
        if end != last.end and (last.start is None or last.start < end):
            state.ended = end
            look.log.put(replace(look.log.trips[last.id], end=end))

    def _start(self, movement: Movement, look: _Look) -> None:
        """Begin a trip, or continue the last one after a short stop."""
        state = self.state
        if not state.after_end(movement.until) or state.base is None:
            return
        state.open = self._continued(movement, look)
        if state.open is None:
            self._compare(look)
            state.open = opened(movement, state, look.log.charges)
            state.open.unseen = self._since is not None and movement.until <= self._since
        if state.counted is not None:
            state.open.reached = max(state.open.reached, state.odometer or 0.0)
        state.empty = state.counted = None
        self._extend(state.open, movement, look)

    def _continued(self, movement: Movement, look: _Look) -> OpenTrip | None:
        """Return the last trip if the movement continues it after a short stop."""
        state, last = self.state, look.log.trips.get(self.state.last or "")
        if state.ended is None or (state.plugged is not None and state.plugged > state.ended):
            return None
        stopped = max(state.ended, state.moved or state.ended)
        if moved_off(movement, state, stopped) - stopped > look.settings.join_stops:
            return None
        if state.empty is not None:
            state.empty.end, state.empty.sure = None, False
            return state.empty
        return None if last is None else reopened(last, movement)

    def _extend(self, trip: OpenTrip, movement: Movement, look: _Look) -> None:
        state = self.state
        if movement.sign is Sign.RUNNING:
            trip.opened = max(trip.opened, movement.until)
            trip.running = trip.running or movement.until
            self._resume_driving(trip, movement.until)
            return
        if self._is_before(trip, movement):
            before = self._count_before if movement.sign is Sign.ODOMETER else self._stood_before
            before(trip, movement, look)
            return
        if movement.sign is Sign.ODOMETER:
            trip.reached = max(trip.reached, state.odometer or 0.0)
        if trip.end is not None and trip.first is not None and movement.fits_before(trip.end):
            return
        self._move(trip, movement)

    def _resume_driving(self, trip: OpenTrip, time: datetime) -> None:
        if trip.end is not None and time > trip.end:
            trip.end, trip.sure = None, False

    def _move(self, trip: OpenTrip, movement: Movement) -> None:
        since, until = movement.since, movement.until
        if trip.first is None or until < trip.first:
            trip.first, trip.lower, trip.first_distance = until, since, movement.distance
        elif until == trip.first and since is not None:
            trip.lower = max(trip.lower or since, since)
            trip.first_distance = max(trip.first_distance, movement.distance)
        elif movement.sign is Sign.ODOMETER and not movement.within(LONG_STEP):
            trip.hidden = True
        if trip.move is None or until > trip.move:
            if trip.move is not None and _BURST < until - trip.move <= ON_THE_ROAD:
                self.state.live = True
            trip.step, trip.move = since, until
        self._resume_driving(trip, until)

    def _is_before(self, trip: OpenTrip, movement: Movement) -> bool:
        """Return whether the movement was before the car was switched on."""
        if trip.first is not None or trip.running is None or trip.id is not None:
            return False
        return movement.until <= trip.running + MINUTE

    def _count_before(self, trip: OpenTrip, movement: Movement, look: _Look) -> None:
        """Put what was driven before a trip into the last one, or into a trip of its own.

        After a short stop it belongs to this trip.
        """
        state, on = self.state, trip.running
        gain = (state.odometer or 0.0) - (state.base or 0.0)
        if gain < MIN_GAIN:
            return
        stopped = _stopped_within(state, movement)
        if stopped is not None and on is not None:
            if on - stopped <= look.settings.join_stops:
                trip.running, trip.reached = state.ran, state.odometer or 0.0
                self._move(trip, movement)
                return
        if self._was_last(movement, gain, look):
            self._add_to_last(look)
        else:
            whole = opened(movement, state, look.log.charges)
            whole.running = state.ran
            self._move(whole, movement)
            before = stopped is not None and state.after_end(stopped)
            end = stopped if stopped is not None and before else min(movement.until, trip.opened)
            self._close(whole, end, look)
        trip.odometer = trip.reached = state.base or 0.0
        trip.origin = state.place
        state.open = trip

    def _stood_before(self, trip: OpenTrip, _movement: Movement, look: _Look) -> None:
        """Take the place from which a trip starts for that at which the last one has ended."""
        self._locate(look)
        trip.origin = self.state.place
        last = look.log.trips.get(self.state.last or "")
        if last is not None and last.destination.kind is PlaceKind.UNKNOWN:
            look.log.put(replace(last, destination=self.state.place))

    def _announce(self, look: _Look) -> None:
        trip = self.state.open
        if trip is None or trip.first is None or trip.end is not None or trip.announced:
            return
        trip.announced = True
        event = JournalEvent(JournalEventKind.TRIP_STARTED, trip.first, started(trip))
        look.log.report(event, look.now)

    def _finish(self, look: _Look) -> None:
        """Close the trip if nothing more is to be expected."""
        trip = self.state.open
        if trip is None or look.now < final_at(trip, self.state):
            return
        self._close(trip, trip.end or trip.seen, look)

    def _close(self, trip: OpenTrip, end: datetime, look: _Look) -> None:
        state, log = self.state, look.log
        state.open = None
        if trip.first is None:
            state.recount()
            return
        state.ended, state.moved = end, max(trip.move or end, end)
        state.arrived = False
        self._locate(look)
        if trip.reached - trip.odometer < _ANY_DISTANCE:
            state.empty, trip.end = trip, end
            return
        state.empty = None
        trip.id = trip.id or log.new_id(TRIP, end)
        there = state.place if state.arrived else RecordPlace()
        item = trip_record(trip, end, there, log.trips.get(trip.id), state)
        state.base, state.last, state.segments = trip.reached, trip.id, 0
        item = amended(item, look.seen, state.doubts)
        log.put(item)
        log.report(JournalEvent(JournalEventKind.TRIP_ENDED, end, ended(item)), look.now)

    def _locate(self, look: _Look) -> bool:
        """Find the place where the car is; return whether it is now known where a trip ended."""
        state = self.state
        if self._spot.position is not None and self._placed != state.still:
            state.place = look.settings.place_of(self._spot.position)
            self._placed = state.still
        if state.arrived or state.fixed is None or state.ended is None:
            return False
        state.arrived = state.fixed >= state.ended - _ARRIVING
        return state.arrived

    def _amend(self, look: _Look, *, arrived: bool) -> None:
        """Add what has become known of the last trip."""
        state = self.state
        trip = look.log.trips.get(state.last or "")
        if trip is None:
            return
        if arrived and state.empty is None:
            trip = replace(trip, destination=state.place)
        look.log.put(amended(trip, look.seen, state.doubts))

    def _compare(self, look: _Look) -> None:
        """Count the trips in a row whose reported consumption cannot be right."""
        last = look.log.trips.get(self.state.last or "")
        wrong = None if last is None else deviates(last, look.seen)
        if wrong is not None:
            self.state.doubts = self.state.doubts + 1 if wrong else 0

    def _keep_charge(self, seen: Observation) -> None:
        reading = seen.reading(car.STATE_OF_CHARGE)
        if reading is not None:
            self.state.soc, self.state.soc_time = reading.value, reading.time
