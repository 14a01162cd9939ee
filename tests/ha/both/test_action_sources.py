"""The actions that ask sources: what they cost, what they return and what they write."""

import asyncio
from base64 import b64decode
from datetime import timedelta
from pathlib import Path

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components import mybmw
from custom_components.mybmw.client import attributes as car
from custom_components.mybmw.client.cardata import CardataSource
from custom_components.mybmw.services.sources import VIEWS
from tests.ha.conftest import PNG, Elapse, SetUp
from tests.ha.support import IX, PETROL, PICTURE, asked, charge, state
from tests.ha.support.actions import act, refused
from tests.ha.support.cardata import SECONDARY, counted, poller, recorded
from tests.replay import faults
from tests.replay.cardata import SimulatedCarData
from tests.replay.faults import Endpoint
from tests.replay.mybmw import SimulatedMyBMW

pytestmark = pytest.mark.usefixtures("silence")

UNCOUNTED = {"calls_made": None, "calls_left": None}


@pytest.fixture(autouse=True)
def _few_entities(monkeypatch: pytest.MonkeyPatch) -> None:
    """Actions need no entities; a picture is an entity too."""
    monkeypatch.setattr(mybmw, "PLATFORMS", (Platform.IMAGE,))


def spend(entry: MockConfigEntry) -> None:
    """Let BMW have said that no call is left."""
    source = poller(entry).source
    assert isinstance(source, CardataSource)
    source.ledger.refused()


def files_in(folder: Path) -> list[str]:
    """Return the names of all files in a folder and its sub-folders."""
    return [found.name for found in folder.rglob("*") if found.is_file()]


async def test_refresh_reports_what_it_costs(
    hass: HomeAssistant, sim: SimulatedMyBMW, cardata: SimulatedCarData, set_up: SetUp
) -> None:
    """CarData is asked once, of the calls that are left; read only is no hindrance."""
    entry = await set_up(read_only=True)
    charge(sim, 33)
    before = counted(cardata)
    response = await act(hass, "refresh")
    assert counted(cardata) == before + 1
    spent = {"calls_made": 1, "calls_left": 50 - before - 1}
    assert response["sources"] == {
        "mybmw": {"error": None, **UNCOUNTED},
        "cardata": {"error": None, **spent},
    }
    assert entry.runtime_data.vehicles[IX.vin].value(car.STATE_OF_CHARGE) == 33


async def test_refresh_without_one_source(
    hass: HomeAssistant, sim: SimulatedMyBMW, cardata: SimulatedCarData, set_up: SetUp
) -> None:
    """The response names the source that failed and why; the other one has been asked."""
    entry = await set_up()
    spend(entry)
    before = counted(cardata)
    sources = (await act(hass, "refresh"))["sources"]
    assert counted(cardata) == before
    assert sources["mybmw"] == {"error": None, **UNCOUNTED}
    assert sources["cardata"] == {"error": "quota", "calls_made": 0, "calls_left": 0}


@pytest.mark.parametrize("kind", ["cardata"])
async def test_refresh_with_nothing_left(
    hass: HomeAssistant, cardata: SimulatedCarData, set_up: SetUp
) -> None:
    """A spent quota is reported, and BMW is not asked."""
    spend(await set_up())
    before = len(cardata.calls)
    key, text = await refused(hass, "refresh")
    assert key == "quota"
    assert text.startswith("BMW allows no more requests for now")
    assert len(cardata.calls) == before


@pytest.mark.parametrize("kind", ["mybmw"])
async def test_refresh_that_fails(hass: HomeAssistant, sim: SimulatedMyBMW, set_up: SetUp) -> None:
    """If no source can be read, the action fails."""
    await set_up()
    sim.fail(Endpoint.ANY, faults.no_network(), None)
    assert (await refused(hass, "refresh"))[0] == "cannot_connect"


async def test_refresh_of_a_car_that_one_source_has(
    hass: HomeAssistant, sim: SimulatedMyBMW, cardata: SimulatedCarData, set_up: SetUp
) -> None:
    """A source that does not have the car has not read it, so its silence hides no failure."""
    cardata.remove(IX.vin)
    cardata.add(recorded("320i")[0])
    await set_up()
    assert (await act(hass, "refresh"))["sources"].keys() == {"mybmw"}
    assert (await act(hass, "refresh", PETROL.vin))["sources"].keys() == {"cardata"}
    sim.fail(Endpoint.ANY, faults.no_network(), None)
    assert (await refused(hass, "refresh"))[0] == "cannot_connect"


