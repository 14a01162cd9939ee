"""Readings of charging from status, power, voltage, current, phases, time left and target.

Contradictions between them are resolved in `reconcile`, for all sources.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from math import sqrt
from operator import itemgetter
from typing import Final

from ..core import attributes as a
from ..core.attributes import AnyReading, Unit
from ..core.reconcile import EXPIRY_GRACE
from .car_state import UNDER_WAY, CarState, Readings, Value
from .converters import measure, minutes, number, phases_of
from .mapping import (
    CHARGING_LEFT,
    CHARGING_WORD,
    CURRENT,
    DEPARTURE_TARGET,
    ESTIMATED_LEFT,
    PHASES,
    PLUGS,
    POWER,
    SOC,
    SOURCE,
    TARGET,
    VOLTAGE,
)

_SAME_BURST: Final = timedelta(seconds=2)
_POWER_RECENT: Final = timedelta(minutes=10)
_EARLY: Final = timedelta(seconds=10)
_NEVER: Final = datetime.min.replace(tzinfo=UTC)
_LONGEST: Final = timedelta(days=2)
_FULL: Final = 100.0
_LINE_VOLTAGE: Final = 250.0
_KILOWATT: Final = measure(Unit.KILOWATT)


def _charging_left(value: Value, car: CarState) -> Readings:
    readings = _left(value, car)
    if readings:
        car.accepts(a.CHARGING_TIME_LEFT, value.time, fallback=False)
    return readings


def _estimated_left(value: Value, car: CarState) -> Readings:
    accepted = car.accepts(a.CHARGING_TIME_LEFT, value.time, fallback=True)
    return _left(value, car) if accepted else ()


def _left(value: Value, car: CarState) -> tuple[AnyReading, ...]:
    """Return the time left in min and the end of the charge, or end both if it has passed."""
    left = minutes(value.raw, value.unit)
    if not car.plugs_in or not left or car.charges is False:
        return ()
    end = value.time + timedelta(minutes=left)
    if car.now is not None and end + EXPIRY_GRACE < car.now:
        over = (a.CHARGING_TIME_LEFT, a.CHARGING_END_TIME)
        return tuple(attribute.ended(value.time, SOURCE) for attribute in over)
    return (
        a.CHARGING_TIME_LEFT.at(left, value.time, SOURCE),
        a.CHARGING_END_TIME.at(end, value.time, SOURCE),
    )


def _charging_word(value: Value, car: CarState) -> Readings:
    """Set the start of the charge, which may contain pauses; return its AC power."""
    if car.charging_state not in UNDER_WAY:
        car.charging_since = None
    elif car.charging_since is None and car.charges:
        car.charging_since = value.time
    return _ac_power(value, car)


def _power(value: Value, car: CarState) -> Readings:
    power = _KILOWATT(value.raw, value.named_unit or "w")
    if not car.plugs_in or power is None:
        return ()
    car.power_sent = max(car.power_sent or value.time, value.time)
    return (a.CHARGING_POWER.at(power, value.time, SOURCE),)


def _phases(value: Value, car: CarState) -> Readings:
    """Store a number of phases above 1: it is sent on change only, and 1 after each charge."""
    if (phases_of(value.raw) or 0) > 1 and (car.phases is None or car.phases.time <= value.time):
        car.phases = value
    return _ac_power(value, car)


def is_charging(car: CarState, now: datetime) -> bool:
    """Return whether a car is charging.

    One that was unplugged since it said so is not, nor one that has said so for longer than any
    charge.
    """
    word = car.values.get(CHARGING_WORD)
    if word is None or not car.charges or now - word.time > _LONGEST:
        return False
    plugged, time = _plug(car)
    return plugged or time < word.time


def _plug(car: CarState) -> tuple[bool, datetime]:
    """Return whether a car is plugged in, which it is if that is unknown, and since when."""
    plugs = (plug for key in PLUGS if (plug := car.flag(key)) is not None)
    return max(plugs, key=itemgetter(1), default=(True, _NEVER))


def _plugged(value: Value, car: CarState) -> Readings:
    """Reset the number of phases when the car is unplugged."""
    plugged, _ = _plug(car)
    if not plugged and car.phases is not None and car.phases.time <= value.time:
        car.phases = None
    return ()


def _ac_power(_value: Value, car: CarState) -> Readings:
    """Return the power in kW from voltage, current and phases, if the car sends no power."""
    volts, amperes = car.number(VOLTAGE), car.number(CURRENT)
    since, count = car.charging_since, _phase_count(car)
    if not car.charges or since is None or not (volts and amperes and count):
        return ()
    when = max(volts[1], amperes[1])
    sent = car.power_sent is not None and abs(when - car.power_sent) < _POWER_RECENT
    if sent or amperes[1] < since - _EARLY:
        return ()
    factor = sqrt(3) if volts[0] >= _LINE_VOLTAGE else count
    power = round(volts[0] * amperes[0] * factor / 1000, 2)
    return (a.CHARGING_POWER.at(power, when, SOURCE),)


def _phase_count(car: CarState) -> int | None:
    """Return the number of phases of this charge, or the stored one above 1; None if unknown."""
    newest, since = car.values.get(PHASES), car.charging_since
    if newest is not None and since is not None and newest.time >= since - _EARLY:
        count = phases_of(newest.raw)
        if count:
            return count
    return None if car.phases is None else phases_of(car.phases.raw)


def _target(value: Value, car: CarState) -> Readings:
    """Return the target SoC.

    100 % may be BMW's default, so it has to be sent twice or together with a state of charge.
    """
    target = number(value.raw, value.unit)
    if not car.plugs_in or target is None:
        return ()
    earlier, car.unconfirmed_target = car.unconfirmed_target, None
    again = earlier is not None and earlier.time < value.time
    sure = target != _FULL or car.target in (None, target) or again
    if not sure and not any(_at(car.values.get(key), value.time) for key in SOC):
        car.unconfirmed_target = earlier or value
        return ()
    return _accepted(target, value.time, car)


def _departure_target(value: Value, car: CarState) -> Readings:
    """Return the target SoC for departures, if there is no other target."""
    target = number(value.raw, value.unit)
    if not car.plugs_in or target is None or car.target is not None:
        return ()
    return (a.CHARGING_TARGET.at(target, value.time, SOURCE),)


def _soc(value: Value, car: CarState) -> Readings:
    """Return a target of 100 % that was sent together with this state of charge."""
    target = car.unconfirmed_target
    if target is None or not _at(target, value.time):
        return ()
    car.unconfirmed_target = None
    return _accepted(_FULL, target.time, car)


def _accepted(target: float, when: datetime, car: CarState) -> Readings:
    car.target = target
    return (a.CHARGING_TARGET.at(target, when, SOURCE),)


def _at(value: Value | None, when: datetime) -> bool:
    return value is not None and abs(value.time - when) <= _SAME_BURST


CHARGING: Final[Mapping[str, Callable[[Value, CarState], Readings]]] = {
    CHARGING_LEFT: _charging_left,
    ESTIMATED_LEFT: _estimated_left,
    CHARGING_WORD: _charging_word,
    POWER: _power,
    PHASES: _phases,
    **dict.fromkeys((VOLTAGE, CURRENT), _ac_power),
    **dict.fromkeys(PLUGS, _plugged),
    TARGET: _target,
    DEPARTURE_TARGET: _departure_target,
    **dict.fromkeys(SOC, _soc),
}
"""The functions that return readings of charging, by descriptor."""
