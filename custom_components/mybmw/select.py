"""Selects: charging settings."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, override

from homeassistant.components.select import SelectEntity, SelectEntityDescription
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .client import AcLimit, ChangeProfile, Command, CommandKind, Vehicle, attributes as car
from .client.core.values import ChargingMode
from .coordinator import MyBMWConfigEntry
from .entity import CommandDescription, CommandEntity, async_add_car_entities

PARALLEL_UPDATES = 0


@dataclass(frozen=True, kw_only=True, eq=False)
class SelectDescription(CommandDescription, SelectEntityDescription):
    """Describes a select: its options, the current one, and the command that selects one."""

    options_of: Callable[[Vehicle], list[str]]
    current: Callable[[Vehicle], str | None]
    select: Callable[[str], Command]


def _limits(vehicle: Vehicle) -> list[str]:
    return [str(limit) for limit in vehicle.value(car.AC_CURRENT_LIMITS) or ()]


def _limit(vehicle: Vehicle) -> str | None:
    limit = vehicle.value(car.AC_CURRENT_LIMIT)
    return None if limit is None or str(int(limit)) not in _limits(vehicle) else str(int(limit))


def _mode(vehicle: Vehicle) -> str | None:
    mode = vehicle.value(car.CHARGING_MODE)
    return mode and mode.lower()


SELECTS: Final = (
    SelectDescription(
        key="ac_limit",
        translation_key="ac_limit",
        attributes=(car.AC_CURRENT_LIMIT, car.AC_CURRENT_LIMITS),
        command=CommandKind.AC_LIMIT,
        entity_category=EntityCategory.CONFIG,
        unit_of_measurement="A",
        options_of=_limits,
        current=_limit,
        select=lambda option: AcLimit(int(option)),
    ),
    SelectDescription(
        key="charging_mode",
        translation_key="charging_mode",
        attributes=(car.CHARGING_MODE,),
        command=CommandKind.CHARGING_PROFILE,
        entity_category=EntityCategory.CONFIG,
        options_of=lambda _vehicle: [mode.lower() for mode in ChargingMode],
        current=_mode,
        select=lambda option: ChangeProfile(mode=ChargingMode(option.upper())),
    ),
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: MyBMWConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up selects."""
    async_add_car_entities(entry, async_add_entities, SELECTS, MyBMWSelect)


class MyBMWSelect(CommandEntity, SelectEntity):
    """A select of a car."""

    entity_description: SelectDescription

    @property
    @override
    def options(self) -> list[str]:
        """Return the options."""
        return self.entity_description.options_of(self.vehicle)

    @property
    @override
    def current_option(self) -> str | None:
        """Return the current option."""
        return self.entity_description.current(self.vehicle)

    @override
    async def async_select_option(self, option: str) -> None:
        """Send the command that selects an option."""
        await self.async_send(self.entity_description.select(option))
