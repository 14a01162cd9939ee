"""Numbers: charging settings."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, override

from homeassistant.components.number import (
    NumberDeviceClass,
    NumberEntity,
    NumberEntityDescription,
    NumberMode,
)
from homeassistant.const import PERCENTAGE, EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .client import ClientError, Command, CommandKind, TargetSoc, attributes as car
from .coordinator import MyBMWConfigEntry
from .entity import CommandDescription, CommandEntity, async_add_car_entities
from .runtime.errors import home_assistant_error

PARALLEL_UPDATES = 0


@dataclass(frozen=True, kw_only=True, eq=False)
class NumberDescription(CommandDescription, NumberEntityDescription):
    """Describes a number and the command that sets it."""

    set: Callable[[int], Command]


NUMBERS: Final = (
    NumberDescription(
        key="target_soc",
        translation_key="target_soc",
        attributes=(car.CHARGING_TARGET,),
        command=CommandKind.TARGET_SOC,
        entity_category=EntityCategory.CONFIG,
        device_class=NumberDeviceClass.BATTERY,
        native_unit_of_measurement=PERCENTAGE,
        native_min_value=20,
        native_max_value=100,
        native_step=5,
        mode=NumberMode.SLIDER,
        set=TargetSoc,
    ),
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: MyBMWConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up numbers."""
    async_add_car_entities(entry, async_add_entities, NUMBERS, MyBMWNumber)


class MyBMWNumber(CommandEntity, NumberEntity):
    """A number of a car."""

    entity_description: NumberDescription

    @property
    @override
    def native_value(self) -> float | None:
        """Return the value."""
        value = self.vehicle.value(self.entity_description.attributes[0])
        return None if value is None else float(value)

    @override
    async def async_set_native_value(self, value: float) -> None:
        """Set the value; the service accepts integers only."""
        try:
            command = self.entity_description.set(int(value))
        except ClientError as error:
            raise home_assistant_error(error) from error
        await self.async_send(command)
