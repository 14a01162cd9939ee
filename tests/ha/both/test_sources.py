"""An account with CarData beside or instead of the MyBMW app: adding, renewing, removing."""

from datetime import timedelta
from typing import Any

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import issue_registry as ir
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.mybmw.const import DOMAIN
from tests.ha.conftest import Elapse, SetUp
from tests.ha.support import IX, MILEAGE, POLL, state
from tests.ha.support.cardata import entry_of
from tests.ha.support.flow_steps import (
    ACCOUNT,
    CAPTCHA,
    ONLY_CARDATA,
    PASSWORD,
    Patience,
    approve,
    begin,
    choose,
    log_in,
    only,
    registered,
    remove,
    step,
)
from tests.replay import faults
from tests.replay.cardata import SimulatedCarData
from tests.replay.faults import Endpoint as AppEndpoint, Fault
from tests.replay.mybmw import SimulatedMyBMW

pytestmark = pytest.mark.usefixtures("patience")

BY_NAME = "rest_of_world-driver@example.com"
REQUESTS_LEFT = "sensor.bmw_cardata_requests_left"
FLASH = "button.ix_xdrive50_flash_lights"


async def assert_both_work(
    hass: HomeAssistant, sim: SimulatedMyBMW, entry: MockConfigEntry, elapse: Elapse
) -> None:
    """Check that there is one entry, with values of both sources and commands."""
    assert hass.config_entries.async_entries(DOMAIN) == [entry]
    assert entry.data["sources"].keys() == {"mybmw", "cardata"}
    assert entry.state is ConfigEntryState.LOADED
    await elapse(timedelta(seconds=1))
    assert state(hass, ONLY_CARDATA) == "0"
    assert state(hass, REQUESTS_LEFT) == "45"
    assert float(state(hass, MILEAGE)) > 0
    await hass.services.async_call("button", "press", {"entity_id": FLASH}, blocking=True)
    sent = [call.path for call in sim.calls if call.endpoint is AppEndpoint.COMMAND]
    assert [path.rpartition("/")[2] for path in sent] == ["light-flash"]


@only("mybmw")
@pytest.mark.parametrize("way", ["user", "reconfigure"])
async def test_cardata_is_added(
    hass: HomeAssistant,
    sim: SimulatedMyBMW,
    cardata: SimulatedCarData,
    set_up: SetUp,
    elapse: Elapse,
    patience: Patience,
    way: str,
) -> None:
    """One account is one entry, whichever way its second source comes."""
    entry = await set_up()
    before = registered(hass, entry)
    if way == "user":
        flow = await begin(hass)
    else:
        flow = await entry.start_reconfigure_flow(hass)
        assert flow["menu_options"] == [
            "cardata_guide",
            "cardata",
            "mybmw_reconfigure",
            "highmobility",
            "connecteddrive",
        ]
        flow = await choose(hass, flow, "cardata")
    flow = await approve(hass, cardata, patience, flow)
    assert flow["type"] is FlowResultType.ABORT
    assert flow["reason"] == "source_added"
    await assert_both_work(hass, sim, entry, elapse)
    assert registered(hass, entry) > before


@only("cardata")
@pytest.mark.parametrize("way", ["user", "reconfigure"])
async def test_mybmw_is_added(
    hass: HomeAssistant, sim: SimulatedMyBMW, set_up: SetUp, elapse: Elapse, way: str
) -> None:
    """The other way round it is the same, and a mistyped password does no harm."""
    entry = await set_up()
    before = registered(hass, entry)
    if way == "user":
        flow: Any = await hass.config_entries.flow.async_init(DOMAIN, context={"source": "user"})
    else:
        flow = await entry.start_reconfigure_flow(hass)
        assert flow["menu_options"] == [
            "cardata_reconfigure",
            "cardata_data",
            "mybmw",
            "highmobility",
            "connecteddrive",
        ]
    flow = await choose(hass, flow, "mybmw")
    flow = await log_in(hass, flow, {**ACCOUNT, "password": "wrong"}, CAPTCHA)
    assert flow["step_id"] == "mybmw"
    assert flow["errors"] == {"base": "invalid_auth"}
    sim.offer_captcha("P1_second")
    flow = await log_in(hass, flow, ACCOUNT, {"captcha_token": "P1_second"})
    assert flow["type"] is FlowResultType.ABORT
    assert flow["reason"] == "source_added"
    await assert_both_work(hass, sim, entry, elapse)
    assert registered(hass, entry) > before


@only("cardata")
async def test_mybmw_of_another_account_is_not_added(
    hass: HomeAssistant, sim: SimulatedMyBMW, set_up: SetUp
) -> None:
    """Two accounts never share an entry."""
    entry = await set_up()
    hass.config_entries.async_update_entry(entry, unique_id="somebody-else")
    flow = await choose(hass, await entry.start_reconfigure_flow(hass), "mybmw")
    flow = await log_in(hass, flow, ACCOUNT, CAPTCHA)
    assert flow["type"] is FlowResultType.ABORT
    assert flow["reason"] == "wrong_account"
    assert entry.data["sources"].keys() == {"cardata"}


