"""The journals of the command line: what was read becomes trips and charges."""

from collections.abc import Mapping
import csv
from datetime import UTC, datetime, timedelta
from io import StringIO
import json
from pathlib import Path
from typing import Any, Final

from freezegun.api import FrozenDateTimeFactory
import pytest

from custom_components.mybmw.client import Garage
from custom_components.mybmw.client.cardata.car_state import CarState as Memory
from custom_components.mybmw.client.cardata.readings import read_values
from custom_components.mybmw.client.cli.journals import Looks, look
from custom_components.mybmw.client.cli.local_zone import LocalZone
from custom_components.mybmw.client.cli.store import LoginFile
from custom_components.mybmw.client.core.attributes import DRIVE_TRAIN
from custom_components.mybmw.client.core.values import DriveTrain
from tests.cli.support import ACCOUNT, LOGIN, STORE, Run
from tests.cli.test_local_zone import machine_in
from tests.client.support import IX
from tests.client.support.cardata import I4
from tests.replay.cardata import SimulatedCarData
from tests.replay.carstate import ODOMETER, CarState
from tests.replay.days import days
from tests.replay.mybmw import SimulatedMyBMW
from tests.replay.timeline import messages

COMMANDS: Final = "custom_components.mybmw.client.cli.journal_commands"
FILE: Final = ".mybmw.journal.json"
START: Final = datetime(2026, 11, 9, tzinfo=UTC)
ALL: Final = ("--since", "2026-11-09T00:00+00:00")
# The odometer is sent in whole km, so that a way of 18 km may be 17
KM: Final = [18.0, 18.0, 17.0, 18.0]
UNKNOWN: Final = "WBA00000000000000"


