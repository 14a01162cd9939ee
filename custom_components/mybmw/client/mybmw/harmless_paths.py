"""The JSON paths of responses without personal data, whose values are kept in recordings."""

from functools import cache
from typing import Final

from ..core.json_paths import Paths, path_tree, row_paths, table_paths
from . import mapping as tables
from .profile import PLAN_ROWS

_ROWS: Final = (
    ("", (*tables.PROFILE_ROWS, *tables.HEADUNIT_ROWS, *tables.CHARGING_ROWS)),
    ("capabilities", tables.CAPABILITY_ROWS),
    ("positionData.position", tables.FOUND_ROWS),
    ("state", (*tables.STATE_ROWS, *tables.CLIMATE_ROWS)),
    ("state.location", tables.LOCATION_ROWS),
    ("state.combustionFuelLevel", tables.FUEL_ROWS),
    ("state.electricChargingState", tables.ELECTRIC_ROWS),
    ("state.chargingProfile", PLAN_ROWS),
    *(("state.tireState.*", rows) for rows in tables.TIRE_ROWS.values()),
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
    """Return the harmless paths: those of rows that are not private, and others."""
    rows = (path for start, rows in _ROWS for path in row_paths(start, rows))
    return path_tree(
        (*rows, *(("capabilities", name) for name in tables.ALLOWED_BY), *table_paths(_OTHERS))
    )
