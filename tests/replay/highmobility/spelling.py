"""How the Auto API spells what CarData and the app report; written down without our parser."""

from collections.abc import Callable, Mapping
from typing import Any, Final

type Spell = Callable[[str, str], Any]
"""From a value and unit as CarData writes them to the data; ValueError if there is no word."""

_MILES: Final = frozenset({"mi", "mls", "mile", "miles"})


def measured(unit: str, factor: float = 1.0, digits: int = 6) -> Spell:
    """Return what makes a measured value of a number."""

    def spell(value: str, told: str) -> Any:
        known = "miles" if told in _MILES else unit
        return {
            "value": round(float(value) * (1 if told in _MILES else factor), digits),
            "unit": known,
        }

    return spell


def fraction(value: str, _unit: str) -> float:
    """Return percent as a fraction."""
    return round(float(value) / 100, 6)


def number(value: str, _unit: str = "") -> float:
    """Return a number."""
    return float(value)


def words(**known: str) -> Spell:
    """Return what makes words of words; case and "-" do not matter."""

    def spell(value: str, _unit: str) -> str:
        key = value.strip().lower().replace("-", "_")
        if key not in known:
            raise ValueError(value)
        return known[key]

    return spell


def same(*known: str) -> Spell:
    """Return what takes words as they are, in lower case."""
    return words(**{word: word for word in known})


OPEN: Final = words(
    open="open", closed="closed", true="open", false="closed", intermediate="intermediate"
)
DOOR: Final = words(open="open", closed="closed", true="open", false="closed")
LOCKED: Final = words(locked="locked", secured="locked", unlocked="unlocked")
CHARGING: Final = words(
    nocharging="not_charging",
    not_charging="not_charging",
    initialization="initialising",
    plugged_in="ready_for_charging",
    chargingactive="charging",
    charging="charging",
    charginginprogress="charging",
    chargingpaused="charging_paused",
    waiting_for_charging="charging_paused",
    charginginterrupted="charging_paused",
    chargingended="charging_complete",
    complete="charging_complete",
    chargingerror="charging_error",
    error="charging_error",
)

_E: Final = "vehicle.drivetrain.electricEngine"
_B: Final = "vehicle.powertrain.electric.battery"
_N: Final = "vehicle.cabin.infotainment.navigation"
_T: Final = "vehicle.trip.segment"

