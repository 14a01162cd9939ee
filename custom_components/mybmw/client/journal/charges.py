"""Find the charges of a car, and what they add up to."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from ..core import attributes as car
from ..core.attributes import AnyAttribute
from ..core.convert import mapping, sequence, utc_time
from ..core.records import Charge, ChargeEnd
from ..core.values import ChargingSession
from . import charge_states as states
from .charge_signs import ChargeSigns, signs_of
from .charge_states import Parked
from .charged_totals import AWAY, HOME, ChargedTotals, energy_since, without_records
from .grid_energy import GridEnergy, measured
from .history import file_charge, take_sessions
from .log import CHARGE, JournalEvent, JournalEventKind, Log, Settings
from .observation import Observation
from .open_charge import OpenCharge, load_open
from .unseen import unseen_charge

_LEAST_TIME: Final = timedelta(minutes=2)
_LEAST_ENERGY: Final = 0.1


class _Look(NamedTuple):
    """One look: what is seen, and where to put what is found."""

    seen: Observation
    signs: ChargeSigns
    now: datetime
    log: Log
    settings: Settings
    moved: datetime | None


class ChargeTracker:
    """Turns observations of one car into charges in the log, events and live values."""

    def __init__(self) -> None:
        """Create it without a charge."""
        self.again: datetime | None = None
        self.totals = ChargedTotals()
        self.learned = GridEnergy()
        self._open: OpenCharge | None = None
        self._filed: tuple[object, ...] = ()
        self._ended: datetime | None = None
        self._parked: Parked | None = None
        self._plug: bool | None = None
        self._sessions: tuple[ChargingSession, ...] | None = None
        self._last: Charge | None = None
        self._newest: list[Charge] | None = None
        self._resumed = True

    def look(
        self,
        seen: Observation,
        now: datetime,
        log: Log,
        settings: Settings,
        moved: datetime | None = None,
    ) -> None:
        """Take in the newest readings; `moved` is since when the car has been driven."""
        if self._resumed:
            self._resume(log)
        self.totals.begin(log.charges.values(), now)
        sessions = seen.value(car.CHARGING_SESSIONS)
        if sessions is not None and sessions is not self._sessions:
            self._sessions = sessions
            self.take_history(sessions, log, settings)
        self._order(log)
        look = _Look(seen, signs_of(seen), now, log, settings, moved)
        self._report_plug(look)
        if self._open is not None:
            self._go_on(self._open, look)
        if self._open is None:
            self._begin(look)
        self._park(look)
        self._order(log)
        self.again = None if self._open is None else states.next_look(self._open, seen, now)

    def take_history(
        self, sessions: Iterable[ChargingSession], log: Log, settings: Settings
    ) -> None:
        """Take in rows of BMW's history, any number of them and again and again."""
        guessed = {item.id: item for item in log.charges.values() if item.curve}
        if take_sessions(log, sessions, settings):
            for record_id, item in guessed.items():
                self._compare(item, log.charges.get(record_id))

    def _resume(self, log: Log) -> None:
        """Go on after the record of a charge that was written later than the open state."""
        self._resumed, charge = False, self._open
        if charge is None:
            return
        for item in log.charges.values():
            if item.seen_from == charge.start and item.seen_until is not None:
                if item.seen_until >= charge.end:
                    states.adopt(charge, item, item.seen_until)
                charge.id = item.id

    def _compare(self, guessed: Charge, known: Charge | None) -> None:
        """Learn from the first row of the history that matches the power of a charge."""
        if known is None or known.curve or len(known.rows) != 1 or known.preconditioned:
            return
        if known.energy is not None and known.kind is not None:
            power = measured([*guessed.curve, (guessed.end, 0.0)], _duration(guessed))
            self.learned.compare(known.kind, power, known.energy.value)

    def _order(self, log: Log) -> None:
        """Sort the charges, and learn from them, if any has changed."""
        if self._newest is None or any(key.startswith(CHARGE) for key in log.changed):
            self._newest = sorted(log.charges.values(), key=lambda item: item.end, reverse=True)
            self.learned.learn(self._newest)

    def _report_plug(self, look: _Look) -> None:
        signs = look.signs
        time = signs.plugged or signs.unplugged
        if time is None:
            return
        plugged, before = signs.plugged is not None, self._plug
        self._plug = plugged
        if before is not None and before is not plugged:
            kind = JournalEventKind.PLUGGED_IN if plugged else JournalEventKind.UNPLUGGED
            details = {"soc": look.seen.value(car.STATE_OF_CHARGE)}
            look.log.report(JournalEvent(kind, time, details), look.now)

    def _begin(self, look: _Look) -> None:
        seen, signs = look.seen, look.signs
        if look.moved is not None and signs.active:
            recuperates = signs.plugged is None and seen.value(car.CHARGING_STATUS) is None
            if recuperates or look.moved > signs.active[-1]:
                return
        charge = states.begin(seen, signs, self._parked, self._ended, look.settings)
        if charge is None:
            self._find_unseen(look)
            return
        self._open, self._filed = charge, ()
        self._report(JournalEventKind.CHARGE_STARTED, charge.start, charge, look)
        self._follow(charge, look)

    def _go_on(self, charge: OpenCharge, look: _Look) -> None:
        again = states.resumed_at(charge, look.signs) if charge.paused is not None else None
        if again is not None:
            if not states.joins(charge, again, look.seen):
                self._file(charge, look)
                self._drop(charge)
                return
            told = charge.told or charge.closed
            states.resume(charge, again)
            if told:
                self._report(JournalEventKind.CHARGE_STARTED, again, charge, look)
        self._follow(charge, look)

    def _follow(self, charge: OpenCharge, look: _Look) -> None:
        """Take in what a charge that goes on, or has ended, has become."""
        seen, signs = look.seen, look.signs
        if not states.is_settled(charge, look.now):
            charge.counted.take(look.settings.meter(), look.now)
        if charge.paused is None:
            states.take_in(charge, seen, signs)
            states.stop(charge, seen, signs, look.now, look.moved)
        else:
            states.end(charge, seen, signs, look.moved)
        if charge.paused is None:
            return
        if not states.settle(charge, seen, look.moved):
            self._find_unseen(look)
        if states.is_certain(charge, look.now):
            self._file(charge, look)
        elif states.is_pause(charge, look.now):
            charge.told = True
            self._report(JournalEventKind.CHARGE_PAUSED, charge.paused, charge, look)
        if states.is_done(charge, look.now):
            self._drop(charge)

    def _file(self, charge: OpenCharge, look: _Look) -> None:
        """Put a charge that has ended into the log, or amend its record."""
        first, capacity = not charge.closed, look.seen.capacity
        states.close(charge, look.seen)
        state = (charge.state, capacity, self.learned.version)
        if state == self._filed:
            return
        self._filed = state
        own = charge.record(self.learned, capacity)
        if not (charge.id or _is_charge(own)):
            return
        charge.id = file_charge(look.log, own, look.settings)
        if first:
            self._report(JournalEventKind.CHARGE_ENDED, charge.end, charge, look)
            if charge.ended_by is ChargeEnd.TARGET_REACHED:
                self._report(JournalEventKind.TARGET_REACHED, charge.end, charge, look)

    def _drop(self, charge: OpenCharge) -> None:
        self._ended = charge.end
        self._open, self._filed = None, ()

    def _find_unseen(self, look: _Look) -> None:
        found = unseen_charge(look.seen, self._parked, look.log, self.learned, look.moved)
        if found is not None:
            file_charge(look.log, found, look.settings)

    def _park(self, look: _Look) -> None:
        """Remember the newest state of charge, to know what it was before a charge."""
        seen = look.seen
        soc = seen.reading(car.STATE_OF_CHARGE)
        if soc is None or (self._parked is not None and soc.time <= self._parked.time):
            return
        place = look.settings.place_of(seen.value(car.POSITION))
        self._parked = Parked(soc.time, soc.value, seen.value(car.MILEAGE), place)

    def _report(
        self, kind: JournalEventKind, time: datetime, charge: OpenCharge, look: _Look
    ) -> None:
        record = look.log.charges.get(charge.id)
        details: dict[str, Any] = {
            "start": charge.start.isoformat(),
            "start_soc": charge.start_soc,
            "soc": charge.end_soc,
            "pauses": charge.pauses,
            "place": charge.place.name,
            "place_kind": charge.place.kind.value,
        }
        if charge.closed and record is not None:
            details["end"] = record.end.isoformat()
            details["energy"] = record.energy and record.energy.value
            details["ended_by"] = record.ended_by.value
        look.log.report(JournalEvent(kind, time, details), look.now)

    def values(
        self, seen: Observation, now: datetime, settings: Settings
    ) -> Iterator[tuple[AnyAttribute, object]]:
        """Yield the live values after a look; nothing for a car that does not charge."""
        train = seen.value(car.DRIVE_TRAIN)
        charges = self._newest or []
        if not (charges or self._open or (train and train.plugs_in)):
            return
        running = self.running(seen)
        running = running and without_records(running, charges)
        totals = self.totals.update(charges, running)
        yield car.CHARGED_HOME, totals[HOME]
        yield car.CHARGED_AWAY, totals[AWAY]
        if charges or running or self._sessions is not None:
            month = charged_since(_month_start(now, settings), charges, running)
            yield car.CHARGED_THIS_MONTH, month
        if charges:
            yield car.JOURNAL_CHARGE, charges[0]

    @property
    def open(self) -> OpenCharge | None:
        """The charge that goes on, pauses, or has ended not long ago."""
        return self._open

    @property
    def newest_first(self) -> list[Charge]:
        """The charges that have ended, newest first."""
        return self._newest or []

    def running(self, seen: Observation) -> Charge | None:
        """Return the charge that goes on; one that has ended is in the log."""
        if self._open is None or self._open.closed:
            return None
        return self._open.record(self.learned, seen.capacity)

    def dump(self) -> dict[str, Any]:
        """Return the open state as JSON."""
        parked = self._parked
        return {
            "open": None if self._open is None else self._open.dump(),
            "ended": self._ended and self._ended.isoformat(),
            "parked": parked and [parked.time.isoformat(), parked.soc, parked.odometer],
            "plug": self._plug,
            "totals": self.totals.dump(),
            "ratios": {kind.value: item for kind, item in self.learned.ratios.items()},
        }

    def load(self, saved: object) -> None:
        """Restore the open state; invalid parts are ignored."""
        fields = mapping(saved)
        self._open = load_open(fields.get("open"))
        self._ended = utc_time(fields.get("ended"))
        self._parked = _parked(sequence(fields.get("parked")))
        plug = fields.get("plug")
        self._plug = plug if isinstance(plug, bool) else None
        self.totals.load(fields.get("totals"))
        self.learned.load(fields.get("ratios"))


def charged_since(start: datetime, newest_first: Iterable[Charge], running: Charge | None) -> float:
    """Return the energy in kWh that was charged since a time."""
    total = 0.0 if running is None else energy_since(running, start)
    for item in newest_first:
        if item.end <= start:
            break
        if running is None or item.id != running.id:
            total += energy_since(item, start)
    return round(total, 2)


def _month_start(now: datetime, settings: Settings) -> datetime:
    local = now.astimezone(settings.zone)
    return local.replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def _duration(item: Charge) -> timedelta:
    return item.end - (item.seen_from or item.end)


def _is_charge(own: Charge) -> bool:
    """Return whether it is more than a car that has tried to charge."""
    if own.energy is not None and own.energy.value >= _LEAST_ENERGY:
        return True
    return _duration(own) >= _LEAST_TIME


def _parked(saved: Iterable[object]) -> Parked | None:
    match saved:
        case [str(text), int() | float() as soc, int() | float() | None as odometer]:
            time = utc_time(text)
            return None if time is None else Parked(time, float(soc), odometer)
    return None
