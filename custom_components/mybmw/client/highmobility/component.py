"""The components of which every answer of the Auto API consists.

A property is a component, or a list of components; each has data, the time that the car measured
it, or a reason why there is none (docs/protocols/highmobility.md#components).
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
import re
from typing import Final, NamedTuple

from ..core.attributes import AnyReading
from ..core.convert import Converter, UnknownWordError, mapping, note_unknown_word, timestamp

SOURCE: Final = "highmobility"

UNUSABLE: Final = (ValueError, TypeError, OverflowError)

MOST_COMPONENTS: Final = 200
"""Components of one property that are read."""

_AHEAD: Final = timedelta(minutes=5)
_REASON: Final = re.compile(r"[a-z][a-z_]{0,40}")


class Component(NamedTuple):
    """One value of a property; `time` is when the car measured it."""

    data: object
    time: datetime


@dataclass(slots=True)
class Document:
    """One answer about a car, asked for at `fetched`.

    `problems` counts what cannot be used, by property; `failures` are the reasons why there is no
    value. `newest` is the newest time of measurement that was seen.
    """

    content: object
    fetched: datetime
    problems: Counter[str]
    failures: dict[str, str] = field(default_factory=dict)
    readings: list[AnyReading] = field(default_factory=list)
    newest: datetime | None = None
    _seen: dict[str, Sequence[Component]] = field(default_factory=dict)

    def components(self, path: str) -> Sequence[Component]:
        """Return the values of a property, `capability.property`; those without data are left."""
        found = self._seen.get(path)
        if found is None:
            found = self._seen[path] = [*self._read(path)]
        return found

    def newest_of(self, path: str) -> Component | None:
        """Return the newest value of a property; of equally new ones the last."""
        newest: Component | None = None
        for item in self.components(path):
            if newest is None or item.time >= newest.time:
                newest = item
        return newest

    def has(self, *paths: str) -> bool:
        """Return whether any of these properties has a value."""
        return any(self.components(path) for path in paths)

    def is_empty_list(self, path: str) -> bool:
        """Return whether a property is there and lists nothing."""
        capability, _, name = path.partition(".")
        return mapping(mapping(self.content).get(capability)).get(name) == []

    def take[T](self, path: str, convert: Converter[T]) -> tuple[T, datetime] | None:
        """Return the newest value of a property and its time, None if there is none of use."""
        item = self.newest_of(path)
        if item is None:
            return None
        value = self.converted(path, item.data, convert)
        return None if value is None else (value, item.time)

    def value[T](self, path: str, convert: Converter[T]) -> T | None:
        """Return the newest value of a property."""
        found = self.take(path, convert)
        return None if found is None else found[0]

    def converted[T](self, path: str, data: object, convert: Converter[T]) -> T | None:
        """Convert the data of a property; invalid data are counted."""
        try:
            return convert(data)
        except UNUSABLE as error:
            self.note(path, error)
            return None

    def note(self, path: str, error: Exception) -> None:
        """Count invalid data."""
        if isinstance(error, UnknownWordError):
            note_unknown_word(self.problems, path, error)
        else:
            self.problems[path] += 1

    def _read(self, path: str) -> Iterator[Component]:
        capability, _, name = path.partition(".")
        holder = mapping(self.content).get(capability)
        if holder is not None and not isinstance(holder, dict):
            self.problems[capability] += 1
        node = mapping(holder).get(name)
        nodes = node if isinstance(node, list) else [] if node is None else [node]
        if len(nodes) > MOST_COMPONENTS:
            self.problems[path] += 1
        for item in nodes[:MOST_COMPONENTS]:
            yield from self._component(path, item)

    def _component(self, path: str, node: object) -> Iterator[Component]:
        """Read one component; one without a time counts as measured when it was asked for."""
        if not isinstance(node, dict):
            self.problems[path] += 1
            return
        reason = mapping(node.get("failure")).get("reason")
        if isinstance(reason, str):
            self.failures[path] = reason if _REASON.fullmatch(reason) else "unknown"
        data = node.get("data")
        if data is None:
            return
        written = node.get("timestamp")
        time = self.fetched if written is None else self._time(path, written)
        if time is not None:
            yield Component(data, time)

    def _time(self, path: str, written: object) -> datetime | None:
        """Read a time; one that stands for "never" has no value, one ahead is the present."""
        try:
            time = timestamp(written)
        except UNUSABLE:
            self.problems[path] += 1
            return None
        if time is None:
            return None
        if time > self.fetched + _AHEAD:
            self.problems[path] += 1
        time = min(time, self.fetched)
        self.newest = time if self.newest is None else max(self.newest, time)
        return time
