"""Which path of the answers becomes which attribute (docs/protocols/connecteddrive.md#values)."""

from collections.abc import Mapping
from datetime import date, datetime
from functools import partial
import re
from typing import Final

from ..core.attributes import (
    ALL_TRIPS,
    BATTERY_CAPACITY,
    BODY_TYPE,
    BRAND,
    CHARGER_CONNECTED,
    CHARGING_END_REASON,
    CHARGING_END_RESULT,
    CHARGING_STATUS,
    COLOR,
    CONNECTION_TYPE,
    CONVERTIBLE_ROOF,
    COUNTRY,
    DRIVE_TRAIN,
    HEADING,
    IDRIVE_VERSION,
    LAST_TRIP,
    LIDS,
    LOCK_STATE,
    LSC_TYPE,
    MAX_RANGE_ELECTRIC,
    MILEAGE,
    MODEL,
    MODEL_YEAR,
    POSITION_LIGHT,
    POSITION_STATUS,
    REMAINING_ENERGY,
    REMAINING_FUEL,
    REMAINING_FUEL_PERCENT,
    REMAINING_RANGE_ELECTRIC,
    REMAINING_RANGE_FUEL,
    SAVED_CO2,
    SAVED_CO2_GREEN,
    SAVED_FUEL,
    STATE_OF_CHARGE,
    TANK_CAPACITY,
    TRACKING_ENABLED,
    TRIP_END,
    TRIPS_SINCE,
    WINDOWS,
    Attribute,
    Unit,
)
from ..core.commands import CommandKind
from ..core.convert import (
    Converter,
    integer,
    is_null_word,
    iso_time,
    member,
    number,
    text,
    timestamp,
    unknown_word,
)
from ..core.descriptors import attribute_of
from ..core.json_reader import AnyRow, row
from ..core.units import converted
from ..core.values import (
    Activity,
    Brand,
    ChargingEndReason,
    ChargingEndResult,
    ChargingStatus,
    ConnectionType,
    DriveTrain,
    LastStateCall,
    LidState,
    LockState,
    PositionStatus,
    ServiceStatus,
    UpdateReason,
)

_SEPARATOR: Final = re.compile(r"[-./]")
_STARS: Final = 5.0
_DECIMALS: Final = 2


def one_of[T](words: Mapping[str, T]) -> Converter[T]:
    """Return a converter from other words to members of an enumeration."""

    def convert(value: object) -> T | None:
        if not isinstance(value, str):
            raise unknown_word(value)
        found = words.get(value.strip().upper())
        if found is None and not is_null_word(value):
            raise unknown_word(value)
        return found

    return convert


def stars(value: object) -> float | None:
    """Read a score, nominally 0 to 1 and sometimes more, as 0 to 5 stars."""
    score = number(value)
    return None if score is None else round(min(score * _STARS, _STARS), _DECIMALS)


def month(value: object) -> date | None:
    """Read the month that something is due in: "2018-11", "11.2018", perhaps with a day."""
    parts = _SEPARATOR.split(value.strip()) if isinstance(value, str) and len(value) < 20 else []
    if len(parts) not in (2, 3):
        raise ValueError("not a month")
    year, numbered = parts[:2] if len(parts[0]) == 4 else (parts[-1], parts[-2])
    return date(int(year), int(numbered[:2]), 1)


def measured(value: object) -> datetime | None:
    """Read a time; one without a zone is in UTC."""
    try:
        naive = isinstance(value, str) and iso_time(value).tzinfo is None
    except ValueError:
        naive = False
    return timestamp(f"{value}+00:00" if naive else value)


def miles(value: object) -> float | None:
    """Read miles as km."""
    amount = number(value)
    return None if amount is None else round(converted(amount, "mls", Unit.KILOMETERS), _DECIMALS)


LID_WORD: Final = member(LidState)
SERVICE_WORD: Final = member(ServiceStatus)
REASON_WORD: Final = member(
    UpdateReason,
    CHARGING_INTERRUPED=UpdateReason.CHARGING_INTERRUPTED,
    CHARGIN_STARTED=UpdateReason.CHARGING_STARTED,
    VEHCSHUTDOWN=UpdateReason.VEHICLE_SHUTDOWN,
    VEHCSHUTDOWN_SECURED=UpdateReason.VEHICLE_SHUTDOWN_SECURED,
)
CHARGING_WORD: Final = member(ChargingStatus)
_PLUGGED: Final = {
    UpdateReason.CONNECTED: True,
    UpdateReason.DISCONNECTED: False,
    UpdateReason.CHARGING_DONE: True,
    UpdateReason.CHARGING_INTERRUPTED: True,
    UpdateReason.CHARGING_PAUSED: True,
    UpdateReason.CHARGING_STARTED: True,
}
DRIVER_IS_RIGHT: Final = frozenset(
    ("AU", "CY", "GB", "HK", "ID", "IE", "IN", "JP", "MT", "MY", "NZ", "SG", "TH", "UK", "ZA")
)
"""The ends of country codes, such as V1-UK, of cars that are steered on the right."""


