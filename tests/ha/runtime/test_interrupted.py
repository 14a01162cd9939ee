"""Commands in the middle of which something ends: the entry, Home Assistant, or who sent it."""

import asyncio
from collections.abc import Callable
from copy import deepcopy
from typing import Any

from homeassistant.const import EVENT_HOMEASSISTANT_FINAL_WRITE
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.mybmw.client import Http
from tests.ha.conftest import Elapse, SetUp
from tests.ha.support import IX, LOCK, POLL, asked, state
from tests.ha.support.commanding import (
    CASES,
    DOOR_LOCK,
    LAST,
    SECONDS,
    UNLOCK,
    Case,
    act,
    entity,
    wake,
)
from tests.replay.faults import Endpoint
from tests.replay.mybmw import SimulatedMyBMW

pytestmark = pytest.mark.usefixtures("entity_registry_enabled_by_default")

type Begin = Callable[..., Any]


@pytest.fixture(autouse=True)
def goes_on(monkeypatch: pytest.MonkeyPatch) -> asyncio.Event:
    """Let everything that pauses wait for this."""
    event = asyncio.Event()

    async def pause(_self: Http, _seconds: float) -> None:
        await event.wait()

    monkeypatch.setattr(Http, "pause", pause)
    return event


@pytest.fixture
async def begin(hass: HomeAssistant, sim: SimulatedMyBMW, set_up: SetUp, elapse: Elapse) -> Begin:
    """Return what begins a command, and returns its task when BMW has accepted it."""
    wake(sim)
    await set_up()
    await elapse(SECONDS)

    async def run(case: Case = UNLOCK) -> asyncio.Task[None]:
        sent = asked(sim, Endpoint.COMMAND)
        task = asyncio.create_task(act(hass, case))
        while asked(sim, Endpoint.COMMAND) == sent:  # noqa: ASYNC110 - nothing tells of it
            await asyncio.sleep(0)
        for _ in range(200):
            await asyncio.sleep(0)
        assert asked(sim, Endpoint.COMMAND) == sent + 1
        return task

    return run


async def end(task: asyncio.Task[None]) -> None:
    """End a command that is not awaited any more."""
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case[2]}-{case[1]}")
async def test_reloaded(
    hass: HomeAssistant,
    sim: SimulatedMyBMW,
    entry: MockConfigEntry,
    begin: Begin,
    elapse: Elapse,
    case: Case,
) -> None:
    """A reload in the middle of a command does not bring back the old state as if it were true."""
    task = await begin(case)
    sim.clear_calls()
    assert await hass.config_entries.async_reload(entry.entry_id)
    await end(task)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert state(hass, entity(case)) == "unknown"
    assert asked(sim, Endpoint.STATE) == 1, "it is read at once"
    await elapse(20 * SECONDS)
    sim.carry_out(IX.vin)
    await elapse(11 * SECONDS)
    assert state(hass, entity(case)) == case[4]
    assert asked(sim, Endpoint.STATE) == 2
    await elapse(40 * SECONDS)
    assert asked(sim, Endpoint.STATE) == 2, "nothing is left to find out"


async def test_reloaded_again_while_it_is_unknown(
    hass: HomeAssistant,
    sim: SimulatedMyBMW,
    entry: MockConfigEntry,
    begin: Begin,
    elapse: Elapse,
) -> None:
    """What is unknown stays unknown over any number of reloads, and what was sent is known."""
    await end(await begin())
    assert state(hass, LOCK) == "unknown"
    for _ in range(2):
        await elapse(SECONDS)
        assert await hass.config_entries.async_reload(entry.entry_id)
        await hass.async_block_till_done()
        assert (state(hass, LOCK), state(hass, DOOR_LOCK)) == ("unknown", "unknown")
        assert state(hass, f"{LAST}_unlock") == "unconfirmed"
    sim.touch(IX.vin)
    await elapse(31 * SECONDS)
    assert state(hass, LOCK) == "locked"
    assert state(hass, f"{LAST}_unlock") == "contradicted"


