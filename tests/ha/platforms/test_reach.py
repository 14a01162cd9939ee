"""How far cars come: BMW's polygons, and a ring around others that is an estimate."""

from collections.abc import AsyncIterator, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final
from xml.etree import ElementTree as ET
from zipfile import ZipFile

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant, State
from homeassistant.helpers import entity_registry as er
from homeassistant.setup import async_setup_component
import orjson
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.components.diagnostics import (
    get_diagnostics_for_config_entry,
)
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.mybmw.const import DOMAIN
from tests.ha.conftest import Elapse
from tests.ha.support.actions import act, call, refused
from tests.ha.support.silent_car import VIN, SilentCar, simulated
from tests.replay.connecteddrive import BUNDLED, SimulatedConnectedDrive, load
from tests.replay.connecteddrive.service import BASE, KEY, PASSWORD, SECRET, USERNAME

I3: Final = "WBY0CDRIVE0000001"
NO_POSITION: Final = "WBA0CDRIVE0000002"
LOGIN: Final = {
    "url": BASE,
    "username": USERNAME,
    "password": PASSWORD,
    "api_key": KEY,
    "api_secret": SECRET,
}
PLACE: Final = "vehicle.cabin.infotainment.navigation.currentLocation"
RANGE: Final = "vehicle.drivetrain.electricEngine.kombiRemainingElectricRange"
MUNICH: Final = {f"{PLACE}.latitude": 48.137, f"{PLACE}.longitude": 11.575}
# Of BMW's polygons around the car in London: the edge is 58 and 49 km to the north
NORTH: Final = "52.028983"
NAMES: Final = ("shortest", "mean", "longest")

pytestmark = pytest.mark.freeze_time("2026-11-20T12:00:00+00:00")
ALL_ON: Final = pytest.mark.usefixtures("entity_registry_enabled_by_default")


@pytest.fixture
def legacy() -> Iterator[SimulatedConnectedDrive]:
    """Simulate a server of the legacy API with the bundled cars."""
    sim = SimulatedConnectedDrive(load(BUNDLED).cars)
    with sim.router():
        yield sim


@pytest.fixture
def account(hass: HomeAssistant, legacy: SimulatedConnectedDrive) -> MockConfigEntry:
    """An account of that server."""
    entry = MockConfigEntry(
        domain=DOMAIN, title=USERNAME, data={"sources": {"connecteddrive": LOGIN}}
    )
    entry.add_to_hass(hass)
    return entry


@pytest.fixture
async def silent(hass: HomeAssistant) -> AsyncIterator[SilentCar]:
    """An electric car of CarData, which sends no polygons."""
    sim = simulated("BEV")
    with sim.router():
        car = SilentCar(hass, sim)
        await car.start()
        yield car


async def load_account(hass: HomeAssistant, entry: MockConfigEntry, **options: Any) -> None:
    """Set up an account, or set it up again with other options."""
    hass.config_entries.async_update_entry(entry, options={**entry.options, **options})
    if not await hass.config_entries.async_reload(entry.entry_id):
        await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)


def entity_of(hass: HomeAssistant, platform: str, key: str, vin: str) -> str | None:
    """Return the id of an entity, None if there is none."""
    return er.async_get(hass).async_get_entity_id(platform, DOMAIN, f"{vin}-{key}")


def image(hass: HomeAssistant, vin: str) -> State:
    """Return the state of the drawing."""
    found = hass.states.get(entity_of(hass, "image", "reach", vin) or "")
    assert found is not None
    return found


def distances(hass: HomeAssistant, vin: str) -> list[float]:
    """Return the states of the three sensors in km."""
    entities = [entity_of(hass, "sensor", f"reach.{name}", vin) for name in NAMES]
    states = [hass.states.get(entity or "") for entity in entities]
    return [float(state.state) for state in states if state is not None]


async def drawing(client: ClientSessionGenerator, state: State) -> str:
    """Fetch a drawing as a browser does."""
    response = await (await client()).get(state.attributes["entity_picture"])
    assert response.status == HTTPStatus.OK
    assert response.content_type == "image/svg+xml"
    return await response.text()


def coordinates(answer: Mapping[str, Any], feature: int) -> Any:
    """Return the coordinates of a feature of GeoJSON."""
    return answer["features"][feature]["geometry"]["coordinates"]


@ALL_ON
async def test_polygons_of_bmw(
    hass: HomeAssistant, account: MockConfigEntry, hass_client: ClientSessionGenerator
) -> None:
    """The drawing has one polygon for each driving mode; the sensors are about all of them."""
    await load_account(hass, account)
    state = image(hass, I3)
    assert state.state == "2026-11-20T11:59:00+00:00"
    assert state.attributes["estimated"] is False
    text = await drawing(hass_client, state)
    assert text.count("<polygon") == 2
    assert ">64 km</text>" in text
    assert distances(hass, I3) == pytest.approx([44.1, 53.4, 63.8], abs=0.1)
    assert entity_of(hass, "image", "reach", NO_POSITION) is None


