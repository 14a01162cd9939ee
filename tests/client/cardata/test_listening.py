"""What cars send by the stream, as the source of CarData receives it, and which calls follow."""

from datetime import UTC, datetime, timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
import pytest

from custom_components.mybmw.client.cardata import Task
from custom_components.mybmw.client.core.attributes import CONNECTION, MILEAGE, STATE_OF_CHARGE
from custom_components.mybmw.client.core.values import Connection, DriveTrain
from tests.client.support.cardata import (
    I4,
    IX,
    NOON,
    PETROL,
    SECONDARY,
    Client,
    asked,
    begun,
    message,
    settle,
    simulate,
)
from tests.replay.cardata import Endpoint
from tests.replay.carstate import HEADER, IGNITION, ODOMETER, PLUG, STATUS
from tests.replay.timeline import TRIP_END
from tests.replay.world import timestamp

CHARGING = "CHARGINGACTIVE"
QUARTER = timedelta(minutes=15)
MINUTE = timedelta(minutes=1)

pytestmark = pytest.mark.freeze_time(NOON)


async def test_stream() -> None:
    """What cars send becomes readings at once; what is no message is counted."""
    client = Client.of(simulate("i4_edrive40"))
    await client.work()
    async with client.listening():
        client.say(I4, {ODOMETER: 32_000, HEADER: 33})
        assert client.car().value(MILEAGE) == 32_000
        assert client.car().value(STATE_OF_CHARGE) == 33
        await settle()
        assert client.car().value(CONNECTION) is Connection.ACTIVE
        for nonsense in (b"{", b"\xff", b"", b"[1]", b'"x"', b"null"):
            client.send(I4, nonsense)
        client.send(I4, {"vin": I4, "data": [1]})
        client.send(I4, {"vin": 7, "data": {ODOMETER: 5, HEADER: None}})
        assert client.car().value(MILEAGE) == 32_000
        assert client.source.problems["message"] == 3
        assert client.calls == 5
        assert ODOMETER in client.source.cars[I4].state.streamed


async def test_message_without_end() -> None:
    """Some unknown keys are remembered, and the rest is counted."""
    client = Client.of(simulate("i4_edrive40"))
    await client.work()
    async with client.listening():
        client.say(I4, {ODOMETER: 32_000, **{f"odd.{number}": 1 for number in range(20_000)}})
    assert client.car().value(MILEAGE) == 32_000
    memory = client.source.cars[I4].state
    assert len(memory.raw) == len(memory.streamed | memory.raw.keys()) <= 1_000
    assert memory.problems["too many descriptors"] > 19_000


async def test_clock_that_is_behind(freezer: FrozenDateTimeFactory) -> None:
    """What is sent by BMW's clock counts, and whatever comes when ours is right again."""
    client = Client.of(simulate("i4_edrive40"))
    await client.work()
    freezer.move_to(NOON - timedelta(hours=5))
    async with client.listening():
        client.say(I4, {ODOMETER: 32_000}, NOON + MINUTE)
        assert client.car().value(MILEAGE) == 32_000
        late = message(I4, {ODOMETER: 33_000}, NOON + QUARTER)
        client.send(I4, {**late, "timestamp": timestamp(NOON + MINUTE)})
        client.say(I4, {ODOMETER: 33_000}, NOON + timedelta(days=365))
        assert client.car().value(MILEAGE) == 32_000
        freezer.move_to(NOON + QUARTER)
        client.say(I4, {ODOMETER: 32_010})
        assert client.car().value(MILEAGE) == 32_010


async def test_other_peoples_cars() -> None:
    """Cars that the account does not list are counted, and nothing else."""
    client = Client.of(simulate("i4_edrive40"))
    await client.work()
    async with client.listening():
        client.say(IX, {ODOMETER: 5})
        client.say(IX, {ODOMETER: 6})
        client.send("x", b"{}")
        assert set(client.garage.vehicles) == {I4}
        assert client.source.unknown_cars == {IX: 2, "X": 1}
        assert client.source.diagnostics()["foreign_cars"] == {IX: 2, "X": 1}


async def test_stream_of_a_car_that_is_not_ours_to_read() -> None:
    """BMW does not send it; if it did, what comes is taken, but nothing is asked because of it."""
    sim = simulate("i4_edrive40", "530d")
    client = Client.of(sim)
    await client.work()
    async with client.listening():
        client.say(SECONDARY, {ODOMETER: 5, IGNITION: "ASN_isTrue"})
        client.say(SECONDARY, {ODOMETER: 6, IGNITION: "ASN_isFalse"})
        assert client.car(SECONDARY).value(MILEAGE) == 6
        assert client.car(SECONDARY)[CONNECTION] is None
        assert client.due == QUARTER
        assert not asked(sim, SECONDARY)


async def test_stream_before_the_cars_are_known() -> None:
    """As long as BMW has not listed the cars, any valid VIN counts."""
    sim = simulate("i4_edrive40")
    client = Client.of(sim)
    async with client.listening():
        client.say(I4, {ODOMETER: 5})
        client.say(IX, {ODOMETER: 5})
        for other in ("", "SHORT", "WBY0FINGERPRINT-2", I4 + "X"):
            client.say(other, {ODOMETER: 5})
        assert set(client.garage.vehicles) == {I4, IX}
        assert client.source.unknown_cars.total() == 4
        await client.work()
        assert set(client.source.cars) == {I4}
        assert not asked(sim, IX)
        assert client.car().drive_train is DriveTrain.ELECTRIC
        client.say(IX, {ODOMETER: 6})
        assert client.source.unknown_cars[IX] == 1


