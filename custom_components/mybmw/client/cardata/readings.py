"""From CarData's values to readings (facts: CarData sheet §2.5, §3.5; CarData entities §1, §2).

REST and the stream send descriptors with their values in the same form. One look-up finds all that
a descriptor tells: an attribute of the vocabulary, one of the long tail, and what follows from
several descriptors together.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from ..attributes import LAST_UPDATE, AnyReading
from ..convert import mapping
from ..descriptors import Descriptor, Kind
from .derived import DERIVED
from .memory import REMEMBERED, Memory, Value
from .quota import DAY
from .tables import CHARGING_WORD, DISPLAY_UNITS, FIX, RULES, SOURCE, TAIL, AnyRule
from .words import Converter, distance, is_nothing, moment

type Step = Callable[[Value, Memory], Iterable[AnyReading]]

_AHEAD: Final = timedelta(minutes=5)
_UNUSABLE: Final = (ValueError, TypeError, OverflowError)
_INVISIBLE: Final = "\u200b"
_MOST: Final = 1_000


def read_values(data: object, memory: Memory, now: datetime) -> list[AnyReading]:
    """Read descriptors with their values, as REST and the stream both send them.

    A value without a measuring time, or measured in the future, is left out.
    """
    readings: list[AnyReading] = []
    newest: datetime | None = None
    items = mapping(data)
    for descriptor in sorted(items, key=_place) if len(items) > 1 else items:
        value = _value(descriptor, items[descriptor], memory, now)
        if value is None:
            continue
        if newest is None or newest < value.time:
            newest = value.time
        steps = _STEPS.get(descriptor) or _unheard_of(descriptor, memory)
        if steps is None:
            continue
        memory.keep(descriptor, items[descriptor], value.time)
        for step in steps:
            try:
                readings += step(value, memory)
            except _UNUSABLE:
                memory.problems[descriptor] += 1
    if newest is not None:
        readings.append(LAST_UPDATE.at(newest, newest, SOURCE))
    return readings


def _place(descriptor: str) -> int:
    return _PLACES.get(descriptor, 1)


def _value(descriptor: str, item: object, memory: Memory, now: datetime) -> Value | None:
    fields = mapping(item)
    raw, unit = fields.get("value"), fields.get("unit")
    if raw is None or (isinstance(raw, str) and is_nothing(raw) and descriptor not in _WORDS):
        return None
    time = moment(fields.get("timestamp"))
    if time is None or time > now + _AHEAD:
        memory.problems[f"{descriptor}: time"] += 1
        return None
    return Value(raw, unit.strip().lower() if isinstance(unit, str) else "", time)


def _unheard_of(descriptor: str, memory: Memory) -> tuple[Step, ...] | None:
    """Return what to do with a descriptor that is spelled oddly, or is new and counted as that.

    None if so much is remembered of the car already that nonsense would fill the disk.
    """
    if descriptor not in memory.raw and len(memory.raw) >= _MOST:
        memory.problems["too many descriptors"] += 1
        return None
    steps = _STEPS.get(descriptor.replace(_INVISIBLE, ""), ())
    if not steps:
        memory.unknown[descriptor] += 1
    return steps


def _remembering(descriptor: str) -> Step:
    def step(value: Value, memory: Memory) -> Iterable[AnyReading]:
        memory.remember(descriptor, value)
        return ()

    return step


def _by_rule(rule: AnyRule) -> Step:
    attribute, convert, unitless = rule.attribute, rule.convert, rule.convert is distance

    def step(value: Value, memory: Memory) -> Iterable[AnyReading]:
        if not rule.applies(memory.drive_train):
            return ()
        unit = value.unit or (memory.display_unit() if unitless else "")
        found = convert(value.raw, unit)
        if found is None:
            return ()
        if not memory.believes(attribute, value.time, fallback=rule.fallback):
            return ()
        return (attribute.at(found, value.time, SOURCE),)

    return step


def _by_descriptor(item: Descriptor, convert: Converter[Any]) -> Step:
    attribute, unitless = item.attribute, convert is distance
    local = item.kind is Kind.MOMENT

    def step(value: Value, memory: Memory) -> Iterable[AnyReading]:
        if not item.applies(memory.drive_train):
            return ()
        unit = value.unit or (memory.display_unit() if unitless else "")
        found = convert(value.raw, unit)
        if found is None:
            return ()
        if local and found.tzinfo is None:
            found = found.replace(tzinfo=memory.zone)
        return (attribute.at(found, value.time, SOURCE),)

    return step


def _steps(descriptor: str) -> Iterable[Step]:
    if descriptor in REMEMBERED:
        yield _remembering(descriptor)
    if descriptor in RULES:
        yield _by_rule(RULES[descriptor])
    if descriptor in TAIL:
        yield _by_descriptor(*TAIL[descriptor])
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

_STEPS: Final = {key: tuple(_steps(key)) for key in {*REMEMBERED, *RULES, *TAIL, *DERIVED}}
"""What to do with each descriptor, in order."""


def sent_at(message: Mapping[str, object], now: datetime) -> datetime:
    """Return when a message was sent, if that is later than now: then our clock is behind."""
    sent = moment(message.get("timestamp"))
    return now if sent is None else max(now, min(sent, now + DAY))
