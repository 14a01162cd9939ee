"""The journals of cars between runs: trips and charges, from what requests and streams bring.

They are in a file beside the store, by VIN, and are looked at whenever something was read.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, tzinfo
from typing import Final

from ..core.convert import mapping
from ..core.vehicle import Vehicle
from ..journal.journal import Journal
from ..journal.log import Log, Settings
from ..journal.observation import observe
from ..journal.stored import load_records, to_json
from .store import LoginFile

_FILE: Final = "journal"
_CARS: Final = "cars"
_OPEN: Final = "open"
_RECORDS: Final = "records"
_AFTER_BURST: Final = 2.0
_SHORTEST_WAIT: Final = 5.0


def stored_logs(store: LoginFile) -> dict[str, Log]:
    """Return the records of all cars by VIN."""
    return {vin: _log(kept) for vin, kept in mapping(store.beside(_FILE).get(_CARS)).items()}


def look(store: LoginFile, vehicles: Iterable[Vehicle], zone: tzinfo) -> datetime | None:
    """Look at cars and store what that brings; return when to look again at the latest."""
    looks: list[datetime | None] = []

    def change(kept: object) -> dict[str, object]:
        cars = dict(mapping(kept))
        for vehicle in seen:
            cars[vehicle.vin], again = _looked(vehicle, mapping(cars.get(vehicle.vin)), zone)
            looks.append(again)
        return cars

    seen = [vehicle for vehicle in vehicles if observe(vehicle).readings]
    if seen:
        store.beside(_FILE).change(change, _CARS)
    return min(filter(None, looks), default=None)


def _looked(
    vehicle: Vehicle, kept: Mapping[str, object], zone: tzinfo
) -> tuple[dict[str, object], datetime | None]:
    """Return what to store of a car, and when to look again at the latest."""
    journal = Journal(_log(kept), Settings(zone=zone))
    journal.load(kept.get(_OPEN))
    update = journal.look(observe(vehicle), datetime.now(UTC))
    records = {**mapping(kept.get(_RECORDS))}
    for key, item in update.records.items():
        records.pop(key, None)
        if item is not None:
            records[key] = to_json(item)
    return {_OPEN: journal.dump(), _RECORDS: records}, update.again


def _log(kept: object) -> Log:
    """Return the stored records; those that cannot be read stay in the file."""
    log = Log()
    for item in load_records(mapping(mapping(kept).get(_RECORDS)).values()).records:
        log.like(item)[item.id] = item
    return log


class Looks:
    """Looks two seconds after a burst of values, and when a journal wants to."""

    def __init__(self, look_now: Callable[[], datetime | None]) -> None:
        """Create it; `look_now` returns when to look again at the latest."""
        self._look_now = look_now
        self._timer: asyncio.TimerHandle | None = None

    def soon(self) -> None:
        """Look soon, once for all values of a burst."""
        self._schedule(_AFTER_BURST)

    def close(self) -> None:
        """Look no more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _schedule(self, seconds: float) -> None:
        loop = asyncio.get_running_loop()
        if self._timer is not None and self._timer.when() <= loop.time() + seconds:
            return
        self.close()
        self._timer = loop.call_later(seconds, self._look)

    def _look(self) -> None:
        self._timer = None
        again = self._look_now()
        if again is not None:
            wait = (again - datetime.now(UTC)).total_seconds()
            self._schedule(max(_SHORTEST_WAIT, wait))
