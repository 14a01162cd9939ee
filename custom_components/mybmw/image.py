"""Images: the pictures that BMW draws of a car."""

import asyncio
from base64 import b64decode, b64encode
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
import logging
from typing import Any, Final, override

from homeassistant.components.image import ImageEntity, ImageEntityDescription
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.storage import Store
from homeassistant.util import dt as dt_util

from .client import ClientError, Vehicle, attributes as car
from .const import DOMAIN
from .coordinator import GarageCoordinator, MyBMWConfigEntry
from .entity import MyBMWDescription, MyBMWEntity, async_add_when_known

_LOGGER = logging.getLogger(__name__)

PARALLEL_UPDATES = 0

_PNG: Final = b"\x89PNG"
_TRY_AGAIN: Final = timedelta(hours=6)


@dataclass(frozen=True, kw_only=True)
class ImageDescription(MyBMWDescription, ImageEntityDescription):
    """One view of a car, by the name that sources know it by."""

    view: str


def _view(key: str, view: str, *, off: bool = True) -> ImageDescription:
    return ImageDescription(
        key=f"image_{key}",
        translation_key=f"image_{key}",
        attributes=(car.COMMANDS,),
        view=view,
        entity_registry_enabled_default=not off,
    )


IMAGES: Final = (
    _view("front_side", "VehicleStatus", off=False),
    _view("front", "FrontView"),
    _view("side", "SideViewLeft"),
    _view("dashboard", "Dashboard"),
    _view("driver_door", "Driverdoor"),
    _view("angle_40", "AngleSideViewForty"),
    _view("angle_60", "AngleSideViewSixty"),
    _view("front_left", "FrontLeft"),
    _view("front_right", "FrontRight"),
    _view("rear_left", "RearLeft"),
    _view("rear_right", "RearRight"),
    _view("rear", "RearView"),
)


class ImageStore:
    """Pictures once fetched, one file each, so that each costs one call in the life of a car."""

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        self._hass = hass
        self._name = f"{DOMAIN}.{entry_id}.images"
        self._index = Store[dict[str, str]](hass, 1, self._name, private=True)
        self._times: dict[str, datetime] = {}

    async def load(self) -> None:
        """Read which pictures there are, and when each was fetched."""
        saved = await _contents(self._index)
        times = saved.items() if isinstance(saved, dict) else ()
        parsed = ((key, _time(time)) for key, time in times)
        self._times = {key: time for key, time in parsed if time is not None}

    def time(self, key: str) -> datetime | None:
        """Return when a picture was fetched, None if it was not."""
        return self._times.get(key)

    async def get(self, key: str) -> bytes | None:
        """Return a picture."""
        if key not in self._times:
            return None
        saved = await _contents(self._file(key))
        try:
            return b64decode(saved["png"])
        except LookupError, TypeError, ValueError:
            return None

    async def put(self, key: str, image: bytes) -> datetime:
        """Keep a picture; return the present time."""
        await self._file(key).async_save({"png": b64encode(image).decode()})
        self._times[key] = dt_util.utcnow()
        await self._index.async_save({key: time.isoformat() for key, time in self._times.items()})
        return self._times[key]

    async def remove(self) -> None:
        """Delete all files."""
        await self.load()
        for key in self._times:
            await self._file(key).async_remove()
        await self._index.async_remove()

    def _file(self, key: str) -> Store[dict[str, str]]:
        name = sha256(key.encode()).hexdigest()[:16]
        return Store(self._hass, 1, f"{self._name}.{name}", private=True)


async def _contents(store: Store[dict[str, str]]) -> Any:
    try:
        return await store.async_load()
    except (HomeAssistantError, NotImplementedError) as error:
        _LOGGER.debug("A file of pictures cannot be read: %s", type(error).__name__)
        return None


def _time(saved: object) -> datetime | None:
    try:
        return datetime.fromisoformat(str(saved))
    except ValueError:
        return None


async def async_setup_entry(
    hass: HomeAssistant,
    entry: MyBMWConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up images."""
    store = ImageStore(hass, entry.entry_id)
    await store.load()

    def make(
        coordinator: GarageCoordinator, vehicle: Vehicle, description: ImageDescription
    ) -> MyBMWImage:
        return MyBMWImage(coordinator, vehicle, description, store)

    async_add_when_known(entry, async_add_entities, IMAGES, make)


class MyBMWImage(MyBMWEntity, ImageEntity):
    """A picture of a car."""

    entity_description: ImageDescription
    _attr_content_type = "image/png"

    def __init__(
        self,
        coordinator: GarageCoordinator,
        vehicle: Vehicle,
        description: ImageDescription,
        store: ImageStore,
    ) -> None:
        super().__init__(coordinator, vehicle, description)
        ImageEntity.__init__(self, coordinator.hass)
        self._store = store
        self._key = description.unique_id(vehicle)
        self._attr_image_last_updated = store.time(self._key)
        self._failed: datetime | None = None
        self._busy = asyncio.Lock()

    @property
    @override
    def available(self) -> bool:
        """A picture that was fetched does not depend on a source any more."""
        return self._attr_image_last_updated is not None or super().available

    @override
    async def async_added_to_hass(self) -> None:
        """Fetch the picture, unless it is there."""
        await super().async_added_to_hass()
        if self._attr_image_last_updated is None:
            self.coordinator.config_entry.async_create_background_task(
                self.hass, self.async_image(), f"{DOMAIN} image"
            )

    @override
    async def async_image(self) -> bytes | None:
        """Return the picture; who comes while it is being fetched waits for it."""
        async with self._busy:
            return await self._store.get(self._key) or await self._fetch()

    async def _fetch(self) -> bytes | None:
        """Fetch the picture; after a failure, not again for some hours."""
        now = dt_util.utcnow()
        if self._failed is not None and now - self._failed < _TRY_AGAIN:
            return None
        try:
            image = await self.coordinator.data.image(
                self.vehicle.vin, self.entity_description.view
            )
        except ClientError as error:
            _LOGGER.debug("A picture cannot be fetched: %s", error)
            image = b""
        if not image.startswith(_PNG):
            self._failed = now
            return None
        self._attr_image_last_updated = await self._store.put(self._key, image)
        self.async_write_ha_state()
        return image
