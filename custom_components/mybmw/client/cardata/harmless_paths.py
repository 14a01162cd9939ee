"""The JSON paths of CarData without personal data, whose values are kept in recordings."""

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Final

from ..core.descriptors import Kind
from ..core.json_paths import ANY, Paths, path_tree, row_paths, table_paths
from ..privacy import kind_of
from .mapping import CATALOGUE, MESSAGE_LIST, SERVICE_LIST
from .readings import STEPS
from .rest_readings import BASIC_ROWS, CAPACITY_ROWS, FIRST_ROWS

_ITEM: Final = "id date title status unitOfLengthRemaining messageType text description"
_FAULT: Final = "code codes dtc dtcs fault faults faultCode faultCodes id"
_INSIDE: Final = {
    **{key: _FAULT for key, (item, _) in CATALOGUE.items() if item.kind is Kind.COUNT},
    **dict.fromkeys((MESSAGE_LIST, SERVICE_LIST), _ITEM),
    "vehicle.vehicleIdentification.connectedDriveContractList": "name endDate",
}
"""The fields of the lists that are sent as JSON in a text."""

_OTHERS: Final = """
: mappingType mappedSince timestamp exveErrorId
: chargingModes colourCodeRaw constructionDate engine numberOfDoors propulsionType
data: displayedSoc displayedStartSoc endTime energyConsumedFromPowerGridKwh energyDecreaseHvbKwh
data: energyDischargedKwh mileage mileageUnits startTime totalChargingDurationSec
data: acCurrentLimit acousticLimit chargingMode chargingPlug flapLock optimizedChargingPreference
data: visits businessErrors.hint
data.chargingBlocks: averagePowerGridKw endTime startTime
data.chargingCostInformation: calculatedChargingCost calculatedSavings currency
passengerCar.*.*: dimension.value mountingDate.mountingDate qualityStatus.qualityStatus
passengerCar.*.*: season.season tread.manufacturer tread.treadDesign tyreDefect.status
passengerCar.*.*: tyreProductionDate.value tyreWear.dueMileage tyreWear.status tyreWear.statusColor
passengerCar.*.*: tyreWear.unit
"""


def _descriptors() -> Iterator[Sequence[str]]:
    """Yield the paths of values; of private and unknown ones only those of unit and time."""
    for key in (ANY, *STEPS):
        for around in ("telematicData", "data"):
            yield from ((around, key, field) for field in ("unit", "timestamp"))
            if key != ANY and kind_of(key) is None:
                yield (around, key, "value")
            for field in _INSIDE.get(key, "").split():
                # The items of a list may be objects with the fields in their "value"
                yield (around, key, "value", field)
                yield (around, key, "value", "value", field)


@cache
def harmless() -> Paths:
    """Return the harmless paths: those of descriptors, of rows that are not private, and others."""
    rows = (*BASIC_ROWS, *CAPACITY_ROWS, *(row for rows in FIRST_ROWS for row in rows))
    return path_tree((*_descriptors(), *row_paths("", rows), *table_paths(_OTHERS)))
