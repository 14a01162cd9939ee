"""How many points of the state of charge the energy counted by a charger is worth.

The gain is a·(kWh - overhead·hours): the car's own electronics take the overhead while it charges.
Both figures are fitted to earlier charges, with kWh of the charger or of BMW's history.
"""

from collections.abc import Iterable, Sequence
from itertools import islice
from statistics import median
from typing import Final, NamedTuple

from ..core.convert import sequence
from ..core.records import Charge, ChargingKind

LEAST_POINTS: Final = 5.0
"""A smaller gain of whole points teaches nothing."""

_SAMPLES: Final = 10
_SURE: Final = 3
_MOST_OVERHEAD: Final = 1.0
_LEAST_POWER: Final = 1.0
_COLLINEAR: Final = 1e-3
_OFF: Final = 0.4
_LARGEST: Final = 1_000.0


class MeterSample(NamedTuple):
    """The energy in kWh of a charge, its hours, and the points that the battery has gained."""

    energy: float
    hours: float
    points: float


class MeterModel(NamedTuple):
    """Points per kWh, and the kW that the car takes besides."""

    factor: float
    overhead: float = 0.0

    def gain(self, energy: float, hours: float) -> float:
        """Return the points that an energy is worth; idle time does not count."""
        counted = min(hours, energy / _LEAST_POWER)
        return max(0.0, self.factor * (energy - self.overhead * counted))


def fit(samples: Sequence[MeterSample]) -> MeterModel | None:
    """Return the model that explains earlier charges best, without outliers; None if too few."""
    if len(samples) < _SURE:
        return None
    usual = median(item.points / item.energy for item in samples)
    return _fit([item for item in samples if abs(item.points / item.energy - usual) < _OFF * usual])


def _fit(samples: Sequence[MeterSample]) -> MeterModel:
    """Fit points = factor·kWh - factor·overhead·hours by least squares."""
    rows = [(item.energy, min(item.hours, item.energy / _LEAST_POWER)) for item in samples]
    ee = sum(energy * energy for energy, _ in rows)
    hh = sum(hours * hours for _, hours in rows)
    eh = sum(energy * hours for energy, hours in rows)
    ep = sum(row[0] * item.points for row, item in zip(rows, samples, strict=True))
    hp = sum(row[1] * item.points for row, item in zip(rows, samples, strict=True))
    determinant = ee * hh - eh * eh
    if determinant > _COLLINEAR * ee * hh:
        factor = (ep * hh - hp * eh) / determinant
        overhead = -(hp * ee - ep * eh) / determinant / factor if factor > 0 else -1.0
        if 0 <= overhead <= _MOST_OVERHEAD:
            return MeterModel(factor, overhead)
    return MeterModel(sum(item.points for item in samples) / sum(energy for energy, _ in rows))


def samples_of(newest_first: Iterable[Charge]) -> list[MeterSample]:
    """Return what the newest AC charges at home in BMW's history teach."""
    return [*islice(filter(None, map(_sample, newest_first)), _SAMPLES)]


def _sample(item: Charge) -> MeterSample | None:
    if len(item.rows) != 1 or item.preconditioned or item.kind is ChargingKind.DC:
        return None
    row = item.rows[0]
    if not item.at_home or row.energy is None or None in (row.start_soc, row.end_soc):
        return None
    points = (row.end_soc or 0.0) - (row.start_soc or 0.0)
    hours = row.energy / item.power if item.power else (row.end - row.start).total_seconds() / 3600
    usable = points >= LEAST_POINTS and row.energy > 0 and hours > 0
    return MeterSample(row.energy, hours, points) if usable else None


def dump_samples(samples: Iterable[MeterSample]) -> list[list[float]]:
    """Return samples as JSON."""
    return [[round(value, 2) for value in item] for item in samples]


def load_samples(saved: object) -> list[MeterSample]:
    """Restore samples; invalid ones are left out."""
    found = []
    for item in sequence(saved)[:_SAMPLES]:
        match item:
            case [int() | float() as energy, int() | float() as hours, int() | float() as points]:
                if all(0 < value < _LARGEST for value in (energy, hours, points)):
                    found.append(MeterSample(float(energy), float(hours), float(points)))
    return found


def add_sample(samples: list[MeterSample], item: MeterSample) -> None:
    """Add what a charge has taught; the oldest is forgotten."""
    if item.points >= LEAST_POINTS and item.energy > 0 and item.hours > 0:
        samples.append(item)
        del samples[:-_SAMPLES]