async def test_car_that_sent_a_message_first_is_read_as_well() -> None:
    """A car that sends something before it was ever read does not thereby lose its first call."""
    sim = simulate("i4_edrive40")
    client = Client.of(sim)
    async with client.listening():
        client.say(I4, {ODOMETER: 5})
        await client.work()
        assert asked(sim, I4) == {Endpoint.BASIC_DATA: 1, Endpoint.TELEMATIC_DATA: 1}


@pytest.mark.parametrize(
    ("before", "after", "delay"),
    [
        ({}, {TRIP_END: "10.11.2026 11:59:00 UTC"}, 60),
        ({IGNITION: "ASN_isTrue"}, {IGNITION: "ASN_isFalse"}, 60),
        ({PLUG: "DISCONNECTED"}, {PLUG: "CONNECTED"}, 120),
        ({STATUS: "INITIALIZATION"}, {STATUS: CHARGING}, 60),
        ({STATUS: CHARGING}, {STATUS: "CHARGINGENDED"}, 120),
        ({STATUS: CHARGING}, {STATUS: "NOCHARGING"}, 120),
    ],
)
async def test_event(
    before: dict[str, Any],
    after: dict[str, Any],
    delay: float,
    freezer: FrozenDateTimeFactory,
) -> None:
    """It is worth one call, when BMW's servers know about it, and one only."""
    sim = simulate("i4_edrive40")
    client = Client.of(sim, extras=frozenset())
    await client.work()
    async with client.listening():
        client.say(I4, before)
        freezer.tick(1)
        changed, planned = client.calls, client.planned
        client.say(I4, after)
        client.say(I4, after)
        assert client.planned == planned + 1
        assert client.due == timedelta(seconds=delay)
        freezer.tick(delay - 1)
        await client.work()
        assert client.calls == changed
        freezer.tick(1)
        poll = await client.work()
        assert set(poll.readings) == {I4}
        assert client.calls == changed + 1
        assert client.due > timedelta(minutes=30)


async def test_what_is_no_event() -> None:
    """Neither is a first value, a pause in a charge, nor a plug that is pulled."""
    client = Client.of(simulate("i4_edrive40"), extras=frozenset())
    await client.work()
    async with client.listening():
        usual = client.due
        planned = client.planned
        client.say(I4, {IGNITION: "ASN_isFalse", STATUS: "CHARGINGPAUSED", PLUG: "DISCONNECTED"})
        client.say(I4, {STATUS: "CHARGINGACTIVE", PLUG: "nonsense"})
        client.say(I4, {STATUS: "CHARGINGPAUSED", IGNITION: True})
        assert client.planned == planned
        assert client.due == usual


async def test_history_follows_a_charge(freezer: FrozenDateTimeFactory) -> None:
    """Whether the stream reported its end, or only the next call showed it."""
    sim = simulate("i4_edrive40")
    client = Client.of(sim, extras=frozenset({Task.SESSIONS}))
    await client.work()
    freezer.tick(QUARTER)
    await client.work()
    for heard in (True, False):
        async with client.listening():
            client.say(I4, {STATUS: CHARGING})
            freezer.tick(timedelta(hours=2))
            await client.work()
            sim.clear_calls()
            if heard:
                client.say(I4, {STATUS: "CHARGINGENDED"})
            sim.cars[I4].apply(STATUS, "CHARGINGENDED", datetime.now(UTC))
            freezer.move_to(client.source.due())
            await client.work()
            assert asked(sim) == {Endpoint.TELEMATIC_DATA: 1}
            assert client.due <= QUARTER
            freezer.move_to(client.source.due())
            await client.work()
            assert asked(sim) == {Endpoint.TELEMATIC_DATA: 1, Endpoint.CHARGING_HISTORY: 1}


async def test_nothing_ever_came_by_the_stream(freezer: FrozenDateTimeFactory) -> None:
    """Since when we listen in vain is remembered."""
    client = Client.of(simulate("i4_edrive40"))
    await client.work()
    async with client.listening():
        freezer.tick(timedelta(days=1))
        again = client.restart()
        assert again.source.status.silent_since == NOON
    async with again.listening():
        assert again.source.status.silent_since == NOON


async def test_short_trips(freezer: FrozenDateTimeFactory) -> None:
    """The end of a trip soon after another one is read a little later, not never."""
    sim = simulate("320i")
    client = await begun(sim)
    async with client.listening():
        for trip in range(3):
            client.say(PETROL, {IGNITION: True, ODOMETER: 50_000 + trip})
            freezer.tick(4 * MINUTE)
            await client.live(freezer, datetime.now(UTC))
            client.say(PETROL, {IGNITION: False})
        ended = datetime.now(UTC)
        await client.live(freezer, ended + 15 * MINUTE)
    times = [call.time for call in sim.calls]
    assert len(times) == 2
    assert ended < times[-1] <= ended + 12 * MINUTE


async def test_restart_between_an_event_and_its_call(freezer: FrozenDateTimeFactory) -> None:
    sim = simulate("320i")
    client = await begun(sim)
    async with client.listening():
        client.say(PETROL, {IGNITION: True})
        client.say(PETROL, {IGNITION: False})
    freezer.tick(10)
    again = client.restart()
    assert again.due == timedelta(seconds=50)
    freezer.tick(50)
    await again.work()
    assert asked(sim) == {Endpoint.TELEMATIC_DATA: 1}
