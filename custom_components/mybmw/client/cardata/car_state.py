"""The state of a car that is needed to interpret values that arrive one at a time."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import field
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
from ..core.counter import Tally
from ..core.value_class import mutable
from ..core.values import ChargingStatus, DriveTrain, LidState
from .converters import UnitConverter, boolean, is_nothing, number, one_of, phases_of, time_of
from .limits import MAX_VALUE_SIZE, size_of
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
"""The names of the stored responses."""

SILENCE: Final = timedelta(minutes=30)
UNDER_WAY: Final = frozenset({ChargingStatus.CHARGING, ChargingStatus.WAITING_FOR_CHARGING})
_LOCATION: Final = frozenset({LATITUDE, LONGITUDE, ALTITUDE, DIRECTION})


class Value(NamedTuple):
    """One value of a descriptor as received, measured at `time`."""

    raw: object
    unit: str
    time: datetime

    @property
    def named_unit(self) -> str:
        """The unit of the value, which may also follow its number; "" if there is none."""
        return self.unit or split_unit(self.raw)[1]


@mutable
class CarState:
    """The state of one car; `zone` is the time zone of its clock.

    `values` are those needed later, `raw` the newest ones of all descriptors as received, with
    `size` in bytes and `sizes` of each; `answers` are responses that are requested seldom.
    `streamed` are the descriptors that were streamed; `proven` those that the car has although its
    drive train does not. `origins` are the descriptors of current values that may come from
    several, `preferred` the last times of those that are better than a fallback. `events` are
    worth a call. `unknown` and `problems` count unusable values. `now` is when the values that are
    being read were sent.
    """

    drive_train: DriveTrain | None = None
    zone: tzinfo = UTC
    values: dict[str, Value] = field(default_factory=dict)
    raw: dict[str, tuple[datetime, object]] = field(default_factory=dict)
    answers: dict[str, object] = field(default_factory=dict)
    preferred: dict[AnyAttribute, datetime] = field(default_factory=dict)
    target: float | None = None
    unconfirmed_target: Value | None = None
    power_sent: datetime | None = None
    phases: Value | None = None
    charging_since: datetime | None = None
    now: datetime | None = None
    origins: dict[AnyAttribute, tuple[str, datetime]] = field(default_factory=dict)
    proven: set[str] = field(default_factory=set)
    events: list[Reason] = field(default_factory=list)
    streamed: set[str] = field(default_factory=set)
    unknown: Tally = field(default_factory=Tally)
    problems: Tally = field(default_factory=Tally)
    size: int = 0
    sizes: dict[str, int] = field(default_factory=dict)

    @property
    def plugs_in(self) -> bool:
        """Whether the car may have a battery that is charged from outside."""
        train = self.drive_train
        return train is None or train.plugs_in or not PLUG_PROOF.isdisjoint(self.proven)

    @property
    def burns_fuel(self) -> bool:
        """Whether the car may have a fuel tank."""
        train = self.drive_train
        return train is None or train.burns_fuel or not FUEL_PROOF.isdisjoint(self.proven)

    @property
    def charging_state(self) -> ChargingStatus | None:
        """The charging status, None if it is not known."""
        word = self.values.get(CHARGING_WORD)
        return None if word is None else _state(word.raw)

    @property
    def charges(self) -> bool | None:
        """Whether the car is charging, None if that is not known."""
        state = self.charging_state
        return None if state is None else state is ChargingStatus.CHARGING

    def update(self, descriptor: str, value: Value) -> None:
        """Store a value unless a newer one is known, and add an event if it is a change.

        An unknown word or one for "no value" removes the stored value; any other unusable value is
        ignored.
        """
        known = self.values.get(descriptor)
        if known is not None and known.time > value.time:
            return
        try:
            usable = CONVERTERS[descriptor](value.raw, value.unit) is not None
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
                self.events.append(reason)

    def store(self, descriptor: str, item: object, time: datetime, size: int | None = None) -> None:
        """Store a value as received unless a newer one is known; `size` is in bytes of JSON."""
        known = self.raw.get(descriptor)
        if known is None or known[0] <= time:
            size = size_of(item) if size is None else size
            self.size += self._growth(descriptor, size)
            self.sizes[descriptor] = size
            self.raw[descriptor] = time, item

    def has_room(self, descriptor: str, size: int, limit: int) -> bool:
        """Return whether a value can be stored within a limit; both are in bytes."""
        return self.size + self._growth(descriptor, size) <= limit

    def _growth(self, descriptor: str, size: int) -> int:
        return size - self.sizes.get(descriptor, -len(descriptor))

    def accepts(
        self,
        attribute: AnyAttribute,
        time: datetime,
        *,
        fallback: bool,
        silence: timedelta = SILENCE,
    ) -> bool:
        """Return whether to use a value; record the time of one that is not a `fallback`.

        A fallback is used if the preferred descriptor has not sent anything during `silence`.
        """
        preferred = self.preferred.get(attribute)
        if fallback:
            return preferred is None or time - preferred > silence
        self.preferred[attribute] = time if preferred is None else max(preferred, time)
        return True

    def set_origin(self, attribute: AnyAttribute, descriptor: str, time: datetime) -> None:
        """Record the descriptor of the current value of an attribute."""
        known = self.origins.get(attribute)
        if known is None or known[1] <= time:
            self.origins[attribute] = descriptor, time

    def may_end(self, attribute: AnyAttribute, descriptor: str) -> bool:
        """Return whether a descriptor without a value ends the value of the attribute.

        It does not if the value comes from another descriptor. If it does, fallbacks are used.
        """
        origin, former = self.origins.get(attribute), self.raw.get(descriptor)
        if origin is None and former is not None:
            raw = mapping(former[1]).get("value")
            ends = raw is not None and not is_nothing(raw)
        else:
            ends = origin is not None and origin[0] == descriptor
        if ends:
            self.preferred.pop(attribute, None)
        return ends

    def unknown_word(self, descriptor: str, error: UnknownWordError) -> None:
        """Count and log an unknown word of a descriptor."""
        note_unknown_word(self.problems, descriptor, error)

    def number(self, descriptor: str) -> tuple[float, datetime] | None:
        """Return the stored number of a descriptor and its time."""
        value = self.values.get(descriptor)
        if value is None:
            return None
        try:
            amount = number(value.raw, value.unit)
        except ValueError:
            return None
        return None if amount is None else (amount, value.time)

    def flag(self, descriptor: str) -> tuple[bool, datetime] | None:
        """Return the stored boolean of a descriptor and its time."""
        value = self.values.get(descriptor)
        flag = None if value is None else boolean(value.raw, value.unit)
        return None if value is None or flag is None else (flag, value.time)

    def word(self, descriptor: str) -> tuple[str, datetime] | None:
        """Return the stored word of a descriptor in upper case, and its time."""
        value = self.values.get(descriptor)
        if value is None or not isinstance(value.raw, str):
            return None
        return value.raw.strip().upper(), value.time

    def unit_of(self, value: Value) -> str:
        """Return the unit of a distance, in lower case."""
        return value.named_unit or self.display_unit()

    def display_unit(self) -> str:
        """Return the unit of distances without one, which is that of the car's display."""
        found = (self.word(descriptor) for descriptor in DISPLAY_UNITS)
        return next((unit[0].lower() for unit in found if unit), "km")

    def dump(self) -> dict[str, object]:
        """Return the state as JSON, without locations."""
        return {
            "values": {
                key: [value.raw, value.unit, value.time.isoformat()]
                for key, value in self.values.items()
                if key not in _LOCATION
            },
            "raw": {
                key: [time.isoformat(), item]
                for key, (time, item) in self.raw.items()
                if key not in _LOCATION
            },
            "answers": {
                name: answer
                for name, answer in self.answers.items()
                if size_of(answer) <= MAX_VALUE_SIZE
            },
            "target": self.target,
            "streamed": sorted(self.streamed),
            "proven": sorted(self.proven),
            "charging_since": self.charging_since and self.charging_since.isoformat(),
            "phases": self.phases and [self.phases.raw, self.phases.time.isoformat()],
            "tellers": {
                attribute.key: [descriptor, time.isoformat()]
                for attribute, (descriptor, time) in self.origins.items()
            },
        }

    def load(self, saved: object) -> None:
        """Restore a `dump`, without invalid parts."""
        fields = mapping(saved)
        for key, item in mapping(fields.get("values")).items():
            if isinstance(item, list) and len(item) == 3 and key in CONVERTERS:
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
                    self.store(key, item[1], time)
        self.answers |= mapping(fields.get("answers"))
        target = fields.get("target")
        self.target = float(target) if isinstance(target, (int, float)) else None
        self.streamed |= set(map(str, sequence(fields.get("streamed"))))
        self.proven |= set(map(str, sequence(fields.get("proven"))))
        self.charging_since = utc_time(fields.get("charging_since"))
        self.phases = _saved_phases(fields.get("phases"))
        self.origins |= _saved_origins(fields.get("tellers"))


