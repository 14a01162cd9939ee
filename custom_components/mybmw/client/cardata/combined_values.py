"""What follows from several of CarData's values together: position, ranges, lids, climate."""

from collections.abc import Callable, Mapping
from datetime import datetime, time, timedelta
from typing import Final

from ..core.attributes import (
    CLIMATE_END_TIME,
    CLIMATE_TIMER,
    LIDS,
    POSITION,
    REMAINING_RANGE_ELECTRIC,
    REMAINING_RANGE_FUEL,
    REMAINING_RANGE_TOTAL,
    AnyReading,
    Attribute,
)
from ..core.reconcile import EXPIRY_GRACE
from ..core.values import LidState, Position
from .car_state import SILENCE, CarState, Readings, Value
from .charging import CHARGING
from .converters import distance, minutes
from .lists import LISTS
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

_TOGETHER: Final = timedelta(seconds=5)
_LATELY: Final = timedelta(minutes=10)
_LONG_SILENCE: Final = timedelta(hours=6)


def _position(_value: Value, car: CarState) -> Readings:
    """Pair latitude and longitude; halves of different times belong to different places."""
    latitude, longitude = car.number(LATITUDE), car.number(LONGITUDE)
    if latitude is None or longitude is None or abs(latitude[1] - longitude[1]) > _TOGETHER:
        return ()
    place = Position(latitude[0], longitude[0])
    nowhere = place == Position(0, 0)
    if nowhere or abs(place.latitude) > 90 or abs(place.longitude) > 180:
        raise ValueError("not a place on earth")
    when, fix = max(latitude[1], longitude[1]), car.word(FIX)
    if fix is not None and fix[0] == "NO_FIX" and abs(fix[1] - when) <= _TOGETHER:
        return ()
    return (POSITION.at(place, when, SOURCE),)


def _ranges(value: Value, car: CarState) -> Readings:
    """Return total and fuel range.

    What was charged since the last trip is in the electric range, but not yet in the total one.
    """
    electric = _kilometers(car.values.get(ELECTRIC_RANGE), car)
    total = _kilometers(car.values.get(TOTAL_RANGE), car)
    if not car.burns_fuel:
        return _electric_ranges(value, car, electric, total)
    unknown = car.drive_train is None
    # Electric cars send a total range of 0
    if total is None or (unknown and electric and not total[0]):
        return _range(REMAINING_RANGE_TOTAL, electric) if unknown else ()
    car.believes(REMAINING_RANGE_TOTAL, total[1], fallback=False)
    fuel: Length | None = None
    if not car.plugs_in:
        fuel = total
        car.believes(REMAINING_RANGE_FUEL, total[1], fallback=False)
    elif car.drive_train is not None and electric is not None and electric[1] - total[1] <= _LATELY:
        fuel = max(0.0, total[0] - electric[0]), max(total[1], electric[1])
    return (*_range(REMAINING_RANGE_TOTAL, total), *_range(REMAINING_RANGE_FUEL, fuel))


def _electric_ranges(
    value: Value, car: CarState, electric: Length | None, last: Length | None
) -> Readings:
    """Return the ranges of an electric car; the last remaining one is 0 on many of them.

    It is the last resort of those that send nothing else, or nothing else any more.
    """
    silent = electric is None or (last is not None and last[1] - electric[1] > _LONG_SILENCE)
    if not silent:
        return _range(REMAINING_RANGE_TOTAL, electric)
    if last is None or not last[0] or car.values.get(TOTAL_RANGE) is not value:
        return ()
    return (
        *_range(REMAINING_RANGE_TOTAL, last),
        *_range(REMAINING_RANGE_ELECTRIC, last),
    )


def _estimated_range(value: Value, car: CarState) -> Readings:
    """Return the estimate for charging: newer than what the instruments show, or all there is."""
    estimate = _kilometers(value, car)
    if not car.plugs_in or not estimate or not estimate[0]:
        return ()
    wait = _LONG_SILENCE if car.charges is False else SILENCE
    if not car.believes(REMAINING_RANGE_ELECTRIC, value.time, fallback=True, silence=wait):
        return ()
    electric = REMAINING_RANGE_ELECTRIC.at(estimate[0], value.time, SOURCE)
    if car.burns_fuel:
        return (electric,)
    return (electric, REMAINING_RANGE_TOTAL.at(estimate[0], value.time, SOURCE))


