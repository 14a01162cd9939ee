"""What has to be remembered of a car to make sense of values that come one at a time."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final

from ..attributes import AnyAttribute
from ..convert import mapping
from ..values import DriveTrain, LidState
from .quota import Reason
from .tables import (
    ALTITUDE,
    CHARGING_WORD,
    CHARGING_WORDS,
    CLIMATE_TIMER_PARTS,
    CURRENT,
    DIRECTION,
    DISPLAY_UNITS,
    ELECTRIC_RANGE,
    FIX,
    IGNITION,
    LATITUDE,
    LONGITUDE,
    MOVING,
    PHASES,
    PLUGS,
    SOC,
    SUNROOF,
    TAILGATE,
    TOTAL_RANGE,
    TRIP_END,
    VOLTAGE,
)
from .words import Converter, moment, number, one_of, plain, time_of, truth

MAPPING: Final = "mapping"
BASIC_DATA: Final = "basicData"
"""What is kept in `answers`: how the car is mapped to the account, and what never changes."""

CHARGING: Final = "CHARGINGACTIVE"
PAUSED: Final = "CHARGINGPAUSED"

_SILENCE: Final = timedelta(minutes=30)
_PLACES: Final = frozenset({LATITUDE, LONGITUDE, ALTITUDE, DIRECTION})


@dataclass(frozen=True, slots=True)
class Value:
    """One value of one descriptor as it came; `time` is when it was measured."""

    raw: object
    unit: str
    time: datetime


@dataclass(slots=True)
class Memory:
    """What is remembered of one car; `zone` is where its clock is.

    `happened` collects what is worth a call, `streamed` the descriptors that came by the stream,
    `raw` holds the newest value of each as it came, `answers` those that are asked for seldom;
    `unknown` and `problems` count what could not be used.
    """

    drive_train: DriveTrain | None = None
    zone: tzinfo = UTC
    values: dict[str, Value] = field(default_factory=dict)
    raw: dict[str, tuple[datetime, object]] = field(default_factory=dict)
    answers: dict[str, object] = field(default_factory=dict)
    better: dict[AnyAttribute, datetime] = field(default_factory=dict)
    target: float | None = None
    doubted: Value | None = None
    powered: datetime | None = None
    happened: list[Reason] = field(default_factory=list)
    streamed: set[str] = field(default_factory=set)
    unknown: Counter[str] = field(default_factory=Counter)
    problems: Counter[str] = field(default_factory=Counter)

    @property
    def plugs_in(self) -> bool:
        """Whether the car may have a battery to charge from outside."""
        return self.drive_train is None or self.drive_train.plugs_in

    def remember(self, descriptor: str, value: Value) -> None:
        """Keep a value unless a newer one is known, and note what it means that it changed.

        What cannot be read is not kept.
        """
        known = self.values.get(descriptor)
        if (known is not None and known.time > value.time) or not _usable(descriptor, value):
            return
        self.values[descriptor] = value
        event = _EVENTS.get(descriptor)
        if event is not None and known is not None and known.raw != value.raw:
            try:
                reason = event(known, value)
            except ValueError, TypeError:
                return
            if reason is not None:
                self.happened.append(reason)

    def keep(self, descriptor: str, item: object, time: datetime) -> None:
        """Keep what came, unless something newer is known."""
        known = self.raw.get(descriptor)
        if known is None or known[0] <= time:
            self.raw[descriptor] = time, item

    def believes(self, attribute: AnyAttribute, time: datetime, *, fallback: bool) -> bool:
        """Tell whether a value counts, and remember the newest one of a better descriptor."""
        better = self.better.get(attribute)
        if fallback:
            return better is None or time - better > _SILENCE
        self.better[attribute] = time if better is None else max(better, time)
        return True

    def number(self, descriptor: str) -> tuple[float, datetime] | None:
        """Return the newest number of a descriptor and when it was measured."""
        value = self.values.get(descriptor)
        if value is None:
            return None
        try:
            amount = number(value.raw, value.unit)
        except ValueError:
            return None
        return None if amount is None else (amount, value.time)

    def flag(self, descriptor: str) -> tuple[bool, datetime] | None:
        """Return the newest truth value of a descriptor and when it was measured."""
        value = self.values.get(descriptor)
        told = None if value is None else truth(value.raw, value.unit)
        return None if value is None or told is None else (told, value.time)

    def word(self, descriptor: str) -> tuple[str, datetime] | None:
        """Return the newest word of a descriptor and when it was measured."""
        value = self.values.get(descriptor)
        if value is None or not isinstance(value.raw, str):
            return None
        return value.raw.strip().upper(), value.time

    def display_unit(self) -> str:
        """Return the unit of distances that come without one: that of the car's display."""
        found = (self.word(descriptor) for descriptor in DISPLAY_UNITS)
        return next((unit[0].lower() for unit in found if unit), "km")

    def dump(self) -> dict[str, object]:
        """Return what should survive a restart as JSON; places are not kept."""
        return {
            "values": {
                key: [value.raw, value.unit, value.time.isoformat()]
                for key, value in self.values.items()
                if key not in _PLACES
            },
            "raw": {
                key: [time.isoformat(), item]
                for key, (time, item) in self.raw.items()
                if key not in _PLACES
            },
            "answers": self.answers,
            "target": self.target,
            "streamed": sorted(self.streamed),
        }

    def load(self, saved: object) -> None:
        """Take over what `dump` wrote; odd parts are left out."""
        fields = mapping(saved)
        for key, item in mapping(fields.get("values")).items():
            if isinstance(item, list) and len(item) == 3 and key in REMEMBERED:
                raw, unit, text = item
                time = moment(text)
                if time is not None and isinstance(unit, str):
                    value = Value(raw, unit, time)
                    if _usable(key, value):
                        self.values[key] = value
        for key, item in mapping(fields.get("raw")).items():
            if isinstance(item, list) and len(item) == 2 and (time := moment(item[0])) is not None:
                self.raw[key] = time, item[1]
        self.answers |= mapping(fields.get("answers"))
        target, streamed = fields.get("target"), fields.get("streamed")
        self.target = float(target) if isinstance(target, int | float) else None
        self.streamed |= set(map(str, streamed)) if isinstance(streamed, list) else set()


