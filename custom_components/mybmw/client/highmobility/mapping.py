"""Which property of the Auto API becomes which attribute (docs/protocols/highmobility.md#values).

Attributes that need more than one property are in `readings`.
"""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from ..core.attributes import (
    AC_CURRENT_LIMIT,
    ALARM,
    BATTERY_CAPACITY,
    BATTERY_HEALTH,
    CHARGER_CONNECTED,
    CHARGING_MODE,
    CHARGING_POWER,
    CHARGING_STATUS,
    CHARGING_TARGET,
    CLIMATE_ACTIVITY,
    COLOR,
    CONNECTION_TYPE,
    COUNTRY,
    HEADING,
    LAST_TRIP,
    LEFT_HAND_DRIVE,
    LIDS,
    LOCK_STATE,
    MAX_RANGE_ELECTRIC,
    MILEAGE,
    MODEL,
    MODEL_YEAR,
    PRECONDITIONING_AT_DEPARTURE,
    REMAINING_ENERGY,
    REMAINING_FUEL,
    REMAINING_FUEL_PERCENT,
    REMAINING_RANGE_ELECTRIC,
    STARTER_BATTERY_VOLTAGE,
    STATE_OF_CHARGE,
    TANK_CAPACITY,
    TIRE_PRESSURE,
    TIRE_TARGET_PRESSURE,
    WINDOWS,
    AnyAttribute,
    Attribute,
    Unit,
)
from ..core.convert import Converter, day, member, text
from ..core.descriptors import DESCRIPTORS, PROPERTIES
from ..core.values import (
    AlarmState,
    Brand,
    ChargingMode,
    ChargingStatus,
    ClimateActivity,
    ConnectionType,
    LidState,
    LockState,
)
from .converters import (
    ACTIVE,
    ENABLED,
    LOCKED,
    ON,
    OPEN,
    amount,
    clock_text,
    flag,
    measured,
    moment,
    one_of,
    percent,
    word,
    year,
)


class PropertyRule[T](NamedTuple):
    """What a property becomes.

    With `forgets`, a word that is not known ends what was known. `fallbacks` are properties that
    say the same and count only while this one has no value: deprecated ones, and lesser ones.
    """

    attribute: Attribute[T]
    convert: Converter[T]
    forgets: bool = False
    fallbacks: tuple[str, ...] = ()


type AnyRule = PropertyRule[Any]

_KM: Final = measured(Unit.KILOMETERS)
_METERS: Final = measured(Unit.METERS)
_MINUTES: Final = measured(Unit.MINUTES)
_DAYS: Final = measured(Unit.DAYS)
_KPA: Final = measured(Unit.KILOPASCAL)
_KW: Final = measured(Unit.KILOWATT)
_KWH: Final = measured(Unit.KILOWATT_HOURS)
_AMPERE: Final = measured(Unit.AMPERE)
_VOLT: Final = measured(Unit.VOLT)
_LITERS: Final = measured(Unit.LITERS)
_CELSIUS: Final = measured(Unit.CELSIUS)

BRAND_WORD: Final = member(Brand)
CHARGING_WORD: Final = one_of(
    not_charging=ChargingStatus.NOT_CHARGING,
    charging=ChargingStatus.CHARGING,
    slow_charging=ChargingStatus.CHARGING,
    fast_charging=ChargingStatus.CHARGING,
    charging_complete=ChargingStatus.COMPLETE,
    initialising=ChargingStatus.PLUGGED_IN,
    conditioning=ChargingStatus.PLUGGED_IN,
    ready_for_charging=ChargingStatus.PLUGGED_IN,
    charging_paused=ChargingStatus.WAITING_FOR_CHARGING,
    charging_error=ChargingStatus.ERROR,
    foreign_object_detected=ChargingStatus.ERROR,
    cable_unplugged=ChargingStatus.NOT_CHARGING,
    discharging=ChargingStatus.NOT_CHARGING,
    flap_open=ChargingStatus.NOT_CHARGING,
)
LID_WORD: Final = one_of(
    closed=LidState.CLOSED, open=LidState.OPEN, intermediate=LidState.INTERMEDIATE
)
_MOVING: Final = flag(moving=True, not_moving=False)
_PLUGGED: Final = flag(disconnected=False, plugged_in=True, plugged_in_both_sides=True)
_IGNITION: Final = flag(on=True, start=True, accessory=True, off=False, lock=False)
_LIGHTS: Final = flag(
    inactive=False, active=True, active_with_full_beam=True, drl=True, automatic=False
)
_CLIMATE: Final = one_of(
    active=ClimateActivity.VENTILATION,
    inactive=ClimateActivity.INACTIVE,
    standby=ClimateActivity.STANDBY,
    heating=ClimateActivity.HEATING,
    cooling=ClimateActivity.COOLING,
    ventilation=ClimateActivity.VENTILATION,
)


