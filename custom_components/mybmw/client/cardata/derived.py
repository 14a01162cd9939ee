"""What follows from several of CarData's values together, or from one that holds several."""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, time, timedelta
from math import sqrt
from typing import Final

from ..attributes import (
    CHARGING_END_TIME,
    CHARGING_POWER,
    CHARGING_TARGET,
    CHARGING_TIME_LEFT,
    CHECK_CONTROL,
    CLIMATE_END_TIME,
    CLIMATE_TIMER,
    LIDS,
    POSITION,
    REMAINING_RANGE_ELECTRIC,
    REMAINING_RANGE_FUEL,
    REMAINING_RANGE_TOTAL,
    SERVICES,
    AnyReading,
    Attribute,
    Unit,
)
from ..convert import member, text
from ..rows import Reader
from ..values import (
    CheckControlMessage,
    DriveTrain,
    LidState,
    Position,
    ServiceItem,
    ServiceStatus,
    Severity,
)
from .memory import CHARGING, PAUSED, Memory, Value
from .tables import (
    CHARGING_LEFT,
    CHARGING_WORD,
    CHARGING_WORDS,
    CLIMATE_LEFT,
    CLIMATE_TIMER_PARTS,
    CURRENT,
    ELECTRIC_RANGE,
    ESTIMATED_LEFT,
    ESTIMATED_RANGE,
    FIX,
    LATITUDE,
    LONGITUDE,
    MESSAGE_LIST,
    NAVIGATION_RANGE,
    OTHER_TARGET,
    PHASES,
    POWER,
    SERVICE_LIST,
    SOC,
    SOURCE,
    SUNROOF,
    TAILGATE,
    TARGET,
    TOTAL_RANGE,
    VOLTAGE,
)
from .words import day, distance, inner, items, measure, minutes, number

type Readings = Iterable[AnyReading]

_TOGETHER: Final = timedelta(seconds=5)
_SAME_BURST: Final = timedelta(seconds=2)
_LATELY: Final = timedelta(minutes=10)
_EARLY: Final = timedelta(seconds=10)
_FULL: Final = 100.0
_LINE_VOLTAGE: Final = 250.0
_PHASES: Final = {"1-PHASES": 1, "2-PHASES": 2, "3-PHASES": 3}
_STATUS: Final = member(ServiceStatus)
_SEVERITY: Final = member(Severity)
_KILOWATT: Final = measure(Unit.KILOWATT)


def _position(_value: Value, memory: Memory) -> Readings:
    """Pair latitude and longitude; halves of different times belong to different places."""
    latitude, longitude = memory.number(LATITUDE), memory.number(LONGITUDE)
    if latitude is None or longitude is None or abs(latitude[1] - longitude[1]) > _TOGETHER:
        return ()
    place = Position(latitude[0], longitude[0])
    nowhere = place == Position(0, 0)
    if nowhere or abs(place.latitude) > 90 or abs(place.longitude) > 180:
        raise ValueError("not a place on earth")
    when, fix = max(latitude[1], longitude[1]), memory.word(FIX)
    if fix is not None and fix[0] == "NO_FIX" and abs(fix[1] - when) <= _TOGETHER:
        return ()
    return (POSITION.at(place, when, SOURCE),)


def _ranges(_value: Value, memory: Memory) -> Readings:
    """Tell total and fuel range; on electric cars the last range means nothing.

    What was charged since the last trip is in the electric range, but not yet in the total one.
    """
    train = memory.drive_train
    electric = _kilometers(memory.values.get(ELECTRIC_RANGE), memory)
    if train is DriveTrain.ELECTRIC:
        return _range(REMAINING_RANGE_TOTAL, electric)
    total = _kilometers(memory.values.get(TOTAL_RANGE), memory)
    if train is None or total is None:
        return ()
    fuel: tuple[float, datetime] | None = None
    if not train.plugs_in:
        fuel = total
        memory.believes(REMAINING_RANGE_FUEL, total[1], fallback=False)
    elif electric is not None and electric[1] - total[1] <= _LATELY:
        fuel = max(0.0, total[0] - electric[0]), max(total[1], electric[1])
    return (*_range(REMAINING_RANGE_TOTAL, total), *_range(REMAINING_RANGE_FUEL, fuel))


def _estimated_range(value: Value, memory: Memory) -> Readings:
    """While it is charging, the estimate may be newer than what the instruments show."""
    estimate = _kilometers(value, memory)
    if not memory.plugs_in or not _may_charge(memory) or not estimate or not estimate[0]:
        return ()
    readings = _second_best(REMAINING_RANGE_ELECTRIC, estimate[0], value, memory)
    if readings and memory.drive_train is DriveTrain.ELECTRIC:
        return (*readings, REMAINING_RANGE_TOTAL.at(estimate[0], value.time, SOURCE))
    return readings


