"""What charges show of the battery: its usable capacity, its health, and the losses of charging.

Cars say how many kWh are missing until the battery is full. By how much that falls while the state
of charge rises is the capacity. Where a car does not say so, the energy from the grid shows it,
with losses that are assumed and therefore with a wider interval. Nothing that such a car sends
tells losses from capacity, but direct current has less of them that can differ, so it counts more.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field
from datetime import datetime, timedelta, tzinfo
from itertools import groupby, islice
from math import sqrt
from statistics import median
from typing import Any, Final, NamedTuple

from ..core import attributes as car
from ..core.attributes import AnyAttribute
from ..core.convert import mapping, sequence
from ..core.records import BatteryEstimate, Charge, ChargingKind, How
from ..core.value_class import mutable
from .grid_energy import EFFICIENCY
from .observation import TO_FULL, Observation

_SAMPLES: Final = 20
_LEAST_SAMPLES: Final = 5
_LEAST_POINTS: Final = 20.0
_LEAST_SUM: Final = 150.0
_TOGETHER: Final = timedelta(minutes=2)
_RECENT: Final = 200
_LIKELY: Final = range(5, 300)
_FAR: Final = 0.25
_OF_MEDIAN: Final = 1.253
_LEAST_ERROR: Final = 1e-9
_NORMAL: Final = 1.645
_FEW: Final = 2.0
_LOSSES: Final[Mapping[ChargingKind, float]] = {
    ChargingKind.AC_LOW: 0.06,
    ChargingKind.AC: 0.045,
    ChargingKind.DC: 0.022,
}
"""The share by which the assumed losses may be wrong, the same in all charges of a car."""

_EFFICIENCIES: Final = (0.6, 0.99)


class Sample(NamedTuple):
    """The capacity in kWh that one charge shows, and by how many points the charge has risen.

    `losses` is the share by which the losses that were assumed may be wrong.
    """

    capacity: float
    points: float
    losses: float = 0.0


class Pair(NamedTuple):
    """A state of charge, and the kWh that are missing until the battery is full."""

    soc: float
    missing: float


@mutable
class Battery:
    """Collects what charges show; newest samples last."""

    samples: list[Sample] = field(default_factory=list)
    nominal: float | None = None
    estimate: BatteryEstimate | None = None
    _first: Pair | None = None
    _last: Pair | None = None
    _time: datetime | None = None
    _known: tuple[object, ...] = ()
    _values: dict[AnyAttribute, object] = field(default_factory=dict)

    def look(self, seen: Observation) -> None:
        """Take in the state of charge and what is missing, if both were measured together."""
        capacity = seen.value(car.BATTERY_CAPACITY)
        self.nominal = max(self.nominal or 0.0, capacity or 0.0) or None
        pair, time = pair_of(seen), seen.time(car.STATE_OF_CHARGE)
        if pair is not None and (self._time is None or time is None or time > self._time):
            self._time = time
            self._follow(pair)

    def _follow(self, pair: Pair) -> None:
        """Lengthen the charge, or end it when the state of charge falls."""
        if self._first is None or self._last is None or pair.soc < self._last.soc:
            self._end()
            self._first = pair
        self._last = pair

    def _end(self) -> None:
        sample = self._running()
        if sample is not None:
            self.samples = [*self.samples, sample][-_SAMPLES:]

    def _running(self) -> Sample | None:
        """Return what the charge shows so far."""
        return sample_of(self._first, self._last)

    def values(
        self, seen: Observation, charges: Iterable[Charge], version: int
    ) -> Iterator[tuple[AnyAttribute, object]]:
        """Yield what is known of the battery; `version` is another one if a charge has changed."""
        capacity = seen.value(car.BATTERY_CAPACITY)
        known = (version, len(self.samples), self._last, capacity, seen.usable)
        if known != self._known:
            self._known = known
            newest = sorted(charges, key=lambda item: item.end, reverse=True)[:_RECENT]
            self._values = dict(self._of(newest, seen))
        yield from self._values.items()

    def _of(self, newest: list[Charge], seen: Observation) -> Iterator[tuple[AnyAttribute, object]]:
        capacity = seen.value(car.BATTERY_CAPACITY)
        running = self._running()
        own = estimate([*self.samples, *([] if running is None else [running])][-_SAMPLES:])
        found = own or estimate([*islice(grid_samples(newest), _SAMPLES)])
        if found is not None and capacity and abs(found.capacity / capacity - 1) > _FAR:
            found = None
        self.estimate = found
        yield car.ESTIMATED_CAPACITY, found
        health = found and self.nominal and round(100 * found.capacity / self.nominal, 1)
        yield car.ESTIMATED_HEALTH, health
        usable = seen.usable or (capacity if own is None or found is None else own.capacity)
        alternating = {ChargingKind.AC, ChargingKind.AC_LOW}
        yield car.EFFICIENCY["ac"], efficiency(newest, usable, alternating)
        yield car.EFFICIENCY["dc"], efficiency(newest, usable, {ChargingKind.DC})

    def dump(self) -> dict[str, Any]:
        """Return what was collected as JSON."""
        return {
            "samples": [[round(item.capacity, 2), item.points] for item in self.samples],
            "nominal": self.nominal,
            "first": self._first and list(self._first),
            "last": self._last and list(self._last),
        }

    def load(self, saved: object) -> None:
        """Restore what was collected; invalid parts are ignored."""
        fields = mapping(saved)
        pairs = (_numbers(item) for item in sequence(fields.get("samples")))
        self.samples = [Sample(*pair) for pair in pairs if pair and _is_likely(pair[0])][-_SAMPLES:]
        nominal = fields.get("nominal")
        self.nominal = float(nominal) if isinstance(nominal, (int, float)) else None
        first, last = pair_from(fields.get("first")), pair_from(fields.get("last"))
        if first and last:
            self._first, self._last = first, last


def pair_of(seen: Observation) -> Pair | None:
    """Return the state of charge and what is missing, None if they were not measured together."""
    soc, missing = seen.reading(car.STATE_OF_CHARGE), seen.reading(TO_FULL)
    if soc is None or missing is None or abs(soc.time - missing.time) > _TOGETHER:
        return None
    return Pair(soc.value, missing.value)


def sample_of(first: Pair | None, last: Pair | None) -> Sample | None:
    """Return what a charge shows from its first pair to its last one."""
    if first is None or last is None:
        return None
    return _sample(first.missing - last.missing, last.soc - first.soc)


def estimate(samples: list[Sample]) -> BatteryEstimate | None:
    """Return the capacity by samples, with the interval in which it is in nine of ten cases.

    It is the mean of the medians of samples with the same losses, weighted by how exact they are.
    """
    if len(samples) < _LEAST_SAMPLES or sum(item.points for item in samples) < _LEAST_SUM:
        return None
    groups: defaultdict[float, list[float]] = defaultdict(list)
    for item in samples:
        groups[item.losses].append(item.capacity)
    middles = {losses: median(known) for losses, known in groups.items()}
    spread, free = _spread(groups, middles)
    errors = {key: spread * _OF_MEDIAN / sqrt(len(known)) for key, known in groups.items()}
    parts = {key: 1 / (key**2 / 3 + errors[key] ** 2 + _LEAST_ERROR) for key in groups}
    parts = {key: part / sum(parts.values()) for key, part in parts.items()}
    middle = sum(part * middles[key] for key, part in parts.items())
    by_chance = sqrt(sum((part * errors[key]) ** 2 for key, part in parts.items()))
    systematic = sum(part * key for key, part in parts.items())
    half = middle * (by_chance * (_NORMAL + _FEW / free) + systematic)
    low, high = round(middle - half, 1), round(middle + half, 1)
    return BatteryEstimate(round(middle, 1), low, high, len(samples))


def _spread(
    groups: Mapping[float, list[float]], middles: Mapping[float, float]
) -> tuple[float, int]:
    """Return by what share samples differ from their group's median, and the degrees of freedom."""
    off = [(item / middles[key] - 1) ** 2 for key, known in groups.items() for item in known]
    free = max(len(off) - len(groups), 1)
    return sqrt(sum(off) / free), free


