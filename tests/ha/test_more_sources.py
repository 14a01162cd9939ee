"""The proof: a source more is one module and one row in the registry, and nothing else.

Two made-up ones stand beside CarData and the app API: one is polled and takes two commands, the
other one sends to a webhook. They are in set-up, options, reconfigure, reauth, removal,
diagnostics, devices, commands and system health.
"""

from collections.abc import Iterator
from datetime import timedelta
import sys
from threading import get_ident
from typing import Any

from homeassistant.components.diagnostics import DOMAIN as DIAGNOSTICS
from homeassistant.components.system_health import get_info
from homeassistant.config_entries import SOURCE_USER, ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import device_registry as dr, entity_registry as er, issue_registry as ir
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.components.diagnostics import (
    get_diagnostics_for_config_entry,
)
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.mybmw import async_remove_config_entry_device
from custom_components.mybmw.const import DOMAIN
from custom_components.mybmw.sources.registry import SOURCES
from tests.ha.conftest import Elapse
from tests.ha.support import IX, asked, flows, state
from tests.ha.support.cardata import no_stream, recorded
from tests.ha.support.flow_steps import (
    account_with,
    both_services,
    choose,
    open_settings,
    step,
    suggested,
)
from tests.ha.support.made_up import ACME, COURIER
from tests.ha.support.made_up.service import SimulatedAcme
from tests.replay.cardata import SimulatedCarData
from tests.replay.faults import Endpoint
from tests.replay.mybmw import SimulatedMyBMW

BUILT_IN = ["cardata", "mybmw", "highmobility", "connecteddrive"]
ALL = ["cardata", "mybmw", "acme", "courier"]
ROADSTER = "WBA0MADE0UP000001"
VAN = "WBA0MADE0UP000002"
ACCOUNTS: dict[str, dict[str, Any]] = {
    "acme": {"token": "open sesame"},
    "courier": {"webhook_id": "parcels"},
}


@pytest.fixture(autouse=True)
def _rows(monkeypatch: pytest.MonkeyPatch) -> None:
    for spec in (ACME, COURIER):
        monkeypatch.setitem(SOURCES, spec.name, spec)
        monkeypatch.delitem(sys.modules, spec.module, raising=False)
    no_stream(monkeypatch)


@pytest.fixture
def acme() -> Iterator[SimulatedAcme]:
    """The service of the polled source, with a car that only it has."""
    simulated = SimulatedAcme(**{ROADSTER: 1234, IX.vin: 1})
    with simulated.router():
        yield simulated


@pytest.fixture
def cardata() -> SimulatedCarData:
    """The simulated CarData of the account."""
    return SimulatedCarData(recorded("ix_xdrive50"), fresh=True)


@pytest.fixture
def sim(cardata: SimulatedCarData) -> Iterator[SimulatedMyBMW]:
    """The simulated app API of the same account, behind the same network."""
    simulated, router = both_services(cardata)
    with router:
        yield simulated


@pytest.fixture
def entry(
    hass: HomeAssistant, sim: SimulatedMyBMW, cardata: SimulatedCarData, acme: SimulatedAcme
) -> MockConfigEntry:
    """An account with all four sources."""
    made = account_with("both", sim, cardata)
    data = {"sources": {**made.data["sources"], **ACCOUNTS}}
    made.add_to_hass(hass)
    hass.config_entries.async_update_entry(made, data=data)
    return made


@pytest.fixture
async def account(hass: HomeAssistant, entry: MockConfigEntry, elapse: Elapse) -> MockConfigEntry:
    """The same account, set up."""
    assert await async_setup_component(hass, "webhook", {})
    await hass.config_entries.async_setup(entry.entry_id)
    await elapse(timedelta(seconds=1))
    assert entry.state is ConfigEntryState.LOADED
    return entry


async def deliver(client: ClientSessionGenerator, **parcel: float) -> None:
    """Let the other made-up source send something."""
    answer = await (await client()).post("/api/webhook/parcels", json=parcel)
    assert answer.status == 202


def mileage(hass: HomeAssistant, vin: str) -> str:
    """Return what is shown of the only value that the made-up sources have."""
    return state(hass, entity_of(hass, "sensor", f"{vin}-mileage"))


def entity_of(hass: HomeAssistant, domain: str, unique_id: str) -> str:
    """Return the id of an entity."""
    found = er.async_get(hass).async_get_entity_id(domain, DOMAIN, unique_id)
    assert found is not None, unique_id
    return found


def services(hass: HomeAssistant, entry: MockConfigEntry) -> dict[str, dr.DeviceEntry]:
    """Return the devices of sources, by source."""
    devices = dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id)
    return {
        name: device
        for device in devices
        for name in ALL
        if (DOMAIN, f"{entry.entry_id}_{name}") in device.identifiers
    }


