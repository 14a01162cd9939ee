"""Switches: climate control, charging and preconditioning."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, override

from homeassistant.components.switch import SwitchEntity, SwitchEntityDescription
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .client import ChangeProfile, Command, CommandKind, Vehicle, attributes as car
from .client.core.values import ChargingStatus
from .coordinator import MyBMWConfigEntry
from .entity import CommandDescription, CommandEntity, async_add_car_entities

PARALLEL_UPDATES = 0

_ON: Final = frozenset(
    {
        ChargingStatus.CHARGING,
        ChargingStatus.COMPLETE,
        ChargingStatus.FULLY_CHARGED,
        ChargingStatus.FINISHED_FULLY_CHARGED,
        ChargingStatus.FINISHED_NOT_FULL,
        ChargingStatus.TARGET_REACHED,
    }
)


@dataclass(frozen=True, kw_only=True, eq=False)
class SwitchDescription(CommandDescription, SwitchEntityDescription):
    """Describes a switch; `command` is the one that turns it off."""

    on: Callable[[Vehicle], bool | None]
    turn_on: Command
    turn_off: Command


def _climate(vehicle: Vehicle) -> bool | None:
    activity = vehicle.value(car.CLIMATE_ACTIVITY)
    return None if activity is None else activity.running


def _charging(vehicle: Vehicle) -> bool | None:
    status = vehicle.value(car.CHARGING_STATUS)
    return None if status is None else status in _ON


SWITCHES: Final = (
    SwitchDescription(
        key="climate",
        translation_key="climate",
        attributes=(car.CLIMATE_ACTIVITY,),
        command=CommandKind.CLIMATE_STOP,
        on=_climate,
        turn_on=Command(CommandKind.CLIMATE_START),
        turn_off=Command(CommandKind.CLIMATE_STOP),
    ),
    SwitchDescription(
        key="charging",
        translation_key="charging",
        attributes=(car.CHARGING_STATUS,),
        command=CommandKind.CHARGE_STOP,
        on=_charging,
        turn_on=Command(CommandKind.CHARGE_START),
        turn_off=Command(CommandKind.CHARGE_STOP),
    ),
    SwitchDescription(
        key="preconditioning_at_departure",
        translation_key="preconditioning_at_departure",
        attributes=(car.PRECONDITIONING_AT_DEPARTURE,),
        command=CommandKind.CHARGING_PROFILE,
        entity_category=EntityCategory.CONFIG,
        on=lambda vehicle: vehicle.value(car.PRECONDITIONING_AT_DEPARTURE),
        turn_on=ChangeProfile(preconditioning=True),
        turn_off=ChangeProfile(preconditioning=False),
    ),
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: MyBMWConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up switches."""
    async_add_car_entities(entry, async_add_entities, SWITCHES, MyBMWSwitch)


class MyBMWSwitch(CommandEntity, SwitchEntity):
    """A switch of a car."""

    entity_description: SwitchDescription

    @property
    @override
    def is_on(self) -> bool | None:
        """Return whether the switch is on."""
        return self.entity_description.on(self.vehicle)

    @override
    async def async_turn_on(self, **kwargs: Any) -> None:
        """Send the command that turns the switch on."""
        await self.async_send(self.entity_description.turn_on)

    @override
    async def async_turn_off(self, **kwargs: Any) -> None:
        """Send the command that turns the switch off."""
        await self.async_send(self.entity_description.turn_off)
