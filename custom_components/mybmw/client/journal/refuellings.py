"""Refuellings, which the level in the tank shows.

The float in a tank is off by up to 6 L on a slope or in a bend, so that only a larger rise counts.
How many litres were put in is known if hardly anything was burnt between the two levels.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple

from ..core import attributes as car
from ..core.convert import mapping, utc_time
from ..core.records import NEAR, Refuelling
from .log import REFUELLING, JournalEvent, JournalEventKind, Log
from .observation import Observation

_CLEAR: Final = (8.0, 15.0)
"""A rise in litres and in points that shows a refuelling, if the car has been driven less than 2 km
between."""
_VERY_CLEAR: Final = (16.0, 30.0)
"""One that shows it after any distance."""
_LONGEST: Final = timedelta(minutes=10)


class Level(NamedTuple):
    """How full a tank was at a time and an odometer: litres and %, None if not known."""

    time: datetime
    odometer: float
    litres: float | None
    percent: float | None

    def rise_since(self, before: Level) -> tuple[float, float]:
        """Return by how many litres and points it rose, 0 if that is not known."""
        return _rise(before.litres, self.litres), _rise(before.percent, self.percent)


class Refuellings:
    """Finds refuellings by the lowest level since the car was last driven 2 km."""

    def __init__(self) -> None:
        self._before: Level | None = None
        self._last: str | None = None

    def look(self, seen: Observation, now: datetime, log: Log) -> None:
        """Take in the level in the tank."""
        level, before = _level(seen), self._before
        if level is None or (self._last is not None and self._goes_on(seen, log)):
            return
        if before is None or self._last is not None:
            self._before, self._last = level, None
            return
        fresh = _level(seen, before.time)
        if fresh is None:
            return
        driven, rise = fresh.odometer - before.odometer, fresh.rise_since(before)
        if _reaches(rise, _CLEAR if driven < NEAR else _VERY_CLEAR):
            self._last = _add(before, fresh, log, now)
        elif driven >= NEAR or min(rise) < 0:
            self._before = level

    def _goes_on(self, seen: Observation, log: Log) -> bool:
        """Take in a level that is still rising; return whether the car is still near there."""
        item, before = log.refuellings.get(self._last or ""), self._before
        level = None if before is None else _level(seen, before.time)
        if item is None or level is None or level.odometer - item.odometer >= NEAR:
            return False
        if level.time - item.time <= _LONGEST:
            log.put(_with_level(item, level))
        return True

    def dump(self) -> dict[str, Any]:
        """Return the open state as JSON."""
        before = self._before
        written = None if before is None else [before.time.isoformat(), *before[1:]]
        return {"before": written, "last": self._last}

    def load(self, saved: object) -> None:
        """Restore the open state; one that is not valid is ignored."""
        match mapping(saved):
            case {
                "before": [
                    str(text),
                    int() | float() as odometer,
                    int() | float() | None as litres,
                    int() | float() | None as percent,
                ],
                "last": str() | None as last,
            }:
                time = utc_time(text)
                if time is not None:
                    self._before, self._last = Level(time, odometer, litres, percent), last


def _level(seen: Observation, after: datetime = datetime.min.replace(tzinfo=UTC)) -> Level | None:
    """Return how full the tank is by what was measured later than a time, None if nothing was."""
    odometer = seen.value(car.MILEAGE)
    litres, percent = seen.reading(car.REMAINING_FUEL), seen.reading(car.REMAINING_FUEL_PERCENT)
    known = [item for item in (litres, percent) if item is not None and item.time > after]
    if odometer is None or not known:
        return None
    return Level(
        max(item.time for item in known),
        odometer,
        litres.value if litres in known else None,
        percent.value if percent in known else None,
    )


def _rise(before: float | None, after: float | None) -> float:
    return 0.0 if before is None or after is None else after - before


def _reaches(rise: tuple[float, float], needed: tuple[float, float]) -> bool:
    return any(has >= least for has, least in zip(rise, needed, strict=True))


def _add(before: Level, level: Level, log: Log, now: datetime) -> str:
    """Add a refuelling, and report it; return its id."""
    found = Refuelling(
        log.new_id(REFUELLING, level.time),
        level.time,
        before.odometer,
        level.odometer,
        before.litres,
        level_before=before.percent,
    )
    item = _with_level(found, level)
    log.put(item)
    keys = ("fuel", "level_before", "level_after")
    details = {key: getattr(item, key) for key in keys}
    log.report(JournalEvent(JournalEventKind.REFUELLED, item.time, details), now)
    return item.id


def _with_level(item: Refuelling, level: Level) -> Refuelling:
    """Return a refuelling with the highest level after it."""
    return replace(
        item,
        fuel_after=_higher(item.fuel_after, level.litres),
        level_after=_higher(item.level_after, level.percent),
    )


def _higher(known: float | None, other: float | None) -> float | None:
    return max((item for item in (known, other) if item is not None), default=None)