async def test_set_up(hass: HomeAssistant, acme: SimulatedAcme) -> None:
    """The new source is in the menu; its dialog says what is wrong, and makes an account."""
    flow = await hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_USER})
    assert flow["menu_options"] == ["cardata_guide", *BUILT_IN, "acme", "courier"]
    flow = await choose(hass, flow, "acme")
    assert (flow["type"], flow["step_id"]) == (FlowResultType.FORM, "acme")
    flow = await step(hass, flow, {"token": "wrong"})
    assert flow["errors"] == {"base": "invalid_auth"}
    flow = await step(hass, flow, ACCOUNTS["acme"])
    assert (flow["type"], flow["title"]) == (FlowResultType.CREATE_ENTRY, "Acme")
    assert flow["data"] == {"sources": {"acme": ACCOUNTS["acme"]}}
    assert mileage(hass, ROADSTER) == "1234"
    again = await hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_USER})
    again = await step(hass, await choose(hass, again, "acme"), ACCOUNTS["acme"])
    assert again["reason"] == "already_configured"


@pytest.mark.usefixtures("acme")
async def test_modules_are_imported_outside_the_loop(hass: HomeAssistant) -> None:
    flow = await hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_USER})
    assert ACME.module not in sys.modules
    await choose(hass, flow, "acme")
    assert get_ident() != sys.modules[ACME.module].IMPORTED_IN
    assert COURIER.module not in sys.modules


@pytest.mark.parametrize("source", ["acme", "courier"])
async def test_added_to_an_account(
    hass: HomeAssistant,
    sim: SimulatedMyBMW,
    cardata: SimulatedCarData,
    acme: SimulatedAcme,
    elapse: Elapse,
    source: str,
) -> None:
    """Whatever the account has goes on."""
    assert await async_setup_component(hass, "webhook", {})
    entry = account_with("both", sim, cardata)
    entry.add_to_hass(hass)
    await hass.config_entries.async_setup(entry.entry_id)
    await elapse(timedelta(seconds=1))
    before = {item.entity_id for item in hass.states.async_all()}
    flow = await entry.start_reconfigure_flow(hass)
    assert flow["menu_options"] == [
        "cardata_reconfigure",
        "cardata_data",
        "mybmw_reconfigure",
        "highmobility",
        "connecteddrive",
        "acme",
        "courier",
        "cardata_remove",
        "mybmw_remove",
    ]
    flow = await step(hass, await choose(hass, flow, source), ACCOUNTS[source])
    assert (flow["type"], flow["reason"]) == (FlowResultType.ABORT, "source_added")
    assert entry.data["sources"][source] == ACCOUNTS[source]
    assert entry.runtime_data.pollers.keys() == {"cardata", "mybmw", source}
    assert before <= {item.entity_id for item in hass.states.async_all()}


async def test_options(
    hass: HomeAssistant,
    acme: SimulatedAcme,
    account: MockConfigEntry,
    elapse: Elapse,
    hass_client_no_auth: ClientSessionGenerator,
) -> None:
    """Each has a section of its own, which does what it says."""
    form = await open_settings(hass, account)
    assert list(suggested(form)) == [
        "track_position",
        "road_factor",
        "card",
        "journal",
        "read_only",
        "polling_interval",
        "acme",
        "cardata",
        "stream",
        "courier",
    ]
    answer = {
        "polling_interval": 60,
        "acme": {"minutes": 2},
        "cardata": {},
        "stream": {"stream": "off"},
        "courier": {"miles": True},
    }
    done = await hass.config_entries.options.async_configure(form["flow_id"], answer)
    assert done["type"] is FlowResultType.CREATE_ENTRY
    await elapse(timedelta(seconds=1))
    assert account.state is ConfigEntryState.LOADED
    await elapse(timedelta(minutes=7))
    polls = acme.polls
    await elapse(timedelta(minutes=2, seconds=1))
    assert acme.polls == polls + 1
    await deliver(hass_client_no_auth, **{VAN: 100})
    await elapse(timedelta(seconds=1))
    assert mileage(hass, VAN) == "160.9344"


