"""Set-up, polling, restart, and what happens when the service fails."""

from datetime import timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, issue_registry as ir
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.mybmw import async_remove_config_entry_device
from custom_components.mybmw.const import DOMAIN
from tests.ha.conftest import Elapse, SetUp
from tests.replay import faults
from tests.replay.faults import Endpoint, Fault
from tests.replay.fingerprints import bundled, load
from tests.replay.mybmw import SimulatedMyBMW

POLL = timedelta(minutes=5, seconds=1)
SOC = "sensor.ix_xdrive50_remaining_battery_percent"
VIN = load(bundled()["ix_xdrive50"])[0].vin
OTHER = load(bundled()["320i"])[0].vin


def state(hass: HomeAssistant, entity: str) -> str:
    """Return a state."""
    found = hass.states.get(entity)
    assert found is not None, entity
    return found.state


async def test_device(hass: HomeAssistant, set_up: SetUp) -> None:
    """A car is one device that says what it is."""
    entry = await set_up()
    device = dr.async_get(hass).async_get_device_by_identifier((DOMAIN, VIN), entry.entry_id)
    assert device is not None
    assert device.manufacturer == "BMW"
    assert device.model == device.name == "iX xDrive50"
    assert device.serial_number == VIN
    assert device.sw_version


async def test_unload_leaves_nothing(hass: HomeAssistant, set_up: SetUp) -> None:
    """Unloading stops everything; loading again needs no login."""
    entry = await set_up()
    assert await hass.config_entries.async_unload(entry.entry_id)
    assert entry.state is ConfigEntryState.NOT_LOADED
    assert state(hass, SOC) == "unavailable"


async def test_restart_shows_everything_at_once(
    hass: HomeAssistant, sim: SimulatedMyBMW, set_up: SetUp, elapse: Elapse
) -> None:
    """After a restart the values are there with their age, and not one call is spent."""
    entry = await set_up()
    before = {item.entity_id: item.state for item in hass.states.async_all()}
    assert await hass.config_entries.async_unload(entry.entry_id)
    sim.clear_calls()
    sim.state(VIN)["state"]["electricChargingState"]["chargingLevelPercent"] = 33
    sim.touch(VIN)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    after = {item.entity_id: item.state for item in hass.states.async_all()}
    assert after == before
    assert not sim.calls
    await elapse(POLL)
    assert state(hass, SOC) == "33"


async def test_stale_restart_polls_at_once(
    hass: HomeAssistant,
    sim: SimulatedMyBMW,
    set_up: SetUp,
    elapse: Elapse,
    freezer: FrozenDateTimeFactory,
) -> None:
    """After a long time off the old values are shown, and new ones are asked for right away."""
    entry = await set_up()
    assert await hass.config_entries.async_unload(entry.entry_id)
    freezer.tick(timedelta(hours=8))
    sim.state(VIN)["state"]["electricChargingState"]["chargingLevelPercent"] = 34
    sim.touch(VIN)
    assert await hass.config_entries.async_setup(entry.entry_id)
    assert state(hass, SOC) == "90"
    await elapse(timedelta(seconds=1))
    assert state(hass, SOC) == "34"


async def test_restart_without_network(
    hass: HomeAssistant, sim: SimulatedMyBMW, set_up: SetUp, elapse: Elapse
) -> None:
    """The entry loads without the service; entities are unavailable."""
    entry = await set_up()
    assert await hass.config_entries.async_unload(entry.entry_id)
    sim.fail(Endpoint.ANY, faults.no_network(), times=None)
    assert await hass.config_entries.async_setup(entry.entry_id)
    assert entry.state is ConfigEntryState.LOADED
    assert state(hass, SOC) == "90"
    await elapse(POLL)
    assert state(hass, SOC) == "unavailable"
    sim.heal()
    await elapse(POLL)
    assert state(hass, SOC) == "90"


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (faults.no_network(), ConfigEntryState.SETUP_RETRY),
        (faults.server_error(), ConfigEntryState.SETUP_RETRY),
        (faults.quota(), ConfigEntryState.SETUP_RETRY),
        (faults.blocked(), ConfigEntryState.SETUP_ERROR),
    ],
)
async def test_first_set_up_fails(
    hass: HomeAssistant,
    sim: SimulatedMyBMW,
    set_up: SetUp,
    fault: Fault,
    expected: ConfigEntryState,
) -> None:
    """Without anything known, set-up is tried again; but not when BMW refuses us."""
    sim.fail(Endpoint.ANY, fault, times=None)
    entry = await set_up()
    assert entry.state == expected
    assert not hass.config_entries.flow.async_progress()


