"""The attributes of a car: one constant for each, with its key, type, unit and bounds.

They are the contract between sources and users of the client; sources convert to these units. A
key never changes: unique ids of entities contain it. Keys with dots are those of bimmer_connected
and Home Assistant's former integration.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final, cast, final

from .commands import CommandKind, CommandResult
from .records import BatteryEstimate, Charge, EnergyCost, Prediction, ProjectedRange, Trip
from .value_class import record
from .values import (
    Access,
    Activity,
    AlarmState,
    Brand,
    ChargingEndReason,
    ChargingEndResult,
    ChargingMode,
    ChargingPlace,
    ChargingPreference,
    ChargingProfile,
    ChargingSession,
    ChargingStatus,
    CheckControlMessage,
    ClimateActivity,
    ClimateTimer,
    Comparison,
    Connection,
    ConnectionType,
    Destination,
    DriveTrain,
    LastStateCall,
    LidState,
    LockState,
    Position,
    PositionStatus,
    RangeMap,
    ServiceItem,
    TimerType,
    Tire,
    TireComparison,
    UpdateReason,
    Wear,
)


class Unit(StrEnum):
    """The units of the values of attributes."""

    KILOMETERS = "km"
    METERS = "m"
    KILOMETERS_PER_HOUR = "km/h"
    PERCENT = "%"
    LITERS = "L"
    KILOPASCAL = "kPa"
    CELSIUS = "°C"
    AMPERE = "A"
    VOLT = "V"
    KILOWATT = "kW"
    KILOWATT_HOURS = "kWh"
    KILOWATT_HOURS_PER_100_KILOMETERS = "kWh/100km"
    LITERS_PER_100_KILOMETERS = "L/100km"
    KILOGRAMS = "kg"
    SECONDS = "s"
    MINUTES = "min"
    DAYS = "d"
    WEEKS = "weeks"
    MONTHS = "months"
    DEGREES = "°"
    STARS = "stars"


@final
@record
class Reading[T]:
    """One value of one attribute, with the time it was measured and the name of its source.

    `assumed` means that the value came without its unit.
    """

    attribute: Attribute[T]
    value: T
    time: datetime
    source: str
    assumed: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Attribute[T]:
    """One attribute of a car; compared and hashed by identity.

    Values outside `low` and `high` are implausible. A change of at most `tolerance` is ignored, so
    that a time calculated from "minutes left" is stable. `growing` values neither fall nor jump
    (see `odometer`). A `transient` value ends when a complete response does not contain it. A
    `private` value is personal data, such as a location, and is removed from recordings.
    """

    key: str
    type: type[T]
    unit: Unit | None = None
    low: float | None = None
    high: float | None = None
    tolerance: timedelta | None = None
    growing: bool = False
    transient: bool = False
    private: bool = False

    def at(self, value: T, time: datetime, source: str = "") -> Reading[T]:
        """Return a reading of this attribute, measured at `time`."""
        return Reading(self, value, time, source)

    def ended(self, time: datetime, source: str = "") -> Reading[T]:
        """Return a reading that ends the value of this attribute at `time`."""
        return Reading(self, cast("T", None), time, source)


type AnyAttribute = Attribute[Any]
type AnyReading = Reading[Any]

_FIVE_MINUTES: Final = timedelta(minutes=5)

# Vehicle
BRAND: Final = Attribute("brand", Brand)
MODEL: Final = Attribute("model", str)
MODEL_YEAR: Final = Attribute("model_year", int, low=1990, high=2100)
BODY_TYPE: Final = Attribute("body_type", str)
COLOR: Final = Attribute("color", str)
COUNTRY: Final = Attribute("country", str)
DRIVE_TRAIN: Final = Attribute("drive_train", DriveTrain)
HEADUNIT_TYPE: Final = Attribute("headunit.headunit_type", str)
IDRIVE_VERSION: Final = Attribute("headunit.idrive_version", str)
SOFTWARE_VERSION: Final = Attribute("headunit.software_version", str)
TELEMATICS_UNIT: Final = Attribute("telematics_unit", str)
LEFT_HAND_DRIVE: Final = Attribute("left_hand_drive", bool)

# Connection and permissions
LAST_UPDATE: Final = Attribute("timestamp", datetime, tolerance=timedelta(minutes=1))
CONNECTION: Final = Attribute("connection", Connection)
ACCESS: Final = Attribute("access", Access)
LSC_ENABLED: Final = Attribute("is_lsc_enabled", bool)
LSC_TYPE: Final = Attribute("lsc_type", LastStateCall)
TRACKING_ENABLED: Final = Attribute("is_vehicle_tracking_enabled", bool)
PRIVACY_MODE: Final = Attribute("privacy_mode", bool)
UPDATE_REASON: Final = Attribute("update_reason", UpdateReason)
ACTIVITY: Final = Attribute("activity", Activity)
COMMANDS: Final = Attribute("commands", tuple[CommandKind, ...])

# Distance, fuel and battery
MILEAGE: Final = Attribute("mileage", float, Unit.KILOMETERS, low=1, high=3_000_000, growing=True)
REMAINING_RANGE_TOTAL: Final = Attribute(
    "fuel_and_battery.remaining_range_total", float, Unit.KILOMETERS, low=0, high=3_000
)
REMAINING_RANGE_ELECTRIC: Final = Attribute(
    "fuel_and_battery.remaining_range_electric", float, Unit.KILOMETERS, low=0, high=1_500
)
REMAINING_RANGE_FUEL: Final = Attribute(
    "fuel_and_battery.remaining_range_fuel", float, Unit.KILOMETERS, low=0, high=3_000
)
REMAINING_FUEL: Final = Attribute(
    "fuel_and_battery.remaining_fuel", float, Unit.LITERS, low=0, high=200
)
REMAINING_FUEL_PERCENT: Final = Attribute(
    "fuel_and_battery.remaining_fuel_percent", float, Unit.PERCENT, low=0, high=100
)
STATE_OF_CHARGE: Final = Attribute(
    "fuel_and_battery.remaining_battery_percent", float, Unit.PERCENT, low=0, high=100
)
BATTERY_CAPACITY: Final = Attribute("battery_capacity", float, Unit.KILOWATT_HOURS, low=1, high=300)
REMAINING_ENERGY: Final = Attribute("remaining_energy", float, Unit.KILOWATT_HOURS, low=0, high=300)
MAX_RANGE_ELECTRIC: Final = Attribute(
    "max_range_electric", float, Unit.KILOMETERS, low=0, high=1_500
)
TANK_CAPACITY: Final = Attribute("tank_capacity", float, Unit.LITERS, low=1, high=200)
BATTERY_HEALTH: Final = Attribute("battery_health", float, Unit.PERCENT, low=1, high=150)
STARTER_BATTERY_CHARGE: Final = Attribute(
    "starter_battery_charge", float, Unit.PERCENT, low=0, high=100
)
STARTER_BATTERY_VOLTAGE: Final = Attribute(
    "starter_battery_voltage", float, Unit.VOLT, low=5, high=20
)
STARTER_BATTERY_LOW: Final = Attribute("starter_battery_low", bool)
AVERAGE_CONSUMPTION: Final = Attribute(
    "average_consumption", float, Unit.KILOWATT_HOURS_PER_100_KILOMETERS, low=0.1, high=200
)

# Charging
CHARGING_STATUS: Final = Attribute(
    "fuel_and_battery.charging_status", ChargingStatus, transient=True
)
CHARGER_CONNECTED: Final = Attribute("fuel_and_battery.is_charger_connected", bool, transient=True)
CONNECTION_TYPE: Final = Attribute("charging_connection_type", ConnectionType, transient=True)
CHARGING_TARGET: Final = Attribute(
    "fuel_and_battery.charging_target", float, Unit.PERCENT, low=1, high=100
)
CHARGING_SINCE: Final = Attribute("charging_since", datetime)
CHARGING_START_TIME: Final = Attribute(
    "fuel_and_battery.charging_start_time", datetime, transient=True
)
CHARGING_END_TIME: Final = Attribute(
    "fuel_and_battery.charging_end_time", datetime, tolerance=_FIVE_MINUTES, transient=True
)
CHARGING_TIME_LEFT: Final = Attribute(
    "charging_time_remaining", float, Unit.MINUTES, low=0, high=10_080, transient=True
)
CHARGING_POWER: Final = Attribute(
    "charging_power", float, Unit.KILOWATT, low=0, high=1_000, transient=True
)
CHARGING_END_REASON: Final = Attribute("charging_end_reason", ChargingEndReason)
CHARGING_END_RESULT: Final = Attribute("charging_end_result", ChargingEndResult)
CHARGING_SESSIONS: Final = Attribute("charging_sessions", tuple[ChargingSession, ...], private=True)
CHARGED_THIS_MONTH: Final = Attribute(
    "charged_this_month", float, Unit.KILOWATT_HOURS, low=0, high=100_000
)
CHARGING_PLACES: Final = Attribute("charging_places", tuple[ChargingPlace, ...], private=True)
CHARGING_PROFILE: Final = Attribute("charging_profile", ChargingProfile)
CHARGING_MODE: Final = Attribute("charging_profile.charging_mode", ChargingMode)
CHARGING_PREFERENCE: Final = Attribute("charging_profile.charging_preferences", ChargingPreference)
TIMER_TYPE: Final = Attribute("charging_profile.timer_type", TimerType)
PRECONDITIONING_AT_DEPARTURE: Final = Attribute("is_pre_entry_climatization_enabled", bool)
AC_CURRENT_LIMIT: Final = Attribute(
    "charging_profile.ac_current_limit", float, Unit.AMPERE, low=1, high=100
)
AC_CURRENT_LIMITS: Final = Attribute("charging_profile.ac_available_limits", tuple[int, ...])
SERVICE_PACK: Final = Attribute("charging_profile.charging_preferences_service_pack", str)
DC_LOUDNESS: Final = Attribute("dc_loudness", str)
CABLE_UNLOCKED_AFTER_CHARGING: Final = Attribute("unlock_cable_after_charging", bool)
FLAP_PERMANENTLY_UNLOCKED: Final = Attribute("charging_flap_unlocked", bool)

# Location
POSITION: Final = Attribute("vehicle_location.location", Position, private=True)
HEADING: Final = Attribute(
    "vehicle_location.heading", float, Unit.DEGREES, low=0, high=360, transient=True, private=True
)
ADDRESS: Final = Attribute("vehicle_location.address", str, transient=True, private=True)
POSITION_STATUS: Final = Attribute("position_status", PositionStatus)
DESTINATIONS: Final = Attribute("destinations", tuple[Destination, ...], private=True)
RANGE_MAP: Final = Attribute("range_map", RangeMap, private=True)

# The last trip, and all of them since they are counted
TRIP_END: Final = Attribute("last_trip.end", datetime)
LAST_TRIP: Final[Mapping[str, Attribute[float]]] = {
    name: Attribute(f"last_trip.{name}", float, unit, low=0, high=high)
    for name, unit, high in (
        ("distance", Unit.KILOMETERS, 5_000),
        ("duration", Unit.MINUTES, 10_080),
        ("electric_distance", Unit.KILOMETERS, 5_000),
        ("electric_share", Unit.PERCENT, 100),
        ("electric_consumption", Unit.KILOWATT_HOURS_PER_100_KILOMETERS, 200),
        ("recuperation", Unit.KILOWATT_HOURS_PER_100_KILOMETERS, 200),
        ("fuel_consumption", Unit.LITERS_PER_100_KILOMETERS, 100),
        ("saved_fuel", Unit.LITERS, 1_000),
        ("efficiency", Unit.STARS, 5),
        ("acceleration", Unit.STARS, 5),
        ("anticipation", Unit.STARS, 5),
        ("total_consumption", Unit.STARS, 5),
        ("auxiliary_consumption", Unit.STARS, 5),
        ("driving_mode", Unit.STARS, 5),
    )
}
ALL_TRIPS: Final[Mapping[str, Attribute[Comparison]]] = {
    name: Attribute(f"all_trips.{name}", Comparison, unit)
    for name, unit in (
        ("electric_consumption", Unit.KILOWATT_HOURS_PER_100_KILOMETERS),
        ("recuperation", Unit.KILOWATT_HOURS_PER_100_KILOMETERS),
        ("fuel_consumption", Unit.LITERS_PER_100_KILOMETERS),
        ("charge_cycle_range", Unit.KILOMETERS),
        ("electric_distance", Unit.KILOMETERS),
    )
}
SAVED_CO2: Final = Attribute("all_trips.saved_co2", float, Unit.KILOGRAMS, low=0, high=1_000_000)
SAVED_CO2_GREEN: Final = Attribute(
    "all_trips.saved_co2_green_energy", float, Unit.KILOGRAMS, low=0, high=1_000_000
)
SAVED_FUEL: Final = Attribute("all_trips.saved_fuel", float, Unit.LITERS, low=0, high=1_000_000)
TRIPS_SINCE: Final = Attribute("all_trips.since", datetime)

# The journal
DRIVING: Final = Attribute("driving", bool)
JOURNAL_TRIP: Final = Attribute("last_trip", Trip, private=True)
JOURNAL_CHARGE: Final = Attribute("last_charge", Charge, private=True)
DISTANCE: Final[Mapping[str, Attribute[float]]] = {
    period: Attribute(f"distance_{period}", float, Unit.KILOMETERS, low=0, high=3_000_000)
    for period in ("today", "week", "month", "year")
}
CHARGED_HOME: Final = Attribute("charged_home", float, Unit.KILOWATT_HOURS, low=0)
CHARGED_AWAY: Final = Attribute("charged_away", float, Unit.KILOWATT_HOURS, low=0)
COST: Final[Mapping[str, Attribute[float]]] = {
    period: Attribute(f"charging_cost_{period}", float)
    for period in ("today", "week", "month", "year")
}
COST_PER_DISTANCE: Final = Attribute("cost_per_100km", float)
LAST_COST: Final = Attribute("last_charge_cost", float)
RUNNING_COST: Final = Attribute("running_charge_cost", float)
FUEL_COST: Final[Mapping[str, Attribute[float]]] = {
    period: Attribute(f"fuel_cost_{period}", float) for period in ("today", "week", "month", "year")
}
FUEL_COST_PER_DISTANCE: Final = Attribute("fuel_cost_per_100km", float)
ENERGY_COST_MONTH: Final = Attribute("energy_cost_month", EnergyCost)
ENERGY_COST_PER_DISTANCE: Final = Attribute("energy_cost_per_100km", EnergyCost)
_ENERGY_COSTS: Final = (ENERGY_COST_MONTH, ENERGY_COST_PER_DISTANCE)
COSTS: Final[frozenset[AnyAttribute]] = frozenset(
    {*COST.values(), COST_PER_DISTANCE, LAST_COST, RUNNING_COST, *_ENERGY_COSTS}
)
"""What is known once the user has set a price of charging."""
FUEL_COSTS: Final[frozenset[AnyAttribute]] = frozenset(
    {*FUEL_COST.values(), FUEL_COST_PER_DISTANCE, *_ENERGY_COSTS}
)
"""What is known once the user has set a price of fuel."""
ESTIMATED_CAPACITY: Final = Attribute("estimated_battery_capacity", BatteryEstimate)
ESTIMATED_HEALTH: Final = Attribute("estimated_battery_health", float, Unit.PERCENT)
EFFICIENCY: Final[Mapping[str, Attribute[float]]] = {
    kind: Attribute(f"charging_efficiency_{kind}", float, Unit.PERCENT) for kind in ("ac", "dc")
}
CHARGED: Final[Mapping[str, Attribute[float]]] = {
    period: Attribute(f"charged_{period}", float, Unit.KILOWATT_HOURS, low=0)
    for period in ("today", "week", "year")
}
CONSUMPTION: Final[Mapping[str, Attribute[float]]] = {
    period: Attribute(f"consumption_{period}", float, Unit.KILOWATT_HOURS_PER_100_KILOMETERS)
    for period in ("today", "week", "month", "year")
}
ELECTRIC_SHARE_MONTH: Final = Attribute("electric_share_month", float, Unit.PERCENT)
SOLAR_SHARE_MONTH: Final = Attribute("solar_share_month", float, Unit.PERCENT)
SOLAR_SHARE_NOW: Final = Attribute("solar_share_now", float, Unit.PERCENT)
FUEL_MONTH: Final = Attribute("fuel_month", float, Unit.LITERS, low=0)
FUEL_CONSUMPTION_MONTH: Final = Attribute(
    "fuel_consumption_month", float, Unit.LITERS_PER_100_KILOMETERS
)
PROJECTED_RANGE: Final = Attribute("projected_range", ProjectedRange)
STANDBY_LOSS: Final = Attribute("standby_loss", float, Unit.PERCENT)
PREDICTED_SOC: Final = Attribute("predicted_soc", Prediction)
DISTANCE_FROM_HOME: Final = Attribute("distance_from_home", float, Unit.KILOMETERS, low=0)
AT_HOME: Final = Attribute("at_home", bool)
JOURNAL: Final[frozenset[AnyAttribute]] = frozenset(
    {
        DRIVING,
        JOURNAL_TRIP,
        JOURNAL_CHARGE,
        *DISTANCE.values(),
        CHARGED_HOME,
        CHARGED_AWAY,
        *COSTS,
        *FUEL_COSTS,
        ESTIMATED_CAPACITY,
        ESTIMATED_HEALTH,
        *EFFICIENCY.values(),
        PROJECTED_RANGE,
        STANDBY_LOSS,
        *CHARGED.values(),
        *CONSUMPTION.values(),
        ELECTRIC_SHARE_MONTH,
        SOLAR_SHARE_MONTH,
        SOLAR_SHARE_NOW,
        FUEL_MONTH,
        FUEL_CONSUMPTION_MONTH,
        PREDICTED_SOC,
        DISTANCE_FROM_HOME,
        AT_HOME,
    }
)
"""The attributes whose values only the journal knows, which has files of its own."""

# Doors, windows, locks
LOCK_STATE: Final = Attribute("doors_and_windows.door_lock_state", LockState)
ALARM: Final = Attribute("alarm", AlarmState)
ACCIDENT: Final = Attribute("accident", bool)
LIDS: Final[Mapping[str, Attribute[LidState]]] = {
    name: Attribute(f"lids.{name}", LidState)
    for name in (
        "hood",
        "left_front",
        "left_rear",
        "right_front",
        "right_rear",
        "trunk",
        "sun_roof",
    )
}
WINDOWS: Final[Mapping[str, Attribute[LidState]]] = {
    name: Attribute(f"windows.{name}", LidState)
    for name in ("left_front", "left_rear", "rear", "right_front", "right_rear")
}
CONVERTIBLE_ROOF: Final = Attribute("lids.convertible_roof", LidState)
POSITION_LIGHT: Final = Attribute("position_light", bool)

# Climate
CLIMATE_ACTIVITY: Final = Attribute("climate.activity", ClimateActivity, transient=True)
CLIMATE_END_TIME: Final = Attribute(
    "climate.activity_end_time", datetime, tolerance=timedelta(minutes=2), transient=True
)
CLIMATE_TIMERS: Final = Attribute("climate.timers", tuple[ClimateTimer, ...])
CLIMATE_TIMER: Final[Mapping[str, Attribute[str]]] = {
    name: Attribute(f"climate.timer.{name}", str) for name in ("once", "first", "second")
}

# Service and warnings
SERVICES: Final = Attribute("condition_based_services", tuple[ServiceItem, ...])
CHECK_CONTROL: Final = Attribute(
    "check_control_messages", tuple[CheckControlMessage, ...], transient=True
)
FAULT_CODES: Final = Attribute("fault_codes", tuple[str, ...])

# Tyres
WHEELS: Final = ("front_left", "front_right", "rear_left", "rear_right")
TIRE_PRESSURE: Final[Mapping[str, Attribute[float]]] = {
    wheel: Attribute(f"tires.{wheel}.current_pressure", float, Unit.KILOPASCAL, low=1, high=1_000)
    for wheel in WHEELS
}
TIRE_TARGET_PRESSURE: Final[Mapping[str, Attribute[float]]] = {
    wheel: Attribute(f"tires.{wheel}.target_pressure", float, Unit.KILOPASCAL, low=1, high=1_000)
    for wheel in WHEELS
}
TIRE_COMPARISON: Final[Mapping[str, Attribute[TireComparison]]] = {
    wheel: Attribute(f"tires.{wheel}.comparison", TireComparison) for wheel in WHEELS
}
TIRE: Final[Mapping[str, Attribute[Tire]]] = {
    wheel: Attribute(f"tires.{wheel}", Tire) for wheel in WHEELS
}
TIRE_WEAR: Final[Mapping[str, Attribute[Wear]]] = {
    wheel: Attribute(f"tires.{wheel}.wear", Wear) for wheel in WHEELS
}
TIRE_DISTANCE_LEFT: Final[Mapping[str, Attribute[float]]] = {
    wheel: Attribute(f"tires.{wheel}.distance_left", float, Unit.KILOMETERS, low=0, high=500_000)
    for wheel in WHEELS
}

# Commands
LAST_COMMAND: Final[Mapping[CommandKind, Attribute[CommandResult]]] = {
    kind: Attribute(f"last_command.{kind}", CommandResult) for kind in CommandKind
}


def _named() -> dict[str, AnyAttribute]:
    found: list[AnyAttribute] = []
    for thing in globals().values():
        if isinstance(thing, Attribute):
            found.append(thing)
        elif isinstance(thing, dict):
            found.extend(value for value in thing.values() if isinstance(value, Attribute))
    return {attribute.key: attribute for attribute in found}


ATTRIBUTES: Final[Mapping[str, AnyAttribute]] = _named()
"""The attributes by key."""
