"""Commands: what is sent, how it goes on, what is read afterwards (facts: MyBMW sheet §3.3)."""

from collections.abc import Callable
from datetime import UTC, datetime
import re
from typing import Any

import pytest

from custom_components.mybmw.client import (
    AcLimit,
    ApiError,
    AuthError,
    BlockedError,
    ChangeProfile,
    ClientError,
    Command,
    CommandError,
    CommandKind,
    CommandState,
    CommandTimeoutError,
    NetworkError,
    PointOfInterest,
    QuotaError,
    SendPoi,
    TargetSoc,
    UnsupportedError,
    attributes as a,
)
from custom_components.mybmw.client.values import Brand, Position
from tests.client.support import SANE, Client, Simulate, asked, read, recorded, replay, sent
from tests.replay import faults
from tests.replay.faults import Endpoint, Fault
from tests.replay.mybmw import SimulatedMyBMW

type ClientOf = Callable[..., Client]

IX = "WBY0FINGERPRINT02"
VRCCS = "/eadrax-vrccs/v4/presentation/remote-commands"
CRCCS = f"/eadrax-crccs/v1/vehicles/{IX}"
LOCK = Command(CommandKind.DOOR_LOCK)
POI = SendPoi(PointOfInterest(Position(48.1, 11.5)))

# kind → (path, params, body, whether the state is read afterwards)
SIMPLE: dict[CommandKind, tuple[str, dict[str, str], bool]] = {
    CommandKind.LIGHT_FLASH: (f"{VRCCS}/light-flash", {}, False),
    CommandKind.HORN_BLOW: (f"{VRCCS}/horn-blow", {}, False),
    CommandKind.DOOR_LOCK: (f"{VRCCS}/door-lock", {}, True),
    CommandKind.DOOR_UNLOCK: (f"{VRCCS}/door-unlock", {}, True),
    CommandKind.CLIMATE_START: (f"{VRCCS}/climate-now", {"action": "START"}, True),
    CommandKind.CLIMATE_STOP: (f"{VRCCS}/climate-now", {"action": "STOP"}, True),
    CommandKind.VEHICLE_FINDER: (f"{VRCCS}/vehicle-finder", {}, False),
    CommandKind.CHARGE_START: (f"{CRCCS}/start-charging", {}, True),
    CommandKind.CHARGE_STOP: (f"{CRCCS}/stop-charging", {}, True),
}
EVERY: dict[CommandKind, Command] = {
    **{kind: Command(kind) for kind in SIMPLE},
    CommandKind.TARGET_SOC: TargetSoc(80),
    CommandKind.AC_LIMIT: AcLimit(16),
    CommandKind.CHARGING_PROFILE: ChangeProfile(preconditioning=True),
    CommandKind.SEND_POI: POI,
}


def charge(sim: SimulatedMyBMW, status: str = "CHARGING", *, plugged: bool = True) -> None:
    sim.state(IX)["state"]["electricChargingState"] |= {
        "chargingStatus": status,
        "isChargerConnected": plugged,
    }


def test_every_kind_is_tested() -> None:
    assert EVERY.keys() == set(CommandKind)
    assert all(command.kind is kind for kind, command in EVERY.items())


@pytest.mark.parametrize("kind", SIMPLE)
async def test_simple_command(kind: CommandKind, sim: SimulatedMyBMW, client: Client) -> None:
    """§8 remote services: each ends EXECUTED, and refreshes exactly when the table says."""
    path, params, refreshes = SIMPLE[kind]
    charge(sim)
    vehicle = await client.car()
    sim.clear_calls()
    client.requests.clear()
    states: list[CommandState] = []
    result = await client.garage.send(IX, Command(kind), states.append)
    assert (result.kind, result.state, result.reason) == (kind, CommandState.EXECUTED, None)
    assert states == ["INITIATED", "PENDING", "DELIVERED", "EXECUTED"]
    trigger, *statuses = client.requests[:4]
    assert trigger.method == "POST"
    assert trigger.url.path == path
    assert dict(trigger.url.params) == params
    assert trigger.content == b"{}"
    assert trigger.headers["content-type"] == "application/json"
    assert trigger.headers.get("bmw-vin") == (IX if VRCCS in path else None)
    for status in statuses:
        assert status.url.path == "/eadrax-vrccs/v3/presentation/remote-commands/eventStatus"
        assert list(status.url.params) == ["eventId"]
        assert status.content == b""
        assert "bmw-vin" not in status.headers
    read_after = [Endpoint.STATE, Endpoint.CHARGING] if refreshes else []
    assert asked(sim)[4:] == read_after
    assert client.waits == [3.5] * 3 + [7] * refreshes
    assert vehicle is client.garage.vehicles[IX]


