"""The sub-commands for cars of the BMW app, in this process: what they do and put out."""

import json
from pathlib import Path
from typing import Any

import pytest

from custom_components.mybmw.client import HIDDEN, values
from tests.cli.support import ACCOUNT, PNG, Outcome, Run, keep_tokens, stored
from tests.client.support import IX, recorded, tokens
from tests.replay import faults
from tests.replay.faults import Endpoint
from tests.replay.fingerprints import load
from tests.replay.mybmw import SimulatedMyBMW

TRAVEMUENDE = (53.9623, 10.8707)
DONE = ["INITIATED", "PENDING", "DELIVERED", "EXECUTED"]
VIEWS = [
    *("vehiclestatus", "frontview", "sideviewleft", "dashboard", "driverdoor"),
    *("anglesideviewforty", "anglesideviewsixty", "frontleft", "frontright"),
    *("rearleft", "rearright", "rearview"),
]


@pytest.fixture(autouse=True)
def logged_in(sim: SimulatedMyBMW, home: Path) -> None:
    """Log in once, in an earlier run, so that nothing but the sub-command has to be written."""
    keep_tokens(home, tokens(sim.issue_tokens()).dump())


def sent(sim: SimulatedMyBMW, *endpoints: Endpoint) -> list[tuple[str, dict[str, str], Any]]:
    """Return path, query and body of the requests of some kinds."""
    return [
        (call.path.rpartition("/")[2], call.params, call.json)
        for call in sim.calls
        if call.endpoint in endpoints
    ]


def carried_out(outcome: Outcome, name: str, times: int = 1) -> None:
    """Expect that a command was executed, and that its progress was reported too."""
    assert outcome.good().out == "EXECUTED\n" * times
    assert outcome.err.splitlines() == [f"{name}: {state}…" for state in DONE] * times


@pytest.mark.parametrize(
    ("words", "service", "params", "effect"),
    [
        (("lightflash", IX), "light-flash", {}, None),
        (("horn", IX), "horn-blow", {}, None),
        (("lock", IX), "door-lock", {}, ("doorsState", "combinedSecurityState", "LOCKED")),
        (
            ("unlock", IX.lower()),
            "door-unlock",
            {},
            ("doorsState", "combinedSecurityState", "UNLOCKED"),
        ),
        (
            ("climate", IX, "start"),
            "climate-now",
            {"action": "START"},
            ("climateControlState", "activity", "COOLING"),
        ),
        (
            ("climate", IX, "stop"),
            "climate-now",
            {"action": "STOP"},
            ("climateControlState", "activity", "STANDBY"),
        ),
        (
            ("charge", IX, "start"),
            "start-charging",
            {},
            ("electricChargingState", "chargingStatus", "CHARGING"),
        ),
    ],
)
def test_plain(
    run: Run,
    sim: SimulatedMyBMW,
    words: tuple[str, ...],
    service: str,
    params: dict[str, str],
    effect: tuple[str, str, str] | None,
) -> None:
    """Library 12: a command reaches the car, and its state is the result."""
    carried_out(run(*words), words[0])
    assert sent(sim, Endpoint.COMMAND) == [(service, params, {})]
    if effect is not None:
        group, key, value = effect
        assert sim.state(IX)["state"][group][key] == value


def test_stop_charging(run: Run, sim: SimulatedMyBMW) -> None:
    sim.state(IX)["state"]["electricChargingState"]["chargingStatus"] = "CHARGING"
    carried_out(run("charge", IX, "stop"), "charge")
    assert sim.state(IX)["state"]["electricChargingState"]["chargingStatus"] == "PLUGGED_IN"


def test_ignored(run: Run, sim: SimulatedMyBMW) -> None:
    """What the car would ignore is not sent; the result and one line say so."""
    outcome = run("charge", IX, "stop")
    assert (outcome.code, outcome.out) == (1, "IGNORED\n")
    assert outcome.err == "mybmw charge: the car did not do it: the car is not charging\n"
    assert sent(sim, Endpoint.COMMAND) == []


def test_failed(run: Run, sim: SimulatedMyBMW) -> None:
    sim.next_outcome("PENDING", "ERROR")
    outcome = run("lock", IX)
    assert (outcome.code, outcome.out) == (1, "")
    *_, line = outcome.err.splitlines()
    assert line.startswith("mybmw lock: door_lock: Something went wrong")


