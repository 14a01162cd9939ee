"""What is read of cars in all the ways that servers have answered (the bundled cars)."""

from collections import Counter
from collections.abc import Callable
from copy import deepcopy
from datetime import UTC, datetime, timedelta
import json
from math import cos, pi, sin
from typing import Any

import pytest

from custom_components.mybmw.client import Vehicle, attributes as a, dump, load
from custom_components.mybmw.client.connecteddrive.mapping import PARKING_LIGHT
from custom_components.mybmw.client.connecteddrive.profile import read_charging_profile
from custom_components.mybmw.client.connecteddrive.readings import features_of, read_status
from custom_components.mybmw.client.connecteddrive.trips import (
    read_all_trips,
    read_destinations,
    read_energy,
    read_last_trip,
    read_range_map,
)
from custom_components.mybmw.client.core.attributes import AnyReading
from custom_components.mybmw.client.core.reconcile import MOVING
from custom_components.mybmw.client.core.values import (
    Activity,
    ChargingEndReason,
    ChargingStatus,
    CheckControlMessage,
    LidState,
    LockState,
    PositionStatus,
    ServiceStatus,
    UpdateReason,
)
from tests.replay.connecteddrive import (
    BUNDLED,
    Endpoint,
    SimulatedConnectedDrive,
    load as load_recordings,
)

from .conftest import CONVERTIBLE, I3, PHEV, LegacyClient, NewClient, Simulate


async def test_electric_car(sim: SimulatedConnectedDrive, client: LegacyClient) -> None:
    """A car that charges: the time left, the plug, the driver's side, and scores above 1."""
    car = (await client.read())[I3]
    assert car.value(a.LIDS["right_front"]) is LidState.OPEN
    assert car.value(a.LIDS["left_front"]) is LidState.CLOSED
    assert car.value(a.CHARGING_STATUS) is ChargingStatus.CHARGING
    assert car.value(a.CHARGER_CONNECTED) is True
    assert car.value(a.CHARGING_TIME_LEFT) == 95
    measured = car[a.CHARGING_STATUS]
    assert measured is not None
    assert car.value(a.CHARGING_END_TIME) == measured.time + timedelta(minutes=95)
    assert car.value(PARKING_LIGHT) == "left"
    assert car.value(a.POSITION_LIGHT) is True
    assert car.value(a.LOCK_STATE) is LockState.UNLOCKED
    assert car.value(a.UPDATE_REASON) is UpdateReason.CHARGING_STARTED
    assert car.value(a.ACTIVITY) is Activity.PARKED
    assert car.value(a.LAST_TRIP["driving_mode"]) == 5
    assert car.value(a.LAST_TRIP["acceleration"]) == 3.5
    assert car.value(a.REMAINING_ENERGY) == 10.4
    assert car.value(a.BATTERY_CAPACITY) == 18.9
    assert car.value(a.REMAINING_RANGE_TOTAL) == 61 + 92
    assert car.value(a.CHARGING_END_REASON) is ChargingEndReason.CHARGING_GOAL_REACHED
    assert [place.city for place in car.value(a.DESTINATIONS) or ()] == ["OXFORD", "READING"]
    [service] = car.value(a.SERVICES) or ()
    assert (service.type, service.status) == ("BRAKE_FLUID", ServiceStatus.PENDING)
    text = "The level of the washer fluid is low."
    assert car.value(a.CHECK_CONTROL) == (CheckControlMessage("955", None, text, "955"),)
    assert a.WINDOWS["rear"] not in car
    assert a.CONVERTIBLE_ROOF not in car
    consumption = car.value(a.ALL_TRIPS["electric_consumption"])
    assert consumption is not None
    assert (consumption.own, consumption.community_low) == (14.8, -0.2)


