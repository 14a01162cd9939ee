"""Raw data and fingerprints: what BMW has said, to the owner as it is, to others anonymised."""

from collections.abc import Iterator
import json
import logging
from pathlib import Path
import re
from typing import Any, Final
from zipfile import ZipFile

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components import mybmw
from custom_components.mybmw.const import DOMAIN
from tests.ha.conftest import SetUp
from tests.ha.support import IX
from tests.ha.support.actions import SECRET, act, call, device_id, refused, secret_car
from tests.ha.support.cardata import counted, push, say
from tests.ha.support.flow_steps import both_services
from tests.replay import cardata as cardata_replay
from tests.replay.cardata import SimulatedCarData
from tests.replay.fingerprints import load
from tests.replay.mybmw import SimulatedMyBMW

pytestmark = pytest.mark.usefixtures("silence")

LATITUDE: Final = 48.7654321


@pytest.fixture(autouse=True)
def _few_entities(monkeypatch: pytest.MonkeyPatch) -> None:
    """Actions need no entities."""
    monkeypatch.setattr(mybmw, "PLATFORMS", ())


@pytest.fixture
def sim(cardata: SimulatedCarData) -> Iterator[SimulatedMyBMW]:
    """The simulated app API of the same account, which has a car with secrets as well."""
    simulated, router = both_services(cardata)
    simulated.add(secret_car("320i"))
    place = simulated.state(SECRET)["state"]["location"]["coordinates"]
    place["latitude"] = LATITUDE
    with router:
        yield simulated


