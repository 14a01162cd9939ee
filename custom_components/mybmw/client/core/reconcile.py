"""Correct readings of one car that contradict each other; the later measurement wins.

Plug, charging status, power, time left and movement arrive separately and late; so do the climate
control and its end. Each rule compares two of them by the time they were measured, and returns
corrected readings for the outdated one. Rules run in a fixed order, for all sources.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Final

from . import attributes as a
from .attributes import AnyAttribute, AnyReading, Attribute, Reading
from .descriptors import attribute_of
from .values import ChargingStatus, ConnectionType

EXPIRY_GRACE: Final = timedelta(minutes=5)
"""How long the end time of a charge or of the climate control is kept after it has passed."""

MOVING: Final[Attribute[bool]] = attribute_of("vehicle.isMoving")

type Held = Mapping[AnyAttribute, AnyReading]
type Rule = Callable[[Held], Iterable[AnyReading]]

_SAME_BURST: Final = timedelta(seconds=10)
_EARLY: Final = timedelta(minutes=2)
_MOVED_ON: Final = timedelta(minutes=1)
_PLUGGED: Final = frozenset(
    {
        ChargingStatus.CHARGING,
        ChargingStatus.PLUGGED_IN,
        ChargingStatus.WAITING_FOR_CHARGING,
    }
)


def _known[T](held: Held, attribute: Attribute[T]) -> Reading[T] | None:
    """Return the reading of an attribute that has a value."""
    reading: Reading[T] | None = held.get(attribute)
    return None if reading is None or reading.value is None else reading


def _without_cable(held: Held) -> Reading[bool] | None:
    """Return the reading of an unplugged cable; None if plugged in or charging inductively."""
    plug, wireless = _known(held, a.CHARGER_CONNECTED), _known(held, a.CONNECTION_TYPE)
    if wireless is not None and wireless.value is ConnectionType.INDUCTIVE:
        return None
    return None if plug is None or plug.value else plug


def _unplugged(held: Held) -> Iterable[AnyReading]:
    """Correct plug or charging status; a car that charges or waits to charge is plugged in.

    The status "waiting" may arrive up to 10 s after the plug was pulled, so it wins only later.
    """
    plug, status = _without_cable(held), _known(held, a.CHARGING_STATUS)
    if plug is None or status is None or status.value not in _PLUGGED:
        return
    late = timedelta() if status.value is ChargingStatus.CHARGING else _SAME_BURST
    if status.time <= plug.time + late:
        when = max(plug.time, status.time)
        yield a.CHARGING_STATUS.at(ChargingStatus.NOT_CHARGING, when, plug.source)
    else:
        yield a.CHARGER_CONNECTED.at(True, status.time, status.source)


def _driving(held: Held) -> Iterable[AnyReading]:
    """Correct movement, or charging status and plug; a car that is plugged in does not move."""
    moving = _known(held, MOVING)
    if moving is None or not moving.value:
        return
    status, plug = _known(held, a.CHARGING_STATUS), _known(held, a.CHARGER_CONNECTED)
    charging = status if status and status.value in _PLUGGED else None
    plugged = plug if plug and plug.value else None
    standing = max((item.time for item in (charging, plugged) if item), default=None)
    if standing is not None and standing >= moving.time:
        yield MOVING.at(False, standing, (charging or plugged or moving).source)
        return
    if charging is not None:
        yield a.CHARGING_STATUS.at(ChargingStatus.NOT_CHARGING, moving.time, moving.source)
    if plugged is not None:
        yield a.CHARGER_CONNECTED.at(False, moving.time, moving.source)


def _begun(held: Held) -> Iterable[AnyReading]:
    """Set the start of the charge, and end it when the car stops charging."""
    status, since = held.get(a.CHARGING_STATUS), _known(held, a.CHARGING_SINCE)
    if status is None:
        return
    if status.value is not ChargingStatus.CHARGING:
        if since is not None:
            yield a.CHARGING_SINCE.ended(max(status.time, since.time), status.source)
    elif since is None:
        former = held.get(a.CHARGING_SINCE)
        when = status.time if former is None else max(status.time, former.time)
        yield a.CHARGING_SINCE.at(status.time, when, status.source)


def _power(held: Held) -> Iterable[AnyReading]:
    """Correct a charging power that was measured before the current charging status."""
    power, status = held.get(a.CHARGING_POWER), held.get(a.CHARGING_STATUS)
    if power is None:
        return
    if power.value is not None and (plug := _without_cable(held)) is not None:
        if power.value:
            yield a.CHARGING_POWER.at(0.0, max(power.time, plug.time), plug.source)
    elif status is None:
        return
    elif status.value is None:
        if power.value is not None and power.time <= status.time:
            yield a.CHARGING_POWER.ended(status.time, status.source)
    elif status.value is not ChargingStatus.CHARGING:
        yield from _idle_power(power, status)
    elif power.value is not None and _left_over(power, _known(held, a.CHARGING_SINCE)):
        yield a.CHARGING_POWER.ended(max(power.time, status.time), status.source)


def _idle_power(power: Reading[float], status: Reading[ChargingStatus]) -> Iterable[AnyReading]:
    """Correct the power of a car that is not charging, or its status if the power is newer."""
    late = timedelta() if status.value is ChargingStatus.PLUGGED_IN else _MOVED_ON
    if power.time <= status.time + late:
        if power.value != 0:
            yield a.CHARGING_POWER.at(0.0, max(power.time, status.time), status.source)
    elif power.value:
        yield a.CHARGING_STATUS.ended(status.time, status.source)


def _left_over(power: Reading[float], since: Reading[datetime] | None) -> bool:
    """Return whether a power was measured before the charge, allowing for 2 min of lead."""
    if since is None:
        return False
    return power.time < since.value - (_EARLY if power.value else timedelta())


def _time_left(held: Held) -> Iterable[AnyReading]:
    """End the time left and the end time of a charge when the car is not charging."""
    status, since = held.get(a.CHARGING_STATUS), _known(held, a.CHARGING_SINCE)
    if status is None:
        return
    for attribute in (a.CHARGING_TIME_LEFT, a.CHARGING_END_TIME):
        left = held.get(attribute)
        if left is None or left.value is None:
            continue
        if status.value is ChargingStatus.CHARGING:
            stale = since is not None and left.time < since.value - _EARLY
        elif status.value in (None, ChargingStatus.WAITING_FOR_CHARGING):
            stale = left.time <= status.time
        else:
            stale = True
        if stale:
            yield attribute.ended(max(left.time, status.time), status.source)


def _climate(held: Held) -> Iterable[AnyReading]:
    """End the end time of the climate control when it is off; some cars repeat it afterwards."""
    activity, end = held.get(a.CLIMATE_ACTIVITY), _known(held, a.CLIMATE_END_TIME)
    if activity is None or end is None or (activity.value is not None and activity.value.running):
        return
    if end.time <= activity.time + _SAME_BURST:
        yield a.CLIMATE_END_TIME.ended(max(end.time, activity.time), activity.source)


RULES: Final[tuple[Rule, ...]] = (_driving, _unplugged, _begun, _power, _time_left, _climate)

RECONCILED: Final = frozenset(
    {
        a.CHARGER_CONNECTED,
        a.CHARGING_END_TIME,
        a.CHARGING_POWER,
        a.CHARGING_STATUS,
        a.CHARGING_TIME_LEFT,
        a.CLIMATE_ACTIVITY,
        a.CLIMATE_END_TIME,
        a.CONNECTION_TYPE,
        MOVING,
    }
)
"""The attributes that the rules compare."""
