"""Two sources for the same car: one that fails, or is removed, takes nothing with it."""

from datetime import timedelta
from typing import Any

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.mybmw.runtime.store import GarageStore
from tests.ha.conftest import Elapse, SetUp
from tests.ha.support import IX, LOCK, MILEAGE, POLL, SOC, flows, state
from tests.ha.support.flow_steps import Patience, approve, choose, remove
from tests.replay import faults
from tests.replay.cardata import SimulatedCarData
from tests.replay.faults import Endpoint as AppEndpoint
from tests.replay.mybmw import SimulatedMyBMW

pytestmark = pytest.mark.usefixtures("silence", "patience")


def unavailable(hass: HomeAssistant) -> set[str]:
    """Return the entities of cars that show nothing."""
    return {
        state.entity_id
        for state in hass.states.async_all()
        if state.state == "unavailable" and "cardata" not in state.entity_id
    }


async def test_value_of_a_dead_source_comes_back_with_the_other(
    hass: HomeAssistant,
    sim: SimulatedMyBMW,
    cardata: SimulatedCarData,
    set_up: SetUp,
    elapse: Elapse,
) -> None:
    """The same value again, from a source that can be believed, is shown as available."""
    await set_up()
    await elapse(timedelta(seconds=1))
    mileage = state(hass, MILEAGE)
    cardata.revoke(refresh=True)
    await elapse(timedelta(hours=3))
    assert flows(hass) == ["reauth"]
    sim.state(IX.vin)["state"]["currentMileage"] = int(mileage)
    sim.touch(IX.vin)
    await elapse(POLL)
    assert state(hass, MILEAGE) == mileage
    assert state(hass, LOCK) != "unavailable"


@pytest.mark.parametrize("removed", ["cardata", "mybmw"])
async def test_removed_source_leaves_nothing_behind(
    hass: HomeAssistant, set_up: SetUp, elapse: Elapse, removed: str
) -> None:
    """What the other source knows is shown; what only the removed one knew is not known."""
    entry = await set_up()
    await elapse(timedelta(seconds=1))
    await remove(hass, entry, removed)
    await elapse(POLL)
    assert float(state(hass, MILEAGE)) > 0
    assert float(state(hass, SOC)) > 0
    if removed == "cardata":
        assert unavailable(hass) == set()
    else:
        assert state(hass, LOCK) == "unavailable"
        assert state(hass, "button.ix_xdrive50_flash_lights") == "unavailable"


async def test_calls_are_remembered_when_a_source_comes_back(
    hass: HomeAssistant,
    cardata: SimulatedCarData,
    set_up: SetUp,
    patience: Patience,
) -> None:
    """BMW counts on while CarData is not set up here."""
    entry = await set_up()
    await remove(hass, entry, "cardata")
    flow = await choose(hass, await entry.start_reconfigure_flow(hass), "cardata")
    await approve(hass, cardata, patience, flow)
    assert state(hass, "sensor.bmw_cardata_requests_left") == "45"
    saved = await GarageStore(hass, entry.entry_id).load()
    assert "cardata" in saved["sources"]


@pytest.mark.parametrize("fault", [faults.blocked(), faults.no_network()])
async def test_dead_login_is_reported_whatever_else_fails(
    hass: HomeAssistant,
    sim: SimulatedMyBMW,
    cardata: SimulatedCarData,
    entry: MockConfigEntry,
    set_up: SetUp,
    fault: Any,
) -> None:
    """The user can renew the login, so that is what is reported."""
    account = entry.data["sources"]
    tokens = {**account["cardata"]["tokens"], "expires": "2020-01-01T00:00:00+00:00"}
    entry.add_to_hass(hass)
    hass.config_entries.async_update_entry(
        entry, data={"sources": {**account, "cardata": {**account["cardata"], "tokens": tokens}}}
    )
    cardata.revoke(refresh=True)
    sim.fail(AppEndpoint.ANY, fault, None)
    await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    assert entry.state is ConfigEntryState.SETUP_ERROR
    assert flows(hass) == ["reauth"]
    assert not [call for call in cardata.calls if call.counted]


async def test_sold_car_goes_although_another_source_is_refused(
    hass: HomeAssistant,
    sim: SimulatedMyBMW,
    cardata: SimulatedCarData,
    set_up: SetUp,
    elapse: Elapse,
) -> None:
    """A source that could not list cars since the start does not keep one that is sold."""
    entry = await set_up()
    sim.fail(AppEndpoint.ANY, faults.blocked(), None)
    assert await hass.config_entries.async_reload(entry.entry_id)
    await elapse(timedelta(hours=25))
    assert IX.vin in entry.runtime_data.vehicles
    cardata.remove(IX.vin)
    for _ in range(3):
        await elapse(timedelta(hours=25))
    assert entry.runtime_data.vehicles == {}


async def test_car_of_the_app_alone_stays_while_the_app_is_refused(
    hass: HomeAssistant,
    sim: SimulatedMyBMW,
    cardata: SimulatedCarData,
    set_up: SetUp,
    elapse: Elapse,
) -> None:
    """That CarData never had a car says nothing of it."""
    cardata.remove(IX.vin)
    entry = await set_up()
    sim.fail(AppEndpoint.ANY, faults.blocked(), None)
    assert await hass.config_entries.async_reload(entry.entry_id)
    for _ in range(3):
        await elapse(timedelta(hours=25))
    assert IX.vin in entry.runtime_data.vehicles