def name_only(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Make an account one whose id BMW has not sent."""
    known = entry.data["sources"]["mybmw"]
    nameless = {**known, "tokens": {**known["tokens"], "gcid": None}}
    hass.config_entries.async_update_entry(
        entry, unique_id=BY_NAME, data={"sources": {"mybmw": nameless}}
    )


def nameless(sim: SimulatedMyBMW) -> Fault:
    """Answer a login without the id of the account."""
    issued = sim.issue_tokens()
    del issued["gcid"]
    return faults.answer(issued)


async def test_account_goes_by_its_name(hass: HomeAssistant, sim: SimulatedMyBMW) -> None:
    """An account whose id BMW does not report is known by its name, whenever it logs in."""
    sim.fail(AppEndpoint.TOKEN, nameless(sim), times=2)
    flow: Any = await hass.config_entries.flow.async_init(DOMAIN, context={"source": "user"})
    flow = await log_in(hass, await choose(hass, flow, "mybmw"), ACCOUNT, CAPTCHA)
    assert flow["type"] is FlowResultType.CREATE_ENTRY
    entry = flow["result"]
    assert entry.unique_id == BY_NAME
    context: Any = {"source": "reconfigure", "entry_id": entry.entry_id}
    flow = await hass.config_entries.flow.async_init(DOMAIN, context=context)
    sim.offer_captcha("P1_second")
    second = {"captcha_token": "P1_second"}
    flow = await log_in(hass, await choose(hass, flow, "mybmw_reconfigure"), PASSWORD, second)
    assert flow["reason"] == "reconfigure_successful"
    assert entry.unique_id == BY_NAME


@only("mybmw")
async def test_cardata_reports_the_id_of_an_account_known_by_name(
    hass: HomeAssistant,
    sim: SimulatedMyBMW,
    cardata: SimulatedCarData,
    set_up: SetUp,
    elapse: Elapse,
    patience: Patience,
) -> None:
    entry = await set_up()
    name_only(hass, entry)
    flow = await choose(hass, await entry.start_reconfigure_flow(hass), "cardata")
    flow = await approve(hass, cardata, patience, flow)
    assert flow["reason"] == "source_added"
    assert entry.unique_id == sim.gcid
    await assert_both_work(hass, sim, entry, elapse)


@only("mybmw")
async def test_cardata_that_is_set_up_is_not_added_to_another_entry(
    hass: HomeAssistant,
    cardata: SimulatedCarData,
    set_up: SetUp,
    patience: Patience,
) -> None:
    """BMW allows an account one stream, so that two entries would fight over it."""
    entry = await set_up()
    name_only(hass, entry)
    entry_of(cardata).add_to_hass(hass)
    flow = await choose(hass, await entry.start_reconfigure_flow(hass), "cardata")
    flow = await approve(hass, cardata, patience, flow)
    assert flow["type"] is FlowResultType.ABORT
    assert flow["reason"] == "already_configured"
    assert entry.unique_id == BY_NAME
    assert entry.data["sources"].keys() == {"mybmw"}


@pytest.mark.parametrize(
    ("removed", "left", "mileage"), [("cardata", "mybmw", "58314"), ("mybmw", "cardata", "58214")]
)
async def test_source_is_removed(
    hass: HomeAssistant,
    sim: SimulatedMyBMW,
    set_up: SetUp,
    elapse: Elapse,
    removed: str,
    left: str,
    mileage: str,
) -> None:
    """The account goes on with the other source, and no entity of a car is lost."""
    entry = await set_up()
    await elapse(timedelta(seconds=1))
    before = registered(hass, entry)
    flow = await entry.start_reconfigure_flow(hass)
    assert flow["menu_options"] == [
        "cardata_reconfigure",
        "cardata_data",
        "mybmw_reconfigure",
        "highmobility",
        "connecteddrive",
        "cardata_remove",
        "mybmw_remove",
    ]
    flow = await choose(hass, flow, f"{removed}_remove")
    assert flow["type"] is FlowResultType.FORM
    assert entry.data["sources"].keys() == {"cardata", "mybmw"}
    flow = await step(hass, flow, {})
    assert flow["type"] is FlowResultType.ABORT
    assert flow["reason"] == "source_removed"
    assert entry.state is ConfigEntryState.LOADED
    assert entry.data["sources"].keys() == {left}
    assert entry.runtime_data.pollers.keys() == {left}
    assert registered(hass, entry) == before
    await elapse(POLL)
    sim.state(IX.vin)["state"]["currentMileage"] += 100
    sim.touch(IX.vin)
    await elapse(POLL)
    assert state(hass, MILEAGE) == mileage


@pytest.mark.usefixtures("morning")
async def test_what_a_removed_source_complained_about_is_settled(
    hass: HomeAssistant, cardata: SimulatedCarData, set_up: SetUp
) -> None:
    """Issues of removed sources are deleted."""
    cardata.spend(50)
    entry = await set_up()
    issues = ir.async_get(hass).issues
    assert (DOMAIN, f"quota_spent_by_others_{entry.entry_id}") in issues
    await remove(hass, entry, "cardata")
    assert not issues
