"""The energy of a charge from the grid, estimated from what earlier charges have taken.

Neither the capacity of the battery nor the losses have to be known: rows of BMW's history show how
many kWh from the grid one point of the state of charge takes, for each kind of charging.
"""

from collections.abc import Iterable, Mapping
from dataclasses import field
from datetime import timedelta
from itertools import islice, pairwise
from math import hypot
from statistics import median
from typing import Final, NamedTuple

from ..core.convert import mapping, sequence
from ..core.records import Charge, ChargingKind, Figure, HistoryRow, How
from ..core.value_class import mutable
from .slots import Curve

EFFICIENCY: Final[Mapping[ChargingKind, float]] = {
    ChargingKind.AC_LOW: 0.85,
    ChargingKind.AC: 0.90,
    ChargingKind.DC: 0.95,
}
"""The part of the energy that gets into the battery, before it is learned."""

LOW_POWER: Final = 3.7
AC_POWER: Final = 23.0
TYPICAL_POWER: Final[Mapping[ChargingKind, float]] = {
    ChargingKind.AC_LOW: 2.3,
    ChargingKind.AC: 11.0,
    ChargingKind.DC: 50.0,
}

_SAMPLES: Final = 10
_SURE: Final = 3
_RECENT: Final = 200
_LEAST_GAIN: Final = 15.0
_LEAST_ENERGY: Final = 3.0
_STEP: Final = timedelta(minutes=15)
_COVERED: Final = 0.8
_LEAST_COVERED: Final = 0.3
_LEAST_RATIO: Final = 0.2
_LARGEST_RATIO: Final = 2.0
_HOUR: Final = timedelta(hours=1)
_LEARNED_ERROR: Final = 0.02
_DEFAULT_ERROR: Final = 0.05
_POWER_ERROR: Final = 0.08
_WHOLE_POINT: Final = 0.6
_TENTH_POINT: Final = 0.15


class Measured(NamedTuple):
    """The energy in kWh that the power adds up to, and the part of the time that is known."""

    energy: float
    coverage: float


class Gain(NamedTuple):
    """By how many points the state of charge has risen, and how exact that is."""

    points: float
    error: float


def gain_of(start: float | None, end: float | None) -> Gain | None:
    """Return by how much the state of charge has risen; whole numbers are less exact."""
    if start is None or end is None or end <= start:
        return None
    whole = start.is_integer() and end.is_integer()
    return Gain(end - start, _WHOLE_POINT if whole else _TENTH_POINT)


def measured(curve: Curve, duration: timedelta) -> Measured:
    """Add up a power curve; a power lasts until the next one, but is not known after 15 min."""
    energy, known = 0.0, timedelta()
    for (start, power), (end, _) in pairwise(curve):
        step = end - start
        if step <= _STEP:
            energy += power * (step / _HOUR)
        if step <= _STEP or power == 0:
            known += step
    return Measured(energy, min(1.0, known / duration) if duration else 0.0)


def kind_of(power: float) -> ChargingKind:
    """Return the kind of charging with a power in kW."""
    if power > AC_POWER:
        return ChargingKind.DC
    return ChargingKind.AC_LOW if power < LOW_POWER else ChargingKind.AC


@mutable
class GridEnergy:
    """What was learned of a car; `version` is another one when something was learned.

    `per_point` are kWh from the grid per point of the state of charge, newest first; `ratios` the
    energy that the power adds up to, by that from the grid, newest last.
    """

    version: int = 0
    per_point: dict[ChargingKind, list[float]] = field(default_factory=dict)
    ratios: dict[ChargingKind, list[float]] = field(default_factory=dict)

    def learn(self, newest_first: Iterable[Charge]) -> None:
        """Take kWh per point from the charges that are in BMW's history."""
        found: dict[ChargingKind, list[float]] = {kind: [] for kind in ChargingKind}
        for item in islice(newest_first, _RECENT):
            row = _lesson(item)
            if item.kind is not None and row is not None and len(found[item.kind]) < _SAMPLES:
                found[item.kind].append(row)
        self.version += found != self.per_point
        self.per_point = found

    def compare(self, kind: ChargingKind, power: Measured, grid: float) -> None:
        """Learn how the power of the car is related to the energy from the grid."""
        if power.coverage >= _COVERED and grid >= _LEAST_ENERGY and power.energy > 0:
            known = self.ratios.setdefault(kind, [])
            ratio = round(power.energy / power.coverage / grid, 4)
            if _LEAST_RATIO <= ratio <= _LARGEST_RATIO:
                self.version += 1
                known.append(ratio)
                del known[:-_SAMPLES]

    def estimate(
        self, kind: ChargingKind, gain: Gain | None, power: Measured, capacity: float | None
    ) -> Figure | None:
        """Return the energy in the most exact way; None if nothing is known."""
        ways = [self._by_soc(kind, gain, capacity), self._by_power(kind, power)]
        known = [way for way in ways if way is not None]
        return min(known, key=lambda way: way[0])[1] if known else None

    def _by_soc(
        self, kind: ChargingKind, gain: Gain | None, capacity: float | None
    ) -> tuple[float, Figure] | None:
        per_point = self.of(kind, capacity)
        if gain is None or per_point is None:
            return None
        error = _LEARNED_ERROR if self._sure(self.per_point, kind) else _DEFAULT_ERROR
        figure = Figure(round(gain.points * per_point, 2), How.SOC)
        return hypot(error, gain.error / gain.points), figure

    def _by_power(self, kind: ChargingKind, power: Measured) -> tuple[float, Figure] | None:
        if power.energy <= 0 or power.coverage < _LEAST_COVERED:
            return None
        known = self.ratios.get(kind)
        energy = power.energy / power.coverage / (median(known) if known else 1.0)
        error = _LEARNED_ERROR if self._sure(self.ratios, kind) else _POWER_ERROR
        return error + (1 - power.coverage) / 3, Figure(round(energy, 2), How.POWER)

    def of(self, kind: ChargingKind, capacity: float | None) -> float | None:
        """Return the kWh from the grid per point, from the capacity in kWh if not learned."""
        if known := self.per_point.get(kind):
            return median(known)
        return None if capacity is None else capacity / 100 / EFFICIENCY[kind]

    def load(self, ratios: object) -> None:
        """Restore the ratios; invalid parts are ignored."""
        for kind in ChargingKind:
            values = sequence(mapping(ratios).get(kind.value))[:_SAMPLES]
            known = [float(item) for item in values if isinstance(item, (int, float))]
            self.ratios[kind] = [item for item in known if _LEAST_RATIO <= item <= _LARGEST_RATIO]

    def _sure(self, samples: Mapping[ChargingKind, list[float]], kind: ChargingKind) -> bool:
        return len(samples.get(kind, ())) >= _SURE


def _lesson(item: Charge) -> float | None:
    """Return the kWh per point of a charge that is one row of the history; None if not exact."""
    if len(item.rows) != 1 or item.preconditioned:
        return None
    row: HistoryRow = item.rows[0]
    if row.energy is None or row.start_soc is None or row.end_soc is None:
        return None
    points = row.end_soc - row.start_soc
    return row.energy / points if points >= _LEAST_GAIN and row.energy > 0 else None