async def test_damaged_options(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    hass.config_entries.async_update_entry(entry, options={"acme": {"minutes": "often"}})
    await hass.config_entries.async_setup(entry.entry_id)
    assert entry.state is ConfigEntryState.SETUP_ERROR
    assert entry.error_reason_translation_placeholders == {"where": "acme.minutes"}


async def test_values_and_devices(
    hass: HomeAssistant, account: MockConfigEntry, hass_client_no_auth: ClientSessionGenerator
) -> None:
    """Cars of all sources are there, and every source has a device."""
    assert mileage(hass, ROADSTER) == "1234"
    await deliver(hass_client_no_auth, **{VAN: 10, ROADSTER: 1240})
    await hass.async_block_till_done()
    assert (mileage(hass, VAN), mileage(hass, ROADSTER)) == ("10", "1240")
    devices = services(hass, account)
    assert devices.keys() == set(ALL)
    assert (devices["acme"].manufacturer, devices["acme"].model) == ("Acme", "Acme Cars")
    assert devices["courier"].configuration_url == "https://courier.example"


async def test_commands(
    hass: HomeAssistant, sim: SimulatedMyBMW, acme: SimulatedAcme, account: MockConfigEntry
) -> None:
    """Each source commands its own cars; what one cannot do, the other one still can."""
    found = er.async_entries_for_config_entry(er.async_get(hass), account.entry_id)
    mine = {item.unique_id for item in found if item.domain in ("button", "lock", "switch")}
    assert {item for item in mine if item.startswith(ROADSTER)} == {
        f"{ROADSTER}-{key}" for key in ("light_flash", "sound_horn", "refresh")
    }
    assert f"{IX.vin}-lock" in mine
    await press(hass, ROADSTER)
    assert acme.sent == [(ROADSTER, "horn_blow")]
    assert asked(sim, Endpoint.COMMAND) == 0
    await press(hass, IX.vin)
    assert acme.sent == [(ROADSTER, "horn_blow")]
    assert asked(sim, Endpoint.COMMAND) == 1


async def press(hass: HomeAssistant, vin: str) -> None:
    """Sound the horn of a car."""
    button = entity_of(hass, "button", f"{vin}-sound_horn")
    await hass.services.async_call("button", "press", {"entity_id": button}, blocking=True)


async def test_login_again(
    hass: HomeAssistant, acme: SimulatedAcme, account: MockConfigEntry, elapse: Elapse
) -> None:
    """A refused login asks for a new one, of that source alone."""
    acme.token, acme.mileages[ROADSTER] = "changed", 1300
    for _ in range(2):
        await elapse(timedelta(minutes=7, seconds=1))
    (flow,) = hass.config_entries.flow.async_progress()
    assert flow["step_id"] == "acme_reauth"
    assert mileage(hass, ROADSTER) == "unavailable"
    done = await step(hass, flow, {"token": "changed"})
    assert done["reason"] == "reauth_successful"
    assert account.data["sources"].keys() == set(ALL)
    await elapse(timedelta(minutes=7, seconds=1))
    assert (flows(hass), mileage(hass, ROADSTER)) == ([], "1300")


async def test_repair_issues(
    hass: HomeAssistant,
    account: MockConfigEntry,
    elapse: Elapse,
    hass_client_no_auth: ClientSessionGenerator,
) -> None:
    """What is wrong with one source is not over since another one is well."""
    issue = f"stream_refused_{account.entry_id}"
    await deliver(hass_client_no_auth)
    assert ir.async_get(hass).async_get_issue(DOMAIN, issue) is not None
    await elapse(timedelta(hours=6))
    assert ir.async_get(hass).async_get_issue(DOMAIN, issue) is not None
    await deliver(hass_client_no_auth, **{VAN: 10})
    assert ir.async_get(hass).async_get_issue(DOMAIN, issue) is None


@pytest.mark.parametrize("source", ["acme", "courier"])
async def test_removal(
    hass: HomeAssistant, account: MockConfigEntry, elapse: Elapse, source: str
) -> None:
    """The source goes, its device can be deleted, and all else stays."""
    flow = await choose(hass, await account.start_reconfigure_flow(hass), f"{source}_remove")
    assert flow["step_id"] == f"{source}_remove"
    assert flow["description_placeholders"]["cars"] == ("2" if source == "acme" else "0")
    flow = await step(hass, flow, {})
    assert flow["reason"] == "source_removed"
    await elapse(timedelta(seconds=1))
    assert account.runtime_data.pollers.keys() == set(ALL) - {source}
    for name, device in services(hass, account).items():
        removable = await async_remove_config_entry_device(hass, account, device)
        assert removable is (name == source), name
    assert await hass.config_entries.async_remove(account.entry_id)


async def test_diagnostics(
    hass: HomeAssistant, account: MockConfigEntry, hass_client: ClientSessionGenerator
) -> None:
    assert await async_setup_component(hass, DIAGNOSTICS, {})
    report: Any = await get_diagnostics_for_config_entry(hass, hass_client, account)
    assert report["sources"].keys() == set(ALL)
    assert report["sources"]["acme"]["cars"] == 2
    assert report["sources"]["acme"]["answers"]
    assert ROADSTER not in str(report)


async def test_system_health(
    hass: HomeAssistant, account: MockConfigEntry, aioclient_mock: Any
) -> None:
    aioclient_mock.get("https://acme.example", status=404)
    assert await async_setup_component(hass, "system_health", {})
    told = (await get_info(hass))[DOMAIN]
    assert told["accounts"] == "mybmw + acme + cardata + courier"
    assert (told["acme_state"], told["acme_server"]) == ("ok", "ok")
    assert told["courier_stream"] == "connected"


async def test_restart(hass: HomeAssistant, acme: SimulatedAcme, account: MockConfigEntry) -> None:
    """What the sources have learned is there at once, and nothing is asked."""
    polls, horn = acme.polls, entity_of(hass, "button", f"{ROADSTER}-sound_horn")
    assert await hass.config_entries.async_unload(account.entry_id)
    assert await hass.config_entries.async_setup(account.entry_id)
    await hass.async_block_till_done()
    assert (acme.polls, mileage(hass, ROADSTER)) == (polls, "1234")
    assert state(hass, horn) == "unknown"
