"""The guided set-up of BMW CarData, from who can use it to the code."""

from collections.abc import Iterator
from typing import Any, Final

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import SOURCE_USER
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType, InvalidData
import orjson
import pytest

from custom_components.mybmw.client.cardata import CarKind, Wish, selection
from custom_components.mybmw.client.cardata.mapping import WANTED
from custom_components.mybmw.const import DOMAIN
from tests.ha.support.cardata import entry_of, recorded
from tests.ha.support.flow_steps import OTHER_ID, Patience, choose, step, suggested
from tests.replay import faults
from tests.replay.cardata import API, CLIENT_ID, STREAM, Endpoint, SimulatedCarData
from tests.replay.cardata.descriptors import STREAMABLE

FORM: Final = {"brand": "bmw", "country": "DE"}


@pytest.fixture
def sim() -> Iterator[SimulatedCarData]:
    """The simulated service."""
    simulated = SimulatedCarData(recorded("i4_edrive40"), fresh=True)
    with simulated.router():
        yield simulated


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch, freezer: FrozenDateTimeFactory) -> Patience:
    """Pauses that last until the test ends them."""
    return Patience.install(monkeypatch, freezer)


async def guided(hass: HomeAssistant, *answers: dict[str, Any]) -> Any:
    """Begin the guided set-up and answer its first steps."""
    flow: Any = await hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_USER})
    flow = await choose(hass, flow, "cardata_guide")
    for answer in answers:
        flow = await step(hass, flow, answer)
    return flow


async def at_services(hass: HomeAssistant) -> Any:
    """Go as far as the step that checks both services."""
    flow = await guided(hass, FORM, {}, {"client_id": CLIENT_ID})
    assert flow["step_id"] == "cardata_services"
    return flow


async def check(hass: HomeAssistant, patience: Patience, flow: Any, *, wait: bool = False) -> Any:
    """Let the services be checked, and see what comes of it."""
    patience.end()
    flow = await step(hass, flow, {"wait": wait})
    return await step(hass, flow) if flow["type"] is FlowResultType.SHOW_PROGRESS else flow


async def test_every_step(hass: HomeAssistant, sim: SimulatedCarData, patience: Patience) -> None:
    """Each step in the portal is a step here; at the end there is a code to approve."""
    flow = await guided(hass)
    assert flow["step_id"] == "cardata_guide"
    flow = await step(hass, flow, FORM)
    assert flow["step_id"] == "cardata_portal"
    flow = await step(hass, flow, {})
    assert flow["step_id"] == "cardata_client"
    flow = await step(hass, flow, {"client_id": f" {CLIENT_ID.upper()} "})
    assert flow["step_id"] == "cardata_services"
    assert suggested(flow) == {"wait": False}
    assert not sim.calls
    flow = await check(hass, patience, flow)
    assert flow["step_id"] == "cardata_select"
    flow = await step(hass, flow, {"kind": "electric", "wish": "essential"})
    assert flow["step_id"] == "cardata_boxes"
    assert flow["menu_options"] == ["cardata_login", "cardata_helper", "cardata_select"]
    patience.begin()
    flow = await choose_now(hass, flow, "cardata_login")
    assert flow["step_id"] == "cardata_code"
    assert flow["description_placeholders"]["code"] == sim.pending[-1]
    assert {call.endpoint for call in sim.calls} == {Endpoint.DEVICE_CODE}
    assert not any(call.counted for call in sim.calls)


async def choose_now(hass: HomeAssistant, flow: Any, choice: str) -> Any:
    """Choose from a menu without waiting for what goes on in the background."""
    chosen = {"next_step_id": choice}
    return await hass.config_entries.flow.async_configure(flow["flow_id"], chosen)


@pytest.mark.parametrize(
    ("brand", "country", "portal", "service"),
    [
        ("bmw", "GB", "https://www.bmw.co.uk/en-gb/mybmw/vehicle-overview", "BMW CarData"),
        ("mini", "AT", "https://www.mini.at/de-at/mymini/vehicle-overview", "MINI CarData"),
        ("other", "FR", "https://www.bmw.fr/fr-fr/mybmw/vehicle-overview", "BMW CarData"),
        ("motorcycle", "DE", "https://www.bmw.de/de-de/mybmw/vehicle-overview", "BMW CarData"),
    ],
)
async def test_portal_is_that_of_the_brand(
    hass: HomeAssistant, brand: str, country: str, portal: str, service: str
) -> None:
    shown = (await guided(hass, {"brand": brand, "country": country}))["description_placeholders"]
    assert shown == {"portal": portal, "service": service}


