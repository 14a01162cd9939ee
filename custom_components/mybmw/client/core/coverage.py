"""Which sources have which attributes, and which descriptors real cars were seen streaming."""

from collections.abc import Mapping
import csv
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Final, NamedTuple

from .attributes import AnyAttribute
from .descriptors import DESCRIPTORS, PROPERTIES
from .values import DriveTrain


class Group(StrEnum):
    """The kinds of data; cars and BMW's portal tend to have all of a kind, or none."""

    ACCESS = "access"
    CHARGING = "charging"
    CLIMATE = "climate"
    POSITION = "position"
    RANGE = "range"
    SERVICE = "service"
    TIRES = "tires"
    TRIPS = "trips"
    VEHICLE = "vehicle"


_GROUPS: Final[Mapping[str, Group]] = {
    **dict.fromkeys(
        (
            "doors_and_windows.",
            "lids.",
            "windows.",
            "alarm",
            "vehicle.body.",
            "vehicle.cabin.door.",
            "vehicle.cabin.window.",
            "vehicle.cabin.sunroof.",
            "vehicle.cabin.convertible.",
            "vehicle.vehicle.antiTheftAlarmSystem.",
        ),
        Group.ACCESS,
    ),
    **dict.fromkeys(
        (
            "charg",
            "dc_loudness",
            "is_pre_entry",
            "last_charge",
            "unlock_cable",
            "fuel_and_battery.charg",
            "fuel_and_battery.is_charger",
            "vehicle.body.chargingPort.",
            "vehicle.body.flap.",
            "vehicle.drivetrain.electricEngine.charging.",
            "vehicle.powertrain.",
        ),
        Group.CHARGING,
    ),
    **dict.fromkeys(
        (
            "climate.",
            "vehicle.cabin.climate.",
            "vehicle.cabin.hvac.",
            "vehicle.cabin.seat.",
            "vehicle.cabin.steeringWheel.",
            "vehicle.vehicle.preConditioning.",
        ),
        Group.CLIMATE,
    ),
    **dict.fromkeys(
        (
            "vehicle_location.",
            "position_status",
            "distance_from_home",
            "at_home",
            "vehicle.cabin.infotainment.navigation.",
        ),
        Group.POSITION,
    ),
    **dict.fromkeys(
        (
            "fuel_and_battery.",
            "battery_",
            "mileage",
            "remaining_energy",
            "max_range",
            "range_map",
            "tank_capacity",
            "average_consumption",
            "vehicle.drivetrain.",
            "vehicle.vehicle.travelledDistance",
        ),
        Group.RANGE,
    ),
    **dict.fromkeys(
        (
            "condition_based_services",
            "check_control_messages",
            "fault_codes",
            "starter_battery",
            "vehicle.status.",
            "vehicle.electricalSystem.",
            "vehicle.electronicControlUnit.",
            "vehicle.channel.teleservice.",
        ),
        Group.SERVICE,
    ),
    **dict.fromkeys(("tires.", "vehicle.chassis."), Group.TIRES),
    **dict.fromkeys(
        ("last_trip", "all_trips.", "distance_", "driving", "vehicle.trip."), Group.TRIPS
    ),
}
"""The groups by how keys begin; the longest one applies."""
_LONGEST_FIRST: Final = sorted(_GROUPS, key=len, reverse=True)


class Seen(NamedTuple):
    """How many cars were seen streaming a descriptor, and of how many."""

    cars: int
    of: int


_OF: Final[Mapping[str, int]] = {"electric": 5, "hybrid": 1, "combustion": 2}
"""How many cars of each kind were watched."""

_KINDS: Final[Mapping[DriveTrain, str]] = {
    DriveTrain.COMBUSTION: "combustion",
    DriveTrain.MILD_HYBRID: "combustion",
    DriveTrain.ELECTRIC: "electric",
    DriveTrain.ELECTRIC_WITH_RANGE_EXTENDER: "hybrid",
    DriveTrain.HYBRID: "combustion",
    DriveTrain.PLUGIN_HYBRID: "hybrid",
}


def _read(name: str) -> dict[str, dict[str, str]]:
    """Return the rows of a table beside this file by their first column."""
    with Path(__file__).with_name(name).open(encoding="utf-8", newline="") as table:
        return {next(iter(row.values())): row for row in csv.DictReader(table)}


STREAMED: Final[Mapping[str, Mapping[str, int]]] = {
    key: {kind: int(row[kind]) for kind in _OF} for key, row in _read("streamed.csv").items()
}
"""How many cars of each kind were seen streaming a descriptor; others were seen on none."""

_SOURCES: Final[Mapping[str, tuple[str, ...]]] = {
    key: tuple(row["sources"].split()) for key, row in _read("brings.csv").items()
}


def sources_of(attribute: AnyAttribute) -> tuple[str, ...]:
    """Return the names of the sources that may have an attribute of some car."""
    known = _SOURCES.get(attribute.key)
    if known is not None:
        return known
    if attribute.key in DESCRIPTORS:
        return ("cardata",)
    return ("highmobility",) if attribute.key in PROPERTIES else ()


@lru_cache(4_096)
def group_of(key: str) -> Group:
    """Return the group of a descriptor or of the key of an attribute."""
    start = next((start for start in _LONGEST_FIRST if key.startswith(start)), "")
    return _GROUPS.get(start, Group.VEHICLE)


def seen_streaming(descriptor: str, train: DriveTrain | None) -> Seen:
    """Return how many cars with a drive train were seen streaming a descriptor."""
    kinds = _OF if train is None else {_KINDS[train]: 0}
    cars = STREAMED.get(descriptor, {})
    return Seen(sum(cars.get(kind, 0) for kind in kinds), sum(_OF[kind] for kind in kinds))
