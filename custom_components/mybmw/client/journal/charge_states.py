"""The states of a charge: it begins, goes on, pauses, goes on again, and is over.

All times are those at which something was measured; the present time only counts how long ago
that was. A pause does not end a charge at once, so that one night with solar power is one charge.
"""

from datetime import datetime, timedelta
from typing import Final, NamedTuple

from ..core import attributes as car
from ..core.records import Charge, ChargeEnd, RecordPlace
from .battery import pair_of
from .charge_signs import NO_POWER, ChargeSigns, is_full
from .counted_energy import CountedEnergy
from .log import Settings
from .observation import PLUG_COUNT, Observation
from .open_charge import OpenCharge

FLAP: Final = timedelta(minutes=2)
"""A shorter pause is none, and an end is certain after this time."""

PAUSE: Final = timedelta(minutes=30)
"""A pause of a charge is not longer than this, unless the car stays plugged in."""

_LONG_PAUSE: Final = timedelta(hours=6)
_SILENCE: Final = timedelta(hours=12)
_LATE: Final = timedelta(days=1)
_COUNTED: Final = timedelta(minutes=5)
_EARLY: Final = timedelta(minutes=2)
_BEFORE: Final = timedelta(minutes=15)
RISEN: Final = 3.0
"""By how many points the battery must be fuller to show a charge that was not seen."""
_MOVED: Final = 2.0


class Parked(NamedTuple):
    """The newest state of charge in % before a charge; the odometer in km and the place then."""

    time: datetime
    soc: float
    odometer: float | None
    place: RecordPlace = RecordPlace()


def begin(
    seen: Observation,
    signs: ChargeSigns,
    parked: Parked | None,
    after: datetime | None,
    settings: Settings,
) -> OpenCharge | None:
    """Return a charge that begins after another one has ended, None if there is no sign of it."""
    start = next((time for time in signs.active if after is None or time > after), None)
    if start is None:
        return None
    charge = OpenCharge(start, max(signs.active), plugged=signs.plugged)
    charge.count = seen.value(PLUG_COUNT)
    charge.odometer = seen.value(car.MILEAGE)
    charge.place = settings.place_of(seen.value(car.POSITION))
    soc = seen.reading(car.STATE_OF_CHARGE)
    before = parked
    if soc is not None and soc.time <= start + _EARLY:
        before = Parked(soc.time, soc.value, charge.odometer)
    if before is not None:
        charge.start_soc = charge.end_soc = before.soc
        charge.soc_at = before.time
        _begun_before(charge, before, parked)
    return charge


def _begun_before(charge: OpenCharge, before: Parked, parked: Parked | None) -> None:
    """Note that the start is not known if the battery was already fuller than when it parked."""
    if parked is None or before.soc < parked.soc + RISEN or moved_on(parked, charge.odometer):
        return
    if parked.time < charge.start - _BEFORE:
        charge.start_soc = parked.soc
        charge.not_before = max(parked.time, min(charge.plugged or parked.time, charge.start))


def moved_on(parked: Parked, odometer: float | None) -> bool:
    """Return whether the car has been driven since."""
    if odometer is None or parked.odometer is None:
        return False
    return odometer >= parked.odometer + _MOVED


def take_in(charge: OpenCharge, seen: Observation, signs: ChargeSigns) -> None:
    """Take in what a car reports while it charges."""
    before = charge.end_soc
    charge.active = max(charge.active, *signs.active) if signs.active else charge.active
    charge.direct = charge.direct or signs.direct
    power, soc = seen.reading(car.CHARGING_POWER), seen.reading(car.STATE_OF_CHARGE)
    if power is not None and power.time >= charge.start - _EARLY:
        charge.add_power(power.time, power.value if power.value >= NO_POWER else 0.0)
    if soc is not None:
        charge.add_soc(soc.time, soc.value)
    if charge.end_soc != before and charge.soc_at is not None:
        charge.active = max(charge.active, charge.soc_at)
    pair = pair_of(seen)
    if pair is not None and charge.end_soc is not None and pair.soc == charge.end_soc:
        charge.first, charge.last = charge.first or pair, pair
    charge.reported = seen.value(car.BATTERY_CAPACITY) or charge.reported
    charge.health = seen.value(car.BATTERY_HEALTH) or charge.health
    expected = seen.value(car.CHARGING_END_TIME)
    charge.expected = expected or charge.expected
    charge.count = seen.value(PLUG_COUNT) or charge.count


def stop(
    charge: OpenCharge,
    seen: Observation,
    signs: ChargeSigns,
    now: datetime,
    moved: datetime | None,
) -> None:
    """Pause or end a charge if something says so."""
    if signs.idle is not None and signs.idle > charge.start:
        _pause(charge, signs.idle, signs.ended)
    end(charge, seen, signs, moved)
    if charge.paused is None and now >= silent_at(charge, seen):
        _pause(charge, _silent_end(charge, seen), ChargeEnd.SILENT)


def end(charge: OpenCharge, seen: Observation, signs: ChargeSigns, moved: datetime | None) -> None:
    """End a charge for good if the car was unplugged or driven."""
    if charge.over is not None:
        return
    since = charge.paused or charge.active
    if signs.unplugged is not None and signs.unplugged >= since:
        charge.unplugged = True
        _over(charge, signs.unplugged, ChargeEnd.UNPLUGGED)
    elif moved is not None and moved > since:
        _over(charge, moved, ChargeEnd.DRIVEN)
    elif _drove_off(charge, seen, since):
        _over(charge, seen.time(car.MILEAGE) or since, ChargeEnd.DRIVEN)