def test_charging_settings(run: Run, sim: SimulatedMyBMW) -> None:
    """Library 12: each setting that is given is a command of its own."""
    outcome = run("chargingsettings", IX, "--target-soc", "75", "--ac-limit", "12")
    carried_out(outcome, "chargingsettings", times=2)
    assert [body for _, _, body in sent(sim, Endpoint.COMMAND)] == [
        {"chargingTarget": None, "acLimitValue": 12},
        {"chargingTarget": 75, "acLimitValue": None},
    ]
    assert sim.state(IX)["state"]["electricChargingState"]["chargingTarget"] == 75


def test_settings_that_are_not_possible(run: Run, sim: SimulatedMyBMW) -> None:
    """If one of two settings is refused, the other one is not sent either."""
    words = ("chargingsettings", IX, "--target-soc", "75", "--ac-limit")
    run(*words, "17").refused(2, "the car does not offer 17 A")
    sim.state(IX)["capabilities"]["isChargingTargetSocEnabled"] = False
    run(*words, "12").refused(2, "target_soc is not available for this car")
    assert sent(sim, Endpoint.COMMAND) == []


@pytest.mark.parametrize(
    ("words", "mode", "preconditioning"),
    [
        (("--charging-mode", "delayed_charging"), "TIME_SLOT", False),
        (("--precondition-climate", "on"), "CHARGING_IMMEDIATELY", True),
        (("--precondition-climate", "False"), "CHARGING_IMMEDIATELY", False),
        (
            ("--charging-mode", "NO_ACTION", "--precondition-climate", "yes"),
            "NO_ACTION",
            True,
        ),
    ],
)
def test_charging_profile(
    run: Run, sim: SimulatedMyBMW, words: tuple[str, ...], mode: str, preconditioning: bool
) -> None:
    """Pitfall 21: the mode in any case, and preconditioning that can be switched off as well."""
    carried_out(run("chargingprofile", IX, *words), "chargingprofile")
    ((_, _, body),) = sent(sim, Endpoint.COMMAND)
    assert body["chargingMode"]["type"] == mode
    assert body["isPreconditionForDepartureActive"] is preconditioning


def test_vehicle_finder(run: Run, sim: SimulatedMyBMW) -> None:
    """With the place of the observer, BMW reports where the car was found."""
    sim.park(IX, *TRAVEMUENDE, heading=210)
    outcome = run("vehiclefinder", IX, "52.25", "-4.5").good()
    state, place = outcome.out.splitlines()
    assert state == "EXECUTED"
    latitude, longitude = TRAVEMUENDE
    assert json.loads(place) == {
        "gps_position": {"latitude": latitude, "longitude": longitude},
        "heading": 210,
        "address": "some_formatted_address",
    }
    assert len(sent(sim, Endpoint.EVENT_POSITION)) == 1


def test_vehicle_finder_without_observer(run: Run, sim: SimulatedMyBMW) -> None:
    """Without it, the car's own state is read once more."""
    sim.park(IX, *TRAVEMUENDE, heading=210)
    outcome = run("vehiclefinder", IX).good()
    assert json.loads(outcome.out.splitlines()[1])["gps_position"]["latitude"] == TRAVEMUENDE[0]
    assert sent(sim, Endpoint.EVENT_POSITION) == []


def test_vehicle_finder_without_answer(run: Run, sim: SimulatedMyBMW) -> None:
    """So it is if BMW keeps the place to itself: an old one is not taken for it."""
    sim.park(IX, *TRAVEMUENDE, heading=210)
    sim.fail(Endpoint.EVENT_POSITION, faults.server_error(), None)
    outcome = run("vehiclefinder", IX, "52.25", "-4.5").good()
    assert json.loads(outcome.out.splitlines()[1])["gps_position"]["latitude"] == TRAVEMUENDE[0]


def test_send_poi(run: Run, sim: SimulatedMyBMW) -> None:
    """Library 12: a destination with all that may be given."""
    words = ("--name", "Zoo", "--street", "Tierparkstr. 30", "--city", "München")
    more = ("--postalcode", "81543", "--country", "DE")
    outcome = run("sendpoi", IX, "48.0975", "-11.5534", *words, *more).good()
    assert outcome.out == "EXECUTED\n"
    (place,) = sim.sent_pois
    assert place["title"] == "Zoo"
    assert place["position"] == {"lat": 48.0975, "lng": -11.5534}
    address = {key: value for key, value in place["address"].items() if value is not None}
    assert address == {
        "street": "Tierparkstr. 30",
        "postalCode": "81543",
        "city": "München",
        "country": "DE",
        "formatted": "Tierparkstr. 30, 81543, München",
    }


