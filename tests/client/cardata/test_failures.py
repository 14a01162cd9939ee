"""What a source of CarData does when BMW, the network or another program are in its way."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from freezegun.api import FrozenDateTimeFactory
import pytest

from custom_components.mybmw.client import (
    AnswerError,
    ApiError,
    AuthError,
    NetworkError,
    NoContainerError,
    NotAllowedError,
    QuotaError,
)
from custom_components.mybmw.client.cardata import Task
from custom_components.mybmw.client.cardata.containers import NAME
from custom_components.mybmw.client.cardata.mapping import WANTED
from custom_components.mybmw.client.cardata.quota import LIMIT, RELEASED, RESERVE, Ledger, Reason
from custom_components.mybmw.client.cardata.schedule import Scheduler
from custom_components.mybmw.client.cardata.tasks import Decision
from custom_components.mybmw.client.core.attributes import MILEAGE
from tests.client.support.cardata import (
    I4,
    NOON,
    PETROL,
    Client,
    asked,
    begun,
    counted,
    simulate,
    unplug,
)
from tests.replay import faults
from tests.replay.cardata import Endpoint, SimulatedCarData
from tests.replay.cardata.faults import error, invalid_token, out_of_quota
from tests.replay.carstate import IGNITION

VALUES = Endpoint.TELEMATIC_DATA
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)

pytestmark = pytest.mark.freeze_time(NOON)


async def test_one_car_is_not_ours_to_read(freezer: FrozenDateTimeFactory) -> None:
    """The others are read all the same; it is tried again after the next list of the account."""
    sim = simulate("i4_edrive40", "320i")
    sim.fail(Endpoint.BASIC_DATA, error("CU-104"), None, I4)
    client = Client.of(sim)
    poll = await client.work()
    assert poll.error is None
    ((vin, problem),) = poll.errors.items()
    assert (vin, type(problem)) == (I4, NotAllowedError)
    assert client.car(PETROL).value(MILEAGE) is not None
    await client.live(freezer, NOON + 23 * HOUR)
    assert asked(sim, I4) == {Endpoint.BASIC_DATA: 1}
    assert not (await client.source.poll(I4)).readings
    sim.heal()
    freezer.move_to(NOON + DAY)
    await client.work()
    assert client.car(I4).value(MILEAGE) is not None
    assert asked(sim, I4)[VALUES] == 1


async def test_refused_values(freezer: FrozenDateTimeFactory) -> None:
    """A car that is sold may be listed for a while."""
    sim = simulate("i4_edrive40", "320i")
    client = await begun(sim)
    sim.fail(VALUES, error("CU-104"), None, I4)
    await client.live(freezer, NOON + 10 * HOUR)
    assert asked(sim, I4) == {VALUES: 1}
    assert asked(sim, PETROL)[VALUES] > 5
    again = client.restart()
    await again.live(freezer, NOON + 12 * HOUR)
    assert asked(sim, I4)[VALUES] <= 2


@pytest.mark.parametrize("endpoint", [Endpoint.TYRE_DIAGNOSIS, Endpoint.CHARGING_HISTORY])
async def test_refused_extra(endpoint: Endpoint, freezer: FrozenDateTimeFactory) -> None:
    """An error that cannot be attributed to a car says nothing about the car."""
    sim = simulate("i4_edrive40")
    client = Client.of(sim)
    await client.work()
    sim.fail(endpoint, error("CU-104"), None)
    freezer.tick(15 * MINUTE)
    poll = await client.work()
    assert (poll.error, poll.errors) == (None, {})
    assert not client.source.cars[I4].refused


async def test_container_is_deleted_in_the_portal(freezer: FrozenDateTimeFactory) -> None:
    """It is made again once, and the data are read."""
    sim = simulate("i4_edrive40", "320i")
    unplug(sim)
    client = await begun(sim)
    (container,) = sim.containers
    sim.containers.delete(container.container_id)
    freezer.tick(2 * HOUR)
    poll = await client.work()
    assert (poll.error, poll.errors) == (None, {})
    assert asked(sim) == {VALUES: 2, Endpoint.LIST_CONTAINERS: 1, Endpoint.CREATE_CONTAINER: 1}
    sim.clear_calls()
    freezer.tick(2 * HOUR)
    await client.work()
    assert asked(sim) == {VALUES: 1}


async def test_user_repairs_the_container_from_the_reserve() -> None:
    sim = simulate("i4_edrive40")
    client = await begun(sim)
    (container,) = sim.containers
    sim.containers.delete(container.container_id)
    spend(client, RESERVE)
    poll = await client.source.poll()
    assert poll.error is None
    assert set(poll.readings) == {I4}


async def test_container_is_not_begun_without_the_calls_for_it(
    freezer: FrozenDateTimeFactory,
) -> None:
    """Else the search for it would take every call that becomes free, for ever."""
    sim = simulate("i4_edrive40")
    client = await begun(sim)
    client.source._containers.lost()
    spend(client, RESERVE + 1)
    async with client.listening():
        client.say(I4, {IGNITION: True})
        client.say(I4, {IGNITION: False})
        freezer.tick(MINUTE)
        await client.work()
        assert not asked(sim)
        await client.live(freezer, NOON + DAY + HOUR)
    assert asked(sim)[Endpoint.LIST_CONTAINERS] == 1
    assert asked(sim)[VALUES] >= 1


@pytest.mark.parametrize("key", [WANTED[200], WANTED[3], WANTED[0]], ids=["late", "early", "first"])
async def test_retired_descriptor(key: str, freezer: FrozenDateTimeFactory) -> None:
    """Data come at once without half of the descriptors; the culprit is found within days."""
    sim = simulate("i4_edrive40")
    sim.containers.rejected.add(key)
    client = Client.of(sim)
    await client.work()
    assert client.calls <= 3 + 2 + 4
    for day in range(1, 6):
        await client.live(freezer, NOON + day * DAY)
        client = client.restart()
    memory = client.source._containers.state
    assert (memory.rejected, memory.doubtful) == ({key}, [])
    assert set(client.source._containers.descriptors) == {*WANTED} - {key}
    assert client.car().value(MILEAGE) is not None
    assert len([item for item in sim.containers if item.deleted is None]) == 1
    assert max(per_day(sim).values()) <= LIMIT - RESERVE + RELEASED


async def test_no_place_for_a_container(freezer: FrozenDateTimeFactory) -> None:
    """It is not tried for every car, nor often; the rest of the cars' data come all the same."""
    sim = simulate("i4_edrive40", "320i", "x3_30e", "mini_cooper_se")
    others = [sim.containers.add(WANTED[:2], "evcc.io", f"v{number}") for number in range(10)]
    client = Client.of(sim, extras=frozenset())
    poll = await client.work()
    assert poll.error is None
    assert all(isinstance(problem, NoContainerError) for problem in poll.errors.values())
    assert client.source.status.container_missing
    assert client.calls <= 1 + 4 + 2
    assert client.car().drive_train is not None
    await client.live(freezer, NOON + DAY - HOUR)
    assert client.calls <= 1 + 4 + 2 * 10
    for container in others:
        sim.containers.delete(container.container_id)
    assert all(item.name == "evcc.io" for item in sim.containers)
    freezer.move_to(NOON + 30 * DAY)
    await client.live(freezer, NOON + 31 * DAY)
    assert not client.source.status.container_missing
    assert client.car().value(MILEAGE) is not None


