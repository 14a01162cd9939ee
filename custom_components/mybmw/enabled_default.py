"""Entities that are disabled by default on some cars, since another entity shows the same.

A car that accepts commands has a dozen entities more, so fewer of the others are enabled. The user
can enable groups of entities, also for values that come later.
"""

from collections.abc import Callable, Mapping
from typing import Final

from homeassistant.helpers.entity import EntityDescription

from .client import CommandKind, Vehicle, attributes as car
from .client.core.attributes import AnyAttribute
from .client.core.values import DriveTrain
from .coordinator import GarageCoordinator
from .entity_choice import is_wanted

type Rule = Callable[[Vehicle, frozenset[CommandKind]], bool]


def _offers(*kinds: CommandKind) -> Rule:
    return lambda _vehicle, commands: commands.issuperset(kinds)


def _commanded_and_knows(attribute: AnyAttribute) -> Rule:
    return lambda vehicle, commands: bool(commands) and vehicle.value(attribute) is not None


def _electric_range(vehicle: Vehicle, _commands: frozenset[CommandKind]) -> bool:
    electric = vehicle.value(car.DRIVE_TRAIN) is DriveTrain.ELECTRIC
    return electric and vehicle.value(car.REMAINING_RANGE_ELECTRIC) is not None


def _remaining_fuel(vehicle: Vehicle, _commands: frozenset[CommandKind]) -> bool:
    return vehicle.value(car.REMAINING_FUEL) is not None


def _services(vehicle: Vehicle, _commands: frozenset[CommandKind]) -> bool:
    return vehicle.value(car.SERVICES) is not None


def _commanded(_vehicle: Vehicle, commands: frozenset[CommandKind]) -> bool:
    return bool(commands)


def _commanded_or_hybrid(vehicle: Vehicle, commands: frozenset[CommandKind]) -> bool:
    hybrid = vehicle.value(car.DRIVE_TRAIN) is DriveTrain.PLUGIN_HYBRID
    return bool(commands) or hybrid


def _no_range_map(vehicle: Vehicle, _commands: frozenset[CommandKind]) -> bool:
    return vehicle.value(car.RANGE_MAP) is None


_CLIMATE: Final = _offers(CommandKind.CLIMATE_START, CommandKind.CLIMATE_STOP)
_DISABLED: Final[Mapping[str, Rule]] = {
    "fuel_and_battery.remaining_range_total": _electric_range,
    "fuel_and_battery.remaining_fuel_percent": _remaining_fuel,
    "fuel_and_battery.charging_target": _offers(CommandKind.TARGET_SOC),
    "activate_air_conditioning": _CLIMATE,
    "deactivate_air_conditioning": _CLIMATE,
    "climate.activity": _CLIMATE,
    "climate.activity_end_time": _CLIMATE,
    "charging_status": _offers(CommandKind.CHARGE_START, CommandKind.CHARGE_STOP),
    "check_control_message_count": _commanded_and_knows(car.CHECK_CONTROL),
    "check_control_severity": _commanded_and_knows(car.CHECK_CONTROL),
    "next_service_by_distance": _commanded_and_knows(car.SERVICES),
    "service.vehicle_tuv.date": _commanded_and_knows(car.SERVICES),
    "fuel_and_battery.charging_end_time": _commanded_and_knows(car.CHARGING_TIME_LEFT),
    "lids.sun_roof": _commanded,
    "lids.trunk": _commanded,
    "average_consumption": _commanded,
    "battery_capacity": _commanded_or_hybrid,
    "next_service_by_time": _services,
    **{attribute.key: _commanded for attribute in car.TIRE_PRESSURE.values()},
    "reach": _no_range_map,
}
"""By the key of the entity: whether it is disabled for a car and the commands it accepts."""


def is_enabled_by_default(
    description: EntityDescription, vehicle: Vehicle, coordinator: GarageCoordinator
) -> bool:
    """Return whether an entity is enabled when it is added; what the user wants always is."""
    if is_wanted(description.key, coordinator.config_entry.options):
        return True
    rule = _DISABLED.get(description.key)
    disabled = rule is not None and rule(vehicle, coordinator.data.commands(vehicle))
    return description.entity_registry_enabled_default and not disabled