@pytest.mark.parametrize("words", [(), ("--name", "")])
def test_send_poi_with_little(run: Run, sim: SimulatedMyBMW, words: tuple[str, ...]) -> None:
    run("sendpoi", IX, "48", "11", *words).good()
    assert sim.sent_pois[0]["title"] == "48.00000, 11.00000"


def test_images(run: Run, sim: SimulatedMyBMW, home: Path) -> None:
    """mybmw-app.md#command-line: all twelve pictures, into this folder or another one."""
    outcome = run("image", IX).good()
    assert outcome.out.splitlines() == [f"{view}.png" for view in VIEWS]
    assert all((home / f"{view}.png").read_bytes().startswith(PNG) for view in VIEWS)
    sim.fail(Endpoint.IMAGE, faults.server_error())
    outcome = run("image", IX, "--output", "~/pictures/ix")
    assert outcome.code == 1
    assert outcome.err.startswith("mybmw image: VehicleStatus: get a picture: HTTP 500")
    assert len(list((home / "pictures" / "ix").iterdir())) == len(VIEWS) - 1


def test_status_as_json(run: Run, sim: SimulatedMyBMW) -> None:
    """Library CLI 2 and 5: all cars as a list, one car as an object."""
    sim.add(recorded("530d")[0])
    cars = run("status", "--json").good().json
    assert [car["vin"] for car in cars] == [*sorted(car.vin for car in recorded("530d")), IX]
    car = run("status", "-j", "-v", IX.lower()).good().json
    assert {key: car[key] for key in ("vin", "brand", "name", "drive_train")} == {
        "vin": IX,
        "brand": "BMW",
        "name": "iX xDrive50",
        "drive_train": "ELECTRIC",
    }
    mileage = car["attributes"]["mileage"]
    assert (mileage["value"], mileage["unit"], mileage["source"]) == (58214, "km", "mybmw")
    assert car["attributes"]["doors_and_windows.door_lock_state"]["value"] == "LOCKED"
    assert car["attributes"]["vehicle_location.location"]["value"]["latitude"] == 52.309456


def test_status_as_text(run: Run, sim: SimulatedMyBMW) -> None:
    """Library CLI 6: every car once, with its values by topic."""
    sim.add(recorded("530d")[0])
    outcome = run("status").good()
    assert outcome.out.startswith("Found 2 vehicles: 530d, iX xDrive50\n\n530d\n  VIN: WBA")
    assert outcome.out.count("  VIN: ") == 2
    assert "\n  Distance, fuel and battery\n    mileage: 58214 km (now)\n" in outcome.out
    assert "\n  Doors, windows and locks\n    door lock state: LOCKED (now)\n" in outcome.out
    assert "\n    location: latitude 52.309456, longitude 4.762284 (now)\n" in outcome.out
    assert outcome.err == ""


@pytest.mark.parametrize("words", [("status", "-j", "-v"), ("status", "-v"), ("lock",)])
def test_unknown_vin(run: Run, sim: SimulatedMyBMW, words: tuple[str, ...]) -> None:
    """Library CLI 3: a VIN that the account does not have is an error, in text as well."""
    run(*words, "WBA00000000000001").refused(2, "the account has no car with this VIN")
    assert sent(sim, Endpoint.COMMAND) == []


def test_not_for_this_car(run: Run, sim: SimulatedMyBMW) -> None:
    sim.state(IX)["capabilities"]["horn"] = False
    run("horn", IX).refused(2, "horn_blow is not available for this car")


def test_one_car_fails(run: Run, sim: SimulatedMyBMW) -> None:
    """What could be read is put out all the same."""
    sim.add(recorded("530d")[0])
    sim.fail(Endpoint.STATE, faults.server_error(), None, vin=IX)
    outcome = run("status", "-j")
    assert outcome.code == 1
    assert len(outcome.json) == 2
    assert outcome.err == "mybmw status: iX xDrive50: read a state: HTTP 500\n"
    run("status", "-j", "-v", IX).refused(1, "read a state: HTTP 500")


def test_no_cars(run: Run, sim: SimulatedMyBMW) -> None:
    sim.remove(IX)
    assert run("status").good().out == "Found 0 vehicles\n"
    assert run("status", "-j").good().json == []


