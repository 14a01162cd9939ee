"""Comparison of tyre pressures with their targets, which depend on the temperature of the tyre."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from .attributes import TIRE_COMPARISON, TIRE_PRESSURE, TIRE_TARGET_PRESSURE, WHEELS, AnyReading
from .values import TireComparison
from .vehicle import Vehicle

COMPARED: Final = frozenset({*TIRE_PRESSURE.values(), *TIRE_TARGET_PRESSURE.values()})
"""The attributes that comparisons are calculated from."""

_MAX_APART: Final = timedelta(minutes=10)


def comparisons(vehicle: Vehicle) -> Iterator[AnyReading]:
    """Yield a comparison for each wheel whose pressure and target were measured together."""
    for wheel in WHEELS:
        pressure = vehicle[TIRE_PRESSURE[wheel]]
        target = vehicle[TIRE_TARGET_PRESSURE[wheel]]
        if pressure is None or target is None or abs(pressure.time - target.time) > _MAX_APART:
            continue
        pair = TireComparison(pressure.value, target.value)
        time = max(pressure.time, target.time)
        yield TIRE_COMPARISON[wheel].at(pair, time, pressure.source)
