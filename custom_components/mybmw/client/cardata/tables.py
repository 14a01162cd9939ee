"""Which descriptor tells which attribute (facts: CarData entities §2 and §5).

Several descriptors may tell the same fact: the newest measurement counts.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from ..attributes import (
    AC_CURRENT_LIMIT,
    ALARM,
    CHARGER_CONNECTED,
    CHARGING_MODE,
    CHARGING_PREFERENCE,
    CHARGING_STATUS,
    CHARGING_TARGET,
    CLIMATE_ACTIVITY,
    HEADING,
    LIDS,
    LOCK_STATE,
    MILEAGE,
    REMAINING_FUEL,
    REMAINING_FUEL_PERCENT,
    REMAINING_RANGE_ELECTRIC,
    STATE_OF_CHARGE,
    TIRE_PRESSURE,
    TIRE_TARGET_PRESSURE,
    WINDOWS,
    Attribute,
)
from ..values import (
    AlarmState,
    ChargingMode,
    ChargingPreference,
    ChargingStatus,
    ClimateActivity,
    DriveTrain,
    LidState,
    LockState,
)
from .words import Converter, distance, member, number, truth, truth_or


@dataclass(frozen=True, slots=True)
class Rule[T]:
    """What a descriptor tells; `plug` and `fuel` keep it to cars that have such a thing.

    A `fallback` only counts while the better descriptor of the same attribute says nothing.
    """

    attribute: Attribute[T]
    convert: Converter[T]
    plug: bool = False
    fuel: bool = False
    fallback: bool = False

    def applies(self, train: DriveTrain | None) -> bool:
        """Tell whether a car with this drive train can have the fact; unknown ones can."""
        if train is None:
            return True
        return (not self.plug or train.plugs_in) and (not self.fuel or train.burns_fuel)


type AnyRule = Rule[Any]

_LID: Final = truth_or({item.value: item for item in LidState}, LidState.OPEN, LidState.CLOSED)
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
        "DOORS_ONLY": AlarmState.ARMED,
        "DOORS_TILT_CABIN": AlarmState.ARMED,
    }
)
_CHARGING: Final = member(
    {
        "NOCHARGING": ChargingStatus.NOT_CHARGING,
        "INITIALIZATION": ChargingStatus.PLUGGED_IN,
        "CHARGINGACTIVE": ChargingStatus.CHARGING,
        "CHARGINGPAUSED": ChargingStatus.WAITING_FOR_CHARGING,
        "CHARGINGENDED": ChargingStatus.COMPLETE,
        "CHARGINGERROR": ChargingStatus.ERROR,
    }
)
_CLIMATE: Final = member(
    {item.value: item for item in ClimateActivity}
    | {
        "NOT_ACTIVE": ClimateActivity.INACTIVE,
        "COMFORT_HEATING": ClimateActivity.HEATING,
        "COMFORT_COOLING": ClimateActivity.COOLING,
        "COMFORT_VENTILATION": ClimateActivity.VENTILATION,
        "DEFROST": ClimateActivity.HEATING,
    }
)
_MODE: Final = member({item.value: item for item in ChargingMode})
_PREFERENCE: Final = member({item.value: item for item in ChargingPreference})

_ELECTRIC: Final = "vehicle.drivetrain.electricEngine"
_BATTERY: Final = "vehicle.powertrain.electric.battery"
_TIRE: Final = {
    "front_left": "vehicle.chassis.axle.row1.wheel.left.tire",
    "front_right": "vehicle.chassis.axle.row1.wheel.right.tire",
    "rear_left": "vehicle.chassis.axle.row2.wheel.left.tire",
    "rear_right": "vehicle.chassis.axle.row2.wheel.right.tire",
}

RULES: Final[Mapping[str, AnyRule]] = {
    "vehicle.vehicle.travelledDistance": Rule(MILEAGE, distance),
    "vehicle.trip.segment.end.travelledDistance": Rule(MILEAGE, distance, fallback=True),
    "vehicle.drivetrain.batteryManagement.header": Rule(STATE_OF_CHARGE, number, plug=True),
    f"{_BATTERY}.stateOfCharge.displayed": Rule(STATE_OF_CHARGE, number, plug=True),
    f"{_ELECTRIC}.charging.level": Rule(STATE_OF_CHARGE, number, plug=True),
    f"{_BATTERY}.stateOfCharge.target": Rule(CHARGING_TARGET, number, plug=True),
    f"{_ELECTRIC}.kombiRemainingElectricRange": Rule(REMAINING_RANGE_ELECTRIC, distance, plug=True),
    "vehicle.drivetrain.fuelSystem.level": Rule(REMAINING_FUEL_PERCENT, number, fuel=True),
    "vehicle.drivetrain.fuelSystem.remainingFuel": Rule(REMAINING_FUEL, number, fuel=True),
    f"{_ELECTRIC}.charging.status": Rule(CHARGING_STATUS, _CHARGING, plug=True),
    "vehicle.body.chargingPort.status": Rule(CHARGER_CONNECTED, truth, plug=True),
    "vehicle.body.chargingPort.combinedStatus": Rule(CHARGER_CONNECTED, truth, plug=True),
    "vehicle.powertrain.tractionBattery.charging.port.anyPosition.isPlugged": Rule(
        CHARGER_CONNECTED, truth, plug=True
    ),
    f"{_BATTERY}.charging.acLimit.selected": Rule(AC_CURRENT_LIMIT, number, plug=True),
    f"{_ELECTRIC}.charging.profile.mode": Rule(CHARGING_MODE, _MODE, plug=True),
    f"{_ELECTRIC}.charging.profile.preference": Rule(CHARGING_PREFERENCE, _PREFERENCE, plug=True),
    "vehicle.cabin.door.status": Rule(LOCK_STATE, _LOCK),
    "vehicle.cabin.door.lock.status": Rule(LOCK_STATE, _LOCK),
    "vehicle.vehicle.antiTheftAlarmSystem.alarm.armStatus": Rule(ALARM, _ALARM),
    "vehicle.body.hood.isOpen": Rule(LIDS["hood"], _LID),
    "vehicle.body.trunk.isOpen": Rule(LIDS["trunk"], _LID),
    "vehicle.cabin.door.row1.driver.isOpen": Rule(LIDS["left_front"], _LID),
    "vehicle.cabin.door.row1.passenger.isOpen": Rule(LIDS["right_front"], _LID),
    "vehicle.cabin.door.row2.driver.isOpen": Rule(LIDS["left_rear"], _LID),
    "vehicle.cabin.door.row2.passenger.isOpen": Rule(LIDS["right_rear"], _LID),
    "vehicle.cabin.sunroof.overallStatus": Rule(LIDS["sun_roof"], _ROOF),
    "vehicle.body.trunk.window.isOpen": Rule(WINDOWS["rear"], _LID),
    "vehicle.cabin.window.row1.driver.status": Rule(WINDOWS["left_front"], _LID),
    "vehicle.cabin.window.row1.passenger.status": Rule(WINDOWS["right_front"], _LID),
    "vehicle.cabin.window.row2.driver.status": Rule(WINDOWS["left_rear"], _LID),
    "vehicle.cabin.window.row2.passenger.status": Rule(WINDOWS["right_rear"], _LID),
    "vehicle.vehicle.preConditioning.activity": Rule(CLIMATE_ACTIVITY, _CLIMATE, fallback=True),
    "vehicle.cabin.hvac.preconditioning.status.comfortState": Rule(CLIMATE_ACTIVITY, _CLIMATE),
    "vehicle.cabin.infotainment.navigation.currentLocation.heading": Rule(HEADING, number),
    **{f"{path}.pressure": Rule(TIRE_PRESSURE[wheel], number) for wheel, path in _TIRE.items()},
    **{
        f"{path}.pressureTarget": Rule(TIRE_TARGET_PRESSURE[wheel], number)
        for wheel, path in _TIRE.items()
    },
}
"""What one descriptor alone tells; what takes several is worked out in `readings`."""

LATITUDE: Final = "vehicle.cabin.infotainment.navigation.currentLocation.latitude"
LONGITUDE: Final = "vehicle.cabin.infotainment.navigation.currentLocation.longitude"
TOTAL_RANGE: Final = "vehicle.drivetrain.lastRemainingRange"
ELECTRIC_RANGE: Final = f"{_ELECTRIC}.kombiRemainingElectricRange"
CHARGING_LEFT: Final = f"{_ELECTRIC}.charging.timeToFullyCharged"
CHARGING_WORD: Final = f"{_ELECTRIC}.charging.status"
CLIMATE_LEFT: Final = (
    "vehicle.cabin.hvac.preconditioning.status.remainingRunningTime",
    "vehicle.vehicle.preConditioning.remainingTime",
)
DISPLAY_UNITS: Final = (
    "vehicle.cabin.infotainment.displayUnit.distance",
    "vehicle.cabin.infotainment.hmi.distanceUnit",
)
SERVICE_LIST: Final = "vehicle.status.conditionBasedServices"
MESSAGE_LIST: Final = "vehicle.status.checkControlMessages"
