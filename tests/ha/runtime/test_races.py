"""What happens at the same time: commands, polls, reloads, logins, pictures."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.image import async_get_image
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
import httpx
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_fire_time_changed

from custom_components.mybmw.client import Http
from custom_components.mybmw.client.transport.http import Request
from tests.ha.conftest import PNG, Elapse, SetUp
from tests.ha.support import (
    IX,
    LISTING,
    LOCK,
    PETROL,
    PICTURE,
    POLL,
    SOC,
    asked,
    charge,
    device,
    flows,
    state,
)
from tests.replay import faults
from tests.replay.faults import Endpoint
from tests.replay.mybmw import SimulatedMyBMW

OTHER_LOCK = "lock.320i_lock"
TOKEN = "/oauth/token"
COMMAND = "/remote-commands/door-"


@dataclass(slots=True)
class Gate:
    """Holds an answer back: `reached` is set when it waits, `go_on` lets it go."""

    reached: asyncio.Event = field(default_factory=asyncio.Event)
    go_on: asyncio.Event = field(default_factory=asyncio.Event)


type Hold = Callable[[str], Gate]


@pytest.fixture(autouse=True)
def enable_event_loop_debug() -> None:
    """Leave the debug mode of the event loop off: it takes a third of the time."""


@pytest.fixture
def hold(monkeypatch: pytest.MonkeyPatch) -> Hold:
    """Hold back the first answer from URLs with a part; the service has done its work then."""

    def run(part: str) -> Gate:
        gate, fetch = Gate(), Http.fetch

        async def slow(self: Http, request: Request) -> httpx.Response:
            response = await fetch(self, request)
            if part in request.url and not gate.reached.is_set():
                gate.reached.set()
                await gate.go_on.wait()
            return response

        monkeypatch.setattr(Http, "fetch", slow)
        return gate

    return run


def call(hass: HomeAssistant, service: str, entity: str = LOCK) -> asyncio.Task[Any]:
    """Call a service of a lock in the background, unknown to Home Assistant's own waiting."""
    target = {"entity_id": entity}
    return asyncio.create_task(hass.services.async_call("lock", service, target, blocking=True))


def tick(hass: HomeAssistant, freezer: FrozenDateTimeFactory, delta: timedelta = POLL) -> None:
    """Let a poll begin, without waiting for it."""
    freezer.tick(delta)
    async_fire_time_changed(hass)


async def until(condition: Callable[[], bool]) -> None:
    """Let everything go on that can, until something is so."""
    while not condition():  # noqa: ASYNC110 - the clock that a pause needs stands still
        await asyncio.sleep(0)


async def expect_login_alive(
    hass: HomeAssistant, sim: SimulatedMyBMW, entry: MockConfigEntry, elapse: Elapse
) -> None:
    """The entry holds a refresh token that the service takes."""
    await elapse(POLL)
    sim.revoke()
    for percent in (21, 22):
        charge(sim, percent)
        await elapse(POLL)
    assert entry.state is ConfigEntryState.LOADED
    assert flows(hass) == []
    assert state(hass, SOC) == "22"


@pytest.mark.parametrize("late", [False, True])
async def test_reload_during_a_refresh(
    hass: HomeAssistant,
    sim: SimulatedMyBMW,
    set_up: SetUp,
    elapse: Elapse,
    freezer: FrozenDateTimeFactory,
    hold: Hold,
    late: bool,
) -> None:
    """The answer to a refresh is kept though its poll was cancelled, even if it is late."""
    entry = await set_up()
    before = entry.data["sources"]["mybmw"]["tokens"]["refresh"]
    gate = hold(TOKEN)
    sim.revoke()
    tick(hass, freezer)
    await gate.reached.wait()
    assert await hass.config_entries.async_reload(entry.entry_id)
    if late:
        await elapse(timedelta(seconds=1))
        assert asked(sim, Endpoint.TOKEN) == 2
    gate.go_on.set()
    await hass.async_block_till_done(wait_background_tasks=True)
    after = entry.data["sources"]["mybmw"]["tokens"]["refresh"]
    assert after != before
    assert after in sim._tokens.refresh
    await expect_login_alive(hass, sim, entry, elapse)