async def test_only_that_car_is_read_again(simulate: Simulate, client_of: ClientOf) -> None:
    """§9.13: a command costs no requests for other cars."""
    sim = simulate(*SANE)
    client = client_of(sim)
    await client.read()
    sim.clear_calls()
    await client.garage.send(IX, LOCK)
    assert {call.vin for call in sim.calls} == {IX}
    assert asked(sim).count(Endpoint.STATE) == 1
    assert Endpoint.VEHICLES not in asked(sim)


async def test_lock_and_unlock(sim: SimulatedMyBMW, client: Client) -> None:
    """§8 remote services: lock and unlock change the state."""
    vehicle = await client.car()
    for kind, state in ((CommandKind.DOOR_UNLOCK, "UNLOCKED"), (CommandKind.DOOR_LOCK, "LOCKED")):
        await client.garage.send(IX, Command(kind))
        assert vehicle.value(a.LOCK_STATE) == state


async def test_climate(sim: SimulatedMyBMW, client: Client) -> None:
    """§8 remote services: climate start and stop; the old end time is over."""
    vehicle = await client.car()
    await client.garage.send(IX, Command(CommandKind.CLIMATE_START))
    assert vehicle.value(a.CLIMATE_ACTIVITY) == "COOLING"
    assert vehicle.value(a.CLIMATE_END_TIME)
    await client.garage.send(IX, Command(CommandKind.CLIMATE_STOP))
    assert vehicle.value(a.CLIMATE_ACTIVITY) == "STANDBY"
    assert vehicle.value(a.CLIMATE_END_TIME) is None


async def test_charging(sim: SimulatedMyBMW, client: Client) -> None:
    """§8 remote services: charge stop and start."""
    charge(sim)
    vehicle = await client.car()
    await client.garage.send(IX, Command(CommandKind.CHARGE_STOP))
    assert vehicle.value(a.CHARGING_STATUS) == "PLUGGED_IN"
    await client.garage.send(IX, Command(CommandKind.CHARGE_START))
    assert vehicle.value(a.CHARGING_STATUS) == "CHARGING"


@pytest.mark.parametrize(
    ("kind", "status", "plugged", "reason"),
    [
        (CommandKind.CHARGE_START, "NOT_CHARGING", False, "not plugged in"),
        (CommandKind.CHARGE_STOP, "CHARGING", False, "not plugged in"),
        (CommandKind.CHARGE_STOP, "TARGET_REACHED", True, "not charging"),
    ],
)
async def test_ignored(
    kind: CommandKind,
    status: str,
    plugged: bool,
    reason: str,
    sim: SimulatedMyBMW,
    client: Client,
) -> None:
    """§8 remote services: IGNORED, with the reason and without a request."""
    charge(sim, status, plugged=plugged)
    await client.car()
    sim.clear_calls()
    states: list[CommandState] = []
    result = await client.garage.send(IX, Command(kind), states.append)
    assert result.state is CommandState.IGNORED
    assert result.reason is not None
    assert reason in result.reason
    assert sim.calls == []
    assert states == []


@pytest.mark.parametrize("kind", CommandKind)
async def test_not_allowed(kind: CommandKind, sim: SimulatedMyBMW, client: Client) -> None:
    """§8 remote services: without capabilities only the finder works."""
    sim.state(IX)["capabilities"] = {}
    del sim.state(IX)["state"]["climateControlState"]
    vehicle = await client.car()
    assert client.source.commands(vehicle) == {CommandKind.VEHICLE_FINDER}
    sim.clear_calls()
    if kind is CommandKind.VEHICLE_FINDER:
        await client.garage.send(IX, EVERY[kind])
        return
    with pytest.raises(UnsupportedError) as caught:
        await client.source.send(vehicle, EVERY[kind])
    assert caught.value.key == "not_supported"
    with pytest.raises(UnsupportedError):
        await client.garage.send(IX, EVERY[kind])
    assert sim.calls == []


@pytest.mark.parametrize("source", ["cardata", ""])
async def test_abilities_of_another_source(
    source: str, sim: SimulatedMyBMW, client: Client
) -> None:
    """Only what BMW's app service itself told counts."""
    vehicle = await client.car()
    reading = vehicle[a.COMMANDS]
    assert reading is not None
    vehicle.update([a.COMMANDS.at((CommandKind.DOOR_LOCK,), reading.time, source)])
    assert client.source.commands(vehicle) == frozenset()