def plugged(value: object) -> bool | None:
    """Read whether a cable is plugged in; the word may be one of the reasons for an update."""
    reason = REASON_WORD(value)
    return None if reason is None else _PLUGGED.get(reason)


def activated(value: object) -> bool | None:
    """Read whether a car has a feature."""
    if isinstance(value, bool):
        return value
    word = text(value)
    return None if word is None else word.upper() in ("ACTIVATED", "SUPPORTED")


DRIVE_TRAINS: Final = one_of(
    {
        "BEV": DriveTrain.ELECTRIC,
        "BEV_REX": DriveTrain.ELECTRIC_WITH_RANGE_EXTENDER,
        "PHEV": DriveTrain.PLUGIN_HYBRID,
        "CONV": DriveTrain.COMBUSTION,
        "HYBRID": DriveTrain.HYBRID,
        "MHEV": DriveTrain.MILD_HYBRID,
    }
)
VEHICLE_ROWS: Final[tuple[AnyRow, ...]] = (
    row("model", MODEL, text),
    row("yearOfConstruction", MODEL_YEAR, integer),
    row("bodytype", BODY_TYPE, text),
    row(
        "brand",
        BRAND,
        one_of(
            {
                "BMW": Brand.BMW,
                "BMW_I": Brand.BMW,
                "BMWI": Brand.BMW,
                "BMW_M": Brand.BMW,
                "MINI": Brand.MINI,
                "ROLLS_ROYCE": Brand.ROLLS_ROYCE,
                "ROLLSROYCE": Brand.ROLLS_ROYCE,
                "TOYOTA": Brand.TOYOTA,
            }
        ),
    ),
    row("color", COLOR, text),
    row("countryCode", COUNTRY, text),
    row("driveTrain", DRIVE_TRAIN, DRIVE_TRAINS),
    row("hmiVersion", IDRIVE_VERSION, text),
    row(
        "lscType",
        LSC_TYPE,
        one_of(
            {
                "I_LSC_IMM": LastStateCall.ACTIVATED,
                "LSC_BASIS": LastStateCall.ACTIVATED,
                "LSC_PHEV": LastStateCall.ACTIVATED,
                **{state.value: state for state in LastStateCall},
            }
        ),
    ),
    row("vehicleFinder", TRACKING_ENABLED, activated),
)
ALLOWED_BY: Final[Mapping[str, CommandKind]] = {
    "lightFlash": CommandKind.LIGHT_FLASH,
    "hornBlow": CommandKind.HORN_BLOW,
    "doorLock": CommandKind.DOOR_LOCK,
    "doorUnlock": CommandKind.DOOR_UNLOCK,
    "climateNow": CommandKind.CLIMATE_START,
    "vehicleFinder": CommandKind.VEHICLE_FINDER,
    "chargeNow": CommandKind.CHARGE_START,
    "sendPoi": CommandKind.SEND_POI,
}
"""By the flag of a car: the command that it allows if it is ACTIVATED or SUPPORTED."""

PARKING_LIGHT: Final[Attribute[str]] = attribute_of("lights.parking_light_status")
_LIGHTS: Final = one_of({word.upper(): word for word in ("off", "left", "right", "both")})
STATUS_ROWS: Final[tuple[AnyRow, ...]] = (
    row("mileage", MILEAGE, number),
    row("trunk", LIDS["trunk"], LID_WORD, null_ends=True),
    row("hood", LIDS["hood"], LID_WORD, null_ends=True),
    row("sunroof", LIDS["sun_roof"], LID_WORD, null_ends=True),
    row("convertibleRoofState", CONVERTIBLE_ROOF, LID_WORD, null_ends=True),
    row("rearWindow", WINDOWS["rear"], LID_WORD, null_ends=True),
    row("doorLockState", LOCK_STATE, member(LockState), null_ends=True),
    row("parkingLight", PARKING_LIGHT, _LIGHTS, null_ends=True),
    row("positionLight", POSITION_LIGHT, one_of({"ON": True, "OFF": False}), null_ends=True),
    row("remainingFuel", REMAINING_FUEL, number),
    row("maxFuel", TANK_CAPACITY, number),
    row("fuelPercent", REMAINING_FUEL_PERCENT, number),
    row("chargingLevelHv", STATE_OF_CHARGE, number),
    row("lastChargingEndReason", CHARGING_END_REASON, member(ChargingEndReason), null_ends=True),
    row("lastChargingEndResult", CHARGING_END_RESULT, member(ChargingEndResult), null_ends=True),
)
CHARGING_ROWS: Final[tuple[AnyRow, ...]] = (
    row("connectionStatus", CHARGER_CONNECTED, plugged, null_ends=True),
    row("chargingStatus", CHARGING_STATUS, CHARGING_WORD, null_ends=True),
    row("chargingConnectionType", CONNECTION_TYPE, member(ConnectionType), null_ends=True),
)
RANGES: Final = (
    ("remainingRangeElectric", REMAINING_RANGE_ELECTRIC),
    ("remainingRangeFuel", REMAINING_RANGE_FUEL),
    ("maxRangeElectric", MAX_RANGE_ELECTRIC),
)
"""Ranges in km; where one is missing, that in miles may be there under a name with "Mls"."""

