"""Buttons: commands that need nothing else, and a look at the car right now."""

from dataclasses import dataclass
from typing import Final, override

from homeassistant.components.button import ButtonEntity, ButtonEntityDescription
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .client import CommandKind, Vehicle, attributes as car
from .client.values import Access
from .coordinator import MyBMWConfigEntry
from .entity import (
    CommandDescription,
    CommandEntity,
    MyBMWDescription,
    MyBMWEntity,
    async_add_when_known,
    read_only,
)

PARALLEL_UPDATES = 0


@dataclass(frozen=True, kw_only=True)
class ButtonDescription(CommandDescription, ButtonEntityDescription):
    """A button."""


def _button(key: str, command: CommandKind) -> ButtonDescription:
    return ButtonDescription(key=key, translation_key=key, command=command)


BUTTONS: Final = (
    _button("light_flash", CommandKind.LIGHT_FLASH),
    _button("sound_horn", CommandKind.HORN_BLOW),
    _button("activate_air_conditioning", CommandKind.CLIMATE_START),
    _button("deactivate_air_conditioning", CommandKind.CLIMATE_STOP),
    _button("find_vehicle", CommandKind.VEHICLE_FINDER),
)


@dataclass(frozen=True, kw_only=True)
class RefreshDescription(MyBMWDescription, ButtonEntityDescription):
    """A button that reads a car; it exists on cars that can be read."""

    @override
    def usable(self, vehicle: Vehicle) -> bool:
        main_user = vehicle.value(car.ACCESS) is Access.PRIMARY
        return main_user or vehicle.value(car.COMMANDS) is not None


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
    async_add_when_known(entry, async_add_entities, REFRESH, RefreshButton)
    if not read_only(entry):
        async_add_when_known(entry, async_add_entities, BUTTONS, MyBMWButton)


class MyBMWButton(CommandEntity, ButtonEntity):
    """A button of a car."""

    entity_description: ButtonDescription

    @override
    async def async_press(self) -> None:
        """Send the command."""
        await self.async_send(self.entity_description.command)


class RefreshButton(MyBMWEntity, ButtonEntity):
    """A look at a car; CarData has few of them a day."""

    entity_description: RefreshDescription
    _could = True

    @property
    @override
    def available(self) -> bool:
        """Whether a call is left."""
        return self.coordinator.can_refresh

    @override
    async def async_added_to_hass(self) -> None:
        """Follow how many calls are left."""
        await super().async_added_to_hass()
        self._could = self.available
        self.async_on_remove(self.coordinator.async_add_call_listener(self._tell))

    @callback
    def _tell(self) -> None:
        if self.available != self._could:
            self._could = self.available
            self.async_write_ha_state()

    @override
    async def async_press(self) -> None:
        """Read the car."""
        await self.coordinator.async_refresh_car(self.vehicle.vin)
