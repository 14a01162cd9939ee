"""Images: BMW's rendered pictures of a car, and a drawing of how far it comes."""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
import logging
from typing import ClassVar, Final, override

from homeassistant.components.image import ImageEntity, ImageEntityDescription
from homeassistant.const import UnitOfLength
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.dispatcher import async_dispatcher_send
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.event import async_call_later
from homeassistant.util import dt as dt_util

from .client import (
    AnswerError,
    ClientError,
    Garage,
    ReachableArea,
    Vehicle,
    as_svg,
    attributes as car,
    differs,
    reachable,
)
from .client.core.attributes import AnyAttribute
from .const import DOMAIN
from .coordinator import GarageCoordinator, MyBMWConfigEntry
from .entity import ANY_CHANGE, MyBMWDescription, MyBMWEntity, async_add_car_entities
from .entity_picture import picture_signal

_LOGGER = logging.getLogger(__name__)

PARALLEL_UPDATES = 0

_PNG: Final = b"\x89PNG"
_RETRY_DELAY: Final = timedelta(hours=6)
_START_DELAY: Final = timedelta(minutes=10)
_DEFAULT_VIEW: Final = "VehicleStatus"


@dataclass(frozen=True, kw_only=True, eq=False)
class ImageDescription(MyBMWDescription, ImageEntityDescription):
    """Describes the image of one view, by its name in the sources."""

    also_watched: ClassVar[tuple[AnyAttribute, ...]] = (ANY_CHANGE,)
    view: str

    @override
    def usable(self, vehicle: Vehicle, garage: Garage) -> bool:
        return garage.has_picture(vehicle.vin, self.view)


def _view(key: str, view: str, *, off: bool = True) -> ImageDescription:
    return ImageDescription(
        key=f"image_{key}",
        translation_key=f"image_{key}",
        attributes=(car.COMMANDS, car.ACCESS),
        view=view,
        entity_registry_enabled_default=not off,
    )


IMAGES: Final = (
    _view("front_side", _DEFAULT_VIEW, off=False),
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


@dataclass(frozen=True, kw_only=True, eq=False)
class DrawingDescription(MyBMWDescription, ImageEntityDescription):
    """Describes the drawing of how far a car comes."""

    also_watched: ClassVar[tuple[AnyAttribute, ...]] = (car.TRACKING_ENABLED,)

    @override
    def usable(self, vehicle: Vehicle, _garage: Garage) -> bool:
        return reachable(vehicle) is not None


DRAWINGS: Final = (
    DrawingDescription(
        key="reach",
        translation_key="reach",
        attributes=(car.RANGE_MAP, car.POSITION, car.REMAINING_RANGE_TOTAL),
    ),
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: MyBMWConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up images."""
    await entry.runtime_data.images.load()
    async_add_car_entities(entry, async_add_entities, IMAGES, MyBMWImage)
    async_add_car_entities(entry, async_add_entities, DRAWINGS, MyBMWDrawing)


class MyBMWImage(MyBMWEntity, ImageEntity):
    """A picture of a car."""

    entity_description: ImageDescription
    _attr_content_type = "image/png"

    def __init__(
        self,
        coordinator: GarageCoordinator,
        vehicle: Vehicle,
        description: ImageDescription,
    ) -> None:
        super().__init__(coordinator, vehicle, description)
        ImageEntity.__init__(self, coordinator.hass)
        self._key = description.unique_id(vehicle.vin)
        self._attr_image_last_updated = coordinator.images.time(self._key)
        self._failed: datetime | None = None
        self._lock = asyncio.Lock()

    @property
    @override
    def available(self) -> bool:
        """Return True if the picture was fetched, or a source can be reached."""
        return self._attr_image_last_updated is not None or super().available

    @override
    async def async_added_to_hass(self) -> None:
        """Fetch the picture unless it is stored; later if the number of calls is limited."""
        await super().async_added_to_hass()
        if self._attr_image_last_updated is not None:
            return
        if self.coordinator.availability.count_calls():
            self.async_on_remove(async_call_later(self.hass, _START_DELAY, self._fetch_soon))
        else:
            self._fetch_soon()

    @callback
    def _fetch_soon(self, _now: datetime | None = None) -> None:
        self.coordinator.config_entry.async_create_background_task(
            self.hass, self.async_image(), f"{DOMAIN} image"
        )

    @override
    async def async_image(self) -> bytes | None:
        """Return the picture; concurrent calls wait for the same request."""
        async with self._lock:
            image = await self.coordinator.images.get(self._key) or await self._fetch()
            self._update_time()
            return image

    async def _fetch(self) -> bytes | None:
        """Fetch the picture, but not again for some hours after a failure."""
        now = dt_util.utcnow()
        if self._failed is not None and abs(now - self._failed) < _RETRY_DELAY:
            return None
        try:
            return await async_picture(self.coordinator, self.vehicle, self.entity_description)
        except ClientError as error:
            _LOGGER.debug("Fetching a picture failed: %s", error)
            self._failed = now
            return None

    @callback
    def _update_time(self) -> None:
        """Write the state if the picture was fetched since."""
        fetched = self.coordinator.images.time(self._key)
        if fetched != self._attr_image_last_updated:
            self._attr_image_last_updated = fetched
            self.async_write_ha_state()
            async_dispatcher_send(self.hass, picture_signal(self.vehicle.vin))


class MyBMWDrawing(MyBMWEntity, ImageEntity):
    """A drawing of how far a car comes, which is a new one after noticeable changes only."""

    _attr_content_type = "image/svg+xml"

    def __init__(
        self,
        coordinator: GarageCoordinator,
        vehicle: Vehicle,
        description: DrawingDescription,
    ) -> None:
        super().__init__(coordinator, vehicle, description)
        ImageEntity.__init__(self, coordinator.hass)
        self._area: ReachableArea | None = None
        self._update_area()

    @callback
    @override
    def _handle_coordinator_update(self) -> None:
        self._update_area()
        super()._handle_coordinator_update()

    @callback
    def _update_area(self) -> None:
        """Replace the area if it is noticeably another one."""
        before, now = self._area, self.coordinator.area(self.vehicle)
        if before is not None and now is not None and not differs(before, now):
            return
        self._area = now
        self._attr_image_last_updated = None if now is None else self._time_of(now)
        self._attr_extra_state_attributes = {"estimated": now and now.estimated}

    def _time_of(self, area: ReachableArea) -> datetime:
        """Return the time of the newest reading that an area follows from."""
        own, *others = self.entity_description.attributes
        readings = (self.vehicle[item] for item in (others if area.estimated else (own,)))
        return max(reading.time for reading in readings if reading is not None)

    @override
    async def async_image(self) -> bytes | None:
        """Return the drawing as SVG."""
        miles = self.hass.config.units.length_unit == UnitOfLength.MILES
        return None if self._area is None else as_svg(self._area, miles=miles).encode()


async def async_picture(
    coordinator: GarageCoordinator, vehicle: Vehicle, description: ImageDescription
) -> bytes:
    """Return a picture as PNG, fetched unless it is stored. Raises `ClientError`."""

    async def fetch() -> bytes:
        image = await coordinator.data.image(vehicle.vin, description.view)
        if not image.startswith(_PNG):
            raise AnswerError("the picture is not a PNG file")
        return image

    return await coordinator.images.get_or_fetch(description.unique_id(vehicle.vin), fetch)