async def test_picture_times_out_during_a_refresh(
    hass: HomeAssistant,
    sim: SimulatedMyBMW,
    set_up: SetUp,
    elapse: Elapse,
    hold: Hold,
) -> None:
    """So is the answer to a refresh that a cancelled request of a picture began."""
    sim.fail(Endpoint.IMAGE, faults.server_error())
    entry = await set_up()
    await elapse(LISTING)
    await elapse(POLL)
    gate = hold(TOKEN)
    sim.revoke()
    look = asyncio.create_task(async_get_image(hass, PICTURE))
    await gate.reached.wait()
    look.cancel()
    with pytest.raises(HomeAssistantError):
        await look
    gate.go_on.set()
    await hass.async_block_till_done(wait_background_tasks=True)
    assert entry.data["sources"]["mybmw"]["tokens"]["refresh"] in sim._tokens.refresh
    await expect_login_alive(hass, sim, entry, elapse)


async def test_many_read_one_picture(
    hass: HomeAssistant, sim: SimulatedMyBMW, set_up: SetUp, elapse: Elapse, hold: Hold
) -> None:
    """Requests while it is being fetched wait for the same picture."""
    sim.fail(Endpoint.IMAGE, faults.server_error())
    await set_up()
    await elapse(LISTING)
    gate = hold("/images")
    sim.clear_calls()
    looks = [asyncio.create_task(async_get_image(hass, PICTURE)) for _ in range(4)]
    await gate.reached.wait()
    gate.go_on.set()
    assert {seen.content for seen in await asyncio.gather(*looks)} == {PNG + b"VehicleStatus"}
    assert asked(sim, Endpoint.IMAGE) == 1


@pytest.mark.parametrize("command_first", [False, True])
async def test_reload_during_a_command(
    hass: HomeAssistant,
    sim: SimulatedMyBMW,
    set_up: SetUp,
    elapse: Elapse,
    freezer: FrozenDateTimeFactory,
    hold: Hold,
    command_first: bool,
) -> None:
    """A command from before and a poll after a reload share a login."""
    entry = await set_up()
    gate = hold(COMMAND)
    command = call(hass, "unlock")
    await gate.reached.wait()
    assert await hass.config_entries.async_reload(entry.entry_id)
    sim.revoke()
    sim.clear_calls()
    if command_first:
        gate.go_on.set()
        await command
    tick(hass, freezer)
    await until(lambda: asked(sim, Endpoint.CHARGING) > 0)
    gate.go_on.set()
    await command
    assert sim.state(IX.vin)["state"]["doorsState"]["combinedSecurityState"] == "UNLOCKED"
    await elapse(POLL)
    assert state(hass, LOCK) == "unlocked"
    await expect_login_alive(hass, sim, entry, elapse)


@pytest.mark.parametrize("revoked", [False, True])
async def test_entry_is_removed_during_a_command(
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    sim: SimulatedMyBMW,
    set_up: SetUp,
    elapse: Elapse,
    hold: Hold,
    revoked: bool,
) -> None:
    """The command ends as usual, and leaves nothing behind."""
    entry = await set_up()
    gate = hold(COMMAND)
    command = call(hass, "unlock")
    await gate.reached.wait()
    await hass.config_entries.async_remove(entry.entry_id)
    if revoked:
        sim.revoke()
    gate.go_on.set()
    await command
    await elapse(LISTING)
    assert sim.state(IX.vin)["state"]["doorsState"]["combinedSecurityState"] == "UNLOCKED"
    assert [key for key in hass_storage if entry.entry_id in key] == []
    assert hass.states.get(LOCK) is None


