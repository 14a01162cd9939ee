"""What is known of each car: a file of its own, so that a car that drives costs no more than that.

It is packed, since it is written often, to memory cards too.
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
    """The file of a car: its readings, and what sources remember of it by their names."""

    readings: list[Saved]
    sources: dict[str, Any]


class CarStore:
    """The files of the cars of an entry; what is in them already is not written again."""

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        self._hass = hass
        self._name = f"{DOMAIN}.{entry_id}.car"
        self._packed: dict[str, str] = {}
        self._files: dict[str, Store[dict[str, str]]] = {}

    def has(self, vin: str) -> bool:
        """Tell whether there is a file of a car."""
        return vin in self._packed

    async def load(self, vins: Iterable[str]) -> dict[str, CarContents]:
        """Return what is known of these cars; an unreadable or missing file is left out."""
        found: dict[str, CarContents] = {}
        for vin in vins:
            packed = mapping_of(await contents_of(self._file(vin))).get("packed")
            contents = _unpacked(packed)
            if contents is not None:
                self._packed[vin] = str(packed)
                found[vin] = contents
        return found

    async def save(self, vin: str, contents: CarContents) -> bool:
        """Write what is known of a car; tell whether that was news."""
        try:
            packed = _packed(contents)
        except TypeError:
            _LOGGER.exception("What is known of a car cannot be saved")
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
        _LOGGER.warning("What was known of a car cannot be read")
        return None
    readings, sources = found.get("readings"), mapping_of(found.get("sources"))
    items = readings if isinstance(readings, list) else []
    return {
        "readings": [item for item in items if isinstance(item, dict)],
        "sources": dict(sources),
    }