async def test_dead_login_asks_for_a_new_one(
    hass: HomeAssistant, sim: SimulatedMyBMW, set_up: SetUp
) -> None:
    """Refused tokens at the first set-up lead straight to the login."""
    sim.revoke(refresh=True)
    entry = await set_up()
    assert entry.state is ConfigEntryState.SETUP_ERROR
    flows = hass.config_entries.flow.async_progress()
    assert [flow["step_id"] for flow in flows] == ["mybmw_reauth"]


async def test_login_dies_later(
    hass: HomeAssistant, sim: SimulatedMyBMW, set_up: SetUp, elapse: Elapse
) -> None:
    """One refusal may be an accident; the second one asks for a new login."""
    await set_up()
    sim.revoke(refresh=True)
    await elapse(POLL)
    assert state(hass, SOC) == "unavailable"
    assert not hass.config_entries.flow.async_progress()
    await elapse(POLL)
    assert [flow["context"]["source"] for flow in hass.config_entries.flow.async_progress()] == [
        "reauth"
    ]


async def test_refused_after_an_outage(
    hass: HomeAssistant, sim: SimulatedMyBMW, set_up: SetUp, elapse: Elapse
) -> None:
    """A network failure before it does not make the first refusal final."""
    await set_up()
    sim.fail(Endpoint.ANY, faults.no_network())
    await elapse(POLL)
    assert state(hass, SOC) == "unavailable"
    sim.fail(Endpoint.STATE, faults.unauthorized(), times=2)
    await elapse(POLL)
    assert not hass.config_entries.flow.async_progress()
    await elapse(POLL)
    assert state(hass, SOC) == "90"


async def test_rotated_tokens_are_kept(
    hass: HomeAssistant, sim: SimulatedMyBMW, set_up: SetUp, elapse: Elapse
) -> None:
    """A refreshed login is in the entry even if the poll that needed it fails."""
    entry = await set_up()
    before = entry.data["sources"]["mybmw"]["tokens"]["refresh"]
    sim.fail(Endpoint.STATE, faults.unauthorized())
    sim.fail(Endpoint.STATE, faults.server_error(), times=None)
    await elapse(POLL)
    after = entry.data["sources"]["mybmw"]["tokens"]["refresh"]
    assert after != before
    assert entry.state is ConfigEntryState.LOADED


async def test_blocked_is_reported_plainly(
    hass: HomeAssistant, sim: SimulatedMyBMW, set_up: SetUp, elapse: Elapse
) -> None:
    """When BMW refuses us there is a repair issue, and the next try is hours away."""
    entry = await set_up()
    issues = ir.async_get(hass)
    issue = (DOMAIN, f"blocked_{entry.entry_id}")
    assert issues.async_get_issue(*issue) is None
    sim.fail(Endpoint.ANY, faults.blocked(), times=None)
    await elapse(POLL)
    assert issues.async_get_issue(*issue) is not None
    assert state(hass, SOC) == "unavailable"
    sim.clear_calls()
    await elapse(POLL)
    await elapse(timedelta(hours=5))
    assert not sim.calls
    sim.heal()
    await elapse(timedelta(hours=1))
    assert issues.async_get_issue(*issue) is None
    assert state(hass, SOC) == "90"


@pytest.mark.usefixtures("morning")
async def test_spent_quota_keeps_values(
    hass: HomeAssistant, sim: SimulatedMyBMW, set_up: SetUp, elapse: Elapse
) -> None:
    """A spent quota is no reason to hide what is known; the service says when to come back."""
    await set_up()
    sim.fail(Endpoint.STATE, faults.quota("02:12:20"), times=1)
    await elapse(POLL)
    assert state(hass, SOC) == "90"
    sim.clear_calls()
    await elapse(timedelta(hours=2))
    assert not sim.calls
    await elapse(timedelta(minutes=13))
    assert sim.calls


@pytest.mark.parametrize("cars", [("ix_xdrive50", "320i")])
async def test_one_failing_car_costs_only_itself(
    hass: HomeAssistant, sim: SimulatedMyBMW, set_up: SetUp, elapse: Elapse
) -> None:
    """The others go on."""
    await set_up()
    sim.fail(Endpoint.STATE, faults.server_error(), times=None, vin=OTHER)
    sim.state(VIN)["state"]["electricChargingState"]["chargingLevelPercent"] = 35
    sim.touch(VIN)
    await elapse(POLL)
    assert state(hass, SOC) == "35"
    assert state(hass, "sensor.320i_mileage") == "unavailable"
    sim.heal()
    await elapse(POLL)
    assert state(hass, "sensor.320i_mileage") != "unavailable"


