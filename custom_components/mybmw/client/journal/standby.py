"""How much charge a parked car loses."""

from dataclasses import field
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple

from ..core import attributes as car
from ..core.convert import mapping, sequence, utc_time
from ..core.value_class import mutable
from .observation import Observation

_SHORTEST: Final = timedelta(hours=6)
_LEAST: Final = timedelta(hours=48)
_PERIOD: Final = timedelta(days=30)
_DAY: Final = timedelta(days=1)
_HOUR: Final = timedelta(hours=1)
_MOST: Final = 40
_LARGEST_RISE: Final = 1.0


class Rest(NamedTuple):
    """A time that a car was parked without a plug: its end, how long, and the points it lost."""

    end: datetime
    hours: float
    loss: float


@mutable
class Standby:
    """Collects the times between two states of charge that were measured while it was parked."""

    rests: list[Rest] = field(default_factory=list)
    _first: tuple[datetime, float] | None = None
    _last: tuple[datetime, float] | None = None

    def look(self, seen: Observation, *, parked: bool) -> None:
        """Take in the state of charge of a car that is parked, not plugged in, and not heated."""
        soc = seen.reading(car.STATE_OF_CHARGE)
        if not parked or _is_busy(seen) or soc is None:
            self._end()
            return
        if self._first is None:
            self._first = self._last = soc.time, soc.value
        elif self._last is not None and soc.time > self._last[0]:
            if soc.value > self._last[1] + _LARGEST_RISE:
                self._end()
                self._first = soc.time, soc.value
            self._last = soc.time, soc.value

    def _end(self) -> None:
        rest = self._rest()
        if rest is not None:
            self.rests = [*self.rests, rest][-_MOST:]
        self._first = self._last = None

    def _rest(self) -> Rest | None:
        """Return the time that the car has been parked for now."""
        if self._first is None or self._last is None:
            return None
        (start, before), (end, after) = self._first, self._last
        if end - start < _SHORTEST:
            return None
        return Rest(end, round((end - start) / _HOUR, 2), round(before - after, 2))

    def loss(self, now: datetime) -> float | None:
        """Return the points a day of the last 30 days, None if it was hardly parked."""
        running = self._rest()
        rests = [*self.rests, *([] if running is None else [running])]
        recent = [item for item in rests if now - item.end <= _PERIOD]
        parked = sum(item.hours for item in recent) * _HOUR
        if parked < _LEAST:
            return None
        return round(max(sum(item.loss for item in recent) / (parked / _DAY), 0.0), 2)

    def dump(self) -> dict[str, Any]:
        """Return what was collected as JSON."""
        return {
            "rests": [[int(end.timestamp()), hours, loss] for end, hours, loss in self.rests],
            "first": _written(self._first),
            "last": _written(self._last),
        }

    def load(self, saved: object) -> None:
        """Restore what was collected; invalid parts are ignored."""
        fields = mapping(saved)
        found = (_rest(item) for item in sequence(fields.get("rests")))
        self.rests = [item for item in found if item is not None][-_MOST:]
        self._first, self._last = _read(fields.get("first")), _read(fields.get("last"))


def _is_busy(seen: Observation) -> bool:
    """Return whether the car is plugged in, or its climate control is running."""
    climate = seen.value(car.CLIMATE_ACTIVITY)
    return seen.value(car.CHARGER_CONNECTED) is True or (climate is not None and climate.running)


def _written(point: tuple[datetime, float] | None) -> list[object] | None:
    return None if point is None else [point[0].isoformat(), point[1]]


def _read(saved: object) -> tuple[datetime, float] | None:
    match saved:
        case [str(text), int() | float() as soc]:
            time = utc_time(text)
            return None if time is None else (time, float(soc))
    return None


def _rest(saved: object) -> Rest | None:
    match saved:
        case [int() as end, int() | float() as hours, int() | float() as loss] if (
            0 <= end < 1 << 33 and 0 <= hours < 1 << 20
        ):
            return Rest(datetime.fromtimestamp(end, UTC), float(hours), float(loss))
    return None
