"""Convert CarData's values to readings.

See docs/protocols/cardata.md#telematic-data, #stream-messages and #best-source.
REST and the stream send descriptors with their values in the same form. One look-up returns all
steps for a descriptor: its attribute by rule, its attribute of the catalogue, and readings that
combine several descriptors.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from ..core.attributes import CHECK_CONTROL, LAST_UPDATE, AnyReading, Reading
from ..core.convert import NEVER, UnknownWordError, mapping, utc_time
from ..core.descriptors import Descriptor, Kind
from ..core.values import ChargingStatus, ClimateActivity
from .car_state import CONVERTERS, CarState, Value
from .combined_values import COMBINED
from .converters import UnitConverter, distance, is_nothing, is_unknown
from .limits import MAX_CAR_SIZE, within_limits
from .mapping import (
    CATALOGUE,
    CHARGING_WORD,
    DISPLAY_UNITS,
    FIX,
    NO_PROOF,
    NULL_ENDS,
    NULL_ENDS_KINDS,
    RULES,
    SOURCE,
    AnyRule,
)
from .quota import DAY

type Step = Callable[[Value, CarState], Iterable[AnyReading]]

_MAX_AHEAD: Final = timedelta(minutes=5)
_UNUSABLE: Final = (ValueError, TypeError, OverflowError)
_INVISIBLE: Final = "\u200b"
_MAX_DESCRIPTORS: Final = 1_000
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
    """Return the readings of descriptors with their values, from REST or the stream.

    Values without a time, or with one in the future, are skipped.
    """
    car.now, latest = now, now + _MAX_AHEAD
    readings: list[AnyReading] = []
    newest: datetime | None = None
    items = mapping(data)
    sizes = within_limits(items, car.problems)
    for descriptor in sorted(sizes, key=_order) if len(sizes) > 1 else sizes:
        item, size = items[descriptor], sizes[descriptor]
        value = _value(descriptor, item, car, latest)
        if value is None:
            continue
        if newest is None or newest < value.time:
            newest = value.time
        steps = STEPS.get(descriptor) or _steps_of_unknown(descriptor, car)
        if steps is None or not _has_room(descriptor, size, car):
            continue
        for step in steps:
            try:
                readings += step(value, car)
            except UnknownWordError as error:
                car.unknown_word(descriptor, error)
            except _UNUSABLE:
                car.problems[descriptor] += 1
        car.store(descriptor, item, value.time, size)
    if not NULL_ENDS.isdisjoint(sizes):
        readings += _ended({key: items[key] for key in sizes}, car, newest)
    if newest is not None:
        readings.append(LAST_UPDATE.at(newest, newest, SOURCE))
    return readings


def _ended(
    items: Mapping[str, object], car: CarState, newest: datetime | None
) -> Iterable[AnyReading]:
    """Return an empty list of warnings if null was sent, and there were warnings before.

    Null has no time: it is as new as the other values of the message.
    """
    for descriptor in NULL_ENDS.intersection(items):
        known = car.raw.get(descriptor)
        if known is None or not _is_null(items[descriptor]) or _is_null(known[1]):
            continue
        sent = utc_time(mapping(items[descriptor]).get("timestamp"))
        time = max(known[0], sent or newest or known[0])
        car.store(descriptor, items[descriptor], time)
        yield CHECK_CONTROL.at((), time, SOURCE)


def _is_null(item: object) -> bool:
    value = mapping(item).get("value")
    return value is None or (isinstance(value, str) and value.strip().lower() in ("", "null"))


def _order(descriptor: str) -> int:
    return _ORDER.get(descriptor, 1)


def _value(descriptor: str, item: object, car: CarState, latest: datetime) -> Value | None:
    fields = mapping(item)
    raw, unit = fields.get("value"), fields.get("unit")
    if raw is None or (isinstance(raw, str) and _is_ignored(descriptor, raw)):
        return None
    time = utc_time(fields.get("timestamp"))
    if time is None or time.year <= NEVER or time > latest:
        car.problems[f"{descriptor}: time"] += 1
        return None
    unit = unit.replace(_INVISIBLE, "").strip().lower() if isinstance(unit, str) else ""
    return Value(raw, unit, time)


def _is_ignored(descriptor: str, raw: str) -> bool:
    """Return whether a word means "no value", and does not end the value either."""
    if not is_nothing(raw) or descriptor in _WORDS:
        return False
    return descriptor not in _NULL_WORD_ENDS or not is_unknown(raw)


def _steps_of_unknown(descriptor: str, car: CarState) -> tuple[Step, ...] | None:
    """Return the steps of a descriptor with invisible characters; count it if it is unknown.

    None if the state of the car already has the maximum number of descriptors.
    """
    if descriptor not in car.raw and len(car.raw) >= _MAX_DESCRIPTORS:
        car.problems["too many descriptors"] += 1
        return None
    steps = STEPS.get(descriptor.replace(_INVISIBLE, ""), ())
    if not steps:
        car.unknown[descriptor] += 1
    return steps


def _has_room(descriptor: str, size: int, car: CarState) -> bool:
    """Return whether a value can be stored; unknown descriptors have half the limit."""
    limit = MAX_CAR_SIZE if descriptor in STEPS else MAX_CAR_SIZE // 2
    room = car.has_room(descriptor, size, limit)
    if not room:
        car.problems["too much to keep"] += 1
    return room


def _update_state(descriptor: str) -> Step:
    def step(value: Value, car: CarState) -> Iterable[AnyReading]:
        car.update(descriptor, value)
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
            return (attribute.ended(value.time, SOURCE),) if ends else ()
        lacks = (rule.plug and not car.plugs_in) or (rule.fuel and not car.burns_fuel)
        if lacks and not _proves(descriptor, found, car):
            return ()
        if not car.accepts(attribute, value.time, fallback=rule.fallback):
            return ()
        if rule.null_ends:
            car.set_origin(attribute, descriptor, value.time)
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
            return (attribute.ended(value.time, SOURCE),)
        if found is None:
            ends = null_ends and _is_null_word(value.raw)
            return (attribute.ended(value.time, SOURCE),) if ends else ()
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
    """Return whether a word without a value means that the car does not know it any more."""
    return isinstance(raw, str) and (is_unknown(raw) or not is_nothing(raw))


def _proves(descriptor: str, found: object, car: CarState) -> bool:
    """Return whether a value proves that a car has what its drive train does not have.

    Zeros and idle states do not: cars send them for equipment that they do not have.
    """
    if descriptor in car.proven:
        return True
    if descriptor in NO_PROOF or not found or found in _IDLE:
        return False
    car.proven.add(descriptor)
    return True


def _steps(descriptor: str) -> Iterable[Step]:
    if descriptor in CONVERTERS:
        yield _update_state(descriptor)
    if descriptor in RULES:
        yield _by_rule(descriptor, RULES[descriptor])
    if descriptor in CATALOGUE:
        yield _by_descriptor(descriptor, *CATALOGUE[descriptor])
    if descriptor in COMBINED:
        yield COMBINED[descriptor]


_ORDER: Final = {
    **dict.fromkeys((*DISPLAY_UNITS, FIX, CHARGING_WORD), 0),
    **{key: 2 for key, rule in RULES.items() if rule.fallback},
}
"""The order of the descriptors of a message: first those that others need, last fallbacks."""

_WORDS: Final = frozenset(key for key, (item, _) in CATALOGUE.items() if item.kind is Kind.WORD)
"""Descriptors of words, which may include one that means "no value" elsewhere."""

_NULL_WORD_ENDS: Final = frozenset(
    {
        *(key for key, rule in RULES.items() if rule.null_ends),
        *(key for key, (item, _) in CATALOGUE.items() if item.kind in NULL_ENDS_KINDS),
    }
)
"""Descriptors whose value ends with a word such as INVALID."""

STEPS: Final = {key: tuple(_steps(key)) for key in {*CONVERTERS, *RULES, *CATALOGUE, *COMBINED}}
"""The steps to execute for each descriptor, in order."""


def sent_at(message: Mapping[str, object], now: datetime) -> datetime:
    """Return the time of a message if that is later than now, as the system clock may be slow."""
    sent = utc_time(message.get("timestamp"))
    return now if sent is None else max(now, min(sent, now + DAY))
