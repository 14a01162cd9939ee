"""Who the car is, its charging plan and its charging settings (mybmw-app.md#values)."""

from collections import Counter
from datetime import UTC, time
from typing import Any

import pytest

from custom_components.mybmw.client import attributes as a
from custom_components.mybmw.client.core.values import (
    Brand,
    ChargingMode,
    ChargingPreference,
    ChargingProfile,
    ClimateTimer,
    DepartureTimer,
    DriveTrain,
    TimerType,
    Weekday,
)
from custom_components.mybmw.client.mybmw.car_context import Context
from custom_components.mybmw.client.mybmw.readings import read_charging, read_profile
from tests.client.support import NOW, Found, read

SOFTWARE = {"iStep": 502, "puStep": {"month": 11, "year": 13}}


def profile(answer: object, listed: Brand = Brand.BMW) -> Found:
    problems: Counter[str] = Counter()
    return Found(read_profile(answer, listed, Context(NOW, UTC), problems), problems)


def charging(answer: object) -> Found:
    problems: Counter[str] = Counter()
    return Found(read_charging(answer, Context(NOW, UTC), problems), problems)


def plan(node: object, **more: Any) -> Found:
    return read({"electricChargingState": {}, "chargingProfile": node, **more})


def test_profile() -> None:
    """Library vehicle: what never changes about a car."""
    found = profile(
        {
            "brand": "BMW_I",
            "model": " i3 (+ REX) ",
            "year": 2013,
            "driveTrain": "electric_with_range_extender",
            "bodyType": "I01",
            "color": 4284245350,
            "countryOfOrigin": "DE",
            "telematicsUnit": "TCB1",
            "headUnitType": "NBT",
            "hmiVersion": "ID4",
            "softwareVersionCurrent": SOFTWARE,
        }
    )
    assert found[a.BRAND] is Brand.BMW
    assert found[a.MODEL] == "i3 (+ REX)"
    assert found[a.MODEL_YEAR] == 2013
    assert found[a.DRIVE_TRAIN] is DriveTrain.ELECTRIC_WITH_RANGE_EXTENDER
    assert found[a.BODY_TYPE] == "I01"
    assert found[a.COLOR] == "#5c6566"
    assert found[a.COUNTRY] == "DE"
    assert found[a.TELEMATICS_UNIT] == "TCB1"
    assert found[a.HEADUNIT_TYPE] == "NBT"
    assert found[a.IDRIVE_VERSION] == "ID4"
    assert found[a.SOFTWARE_VERSION] == "11/2013.02"
    assert not found.problems


@pytest.mark.parametrize(
    ("month", "year", "step", "built", "version"),
    [
        (11, 13, 502, 2013, "11/2013.02"),
        (7, 21, 300, 2021, "07/2021.00"),
        (3, 5, 1234, 1999, "03/1905.234"),
        ("7", "21", "300", "2021", "07/2021.00"),
        (7, 21, 300, None, None),
        (7, None, 300, 2021, None),
        (None, 21, 300, 2021, None),
        (7, 21, None, 2021, None),
        (0, 0, 0, 2021, None),
        (13, 21, 300, 2021, None),
        (7, 100, 300, 2021, None),
        (7, 21, 10_000, 2021, None),
        (7, 21, -300, 2021, None),
        (7, 21, 300, -1, None),
        (7, 21, 300, 1e300, None),
        (7, 21, "x", 2021, None),
    ],
)
def test_software(
    month: object, year: object, step: object, built: object, version: object
) -> None:
    """Library vehicle: headunit; the version from month, century of the car, year and step."""
    current = {"iStep": step, "puStep": {"month": month, "year": year}}
    found = profile({"year": built, "softwareVersionCurrent": current})
    assert found[a.SOFTWARE_VERSION] == version


@pytest.mark.parametrize("current", [None, "missing"])
def test_no_headunit(current: object) -> None:
    """mybmw-app.md#reports: without the current software nothing is said about the headunit."""
    answer = {"headUnitType": "NBT", "hmiVersion": "ID4", "softwareVersionCurrent": current}
    if current == "missing":
        del answer["softwareVersionCurrent"]
    found = profile(answer)
    assert found[a.HEADUNIT_TYPE] is found[a.IDRIVE_VERSION] is None
    assert found[a.SOFTWARE_VERSION] is None


