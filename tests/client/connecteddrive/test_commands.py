"""Commands: what is sent, how they go on, and what is known afterwards."""

import asyncio
from datetime import time
import json
from typing import Any

import pytest

from custom_components.mybmw.client import (
    ApiError,
    CarUnreachableError,
    ChangeProfile,
    ClientError,
    Command,
    CommandError,
    CommandKind,
    CommandState,
    CommandTimeoutError,
    FlashLights,
    InvalidValueError,
    MessageLengthError,
    PointOfInterest,
    SecretNeededError,
    SendMessage,
    SendPoi,
    UnsupportedError,
    attributes as a,
)
from custom_components.mybmw.client.core.values import (
    ChargingMode,
    ChargingStatus,
    DepartureTimer,
    LockState,
    Position,
    Weekday,
)
from tests.replay.connecteddrive import Endpoint, SimulatedConnectedDrive

from .conftest import CONVERTIBLE, I3, PHEV, LegacyClient, NewClient, Simulate

LOCK = Command(CommandKind.DOOR_LOCK)
UNLOCK = Command(CommandKind.DOOR_UNLOCK)
SIMPLE = [
    (Command(CommandKind.LIGHT_FLASH), {"serviceType": "LIGHT_FLASH", "count": "2"}),
    (FlashLights(3), {"serviceType": "LIGHT_FLASH", "count": "3"}),
    (Command(CommandKind.HORN_BLOW), {"serviceType": "HORN_BLOW"}),
    (LOCK, {"serviceType": "DOOR_LOCK"}),
    (UNLOCK, {"serviceType": "DOOR_UNLOCK"}),
    (Command(CommandKind.CLIMATE_START), {"serviceType": "CLIMATE_NOW"}),
    (Command(CommandKind.VEHICLE_FINDER), {"serviceType": "VEHICLE_FINDER"}),
]


def forms(sim: SimulatedConnectedDrive, endpoint: Endpoint = Endpoint.EXECUTE) -> list[Any]:
    """Return the forms that were sent."""
    return [call.form for call in sim.calls if call.endpoint is endpoint]


@pytest.mark.parametrize(("command", "form"), SIMPLE)
async def test_command(
    command: Command, form: Any, sim: SimulatedConnectedDrive, client: LegacyClient
) -> None:
    """Each is sent as a form, and followed until it was executed."""
    await client.read()
    steps: list[CommandState] = []
    result = await client.garage.send(CONVERTIBLE, command, steps.append)
    assert result.state is CommandState.EXECUTED
    assert steps == ["INITIATED", "PENDING", "DELIVERED", "EXECUTED"]
    assert forms(sim) == [form]
    asked = [call.params for call in sim.calls if call.endpoint is Endpoint.EXECUTION]
    assert asked == [{"serviceType": form["serviceType"]}] * 3
    assert client.waits[:3] == [3.0, 3.0, 3.0]


async def test_state_afterwards(sim: SimulatedConnectedDrive, client: LegacyClient) -> None:
    """The car is read again once it has had time to report."""
    car = (await client.read())[I3]
    assert car.value(a.LOCK_STATE) is LockState.UNLOCKED
    await client.garage.send(I3, LOCK)
    assert car.value(a.LOCK_STATE) is LockState.LOCKED
    assert client.waits[-1] == 10.0


async def test_charge_now(sim: SimulatedConnectedDrive, client: LegacyClient) -> None:
    """A car that waits begins to charge; one that is not plugged in is not asked."""
    car = (await client.read())[I3]
    sim.cars[I3].status["chargingStatus"] = "WAITING_FOR_CHARGING"
    await client.garage.send(I3, Command(CommandKind.CHARGE_START))
    assert car.value(a.CHARGING_STATUS) is ChargingStatus.CHARGING
    sim.cars[I3].unplug(sim.clock())
    await client.read()
    result = await client.garage.send(I3, Command(CommandKind.CHARGE_START))
    assert (result.state, result.reason) == (CommandState.IGNORED, "the car is not plugged in")
    assert len(forms(sim)) == 1