async def test_own_old_containers_make_room() -> None:
    sim = simulate("i4_edrive40")
    old = sim.containers.add(WANTED[:2], NAME, "v0")
    client = Client.of(sim)
    poll = await client.work()
    assert poll.errors == {}
    assert old.deleted is not None
    assert client.calls == 3 + 2 + 1


async def test_quota_ends_in_the_middle(freezer: FrozenDateTimeFactory) -> None:
    """What was read counts; nothing more is tried on that day, and all is done on the next."""
    sim = simulate("i4_edrive40", "320i")
    sim.spend(LIMIT - 5)
    client = Client.of(sim)
    poll = await client.work()
    assert isinstance(poll.error, QuotaError)
    assert set(poll.readings) == {I4, PETROL}
    assert client.source.status.spent_by_others
    assert client.source.status.calls_left_for_user == 0
    used = counted(sim)
    assert used == 6
    assert client.source.due() == datetime(2026, 11, 11, 0, 3, tzinfo=UTC)
    again = client.restart()
    assert again.source.due() == datetime(2026, 11, 11, 0, 3, tzinfo=UTC)
    assert isinstance((await again.source.poll()).error, QuotaError)
    await again.live(freezer, datetime(2026, 11, 11, 0, 2, tzinfo=UTC))
    assert counted(sim) == used
    await again.live(freezer, datetime(2026, 11, 11, 0, 4, tzinfo=UTC))
    assert {I4, PETROL} == {vin for vin, car in again.garage.vehicles.items() if car[MILEAGE]}
    assert not again.source.status.spent_by_others