@pytest.mark.parametrize(("country", "offered"), [("NL", "NL"), ("US", "DE"), (None, "DE")])
async def test_country_is_that_of_home(
    hass: HomeAssistant, country: str | None, offered: str
) -> None:
    """Where there is no CarData, another country has to be chosen."""
    hass.config.country = country
    assert suggested(await guided(hass))["country"] == offered


async def test_country_without_a_portal(hass: HomeAssistant) -> None:
    with pytest.raises(InvalidData):
        await guided(hass, {"brand": "bmw", "country": "US"})


@pytest.mark.parametrize(
    ("subscribed", "error"),
    [({API}, "only_api"), ({STREAM}, "only_stream"), (set(), "no_service")],
)
async def test_missing_service_is_named(
    hass: HomeAssistant,
    sim: SimulatedCarData,
    patience: Patience,
    subscribed: set[str],
    error: str,
) -> None:
    """Each service is checked by itself; the step waits a minute and checks again in place."""
    sim.login.subscribed = subscribed
    flow = await check(hass, patience, await at_services(hass))
    assert flow["step_id"] == "cardata_services"
    assert flow["errors"] == {"base": error}
    assert suggested(flow) == {"wait": True}
    assert patience.waited == []
    sim.login.subscribed = {API, STREAM}
    flow = await check(hass, patience, flow, wait=True)
    assert flow["step_id"] == "cardata_select"
    assert patience.waited == [60]


async def test_progress_is_shown_while_waiting(
    hass: HomeAssistant, sim: SimulatedCarData, patience: Patience
) -> None:
    flow = await at_services(hass)
    patience.begin()
    configure = hass.config_entries.flow.async_configure
    flow = await configure(flow["flow_id"], {"wait": True})
    assert flow["type"] is FlowResultType.SHOW_PROGRESS
    assert flow["progress_action"] == "cardata_probe"
    assert not sim.calls


async def test_dialog_is_closed_while_waiting(
    hass: HomeAssistant, sim: SimulatedCarData, patience: Patience
) -> None:
    """Nothing is checked any more."""
    flow = await at_services(hass)
    patience.begin()
    await hass.config_entries.flow.async_configure(flow["flow_id"], {"wait": True})
    hass.config_entries.flow.async_abort(flow["flow_id"])
    patience.end()
    await hass.async_block_till_done(wait_background_tasks=True)
    assert not sim.calls


async def test_unknown_client(
    hass: HomeAssistant, sim: SimulatedCarData, patience: Patience
) -> None:
    """The id can be corrected where it was entered."""
    sim.client_id = OTHER_ID
    flow = await check(hass, patience, await at_services(hass))
    assert flow["step_id"] == "cardata_client"
    assert flow["errors"] == {"base": "unknown_client"}
    assert suggested(flow) == {"client_id": CLIENT_ID}
    flow = await step(hass, flow, {"client_id": OTHER_ID})
    assert (await check(hass, patience, flow))["step_id"] == "cardata_select"


async def test_network_fails(
    hass: HomeAssistant, sim: SimulatedCarData, patience: Patience
) -> None:
    sim.fail(Endpoint.DEVICE_CODE, faults.no_network())
    flow = await check(hass, patience, await at_services(hass))
    assert flow["errors"] == {"base": "cannot_connect"}
    assert (await check(hass, patience, flow))["step_id"] == "cardata_select"


@pytest.mark.parametrize("typed", ["", "my car", CLIENT_ID[:-1]])
async def test_client_id_of_wrong_form(
    hass: HomeAssistant, sim: SimulatedCarData, typed: str
) -> None:
    flow = await guided(hass, FORM, {}, {"client_id": typed})
    assert flow["step_id"] == "cardata_client"
    assert flow["errors"] == {"client_id": "client_id_form"}
    assert not sim.calls


async def test_known_client(hass: HomeAssistant, sim: SimulatedCarData) -> None:
    entry_of(sim).add_to_hass(hass)
    flow = await guided(hass, FORM, {}, {"client_id": CLIENT_ID})
    assert flow["type"] is FlowResultType.ABORT
    assert flow["reason"] == "already_configured"


async def test_motorcycle_has_no_stream(
    hass: HomeAssistant, sim: SimulatedCarData, patience: Patience
) -> None:
    """No data have to be selected for it."""
    flow = await guided(hass, {**FORM, "brand": "motorcycle"}, {}, {"client_id": CLIENT_ID})
    flow = await check(hass, patience, flow)
    assert flow["step_id"] == "cardata_code"