PROPERTIES: Final[Mapping[str, tuple[str, Spell]]] = {
    "charging.estimated_range": (f"{_E}.kombiRemainingElectricRange", measured("kilometers")),
    "charging.status": (f"{_E}.charging.status", CHARGING),
    "charging.plugged_in": (
        "vehicle.body.chargingPort.status",
        words(connected="plugged_in", disconnected="disconnected"),
    ),
    "charging.charge_port_state": (
        "vehicle.powertrain.tractionBattery.charging.port.anyPosition.flap.isOpen",
        DOOR,
    ),
    "charging.charge_limit": (f"{_B}.stateOfCharge.target", fraction),
    "charging.time_to_complete_charge": (
        f"{_E}.charging.timeToFullyCharged",
        measured("seconds", 60),
    ),
    "charging.charging_rate": (f"{_B}.charging.power", measured("watts")),
    "charging.max_charging_current": (f"{_B}.charging.acLimit.max", measured("amperes")),
    "charging.min_charging_current": (f"{_B}.charging.acLimit.min", measured("amperes")),
    "charging.current_limit": (f"{_B}.charging.acLimit.selected", measured("milliamperes", 1000)),
    "charging.limit_status": (
        f"{_B}.charging.acLimit.isActive",
        words(ac_limit_active="active", ac_limit_inactive="inactive"),
    ),
    "charging.charger_voltage": (f"{_E}.charging.acVoltage", measured("volts")),
    "charging.battery_current": (f"{_E}.charging.acAmpere", measured("amperes")),
    "charging.charging_phases": (
        f"{_E}.charging.phaseNumber",
        words(
            nocharging="no_charging",
            no_charging="no_charging",
            one_phase="one",
            two_phases="two",
            three_phases="three",
            **{"1_phases": "one", "2_phases": "two", "3_phases": "three", "3": "three", "1": "one"},
        ),
    ),
    "charging.plug_type": (
        f"{_E}.charging.method",
        words(ac_type1plug="type_1", ac_type2plug="type_2", ac_typ2combo="ccs"),
    ),
    "charging.battery_max_available": (
        "vehicle.drivetrain.batteryManagement.maxEnergy",
        measured("watt_hours", 1000),
    ),
    "charging.state_of_health": (f"{_B}.stateOfHealth.displayed", fraction),
    "charging.smart_charging_option": (
        f"{_B}.charging.preferenceSmartCharging",
        words(
            price_optimized="price_optimized",
            co2_optimized="co2_optimized",
            renewable_energey="renewable_energy",
        ),
    ),
    "charging.acoustic_limit": (
        f"{_B}.charging.acousticLimit",
        same("automatic", "unlimited", "limited"),
    ),
    "charging.plug_lock_status": (
        "vehicle.body.chargingPort.lockedStatus",
        words(charging_cable_locked="locked", charging_cable_not_locked="unlocked"),
    ),
    "charging.flap_lock_status": (
        "vehicle.body.flap.isLocked",
        words(flap_locked="locked", flap_unlocked="unlocked"),
    ),
    "charging.auxiliary_power": ("vehicle.vehicle.avgAuxPower", measured("watts", 1000)),
    "charging.charge_mode": (
        f"{_E}.charging.profile.mode",
        words(immediate_charging="immediate", delayed_charging="timer_based"),
    ),
    "charging.charging_end_reason": (
        f"{_E}.charging.hvpmFinishReason",
        words(
            charging_goal_reached="goal_reached",
            end_requested_by_driver="requested_by_driver",
            connector_removed="connector_removed",
            powergrid_failed="powergrid_failed",
        ),
    ),
    "climate.hvac_state": (
        "vehicle.vehicle.preConditioning.activity",
        words(inactive="inactive", heating="active", cooling="active", ventilation="active"),
    ),
    "engine.preconditioning_status": (
        "vehicle.vehicle.preConditioning.activity",
        same("inactive", "standby", "heating", "cooling", "ventilation"),
    ),
    "engine.preconditioning_error": (
        "vehicle.vehicle.preConditioning.error",
        same(
            *("ok", "low_fuel", "low_battery", "quota_exceeded", "heater_failure"),
            *("component_failure", "open_or_unlocked"),
        ),
    ),
    "engine.status": (
        "vehicle.drivetrain.engine.isActive",
        words(true="on", false="off"),
    ),
    "ignition.state": (
        "vehicle.drivetrain.engine.isIgnitionOn",
        words(true="on", false="off"),
    ),
    "race.vehicle_moving": (
        "vehicle.isMoving",
        words(true="moving", false="not_moving"),
    ),
    "diagnostics.odometer": ("vehicle.vehicle.travelledDistance", measured("kilometers")),
    "diagnostics.fuel_volume": (
        "vehicle.drivetrain.fuelSystem.remainingFuel",
        measured("milliliters", 1000),
    ),
    "diagnostics.fuel_level": ("vehicle.drivetrain.fuelSystem.level", fraction),
    "diagnostics.battery_voltage": (
        "vehicle.electricalSystem.battery.voltage",
        measured("millivolts", 1000),
    ),
    "diagnostics.engine_coolant_temperature": (
        "vehicle.drivetrain.internalCombustionEngine.engine.ect",
        measured("celsius"),
    ),
    "doors.locks_state": ("vehicle.cabin.door.status", LOCKED),
    "hood.position": ("vehicle.body.hood.isOpen", OPEN),
    "trunk.position": ("vehicle.body.trunk.isOpen", DOOR),
    "rooftop_control.sunroof_state": (
        "vehicle.cabin.sunroof.status",
        same("closed", "intermediate", "open"),
    ),
    "rooftop_control.sunroof_tilt_state": (
        "vehicle.cabin.sunroof.tiltStatus",
        words(closed="closed", open="tilted", intermediate="half_tilted"),
    ),
    "lights.front_exterior_light": (
        "vehicle.body.lights.isRunningOn",
        words(true="active", false="inactive"),
    ),
    "theft_alarm.status": (
        "vehicle.vehicle.antiTheftAlarmSystem.alarm.armStatus",
        words(unarmed="unarmed", doors_only="armed", doors_tilt_cabin="armed"),
    ),
    "maintenance.distance_to_next_service": (
        "vehicle.status.serviceDistance.next",
        measured("meters", 1000),
    ),
    "usage.last_trip_battery_remaining": (
        f"{_T}.end.drivetrain.batteryManagement.hvSoc",
        fraction,
    ),
    "usage.odometer_after_last_trip": (f"{_T}.end.travelledDistance", measured("kilometers")),
    "usage.last_trip_electric_portion": (
        f"{_T}.accumulated.drivetrain.transmission.setting.fractionDriveElectric",
        fraction,
    ),
    "usage.last_trip_average_energy_recuperation": (
        f"{_T}.accumulated.drivetrain.electricEngine.recuperationTotal",
        measured("kwh_per_100_kilometers"),
    ),
    "usage.average_speed": ("vehicle.vehicle.avgSpeed", measured("kilometers_per_hour")),
    "usage.average_weekly_distance": (
        "vehicle.vehicle.averageWeeklyDistanceShortTerm",
        measured("kilometers"),
    ),
    "usage.average_weekly_distance_long_run": (
        "vehicle.vehicle.averageWeeklyDistanceLongTerm",
        measured("kilometers"),
    ),
    "vehicle_location.heading": (f"{_N}.currentLocation.heading", measured("degrees")),
    "vehicle_location.altitude": (f"{_N}.currentLocation.altitude", measured("meters")),
    "navi_destination.distance_to_destination": (
        f"{_N}.destinationSet.distance",
        measured("kilometers"),
    ),
    "mobile.connection": (
        "vehicle.cabin.infotainment.isMobilePhoneConnected",
        words(true="connected", false="disconnected"),
    ),
}
"""By property, the descriptor of CarData that says the same, and how it is spelled."""

