"""Device classes, categories and defaults of the entities in `client/core/descriptors.csv`."""

from collections.abc import Mapping
import re
from typing import Final

from homeassistant.components.binary_sensor import BinarySensorDeviceClass
from homeassistant.components.sensor import SensorDeviceClass, SensorStateClass
from homeassistant.const import EntityCategory

from .client import Vehicle, attributes as car
from .client.core.attributes import AnyAttribute
from .client.core.descriptors import Descriptor, Kind
from .client.core.values import ChargingStatus

ENABLED_BY_DEFAULT: Final = frozenset({"vehicle.cabin.convertible.roofStatus"})
"""The descriptors whose entities are enabled by default, since no other entity shows the same."""

_CHARGING: Final = "vehicle.drivetrain.electricEngine.charging."
ACTIVITIES: Final[Mapping[str, AnyAttribute]] = {
    **dict.fromkeys(
        (
            f"{_CHARGING}acAmpere",
            f"{_CHARGING}acVoltage",
            f"{_CHARGING}phaseNumber",
            f"{_CHARGING}timeRemaining",
        ),
        car.CHARGING_STATUS,
    ),
    **dict.fromkeys(
        (
            "vehicle.cabin.hvac.preconditioning.status.remainingRunningTime",
            "vehicle.vehicle.preConditioning.remainingTime",
        ),
        car.CLIMATE_ACTIVITY,
    ),
}
"""Descriptors that are valid only while charging or climate control is active."""

_BY_KIND: Final[Mapping[Kind, SensorDeviceClass]] = {
    Kind.WORD: SensorDeviceClass.ENUM,
    Kind.MOMENT: SensorDeviceClass.TIMESTAMP,
    Kind.DAY: SensorDeviceClass.DATE,
}


def is_idle(vehicle: Vehicle, attribute: AnyAttribute) -> bool:
    """Return whether the activity of an attribute, charging or climate control, has ended.

    A remaining time that is not older than the end of climate control means that it is active
    again.
    """
    activity = ACTIVITIES[attribute.key]
    reading, state = vehicle[attribute], vehicle[activity]
    if reading is None:
        return False
    if activity is car.CHARGING_STATUS:
        return state is not None and state.value is not ChargingStatus.CHARGING
    stopped = state is not None and not state.value.running and reading.time < state.time
    return stopped or reading.value == 0


def translation_key(item: Descriptor) -> str:
    """Return the translation key of a descriptor, without the leading "vehicle."."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", item.attribute.key.removeprefix("vehicle."))
    return words.replace(".", "_").lower()


def category(item: Descriptor) -> EntityCategory | None:
    """Return the entity category, None for a primary entity."""
    return EntityCategory(item.category) if item.category else None


def sensor_class(item: Descriptor) -> SensorDeviceClass | None:
    """Return the device class of a sensor."""
    named = SensorDeviceClass(item.device_class) if item.device_class else None
    return named or _BY_KIND.get(item.kind)


def state_class(item: Descriptor) -> SensorStateClass | None:
    """Return the state class of a sensor."""
    return SensorStateClass(item.state_class) if item.state_class else None


def flag_class(item: Descriptor) -> BinarySensorDeviceClass | None:
    """Return the device class of a binary sensor."""
    return BinarySensorDeviceClass(item.device_class) if item.device_class else None