@ALL_ON
async def test_estimate(
    hass: HomeAssistant, silent: SilentCar, hass_client: ClientSessionGenerator
) -> None:
    """Once position and range are known, there is a ring, which the option makes smaller."""
    await silent.send(MUNICH)
    assert entity_of(hass, "image", "reach", VIN) is None
    await silent.send({RANGE: 200}, unit="km")
    state = image(hass, VIN)
    assert state.attributes["estimated"] is True
    text = await drawing(hass_client, state)
    assert text.count("<polygon") == 1
    assert ">≈ 150 km</text>" in text
    assert distances(hass, VIN) == pytest.approx([150, 150, 150], abs=0.1)
    await load_account(hass, silent.entry, road_factor=0.5)
    assert distances(hass, VIN) == pytest.approx([100, 100, 100], abs=0.1)
    assert ">≈ 100 km</text>" in await drawing(hass_client, image(hass, VIN))


@ALL_ON
async def test_miles(
    hass: HomeAssistant, silent: SilentCar, hass_client: ClientSessionGenerator
) -> None:
    await hass.config.async_update(unit_system="us_customary")
    await silent.send(MUNICH)
    await silent.send({RANGE: 200}, unit="km")
    assert ">≈ 93 mi</text>" in await drawing(hass_client, image(hass, VIN))


@ALL_ON
async def test_noticeable_changes_only(
    hass: HomeAssistant, silent: SilentCar, freezer: FrozenDateTimeFactory
) -> None:
    """An identical drawing is not a new one; the sensors follow anyway."""
    await silent.send({**MUNICH})
    await silent.send({RANGE: 200}, unit="km")
    first = image(hass, VIN).state
    for values, kilometers, new in (
        ({RANGE: 198}, 148.5, False),
        ({RANGE: 197}, 147.75, False),
        ({RANGE: 195}, 146.25, True),
        ({f"{PLACE}.latitude": 48.138}, 146.25, False),
        ({f"{PLACE}.latitude": 48.237}, 146.25, True),
    ):
        freezer.tick(timedelta(minutes=1))
        unit = "km" if RANGE in values else None
        await silent.send({**MUNICH, **values}, unit=unit, at=datetime.now(UTC))
        assert distances(hass, VIN) == pytest.approx([kilometers] * 3, abs=0.1)
        now = image(hass, VIN).state
        assert (now != first) is new, values
        first = now


async def test_on_at_first_with_polygons_only(
    hass: HomeAssistant, account: MockConfigEntry, silent: SilentCar
) -> None:
    """An estimate is for those who switch it on, and so are the sensors."""
    await load_account(hass, account)
    await silent.send(MUNICH)
    await silent.send({RANGE: 200}, unit="km")
    registry = er.async_get(hass)
    off = er.RegistryEntryDisabler.INTEGRATION
    for vin, disabled in ((I3, None), (VIN, off)):
        found = registry.async_get(entity_of(hass, "image", "reach", vin) or "")
        assert found is not None
        assert found.disabled_by is disabled
        for name in NAMES:
            found = registry.async_get(entity_of(hass, "sensor", f"reach.{name}", vin) or "")
            assert found is not None
            assert found.disabled_by is off


@ALL_ON
async def test_nothing_without_a_position(
    hass: HomeAssistant, account: MockConfigEntry, silent: SilentCar
) -> None:
    """Who does not track positions has no reach, neither BMW's nor an estimate."""
    await silent.send(MUNICH)
    await silent.send({RANGE: 200}, unit="km")
    for entry, vin in ((account, I3), (silent.entry, VIN)):
        await load_account(hass, entry)
        assert entity_of(hass, "image", "reach", vin)
        await load_account(hass, entry, track_position=False)
        assert entity_of(hass, "image", "reach", vin) is None
        assert not distances(hass, vin)
        key, text = await refused(hass, "get_reach", vin)
        assert key == "position_not_tracked"
        assert entry.title in text


@ALL_ON
async def test_private(
    hass: HomeAssistant,
    account: MockConfigEntry,
    hass_client: ClientSessionGenerator,
    tmp_path: Path,
) -> None:
    """No corner is in a state, so not in the recorder, nor in diagnostics or a recording."""
    hass.config.config_dir = str(tmp_path)
    assert await async_setup_component(hass, "diagnostics", {})
    await load_account(hass, account)
    states = " ".join(state.as_dict_json.decode() for state in hass.states.async_all())
    report: Any = await get_diagnostics_for_config_entry(hass, hass_client, account)
    assert any("range_map" in item["readings"] for item in report["vehicles"].values())
    made = await call(hass, "create_fingerprint")
    with ZipFile(made["path"]) as archive:
        recording = {name: archive.read(name).decode() for name in archive.namelist()}
    assert any("polyline" in text for text in recording.values())
    for text in (states, orjson.dumps(report).decode(), *recording.values()):
        assert NORTH not in text
    answer = await act(hass, "get_reach", I3)
    assert NORTH in orjson.dumps(answer).decode()


