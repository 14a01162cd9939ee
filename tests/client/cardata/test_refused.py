"""What BMW refuses to report about a car costs next to nothing."""

from datetime import timedelta

from freezegun.api import FrozenDateTimeFactory
import pytest

from custom_components.mybmw.client import ApiError, UnsupportedError
from custom_components.mybmw.client.cardata.pictures import VIEW
from custom_components.mybmw.client.cardata.quota import DAY
from custom_components.mybmw.client.core.attributes import CHARGING_SESSIONS
from tests.client.support.cardata import I4, NOON, SECONDARY, Client, asked, recorded, simulate
from tests.client.support.cardata_days import live
from tests.replay.cardata import Endpoint, SimulatedCarData
from tests.replay.cardata.faults import error
from tests.replay.carstate import STATUS
from tests.replay.faults import Fault, answer, broken_json, gateway

HOUR = timedelta(hours=1)
EXTRAS = (Endpoint.CHARGING_HISTORY, Endpoint.TYRE_DIAGNOSIS, Endpoint.CHARGING_SETTINGS)
WEEKS = (
    (Endpoint.CHARGING_HISTORY, 8 + 3),
    (Endpoint.TYRE_DIAGNOSIS, 2 + 3),
    (Endpoint.CHARGING_SETTINGS, 2 + 3),
    (Endpoint.BASIC_DATA, 8 + 3),
)

pytestmark = pytest.mark.freeze_time(NOON)


async def _work_daily(client: Client, freezer: FrozenDateTimeFactory, days: int) -> None:
    await client.work()
    for _ in range(days):
        freezer.tick(DAY + timedelta(minutes=1))
        await client.work()


@pytest.mark.parametrize(
    "fault",
    [error("CU-400", 400), error("", 404), error("CU-104"), broken_json(), answer({}, 403)],
    ids=["bad request", "not found", "not allowed", "broken", "forbidden"],
)
async def test_refused(fault: Fault, freezer: FrozenDateTimeFactory) -> None:
    """It is asked at its regular time for a week, then once a month, over restarts as well."""
    sim = simulate("i4_edrive40")
    for endpoint, _times in WEEKS:
        sim.fail(endpoint, fault, None)
    client = Client.of(sim)
    await _work_daily(client, freezer, 8)
    client = client.restart()
    await _work_daily(client, freezer, 92)
    for endpoint, times in WEEKS:
        assert times - 3 <= asked(sim)[endpoint] <= times, endpoint


@pytest.mark.parametrize("endpoint", EXTRAS)
async def test_failed_for_a_while(endpoint: Endpoint, freezer: FrozenDateTimeFactory) -> None:
    """BMW's own troubles are no refusal: it is tried again after minutes, then hours."""
    sim = simulate("i4_edrive40")
    sim.fail(endpoint, gateway(), 3)
    client = Client.of(sim)
    await client.live(freezer, NOON + 3 * HOUR)
    assert asked(sim)[endpoint] == 4


async def test_works_again(freezer: FrozenDateTimeFactory) -> None:
    """What BMW sends again after a month is requested regularly again."""
    sim = simulate("i4_edrive40")
    sim.fail(Endpoint.CHARGING_HISTORY, error("CU-400", 400), None)
    client = Client.of(sim)
    await _work_daily(client, freezer, 20)
    sim.heal()
    await _work_daily(client, freezer, 25)
    assert client.car().value(CHARGING_SESSIONS) is not None
    sim.clear_calls()
    await _work_daily(client, freezer, 3)
    assert asked(sim)[Endpoint.CHARGING_HISTORY] == 3


async def test_picture(freezer: FrozenDateTimeFactory) -> None:
    """So it is with pictures: refused for whatever reason, they are asked for once a month."""
    sim = simulate("i4_edrive40")
    sim.fail(Endpoint.IMAGE, error("CU-400", 400), None)
    client = Client.of(sim)
    await client.work()
    with pytest.raises(ApiError):
        await client.source.image(client.car(), VIEW)
    freezer.tick(29 * DAY)
    with pytest.raises(UnsupportedError):
        await client.source.image(client.car(), VIEW)
    assert asked(sim)[Endpoint.IMAGE] == 1


async def test_values_do_not_starve() -> None:
    """Four cars of which BMW sends values only are read as often as any."""

    def refuse(sim: SimulatedCarData) -> None:
        for endpoint in (*EXTRAS, Endpoint.IMAGE):
            sim.fail(endpoint, error("CU-400", 400), None)

    outcome = await live(4, 3, silent=True, change=refuse)
    first = outcome.first_day()
    assert first.age(first.pictures, 0.95) <= 215
    assert outcome.age(outcome.pictures, 0.95) <= 150


async def test_shared_cars_cost_nothing() -> None:
    """Neither a car of another main user is asked about, nor one that is shown elsewhere."""

    def add_shared(sim: SimulatedCarData) -> None:
        sim.add(recorded("530d")[0])

    sim = simulate("i4_edrive40", "320i", "530d")
    client = Client.of(sim)
    client.source.accepts = lambda vin: vin == I4
    await client.work()
    await client.source.poll()
    assert {call.vin for call in sim.calls} == {None, I4}
    for vin in sim.cars.keys() - {I4}:
        assert not asked(sim, vin)
    alone = await live(1, 1, silent=True)
    beside = await live(1, 1, silent=True, change=add_shared)
    assert SECONDARY not in beside.pictures
    assert beside.age(beside.pictures, 0.95) == pytest.approx(alone.age(alone.pictures, 0.95), 0.02)


async def test_history_comes_after_each_charge(freezer: FrozenDateTimeFactory) -> None:
    """On the first day of several cars too, when nothing else but values is asked for."""
    sim = simulate("i4_edrive40", "320i")
    client = Client.of(sim)
    await client.work()
    async with client.listening():
        for hours in (2, 5):
            await client.live(freezer, NOON + hours * HOUR)
            client.say(I4, {STATUS: "CHARGINGACTIVE"})
            await client.live(freezer, NOON + (hours + 1) * HOUR)
            client.say(I4, {STATUS: "CHARGINGENDED"})
            again = asked(sim)[Endpoint.CHARGING_HISTORY]
            await client.live(freezer, NOON + (hours + 1.5) * HOUR)
            assert asked(sim, I4)[Endpoint.CHARGING_HISTORY] == again + 1
    assert client.car().value(CHARGING_SESSIONS)
    assert asked(sim)[Endpoint.TYRE_DIAGNOSIS] == 0
