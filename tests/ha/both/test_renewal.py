"""Logging in again: which login is refused, new tokens, new clients, dead ones."""

import asyncio
from typing import Any

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.mybmw.client.cardata import Broker
from custom_components.mybmw.sources import cardata_stream
from tests.ha.conftest import Elapse, SetUp
from tests.ha.support import MILEAGE, POLL, flows, state
from tests.ha.support.flow_steps import (
    CAPTCHA,
    ONLY_CARDATA,
    OTHER_ID,
    PASSWORD,
    Patience,
    approve,
    choose,
    log_in,
    only,
    registered,
    step,
    suggested,
)
from tests.replay.cardata import CLIENT_ID, Endpoint, SimulatedCarData
from tests.replay.mybmw import SimulatedMyBMW

pytestmark = pytest.mark.usefixtures("patience")

PAST = "2020-01-01T00:00:00+00:00"


def expire(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Let the access token of CarData be one of long ago, as in a restored backup."""
    known = entry.data["sources"]["cardata"]
    old = {**known, "tokens": {**known["tokens"], "expires": PAST}}
    data = {"sources": {**entry.data["sources"], "cardata": old}}
    hass.config_entries.async_update_entry(entry, data=data)


async def start_dead(
    hass: HomeAssistant,
    cardata: SimulatedCarData,
    entry: MockConfigEntry,
    sim: SimulatedMyBMW | None = None,
) -> None:
    """Start with a backup whose login to CarData, and perhaps to the app API, is dead."""
    entry.add_to_hass(hass)
    expire(hass, entry)
    cardata.revoke(refresh=True)
    if sim is not None:
        sim.revoke(refresh=True)
    await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()


async def ask_again(hass: HomeAssistant, entry: MockConfigEntry, again: str) -> Any:
    """Open the form of CarData for an entry that has it."""
    if again == "reauth":
        return await entry.start_reauth_flow(hass)
    return await choose(hass, await entry.start_reconfigure_flow(hass), "cardata_reconfigure")


@only("cardata")
@pytest.mark.parametrize("again", ["reauth", "reconfigure"])
@pytest.mark.parametrize("client_id", [CLIENT_ID, OTHER_ID])
async def test_cardata_is_renewed(
    hass: HomeAssistant,
    cardata: SimulatedCarData,
    set_up: SetUp,
    patience: Patience,
    again: str,
    client_id: str,
) -> None:
    """New tokens, perhaps of a new client, take the place of the old ones; all else stays."""
    entry = await set_up(track_position=True)
    before, entities = entry.data["sources"]["cardata"], registered(hass, entry)
    health = state(hass, ONLY_CARDATA)
    cardata.client_id = client_id
    flow = await ask_again(hass, entry, again)
    assert flow["step_id"] == "cardata_reauth"
    assert suggested(flow) == {"client_id": CLIENT_ID}
    cardata.clear_calls()
    flow = await approve(hass, cardata, patience, flow)
    assert flow["type"] is FlowResultType.ABORT
    assert flow["reason"] == f"{again}_successful"
    assert entry.state is ConfigEntryState.LOADED
    after = entry.data["sources"]["cardata"]
    assert after["client_id"] == client_id
    assert after["tokens"]["refresh"] != before["tokens"]["refresh"]
    assert entry.options == {"track_position": True}
    assert registered(hass, entry) == entities
    assert state(hass, ONLY_CARDATA) == health
    assert {call.endpoint for call in cardata.calls} <= {Endpoint.DEVICE_CODE, Endpoint.TOKEN}


@only("cardata")
@pytest.mark.parametrize("again", ["reauth", "reconfigure"])
async def test_cardata_of_another_account(
    hass: HomeAssistant,
    cardata: SimulatedCarData,
    set_up: SetUp,
    patience: Patience,
    again: str,
) -> None:
    """An entry stays with its account."""
    entry = await set_up()
    hass.config_entries.async_update_entry(entry, unique_id="somebody-else")
    before = entry.data["sources"]
    flow = await approve(hass, cardata, patience, await ask_again(hass, entry, again))
    assert flow["type"] is FlowResultType.ABORT
    assert flow["reason"] == "wrong_account"
    assert entry.data["sources"] == before


@only("cardata")
@pytest.mark.parametrize("again", ["reauth", "reconfigure"])
async def test_error_while_renewing(
    hass: HomeAssistant,
    cardata: SimulatedCarData,
    set_up: SetUp,
    patience: Patience,
    again: str,
) -> None:
    """A client that was deleted in the portal is reported; the id of a new one mends it."""
    entry = await set_up()
    cardata.client_id = OTHER_ID
    flow = await step(hass, await ask_again(hass, entry, again), {"client_id": CLIENT_ID})
    assert flow["errors"] == {"base": "unknown_client"}
    flow = await approve(hass, cardata, patience, flow)
    assert flow["reason"] == f"{again}_successful"


@only("cardata")
async def test_dead_login_at_the_first_start(
    hass: HomeAssistant,
    cardata: SimulatedCarData,
    entry: MockConfigEntry,
    patience: Patience,
) -> None:
    """A restored backup leads straight to a new code, and no request is wasted before."""
    await start_dead(hass, cardata, entry)
    assert entry.state is ConfigEntryState.SETUP_ERROR
    assert [call.endpoint for call in cardata.calls] == [Endpoint.REFRESH]
    (flow,) = hass.config_entries.flow.async_progress()
    assert flow["step_id"] == "cardata_reauth"
    flow = await approve(hass, cardata, patience, await step(hass, flow))
    assert flow["reason"] == "reauth_successful"
    assert state(hass, ONLY_CARDATA) == "0"
    assert flows(hass) == []


async def test_stream_needs_a_new_login(
    hass: HomeAssistant,
    cardata: SimulatedCarData,
    set_up: SetUp,
    patience: Patience,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What the stream finds out about the login is enough to know which one has to be renewed."""
    entry = await set_up()
    assert await hass.config_entries.async_unload(entry.entry_id)
    expire(hass, entry)
    cardata.revoke(refresh=True)
    cardata.clear_calls()

    async def somewhere(_hass: HomeAssistant) -> Broker:
        return Broker(None, "broker.invalid")

    with monkeypatch.context() as patch:
        patch.setattr(cardata_stream, "bmw_broker", somewhere)
        await hass.config_entries.async_setup(entry.entry_id)
        while not flows(hass):  # noqa: ASYNC110 - the stream is nothing that Home Assistant awaits
            await asyncio.sleep(0)
    assert entry.state is ConfigEntryState.LOADED
    assert [call.endpoint for call in cardata.calls] == [Endpoint.REFRESH]
    (flow,) = hass.config_entries.flow.async_progress()
    assert flow["step_id"] == "cardata_reauth"
    flow = await approve(hass, cardata, patience, await step(hass, flow))
    assert flow["reason"] == "reauth_successful"
    assert entry.state is ConfigEntryState.LOADED
    assert flows(hass) == []


async def test_both_logins_are_dead(
    hass: HomeAssistant,
    sim: SimulatedMyBMW,
    cardata: SimulatedCarData,
    entry: MockConfigEntry,
    patience: Patience,
) -> None:
    """They are renewed one after the other."""
    await start_dead(hass, cardata, entry, sim)
    assert entry.state is ConfigEntryState.SETUP_ERROR
    assert [call.endpoint for call in cardata.calls] == [Endpoint.REFRESH]
    (flow,) = hass.config_entries.flow.async_progress()
    flow = await choose(hass, await step(hass, flow), "cardata_reauth")
    flow = await approve(hass, cardata, patience, flow)
    assert flow["reason"] == "reauth_successful"
    assert state(hass, ONLY_CARDATA) == "0"
    (flow,) = hass.config_entries.flow.async_progress()
    assert flow["step_id"] == "mybmw_reauth"
    flow = await log_in(hass, await step(hass, flow), PASSWORD, CAPTCHA)
    assert flow["reason"] == "reauth_successful"
    assert flows(hass) == []


async def test_dead_cardata_beside_a_good_login(
    hass: HomeAssistant,
    cardata: SimulatedCarData,
    entry: MockConfigEntry,
    patience: Patience,
) -> None:
    """The app API goes on meanwhile, and it is plain which login has to be renewed."""
    await start_dead(hass, cardata, entry)
    assert float(state(hass, MILEAGE)) > 0
    assert [call.endpoint for call in cardata.calls] == [Endpoint.REFRESH]
    (flow,) = hass.config_entries.flow.async_progress()
    assert flow["step_id"] == "cardata_reauth"
    flow = await approve(hass, cardata, patience, await step(hass, flow))
    assert flow["reason"] == "reauth_successful"
    assert flows(hass) == []


async def test_it_is_known_that_mybmw_is_refused(
    hass: HomeAssistant,
    sim: SimulatedMyBMW,
    set_up: SetUp,
    elapse: Elapse,
) -> None:
    await set_up()
    sim.revoke(refresh=True)
    await elapse(POLL)
    await elapse(POLL)
    (flow,) = hass.config_entries.flow.async_progress()
    assert flow["step_id"] == "mybmw_reauth"
    flow = await log_in(hass, await step(hass, flow), PASSWORD, CAPTCHA)
    assert flow["reason"] == "reauth_successful"


@pytest.mark.parametrize("choice", ["cardata_reauth", "mybmw_reauth"])
@pytest.mark.parametrize("loaded", [True, False])
async def test_it_is_not_known_which_login_is_refused(
    hass: HomeAssistant,
    cardata: SimulatedCarData,
    entry: MockConfigEntry,
    set_up: SetUp,
    patience: Patience,
    choice: str,
    loaded: bool,
) -> None:
    """Then the user is asked, and either can be renewed."""
    if loaded:
        await set_up()
    else:
        entry.add_to_hass(hass)
    flow = await entry.start_reauth_flow(hass)
    assert flow["type"] is FlowResultType.MENU
    assert flow["menu_options"] == ["mybmw_reauth", "cardata_reauth"]
    flow = await choose(hass, flow, choice)
    if choice == "cardata_reauth":
        flow = await approve(hass, cardata, patience, flow)
    else:
        flow = await log_in(hass, flow, PASSWORD, CAPTCHA)
    assert flow["type"] is FlowResultType.ABORT
    assert flow["reason"] == "reauth_successful"
    assert entry.data["sources"].keys() == {"mybmw", "cardata"}