async def test_new_car_appears(
    hass: HomeAssistant, sim: SimulatedMyBMW, set_up: SetUp, elapse: Elapse
) -> None:
    """A car that is added to the account gets its entities without a reload."""
    await set_up()
    sim.add(load(bundled()["320i"])[0])
    await elapse(POLL)
    assert hass.states.get("sensor.320i_mileage") is None
    await elapse(timedelta(hours=6))
    assert hass.states.get("sensor.320i_mileage") is not None


@pytest.mark.parametrize("cars", [("ix_xdrive50", "320i")])
async def test_gone_car_is_removed(
    hass: HomeAssistant,
    sim: SimulatedMyBMW,
    set_up: SetUp,
    elapse: Elapse,
) -> None:
    """A car that left the account is unavailable at once and removed when that is confirmed."""
    entry = await set_up()
    devices = dr.async_get(hass)
    gone = devices.async_get_device_by_identifier((DOMAIN, OTHER), entry.entry_id)
    kept = devices.async_get_device_by_identifier((DOMAIN, VIN), entry.entry_id)
    assert gone is not None
    assert kept is not None
    sim.remove(OTHER)
    await elapse(timedelta(hours=6, minutes=1))
    assert state(hass, "sensor.320i_mileage") == "unavailable"
    assert not await async_remove_config_entry_device(hass, entry, kept)
    await elapse(timedelta(hours=6, minutes=1))
    assert devices.async_get_device_by_identifier((DOMAIN, OTHER), entry.entry_id) is None
    assert hass.states.get("sensor.320i_mileage") is None
    assert state(hass, SOC) == "90"
    sim.add(load(bundled()["320i"])[0])
    await elapse(timedelta(hours=6, minutes=1))
    assert state(hass, "sensor.320i_mileage") != "unavailable"


@pytest.mark.parametrize("cars", [("ix_xdrive50", "320i")])
async def test_gone_car_can_be_removed_by_hand(
    hass: HomeAssistant,
    sim: SimulatedMyBMW,
    set_up: SetUp,
    elapse: Elapse,
) -> None:
    """As soon as it is missing, the user may delete it."""
    entry = await set_up()
    sim.remove(OTHER)
    await elapse(timedelta(hours=6, minutes=1))
    devices = dr.async_get(hass)
    gone = devices.async_get_device_by_identifier((DOMAIN, OTHER), entry.entry_id)
    assert gone is not None
    assert await async_remove_config_entry_device(hass, entry, gone)
    devices.async_remove_device(gone.id)
    await hass.async_block_till_done()
    assert hass.states.get("sensor.320i_mileage") is None


@pytest.mark.usefixtures("entity_registry_enabled_by_default")
async def test_missing_value_arrives_later(
    hass: HomeAssistant, sim: SimulatedMyBMW, set_up: SetUp, elapse: Elapse
) -> None:
    """An entity is made when its value first arrives, and stays when the value ends."""
    climate = sim.state(VIN)["state"].pop("climateControlState")
    await set_up()
    assert hass.states.get("sensor.ix_xdrive50_climate_status") is None
    sim.state(VIN)["state"]["climateControlState"] = climate
    sim.touch(VIN)
    await elapse(POLL)
    assert state(hass, "sensor.ix_xdrive50_climate_status") == "heating"
    del sim.state(VIN)["state"]["climateControlState"]
    sim.touch(VIN)
    await elapse(POLL)
    assert state(hass, "sensor.ix_xdrive50_climate_status") == "unknown"


async def test_remove_entry_deletes_its_files(
    hass: HomeAssistant, hass_storage: dict[str, Any], set_up: SetUp
) -> None:
    """Nothing of an account is left behind."""
    entry = await set_up()
    assert await hass.config_entries.async_unload(entry.entry_id)
    assert f"mybmw.{entry.entry_id}" in hass_storage
    assert await hass.config_entries.async_remove(entry.entry_id)
    assert not [key for key in hass_storage if entry.entry_id in key]


async def test_entry_of_a_newer_version_is_refused(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    """After a downgrade the entry does not load instead of breaking."""
    entry.add_to_hass(hass)
    hass.config_entries.async_update_entry(entry, version=2)
    assert not await hass.config_entries.async_setup(entry.entry_id)
    assert entry.state is ConfigEntryState.MIGRATION_ERROR


async def test_update_entity_polls_once(
    hass: HomeAssistant, sim: SimulatedMyBMW, set_up: SetUp
) -> None:
    """Asking for fresh values of many entities costs one poll."""
    await async_setup_component(hass, "homeassistant", {})
    await set_up()
    sim.clear_calls()
    entities = [item.entity_id for item in hass.states.async_all("sensor")]
    await hass.services.async_call(
        "homeassistant", "update_entity", {"entity_id": entities}, blocking=True
    )
    assert sum(call.endpoint is Endpoint.STATE for call in sim.calls) == 1
