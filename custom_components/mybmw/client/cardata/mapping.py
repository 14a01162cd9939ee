"""The attributes and converters of descriptors (docs/protocols/cardata.md#best-source).

If several descriptors have the same attribute, the newest measurement wins.
"""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from ..core import attributes as a
from ..core.attributes import Attribute, Unit
from ..core.descriptors import DESCRIPTORS, Descriptor, Kind
from ..core.values import (
    AlarmState,
    ChargingMode,
    ChargingPreference,
    ChargingStatus,
    ClimateActivity,
    ConnectionType,
    LidState,
    LockState,
)
from .converters import (
    UnitConverter,
    boolean,
    boolean_or,
    codes,
    consumption,
    count,
    day,
    distance,
    measure,
    member,
    number,
    plain,
    pressure,
    time_of,
    word,
)

SOURCE: Final = "cardata"


class Rule[T](NamedTuple):
    """The attribute and converter of a descriptor; `plug` and `fuel` limit it to cars with those.

    A `fallback` is only used while the preferred descriptor of the same attribute has no recent
    value. With `null_ends`, a word such as INVALID ends the value.
    """

    attribute: Attribute[T]
    convert: UnitConverter[T]
    plug: bool = False
    fuel: bool = False
    fallback: bool = False
    null_ends: bool = False


type AnyRule = Rule[Any]

_LID: Final = boolean_or({item.value: item for item in LidState}, LidState.OPEN, LidState.CLOSED)
_ROOF: Final = member(
    {item.value: item for item in LidState} | {"INTERMEDIATE_TILT": LidState.OPEN_TILT}
)
_LOCK: Final = member(
    {
        "SECURED": LockState.SECURED,
        "LOCKED": LockState.LOCKED,
        "SELECTIVELOCKED": LockState.SELECTIVE_LOCKED,
        "SELECTIVE-LOCKED": LockState.SELECTIVE_LOCKED,
        "SELECTIVE_LOCKED": LockState.SELECTIVE_LOCKED,
        "UNLOCKED": LockState.UNLOCKED,
    }
)
_ALARM: Final = member(
    {
        "UNARMED": AlarmState.NOT_ARMED,
        **dict.fromkeys(("DOORS_ONLY", "DOORSONLY"), AlarmState.ARMED),
        **dict.fromkeys(("DOORS_TILT_CABIN", "DOORSTILTCABIN"), AlarmState.ARMED),
    }
)
CHARGING_WORDS: Final = {
    "NOCHARGING": ChargingStatus.NOT_CHARGING,
    "INITIALIZATION": ChargingStatus.PLUGGED_IN,
    "CHARGINGACTIVE": ChargingStatus.CHARGING,
    "CHARGINGPAUSED": ChargingStatus.WAITING_FOR_CHARGING,
    "CHARGINGENDED": ChargingStatus.COMPLETE,
    "CHARGINGERROR": ChargingStatus.ERROR,
    "CHARGINGINTERRUPTED": ChargingStatus.WAITING_FOR_CHARGING,
    "CHARGINGDISRUPTED": ChargingStatus.ERROR,
    "CHARGINGINPROGRESS": ChargingStatus.CHARGING,
}
CHARGING_STATE: Final = member(CHARGING_WORDS)
_HIGH_VOLTAGE: Final = member({item.value: item for item in ChargingStatus})
_CLIMATE: Final = member(
    {item.value: item for item in ClimateActivity}
    | {
        "NOT_ACTIVE": ClimateActivity.INACTIVE,
        "COMFORT_HEATING": ClimateActivity.HEATING,
        "COMFORT_COOLING": ClimateActivity.COOLING,
        "COMFORT_VENTILATION": ClimateActivity.VENTILATION,
        "DEFROST": ClimateActivity.HEATING,
        # Running, without the information whether it heats or cools
        "COMFORT_UNDEFINED": ClimateActivity.VENTILATION,
    }
)
_MODE: Final = member({item.value: item for item in ChargingMode})
_PREFERENCE: Final = member({item.value: item for item in ChargingPreference})
_CONNECTION: Final = member({item.value: item for item in ConnectionType})
_KWH: Final = measure(Unit.KILOWATT_HOURS)


