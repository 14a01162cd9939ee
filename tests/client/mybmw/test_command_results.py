"""How a command goes on: errors, time-outs, hiccups, other commands (mybmw-app.md#commands)."""

import asyncio
import re
from typing import Any

from freezegun.api import FrozenDateTimeFactory
import httpx
import pytest

from custom_components.mybmw.client import (
    AuthError,
    BlockedError,
    Command,
    CommandError,
    CommandKind,
    CommandState,
    CommandTimeoutError,
    attributes as a,
)
from tests.client.support import IX, Client, asked, make_client, recorded, sent, tokens
from tests.replay import faults
from tests.replay.faults import Endpoint, Fault
from tests.replay.mybmw import SimulatedMyBMW

LOCK = Command(CommandKind.DOOR_LOCK)


async def test_error(sim: SimulatedMyBMW, client: Client) -> None:
    """Library remote services: ERROR → an error with the service's words."""
    await client.car()
    sim.next_outcome("PENDING", "ERROR")
    states: list[CommandState] = []
    with pytest.raises(CommandError, match="could not carry out the command") as caught:
        await client.garage.send(IX, LOCK, states.append)
    assert "Something went wrong" in str(caught.value)
    assert caught.value.key == "command_failed"
    assert states == ["INITIATED", "PENDING"]
    assert asked(sim).count(Endpoint.STATE) == 1


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ({"errorDetails": {"errorDetails": "CHARGING_MODE_NOT_SET"}}, "CHARGING_MODE_NOT_SET"),
        ({"errorDetails": {"title": "", "description": None}}, "no reason given"),
        ({"errorDetails": None}, "no reason given"),
        ({"details": "Not sure"}, "no reason given"),
        ({"errorDetails": {"title": f"{IX} is asleep"}}, "asleep"),
    ],
)
async def test_words_of_errors(
    answer: dict[str, Any], words: str, sim: SimulatedMyBMW, client: Client
) -> None:
    await client.car()
    sim.fail(Endpoint.EVENT_STATUS, faults.answer({"eventStatus": "ERROR", **answer}))
    with pytest.raises(CommandError, match=words):
        await client.garage.send(IX, LOCK)


async def test_timeout(sim: SimulatedMyBMW, client: Client) -> None:
    """Library remote services: no final word within 240 s."""
    await client.car()
    sim.next_outcome("PENDING")
    states: list[CommandState] = []
    with pytest.raises(CommandTimeoutError, match="PENDING") as caught:
        await client.garage.send(IX, LOCK, states.append)
    assert caught.value.key == "command_timeout"
    assert set(client.waits) == {3.5}
    assert 240 <= sum(client.waits) < 240 + 3.5
    assert asked(sim).count(Endpoint.EVENT_STATUS) == len(client.waits)
    assert set(states[1:]) == {CommandState.PENDING}


async def test_timeout_of_slow_answers(
    sim: SimulatedMyBMW, client: Client, freezer: FrozenDateTimeFactory
) -> None:
    """The 240 s are over as well when it is the answers that take the time."""
    await client.car()

    def slow(request: httpx.Request) -> httpx.Response:
        freezer.tick(50)
        return httpx.Response(200, json={"eventStatus": "PENDING"}, request=request)

    sim.fail(Endpoint.EVENT_STATUS, slow, times=None)
    with pytest.raises(CommandTimeoutError):
        await client.garage.send(IX, LOCK)
    assert asked(sim).count(Endpoint.EVENT_STATUS) == 5


async def test_one_command_at_a_time() -> None:
    """Commands to one car wait for each other; other cars do not wait."""
    sim = SimulatedMyBMW(recorded("ix_xdrive50", "i4_edrive40"))
    known = tokens(sim.issue_tokens())

    async def handle(request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(0)
        return sim.handle(request)

    client = make_client(known=known, transport=httpx.MockTransport(handle))
    await client.read()
    sim.clear_calls()
    i4 = "WBY0FINGERPRINT01"
    flash = Command(CommandKind.LIGHT_FLASH)
    await asyncio.gather(*(client.garage.send(vin, flash) for vin in (IX, IX, i4)))
    mine = [call.endpoint for call in sim.calls if call.vin == IX]
    assert mine == [Endpoint.COMMAND, *[Endpoint.EVENT_STATUS] * 3] * 2
    assert [call.vin for call in sim.calls[:2]] == [IX, i4]


async def test_poll_is_overtaken_by_command() -> None:
    """A state that was asked for before a command ended does not undo what it changed."""
    sim = SimulatedMyBMW(recorded("ix_xdrive50"))
    hold, asking = asyncio.Event(), asyncio.Event()
    held = False

    async def handle(request: httpx.Request) -> httpx.Response:
        response = sim.handle(request)
        if held and request.url.path.endswith("/state") and not asking.is_set():
            asking.set()
            await hold.wait()
        return response

    known = tokens(sim.issue_tokens())
    client = make_client(known=known, transport=httpx.MockTransport(handle))
    vehicle = await client.car()
    held = True
    poll = asyncio.create_task(client.garage.refresh(client.source))
    await asking.wait()
    await client.garage.send(IX, Command(CommandKind.DOOR_UNLOCK))
    assert vehicle.value(a.LOCK_STATE) == "UNLOCKED"
    hold.set()
    assert (await poll).error is None
    assert vehicle.value(a.LOCK_STATE) == "UNLOCKED"


@pytest.mark.parametrize(
    "fault",
    [
        faults.server_error(),
        faults.gateway(),
        faults.timeout(),
        faults.no_network(),
        faults.broken_json(),
        faults.text("<html>"),
    ],
)
async def test_hiccups(fault: Fault, sim: SimulatedMyBMW, client: Client) -> None:
    """Pitfall 12: what goes wrong while asking about a command does not end it."""
    await client.car()
    sim.fail(Endpoint.EVENT_STATUS, fault, times=2)
    states: list[CommandState] = []
    result = await client.garage.send(IX, LOCK, states.append)
    assert result.state is CommandState.EXECUTED
    assert states == ["INITIATED", "PENDING", "DELIVERED", "EXECUTED"]


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        ({"eventStatus": "UNKNOWN"}, "INITIATED"),
        ({"eventStatus": "SLEEPING"}, "INITIATED"),
        ({"eventStatus": 7}, "INITIATED"),
        ({"eventStatus": None}, "INITIATED"),
        ({}, "INITIATED"),
        ([], "INITIATED"),
        (None, "INITIATED"),
        ({"eventStatus": "INITIATED"}, "INITIATED"),
        ({"eventStatus": "DELIVERED"}, "DELIVERED"),
    ],
)
async def test_states(answer: object, state: str, sim: SimulatedMyBMW, client: Client) -> None:
    """Library remote services, pitfall 12: INITIATED and unknown words are not final."""
    await client.car()
    sim.fail(Endpoint.EVENT_STATUS, faults.answer(answer))
    states: list[CommandState] = []
    result = await client.garage.send(IX, LOCK, states.append)
    assert states[:2] == ["INITIATED", state]
    assert states[-1] == result.state == "EXECUTED"


