"""How fast the state of charge rises, in points per hour, from what the car reports."""

from collections.abc import Iterable
from dataclasses import field
from datetime import datetime, timedelta
from statistics import median
from typing import Final, NamedTuple

from ..core.convert import sequence
from ..core.records import ChargingKind, PredictionBasis
from ..core.value_class import mutable, record

FULL: Final = 100.0

_FRESH: Final = timedelta(minutes=10)
_BINS: Final = 10
_BIN: Final = FULL / _BINS
_LARGEST: Final = 1_000.0
_MOST_POWERS: Final = 20
_LEAST: Final = 0.25
_DC_FALLS_FROM: Final = 25.0
_AC_FALLS_FROM: Final = 92.0
_AC_FALLS: Final = 6.0


class Rate(NamedTuple):
    """How many points the state of charge rises per hour, and from what that is known."""

    points: float
    basis: PredictionBasis


@record
class Inputs:
    """What is known of a charge that goes on: `power` in kW, and the others in points per hour.

    `by_power` is for the power, which was measured at `power_at` with a state of charge of
    `power_soc`. `by_time` is for the time left, `usual` for the power of earlier charges.
    """

    kind: ChargingKind
    by_power: float | None = None
    power: float = 0.0
    power_at: datetime | None = None
    power_soc: float = 0.0
    by_time: float | None = None
    usual: float | None = None


def rate_of(known: Inputs, soc: float, time: datetime, curve: DcCurve) -> Rate | None:
    """Return the rate at a state of charge and time, None if nothing is known.

    After ten minutes the car may have changed an AC power, so that the time left counts as well.
    """
    if known.by_power is None or known.power_at is None:
        return _without_power(known)
    if known.kind is ChargingKind.DC:
        falls = curve.at(soc) / curve.at(known.power_soc)
        return Rate(known.by_power * falls, PredictionBasis.POWER)
    by_power = known.by_power
    if known.power >= _AC_FALLS:
        by_power *= _fall(soc, _AC_FALLS_FROM) / _fall(known.power_soc, _AC_FALLS_FROM)
    if known.by_time is None or time - known.power_at <= _FRESH:
        return Rate(by_power, PredictionBasis.POWER)
    return Rate((by_power + known.by_time) / 2, PredictionBasis.POWER_AND_TIME)


def _without_power(known: Inputs) -> Rate | None:
    if known.by_time is not None:
        return Rate(known.by_time, PredictionBasis.TIME)
    usual = known.usual
    return None if usual is None else Rate(usual, PredictionBasis.EARLIER_CHARGES)


def _fall(soc: float, start: float) -> float:
    """Return the part of the power that is left at a state of charge, falling from `start` on."""
    return 1 - (1 - _LEAST) * max(0.0, min(soc, FULL) - start) / (FULL - start)


@mutable
class DcCurve:
    """The DC power in kW that a car takes, by ten ranges of the state of charge; 0 if unknown."""

    powers: list[float] = field(default_factory=lambda: [0.0] * _BINS)
    _session: dict[int, list[float]] = field(default_factory=dict)

    def add(self, soc: float, power: float) -> None:
        """Note a power of the charge that goes on."""
        known = self._session.setdefault(min(int(soc / _BIN), _BINS - 1), [])
        known.append(power)
        del known[:-_MOST_POWERS]

    def learn(self) -> None:
        """Learn from the charge that has ended; others may have been limited by the charger."""
        for place, powers in self._session.items():
            self.powers[place] = max(self.powers[place], round(median(powers), 1))
        self._session = {}

    def at(self, soc: float) -> float:
        """Return the power at a state of charge; only ratios mean something."""
        position = min(max(soc / _BIN - 0.5, 0.0), _BINS - 1.0)
        below = min(int(position), _BINS - 2)
        part = position - below
        return self._of(below) * (1 - part) + self._of(below + 1) * part

    def _of(self, place: int) -> float:
        if self.powers[place]:
            return self.powers[place]
        known = [power / _typical(item) for item, power in enumerate(self.powers) if power]
        return _typical(place) * (median(known) if known else 1.0)

    def load(self, saved: object) -> None:
        """Restore the powers; invalid ones are unknown."""
        values = [*sequence(saved)][:_BINS]
        for place, value in enumerate(values):
            if isinstance(value, (int, float)) and 0 <= value < _LARGEST:
                self.powers[place] = float(value)


def _typical(place: int) -> float:
    return _fall((place + 0.5) * _BIN, _DC_FALLS_FROM)


def median_or_none(values: Iterable[float]) -> float | None:
    """Return the median, None if there are no values."""
    found = list(values)
    return median(found) if found else None