def tail[T](
    key: str, convert: Converter[T], *fallbacks: str, forgets: bool = False
) -> PropertyRule[T]:
    """Return the rule for an attribute of the catalogue."""
    return PropertyRule(DESCRIPTORS[key].attribute, convert, forgets, fallbacks)


def _own(key: str, convert: Converter[Any] | None = None, *fallbacks: str) -> AnyRule:
    """Return the rule for an attribute that only the Auto API has, by default a word."""
    item = PROPERTIES[key]
    return PropertyRule(item.attribute, convert or word(*item.words), convert is None, fallbacks)


def _words(key: str, **others: str) -> AnyRule:
    """Return the rule for words of the catalogue; `others` maps those of the API to them."""
    return tail(key, word(*DESCRIPTORS[key].words, **others), forgets=True)


_CHARGING: Final = "vehicle.drivetrain.electricEngine.charging"
_BATTERY: Final = "vehicle.powertrain.electric.battery"
_NAVIGATION: Final = "vehicle.cabin.infotainment.navigation"
_TRIP: Final = "vehicle.trip.segment"
_ACCUMULATED: Final = f"{_TRIP}.accumulated.drivetrain"
_END_REASONS: Final = {
    "goal_reached": "charging_goal_reached",
    "requested_by_driver": "end_requested_by_driver",
}

