"""Charging: what follows from status, power, volts, amperes, phases, time left and target.

Which of them is out of date is decided by `reconcile`, for all sources together.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from math import sqrt
from typing import Final

from ..core.attributes import (
    CHARGING_END_TIME,
    CHARGING_POWER,
    CHARGING_TARGET,
    CHARGING_TIME_LEFT,
    AnyReading,
    Unit,
)
from ..core.reconcile import EXPIRY_GRACE
from .car_state import UNDER_WAY, CarState, Readings, Value
from .converters import measure, minutes, number, phases_of
from .mapping import (
    CHARGING_LEFT,
    CHARGING_WORD,
    CURRENT,
    ESTIMATED_LEFT,
    OTHER_TARGET,
    PHASES,
    PLUGS,
    POWER,
    SOC,
    SOURCE,
    TARGET,
    VOLTAGE,
)

_SAME_BURST: Final = timedelta(seconds=2)
_LATELY: Final = timedelta(minutes=10)
_EARLY: Final = timedelta(seconds=10)
_FULL: Final = 100.0
_LINE_VOLTAGE: Final = 250.0
_KILOWATT: Final = measure(Unit.KILOWATT)


def _charging_left(value: Value, car: CarState) -> Readings:
    readings = _left(value, car)
    if readings:
        car.believes(CHARGING_TIME_LEFT, value.time, fallback=False)
    return readings


def _estimated_left(value: Value, car: CarState) -> Readings:
    believed = car.believes(CHARGING_TIME_LEFT, value.time, fallback=True)
    return _left(value, car) if believed else ()


def _left(value: Value, car: CarState) -> tuple[AnyReading, ...]:
    """Return the time left and the end; an end that is past already is none."""
    left = minutes(value.raw, value.unit)
    if not car.plugs_in or not left or car.charges is False:
        return ()
    end = value.time + timedelta(minutes=left)
    if car.now is not None and end + EXPIRY_GRACE < car.now:
        over = (CHARGING_TIME_LEFT, CHARGING_END_TIME)
        return tuple(attribute.over(value.time, SOURCE) for attribute in over)
    return (
        CHARGING_TIME_LEFT.at(left, value.time, SOURCE),
        CHARGING_END_TIME.at(end, value.time, SOURCE),
    )


def _charging_word(value: Value, car: CarState) -> Readings:
    """Note since when the car charges, pauses included; volts and amperes may come earlier."""
    if car.charging_state not in UNDER_WAY:
        car.charging_since = None
    elif car.charging_since is None and car.charges:
        car.charging_since = value.time
    return _ac_power(value, car)


def _power(value: Value, car: CarState) -> Readings:
    power = _KILOWATT(value.raw, value.named_unit or "w")
    if not car.plugs_in or power is None:
        return ()
    car.powered = max(car.powered or value.time, value.time)
    return (CHARGING_POWER.at(power, value.time, SOURCE),)


def _phases(value: Value, car: CarState) -> Readings:
    """Remember more than one phase: it is sent on change only, and 1 at the end of a charge."""
    if (phases_of(value.raw) or 0) > 1 and (car.phases is None or car.phases.time <= value.time):
        car.phases = value
    return _ac_power(value, car)


def _plugged(value: Value, car: CarState) -> Readings:
    """Forget the phases of the charger from which the car was unplugged."""
    plugs = [plug for key in PLUGS if (plug := car.flag(key)) is not None]
    plugged = max(plugs, key=lambda plug: plug[1])[0] if plugs else True
    if not plugged and car.phases is not None and car.phases.time <= value.time:
        car.phases = None
    return ()


def _ac_power(_value: Value, car: CarState) -> Readings:
    """Work out the power of cars that tell volts, amperes and phases only."""
    volts, amperes = car.number(VOLTAGE), car.number(CURRENT)
    since, count = car.charging_since, _phase_count(car)
    if not car.charges or since is None or not (volts and amperes and count):
        return ()
    when = max(volts[1], amperes[1])
    told = car.powered is not None and abs(when - car.powered) < _LATELY
    if told or amperes[1] < since - _EARLY:
        return ()
    factor = sqrt(3) if volts[0] >= _LINE_VOLTAGE else count
    power = round(volts[0] * amperes[0] * factor / 1000, 2)
    return (CHARGING_POWER.at(power, when, SOURCE),)


def _phase_count(car: CarState) -> int | None:
    """Return the number of phases: 1 only if it was measured in this charge, else the last more.

    None if that is not known.
    """
    newest, since = car.values.get(PHASES), car.charging_since
    if newest is not None and since is not None and newest.time >= since - _EARLY:
        count = phases_of(newest.raw)
        if count:
            return count
    return None if car.phases is None else phases_of(car.phases.raw)


def _target(value: Value, car: CarState) -> Readings:
    """A target of 100 % may be BMW's default: it counts with a state of charge, or said twice."""
    target = number(value.raw, value.unit)
    if not car.plugs_in or target is None:
        return ()
    doubted, car.doubted = car.doubted, None
    again = doubted is not None and doubted.time < value.time
    sure = target != _FULL or car.target in (None, target) or again
    if not sure and not any(_at(car.values.get(key), value.time) for key in SOC):
        car.doubted = doubted or value
        return ()
    return _accepted(target, value.time, car)


def _other_target(value: Value, car: CarState) -> Readings:
    """The target for departures counts where there is no other one."""
    target = number(value.raw, value.unit)
    if not car.plugs_in or target is None or car.target is not None:
        return ()
    return (CHARGING_TARGET.at(target, value.time, SOURCE),)


def _soc(value: Value, car: CarState) -> Readings:
    """A doubted target that comes in the same burst as a state of charge is a real one."""
    doubted = car.doubted
    if doubted is None or not _at(doubted, value.time):
        return ()
    car.doubted = None
    return _accepted(_FULL, doubted.time, car)


def _accepted(target: float, when: datetime, car: CarState) -> Readings:
    car.target = target
    return (CHARGING_TARGET.at(target, when, SOURCE),)


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
    OTHER_TARGET: _other_target,
    **dict.fromkeys(SOC, _soc),
}
"""What to do with the descriptors of charging."""
