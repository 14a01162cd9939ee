"""Odd lists, refusals and spent quotas: what an account lives through."""

from datetime import timedelta

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components import mybmw
from custom_components.mybmw import async_remove_config_entry_device
from custom_components.mybmw.const import DOMAIN
from custom_components.mybmw.diagnostics import async_get_config_entry_diagnostics
from tests.ha.conftest import Elapse, SetUp
from tests.ha.support import (
    IX,
    LISTING,
    OTHER_MILEAGE,
    PETROL,
    POLL,
    SOC,
    asked,
    change_list,
    charge,
    device,
    flows,
    state,
)
from tests.replay import faults
from tests.replay.faults import Endpoint, Fault
from tests.replay.mybmw import SimulatedMyBMW

TWO = pytest.mark.parametrize("cars", [("ix_xdrive50", "320i")])
NO_LIST: list[object] = [{}, None, {"error": "x"}, {"mappingInfos": []}]


@pytest.fixture(autouse=True)
def enable_event_loop_debug() -> None:
    """Leave the debug mode of the event loop off: it takes a third of the time."""


@pytest.fixture(autouse=True)
def _few_entities(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make only what the tests check."""
    monkeypatch.setattr(mybmw, "PLATFORMS", (Platform.DEVICE_TRACKER, Platform.SENSOR))


@pytest.mark.parametrize("answer", NO_LIST)
@TWO
async def test_odd_lists_remove_no_car(
    hass: HomeAssistant, sim: SimulatedMyBMW, set_up: SetUp, elapse: Elapse, answer: object
) -> None:
    """However often a list is none or empty, all cars stay and are read."""
    entry = await set_up()
    sim.fail(Endpoint.VEHICLES, faults.answer(answer), times=None)
    for percent in (41, 42):
        charge(sim, percent)
        await elapse(LISTING)
        await elapse(POLL)
        assert state(hass, SOC) == str(percent)
        assert state(hass, OTHER_MILEAGE) != "unavailable"
    assert device(hass, entry, IX)
    assert device(hass, entry, PETROL)


@pytest.mark.parametrize(
    ("brand", "later"), [("toyota", timedelta(hours=1, minutes=1)), ("bmw", LISTING)]
)
@TWO
async def test_missing_once_is_no_reason(
    hass: HomeAssistant,
    sim: SimulatedMyBMW,
    set_up: SetUp,
    elapse: Elapse,
    brand: str,
    later: timedelta,
) -> None:
    """A car is removed when two listings miss it; a list that fails is no second listing."""
    entry = await set_up()
    sim.remove(PETROL.vin)
    failing = faults.server_error()
    restore = change_list(sim, brand, failing) if brand == "toyota" else None
    await elapse(LISTING)
    if restore is None:
        restore = change_list(sim, brand, failing)
    else:
        restore()
    await elapse(later)
    assert device(hass, entry, PETROL)
    restore()
    await elapse(LISTING)
    await elapse(LISTING)
    assert device(hass, entry, PETROL) is None
    assert device(hass, entry, IX)


@TWO
async def test_returning_car_has_its_name(
    hass: HomeAssistant, sim: SimulatedMyBMW, set_up: SetUp, elapse: Elapse
) -> None:
    """A car that comes back is described like a new one."""
    entry = await set_up()
    before = device(hass, entry, PETROL)
    assert before is not None
    sim.remove(PETROL.vin)
    await elapse(LISTING)
    await elapse(LISTING)
    assert device(hass, entry, PETROL) is None
    sim.add(PETROL)
    await elapse(LISTING)
    after = device(hass, entry, PETROL)
    assert after is not None
    assert (after.name, after.model, after.sw_version) == ("320i", "320i", before.sw_version)
    assert entry.runtime_data.vehicles[PETROL.vin].drive_train == "COMBUSTION"
    assert state(hass, OTHER_MILEAGE) != "unavailable"


async def test_profile_is_read_with_the_list(
    hass: HomeAssistant, sim: SimulatedMyBMW, set_up: SetUp, elapse: Elapse
) -> None:
    """New software shows within six hours, and costs no more calls than that."""
    entry = await set_up()
    current = sim.profile(IX.vin)["softwareVersionCurrent"]
    current["puStep"] = {"month": 9, "year": 31}
    sim.clear_calls()
    await elapse(LISTING)
    await elapse(POLL)
    assert asked(sim, Endpoint.PROFILE) == 1
    found = device(hass, entry, IX)
    assert found is not None
    assert found.sw_version
    assert "09/2031" in found.sw_version


@TWO
async def test_device_deleted_by_hand_comes_back(
    hass: HomeAssistant, sim: SimulatedMyBMW, set_up: SetUp, elapse: Elapse
) -> None:
    """A car that was missing and deleted gets its device and entities again without a reload."""
    entry = await set_up()
    sim.remove(PETROL.vin)
    await elapse(LISTING)
    gone = device(hass, entry, PETROL)
    assert gone is not None
    assert await async_remove_config_entry_device(hass, entry, gone)
    dr.async_get(hass).async_remove_device(gone.id)
    await elapse(POLL)
    assert device(hass, entry, PETROL) is None
    sim.add(PETROL)
    await elapse(LISTING)
    found = device(hass, entry, PETROL)
    assert found is not None
    assert found.name == "320i"
    assert state(hass, OTHER_MILEAGE) == str(PETROL.state["state"]["currentMileage"])


@pytest.mark.parametrize("brand", ["bmw", "mini"])
async def test_lower_case_vin_is_the_same_car(
    hass: HomeAssistant, sim: SimulatedMyBMW, set_up: SetUp, brand: str
) -> None:
    """However a list writes a VIN, there is one device."""
    mappings = [{"vin": IX.vin.lower()}, {"vin": IX.vin}]
    change_list(sim, brand, faults.answer({"mappingInfos": mappings}))
    entry = await set_up()
    devices = dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id)
    cars = [item for item in devices if item.entry_type is None]
    assert [item.identifiers for item in cars] == [{(DOMAIN, IX.vin)}]
    assert state(hass, SOC) == "90"


@pytest.mark.parametrize("brand", ["mini", "toyota"])
async def test_one_refused_list_is_no_failed_login(
    hass: HomeAssistant,
    sim: SimulatedMyBMW,
    set_up: SetUp,
    elapse: Elapse,
    brand: str,
) -> None:
    """A brand that the account has nothing to do with may be refused."""
    change_list(sim, brand, faults.answer({"message": "Forbidden"}, 403))
    entry = await set_up()
    charge(sim, 11)
    await elapse(POLL)
    assert entry.state is ConfigEntryState.LOADED
    assert flows(hass) == []
    assert state(hass, SOC) == "11"


@pytest.mark.parametrize("fault", [faults.answer({"message": "Forbidden"}, 403), faults.answer({})])
async def test_known_cars_need_no_list(
    hass: HomeAssistant, sim: SimulatedMyBMW, set_up: SetUp, elapse: Elapse, fault: Fault
) -> None:
    """When the lists fail after a restart, the cars that are known are polled."""
    entry = await set_up()
    assert await hass.config_entries.async_unload(entry.entry_id)
    sim.fail(Endpoint.VEHICLES, fault, times=None)
    assert await hass.config_entries.async_setup(entry.entry_id)
    for percent in (51, 52):
        charge(sim, percent)
        await elapse(POLL)
        assert state(hass, SOC) == str(percent)
    assert flows(hass) == []


@pytest.mark.parametrize("cars", [("ix_xdrive50",), ("ix_xdrive50", "320i")])
async def test_first_profile_fails(
    hass: HomeAssistant, sim: SimulatedMyBMW, set_up: SetUp, elapse: Elapse
) -> None:
    """A car without its name yet gets no entity ids that are there to stay."""
    sim.fail(Endpoint.PROFILE, faults.server_error(), times=1)
    entry = await set_up()
    await elapse(POLL)
    await elapse(timedelta(seconds=1))
    assert entry.state is ConfigEntryState.LOADED
    assert state(hass, SOC) == "90"
    assert [item for item in hass.states.async_entity_ids() if ".bmw" in item] == []


async def test_profile_always_fails(
    hass: HomeAssistant, sim: SimulatedMyBMW, set_up: SetUp, elapse: Elapse
) -> None:
    """A car that is never described is shown all the same."""
    sim.fail(Endpoint.PROFILE, faults.server_error(), times=None)
    entry = await set_up()
    for _ in range(6):
        await elapse(POLL)
    assert entry.state is ConfigEntryState.LOADED
    assert state(hass, "sensor.bmw_mileage") == str(IX.state["state"]["currentMileage"])


@TWO
async def test_refused_car_costs_only_itself(
    hass: HomeAssistant, sim: SimulatedMyBMW, set_up: SetUp, elapse: Elapse
) -> None:
    """401 for one car, whatever the token: the other is read, and refreshes stay few."""
    await set_up()
    sim.fail(Endpoint.STATE, faults.unauthorized(), times=None, vin=PETROL.vin)
    sim.clear_calls()
    for percent in (61, 62, 63, 64):
        charge(sim, percent)
        await elapse(POLL)
        assert state(hass, SOC) == str(percent)
    assert state(hass, OTHER_MILEAGE) == "unavailable"
    assert flows(hass) == []
    assert asked(sim, Endpoint.TOKEN) <= 4
    sim.heal()
    await elapse(POLL)
    assert state(hass, OTHER_MILEAGE) != "unavailable"


@TWO
async def test_short_lived_tokens(
    hass: HomeAssistant, sim: SimulatedMyBMW, set_up: SetUp, elapse: Elapse
) -> None:
    """A token of a minute is good for the calls of that minute."""
    await set_up()
    sim.token_lifetime = 60
    sim.revoke()
    sim.clear_calls()
    await elapse(POLL)
    assert asked(sim, Endpoint.STATE) >= 2
    assert asked(sim, Endpoint.TOKEN) == 1
    assert state(hass, SOC) == "90"


async def test_refresh_token_that_stays(
    hass: HomeAssistant, sim: SimulatedMyBMW, set_up: SetUp, elapse: Elapse
) -> None:
    """An answer without a new refresh token leaves the old one good."""
    entry = await set_up()
    before = entry.data["sources"]["mybmw"]["tokens"]["refresh"]
    sim.revoke()
    issued = sim.issue_tokens()
    del issued["refresh_token"]
    sim.fail(Endpoint.TOKEN, faults.answer(issued))
    charge(sim, 71)
    await elapse(POLL)
    tokens = entry.data["sources"]["mybmw"]["tokens"]
    assert (tokens["access"], tokens["refresh"]) == (issued["access_token"], before)
    assert state(hass, SOC) == "71"


@pytest.mark.parametrize(
    ("fault", "silent", "then"),
    [
        (faults.rate_limited(2), timedelta(minutes=4, seconds=50), timedelta(seconds=15)),
        (faults.rate_limited(2, 0), timedelta(minutes=4, seconds=50), timedelta(seconds=15)),
        (
            faults.answer({"message": "Out of call volume quota for key 836201843."}, 403),
            timedelta(minutes=4, seconds=50),
            timedelta(seconds=15),
        ),
    ],
)
async def test_when_to_come_back(
    hass: HomeAssistant,
    sim: SimulatedMyBMW,
    set_up: SetUp,
    elapse: Elapse,
    fault: Fault,
    silent: timedelta,
    then: timedelta,
) -> None:
    """What the service says never makes polling faster."""
    await set_up()
    sim.fail(Endpoint.STATE, fault, times=None)
    await elapse(POLL)
    sim.heal()
    sim.clear_calls()
    for _ in range(5):
        await elapse(silent / 5)
        assert sim.calls == []
    charge(sim, 81)
    await elapse(then)
    assert state(hass, SOC) == "81"


async def test_not_for_years(
    hass: HomeAssistant, sim: SimulatedMyBMW, set_up: SetUp, elapse: Elapse
) -> None:
    """What the service says stops polling until the next day of BMW at most."""
    await set_up()
    sim.fail(Endpoint.STATE, faults.rate_limited(2, 999_999_999), times=None)
    await elapse(POLL)
    sim.heal()
    sim.clear_calls()
    now = dt_util.utcnow()
    day = now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    wait = max(day + timedelta(minutes=3) - now, POLL)
    for _ in range(5):
        await elapse((wait - timedelta(minutes=1)) / 5)
        assert sim.calls == []
    charge(sim, 81)
    await elapse(timedelta(minutes=2))
    assert state(hass, SOC) == "81"


async def test_network_fails_after_a_spent_quota(
    hass: HomeAssistant, sim: SimulatedMyBMW, set_up: SetUp, elapse: Elapse
) -> None:
    """A spent quota hides nothing, what comes after it does."""
    await set_up()
    sim.fail(Endpoint.STATE, faults.quota("00:06:00"))
    await elapse(POLL)
    assert state(hass, SOC) == "90"
    sim.fail(Endpoint.ANY, faults.no_network(), times=None)
    await elapse(timedelta(minutes=7))
    assert state(hass, SOC) == "unavailable"
    sim.heal()
    await elapse(POLL)
    assert state(hass, SOC) == "90"


async def test_last_error_is_the_last_one(
    hass: HomeAssistant, sim: SimulatedMyBMW, set_up: SetUp, elapse: Elapse
) -> None:
    """Diagnostics report an error as long as it lasts."""
    entry = await set_up()
    sim.fail(Endpoint.ANY, faults.no_network())
    told = []
    for _ in range(2):
        await elapse(POLL)
        report = await async_get_config_entry_diagnostics(hass, entry)
        sources = report["sources"]
        assert isinstance(sources, dict)
        told.append(sources["mybmw"]["last_error"])
    assert told == ["read a state: ConnectError", None]


async def test_car_can_be_deleted_while_blocked(
    hass: HomeAssistant,
    sim: SimulatedMyBMW,
    set_up: SetUp,
    elapse: Elapse,
    freezer: FrozenDateTimeFactory,
) -> None:
    """A car that BMW has not listed since the start may have been sold."""
    entry = await set_up()
    assert await hass.config_entries.async_unload(entry.entry_id)
    freezer.tick(POLL)
    sim.fail(Endpoint.ANY, faults.blocked(), times=None)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await elapse(timedelta(seconds=1))
    assert state(hass, SOC) == "unavailable"
    found = device(hass, entry, IX)
    assert found is not None
    assert await async_remove_config_entry_device(hass, entry, found)


async def test_reauth_of_an_entry_known_by_name(
    hass: HomeAssistant, sim: SimulatedMyBMW, set_up: SetUp, entry: MockConfigEntry
) -> None:
    """An entry that was made without the account's id gets it with the next login."""
    await set_up()
    hass.config_entries.async_update_entry(entry, unique_id="rest_of_world-driver@example.com")
    flow = await entry.start_reauth_flow(hass)
    for data in ({"password": "correct-horse"}, {"captcha_token": "P1_valid"}):
        flow = await hass.config_entries.flow.async_configure(flow["flow_id"], data)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert flow["reason"] == "reauth_successful"
    assert entry.unique_id == sim.gcid
    assert entry.state is ConfigEntryState.LOADED
