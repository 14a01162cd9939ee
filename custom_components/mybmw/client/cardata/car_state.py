"""What has to be remembered of a car to make sense of values that come one at a time."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final, NamedTuple

from ..core.attributes import ATTRIBUTES, AnyAttribute, AnyReading
from ..core.convert import (
    UnknownWordError,
    mapping,
    note_unknown_word,
    sequence,
    split_unit,
    utc_time,
)
from ..core.tally import Tally
from ..core.values import ChargingStatus, DriveTrain, LidState
from .converters import UnitConverter, is_nothing, number, one_of, phases_of, time_of, truth
from .limits import MOST_OF_VALUE, size_of
from .mapping import (
    ALTITUDE,
    CHARGING_STATE,
    CHARGING_WORD,
    CLIMATE_TIMER_PARTS,
    CURRENT,
    DIRECTION,
    DISPLAY_UNITS,
    ELECTRIC_RANGE,
    FIX,
    FUEL_PROOF,
    IGNITION,
    LATITUDE,
    LONGITUDE,
    MOVING,
    PHASES,
    PLUG_PROOF,
    PLUGS,
    SOC,
    SUNROOF,
    TAILGATE,
    TOTAL_RANGE,
    TRIP_END,
    VOLTAGE,
)
from .quota import Reason

type Readings = Iterable[AnyReading]

MAPPING: Final = "mapping"
BASIC_DATA: Final = "basicData"
"""What is kept in `answers`: how the car is mapped to the account, and what never changes."""

SILENCE: Final = timedelta(minutes=30)
UNDER_WAY: Final = frozenset({ChargingStatus.CHARGING, ChargingStatus.WAITING_FOR_CHARGING})
_PLACES: Final = frozenset({LATITUDE, LONGITUDE, ALTITUDE, DIRECTION})


class Value(NamedTuple):
    """One value of one descriptor as it came; `time` is when it was measured."""

    raw: object
    unit: str
    time: datetime

    @property
    def named_unit(self) -> str:
        """The unit that came with the value, or behind its number; "" if none did."""
        return self.unit or split_unit(self.raw)[1]


@dataclass(slots=True)
class CarState:
    """What is remembered of one car; `zone` is where its clock is.

    `happened` collects what is worth a call, `streamed` the descriptors that came by the stream,
    `raw` holds the newest value of each as it came, `answers` those that are asked for seldom;
    `tellers` are the descriptors that the present values come from, where there may be several,
    `proven` those that the car sends although its drive train does not have them. `unknown` and
    `problems` count what could not be used. `now` is when the values at hand were sent. `size` are
    the bytes of `raw`, `sizes` those of each value.
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
    phases: Value | None = None
    charging_since: datetime | None = None
    now: datetime | None = None
    tellers: dict[AnyAttribute, tuple[str, datetime]] = field(default_factory=dict)
    proven: set[str] = field(default_factory=set)
    happened: list[Reason] = field(default_factory=list)
    streamed: set[str] = field(default_factory=set)
    unknown: Tally = field(default_factory=Tally)
    problems: Tally = field(default_factory=Tally)
    size: int = 0
    sizes: dict[str, int] = field(default_factory=dict)

    @property
    def plugs_in(self) -> bool:
        """Whether the car may have a battery to charge from outside."""
        train = self.drive_train
        return train is None or train.plugs_in or not PLUG_PROOF.isdisjoint(self.proven)

    @property
    def burns_fuel(self) -> bool:
        """Whether the car may have a tank."""
        train = self.drive_train
        return train is None or train.burns_fuel or not FUEL_PROOF.isdisjoint(self.proven)

    @property
    def charging_state(self) -> ChargingStatus | None:
        """What the charging is doing, None if the car does not say."""
        word = self.values.get(CHARGING_WORD)
        return None if word is None else _state(word.raw)

    @property
    def charges(self) -> bool | None:
        """Whether the car charges, None if it does not say."""
        state = self.charging_state
        return None if state is None else state is ChargingStatus.CHARGING

    def remember(self, descriptor: str, value: Value) -> None:
        """Keep a value unless a newer one is known, and note what it means that it changed.

        A word that is not known, or says that nothing is known, ends what was there; anything
        else that cannot be read changes nothing.
        """
        known = self.values.get(descriptor)
        if known is not None and known.time > value.time:
            return
        try:
            usable = REMEMBERED[descriptor](value.raw, value.unit) is not None
        except UnknownWordError:
            self.values.pop(descriptor, None)
            return
        except ValueError, TypeError, OverflowError:
            return
        if not usable:
            self.values.pop(descriptor, None)
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

    def keep(self, descriptor: str, item: object, time: datetime, size: int | None = None) -> None:
        """Keep what came, unless something newer is known; `size` are its bytes as JSON."""
        known = self.raw.get(descriptor)
        if known is None or known[0] <= time:
            size = size_of(item) if size is None else size
            self.size += self._growth(descriptor, size)
            self.sizes[descriptor] = size
            self.raw[descriptor] = time, item

    def has_room(self, descriptor: str, size: int, most: int) -> bool:
        """Tell whether a value of a size can be kept in so many bytes."""
        return self.size + self._growth(descriptor, size) <= most

    def _growth(self, descriptor: str, size: int) -> int:
        return size - self.sizes.get(descriptor, -len(descriptor))

    def believes(
        self,
        attribute: AnyAttribute,
        time: datetime,
        *,
        fallback: bool,
        silence: timedelta = SILENCE,
    ) -> bool:
        """Tell whether a value counts, and remember the newest one of a better descriptor.

        A `fallback` counts when the better one has been silent for that long.
        """
        better = self.better.get(attribute)
        if fallback:
            return better is None or time - better > silence
        self.better[attribute] = time if better is None else max(better, time)
        return True

    def tells(self, attribute: AnyAttribute, descriptor: str, time: datetime) -> None:
        """Note which descriptor the present value of an attribute comes from."""
        known = self.tellers.get(attribute)
        if known is None or known[1] <= time:
            self.tellers[attribute] = descriptor, time

    def may_end(self, attribute: AnyAttribute, descriptor: str) -> bool:
        """Return whether a descriptor without a value ends that of the attribute.

        It does not if the value comes from another descriptor, which counts at once from then on.
        """
        teller, former = self.tellers.get(attribute), self.raw.get(descriptor)
        if teller is None and former is not None:
            raw = mapping(former[1]).get("value")
            ends = raw is not None and not is_nothing(raw)
        else:
            ends = teller is not None and teller[0] == descriptor
        if ends:
            self.better.pop(attribute, None)
        return ends

    def unknown_word(self, descriptor: str, error: UnknownWordError) -> None:
        """Count and log a word that is not in the list of a descriptor."""
        note_unknown_word(self.problems, descriptor, error)

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

    def unit_of(self, value: Value) -> str:
        """Return the unit of a distance."""
        return value.named_unit or self.display_unit()

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
            "answers": {
                name: answer
                for name, answer in self.answers.items()
                if size_of(answer) <= MOST_OF_VALUE
            },
            "target": self.target,
            "streamed": sorted(self.streamed),
            "proven": sorted(self.proven),
            "charging_since": self.charging_since and self.charging_since.isoformat(),
            "phases": self.phases and [self.phases.raw, self.phases.time.isoformat()],
            "tellers": {
                attribute.key: [descriptor, time.isoformat()]
                for attribute, (descriptor, time) in self.tellers.items()
            },
        }

    def load(self, saved: object) -> None:
        """Take over what `dump` wrote; odd parts are left out."""
        fields = mapping(saved)
        for key, item in mapping(fields.get("values")).items():
            if isinstance(item, list) and len(item) == 3 and key in REMEMBERED:
                raw, unit, text = item
                time = utc_time(text)
                if time is not None and isinstance(unit, str):
                    value = Value(raw, unit, time)
                    if _usable(key, value):
                        self.values[key] = value
        for key, item in mapping(fields.get("raw")).items():
            if isinstance(item, list) and len(item) == 2:
                time = utc_time(item[0])
                if time is not None:
                    self.keep(key, item[1], time)
        self.answers |= mapping(fields.get("answers"))
        target = fields.get("target")
        self.target = float(target) if isinstance(target, (int, float)) else None
        self.streamed |= set(map(str, sequence(fields.get("streamed"))))
        self.proven |= set(map(str, sequence(fields.get("proven"))))
        self.charging_since = utc_time(fields.get("charging_since"))
        self.phases = _saved_phases(fields.get("phases"))
        self.tellers |= _saved_tellers(fields.get("tellers"))