def _navigation_range(value: Value, memory: Memory) -> Readings:
    """What the navigation system knows of the fuel, on cars that have nothing else."""
    train, length = memory.drive_train, _kilometers(value, memory)
    if train is None or train.plugs_in or length is None:
        return ()
    return _second_best(REMAINING_RANGE_FUEL, length[0], value, memory)


def _second_best[T](
    attribute: Attribute[T], found: T, value: Value, memory: Memory
) -> tuple[AnyReading, ...]:
    """Tell what counts only while the better descriptor of the same attribute says nothing."""
    believed = memory.believes(attribute, value.time, fallback=True)
    return (attribute.at(found, value.time, SOURCE),) if believed else ()


def _kilometers(value: Value | None, memory: Memory) -> tuple[float, datetime] | None:
    if value is None:
        return None
    length = distance(value.raw, value.unit or memory.display_unit())
    return None if length is None else (length, value.time)


def _range(attribute: Attribute[float], known: tuple[float, datetime] | None) -> Readings:
    return () if known is None else (attribute.at(known[0], known[1], SOURCE),)


def _tailgate(value: Value, memory: Memory) -> Readings:
    """Put the tailgate together, on cars that do not tell of it as a whole."""
    parts = [part for key in TAILGATE if (part := memory.flag(key)) is not None]
    if not parts:
        return ()
    state = LidState.OPEN if any(is_open for is_open, _ in parts) else LidState.CLOSED
    return _second_best(LIDS["trunk"], state, value, memory)


def _sunroof(value: Value, memory: Memory) -> Readings:
    """Put the sunroof together, on cars that tell separately how it slides and tilts."""
    slide, tilt = (memory.word(key) for key in SUNROOF)
    if slide is not None and slide[0] != LidState.CLOSED:
        state = LidState(slide[0])
    elif tilt is not None and tilt[0] != LidState.CLOSED:
        state = LidState.OPEN_TILT
    elif slide is not None or tilt is not None:
        state = LidState.CLOSED
    else:
        return ()
    return _second_best(LIDS["sun_roof"], state, value, memory)


def _may_charge(memory: Memory) -> bool:
    word = memory.word(CHARGING_WORD)
    return word is None or word[0] == CHARGING


def _charging_left(value: Value, memory: Memory) -> Readings:
    readings = _left(value, memory)
    if readings:
        memory.believes(CHARGING_TIME_LEFT, value.time, fallback=False)
    return readings


def _estimated_left(value: Value, memory: Memory) -> Readings:
    believed = memory.believes(CHARGING_TIME_LEFT, value.time, fallback=True)
    return _left(value, memory) if believed else ()


def _left(value: Value, memory: Memory) -> tuple[AnyReading, ...]:
    left = minutes(value.raw, value.unit)
    if not memory.plugs_in or not left or not _may_charge(memory):
        return ()
    return (
        CHARGING_TIME_LEFT.at(left, value.time, SOURCE),
        CHARGING_END_TIME.at(value.time + timedelta(minutes=left), value.time, SOURCE),
    )


def _charging_word(value: Value, memory: Memory) -> Readings:
    """The time that is left, and the power, stay as they were when the charging ends: they go."""
    word = value.raw.strip().upper() if isinstance(value.raw, str) else ""
    if not memory.plugs_in or word == CHARGING or word not in CHARGING_WORDS:
        return ()
    idle = CHARGING_POWER.at(0.0, value.time, SOURCE)
    if word == PAUSED:
        return (idle,)
    return (
        idle,
        CHARGING_TIME_LEFT.over(value.time, SOURCE),
        CHARGING_END_TIME.over(value.time, SOURCE),
    )


def _power(value: Value, memory: Memory) -> Readings:
    """A power that was measured before the charging ended is left over from it."""
    power = _KILOWATT(value.raw, value.unit or "w")
    if not memory.plugs_in or power is None:
        return ()
    memory.powered = value.time
    word = memory.word(CHARGING_WORD)
    idle = word is not None and word[0] != CHARGING and word[1] >= value.time
    return (CHARGING_POWER.at(0.0 if idle else power, value.time, SOURCE),)


def _ac_power(value: Value, memory: Memory) -> Readings:
    """Work out the power of cars that tell volts, amperes and phases only."""
    told = memory.powered is not None and value.time - memory.powered < _LATELY
    volts, amperes = memory.number(VOLTAGE), memory.number(CURRENT)
    phases, word = memory.word(PHASES), memory.word(CHARGING_WORD)
    if told or not memory.plugs_in or not (volts and amperes and phases and word):
        return ()
    since = word[1] - _EARLY
    if word[0] != CHARGING or phases[0] not in _PHASES or phases[1] < since:
        return ()
    count = _PHASES[phases[0]]
    factor = sqrt(3) if volts[0] >= _LINE_VOLTAGE else count
    power = round(volts[0] * amperes[0] * factor / 1000, 2)
    return (CHARGING_POWER.at(power, max(volts[1], amperes[1]), SOURCE),)


