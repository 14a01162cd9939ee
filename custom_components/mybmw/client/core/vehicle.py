"""A vehicle: the newest reading of every attribute."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
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
from .reconcile import EXPIRY_GRACE, RECONCILED, RULES
from .values import Brand, DriveTrain

EXPIRING: Final[Mapping[Attribute[datetime], tuple[AnyAttribute, ...]]] = {
    CHARGING_END_TIME: (CHARGING_END_TIME, CHARGING_TIME_LEFT),
    CLIMATE_END_TIME: (CLIMATE_END_TIME,),
}
"""Times in the future, and the attributes that lose their value once they have passed."""


class Vehicle:
    """The newest reading of every attribute of one car.

    `dropped` counts the rejected readings by attribute key and cause. `sources` are the names of
    the sources that have ever had a usable value of any attribute.
    """

    def __init__(self, vin: str) -> None:
        """Create a vehicle without readings."""
        self.vin = vin
        self.dropped: Counter[str] = Counter()
        self._held: dict[AnyAttribute, AnyReading] = {}
        self._sources: dict[AnyAttribute, frozenset[str]] = {}
        self.sources: set[str] = set()
        self._guards: dict[AnyAttribute, Guard] = {}
        self._repeated = False

    def __getitem__[T](self, attribute: Attribute[T]) -> Reading[T] | None:
        """Return the newest reading, None if there is none or its value has ended."""
        reading: Reading[T] | None = self._held.get(attribute)
        return None if reading is None or reading.value is None else reading

    def __iter__(self) -> Iterator[AnyReading]:
        """Iterate over all readings, ended ones (value None) included."""
        return iter(self._held.values())

    def __contains__(self, attribute: AnyAttribute) -> bool:
        """Return whether there ever was a value, even if it has ended."""
        return attribute in self._held

    def value[T](self, attribute: Attribute[T]) -> T | None:
        """Return the newest value, None if there is none."""
        reading: Reading[T] | None = self._held.get(attribute)
        return None if reading is None else reading.value

    def sources_of(self, *attributes: AnyAttribute) -> frozenset[str]:
        """Return the names of the sources that ever had a usable value of one of the attributes."""
        known = [self._sources[item] for item in attributes if item in self._sources]
        return known[0] if len(known) == 1 else frozenset().union(*known)

    def add_sources(self, sources: Mapping[AnyAttribute, Collection[str]]) -> None:
        """Restore the sources of attributes from before a restart."""
        for attribute, names in sources.items():
            self._sources[attribute] = self.sources_of(attribute).union(names)
            self.sources.update(names)

    @property
    def brand(self) -> Brand:
        """The brand, BMW if it is not known."""
        return self.value(BRAND) or Brand.BMW

    @property
    def name(self) -> str:
        """The model, or the brand if the model is not known."""
        return self.value(MODEL) or self.brand.value

    @property
    def drive_train(self) -> DriveTrain | None:
        """The drive train."""
        return self.value(DRIVE_TRAIN)

    def add_ended(self, readings: Iterable[AnyReading]) -> None:
        """Restore the ended readings from before a restart, so that older values do not return."""
        for reading in readings:
            if reading.value is None:
                self._held.setdefault(reading.attribute, reading)

    def update(self, readings: Iterable[AnyReading]) -> set[AnyAttribute]:
        """Apply readings; return the attributes with another value or an additional source.

        A reading older than the stored one is dropped; at equal times the later arrival wins. The
        same value with a newer time only updates the time. A dropped reading still adds its source
        to the attribute. Readings that contradict newer ones are then corrected (`reconcile`).
        """
        self._repeated = False
        changed = self._apply(readings)
        if self._repeated or not changed.isdisjoint(RECONCILED):
            for rule in RULES:
                changed |= self._apply(rule(self._held))
        return changed

    @property
    def expires(self) -> datetime | None:
        """The time at which the next value expires, None if none does."""
        ends = (self.value(attribute) for attribute in EXPIRING)
        return min((end + EXPIRY_GRACE for end in ends if end is not None), default=None)

    def expire(self, now: datetime) -> set[AnyAttribute]:
        """End the values that have expired; return the attributes that have changed."""
        return self._apply([*self._expired(now)])

    def _expired(self, now: datetime) -> Iterator[AnyReading]:
        for end, attributes in EXPIRING.items():
            reading = self[end]
            if reading is None or reading.value + EXPIRY_GRACE > now:
                continue
            for attribute in attributes:
                held = self._held.get(attribute)
                if held is not None and held.value is not None:
                    yield attribute.ended(max(reading.time, held.time), reading.source)

    def _apply(self, readings: Iterable[AnyReading]) -> set[AnyAttribute]:
        changed: set[AnyAttribute] = set()
        held = self._held
        for reading in readings:
            attribute, value = reading.attribute, reading.value
            old = held.get(attribute)
            if (  # only the time is newer; growing values are checked each time
                old is not None
                and value == old.value
                and reading.source == old.source
                and reading.time >= old.time
                and type(value) is type(old.value)
                and not attribute.growing
            ):
                if reading.time > old.time:
                    held[attribute] = reading
                    self._repeated |= attribute in RECONCILED
            elif self._apply_one(reading, old):
                changed.add(attribute)
        return changed

    def _apply_one(self, reading: AnyReading, old: AnyReading | None) -> bool:
        """Apply a reading if it is newer and plausible; return whether the attribute changed."""
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
        accepted = self._checked(reading, old) if usable or value is None else None
        if accepted is None:
            self.dropped[f"{attribute.key}: implausible"] += 1
            return new_source
        if old is None and accepted.value is None:
            return new_source
        if old is None or not _same(attribute, old.value, accepted.value):
            self._held[attribute] = accepted
            return True
        time, assumed = accepted.time, accepted.assumed
        self._held[attribute] = Reading(attribute, old.value, time, source, assumed)
        self._repeated |= attribute in RECONCILED
        return new_source

    def _checked(self, reading: AnyReading, old: AnyReading | None) -> AnyReading | None:
        """Return the reading, converted to its proper unit; None if it is implausible."""
        if not reading.attribute.growing or reading.value is None:
            return reading
        factor = self._guards.setdefault(reading.attribute, Guard()).factor(reading, old)
        if factor is None or factor == 1:
            return None if factor is None else reading
        return replace(reading, value=round(reading.value * factor, 1))


def _plausible(attribute: AnyAttribute, value: Any) -> bool:
    """Return whether a value is within the bounds of its attribute."""
    # Comparisons in this form are false for NaN
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
