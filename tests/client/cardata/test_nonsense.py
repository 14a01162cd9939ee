"""What CarData might send by mistake: it raises nothing and takes nothing away."""

from datetime import UTC, datetime
from typing import Any, Final

import orjson
import pytest

from custom_components.mybmw.client import Vehicle, attributes as a
from custom_components.mybmw.client.cardata.car_state import CarState
from custom_components.mybmw.client.cardata.readings import read_values
from custom_components.mybmw.client.core.descriptors import attribute_of

NOW: Final = datetime(2026, 11, 12, 12, tzinfo=UTC)
MILEAGE: Final = "vehicle.vehicle.travelledDistance"
SERVICES: Final = "vehicle.status.conditionBasedServices"
MESSAGES: Final = "vehicle.status.checkControlMessages"
FAULTS: Final = "vehicle.electronicControlUnit.diagnosticTroubleCodes.raw"
METHOD: Final = "vehicle.drivetrain.electricEngine.charging.method"
ERROR: Final = "vehicle.vehicle.preConditioning.error"
CALL: Final = "vehicle.channel.teleservice.lastBreakdownCallTime"
INSPECTION: Final = "vehicle.status.serviceTime.inspectionDateLegal"


def tell(vehicle: Vehicle, memory: CarState, descriptor: str, value: Any) -> None:
    """Send one value."""
    data = {descriptor: {"value": value, "timestamp": NOW.isoformat()}}
    vehicle.update(read_values(data, memory, NOW))


@pytest.mark.parametrize("time", ["0001-01-01T00:00:00+12:00", "9999-12-31T23:59:59-12:00"])
def test_time_beyond_all_times(time: str) -> None:
    memory = CarState()
    assert read_values({MILEAGE: {"value": 5, "timestamp": time}}, memory, NOW) == []
    assert memory.problems == {f"{MILEAGE}: time": 1}


def test_more_than_anybody_wants_to_remember() -> None:
    """However much nonsense comes, and over how many restarts, what is kept stays small."""
    vehicle, memory = Vehicle("VIN"), CarState()
    for run in range(3):
        item = {"value": "x", "timestamp": NOW.isoformat()}
        vehicle.update(read_values({f"{run}.{n}": item for n in range(5_000)}, memory, NOW))
        saved, memory = memory.dump(), CarState()
        memory.load(saved)
    tell(vehicle, memory, MILEAGE, 32_000)
    assert vehicle.value(a.MILEAGE) == 32_000
    assert len(memory.raw) == 1_001


@pytest.mark.parametrize("descriptor", [CALL, INSPECTION])
@pytest.mark.parametrize(
    "value", ["0001-01-01", "1970-01-01", "9999-12-31T23:59:59-12:00", "31.12.9999 00:00 UTC"]
)
def test_times_that_stand_for_never(descriptor: str, value: str) -> None:
    vehicle, memory = Vehicle("VIN"), CarState()
    tell(vehicle, memory, descriptor, value)
    assert vehicle.value(attribute_of(descriptor)) is None


@pytest.mark.parametrize(
    "value", [5, 3.5, [1, 2], {"a": 1}, '{"a": 1}', "2026-11-12", "65535", "__", "x" * 80]
)
def test_no_words(value: Any) -> None:
    """Words that are not known are taken as they are, but only words."""
    vehicle, memory = Vehicle("VIN"), CarState()
    tell(vehicle, memory, METHOD, value)
    assert vehicle.value(attribute_of(METHOD)) is None
    assert memory.problems == {METHOD: 1}


@pytest.mark.parametrize("value", ["LowFuel", "LOW_FUEL", "lowfuel", "LOWFUEL"])
def test_one_word_in_many_spellings(value: str) -> None:
    vehicle = Vehicle("VIN")
    tell(vehicle, CarState(), ERROR, value)
    assert vehicle.value(attribute_of(ERROR)) == "low_fuel"


@pytest.mark.parametrize("value", [5, "5", {"a": 1}, '{"a": 1}', True])
def test_no_list_of_faults(value: Any) -> None:
    vehicle, memory = Vehicle("VIN"), CarState()
    tell(vehicle, memory, FAULTS, value)
    assert vehicle.value(attribute_of(FAULTS)) is None
    assert memory.problems == {FAULTS: 1}


@pytest.mark.parametrize("value", [5, "[", {"a": 1}, [1, "two"], [{"a": 1}], '[{"a": [1]}]', [[]]])
def test_lists_stay(value: Any) -> None:
    """Nonsense does not clear a list; an empty list does."""
    vehicle, memory = Vehicle("VIN"), CarState()
    warning = {"messageType": "TYRE", "status": "LOW", "text": "Low pressure"}
    tell(vehicle, memory, SERVICES, [{"title": "Engine oil", "status": "OK", "date": "2027-03"}])
    tell(vehicle, memory, MESSAGES, [{"value": orjson.dumps(warning).decode()}])
    known = vehicle.value(a.SERVICES), vehicle.value(a.CHECK_CONTROL)
    assert all(known)
    tell(vehicle, memory, SERVICES, value)
    tell(vehicle, memory, MESSAGES, value)
    assert (vehicle.value(a.SERVICES), vehicle.value(a.CHECK_CONTROL)) == known
    tell(vehicle, memory, SERVICES, "[]")
    tell(vehicle, memory, MESSAGES, [])
    assert (vehicle.value(a.SERVICES), vehicle.value(a.CHECK_CONTROL)) == ((), ())