async def test_ignored_by_the_car(sim: SimulatedMyBMW, client: Client) -> None:
    """Pitfall 12: IGNORED is final, and no success."""
    await client.car()
    sim.next_outcome("PENDING", "IGNORED")
    result = await client.garage.send(IX, LOCK)
    assert result.state is CommandState.IGNORED


@pytest.mark.parametrize("answer", [None, {}, [], {"eventId": None}, {"eventId": ""}, "done"])
async def test_no_event(answer: object, sim: SimulatedMyBMW, client: Client) -> None:
    """Without an event the command was carried out (mybmw-app.md#commands)."""
    await client.car()
    sim.fail(Endpoint.COMMAND, faults.answer(answer))
    result = await client.garage.send(IX, Command(CommandKind.LIGHT_FLASH))
    assert result.state is CommandState.EXECUTED
    assert Endpoint.EVENT_STATUS not in asked(sim)


async def test_empty_answer(sim: SimulatedMyBMW, client: Client) -> None:
    await client.car()
    sim.next_outcome()
    result = await client.garage.send(IX, LOCK)
    assert result.state is CommandState.EXECUTED
    assert client.waits == [7]


async def test_blocked_while_waiting(sim: SimulatedMyBMW, client: Client) -> None:
    await client.car()
    sim.fail(Endpoint.EVENT_STATUS, faults.blocked())
    with pytest.raises(BlockedError):
        await client.garage.send(IX, LOCK)


async def test_quota_spent_while_waiting(sim: SimulatedMyBMW, client: Client) -> None:
    """The command is on its way all the same; its result is asked for again."""
    await client.car()
    sim.fail(Endpoint.EVENT_STATUS, faults.quota())
    result = await client.garage.send(IX, LOCK)
    assert result.state is CommandState.EXECUTED


async def test_login_fails_while_waiting(sim: SimulatedMyBMW, client: Client) -> None:
    await client.car()
    sim.fail(Endpoint.EVENT_STATUS, faults.unauthorized())
    sim.revoke(refresh=True)
    sim.fail(Endpoint.COMMAND, faults.answer({"eventId": "one"}))
    with pytest.raises(AuthError):
        await client.garage.send(IX, LOCK)


@pytest.mark.parametrize("fault", [faults.server_error(), faults.no_network(), faults.quota()])
async def test_state_cannot_be_read_afterwards(
    fault: Fault, sim: SimulatedMyBMW, client: Client
) -> None:
    """The command was carried out all the same."""
    await client.car()
    sim.fail(Endpoint.STATE, fault, times=None)
    result = await client.garage.send(IX, LOCK)
    assert result.state is CommandState.EXECUTED


async def test_refresh_during_command(sim: SimulatedMyBMW, client: Client) -> None:
    """A token that expires is renewed, and the command is sent once more."""
    await client.car()
    sim.revoke()
    result = await client.garage.send(IX, LOCK)
    assert result.state is CommandState.EXECUTED
    assert asked(sim).count(Endpoint.COMMAND) == 2
    assert asked(sim).count(Endpoint.TOKEN) == 1


async def test_events_are_distinguished(sim: SimulatedMyBMW, client: Client) -> None:
    """Each command is followed by its own event."""
    await client.car()
    for _ in range(2):
        await client.garage.send(IX, Command(CommandKind.LIGHT_FLASH))
    events = [request.url.params["eventId"] for request in sent(client, "/eventStatus")]
    assert events == [events[0]] * 3 + [events[3]] * 3
    assert events[0] != events[3]
    assert all(re.fullmatch(r"[0-9a-f-]{36}", event) for event in events)