def grid_samples(charges: Iterable[Charge]) -> Iterator[Sample]:
    """Yield what the energy from the grid shows."""
    for item in charges:
        points = _points(item)
        if points is not None and item.energy is not None and item.kind is not None:
            sample = _sample(item.energy.value * EFFICIENCY[item.kind], points)
            if sample is not None:
                yield sample._replace(losses=_LOSSES[item.kind])


def monthly(charges: Iterable[Charge], zone: tzinfo) -> Iterator[tuple[str, float]]:
    """Yield each month with a charge, and the capacity that the newest charges until then show."""
    in_order = sorted(charges, key=lambda item: item.end)
    samples: list[Sample] = []
    for month, ended in groupby(in_order, key=lambda item: f"{item.end.astimezone(zone):%Y-%m}"):
        samples = [*samples, *grid_samples(ended)][-_SAMPLES:]
        found = estimate(samples)
        if found is not None:
            yield month, found.capacity


def efficiency(
    newest_first: Iterable[Charge], capacity: float | None, kinds: set[ChargingKind]
) -> float | None:
    """Return the part of the energy from the grid that gets into the battery, in %."""
    if capacity is None:
        return None
    parts = (
        points * capacity / 100 / item.energy.value
        for item in newest_first
        if item.kind in kinds and (points := _points(item)) and item.energy and item.energy.value
    )
    found = [*islice(parts, _SAMPLES)]
    if len(found) < _LEAST_SAMPLES:
        return None
    low, high = _EFFICIENCIES
    middle = median(found)
    return round(100 * middle, 1) if low <= middle <= high else None


def _points(item: Charge) -> float | None:
    """Return by how many points a charge has risen whose energy was measured."""
    measured = item.energy is not None and item.energy.how in (How.BMW, How.METER)
    if not measured or item.preconditioned or item.start_soc is None or item.end_soc is None:
        return None
    points = item.end_soc - item.start_soc
    return points if points >= _LEAST_POINTS else None


def _sample(energy: float, points: float) -> Sample | None:
    if points < _LEAST_POINTS or not _is_likely(100 * energy / points):
        return None
    return Sample(100 * energy / points, points)


def _is_likely(capacity: float) -> bool:
    return _LIKELY.start <= capacity < _LIKELY.stop


def pair_from(saved: object) -> Pair | None:
    """Restore a pair, None if it is invalid."""
    found = _numbers(saved)
    return None if found is None else Pair(*found)


def _numbers(saved: object) -> tuple[float, float] | None:
    match saved:
        case [int() | float() as one, int() | float() as other]:
            return float(one), float(other)
    return None