@pytest.mark.parametrize("cars", [("ix_xdrive50", "320i")])
async def test_car_leaves_during_its_command(
    hass: HomeAssistant,
    sim: SimulatedMyBMW,
    set_up: SetUp,
    freezer: FrozenDateTimeFactory,
    hold: Hold,
) -> None:
    """A car that was removed does not come back with the result of a command."""
    entry = await set_up()
    gate = hold(COMMAND)
    command = call(hass, "unlock", OTHER_LOCK)
    await gate.reached.wait()
    sim.remove(PETROL.vin)
    tick(hass, freezer, LISTING)
    await until(lambda: state(hass, OTHER_LOCK) == "unavailable")
    tick(hass, freezer, LISTING)
    await until(lambda: device(hass, entry, PETROL) is None)
    sim.add(PETROL)
    gate.go_on.set()
    await command
    await hass.async_block_till_done()
    assert device(hass, entry, PETROL) is None
    assert hass.states.get(OTHER_LOCK) is None
    assert entry.runtime_data.vehicles.keys() == {IX.vin}


async def test_poll_is_overtaken_by_a_command(
    hass: HomeAssistant,
    sim: SimulatedMyBMW,
    set_up: SetUp,
    freezer: FrozenDateTimeFactory,
    monkeypatch: pytest.MonkeyPatch,
    hold: Hold,
) -> None:
    """A poll that began before a command ended does not undo what the command changed."""
    await set_up()
    gate = hold("/eadrax-crccs/v2/vehicles")
    monkeypatch.setattr("tests.replay.world.Car.reported", lambda _self: None)
    tick(hass, freezer)
    await gate.reached.wait()
    freezer.tick(1)
    await call(hass, "unlock")
    assert state(hass, LOCK) == "unlocked"
    gate.go_on.set()
    await hass.async_block_till_done(wait_background_tasks=True)
    assert state(hass, LOCK) == "unlocked"


async def test_slow_answers_about_a_command(
    hass: HomeAssistant, sim: SimulatedMyBMW, set_up: SetUp, freezer: FrozenDateTimeFactory
) -> None:
    """After four minutes by the clock a command is given up, and may still be carried out."""
    await set_up()

    def slow(request: httpx.Request) -> httpx.Response:
        freezer.tick(30)
        raise httpx.ReadTimeout("", request=request)

    sim.fail(Endpoint.EVENT_STATUS, slow, times=None)
    sim.clear_calls()
    with pytest.raises(HomeAssistantError) as caught:
        await call(hass, "unlock")
    assert caught.value.translation_key == "command_timeout"
    assert asked(sim, Endpoint.EVENT_STATUS) == 8
    assert state(hass, LOCK) == "unknown"


async def test_rate_limit_while_a_command_runs(
    hass: HomeAssistant, sim: SimulatedMyBMW, set_up: SetUp
) -> None:
    """Being asked for patience does not end the wait for the result."""
    await set_up()
    sim.fail(Endpoint.EVENT_STATUS, faults.rate_limited(2), times=9)
    await call(hass, "unlock")
    assert state(hass, LOCK) == "unlocked"


@pytest.mark.parametrize("cars", [("ix_xdrive50", "320i")])
async def test_two_cars_at_the_same_time(
    hass: HomeAssistant, sim: SimulatedMyBMW, set_up: SetUp, hold: Hold
) -> None:
    """Commands to two cars run side by side, those to one car one after the other."""
    await set_up()
    gate = hold(COMMAND)
    sim.clear_calls()
    tasks = [call(hass, "unlock"), call(hass, "lock")]
    await gate.reached.wait()
    await call(hass, "unlock", OTHER_LOCK)
    gate.go_on.set()
    await asyncio.gather(*tasks)
    sent = [(item.vin, item.path[-6:]) for item in sim.calls if item.endpoint is Endpoint.COMMAND]
    assert sent == [(IX.vin, "unlock"), (PETROL.vin, "unlock"), (IX.vin, "r-lock")]
    mine = [item.endpoint for item in sim.calls if item.vin == IX.vin]
    assert mine[: mine.index(Endpoint.COMMAND, 1)].count(Endpoint.EVENT_STATUS) == 3
    assert state(hass, LOCK) == "locked"
    assert state(hass, OTHER_LOCK) == "unlocked"
