"""Readings that combine several descriptors: position, ranges, lids, climate control."""

from collections.abc import Callable, Mapping
from datetime import datetime, time, timedelta
from typing import Final

from ..core import attributes as a
from ..core.attributes import AnyReading, Attribute
from ..core.reconcile import EXPIRY_GRACE
from ..core.values import LidState, Position
from .car_state import SILENCE, CarState, Readings, Value
from .charging import CHARGING
from .converters import distance, minutes
from .list_values import LISTS
from .mapping import (
    CLIMATE_LEFT,
    CLIMATE_TIMER_PARTS,
    ELECTRIC_RANGE,
    ESTIMATED_RANGE,
    FIX,
    LATITUDE,
    LONGITUDE,
    NAVIGATION_RANGE,
    RANGE_ESTIMATE,
    SOURCE,
    SUNROOF,
    TAILGATE,
    TOTAL_RANGE,
)

type Length = tuple[float, datetime]

_SAME_TIME: Final = timedelta(seconds=5)
_MAX_RANGES_APART: Final = timedelta(minutes=10)
_LONG_SILENCE: Final = timedelta(hours=6)


def _position(_value: Value, car: CarState) -> Readings:
    """Return the position, if latitude and longitude were measured together."""
    latitude, longitude = car.number(LATITUDE), car.number(LONGITUDE)
    if latitude is None or longitude is None or abs(latitude[1] - longitude[1]) > _SAME_TIME:
        return ()
    position = Position(latitude[0], longitude[0])
    unset = position == Position(0, 0)
    if unset or abs(position.latitude) > 90 or abs(position.longitude) > 180:
        raise ValueError("not a position")
    when, fix = max(latitude[1], longitude[1]), car.word(FIX)
    if fix is not None and fix[0] == "NO_FIX" and abs(fix[1] - when) <= _SAME_TIME:
        return ()
    return (a.POSITION.at(position, when, SOURCE),)


def _ranges(value: Value, car: CarState) -> Readings:
    """Return the total and the fuel range in km.

    After charging, the electric range is updated before the total range, so their difference is
    not the fuel range if the electric range is newer.
    """
    electric = _kilometers(car.values.get(ELECTRIC_RANGE), car)
    total = _kilometers(car.values.get(TOTAL_RANGE), car)
    if not car.burns_fuel:
        return _electric_ranges(value, car, electric, total)
    unknown = car.drive_train is None
    # Electric cars send a total range of 0
    if total is None or (unknown and electric and not total[0]):
        return _range(a.REMAINING_RANGE_TOTAL, electric) if unknown else ()
    car.accepts(a.REMAINING_RANGE_TOTAL, total[1], fallback=False)
    fuel: Length | None = None
    if not car.plugs_in:
        fuel = total
        car.accepts(a.REMAINING_RANGE_FUEL, total[1], fallback=False)
    elif not unknown and electric is not None and electric[1] - total[1] <= _MAX_RANGES_APART:
        fuel = max(0.0, total[0] - electric[0]), max(total[1], electric[1])
    return (*_range(a.REMAINING_RANGE_TOTAL, total), *_range(a.REMAINING_RANGE_FUEL, fuel))


def _electric_ranges(
    value: Value, car: CarState, electric: Length | None, last: Length | None
) -> Readings:
    """Return the ranges of an electric car in km.

    `lastRemainingRange` is 0 on many electric cars, so it is only used by itself if there has been
    no electric range for hours.
    """
    silent = electric is None or (last is not None and last[1] - electric[1] > _LONG_SILENCE)
    if not silent:
        return _range(a.REMAINING_RANGE_TOTAL, electric)
    if last is None or not last[0] or car.values.get(TOTAL_RANGE) is not value:
        return ()
    return (
        *_range(a.REMAINING_RANGE_TOTAL, last),
        *_range(a.REMAINING_RANGE_ELECTRIC, last),
    )


def _estimated_range(value: Value, car: CarState) -> Readings:
    """Return the range estimated while charging, if there is no recent electric range."""
    estimate = _kilometers(value, car)
    if not car.plugs_in or not estimate or not estimate[0]:
        return ()
    wait = _LONG_SILENCE if car.charges is False else SILENCE
    if not car.accepts(a.REMAINING_RANGE_ELECTRIC, value.time, fallback=True, silence=wait):
        return ()
    electric = a.REMAINING_RANGE_ELECTRIC.at(estimate[0], value.time, SOURCE)
    if car.burns_fuel:
        return (electric,)
    return (electric, a.REMAINING_RANGE_TOTAL.at(estimate[0], value.time, SOURCE))


