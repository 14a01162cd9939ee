"""The attributes and converters of responses by path (docs/protocols/mybmw-app.md#values)."""

from collections.abc import Mapping
from datetime import date
from typing import Final

from ..core import attributes as a
from ..core.attributes import Unit
from ..core.commands import CommandKind
from ..core.convert import boolean, integer, measured_in, member, number, text
from ..core.json_reader import AnyRow, row
from ..core.values import (
    AlarmState,
    Brand,
    ChargingStatus,
    ClimateActivity,
    ConnectionType,
    DriveTrain,
    LastStateCall,
    LidState,
    LockState,
    Season,
    ServiceStatus,
    Severity,
)


def argb(value: object) -> str | None:
    """Return an unsigned ARGB number as "#rrggbb"."""
    color = integer(value)
    if color is None:
        return None
    if not 0 <= color < 1 << 32:
        raise ValueError("not a colour")
    return f"#{color & 0xFFFFFF:06x}"


def season(value: object) -> Season | None:
    """Return the season of a number; only the number of summer is known."""
    return Season.SUMMER if integer(value) == 2 else None


def manufactured(value: object) -> date | None:
    """Return the date of a number WWYY (week and year), which may lack its leading zero."""
    week_year = integer(value)
    if week_year is None:
        return None
    return date.fromisocalendar(2000 + week_year % 100, week_year // 100, 1)


kilometers: Final = measured_in(Unit.KILOMETERS)
_KPA: Final = measured_in(Unit.KILOPASCAL)


def distance_left(value: object) -> float | None:
    """Return a distance in km; None for 0."""
    return kilometers(value) or None


def limits(value: object) -> tuple[int, ...] | None:
    """Return a list of currents in A."""
    if not isinstance(value, list):
        raise ValueError("not a list")
    found = (integer(item) for item in value)
    return tuple(sorted({limit for limit in found if limit is not None and limit > 0})) or None


BRAND_WORD: Final = member(Brand, BMW_I=Brand.BMW, BMWI=Brand.BMW, DRITTKUNDE=Brand.TOYOTA)
LID_WORD: Final = member(LidState)
SERVICE_WORD: Final = member(ServiceStatus)
SEVERITY_WORD: Final = member(Severity)
CHARGING_WORD: Final = member(ChargingStatus, INVALID=ChargingStatus.NOT_CHARGING)

PROFILE_ROWS: Final[tuple[AnyRow, ...]] = (
    row("model", a.MODEL, text),
    row("year", a.MODEL_YEAR, integer),
    row("bodyType", a.BODY_TYPE, text),
    row("color", a.COLOR, argb),
    row("countryOfOrigin", a.COUNTRY, text),
    row("driveTrain", a.DRIVE_TRAIN, member(DriveTrain)),
    row("telematicsUnit", a.TELEMATICS_UNIT, text),
)
HEADUNIT_ROWS: Final[tuple[AnyRow, ...]] = (
    row("headUnitType", a.HEADUNIT_TYPE, text),
    row("hmiVersion", a.IDRIVE_VERSION, text),
)
STATE_ROWS: Final[tuple[AnyRow, ...]] = (
    row("isLscSupported", a.LSC_ENABLED, boolean),
    row("isLeftSteering", a.LEFT_HAND_DRIVE, boolean),
    row("currentMileage", a.MILEAGE, kilometers),
    row("securityOverviewMode", a.ALARM, member(AlarmState), null_ends=True),
    row("doorsState.combinedSecurityState", a.LOCK_STATE, member(LockState), null_ends=True),
    row("doorsState.hood", a.LIDS["hood"], LID_WORD, null_ends=True),
    row("doorsState.trunk", a.LIDS["trunk"], LID_WORD, null_ends=True),
    row("doorsState.leftFront", a.LIDS["left_front"], LID_WORD, null_ends=True),
    row("doorsState.leftRear", a.LIDS["left_rear"], LID_WORD, null_ends=True),
    row("doorsState.rightFront", a.LIDS["right_front"], LID_WORD, null_ends=True),
    row("doorsState.rightRear", a.LIDS["right_rear"], LID_WORD, null_ends=True),
    row("windowsState.leftFront", a.WINDOWS["left_front"], LID_WORD, null_ends=True),
    row("windowsState.leftRear", a.WINDOWS["left_rear"], LID_WORD, null_ends=True),
    row("windowsState.rear", a.WINDOWS["rear"], LID_WORD, null_ends=True),
    row("windowsState.rightFront", a.WINDOWS["right_front"], LID_WORD, null_ends=True),
    row("windowsState.rightRear", a.WINDOWS["right_rear"], LID_WORD, null_ends=True),
)
LOCATION_ROWS: Final[tuple[AnyRow, ...]] = (
    row("heading", a.HEADING, number),
    row("address.formatted", a.ADDRESS, text),
)
CLIMATE_ROWS: Final[tuple[AnyRow, ...]] = (
    row(
        "climateControlState.activity", a.CLIMATE_ACTIVITY, member(ClimateActivity), null_ends=True
    ),
)
FUEL_ROWS: Final[tuple[AnyRow, ...]] = (
    row("remainingFuelLiters", a.REMAINING_FUEL, measured_in(Unit.LITERS)),
    row("remainingFuelPercent", a.REMAINING_FUEL_PERCENT, number),
)
ELECTRIC_ROWS: Final[tuple[AnyRow, ...]] = (
    row("chargingLevelPercent", a.STATE_OF_CHARGE, number),
    row("chargingTarget", a.CHARGING_TARGET, number),
    row("isChargerConnected", a.CHARGER_CONNECTED, boolean, null_ends=True),
    row("chargingStatus", a.CHARGING_STATUS, CHARGING_WORD, null_ends=True),
    row("chargingConnectionType", a.CONNECTION_TYPE, member(ConnectionType), null_ends=True),
    row("range", a.REMAINING_RANGE_ELECTRIC, kilometers),
)
TIRE_ROWS: Final[Mapping[str, tuple[AnyRow, ...]]] = {
    wheel: (
        row("status.currentPressure", a.TIRE_PRESSURE[wheel], _KPA),
        row("status.targetPressure", a.TIRE_TARGET_PRESSURE[wheel], _KPA),
    )
    for wheel in a.WHEELS
}
FOUND_ROWS: Final[tuple[AnyRow, ...]] = (
    row("heading", a.HEADING, number),
    row("formattedAddress", a.ADDRESS, text),
)
CHARGING_ROWS: Final[tuple[AnyRow, ...]] = (
    row("servicePack", a.SERVICE_PACK, text),
    row("chargingFlapDetail.isPermanentlyUnlock", a.FLAP_PERMANENTLY_UNLOCKED, boolean),
    row("chargingSettingsDetail.acLimit.current.value", a.AC_CURRENT_LIMIT, number),
    row("chargingSettingsDetail.acLimit.values", a.AC_CURRENT_LIMITS, limits),
    row("chargingSettingsDetail.dcLoudness", a.DC_LOUDNESS, text),
    row("chargingSettingsDetail.isUnlockCableActive", a.CABLE_UNLOCKED_AFTER_CHARGING, boolean),
    row(
        "chargeAndClimateTimerDetail.isPreconditionForDepartureActive",
        a.PRECONDITIONING_AT_DEPARTURE,
        boolean,
    ),
)
CAPABILITY_ROWS: Final[tuple[AnyRow, ...]] = (
    row("lastStateCallState", a.LSC_TYPE, member(LastStateCall)),
    row("vehicleFinder", a.TRACKING_ENABLED, boolean),
)
ALLOWED_BY: Final[Mapping[str, CommandKind]] = {
    "lights": CommandKind.LIGHT_FLASH,
    "horn": CommandKind.HORN_BLOW,
    "lock": CommandKind.DOOR_LOCK,
    "unlock": CommandKind.DOOR_UNLOCK,
    "climateNow": CommandKind.CLIMATE_START,
    "isChargingTargetSocEnabled": CommandKind.TARGET_SOC,
    "isChargingPowerLimitEnabled": CommandKind.AC_LIMIT,
    "isChargingPlanSupported": CommandKind.CHARGING_PROFILE,
    "sendPoi": CommandKind.SEND_POI,
}
CHARGING_CONTROL: Final[Mapping[object, CommandKind]] = {
    "START": CommandKind.CHARGE_START,
    "STOP": CommandKind.CHARGE_STOP,
}
