"""From CarData's values to readings (facts: CarData sheet §2.5, §3.5; CarData entities §1, §2)."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

from ..attributes import (
    BODY_TYPE,
    BRAND,
    CHARGING_END_TIME,
    CHARGING_TIME_LEFT,
    CHECK_CONTROL,
    CLIMATE_END_TIME,
    COLOR,
    COUNTRY,
    DRIVE_TRAIN,
    HEADUNIT_TYPE,
    LAST_UPDATE,
    LEFT_HAND_DRIVE,
    MODEL,
    POSITION,
    REMAINING_RANGE_FUEL,
    REMAINING_RANGE_TOTAL,
    SERVICES,
    SOFTWARE_VERSION,
    AnyAttribute,
    AnyReading,
    Attribute,
)
from ..convert import mapping, member, text
from ..rows import AnyRow, Reader, row
from ..values import (
    Brand,
    CheckControlMessage,
    DriveTrain,
    Position,
    ServiceItem,
    ServiceStatus,
    Severity,
)
from .tables import (
    CHARGING_LEFT,
    CHARGING_WORD,
    CLIMATE_LEFT,
    DISPLAY_UNITS,
    ELECTRIC_RANGE,
    LATITUDE,
    LONGITUDE,
    MESSAGE_LIST,
    RULES,
    SERVICE_LIST,
    TOTAL_RANGE,
    AnyRule,
)
from .words import day, distance, inner, is_nothing, items, minutes, moment, number, plain

SOURCE: Final = "cardata"

_AHEAD: Final = timedelta(minutes=5)
_SILENCE: Final = timedelta(minutes=30)
_TOGETHER: Final = timedelta(seconds=5)
_TRAINS: Final = (
    ("BEV_REX", DriveTrain.ELECTRIC_WITH_RANGE_EXTENDER),
    ("BEV", DriveTrain.ELECTRIC),
    ("PHEV", DriveTrain.PLUGIN_HYBRID),
    ("MHEV", DriveTrain.MILD_HYBRID),
    ("HEV", DriveTrain.HYBRID),
    ("CONV", DriveTrain.COMBUSTION),
    ("ICE", DriveTrain.COMBUSTION),
)
_BRAND: Final = member(
    Brand,
    BMWI=Brand.BMW,
    **{"TOYOTA-SUPRA": Brand.TOYOTA, "ROLLS-ROYCE": Brand.ROLLS_ROYCE, "BMW I": Brand.BMW},
)
_STATUS: Final = member(ServiceStatus)
_SEVERITY: Final = member(Severity)


def _train(value: object) -> DriveTrain | None:
    word = (text(value) or "").upper()
    return next((train for start, train in _TRAINS if word.startswith(start)), None)


def _left_hand(value: object) -> bool | None:
    return {"LHD": True, "LL": True, "RHD": False, "RL": False}.get((text(value) or "").upper())


def _software(value: object) -> str | None:
    """Read "MMYY" as "MM/20YY"."""
    step = text(value) or ""
    return f"{step[:2]}/20{step[2:]}" if len(step) == len("MMYY") and step.isdecimal() else None


_BASIC: Final[tuple[AnyRow, ...]] = (
    row("brand", BRAND, _BRAND),
    row("modelName", MODEL, text),
    row("bodyType", BODY_TYPE, text),
    row("driveTrain", DRIVE_TRAIN, _train),
    row("colourDescription", COLOR, text),
    row("countryCodeISO", COUNTRY, text),
    row("headUnit", HEADUNIT_TYPE, text),
    row("puStep", SOFTWARE_VERSION, _software),
    row("steering", LEFT_HAND_DRIVE, _left_hand),
)


@dataclass(frozen=True, slots=True)
class Value:
    """One value of one descriptor as it came; `time` is when it was measured."""

    raw: object
    unit: str
    time: datetime


@dataclass(slots=True)
class Memory:
    """What has to be remembered of a car to make sense of values that come one at a time."""

    drive_train: DriveTrain | None = None
    values: dict[str, Value] = field(default_factory=dict)
    better: dict[AnyAttribute, datetime] = field(default_factory=dict)
    unknown: Counter[str] = field(default_factory=Counter)
    problems: Counter[str] = field(default_factory=Counter)

    def believes(self, rule: AnyRule, time: datetime) -> bool:
        """Tell whether a value counts, and remember the newest one of a better descriptor."""
        better = self.better.get(rule.attribute)
        if rule.fallback:
            return better is None or time - better > _SILENCE
        self.better[rule.attribute] = time if better is None else max(better, time)
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


_REMEMBERED: Final = frozenset(
    {LATITUDE, LONGITUDE, TOTAL_RANGE, ELECTRIC_RANGE, CHARGING_WORD, *DISPLAY_UNITS}
)


def read_basic_data(answer: object, memory: Memory, now: datetime) -> list[AnyReading]:
    """Read what never changes about a car, and remember its drive train."""
    reader = Reader(SOURCE, now, memory.problems)
    readings = list(reader.rows(answer, _BASIC))
    trains = (reading.value for reading in readings if reading.attribute is DRIVE_TRAIN)
    memory.drive_train = next(trains, memory.drive_train)
    return readings


def read_values(data: object, memory: Memory, now: datetime) -> list[AnyReading]:
    """Read descriptors with their values, as REST and the stream both send them.

    A value without a measuring time, or measured in the future, is left out.
    """
    readings: list[AnyReading] = []
    newest: datetime | None = None
    for descriptor, item in sorted(mapping(data).items(), key=_better_first):
        value = _value(descriptor, item, memory, now)
        if value is None:
            continue
        newest = value.time if newest is None else max(newest, value.time)
        readings += _read(descriptor, value, memory)
    if newest is not None:
        readings.append(LAST_UPDATE.at(newest, newest, SOURCE))
    return readings


def _better_first(item: tuple[str, object]) -> bool:
    rule = RULES.get(item[0])
    return rule is not None and rule.fallback


def _value(descriptor: str, item: object, memory: Memory, now: datetime) -> Value | None:
    fields = mapping(item)
    raw, unit = fields.get("value"), fields.get("unit")
    if is_nothing(raw):
        return None
    time = moment(fields.get("timestamp"))
    if time is None or time > now + _AHEAD:
        memory.problems[f"{descriptor}: time"] += 1
        return None
    return Value(raw, unit.strip().lower() if isinstance(unit, str) else "", time)


def _read(descriptor: str, value: Value, memory: Memory) -> Iterator[AnyReading]:
    descriptor = descriptor.replace("\u200b", "")
    if descriptor in _REMEMBERED:
        known = memory.values.get(descriptor)
        if known is None or known.time <= value.time:
            memory.values[descriptor] = value
    try:
        yield from _plain(descriptor, value, memory)
        yield from _derived(descriptor, value, memory)
    except ValueError, TypeError, OverflowError:
        memory.problems[descriptor] += 1


def _plain(descriptor: str, value: Value, memory: Memory) -> Iterator[AnyReading]:
    rule = RULES.get(descriptor)
    if rule is None:
        if descriptor not in _FUNCTIONS and descriptor not in _REMEMBERED:
            memory.unknown[descriptor] += 1
        return
    if not rule.applies(memory.drive_train):
        return
    unit = value.unit
    if rule.convert is distance and not unit:
        unit = _display_unit(memory)
    found = rule.convert(value.raw, unit)
    if found is not None and memory.believes(rule, value.time):
        yield rule.attribute.at(found, value.time, SOURCE)


def _derived(descriptor: str, value: Value, memory: Memory) -> Iterator[AnyReading]:
    function = _FUNCTIONS.get(descriptor)
    if function is not None:
        yield from function(value, memory)


def _display_unit(memory: Memory) -> str:
    """Return the unit of distances that come without one: that of the car's display."""
    known = (memory.values.get(descriptor) for descriptor in DISPLAY_UNITS)
    words = (plain(value.raw, "") for value in known if value is not None)
    return next((word.lower() for word in words if word), "km")


