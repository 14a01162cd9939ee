"""A car that falls silent while it charges is read, but seldom, and only while calls are left."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
import pytest

from custom_components.mybmw.client import attributes as car
from custom_components.mybmw.client.cardata.quota import Reason
from tests.client.support.cardata import I4, NOON, PETROL, Client, begun, message, simulate, unplug
from tests.client.support.cardata_days import CARS
from tests.replay.carstate import HEADER, PLUG, STATUS

MINUTE = timedelta(minutes=1)
HOUR = 60 * MINUTE
NIGHT = 8 * HOUR
DAY = 24 * HOUR
CHARGES = {PLUG: "CONNECTED", STATUS: "CHARGINGACTIVE", HEADER: 40}
ENDS = {STATUS: "CHARGINGENDED"}

pytestmark = pytest.mark.freeze_time(NOON)


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    """An account with so many cars that each is read seldom; none of them charges."""
    sim = simulate(*CARS)
    unplug(sim)
    made = await begun(sim)
    async with made.listening():
        yield made


def send(client: Client, values: dict[str, Any], *, silently: bool = False) -> None:
    """Let the car measure values, and send them unless it does so silently."""
    client.sim.cars[I4].receive(message(I4, values, datetime.now(UTC)))
    if not silently:
        client.say(I4, values)


def silent_calls(client: Client) -> list[datetime]:
    """Return when the car was read because it was silent while it charged."""
    return [call.time for call in client.source.ledger if call.reason is Reason.CHARGE_SILENT]


async def begin(client: Client, freezer: FrozenDateTimeFactory) -> datetime:
    """Begin to charge; return when the car, which was read because of that, falls silent."""
    freezer.tick(MINUTE)
    send(client, CHARGES)
    await client.live(freezer, datetime.now(UTC) + MINUTE)
    return datetime.now(UTC)


async def test_one_call_after_60_to_90_minutes(
    client: Client, freezer: FrozenDateTimeFactory
) -> None:
    silent = await begin(client, freezer)
    send(client, {HEADER: 52}, silently=True)
    await client.live(freezer, silent + HOUR)
    assert client.car().value(car.STATE_OF_CHARGE) == 40
    await client.live(freezer, silent + 1.5 * HOUR)
    assert client.car().value(car.STATE_OF_CHARGE) == 52
    (call,) = silent_calls(client)
    assert silent + HOUR <= call <= silent + 1.5 * HOUR


async def test_no_call_while_the_car_sends(client: Client, freezer: FrozenDateTimeFactory) -> None:
    await begin(client, freezer)
    for soc in range(41, 50):
        send(client, {HEADER: soc})
        await client.live(freezer, datetime.now(UTC) + HOUR)
    assert silent_calls(client) == []


async def test_at_most_three_calls_a_charge(client: Client, freezer: FrozenDateTimeFactory) -> None:
    """A pause, and a restart, do not begin another charge; another one begins anew."""
    silent = await begin(client, freezer)
    await client.live(freezer, silent + 2 * HOUR)
    send(client, ENDS)
    freezer.tick(10 * MINUTE)
    send(client, CHARGES)
    await client.live(freezer, silent + 10 * HOUR)
    assert len(silent_calls(client)) == 3
    again = client.restart()
    await again.live(freezer, datetime.now(UTC) + NIGHT)
    assert len(silent_calls(again)) == 3
    send(client, ENDS)
    await client.live(freezer, datetime.now(UTC) + HOUR)
    silent = await begin(client, freezer)
    await client.live(freezer, silent + NIGHT)
    assert len([call for call in silent_calls(client) if call > silent]) == 3


async def test_a_restart_in_silence(client: Client, freezer: FrozenDateTimeFactory) -> None:
    silent = await begin(client, freezer)
    freezer.tick(HOUR)
    again = client.restart()
    await again.live(freezer, silent + 1.5 * HOUR)
    assert len(silent_calls(again)) == 1


@pytest.mark.parametrize(
    ("left", "calls"), [(11, 1), (10, 1), (9, 0)], ids=["eleven", "ten", "nine"]
)
async def test_ten_calls_are_left_for_events(
    client: Client, freezer: FrozenDateTimeFactory, left: int, calls: int
) -> None:
    silent = await begin(client, freezer)
    freezer.move_to(silent + HOUR)
    while client.source.ledger.left(Reason.CHARGE_SILENT) > left:
        await client.source.poll(PETROL)
    client.say(I4, {HEADER: 45})
    await client.live(freezer, datetime.now(UTC) + 1.5 * HOUR)
    assert len(silent_calls(client)) == calls


@pytest.mark.parametrize(
    "values",
    [ENDS, {STATUS: "NOCHARGING"}, {STATUS: "CHARGINGPAUSED"}, {PLUG: "DISCONNECTED"}],
    ids=["ended", "not charging", "paused", "unplugged"],
)
async def test_no_call_when_the_charge_is_over(
    client: Client, freezer: FrozenDateTimeFactory, values: dict[str, Any]
) -> None:
    silent = await begin(client, freezer)
    freezer.tick(10 * MINUTE)
    send(client, values)
    await client.live(freezer, silent + NIGHT)
    assert silent_calls(client) == []


async def test_an_end_that_is_found_out(client: Client, freezer: FrozenDateTimeFactory) -> None:
    silent = await begin(client, freezer)
    send(client, ENDS, silently=True)
    await client.live(freezer, silent + NIGHT)
    assert len(silent_calls(client)) <= 1


async def test_no_call_without_a_plug(client: Client, freezer: FrozenDateTimeFactory) -> None:
    await client.live(freezer, NOON + NIGHT)
    assert silent_calls(client) == []


async def test_a_charge_that_goes_on_at_first(freezer: FrozenDateTimeFactory) -> None:
    """Its start was never seen; it is read as seldom as others, also after a restart."""
    sim = simulate(*CARS)
    unplug(sim)
    sim.cars[I4].receive(message(I4, CHARGES, NOON))
    client = await begun(sim)
    async with client.listening():
        await client.live(freezer, NOON + HOUR)
        assert silent_calls(client) == []
        await client.live(freezer, NOON + 1.5 * HOUR)
        assert len(silent_calls(client)) == 1
        again = client.restart()
        await again.live(freezer, NOON + 10 * HOUR)
        assert len(silent_calls(again)) == 3


async def test_a_charge_of_which_no_end_was_sent(freezer: FrozenDateTimeFactory) -> None:
    """What a car has said days ago is no charge that goes on."""
    sim = simulate(*CARS)
    for one in sim.cars.values():
        one.shift(-10 * DAY)
    sim.cars[I4].receive(message(I4, CHARGES, NOON - 3 * DAY))
    client = await begun(sim)
    async with client.listening():
        await client.live(freezer, NOON + NIGHT)
    assert silent_calls(client) == []
