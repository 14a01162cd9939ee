"""The examples of the project that found the API parse to the values that it prints."""

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
import json
from pathlib import Path
from typing import Any

import pytest

from custom_components.mybmw.client import (
    ChangeProfile,
    Command,
    CommandKind,
    CommandState,
    SecretNeededError,
    attributes as a,
)
from custom_components.mybmw.client.connecteddrive.profile import read_charging_profile
from custom_components.mybmw.client.connecteddrive.readings import (
    entries_of,
    features_of,
    read_status,
    read_vehicle,
    time_of,
)
from custom_components.mybmw.client.connecteddrive.trips import (
    read_all_trips,
    read_destinations,
    read_energy,
    read_last_trip,
    read_range_map,
)
from custom_components.mybmw.client.core.attributes import AnyReading
from custom_components.mybmw.client.core.values import (
    Activity,
    Brand,
    ChargingEndResult,
    ChargingMode,
    ChargingPreference,
    ChargingProfile,
    Comparison,
    DepartureTimer,
    Destination,
    DriveTrain,
    LastStateCall,
    LidState,
    LockState,
    Position,
    PositionStatus,
    RangeMap,
    RangePolygon,
    TimerType,
    UpdateReason,
    Weekday,
)
from tests.replay.connecteddrive import Endpoint, LegacyCar

from .conftest import NewClient, Simulate

EXAMPLES: dict[str, Any] = json.loads(Path(__file__).with_name("examples.json").read_bytes())
NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
VIN = "WAB1C23456V123456"


def values(readings: list[AnyReading]) -> dict[str, Any]:
    """Return values by key."""
    return {reading.attribute.key: reading.value for reading in readings}


def test_vehicle() -> None:
    problems: Counter[str] = Counter()
    [(vin, entry)] = entries_of(EXAMPLES["vehicles"])
    assert vin == VIN
    assert values(read_vehicle(entry, NOW, problems)) == {
        "model": "I3 +REX",
        "model_year": 2014,
        "body_type": "I01",
        "brand": Brand.BMW,
        "color": "SOLARORANGE MET. M. AKZE",
        "country": "V1-UK",
        "drive_train": DriveTrain.ELECTRIC_WITH_RANGE_EXTENDER,
        "lsc_type": LastStateCall.ACTIVATED,
        "is_vehicle_tracking_enabled": True,
    }
    features = features_of(entry, problems)
    assert features[:5] == (True, True, True, True, True)
    assert sorted(features.commands) == [
        "charging_profile",
        "climate_start",
        "door_lock",
        "door_unlock",
        "light_flash",
        "send_message",
        "send_poi",
        "vehicle_finder",
    ]
    assert not problems


def test_status() -> None:
    """A car of the United Kingdom is steered on the right; INVALID parts are not fitted."""
    problems: Counter[str] = Counter()
    features = features_of(EXAMPLES["vehicles"][0], problems)
    found = values(read_status(EXAMPLES["status"], NOW, features, problems))
    told = {key: value for key, value in found.items() if value is not None}
    measured = datetime(2015, 10, 30, 17, 45, 4, tzinfo=UTC)
    closed = {
        f"{group}.{side}": LidState.CLOSED
        for group in ("lids", "windows")
        for side in ("left_front", "left_rear", "right_front", "right_rear")
    }
    assert told == {
        **closed,
        "mileage": 1234,
        "update_reason": UpdateReason.VEHICLE_SHUTDOWN_SECURED,
        "activity": Activity.SECURED,
        "vehicle.isMoving": False,
        "timestamp": measured,
        "lids.trunk": LidState.CLOSED,
        "lids.hood": LidState.CLOSED,
        "doors_and_windows.door_lock_state": LockState.SECURED,
        "lights.parking_light_status": "off",
        "position_light": False,
        "fuel_and_battery.remaining_fuel": 8.9,
        "fuel_and_battery.remaining_range_electric": 73,
        "fuel_and_battery.remaining_range_fuel": 126,
        "fuel_and_battery.remaining_range_total": 199,
        "max_range_electric": 134,
        "fuel_and_battery.remaining_fuel_percent": 99,
        "tank_capacity": 9,
        "fuel_and_battery.is_charger_connected": False,
        "fuel_and_battery.remaining_battery_percent": 58,
        "charging_end_result": ChargingEndResult.FAILED,
        "vehicle_location.location": Position(51.123456, -1.2345678),
        "vehicle_location.heading": 211,
        "position_status": PositionStatus.OK,
    }
    over = {key for key, value in found.items() if value is None}
    assert {"windows.rear", "lids.convertible_roof", "charging_end_reason"} <= over
    assert {"fuel_and_battery.charging_status", "charging_time_remaining"} <= over
    assert not problems