def _charged(value: object, unit: str) -> float | None:
    """Return a state of charge; None for 0, which some cars send instead of it."""
    return number(value, unit) or None


def _unlocked_for_good(value: object, unit: str) -> bool | None:
    """Return whether the charging flap stays unlocked; FLAP_LOCKED means that it does not."""
    locked = boolean(value, unit)
    by_words = isinstance(value, str) and value.strip().upper().startswith("FLAP_")
    return not locked if by_words and locked is not None else locked


def _plugged(value: object, unit: str) -> bool | None:
    """Return whether a connector is plugged in; None for an error."""
    broken = isinstance(value, str) and value.strip().upper() == "ERROR"
    return None if broken else boolean(value, unit)


_ELECTRIC: Final = "vehicle.drivetrain.electricEngine"
_BATTERY: Final = "vehicle.powertrain.electric.battery"
_TIRE: Final = {
    "front_left": "vehicle.chassis.axle.row1.wheel.left.tire",
    "front_right": "vehicle.chassis.axle.row1.wheel.right.tire",
    "rear_left": "vehicle.chassis.axle.row2.wheel.left.tire",
    "rear_right": "vehicle.chassis.axle.row2.wheel.right.tire",
}

RULES: Final[Mapping[str, AnyRule]] = {
    "vehicle.vehicle.travelledDistance": Rule(a.MILEAGE, distance),
    "vehicle.trip.segment.end.travelledDistance": Rule(a.MILEAGE, distance, fallback=True),
    "vehicle.drivetrain.batteryManagement.header": Rule(a.STATE_OF_CHARGE, number, plug=True),
    f"{_BATTERY}.stateOfCharge.displayed": Rule(a.STATE_OF_CHARGE, number, plug=True),
    f"{_ELECTRIC}.charging.level": Rule(a.STATE_OF_CHARGE, number, plug=True),
    "vehicle.trip.segment.end.drivetrain.batteryManagement.hvSoc": Rule(
        a.STATE_OF_CHARGE, _charged, plug=True, fallback=True
    ),
    f"{_BATTERY}.stateOfHealth.displayed": Rule(a.BATTERY_HEALTH, number, plug=True),
    "vehicle.drivetrain.batteryManagement.maxEnergy": Rule(a.BATTERY_CAPACITY, _KWH, plug=True),
    "vehicle.drivetrain.batteryManagement.batterySizeMax": Rule(
        a.BATTERY_CAPACITY, _KWH, plug=True, fallback=True
    ),
    "vehicle.electricalSystem.battery.stateOfCharge": Rule(a.STARTER_BATTERY_CHARGE, number),
    "vehicle.electricalSystem.battery.voltage": Rule(a.STARTER_BATTERY_VOLTAGE, measure(Unit.VOLT)),
    "vehicle.drivetrain.avgElectricRangeConsumption": Rule(
        a.AVERAGE_CONSUMPTION, consumption, plug=True
    ),
    f"{_ELECTRIC}.charging.connectionType": Rule(
        a.CONNECTION_TYPE, _CONNECTION, plug=True, null_ends=True
    ),
    f"{_ELECTRIC}.charging.profile.climatizationActive": Rule(
        a.PRECONDITIONING_AT_DEPARTURE, boolean, plug=True, null_ends=True
    ),
    "vehicle.body.chargingPort.isHospitalityActive": Rule(
        a.CABLE_UNLOCKED_AFTER_CHARGING, boolean, plug=True, null_ends=True
    ),
    "vehicle.body.flap.isPermanentlyUnlocked": Rule(
        a.FLAP_PERMANENTLY_UNLOCKED, _unlocked_for_good, plug=True, null_ends=True
    ),
    f"{_ELECTRIC}.kombiRemainingElectricRange": Rule(
        a.REMAINING_RANGE_ELECTRIC, distance, plug=True
    ),
    "vehicle.drivetrain.fuelSystem.level": Rule(a.REMAINING_FUEL_PERCENT, number, fuel=True),
    "vehicle.drivetrain.fuelSystem.remainingFuel": Rule(
        a.REMAINING_FUEL, measure(Unit.LITERS), fuel=True
    ),
    f"{_ELECTRIC}.charging.status": Rule(
        a.CHARGING_STATUS, CHARGING_STATE, plug=True, null_ends=True
    ),
    f"{_ELECTRIC}.charging.hvStatus": Rule(
        a.CHARGING_STATUS, _HIGH_VOLTAGE, plug=True, fallback=True, null_ends=True
    ),
    "vehicle.body.chargingPort.status": Rule(
        a.CHARGER_CONNECTED, boolean, plug=True, null_ends=True
    ),
    "vehicle.body.chargingPort.combinedStatus": Rule(
        a.CHARGER_CONNECTED, boolean, plug=True, null_ends=True
    ),
    "vehicle.powertrain.tractionBattery.charging.port.anyPosition.isPlugged": Rule(
        a.CHARGER_CONNECTED, boolean, plug=True, null_ends=True
    ),
    **{
        key: Rule(a.CHARGER_CONNECTED, _plugged, plug=True, fallback=True, null_ends=True)
        for key in (
            f"{_ELECTRIC}.charging.connectorStatus",
            "vehicle.body.chargingPort.statusClearText",
        )
    },
    f"{_BATTERY}.charging.acLimit.selected": Rule(a.AC_CURRENT_LIMIT, number, plug=True),
    f"{_ELECTRIC}.charging.profile.mode": Rule(a.CHARGING_MODE, _MODE, null_ends=True),
    f"{_ELECTRIC}.charging.profile.preference": Rule(
        a.CHARGING_PREFERENCE, _PREFERENCE, plug=True, null_ends=True
    ),
    "vehicle.cabin.door.status": Rule(a.LOCK_STATE, _LOCK, null_ends=True),
    "vehicle.cabin.door.lock.status": Rule(a.LOCK_STATE, _LOCK, null_ends=True),
    "vehicle.vehicle.antiTheftAlarmSystem.alarm.armStatus": Rule(a.ALARM, _ALARM, null_ends=True),
    "vehicle.electronicControlUnit.diagnosticTroubleCodes.raw": Rule(a.FAULT_CODES, codes),
    "vehicle.body.hood.isOpen": Rule(a.LIDS["hood"], _LID, null_ends=True),
    "vehicle.body.trunk.isOpen": Rule(a.LIDS["trunk"], _LID, null_ends=True),
    "vehicle.cabin.door.row1.driver.isOpen": Rule(a.LIDS["left_front"], _LID, null_ends=True),
    "vehicle.cabin.door.row1.passenger.isOpen": Rule(a.LIDS["right_front"], _LID, null_ends=True),
    "vehicle.cabin.door.row2.driver.isOpen": Rule(a.LIDS["left_rear"], _LID, null_ends=True),
    "vehicle.cabin.door.row2.passenger.isOpen": Rule(a.LIDS["right_rear"], _LID, null_ends=True),
    "vehicle.cabin.sunroof.overallStatus": Rule(a.LIDS["sun_roof"], _ROOF, null_ends=True),
    "vehicle.body.trunk.window.isOpen": Rule(a.WINDOWS["rear"], _LID, null_ends=True),
    "vehicle.cabin.window.row1.driver.status": Rule(a.WINDOWS["left_front"], _LID, null_ends=True),
    "vehicle.cabin.window.row1.passenger.status": Rule(
        a.WINDOWS["right_front"], _LID, null_ends=True
    ),
    "vehicle.cabin.window.row2.driver.status": Rule(a.WINDOWS["left_rear"], _LID, null_ends=True),
    "vehicle.cabin.window.row2.passenger.status": Rule(
        a.WINDOWS["right_rear"], _LID, null_ends=True
    ),
    "vehicle.vehicle.preConditioning.activity": Rule(
        a.CLIMATE_ACTIVITY, _CLIMATE, fallback=True, null_ends=True
    ),
    "vehicle.cabin.hvac.preconditioning.status.comfortState": Rule(
        a.CLIMATE_ACTIVITY, _CLIMATE, null_ends=True
    ),
    "vehicle.cabin.infotainment.navigation.currentLocation.heading": Rule(a.HEADING, number),
    **{f"{path}.pressure": Rule(a.TIRE_PRESSURE[wheel], pressure) for wheel, path in _TIRE.items()},
    **{
        f"{path}.pressureTarget": Rule(a.TIRE_TARGET_PRESSURE[wheel], pressure)
        for wheel, path in _TIRE.items()
    },
}
"""The rules of single descriptors; `combined_values` has those that need several."""


