"""What survives a restart: the last readings of every car, and when its sources may be asked."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
import logging
from typing import Any, Final, TypedDict

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.storage import Store
from homeassistant.util import dt as dt_util

from .client import Saved
from .const import DOMAIN

_LOGGER = logging.getLogger(__name__)

_VERSION: Final = 1
SOON: Final = 60.0
LATER: Final = 900.0
_LONGEST: Final = timedelta(days=1)


class Contents(TypedDict):
    """The file: readings by VIN, and the time (ISO 8601) of the next poll by source."""

    vehicles: dict[str, list[Saved]]
    due: dict[str, str]


class GarageStore:
    """One file per config entry, written with a delay and when Home Assistant stops.

    It is a cache: what is in it in another form than expected is left out.
    """

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        self._hass = hass
        self._store = Store[Any](
            hass, _VERSION, f"{DOMAIN}.{entry_id}", private=True, atomic_writes=True
        )
        self._planned: float | None = None

    async def load(self) -> Contents:
        """Return what was saved; an unreadable or missing file is an empty one."""
        try:
            saved = await self._store.async_load()
        except (HomeAssistantError, NotImplementedError) as error:
            _LOGGER.warning("What was known before cannot be read: %s", type(error).__name__)
            saved = None
        found = saved if isinstance(saved, dict) else {}
        return {
            "vehicles": {
                str(vin): [item for item in readings if isinstance(item, dict)]
                for vin, readings in _mapping(found.get("vehicles")).items()
                if isinstance(readings, list)
            },
            "due": {str(key): str(value) for key, value in _mapping(found.get("due")).items()},
        }

    def schedule(self, contents: Callable[[], Contents], delay: float) -> None:
        """Save within `delay` seconds; what is planned earlier is not put off."""
        when = self._hass.loop.time() + delay
        if self._planned is not None and self._planned <= when:
            return
        self._planned = when

        def collect() -> Contents:
            self._planned = None
            return contents()

        self._store.async_delay_save(collect, delay)

    async def save(self, contents: Contents) -> None:
        """Save now."""
        self._planned = None
        await self._store.async_save(contents)

    async def remove(self) -> None:
        """Delete the file."""
        await self._store.async_remove()


def time_left(contents: Contents, source: str) -> timedelta:
    """Return how long a source has to be left alone yet."""
    due = _read_moment(contents["due"].get(source, ""))
    left = due - dt_util.utcnow() if due is not None else timedelta()
    return min(max(left, timedelta()), _LONGEST)


def moment(delay: timedelta) -> str:
    """Return the time after a delay as it is saved."""
    later: datetime = dt_util.utcnow() + delay
    return later.isoformat()


def _read_moment(saved: str) -> datetime | None:
    try:
        time = datetime.fromisoformat(saved)
    except ValueError:
        return None
    return time if time.tzinfo else None


def _mapping(value: object) -> Mapping[Any, Any]:
    return value if isinstance(value, dict) else {}
