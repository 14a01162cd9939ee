"""Selects: settings of the charging."""

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
from .entity import CommandDescription, CommandEntity, async_add_when_known

PARALLEL_UPDATES = 0


@dataclass(frozen=True, kw_only=True, eq=False)
class SelectDescription(CommandDescription, SelectEntityDescription):
    """A select: what it offers, what is chosen, and the command that chooses."""

    offers: Callable[[Vehicle], list[str]]
    current: Callable[[Vehicle], str | None]
    choose: Callable[[str], Command]


def _limits(vehicle: Vehicle) -> list[str]:
    return [str(limit) for limit in vehicle.value(car.AC_CURRENT_LIMITS) or ()]


def _limit(vehicle: Vehicle) -> str | None:
    limit = vehicle.value(car.AC_CURRENT_LIMIT)
    return None if limit is None or str(int(limit)) not in _limits(vehicle) else str(int(limit))


def _modes(_vehicle: Vehicle) -> list[str]:
    return [mode.lower() for mode in ChargingMode]


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
        offers=_limits,
        current=_limit,
        choose=lambda option: AcLimit(int(option)),
    ),
    SelectDescription(
        key="charging_mode",
        translation_key="charging_mode",
        attributes=(car.CHARGING_MODE,),
        command=CommandKind.CHARGING_PROFILE,
        entity_category=EntityCategory.CONFIG,
        offers=_modes,
        current=_mode,
        choose=lambda option: ChangeProfile(mode=ChargingMode(option.upper())),
    ),
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: MyBMWConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up selects."""
    async_add_when_known(entry, async_add_entities, SELECTS, MyBMWSelect)


class MyBMWSelect(CommandEntity, SelectEntity):
    """A select of a car."""

    entity_description: SelectDescription

    @property
    @override
    def options(self) -> list[str]:
        """What can be chosen."""
        return self.entity_description.offers(self.vehicle)

    @property
    @override
    def current_option(self) -> str | None:
        """What is chosen."""
        return self.entity_description.current(self.vehicle)

    @override
    async def async_select_option(self, option: str) -> None:
        """Choose."""
        await self.async_send(self.entity_description.choose(option))
