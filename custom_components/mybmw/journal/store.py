"""The files of the journal, which are data and no cache.

The file of a car has its open state and the records that have changed lately. It is written before
anything of it is shown. The files of the months have all other records; they are written a quarter
of an hour later, so that a record that changes several times is not written as often.
"""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from hashlib import sha256
import logging
import re
from typing import Any, Final

from homeassistant.core import HomeAssistant
from homeassistant.helpers.storage import Store
from homeassistant.util import dt as dt_util
import orjson

from ..client.core.records import AnyRecord
from ..client.journal.log import Log, month_of
from ..client.journal.stored import load_records, to_json
from ..const import DOMAIN
from ..runtime.files import Read, contents_of, mapping_of, read, sequence_of, write

_LOGGER = logging.getLogger(__name__)

_VERSION: Final = 1
_MONTH: Final = re.compile(r"\d{4}-(0[1-9]|1[0-2])")
_WAIT: Final = timedelta(minutes=15)
_MOST_RECENT: Final = 20
_SEARCHED_MONTHS: Final = 120


def _store(hass: HomeAssistant, name: str) -> Store[dict[str, Any]]:
    return Store(hass, _VERSION, name, private=True, atomic_writes=True)


class CarList:
    """The file of an entry: the cars that have files, so that these can be removed."""

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        self.name = f"{DOMAIN}.{entry_id}.journal"
        self._store = _store(hass, self.name)
        self._cars: set[str] = set()

    def __contains__(self, vin: str) -> bool:
        return vin in self._cars

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._cars))

    async def load(self) -> None:
        """Load the list."""
        found = mapping_of(await contents_of(self._store))
        self._cars = set(map(str, sequence_of(found.get("cars"))))

    async def add(self, vin: str) -> None:
        """Add a car."""
        if vin not in self._cars:
            self._cars.add(vin)
            await write(self._store, {"cars": list(self)})

    async def remove(self, vin: str) -> None:
        """Remove a car, and the file if it was the last one."""
        self._cars.discard(vin)
        if self._cars:
            await write(self._store, {"cars": list(self)})
        else:
            await self._store.async_remove()