RULES: Final[Mapping[str, AnyRule]] = {
    # Charging
    "charging.battery_level": PropertyRule(STATE_OF_CHARGE, percent),
    "charging.estimated_range": PropertyRule(REMAINING_RANGE_ELECTRIC, _KM),
    "charging.status": PropertyRule(CHARGING_STATUS, CHARGING_WORD, forgets=True),
    "charging.plugged_in": PropertyRule(CHARGER_CONNECTED, _PLUGGED, forgets=True),
    "charging.charge_port_state": tail(
        "vehicle.powertrain.tractionBattery.charging.port.anyPosition.flap.isOpen",
        OPEN,
        forgets=True,
    ),
    "charging.charge_limit": PropertyRule(CHARGING_TARGET, percent),
    "charging.charging_rate": PropertyRule(
        CHARGING_POWER, _KW, fallbacks=("charging.charging_rate_kw",)
    ),
    "charging.max_charging_current": tail(f"{_BATTERY}.charging.acLimit.max", _AMPERE),
    "charging.min_charging_current": tail(f"{_BATTERY}.charging.acLimit.min", _AMPERE),
    "charging.current_limit": PropertyRule(AC_CURRENT_LIMIT, _AMPERE),
    "charging.limit_status": tail(f"{_BATTERY}.charging.acLimit.isActive", ACTIVE, forgets=True),
    "charging.battery_current": tail(
        f"{_CHARGING}.acAmpere",
        _AMPERE,
        "charging.charging_current",
        "charging.battery_current_ac",
        "charging.battery_current_dc",
    ),
    "charging.charger_voltage": tail(
        f"{_CHARGING}.acVoltage",
        _VOLT,
        "charging.charging_voltage",
        "charging.charger_voltage_ac",
        "charging.charger_voltage_dc",
    ),
    "charging.plug_type": _words(
        f"{_CHARGING}.method", type_1="ac_type1plug", type_2="ac_type2plug", ccs="ac_typ2combo"
    ),
    "charging.charging_phases": _words(
        f"{_CHARGING}.phaseNumber", one="one_phase", two="two_phases", three="three_phases"
    ),
    "charging.battery_max_available": PropertyRule(
        BATTERY_CAPACITY, _KWH, fallbacks=("charging.battery_capacity",)
    ),
    "charging.battery_capacity": tail("vehicle.drivetrain.batteryManagement.batterySizeMax", _KWH),
    "charging.battery_energy": PropertyRule(REMAINING_ENERGY, _KWH),
    "charging.max_range": PropertyRule(MAX_RANGE_ELECTRIC, _KM),
    "charging.battery_energy_chargable": tail(f"{_CHARGING}.smeEnergyDeltaFullyCharged", _KWH),
    "charging.charging_end_reason": _words(f"{_CHARGING}.hvpmFinishReason", **_END_REASONS),
    "charging.state_of_health": PropertyRule(BATTERY_HEALTH, percent),
    "charging.charging_single_immediate": tail(
        f"{_CHARGING}.isSingleImmediateCharging", ACTIVE, forgets=True
    ),
    "charging.charging_window_chosen": tail(
        f"{_CHARGING}.windowSelection", flag(chosen=True, not_chosen=False), forgets=True
    ),
    "charging.smart_charging_option": _words(
        f"{_BATTERY}.charging.preferenceSmartCharging", renewable_energy="renewable_energey"
    ),
    "charging.acoustic_limit": _words(f"{_BATTERY}.charging.acousticLimit"),
    "charging.estimated_range_target": tail("vehicle.powertrain.electric.range.target", _KM),
    "charging.charging_time_display": _words(
        "vehicle.powertrain.electric.chargingDuration.displayControl",
        no_display="no_display_time_for_charging",
        display_duration="display_charging_duration",
        no_display_duration="no_display_charging_duration",
    ),
    "charging.departure_time_display": _words(
        "vehicle.powertrain.electric.departureTime.displayControl",
        no_display="dont_display",
        reachable="display_departure_time_reachable",
        not_reachable="no_display_departure_time",
    ),
    "charging.plug_lock_status": _words(
        "vehicle.body.chargingPort.lockedStatus",
        locked="charging_cable_locked",
        unlocked="charging_cable_not_locked",
    ),
    "charging.flap_lock_status": tail("vehicle.body.flap.isLocked", LOCKED, forgets=True),
    "charging.preconditioning_departure_enabled": PropertyRule(
        PRECONDITIONING_AT_DEPARTURE, ENABLED, forgets=True
    ),
    "charging.auxiliary_power": tail("vehicle.vehicle.avgAuxPower", _KW),
    # Fuel, battery, engine
    "diagnostics.odometer": PropertyRule(
        MILEAGE, _KM, fallbacks=("diagnostics.mileage", "diagnostics.mileage_meters")
    ),
    "diagnostics.fuel_volume": PropertyRule(REMAINING_FUEL, _LITERS),
    "diagnostics.fuel_level": PropertyRule(REMAINING_FUEL_PERCENT, percent),
    "diagnostics.battery_voltage": PropertyRule(STARTER_BATTERY_VOLTAGE, _VOLT),
    "diagnostics.engine_coolant_temperature": tail(
        "vehicle.drivetrain.internalCombustionEngine.engine.ect", _CELSIUS
    ),
    "ignition.state": tail(
        "vehicle.drivetrain.engine.isIgnitionOn",
        _IGNITION,
        "ignition.status",
        "ignition.accessories_status",
        forgets=True,
    ),
    "engine.status": tail("vehicle.drivetrain.engine.isActive", ON, forgets=True),
    "engine.preconditioning_enabled": tail(
        "vehicle.vehicle.preConditioning.isRemoteEngineStartAllowed", ENABLED, forgets=True
    ),
    "engine.preconditioning_active": tail(
        "vehicle.vehicle.preConditioning.isRemoteEngineRunning", ACTIVE, forgets=True
    ),
    "engine.preconditioning_error": _words("vehicle.vehicle.preConditioning.error"),
    "race.vehicle_moving": tail("vehicle.isMoving", _MOVING, forgets=True),
    # Doors, windows, lights
    "trunk.position": PropertyRule(LIDS["trunk"], LID_WORD, forgets=True),
    "trunk.lock": tail("vehicle.body.trunk.isLocked", LOCKED, forgets=True),
    "hood.position": PropertyRule(LIDS["hood"], LID_WORD, forgets=True),
    "doors.locks_state": PropertyRule(
        LOCK_STATE,
        one_of(locked=LockState.LOCKED, unlocked=LockState.UNLOCKED),
        forgets=True,
    ),
    "rooftop_control.convertible_roof_state": _words("vehicle.cabin.convertible.roofStatus"),
    "rooftop_control.sunroof_state": _words("vehicle.cabin.sunroof.status"),
    "rooftop_control.sunroof_tilt_state": _words(
        "vehicle.cabin.sunroof.tiltStatus", tilted="open", half_tilted="intermediate"
    ),
    "rooftop_control.position": tail("vehicle.cabin.sunroof.relativePosition", percent),
    "lights.front_exterior_light": tail("vehicle.body.lights.isRunningOn", _LIGHTS, forgets=True),
    "theft_alarm.status": PropertyRule(
        ALARM,
        one_of(armed=AlarmState.ARMED, triggered=AlarmState.ARMED, unarmed=AlarmState.NOT_ARMED),
        forgets=True,
    ),
    "theft_alarm.last_event": tail(
        "vehicle.vehicle.antiTheftAlarmSystem.alarm.activationTime", moment
    ),
    # Climate
    "climate.hvac_state": PropertyRule(CLIMATE_ACTIVITY, _CLIMATE, forgets=True),
    "engine.preconditioning_status": PropertyRule(CLIMATE_ACTIVITY, _CLIMATE, forgets=True),
    # Service
    "maintenance.distance_to_next_service": tail(
        "vehicle.status.serviceDistance.next", _KM, "maintenance.kilometers_to_next_service"
    ),
    "maintenance.service_distance_threshold": tail("vehicle.status.serviceDistance.yellow", _KM),
    "maintenance.service_time_threshold": tail(
        "vehicle.status.serviceTime.yellow", measured(Unit.WEEKS)
    ),
    "maintenance.legal_inspection_date": tail(
        "vehicle.status.serviceTime.inspectionDateLegal",
        day,
        "maintenance.next_inspection_date",
    ),
    "maintenance.cbs_reports_count": tail("vehicle.status.conditionBasedServicesCount", amount),
    "maintenance.teleservice_availability": _words("vehicle.channel.teleservice.status"),
    "maintenance.automatic_teleservice_call_date": tail(
        "vehicle.channel.teleservice.lastAutomaticServiceCallTime", moment
    ),
    # Trips
    "usage.last_trip_date": tail(f"{_TRIP}.end.time", moment),
    "usage.last_trip_battery_remaining": tail(
        f"{_TRIP}.end.drivetrain.batteryManagement.hvSoc", percent
    ),
    "usage.driving_duration_last_trip": PropertyRule(LAST_TRIP["duration"], _MINUTES),
    "usage.electric_distance_last_trip": PropertyRule(LAST_TRIP["electric_distance"], _KM),
    "usage.odometer_after_last_trip": tail(
        f"{_TRIP}.end.travelledDistance", _KM, "usage.mileage_after_last_trip"
    ),
    "usage.last_trip_electric_portion": tail(
        f"{_ACCUMULATED}.transmission.setting.fractionDriveElectric", percent
    ),
    "usage.last_trip_average_energy_recuperation": tail(
        f"{_ACCUMULATED}.electricEngine.recuperationTotal",
        measured(Unit.KILOWATT_HOURS_PER_100_KILOMETERS),
    ),
    "usage.average_weekly_distance": tail("vehicle.vehicle.averageWeeklyDistanceShortTerm", _KM),
    "usage.average_weekly_distance_long_run": tail(
        "vehicle.vehicle.averageWeeklyDistanceLongTerm", _KM
    ),
    "usage.average_speed": tail("vehicle.vehicle.avgSpeed", measured(Unit.KILOMETERS_PER_HOUR)),
    # Where it is and where it goes
    "vehicle_location.heading": PropertyRule(HEADING, measured(Unit.DEGREES)),
    "vehicle_location.altitude": tail(f"{_NAVIGATION}.currentLocation.altitude", _METERS),
    "navi_destination.distance_to_destination": tail(f"{_NAVIGATION}.destinationSet.distance", _KM),
    "navi_destination.data_slots_free": tail(f"{_NAVIGATION}.pointsOfInterests.available", amount),
    "navi_destination.data_slots_max": tail(f"{_NAVIGATION}.pointsOfInterests.max", amount),
    "mobile.connection": tail(
        "vehicle.cabin.infotainment.isMobilePhoneConnected",
        flag(connected=True, disconnected=False),
        forgets=True,
    ),
    "vehicle_time.vehicle_time": tail("vehicle.channel.ngtp.timeVehicle", clock_text),
    # The car itself
    "vehicle_information.model_name": PropertyRule(
        MODEL, text, fallbacks=("vehicle_information.sales_designation",)
    ),
    "vehicle_information.model_year": PropertyRule(MODEL_YEAR, year),
    "vehicle_information.colour_name": PropertyRule(COLOR, text),
    "vehicle_information.country_code": PropertyRule(COUNTRY, text),
    "vehicle_information.fuel_tank_capacity": PropertyRule(TANK_CAPACITY, _LITERS),
    "vehicle_information.driver_seat_location": PropertyRule(
        LEFT_HAND_DRIVE, flag(left=True, right=False)
    ),
    "vehicle_information.display_unit": _words("vehicle.cabin.infotainment.displayUnit.distance"),
    "vehicle_information.time_zone": _words("vehicle.vehicle.timeSetting"),
    # What only the Auto API has
    "charging.current_type": _own("charging.current_type"),
    "lights.parking_light_status": _own("lights.parking_light_status"),
    "maintenance.time_to_next_service": _own(
        "maintenance.time_to_next_service", _DAYS, "maintenance.days_to_next_service"
    ),
    "navi_destination.arrival_duration": _own("navi_destination.arrival_duration", _MINUTES),
    "navi_destination.battery_consumption_to_destination": _own(
        "navi_destination.battery_consumption_to_destination", percent
    ),
    "navi_destination.charging_time_for_destination": _own(
        "navi_destination.charging_time_for_destination", _MINUTES
    ),
    "usage.last_trip_battery_regenerated": _own("usage.last_trip_battery_regenerated", percent),
    "usage.last_trip_energy_consumption": _own("usage.last_trip_energy_consumption", _KWH),
    "usage.last_trip_fuel_consumption": _own("usage.last_trip_fuel_consumption", _LITERS),
    "vehicle_location.precision": _own("vehicle_location.precision", _METERS),
}
"""Attributes of one property each, in this order."""