async def test_charging_plan_is_sent_whole(
    sim: SimulatedConnectedDrive, client: LegacyClient
) -> None:
    """It is read, changed and sent as strict JSON; what is not known of it stays."""
    plan = sim.cars[I3].answers["charging_profile"]["weeklyPlanner"]
    plan["somethingNew"] = {"kept": True}
    car = (await client.read())[I3]
    change = ChangeProfile(
        mode=ChargingMode.DELAYED,
        window_start=time(23, 30),
        window_end=time(6),
        timers=(DepartureTimer(2, time(9, 15), active=True, days=(Weekday.SUNDAY,)),),
    )
    await client.garage.send(I3, change)
    [form] = forms(sim)
    assert form["serviceType"] == "CHARGING_CONTROL"
    assert json.loads(form["data"]) == {
        "weeklyPlanner": {
            **plan,
            "chargingMode": "DELAYED_CHARGING",
            "chargingPreferences": "CHARGING_WINDOW",
            "preferredChargingWindow": {"startTime": "23:30", "endTime": "06:00"},
            "timer2": {"departureTime": "09:15", "timerEnabled": True, "weekdays": ["SUNDAY"]},
        }
    }
    profile = car.value(a.CHARGING_PROFILE)
    assert profile is not None
    assert (profile.mode, profile.window_start) == (ChargingMode.DELAYED, time(23, 30))
    assert car.value(a.CHARGING_STATUS) is ChargingStatus.WAITING_FOR_CHARGING


async def test_two_timers(sim: SimulatedConnectedDrive, client: LegacyClient) -> None:
    """Their timers have no days; a third one is refused before anything is sent."""
    await client.read()
    await client.garage.send(
        PHEV, ChangeProfile(timers=(DepartureTimer(1, time(5, 5), active=False),))
    )
    data = json.loads(forms(sim)[0]["data"])
    assert data["twoTimesTimer"]["timer1"] == {"departureTime": "05:05", "timerEnabled": False}
    with pytest.raises(InvalidValueError):
        await client.garage.send(
            PHEV, ChangeProfile(timers=(DepartureTimer(3, time(5), active=True),))
        )
    assert len(forms(sim)) == 1


@pytest.mark.parametrize("name", ["data", "body"])
async def test_poi(name: str, simulate: Simulate, new_client: NewClient) -> None:
    """Servers know one name of the field or the other; success has no content."""
    sim, client = simulate(poi_field=name), new_client()
    await client.read()
    poi = PointOfInterest(
        Position(48.1, 11.5), "A place", "Musterstr. 6", "12345", "Munich", "Germany"
    )
    result = await client.garage.send(I3, SendPoi(poi))
    assert result.state is CommandState.EXECUTED
    assert sim.sent == [
        (
            I3,
            {
                "lat": 48.1,
                "lon": 11.5,
                "rating": -1,
                "name": "A place",
                "street": "Musterstr. 6",
                "postalCode": "12345",
                "city": "Munich",
                "country": "Germany",
            },
        )
    ]
    sent = [list(form) for form in forms(sim, Endpoint.POI)]
    assert sent == ([["data"]] if name == "data" else [["data"], ["body"]])
    destinations = (await client.read())[I3].value(a.DESTINATIONS)
    assert destinations is not None
    assert destinations[0].street == "Musterstr. 6"


async def test_message(sim: SimulatedConnectedDrive, client: LegacyClient) -> None:
    await client.read()
    await client.garage.send(I3, SendMessage("Bring milk, please.", "Shopping"))
    assert sim.sent == [(I3, {"name": "Shopping", "additionalInfo": "Bring milk, please."})]
    for text in ("", "x" * 256):
        with pytest.raises(InvalidValueError):
            await client.garage.send(I3, SendMessage(text))
    assert len(sim.sent) == 1
    await client.garage.send(I3, SendMessage("x" * 255))
    assert len(sim.sent) == 2


