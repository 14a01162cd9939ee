"""Which paths of the service's answers hold nothing personal: their values stay in recordings."""

from functools import cache
from typing import Final

from ..core.json_paths import Paths, known, listed, of_rows
from .mapping import (
    ALLOWED_BY,
    CAPABILITY_ROWS,
    CHARGING_ROWS,
    CLIMATE_ROWS,
    ELECTRIC_ROWS,
    FOUND_ROWS,
    FUEL_ROWS,
    HEADUNIT_ROWS,
    LOCATION_ROWS,
    PROFILE_ROWS,
    STATE_ROWS,
    TIRE_ROWS,
)
from .profile import PLAN_ROWS

_ROWS: Final = (
    ("", (*PROFILE_ROWS, *HEADUNIT_ROWS, *CHARGING_ROWS)),
    ("capabilities", CAPABILITY_ROWS),
    ("positionData.position", FOUND_ROWS),
    ("state", (*STATE_ROWS, *CLIMATE_ROWS)),
    ("state.location", LOCATION_ROWS),
    ("state.combustionFuelLevel", FUEL_ROWS),
    ("state.electricChargingState", ELECTRIC_ROWS),
    ("state.chargingProfile", PLAN_ROWS),
    *(("state.tireState.*", rows) for rows in TIRE_ROWS.values()),
)
_OTHERS: Final = """
: brand headUnitRaw
softwareVersionCurrent: iStep seriesCluster puStep.month puStep.year
softwareVersionExFactory: iStep seriesCluster puStep.month puStep.year
mappingInfos: mappingStatus vehicleMappingType
capabilities: a4aType climateFunction climateTimerTrigger digitalKey.state vehicleStateSource
capabilities.remoteChargingCommands: chargingControl flapControl plugControl
capabilities.remoteServices.*: id state
chargeAndClimateTimerDetail.chargingMode: chargingPreference endTimeSlot startTimeSlot type
chargeAndClimateTimerDetail.departureTimer: type
chargeAndClimateTimerDetail.departureTimer.weeklyTimers: daysOfTheWeek id time timerAction
chargingSettingsDetail: acLimit.current.unit acLimit.max acLimit.min chargingTarget
state: lastFetched lastUpdatedAt range driverPreferences.lscPrivacyMode
state: climateControlState.remainingSeconds combustionFuelLevel.range
state: doorsState.combinedState windowsState.combinedState
state: electricChargingState.remainingChargingMinutes roofState.roofState roofState.roofStateType
state.checkControlMessages: longDescription severity type
state.chargingProfile.chargingSettings: hospitality idcc targetSoc
state.chargingProfile.departureTimes: action id timeStamp.hour timeStamp.minute timerWeekDays
state.chargingProfile.reductionOfChargeCurrent.*: hour minute
state.climateTimers: departureTime.hour departureTime.minute timerAction timerWeekDays
state.requiredServices: dateTime description mileage status type
state.tireState.*.details: dimension manufacturer manufacturingWeek mountingDate partNumber season
state.tireState.*.details: treadDesign speedClassification.speedRating
state.tireState.*.status: pressureStatus wearStatus
"""


@cache
def harmless() -> Paths:
    """Return where values stay: table lines that are not private, and others."""
    rows = (path for start, rows in _ROWS for path in of_rows(start, rows))
    return known((*rows, *(("capabilities", name) for name in ALLOWED_BY), *listed(_OTHERS)))