MORE_RULES: Final[Mapping[str, tuple[AnyRule, ...]]] = {
    "charging.charge_mode": (
        PropertyRule(
            CHARGING_MODE,
            one_of(
                *("conductive", "inductive", "push_button"),
                immediate=ChargingMode.IMMEDIATE,
                timer_based=ChargingMode.DELAYED,
            ),
        ),
        PropertyRule(
            CONNECTION_TYPE,
            one_of(
                *("immediate", "push_button", "timer_based"),
                conductive=ConnectionType.CONDUCTIVE,
                inductive=ConnectionType.INDUCTIVE,
            ),
        ),
    ),
    "theft_alarm.status": (
        tail(
            "vehicle.vehicle.antiTheftAlarmSystem.alarm.isOn",
            flag(armed=False, triggered=True, unarmed=False),
        ),
    ),
}
"""Further attributes of properties."""

PLACES: Final[Mapping[str, tuple[str, Converter[Any], Mapping[str, AnyAttribute]]]] = {
    "doors.positions": (
        "position",
        LID_WORD,
        {
            "front_left": LIDS["left_front"],
            "front_right": LIDS["right_front"],
            "rear_left": LIDS["left_rear"],
            "rear_right": LIDS["right_rear"],
        },
    ),
    "windows.positions": (
        "position",
        LID_WORD,
        {
            "front_left": WINDOWS["left_front"],
            "front_right": WINDOWS["right_front"],
            "rear_left": WINDOWS["left_rear"],
            "rear_right": WINDOWS["right_rear"],
            "hatch": WINDOWS["rear"],
        },
    ),
    "diagnostics.tire_pressures": ("pressure", _KPA, TIRE_PRESSURE),
    "diagnostics.tire_pressures_targets": ("pressure", _KPA, TIRE_TARGET_PRESSURE),
    "diagnostics.tire_temperatures": (
        "temperature",
        _CELSIUS,
        {
            wheel: DESCRIPTORS[f"vehicle.chassis.axle.{place}.tire.temperature"].attribute
            for wheel, place in {
                "front_left": "row1.wheel.left",
                "front_right": "row1.wheel.right",
                "rear_left": "row2.wheel.left",
                "rear_right": "row2.wheel.right",
            }.items()
        },
    ),
}
"""Lists by `location`: the field with the value, and the attribute of each place."""

PLUG: Final = frozenset(
    rule.attribute for path, rule in RULES.items() if path.startswith("charging.")
) - {DESCRIPTORS["vehicle.vehicle.avgAuxPower"].attribute}
"""What only cars have that can be charged."""

FUEL: Final = frozenset(
    {
        REMAINING_FUEL,
        REMAINING_FUEL_PERCENT,
        TANK_CAPACITY,
        DESCRIPTORS["vehicle.drivetrain.internalCombustionEngine.engine.ect"].attribute,
    }
)
"""What only cars have that burn fuel."""
