"""The energy of a charge as the charger at home has counted it."""

from collections.abc import Iterable, Sequence
from dataclasses import field
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final

from ..core.value_class import mutable
from .slots import Piece

_MOST_POINTS: Final = 49
_LATE: Final = timedelta(minutes=10)
_HOUR: Final = timedelta(hours=1)
_LEAST: Final = 0.1
_MOST_POWER: Final = 50.0
_SLACK: Final = 1.5
_LARGEST: Final = 1e9
_FEWEST: Final = 0.6
_MOST: Final = 1.6
_OTHER_USE: Final = 2.0


@mutable
class CountedEnergy:
    """The kWh since the first reading, by the times at which they changed.

    `reading` is the newest one of the meter, at the time `until`.
    """

    points: list[tuple[datetime, float]] = field(default_factory=list)
    reading: float | None = None
    until: datetime | None = None

    def take(self, reading: float | None, now: datetime) -> None:
        """Take in a reading: a time without one is bridged, a meter that was reset begins anew."""
        if reading is None:
            return
        if self.reading is None or not self.points:
            self.points = [(now, 0.0)]
        elif reading != self.reading:
            self._add(reading - self.reading, max(now, self.points[-1][0]))
        self.reading, self.until = reading, now

    def _add(self, energy: float, now: datetime) -> None:
        last, total = self.points[-1]
        if is_possible(energy, (now - last) / _HOUR):
            self.points.append((now, total + energy))
        if len(self.points) > _MOST_POINTS:
            self.points = [*self.points[:-1:2], self.points[-1]]

    @property
    def energy(self) -> float:
        """The kWh that were counted, if perhaps not from the start on."""
        return round(self.points[-1][1], 3) if self.points else 0.0

    def total(self, start: datetime, end: datetime) -> float | None:
        """Return the energy in kWh, None if it was not counted from the start to the end."""
        if self.until is None or self.points[0][0] > start + _LATE or self.until < end - _LATE:
            return None
        return self.energy if self.energy >= _LEAST else None

    def pieces(self, start: datetime, end: datetime) -> list[Piece]:
        """Return when the energy was counted."""
        times = [(min(max(time, start), end), total) for time, total in self.points]
        return [
            Piece(begin, until, (after - before) / (until - begin).total_seconds())
            for (begin, before), (until, after) in pairwise(times)
            if until > begin and after > before
        ]

    def dump(self, start: datetime) -> list[object]:
        """Return it as JSON; times are in s after the start."""
        points = [
            [round((time - start).total_seconds()), round(total, 4)] for time, total in self.points
        ]
        until = self.until and round((self.until - start).total_seconds())
        return [self.reading, until, points]


def load_counted(start: datetime, saved: Sequence[object]) -> CountedEnergy:
    """Return what `dump` returned; invalid parts are left out."""
    found = CountedEnergy()
    match saved:
        case [int() | float() as reading, int(seconds), [*points]] if abs(seconds) < _LARGEST:
            known = [*_points(start, points[:_MOST_POINTS])]
            if known and abs(reading) < _LARGEST:
                until = start + timedelta(seconds=seconds)
                found = CountedEnergy(known, float(reading), until)
    return found


def _points(start: datetime, saved: Iterable[object]) -> Iterable[tuple[datetime, float]]:
    for item in saved:
        match item:
            case [int(seconds), int() | float() as total] if abs(seconds) < _LARGEST:
                yield start + timedelta(seconds=seconds), float(total)


def is_possible(energy: float, hours: float) -> bool:
    """Return whether a charger can have counted an energy; a meter that was reset has not."""
    return 0 <= energy <= _MOST_POWER * hours + _SLACK


def agrees(counted: float, other: float | None) -> bool:
    """Return whether the charger has counted this car, by an energy that is known otherwise.

    It also counts what the car uses besides, such as for its climate control.
    """
    if other is None:
        return True
    return _FEWEST * other - _LEAST <= counted <= _MOST * other + _OTHER_USE
