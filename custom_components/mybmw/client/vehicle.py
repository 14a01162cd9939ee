"""A vehicle: the newest reading of every attribute."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime

from .attributes import BRAND, DRIVE_TRAIN, MODEL, AnyAttribute, AnyReading, Attribute, Reading
from .values import Brand, DriveTrain


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
        self._doubted: dict[AnyAttribute, AnyReading] = {}

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

    def sources_of(self, attribute: AnyAttribute) -> frozenset[str]:
        """Return the names of the sources that have ever had a usable value of an attribute."""
        return self._sources.get(attribute, frozenset())

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

    def update(self, readings: Iterable[AnyReading]) -> set[AnyAttribute]:
        """Take in readings; return the attributes with another value, or with one more source.

        An older reading than the one held is dropped, at equal times the later arrival wins. The
        same value at a newer time only moves the time. A dropped reading shows all the same that
        its source knows the attribute.
        """
        changed: set[AnyAttribute] = set()
        held, sources = self._held, self._sources
        for reading in readings:
            attribute = reading.attribute
            old = held.get(attribute)
            if reading.source not in sources.get(attribute, ()) and _usable(reading):
                sources[attribute] = self.sources_of(attribute) | {reading.source}
                self.sources.add(reading.source)
                changed.add(attribute)
            if old is not None and reading.time < old.time:
                if reading.source != old.source:
                    self.dropped[f"{attribute.key}: older"] += 1
            elif not self._plausible(reading, old):
                self.dropped[f"{attribute.key}: implausible"] += 1
            elif old is None:
                if reading.value is not None:
                    held[attribute] = reading
                    changed.add(attribute)
            elif _same(attribute, old.value, reading.value):
                held[attribute] = old._replace(time=reading.time, source=reading.source)
            else:
                held[attribute] = reading
                changed.add(attribute)
        return changed

    def _plausible(self, reading: AnyReading, old: AnyReading | None) -> bool:
        if reading.value is None:
            return True
        return _usable(reading) and (
            not reading.attribute.growing or self._believable(reading, old)
        )

    def _believable(self, reading: AnyReading, old: AnyReading | None) -> bool:
        if old is None or old.value is None:
            return True
        attribute = reading.attribute
        leap = reading.value - old.value
        doubted = self._doubted.pop(attribute, None)
        if leap >= 0 and (attribute.leap is None or leap <= attribute.leap):
            return True
        onwards = None if doubted is None else reading.value - doubted.value
        fits = onwards is not None and 0 <= onwards <= (attribute.leap or 0)
        if doubted is not None and fits and doubted.time < reading.time:
            return True
        self._doubted[attribute] = doubted if doubted is not None and fits else reading
        return False


def _usable(reading: AnyReading) -> bool:
    """Tell whether there is a value, within the bounds of its attribute."""
    attribute, value = reading.attribute, reading.value
    if value is None:
        return False
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
