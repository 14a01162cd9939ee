"""Tyre pressures against their targets, which BMW moves with the temperature of the tyre."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from .attributes import TIRE_COMPARISON, TIRE_PRESSURE, TIRE_TARGET_PRESSURE, WHEELS, AnyReading
from .values import TireComparison
from .vehicle import Vehicle

COMPARED: Final = frozenset({*TIRE_PRESSURE.values(), *TIRE_TARGET_PRESSURE.values()})
"""The attributes that comparisons follow from."""

_TOGETHER: Final = timedelta(minutes=10)


def comparisons(vehicle: Vehicle) -> Iterator[AnyReading]:
    """Pair what was measured together; a target of another time is that of another temperature."""
    for wheel in WHEELS:
        pressure = vehicle[TIRE_PRESSURE[wheel]]
        target = vehicle[TIRE_TARGET_PRESSURE[wheel]]
        if pressure is None or target is None or abs(pressure.time - target.time) > _TOGETHER:
            continue
        pair = TireComparison(pressure.value, target.value)
        time = max(pressure.time, target.time)
        yield TIRE_COMPARISON[wheel].at(pair, time, pressure.source)
