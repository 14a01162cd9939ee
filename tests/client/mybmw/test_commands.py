"""Commands: what is sent, how it goes on, what is read afterwards (mybmw-app.md#commands)."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from custom_components.mybmw.client import (
    AcLimit,
    ApiError,
    BlockedError,
    ChangeProfile,
    ClientError,
    Command,
    CommandKind,
    CommandState,
    InvalidValueError,
    NetworkError,
    PointOfInterest,
    QuotaError,
    SendPoi,
    TargetSoc,
    UnsupportedError,
    attributes as a,
)
from custom_components.mybmw.client.core.values import Brand, Position
from tests.client.support import IX, SANE, Client, Simulate, asked, charge, read, recorded, replay
from tests.replay import faults
from tests.replay.faults import Endpoint, Fault
from tests.replay.mybmw import SimulatedMyBMW

type ClientOf = Callable[..., Client]

VRCCS = "/eadrax-vrccs/v4/presentation/remote-commands"
CRCCS = f"/eadrax-crccs/v1/vehicles/{IX}"
LOCK = Command(CommandKind.DOOR_LOCK)
POI = SendPoi(PointOfInterest(Position(48.1, 11.5)))

# kind → (path, params, whether the state is read afterwards)
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


def test_every_kind_is_tested() -> None:
    assert EVERY.keys() == set(CommandKind) - {CommandKind.SEND_MESSAGE}
    assert all(command.kind is kind for kind, command in EVERY.items())


@pytest.mark.parametrize("kind", SIMPLE)
async def test_simple_command(kind: CommandKind, sim: SimulatedMyBMW, client: Client) -> None:
    """Library remote services: each ends EXECUTED, and refreshes exactly when the table says."""
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
    """Pitfall 13: a command costs no requests for other cars."""
    sim = simulate(*SANE)
    client = client_of(sim)
    await client.read()
    sim.clear_calls()
    await client.garage.send(IX, LOCK)
    assert {call.vin for call in sim.calls} == {IX}
    assert asked(sim).count(Endpoint.STATE) == 1
    assert Endpoint.VEHICLES not in asked(sim)


async def test_lock_and_unlock(sim: SimulatedMyBMW, client: Client) -> None:
    """Library remote services: lock and unlock change the state."""
    vehicle = await client.car()
    for kind, state in ((CommandKind.DOOR_UNLOCK, "UNLOCKED"), (CommandKind.DOOR_LOCK, "LOCKED")):
        await client.garage.send(IX, Command(kind))
        assert vehicle.value(a.LOCK_STATE) == state


async def test_climate(sim: SimulatedMyBMW, client: Client) -> None:
    """Library remote services: climate start and stop; the old end time is over."""
    vehicle = await client.car()
    await client.garage.send(IX, Command(CommandKind.CLIMATE_START))
    assert vehicle.value(a.CLIMATE_ACTIVITY) == "COOLING"
    assert vehicle.value(a.CLIMATE_END_TIME)
    await client.garage.send(IX, Command(CommandKind.CLIMATE_STOP))
    assert vehicle.value(a.CLIMATE_ACTIVITY) == "STANDBY"
    assert vehicle.value(a.CLIMATE_END_TIME) is None


async def test_charging(sim: SimulatedMyBMW, client: Client) -> None:
    """Library remote services: charge stop and start."""
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
    """Library remote services: IGNORED, with the reason and without a request."""
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


@pytest.mark.parametrize("kind", EVERY)
async def test_not_allowed(kind: CommandKind, sim: SimulatedMyBMW, client: Client) -> None:
    """Library remote services: without capabilities only the finder works."""
    sim.state(IX)["capabilities"] = {}
    del sim.state(IX)["state"]["climateControlState"]
    vehicle = await client.car()
    assert client.source.commands(IX) == {CommandKind.VEHICLE_FINDER}
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
    """Only what BMW's app service itself reported counts."""
    vehicle = await client.car()
    reading = vehicle[a.COMMANDS]
    assert reading is not None
    vehicle.update([a.COMMANDS.at((CommandKind.DOOR_LOCK,), reading.time, source)])
    assert CommandKind.CLIMATE_START in client.source.commands(IX)
    assert client.source.commands(IX) == frozenset(reading.value)


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


@pytest.mark.parametrize("word", ["asdf", "80", None, [16]])
@pytest.mark.parametrize("kind", [TargetSoc, AcLimit])
async def test_words_are_no_values(
    kind: Callable[[Any], Command], word: object, sim: SimulatedMyBMW, client: Client
) -> None:
    """Library remote services: a value that is no number is always refused."""
    await client.car()
    sim.clear_calls()
    with pytest.raises((InvalidValueError, TypeError)):
        await client.garage.send(IX, kind(word))
    assert sim.calls == []


async def test_before_the_first_poll(sim: SimulatedMyBMW, client: Client) -> None:
    """What is remembered of a car is enough to command it."""
    vehicle = await client.car()
    for brand, agent in ((Brand.BMW, "bmw"), (Brand.ROLLS_ROYCE, "bmw")):
        _, second = replay(recorded("ix_xdrive50"))
        vehicle.update([a.BRAND.at(brand, datetime.now(UTC))])
        second.source.know([vehicle])
        result, readings = await second.source.send(vehicle, LOCK)
        assert result.state is CommandState.EXECUTED
        assert readings
        agents = {request.headers["x-user-agent"].split(";")[1] for request in second.requests}
        assert agents == {agent}


async def test_toyota(simulate: Simulate, client_of: ClientOf) -> None:
    """Commands go out under the brand of the list."""
    sim = simulate("supra_gr")
    client = client_of(sim)
    vehicle = await client.car()
    await client.garage.send(vehicle.vin, Command(CommandKind.LIGHT_FLASH))
    agents = {request.headers["x-user-agent"].split(";")[1] for request in client.requests[-4:]}
    assert agents == {"toyota"}


def test_helper_reads_like_the_client() -> None:
    """`read` in these tests and the client agree about a whole recorded answer."""
    (car,) = recorded("ix_xdrive50")
    found = read(car.state["state"], capabilities=car.state["capabilities"])
    assert found[a.STATE_OF_CHARGE] == 90
    assert CommandKind.TARGET_SOC in found[a.COMMANDS]


@pytest.mark.parametrize(
    ("kind", "fault", "error"),
    [
        *((kind, faults.server_error(), ApiError) for kind in EVERY),
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
