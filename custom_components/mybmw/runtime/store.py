"""Storage of readings, the times of the next polls, and pictures."""

import asyncio
from base64 import b64decode, b64encode
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final, TypedDict

from homeassistant.core import CoreState, HomeAssistant
from homeassistant.helpers.storage import Store
from homeassistant.util import dt as dt_util

from ..client import Saved, utc_time
from ..const import DOMAIN
from .car_store import CarContents, CarStore
from .files import contents_of, mapping_of, sequence_of, write

_VERSION: Final = 1
AT_ONCE: Final = 1.0
SOON: Final = 60.0
LATER: Final = 900.0
_MAX_WAIT: Final = timedelta(days=1)


class _Saved(TypedDict):
    """The stored data that do not belong to a car.

    `commands` are the unconfirmed ones, `due` is the time (ISO 8601) of the next poll by source,
    `sources` are the dumps of persistent sources, `blocked` the sources that BMW refuses, `health`
    is how sources have done, `saved` is the time of writing.
    """

    commands: list[Saved]
    due: dict[str, str]
    sources: dict[str, Any]
    blocked: list[str]
    health: dict[str, Any]
    saved: str


class Plan(_Saved):
    """The file of an entry; `cars` are the VINs of cars with a file of their own."""

    cars: list[str]


class Contents(_Saved):
    """All stored data, with readings by VIN; `sources` include their data of cars by VIN."""

    vehicles: dict[str, list[Saved]]


class GarageStore:
    """The stored data of an entry: a small file that is written soon, and files of cars.

    It is a cache; invalid contents are ignored.
    """

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        self.cars = CarStore(hass, entry_id)
        self._hass = hass
        self._store = Store[Any](
            hass, _VERSION, f"{DOMAIN}.{entry_id}", private=True, atomic_writes=True
        )
        self._scheduled: float | None = None
        self._postponed = False

    @property
    def pending(self) -> bool:
        """Return whether Home Assistant itself writes the plan before it stops."""
        return self._scheduled is not None or self._postponed

    async def load(self) -> Contents:
        """Return the stored data; an unreadable or missing file counts as empty.

        Older versions stored cars in the file of the entry; these are moved to their own files.
        """
        found = mapping_of(await contents_of(self._store))
        listed = [str(vin) for vin in sequence_of(found.get("cars"))]
        cars = await self.cars.load(listed)
        lost = len(cars) < len(listed)
        for vin, contents in _cars_of_older_version(found).items():
            if vin not in cars:
                await self.cars.save(vin, contents)
                cars[vin] = contents
        return {
            "vehicles": {vin: contents["readings"] for vin, contents in cars.items()},
            "commands": [
                item for item in sequence_of(found.get("commands")) if isinstance(item, dict)
            ],
            "due": {str(key): str(value) for key, value in mapping_of(found.get("due")).items()},
            "sources": _with_cars(mapping_of(found.get("sources")), cars, lost=lost),
            "blocked": [str(name) for name in sequence_of(found.get("blocked"))],
            "health": dict(mapping_of(found.get("health"))),
            "saved": str(found.get("saved")),
        }

    def schedule(self, plan: Callable[[], Plan], delay: float) -> None:
        """Save the plan within `delay` seconds, or at an earlier time that is scheduled."""
        when = self._hass.loop.time() + delay
        if self._scheduled is not None and self._scheduled <= when:
            return
        self._scheduled = when

        def collect() -> Plan:
            self._scheduled = None
            return plan()

        self._store.async_delay_save(collect, delay)

    async def save(self, plan: Plan) -> None:
        """Save the plan now."""
        self._scheduled = None
        self._postponed = self._hass.state is CoreState.stopping
        await self._store.async_save(plan)

    async def remove(self) -> None:
        """Delete all files."""
        found = mapping_of(await contents_of(self._store))
        await self.cars.remove(map(str, sequence_of(found.get("cars"))))
        await self._store.async_remove()