async def test_hybrid(sim: SimulatedConnectedDrive, client: LegacyClient) -> None:
    """Its driver has switched off the position; there was no trip, and little is compared."""
    car = (await client.read())[PHEV]
    assert car.value(a.POSITION) is None
    assert car.value(a.POSITION_STATUS) is PositionStatus.DRIVER_DISABLED
    assert car.value(a.LIDS["sun_roof"]) is LidState.OPEN_TILT
    assert a.TRIP_END not in car
    assert car.value(a.TRIPS_SINCE) == datetime(2018, 6, 30, 22, tzinfo=UTC)
    assert a.CHARGING_STATUS not in car
    assert car.value(a.BATTERY_CAPACITY) == 6.2
    plan = car.value(a.CHARGING_PROFILE)
    assert plan is not None
    assert [timer.id for timer in plan.timers] == [1, 2]


async def test_convertible(sim: SimulatedConnectedDrive, client: LegacyClient) -> None:
    """A car that is driven reports no place; ranges in miles count where there are none in km."""
    car = (await client.read())[CONVERTIBLE]
    assert car.value(a.CONVERTIBLE_ROOF) is LidState.OPEN
    assert car.value(a.LIDS["trunk"]) is LidState.INTERMEDIATE
    assert car.value(a.POSITION_STATUS) is PositionStatus.VEHICLE_ACTIVE
    assert (car.value(a.ACTIVITY), car.value(MOVING)) == (Activity.MOVING, True)
    assert car.value(a.REMAINING_RANGE_FUEL) == pytest.approx(650.17, abs=0.01)
    assert car.value(a.LOCK_STATE) is LockState.SELECTIVE_LOCKED
    assert a.CHARGER_CONNECTED not in car
    assert sorted(client.source.commands(CONVERTIBLE)) == [
        "climate_start",
        "door_lock",
        "door_unlock",
        "horn_blow",
        "light_flash",
        "send_message",
        "send_poi",
        "vehicle_finder",
    ]


def test_huge_range_map() -> None:
    """What a server may send is bounded; a polygon keeps its form."""
    corners = [
        {"lat": 48 + sin(angle / 4_999), "lon": 11 + cos(angle / 4_999)}
        for angle in (2 * pi * step for step in range(4_999))
    ]
    answer = {
        "rangemap": {
            "center": {"lat": 48, "lon": 11},
            "rangemaps": [{"type": "COMFORT", "polyline": corners}] * 30,
        }
    }
    [reading] = read_range_map(answer, datetime.now(UTC), Counter())
    assert len(reading.value.polygons) == 10
    for polygon in reading.value.polygons:
        assert 400 <= len(polygon.corners) <= 500
        assert min(corner.longitude for corner in polygon.corners) == pytest.approx(10, abs=0.001)
        assert min(corner.latitude for corner in polygon.corners) == pytest.approx(47, abs=0.001)


async def test_only_promised_endpoints_are_asked(
    sim: SimulatedConnectedDrive, client: LegacyClient
) -> None:
    """The flags of a car decide what is asked of it."""
    await client.read()
    asked = {vin: [call.endpoint for call in sim.calls if call.vin == vin] for vin in sim.cars}
    assert sorted(asked[I3]) == sorted(
        {
            Endpoint.STATUS,
            Endpoint.LAST_TRIP,
            Endpoint.ALL_TRIPS,
            Endpoint.CHARGING_PROFILE,
            Endpoint.LAST_DESTINATIONS,
            Endpoint.RANGE_MAPS,
            Endpoint.NAVIGATION,
        }
    )
    assert asked[CONVERTIBLE] == [Endpoint.STATUS]
    assert Endpoint.LAST_DESTINATIONS not in asked[PHEV]


async def test_invalid_after_a_value_is_unknown(
    sim: SimulatedConnectedDrive, client: LegacyClient
) -> None:
    car = (await client.read())[I3]
    sim.cars[I3].status["sunroof"] = "INVALID"
    sim.cars[I3].report(datetime.now(UTC))
    await client.read()
    assert a.LIDS["sun_roof"] in car
    assert car.value(a.LIDS["sun_roof"]) is None


