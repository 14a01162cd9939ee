"""What is off at first on some cars only, since another entity of them shows it already."""

from collections.abc import Callable, Collection, Mapping
from typing import Final

from .client import CommandKind, Vehicle, attributes as car
from .client.core.values import DriveTrain

type Commands = Collection[CommandKind]


def _electric_range(vehicle: Vehicle, _commands: Commands) -> bool:
    electric = vehicle.value(car.DRIVE_TRAIN) is DriveTrain.ELECTRIC
    return electric and vehicle.value(car.REMAINING_RANGE_ELECTRIC) is not None


def _litres(vehicle: Vehicle, _commands: Commands) -> bool:
    return vehicle.value(car.REMAINING_FUEL) is not None


def _target_soc(_vehicle: Vehicle, commands: Commands) -> bool:
    return CommandKind.TARGET_SOC in commands


def _climate(_vehicle: Vehicle, commands: Commands) -> bool:
    return {CommandKind.CLIMATE_START, CommandKind.CLIMATE_STOP} <= set(commands)


_SHOWN: Final[Mapping[str, Callable[[Vehicle, Commands], bool]]] = {
    "fuel_and_battery.remaining_range_total": _electric_range,
    "fuel_and_battery.remaining_fuel_percent": _litres,
    "fuel_and_battery.charging_target": _target_soc,
    "activate_air_conditioning": _climate,
    "deactivate_air_conditioning": _climate,
}
"""By the key of the entity: whether a car that takes these commands shows the fact elsewhere."""


def shown_elsewhere(key: str, vehicle: Vehicle, commands: Commands) -> bool:
    """Tell whether an entity need not be on at first on a car that takes these commands."""
    shown = _SHOWN.get(key)
    return shown is not None and shown(vehicle, commands)
