"""The charging history of the last year: read once, little by little, or on request."""

from datetime import UTC, datetime, timedelta

from freezegun.api import FrozenDateTimeFactory
import pytest

from custom_components.mybmw.client import ClientError, capabilities_of
from custom_components.mybmw.client.cardata.tasks import Task
from custom_components.mybmw.client.core.attributes import CHARGED_THIS_MONTH
from custom_components.mybmw.client.core.values import ChargingBlock, ChargingSession, Position
from tests.client.support.cardata import I4, IX, NOON, Client, simulate
from tests.replay.cardata import Endpoint, SimulatedCarData
from tests.replay.carstate import STATUS

pytestmark = pytest.mark.freeze_time(NOON)

DAY = timedelta(days=1)
QUARTER = timedelta(minutes=15)


class Keeper(dict[datetime, ChargingSession]):
    """Keeps all charges of one car that are read."""

    def __init__(self, client: Client, vin: str = I4) -> None:
        super().__init__()
        self._vin = vin
        client.source.charges.subscribe(self._keep)

    def _keep(self, vin: str, charges: object) -> None:
        if vin == self._vin and isinstance(charges, list):
            self.update({item.start: item for item in charges})


def with_past(charges: int, size: int = 20) -> SimulatedCarData:
    """Return an account whose car was charged every third day of the last year."""
    sim = simulate("i4_edrive40")
    sim.pages.size = size
    newest = NOON - timedelta(days=40)
    for number in range(charges):
        start = (newest - timedelta(days=3 * number)).timestamp()
        row = {"startTime": start, "endTime": start + 3600, "energyConsumedFromPowerGridKwh": 11}
        sim.cars[I4].charging_history.append(row)
    return sim


def calls_of(sim: SimulatedCarData, since: datetime) -> list[datetime]:
    return [
        call.time
        for call in sim.calls
        if call.endpoint is Endpoint.CHARGING_HISTORY and call.time >= since
    ]


async def test_the_last_year_is_read_little_by_little(freezer: FrozenDateTimeFactory) -> None:
    sim = with_past(100)
    client = Client.of(sim)
    keeper = Keeper(client)
    await client.live(freezer, NOON + DAY - QUARTER)
    assert min(keeper) > NOON - timedelta(days=40), "nothing of it on the first day"
    await client.live(freezer, NOON + 10 * DAY)
    past = [start for start in keeper if start <= NOON - timedelta(days=40)]
    assert len(past) == 100
    for day in range(1, 10):
        begin = NOON + day * DAY
        made = [time for time in calls_of(sim, begin) if time < begin + DAY]
        assert len(made) <= 3, "one beside the regular one, and one after a charge"
    before = len(calls_of(sim, NOON))
    again = client.restart()
    Keeper(again)
    await again.live(freezer, NOON + 12 * DAY)
    assert len(calls_of(sim, NOON)) - before <= 3, "it is read once"


async def test_nobody_keeps_charges(freezer: FrozenDateTimeFactory) -> None:
    sim = with_past(100)
    client = Client.of(sim)
    await client.live(freezer, NOON + 5 * DAY)
    assert len(calls_of(sim, NOON)) == 5


async def test_on_request(freezer: FrozenDateTimeFactory) -> None:
    sim = with_past(100)
    client = Client.of(sim)
    await client.work()
    keeper = Keeper(client)
    historical = capabilities_of(client.source).historical
    assert historical is not None
    found = await historical.read_charges(I4, NOON - 365 * DAY, datetime.now(UTC))
    assert found.calls == historical.most_calls == 5, "the list is longer"
    assert found.charges == len(keeper) >= 95
    assert not found.complete
    found = await historical.read_charges(I4, NOON - 60 * DAY, datetime.now(UTC))
    assert found.complete
    with pytest.raises(ClientError):
        await historical.read_charges("WBA00000000000000", NOON - 60 * DAY, datetime.now(UTC))


async def test_what_a_charge_tells(freezer: FrozenDateTimeFactory) -> None:
    client = Client.of(simulate("ix_xdrive50"))
    keeper = Keeper(client, IX)
    await client.work()
    freezer.tick(QUARTER)
    await client.work()
    newest = max(keeper.values(), key=lambda item: item.end)
    row = max(client.sim.cars[IX].charging_history, key=lambda item: item["endTime"])
    where = row["chargingLocation"]
    assert newest.position == Position(where["mapMatchedLatitude"], where["mapMatchedLongitude"])
    assert newest.preconditioned is row["isPreconditioningActivated"]
    first = row["chargingBlocks"][0]
    assert newest.blocks[0] == ChargingBlock(
        datetime.fromtimestamp(first["startTime"], UTC),
        datetime.fromtimestamp(first["endTime"], UTC),
        first["averagePowerGridKw"],
    )
    assert newest.blocks[-1].end <= newest.end


async def test_the_month_is_counted_where_charges_are_kept(freezer: FrozenDateTimeFactory) -> None:
    client, other = Client.of(simulate("i4_edrive40")), Client.of(simulate("i4_edrive40"))
    Keeper(client)
    for one in (client, other):
        await one.work()
        await one.live(freezer, datetime.now(UTC) + 2 * QUARTER)
    assert client.car().value(CHARGED_THIS_MONTH) is None
    assert other.car().value(CHARGED_THIS_MONTH) is not None


@pytest.mark.parametrize(("late", "calls"), [(False, 1), (True, 2)], ids=["at_once", "late"])
async def test_the_last_charge_is_listed_late(
    freezer: FrozenDateTimeFactory, calls: int, *, late: bool
) -> None:
    """If the history does not have the charge after a quarter of an hour, it is read once more."""
    sim = simulate("i4_edrive40")
    client = Client.of(sim, extras=frozenset({Task.SESSIONS}))
    await client.live(freezer, NOON + 2 * QUARTER)
    async with client.listening():
        client.say(I4, {STATUS: "CHARGINGACTIVE"})
        await client.live(freezer, NOON + timedelta(hours=2))
        end = datetime.now(UTC)
        if not late:
            row = {"startTime": end.timestamp() - 3600, "endTime": end.timestamp()}
            sim.cars[I4].charging_history.append({**row, "energyConsumedFromPowerGridKwh": 9})
        client.say(I4, {STATUS: "CHARGINGENDED"})
        sim.cars[I4].apply(STATUS, "CHARGINGENDED", end)
        await client.live(freezer, end + timedelta(hours=8))
    assert len(calls_of(sim, end)) == calls
