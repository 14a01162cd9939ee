"""Buttons: commands that need nothing else."""

from dataclasses import dataclass
from typing import Final, override

from homeassistant.components.button import ButtonEntity, ButtonEntityDescription
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .client import CommandKind
from .coordinator import MyBMWConfigEntry
from .entity import CommandDescription, CommandEntity, async_add_when_known, read_only

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


async def async_setup_entry(
    hass: HomeAssistant,
    entry: MyBMWConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up buttons."""
    if not read_only(entry):
        async_add_when_known(entry, async_add_entities, BUTTONS, MyBMWButton)


class MyBMWButton(CommandEntity, ButtonEntity):
    """A button of a car."""

    entity_description: ButtonDescription

    @override
    async def async_press(self) -> None:
        """Send the command."""
        await self.async_send(self.entity_description.command)