def _position(_value: Value, memory: Memory) -> Iterator[AnyReading]:
    """Pair latitude and longitude; halves of different times belong to different places."""
    latitude, longitude = memory.number(LATITUDE), memory.number(LONGITUDE)
    if latitude is None or longitude is None or abs(latitude[1] - longitude[1]) > _TOGETHER:
        return
    place = Position(latitude[0], longitude[0])
    nowhere = place == Position(0, 0)
    if nowhere or abs(place.latitude) > 90 or abs(place.longitude) > 180:
        raise ValueError("not a place on earth")
    yield POSITION.at(place, max(latitude[1], longitude[1]), SOURCE)


def _ranges(_value: Value, memory: Memory) -> Iterator[AnyReading]:
    """Tell total and fuel range; on electric cars the last range means nothing."""
    train = memory.drive_train
    electric = _kilometers(ELECTRIC_RANGE, memory)
    if train is DriveTrain.ELECTRIC:
        yield from _range(REMAINING_RANGE_TOTAL, electric)
        return
    total = _kilometers(TOTAL_RANGE, memory)
    if train is None or total is None:
        return
    yield from _range(REMAINING_RANGE_TOTAL, total)
    if not train.plugs_in:
        yield from _range(REMAINING_RANGE_FUEL, total)
    elif electric is not None:
        fuel = max(0.0, total[0] - electric[0]), max(total[1], electric[1])
        yield from _range(REMAINING_RANGE_FUEL, fuel)


