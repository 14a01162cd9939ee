"""The sub-commands for CarData, in this process: what they cost, keep and put out."""

import asyncio
from datetime import datetime, timedelta
import json
from pathlib import Path
from typing import Any

import pytest

from custom_components.mybmw.client import Http
from custom_components.mybmw.client.cardata import SOURCE
from tests.cli.support import STORE, Outcome, Run, client, keep_clients, stored
from tests.client.support.cardata import I4, SECONDARY, counted
from tests.replay import faults
from tests.replay.cardata import API, CLIENT_ID, STREAM, Endpoint, SimulatedCarData
from tests.replay.cardata.faults import error, login_error, out_of_quota

FIRST = 5
_PLANNED = 38


def approving(
    sim: SimulatedCarData, monkeypatch: pytest.MonkeyPatch, **options: Any
) -> list[float]:
    """Approve a code while the program waits for it the second time; return its pauses."""
    pauses: list[float] = []

    async def pause(_http: Http, seconds: float) -> None:
        pauses.append(seconds)
        sim.login.interval = timedelta()
        for device in sim.login.devices.values():
            device.interval = timedelta()
        if len(pauses) == 2:
            sim.approve(**options)

    monkeypatch.setattr(Http, "pause", pause)
    return pauses


def test_login(
    run: Run, cardata: SimulatedCarData, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The code and its page are shown beside the result; the tokens are kept."""
    pauses = approving(cardata, monkeypatch)
    outcome = run("cardata", "login", CLIENT_ID.upper()).good()
    assert outcome.out == "logged in\n"
    (device,) = cardata.login.devices.values()
    page = f"https://customer.bmwgroup.com/oneid/link?user_code={device.user_code}"
    assert outcome.err.startswith(f"Open {page} and approve the code {device.user_code} until ")
    assert pauses == [5, 5]
    assert (home / STORE).stat().st_mode & 0o777 == 0o600
    assert client(home)["tokens"]["gcid"] == cardata.gcid
    assert counted(cardata) == 0
    assert run("cardata", "status", "-j").good().json[0]["vin"] in (I4, SECONDARY)


def test_login_slows_down(
    run: Run, cardata: SimulatedCarData, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who is asked to slow down stays slow, and a bad network only delays the login."""
    pauses = approving(cardata, monkeypatch)
    cardata.fail(Endpoint.TOKEN, login_error("slow_down"))
    cardata.fail(Endpoint.TOKEN, faults.no_network())
    cardata.fail(Endpoint.TOKEN, faults.server_error())
    run("cardata", "login", CLIENT_ID).good()
    assert pauses == [5, 10, 10, 10]


@pytest.mark.parametrize(
    ("word", "text"),
    [
        ("access_denied", "the approval was refused, by you or by BMW"),
        ("expired_token", "the code was not approved in time"),
        ("invalid_grant", "the code is not good any more"),
    ],
)
def test_login_fails(run: Run, cardata: SimulatedCarData, home: Path, word: str, text: str) -> None:
    cardata.fail(Endpoint.TOKEN, login_error(word))
    outcome = run("cardata", "login", CLIENT_ID)
    assert outcome.code == 3
    assert outcome.err.splitlines()[1:] == [f"mybmw cardata login: {text}"]
    assert not (home / STORE).exists()


def test_login_that_takes_too_long(
    run: Run, cardata: SimulatedCarData, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def pause(_http: Http, seconds: float) -> None:
        await asyncio.sleep(seconds)

    monkeypatch.setattr(Http, "pause", pause)
    code = {"user_code": "aBcDeFgH", "device_code": "x", "interval": 5, "expires_in": 0.01}
    cardata.fail(Endpoint.DEVICE_CODE, faults.answer(code))
    outcome = run("cardata", "login", CLIENT_ID)
    assert outcome.code == 3
    assert outcome.err.endswith("mybmw cardata login: the code was not approved in time\n")


@pytest.mark.parametrize(
    ("scopes", "text"),
    [
        ({API}, "CarData Stream is not subscribed in BMW's portal"),
        ({STREAM}, "CarData API is not subscribed in BMW's portal"),
        (set(), "neither CarData API nor CarData Stream is subscribed in the portal"),
    ],
)
def test_not_subscribed(run: Run, cardata: SimulatedCarData, scopes: set[str], text: str) -> None:
    cardata.login.subscribed = scopes
    run("cardata", "login", CLIENT_ID).refused(3, text)


def test_status(run: Run, cardata: SimulatedCarData, kept: Any, home: Path) -> None:
    """What is due is done; afterwards all is known without a call, with its age."""
    outcome = run("cardata", "status").good()
    assert outcome.out.startswith("Found 2 vehicles: i4 eDrive40, BMW\n\ni4 eDrive40\n")
    assert counted(cardata) == FIRST
    assert outcome.err == f"cardata: calls made: {FIRST}, left for you: {50 - FIRST}\n"
    age_everything(home, timedelta(hours=2, minutes=5))
    again = run("cardata", "status").good()
    assert counted(cardata) == FIRST
    assert again.err == ""
    assert "    mileage: " in again.out
    assert "(2 h ago)" in again.out
    assert client(home)["tokens"] == kept


def age_everything(home: Path, age: timedelta) -> None:
    """Let all that is known of the cars be older."""
    content = stored(home)
    for readings in content[SOURCE][CLIENT_ID]["vehicles"].values():
        for reading in readings:
            reading["time"] = (datetime.fromisoformat(reading["time"]) - age).isoformat()
    (home / STORE).write_text(json.dumps(content))


def test_status_of_one_car(run: Run, cardata: SimulatedCarData, kept: Any) -> None:
    car = run("cardata", "status", "--json", "--vin", I4.lower()).good().json
    assert (car["vin"], car["name"], car["brand"]) == (I4, "i4 eDrive40", "BMW")
    soc = car["attributes"]["fuel_and_battery.remaining_battery_percent"]
    assert (soc["unit"], soc["source"]) == ("%", "cardata")
    run("cardata", "status", "-v", "WBA00000000000001").refused(2, "no car with this VIN")


@pytest.mark.freeze_time("2026-11-10T12:00:00Z", tick=True)
def test_refresh(run: Run, cardata: SimulatedCarData, kept: Any) -> None:
    """A refresh reads every car that may be read, and none twice."""
    run("cardata", "status", "--refresh").good()
    assert counted(cardata) == FIRST
    run("cardata", "status", "--refresh").good()
    assert counted(cardata) == FIRST + 1
    run("cardata", "status", "--refresh", "-v", SECONDARY).good()
    assert counted(cardata) == FIRST + 1
    balance = run("cardata", "quota", "--json").good().json
    reasons = [call["reason"] for call in balance["calls"]]
    assert reasons == ["set_up"] * FIRST + ["user"]
    assert (balance["calls_left"], balance["calls_left_for_user"]) == (_PLANNED - 6, 44)
    assert counted(cardata) == FIRST + 1


def test_gone(run: Run, cardata: SimulatedCarData, kept: Any, home: Path) -> None:
    """A car that the account has no more is forgotten."""
    run("cardata", "status").good()
    cardata.remove(SECONDARY)
    content = stored(home)
    for entry in content[SOURCE][CLIENT_ID]["source"]["plan"]["done"]:
        entry[2] = (datetime.fromisoformat(entry[2]) - timedelta(days=2)).isoformat()
    (home / STORE).write_text(json.dumps(content))
    assert [car["vin"] for car in run("cardata", "status", "-j").good().json] == [I4]


def test_calls_are_written_down_first(
    run: Run, cardata: SimulatedCarData, kept: Any, home: Path
) -> None:
    """Even if the program were killed at that moment, each call it has made would count."""
    seen: list[int] = []

    def look(_request: Any) -> Any:
        seen.append(len(client(home)["source"]["ledger"]["spent"]))
        raise KeyboardInterrupt

    cardata.fail(Endpoint.TELEMATIC_DATA, look)
    outcome = run("cardata", "status")
    assert (outcome.code, outcome.out) == (130, "")
    assert outcome.err.splitlines()[-1] == "mybmw cardata status: interrupted"
    assert seen == [FIRST]
    assert len(client(home)["source"]["ledger"]["spent"]) == FIRST


def test_quota_spent(run: Run, cardata: SimulatedCarData, kept: Any, home: Path) -> None:
    """What is known is put out all the same; no call is made that BMW would refuse."""
    run("cardata", "status").good()
    cardata.spend(50)
    outcome = run("cardata", "status", "--refresh", "-j")
    assert outcome.code == 5
    assert len(outcome.json) == 2
    assert outcome.err.count("\n") == 2
    assert "read telematics: CU-429" in outcome.err
    calls = counted(cardata)
    outcome = run("cardata", "status", "--refresh")
    assert outcome.code == 5
    outcome_text = "mybmw cardata status: no call is left for read telematics (user)"
    assert outcome.err.startswith(outcome_text)
    assert counted(cardata) == calls
    text = run("cardata", "quota").good().out
    assert "Calls left today: 0 of 50" in text
    assert "Spent by other programs, as far as known: " in text
    assert "BMW refuses calls until " in text


@pytest.mark.freeze_time("2026-11-10T12:00:00Z", tick=True)
def test_quota(run: Run, cardata: SimulatedCarData, kept: Any) -> None:
    """Who spent what and why, without a call."""
    assert run("cardata", "quota").good().out.endswith("Calls made: none\n")
    assert counted(cardata) == 0
    run("cardata", "status").good()
    outcome = run("cardata", "quota").good()
    lines = outcome.out.splitlines()
    assert lines[:2] == [
        "Calls left today: 45 of 50",
        f"Of these the plan may spend: {_PLANNED - 5}",
    ]
    assert lines[2].startswith("Next call: ")
    assert lines[3] == "Calls made:"
    assert lines[4].endswith("list vehicles: the account (set up)")
    assert lines[-1].endswith("read telematics: i4 eDrive40 (set up)")
    assert I4 not in outcome.out


@pytest.mark.parametrize(
    ("fault", "code", "text"),
    [
        (faults.no_network(), 6, "the service cannot be reached (list vehicles: ConnectError)"),
        (out_of_quota(), 5, "CU-429"),
        (error("CU-103"), 3, "CU-103"),
        (error("CU-500"), 1, "list vehicles: CU-500"),
    ],
)
def test_trouble(
    run: Run, cardata: SimulatedCarData, kept: Any, fault: faults.Fault, code: int, text: str
) -> None:
    cardata.fail(Endpoint.MAPPINGS, fault, None)
    outcome = run("cardata", "status")
    assert (outcome.code, outcome.out) == (code, "")
    assert text in outcome.err.splitlines()[-1]


def test_tokens_are_renewed(run: Run, cardata: SimulatedCarData, kept: Any, home: Path) -> None:
    """A refused token is replaced and kept; when that is refused too, a new login is needed."""
    cardata.revoke()
    run("cardata", "status").good()
    assert client(home)["tokens"]["refresh"] != kept["refresh"]
    cardata.revoke(refresh=True)
    outcome = run("cardata", "status", "--refresh")
    assert outcome.code == 3
    *_, line = outcome.err.splitlines()
    assert line.startswith("mybmw cardata status: get tokens: ")
    assert line.endswith("; log in again: mybmw cardata login CLIENT_ID")


def test_refused_request(run: Run, cardata: SimulatedCarData, kept: Any) -> None:
    """A request that is refused with a fresh token is not reported as a refused login."""
    cardata.fail(Endpoint.MAPPINGS, error("CU-102"), None)
    outcome = run("cardata", "status")
    assert outcome.code == 3
    assert "log in again" not in outcome.err


def test_full_disk(
    run: Run, cardata: SimulatedCarData, kept: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A call that cannot be written down is not made, since it would not count."""

    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    outcome = run("cardata", "status")
    assert (outcome.code, outcome.out, counted(cardata)) == (1, "", 0)
    line = "mybmw cardata status: a call that cannot be written down is not made"
    assert outcome.err.splitlines()[-1] == line


def test_nameless_account(
    run: Run, cardata: SimulatedCarData, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    approving(cardata, monkeypatch)
    cardata.fail(Endpoint.TOKEN, faults.answer({**cardata.issue_tokens(), "gcid": None}))
    outcome = run("cardata", "login", CLIENT_ID)
    assert outcome.code == 3
    assert outcome.err.endswith("BMW has not told whose account this is: try again\n")
    assert not (home / STORE).exists()


def test_half_a_subscription(
    run: Run, cardata: SimulatedCarData, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is missing is reported, and the rest can be used."""
    approving(cardata, monkeypatch)
    cardata.fail(Endpoint.TOKEN, faults.answer(cardata.issue_tokens("openid", API)))
    outcome = run("cardata", "login", CLIENT_ID).good()
    line = "mybmw cardata login: CarData Stream is not subscribed in BMW's portal"
    assert outcome.err.splitlines()[1:] == [line]


def test_containers(run: Run, cardata: SimulatedCarData, kept: Any, home: Path) -> None:
    run("cardata", "status").good()
    (container,) = run("cardata", "containers", "--json").good().json
    assert (container["active"], container["name"]) == (True, "MyBMW for Home Assistant")
    assert counted(cardata) == FIRST + 1
    text = run("cardata", "containers").good().out
    assert text.startswith(f"{container['id']}  active  MyBMW for Home Assistant  v1-")
    assert client(home)["source"]["container"]["id"] == container["id"]
    outcome = run("cardata", "containers", "--delete", container["id"]).good()
    assert outcome.out == f"{container['id']} deleted\n"
    assert client(home)["source"]["container"]["id"] is None
    assert run("cardata", "containers").good().out.split()[1] == "deleted"
    assert len(client(home)["source"]["ledger"]["spent"]) == counted(cardata) == FIRST + 4
    run("cardata", "containers", "--delete", "R00Q039M970KJ").refused(1, "CU-105")


def test_fingerprint(run: Run, cardata: SimulatedCarData, kept: Any, home: Path) -> None:
    """The files replay."""
    outcome = run("cardata", "fingerprint", "--output", "here").good()
    assert outcome.out == "fingerprint of the vehicles written to here\n"
    names = {path.name.rpartition("_")[2] for path in (home / "here").iterdir()}
    assert names == {"mappings.json", "basicData.json", "telematicData.json"}


def several(home: Path, kept: Any) -> None:
    keep_clients(home, {CLIENT_ID: {"tokens": kept}, "other": {"tokens": kept}})


def test_which_client(
    run: Run, cardata: SimulatedCarData, kept: Any, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    several(home, kept)
    run("cardata", "status").refused(2, "2 clients are kept: choose one with --client-id")
    run("cardata", "quota", "--client-id", CLIENT_ID.upper()).good()
    monkeypatch.setenv("MYBMW_CLIENT_ID", CLIENT_ID)
    run("cardata", "quota").good()
    run("cardata", "quota", "--client-id", "none").refused(3, "log in first")


def test_odd_store(run: Run, cardata: SimulatedCarData, kept: Any, home: Path) -> None:
    """Odd parts of what is kept are left out."""
    odd = {"tokens": kept, "source": [1], "vehicles": {I4: 7, SECONDARY: [{"key": 1}]}}
    keep_clients(home, {CLIENT_ID: odd})
    outcome: Outcome = run("cardata", "status").good()
    assert outcome.out.startswith("Found 2 vehicles")


def test_doctor(run: Run, cardata: SimulatedCarData, kept: Any) -> None:
    """It explains everything that is known, and costs nothing."""
    run("cardata", "status").good()
    outcome = run("cardata", "doctor").good()
    assert "    charging_places: " in outcome.out
    assert "No value: it follows from trips or charges, and none is recorded yet." in outcome.out
    cars = {car["vin"]: car for car in run("cardata", "doctor", "--json").good().json}
    assert cars[SECONDARY]["condition"] == ["not_main_user"]
    assert cars[SECONDARY]["values"]["mileage"]["causes"] == ["not_main_user"]
    assert cars[I4]["condition"] == []
    assert cars[I4]["values"]["fuel_and_battery.remaining_fuel"]["causes"] == ["not_fitted"]
    assert cars[I4]["coverage"]["tires"]["received"] > 4
    assert counted(cardata) == FIRST