DOORS: Final = (
    ("doorDriverFront", "doorPassengerFront", LIDS, "front"),
    ("doorDriverRear", "doorPassengerRear", LIDS, "rear"),
    ("windowDriverFront", "windowPassengerFront", WINDOWS, "front"),
    ("windowDriverRear", "windowPassengerRear", WINDOWS, "rear"),
)


def _sided(*, driver_is_right: bool) -> tuple[AnyRow, ...]:
    driver, passenger = ("right", "left") if driver_is_right else ("left", "right")
    lid = partial(row, convert=LID_WORD, null_ends=True)
    return tuple(
        line
        for drivers, passengers, group, place in DOORS
        for line in (
            lid(drivers, group[f"{driver}_{place}"]),
            lid(passengers, group[f"{passenger}_{place}"]),
        )
    )


SIDES: Final[Mapping[bool, tuple[AnyRow, ...]]] = {
    right: _sided(driver_is_right=right) for right in (False, True)
}
"""Doors and windows, by whether the driver sits on the right."""

POSITION_ROWS: Final[tuple[AnyRow, ...]] = (
    row("heading", HEADING, number),
    row("status", POSITION_STATUS, member(PositionStatus), null_ends=True),
)
ACTIVITIES: Final[Mapping[UpdateReason, Activity]] = {
    UpdateReason.VEHICLE_MOVING: Activity.MOVING,
    UpdateReason.VEHICLE_SHUTDOWN: Activity.PARKED,
    UpdateReason.VEHICLE_UNSECURED: Activity.PARKED,
    UpdateReason.VEHICLE_SECURED: Activity.SECURED,
    UpdateReason.VEHICLE_SHUTDOWN_SECURED: Activity.SECURED,
}
STANDING: Final = frozenset({*_PLUGGED, UpdateReason.DOOR_STATE_CHANGED})
"""Reasons that only a car that stands has; whether it is locked is not in them."""

TRIP_ROWS: Final[tuple[AnyRow, ...]] = (
    row("date", TRIP_END, timestamp),
    row("totalDistance", LAST_TRIP["distance"], number),
    row("duration", LAST_TRIP["duration"], number),
    row("electricDistance", LAST_TRIP["electric_distance"], number),
    row("electricDistanceRatio", LAST_TRIP["electric_share"], number),
    row("avgElectricConsumption", LAST_TRIP["electric_consumption"], number),
    row("avgRecuperation", LAST_TRIP["recuperation"], number),
    row("avgCombinedConsumption", LAST_TRIP["fuel_consumption"], number),
    row("savedFuel", LAST_TRIP["saved_fuel"], number),
    row("efficiencyValue", LAST_TRIP["efficiency"], stars),
    row("accelerationValue", LAST_TRIP["acceleration"], stars),
    row("anticipationValue", LAST_TRIP["anticipation"], stars),
    row("totalConsumptionValue", LAST_TRIP["total_consumption"], stars),
    row("auxiliaryConsumptionValue", LAST_TRIP["auxiliary_consumption"], stars),
    row("drivingModeValue", LAST_TRIP["driving_mode"], stars),
)
TOTAL_ROWS: Final[tuple[AnyRow, ...]] = (
    row("savedCO2", SAVED_CO2, number),
    row("savedCO2greenEnergy", SAVED_CO2_GREEN, number),
    row("totalSavedFuel", SAVED_FUEL, number),
    row("resetDate", TRIPS_SINCE, timestamp),
)
COMPARISONS: Final = (
    ("avgElectricConsumption", ALL_TRIPS["electric_consumption"], "userAverage"),
    ("avgRecuperation", ALL_TRIPS["recuperation"], "userAverage"),
    ("avgCombinedConsumption", ALL_TRIPS["fuel_consumption"], "userAverage"),
    ("chargecycleRange", ALL_TRIPS["charge_cycle_range"], "userAverage"),
    ("totalElectricDistance", ALL_TRIPS["electric_distance"], "userTotal"),
)
"""Groups of figures: where the driver's own one stands."""

ENERGY_ROWS: Final[tuple[AnyRow, ...]] = (row("soc", REMAINING_ENERGY, number),)
CAPACITY_ROWS: Final[tuple[AnyRow, ...]] = (
    row("socmax", BATTERY_CAPACITY, number),
    row("socMax", BATTERY_CAPACITY, number),
)
"""The name was changed in December 2019."""