def _converter(item: Descriptor) -> UnitConverter[Any]:
    match item.kind:
        case Kind.NUMBER:
            return (
                distance if item.attribute.unit is Unit.KILOMETERS else measure(item.attribute.unit)
            )
        case Kind.WORD:
            return word(item.words)
        case kind:
            return _CONVERTERS[kind]


_CONVERTERS: Final[Mapping[Kind, UnitConverter[Any]]] = {
    Kind.FLAG: boolean,
    Kind.MOMENT: time_of,
    Kind.DAY: day,
    Kind.COUNT: count,
    Kind.TEXT: plain,
}

CATALOGUE: Final[Mapping[str, tuple[Descriptor, UnitConverter[Any]]]] = {
    key: (item, _converter(item)) for key, item in DESCRIPTORS.items()
}
"""The descriptors of the catalogue with their converters."""

LATITUDE: Final = "vehicle.cabin.infotainment.navigation.currentLocation.latitude"
LONGITUDE: Final = "vehicle.cabin.infotainment.navigation.currentLocation.longitude"
ALTITUDE: Final = "vehicle.cabin.infotainment.navigation.currentLocation.altitude"
DIRECTION: Final = "vehicle.cabin.infotainment.navigation.currentLocation.heading"
FIX: Final = "vehicle.cabin.infotainment.navigation.currentLocation.fixStatus"
TOTAL_RANGE: Final = "vehicle.drivetrain.lastRemainingRange"
ELECTRIC_RANGE: Final = f"{_ELECTRIC}.kombiRemainingElectricRange"
ESTIMATED_RANGE: Final = f"{_ELECTRIC}.remainingElectricRange"
NAVIGATION_RANGE: Final = "vehicle.cabin.infotainment.navigation.remainingRange"
TRIP_SOC: Final = "vehicle.trip.segment.end.drivetrain.batteryManagement.hvSoc"
TARGET: Final = f"{_BATTERY}.stateOfCharge.target"
DEPARTURE_TARGET: Final = f"{_BATTERY}.stateOfCharge.targetSoCForProfessionalMode"
SOC: Final = (
    "vehicle.drivetrain.batteryManagement.header",
    f"{_BATTERY}.stateOfCharge.displayed",
)
POWER: Final = f"{_BATTERY}.charging.power"
VOLTAGE: Final = f"{_ELECTRIC}.charging.acVoltage"
CURRENT: Final = f"{_ELECTRIC}.charging.acAmpere"
PHASES: Final = f"{_ELECTRIC}.charging.phaseNumber"
PLUGS: Final = (
    "vehicle.body.chargingPort.status",
    "vehicle.powertrain.tractionBattery.charging.port.anyPosition.isPlugged",
)
TRIP_END: Final = "vehicle.trip.segment.end.time"
MOVING: Final = "vehicle.isMoving"
IGNITION: Final = "vehicle.drivetrain.engine.isActive"
CLIMATE_TIMER_PARTS: Final[Mapping[str, str]] = {
    f"vehicle.cabin.climate.timers.{timer}.{part}": name
    for timer, name in (
        ("overwriteTimer", "once"),
        ("weekdaysTimer1", "first"),
        ("weekdaysTimer2", "second"),
    )
    for part in ("hour", "minute")
}
CHARGING_LEFT: Final = f"{_ELECTRIC}.charging.timeToFullyCharged"
ESTIMATED_LEFT: Final = f"{_ELECTRIC}.charging.timeRemaining"
CHARGING_WORD: Final = f"{_ELECTRIC}.charging.status"
CLIMATE_LEFT: Final = (
    "vehicle.cabin.hvac.preconditioning.status.remainingRunningTime",
    "vehicle.vehicle.preConditioning.remainingTime",
)
DISPLAY_UNITS: Final = (
    "vehicle.cabin.infotainment.displayUnit.distance",
    "vehicle.cabin.infotainment.hmi.distanceUnit",
)
TAILGATE: Final = (
    "vehicle.body.trunk.door.isOpen",
    *(f"vehicle.body.trunk.{part}.door.isOpen" for part in ("upper", "lower", "left", "right")),
)
SUNROOF: Final = ("vehicle.cabin.sunroof.status", "vehicle.cabin.sunroof.tiltStatus")
RANGE_ESTIMATE: Final = "vehicle.drivetrain.totalRemainingRange"
SERVICE_LIST: Final = "vehicle.status.conditionBasedServices"
MESSAGE_LIST: Final = "vehicle.status.checkControlMessages"

