"""Service, warnings, tires, abilities (mybmw-app.md#vehicle, #reports, #tires, #pitfalls)."""

from datetime import date
from typing import Any

import pytest

from custom_components.mybmw.client import CommandKind, attributes as a
from custom_components.mybmw.client.core.values import (
    CheckControlMessage,
    LastStateCall,
    Season,
    ServiceItem,
    ServiceStatus,
    Severity,
    next_service_by_distance,
    next_service_by_time,
)
from tests.client.support import read


def test_services() -> None:
    """Library vehicle status: services, and the next one by time and by distance."""
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
    """Pitfall 2: an empty list replaces an old one."""
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
    """Library vehicle status: check-control messages; those of severity OK are dropped."""
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
    """Library vehicle status: tires; week and year of manufacture, kPa."""
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
    """Library vehicle status, pitfall 18: a week that cannot be costs only itself."""
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
    """Library vehicle: what the car can be asked to do, in the order of the kinds."""
    every = {
        **dict.fromkeys(("lights", "horn", "lock", "unlock", "climateNow", "sendPoi"), True),
        **dict.fromkeys(("isChargingTargetSocEnabled", "isChargingPowerLimitEnabled"), True),
        "isChargingPlanSupported": True,
        "remoteChargingCommands": {"chargingControl": ["START", "STOP"]},
        "vehicleFinder": True,
        "lastStateCallState": "ACTIVATED",
    }
    found = read({"climateControlState": {"activity": "STANDBY"}}, capabilities=every)
    assert found[a.COMMANDS] == tuple(
        kind for kind in CommandKind if kind is not CommandKind.SEND_MESSAGE
    )
    assert found[a.TRACKING_ENABLED] is True
    assert found[a.LSC_TYPE] is LastStateCall.ACTIVATED


@pytest.mark.parametrize("no", [False, None, "true", 1, {}])
def test_no_abilities(no: object) -> None:
    """Only a plain true allows something; the finder works in any case (mybmw-app.md#commands)."""
    keys = ("lights", "horn", "lock", "unlock", "climateNow", "sendPoi", "isChargingPlanSupported")
    found = read({}, capabilities={**dict.fromkeys(keys, no), "remoteChargingCommands": no})
    assert found[a.COMMANDS] == (CommandKind.VEHICLE_FINDER,)


@pytest.mark.parametrize("capabilities", [None, [], "all"])
def test_unknown_abilities(capabilities: object) -> None:
    """Without capabilities nothing is known about them."""
    assert read({}, capabilities=capabilities).reading(a.COMMANDS) is None


def test_climate_can_be_stopped() -> None:
    """It is the state that reports whether the climate can be stopped (mybmw-app.md#vehicle)."""
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
    """Library vehicle: lsc type."""
    found = read({}, capabilities={"lastStateCallState": word})
    assert found[a.LSC_TYPE] is kind
    assert bool(found.problems) is counted