@pytest.mark.parametrize("current", [[], "07/2021", 7])
def test_odd_headunit(current: object) -> None:
    found = profile({"hmiVersion": "ID8", "year": 2021, "softwareVersionCurrent": current})
    assert found[a.IDRIVE_VERSION] == "ID8"
    assert found[a.SOFTWARE_VERSION] is None


@pytest.mark.parametrize("answer", [None, [], "x", 7, {}])
def test_no_profile(answer: object) -> None:
    """The list that a car came in reports its brand at least."""
    found = profile(answer, Brand.MINI)
    assert [item.attribute for item in found.readings] == [a.BRAND]
    assert found[a.BRAND] is Brand.MINI


@pytest.mark.parametrize(
    ("color", "read_as"),
    [
        (0, "#000000"),
        (0xFF0000FF, "#0000ff"),
        ("4294967295", "#ffffff"),
        (None, None),
        (-1, None),
        (1 << 32, None),
        ("deep blue", None),
        (1.5, None),
    ],
)
def test_color(color: object, read_as: str | None) -> None:
    assert profile({"color": color})[a.COLOR] == read_as


@pytest.mark.parametrize("word", [*DriveTrain, "UNKNOWN", None, "FUEL_CELL"])
def test_drive_train(word: str | None) -> None:
    """Library vehicle: drive trains."""
    found = profile({"driveTrain": word})
    assert found[a.DRIVE_TRAIN] == (word if word in set(DriveTrain) else None)
    assert bool(found.problems) is (word == "FUEL_CELL")


def test_charging_plan() -> None:
    """Library vehicle status: charging profile of an old car, with timers and window."""
    found = plan(
        {
            "chargingControlType": "WEEKLY_PLANNER",
            "chargingMode": "DELAYED_CHARGING",
            "chargingPreference": "charging_window",
            "climatisationOn": True,
            "chargingSettings": {"acCurrentLimit": 16},
            "reductionOfChargeCurrent": {
                "start": {"hour": 18, "minute": 1},
                "end": {"hour": 1, "minute": 30},
            },
            "departureTimes": [
                {
                    "id": 1,
                    "action": "ACTIVATE",
                    "timeStamp": {"hour": 7, "minute": 35},
                    "timerWeekDays": ["TUESDAY", "MONDAY"],
                },
                {"id": 4, "action": "DEACTIVATE", "timerWeekDays": []},
            ],
        }
    )
    assert found[a.CHARGING_PROFILE] == ChargingProfile(
        mode=ChargingMode.DELAYED,
        preference=ChargingPreference.CHARGING_WINDOW,
        timer_type=TimerType.WEEKLY_PLANNER,
        preconditioning=True,
        window_start=time(18, 1),
        window_end=time(1, 30),
        timers=(
            DepartureTimer(1, time(7, 35), True, (Weekday.MONDAY, Weekday.TUESDAY)),
            DepartureTimer(4, None, False),
        ),
    )
    assert found[a.CHARGING_MODE] is ChargingMode.DELAYED
    assert found[a.CHARGING_PREFERENCE] is ChargingPreference.CHARGING_WINDOW
    assert found[a.TIMER_TYPE] is TimerType.WEEKLY_PLANNER
    assert found[a.PRECONDITIONING_AT_DEPARTURE] is True
    assert found[a.AC_CURRENT_LIMIT] == 16
    assert not found.problems


def test_charging_plan_of_a_new_car() -> None:
    """Keys that new cars leave out: no preconditioning, no window, no limit."""
    found = plan({"chargingMode": "IMMEDIATE_CHARGING", "departureTimes": None})
    assert found[a.CHARGING_PROFILE] == ChargingProfile(mode=ChargingMode.IMMEDIATE)
    assert found[a.PRECONDITIONING_AT_DEPARTURE] is None
    assert found[a.AC_CURRENT_LIMIT] is None
    assert not found.problems