def _total_estimate(value: Value, car: CarState) -> Readings:
    """Return the estimate of the total range where there is no other one."""
    total = _kilometers(value, car)
    if not total or not total[0]:
        return ()
    readings = _second_best(REMAINING_RANGE_TOTAL, total[0], value, car)
    if car.burns_fuel or not readings:
        return readings
    return (*readings, *_second_best(REMAINING_RANGE_ELECTRIC, total[0], value, car))


def _navigation_range(value: Value, car: CarState) -> Readings:
    """Return what the navigation system knows of the fuel, on cars that have nothing else."""
    length = _kilometers(value, car)
    if car.drive_train is None or car.plugs_in or length is None:
        return ()
    return (
        *_second_best(REMAINING_RANGE_FUEL, length[0], value, car),
        *_second_best(REMAINING_RANGE_TOTAL, length[0], value, car),
    )


def _second_best[T](
    attribute: Attribute[T], found: T, value: Value, car: CarState
) -> tuple[AnyReading, ...]:
    """Tell what counts only while the better descriptor of the same attribute says nothing."""
    believed = car.believes(attribute, value.time, fallback=True)
    return (attribute.at(found, value.time, SOURCE),) if believed else ()


def _kilometers(value: Value | None, car: CarState) -> Length | None:
    if value is None:
        return None
    length = distance(value.raw, car.unit_of(value))
    return None if length is None else (length, value.time)


def _range(attribute: Attribute[float], known: Length | None) -> Readings:
    return () if known is None else (attribute.at(known[0], known[1], SOURCE),)


def _tailgate(value: Value, car: CarState) -> Readings:
    """Put the tailgate together, on cars that do not tell of it as a whole."""
    parts = [part for key in TAILGATE if (part := car.flag(key)) is not None]
    state = LidState.OPEN if any(is_open for is_open, _ in parts) else LidState.CLOSED
    return _lid("trunk", state if parts else None, value, car)


def _sunroof(value: Value, car: CarState) -> Readings:
    """Put the sunroof together, on cars that tell separately how it slides and tilts."""
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
    """Return the state of a lid that is put together, or its end if no part is known any more."""
    attribute, parts = LIDS[name], f"parts of {name}"
    if state is None:
        ends = car.may_end(attribute, parts)
        return (attribute.over(value.time, SOURCE),) if ends else ()
    readings = _second_best(attribute, state, value, car)
    if readings:
        car.tells(attribute, parts, value.time)
    return readings


def _climate_left(value: Value, car: CarState) -> Readings:
    left = minutes(value.raw, value.unit)
    if left is None:
        return ()
    end = value.time + timedelta(minutes=left)
    if left == 0 or (car.now is not None and end + EXPIRY_GRACE < car.now):
        return (CLIMATE_END_TIME.over(value.time, SOURCE),)
    return (CLIMATE_END_TIME.at(end, value.time, SOURCE),)


def _climate_seconds(value: Value, car: CarState) -> Readings:
    return _climate_left(Value(value.raw, value.named_unit or "s", value.time), car)


def _climate_timer(name: str) -> Callable[[Value, CarState], Readings]:
    parts = [key for key, timer in CLIMATE_TIMER_PARTS.items() if timer == name]

    def function(_value: Value, car: CarState) -> Readings:
        hour, minute = (car.number(key) for key in parts)
        if hour is None or minute is None:
            return ()
        clock = time(int(hour[0]), int(minute[0]))
        return (CLIMATE_TIMER[name].at(f"{clock:%H:%M}", max(hour[1], minute[1]), SOURCE),)

    return function


DERIVED: Final[Mapping[str, Callable[[Value, CarState], Readings]]] = {
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
"""What to do with the descriptors of which more follows than one fact."""
