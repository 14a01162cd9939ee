"""Device trackers: the position of a car."""

from typing import ClassVar, Final, override

from homeassistant.components.device_tracker import TrackerEntity, TrackerEntityDescription
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.dispatcher import async_dispatcher_connect
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .client import CommandKind, Garage, Vehicle, attributes as car, position_gap
from .client.core.attributes import AnyAttribute, Attribute
from .client.core.descriptors import DESCRIPTORS
from .client.core.values import Position
from .coordinator import GarageCoordinator, MyBMWConfigEntry
from .entity import MyBMWDescription, MyBMWEntity, async_add_car_entities
from .entity_picture import Picture, picture_signal

PARALLEL_UPDATES = 0

_FIX: Final[Attribute[str]] = DESCRIPTORS[
    "vehicle.cabin.infotainment.navigation.currentLocation.fixStatus"
].attribute
_NO_FIX: Final = "no_fix"
_ACCURACY: Final = 10
_ACCURACY_WITHOUT_FIX: Final = 100


class TrackerDescription(MyBMWDescription, TrackerEntityDescription):
    """Describes a device tracker of every car with known data; its unique id is the VIN."""

    also_watched: ClassVar[tuple[AnyAttribute, ...]] = (car.MODEL, car.COMMANDS)

    @override
    def unique_id(self, vin: str) -> str:
        return vin

    @override
    def usable(self, vehicle: Vehicle, garage: Garage) -> bool:
        known = any(vehicle.value(item) is not None for item in (*self.attributes, car.MODEL))
        return known or any(garage.offers(vehicle.vin, kind) for kind in CommandKind)


TRACKERS: Final = (
    TrackerDescription(
        key="location",
        name=None,
        translation_key="location",
        attributes=(
            car.POSITION,
            car.HEADING,
            car.TRACKING_ENABLED,
            car.POSITION_STATUS,
            _FIX,
        ),
    ),
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: MyBMWConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up device trackers."""
    async_add_car_entities(entry, async_add_entities, TRACKERS, MyBMWTracker)


def accuracy_of(vehicle: Vehicle) -> float:
    """Return a typical accuracy of a position in metres."""
    return _ACCURACY_WITHOUT_FIX if vehicle.value(_FIX) == _NO_FIX else _ACCURACY


class MyBMWTracker(MyBMWEntity, TrackerEntity):
    """The position of a car, unless its owner has disabled tracking."""

    entity_description: TrackerDescription

    def __init__(
        self, coordinator: GarageCoordinator, vehicle: Vehicle, description: TrackerDescription
    ) -> None:
        super().__init__(coordinator, vehicle, description)
        self._picture = Picture(coordinator, vehicle)

    @override
    async def async_added_to_hass(self) -> None:
        """Write the state again when the picture of the car was fetched."""
        await super().async_added_to_hass()
        signal = picture_signal(self.vehicle.vin)
        self.async_on_remove(async_dispatcher_connect(self.hass, signal, self.async_write_ha_state))

    @property
    @override
    def entity_category(self) -> EntityCategory | None:
        """Return None; the default of device trackers is diagnostic."""
        return None

    @property
    @override
    def entity_picture(self) -> str | None:
        """Return the path of the picture that the image entity shows."""
        return self._picture.path

    @property
    @override
    def force_update(self) -> bool:
        """Return False, so that an unchanged position is not written again."""
        return False

    @property
    def _position(self) -> Position | None:
        hidden = self.vehicle.value(car.TRACKING_ENABLED) is False
        return None if hidden else self.vehicle.value(car.POSITION)

    @property
    @override
    def latitude(self) -> float | None:
        """Return the latitude in degrees."""
        position = self._position
        return position.latitude if position else None

    @property
    @override
    def longitude(self) -> float | None:
        """Return the longitude in degrees."""
        position = self._position
        return position.longitude if position else None

    @property
    @override
    def location_accuracy(self) -> float:
        """Return a typical accuracy of satellite navigation in metres; BMW does not send one."""
        return 0 if self._position is None else accuracy_of(self.vehicle)

    @property
    @override
    def extra_state_attributes(self) -> dict[str, object]:
        """Return the heading in degrees, and why the position is missing or an old one."""
        heading = self.vehicle.value(car.HEADING)
        gap = position_gap(self.vehicle)
        why = {"reason": gap} if gap else {}
        return {"direction": heading if self._position else None, **why}
