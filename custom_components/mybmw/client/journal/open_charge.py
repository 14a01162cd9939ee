"""A charge that goes on, or that has ended and may still change."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import batched
from statistics import median
from typing import Any, Final

from ..core.convert import mapping, sequence, utc_time
from ..core.records import (
    BatteryFigures,
    Charge,
    ChargeEnd,
    ChargingKind,
    Figure,
    How,
    PlaceKind,
    RecordPlace,
    Slot,
)
from ..core.value_class import mutable
from .battery import Pair, pair_from, sample_of
from .counted_energy import CountedEnergy, agrees, load_counted
from .grid_energy import (
    AC_POWER,
    TYPICAL_POWER,
    Gain,
    GridEnergy,
    Measured,
    gain_of,
    kind_of,
    measured,
)
from .slots import evenly, of_curve, slots_of

# An odd number, so that neighbours between the first and the last can be put together
_MOST_POINTS: Final = 97
_SHORT: Final = 0.05
_LONG_ENOUGH: Final = 0.25
_MOSTLY: Final = 0.6
_LARGEST: Final = 1e9
_HOUR: Final = timedelta(hours=1)
_TIMES: Final = ("start", "not_before", "plugged", "active", "paused", "over", "expected", "soc_at")
_NUMBERS: Final = (
    "count",
    "start_soc",
    "end_soc",
    "odometer",
    "resting",
    "pauses",
    "reported",
    "health",
)
_FLAGS: Final = ("direct", "told", "closed", "unplugged", "full")
_OTHERS: Final = (*_FLAGS, "id")


@mutable
class OpenCharge:
    """What the readings have shown of a charge.

    `start` is the first sign of it; it may have begun before, but after `not_before`. `active` is
    the newest sign that it goes on, `paused` since when it does not, `reason` why. After `over` it
    cannot go on any more. `resting` are the s of all pauses. `id` is that of its record.
    """

    start: datetime
    active: datetime
    not_before: datetime | None = None
    plugged: datetime | None = None
    paused: datetime | None = None
    over: datetime | None = None
    expected: datetime | None = None
    soc_at: datetime | None = None
    count: float | None = None
    start_soc: float | None = None
    end_soc: float | None = None
    odometer: float | None = None
    resting: float = 0.0
    pauses: int = 0
    direct: bool = False
    unplugged: bool = False
    told: bool = False
    closed: bool = False
    full: bool = False
    reason: ChargeEnd | None = None
    place: RecordPlace = field(default_factory=RecordPlace)
    curve: list[tuple[datetime, float]] = field(default_factory=list)
    counted: CountedEnergy = field(default_factory=CountedEnergy)
    first: Pair | None = None
    last: Pair | None = None
    reported: float | None = None
    health: float | None = None
    id: str = ""

    @property
    def end(self) -> datetime:
        """When it has ended, or the newest sign that it goes on."""
        return self.paused or self.active

    @property
    def state(self) -> tuple[object, ...]:
        """What its record depends on once it has ended."""
        end = (self.end, self.over, self.ended_by, self.unplugged)
        return (*end, self.start_soc, self.end_soc, self.counted.energy)

    @property
    def ended_by(self) -> ChargeEnd:
        """Why it has ended; one that ends at the target need not say so."""
        if self.full and self.reason in (ChargeEnd.INTERRUPTED, ChargeEnd.SILENT):
            return ChargeEnd.TARGET_REACHED
        return self.reason or ChargeEnd.UNKNOWN

    def add_power(self, time: datetime, power: float) -> None:
        """Add a power in kW; points that are close together become one when there are many."""
        if self.curve and time <= self.curve[-1][0]:
            return
        self.curve.append((time, round(power, 2)))
        if len(self.curve) > _MOST_POINTS:
            self.curve = _thinned(self.curve)

    def add_soc(self, time: datetime, soc: float) -> None:
        """Take in a state of charge, which does not fall during a charge."""
        if self.soc_at is not None and time <= self.soc_at:
            return
        if self.start_soc is None or (soc < self.start_soc and self.end_soc == self.start_soc):
            self.start_soc = self.end_soc = soc
        self.end_soc = max(soc, self.start_soc, self.end_soc or 0.0)
        self.soc_at = time

    def record(self, learned: GridEnergy, capacity: float | None) -> Charge:
        """Return it as a record."""
        power = self.measured()
        gain = gain_of(self.start_soc, self.end_soc)
        kind = self._kind(gain, capacity)
        energy = learned.estimate(kind or ChargingKind.AC, gain, power, capacity)
        battery = gain.points * capacity / 100 if gain and capacity else None
        hours = self._active_time() / _HOUR
        exact = self.not_before is None
        found = Charge(
            id=self.id,
            start=self.start if exact else None,
            end=self.end,
            not_before=self.not_before,
            plugged=self.plugged,
            unplugged=self.over if self.unplugged else None,
            start_soc=self.start_soc,
            end_soc=self.end_soc,
            energy=energy,
            battery=self._battery(),
            metered=self.counted.total(self.start, self.end) if exact else None,
            battery_energy=None if battery is None else Figure(round(battery, 2), How.SOC),
            kind=kind,
            power=round(energy.value / hours, 2) if energy and exact and hours > _SHORT else None,
            odometer=self.odometer,
            place=self.place,
            pauses=self.pauses,
            ended_by=self.ended_by,
            seen_from=self.start,
            seen_until=self.end,
            slots=() if energy is None else self._slots(energy.value, kind, power),
            curve=tuple(self.curve),
        )
        return self._as_counted(found, hours)

    def _as_counted(self, found: Charge, hours: float) -> Charge:
        """Return it with the energy that the charger at home has counted, if it fits."""
        energy = found.metered
        other = None if found.energy is None else found.energy.value
        if energy is None or not found.at_home or not agrees(energy, other):
            return found
        return replace(
            found,
            energy=Figure(energy, How.METER),
            power=round(energy / hours, 2) if hours > _SHORT else None,
            slots=slots_of(energy, self.counted.pieces(self.start, self.end), self.end),
        )

    def _battery(self) -> BatteryFigures | None:
        sample = sample_of(self.first, self.last)
        shown = None if sample is None else round(sample.capacity, 2)
        found = BatteryFigures(shown, self.reported, self.health)
        return found if found != BatteryFigures() else None

    def measured(self) -> Measured:
        """Return what the power adds up to."""
        points = [point for point in self.curve if point[0] < self.end]
        return measured([*points, (self.end, 0.0)], self.end - self.start)

    def _active_time(self) -> timedelta:
        return max(self.end - self.start - timedelta(seconds=self.resting), timedelta())

    def _kind(self, gain: Gain | None, capacity: float | None) -> ChargingKind | None:
        """Return the kind by the usual power, or by how fast the state of charge has risen."""
        powers = [power for _, power in self.curve if power > 0]
        if self.direct or (powers and max(powers) > AC_POWER):
            return ChargingKind.DC
        if powers:
            return kind_of(median(powers))
        hours = self._active_time() / _HOUR
        if gain is None or capacity is None or hours < _LONG_ENOUGH or self.not_before is not None:
            return None
        return kind_of(gain.points * capacity / 100 / hours)

    def _slots(self, energy: float, kind: ChargingKind | None, power: Measured) -> tuple[Slot, ...]:
        """Distribute the energy; if the start is not known, it is in the last hours."""
        start = self.start
        if self.not_before is not None:
            hours = energy / TYPICAL_POWER[kind or ChargingKind.AC]
            start = max(self.not_before, self.end - hours * _HOUR)
        elif power.coverage >= _MOSTLY:
            return slots_of(energy, of_curve(self.curve, self.end), self.end)
        return slots_of(energy, evenly(start, self.end), self.end)

    def dump(self) -> dict[str, Any]:
        """Return it as JSON; times of the curve are in s after the start."""
        times = {name: getattr(self, name) for name in _TIMES}
        plain = {name: getattr(self, name) for name in (*_NUMBERS, *_OTHERS)}
        curve = [[round((at - self.start).total_seconds()), power] for at, power in self.curve]
        return {
            **{name: time.isoformat() for name, time in times.items() if time is not None},
            **{name: value for name, value in plain.items() if value or name in _NUMBERS},
            "reason": self.reason,
            "place": [self.place.kind, self.place.zone, self.place.name],
            "curve": curve,
            "first": self.first and list(self.first),
            "last": self.last and list(self.last),
            "counted": self.counted.dump(self.start),
        }


def load_open(saved: object) -> OpenCharge | None:
    """Return what `dump` returned, None if it is not usable; invalid parts are left out."""
    fields = mapping(saved)
    times = {name: utc_time(fields.get(name)) for name in _TIMES}
    start, active = times.pop("start"), times.pop("active")
    if start is None or active is None:
        return None
    found = OpenCharge(start, active)
    for name, time in times.items():
        setattr(found, name, time)
    for name in _NUMBERS:
        value = fields.get(name)
        if isinstance(value, (int, float)) and abs(value) < _LARGEST:
            setattr(found, name, float(value))
    found.pauses = int(found.pauses)
    for name in _FLAGS:
        setattr(found, name, fields.get(name) is True)
    found.id = text if isinstance(text := fields.get("id"), str) else ""
    found.reason = _member(ChargeEnd, fields.get("reason"))
    found.place = _place(sequence(fields.get("place")))
    found.first, found.last = pair_from(fields.get("first")), pair_from(fields.get("last"))
    found.counted = load_counted(start, sequence(fields.get("counted")))
    found.curve = [*_points(start, sequence(fields.get("curve"))[:_MOST_POINTS])]
    return found


def _points(start: datetime, saved: Iterable[object]) -> Iterator[tuple[datetime, float]]:
    for item in saved:
        match item:
            case [int(seconds), int() | float() as power] if abs(seconds) < _LARGEST:
                yield start + timedelta(seconds=seconds), float(power)


def _place(saved: Sequence[object]) -> RecordPlace:
    match saved:
        case [str(kind), str() | None as zone, str() | None as name]:
            return RecordPlace(_member(PlaceKind, kind) or PlaceKind.UNKNOWN, zone, name)
    return RecordPlace()


def _member[E: StrEnum](kind: type[E], word: object) -> E | None:
    return next((item for item in kind if item.value == word), None)


def _thinned(curve: Sequence[tuple[datetime, float]]) -> list[tuple[datetime, float]]:
    """Return half as many points: neighbours as their mean, the first and last as they are."""
    middle = [
        (one + (other - one) / 2, round((power + then) / 2, 2))
        for (one, power), (other, then) in batched(curve[1:-1], 2, strict=True)
    ]
    return [curve[0], *middle, curve[-1]]
