"""CarData's values as readings: every bundled car, after its snapshot and after its stream."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings, strategies as st
import orjson
import pytest

from custom_components.mybmw.client import Vehicle, attributes as a
from custom_components.mybmw.client.cardata.car_state import CarState
from custom_components.mybmw.client.cardata.mapping import LATITUDE, LONGITUDE, RULES
from custom_components.mybmw.client.cardata.readings import read_values
from custom_components.mybmw.client.cardata.rest_readings import read_basic_data
from custom_components.mybmw.client.core.attributes import AnyReading
from custom_components.mybmw.client.core.descriptors import attribute_of
from custom_components.mybmw.client.core.values import (
    ChargingStatus,
    ClimateActivity,
    DriveTrain,
    Position,
    next_service_by_distance,
)
from tests.replay.cardata import CarDataCar, bundled, load

FOLDER = Path(__file__).parents[2] / "fingerprints" / "cardata"
EXPECTED: dict[str, dict[str, Any]] = orjson.loads((FOLDER / "expected.json").read_bytes())
READABLE = [name for name, row in EXPECTED.items() if row["readable"]]
NOW = datetime(2026, 11, 12, tzinfo=UTC)
MILEAGE = "vehicle.vehicle.travelledDistance"
FAULTS = "vehicle.electronicControlUnit.diagnosticTroubleCodes.raw"


def recorded(name: str) -> CarDataCar:
    """Return a bundled car."""
    (car,) = load(bundled()[name])
    return car


def snapshot(car: CarDataCar) -> tuple[Vehicle, CarState]:
    """Read what REST reports about a car."""
    vehicle, memory = Vehicle(car.vin), CarState()
    vehicle.update(read_basic_data(car.basic_data, memory, NOW))
    vehicle.update(read_values(car.telematics, memory, NOW))
    return vehicle, memory


def streamed(car: CarDataCar) -> tuple[Vehicle, CarState]:
    """Read the whole recording on top."""
    vehicle, memory = snapshot(car)
    for message in car.stream():
        if isinstance(message.payload, dict):
            vehicle.update(read_values(message.payload.get("data"), memory, message.time))
    return vehicle, memory


def facts(vehicle: Vehicle) -> dict[str, Any]:
    """Return what the expectations speak of."""
    lock, position = vehicle.value(a.LOCK_STATE), vehicle.value(a.POSITION)
    status = vehicle.value(a.CHARGING_STATUS)
    return {
        "soc_percent": vehicle.value(a.STATE_OF_CHARGE),
        "charging_target_percent": vehicle.value(a.CHARGING_TARGET),
        "charging": None if status is None else status is ChargingStatus.CHARGING,
        "plugged": vehicle.value(a.CHARGER_CONNECTED),
        "range_electric_km": vehicle.value(a.REMAINING_RANGE_ELECTRIC),
        "range_fuel_km": vehicle.value(a.REMAINING_RANGE_FUEL),
        "range_total_km": vehicle.value(a.REMAINING_RANGE_TOTAL),
        "fuel_l": vehicle.value(a.REMAINING_FUEL),
        "fuel_percent": vehicle.value(a.REMAINING_FUEL_PERCENT),
        "odometer_km": vehicle.value(a.MILEAGE),
        "lock": lock and lock.lower(),
        "open_lids": opened(vehicle, a.LIDS),
        "open_windows": opened(vehicle, a.WINDOWS),
        "position": position and [position.latitude, position.longitude],
        "tyre_pressures_kpa": {
            wheel: vehicle.value(attribute) for wheel, attribute in a.TIRE_PRESSURE.items()
        },
    }


def opened(vehicle: Vehicle, members: Mapping[str, Any]) -> list[str]:
    """Return what is open, by its name on the wire."""
    states = ((name, vehicle.value(attribute)) for name, attribute in members.items())
    return sorted(camel(name) for name, state in states if state is not None and state.open)


def camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def wanted(row: dict[str, Any]) -> dict[str, Any]:
    """Return the expectations in the form of `facts`."""
    keys = facts(Vehicle("VIN")).keys()
    return {
        **{key: row[key] for key in keys},
        "open_lids": sorted(row["open_lids"] or []),
        "open_windows": sorted(row["open_windows"] or []),
        "tyre_pressures_kpa": row["tyre_pressures_kpa"] or dict.fromkeys(a.WHEELS),
    }


@pytest.mark.parametrize("name", READABLE)
def test_snapshot(name: str) -> None:
    car = recorded(name)
    vehicle, _ = snapshot(car)
    row = EXPECTED[name]
    assert facts(vehicle) == wanted(row["rest"])
    assert vehicle.name == row["model"]
    assert vehicle.brand.lower() == row["brand"]
    assert vehicle.drive_train == row["drive_train"]


@pytest.mark.parametrize("name", READABLE)
def test_stream(name: str) -> None:
    """Duplicates, late values, halves of positions and nonsense: the newest truth remains."""
    vehicle, _ = streamed(recorded(name))
    assert facts(vehicle) == wanted(EXPECTED[name]["stream"])


@pytest.mark.parametrize("name", READABLE)
def test_services_and_messages(name: str) -> None:
    vehicle, _ = snapshot(recorded(name))
    row = EXPECTED[name]["rest"]
    services = [
        [item.type, item.status, item.due and f"{item.due:%Y-%m}", item.distance]
        for item in vehicle.value(a.SERVICES) or ()
    ]
    assert services == row["services"]
    messages = [
        [item.type, item.severity, item.description]
        for item in vehicle.value(a.CHECK_CONTROL) or ()
    ]
    assert messages == row["check_control"]


@pytest.mark.parametrize("name", READABLE)
def test_country_and_fault_memory(name: str) -> None:
    """Real cars report the country by `countryCode`, and fault codes as pairs in a text."""
    vehicle, _ = snapshot(recorded(name))
    row = EXPECTED[name]
    assert vehicle.value(a.COUNTRY) == row["country"]
    assert vehicle.value(attribute_of(FAULTS)) == row["rest"]["fault_codes"]


@pytest.mark.parametrize("name", READABLE)
def test_stream_again_changes_nothing(name: str) -> None:
    """The same recording once more: not one change, whatever its order was."""
    car = recorded(name)
    vehicle, memory = streamed(car)
    before = facts(vehicle)
    changed = set()
    for message in car.stream():
        if isinstance(message.payload, dict):
            data = message.payload.get("data")
            changed |= vehicle.update(read_values(data, memory, message.time))
    assert facts(vehicle) == before
    assert changed <= {a.LAST_UPDATE}


def one(
    descriptor: str, value: Any, unit: str | None = None, *, at: datetime = NOW
) -> dict[str, Any]:
    """Return the data of a message with one descriptor."""
    return {descriptor: {"value": value, "unit": unit, "timestamp": at.isoformat()}}


def read(data: Any, memory: CarState | None = None) -> dict[str, Any]:
    """Return the values that data hold, by attribute key."""
    readings: list[AnyReading] = read_values(data, memory or CarState(), NOW)
    return {
        item.attribute.key: item.value for item in readings if item.attribute is not a.LAST_UPDATE
    }


@pytest.mark.parametrize(
    ("value", "unit", "kilometers"),
    [
        ("38402", "km", 38402),
        (57958, "mi", 93274.4),
        ("100", "miles", 160.9),
        (100, None, 100),
        (100, "KILOMETERS", 100),
    ],
)
def test_units_of_distance(value: Any, unit: str | None, kilometers: float) -> None:
    assert read(one(MILEAGE, value, unit)) == {"mileage": kilometers}


def test_distance_in_the_cars_own_unit() -> None:
    """A car that shows miles sends miles, and sometimes forgets to say so."""
    memory = CarState()
    read(one("vehicle.cabin.infotainment.displayUnit.distance", "miles"), memory)
    assert read(one(MILEAGE, "100", None), memory) == {"mileage": 160.9}


@pytest.mark.parametrize("value", [None, "", "INVALID", "-NA-", "SIGNAL_INVALID", "NaN"])
def test_no_value(value: Any) -> None:
    memory = CarState()
    assert read(one(MILEAGE, value), memory) == {}
    assert not memory.problems


@pytest.mark.parametrize("value", ["a lot", True, [], {}, "1e999", 10**400])
def test_nonsense_is_counted(value: Any) -> None:
    memory = CarState()
    assert read(one(MILEAGE, value), memory) == {}
    assert memory.problems == {MILEAGE: 1}


@pytest.mark.parametrize("time", [None, "soon", "2026-11-10T12:00:00", "2036-01-01T00:00:00Z", 7])
def test_time_of_measurement_is_needed(time: Any) -> None:
    memory = CarState()
    assert read({MILEAGE: {"value": 5, "timestamp": time}}, memory) == {}
    assert memory.problems == {f"{MILEAGE}: time": 1}


def test_unknown_descriptor_is_counted() -> None:
    memory = CarState()
    assert read(one("vehicle.flux.capacitor", 1.21), memory) == {}
    assert memory.unknown == {"vehicle.flux.capacitor": 1}


def test_halves_of_a_position() -> None:
    """A new latitude never goes with an old longitude."""
    memory = CarState()
    assert read(one(LATITUDE, 48.1), memory) == {}
    key = a.POSITION.key
    assert read(one(LONGITUDE, 11.5), memory) == {key: Position(48.1, 11.5)}
    later = NOW + timedelta(minutes=2)
    assert read(one(LATITUDE, 48.2, at=later), memory) == {}
    assert read(one(LONGITUDE, 11.6, at=later), memory) == {key: Position(48.2, 11.6)}
    assert read(one(LATITUDE, 0) | one(LONGITUDE, 0), CarState()) == {}


def test_charging_end_goes_with_the_charging() -> None:
    memory = CarState(DriveTrain.ELECTRIC)
    vehicle = Vehicle("VIN")
    status = "vehicle.drivetrain.electricEngine.charging.status"
    left = "vehicle.drivetrain.electricEngine.charging.timeToFullyCharged"
    vehicle.update(read_values(one(status, "CHARGINGACTIVE"), memory, NOW))
    vehicle.update(read_values(one(left, 90, "min"), memory, NOW))
    assert vehicle.value(a.CHARGING_END_TIME) == NOW + timedelta(minutes=90)
    end = NOW + timedelta(minutes=30)
    vehicle.update(read_values(one(status, "CHARGINGENDED", at=end), memory, end))
    assert vehicle.value(a.CHARGING_END_TIME) is None
    assert a.CHARGING_END_TIME in vehicle
    assert read(one(left, 65535, "min"), memory) == {}


def test_climate_words() -> None:
    state = "vehicle.cabin.hvac.preconditioning.status.comfortState"
    assert read(one(state, "comfort_heating")) == {"climate.activity": ClimateActivity.HEATING}
    assert read(one(state, "NOT_ACTIVE")) == {"climate.activity": ClimateActivity.INACTIVE}


def test_next_service() -> None:
    vehicle, _ = snapshot(recorded("x3_30e"))
    item = next_service_by_distance(vehicle.value(a.SERVICES) or ())
    assert item is not None
    assert (item.type, item.distance) == ("ENGINE_OIL", 16000)


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3)
    ),
    max_leaves=8,
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(
    st.one_of(
        JSON,
        st.dictionaries(
            st.sampled_from([*RULES, LATITUDE, "vehicle.status.conditionBasedServices"]),
            st.fixed_dictionaries(
                {"value": JSON, "unit": JSON, "timestamp": st.just(NOW.isoformat()) | JSON}
            ),
            max_size=6,
        ),
    )
)
def test_garbage_never_raises(data: Any) -> None:
    vehicle = Vehicle("VIN")
    vehicle.update(read_values(data, CarState(), NOW))
    vehicle.update(read_basic_data(data, CarState(), NOW))