@pytest.mark.parametrize(
    ("word", "reason"),
    [
        ("CHARGIN_STARTED", UpdateReason.CHARGING_STARTED),
        ("CHARGING_INTERRUPED", UpdateReason.CHARGING_INTERRUPTED),
        ("CHARGINGSTARTED", UpdateReason.CHARGING_STARTED),
        ("VEHCSHUTDOWN", UpdateReason.VEHICLE_SHUTDOWN),
        ("VEHCSHUTDOWN_SECURED", UpdateReason.VEHICLE_SHUTDOWN_SECURED),
        ("UNKNOWN", None),
        ("SOMETHING_NEW", None),
        *((item.value, item) for item in UpdateReason),
    ],
)
async def test_reasons(
    word: str,
    reason: UpdateReason | None,
    sim: SimulatedConnectedDrive,
    client: LegacyClient,
) -> None:
    """All reasons are known, misspelt ones too; others are unknown."""
    car = (await client.read())[I3]
    sim.cars[I3].report(datetime.now(UTC), word)
    await client.read()
    assert car.value(a.UPDATE_REASON) is reason


async def test_reason_in_place_of_the_plug(
    sim: SimulatedConnectedDrive, client: LegacyClient
) -> None:
    """Some cars report in connectionStatus why they have sent their state."""
    sim.cars[I3].status["connectionStatus"] = "CHARGING_PAUSED"
    del sim.cars[I3].status["updateReason"]
    car = (await client.read())[I3]
    assert car.value(a.CHARGER_CONNECTED) is True
    assert car.value(a.UPDATE_REASON) is UpdateReason.CHARGING_PAUSED


@pytest.mark.parametrize(
    ("status", "kept"),
    [("DRIVER_DISABLED", False), ("VEHICLE_ACTIVE", True), ("TOO_FAR_AWAY", True)],
)
async def test_missing_position(
    status: str, kept: bool, sim: SimulatedConnectedDrive, client: LegacyClient
) -> None:
    """A driver who switches the position off wants no place kept; else the last one stays."""
    car = (await client.read())[I3]
    sim.cars[I3].status["position"] = {"status": status}
    sim.cars[I3].report(datetime.now(UTC))
    await client.read()
    assert car.value(a.POSITION_STATUS) == status
    assert (car.value(a.POSITION) is not None) is kept


async def test_time_without_zone(simulate: Simulate, new_client: NewClient) -> None:
    """A time without a zone is in UTC."""
    sim = simulate(fresh=False)
    del sim.cars[I3].status["updateTime"]
    car = (await new_client().read())[I3]
    reading = car[a.MILEAGE]
    assert reading is not None
    assert reading.time == datetime(2019, 5, 4, 16, 31, tzinfo=UTC)


async def test_readings_survive_a_restart(
    sim: SimulatedConnectedDrive, client: LegacyClient
) -> None:
    """All values can be written and read, those of new types included."""
    for car in (await client.read()).values():
        saved = json.loads(json.dumps(dump(car)))
        restored = {reading.attribute: reading.value for reading in load(saved)}
        assert restored == {reading.attribute: reading.value for reading in car}


