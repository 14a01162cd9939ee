"""Groups of entities that the user can enable, beyond those that are enabled at first."""

from collections.abc import Collection, Iterator, Mapping
from enum import StrEnum
from functools import lru_cache
from typing import Any, Final, NamedTuple

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.helpers.entity_registry import RegistryEntry, RegistryEntryDisabler

from .const import OPTION_ENTITIES


class EntityGroup(StrEnum):
    """A kind of entities; an entity may belong to several, and belongs to `EVERYTHING`."""

    ESSENTIAL = "essential"
    ELECTRIC = "electric"
    TIRES = "tires"
    SERVICE = "service"
    COMFORT = "comfort"
    EVERYTHING = "everything"


_BEGINNINGS: Final[tuple[tuple[EntityGroup, tuple[str, ...]], ...]] = (
    (
        EntityGroup.ESSENTIAL,
        (
            "charging_status",
            "connection_status",
            "door",
            "fuel_and_battery.charging_status",
            "fuel_and_battery.charging_target",
            "fuel_and_battery.remaining_",
            "lids",
            "location",
            "lock",
            "mileage",
            "not_closed_and_locked",
            "timestamp",
            "windows",
        ),
    ),
    (
        EntityGroup.ELECTRIC,
        (
            "ac_limit",
            "all_trips.charge",
            "all_trips.distance_since_charging",
            "all_trips.electric",
            "all_trips.longest_charge",
            "all_trips.recuperation",
            "battery_",
            "charg",
            "connection_status",
            "dc_loudness",
            "electric_share",
            "estimated_battery",
            "fuel_and_battery.charging_",
            "fuel_and_battery.remaining_battery",
            "fuel_and_battery.remaining_range_electric",
            "last_charg",
            "last_trip.electric",
            "last_trip.recuperation",
            "max_range_electric",
            "predicted_soc",
            "projected_range",
            "remaining_energy",
            "standby_loss",
            "target_soc",
            "unlock_cable",
            "vehicle.body.chargingPort.",
            "vehicle.body.flap.",
            "vehicle.drivetrain.batteryManagement.",
            "vehicle.drivetrain.electricEngine.",
            "vehicle.powertrain.",
        ),
    ),
    (
        EntityGroup.TIRES,
        ("service.tire_wear", "tire_pressure", "tires.", "vehicle.chassis."),
    ),
    (
        EntityGroup.SERVICE,
        (
            "check_control",
            "condition_based_services",
            "maintenance.",
            "next_service",
            "service.",
            "starter_battery",
            "vehicle.channel.teleservice.",
            "vehicle.electricalSystem.",
            "vehicle.electronicControlUnit.",
            "vehicle.serviceDemand.",
            "vehicle.sevice.",
            "vehicle.status.",
        ),
    ),
    (
        EntityGroup.COMFORT,
        (
            "activate_air_conditioning",
            "climate",
            "deactivate_air_conditioning",
            "is_pre_entry_climatization",
            "last_destination",
            "navi_destination.",
            "preconditioning_at_departure",
            "vehicle.cabin.climate.",
            "vehicle.cabin.convertible.",
            "vehicle.cabin.hvac.",
            "vehicle.cabin.infotainment.navigation.destinationSet.",
            "vehicle.cabin.seat.",
            "vehicle.cabin.steeringWheel.",
            "vehicle.cabin.sunroof.",
            "vehicle.vehicle.preConditioning.",
        ),
    ),
)
"""The groups by how the keys of their entities begin."""


class Choice(NamedTuple):
    """The entities of a group, by whether they are enabled, and who has disabled them."""

    enabled: list[RegistryEntry]
    disabled: list[RegistryEntry]
    by_user: list[RegistryEntry]


@lru_cache(4_096)
def groups_of(key: str) -> frozenset[EntityGroup]:
    """Return the groups of an entity by its key."""
    found = {group for group, beginnings in _BEGINNINGS if key.startswith(beginnings)}
    return frozenset(found | {EntityGroup.EVERYTHING})


def is_wanted(key: str, options: Mapping[str, Any]) -> bool:
    """Return whether the user wants a group that an entity belongs to."""
    return not groups_of(key).isdisjoint(options.get(OPTION_ENTITIES, ()))


@callback
def choice_of(hass: HomeAssistant, entry: ConfigEntry, groups: Collection[str]) -> Choice:
    """Return the entities of an account that belong to any of these groups."""
    choice = Choice([], [], [])
    for entity in er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id):
        if groups_of(entity.unique_id.partition("-")[2]).isdisjoint(groups):
            continue
        if entity.disabled_by is None:
            choice.enabled.append(entity)
        elif entity.disabled_by is RegistryEntryDisabler.INTEGRATION:
            choice.disabled.append(entity)
        else:
            choice.by_user.append(entity)
    return choice


@callback
def enable(hass: HomeAssistant, choice: Choice) -> None:
    """Enable what the integration has disabled; Home Assistant reloads the account soon."""
    registry = er.async_get(hass)
    for entity in choice.disabled:
        registry.async_update_entity(entity.entity_id, disabled_by=None)


@callback
def names_of(hass: HomeAssistant, entities: list[RegistryEntry]) -> dict[str, list[str]]:
    """Return the names of entities in alphabetical order, by the name of their device."""
    found: dict[str, list[str]] = {}
    for device, name in sorted(_names(hass, entities)):
        found.setdefault(device, []).append(name)
    return found


def _names(hass: HomeAssistant, entities: list[RegistryEntry]) -> Iterator[tuple[str, str]]:
    devices = dr.async_get(hass)
    for entity in entities:
        device = devices.async_get(entity.device_id or "")
        name = entity.name or entity.original_name or entity.entity_id
        yield (device and (device.name_by_user or device.name)) or "", name