def _charging(old: Value, new: Value) -> Reason | None:
    before, now = plain(old.raw, ""), plain(new.raw, "")
    if now == CHARGING and before != PAUSED:
        return Reason.CHARGE_START
    ended = before in (CHARGING, PAUSED) and now not in (CHARGING, PAUSED)
    return Reason.CHARGE_END if ended else None


def _plugged(old: Value, new: Value) -> Reason | None:
    return Reason.PLUGGED_IN if truth(new.raw, "") and truth(old.raw, "") is False else None


def _stopped(old: Value, new: Value) -> Reason | None:
    return Reason.TRIP_END if truth(old.raw, "") and truth(new.raw, "") is False else None


def _arrived(_old: Value, _new: Value) -> Reason | None:
    return Reason.TRIP_END


_EVENTS: Final[Mapping[str, Callable[[Value, Value], Reason | None]]] = {
    CHARGING_WORD: _charging,
    **dict.fromkeys(PLUGS, _plugged),
    TRIP_END: _arrived,
    MOVING: _stopped,
    IGNITION: _stopped,
}


def _up_to(high: float) -> Converter[float]:
    def convert(value: object, unit: str) -> float | None:
        amount = number(value, unit)
        if amount is not None and not 0 <= amount <= high:
            raise ValueError("not plausible")
        return amount

    return convert


REMEMBERED: Final[Mapping[str, Converter[object]]] = {
    **dict.fromkeys((LATITUDE, LONGITUDE), number),
    **dict.fromkeys((TOTAL_RANGE, ELECTRIC_RANGE), _up_to(3_000)),
    **dict.fromkeys((CURRENT, VOLTAGE), _up_to(1_000)),
    **dict.fromkeys(SOC, _up_to(100)),
    **dict.fromkeys(CLIMATE_TIMER_PARTS, _up_to(59)),
    **dict.fromkeys((*PLUGS, MOVING, IGNITION, *TAILGATE), truth),
    **dict.fromkeys(SUNROOF, one_of(*LidState)),
    **dict.fromkeys(DISPLAY_UNITS, one_of("KM", "KILOMETER", "KILOMETERS", "MI", "MILE", "MILES")),
    CHARGING_WORD: one_of(*CHARGING_WORDS),
    FIX: one_of("NO_FIX", "GPS_FIX_2D", "GPS_FIX_3D"),
    PHASES: one_of("NO_CHARGING", "1-PHASES", "2-PHASES", "3-PHASES"),
    TRIP_END: time_of,
}
"""The descriptors that are worth remembering, and how they are read."""


def _usable(descriptor: str, value: Value) -> bool:
    try:
        return REMEMBERED[descriptor](value.raw, value.unit) is not None
    except ValueError, TypeError, OverflowError:
        return False