def _cars_of_older_version(found: Mapping[Any, Any]) -> dict[str, CarContents]:
    """Return the cars in a file of an older version."""
    sources = {
        str(name): mapping_of(mapping_of(saved).get("cars"))
        for name, saved in mapping_of(found.get("sources")).items()
    }
    return {
        str(vin): {
            "readings": [item for item in readings if isinstance(item, dict)],
            "sources": {name: cars[vin] for name, cars in sources.items() if vin in cars},
        }
        for vin, readings in mapping_of(found.get("vehicles")).items()
        if isinstance(readings, list)
    }


def _with_cars(
    saved: Mapping[Any, Any], cars: Mapping[str, CarContents], *, lost: bool
) -> dict[str, Any]:
    """Return the stored data of sources, including those of cars.

    If the file of a car is lost, the plans are dropped, so that the car is read again soon.
    """
    names = {*saved, *(name for contents in cars.values() for name in contents["sources"])}
    return {
        str(name): {
            **mapping_of(saved.get(name)),
            **({"plan": None} if lost else {}),
            "cars": {
                vin: contents["sources"][name]
                for vin, contents in cars.items()
                if name in contents["sources"]
            },
        }
        for name in names
    }


class SpentStore:
    """The calls that were made, where their number is limited: a file that is written at once."""

    def __init__(self, hass: HomeAssistant, entry_id: str, name: str = "spent") -> None:
        self._hass = hass
        self._entry_id = entry_id
        self._store = Store[dict[str, Any]](
            hass, 1, f"{DOMAIN}.{entry_id}.{name}", private=True, atomic_writes=True
        )

    async def load(self) -> Mapping[str, object]:
        """Return the stored calls; an unreadable or missing file counts as empty."""
        return mapping_of(await contents_of(self._store))

    async def save(self, spent: Mapping[str, object]) -> bool:
        """Save now; return whether that succeeded and the entry still exists."""
        written = not self._hass.is_stopping and await write(self._store, dict(spent))
        if self._hass.config_entries.async_get_entry(self._entry_id) is None:
            await self.remove()
            return False
        return written

    async def remove(self) -> None:
        """Delete the file."""
        await self._store.async_remove()


class ImageStore:
    """Fetched pictures, one file each, so that each picture is requested only once."""

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        self._hass = hass
        self._name = f"{DOMAIN}.{entry_id}.images"
        self._index = Store[dict[str, str]](hass, 1, self._name, private=True)
        self._times: dict[str, datetime] = {}
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def load(self) -> None:
        """Load the index of pictures."""
        saved = mapping_of(await contents_of(self._index))
        parsed = ((str(key), utc_time(str(time))) for key, time in saved.items())
        self._times = {key: time for key, time in parsed if time is not None}

    def time(self, key: str) -> datetime | None:
        """Return when a picture was fetched, None if it was not."""
        return self._times.get(key)

    async def get(self, key: str) -> bytes | None:
        """Return a picture, None if it is not stored."""
        if key not in self._times:
            return None
        saved = await contents_of(self._file(key))
        try:
            return b64decode(saved["png"])
        except LookupError, TypeError, ValueError:
            return None

    async def get_or_fetch(self, key: str, fetch: Callable[[], Awaitable[bytes]]) -> bytes:
        """Return a picture, fetched unless it is stored; concurrent calls share one request."""
        async with self._locks[key]:
            image = await self.get(key)
            if image is None:
                image = await fetch()
                await self.put(key, image)
            return image

    async def put(self, key: str, image: bytes) -> None:
        """Store a picture."""
        await self._file(key).async_save({"png": b64encode(image).decode()})
        self._times[key] = dt_util.utcnow()
        await self._index.async_save({key: time.isoformat() for key, time in self._times.items()})

    async def remove(self) -> None:
        """Delete all files."""
        await self.load()
        for key in self._times:
            await self._file(key).async_remove()
        await self._index.async_remove()

    def _file(self, key: str) -> Store[dict[str, str]]:
        name = sha256(key.encode()).hexdigest()[:16]
        return Store(self._hass, 1, f"{self._name}.{name}", private=True)


def time_left(contents: Contents, source: str) -> timedelta:
    """Return the time until the next poll of a source, counted from the file if it is newer."""
    now, due = dt_util.utcnow(), utc_time(contents["due"].get(source, ""))
    since = max(now, utc_time(contents["saved"]) or now)
    left = due - since if due is not None else timedelta()
    return min(max(left, timedelta()), _MAX_WAIT)