async def test_quota_of_others_is_no_reason_to_sleep_longer(freezer: FrozenDateTimeFactory) -> None:
    """Our own calls of the evening before are not waited for once BMW's new day has begun."""
    client = await begun(simulate("i4_edrive40"))
    freezer.move_to(NOON + 11 * HOUR)
    client.sim.fail(VALUES, out_of_quota(), 1)
    await client.source.poll()
    assert client.source.due() == datetime(2026, 11, 11, 0, 3, tzinfo=UTC)


async def test_server_in_trouble(freezer: FrozenDateTimeFactory) -> None:
    """Two cars are tried, and one from then on; the pauses grow, over restarts too."""
    sim = simulate("i4_edrive40", "320i", "x3_30e", "mini_cooper_se")
    client = await begun(sim)
    sim.fail(VALUES, faults.gateway(), None)
    await client.live(freezer, NOON + 7 * HOUR)
    client = client.restart()
    await client.live(freezer, NOON + 23 * HOUR)
    times = [call.time for call in sim.calls]
    pauses = [(later - former) / MINUTE for former, later in pairwise(times)]
    assert pauses[:8] == [0, 5, 10, 20, 40, 80, 160, 320]
    assert set(pauses[8:]) == {360}
    sim.heal()
    await client.live(freezer, times[-1] + 8 * HOUR)
    assert all(asked(sim, vin)[VALUES] >= 2 for vin in sim.cars)


async def test_one_car_in_trouble(freezer: FrozenDateTimeFactory) -> None:
    """A car whose data BMW cannot give does not keep the others from being read."""
    sim = simulate("i4_edrive40", "320i")
    client = await begun(sim)
    sim.fail(VALUES, faults.server_error(), None, I4)
    await client.live(freezer, NOON + 12 * HOUR)
    assert asked(sim, PETROL)[VALUES] >= 10
    assert 5 <= asked(sim, I4)[VALUES] <= 10


async def test_set_up_while_the_server_is_in_trouble(freezer: FrozenDateTimeFactory) -> None:
    """Repeated restarts, as of Home Assistant, spend no more calls."""
    sim = simulate("i4_edrive40")
    sim.fail(Endpoint.MAPPINGS, faults.gateway(), None)
    client = Client.of(sim)
    poll = await client.work()
    assert isinstance(poll.error, ApiError)
    for minute in range(60):
        client = client.restart()
        if client.due <= timedelta():
            await client.work()
        freezer.move_to(NOON + minute * MINUTE)
    assert counted(sim) == 4
    sim.heal()
    await client.live(freezer, NOON + 2 * HOUR)
    assert client.car().value(MILEAGE) is not None


async def test_no_network(freezer: FrozenDateTimeFactory) -> None:
    """What never left this machine costs nothing, and is tried again soon, ever and ever."""
    sim = simulate("i4_edrive40", "320i")
    client = await begun(sim)
    left = client.source.ledger.left(Reason.USER)
    sim.fail(Endpoint.ANY, faults.no_network(), None)
    freezer.move_to(NOON + 2 * HOUR)
    poll = await client.work()
    assert isinstance(poll.error, NetworkError)
    await client.live(freezer, NOON + 12 * HOUR)
    assert client.source.ledger.left(Reason.USER) == left
    assert counted(sim) == 0
    sim.heal()
    await client.live(freezer, NOON + 12 * HOUR + 6 * MINUTE)
    assert asked(sim)[VALUES] >= 1
    assert counted(sim) >= 1


async def test_no_answer_in_time(freezer: FrozenDateTimeFactory) -> None:
    """A call that timed out may have been counted: it is not repeated at once."""
    sim = simulate("i4_edrive40", "320i")
    client = await begun(sim)
    sim.fail(VALUES, faults.timeout(), None)
    await client.live(freezer, NOON + 7 * HOUR)
    assert 4 <= counted(sim) <= 7