async def selected(hass: HomeAssistant, patience: Patience, kind: str, wish: str) -> Any:
    """Go as far as the list of data."""
    flow = await check(hass, patience, await at_services(hass))
    return await step(hass, flow, {"kind": kind, "wish": wish})


async def test_list_fits_the_car(
    hass: HomeAssistant, sim: SimulatedCarData, patience: Patience
) -> None:
    """It has headings, and names as the portal has them."""
    flow = await selected(hass, patience, "combustion", "essential")
    shown = flow["description_placeholders"]
    lines = shown["boxes"].splitlines()
    names = [line[3:-1] for line in lines if line.startswith("- `")]
    assert shown["count"] == str(len(names)) == "29"
    assert set(names) == set(selection(CarKind.COMBUSTION, Wish.ESSENTIAL))
    assert "**Doors and windows**" in lines
    flow = await choose(hass, flow, "cardata_select")
    flow = await step(hass, flow, {"kind": "electric", "wish": "everything"})
    assert flow["step_id"] == "cardata_all"


async def test_bookmark(hass: HomeAssistant, sim: SimulatedCarData, patience: Patience) -> None:
    """It ticks what was chosen, and speaks the language of Home Assistant."""
    hass.config.language = "de"
    flow = await selected(hass, patience, "electric", "electric")
    flow = await choose(hass, flow, "cardata_helper")
    text = suggested(flow)["bookmark"]
    assert text.startswith("javascript:(async () => {")
    assert "\n" not in text
    assert "%" not in text
    wanted = text.partition("const wanted = ")[2].partition(", texts = ")[0]
    assert orjson.loads(wanted) == list(selection(CarKind.ELECTRIC, Wish.ELECTRIC))
    assert "{n} von {m} Kästchen sind angekreuzt" in text
    assert flow["description_placeholders"] == {"line": "eval(prompt())"}
    flow = await step(hass, flow, {"bookmark": text})
    assert flow["step_id"] == "cardata_boxes"


@pytest.mark.parametrize("word", ["fetch", "XMLHttp", "cookie", "Storage", "sendBeacon", "import"])
async def test_bookmark_stays_in_the_page(
    hass: HomeAssistant, sim: SimulatedCarData, patience: Patience, word: str
) -> None:
    flow = await selected(hass, patience, "electric", "everything")
    flow = await choose(hass, flow, "cardata_helper")
    text = suggested(flow)["bookmark"]
    assert "const wanted = []," in text
    assert word not in text


async def test_list_can_be_reached_again(hass: HomeAssistant, sim: SimulatedCarData) -> None:
    """An account that is set up has the same steps under *Reconfigure*, without a login."""
    hass.config.country = "AT"
    entry = entry_of(sim)
    entry.add_to_hass(hass)
    before = dict(entry.data)
    flow = await choose(hass, await entry.start_reconfigure_flow(hass), "cardata_data")
    assert flow["step_id"] == "cardata_select"
    assert flow["description_placeholders"]["bmw_portal"].startswith("https://www.bmw.at/")
    flow = await step(hass, flow, {"kind": "hybrid", "wish": "essential"})
    assert flow["step_id"] == "cardata_boxes"
    assert flow["menu_options"] == ["cardata_done", "cardata_helper", "cardata_select"]
    flow = await choose(hass, flow, "cardata_helper")
    assert suggested(flow)["bookmark"].startswith("javascript:")
    flow = await step(hass, flow, {})
    flow = await choose(hass, flow, "cardata_done")
    assert flow["type"] is FlowResultType.ABORT
    assert flow["reason"] == "data_selected"
    assert dict(entry.data) == before
    assert not sim.calls


@pytest.mark.parametrize("kind", CarKind)
def test_selection(kind: CarKind) -> None:
    """What is selected can be streamed, and is read; more is more; petrol cars have no plug."""
    essential, electric = selection(kind, Wish.ESSENTIAL), selection(kind, Wish.ELECTRIC)
    assert set(essential) <= set(electric) <= STREAMABLE & set(WANTED)
    assert len(electric) == len(set(electric)) <= 70
    plugs = [item for item in electric if "charging" in item.lower()]
    assert bool(plugs) is (kind is not CarKind.COMBUSTION)
    fuel = [item for item in electric if "fuel" in item]
    assert bool(fuel) is (kind is not CarKind.ELECTRIC)
    assert selection(kind, Wish.EVERYTHING) == ()
