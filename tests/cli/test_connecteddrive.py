"""`mybmw connecteddrive`: the legacy API from the command line."""

from collections.abc import Iterator
import json

import pytest

from tests.cli.support import Run
from tests.replay.connecteddrive import BUNDLED, Endpoint, SimulatedConnectedDrive, load
from tests.replay.connecteddrive.service import BASE, KEY, PASSWORD, SECRET, USERNAME

I3 = "WBY0CDRIVE0000001"
CONVERTIBLE = "WBA0CDRIVE0000003"


@pytest.fixture
def legacy(home: object, monkeypatch: pytest.MonkeyPatch) -> Iterator[SimulatedConnectedDrive]:
    """Simulate a server, which the environment names."""
    told = {
        "SERVER": BASE,
        "USERNAME": USERNAME,
        "PASSWORD": PASSWORD,
        "API_KEY": KEY,
        "API_SECRET": SECRET,
    }
    for name, value in told.items():
        monkeypatch.setenv(f"MYBMW_CONNECTEDDRIVE_{name}", value)
    sim = SimulatedConnectedDrive(load(BUNDLED).cars)
    with sim.router():
        yield sim


def test_status(run: Run, legacy: SimulatedConnectedDrive) -> None:
    shown = run("connecteddrive", "status")
    assert shown.code == 0
    assert "Found 3 vehicles" in shown.out
    assert "mileage: 48231 km" in shown.out
    one = run("connecteddrive", "status", "--json", "--vin", I3)
    assert json.loads(one.out)["attributes"]["remaining_energy"]["value"] == 10.4


def test_trips(run: Run, legacy: SimulatedConnectedDrive) -> None:
    found = json.loads(run("connecteddrive", "trips", I3).out)
    assert found["last_trip.distance"] == 24
    assert found["all_trips.electric_consumption"]["community_average"] == 16.1


def test_range_map(run: Run, legacy: SimulatedConnectedDrive) -> None:
    """GeoJSON has the longitude first, and closes its rings."""
    found = json.loads(run("connecteddrive", "rangemap", I3).out)
    center, *polygons = found["features"]
    assert center["geometry"] == {"type": "Point", "coordinates": [-0.1278, 51.5074]}
    assert [item["properties"]["mode"] for item in polygons] == ["ECO_PRO_PLUS", "COMFORT"]
    [ring] = polygons[0]["geometry"]["coordinates"]
    assert ring[0] == ring[-1]
    assert len(ring) == 37
    none = run("connecteddrive", "rangemap", CONVERTIBLE)
    assert (none.code, none.out) == (1, "")


def test_destinations(run: Run, legacy: SimulatedConnectedDrive) -> None:
    found = json.loads(run("connecteddrive", "destinations", I3).out)
    assert [place["city"] for place in found] == ["OXFORD", "READING"]
    assert json.loads(run("connecteddrive", "destinations", CONVERTIBLE).out) == []


@pytest.mark.parametrize(
    ("arguments", "form"),
    [
        (["lightflash", CONVERTIBLE], {"serviceType": "LIGHT_FLASH", "count": "2"}),
        (["lightflash", CONVERTIBLE, "--count", "5"], {"serviceType": "LIGHT_FLASH", "count": "5"}),
        (["horn", CONVERTIBLE], {"serviceType": "HORN_BLOW"}),
        (["lock", CONVERTIBLE], {"serviceType": "DOOR_LOCK"}),
        (["unlock", CONVERTIBLE], {"serviceType": "DOOR_UNLOCK"}),
        (["climate", CONVERTIBLE], {"serviceType": "CLIMATE_NOW"}),
        (["charge", I3], {"serviceType": "CHARGE_NOW"}),
    ],
)
def test_commands(
    arguments: list[str], form: dict[str, str], run: Run, legacy: SimulatedConnectedDrive
) -> None:
    done = run("connecteddrive", *arguments)
    assert (done.code, done.out.strip()) == (0, "EXECUTED")
    assert [call.form for call in legacy.calls if call.endpoint is Endpoint.EXECUTE] == [form]


def test_finder(run: Run, legacy: SimulatedConnectedDrive) -> None:
    found = json.loads(run("connecteddrive", "vehiclefinder", I3).out)
    assert found == {"latitude": 51.5074, "longitude": -0.1278}


def test_charging_profile(run: Run, legacy: SimulatedConnectedDrive) -> None:
    done = run("connecteddrive", "chargingprofile", I3, "--charging-mode", "DELAYED_CHARGING")
    assert done.code == 0
    assert legacy.cars[I3].plan["chargingMode"] == "DELAYED_CHARGING"
    assert run("connecteddrive", "chargingprofile", I3).code == 2


def test_destination_and_message(run: Run, legacy: SimulatedConnectedDrive) -> None:
    sent = run("connecteddrive", "sendpoi", I3, "48.177", "11.556", "--name", "Tower")
    assert sent.code == 0
    assert run("connecteddrive", "message", I3, "Hello", "--subject", "News").code == 0
    assert legacy.sent == [
        (I3, {"lat": 48.177, "lon": 11.556, "rating": -1, "name": "Tower"}),
        (I3, {"name": "News", "additionalInfo": "Hello"}),
    ]
    assert run("connecteddrive", "sendpoi", I3, "north", "11").code == 2


def test_security_question(run: Run, legacy: SimulatedConnectedDrive) -> None:
    legacy.answer = "Rex"
    refused = run("connecteddrive", "unlock", I3)
    assert refused.code == 1
    assert "security question" in refused.err
    assert run("connecteddrive", "unlock", I3, "--security-answer", "Rex").code == 0


@pytest.mark.parametrize(
    ("status", "code"), [(401, 3), (408, 1), (410, 4), (423, 1), (429, 5), (503, 1)]
)
def test_errors(status: int, code: int, run: Run, legacy: SimulatedConnectedDrive) -> None:
    legacy.fail(Endpoint.TOKEN, status, times=None)
    failed = run("connecteddrive", "status")
    assert (failed.code, failed.out) == (code, "")
    assert PASSWORD not in failed.err


def test_missing_login(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    missing = run("connecteddrive", "status", "--server", BASE)
    assert missing.code == 2
    assert "--username, --password, --api-key, --api-secret" in missing.err


def test_doctor(run: Run, legacy: SimulatedConnectedDrive) -> None:
    """It reads the cars, and explains everything about them."""
    cars = {car["vin"]: car for car in json.loads(run("connecteddrive", "doctor", "-j").out)}
    assert cars[I3]["condition"] == []
    assert cars[CONVERTIBLE]["values"]["range_map"]["causes"] == ["not_sent"]
    assert "    mileage: " in run("connecteddrive", "doctor").out
