"""What the journal sees of a car: the newest readings of some attributes, at one time."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from ..core import attributes as car
from ..core.attributes import AnyAttribute, AnyReading, Attribute, Reading
from ..core.descriptors import DESCRIPTORS, PROPERTIES, attribute_of
from ..core.value_class import record
from ..core.vehicle import Vehicle

SEGMENT: Final = "vehicle.trip.segment"
SEGMENT_END: Final = attribute_of(f"{SEGMENT}.end.time")
SEGMENT_SOC: Final = attribute_of(f"{SEGMENT}.end.drivetrain.batteryManagement.hvSoc")
TRIP_FACTS: Final[tuple[AnyAttribute, ...]] = (
    *(item.attribute for key, item in DESCRIPTORS.items() if key.startswith(f"{SEGMENT}.acc")),
    *(item.attribute for key, item in PROPERTIES.items() if key.startswith("usage.last_trip")),
    *car.LAST_TRIP.values(),
)
"""What cars say of their last trip."""
MOVING: Final = (
    attribute_of("vehicle.isMoving"),
    attribute_of("vehicle.drivetrain.engine.isActive"),
    attribute_of("vehicle.drivetrain.engine.isIgnitionOn"),
)
_PORT: Final = "vehicle.body.chargingPort"
PLUG_COUNT: Final = attribute_of(f"{_PORT}.plugEventId")
TO_FULL: Final = attribute_of(
    "vehicle.drivetrain.electricEngine.charging.smeEnergyDeltaFullyCharged"
)
_OVER_LIFE: Final = "vehicle.drivetrain.fuelSystem.consumptionOverLifeTime"
LIFETIME_DISTANCE: Final = attribute_of(f"{_OVER_LIFE}.overall.referenceDistance")
LIFETIME_FUEL: Final = attribute_of(f"{_OVER_LIFE}.overall.fuel")
LIFETIME_ELECTRIC: Final = attribute_of(
    f"{_OVER_LIFE}.inChargeDepleting.referenceDistanceEngineOff"
)
DC_PLUG: Final = attribute_of(f"{_PORT}.dcStatus")

OBSERVED: Final[frozenset[AnyAttribute]] = frozenset(
    {
        car.MILEAGE,
        car.REMAINING_FUEL,
        car.REMAINING_FUEL_PERCENT,
        car.POSITION,
        car.STATE_OF_CHARGE,
        car.LAST_UPDATE,
        car.DRIVE_TRAIN,
        car.LOCK_STATE,
        car.LIDS["left_front"],
        car.LIDS["right_front"],
        car.CHARGING_STATUS,
        car.CHARGER_CONNECTED,
        car.CHARGING_POWER,
        car.CHARGING_TARGET,
        car.CHARGING_END_TIME,
        car.CHARGING_TIME_LEFT,
        car.CHARGING_SESSIONS,
        car.BATTERY_CAPACITY,
        car.BATTERY_HEALTH,
        car.AVERAGE_CONSUMPTION,
        car.ACTIVITY,
        car.UPDATE_REASON,
        car.TRIP_END,
        SEGMENT_END,
        SEGMENT_SOC,
        *TRIP_FACTS,
        *MOVING,
        PLUG_COUNT,
        DC_PLUG,
        car.CHARGING_SINCE,
        car.CLIMATE_ACTIVITY,
        TO_FULL,
        LIFETIME_DISTANCE,
        LIFETIME_FUEL,
        LIFETIME_ELECTRIC,
    }
)
"""The attributes whose changes are a reason to observe a car again."""


@record
class Observation:
    """The newest readings of a car by attribute; ended ones and missing ones are not in it.

    `usable` is the capacity in kWh that is known better than from the car, None if it is not.
    """

    vin: str
    readings: Mapping[AnyAttribute, AnyReading]
    usable: float | None = None

    @property
    def capacity(self) -> float | None:
        """The usable capacity of the battery in kWh, None if it is not known."""
        return self.usable or self.value(car.BATTERY_CAPACITY)

    def reading[T](self, attribute: Attribute[T]) -> Reading[T] | None:
        """Return a reading, None if the value is not known."""
        return self.readings.get(attribute)

    def value[T](self, attribute: Attribute[T]) -> T | None:
        """Return a value, None if it is not known."""
        reading = self.readings.get(attribute)
        return None if reading is None else reading.value

    def time(self, attribute: AnyAttribute) -> datetime | None:
        """Return when a value was measured, None if it is not known."""
        reading = self.readings.get(attribute)
        return None if reading is None else reading.time


def observe(vehicle: Vehicle, attributes: frozenset[AnyAttribute] = OBSERVED) -> Observation:
    """Return the newest readings of a vehicle."""
    found = ((attribute, vehicle[attribute]) for attribute in attributes)
    return Observation(vehicle.vin, {key: item for key, item in found if item is not None})
