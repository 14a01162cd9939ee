"""How values are shown to people and to scripts."""

from datetime import UTC, date, datetime, time, timedelta
import time as clock
from typing import Any

import orjson
import pytest

from custom_components.mybmw.client import QuotaError, Vehicle, attributes as a
from custom_components.mybmw.client.cli.output import (
    explanation,
    value_text,
    vehicle_json,
    vehicle_text,
)
from custom_components.mybmw.client.core.descriptors import DESCRIPTORS
from custom_components.mybmw.client.core.values import (
    ChargingProfile,
    ClimateTimer,
    LidState,
    LockState,
    Position,
    ServiceItem,
    ServiceStatus,
    Weekday,
)

NOW = datetime(2026, 11, 10, 12, tzinfo=UTC)
SERVICE = ServiceItem("OIL", ServiceStatus.OK, date(2027, 4, 1), 18_000.0)
TIMER = ClimateTimer(time(7, 30), True, False, (Weekday.MONDAY, Weekday.FRIDAY))
TAIL = DESCRIPTORS["vehicle.body.chargingPort.combinedStatus"].attribute


@pytest.fixture(autouse=True)
def in_berlin(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let this machine be in a place with a time zone of its own."""
    monkeypatch.setenv("TZ", "Europe/Berlin")
    clock.tzset()


@pytest.mark.parametrize(
    ("attribute", "value", "text"),
    [
        (a.MILEAGE, 58214.0, "58214 km"),
        (a.MILEAGE, 1234567.5, "1234567.5 km"),
        (a.MODEL_YEAR, 2022, "2022"),
        (a.PRIVACY_MODE, True, "yes"),
        (a.PRIVACY_MODE, False, "no"),
        (a.LOCK_STATE, LockState.SECURED, "SECURED"),
        (a.CHARGING_END_TIME, NOW, "2026-11-10 13:00"),
        (a.POSITION, Position(52.3, -4.7), "latitude 52.3, longitude -4.7"),
        (a.AC_CURRENT_LIMITS, (6, 16), "6; 16"),
        (a.CHECK_CONTROL, (), "none"),
        (a.SERVICES, (SERVICE,), "type OIL, status OK, due 2027-04-01, distance 18000"),
        (
            a.CLIMATE_TIMERS,
            (TIMER, TIMER),
            "; ".join(["time 07:30:00, active yes, weekly no, days MONDAY; FRIDAY"] * 2),
        ),
        (a.CHARGING_PROFILE, ChargingProfile(), "preconditioning no"),
    ],
)
def test_values(attribute: a.Attribute[Any], value: object, text: str) -> None:
    assert value_text(attribute.at(value, NOW)) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-5, "now"),
        (59, "now"),
        (60, "1 min ago"),
        (3599, "59 min ago"),
        (7200, "2 h ago"),
        (86_400, "1 day ago"),
        (200_000, "2 days ago"),
    ],
)
def test_ages(seconds: int, text: str) -> None:
    vehicle = Vehicle("WBA00000000000001")
    vehicle.update([a.MILEAGE.at(7, NOW - timedelta(seconds=seconds))])
    assert vehicle_text(vehicle, NOW).splitlines()[-1] == f"    mileage: 7 km ({text})"


def test_order() -> None:
    """Values stand by topic; what is over is left out, and what has no name of ours comes last."""
    vehicle = Vehicle("WBA00000000000001")
    vehicle.update(
        [
            TAIL.at(True, NOW),
            a.LIDS["hood"].at(LidState.OPEN, NOW),
            a.TIRE_PRESSURE["rear_left"].at(230, NOW),
            a.MODEL.at("i4 eDrive40", NOW),
            a.HEADING.at(1, NOW),
            a.STATE_OF_CHARGE.at(80, NOW),
        ]
    )
    vehicle.update([a.HEADING.ended(NOW + timedelta(seconds=1))])
    assert vehicle_text(vehicle, NOW).splitlines() == [
        "i4 eDrive40",
        "  VIN: WBA00000000000001",
        "  Distance, fuel and battery",
        "    remaining battery percent: 80 % (now)",
        "  Doors, windows and locks",
        "    lids hood: OPEN (now)",
        "  Tyres",
        "    tires rear left current pressure: 230 kPa (now)",
        "  More",
        f"    {TAIL.key}: yes (now)",
    ]
    found = orjson.loads(orjson.dumps(vehicle_json(vehicle)))
    assert (found["name"], found["brand"], found["drive_train"]) == ("i4 eDrive40", "BMW", None)
    assert list(found["attributes"]) == [
        *("model", "fuel_and_battery.remaining_battery_percent", "lids.hood"),
        *("tires.rear_left.current_pressure", TAIL.key),
    ]
    assert found["attributes"]["lids.hood"] == {
        "value": "OPEN",
        "unit": None,
        "time": "2026-11-10T12:00:00+00:00",
        "source": "",
    }


@pytest.mark.parametrize(
    ("seconds", "text"), [(None, "x"), (0.4, "x (again in 1 s)"), (7205.0, "x (again in 2 h)")]
)
def test_when_to_try_again(seconds: float | None, text: str) -> None:
    assert explanation(QuotaError("x", seconds)) == text