async def test_broken_json(freezer: FrozenDateTimeFactory) -> None:
    sim = simulate("i4_edrive40", "320i")
    client = await begun(sim)
    for endpoint in (VALUES, Endpoint.MAPPINGS, Endpoint.BASIC_DATA):
        sim.fail(endpoint, faults.broken_json(), 1)
    freezer.tick(HOUR)
    poll = await client.work()
    (problem,) = poll.errors.values()
    assert isinstance(problem, AnswerError)
    await client.live(freezer, NOON + 2 * HOUR)
    assert all(asked(sim, vin)[VALUES] >= 1 for vin in sim.cars)
    assert set(client.source.cars) == {I4, PETROL}


@pytest.mark.parametrize("answer", [{}, {"message": "later"}, {"vehicles": [{}]}, 5, None, [7]])
async def test_list_of_cars_that_is_none(answer: object, freezer: FrozenDateTimeFactory) -> None:
    """No car is given up because BMW answers with nonsense."""
    sim = simulate("i4_edrive40")
    client = await begun(sim)
    sim.fail(Endpoint.MAPPINGS, faults.answer(answer), None)
    freezer.tick(DAY)
    poll = await client.work()
    assert poll.vins is None
    assert isinstance(poll.error, AnswerError)
    assert set(client.source.cars) == {I4}


async def test_account_without_cars() -> None:
    client = Client.of(simulate())
    poll = await client.work()
    assert (poll.vins, poll.error) == (frozenset(), None)
    assert client.due > HOUR


async def test_login_is_over(freezer: FrozenDateTimeFactory) -> None:
    """It is reported as the failure of the whole account, and costs no quota."""
    sim = simulate("i4_edrive40")
    client = await begun(sim)
    sim.revoke(refresh=True)
    freezer.tick(HOUR)
    poll = await client.work()
    assert isinstance(poll.error, AuthError)
    assert client.source.ledger.left(Reason.USER) == LIMIT - 5 - 1


async def test_token_is_refused_for_good(freezer: FrozenDateTimeFactory) -> None:
    """A fresh token that one request refuses is no reason to ask for a login, nor to go on."""
    sim = simulate("i4_edrive40")
    client = await begun(sim)
    sim.fail(VALUES, invalid_token(), None)
    freezer.tick(HOUR)
    poll = await client.work()
    assert poll.error is None
    assert set(poll.errors) == {I4}
    await client.live(freezer, NOON + 12 * HOUR)
    assert asked(sim)[VALUES] <= 2 * 8


def test_trouble_for_months() -> None:
    """However often something has failed, the pause stays what it is."""
    plan, decision = Scheduler(Ledger()), Decision(Task.MAPPINGS, "", NOON, Reason.SET_UP)
    for _ in range(1_000):
        plan.failed(decision, NOON)
    assert plan.next(NOON) == decision._replace(at=NOON + 6 * HOUR)


@pytest.mark.parametrize(
    "saved",
    [
        None,
        [],
        {"plan": {"failed": [[1], ["values", I4, "x", 5], [[], "", 1, ""]]}},
        {"plan": {"events": [["trip_end", I4, "2099-01-01T00:00:00Z"], ["user", I4, None], [[]]]}},
        {"plan": {"done": [[[], "", ""], ["mappings", {}, []]]}, "cars": [], "no_picture": {I4: 5}},
    ],
)
async def test_odd_memory(saved: object) -> None:
    """Contents of unknown origin do no harm."""
    sim = simulate("i4_edrive40")
    client = Client.of(sim, extras=frozenset({Task.TYRES}))
    client.source.load(saved)
    await client.work()
    assert counted(sim) == 5


async def test_odd_ledger() -> None:
    """An entry that cannot be read still counts as a call."""
    client = Client.of(simulate("i4_edrive40"))
    client.source.load({"ledger": {"spent": [[NOON.isoformat(), "x", [], None], [], 5]}})
    assert client.source.status.calls_made == 3


def spend(client: Client, keep: int) -> None:
    """Spend all calls but these."""
    while client.source.ledger.left(Reason.USER) > keep:
        client.source.ledger.book("x", Reason.USER)


def per_day(sim: SimulatedCarData) -> dict[object, int]:
    """Return how many calls were counted on each day."""
    days = [call.time.date() for call in sim.calls if call.counted]
    return {day: days.count(day) for day in days}