@pytest.mark.parametrize(
    "kind",
    [
        CommandKind.TARGET_SOC,
        CommandKind.AC_LIMIT,
        CommandKind.CHARGING_PROFILE,
        CommandKind.SEND_POI,
    ],
)
async def test_incomplete_command(kind: CommandKind, sim: SimulatedMyBMW, client: Client) -> None:
    """Kinds that need a value are refused without one."""
    vehicle = await client.car()
    sim.clear_calls()
    with pytest.raises(UnsupportedError, match="needs more"):
        await client.source.send(vehicle, Command(kind))
    assert sim.calls == []


async def test_before_the_first_poll(sim: SimulatedMyBMW, client: Client) -> None:
    """What is remembered of a car is enough to command it."""
    vehicle = await client.car()
    for brand, agent in ((Brand.BMW, "bmw"), (Brand.ROLLS_ROYCE, "bmw")):
        _, second = replay(recorded("ix_xdrive50"))
        vehicle.update([a.BRAND.at(brand, datetime.now(UTC))])
        result, readings = await second.source.send(vehicle, LOCK)
        assert result.state is CommandState.EXECUTED
        assert readings
        agents = {request.headers["x-user-agent"].split(";")[1] for request in second.requests}
        assert agents == {agent}


async def test_error(sim: SimulatedMyBMW, client: Client) -> None:
    """§8 remote services: ERROR → an error with the service's words."""
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
    """§8 remote services: no final word within 240 s."""
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
    """§9.12: what goes wrong while asking about a command does not end it."""
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
    """§8 remote services, §9.12: status parsing; INITIATED and unknown words are not final."""
    await client.car()
    sim.fail(Endpoint.EVENT_STATUS, faults.answer(answer))
    states: list[CommandState] = []
    result = await client.garage.send(IX, LOCK, states.append)
    assert states[:2] == ["INITIATED", state]
    assert states[-1] == result.state == "EXECUTED"


async def test_ignored_by_the_car(sim: SimulatedMyBMW, client: Client) -> None:
    """§9.12: IGNORED is final, and no success."""
    await client.car()
    sim.next_outcome("PENDING", "IGNORED")
    result = await client.garage.send(IX, LOCK)
    assert result.state is CommandState.IGNORED


@pytest.mark.parametrize("answer", [None, {}, [], {"eventId": None}, {"eventId": ""}, "done"])
async def test_no_event(answer: object, sim: SimulatedMyBMW, client: Client) -> None:
    """Without an event the command was carried out (§3.3)."""
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


@pytest.mark.parametrize(
    ("kind", "fault", "error"),
    [
        *((kind, faults.server_error(), ApiError) for kind in CommandKind),
        (CommandKind.DOOR_LOCK, faults.no_network(), NetworkError),
        (CommandKind.DOOR_LOCK, faults.quota(), QuotaError),
        (CommandKind.DOOR_LOCK, faults.blocked(), BlockedError),
        (CommandKind.SEND_POI, faults.no_network(), NetworkError),
        (CommandKind.AC_LIMIT, faults.blocked(), BlockedError),
    ],
)
async def test_refused(
    kind: CommandKind,
    fault: Fault,
    error: type[ClientError],
    sim: SimulatedMyBMW,
    client: Client,
) -> None:
    """A command that cannot be sent is an error, and nothing is asked afterwards."""
    charge(sim)
    await client.car()
    sim.clear_calls()
    sim.fail(Endpoint.POI if kind is CommandKind.SEND_POI else Endpoint.COMMAND, fault)
    with pytest.raises(error):
        await client.garage.send(IX, EVERY[kind])
    assert len(sim.calls) == 1


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


async def test_toyota(simulate: Simulate, client_of: ClientOf) -> None:
    """Commands go out under the brand of the list."""
    sim = simulate("supra_gr")
    client = client_of(sim)
    vehicle = await client.car()
    await client.garage.send(vehicle.vin, Command(CommandKind.LIGHT_FLASH))
    agents = {request.headers["x-user-agent"].split(";")[1] for request in client.requests[-4:]}
    assert agents == {"toyota"}


async def test_events_are_told_apart(sim: SimulatedMyBMW, client: Client) -> None:
    """Each command is followed by its own event."""
    await client.car()
    for _ in range(2):
        await client.garage.send(IX, Command(CommandKind.LIGHT_FLASH))
    events = [request.url.params["eventId"] for request in sent(client, "/eventStatus")]
    assert events == [events[0]] * 3 + [events[3]] * 3
    assert events[0] != events[3]
    assert all(re.fullmatch(r"[0-9a-f-]{36}", event) for event in events)


def test_helper_reads_like_the_client() -> None:
    """`read` in these tests and the client agree about a whole recorded answer."""
    (car,) = recorded("ix_xdrive50")
    found = read(car.state["state"], capabilities=car.state["capabilities"])
    assert found[a.STATE_OF_CHARGE] == 90
    assert CommandKind.TARGET_SOC in found[a.COMMANDS]
