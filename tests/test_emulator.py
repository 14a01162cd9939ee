"""`script/emulator`: the simulated server alone, and what it refuses."""

from base64 import b64encode
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from io import StringIO
import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from script.lib.develop.options import UsageError, parse as develop
from script.lib.emulator.__main__ import parse
from tests.replay.connecteddrive import BUNDLED, LegacyCar, SimulatedConnectedDrive, load
from tests.replay.connecteddrive.control import control, controlled
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
    """Cars are matched by VIN or by the name of the folder; some have little to report."""
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
    recordings = load(tmp_path)
    cars: dict[str, LegacyCar] = {car.vin: car for car in recordings.cars}
    i3, x1, other = (cars[made_up_vin(name)] for name in ("I01_VIN", "F48_VIN", "G30"))
    assert (i3.entry["model"], i3.status) == ("i3", {"vin": i3.vin, "mileage": 5})
    assert x1.answers == {}
    assert other.entry == {"vin": other.vin, "statisticsAvailable": True}
    assert all(len(vin) == 17 and vin.isalnum() and vin.isupper() for vin in cars)
    assert recordings.commands == {"DELIVERED": delivered["executionStatus"]}


def write(path: Path, content: object) -> None:
    """Write a file, with the folder that it is in."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content if isinstance(content, str) else json.dumps(content))


def found(folder: Path) -> dict[str, tuple[str | None, Any]]:
    """Return model and odometer of the cars in a folder, by VIN."""
    return {
        car.vin: (car.entry.get("model"), car.status.get("mileage")) for car in load(folder).cars
    }


STATE = {"vehicleStatus": {"vin": "I01_VIN", "mileage": 5}}
I01 = {"vin": "I01_VIN", "model": "i3", "bodytype": "I01"}
F31 = {"vin": "F31_VIN", "model": "320d", "bodytype": "F31"}
FORMS: dict[str, tuple[dict[str, object], dict[str, tuple[str | None, Any]]]] = {
    "bare list": (
        {"vehicles.json": [I01], "I01/status.json": STATE},
        {made_up_vin("I01_VIN"): ("i3", 5)},
    ),
    "list of one, in its folder": (
        {"one/vehicles.json": {"vehicles": [I01]}, "one/status.json": STATE},
        {made_up_vin("I01_VIN"): ("i3", 5)},
    ),
    "entry alone, of another VIN": (
        {"one/vehicles.json": {**I01, "vin": "HIDDEN"}, "one/status.json": STATE},
        {made_up_vin("HIDDEN"): ("i3", 5)},
    ),
    "all cars in the list of each folder": (
        {
            "I01/vehicles.json": [I01, F31],
            "I01/status.json": STATE,
            "F31/vehicles.json": [I01, F31],
            "F31/status.json": {"vehicleStatus": {"vin": "some_vin", "mileage": 7}},
        },
        {made_up_vin("I01_VIN"): ("i3", 5), made_up_vin("F31_VIN"): ("320d", 7)},
    ),
    "no list": ({"I01/status.json": STATE}, {made_up_vin("I01"): (None, 5)}),
    "no folder": ({"vehicles.json": [F31]}, {made_up_vin("F31_VIN"): ("320d", None)}),
    "no VIN": (
        {"vehicles.json": [{"model": "i3", "bodytype": "I01"}], "I01_REX/status.json": STATE},
        {made_up_vin("I01_REX"): ("i3", 5)},
    ),
    "one placeholder for all": (
        {
            "vehicles.json": [{**I01, "vin": "REDACTED"}, {**F31, "vin": "REDACTED"}],
            "F31/status.json": {"vehicleStatus": {"vin": "REDACTED", "mileage": 7}},
        },
        {made_up_vin("REDACTED"): ("320d", 7), made_up_vin("REDACTED 2"): ("i3", None)},
    ),
    "other spelling": (
        {"vehicles.json": [{**I01, "vin": "vin-i01-rex"}], "I01_REX/status.json": STATE},
        {made_up_vin("vin-i01-rex"): ("i3", 5)},
    ),
    "real VIN": (
        {"vehicles.json": [{**I01, "vin": "wby0cdrive0000009"}], "I01/status.json": STATE},
        {"WBY0CDRIVE0000009": ("i3", 5)},
    ),
    "only a state of another name": (
        {"vehicles.json": [I01], "I01/status_position_disabled.json": STATE},
        {made_up_vin("I01_VIN"): ("i3", 5)},
    ),
    "state without its object": (
        {"vehicles.json": [I01], "I01/status.json": {"mileage": 5}},
        {made_up_vin("I01_VIN"): ("i3", 5)},
    ),
    "broken files": (
        {
            "vehicles.json": {"vehicles": [None, 3, {}, I01]},
            "I01/status.json": '{"vehicleStatus": {"mileage": NaN, "vin": null}}',
            "I01/last_trip.json": "[" * 5_000,
            "I01/all_trips.json": '{"allTrips": {},}',
            "I01/navigation.json": [],
            "G30/status.json": {"vehicleStatus": None},
            "remote_services/odd.json": {"executionStatus": 5},
        },
        {made_up_vin("I01_VIN"): ("i3", None), made_up_vin("G30"): (None, None)},
    ),
    "deeper, beside something else": (
        {
            "old/cars/vehicles.json": [I01],
            "old/cars/I01/status.json": STATE,
            "old/auth/token.json": {"access_token": "x"},
            "new/bmw-eadrax-vcs_v4_vehicles_state_WBA00000000000001.json": {"state": {}},
            "notes.json": [1],
        },
        {made_up_vin("I01_VIN"): ("i3", 5)},
    ),
    "recorded by us": (
        {
            "connecteddrive-vehicles.json": {"vehicles": [{**I01, "vin": "WBY0CDRIVE0000009"}]},
            "connecteddrive-status_WBY0CDRIVE0000009.json": STATE,
            "connecteddrive-last_trip_WBY0CDRIVE0000009.json": {"lastTrip": {"duration": 3}},
        },
        {"WBY0CDRIVE0000009": ("i3", 5)},
    ),
}


@pytest.mark.parametrize("name", FORMS)
def test_forms_of_recordings(name: str, tmp_path: Path) -> None:
    """Each car is found, with what there is of it."""
    contents, expected = FORMS[name]
    for path, content in contents.items():
        write(tmp_path / path, content)
    assert found(tmp_path) == expected


def test_folder_of_one_car(tmp_path: Path) -> None:
    write(tmp_path / "I01_NOREX" / "status.json", STATE)
    assert found(tmp_path / "I01_NOREX") == {made_up_vin("I01_NOREX"): (None, 5)}


def test_unused_files_are_named(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    for name in ("status.json", "status_driving.json", "specs.json"):
        write(tmp_path / "I01" / name, STATE)
    load(tmp_path)
    assert "specs.json, status_driving.json" in caplog.text


def test_sources_are_recognized(tmp_path: Path, socket_enabled: None) -> None:
    """Recordings of any source are used without naming it; one that is named needs some."""
    write(tmp_path / "I01" / "status.json", STATE)
    chosen = ["--smoke", "--fingerprints", str(tmp_path)]
    options = develop(chosen, StringIO())
    assert [car.vin for car in options.legacy.cars] == [made_up_vin("I01")]
    assert (options.cars, options.cardata, options.fleet) == ((), (), ())
    with pytest.raises(UsageError):
        develop([*chosen, "--source", "mybmw"], StringIO())
    usual = develop(["--smoke"], StringIO())
    assert usual.cars
    assert not usual.legacy.cars


BEGUN = datetime(2019, 5, 4, 22, tzinfo=UTC)


def charging(**plan: Any) -> tuple[SimulatedConnectedDrive, LegacyCar]:
    """Return a car at 40 % that was plugged in at 22:00 with a charging plan."""
    [recorded] = [car for car in load(BUNDLED).cars if car.vin == I3]
    recorded.status["chargingLevelHv"] = 40
    recorded.answers["charging_profile"] = {"weeklyPlanner": plan}
    sim = SimulatedConnectedDrive([recorded], clock=lambda: BEGUN)
    car = sim.cars[I3]
    car.plug(BEGUN)
    return sim, car


def state(car: LegacyCar) -> tuple[Any, ...]:
    names = ("chargingStatus", "chargingLevelHv", "chargingTimeRemaining")
    return tuple(car.status.get(name) for name in names)


def test_charge_goes_on() -> None:
    """The battery fills while time passes; range, energy and the time left follow."""
    sim, car = charging(chargingMode="IMMEDIATE_CHARGING")
    assert state(car) == ("CHARGING", 40, 240)
    sim.skip(timedelta(minutes=120))
    assert state(car) == ("CHARGING", 70, 120)
    assert car.status["remainingRangeElectric"] == round(car.status["maxRangeElectric"] * 0.7)
    energy = car.answers["navigation"]
    assert energy["soc"] == round(energy["socmax"] * 0.7, 2)
    sim.skip(timedelta(minutes=120))
    assert state(car) == ("FINISHED_FULLY_CHARGED", 100, None)
    assert car.status["updateReason"] == "CHARGING_DONE"
    assert car.answers["all_trips"]["allTrips"]["chargecycleRange"]["userCurrentChargeCycle"] == 0


WINDOW = {"startTime": "23:30", "endTime": "01:30"}
DELAYED = {"chargingMode": "DELAYED_CHARGING", "preferredChargingWindow": WINDOW}


def test_charge_follows_the_plan() -> None:
    """It begins with the window, ends with it, and goes on in the next night."""
    sim, car = charging(**DELAYED, chargingPreferences="CHARGING_WINDOW")
    assert state(car) == ("WAITING_FOR_CHARGING", 40, None)
    sim.skip(timedelta(minutes=89))
    assert state(car) == ("WAITING_FOR_CHARGING", 40, None)
    sim.skip(timedelta(minutes=31))
    assert state(car) == ("CHARGING", 48, 210)
    sim.skip(timedelta(hours=8))
    assert state(car) == ("WAITING_FOR_CHARGING", 70, None)
    sim.skip(timedelta(days=1))
    assert state(car) == ("FINISHED_FULLY_CHARGED", 100, None)


def test_charge_now_outside_of_the_window() -> None:
    sim, car = charging(**DELAYED, chargingPreferences="CHARGING_WINDOW")
    car.charge(BEGUN)
    sim.skip(timedelta(hours=1))
    assert state(car) == ("CHARGING", 55, 180)


def test_plan_without_a_window() -> None:
    sim, car = charging(**DELAYED, chargingPreferences="NO_PRESELECTION")
    sim.skip(timedelta(hours=1))
    assert state(car)[0] == "CHARGING"


def test_fast_clock() -> None:
    """Cars charge faster than real ones if that is wanted."""
    now = [BEGUN]
    [recorded] = [car for car in load(BUNDLED).cars if car.vin == I3]
    sim = SimulatedConnectedDrive([recorded], clock=lambda: now[0], speed=60)
    assert state(sim.cars[I3])[2] == 95
    now[0] += timedelta(minutes=1)
    sim.skip(timedelta())
    assert state(sim.cars[I3])[2] == 35


@pytest.mark.parametrize("odd", [None, [], "odd", 7, True, {}])
def test_odd_cars_live(odd: Any, tmp_path: Path) -> None:
    """What a recording holds does not keep its car from being driven, charged and sent places."""
    status: dict[str, Any] = dict.fromkeys(("mileage", "chargingLevelHv", "remainingFuel"), odd)
    status |= {"connectionStatus": "CONNECTED", "chargingTimeRemaining": odd, "position": odd}
    write(tmp_path / "X" / "status.json", {"vehicleStatus": status})
    for name, key in (
        ("last_trip", "lastTrip"),
        ("all_trips", "allTrips"),
        ("charging_profile", "weeklyPlanner"),
        ("last_destinations", "destinations"),
        ("navigation", "socMax"),
    ):
        write(tmp_path / "X" / f"{name}.json", {key: odd})
    sim = SimulatedConnectedDrive(load(tmp_path).cars)
    for action, params in (
        ("plug", {}),
        ("charge", {}),
        ("wait", {"minutes": "30"}),
        ("finish", {}),
        ("drive", {"km": "5"}),
        ("position", {"status": "OK"}),
        ("unlock", {}),
    ):
        assert control(sim, "POST", action, params).status_code == 200, action
    [car] = sim.cars.values()
    car.add_destination({"lat": 1.5, "lon": 2.5}, BEGUN)
    assert car.answers["last_destinations"]["destinations"][0]["lat"] == 1.5


async def test_more_controls(web: httpx.AsyncClient) -> None:
    """Outcomes, the security question, cut connections and the position, on demand."""
    headers = await log_in(web)
    path = f"{CARS}/{I3}/executeService"
    form = {"serviceType": "DOOR_UNLOCK"}
    await web.post("/control/outcome?statuses=initiated,,not_executed")
    await web.post(path, data=form, headers=headers)
    told = [
        (await web.get(f"{CARS}/{I3}/serviceExecutionStatus", params=form, headers=headers)).json()
        for _ in range(2)
    ]
    assert [answer["executionStatus"].get("status") for answer in told] == [None, "NOT_EXECUTED"]
    await web.post("/control/question?answer=Rex")
    refused = await web.post(path, data=form, headers=headers)
    assert refused.status_code == 500
    assert "secretKnowledge" in refused.text
    await web.post(f"/control/position?vin={I3.lower()}&status=TOO_FAR_AWAY")
    status = (await web.get(f"{CARS}/{I3}/status", headers=headers)).json()["vehicleStatus"]
    assert status["position"]["status"] == "TOO_FAR_AWAY"
    await web.post("/control/cut?endpoint=status&times=1")
    with pytest.raises(httpx.HTTPError):
        (await web.get(f"{CARS}/{I3}/status", headers=headers)).raise_for_status()
    assert (await web.post("/control/wait?minutes=1e400")).status_code in (200, 400)
    assert (await web.post("/control/wait?minutes=nan")).status_code == 400


def test_no_recordings(tmp_path: Path) -> None:
    with pytest.raises(FingerprintError):
        load(tmp_path)


def test_command_line() -> None:
    asked = parse(["connecteddrive", "--port", "0", "--fingerprints", "some", "--bare-list"])
    assert (asked.name, asked.port, asked.fingerprints) == ("connecteddrive", 0, Path("some"))
    assert asked.bare_list
    assert (asked.login, asked.speed) == ("/webapi/oauth/token/", 1)
    with pytest.raises(SystemExit):
        parse(["nothing"])
