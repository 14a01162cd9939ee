"""Storage of each car in a file of its own, so that a change rewrites only the data of that car.

Files are compressed, since they are written often, also to memory cards.
"""

from base64 import b64decode, b64encode
from collections.abc import Iterable
from hashlib import sha256
import logging
from typing import Any, Final, TypedDict
from zlib import compress, decompress, error as PackingError  # noqa: N812 - it is a class

from homeassistant.core import HomeAssistant
from homeassistant.helpers.json import json_bytes
from homeassistant.helpers.storage import Store
import orjson

from ..client import Saved
from ..const import DOMAIN
from .files import contents_of, mapping_of

_LOGGER = logging.getLogger(__name__)

_VERSION: Final = 1


class CarContents(TypedDict):
    """The file of a car: its readings, and the data of its sources by their names."""

    readings: list[Saved]
    sources: dict[str, Any]


class CarStore:
    """The files of the cars of an entry; unchanged contents are not written again."""

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        self._hass = hass
        self._name = f"{DOMAIN}.{entry_id}.car"
        self._packed: dict[str, str] = {}
        self._files: dict[str, Store[dict[str, str]]] = {}

    def has(self, vin: str) -> bool:
        """Return whether there is a file of a car."""
        return vin in self._packed

    async def load(self, vins: Iterable[str]) -> dict[str, CarContents]:
        """Return the contents by VIN, without unreadable or missing files."""
        found: dict[str, CarContents] = {}
        for vin in vins:
            packed = mapping_of(await contents_of(self._file(vin))).get("packed")
            contents = _unpacked(packed)
            if contents is not None:
                self._packed[vin] = str(packed)
                found[vin] = contents
        return found

    async def save(self, vin: str, contents: CarContents) -> bool:
        """Write the file of a car if its contents have changed; return whether they have."""
        try:
            packed = _packed(contents)
        except TypeError:
            _LOGGER.exception("Cannot save the data of a car")
            return False
        if self._packed.get(vin) == packed:
            return False
        self._packed[vin] = packed
        await self._file(vin).async_save({"packed": packed})
        return True

    async def remove(self, vins: Iterable[str]) -> None:
        """Delete the files of cars."""
        for vin in vins:
            self._packed.pop(vin, None)
            await self._file(vin).async_remove()

    def _file(self, vin: str) -> Store[dict[str, str]]:
        if vin not in self._files:
            name = f"{self._name}.{sha256(vin.encode()).hexdigest()[:16]}"
            store = Store[dict[str, str]](
                self._hass, _VERSION, name, private=True, atomic_writes=True
            )
            self._files[vin] = store
        return self._files[vin]


def _packed(contents: CarContents) -> str:
    return b64encode(compress(json_bytes(contents))).decode()


def _unpacked(packed: object) -> CarContents | None:
    if not isinstance(packed, str):
        return None
    try:
        found = mapping_of(orjson.loads(decompress(b64decode(packed))))
    except PackingError, ValueError:
        _LOGGER.warning("Cannot read the stored data of a car")
        return None
    readings, sources = found.get("readings"), mapping_of(found.get("sources"))
    items = readings if isinstance(readings, list) else []
    return {
        "readings": [item for item in items if isinstance(item, dict)],
        "sources": dict(sources),
    }