@pytest.fixture
def folder(hass: HomeAssistant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of Home Assistant's configuration."""
    monkeypatch.setattr(hass.config, "config_dir", str(tmp_path))
    return tmp_path


def listed(folder: Path) -> list[str]:
    """Return what is in a folder."""
    return [file.name for file in folder.iterdir()]


def unpack(path: str, folder: Path) -> dict[str, str]:
    """Unpack a fingerprint; return its files."""
    with ZipFile(path) as packed:
        packed.extractall(folder)
    return {file.name: file.read_text(encoding="utf-8") for file in folder.iterdir()}


async def test_raw_data(
    hass: HomeAssistant, sim: SimulatedMyBMW, cardata: SimulatedCarData, set_up: SetUp
) -> None:
    """What the services have said is returned in their words, by source and request."""
    await set_up()
    sim.clear_calls()
    before = counted(cardata)
    sources = (await act(hass, "get_raw_data", redact=False))["sources"]
    assert (sim.calls, counted(cardata)) == ([], before)
    state = sources["mybmw"][f"bmw-eadrax-vcs_v4_vehicles_state_{IX.vin}"]["state"]
    assert state["currentMileage"] == sim.state(IX.vin)["state"]["currentMileage"]
    answers = sources["cardata"]
    assert answers[f"cardata-customers_vehicles_{IX.vin}_basicData"]["modelName"] == "iX xDrive50"
    assert json.loads(json.dumps(sources)) == sources


async def test_raw_data_is_redacted_unless_asked(
    hass: HomeAssistant, set_up: SetUp, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither VIN nor place is returned, unless the owner wants that; they are never logged."""
    await set_up()
    caplog.set_level(logging.DEBUG)
    caplog.clear()
    choices: list[tuple[dict[str, bool], bool]] = [
        ({}, False),
        ({"redact": True}, False),
        ({"redact": False}, True),
    ]
    for choice, told in choices:
        text = json.dumps(await act(hass, "get_raw_data", SECRET, **choice))
        assert (SECRET in text, str(LATITUDE) in text, "320i" in text) == (told, told, True)
        assert IX.vin not in text
    assert str(LATITUDE) not in caplog.text


@pytest.mark.parametrize("kind", ["mybmw"])
async def test_raw_data_before_anything_was_said(hass: HomeAssistant, set_up: SetUp) -> None:
    """After a restart nothing has been received until the next poll; a poll of the car helps."""
    entry = await set_up()
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    for action in ("get_raw_data", "create_fingerprint"):
        key, text = await refused(hass, action)
        assert key == "nothing_recorded"
        assert "Mine" in text
    await act(hass, "refresh")
    found: dict[str, Any] = await act(hass, "get_raw_data")
    assert found["sources"].keys() == {"mybmw"}


async def test_fingerprint_of_an_account(
    hass: HomeAssistant,
    sim: SimulatedMyBMW,
    cardata: SimulatedCarData,
    set_up: SetUp,
    folder: Path,
    tmp_path: Path,
) -> None:
    """It replays as it is, holds all cars and what the stream sent, and no personal data."""
    entry = await set_up()
    push(entry, say(IX.vin, {"vehicle.isMoving": False}))
    before = (len(sim.calls), counted(cardata))
    made = await call(hass, "create_fingerprint")
    assert (len(sim.calls), counted(cardata)) == before
    path = Path(made["path"])
    assert path.parent == folder / DOMAIN
    assert re.fullmatch(r"mybmw_fingerprint_\d{8}_\d{6}_\d{6}\.zip", path.name)
    contents = unpack(made["path"], tmp_path / "unpacked")
    assert made["files"] == sorted(contents)
    alias = entry.runtime_data.redactor.alias(SECRET)
    assert made["cars"] == sorted([IX.vin, alias])
    assert {car.vin for car in load(tmp_path / "unpacked")} == set(made["cars"])
    assert [car.vin for car in cardata_replay.load(tmp_path / "unpacked")] == [IX.vin]
    tokens = json.dumps(dict(entry.data)).split('"')
    everything = " ".join([*contents, *contents.values()])
    secrets = [SECRET, str(LATITUDE), sim.gcid, *(text for text in tokens if len(text) > 30)]
    assert [secret for secret in secrets if secret in everything] == []


async def test_fingerprint_of_a_car(
    hass: HomeAssistant, set_up: SetUp, folder: Path, tmp_path: Path
) -> None:
    """It holds nothing of the other cars."""
    entry = await set_up()
    push(entry, say(IX.vin, {"vehicle.isMoving": False}))
    alias = entry.runtime_data.redactor.alias
    for vin, other in ((IX.vin, SECRET), (SECRET, IX.vin)):
        made = await act(hass, "create_fingerprint", vin)
        contents = unpack(made["path"], tmp_path / vin)
        assert made["cars"] == [alias(vin)]
        assert alias(other) not in " ".join([*contents, *contents.values()])
        assert ("stream.jsonl" in contents) is (vin == IX.vin)


async def test_fingerprint_of_the_wrong_thing(
    hass: HomeAssistant, entry: MockConfigEntry, set_up: SetUp, folder: Path
) -> None:
    """A car or an account of ours that is loaded, and which one has to be clear."""
    await set_up()
    other, second = MockConfigEntry(domain="other"), MockConfigEntry(domain=DOMAIN)
    for added in (other, second):
        added.add_to_hass(hass)
    car = device_id(hass, IX.vin)
    wrong: list[tuple[dict[str, str], str]] = [
        ({}, "service_found_multiple_config_entry_for_domain"),
        ({"config_entry_id": "nowhere"}, "service_config_entry_not_found"),
        ({"config_entry_id": other.entry_id}, "service_config_entry_wrong_domain"),
        ({"config_entry_id": second.entry_id}, "service_config_entry_not_loaded"),
        ({"config_entry_id": entry.entry_id, "device_id": car}, "car_or_account"),
        ({"device_id": "nowhere"}, "service_device_not_found"),
    ]
    for target, key in wrong:
        with pytest.raises(ServiceValidationError) as caught:
            await call(hass, "create_fingerprint", **target)
        assert caught.value.translation_key == key
    assert not listed(folder)
    made = await call(hass, "create_fingerprint", config_entry_id=entry.entry_id)
    assert len(made["cars"]) == 2


async def test_fingerprint_that_cannot_be_written(
    hass: HomeAssistant, set_up: SetUp, folder: Path
) -> None:
    """The error reports where and why."""
    await set_up()
    (folder / DOMAIN).write_text("in the way")
    with pytest.raises(HomeAssistantError) as caught:
        await call(hass, "create_fingerprint")
    assert caught.value.translation_key == "cannot_write"
    assert str(folder / DOMAIN) in str(caught.value)