@pytest.mark.parametrize(
    ("fault", "code", "text"),
    [
        (faults.blocked(), 4, "BMW refuses access to third-party programs (HTTP 489)"),
        (faults.quota("00:02:20"), 5, "Quota will be replenished in 00:02:20. (again in 2 min)"),
        (faults.no_network(), 6, "the service cannot be reached (list vehicles: ConnectError)"),
        (faults.broken_json(), 1, "list vehicles: the answer is not JSON"),
    ],
)
@pytest.mark.parametrize("words", [("status",), ("lock", IX)])
def test_trouble(
    run: Run,
    sim: SimulatedMyBMW,
    fault: faults.Fault,
    code: int,
    text: str,
    words: tuple[str, ...],
) -> None:
    """Each kind of trouble has its exit status and its line."""
    sim.fail(Endpoint.VEHICLES, fault, None)
    run(*words).refused(code, text)


def test_debug(run: Run, sim: SimulatedMyBMW) -> None:
    """The log names what is done, never a secret; a traceback only comes if it is asked for."""
    sim.fail(Endpoint.STATE, faults.server_error(), None)
    outcome = run("--debug", "status")
    assert "read a state: HTTP 500" in outcome.err
    assert "Traceback" in outcome.err
    assert outcome.err.splitlines()[-1] == "mybmw status: read a state: HTTP 500"
    kept = stored(Path())["mybmw"]["rest_of_world"][ACCOUNT[0]]
    secrets = (IX, *ACCOUNT[:2], kept["access"], kept["refresh"])
    assert not any(secret in outcome.err for secret in secrets)


def test_fingerprint(run: Run, sim: SimulatedMyBMW, home: Path) -> None:
    """Library CLI 7: as many files as there were answers, that replay; text for what failed."""
    sim.add(recorded("530d")[0])
    outcome = run("fingerprint").good()
    prefix = f"fingerprint of the vehicles written to {home}/vehicle_fingerprint/"
    assert outcome.out.startswith(prefix)
    folder = Path(outcome.out.strip().rpartition(" ")[2])
    assert len(list(folder.glob("*.json"))) == len(list(folder.iterdir())) == 8
    assert [car.profile["model"] for car in load(folder)] == ["530d", "iX xDrive50"]
    sim.fail(Endpoint.STATE, faults.server_error(), None, vin=IX)
    outcome = run("fingerprint", "48.1", "11.5", "--output", "here")
    assert (outcome.code, outcome.out) == (1, "fingerprint of the vehicles written to here\n")
    assert len(list((home / "here").glob("*.json"))) == 6
    assert len(list((home / "here").glob("*.txt"))) == 1


def test_fingerprint_of_a_failure(run: Run, sim: SimulatedMyBMW, home: Path) -> None:
    """What goes wrong is recorded as well; where nothing was answered, nothing is written."""
    sim.fail(Endpoint.STATE, faults.text("odd", 500), None)
    outcome = run("fingerprint", "--output", "here")
    assert (outcome.code, outcome.out) == (1, "fingerprint of the vehicles written to here\n")
    assert outcome.err == "mybmw fingerprint: read a state: HTTP 500\n"
    (path,) = (home / "here").glob("*.txt")
    assert path.read_text() == HIDDEN
    sim.fail(Endpoint.VEHICLES, faults.no_network(), None)
    run("fingerprint", "--output", "there").refused(6, "cannot be reached")
    assert not (home / "there").exists()


def test_unwritable(run: Run, home: Path) -> None:
    (home / "file").write_text("")
    run("fingerprint", "--output", "file/x").refused(1, "file/x: Not a directory")


def test_modes_of_charging() -> None:
    """mybmw-app.md#command-line: all three modes can be asked for."""
    modes = ["IMMEDIATE_CHARGING", "DELAYED_CHARGING", "NO_ACTION"]
    assert [mode.value for mode in values.ChargingMode] == modes


def test_doctor(run: Run, sim: SimulatedMyBMW) -> None:
    """It reads the cars, and explains everything about them."""
    outcome = run("doctor").good()
    assert "iX xDrive50: nothing is wrong" in outcome.out
    assert "    mileage: Current, as of " in outcome.out
    (car,) = run("doctor", "--json").good().json
    assert (car["vin"], car["condition"], car["coverage"]) == (IX, [], {})
    assert car["values"]["fuel_and_battery.remaining_fuel"]["causes"] == ["not_fitted"]
    assert car["values"]["tires.front_left.wear"]["causes"] == ["needs_source"]
    sim.fail(Endpoint.STATE, faults.answer({}, 500), None)
    assert run("doctor").code == 1