def _saved_phases(saved: object) -> Value | None:
    if not isinstance(saved, list) or len(saved) != 2:
        return None
    raw, time = saved[0], utc_time(saved[1])
    return None if time is None or not isinstance(raw, str) else Value(raw, "", time)


def _saved_tellers(saved: object) -> dict[AnyAttribute, tuple[str, datetime]]:
    found: dict[AnyAttribute, tuple[str, datetime]] = {}
    for key, item in mapping(saved).items():
        if key in ATTRIBUTES and isinstance(item, list) and len(item) == 2:
            time = utc_time(item[1])
            if time is not None:
                found[ATTRIBUTES[key]] = str(item[0]), time
    return found


def _state(raw: object) -> ChargingStatus | None:
    try:
        return CHARGING_STATE(raw, "")
    except ValueError:
        return None


def _charging(old: Value, new: Value) -> Reason | None:
    before, now = _state(old.raw), _state(new.raw)
    if now is ChargingStatus.CHARGING and before not in UNDER_WAY:
        return Reason.CHARGE_START
    return Reason.CHARGE_END if before in UNDER_WAY and now not in UNDER_WAY else None


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


def _up_to(high: float) -> UnitConverter[float]:
    def convert(value: object, unit: str) -> float | None:
        amount = number(value, unit)
        if amount is not None and not 0 <= amount <= high:
            raise ValueError("not plausible")
        return amount

    return convert


REMEMBERED: Final[Mapping[str, UnitConverter[object]]] = {
    **dict.fromkeys((LATITUDE, LONGITUDE), number),
    **dict.fromkeys((TOTAL_RANGE, ELECTRIC_RANGE), _up_to(3_000)),
    **dict.fromkeys((CURRENT, VOLTAGE), _up_to(1_000)),
    **dict.fromkeys(SOC, _up_to(100)),
    **dict.fromkeys(CLIMATE_TIMER_PARTS, _up_to(59)),
    **dict.fromkeys((*PLUGS, MOVING, IGNITION, *TAILGATE), truth),
    **dict.fromkeys(SUNROOF, one_of(*LidState)),
    **dict.fromkeys(DISPLAY_UNITS, one_of("KM", "KILOMETER", "KILOMETERS", "MI", "MILE", "MILES")),
    CHARGING_WORD: CHARGING_STATE,
    FIX: one_of("NO_FIX", "GPS_FIX_2D", "GPS_FIX_3D"),
    PHASES: phases_of,
    TRIP_END: time_of,
}
"""The descriptors that are worth remembering, and how they are read."""


def _usable(descriptor: str, value: Value) -> bool:
    try:
        return REMEMBERED[descriptor](value.raw, value.unit) is not None
    except ValueError, TypeError, OverflowError:
        return False