DOORS: Final = {
    "front_left": "vehicle.cabin.door.row1.driver.isOpen",
    "front_right": "vehicle.cabin.door.row1.passenger.isOpen",
    "rear_left": "vehicle.cabin.door.row2.driver.isOpen",
    "rear_right": "vehicle.cabin.door.row2.passenger.isOpen",
}
WINDOWS: Final = {
    "front_left": "vehicle.cabin.window.row1.driver.status",
    "front_right": "vehicle.cabin.window.row1.passenger.status",
    "rear_left": "vehicle.cabin.window.row2.driver.status",
    "rear_right": "vehicle.cabin.window.row2.passenger.status",
    "hatch": "vehicle.body.trunk.window.isOpen",
}
WHEELS: Final = {
    "front_left": "vehicle.chassis.axle.row1.wheel.left.tire",
    "front_right": "vehicle.chassis.axle.row1.wheel.right.tire",
    "rear_left": "vehicle.chassis.axle.row2.wheel.left.tire",
    "rear_right": "vehicle.chassis.axle.row2.wheel.right.tire",
}
SOC: Final = (
    "vehicle.drivetrain.batteryManagement.header",
    f"{_B}.stateOfCharge.displayed",
    f"{_E}.charging.level",
)
PLACE: Final = (f"{_N}.currentLocation.latitude", f"{_N}.currentLocation.longitude")
TOTAL_RANGE: Final = "vehicle.drivetrain.lastRemainingRange"
ELECTRIC_RANGE: Final = f"{_E}.kombiRemainingElectricRange"
SERVICES: Final = "vehicle.status.conditionBasedServices"
MESSAGES: Final = "vehicle.status.checkControlMessages"
TRIP_END: Final = f"{_T}.end.time"