def _saved_phases(saved: object) -> Value | None:
    if not isinstance(saved, list) or len(saved) != 2:
        return None
    raw, time = saved[0], utc_time(saved[1])
    return None if time is None or not isinstance(raw, str) else Value(raw, "", time)


def _saved_origins(saved: object) -> dict[AnyAttribute, tuple[str, datetime]]:
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
    return Reason.PLUGGED_IN if boolean(new.raw, "") and boolean(old.raw, "") is False else None


def _stopped(old: Value, new: Value) -> Reason | None:
    return Reason.TRIP_END if boolean(old.raw, "") and boolean(new.raw, "") is False else None


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


CONVERTERS: Final[Mapping[str, UnitConverter[object]]] = {
    **dict.fromkeys((LATITUDE, LONGITUDE), number),
    **dict.fromkeys((TOTAL_RANGE, ELECTRIC_RANGE), _up_to(3_000)),
    **dict.fromkeys((CURRENT, VOLTAGE), _up_to(1_000)),
    **dict.fromkeys(SOC, _up_to(100)),
    **dict.fromkeys(CLIMATE_TIMER_PARTS, _up_to(59)),
    **dict.fromkeys((*PLUGS, MOVING, IGNITION, *TAILGATE), boolean),
    **dict.fromkeys(SUNROOF, one_of(*LidState)),
    **dict.fromkeys(DISPLAY_UNITS, one_of("KM", "KILOMETER", "KILOMETERS", "MI", "MILE", "MILES")),
    CHARGING_WORD: CHARGING_STATE,
    FIX: one_of("NO_FIX", "GPS_FIX_2D", "GPS_FIX_3D"),
    PHASES: phases_of,
    TRIP_END: time_of,
}
"""The converters of the descriptors whose values are stored."""


def _usable(descriptor: str, value: Value) -> bool:
    try:
        return CONVERTERS[descriptor](value.raw, value.unit) is not None
    except ValueError, TypeError, OverflowError:
        return False
