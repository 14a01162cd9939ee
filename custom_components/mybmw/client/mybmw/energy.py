"""Readings of fuel, battery, charging and ranges from a state.

See docs/protocols/mybmw-app.md#fuel-and-battery.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, time, timedelta
from typing import Final

from ..core import attributes as a
from ..core.attributes import AnyReading, Attribute
from ..core.convert import mapping, number
from ..core.json_reader import Reader
from ..core.reconcile import EXPIRY_GRACE
from ..core.values import ChargingStatus, DriveTrain
from .car_context import SOURCE, Context
from .mapping import ELECTRIC_ROWS, FUEL_ROWS, kilometers
from .profile import profile_readings, window_start

PARTS: Final = ("combustionFuelLevel", "electricChargingState", "chargingProfile", "climateTimers")
"""The parts of a state that concern fuel, battery and charging."""


def energy(reader: Reader, state: Mapping[str, object], context: Context) -> Iterator[AnyReading]:
    """Yield the readings of the `PARTS` of a state."""
    train = context.drive_train
    fuel, electric = _fuel(state, train), _electric(state, train)
    if fuel is not None:
        yield from reader.inside("combustionFuelLevel").rows(fuel, FUEL_ROWS)
    if electric is not None or (train is not None and train.plugs_in):
        charging = [*reader.inside("electricChargingState").rows(electric, ELECTRIC_ROWS)]
        yield from charging
        statuses = (item.value for item in charging if item.attribute is a.CHARGING_STATUS)
        yield from _charging_times(reader, state, next(statuses, None), context)
        yield from profile_readings(reader, state)
    yield from _ranges(
        reader,
        reader.take(fuel, "range", kilometers),
        reader.take(electric, "range", kilometers),
        train,
    )


def _fuel(state: Mapping[str, object], train: DriveTrain | None) -> object:
    """Return the fuel object; None for an electric car, whose object has no fuel level."""
    node = state.get("combustionFuelLevel")
    if train is None or train.burns_fuel:
        return node
    fields = mapping(node)
    filled = any(
        _positive(fields.get(key)) for key in ("remainingFuelLiters", "remainingFuelPercent")
    )
    return node if filled else None


def _electric(state: Mapping[str, object], train: DriveTrain | None) -> object:
    """Return the charging object; None for a car without plug, whose object is empty."""
    node = state.get("electricChargingState")
    if train is None or train.plugs_in:
        return node
    fields = mapping(node)
    plugged = fields.get("isChargerConnected") is True
    return node if plugged or _positive(fields.get("chargingLevelPercent")) else None


def _positive(value: object) -> bool:
    try:
        return (number(value) or 0) > 0
    except ValueError:
        return False


def _ranges(
    reader: Reader, fuel: float | None, electric: float | None, train: DriveTrain | None
) -> Iterator[AnyReading]:
    """Yield fuel and total range in km; the "fuel range" of plug-in hybrids is the total range."""
    total: float | None
    both = fuel is not None and electric is not None
    if train is None and both:
        return
    if train is DriveTrain.PLUGIN_HYBRID:
        total = fuel
        fuel = max(0.0, (fuel or 0) - (electric or 0)) if both else None
    elif both or train is DriveTrain.ELECTRIC_WITH_RANGE_EXTENDER:
        total = (fuel or 0) + (electric or 0) if both else None
    else:
        total = electric if fuel is None else fuel
    pairs: Iterable[tuple[Attribute[float], float | None]] = (
        (a.REMAINING_RANGE_FUEL, fuel),
        (a.REMAINING_RANGE_TOTAL, total),
    )
    for attribute, value in pairs:
        if value is not None:
            yield attribute.at(value, reader.time, SOURCE)


def _charging_times(
    reader: Reader, state: Mapping[str, object], status: object, context: Context
) -> Iterator[AnyReading]:
    minutes = reader.take(state, "electricChargingState.remainingChargingMinutes", number)
    left = minutes if status is ChargingStatus.CHARGING and minutes else None
    end = reader.time + timedelta(minutes=left) if left and 0 < left <= 10_080 else None
    if left is not None and end is not None and end > context.fetched - EXPIRY_GRACE:
        yield a.CHARGING_TIME_LEFT.at(left, reader.time, SOURCE)
        yield a.CHARGING_END_TIME.at(end, reader.time, SOURCE)
    elif reader.complete:
        yield a.CHARGING_TIME_LEFT.ended(reader.time, SOURCE)
        yield a.CHARGING_END_TIME.ended(reader.time, SOURCE)
    start = window_start(reader, state)
    if status is ChargingStatus.WAITING_FOR_CHARGING and start is not None:
        yield a.CHARGING_START_TIME.at(_next(start, context), reader.time, SOURCE)
    elif reader.complete:
        yield a.CHARGING_START_TIME.ended(reader.time, SOURCE)


def _next(moment: time, context: Context) -> datetime:
    now = context.fetched.astimezone(context.zone)
    today = now.replace(hour=moment.hour, minute=moment.minute, second=0, microsecond=0)
    ahead = today >= now.replace(second=0, microsecond=0)
    return (today if ahead else today + timedelta(days=1)).astimezone(UTC)
