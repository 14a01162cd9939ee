"""What Home Assistant should know of the long tail: classes, categories, what is on at first.

Most of it follows from the unit of a descriptor or from its name; the tables hold the rest.
"""

from collections.abc import Mapping
import re
from typing import Final

from homeassistant.components.binary_sensor import BinarySensorDeviceClass
from homeassistant.components.sensor import SensorDeviceClass, SensorStateClass
from homeassistant.const import EntityCategory

from .client import Unit, Vehicle, attributes as car
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

INVERTED: Final = frozenset({"vehicle.body.flap.isLocked", "vehicle.body.trunk.isLocked"})
"""Flags whose entity is on when they are false: to Home Assistant a lock that is on is open."""

_BY_UNIT: Final[Mapping[Unit, SensorDeviceClass]] = {
    Unit.KILOMETERS: SensorDeviceClass.DISTANCE,
    Unit.METERS: SensorDeviceClass.DISTANCE,
    Unit.KILOMETERS_PER_HOUR: SensorDeviceClass.SPEED,
    Unit.LITERS: SensorDeviceClass.VOLUME_STORAGE,
    Unit.KILOPASCAL: SensorDeviceClass.PRESSURE,
    Unit.CELSIUS: SensorDeviceClass.TEMPERATURE,
    Unit.AMPERE: SensorDeviceClass.CURRENT,
    Unit.VOLT: SensorDeviceClass.VOLTAGE,
    Unit.KILOWATT: SensorDeviceClass.POWER,
    Unit.KILOWATT_HOURS: SensorDeviceClass.ENERGY_STORAGE,
    Unit.KILOWATT_HOURS_PER_100_KILOMETERS: SensorDeviceClass.ENERGY_DISTANCE,
    Unit.SECONDS: SensorDeviceClass.DURATION,
    Unit.MINUTES: SensorDeviceClass.DURATION,
}
_BY_KIND: Final[Mapping[Kind, SensorDeviceClass]] = {
    Kind.WORD: SensorDeviceClass.ENUM,
    Kind.MOMENT: SensorDeviceClass.TIMESTAMP,
    Kind.DAY: SensorDeviceClass.DATE,
}
_LIFETIME: Final[Mapping[Unit | None, SensorDeviceClass]] = {
    Unit.KILOWATT_HOURS: SensorDeviceClass.ENERGY,
    Unit.LITERS: SensorDeviceClass.VOLUME,
    Unit.KILOMETERS: SensorDeviceClass.DISTANCE,
}
_STATIC: Final = frozenset(
    {
        "vehicle.body.chargingPort.plugEventId",
        "vehicle.cabin.infotainment.navigation.pointsOfInterests.available",
        "vehicle.cabin.infotainment.navigation.pointsOfInterests.max",
        "vehicle.status.serviceDistance.yellow",
        "vehicle.status.serviceTime.hUandAuServiceYellow",
        "vehicle.status.serviceTime.yellow",
    }
)
_LAST_TRIP: Final = "vehicle.trip.segment.accumulated."
_TRIP_ODOMETER: Final = "vehicle.trip.segment.end.travelledDistance"
_FLAGS: Final[tuple[tuple[str, BinarySensorDeviceClass], ...]] = (
    (r"\.isPlugged$|chargingPort\.\w*[sS]tatus", BinarySensorDeviceClass.PLUG),
    (r"\.isLocked$", BinarySensorDeviceClass.LOCK),
    (r"\.isOpen$", BinarySensorDeviceClass.OPENING),
    (r"lights\.isRunningOn$", BinarySensorDeviceClass.LIGHT),
    (r"MirrorHeatingActive$|DefrostActive$", BinarySensorDeviceClass.HEAT),
    (r"isMobilePhoneConnected$|sim\.status$", BinarySensorDeviceClass.CONNECTIVITY),
    (r"engine\.isActive$", BinarySensorDeviceClass.POWER),
    (r"isIgnitionOn$|isRemoteEngineRunning$", BinarySensorDeviceClass.RUNNING),
    (r"serviceDemand\.recharge$", BinarySensorDeviceClass.PROBLEM),
    (r"^vehicle\.isMoving$", BinarySensorDeviceClass.MOVING),
    (r"alarm\.isOn$", BinarySensorDeviceClass.SAFETY),
)
_DIAGNOSTIC: Final = tuple(
    map(
        re.compile,
        (
            r"preconditioning\.configuration",
            r"infotainment\.(displayUnit|hmi|isMobilePhone)",
            r"navigation\.(currentLocation\.(fixStatus|numberOf)|pointsOfInterests)",
            r"climate\.timers|channel\.",
            r"consumptionOverLifeTime\.(?!overall\.(fuel|gridEnergy)$)",
            r"charging\.(acRestriction|authentication|chargingMode|hvpm|isImmediate|modeDeviation)",
            r"charging\.(profile|windowSelection|acLimit|acousticLimit|batteryCare|cableCheck)",
            r"charging\.preferenceSmartCharging|biDirectionalCharging|isAutomaticOpenAndClose",
            r"batterySizeMax|hvsMaxEnergy|targetMin|targetSoCForProfessional|displayControl",
            r"electricalSystem|electronicControlUnit|serviceDemand|sevice|sim\.status",
            r"status\.conditionBasedServices|serviceDistance\.yellow|[yY]ellow$",
            r"chargingPort\.(isoSession|plugEvent|statusClearText)|privacySettings",
            r"deepSleep|preConditioning\.(error|isRemoteEngineStart)|timeSetting",
            r"vehicleIdentification",
        ),
    )
)


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
    inner = any(pattern.search(item.attribute.key) for pattern in _DIAGNOSTIC)
    return EntityCategory.DIAGNOSTIC if inner else None


def sensor_class(item: Descriptor) -> SensorDeviceClass | None:
    """Return the device class of a sensor."""
    unit, key = item.attribute.unit, item.attribute.key
    if _counts_up(item):
        return _LIFETIME.get(unit)
    if key.startswith(_LAST_TRIP) and unit is Unit.KILOWATT_HOURS:
        return SensorDeviceClass.ENERGY
    if key.endswith(("charging.level", "stateOfCharge.displayed", "hvSoc")):
        return SensorDeviceClass.BATTERY
    return _BY_KIND.get(item.kind) or (_BY_UNIT.get(unit) if unit else None)


def state_class(item: Descriptor) -> SensorStateClass | None:
    """Return the state class of a sensor; the energy of one trip is no series of anything."""
    if item.kind is not Kind.NUMBER or item.attribute.key in _STATIC:
        return None
    if _counts_up(item):
        return SensorStateClass.TOTAL_INCREASING
    energy = sensor_class(item) is SensorDeviceClass.ENERGY
    return None if energy else SensorStateClass.MEASUREMENT


def flag_class(item: Descriptor) -> BinarySensorDeviceClass | None:
    """Return the device class of a binary sensor."""
    key = item.attribute.key
    return next((found for pattern, found in _FLAGS if re.search(pattern, key)), None)


def _counts_up(item: Descriptor) -> bool:
    return "consumptionOverLifeTime" in item.attribute.key or item.attribute.key == _TRIP_ODOMETER