async def test_message_that_is_too_long(sim: SimulatedConnectedDrive, client: LegacyClient) -> None:
    """It is refused whole: the error says how long one may be, and nothing was sent."""
    await client.read()
    with pytest.raises(MessageLengthError) as refused:
        await client.garage.send(I3, SendMessage("Do not stop. " * 20))
    assert refused.value.key == "message_length"
    assert not refused.value.unconfirmed
    assert not sim.sent


async def test_one_command_at_a_time(sim: SimulatedConnectedDrive, client: LegacyClient) -> None:
    """A second command of the account, also of another car, waits for the end of the first."""
    await client.read()
    sent = [client.garage.send(I3, LOCK), client.garage.send(CONVERTIBLE, UNLOCK)]
    await asyncio.gather(*sent)
    calls = [call for call in sim.calls if call.endpoint in (Endpoint.EXECUTE, Endpoint.EXECUTION)]
    assert [call.vin for call in calls] == [I3] * 4 + [CONVERTIBLE] * 4


async def test_secret_question(simulate: Simulate, new_client: NewClient) -> None:
    """Unlocking may need an answer; without it, and with a wrong one, the car stays as it is."""
    sim = simulate(answer="Rex")
    for given in (None, "Bello"):
        client = new_client(answer=given)
        car = (await client.read())[CONVERTIBLE]
        with pytest.raises(SecretNeededError) as refused:
            await client.garage.send(CONVERTIBLE, UNLOCK)
        assert "Bello" not in str(refused.value)
        assert car.value(a.LOCK_STATE) is LockState.SELECTIVE_LOCKED
        last = car.value(a.LAST_COMMAND[CommandKind.DOOR_UNLOCK])
        assert last is not None
        assert last.state is CommandState.ERROR
    client = new_client(answer="Rex")
    await client.read()
    assert (await client.garage.send(CONVERTIBLE, UNLOCK)).state is CommandState.EXECUTED
    assert forms(sim)[-1] == {"serviceType": "DOOR_UNLOCK", "bmwSkAnswer": "Rex"}


OUTCOMES: list[tuple[list[str | None], type[ClientError] | None, CommandState]] = [
    (["INITIATED", "EXECUTED"], None, CommandState.EXECUTED),
    (["INITIATED", None, None, "EXECUTED"], None, CommandState.EXECUTED),
    ([None, "EXECUTED"], None, CommandState.EXECUTED),
    (["EXECUTED"], None, CommandState.EXECUTED),
    (["INITIATED", "PENDING", "NOT_EXECUTED"], CommandError, CommandState.ERROR),
    (["NOT_EXECUTED"], CommandError, CommandState.ERROR),
    (["INITIATED", "TIMED_OUT"], CommandTimeoutError, CommandState.TIMED_OUT),
    (["INITIATED", *[None] * 90], CommandTimeoutError, CommandState.TIMED_OUT),
    (["INITIATED", *["PENDING"] * 90], CommandTimeoutError, CommandState.TIMED_OUT),
]


@pytest.mark.parametrize(("statuses", "kind", "state"), OUTCOMES)
async def test_outcomes(
    statuses: list[str | None],
    kind: type[ClientError] | None,
    state: CommandState,
    sim: SimulatedConnectedDrive,
    client: LegacyClient,
) -> None:
    """A command that failed changes nothing; after one without a final word nothing is known."""
    car = (await client.read())[I3]
    sim.next_outcome(*statuses)
    if kind is None:
        await client.garage.send(I3, LOCK)
        assert car.value(a.LOCK_STATE) is LockState.LOCKED
    else:
        with pytest.raises(kind):
            await client.garage.send(I3, LOCK)
        lost = kind is CommandTimeoutError
        assert car.value(a.LOCK_STATE) is (None if lost else LockState.UNLOCKED)
    last = car.value(a.LAST_COMMAND[CommandKind.DOOR_LOCK])
    assert last is not None
    assert last.state is state
    assert sum(wait for wait in client.waits if wait == 3.0) <= 240


