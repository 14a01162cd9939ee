"""What survives a restart: the last readings of every car, and when its sources were asked."""

from collections.abc import Callable
from datetime import datetime
from typing import Final, TypedDict

from homeassistant.core import HomeAssistant
from homeassistant.helpers.storage import Store

from .client import Saved
from .const import DOMAIN

_VERSION: Final = 1
_DELAY: Final = 60.0


class Contents(TypedDict):
    """The file: readings by VIN, and the time (ISO 8601) of the last poll by source."""

    vehicles: dict[str, list[Saved]]
    polled: dict[str, str]


class GarageStore:
    """One file per config entry, written with a delay and when Home Assistant stops."""

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        self._store = Store[Contents](
            hass, _VERSION, f"{DOMAIN}.{entry_id}", private=True, atomic_writes=True
        )

    async def load(self) -> Contents:
        """Return what was saved; an unreadable or missing file is an empty one."""
        saved = await self._store.async_load()
        return saved or {"vehicles": {}, "polled": {}}

    def schedule(self, contents: Callable[[], Contents]) -> None:
        """Save soon."""
        self._store.async_delay_save(contents, _DELAY)

    async def save(self, contents: Contents) -> None:
        """Save now."""
        await self._store.async_save(contents)

    async def remove(self) -> None:
        """Delete the file."""
        await self._store.async_remove()


def last_poll(contents: Contents, source: str) -> datetime | None:
    """Return when a source was asked last."""
    polled = contents["polled"].get(source)
    return datetime.fromisoformat(polled) if polled else None
