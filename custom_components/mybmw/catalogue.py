"""What Home Assistant should know of the long tail: classes, categories, what is on at first.

Classes and categories are columns of `client/core/descriptors.csv`.
"""

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

ON_AT_FIRST: Final = frozenset({"vehicle.cabin.convertible.roofStatus"})
"""The descriptors whose entities are enabled at first: only facts that no other entity shows."""

_CHARGING: Final = "vehicle.drivetrain.electricEngine.charging."
RUNS_WITH: Final[Mapping[str, AnyAttribute]] = {
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
"""What is sent on change only, so that it says nothing once charging or the climate ended."""

_BY_KIND: Final[Mapping[Kind, SensorDeviceClass]] = {
    Kind.WORD: SensorDeviceClass.ENUM,
    Kind.MOMENT: SensorDeviceClass.TIMESTAMP,
    Kind.DAY: SensorDeviceClass.DATE,
}


def is_idle(vehicle: Vehicle, attribute: AnyAttribute) -> bool:
    """Tell whether what an attribute is about, charging or the climate control, does not run.

    A time left that was measured with the end of the climate control, or later, shows that it
    runs again.
    """
    activity = RUNS_WITH[attribute.key]
    value, runs = vehicle[attribute], vehicle[activity]
    if value is None:
        return False
    if activity is car.CHARGING_STATUS:
        return runs is not None and runs.value is not ChargingStatus.CHARGING
    stopped = runs is not None and not runs.value.running and value.time < runs.time
    return stopped or value.value == 0


def translation_key(item: Descriptor) -> str:
    """Return the descriptor in the form of a translation key, without the leading "vehicle."."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", item.attribute.key.removeprefix("vehicle."))
    return words.replace(".", "_").lower()


def category(item: Descriptor) -> EntityCategory | None:
    """Return whether the entity is about the car's inner life."""
    return EntityCategory(item.category) if item.category else None


def sensor_class(item: Descriptor) -> SensorDeviceClass | None:
    """Return the device class of a sensor."""
    named = SensorDeviceClass(item.device_class) if item.device_class else None
    return named or _BY_KIND.get(item.kind)


def state_class(item: Descriptor) -> SensorStateClass | None:
    """Return the state class of a sensor; the energy of one trip is no series of anything."""
    return SensorStateClass(item.state_class) if item.state_class else None


def flag_class(item: Descriptor) -> BinarySensorDeviceClass | None:
    """Return the device class of a binary sensor."""
    return BinarySensorDeviceClass(item.device_class) if item.device_class else None