async def test_car_that_stays_silent_after_a_reload(
    hass: HomeAssistant,
    sim: SimulatedMyBMW,
    entry: MockConfigEntry,
    begin: Begin,
    elapse: Elapse,
) -> None:
    """It is read at once, after 30, 60 and 180 s, and then no more than usual."""
    task = await begin()
    sim.clear_calls()
    assert await hass.config_entries.async_reload(entry.entry_id)
    await end(task)
    for expected in (1, 2, 3, 3, 3, 3, 4):
        await hass.async_block_till_done()
        assert asked(sim, Endpoint.STATE) == expected
        await elapse(30.1 * SECONDS)
    assert asked(sim, Endpoint.STATE) == 4


async def test_unloaded(
    hass: HomeAssistant,
    sim: SimulatedMyBMW,
    entry: MockConfigEntry,
    begin: Begin,
    elapse: Elapse,
) -> None:
    """Nothing is read any more for an entry that is not loaded."""
    await end(await begin())
    sim.clear_calls()
    assert await hass.config_entries.async_unload(entry.entry_id)
    await elapse(200 * SECONDS)
    assert asked(sim, Endpoint.ANY) == len(sim.calls) == 0


@pytest.mark.parametrize("how", ["stopped", "killed"])
async def test_home_assistant_ends(
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    sim: SimulatedMyBMW,
    entry: MockConfigEntry,
    begin: Begin,
    elapse: Elapse,
    how: str,
) -> None:
    """It is on disk before a command is sent that it was."""
    task = await begin()
    name = f"mybmw.{entry.entry_id}"
    if how == "stopped":
        hass.bus.async_fire(EVENT_HOMEASSISTANT_FINAL_WRITE)
        for _ in range(20):
            await asyncio.sleep(0)
    left = deepcopy(hass_storage[name])
    await end(task)
    await hass.config_entries.async_unload(entry.entry_id)
    hass_storage[name] = left
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    assert state(hass, LOCK) == "unknown"
    assert state(hass, f"{LAST}_unlock") == "unconfirmed"
    await elapse(POLL)
    sim.carry_out(IX.vin)
    await elapse(POLL)
    assert state(hass, LOCK) == "unlocked"


async def test_script_is_stopped(
    hass: HomeAssistant, sim: SimulatedMyBMW, begin: Begin, elapse: Elapse
) -> None:
    """An automation that starts anew ends the command of its former run."""
    await end(await begin())
    assert state(hass, LOCK) == "unknown"
    assert state(hass, f"{LAST}_unlock") == "unconfirmed"
    sim.carry_out(IX.vin)
    await elapse(31 * SECONDS)
    assert state(hass, LOCK) == "unlocked"


async def test_stopped_before_it_is_sent(
    hass: HomeAssistant, sim: SimulatedMyBMW, begin: Begin, goes_on: asyncio.Event
) -> None:
    """A command that waits for another one to the same car has not been sent."""
    first = await begin(CASES[3])
    second = asyncio.create_task(act(hass))
    for _ in range(50):
        await asyncio.sleep(0)
    await end(second)
    assert state(hass, LOCK) == "locked"
    goes_on.set()
    await first
    assert state(hass, LOCK) == "locked"
    assert asked(sim, Endpoint.COMMAND) == 1


@pytest.mark.parametrize(
    "damage",
    [
        "nothing",
        [5, None, {}],
        [{"vin": IX.vin, "kind": "door_lock"}],
        [{"vin": IX.vin, "kind": "horn_blow", "command": {"kind": "horn_blow"}}],
        [{"vin": IX.vin, "kind": "target_soc", "command": {"kind": "target_soc", "percent": 3}}],
    ],
)
async def test_odd_file(
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    sim: SimulatedMyBMW,
    entry: MockConfigEntry,
    begin: Begin,
    damage: object,
) -> None:
    """What is not understood in the file is left out."""
    await hass.config_entries.async_unload(entry.entry_id)
    more = {"source": "mybmw", "time": "2026-01-01T00:00:00+00:00", "ended": None, "state": None}
    if isinstance(damage, list):
        damage = [item and isinstance(item, dict) and {**more, **item} for item in damage]
    hass_storage[f"mybmw.{entry.entry_id}"]["data"]["commands"] = damage
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    assert state(hass, LOCK) == "locked"
    assert state(hass, "number.ix_xdrive50_target_soc") == "90.0"
