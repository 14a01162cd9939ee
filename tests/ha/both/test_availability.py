"""What is shown of a car when one of its sources, or the only one, cannot be read."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.entity_component import async_update_entity
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_capture_events

from custom_components.mybmw.client.cardata import CardataSource
from custom_components.mybmw.const import DOMAIN
from tests.ha.both.test_together import unavailable as all_unavailable
from tests.ha.conftest import Elapse, SetUp
from tests.ha.support import LOCK, MILEAGE, PICTURE, POLL, SOC, charge, flows, state
from tests.ha.support.actions import act, refused
from tests.ha.support.cardata import IX, SOC_KEY, poller, push, say
from tests.ha.support.flow_steps import ONLY_CARDATA, choose, only
from tests.ha.support.stored import in_one_file
from tests.replay import faults
from tests.replay.cardata import Endpoint, SimulatedCarData
from tests.replay.cardata.faults import out_of_quota
from tests.replay.faults import Endpoint as AppEndpoint
from tests.replay.mybmw import SimulatedMyBMW

pytestmark = pytest.mark.usefixtures("silence", "patience")

REFRESH: Final = "button.ix_xdrive50_refresh"
DOOR_LOCK: Final = "binary_sensor.ix_xdrive50_door_lock_state"
CONNECTION: Final = "sensor.ix_xdrive50_connection"
LAST_UPDATE: Final = "sensor.ix_xdrive50_last_update"
ONLY_APP: Final = "sensor.ix_xdrive50_model_year"
COMMANDS: Final = {
    "button.ix_xdrive50_find_vehicle",
    "button.ix_xdrive50_flash_lights",
    "button.ix_xdrive50_sound_horn",
    "lock.ix_xdrive50_lock",
    "notify.ix_xdrive50_send_destination",
    "number.ix_xdrive50_target_soc",
    "select.ix_xdrive50_ac_charging_limit",
    "select.ix_xdrive50_charging_mode",
    "switch.ix_xdrive50_charging",
    "switch.ix_xdrive50_climate",
    "switch.ix_xdrive50_preconditioning_at_departure",
}
# Of these, this recording of CarData has nothing but null
MESSAGES: Final = {
    "binary_sensor.ix_xdrive50_check_control_messages",
    "sensor.ix_xdrive50_check_control_message_count",
    "sensor.ix_xdrive50_check_control_severity",
}
FAULTS: Final = [faults.blocked(), faults.no_network(), faults.server_error()]


def unavailable(hass: HomeAssistant) -> set[str]:
    """Return the entities of cars that show nothing, messages aside."""
    return all_unavailable(hass) - MESSAGES


def blocked_issue(hass: HomeAssistant, entry: MockConfigEntry) -> str | None:
    """Return the text of the issue that BMW refuses the app API, None if there is none."""
    issue = ir.async_get(hass).async_get_issue(DOMAIN, f"blocked_{entry.entry_id}")
    return None if issue is None else issue.translation_key


def connect(entry: MockConfigEntry, *, connected: bool) -> None:
    """Let the stream come or go, without a broker."""
    source = poller(entry).source
    assert isinstance(source, CardataSource)
    source._activity.set_connected(connected=connected)
    poller(entry)._handle_change()


async def press_refresh(hass: HomeAssistant) -> None:
    """Ask for the car, as its owner does."""
    await hass.services.async_call("button", "press", {"entity_id": REFRESH}, blocking=True)
    await hass.async_block_till_done(wait_background_tasks=True)


async def ready(set_up: SetUp, elapse: Elapse) -> MockConfigEntry:
    """Set up the account and wait until everything is shown."""
    entry = await set_up()
    await elapse(timedelta(seconds=1))
    return entry


@pytest.mark.parametrize("fault", FAULTS)
async def test_app_that_fails_takes_commands_only(
    hass: HomeAssistant, sim: SimulatedMyBMW, set_up: SetUp, elapse: Elapse, fault: faults.Fault
) -> None:
    """Values that CarData has reported as well stay, whichever source reported them last."""
    await ready(set_up, elapse)
    assert unavailable(hass) == set()
    sim.fail(AppEndpoint.ANY, fault, None)
    await elapse(POLL)
    assert unavailable(hass) == COMMANDS
    assert state(hass, DOOR_LOCK) == "off"
    sim.heal()
    await elapse(timedelta(hours=6, minutes=1))
    assert unavailable(hass) == set()


@pytest.mark.usefixtures("entity_registry_enabled_by_default")
async def test_what_only_the_app_knows_goes_with_it(
    hass: HomeAssistant, sim: SimulatedMyBMW, set_up: SetUp, elapse: Elapse
) -> None:
    await ready(set_up, elapse)
    assert state(hass, ONLY_APP) == "2022"
    sim.fail(AppEndpoint.ANY, faults.blocked(), None)
    await elapse(POLL)
    assert state(hass, ONLY_APP) == "unavailable"
    assert "unavailable" not in {state(hass, SOC), state(hass, MILEAGE), state(hass, DOOR_LOCK)}


async def by_action(hass: HomeAssistant) -> None:
    """Ask for the car, as an automation does."""
    await act(hass, "refresh")


async def by_update(hass: HomeAssistant) -> None:
    """Ask for an entity, as every integration allows."""
    await async_update_entity(hass, SOC)
    await hass.async_block_till_done(wait_background_tasks=True)


@pytest.mark.parametrize("ask", [press_refresh, by_action, by_update])
async def test_asking_brings_everything_back(
    hass: HomeAssistant,
    sim: SimulatedMyBMW,
    set_up: SetUp,
    elapse: Elapse,
    ask: Callable[[HomeAssistant], Any],
) -> None:
    """An answer ends what a poll has found, and the app is polled again as usual."""
    entry = await ready(set_up, elapse)
    sim.fail(AppEndpoint.ANY, faults.blocked(), None)
    await elapse(POLL)
    assert blocked_issue(hass, entry)
    sim.heal()
    await ask(hass)
    assert unavailable(hass) == set()
    assert blocked_issue(hass, entry) is None
    charge(sim, 33)
    await elapse(POLL)
    assert state(hass, SOC) == "33"


@pytest.mark.parametrize("fault", FAULTS)
async def test_one_failure_is_left_to_the_next_poll(
    hass: HomeAssistant, sim: SimulatedMyBMW, set_up: SetUp, elapse: Elapse, fault: faults.Fault
) -> None:
    """Asking once more than usual does not take away what the last poll has shown."""
    await ready(set_up, elapse)
    sim.fail(AppEndpoint.ANY, fault, None)
    await press_refresh(hass)
    assert unavailable(hass) == set()


async def test_restart_remembers_who_knows_what(
    hass: HomeAssistant, sim: SimulatedMyBMW, set_up: SetUp, elapse: Elapse
) -> None:
    entry = await ready(set_up, elapse)
    assert await hass.config_entries.async_unload(entry.entry_id)
    sim.fail(AppEndpoint.ANY, faults.blocked(), None)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await elapse(POLL)
    await elapse(POLL)
    assert unavailable(hass) == COMMANDS


async def test_commands_stay_refused_over_a_restart(
    hass: HomeAssistant, sim: SimulatedMyBMW, set_up: SetUp, elapse: Elapse
) -> None:
    """BMW is not asked for hours after a refusal, and until then no command will work."""
    entry = await ready(set_up, elapse)
    sim.fail(AppEndpoint.ANY, faults.blocked(), None)
    await elapse(POLL)
    for _ in range(2):
        assert await hass.config_entries.async_reload(entry.entry_id)
        await hass.async_block_till_done(wait_background_tasks=True)
        assert unavailable(hass) == COMMANDS
        assert blocked_issue(hass, entry) == "blocked_but_read"
    sim.heal()
    await press_refresh(hass)
    assert unavailable(hass) == set()
    assert blocked_issue(hass, entry) is None


async def test_file_of_an_older_version(
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    sim: SimulatedMyBMW,
    set_up: SetUp,
    elapse: Elapse,
) -> None:
    """Which sources know a value is not in it, and is known again with their next answer."""
    entry = await ready(set_up, elapse)
    assert await hass.config_entries.async_unload(entry.entry_id)
    data = in_one_file(hass_storage, entry)
    del data["blocked"]
    for reading in data["vehicles"][IX]:
        reading.pop("sources", None)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert entry.state is ConfigEntryState.LOADED
    assert unavailable(hass) == set()
    await press_refresh(hass)
    sim.fail(AppEndpoint.ANY, faults.blocked(), None)
    await elapse(POLL)
    assert "unavailable" not in {state(hass, SOC), state(hass, MILEAGE), state(hass, DOOR_LOCK)}


async def test_value_that_changes_its_source_is_no_change(
    hass: HomeAssistant, sim: SimulatedMyBMW, set_up: SetUp, elapse: Elapse
) -> None:
    """Both sources say the same in turn: nothing is written."""
    entry = await ready(set_up, elapse)
    charge(sim, 64)
    await elapse(POLL)
    push(entry, say(IX, {SOC_KEY: 64}))
    await elapse(timedelta(seconds=1))
    events = async_capture_events(hass, "state_changed")
    for _ in range(2):
        sim.touch(IX)
        await elapse(POLL)
        push(entry, say(IX, {SOC_KEY: 64}))
        await elapse(timedelta(seconds=1))
    assert state(hass, SOC) == "64"
    assert SOC not in {event.data["entity_id"] for event in events}


async def test_issue_reports_whether_cars_are_read(
    hass: HomeAssistant,
    sim: SimulatedMyBMW,
    cardata: SimulatedCarData,
    set_up: SetUp,
    elapse: Elapse,
) -> None:
    entry = await ready(set_up, elapse)
    sim.fail(AppEndpoint.ANY, faults.blocked(), None)
    await elapse(POLL)
    assert blocked_issue(hass, entry) == "blocked_but_read"
    cardata.revoke(refresh=True)
    await elapse(timedelta(hours=3))
    assert flows(hass) == ["reauth"]
    assert blocked_issue(hass, entry) == "blocked"
    assert state(hass, SOC) == "unavailable"


@only("mybmw")
async def test_issue_of_the_app_alone(
    hass: HomeAssistant, sim: SimulatedMyBMW, set_up: SetUp, elapse: Elapse
) -> None:
    entry = await ready(set_up, elapse)
    sim.fail(AppEndpoint.ANY, faults.blocked(), None)
    await elapse(POLL)
    assert blocked_issue(hass, entry) == "blocked"
    assert state(hass, SOC) == "unavailable"


async def by_command(hass: HomeAssistant) -> None:
    """Send a command."""
    await refused(hass, "find_vehicle")


async def by_picture(hass: HomeAssistant) -> None:
    """Ask for a picture."""
    await refused(hass, "get_image", view="rear")


@pytest.mark.parametrize("ask", [press_refresh, by_action, by_update, by_command, by_picture])
async def test_dead_app_login_is_renewed_at_once(
    hass: HomeAssistant,
    sim: SimulatedMyBMW,
    set_up: SetUp,
    elapse: Elapse,
    ask: Callable[[HomeAssistant], Any],
) -> None:
    """Whichever request finds out, the user is asked without waiting for the next poll."""
    await ready(set_up, elapse)
    sim.revoke(refresh=True)
    await ask(hass)
    (flow,) = hass.config_entries.flow.async_progress()
    assert flow["step_id"] == "mybmw_reauth"
    assert unavailable(hass) == COMMANDS


@pytest.mark.parametrize("ask", [press_refresh, by_action, by_update])
async def test_dead_cardata_login_is_renewed_at_once(
    hass: HomeAssistant,
    cardata: SimulatedCarData,
    set_up: SetUp,
    elapse: Elapse,
    ask: Callable[[HomeAssistant], Any],
) -> None:
    await ready(set_up, elapse)
    cardata.revoke(refresh=True)
    await ask(hass)
    (flow,) = hass.config_entries.flow.async_progress()
    assert flow["step_id"] == "cardata_reauth"
    assert state(hass, ONLY_CARDATA) == "unavailable"
    assert state(hass, SOC) != "unavailable"
    assert state(hass, PICTURE) != "unavailable"


@only("cardata")
async def test_values_lapse_after_two_days(
    hass: HomeAssistant, cardata: SimulatedCarData, set_up: SetUp, elapse: Elapse
) -> None:
    """Without a stream and without an answer the car is unavailable; it says why."""
    entry = await ready(set_up, elapse)
    before = state(hass, LAST_UPDATE)
    cardata.fail(Endpoint.ANY, faults.no_network(), None)
    await elapse(timedelta(hours=47))
    assert state(hass, LAST_UPDATE) == before
    assert hass.states.get(CONNECTION) is None
    assert await hass.config_entries.async_reload(entry.entry_id)
    await elapse(timedelta(minutes=70))
    assert state(hass, SOC) == state(hass, LAST_UPDATE) == "unavailable"
    assert state(hass, CONNECTION) == "no_stream"
    assert hass.states.get(CONNECTION).attributes["reason"] == "silent"  # type: ignore[union-attr]
    assert await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert state(hass, SOC) == "unavailable"
    cardata.heal()
    await press_refresh(hass)
    assert unavailable(hass) == set()
    assert hass.states.get(CONNECTION).attributes["reason"] is None  # type: ignore[union-attr]


@only("cardata")
async def test_values_of_a_sleeping_car_stay(
    hass: HomeAssistant, cardata: SimulatedCarData, set_up: SetUp, elapse: Elapse
) -> None:
    """Requests succeed and bring nothing new for a week."""
    await ready(set_up, elapse)
    before = state(hass, LAST_UPDATE)
    for _ in range(7):
        await elapse(timedelta(days=1))
    assert state(hass, LAST_UPDATE) == before
    assert unavailable(hass) == set()


@only("cardata")
async def test_stream_keeps_the_values_of_a_silent_car(
    hass: HomeAssistant, cardata: SimulatedCarData, set_up: SetUp, elapse: Elapse
) -> None:
    """A car may be silent for weeks, over restarts too; two days without a stream are too long."""
    entry = await ready(set_up, elapse)
    cardata.fail(Endpoint.ANY, faults.no_network(), None)
    connect(entry, connected=True)
    await elapse(timedelta(days=9))
    assert unavailable(hass) == set()
    assert await hass.config_entries.async_reload(entry.entry_id)
    await elapse(timedelta(hours=47))
    assert unavailable(hass) == set()
    await elapse(timedelta(hours=2))
    assert state(hass, SOC) == "unavailable"
    connect(entry, connected=True)
    assert unavailable(hass) == set()
    connect(entry, connected=False)
    await elapse(timedelta(hours=47))
    assert unavailable(hass) == set()
    await elapse(timedelta(hours=2))
    assert state(hass, SOC) == "unavailable"


@only("cardata")
async def test_spent_quota_lapses_too(
    hass: HomeAssistant, cardata: SimulatedCarData, set_up: SetUp, elapse: Elapse
) -> None:
    """Another program may spend all requests for days."""
    await ready(set_up, elapse)
    cardata.fail(Endpoint.ANY, out_of_quota(), None)
    for _ in range(47):
        await elapse(timedelta(hours=1))
    assert unavailable(hass) == set()
    await elapse(timedelta(hours=2))
    assert state(hass, SOC) == "unavailable"


async def test_other_source_keeps_what_cardata_lets_lapse(
    hass: HomeAssistant, cardata: SimulatedCarData, set_up: SetUp, elapse: Elapse
) -> None:
    await ready(set_up, elapse)
    cardata.fail(Endpoint.ANY, faults.no_network(), None)
    await elapse(timedelta(hours=49))
    assert state(hass, ONLY_CARDATA) == "unavailable"
    assert "unavailable" not in {state(hass, SOC), state(hass, MILEAGE), state(hass, LOCK)}


@pytest.mark.parametrize("source", ["cardata", "mybmw"])
@pytest.mark.usefixtures("entity_registry_enabled_by_default")
async def test_removal_says_what_goes(
    hass: HomeAssistant, set_up: SetUp, elapse: Elapse, source: str
) -> None:
    """Nothing goes before the user has seen how much."""
    entry = await ready(set_up, elapse)
    flow = await entry.start_reconfigure_flow(hass)
    flow = await choose(hass, flow, f"{source}_remove")
    assert flow["step_id"] == f"{source}_remove"
    shown = flow["description_placeholders"]
    assert (shown["account"], shown["cars"]) == ("Mine", "1")
    expected = len(COMMANDS) if source == "mybmw" else 0
    assert int(shown["entities"]) >= max(expected, 4)
    assert entry.data["sources"].keys() == {"cardata", "mybmw"}
    assert entry.state is ConfigEntryState.LOADED


async def test_removal_from_an_account_that_is_not_loaded(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    entry.add_to_hass(hass)
    flow = await choose(hass, await entry.start_reconfigure_flow(hass), "cardata_remove")
    assert flow["description_placeholders"]["entities"] == "?"