@pytest.mark.parametrize(("status", "kind"), [(408, CarUnreachableError), (403, ApiError)])
async def test_refused_command(
    status: int, kind: type[ClientError], sim: SimulatedConnectedDrive, client: LegacyClient
) -> None:
    """A car that is not reached stays as it is."""
    car = (await client.read())[I3]
    sim.fail(Endpoint.EXECUTE, status)
    with pytest.raises(kind):
        await client.garage.send(I3, LOCK)
    assert car.value(a.LOCK_STATE) is LockState.UNLOCKED


async def test_hiccup_while_waiting(sim: SimulatedConnectedDrive, client: LegacyClient) -> None:
    """Trouble on the way to the final word does not end the wait."""
    await client.read()
    sim.fail(Endpoint.EXECUTION, 408)
    sim.cut(Endpoint.EXECUTION)
    sim.reply(
        Endpoint.EXECUTION, {"executionStatus": {"status": "NOT_EXECUTED", "eventId": "X@bmw.de"}}
    )
    assert (await client.garage.send(I3, LOCK)).state is CommandState.EXECUTED


async def test_command_that_the_car_does_not_have(
    sim: SimulatedConnectedDrive, client: LegacyClient
) -> None:
    await client.read()
    for command in (Command(CommandKind.HORN_BLOW), Command(CommandKind.CHARGE_STOP)):
        with pytest.raises(UnsupportedError):
            await client.garage.send(I3, command)
    assert not forms(sim)


async def test_commands_survive_a_restart(
    sim: SimulatedConnectedDrive, client: LegacyClient, new_client: NewClient
) -> None:
    await client.read()
    saved = {"cars": {vin: client.source.dump_car(vin) for vin in (I3, PHEV)}}
    other = new_client().source
    other.load(json.loads(json.dumps(saved)))
    assert other.commands(I3) == client.source.commands(I3)
    assert other.has(PHEV)


@pytest.mark.parametrize("count", [0, 11])
def test_flashes(count: int) -> None:
    with pytest.raises(InvalidValueError):
        FlashLights(count)


async def test_picture(sim: SimulatedConnectedDrive, client: LegacyClient) -> None:
    car = (await client.read())[I3]
    assert (await client.source.image(car, "FrontView"))[:4] == b"\x89PNG"
    assert sim.calls[-1].params == {"width": "1200", "height": "675", "view": "FRONT"}


async def test_observer(sim: SimulatedConnectedDrive, new_client: NewClient) -> None:
    """Positions are only sent to an observer with a known position."""
    await new_client(observer=(48.1, 11.5)).read()
    told = [call.params for call in sim.calls if call.endpoint is Endpoint.STATUS]
    assert {(params["dlat"], params["dlon"]) for params in told} == {("48.1", "11.5")}


async def test_observer_of_the_finder(sim: SimulatedConnectedDrive, new_client: NewClient) -> None:
    """The finder sends it too; without a place, neither it nor the state is sent."""
    told = []
    for observer in ((48.1, 11.5), None):
        client = new_client(observer=observer)
        await client.read()
        await client.garage.send(I3, Command(CommandKind.VEHICLE_FINDER))
        form = dict(forms(sim)[-1])
        assert form.pop("serviceType") == "VEHICLE_FINDER"
        told.append({"dlat": form.get("dlat"), "dlon": form.get("dlon"), "fields": len(form)})
    assert told == [
        {"dlat": "48.1", "dlon": "11.5", "fields": 3},
        {"dlat": None, "dlon": None, "fields": 0},
    ]
    asked = [call.params for call in sim.calls if call.endpoint is Endpoint.STATUS]
    assert asked[-1] == {}