def test_last_trip() -> None:
    """Scores are stars: a fifth of 1 each."""
    problems: Counter[str] = Counter()
    assert values(read_last_trip(EXAMPLES["last_trip"], NOW, problems)) == {
        "last_trip.end": datetime(2015, 12, 1, 19, 44, tzinfo=UTC),
        "last_trip.distance": 141,
        "last_trip.duration": 124,
        "last_trip.electric_distance": 100.1,
        "last_trip.electric_share": 71,
        "last_trip.electric_consumption": 16.6,
        "last_trip.recuperation": 2,
        "last_trip.fuel_consumption": 1.9,
        "last_trip.saved_fuel": 0,
        "last_trip.efficiency": 2.65,
        "last_trip.acceleration": 1.95,
        "last_trip.anticipation": 4.05,
        "last_trip.total_consumption": 3.95,
        "last_trip.auxiliary_consumption": 3.3,
        "last_trip.driving_mode": 0,
    }
    assert not problems


def test_all_trips() -> None:
    """Figures that were never reset have no date; the size of the battery is not used."""
    problems: Counter[str] = Counter()
    assert values(read_all_trips(EXAMPLES["all_trips"], NOW, problems)) == {
        "all_trips.electric_consumption": Comparison(
            own=14.76, community_low=0, community_average=16.33, community_high=35.53
        ),
        "all_trips.recuperation": Comparison(
            own=2.3, community_low=0, community_average=3.76, community_high=14.03
        ),
        "all_trips.fuel_consumption": Comparison(
            own=0.36, community_low=0, community_average=1.21, community_high=6.2
        ),
        "all_trips.charge_cycle_range": Comparison(
            own=72.62,
            own_highest=135,
            own_current=60,
            community_average=121.58,
            community_high=200,
        ),
        "all_trips.electric_distance": Comparison(
            own=3158.66, community_low=1, community_average=12293.65, community_high=77533.6
        ),
        "all_trips.saved_co2": 87.58,
        "all_trips.saved_co2_green_energy": 515.177,
        "all_trips.saved_fuel": 0,
    }
    assert not problems


def test_charging_times() -> None:
    problems: Counter[str] = Counter()
    assert values(read_charging_profile(EXAMPLES["charging_profile"], NOW, problems)) == {
        "charging_profile.charging_mode": ChargingMode.DELAYED,
        "charging_profile.charging_preferences": ChargingPreference.CHARGING_WINDOW,
        "is_pre_entry_climatization_enabled": True,
        "charging_profile.timer_type": TimerType.WEEKLY_PLANNER,
        "charging_profile": ChargingProfile(
            mode=ChargingMode.DELAYED,
            preference=ChargingPreference.CHARGING_WINDOW,
            timer_type=TimerType.WEEKLY_PLANNER,
            preconditioning=True,
            window_start=time(5, 2),
            window_end=time(17, 31),
            timers=(
                DepartureTimer(1, time(7, 30), active=True, days=(Weekday.MONDAY,)),
                DepartureTimer(2, time(13), active=False, days=(Weekday.SATURDAY,)),
                DepartureTimer(3, time(8), active=False),
                DepartureTimer(4, time(7, 30), active=False, days=(Weekday.MONDAY,)),
            ),
        ),
    }
    assert not problems


def test_destinations() -> None:
    problems: Counter[str] = Counter()
    [reading] = read_destinations(EXAMPLES["last_destinations"], NOW, problems)
    assert reading.value == (
        Destination(
            Position(51.53053283691406, -0.08362331241369247),
            "UNITED KINGDOM",
            "LONDON",
            "PITFIELD STREET",
            datetime(2015, 9, 25, 6, 6, 11, tzinfo=UTC),
        ),
    )
    assert reading.value[0].address == "PITFIELD STREET, LONDON, UNITED KINGDOM"
    assert not problems


