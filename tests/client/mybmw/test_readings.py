"""Doors, position, climate, service, warnings, tires, abilities (mybmw-app.md#values)."""

from datetime import UTC, datetime, timedelta

import pytest

from custom_components.mybmw.client import attributes as a
from custom_components.mybmw.client.core.values import (
    AlarmState,
    ClimateActivity,
    LidState,
    LockState,
    Position,
)
from custom_components.mybmw.client.mybmw.gcj02 import to_gcj02
from tests.client.support import NOW, read

DOORS = {
    **dict.fromkeys(("hood", "trunk", "leftFront", "leftRear"), "CLOSED"),
    **dict.fromkeys(("rightFront", "rightRear"), "OPEN"),
    "combinedState": "OPEN",
    "combinedSecurityState": "UNLOCKED",
}


def test_doors() -> None:
    """Library vehicle status: lids, lock states; the combined state is no lid."""
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
    """Library vehicle status: windows; INVALID ones do not count."""
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
    """Library vehicle status, pitfall 18: the sunroof is a lid, with or without doors."""
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
        ("CLOSED", 1),
    ],
)
def test_no_sun_roof(roof: object, problems: int) -> None:
    found = read({"roofState": roof})
    assert found[a.LIDS["sun_roof"]] is None
    assert sum(found.problems.values()) == problems


@pytest.mark.parametrize("word", [*LockState, "UNKNOWN", "", None, "AJAR", 7])
def test_lock(word: object) -> None:
    """Library vehicle status: lock states."""
    found = read({"doorsState": {"combinedSecurityState": word}})
    state = next((item for item in LockState if item == word), None)
    assert found[a.LOCK_STATE] is state
    assert bool(found.problems) is (word in ("AJAR", 7))
    if state is not None:
        assert state.locked is (state.value in ("LOCKED", "SECURED"))


def test_lid_states() -> None:
    assert [state for state in LidState if not state.open] == [LidState.CLOSED]


def test_position() -> None:
    """Library vehicle status: position, heading; with the time of the measurement."""
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
    """Library vehicle, pitfall 28: half a position, or one that is nowhere, is none."""
    coordinates = {"latitude": latitude, "longitude": longitude}
    found = read({"location": {"coordinates": coordinates, "heading": 90}})
    assert found[a.POSITION] is None
    assert found[a.HEADING] == 90
    assert bool(found.problems) is counted


@pytest.mark.parametrize("location", [None, [], "home", {}, {"coordinates": None}])
def test_no_location(location: object) -> None:
    """Library vehicle status: no location, no position."""
    assert read({"location": location})[a.POSITION] is None


@pytest.mark.parametrize(("mode", "over"), [("ON", True), ("OFF", False), (None, False)])
def test_position_in_privacy_mode(mode: str | None, over: bool) -> None:
    """In privacy mode a place that is not reported any more is no place (pitfall 2)."""
    found = read({"location": None, "driverPreferences": {"lscPrivacyMode": mode}})
    for attribute in (a.POSITION, a.HEADING, a.ADDRESS):
        reading = found.reading(attribute)
        assert (reading is not None) is over
        assert reading is None or reading.value is None


def test_place_without_details() -> None:
    """A new place does not keep the heading and the address of the old one."""
    found = read({"location": {"coordinates": {"latitude": 48.1, "longitude": 11.5}}})
    for attribute in (a.HEADING, a.ADDRESS):
        reading = found.reading(attribute)
        assert reading is not None
        assert reading.value is None


def test_china() -> None:
    """Library vehicle status: positions in China are shifted back, each time the same."""
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
    """Library vehicle status, pitfall 16: ventilation and all else that runs counts as running."""
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
    """Pitfall 2: what is missing in a whole answer is over, the whole block included."""
    found = read({"climateControlState": block})
    for attribute, value in ((a.CLIMATE_ACTIVITY, activity), (a.CLIMATE_END_TIME, None)):
        reading = found.reading(attribute)
        assert reading is not None
        assert reading.value is value


def test_climate_of_a_silent_car() -> None:
    for attribute in (a.CLIMATE_ACTIVITY, a.CLIMATE_END_TIME, a.CHECK_CONTROL):
        assert read({}, lsc=False).reading(attribute) is None


def test_unknown_climate_is_unknown(caplog: pytest.LogCaptureFixture) -> None:
    """A new word means neither that the climate is off nor that it is what it was."""
    found = read({"climateControlState": {"activity": "DEFROSTING_TURBO"}})
    assert found.reading(a.CLIMATE_ACTIVITY) == a.CLIMATE_ACTIVITY.ended(NOW, "mybmw")
    assert found.problems["climateControlState.activity"] == 1
    assert caplog.text.count("DEFROSTING_TURBO") == 1


@pytest.mark.parametrize("word", ["INVALID", "UNKNOWN", "AJAR"])
@pytest.mark.parametrize("part", ["doorsState", "windowsState"])
def test_lids_and_windows_that_the_car_does_not_know_any_more(part: str, word: str) -> None:
    found = read({part: {"leftFront": word, "rightFront": "CLOSED", "leftRear": None}})
    attributes = a.LIDS if part == "doorsState" else a.WINDOWS
    assert found.reading(attributes["left_front"]) == attributes["left_front"].ended(NOW, "mybmw")
    assert found[attributes["right_front"]] == "CLOSED"
    assert found.reading(attributes["left_rear"]) is None


LATE = "2026-11-10T11:30:00Z"


@pytest.mark.parametrize(
    ("updated", "fetched", "time", "shown"),
    [
        ("2026-11-10T11:00:00.789Z", None, datetime(2026, 11, 10, 11, 0, 0, 789000, UTC), True),
        ("2026-11-10T12:00:00+02:00", None, datetime(2026, 11, 10, 10, tzinfo=UTC), True),
        ("2026-11-10T11:00:00Z", LATE, datetime(2026, 11, 10, 11, tzinfo=UTC), True),
        ("2026-11-10T12:01:00Z", LATE, NOW, True),
        (None, LATE, datetime(2026, 11, 10, 11, 30, tzinfo=UTC), False),
        ("0001-01-01T00:00:00Z", LATE, datetime(2026, 11, 10, 11, 30, tzinfo=UTC), False),
        ("2026-11-10T11:00:00", LATE, datetime(2026, 11, 10, 11, 30, tzinfo=UTC), False),
        ("soon", "", NOW, False),
        (None, None, NOW, False),
        (7, [], NOW, False),
        ("2026-11-10T13:00:00Z", None, NOW, False),
        ("2100-01-01T00:00:00Z", "2100-01-01T00:00:00Z", NOW, False),
    ],
)
def test_time_of_measurement(updated: object, fetched: object, time: datetime, shown: bool) -> None:
    """Library vehicle status: timestamp (pitfall 29); no time of ours, and none to come."""
    found = read({"currentMileage": 5, "lastFetched": fetched}, measured=updated)
    assert found[a.LAST_UPDATE] == (time if shown else None)
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
    """Library vehicle status, pitfall 5: no mileage is none, not 0."""
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
    """Library vehicle: is the car one that reports by itself."""
    state = {"isLeftSteering": True, "securityOverviewMode": "NOT_ARMED"}
    found = read(state, lsc=lsc)
    assert found[a.LSC_ENABLED] is lsc
    assert found[a.LEFT_HAND_DRIVE] is True
    assert found[a.ALARM] is AlarmState.NOT_ARMED
