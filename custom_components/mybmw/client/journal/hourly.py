"""What the records of a car add up to by the hour, for statistics.

Sums are kept in millionths, so that amending a record leaves no rounding error behind.
"""

from collections.abc import Iterable, Mapping
from dataclasses import field
from datetime import UTC, datetime
from typing import Final, NamedTuple

from ..core.records import AnyRecord
from ..core.value_class import mutable
from .series import MILLION, Part, Series, parts_of


class HourlySum(NamedTuple):
    """The sum of a series since its beginning at the end of one hour, which starts at `start`."""

    start: datetime
    sum: float


_HOUR: Final = 3600


@mutable
class HourlySums:
    """The hours of each series of one car, and from which hour on they have changed."""

    hours: dict[str, dict[int, int]] = field(default_factory=lambda: {key: {} for key in Series})
    changed: dict[str, int] = field(default_factory=dict)
    _parts: dict[str, tuple[Part, ...]] = field(default_factory=dict)

    def apply(self, records: Mapping[str, AnyRecord | None]) -> None:
        """Add, replace or remove (None) records by id."""
        for record_id, item in records.items():
            old = self._parts.pop(record_id, ())
            new = () if item is None else tuple(parts_of(item))
            if new:
                self._parts[record_id] = new
            if new != old:
                self._add(old, -1)
                self._add(new, 1)

    def _add(self, parts: Iterable[Part], sign: int) -> None:
        for series, quarter, amount in parts:
            hour = quarter // _HOUR * _HOUR
            known = self.hours.setdefault(series, {})
            known[hour] = known.get(hour, 0) + sign * amount
            self.changed[series] = min(hour, self.changed.get(series, hour))

    def replace(self, records: Mapping[str, AnyRecord | None]) -> None:
        """Take in records that add up to the same as others, which leaves nothing to correct."""
        self.apply(records)
        self.changed.clear()
        self.drop_empty()

    def drop_empty(self) -> None:
        """Forget the hours that records have left, when nothing is to be corrected any more."""
        for known in self.hours.values():
            for hour in [hour for hour, amount in known.items() if not amount]:
                del known[hour]

    def take(self) -> dict[str, list[HourlySum]]:
        """Return the sums from the first changed hour of each series on; forget the changes."""
        changed, self.changed = self.changed, {}
        return {series: self.sums(series, first) for series, first in changed.items()}

    def sums(self, series: str, first: int = 0) -> list[HourlySum]:
        """Return the sums of a series from an hour on, which is in s since 1970.

        An hour that a record has left is among them, so that its statistics are corrected.
        """
        total, found = 0, []
        for hour, amount in sorted(self.hours.get(series, {}).items()):
            total += amount
            if hour >= first:
                start = datetime.fromtimestamp(hour, UTC)
                found.append(HourlySum(start, total / MILLION))
        return found