def _target(value: Value, memory: Memory) -> Readings:
    """A target of 100 % may be BMW's default: it counts with a state of charge, or said twice."""
    target = number(value.raw, value.unit)
    if not memory.plugs_in or target is None:
        return ()
    doubted, memory.doubted = memory.doubted, None
    again = doubted is not None and doubted.time < value.time
    sure = target != _FULL or memory.target in (None, target) or again
    if not sure and not any(_at(memory.values.get(key), value.time) for key in SOC):
        memory.doubted = doubted or value
        return ()
    return _accepted(target, value.time, memory)


def _other_target(value: Value, memory: Memory) -> Readings:
    """The target for departures counts where there is no other one."""
    target = number(value.raw, value.unit)
    if not memory.plugs_in or target is None or memory.target is not None:
        return ()
    return (CHARGING_TARGET.at(target, value.time, SOURCE),)


def _soc(value: Value, memory: Memory) -> Readings:
    """A doubted target that comes in the same burst as a state of charge is a real one."""
    doubted = memory.doubted
    if doubted is None or not _at(doubted, value.time):
        return ()
    memory.doubted = None
    return _accepted(_FULL, doubted.time, memory)


def _accepted(target: float, when: datetime, memory: Memory) -> Readings:
    memory.target = target
    return (CHARGING_TARGET.at(target, when, SOURCE),)


def _at(value: Value | None, when: datetime) -> bool:
    return value is not None and abs(value.time - when) <= _SAME_BURST


def _climate_left(value: Value, _memory: Memory) -> Readings:
    left = minutes(value.raw, value.unit)
    if left is None:
        return ()
    if left == 0:
        return (CLIMATE_END_TIME.over(value.time, SOURCE),)
    return (CLIMATE_END_TIME.at(value.time + timedelta(minutes=left), value.time, SOURCE),)


def _climate_seconds(value: Value, memory: Memory) -> Readings:
    return _climate_left(Value(value.raw, value.unit or "s", value.time), memory)


def _climate_timer(name: str) -> Callable[[Value, Memory], Readings]:
    parts = [key for key, timer in CLIMATE_TIMER_PARTS.items() if timer == name]

    def function(_value: Value, memory: Memory) -> Readings:
        hour, minute = (memory.number(key) for key in parts)
        if hour is None or minute is None:
            return ()
        clock = time(int(hour[0]), int(minute[0]))
        return (CLIMATE_TIMER[name].at(f"{clock:%H:%M}", max(hour[1], minute[1]), SOURCE),)

    return function


def _services(value: Value, memory: Memory) -> Readings:
    listed = items(value.raw)
    found = tuple(item for fields in listed if (item := _service(fields, memory)))
    if listed and not found:
        raise ValueError("no services")
    return (SERVICES.at(found, value.time, SOURCE),)


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


def _messages(value: Value, memory: Memory) -> Readings:
    listed = [part for item in items(value.raw) for part in inner(item.get("value", item))]
    if listed and not any("messageType" in part for part in listed):
        raise ValueError("no messages")
    found = (_message(part, memory) for part in listed)
    return (CHECK_CONTROL.at(tuple(item for item in found if item), value.time, SOURCE),)


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


DERIVED: Final[Mapping[str, Callable[[Value, Memory], Readings]]] = {
    LATITUDE: _position,
    LONGITUDE: _position,
    TOTAL_RANGE: _ranges,
    ELECTRIC_RANGE: _ranges,
    ESTIMATED_RANGE: _estimated_range,
    NAVIGATION_RANGE: _navigation_range,
    **dict.fromkeys(TAILGATE, _tailgate),
    **dict.fromkeys(SUNROOF, _sunroof),
    CHARGING_LEFT: _charging_left,
    ESTIMATED_LEFT: _estimated_left,
    CHARGING_WORD: _charging_word,
    POWER: _power,
    **dict.fromkeys((VOLTAGE, CURRENT, PHASES), _ac_power),
    TARGET: _target,
    OTHER_TARGET: _other_target,
    **dict.fromkeys(SOC, _soc),
    CLIMATE_LEFT[0]: _climate_seconds,
    CLIMATE_LEFT[1]: _climate_left,
    **{key: _climate_timer(name) for key, name in CLIMATE_TIMER_PARTS.items()},
    SERVICE_LIST: _services,
    MESSAGE_LIST: _messages,
}