def test_range_map() -> None:
    problems: Counter[str] = Counter()
    [reading] = read_range_map(EXAMPLES["range_maps"], NOW, problems)
    assert reading.value == RangeMap(
        Position(51.123456, -1.2345678),
        (
            RangePolygon(
                "ECO_PRO_PLUS",
                (
                    Position(51.6991281509399, -2.00423240661621),
                    Position(51.6909098625183, -1.91526889801025),
                ),
            ),
            RangePolygon(
                "COMFORT",
                (
                    Position(51.7212295532227, -1.7363977432251),
                    Position(51.6991496086121, -1.73077583312988),
                ),
            ),
        ),
        "AVERAGE",
    )
    assert reading.attribute.private
    assert not problems


def test_energy() -> None:
    """SoC and capacity are in kWh; the name of the latter was changed later on."""
    problems: Counter[str] = Counter()
    expected = {"remaining_energy": 4.019000053405762, "battery_capacity": 5.6}
    assert values(read_energy(EXAMPLES["navigation"], NOW, problems)) == expected
    renamed = {"soc": 4.0, "socmax": 5.5}
    expected = {"remaining_energy": 4.0, "battery_capacity": 5.5}
    assert values(read_energy(renamed, NOW, problems)) == expected


async def test_token(simulate: Simulate, new_client: NewClient) -> None:
    """The token lives eight hours; the refresh token is not kept."""
    sim, client = simulate(), new_client()
    sim.reply(Endpoint.TOKEN, EXAMPLES["token"])
    assert await client.login.token() == "RCQ1hLP4AFaUBW9BjcPUN3i4WgkwF90R"
    [tokens] = client.saved
    assert tokens.access == "RCQ1hLP4AFaUBW9BjcPUN3i4WgkwF90R"
    left = tokens.expires - datetime.now(UTC)
    assert timedelta(hours=7, minutes=58) < left < timedelta(hours=8)
    assert tokens.dump().keys() == {"access", "expires"}


async def test_commands(simulate: Simulate, new_client: NewClient) -> None:
    """The answers about commands: begun, carried out, and one that needs an answer."""
    answers = {"status": EXAMPLES["status"], "charging_profile": EXAMPLES["weekly_command"]}
    sim = simulate([LegacyCar(VIN, EXAMPLES["vehicles"][0], answers)])
    client = new_client()
    await client.read()
    event = EXAMPLES["execution"]["executionStatus"]["eventId"]
    begun = {"serviceType": "DOOR_LOCK", "status": "INITIATED", "eventId": event}
    sim.reply(Endpoint.EXECUTE, {"executionStatus": begun})
    sim.reply(Endpoint.EXECUTION, EXAMPLES["execution"])
    steps: list[CommandState] = []
    lock = Command(CommandKind.DOOR_LOCK)
    assert (await client.garage.send(VIN, lock, steps.append)).state is CommandState.EXECUTED
    assert steps == ["INITIATED", "EXECUTED"]
    refusal = (
        '{"error":{"code":500,"description":"(SmartPhoneUtil-A-2013) Action is forbidden. '
        'secretKnowledge is missing but required!"}}'
    )
    sim.fail(Endpoint.EXECUTE, 500, text=refusal)
    with pytest.raises(SecretNeededError):
        await client.garage.send(VIN, Command(CommandKind.DOOR_UNLOCK))


async def test_weekly_command(simulate: Simulate, new_client: NewClient) -> None:
    """Timers that were never set have no time, and stay so in what is sent back."""
    answers = {"status": EXAMPLES["status"], "charging_profile": EXAMPLES["weekly_command"]}
    sim = simulate([LegacyCar(VIN, EXAMPLES["vehicles"][0], answers)])
    client = new_client()
    profile = (await client.read())[VIN].value(a.CHARGING_PROFILE)
    assert profile is not None
    assert profile.timers == (
        DepartureTimer(1, time(12, 30), active=True),
        DepartureTimer(2, None, active=False),
        DepartureTimer(3, time(19, 30), active=False),
        DepartureTimer(4, None, active=False),
    )
    await client.garage.send(VIN, ChangeProfile(preconditioning=False))
    [form] = [call.form for call in sim.calls if call.endpoint is Endpoint.EXECUTE]
    plan = EXAMPLES["weekly_command"]["weeklyPlanner"]
    expected = {"weeklyPlanner": {**plan, "climatizationEnabled": False}}
    assert json.loads(form["data"]) == expected