async def test_geojson(hass: HomeAssistant, account: MockConfigEntry) -> None:
    """It is what maps read: a point, and one polygon for each driving mode."""
    await load_account(hass, account)
    answer = await act(hass, "get_reach", I3)
    assert answer["type"] == "FeatureCollection"
    assert coordinates(answer, 0) == [-0.1278, 51.5074]
    modes = [feature["properties"] for feature in answer["features"][1:]]
    assert modes == [
        {"mode": "eco_pro_plus", "estimated": False},
        {"mode": "comfort", "estimated": False},
    ]
    [edge] = coordinates(answer, 1)
    assert edge[0] == edge[-1] == [-0.1278, 52.028983]


@pytest.mark.parametrize(
    ("latitude", "eco", "comfort"),
    [(51.5074, 52.2, 44.1), (51.97, 5.4, -2.4), (52.2, -19.0, -28.0)],
)
async def test_place(
    hass: HomeAssistant, account: MockConfigEntry, latitude: float, eco: float, comfort: float
) -> None:
    """A place is within reach in all driving modes, in the thrifty one, or in none."""
    await load_account(hass, account)
    place = {"latitude": latitude, "longitude": -0.1278}
    answer = await act(hass, "get_reachability", I3, location=place)
    modes = {item.pop("mode"): item for item in answer["modes"]}
    assert modes == {
        "eco_pro_plus": {"within": eco > 0, "margin": pytest.approx(eco, abs=0.1)},
        "comfort": {"within": comfort > 0, "margin": pytest.approx(comfort, abs=0.1)},
    }
    assert answer["within"] is (eco > 0)
    assert answer["margin"] == modes["eco_pro_plus"]["margin"]
    assert answer["estimated"] is False


async def test_zone(hass: HomeAssistant, silent: SilentCar) -> None:
    """What counts is the center of the zone."""
    await silent.send(MUNICH)
    await silent.send({RANGE: 200}, unit="km")
    await hass.config.async_update(latitude=48.366, longitude=10.898)
    near = await act(hass, "get_reachability", VIN, zone="zone.home")
    assert near == {
        "within": True,
        "margin": pytest.approx(150 - 56.3, abs=0.5),
        "estimated": True,
        "modes": [{"mode": "ring", "within": True, "margin": near["margin"]}],
    }
    await hass.config.async_update(latitude=52.52, longitude=13.405)
    far = await act(hass, "get_reachability", VIN, zone="zone.home")
    assert far["within"] is False
    assert far["margin"] == pytest.approx(150 - 504.4, abs=0.5)


async def test_across_the_date_line(hass: HomeAssistant, silent: SilentCar) -> None:
    await silent.send({f"{PLACE}.latitude": -16.5, f"{PLACE}.longitude": 179.9})
    await silent.send({RANGE: 100}, unit="km")
    place = {"latitude": -16.5, "longitude": -179.9}
    answer = await act(hass, "get_reachability", VIN, location=place)
    assert answer["within"] is True
    assert answer["margin"] == pytest.approx(75 - 21.3, abs=0.2)


async def test_questions_without_an_answer(hass: HomeAssistant, silent: SilentCar) -> None:
    """Each is refused with a text that says what is missing."""
    home = {"location": {"latitude": 48, "longitude": 11}}
    assert (await refused(hass, "get_reachability", VIN, **home))[0] == "position_unknown"
    await silent.send(MUNICH)
    assert (await refused(hass, "get_reachability", VIN, **home))[0] == "range_unknown"
    await silent.send({RANGE: 200}, unit="km")
    assert (await refused(hass, "get_reachability", VIN))[0] == "zone_or_location"
    both = {**home, "zone": "zone.home"}
    assert (await refused(hass, "get_reachability", VIN, **both))[0] == "zone_or_location"
    key, text = await refused(hass, "get_reachability", VIN, zone="zone.moon")
    assert key == "zone_unknown"
    assert "zone.moon" in text


async def test_hidden_in_the_car(
    hass: HomeAssistant, account: MockConfigEntry, legacy: SimulatedConnectedDrive, elapse: Elapse
) -> None:
    """An owner who switches tracking off in the car is not found by the polygons."""
    await load_account(hass, account)
    legacy.cars[I3].entry["vehicleFinder"] = "NOT_ACTIVATED"
    await elapse(timedelta(minutes=6))
    assert image(hass, I3).state == "unknown"
    assert (await refused(hass, "get_reach", I3))[0] == "position_unknown"


async def test_hostile_names(
    hass: HomeAssistant,
    account: MockConfigEntry,
    legacy: SimulatedConnectedDrive,
    hass_client: ClientSessionGenerator,
) -> None:
    """What a server calls a car or a driving mode is not in the drawing."""
    hostile = '"/><script>alert(1)</script>'
    car = legacy.cars[I3]
    car.entry["model"] = car.entry["modelName"] = hostile
    for item in car.answers["range_maps"]["rangemap"]["rangemaps"]:
        item["type"] = hostile
    await load_account(hass, account)
    text = await drawing(hass_client, image(hass, I3))
    assert {item.tag.rpartition("}")[2] for item in ET.fromstring(text).iter()} == {
        "svg",
        "rect",
        "circle",
        "polygon",
        "path",
        "text",
    }
    assert "script" not in text
