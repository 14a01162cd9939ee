"""Which cars there are, and when that is asked again (mybmw-app.md#endpoints)."""

from collections.abc import Callable
from datetime import timedelta

from freezegun.api import FrozenDateTimeFactory
import pytest

from custom_components.mybmw.client import (
    AnswerError,
    ApiError,
    BlockedError,
    ClientError,
    Command,
    CommandKind,
    CommandState,
    NetworkError,
    attributes as a,
)
from tests.client.support import Client, Simulate, asked, recorded
from tests.replay import faults
from tests.replay.faults import Endpoint, Fault
from tests.replay.mybmw import SimulatedMyBMW

type ClientOf = Callable[..., Client]
type NewClient = Callable[..., Client]

IX, MINI, DIESEL = "WBY0FINGERPRINT02", "WMW0FINGERPRINT10", "WBA0FINGERPRINT08"


async def test_list_every_six_hours(
    sim: SimulatedMyBMW, new_client: NewClient, freezer: FrozenDateTimeFactory
) -> None:
    """New cars appear, and the list is not asked for more often than needed."""
    freezer.move_to("2026-11-10T12:00:00Z")
    client = new_client()
    await client.read()
    (mini,) = recorded("mini_cooper_se")
    sim.add(mini)
    freezer.tick(timedelta(hours=5, minutes=59))
    poll = await client.garage.refresh(client.source)
    assert poll.vins is None
    assert client.garage.vehicles.keys() == {IX}
    freezer.tick(timedelta(minutes=1))
    sim.clear_calls()
    poll = await client.garage.refresh(client.source)
    assert poll.vins == frozenset({IX, MINI})
    assert client.garage.vehicles[MINI].value(a.MODEL) == "Cooper SE"
    assert asked(sim).count(Endpoint.VEHICLES) == 3
    assert asked(sim).count(Endpoint.PROFILE) == 2


async def test_car_is_gone(
    three: SimulatedMyBMW, new_client: NewClient, freezer: FrozenDateTimeFactory
) -> None:
    """A car that left the account is reported as gone, and as a new one when it comes back."""
    freezer.move_to("2026-11-10T12:00:00Z")
    client = new_client()
    await client.read()
    (diesel,) = recorded("530d")
    three.remove(DIESEL)
    freezer.tick(timedelta(hours=6))
    poll = await client.garage.refresh(client.source)
    assert poll.error is None
    assert poll.vins == frozenset({IX, MINI})
    assert DIESEL not in poll.readings
    three.add(diesel)
    freezer.tick(timedelta(hours=6))
    three.clear_calls()
    poll = await client.garage.refresh(client.source)
    assert poll.vins == frozenset({IX, DIESEL, MINI})
    assert a.MODEL in {reading.attribute for reading in poll.readings[DIESEL]}


async def test_all_cars_gone_is_not_believed(
    three: SimulatedMyBMW, new_client: NewClient, freezer: FrozenDateTimeFactory
) -> None:
    """Empty lists are taken for a fault of the service as long as cars are known."""
    freezer.move_to("2026-11-10T12:00:00Z")
    client = new_client()
    await client.read()
    for vin in (IX, DIESEL, MINI):
        three.remove(vin)
    freezer.tick(timedelta(hours=6))
    assert (await client.source.poll()).vins is None
    assert client.source.problems["mappingInfos: empty"] == 1


async def test_cars_known_before(three: SimulatedMyBMW, client_of: ClientOf) -> None:
    """After a restart, cars are read even if the lists cannot be."""
    before = client_of(three)
    await before.read()
    client = client_of(three)
    client.source.know(before.garage.vehicles.values())
    three.fail(Endpoint.VEHICLES, faults.server_error(), times=3)
    poll = await client.source.poll()
    assert poll.error is None
    assert poll.readings.keys() == {IX, DIESEL, MINI}


@pytest.mark.parametrize("fault", [faults.server_error(), faults.broken_json()])
async def test_list_fails_later(
    fault: Fault, three: SimulatedMyBMW, new_client: NewClient, freezer: FrozenDateTimeFactory
) -> None:
    """A list that fails keeps the cars that are known."""
    freezer.move_to("2026-11-10T12:00:00Z")
    client = new_client()
    await client.read()
    freezer.tick(timedelta(hours=6))
    three.fail(Endpoint.VEHICLES, fault, times=3)
    three.clear_calls()
    poll = await client.source.poll()
    assert poll.error is None
    assert poll.vins == frozenset({IX, DIESEL, MINI})
    assert poll.readings.keys() == {IX, DIESEL, MINI}
    freezer.tick(timedelta(hours=1))
    assert (await client.source.poll()).vins == frozenset({IX, DIESEL, MINI})