NULL_ENDS: Final = frozenset({MESSAGE_LIST})
"""The descriptors whose value ends with null; null is ignored for all others."""

NULL_ENDS_KINDS: Final = frozenset({Kind.FLAG, Kind.WORD})
"""The kinds of catalogue values that end with a word such as INVALID; numbers are kept."""

NO_PROOF: Final[Mapping[str, str]] = {
    TARGET: "combustion cars send a target too (streamed by an M2 and an M240i)",
    DEPARTURE_TARGET: "combustion cars send it as well",
    TRIP_SOC: "combustion cars send a state of charge of 0 at the end of a trip",
    "vehicle.drivetrain.internalCombustionEngine.engine.ect": "electric cars send 118 °C",
}
"""Descriptors that cars send although they do not have the equipment, with the evidence."""

PLUG_PROOF: Final = frozenset(
    {
        *SOC,
        *PLUGS,
        f"{_ELECTRIC}.charging.level",
        CHARGING_WORD,
        "vehicle.drivetrain.batteryManagement.maxEnergy",
        ELECTRIC_RANGE,
    }
)
"""Descriptors that prove that a car can be charged, whatever its drive train."""

FUEL_PROOF: Final = frozenset(
    {"vehicle.drivetrain.fuelSystem.level", "vehicle.drivetrain.fuelSystem.remainingFuel"}
)
"""Descriptors that prove that a car has a fuel tank, whatever its drive train."""

_NOT_IN_CONTAINERS: Final = frozenset(
    {"vehicle.sim.status", "vehicle.drivetrain.electricEngine.hvsMaxEnergyAbsolute"}
)
WANTED: Final = tuple(
    key
    for key in dict.fromkeys(
        (
            SERVICE_LIST,
            MESSAGE_LIST,
            *(key for key, item in DESCRIPTORS.items() if item.rest),
            *RULES,
            LATITUDE,
            LONGITUDE,
            TOTAL_RANGE,
            CHARGING_LEFT,
            POWER,
            TARGET,
            *CLIMATE_TIMER_PARTS,
            *DESCRIPTORS,
        )
    )
    if key not in _NOT_IN_CONTAINERS
)
"""The descriptors of the container, most important first, starting with those never streamed."""