def test_odd_charging_plan() -> None:
    """Pitfall 18: what is broken costs only itself."""
    found = plan(
        {
            "chargingControlType": "MOON_CALENDAR",
            "chargingMode": None,
            "chargingPreference": "UNKNOWN",
            "climatisationOn": "no",
            "reductionOfChargeCurrent": {"start": {"hour": 24, "minute": 0}, "end": "late"},
            "departureTimes": [
                {"id": 1, "action": "ACTIVATE", "timerWeekDays": ["FUNDAY", "sunday"]},
                {"id": 2, "timeStamp": {"hour": 25, "minute": 61}},
                {"id": None, "action": "ACTIVATE"},
                "later",
            ],
        }
    )
    assert found[a.CHARGING_PROFILE] == ChargingProfile(
        timers=(
            DepartureTimer(1, None, True, (Weekday.SUNDAY,)),
            DepartureTimer(2, None, False),
        )
    )
    assert found[a.CHARGING_MODE] is found[a.TIMER_TYPE] is None
    assert found.problems["chargingProfile.departureTimes.id"] >= 2
    assert found.problems["chargingProfile.departureTimes.timerWeekDays"] == 1


@pytest.mark.parametrize("node", [[], "x", 7])
def test_no_charging_plan(node: object) -> None:
    found = plan(node)
    assert found.reading(a.CHARGING_PROFILE) is None
    assert found.problems["chargingProfile"] == 1


def test_petrol_car_has_no_charging_plan() -> None:
    """mybmw-app.md#charging-plan: the block is there for petrol cars too, and means nothing."""
    state = {"chargingProfile": {"chargingMode": "IMMEDIATE_CHARGING"}}
    found = read({**state, "electricChargingState": {}}, train=DriveTrain.COMBUSTION)
    assert found.reading(a.CHARGING_PROFILE) is None


def test_climate_timers() -> None:
    """Pitfall 29: the timers for the climate."""
    found = plan(
        None,
        climateTimers=[
            {
                "departureTime": {"hour": 7, "minute": 0},
                "isWeeklyTimer": True,
                "timerAction": "ACTIVATE",
                "timerWeekDays": ["FRIDAY"],
            },
            {"departureTime": {"hour": 8, "minute": 15}, "timerAction": "DEACTIVATE"},
            {"departureTime": None},
            "later",
        ],
    )
    assert found[a.CLIMATE_TIMERS] == (
        ClimateTimer(time(7), True, True, (Weekday.FRIDAY,)),
        ClimateTimer(time(8, 15), False, False),
    )
    assert found.problems["climateTimers.departureTime"] >= 2


def test_charging_details() -> None:
    """Library vehicle status: limits; what the charging details report beside the plan."""
    found = charging(
        {
            "servicePack": "WAVE_01",
            "chargingFlapDetail": {"isPermanentlyUnlock": False},
            "chargingSettingsDetail": {
                "acLimit": {
                    "current": {"unit": "A", "value": 16},
                    "values": [32, 6, "10", None, -6, 16],
                },
                "dcLoudness": "QUIET",
                "isUnlockCableActive": True,
            },
            "chargeAndClimateTimerDetail": {"isPreconditionForDepartureActive": True},
        }
    )
    assert found[a.SERVICE_PACK] == "WAVE_01"
    assert found[a.FLAP_PERMANENTLY_UNLOCKED] is False
    assert found[a.AC_CURRENT_LIMIT] == 16
    assert found[a.AC_CURRENT_LIMITS] == (6, 10, 16, 32)
    assert found[a.DC_LOUDNESS] == "QUIET"
    assert found[a.CABLE_UNLOCKED_AFTER_CHARGING] is True
    assert found[a.PRECONDITIONING_AT_DEPARTURE] is True
    assert not found.problems


@pytest.mark.parametrize("values", [[], [None, -1, 0], None])
def test_no_limits(values: object) -> None:
    found = charging({"chargingSettingsDetail": {"acLimit": {"values": values}}})
    assert found.reading(a.AC_CURRENT_LIMITS) is None
    assert not found.problems


@pytest.mark.parametrize("values", ["6-16", {"6": 16}, 7, [6, "x"]])
def test_odd_limits(values: object) -> None:
    found = charging({"chargingSettingsDetail": {"acLimit": {"values": values}}})
    assert found.reading(a.AC_CURRENT_LIMITS) is None
    assert found.problems == {"chargingSettingsDetail.acLimit.values": 1}


@pytest.mark.parametrize("answer", [None, [], "x", {}])
def test_no_charging_details(answer: object) -> None:
    assert charging(answer).readings == []
