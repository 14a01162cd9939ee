"""What Home Assistant's logbook shows of a car: one line for each thing that has happened."""

from typing import Final

from homeassistant.components.logbook.helpers import is_sensor_continuous
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.event import async_track_state_change_event
import pytest

from tests.ha.conftest import Elapse, SetUp
from tests.ha.support import POLL
from tests.ha.support.cardata import entry_of, no_stream, recorded
from tests.replay import faults
from tests.replay.cardata import SimulatedCarData
from tests.replay.faults import Endpoint
from tests.replay.mybmw import SimulatedMyBMW

STEPS: Final = "event.ix_xdrive50_command"
RESULT: Final = "event.ix_xdrive50_command_result"

type Rows = list[tuple[str, str]]


@pytest.fixture
async def rows(hass: HomeAssistant, set_up: SetUp) -> Rows:
    """The results to come: the type, which the logbook shows, and the exact result."""
    found: Rows = []

    @callback
    def note(event: Event[EventStateChangedData]) -> None:
        old, new = event.data["old_state"], event.data["new_state"]
        if old and new and old.state != new.state:
            found.append((new.attributes["event_type"], new.attributes["result"]))

    await set_up()
    async_track_state_change_event(hass, [RESULT], note)
    return found


async def call(hass: HomeAssistant, domain: str, service: str, name: str) -> None:
    entity = {"entity_id": f"{domain}.ix_xdrive50_{name}"}
    await hass.services.async_call(domain, service, entity, blocking=True)
    await hass.async_block_till_done(wait_background_tasks=True)


async def test_result_names_the_command(hass: HomeAssistant, rows: Rows) -> None:
    """One row for each command, also for two alike one after the other."""
    await call(hass, "button", "press", "flash_lights")
    await call(hass, "button", "press", "flash_lights")
    await call(hass, "lock", "unlock", "lock")
    flash = ("light_flash", "executed")
    assert rows == [flash, flash, ("door_unlock", "executed")]


async def test_failure(hass: HomeAssistant, sim: SimulatedMyBMW, rows: Rows) -> None:
    sim.next_outcome("ERROR")
    with pytest.raises(HomeAssistantError):
        await call(hass, "button", "press", "flash_lights")
    assert rows == [("light_flash_failed", "error")]


async def test_result_that_is_not_known(
    hass: HomeAssistant, sim: SimulatedMyBMW, rows: Rows, elapse: Elapse
) -> None:
    """That nothing shows the result afterwards is no news; that a state does, is."""
    sim.fail(Endpoint.STATE, faults.server_error(), times=8)
    sim.fail(Endpoint.EVENT_STATUS, faults.server_error(), times=500)
    with pytest.raises(HomeAssistantError):
        await call(hass, "lock", "unlock", "lock")
    assert rows == [("door_unlock_unconfirmed", rows[0][1])]
    for _ in range(3):
        await elapse(POLL)
    assert [row for row in rows if row[0].endswith("_unconfirmed")] == rows[:1]


async def test_steps_are_off_at_first(hass: HomeAssistant, set_up: SetUp) -> None:
    await set_up()
    registry = er.async_get(hass)
    steps, result = registry.async_get(STEPS), registry.async_get(RESULT)
    assert steps is not None
    assert result is not None
    assert (steps.disabled, result.disabled) == (True, False)


@pytest.mark.usefixtures("entity_registry_enabled_by_default")
async def test_times_that_move_are_no_events(
    hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    sim = SimulatedCarData(recorded("i4_edrive40"), fresh=True)
    no_stream(monkeypatch)
    with sim.router():
        entry = entry_of(sim)
        entry.add_to_hass(hass)
        assert await hass.config_entries.async_setup(entry.entry_id)
        await hass.async_block_till_done()
    registry = er.async_get(hass)

    def silent(entity: str) -> bool:
        state = hass.states.get(entity)
        assert state is not None, entity
        assert state.attributes.get("device_class") == "timestamp"
        return is_sensor_continuous(hass, registry, entity)

    assert silent("sensor.i4_edrive40_last_update")
    assert silent("sensor.i4_edrive40_charging_end_time")
    assert silent("sensor.bmw_cardata_next_request")
    assert not silent("sensor.i4_edrive40_last_trip_end")