def _drove_off(charge: OpenCharge, seen: Observation, since: datetime) -> bool:
    odometer = seen.reading(car.MILEAGE)
    if odometer is None or charge.odometer is None or odometer.time <= since:
        return False
    return odometer.value >= charge.odometer + _MOVED


def _over(charge: OpenCharge, time: datetime, reason: ChargeEnd) -> None:
    charge.over = time
    if charge.paused is None:
        _pause(charge, time, reason)
    elif charge.reason in (None, ChargeEnd.SILENT) and time <= charge.paused + FLAP:
        charge.reason = reason


def _pause(charge: OpenCharge, time: datetime, reason: ChargeEnd | None) -> None:
    charge.paused, charge.reason = max(time, charge.start), reason
    charge.add_power(charge.paused, 0.0)


def silent_at(charge: OpenCharge, seen: Observation) -> datetime:
    """Return when a charge has ended without a word, unless there is another sign of it."""
    if charge.expected is not None:
        return max(charge.expected, charge.active) + PAUSE
    if is_full(seen):
        return charge.active + PAUSE
    return charge.active + _SILENCE


def _silent_end(charge: OpenCharge, seen: Observation) -> datetime:
    """Return when the car stopped: at its target, when it was expected, or at the last sign."""
    if is_full(seen) or charge.expected is None:
        return charge.active
    return max(charge.expected, charge.active)


def resumed_at(charge: OpenCharge, signs: ChargeSigns) -> datetime | None:
    """Return the first sign of charging after a pause."""
    paused = charge.paused
    return next((time for time in signs.active if paused is None or time > paused), None)


def joins(charge: OpenCharge, time: datetime, seen: Observation) -> bool:
    """Return whether charging at a time is the same charge as before a pause."""
    if charge.over is not None or charge.paused is None:
        return False
    soc = seen.value(car.STATE_OF_CHARGE)
    if soc is not None and charge.end_soc is not None and soc < charge.end_soc - 1:
        return False
    gap, count = time - charge.paused, seen.value(PLUG_COUNT)
    if count is not None and charge.count is not None and count != charge.count:
        return False
    stays = count is not None or charge.plugged is not None
    return gap <= PAUSE or (gap <= _LONG_PAUSE and stays)


def resume(charge: OpenCharge, time: datetime) -> None:
    """Let a charge go on after a pause."""
    if charge.paused is not None and charge.reason is not ChargeEnd.SILENT:
        gap = time - charge.paused
        charge.resting += gap.total_seconds()
        charge.pauses += gap >= FLAP
    charge.paused = charge.reason = None
    charge.told = charge.closed = False
    charge.active = max(charge.active, time)


def adopt(charge: OpenCharge, record: Charge, until: datetime) -> None:
    """Take over the end of a charge from its record."""
    charge.paused, charge.reason, charge.pauses = until, record.ended_by, record.pauses
    charge.told = charge.closed = True
    if record.metered is not None:
        charge.counted = CountedEnergy([(charge.start, 0.0), (until, record.metered)], until=until)
    if record.end_soc is not None and not record.rows:
        charge.add_soc(until, record.end_soc)


def settle(charge: OpenCharge, seen: Observation, moved: datetime | None) -> bool:
    """Take in a state of charge measured after the end; return whether it belongs to the charge."""
    soc = seen.reading(car.STATE_OF_CHARGE)
    if soc is None or (charge.soc_at is not None and soc.time <= charge.soc_at):
        return True
    driven = (moved is not None and moved > charge.end) or _drove_off(charge, seen, charge.start)
    if driven or soc.time > charge.end + _settles(charge, seen):
        return False
    charge.add_soc(soc.time, soc.value)
    return True


def _settles(charge: OpenCharge, seen: Observation) -> timedelta:
    """Return how long after the end a state of charge belongs to it.

    Some cars send that of the start until they wake up, and some never send the end.
    """
    if charge.reason is ChargeEnd.SILENT or charge.end_soc == charge.start_soc:
        return _LATE
    count = seen.value(PLUG_COUNT)
    same = charge.over is None and (charge.plugged is not None or count is not None)
    return _LONG_PAUSE if same and count == charge.count else PAUSE


def is_settled(charge: OpenCharge, now: datetime) -> bool:
    """Return whether a charger has counted all of a charge that pauses or has ended."""
    return charge.paused is not None and now > charge.paused + _COUNTED


def is_certain(charge: OpenCharge, now: datetime) -> bool:
    """Return whether a charge has ended, as far as one can know."""
    if charge.paused is None:
        return False
    if charge.closed or charge.over is not None or charge.reason is ChargeEnd.SILENT:
        return True
    return now >= charge.paused + (PAUSE if charge.reason is None else FLAP)


def is_pause(charge: OpenCharge, now: datetime) -> bool:
    """Return whether a pause is to be reported."""
    if charge.paused is None or charge.told or charge.reason is not None:
        return False
    return now >= charge.paused + FLAP


def close(charge: OpenCharge, seen: Observation) -> None:
    """Note why a charge has ended, which may only show later."""
    target = seen.value(car.CHARGING_TARGET)
    charge.full = target is not None and (charge.end_soc or 0.0) >= target - 1
    charge.reason = charge.reason or ChargeEnd.INTERRUPTED
    charge.closed = True


def is_done(charge: OpenCharge, now: datetime) -> bool:
    """Return whether nothing can change a charge any more, but for BMW's history."""
    return charge.over is not None and now > charge.over + _LATE


def next_look(charge: OpenCharge, seen: Observation, now: datetime) -> datetime | None:
    """Return when the passing of time alone changes something."""
    if charge.paused is None:
        return max(silent_at(charge, seen), now + FLAP)
    times = [charge.paused + FLAP, charge.paused + PAUSE]
    return min((time for time in times if time > now), default=None)
