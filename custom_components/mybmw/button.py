"""Buttons: commands without parameters, and reading a car now."""

from datetime import timedelta
from typing import ClassVar, Final, override

from homeassistant.components.button import ButtonEntity, ButtonEntityDescription
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.util import dt as dt_util

from .client import CommandKind, Garage, Vehicle, attributes as car
from .client.core.attributes import AnyAttribute
from .coordinator import MyBMWConfigEntry
from .entity import (
    ANY_CHANGE,
    AlwaysAvailable,
    CommandDescription,
    CommandEntity,
    MyBMWDescription,
    MyBMWEntity,
    async_add_car_entities,
)
from .runtime.errors import translated_error

PARALLEL_UPDATES = 0


class ButtonDescription(CommandDescription, ButtonEntityDescription):
    """Describes a button that sends a command."""


def _button(key: str, command: CommandKind) -> ButtonDescription:
    return ButtonDescription(key=key, translation_key=key, command=command)


BUTTONS: Final = (
    _button("light_flash", CommandKind.LIGHT_FLASH),
    _button("sound_horn", CommandKind.HORN_BLOW),
    _button("activate_air_conditioning", CommandKind.CLIMATE_START),
    _button("deactivate_air_conditioning", CommandKind.CLIMATE_STOP),
    _button("find_vehicle", CommandKind.VEHICLE_FINDER),
)


class RefreshDescription(MyBMWDescription, ButtonEntityDescription):
    """Describes a button that polls a car, for cars that can be polled."""

    also_watched: ClassVar[tuple[AnyAttribute, ...]] = (ANY_CHANGE,)

    @override
    def usable(self, vehicle: Vehicle, garage: Garage) -> bool:
        return garage.can_poll(vehicle.vin)


REFRESH: Final = (
    RefreshDescription(
        key="refresh",
        translation_key="refresh",
        attributes=(car.COMMANDS, car.ACCESS),
        entity_category=EntityCategory.DIAGNOSTIC,
    ),
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: MyBMWConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up buttons."""
    async_add_car_entities(entry, async_add_entities, REFRESH, RefreshButton)
    async_add_car_entities(entry, async_add_entities, BUTTONS, MyBMWButton)


class MyBMWButton(CommandEntity, ButtonEntity):
    """A button that sends a command to a car."""

    entity_description: ButtonDescription

    @override
    async def async_press(self) -> None:
        """Send the command."""
        await self.async_send(self.entity_description.command)


class RefreshButton(AlwaysAvailable, MyBMWEntity, ButtonEntity):
    """A button that polls a car; it stays available to explain why that is not possible."""

    entity_description: RefreshDescription

    @override
    async def async_press(self) -> None:
        """Poll the car. Raises `ServiceValidationError` if no request is left today."""
        if not self.coordinator.can_refresh:
            today = dt_util.utcnow().replace(hour=0, minute=0)
            time = dt_util.as_local(today + timedelta(days=1))
            raise translated_error(ServiceValidationError, "no_requests_left", time=f"{time:%H:%M}")
        await self.coordinator.async_refresh_car(self.vehicle.vin)
