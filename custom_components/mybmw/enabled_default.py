"""What is off at first on some cars only: another entity shows it, or few owners miss it.

A car that takes commands has a dozen entities more, so that less of the rest is on.
"""

from collections.abc import Callable, Collection, Mapping
from typing import Final

from .client import CommandKind, Vehicle, attributes as car
from .client.core.values import DriveTrain

type Commands = Collection[CommandKind]
type Rules = Mapping[str, Callable[[Vehicle, Commands], bool]]


def _electric_range(vehicle: Vehicle, _commands: Commands) -> bool:
    electric = vehicle.value(car.DRIVE_TRAIN) is DriveTrain.ELECTRIC
    return electric and vehicle.value(car.REMAINING_RANGE_ELECTRIC) is not None


def _litres(vehicle: Vehicle, _commands: Commands) -> bool:
    return vehicle.value(car.REMAINING_FUEL) is not None


def _target_soc(_vehicle: Vehicle, commands: Commands) -> bool:
    return CommandKind.TARGET_SOC in commands


def _climate(_vehicle: Vehicle, commands: Commands) -> bool:
    return {CommandKind.CLIMATE_START, CommandKind.CLIMATE_STOP} <= set(commands)


def _charging(_vehicle: Vehicle, commands: Commands) -> bool:
    return {CommandKind.CHARGE_START, CommandKind.CHARGE_STOP} <= set(commands)


def _messages(vehicle: Vehicle, commands: Commands) -> bool:
    return bool(commands) and vehicle.value(car.CHECK_CONTROL) is not None


def _services(vehicle: Vehicle, commands: Commands) -> bool:
    return bool(commands) and vehicle.value(car.SERVICES) is not None


def _time_left(vehicle: Vehicle, commands: Commands) -> bool:
    return bool(commands) and vehicle.value(car.CHARGING_TIME_LEFT) is not None


def _commanded(_vehicle: Vehicle, commands: Commands) -> bool:
    return bool(commands)


_SHOWN: Final[Rules] = {
    "fuel_and_battery.remaining_range_total": _electric_range,
    "fuel_and_battery.remaining_fuel_percent": _litres,
    "fuel_and_battery.charging_target": _target_soc,
    "activate_air_conditioning": _climate,
    "deactivate_air_conditioning": _climate,
    "climate.activity": _climate,
    "climate.activity_end_time": _climate,
    "charging_status": _charging,
    "check_control_message_count": _messages,
    "check_control_severity": _messages,
    "next_service_by_distance": _services,
    "service.vehicle_tuv.date": _services,
    "fuel_and_battery.charging_end_time": _time_left,
    "lids.sun_roof": _commanded,
    "lids.trunk": _commanded,
    "average_consumption": _commanded,
    "battery_capacity": _commanded,
}
"""By the key of the entity: whether a car that takes these commands can do without it at first."""

SOMETIMES_ELSEWHERE: Final = frozenset(_SHOWN)
"""The keys of all entities that `shown_elsewhere` knows."""


def shown_elsewhere(key: str, vehicle: Vehicle, commands: Commands) -> bool:
    """Tell whether an entity need not be on at first on a car that takes these commands."""
    shown = _SHOWN.get(key)
    return shown is not None and shown(vehicle, commands)
