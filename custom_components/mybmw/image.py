"""Images: the pictures that BMW draws of a car."""

from base64 import b64decode, b64encode
from dataclasses import dataclass
from datetime import datetime
import logging
from typing import Final, override

from homeassistant.components.image import ImageEntity, ImageEntityDescription
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.storage import Store
from homeassistant.util import dt as dt_util

from .client import ClientError, Vehicle, attributes as car
from .const import DOMAIN
from .coordinator import GarageCoordinator, MyBMWConfigEntry
from .entity import MyBMWDescription, MyBMWEntity, async_add_when_known

_LOGGER = logging.getLogger(__name__)

PARALLEL_UPDATES = 1

_PNG: Final = b"\x89PNG"


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
    """Pictures once fetched, so that each costs one call in the life of a car."""

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        self._store = Store[dict[str, str]](hass, 1, f"{DOMAIN}.{entry_id}.images", private=True)
        self._images: dict[str, str] = {}

    async def load(self) -> None:
        """Read the file."""
        self._images = await self._store.async_load() or {}

    def get(self, key: str) -> tuple[datetime, bytes] | None:
        """Return a picture and when it was fetched."""
        time, _, image = self._images.get(key, "").partition(" ")
        return (datetime.fromisoformat(time), b64decode(image)) if image else None

    async def remove(self) -> None:
        """Delete the file."""
        await self._store.async_remove()

    async def put(self, key: str, image: bytes) -> datetime:
        """Keep a picture; return the present time."""
        now = dt_util.utcnow()
        self._images[key] = f"{now.isoformat()} {b64encode(image).decode()}"
        await self._store.async_save(self._images)
        return now


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
        kept = store.get(description.unique_id(vehicle))
        self._attr_image_last_updated = kept[0] if kept else None

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
                self.hass, self._fetch_first(), f"{DOMAIN} image"
            )

    @override
    async def async_image(self) -> bytes | None:
        """Return the picture."""
        kept = self._store.get(self.entity_description.unique_id(self.vehicle))
        return kept[1] if kept else await self._fetch()

    async def _fetch_first(self) -> None:
        if await self._fetch() is not None:
            self.async_write_ha_state()

    async def _fetch(self) -> bytes | None:
        try:
            image = await self.coordinator.data.image(
                self.vehicle.vin, self.entity_description.view
            )
        except ClientError as error:
            _LOGGER.debug("A picture cannot be fetched: %s", error)
            return None
        if not image.startswith(_PNG):
            return None
        key = self.entity_description.unique_id(self.vehicle)
        self._attr_image_last_updated = await self._store.put(key, image)
        return image
