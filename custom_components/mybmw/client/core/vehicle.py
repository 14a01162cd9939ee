"""A vehicle: the newest reading of every attribute."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from .attributes import (
    BRAND,
    CHARGING_END_TIME,
    CHARGING_TIME_LEFT,
    CLIMATE_END_TIME,
    DRIVE_TRAIN,
    MODEL,
    AnyAttribute,
    AnyReading,
    Attribute,
    Reading,
)
from .odometer import Guard
from .reconcile import CONCERNED, PAST, RULES
from .values import Brand, DriveTrain

EXPIRING: Final[Mapping[Attribute[datetime], tuple[AnyAttribute, ...]]] = {
    CHARGING_END_TIME: (CHARGING_END_TIME, CHARGING_TIME_LEFT),
    CLIMATE_END_TIME: (CLIMATE_END_TIME,),
}
"""Times that lie ahead, and what is over once they have passed."""


class Vehicle:
    """What is known of one car.

    `dropped` counts, by attribute key and cause, the readings that were not believed. `sources`
    names those that have ever had a usable value of any attribute.
    """

    def __init__(self, vin: str) -> None:
        """Start with nothing but the VIN."""
        self.vin = vin
        self.dropped: Counter[str] = Counter()
        self._held: dict[AnyAttribute, AnyReading] = {}
        self._sources: dict[AnyAttribute, frozenset[str]] = {}
        self.sources: set[str] = set()
        self._guards: dict[AnyAttribute, Guard] = {}
        self._repeated = False

    def __getitem__[T](self, attribute: Attribute[T]) -> Reading[T] | None:
        """Return the newest reading, None if there is none or it is over."""
        reading: Reading[T] | None = self._held.get(attribute)
        return None if reading is None or reading.value is None else reading

    def __iter__(self) -> Iterator[AnyReading]:
        """Go through all readings, those that are over included (their value is None)."""
        return iter(self._held.values())

    def __contains__(self, attribute: AnyAttribute) -> bool:
        """Tell whether there ever was a value, even if it is over."""
        return attribute in self._held

    def value[T](self, attribute: Attribute[T]) -> T | None:
        """Return the newest value, None if there is none."""
        reading: Reading[T] | None = self._held.get(attribute)
        return None if reading is None else reading.value

    def sources_of(self, *attributes: AnyAttribute) -> frozenset[str]:
        """Return the names of the sources that have ever had a usable value of any attribute."""
        known = [self._sources[item] for item in attributes if item in self._sources]
        return known[0] if len(known) == 1 else frozenset().union(*known)

    def add_sources(self, sources: Mapping[AnyAttribute, Collection[str]]) -> None:
        """Take over the sources of attributes that were known before a restart."""
        for attribute, names in sources.items():
            self._sources[attribute] = self.sources_of(attribute).union(names)
            self.sources.update(names)

    @property
    def brand(self) -> Brand:
        """The brand; BMW as long as nothing else is known."""
        return self.value(BRAND) or Brand.BMW

    @property
    def name(self) -> str:
        """The model, or the brand as long as the model is not known."""
        return self.value(MODEL) or self.brand.value

    @property
    def drive_train(self) -> DriveTrain | None:
        """What moves the car."""
        return self.value(DRIVE_TRAIN)

    def add_ended(self, readings: Iterable[AnyReading]) -> None:
        """Take over what was over before a restart, so that nothing older comes back."""
        for reading in readings:
            if reading.value is None:
                self._held.setdefault(reading.attribute, reading)

    def update(self, readings: Iterable[AnyReading]) -> set[AnyAttribute]:
        """Take in readings; return the attributes with another value, or with one more source.

        An older reading than the one held is dropped, at equal times the later arrival wins. The
        same value at a newer time only moves the time. A dropped reading shows all the same that
        its source knows the attribute. What contradicts newer readings then follows them.
        """
        self._repeated = False
        changed = self._take(readings)
        if self._repeated or not changed.isdisjoint(CONCERNED):
            for rule in RULES:
                changed |= self._take(rule(self._held))
        return changed

    @property
    def expires(self) -> datetime | None:
        """When the first of the times that lie ahead will have passed, and be shown no longer."""
        ends = (self.value(attribute) for attribute in EXPIRING)
        return min((end + PAST for end in ends if end is not None), default=None)

    def expire(self, now: datetime) -> set[AnyAttribute]:
        """End what was to be over by now; return the attributes that have changed."""
        return self._take([*self._past(now)])

    def _past(self, now: datetime) -> Iterator[AnyReading]:
        for end, attributes in EXPIRING.items():
            reading = self[end]
            if reading is None or reading.value + PAST > now:
                continue
            for attribute in attributes:
                held = self._held.get(attribute)
                if held is not None and held.value is not None:
                    yield attribute.over(max(reading.time, held.time), reading.source)

    def _take(self, readings: Iterable[AnyReading]) -> set[AnyAttribute]:
        changed: set[AnyAttribute] = set()
        held = self._held
        for reading in readings:
            attribute, value = reading.attribute, reading.value
            old = held.get(attribute)
            if (  # nothing but a newer time; what only grows is judged each time
                old is not None
                and value == old.value
                and reading.source == old.source
                and reading.time >= old.time
                and type(value) is type(old.value)
                and not attribute.growing
            ):
                if reading.time > old.time:
                    held[attribute] = reading
                    self._repeated |= attribute in CONCERNED
            elif self._judge(reading, old):
                changed.add(attribute)
        return changed

    def _judge(self, reading: AnyReading, old: AnyReading | None) -> bool:
        """Take in a reading if it is to be believed; return whether that changes anything."""
        attribute, value, source = reading.attribute, reading.value, reading.source
        usable = value is not None and _plausible(attribute, value)
        new_source = usable and source not in self._sources.get(attribute, ())
        if new_source:
            self._sources[attribute] = self.sources_of(attribute) | {source}
            self.sources.add(source)
        if old is not None and reading.time < old.time:
            if source != old.source:
                self.dropped[f"{attribute.key}: older"] += 1
            return new_source
        believed = self._believed(reading, old) if usable or value is None else None
        if believed is None:
            self.dropped[f"{attribute.key}: implausible"] += 1
            return new_source
        if old is None and believed.value is None:
            return new_source
        if old is None or not _same(attribute, old.value, believed.value):
            self._held[attribute] = believed
            return True
        time, assumed = believed.time, believed.assumed
        self._held[attribute] = Reading(attribute, old.value, time, source, assumed)
        self._repeated |= attribute in CONCERNED
        return new_source

    def _believed(self, reading: AnyReading, old: AnyReading | None) -> AnyReading | None:
        """Return the reading, in its proper unit; None if it cannot be true."""
        if not reading.attribute.growing or reading.value is None:
            return reading
        return self._guards.setdefault(reading.attribute, Guard()).judge(reading, old)


def _plausible(attribute: AnyAttribute, value: Any) -> bool:
    """Tell whether a value is within the bounds of its attribute."""
    # Written so that NaN is out of bounds too
    if attribute.low is not None and not value >= attribute.low:
        return False
    return attribute.high is None or bool(value <= attribute.high)


def _same(attribute: AnyAttribute, old: object, new: object) -> bool:
    if old == new:
        return True
    if attribute.tolerance is None:
        return False
    return (
        isinstance(old, datetime)
        and isinstance(new, datetime)
        and abs(new - old) <= attribute.tolerance
    )