@pytest.fixture
def zone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let this machine be in UTC."""
    monkeypatch.setattr(f"{COMMANDS}.LocalZone", lambda: UTC)


@pytest.fixture
def driven(home: Path, freezer: FrozenDateTimeFactory, zone: None) -> None:
    """Let a car have been driven and charged on two days, in looks of as many runs."""
    memory, garage = Memory(DriveTrain.ELECTRIC, UTC), Garage()
    garage.update(I4, [DRIVE_TRAIN.at(DriveTrain.ELECTRIC, START)])
    sent = messages(days(CarState(soc=60.0), 2), vin=I4, gcid="g", start=START, together=50)
    for message in sent:
        freezer.move_to(message.time)
        garage.update(I4, read_values(message.payload["data"], memory, message.time))
        look(LoginFile(home / STORE), garage.vehicles.values(), UTC)
    freezer.move_to(START + timedelta(days=2))
    look(LoginFile(home / STORE), garage.vehicles.values(), UTC)


def test_no_store(run: Run, sim: SimulatedMyBMW, home: Path) -> None:
    run("status", "--disable-oauth-store", *LOGIN, *ACCOUNT).good()
    assert [*home.iterdir()] == []


def written(home: Path) -> Any:
    """Return what is kept of the car."""
    return json.loads((home / FILE).read_bytes())["cars"][I4]


@pytest.mark.usefixtures("driven")
def test_trips(run: Run, home: Path) -> None:
    """Each way to work and home is one, newest first, however many runs saw it."""
    (found,) = run("journal", "trips", "--json").good().json.values()
    assert [item["distance"] for item in found] == KM
    assert [item["start"][:10] for item in found] == ["2026-11-10"] * 2 + ["2026-11-09"] * 2
    lines = run("journal", "trips", "--limit", "1").good().out.splitlines()
    assert lines[0] == I4
    assert lines[1].startswith("  2026-11-10 17:00 to 2026-11-10 17:24, 18 km, 3.")
    assert (home / FILE).stat().st_mode & 0o777 == 0o600
    assert len(json.dumps(written(home)["open"])) <= 4096


@pytest.mark.parametrize(
    ("rules", "span"),
    [
        ("CET-1CEST,M3.5.0,M10.5.0/3", "2026-11-10 18:00 to 2026-11-10 18:24"),
        ("<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", "2026-11-11 04:00 to 2026-11-11 04:24"),
    ],
)
@pytest.mark.usefixtures("driven")
def test_local_times(
    run: Run,
    freezer: FrozenDateTimeFactory,
    monkeypatch: pytest.MonkeyPatch,
    rules: str,
    span: str,
) -> None:
    """Half a year later, a trip still has the local time that it had."""
    monkeypatch.setattr(f"{COMMANDS}.LocalZone", LocalZone)
    freezer.move_to(START + timedelta(days=182))
    with machine_in(rules):
        line = run("journal", "trips", "--limit", "1").good().out.splitlines()[1]
    assert line.startswith(f"  {span}, 18 km")


@pytest.mark.usefixtures("driven")
def test_charges(run: Run) -> None:
    (found,) = run("journal", "charges", I4, "--json").good().json.values()
    assert [item["end_soc"] for item in found] == [80.0, 80.0]
    assert all(item["energy"] > 6 and item["hours"] for item in found)
    line = run("journal", "charges", "--until", "2026-11-10").good().out.splitlines()[1]
    assert line.endswith("to 80 %")


@pytest.mark.usefixtures("driven")
def test_summary(run: Run) -> None:
    (months,) = run("journal", "summary", "--json", "--count", "2").good().json.values()
    assert [(item["start"][:7], item["distance"], item["trips"]) for item in months] == [
        ("2026-11", 71.0, 4),
        ("2026-10", 0.0, 0),
    ]
    assert months[0]["charged"] == months[0]["charged_home"] > 20
    out = run("journal", "summary", "--period", "day", "--count", "3").good().out
    assert "2026-11-10: 36 km in 2 trips" in out


@pytest.mark.parametrize(
    ("words", "delimiter", "mark"),
    [
        pytest.param((), ",", "", id="plain"),
        pytest.param(("--delimiter", "semicolon", "--bom"), ";", "\ufeff", id="for Excel"),
    ],
)
@pytest.mark.usefixtures("driven")
def test_export(run: Run, words: tuple[str, ...], delimiter: str, mark: str) -> None:
    """Another reader finds the same in it."""
    out = run("journal", "export", "trips", I4, *words).good().out
    assert out.startswith(f"{mark}id")
    table = [*csv.DictReader(StringIO(out.removeprefix(mark)), delimiter=delimiter)]
    listed: list[Mapping[str, Any]] = run("journal", "export", "trips", "--format", "json").json
    assert [row["id"] for row in table] == [item["id"] for item in listed]
    assert [float(row["distance (km)"]) for row in table] == KM
    assert run("journal", "export", "charges").good().out.count("\n") == 3


@pytest.mark.usefixtures("driven")
def test_usage(run: Run, home: Path) -> None:
    run("journal", "trips", UNKNOWN).refused(2, "no car with this VIN has a journal")
    run("journal", "trips", "--since", "soon").refused(2, "no time such as 2026-11-01")
    run("journal", "trips", "--limit", "0").refused(2, "1 to 100000")
    run("journal", "export", "fuel").refused(2, "WHAT has to be trips or charges")
    content = json.loads((home / FILE).read_bytes())
    content["cars"][UNKNOWN] = content["cars"][I4]
    (home / FILE).write_text(json.dumps(content))
    run("journal", "export", "trips").refused(2, "2 cars have a journal")
    assert run("journal", "trips", "--json").good().json.keys() == {I4, UNKNOWN}


@pytest.mark.usefixtures("driven")
def test_damaged_records_stay(run: Run, home: Path) -> None:
    """What cannot be read is left alone, and does not hide the rest."""
    content = json.loads((home / FILE).read_bytes())
    records = content["cars"][I4]["records"]
    records["t1"] = {"i": "t1", "e": "?"}
    (home / FILE).write_text(json.dumps(content))
    assert len(run("journal", "trips").good().out.splitlines()) == 5
    garage = Garage()
    garage.update(I4, [DRIVE_TRAIN.at(DriveTrain.ELECTRIC, START)])
    look(LoginFile(home / STORE), garage.vehicles.values(), UTC)
    assert written(home)["records"].keys() == records.keys()
    assert written(home)["records"]["t1"] == records["t1"]


def test_nothing_yet(run: Run, home: Path) -> None:
    outcome = run("journal", "trips").good()
    assert outcome.out == ""
    assert "nothing is recorded yet" in outcome.err
    assert [*home.iterdir()] == []


def test_requests_bring_trips(
    run: Run, cardata: SimulatedCarData, kept: Any, freezer: FrozenDateTimeFactory
) -> None:
    """What has happened between two requests is one trip with an unknown start."""
    run("cardata", "status").good()
    freezer.tick(timedelta(hours=3))
    cardata.cars[I4].apply(ODOMETER, "31480", datetime.now(UTC), "km")
    run("cardata", "status", "--refresh").good()
    freezer.tick(timedelta(hours=1))
    run("cardata", "status").good()
    (trip,) = run("journal", "trips", I4, "--json").good().json[I4]
    assert (trip["distance"], trip["start"]) == (30.0, None)
    assert "? to " in run("journal", "trips").good().out


def test_requests_bring_charges(
    run: Run, cardata: SimulatedCarData, kept: Any, freezer: FrozenDateTimeFactory
) -> None:
    """BMW's list of past charges becomes records, with BMW's energy."""
    run("cardata", "status").good()
    freezer.tick(timedelta(minutes=20))
    run("cardata", "status").good()
    found = run("journal", "charges", I4, "--json").good().json[I4]
    rows = [row for row in cardata.cars[I4].charging_history if "endTime" in row]
    assert len(found) == len(rows) > 1
    energy = {row["energyConsumedFromPowerGridKwh"] for row in rows}
    assert {item["energy"] for item in found} == energy
    assert {item["energy_from"] for item in found} == {"bmw"}


def test_app(run: Run, sim: SimulatedMyBMW, home: Path) -> None:
    """The app API is seen too."""
    run("status", *LOGIN, *ACCOUNT).good()
    assert json.loads((home / FILE).read_bytes())["cars"].keys() == {IX}


async def test_looks() -> None:
    """A burst is one look; the next one is when the journal wants it, but not at once."""
    times: list[float] = []
    looks = Looks(lambda: times.append(0.0))
    looks.soon()
    first = looks._timer
    looks.soon()
    assert looks._timer is first
    assert first is not None
    first.cancel()
    looks._look()
    assert times == [0.0]
    assert looks._timer is None
    looks.soon()
    looks.close()
    assert looks._timer is None