async def test_two_times_timer(simulate: Simulate, new_client: NewClient) -> None:
    """The plan of the other kind, which the project sends, is read and shown as well."""
    entry = {**EXAMPLES["vehicles"][0], "chargingControl": "TWO_TIMES_TIMER"}
    answers = {"status": EXAMPLES["status"], "charging_profile": EXAMPLES["two_times_command"]}
    simulate([LegacyCar(VIN, entry, answers)], bare_list=True)
    [vehicle] = (await new_client().read()).values()
    profile = vehicle.value(a.CHARGING_PROFILE)
    assert profile is not None
    assert profile.timer_type is TimerType.TWO_TIMES_TIMER
    assert profile.timers == (
        DepartureTimer(1, time(12, 30), active=True),
        DepartureTimer(2, time(13, 30), active=False),
    )
    assert (profile.window_start, profile.window_end) == (time(), time())


async def test_both_forms_of_the_list(simulate: Simulate, new_client: NewClient) -> None:
    """The list stands alone, as the project shows it, or in an object, as servers answered."""
    car = LegacyCar(VIN, EXAMPLES["vehicles"][0], {"status": EXAMPLES["status"]})
    for bare in (True, False):
        simulate([car], bare_list=bare)
        assert list(await new_client().read()) == [VIN]


def test_dates_of_services() -> None:
    """Months come in two forms, perhaps with a day, or in a spelling near to these."""
    problems: Counter[str] = Counter()
    for written in ("2018-11", "11.2018", "2018-11-30", "30.11.2018", "11/2018", " 2018-11 "):
        status = {"vehicleStatus": {"cbsData": [{"cbsType": "OIL", "cbsDueDate": written}]}}
        features = features_of({}, problems)
        found = values(read_status(status, NOW, features, problems))
        assert found["condition_based_services"][0].due == date(2018, 11, 1)


def test_dates_that_are_none() -> None:
    problems: Counter[str] = Counter()
    for written in ("2018-13", "2018", "", "--", "soon", 201811, "2018-11-30-1", "1" * 50):
        status = {"vehicleStatus": {"cbsData": [{"cbsType": "OIL", "cbsDueDate": written}]}}
        found = values(read_status(status, NOW, features_of({}, problems), problems))
        assert found["condition_based_services"][0].due is None


TIMES = {
    "2018-03-25T01:59:59+0100": datetime(2018, 3, 25, 0, 59, 59, tzinfo=UTC),
    "2018-03-25T03:00:00+0200": datetime(2018, 3, 25, 1, tzinfo=UTC),
    "2018-10-28T02:30:00+0200": datetime(2018, 10, 28, 0, 30, tzinfo=UTC),
    "2018-10-28T02:30:00+0100": datetime(2018, 10, 28, 1, 30, tzinfo=UTC),
    "2018-10-28T02:30:00+01:00": datetime(2018, 10, 28, 1, 30, tzinfo=UTC),
    "2018-10-28T01:30:00Z": datetime(2018, 10, 28, 1, 30, tzinfo=UTC),
    "2018-10-28T01:30:00.500+0000": datetime(2018, 10, 28, 1, 30, 0, 500_000, tzinfo=UTC),
    "2018-10-28T01:30:00": datetime(2018, 10, 28, 1, 30, tzinfo=UTC),
}


@pytest.mark.parametrize("field", ["updateTime", "internalDataTimeUTC"])
@pytest.mark.parametrize("written", TIMES)
def test_forms_of_times(field: str, written: str) -> None:
    """The offset distinguishes the hour that comes twice in autumn."""
    assert time_of({"vehicleStatus": {field: written}}, NOW) == TIMES[written]


def test_spellings_of_flags() -> None:
    """What is true in other types or cases counts as well."""
    problems: Counter[str] = Counter()
    flags = {"statisticsAvailable": "true", "doorLock": True, "doorUnlock": "activated"}
    features = features_of(
        {**flags, "lightFlash": False, "chargingControl": "not_supported"}, problems
    )
    assert (features.statistics, features.charging) == (True, False)
    assert sorted(features.commands) == ["door_lock", "door_unlock"]
    assert not problems


def test_midnight() -> None:
    """A window may end at 24:00."""
    problems: Counter[str] = Counter()
    window = {"startTime": "22:00", "endTime": "24:00"}
    plan = {"weeklyPlanner": {"preferredChargingWindow": window}}
    found = values(read_charging_profile(plan, NOW, problems))["charging_profile"]
    assert (found.window_start, found.window_end) == (time(22), time())
