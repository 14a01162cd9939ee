"""Which paths of the service's answers hold nothing personal: their values stay in recordings."""

from functools import cache
from typing import Final

from ..core.json_paths import Paths, path_tree, row_paths, table_paths
from . import mapping as tables

_ROWS: Final = (
    ("", (*tables.VEHICLE_ROWS, *tables.ENERGY_ROWS, *tables.CAPACITY_ROWS)),
    ("vehicles", tables.VEHICLE_ROWS),
    ("vehicleStatus", (*tables.STATUS_ROWS, *tables.CHARGING_ROWS, *tables.SIDES[False])),
    ("vehicleStatus.position", tables.POSITION_ROWS),
    ("lastTrip", tables.TRIP_ROWS),
    ("allTrips", tables.TOTAL_ROWS),
)
_FLAGS: Final = """
a4a carCloud chargeNow chargingControl climateControl climateFunction climateNow doorLock
doorUnlock hasAlarmSystem hornBlow hub intermodalRouting ipa lastDestinations lightFlash
onlineSearchMode rangeMap remote360 sendPoi smartSolution statisticsAvailable
statisticsCommunityEnabled steering supportedChargingModes
"""
_OTHERS: Final = f"""
: {" ".join(_FLAGS.split())}
vehicles: {" ".join(_FLAGS.split())}
: DCS_CCH_Activation DCS_CCH_Ongoing
vehicleStatus: DCS_CCH_Activation DCS_CCH_Ongoing chargingInductivePositioning
vehicleStatus: chargingTimeRemaining internalDataTimeUTC maxRangeElectric maxRangeElectricMls
vehicleStatus: remainingRangeElectric remainingRangeElectricMls remainingRangeFuel
vehicleStatus: remainingRangeFuelMls singleImmediateCharging steering updateReason updateTime
vehicleStatus.cbsData: cbsDescription cbsDueDate cbsRemainingMileage cbsState cbsType
vehicleStatus.checkControlMessages: ccmDescriptionLong ccmDescriptionShort ccmId ccmMileage
allTrips: batterySizeMax
allTrips.*: communityAverage communityHigh communityLow userAverage userCurrentChargeCycle userHigh
allTrips.*: userTotal
*: chargingMode chargingPreferences climatizationEnabled
*.*: departureTime enabled endTime startTime timerEnabled weekdays
rangemap: quality
rangemap.rangemaps: type
destinations: type
"""


@cache
def harmless() -> Paths:
    """Return where values stay: table lines that are not private, and others."""
    rows = (path for start, rows in _ROWS for path in row_paths(start, rows))
    return path_tree((*rows, *table_paths(_OTHERS)))