def _kilometers(descriptor: str, memory: Memory) -> tuple[float, datetime] | None:
    value = memory.values.get(descriptor)
    if value is None:
        return None
    length = distance(value.raw, value.unit or _display_unit(memory))
    return None if length is None else (length, value.time)


def _range(
    attribute: Attribute[float], known: tuple[float, datetime] | None
) -> Iterator[AnyReading]:
    if known is not None:
        yield attribute.at(known[0], known[1], SOURCE)


def _charging_left(value: Value, memory: Memory) -> Iterator[AnyReading]:
    if memory.drive_train is not None and not memory.drive_train.plugs_in:
        return
    left = minutes(value.raw, value.unit)
    word = memory.values.get(CHARGING_WORD)
    active = word is None or plain(word.raw, "") == "CHARGINGACTIVE"
    if left and active:
        yield CHARGING_TIME_LEFT.at(left, value.time, SOURCE)
        yield CHARGING_END_TIME.at(value.time + timedelta(minutes=left), value.time, SOURCE)


def _charging_word(value: Value, memory: Memory) -> Iterator[AnyReading]:
    """The time that is left stays as it was when the charging ends: it is over then."""
    plugs = memory.drive_train is None or memory.drive_train.plugs_in
    if plugs and plain(value.raw, "") not in ("CHARGINGACTIVE", "CHARGINGPAUSED"):
        yield CHARGING_TIME_LEFT.over(value.time, SOURCE)
        yield CHARGING_END_TIME.over(value.time, SOURCE)


def _climate_left(value: Value, _memory: Memory) -> Iterator[AnyReading]:
    left = minutes(value.raw, value.unit)
    if left:
        yield CLIMATE_END_TIME.at(value.time + timedelta(minutes=left), value.time, SOURCE)
    elif left == 0:
        yield CLIMATE_END_TIME.over(value.time, SOURCE)


def _services(value: Value, memory: Memory) -> Iterator[AnyReading]:
    found = (_service(fields, memory) for fields in items(value.raw))
    yield SERVICES.at(tuple(item for item in found if item), value.time, SOURCE)


def _service(fields: Mapping[str, object], memory: Memory) -> ServiceItem | None:
    reader = Reader(SOURCE, datetime.now(UTC), memory.problems).inside(SERVICE_LIST)
    title = reader.take(fields, "title", text)
    if title is None:
        return None
    return ServiceItem(
        type=title.upper().replace(" ", "_"),
        status=reader.take(fields, "status", _STATUS),
        due=reader.take(fields, "date", day),
        distance=reader.take(fields, "unitOfLengthRemaining", _remaining),
    )


def _remaining(value: object) -> float | None:
    words = (text(value) or "").split()
    if not words or words[0] == "-":
        return None
    return distance(words[0], words[1].lower() if len(words) > 1 else "")


def _messages(value: Value, memory: Memory) -> Iterator[AnyReading]:
    fields = (part for item in items(value.raw) for part in inner(item.get("value", item)))
    found = (_message(part, memory) for part in fields)
    yield CHECK_CONTROL.at(tuple(item for item in found if item), value.time, SOURCE)


def _message(fields: Mapping[str, object], memory: Memory) -> CheckControlMessage | None:
    reader = Reader(SOURCE, datetime.now(UTC), memory.problems).inside(MESSAGE_LIST)
    kind = reader.take(fields, "messageType", text)
    if kind is None or fields.get("status") == "OK":
        return None
    return CheckControlMessage(
        type=kind,
        severity=reader.take(fields, "status", _SEVERITY),
        description=reader.take(fields, "text", text),
    )


_FUNCTIONS: Final[Mapping[str, Callable[[Value, Memory], Iterator[AnyReading]]]] = {
    LATITUDE: _position,
    LONGITUDE: _position,
    TOTAL_RANGE: _ranges,
    ELECTRIC_RANGE: _ranges,
    CHARGING_LEFT: _charging_left,
    CHARGING_WORD: _charging_word,
    **dict.fromkeys(CLIMATE_LEFT, _climate_left),
    SERVICE_LIST: _services,
    MESSAGE_LIST: _messages,
}