def _total_estimate(value: Value, car: CarState) -> Readings:
    """Return the estimated total range, if there is no better one."""
    total = _kilometers(value, car)
    if not total or not total[0]:
        return ()
    readings = _fallback(a.REMAINING_RANGE_TOTAL, total[0], value, car)
    if car.burns_fuel or not readings:
        return readings
    return (*readings, *_fallback(a.REMAINING_RANGE_ELECTRIC, total[0], value, car))


def _navigation_range(value: Value, car: CarState) -> Readings:
    """Return the range that the navigation system reports, for cars without a plug."""
    length = _kilometers(value, car)
    if car.drive_train is None or car.plugs_in or length is None:
        return ()
    return (
        *_fallback(a.REMAINING_RANGE_FUEL, length[0], value, car),
        *_fallback(a.REMAINING_RANGE_TOTAL, length[0], value, car),
    )


def _fallback[T](
    attribute: Attribute[T], found: T, value: Value, car: CarState
) -> tuple[AnyReading, ...]:
    """Return a reading unless a better descriptor of the same attribute has a recent value."""
    accepted = car.accepts(attribute, value.time, fallback=True)
    return (attribute.at(found, value.time, SOURCE),) if accepted else ()


def _kilometers(value: Value | None, car: CarState) -> Length | None:
    if value is None:
        return None
    length = distance(value.raw, car.unit_of(value))
    return None if length is None else (length, value.time)


def _range(attribute: Attribute[float], known: Length | None) -> Readings:
    return () if known is None else (attribute.at(known[0], known[1], SOURCE),)


def _tailgate(value: Value, car: CarState) -> Readings:
    """Return the state of the tailgate from its parts, for cars that do not send it as a whole."""
    parts = [part for key in TAILGATE if (part := car.flag(key)) is not None]
    state = LidState.OPEN if any(is_open for is_open, _ in parts) else LidState.CLOSED
    return _lid("trunk", state if parts else None, value, car)


def _sunroof(value: Value, car: CarState) -> Readings:
    """Return the state of the sunroof, for cars that send sliding and tilting separately."""
    slide, tilt = (car.word(key) for key in SUNROOF)
    state: LidState | None = None
    if slide is not None and slide[0] != LidState.CLOSED:
        state = LidState(slide[0])
    elif tilt is not None and tilt[0] != LidState.CLOSED:
        state = LidState.OPEN_TILT
    elif slide is not None or tilt is not None:
        state = LidState.CLOSED
    return _lid("sun_roof", state, value, car)


def _lid(name: str, state: LidState | None, value: Value, car: CarState) -> Readings:
    """Return the state of a lid with several parts, or its end if none is known any more."""
    attribute, parts = a.LIDS[name], f"parts of {name}"
    if state is None:
        ends = car.may_end(attribute, parts)
        return (attribute.ended(value.time, SOURCE),) if ends else ()
    readings = _fallback(attribute, state, value, car)
    if readings:
        car.set_origin(attribute, parts, value.time)
    return readings


def _climate_left(value: Value, car: CarState) -> Readings:
    left = minutes(value.raw, value.unit)
    if left is None:
        return ()
    end = value.time + timedelta(minutes=left)
    if left == 0 or (car.now is not None and end + EXPIRY_GRACE < car.now):
        return (a.CLIMATE_END_TIME.ended(value.time, SOURCE),)
    return (a.CLIMATE_END_TIME.at(end, value.time, SOURCE),)


def _climate_seconds(value: Value, car: CarState) -> Readings:
    return _climate_left(Value(value.raw, value.named_unit or "s", value.time), car)


def _climate_timer(name: str) -> Callable[[Value, CarState], Readings]:
    parts = [key for key, timer in CLIMATE_TIMER_PARTS.items() if timer == name]

    def function(_value: Value, car: CarState) -> Readings:
        hour, minute = (car.number(key) for key in parts)
        if hour is None or minute is None:
            return ()
        clock = time(int(hour[0]), int(minute[0]))
        return (a.CLIMATE_TIMER[name].at(f"{clock:%H:%M}", max(hour[1], minute[1]), SOURCE),)

    return function


COMBINED: Final[Mapping[str, Callable[[Value, CarState], Readings]]] = {
    LATITUDE: _position,
    LONGITUDE: _position,
    TOTAL_RANGE: _ranges,
    ELECTRIC_RANGE: _ranges,
    ESTIMATED_RANGE: _estimated_range,
    RANGE_ESTIMATE: _total_estimate,
    NAVIGATION_RANGE: _navigation_range,
    **dict.fromkeys(TAILGATE, _tailgate),
    **dict.fromkeys(SUNROOF, _sunroof),
    CLIMATE_LEFT[0]: _climate_seconds,
    CLIMATE_LEFT[1]: _climate_left,
    **{key: _climate_timer(name) for key, name in CLIMATE_TIMER_PARTS.items()},
    **CHARGING,
    **LISTS,
}
"""The functions that return combined readings, by descriptor."""