async def test_one_brand_fails(three: SimulatedMyBMW, client_of: ClientOf) -> None:
    """Cars of the other brands are known; which cars there are is not certain."""
    client = client_of(three)
    three.fail(Endpoint.VEHICLES, faults.server_error())
    poll = await client.source.poll()
    assert poll.error is None
    assert poll.vins is None
    assert poll.readings.keys() == {MINI}
    assert (await client.source.poll()).vins == frozenset({IX, DIESEL, MINI})


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (faults.server_error(), ApiError),
        (faults.broken_json(), AnswerError),
        (faults.no_network(), NetworkError),
        (faults.blocked(), BlockedError),
    ],
)
async def test_list_fails_at_first(
    fault: Fault, error: type[ClientError], three: SimulatedMyBMW, client_of: ClientOf
) -> None:
    client = client_of(three)
    three.fail(Endpoint.VEHICLES, fault, times=None)
    poll = await client.source.poll()
    assert isinstance(poll.error, error)
    assert poll.readings == {}
    assert set(asked(three)) == {Endpoint.VEHICLES}


async def test_empty_account(simulate: Simulate, client_of: ClientOf) -> None:
    sim = simulate()
    poll = await client_of(sim).source.poll()
    assert poll.vins == frozenset()
    assert poll.readings == {}
    assert poll.error is None


@pytest.mark.parametrize(
    ("listed", "found"),
    [
        ({"mappingInfos": [{"vin": IX}, {"vin": 7}, {}, None, "x", {"vin": "short"}]}, {IX}),
        ({"mappingInfos": [{"vin": "ſBA00000000000001"}, {"vin": "../../../etc/pass"}]}, None),
        ({"mappingInfos": None}, None),
        ({}, None),
        ([{"vin": IX}], None),
        (None, None),
    ],
)
async def test_odd_list(
    listed: object, found: set[str] | None, sim: SimulatedMyBMW, client: Client
) -> None:
    """What is no VIN is left out and counted; what is no list reports nothing about the cars."""
    sim.fail(Endpoint.VEHICLES, faults.answer(listed))
    poll = await client.source.poll()
    assert poll.vins == (None if found is None else frozenset(found))
    assert sum(client.source.problems.values()) > 0


async def test_one_car_only(three: SimulatedMyBMW, client_of: ClientOf) -> None:
    """A single car can be read alone; an unknown one is searched for once."""
    client = client_of(three)
    poll = await client.source.poll(MINI)
    assert poll.readings.keys() == {MINI}
    three.clear_calls()
    poll = await client.source.poll(IX)
    assert poll.readings.keys() == {IX}
    assert Endpoint.VEHICLES not in asked(three)
    poll = await client.source.poll("WBA00000000000000")
    assert (poll.readings, poll.errors, poll.error) == ({}, {}, None)


async def test_case_of_a_vin(sim: SimulatedMyBMW, client: Client) -> None:
    """Library 11, 16: a VIN may be written in any case, wherever it comes from."""
    sim.fail(Endpoint.VEHICLES, faults.answer({"mappingInfos": [{"vin": IX.lower()}]}))
    assert (await client.read()).keys() == {IX}
    poll = await client.garage.refresh(client.source, IX.lower())
    assert poll.readings.keys() == {IX}
    result = await client.garage.send(IX.lower(), Command(CommandKind.DOOR_UNLOCK))
    assert result.state is CommandState.EXECUTED
    assert client.garage.vehicles[IX].value(a.LOCK_STATE) == "UNLOCKED"
    assert await client.garage.image(IX.lower(), "FrontView")
    assert client.garage.vehicles.keys() == {IX}


async def test_same_car_in_two_lists(sim: SimulatedMyBMW, client: Client) -> None:
    answer = faults.answer({"mappingInfos": [{"vin": IX}]})
    sim.fail(Endpoint.VEHICLES, answer, times=3)
    await client.read()
    assert asked(sim).count(Endpoint.STATE) == 1
