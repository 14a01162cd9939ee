"""What became of commands: a sensor for each kind, and an event for every step."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.event import async_track_state_change_event
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.mybmw.client import attributes as car
from tests.ha.conftest import Elapse, SetUp
from tests.ha.support import IX, POLL
from tests.replay import faults
from tests.replay.faults import Endpoint, Fault
from tests.replay.mybmw import SimulatedMyBMW

EVENT = "event.ix_xdrive50_command"
FLASH = "sensor.ix_xdrive50_last_command_flash_lights"
CHARGE = "sensor.ix_xdrive50_last_command_stop_charging"

pytestmark = pytest.mark.usefixtures("entity_registry_enabled_by_default")


@pytest.fixture
async def steps(hass: HomeAssistant, set_up: SetUp) -> list[tuple[Any, ...]]:
    """The events of the car, which are reported one by one."""
    heard: list[tuple[Any, ...]] = []

    @callback
    def hear(event: Event[EventStateChangedData]) -> None:
        old, new = event.data["old_state"], event.data["new_state"]
        if new and old and "unavailable" not in (old.state, new.state):
            heard.append(tuple(new.attributes[key] for key in ("command", "event_type", "reason")))

    await set_up()
    async_track_state_change_event(hass, [EVENT], hear)
    return heard


async def press(hass: HomeAssistant, name: str = "flash_lights") -> None:
    """Ask the car to do something."""
    entity = {"entity_id": f"button.ix_xdrive50_{name}"}
    await hass.services.async_call("button", "press", entity, blocking=True)
    await hass.async_block_till_done(wait_background_tasks=True)


def shown(hass: HomeAssistant, entity: str) -> tuple[str, Any]:
    """Return a state and its reason."""
    found = hass.states.get(entity)
    assert found is not None
    return found.state, found.attributes.get("reason")


async def test_steps_of_a_command(
    hass: HomeAssistant, sim: SimulatedMyBMW, steps: list[tuple[Any, ...]]
) -> None:
    assert shown(hass, FLASH) == ("unknown", None)
    sim.next_outcome("PENDING", "DELIVERED", "EXECUTED")
    await press(hass)
    assert shown(hass, FLASH) == ("executed", None)
    assert [step for _, step, _ in steps] == ["initiated", "pending", "delivered", "executed"]
    assert {command for command, _, _ in steps} == {"light_flash"}
    await press(hass)
    assert [step for _, step, _ in steps].count("executed") == 2, "again is an event again"


async def test_steps_in_a_burst(
    hass: HomeAssistant, sim: SimulatedMyBMW, entry: MockConfigEntry, steps: list[tuple[Any, ...]]
) -> None:
    """However much there is to show at once, no step is left out, and their order stays."""
    coordinator = entry.runtime_data
    for number in range(100):
        now = datetime.now(UTC)
        coordinator.async_push({IX.vin: [car.STATE_OF_CHARGE.at(number % 90, now, "mybmw")]})
    commands = [
        hass.services.async_call("button", "press", {"entity_id": f"button.ix_xdrive50_{name}"})
        for name in ("flash_lights", "sound_horn")
    ]
    await asyncio.gather(*commands)
    await hass.async_block_till_done(wait_background_tasks=True)
    usual = ["initiated", "pending", "delivered", "executed"]
    assert [step for kind, step, _ in steps if kind == "light_flash"] == usual
    assert [step for kind, step, _ in steps if kind == "horn_blow"] == usual


def fate(word: str) -> Fault:
    """Answer every question about a command with one word."""
    return faults.answer({"eventStatus": word})


@pytest.mark.parametrize(
    ("endpoint", "fault", "state", "reason"),
    [
        (Endpoint.COMMAND, faults.server_error(), "error", "500"),
        (Endpoint.COMMAND, faults.no_network(), "error", "ConnectError"),
        (
            Endpoint.EVENT_STATUS,
            faults.answer({"eventStatus": "ERROR"}),
            "error",
            "no reason given",
        ),
        (Endpoint.EVENT_STATUS, faults.answer({"eventStatus": "PENDING"}), "timed_out", "PENDING"),
    ],
)
async def test_failures(
    hass: HomeAssistant,
    sim: SimulatedMyBMW,
    steps: list[tuple[Any, ...]],
    endpoint: Endpoint,
    fault: Fault,
    state: str,
    reason: str,
) -> None:
    """The sensor reports what happened when the action raised, even if the car is unavailable."""
    sim.fail(endpoint, fault, None)
    with pytest.raises(HomeAssistantError):
        await press(hass)
    found, why = shown(hass, FLASH)
    assert found == state
    assert reason in why
    assert steps[-1] == ("light_flash", state, why)


async def test_ignored(
    hass: HomeAssistant, sim: SimulatedMyBMW, steps: list[tuple[Any, ...]], elapse: Elapse
) -> None:
    """A car that is not plugged in does not stop charging."""
    charging = sim.state(IX.vin)["state"]["electricChargingState"]
    charging |= {"isChargerConnected": False, "chargingStatus": "NOT_CHARGING"}
    sim.touch(IX.vin)
    await elapse(POLL)
    switch = {"entity_id": "switch.ix_xdrive50_charging"}
    with pytest.raises(HomeAssistantError):
        await hass.services.async_call("switch", "turn_off", switch, blocking=True)
    assert shown(hass, CHARGE) == ("ignored", "the car is not plugged in")
    assert steps == [("charge_stop", "ignored", "the car is not plugged in")]


async def test_outage_does_not_hide_it(
    hass: HomeAssistant, sim: SimulatedMyBMW, steps: list[tuple[Any, ...]], elapse: Elapse
) -> None:
    await press(hass)
    sim.fail(Endpoint.ANY, faults.no_network(), None)
    await elapse(POLL)
    await elapse(POLL)
    assert shown(hass, "sensor.ix_xdrive50_mileage")[0] == "unavailable"
    assert shown(hass, FLASH) == ("executed", None)


async def test_restart_is_no_event(
    hass: HomeAssistant, entry: MockConfigEntry, steps: list[tuple[Any, ...]], elapse: Elapse
) -> None:
    """The sensor remembers, and nothing is reported again."""
    await press(hass)
    heard = len(steps)
    await hass.config_entries.async_reload(entry.entry_id)
    await elapse(timedelta(seconds=1))
    assert shown(hass, FLASH) == ("executed", None)
    assert len(steps) == heard


async def test_read_only_has_neither(
    hass: HomeAssistant, entry: MockConfigEntry, steps: list[tuple[Any, ...]]
) -> None:
    """Commands that cannot be sent have no sensor."""
    hass.config_entries.async_update_entry(entry, options={"read_only": True})
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    assert hass.states.get(FLASH) is None
    assert hass.states.get(EVENT) is None