def _damaged(node: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    found = [path] if path else []
    items = (
        node.items()
        if isinstance(node, dict)
        else enumerate(node)
        if isinstance(node, list)
        else ()
    )
    for key, value in items:
        found += _damaged(value, (*path, key))
    return found


ODD: tuple[Any, ...] = (None, "", "odd", -1, 1e308, True, [], {}, [None], {"a": 1}, "INVALID")
RECORDED = {car.vin: car for car in load_recordings(BUNDLED).cars}
FETCHED = datetime(2019, 5, 4, 20, tzinfo=UTC)

type Read = Callable[[object], list[AnyReading]]


def _reader(name: str) -> Read:
    """Return what reads an answer."""
    problems: Counter[str] = Counter()
    features = features_of(RECORDED[I3].entry, problems)
    if name == "status":
        return lambda answer: read_status(answer, FETCHED, features, problems)
    read = {
        "last_trip": read_last_trip,
        "all_trips": read_all_trips,
        "charging_profile": read_charging_profile,
        "last_destinations": read_destinations,
        "range_maps": read_range_map,
        "navigation": read_energy,
    }[name]
    return lambda answer: read(answer, FETCHED, problems)


def _facts(readings: list[AnyReading]) -> dict[str, Any]:
    vehicle = Vehicle(I3)
    vehicle.update(readings)
    return {reading.attribute.key: reading.value for reading in vehicle}


# What follows from more than one field, or holds several
JOINED: dict[str, tuple[str, ...]] = {
    "activity": ("updateReason", "connectionStatus", "doorLockState"),
    "vehicle.isMoving": ("updateReason", "connectionStatus"),
    "update_reason": ("updateReason", "connectionStatus"),
    "charging_time_remaining": ("chargingTimeRemaining", "chargingStatus", "connectionStatus"),
    "fuel_and_battery.charging_end_time": (
        "chargingTimeRemaining",
        "chargingStatus",
        "connectionStatus",
        "updateTime",
    ),
    "fuel_and_battery.charging_status": ("chargingStatus", "connectionStatus", "updateReason"),
    "charging_since": ("chargingStatus", "connectionStatus", "updateReason", "updateTime"),
    "fuel_and_battery.is_charger_connected": ("connectionStatus", "chargingStatus"),
    "fuel_and_battery.remaining_range_total": ("remainingRangeElectric", "remainingRangeFuel"),
    "condition_based_services": ("cbsData",),
    "check_control_messages": ("checkControlMessages",),
    "vehicle_location.location": ("position",),
    "vehicle_location.heading": ("position",),
    "position_status": ("position",),
    "timestamp": ("updateTime",),
}


@pytest.mark.parametrize("name", sorted(RECORDED[I3].answers))
def test_any_damage(name: str) -> None:
    """Nothing raises, and other facts stay, whatever a part of an answer is replaced by."""
    original, read = RECORDED[I3].answers[name], _reader(name)
    reference = _facts(read(original))
    for path in _damaged(original):
        if any(isinstance(step, int) and step > 1 for step in path):
            continue
        for value in (*ODD, _GONE):
            answer = deepcopy(original)
            node: Any = answer
            for step in path[:-1]:
                node = node[step]
            if value is _GONE:
                del node[path[-1]]
            else:
                node[path[-1]] = value
            facts = _facts(read(answer))
            if name == "status" and len(path) > 1:
                changed = {
                    key
                    for key in reference.keys() | facts.keys()
                    if reference.get(key) != facts.get(key)
                }
                joined = {key for key in changed if path[1] in JOINED.get(key, ())}
                assert len(changed - joined) <= 1, (path, value, changed)


_GONE = object()


async def test_damaged_answer_of_a_server(
    sim: SimulatedConnectedDrive, client: LegacyClient
) -> None:
    """An answer that holds no state fails the car alone."""
    await client.read()
    sim.reply(Endpoint.STATUS, {"vehicleStatus": []})
    poll = await client.garage.refresh(client.source)
    assert (poll.error, len(poll.errors)) == (None, 1)


@pytest.mark.parametrize(
    "answer", [None, [], {}, "odd", 5, {"vehicles": None}, [{"vin": "short"}], [None, 3]]
)
async def test_odd_list(answer: Any, sim: SimulatedConnectedDrive, client: LegacyClient) -> None:
    """A list that is none fails the poll, and takes no car away."""
    await client.read()
    sim.reply(Endpoint.VEHICLES, answer)
    poll = await client.garage.refresh(client.source)
    if answer == []:
        assert (poll.error, poll.vins) == (None, frozenset())
    else:
        assert poll.error is not None
    assert set(client.garage.vehicles) == {I3, PHEV, CONVERTIBLE}
