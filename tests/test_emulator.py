"""`script/emulator`: the simulated server alone, and what it refuses."""

from base64 import b64encode
from collections.abc import AsyncIterator
import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from script.lib.emulator.__main__ import parse
from tests.replay.connecteddrive import BUNDLED, LegacyCar, SimulatedConnectedDrive, load
from tests.replay.connecteddrive.control import controlled
from tests.replay.connecteddrive.recordings import made_up_vin
from tests.replay.connecteddrive.service import KEY, PASSWORD, SECRET, USERNAME
from tests.replay.fingerprints import FingerprintError
from tests.replay.serving import serving

I3 = "WBY0CDRIVE0000001"
CARS = "/webapi/v1/user/vehicles"
BASIC = {"authorization": f"Basic {b64encode(f'{KEY}:{SECRET}'.encode()).decode()}"}
FORM = {
    "grant_type": "password",
    "username": USERNAME,
    "password": PASSWORD,
    "scope": "remote_services vehicle_data",
}


@pytest.fixture
async def web(socket_enabled: None) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a server on this machine."""
    recordings = load(BUNDLED)
    sim = SimulatedConnectedDrive(recordings.cars, commands=recordings.commands)
    async with (
        serving(controlled(sim), "127.0.0.1", 0) as url,
        httpx.AsyncClient(base_url=url) as client,
    ):
        yield client


async def log_in(web: httpx.AsyncClient) -> dict[str, str]:
    """Return the header of a logged-in client."""
    answer = (await web.post("/webapi/oauth/token/", data=FORM, headers=BASIC)).json()
    assert (answer["token_type"], answer["expires_in"]) == ("Bearer", 28800)
    return {"authorization": f"Bearer {answer['access_token']}"}


async def test_server(web: httpx.AsyncClient) -> None:
    """A lock command changes the next status; a trip changes the statistics."""
    headers = await log_in(web)
    listed = (await web.get(f"{CARS}/", headers=headers)).json()["vehicles"]
    assert I3 in [entry["vin"] for entry in listed]
    form = {"serviceType": "DOOR_LOCK"}
    path = f"{CARS}/{I3}/executeService"
    started = (await web.post(path, data=form, headers=headers)).json()["executionStatus"]
    assert (started["status"], started["serviceType"]) == ("INITIATED", "DOOR_LOCK")
    words = []
    for _ in range(3):
        path = f"{CARS}/{I3}/serviceExecutionStatus?serviceType=DOOR_LOCK"
        found = (await web.get(path, headers=headers)).json()["executionStatus"]
        words.append((found["status"], found["eventId"] == started["eventId"]))
    assert words == [("PENDING", True), ("DELIVERED", True), ("EXECUTED", True)]
    status = (await web.get(f"{CARS}/{I3}/status", headers=headers)).json()["vehicleStatus"]
    assert status["doorLockState"] == "LOCKED"
    await web.post(f"/control/drive?vin={I3}&km=7&minutes=9")
    trip = (await web.get(f"{CARS}/{I3}/statistics/lastTrip", headers=headers)).json()
    assert (trip["lastTrip"]["totalDistance"], trip["lastTrip"]["duration"]) == (7, 9)
    trips = (await web.get(f"{CARS}/{I3}/statistics/allTrips", headers=headers)).json()
    assert trips["allTrips"]["totalElectricDistance"]["userTotal"] == 41987.2


@pytest.mark.parametrize(
    ("headers", "change", "status"),
    [
        ({}, {}, 401),
        ({"authorization": "Basic d3Jvbmc="}, {}, 401),
        (BASIC, {"password": "wrong"}, 401),
        (BASIC, {"grant_type": "code"}, 400),
        ({**BASIC, "content-type": "application/x-www-form-urlencode"}, {}, 415),
    ],
)
async def test_refused_login(
    headers: dict[str, str], change: dict[str, str], status: int, web: httpx.AsyncClient
) -> None:
    answer = await web.post("/webapi/oauth/token/", data={**FORM, **change}, headers=headers)
    assert answer.status_code == status
    assert "error" in answer.json()


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", f"{CARS}/WBA00000000000000/status", {}, 404),
        ("GET", f"{CARS}/{I3}/nothing", {}, 404),
        ("POST", f"{CARS}/{I3}/executeService", {"json": {"serviceType": "DOOR_LOCK"}}, 415),
        ("POST", f"{CARS}/{I3}/executeService", {"data": {"serviceType": "HORN_BLOW"}}, 403),
        (
            "POST",
            f"{CARS}/{I3}/executeService",
            {"data": {"serviceType": "CHARGING_CONTROL", "data": '{"weeklyPlanner": {"a": 1,}}'}},
            400,
        ),
        ("POST", f"{CARS}/{I3}/sendpoi", {"data": {"body": '{"poi": {}}'}}, 400),
    ],
)
async def test_refused_request(
    method: str, path: str, body: dict[str, Any], status: int, web: httpx.AsyncClient
) -> None:
    assert (await web.request(method, path, **body)).status_code in (401, 404)
    headers = await log_in(web)
    answer = await web.request(method, path, headers=headers, **body)
    assert answer.status_code == status


async def test_controls(web: httpx.AsyncClient) -> None:
    """Faults come on demand; what is not understood is explained."""
    headers = await log_in(web)
    await web.post("/control/fail?endpoint=status&status=408&times=1")
    statuses = [
        (await web.get(f"{CARS}/{I3}/status", headers=headers)).status_code for _ in range(2)
    ]
    assert statuses == [408, 200]
    await web.post(f"/control/unplug?vin={I3}")
    status = (await web.get(f"{CARS}/{I3}/status", headers=headers)).json()["vehicleStatus"]
    assert status["connectionStatus"] == "DISCONNECTED"
    await web.post("/control/revoke")
    assert (await web.get(f"{CARS}/", headers=headers)).status_code == 401
    assert (await web.post("/control/dance")).status_code == 404
    assert (await web.post("/control/lock?vin=nobody")).status_code == 400
    assert "POST /control/drive" in (await web.get("/control/")).text


def test_recordings(tmp_path: Path) -> None:
    """Cars are matched by VIN or by the name of the folder; some have little to tell."""
    entries = [{"vin": "I01_VIN", "model": "i3"}, {"vin": "F48_VIN", "model": "X1"}]
    (tmp_path / "vehicles.json").write_text(json.dumps({"vehicles": entries}))
    for name, vin in (("I01", "I01_VIN"), ("G30", "G30_VIN")):
        (tmp_path / name).mkdir()
        status = {"vehicleStatus": {"vin": vin, "mileage": 5}}
        (tmp_path / name / "status.json").write_text(json.dumps(status))
    (tmp_path / "G30" / "last_trip.json").write_text('{"lastTrip": {"duration": 3}}')
    (tmp_path / "remote_services").mkdir()
    delivered = {"executionStatus": {"status": "DELIVERED", "eventId": "X@bmw.de", "odd": 1}}
    (tmp_path / "remote_services" / "flash.json").write_text(json.dumps(delivered))
    (tmp_path / "remote_services" / "broken.json").write_text("{")
    found = load(tmp_path)
    cars: dict[str, LegacyCar] = {car.vin: car for car in found.cars}
    i3, x1, other = (cars[made_up_vin(name)] for name in ("I01_VIN", "F48_VIN", "G30"))
    assert (i3.entry["model"], i3.status) == ("i3", {"vin": i3.vin, "mileage": 5})
    assert x1.answers == {}
    assert other.entry == {"vin": other.vin, "statisticsAvailable": True}
    assert all(len(vin) == 17 and vin.isalnum() and vin.isupper() for vin in cars)
    assert found.commands == {"DELIVERED": delivered["executionStatus"]}


def test_no_recordings(tmp_path: Path) -> None:
    with pytest.raises(FingerprintError):
        load(tmp_path)


def test_command_line() -> None:
    asked = parse(["connecteddrive", "--port", "0", "--fingerprints", "some", "--bare-list"])
    assert (asked.name, asked.port, asked.fingerprints) == ("connecteddrive", 0, Path("some"))
    assert asked.bare_list
    with pytest.raises(SystemExit):
        parse(["nothing"])