@pytest.mark.parametrize("kind", ["cardata"])
async def test_refresh_of_a_car_that_may_not_be_read(
    hass: HomeAssistant, cardata: SimulatedCarData, set_up: SetUp
) -> None:
    """A user who is not the main user of a car gets that error, and BMW is not asked."""
    cardata.add(recorded("530d")[0])
    await set_up()
    before = len(cardata.calls)
    assert (await refused(hass, "refresh", SECONDARY))[0] == "not_allowed"
    assert len(cardata.calls) == before


@pytest.mark.parametrize("kind", ["mybmw"])
async def test_picture_costs_one_call(
    hass: HomeAssistant, sim: SimulatedMyBMW, set_up: SetUp
) -> None:
    """One that was fetched before costs nothing; who comes meanwhile waits for it."""
    await set_up()
    sim.clear_calls()
    usual = await act(hass, "get_image", data=True)
    assert not sim.calls
    content = PNG + b"VehicleStatus"
    assert b64decode(usual.pop("data")) == content
    assert usual == {
        "view": "front_side",
        "content_type": "image/png",
        "size": len(content),
        "filename": None,
    }
    rear = await asyncio.gather(*(act(hass, "get_image", view="rear") for _ in range(3)))
    assert [response["size"] for response in rear] == [len(PNG + b"RearView")] * 3
    assert [response["data"] for response in rear] == [None] * 3
    assert asked(sim, Endpoint.IMAGE) == 1


@pytest.mark.parametrize("kind", ["mybmw"])
async def test_every_view(hass: HomeAssistant, sim: SimulatedMyBMW, set_up: SetUp) -> None:
    """Each view of the app can be had."""
    await set_up()
    found = [await act(hass, "get_image", view=view, data=True) for view in VIEWS]
    assert len({response["data"] for response in found}) == 12


@pytest.mark.parametrize("kind", ["mybmw"])
async def test_picture_is_written(
    hass: HomeAssistant,
    sim: SimulatedMyBMW,
    set_up: SetUp,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Only where Home Assistant may write, else nothing is fetched; folders are made."""
    await set_up()
    monkeypatch.setattr(hass.config, "allowlist_external_dirs", {str(tmp_path / "www")})
    file = tmp_path / "www" / "cars" / "ix.png"
    response = await act(hass, "get_image", filename=str(file))
    assert response["filename"] == str(file)
    assert file.read_bytes() == PNG + b"VehicleStatus"
    sim.clear_calls()
    outside = str(tmp_path / "elsewhere.png")
    for path in (outside, str(tmp_path / "www" / ".." / "x.png"), "relative.png"):
        key, text = await refused(hass, "get_image", view="rear", filename=path)
        assert key == "path_not_allowed"
        assert path in text
    assert not sim.calls
    key, text = await refused(hass, "get_image", filename=str(file.parent))
    assert key == "cannot_write"
    assert str(file.parent) in text
    assert "Is a directory" in caplog.text
    assert (await refused(hass, "get_image", filename=f"{file}\0"))[0] == "cannot_write"
    assert files_in(tmp_path) == ["ix.png"]


@pytest.mark.parametrize("kind", ["mybmw"])
async def test_picture_that_is_none(
    hass: HomeAssistant, sim: SimulatedMyBMW, set_up: SetUp
) -> None:
    """It is not kept, so that it can be tried again."""
    await set_up()
    sim.fail(Endpoint.IMAGE, faults.text("<html>", 200), 1)
    assert (await refused(hass, "get_image", view="rear"))[0] == "bad_answer"
    assert (await act(hass, "get_image", view="rear"))["size"] == len(PNG + b"RearView")


@pytest.mark.parametrize("kind", ["cardata"])
async def test_picture_of_cardata(
    hass: HomeAssistant, cardata: SimulatedCarData, set_up: SetUp, elapse: Elapse
) -> None:
    """There is one view, fetched once: by the action, not by the entity later."""
    await set_up()
    assert state(hass, PICTURE) == "unknown"
    before = counted(cardata)
    response = await act(hass, "get_image", data=True)
    assert b64decode(response["data"]) == PNG + IX.vin.encode()
    assert counted(cardata) == before + 1
    assert (await refused(hass, "get_image", view="rear"))[0] == "no_picture"
    assert counted(cardata) == before + 1
    images = [call for call in cardata.calls if call.path.endswith("image")]
    await elapse(timedelta(minutes=11))
    assert state(hass, PICTURE) not in ("unknown", "unavailable")
    assert [call for call in cardata.calls if call.path.endswith("image")] == images
