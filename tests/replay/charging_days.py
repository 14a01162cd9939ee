"""More ways to charge: with pauses, in silence, without an end, and as BMW's history lists them.

See cardata.md#charging-history.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from .carstate import (
    AMPERE,
    DC_PLUG,
    DISPLAYED,
    HEADER,
    METHOD,
    ODOMETER,
    PHASES,
    PLUG_COUNT,
    PLUGGED,
    POWER,
    STATUS,
    TARGET,
    UNPLUGGED,
    CarState,
    Facts,
)
from .days import HOUR, Part, dc_charge
from .fingerprints import Json
from .timeline import Change

MINUTE: Final = 60.0
_EFFICIENCY: Final = 0.92
_PAUSED: Final = "CHARGINGPAUSED"
_ACTIVE: Final = "CHARGINGACTIVE"
_FAST: Final = 23.0
_BURST: Final = 5.0
_OVER: Final = ("CHARGINGENDED", "NOCHARGING", "CHARGINGERROR")

type Stretch = tuple[float, float]
"""Charging with a power in kW, or a pause with 0, for so many minutes."""


def charge(
    car: CarState,
    at: float = 0.0,
    stretches: Sequence[Stretch] = ((11.0, 120.0),),
    *,
    plug_in: bool = True,
    pause: str = _PAUSED,
    end: str = "CHARGINGENDED",
    every: float = 300.0,
) -> Part:
    """Charge in stretches; at the end the car stays plugged in."""
    if plug_in:
        car = replace(car, plugged=True, plug_count=car.plug_count + 1)
        yield from car.say(at, PLUGGED, {PLUG_COUNT: car.plug_count, TARGET: car.target})
    time = at + 40
    for kw, minutes in stretches:
        until = time + minutes * MINUTE
        if not kw:
            yield from car.say(time, {STATUS: pause, POWER: 0}, car.energy(charging=True))
            time = until
            continue
        yield from car.say(time, _flowing(car, kw), {STATUS: _ACTIVE})
        while time < until:
            seconds = min(every, until - time)
            car, time = _fuller(car, kw, seconds), time + seconds
            if time < until:
                yield from car.say(time, _flowing(car, kw))
    yield from car.say(time, {STATUS: end, POWER: 0, AMPERE: 0, PHASES: "1-PHASES"}, car.energy())
    return car


def _flowing(car: CarState, kw: float) -> Facts:
    return {
        **car.energy(charging=True),
        POWER: round(1000 * kw),
        METHOD: "AC_TYP2COMBO" if kw > _FAST else "AC_TYPE2PLUG",
        **({DC_PLUG: "CONNECTED"} if kw > _FAST else {}),
    }


def _fuller(car: CarState, kw: float, seconds: float) -> CarState:
    gained = 100 * kw * _EFFICIENCY * seconds / HOUR / car.capacity
    return replace(car, soc=min(100.0, car.soc + gained))


def unplug(car: CarState, at: float = 0.0) -> Part:
    """Pull the plug."""
    yield from car.say(at, UNPLUGGED, car.energy())
    return replace(car, plugged=False)


def abroad(car: CarState, at: float = 0.0) -> Part:
    """Charge fast, far from home."""
    car = replace(car, away=(car.home[0] - 2.0, car.home[1] + 2.0))
    yield from car.say(at - 10 * MINUTE, car.where())
    return (yield from dc_charge(car, at))


def silent(changes: Iterable[Change], begin: float, end: float) -> Iterator[Change]:
    """Lose what the car sends in this time."""
    return (change for change in changes if not begin <= change.at < end)


def without(changes: Iterable[Change], descriptor: str, *values: object) -> Iterator[Change]:
    """Lose these values of a descriptor."""
    for change in changes:
        if change.descriptor != descriptor or change.value not in values:
            yield change


@dataclass(slots=True)
class _Row:
    """A charge while the timeline goes on."""

    start: float
    soc: float
    odometer: float
    blocks: list[tuple[float, float, float]] = field(default_factory=list)
    end: float = 0.0
    end_soc: float = 0.0


def history(
    changes: Iterable[Change], start: datetime, *, split: bool = False, also: Json | None = None
) -> list[Json]:
    """Return the charges of a timeline as BMW's history lists them, newest first.

    The blocks have the power that the car had. With `split`, each pause ends a row. `also` are
    further fields of all rows.
    """
    return [
        {**_listed(row, start.timestamp()), **(also or {})}
        for row in reversed(list(_rows(changes, split=split)))
        if row.blocks
    ]


@dataclass(slots=True)
class _Reader:
    """Follows the changes of a timeline."""

    split: bool
    row: _Row | None = None
    last: _Row | None = None
    known: dict[str, float] = field(default_factory=dict)
    active: bool = False
    power: float = 0.0
    since: float = 0.0

    def take(self, change: Change) -> Iterator[_Row]:
        """Yield a row that has ended with this change."""
        value = change.value
        if change.descriptor == STATUS:
            yield from self._status(str(value), change.measured)
        elif not isinstance(value, (int, float)):
            return
        elif change.descriptor == POWER:
            self._block(change.measured, value or self.power)
            self.power = value
        elif change.descriptor in (HEADER, DISPLAYED, ODOMETER):
            self.known["km" if change.descriptor == ODOMETER else "soc"] = value
            row = self.row or self.last
            if row is not None and (not row.end or change.at < row.end + _BURST):
                row.end_soc = max(row.end_soc, self.known.get("soc", 0.0))

    def _block(self, at: float, watts: float) -> None:
        if self.row is not None and self.active and at > self.since:
            self.row.blocks.append((self.since, at, watts / 1000))
        self.since = at

    def _status(self, word: str, at: float) -> Iterator[_Row]:
        self._block(at, self.power)
        self.active = word == _ACTIVE
        if self.active and self.row is None:
            soc = self.known.get("soc", 0.0)
            self.row = _Row(at, soc, self.known.get("km", 0.0), end_soc=soc)
        elif self.row is not None and (word in _OVER or (self.split and word == _PAUSED)):
            self.row.end = at
            yield self.row
            self.row, self.last = None, self.row


def _rows(changes: Iterable[Change], *, split: bool) -> Iterator[_Row]:
    reader = _Reader(split)
    for change in changes:
        yield from reader.take(change)


def _listed(row: _Row, start: float) -> Json:
    energy = sum((end - begin) / HOUR * kw for begin, end, kw in row.blocks)
    return {
        "startTime": round(start + row.start),
        "endTime": round(start + row.end),
        "displayedStartSoc": round(row.soc),
        "displayedSoc": round(row.end_soc),
        "energyConsumedFromPowerGridKwh": round(energy, 3),
        "isPreconditioningActivated": False,
        "mileage": round(row.odometer),
        "mileageUnits": "KM",
        "timeZone": "Europe/Berlin",
        "chargingBlocks": [
            {
                "startTime": round(start + begin),
                "endTime": round(start + end),
                "averagePowerGridKw": round(kw, 3),
            }
            for begin, end, kw in row.blocks
        ],
    }
