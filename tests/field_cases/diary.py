"""The journal of the car of a field case: looks at it as Home Assistant does."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from enum import Enum
from typing import Any, Final

import orjson

from custom_components.mybmw.client import Vehicle
from custom_components.mybmw.client.core.attributes import AnyReading
from custom_components.mybmw.client.core.records import Figure, PlaceKind, Record, RecordPlace
from custom_components.mybmw.client.core.values import ChargingSession, Position
from custom_components.mybmw.client.journal.journal import Journal
from custom_components.mybmw.client.journal.log import Log, Settings
from custom_components.mybmw.client.journal.movement import distance
from custom_components.mybmw.client.journal.observation import observe
from custom_components.mybmw.client.journal.stored import load_records, to_json

_AFTER_BURST: Final = timedelta(seconds=2)
_CLOSE: Final = timedelta(minutes=2)
_RADIUS: Final = 0.1


class Diary:
    """The records of a car while its story goes on."""

    def __init__(self, home: Iterable[float] | None) -> None:
        """Start without records; places are known if it is known where home is."""
        place = None if home is None else Position(*home)
        self._settings = Settings(place_of=_places(place), home=place)
        self._log = Log()
        self._journal = Journal(self._log, self._settings)
        self._again: datetime | None = None

    def look(self, vehicle: Vehicle, time: datetime) -> list[AnyReading]:
        """Look at the car after a message; return the live values."""
        found = self.wait(vehicle, time)
        return found + self._look(vehicle, time + _AFTER_BURST)

    def history(
        self, sessions: Iterable[ChargingSession], vehicle: Vehicle, time: datetime
    ) -> list[AnyReading]:
        """Take in rows of BMW's history; return the live values."""
        self._journal.charges.take_history(sessions, self._log, self._settings)
        return self.look(vehicle, time)

    def wait(self, vehicle: Vehicle, until: datetime) -> list[AnyReading]:
        """Let time pass; return the live values."""
        found: list[AnyReading] = []
        while self._again is not None and self._again <= until:
            found += self._look(vehicle, self._again)
        return found

    def _look(self, vehicle: Vehicle, time: datetime) -> list[AnyReading]:
        update = self._journal.look(observe(vehicle), time)
        self._again = update.again
        return [*update.readings]

    def restart(self) -> None:
        """Go on with what is on disk, as after a restart."""
        kept: list[Record] = [*self._log.trips.values(), *self._log.charges.values()]
        records = [to_json(item) for item in kept]
        saved: Any = orjson.loads(orjson.dumps([records, self._journal.dump()]))
        self._log = Log()
        for item in load_records(saved[0]).records:
            self._log.put(item)
        self._log.take()
        self._journal = Journal(self._log, self._settings)
        self._journal.load(saved[1])

    def compare(self, expected: Mapping[str, list[Mapping[str, object]]]) -> dict[str, object]:
        """Return what is not as expected of all records so far, in order of their end."""
        wrong: dict[str, object] = {}
        kinds: dict[str, Iterable[Record]] = {
            "trips": self._log.trips.values(),
            "charges": self._log.charges.values(),
        }
        for kind, wanted in expected.items():
            found = sorted(kinds[kind], key=lambda item: item.end)
            if len(found) != len(wanted):
                wrong[kind] = found
                continue
            for item, fields in zip(found, wanted, strict=True):
                for name, value in fields.items():
                    if not _fits(field_of(item, name), value):
                        wrong[f"{kind} of {item.end}: {name}"] = field_of(item, name)
        return wrong


def field_of(item: Record, name: str) -> object:
    """Return a field as a case names it: `how` is that of the energy, places are their kind."""
    if name == "how":
        return None if item.energy is None else item.energy.how.value
    value = getattr(item, name)
    match value:
        case Figure():
            return value.value
        case RecordPlace():
            return value.kind.value
        case Enum():
            return value.value
    return value


def _fits(found: object, wanted: object) -> bool:
    """Return whether a field is as expected: times within two minutes, numbers within 1 %."""
    if isinstance(found, datetime) and isinstance(wanted, str):
        return abs(found - datetime.fromisoformat(wanted)) <= _CLOSE
    if isinstance(wanted, bool) or not isinstance(wanted, int | float):
        return found == wanted
    return isinstance(found, int | float) and abs(found - wanted) <= max(0.01, abs(wanted) * 0.01)


def _places(home: Position | None) -> Any:
    def place_of(position: Position | None) -> RecordPlace:
        if position is None or home is None:
            return RecordPlace()
        near = distance(position, home) <= _RADIUS
        return RecordPlace(PlaceKind.HOME if near else PlaceKind.AWAY)

    return place_of
