"""From CarData's values to readings.

See docs/protocols/cardata.md#telematic-data, #stream-messages and #best-source.
REST and the stream send descriptors with their values in the same form. One look-up finds all that
a descriptor tells: an attribute of the vocabulary, one of the long tail, and what follows from
several descriptors together.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from ..core.attributes import CHECK_CONTROL, LAST_UPDATE, AnyReading, Reading
from ..core.convert import NEVER, UnknownWordError, mapping, utc_time
from ..core.descriptors import Descriptor, Kind
from ..core.values import ChargingStatus, ClimateActivity
from .car_state import REMEMBERED, CarState, Value
from .combined_values import DERIVED
from .converters import UnitConverter, distance, is_not_known, is_nothing
from .limits import MOST_OF_CAR, within_limits
from .mapping import (
    CHARGING_WORD,
    DISPLAY_UNITS,
    FIX,
    NONSENSE,
    NULL_ENDS_KINDS,
    NULL_IS_OVER,
    RULES,
    SOURCE,
    TAIL,
    AnyRule,
)
from .quota import DAY

type Step = Callable[[Value, CarState], Iterable[AnyReading]]

_AHEAD: Final = timedelta(minutes=5)
_UNUSABLE: Final = (ValueError, TypeError, OverflowError)
_INVISIBLE: Final = "\u200b"
_MOST: Final = 1_000
_IDLE: Final = frozenset(
    {
        ChargingStatus.NOT_CHARGING,
        ClimateActivity.INACTIVE,
        "disconnected",
        "inactive",
        "nocharging",
        "no_charging",
        "not_charging",
    }
)


def read_values(data: object, car: CarState, now: datetime) -> list[AnyReading]:
    """Read descriptors with their values, as REST and the stream both send them.

    A value without a measuring time, or measured in the future, is left out.
    """
    car.now, latest = now, now + _AHEAD
    readings: list[AnyReading] = []
    newest: datetime | None = None
    items = mapping(data)
    sizes = within_limits(items, car.problems)
    for descriptor in sorted(sizes, key=_place) if len(sizes) > 1 else sizes:
        item, size = items[descriptor], sizes[descriptor]
        value = _value(descriptor, item, car, latest)
        if value is None:
            continue
        if newest is None or newest < value.time:
            newest = value.time
        steps = STEPS.get(descriptor) or _unheard_of(descriptor, car)
        if steps is None or not _has_room(descriptor, size, car):
            continue
        for step in steps:
            try:
                readings += step(value, car)
            except UnknownWordError as error:
                car.unknown_word(descriptor, error)
            except _UNUSABLE:
                car.problems[descriptor] += 1
        car.keep(descriptor, item, value.time, size)
    if not NULL_IS_OVER.isdisjoint(sizes):
        readings += _over({key: items[key] for key in sizes}, car, newest)
    if newest is not None:
        readings.append(LAST_UPDATE.at(newest, newest, SOURCE))
    return readings


def _over(
    items: Mapping[str, object], car: CarState, newest: datetime | None
) -> Iterable[AnyReading]:
    """Return an empty list of warnings if null was sent for one that was there.

    Null has no time of its own: it is as new as what was sent with it.
    """
    for descriptor in NULL_IS_OVER.intersection(items):
        known = car.raw.get(descriptor)
        if known is None or not _is_null(items[descriptor]) or _is_null(known[1]):
            continue
        sent = utc_time(mapping(items[descriptor]).get("timestamp"))
        time = max(known[0], sent or newest or known[0])
        car.keep(descriptor, items[descriptor], time)
        yield CHECK_CONTROL.at((), time, SOURCE)


def _is_null(item: object) -> bool:
    value = mapping(item).get("value")
    return value is None or (isinstance(value, str) and value.strip().lower() in ("", "null"))


def _place(descriptor: str) -> int:
    return _PLACES.get(descriptor, 1)


def _value(descriptor: str, item: object, car: CarState, latest: datetime) -> Value | None:
    fields = mapping(item)
    raw, unit = fields.get("value"), fields.get("unit")
    if raw is None or (isinstance(raw, str) and _says_nothing(descriptor, raw)):
        return None
    time = utc_time(fields.get("timestamp"))
    if time is None or time.year <= NEVER or time > latest:
        car.problems[f"{descriptor}: time"] += 1
        return None
    unit = unit.replace(_INVISIBLE, "").strip().lower() if isinstance(unit, str) else ""
    return Value(raw, unit, time)


def _says_nothing(descriptor: str, raw: str) -> bool:
    """Return whether a word means nothing, nor that the car does not know any more."""
    if not is_nothing(raw) or descriptor in _WORDS:
        return False
    return descriptor not in _FORGETTING or not is_not_known(raw)


def _unheard_of(descriptor: str, car: CarState) -> tuple[Step, ...] | None:
    """Return what to do with a descriptor that is spelled oddly, or is new and counted as that.

    None if so much is remembered of the car already that nonsense would fill the disk.
    """
    if descriptor not in car.raw and len(car.raw) >= _MOST:
        car.problems["too many descriptors"] += 1
        return None
    steps = STEPS.get(descriptor.replace(_INVISIBLE, ""), ())
    if not steps:
        car.unknown[descriptor] += 1
    return steps


def _has_room(descriptor: str, size: int, car: CarState) -> bool:
    """Return whether a value can be kept; unknown descriptors have a limit of their own."""
    most = MOST_OF_CAR if descriptor in STEPS else MOST_OF_CAR // 2
    room = car.has_room(descriptor, size, most)
    if not room:
        car.problems["too much to keep"] += 1
    return room


def _remembering(descriptor: str) -> Step:
    def step(value: Value, car: CarState) -> Iterable[AnyReading]:
        car.remember(descriptor, value)
        return ()

    return step


def _by_rule(descriptor: str, rule: AnyRule) -> Step:
    attribute, unitless = rule.attribute, rule.convert is distance

    def step(value: Value, car: CarState) -> Iterable[AnyReading]:
        unit = car.unit_of(value) if unitless else value.unit
        try:
            found = rule.convert(value.raw, unit)
        except UnknownWordError as error:
            car.unknown_word(descriptor, error)
            found = None
        if found is None:
            ends = rule.null_ends and _is_null_word(value.raw)
            ends = ends and car.may_end(attribute, descriptor)
            return (attribute.over(value.time, SOURCE),) if ends else ()
        lacks = (rule.plug and not car.plugs_in) or (rule.fuel and not car.burns_fuel)
        if lacks and not _proves(descriptor, found, car):
            return ()
        if not car.believes(attribute, value.time, fallback=rule.fallback):
            return ()
        if rule.null_ends:
            car.tells(attribute, descriptor, value.time)
        assumed = unitless and not value.named_unit
        return (Reading(attribute, found, value.time, SOURCE, assumed),)

    return step


def _by_descriptor(descriptor: str, item: Descriptor, convert: UnitConverter[Any]) -> Step:
    attribute, unitless = item.attribute, convert is distance
    local, null_ends = item.kind is Kind.MOMENT, item.kind in NULL_ENDS_KINDS
    words, everywhere = frozenset(item.words), not item.cars

    def step(value: Value, car: CarState) -> Iterable[AnyReading]:
        unit = car.unit_of(value) if unitless else value.unit
        try:
            found = convert(value.raw, unit)
        except UnknownWordError as error:
            car.unknown_word(descriptor, error)
            return (attribute.over(value.time, SOURCE),)
        if found is None:
            ends = null_ends and _is_null_word(value.raw)
            return (attribute.over(value.time, SOURCE),) if ends else ()
        applies = everywhere or item.applies(car.drive_train)
        if not applies and not _proves(descriptor, found, car):
            return ()
        if words and found not in words:
            car.unknown_word(descriptor, UnknownWordError(found))
        if local and found.tzinfo is None:
            found = found.replace(tzinfo=car.zone)
        return (attribute.at(found, value.time, SOURCE),)

    return step


def _is_null_word(raw: object) -> bool:
    """Return whether a value without a meaning says that the car does not know any more."""
    return isinstance(raw, str) and (is_not_known(raw) or not is_nothing(raw))


def _proves(descriptor: str, found: object, car: CarState) -> bool:
    """Return whether a car has what its drive train does not have, since it tells of it.

    Zeros and the words for "nothing happens" prove nothing: cars send them for what they lack.
    """
    if descriptor in car.proven:
        return True
    if descriptor in NONSENSE or not found or found in _IDLE:
        return False
    car.proven.add(descriptor)
    return True


def _steps(descriptor: str) -> Iterable[Step]:
    if descriptor in REMEMBERED:
        yield _remembering(descriptor)
    if descriptor in RULES:
        yield _by_rule(descriptor, RULES[descriptor])
    if descriptor in TAIL:
        yield _by_descriptor(descriptor, *TAIL[descriptor])
    if descriptor in DERIVED:
        yield DERIVED[descriptor]


_PLACES: Final = {
    **dict.fromkeys((*DISPLAY_UNITS, FIX, CHARGING_WORD), 0),
    **{key: 2 for key, rule in RULES.items() if rule.fallback},
}
"""Which descriptors of a message are read first: what others depend on, and last what is second
best."""

_WORDS: Final = frozenset(key for key, (item, _) in TAIL.items() if item.kind is Kind.WORD)
"""Where a word that means nothing elsewhere may be one of those listed."""

_FORGETTING: Final = frozenset(
    {
        *(key for key, rule in RULES.items() if rule.null_ends),
        *(key for key, (item, _) in TAIL.items() if item.kind in NULL_ENDS_KINDS),
    }
)
"""Where a word such as INVALID means that the car does not know any more."""

STEPS: Final = {key: tuple(_steps(key)) for key in {*REMEMBERED, *RULES, *TAIL, *DERIVED}}
"""What to do with each descriptor, in order."""


def sent_at(message: Mapping[str, object], now: datetime) -> datetime:
    """Return when a message was sent, if that is later than now: then our clock is behind."""
    sent = utc_time(message.get("timestamp"))
    return now if sent is None else max(now, min(sent, now + DAY))
