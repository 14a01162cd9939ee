"""Doors, position, climate, service, warnings, tires, abilities (facts: MyBMW sheet §4, §9)."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from custom_components.mybmw.client import CommandKind, attributes as a
from custom_components.mybmw.client.mybmw.gcj02 import to_gcj02
from custom_components.mybmw.client.values import (
    AlarmState,
    CheckControlMessage,
    ClimateActivity,
    LastStateCall,
    LidState,
    LockState,
    Position,
    Season,
    ServiceItem,
    ServiceStatus,
    Severity,
    next_service_by_distance,
    next_service_by_time,
)
from tests.client.support import NOW, read

DOORS = {
    **dict.fromkeys(("hood", "trunk", "leftFront", "leftRear"), "CLOSED"),
    **dict.fromkeys(("rightFront", "rightRear"), "OPEN"),
    "combinedState": "OPEN",
    "combinedSecurityState": "UNLOCKED",
}


def test_doors() -> None:
    """§8 vehicle status: lids, lock states; the combined state is no lid."""
    found = read({"doorsState": DOORS})
    assert {name: found[lid] for name, lid in a.LIDS.items()} == {
        "hood": LidState.CLOSED,
        "trunk": LidState.CLOSED,
        "left_front": LidState.CLOSED,
        "left_rear": LidState.CLOSED,
        "right_front": LidState.OPEN,
        "right_rear": LidState.OPEN,
        "sun_roof": None,
    }
    assert found[a.LOCK_STATE] is LockState.UNLOCKED
    assert not found.problems


def test_windows() -> None:
    """§8 vehicle status: windows; INVALID ones do not count."""
    found = read(
        {
            "windowsState": {
                "combinedState": "OPEN",
                "leftFront": "INTERMEDIATE",
                "rightFront": "invalid",
                "leftRear": None,
                "rear": "closed",
            }
        }
    )
    assert {name: found[window] for name, window in a.WINDOWS.items()} == {
        "left_front": LidState.INTERMEDIATE,
        "left_rear": None,
        "rear": LidState.CLOSED,
        "right_front": None,
        "right_rear": None,
    }
    assert not found.problems


@pytest.mark.parametrize("doors", [DOORS, None])
@pytest.mark.parametrize("kind", ["SUN_ROOF", "sun_roof"])
def test_sun_roof(kind: str, doors: object) -> None:
    """§8 vehicle status, §9.18: the sunroof is a lid, with or without doors."""
    found = read(
        {"doorsState": doors, "roofState": {"roofState": "OPEN_TILT", "roofStateType": kind}}
    )
    assert found[a.LIDS["sun_roof"]] is LidState.OPEN_TILT


@pytest.mark.parametrize(
    ("roof", "problems"),
    [
        ({"roofState": "INVALID", "roofStateType": "SUN_ROOF"}, 0),
        ({"roofState": "CLOSED"}, 0),
        ({}, 0),
        (None, 0),
        ({"roofState": "CLOSED", "roofStateType": "GLASS_DOME"}, 1),
        ({"roofState": "AJAR", "roofStateType": "SUN_ROOF"}, 1),
        ("CLOSED", 2),
    ],
)
def test_no_sun_roof(roof: object, problems: int) -> None:
    found = read({"roofState": roof})
    assert found[a.LIDS["sun_roof"]] is None
    assert sum(found.problems.values()) == problems


@pytest.mark.parametrize("word", [*LockState, "UNKNOWN", "", None, "AJAR", 7])
def test_lock(word: object) -> None:
    """§8 vehicle status: lock states."""
    found = read({"doorsState": {"combinedSecurityState": word}})
    state = next((item for item in LockState if item == word), None)
    assert found[a.LOCK_STATE] is state
    assert bool(found.problems) is (word in ("AJAR", 7))
    if state is not None:
        assert state.locked is (state.value in ("LOCKED", "SECURED"))


def test_lid_states() -> None:
    assert [state for state in LidState if not state.open] == [LidState.CLOSED]


def test_position() -> None:
    """§8 vehicle status: position, heading; with the time of the measurement."""
    measured = NOW - timedelta(hours=3)
    found = read(
        {
            "location": {
                "coordinates": {"latitude": 48.1, "longitude": 11.5},
                "heading": 180,
                "address": {"formatted": "Petuelring 130, München"},
            }
        },
        measured=measured.isoformat(),
    )
    assert found[a.POSITION] == Position(48.1, 11.5)
    assert found[a.HEADING] == 180
    assert found[a.ADDRESS] == "Petuelring 130, München"
    for attribute in (a.POSITION, a.HEADING, a.ADDRESS):
        reading = found.reading(attribute)
        assert reading is not None
        assert reading.time == measured


@pytest.mark.parametrize(
    ("latitude", "longitude", "counted"),
    [
        (0, 0, True),
        (91, 11, True),
        (48, 181, True),
        (48, None, False),
        (None, 11, False),
        (None, None, False),
        ("north", 11, True),
        (True, 11, True),
    ],
)
def test_no_position(latitude: object, longitude: object, counted: bool) -> None:
    """§8 vehicle, §9.28: half a position, or one that is nowhere, is none."""
    coordinates = {"latitude": latitude, "longitude": longitude}
    found = read({"location": {"coordinates": coordinates, "heading": 90}})
    assert found[a.POSITION] is None
    assert found[a.HEADING] == 90
    assert bool(found.problems) is counted


@pytest.mark.parametrize("location", [None, [], "home", {}, {"coordinates": None}])
def test_no_location(location: object) -> None:
    """§8 vehicle status: no location, no position."""
    assert read({"location": location})[a.POSITION] is None


def test_china() -> None:
    """§8 vehicle status, §4.5: positions in China are shifted back, each time the same."""
    state = {"location": {"coordinates": {"latitude": 39.83492, "longitude": 116.23221}}}
    found = [read(state, china=True)[a.POSITION] for _ in range(2)]
    assert found[0] == found[1]
    assert found[0].latitude == pytest.approx(39.83370, abs=1e-5)
    assert found[0].longitude == pytest.approx(116.22617, abs=1e-5)
    assert to_gcj02(found[0].latitude, found[0].longitude) == pytest.approx((39.83492, 116.23221))
    assert read(state)[a.POSITION] == Position(39.83492, 116.23221)
    abroad = {"location": {"coordinates": {"latitude": 48.1, "longitude": 11.5}}}
    assert read(abroad, china=True)[a.POSITION] == Position(48.1, 11.5)


@pytest.mark.parametrize("activity", ClimateActivity)
def test_climate(activity: ClimateActivity) -> None:
    """§8 vehicle status, §9.16: ventilation and all else that runs counts as running."""
    block = {"activity": activity.value.lower(), "remainingSeconds": 1790.9}
    found = read({"climateControlState": block})
    assert found[a.CLIMATE_ACTIVITY] is activity
    assert found[a.CLIMATE_END_TIME] == NOW + timedelta(seconds=1790)
    assert activity.running is (activity.value in ("COOLING", "HEATING", "VENTILATION"))


def test_climate_end_is_measured() -> None:
    """The end of the climate run is based on the time of the measurement."""
    measured = NOW - timedelta(minutes=10)
    block = {"activity": "HEATING", "remainingSeconds": "600"}
    found = read({"climateControlState": block}, measured=measured.isoformat())
    assert found[a.CLIMATE_END_TIME] == NOW


@pytest.mark.parametrize(
    ("block", "activity"),
    [
        ({"activity": "STANDBY"}, ClimateActivity.STANDBY),
        ({"activity": "HEATING", "remainingSeconds": 0}, ClimateActivity.HEATING),
        ({"activity": "HEATING", "remainingSeconds": -1}, ClimateActivity.HEATING),
        ({"activity": "HEATING", "remainingSeconds": 10**7}, ClimateActivity.HEATING),
        ({"activity": "HEATING", "remainingSeconds": "soon"}, ClimateActivity.HEATING),
        ({}, None),
        (None, None),
    ],
)
def test_climate_does_not_end(block: object, activity: ClimateActivity | None) -> None:
    """§9.2: what is missing in a whole answer is over, the whole block included."""
    found = read({"climateControlState": block})
    for attribute, value in ((a.CLIMATE_ACTIVITY, activity), (a.CLIMATE_END_TIME, None)):
        reading = found.reading(attribute)
        assert reading is not None
        assert reading.value is value


def test_climate_of_a_silent_car() -> None:
    for attribute in (a.CLIMATE_ACTIVITY, a.CLIMATE_END_TIME, a.CHECK_CONTROL):
        assert read({}, lsc=False).reading(attribute) is None


def test_unknown_climate_is_not_over() -> None:
    """A new word does not mean that the climate is off."""
    found = read({"climateControlState": {"activity": "DEFROSTING_TURBO"}})
    assert found.reading(a.CLIMATE_ACTIVITY) is None
    assert found.problems["climateControlState.activity"] == 1


def test_services() -> None:
    """§8 vehicle status: services, and the next one by time and by distance."""
    found = read(
        {
            "requiredServices": [
                {"type": "VEHICLE_TUV", "status": "OK", "dateTime": "2023-05-01T00:00:00.000Z"},
                {"type": "OIL", "status": "pending", "mileage": 8000, "description": "Soon"},
                {"type": "BRAKE_FLUID", "status": "OVERDUE", "mileage": 0},
                {"type": "VEHICLE_CHECK", "status": "OK", "dateTime": "2023-05-01T23:00:00-05:00"},
                {"type": "ENGINE_OIL", "status": "OK", "mileage": 8000.5},
            ]
        }
    )
    items = found[a.SERVICES]
    assert items == (
        ServiceItem("VEHICLE_TUV", ServiceStatus.OK, due=date(2023, 5, 1)),
        ServiceItem("OIL", ServiceStatus.PENDING, distance=8000, description="Soon"),
        ServiceItem("BRAKE_FLUID", ServiceStatus.OVERDUE),
        ServiceItem("VEHICLE_CHECK", ServiceStatus.OK, due=date(2023, 5, 1)),
        ServiceItem("ENGINE_OIL", ServiceStatus.OK, distance=8000.5),
    )
    assert next_service_by_time(items) is items[3]
    assert next_service_by_distance(items) is items[1]
    assert next_service_by_time(()) is next_service_by_distance(()) is None
    assert next_service_by_time(items[1:3]) is next_service_by_distance(items[2:4]) is None


def test_odd_services() -> None:
    """A service item that is broken costs only what is broken in it."""
    found = read(
        {
            "requiredServices": [
                {"type": "OIL", "status": "SOMEDAY", "dateTime": "sometime", "mileage": "n/a"},
                {"type": "BRAKE_FLUID", "status": None, "dateTime": "0001-01-01T00:00:00Z"},
                {"status": "OK"},
                "later",
                None,
            ]
        }
    )
    assert found[a.SERVICES] == (ServiceItem("OIL", None), ServiceItem("BRAKE_FLUID", None))
    assert found.problems["requiredServices.type"] >= 3
    assert found.problems["requiredServices.status"] == 1


def test_empty_lists_are_news() -> None:
    """§9.2: an empty list replaces an old one."""
    found = read({"requiredServices": [], "checkControlMessages": []})
    assert found[a.SERVICES] == ()
    assert found[a.CHECK_CONTROL] == ()


@pytest.mark.parametrize("value", [{}, "none", 7, True])
def test_no_lists(value: object) -> None:
    """What is no list says nothing."""
    found = read({"requiredServices": value, "checkControlMessages": value})
    assert found.reading(a.SERVICES) is found.reading(a.CHECK_CONTROL) is None
    assert found.problems == {"requiredServices": 1, "checkControlMessages": 1}


def test_missing_lists() -> None:
    """Messages that are not there any more are over; what service is due stays."""
    found = read({"requiredServices": None, "checkControlMessages": None})
    assert found.reading(a.SERVICES) is None
    assert found[a.CHECK_CONTROL] == ()


def test_check_control() -> None:
    """§8 vehicle status: check-control messages; those of severity OK are dropped."""
    found = read(
        {
            "checkControlMessages": [
                {"type": "ENGINE_OIL", "severity": "HIGH", "longDescription": "Low oil"},
                {"type": "TIRE_PRESSURE", "severity": "OK"},
                {"type": "WASHING_FLUID", "severity": "low"},
                {"type": "BRAKES", "severity": "ok"},
                {"severity": "ok"},
                {"type": "FLUX_CAPACITOR", "severity": "PURPLE"},
                {"severity": "LOW"},
                None,
            ]
        }
    )
    assert found[a.CHECK_CONTROL] == (
        CheckControlMessage("ENGINE_OIL", Severity.HIGH, "Low oil"),
        CheckControlMessage("WASHING_FLUID", Severity.LOW),
        CheckControlMessage("FLUX_CAPACITOR", None),
    )
    assert found.problems == {
        "checkControlMessages.severity": 1,
        "checkControlMessages.type": 2,
    }


def wheel(**details: Any) -> dict[str, Any]:
    status = {"currentPressure": 250, "targetPressure": 260}
    return {"frontLeft": {"status": status, "details": {"dimension": "225/45 R18", **details}}}


def test_tires() -> None:
    """§8 vehicle status: tires; week and year of manufacture, kPa."""
    found = read(
        {
            "tireState": {
                **wheel(
                    manufacturingWeek=4021,
                    season=2,
                    mountingDate="2025-05-14T00:00:00.000Z",
                    manufacturer="Pirelli",
                    treadDesign="P ZERO",
                ),
                "rearRight": {"status": {"currentPressure": 270}},
            }
        }
    )
    assert found[a.TIRE_PRESSURE["front_left"]] == 250
    assert found[a.TIRE_TARGET_PRESSURE["front_left"]] == 260
    tire = found[a.TIRE["front_left"]]
    assert tire.manufactured == date(2021, 10, 4)
    assert tire.mounted == date(2025, 5, 14)
    assert tire.season is Season.SUMMER
    assert (tire.dimension, tire.manufacturer) == ("225/45 R18", "Pirelli")
    assert tire.tread == "P ZERO"
    assert found[a.TIRE_PRESSURE["rear_right"]] == 270
    assert found[a.TIRE_TARGET_PRESSURE["rear_right"]] is None
    assert found[a.TIRE["rear_right"]] is None
    assert found[a.TIRE_PRESSURE["rear_left"]] is None
    assert not found.problems


@pytest.mark.parametrize(
    ("week", "day"),
    [
        (4021, date(2021, 10, 4)),
        (521, date(2021, 2, 1)),
        ("4021", date(2021, 10, 4)),
        (5320, date(2020, 12, 28)),
        (None, None),
    ],
)
def test_tire_week(week: object, day: date | None) -> None:
    found = read({"tireState": wheel(manufacturingWeek=week)})
    assert found[a.TIRE["front_left"]].manufactured == day
    assert not found.problems


@pytest.mark.parametrize("week", [6021, 21, 0, -1, 5321, 1.5, "soon", 10**30])
def test_broken_tire_week(week: object) -> None:
    """§8 vehicle status, §9.18: a week that cannot be costs only itself."""
    found = read({"tireState": wheel(manufacturingWeek=week, season="summer")})
    assert found[a.TIRE_PRESSURE["front_left"]] == 250
    assert found[a.TIRE["front_left"]].manufactured is None
    assert found[a.TIRE["front_left"]].dimension == "225/45 R18"
    assert found.problems["tireState.front_left.details.manufacturingWeek"] == 1


def test_other_seasons_are_not_guessed() -> None:
    found = read({"tireState": wheel(season=4)})
    assert found[a.TIRE["front_left"]].season is None


@pytest.mark.parametrize("tires", [None, [], "flat", {"frontLeft": "flat"}, {"frontLeft": {}}])
def test_no_tires(tires: object) -> None:
    found = read({"tireState": tires})
    assert found[a.TIRE_PRESSURE["front_left"]] is None
    assert found[a.TIRE["front_left"]] is None


def test_abilities() -> None:
    """§8 vehicle: what the car can be asked to do, in the order of the kinds."""
    every = {
        **dict.fromkeys(("lights", "horn", "lock", "unlock", "climateNow", "sendPoi"), True),
        **dict.fromkeys(("isChargingTargetSocEnabled", "isChargingPowerLimitEnabled"), True),
        "isChargingPlanSupported": True,
        "remoteChargingCommands": {"chargingControl": ["START", "STOP"]},
        "vehicleFinder": True,
        "lastStateCallState": "ACTIVATED",
    }
    found = read({"climateControlState": {"activity": "STANDBY"}}, capabilities=every)
    assert found[a.COMMANDS] == tuple(CommandKind)
    assert found[a.TRACKING_ENABLED] is True
    assert found[a.LSC_TYPE] is LastStateCall.ACTIVATED


@pytest.mark.parametrize("no", [False, None, "true", 1, {}])
def test_no_abilities(no: object) -> None:
    """Only a plain true allows something; the finder works in any case (§3.3)."""
    keys = ("lights", "horn", "lock", "unlock", "climateNow", "sendPoi", "isChargingPlanSupported")
    found = read({}, capabilities={**dict.fromkeys(keys, no), "remoteChargingCommands": no})
    assert found[a.COMMANDS] == (CommandKind.VEHICLE_FINDER,)


@pytest.mark.parametrize("capabilities", [None, [], "all"])
def test_unknown_abilities(capabilities: object) -> None:
    """Without capabilities nothing is known about them."""
    assert read({}, capabilities=capabilities).reading(a.COMMANDS) is None


def test_climate_can_be_stopped() -> None:
    """It is the state that tells whether the climate can be stopped (§4.2)."""
    for block in ({"activity": "INACTIVE"}, {}, None):
        found = read({"climateControlState": block}, capabilities={})
        assert CommandKind.CLIMATE_STOP in found[a.COMMANDS]
    assert CommandKind.CLIMATE_STOP not in read({}, capabilities={})[a.COMMANDS]


@pytest.mark.parametrize(
    ("word", "kind", "counted"),
    [
        ("ACTIVATED", LastStateCall.ACTIVATED, False),
        ("NOT_SUPPORTED", LastStateCall.NOT_SUPPORTED, False),
        ("not_capable", LastStateCall.NOT_CAPABLE, False),
        ("UNKNOWN", None, False),
        (None, None, False),
        ("SOMEDAY", None, True),
    ],
)
def test_last_state_call(word: object, kind: object, counted: bool) -> None:
    """§8 vehicle: lsc type."""
    found = read({}, capabilities={"lastStateCallState": word})
    assert found[a.LSC_TYPE] is kind
    assert bool(found.problems) is counted


@pytest.mark.parametrize(
    ("updated", "fetched", "expected"),
    [
        ("2026-11-10T11:00:00.789Z", None, datetime(2026, 11, 10, 11, 0, 0, 789000, UTC)),
        ("2026-11-10T12:00:00+02:00", None, datetime(2026, 11, 10, 10, tzinfo=UTC)),
        (None, "2026-11-10T11:30:00Z", datetime(2026, 11, 10, 11, 30, tzinfo=UTC)),
        ("2026-11-10T11:00:00Z", "2026-11-10T11:30:00Z", datetime(2026, 11, 10, 11, tzinfo=UTC)),
        (
            "0001-01-01T00:00:00Z",
            "2026-11-10T11:30:00Z",
            datetime(2026, 11, 10, 11, 30, tzinfo=UTC),
        ),
        ("2026-11-10T11:00:00", "2026-11-10T11:30:00Z", datetime(2026, 11, 10, 11, 30, tzinfo=UTC)),
        ("soon", "", None),
        (None, None, None),
        (7, [], None),
        ("2026-11-10T13:00:00Z", None, NOW),
        ("2100-01-01T00:00:00Z", "2100-01-01T00:00:00Z", NOW),
    ],
)
def test_time_of_measurement(updated: object, fetched: object, expected: datetime | None) -> None:
    """§8 vehicle status: timestamp (§9.29); a time in the future is taken as now."""
    time = expected or NOW
    found = read({"currentMileage": 5, "lastFetched": fetched}, measured=updated)
    assert found[a.LAST_UPDATE] == expected
    mileage = found.reading(a.MILEAGE)
    assert mileage is not None
    assert mileage.time == time
    assert mileage.source == "mybmw"


@pytest.mark.parametrize(
    ("value", "expected", "counted"),
    [
        (1121, 1121, False),
        ("1121.5", 1121.5, False),
        (0, 0, False),
        (None, None, False),
        ("", None, False),
        ("far", None, True),
        (True, None, True),
        ([], None, True),
    ],
)
def test_mileage(value: object, expected: float | None, counted: bool) -> None:
    """§8 vehicle status, §9.5: no mileage is none, not 0."""
    found = read({"currentMileage": value})
    assert found[a.MILEAGE] == expected
    assert bool(found.problems) is counted


@pytest.mark.parametrize(
    ("mode", "on"), [("OFF", False), ("off", False), ("ON", True), ("", None), (None, None)]
)
def test_privacy(mode: str | None, on: bool | None) -> None:
    assert read({"driverPreferences": {"lscPrivacyMode": mode}})[a.PRIVACY_MODE] is on


@pytest.mark.parametrize("lsc", [True, False])
def test_simple_facts(lsc: bool) -> None:
    """§8 vehicle: is the car one that reports by itself."""
    state = {"isLeftSteering": True, "securityOverviewMode": "NOT_ARMED"}
    found = read(state, lsc=lsc)
    assert found[a.LSC_ENABLED] is lsc
    assert found[a.LEFT_HAND_DRIVE] is True
    assert found[a.ALARM] is AlarmState.NOT_ARMED