class CarFiles:
    """The files of one car.

    Records that cannot be read, also because a newer version has written them, are kept as they
    are, and read again at the next start. A file that cannot be read at all is not overwritten.
    """

    def __init__(self, hass: HomeAssistant, name: str, cars: CarList, vin: str) -> None:
        self._unreadable: defaultdict[str, list[object]] = defaultdict(list)
        self._hass = hass
        self._name = name
        self._cars = cars
        self._vin = vin
        self._state = _store(hass, name)
        self._months: set[str] = set()
        self._failed: set[str] = set()
        self._recent: dict[str, object] = {}
        self._since: datetime | None = None

    async def load(self, log: Log) -> Read:
        """Put the stored records into a log; return the open state."""
        state = await read(self._state)
        found = mapping_of(state.contents)
        listed = sorted(filter(_is_month, sequence_of(found.get("months"))))
        months = listed or self._searched_months(found)
        for month, file in zip(
            months,
            await asyncio.gather(*(read(self._month(month)) for month in months)),
            strict=True,
        ):
            if file.failed:
                self._failed.add(month)
            elif file.contents is not None:
                self._months.add(month)
                self._take_month(month, file.contents, log)
                await asyncio.sleep(0)  # years of records would keep all else waiting
        for key, item in mapping_of(found.get("recent")).items():
            self._restore_recent(str(key), item, log)
        return Read(found.get("open"), state.failed)

    def _take_month(self, month: str, contents: object, log: Log) -> None:
        items = mapping_of(contents)
        if not isinstance(items.get("records"), list):
            self._unreadable[month].append(contents)
        for name in ("records", "unreadable"):
            self._take(month, sequence_of(items.get(name)), log)

    def _take(self, month: str, items: Iterable[object], log: Log) -> None:
        loaded = load_records(map(_unpacked, items))
        self._unreadable[month] += loaded.damaged
        for record in loaded.records:
            log.like(record)[record.id] = record

    def _restore_recent(self, key: str, item: object, log: Log) -> None:
        """Put a record that has changed lately into a log, None for one that was removed."""
        if not _is_month(month_of(key)):
            return
        self._recent[key] = item
        self._since = dt_util.utcnow()
        if item is None:
            log.discard(key)
        else:
            self._take(month_of(key), [item], log)

    async def save(self, state: Mapping[str, Any], changed: Mapping[str, AnyRecord | None]) -> bool:
        """Write the open state and changed records; return whether that succeeded."""
        if changed and self._since is None:
            self._since = dt_util.utcnow()
        self._recent |= {key: item and _packed(item) for key, item in changed.items()}
        months = sorted(self._months | self._failed)
        contents = {"open": state, "recent": self._recent, "months": months}
        await self._cars.add(self._vin)
        return await write(self._state, contents)

    @property
    def unreadable_count(self) -> int:
        """Return the number of records that cannot be read."""
        return sum(map(len, self._unreadable.values()))

    @property
    def due(self) -> bool:
        """Return whether files of months should be written."""
        if self._since is None:
            return False
        waited = abs(dt_util.utcnow() - self._since)
        return waited >= _WAIT or len(self._recent) > _MOST_RECENT

    async def save_months(self, log: Log) -> bool:
        """Write the files of the months that have changed; return whether there were any."""
        self._since = None
        recent = dict(self._recent)
        for month in sorted({month_of(key) for key in recent} - self._failed):
            if await write(self._month(month), self._contents(month, log)):
                self._months.add(month)
                for key in [key for key in recent if month_of(key) == month]:
                    if self._recent.get(key) is recent[key]:
                        del self._recent[key]
        if self._recent and self._since is None:
            self._since = dt_util.utcnow()
        return bool(recent)

    async def remove(self) -> None:
        """Delete all files."""
        found = mapping_of(await contents_of(self._state))
        listed = filter(_is_month, sequence_of(found.get("months")))
        for month in {*listed, *self._months, *self._searched_months(found)}:
            await self._month(month).async_remove()
        await self._state.async_remove()
        await self._cars.remove(self._vin)

    def _searched_months(self, found: Mapping[Any, Any]) -> list[str]:
        """Return the months to look for, since the file of a known car is lost."""
        return [] if found or self._vin not in self._cars else _last_months()

    def _contents(self, month: str, log: Log) -> dict[str, Any]:
        return {
            "records": [_packed(item) for item in log.every if month_of(item.id) == month],
            "unreadable": self._unreadable.get(month, []),
        }

    def _month(self, month: str) -> Store[dict[str, Any]]:
        return _store(self._hass, f"{self._name}.{month}")


def files_of(hass: HomeAssistant, cars: CarList, vin: str) -> CarFiles:
    """Return the files of a car."""
    return CarFiles(hass, f"{cars.name}.{sha256(vin.encode()).hexdigest()[:16]}", cars, vin)


def _is_month(value: object) -> bool:
    return isinstance(value, str) and _MONTH.fullmatch(value) is not None


def _last_months() -> list[str]:
    """Return the months to look for if the list of them is lost."""
    now = dt_util.utcnow()
    last = 12 * now.year + now.month
    numbers = (last - number for number in range(_SEARCHED_MONTHS))
    return [f"{(number - 1) // 12}-{(number - 1) % 12 + 1:02}" for number in numbers]


def _packed(item: AnyRecord) -> str:
    """Return a record as a line of JSON, which Home Assistant does not indent."""
    return orjson.dumps(to_json(item)).decode()


def _unpacked(item: object) -> object:
    """Return the JSON in a line; anything else stays as it is."""
    try:
        return orjson.loads(item) if isinstance(item, str) else item
    except orjson.JSONDecodeError:
        return item
