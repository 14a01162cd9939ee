"""The ledger on disk, and while clocks are wrong: no call is forgotten or blocked for long."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from hypothesis import HealthCheck, given, settings, strategies as st
import orjson
import pytest

from custom_components.mybmw.client import NotWrittenError, QuotaError
from custom_components.mybmw.client.cardata import clock as clock_module
from custom_components.mybmw.client.cardata.clock import ElapsedTime
from custom_components.mybmw.client.cardata.quota import (
    DAY,
    LIMIT,
    RELEASED,
    RESERVE,
    Ledger,
    Reason,
)
from tests.client.support.cardata import I4, NOON, Client, begun, counted, simulate
from tests.replay import faults
from tests.replay.cardata import Endpoint
from tests.replay.cardata.faults import out_of_quota

pytestmark = pytest.mark.freeze_time(NOON)

TEN_DAYS = timedelta(days=10)
THREE_DAYS = timedelta(days=3)
PLAN = LIMIT - RESERVE


class Disk:
    """Keeps what is saved as JSON, as long as it is not full."""

    def __init__(self) -> None:
        self.content: dict[str, Any] = {}
        self.free: int | None = None

    async def save(self, saved: Mapping[str, object]) -> bool:
        """Keep it, if there is room."""
        if self.free == 0:
            return False
        self.free = self.free and self.free - 1
        self.content = orjson.loads(orjson.dumps(saved))
        return True

    @property
    def ledger(self) -> Ledger:
        """What a program would start with that finds this."""
        found = Ledger()
        found.load(self.content.get("ledger", {}))
        return found

    @property
    def calls(self) -> int:
        """How many calls are booked."""
        return len(list(self.ledger))


class World:
    """A clock that can be set, a count of seconds that cannot, and a ledger between restarts."""

    def __init__(self, freezer: Any, reading: float = 5000.0) -> None:
        self.freezer = freezer
        self.reading = reading
        self.ledger = self.new()
        self.made: list[float] = []

    def new(self) -> Ledger:
        return Ledger(elapsed=ElapsedTime(lambda: self.reading), released=0)

    def pass_time(self, delta: timedelta) -> None:
        self.freezer.tick(delta)
        self.reading += delta.total_seconds()

    def set_clock(self, by: timedelta) -> None:
        self.freezer.move_to(datetime.now(UTC) + by)

    def restart(self, off: timedelta = timedelta(), *, reboot: bool = False) -> None:
        saved = orjson.loads(orjson.dumps(self.ledger.dump()))
        self.set_clock(off)
        if reboot:
            self.reading = 10.0
        self.ledger = self.new()
        self.ledger.load(saved)

    def spend(self, reason: Reason = Reason.USER) -> int:
        """Spend all that is left, and return how much that was."""
        calls = 0
        while self.ledger.left(reason):
            self.ledger.book("x", reason)
            calls += 1
        return calls


@pytest.fixture
def world(freezer: FrozenDateTimeFactory) -> World:
    return World(freezer)


@pytest.mark.parametrize("restarts", [False, True])
@pytest.mark.parametrize("by", [timedelta(hours=2), timedelta(hours=30), TEN_DAYS])
def test_clock_ahead_for_six_hours(world: World, by: timedelta, restarts: bool) -> None:
    """It gives no second budget, and the calls made meanwhile are a day old a day later."""
    assert world.spend(Reason.SCHEDULE) == PLAN
    world.set_clock(by)
    assert world.spend(Reason.SCHEDULE) == 0
    assert world.spend() == RESERVE
    for _ in range(6):
        world.pass_time(timedelta(hours=1))
        assert world.spend() == 0
    world.set_clock(-by)
    if restarts:
        world.restart()
    assert world.spend() == 0
    world.pass_time(DAY - timedelta(hours=6, minutes=1))
    assert world.spend() == 0
    world.pass_time(timedelta(minutes=2))
    assert world.ledger.left(Reason.USER) >= PLAN
    world.pass_time(min(by, timedelta(hours=3)))
    assert world.spend() == LIMIT


@pytest.mark.parametrize("restarts", [False, True])
def test_refused_while_the_clock_is_ahead(world: World, restarts: bool) -> None:
    """The lock-out ends on the day on which it was, not on the one that the clock had shown."""
    world.set_clock(TEN_DAYS)
    world.ledger.book("x", Reason.USER)
    world.ledger.refused(999_999_999)
    if restarts:
        world.restart()
    world.pass_time(timedelta(hours=6))
    assert world.spend() == 0
    world.set_clock(-TEN_DAYS)
    if restarts:
        world.restart()
    assert world.ledger.left(Reason.USER) == 0
    assert world.ledger.blocked_until == datetime(2026, 11, 11, 0, 3, tzinfo=UTC)
    assert world.ledger.others() == LIMIT - 1
    world.pass_time(timedelta(hours=6, minutes=3))
    assert world.spend() == LIMIT - 1


def test_clock_behind_at_boot(world: World) -> None:
    """Calls that lie in the future by that clock were made all the same, and none is younger."""
    assert world.spend() == LIMIT
    world.pass_time(timedelta(hours=4))
    world.set_clock(-THREE_DAYS)
    world.restart(reboot=True)
    assert world.spend() == 0
    world.pass_time(timedelta(hours=1))
    assert world.spend() == 0
    world.set_clock(THREE_DAYS)
    assert world.spend() == 0
    world.restart()
    assert world.spend() == 0
    world.pass_time(DAY - timedelta(hours=5))
    assert world.spend() == LIMIT


@pytest.mark.parametrize("restarts", [False, True])
def test_calls_made_while_the_clock_is_behind(world: World, restarts: bool) -> None:
    """They are not three days old when the clock is set."""
    world.set_clock(-THREE_DAYS)
    world.restart(reboot=True)
    assert world.spend() == LIMIT
    world.pass_time(timedelta(minutes=1))
    world.set_clock(THREE_DAYS)
    if restarts:
        world.restart()
    assert world.spend() == 0
    world.pass_time(DAY)
    assert world.spend() == LIMIT


def test_clock_that_stays_behind(world: World) -> None:
    """A day is a day, whatever the clock shows."""
    assert world.spend() == LIMIT
    world.set_clock(-THREE_DAYS)
    world.restart(reboot=True)
    world.pass_time(DAY - timedelta(minutes=1))
    assert world.spend() == 0
    world.pass_time(timedelta(minutes=1))
    assert world.spend() == LIMIT


def test_refusal_survives_a_clock_that_is_behind(world: World) -> None:
    world.ledger.refused()
    world.set_clock(-THREE_DAYS)
    world.restart(reboot=True)
    assert world.spend() == 0
    world.pass_time(timedelta(minutes=5))
    world.set_clock(THREE_DAYS)
    assert world.spend() == 0
    assert world.ledger.blocked_until == datetime(2026, 11, 11, 0, 3, tzinfo=UTC)


def test_machine_that_was_off(world: World) -> None:
    """After a usual boot the clock is right, and what is a day old by it is a day old."""
    world.spend()
    world.restart(DAY, reboot=True)
    assert world.spend() == LIMIT


def test_machine_that_has_slept(world: World) -> None:
    """The count stops meanwhile; between two runs the clock is believed for a night."""
    assert world.spend() == LIMIT
    world.pass_time(timedelta(hours=1))
    world.restart(timedelta(hours=23))
    assert world.spend() == LIMIT


@pytest.mark.parametrize(
    "until", ["2058-07-18T00:00:00+00:00", "2026-11-20T00:03:00+00:00", "9999-12-31T23:59:59+00:00"]
)
def test_file_of_an_older_version(world: World, until: str) -> None:
    """Its calls count once, however often it is read; its lock-out ends with the day."""
    times = [NOON - timedelta(hours=3), NOON + TEN_DAYS]
    old = {
        "spent": [[time.isoformat(), "read telematics", "schedule", None] for time in times],
        "others": {},
        "blocked_until": until,
    }
    for _ in range(2):
        world.ledger.load(old)
    assert len(list(world.ledger)) == 2
    world.restart()
    world.pass_time(timedelta(hours=12, minutes=3))
    assert world.ledger.left(Reason.USER) == LIMIT - 2
    world.pass_time(timedelta(hours=12))
    assert world.spend() == LIMIT


ODD = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.datetimes(timezones=st.just(UTC)).map(datetime.isoformat),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=10,
)
PARTS = ["spent", "ages", "held", "others", "blocked_until", "refused", "saved"]


ONE_CLOCK = settings(
    max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)


@ONE_CLOCK
@given(saved=st.dictionaries(st.sampled_from(PARTS), ODD))
def test_odd_file(freezer: FrozenDateTimeFactory, saved: dict[str, object]) -> None:
    """Whatever it holds, it is read, and a day and some minutes later all calls are there."""
    freezer.move_to(NOON)
    ledger = Ledger()
    ledger.load(saved)
    again = Ledger()
    again.load(orjson.loads(orjson.dumps(ledger.dump())))
    for _ in range(2):
        assert again.left(Reason.USER) <= LIMIT
        freezer.tick(DAY + timedelta(minutes=4))
    assert again.left(Reason.USER) == LIMIT


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["spend", "pass", "set", "restart", "refused"]), st.integers(-3000, 3000)
    ),
    max_size=40,
)


@ONE_CLOCK
@given(steps=STEPS)
def test_never_above_the_limit_in_any_day(
    freezer: FrozenDateTimeFactory, steps: list[tuple[str, int]]
) -> None:
    """Whatever is done to the clock while it runs, no 24 hours see more calls than allowed."""
    freezer.move_to(NOON)
    world = World(freezer)
    made: list[float] = []
    for what, minutes in steps:
        match what:
            case "spend":
                calls = min(abs(minutes) % 20, world.ledger.left(Reason.USER))
                for _ in range(calls):
                    world.ledger.book("x", Reason.USER)
                made += [world.reading] * calls
            case "pass":
                world.pass_time(timedelta(minutes=abs(minutes)))
            case "set":
                world.set_clock(timedelta(minutes=minutes))
                assert world.ledger.left(Reason.USER) >= 0
            case "refused":
                world.ledger.refused(abs(minutes) * 60.0)
            case _:
                world.restart()
    for last in made:
        assert sum(last - DAY.total_seconds() < time <= last for time in made) <= LIMIT
    for _ in range(2):
        assert world.ledger.left(Reason.USER) <= LIMIT
        world.pass_time(DAY + timedelta(minutes=4))
    assert world.ledger.left(Reason.USER) == LIMIT


async def started(*folders: str) -> tuple[Client, Disk]:
    """Return a client that has not begun yet, and its disk."""
    client, disk = Client.of(simulate(*folders)), Disk()
    client.source.keep(disk.save, {})
    return client, disk


async def test_booked_before_the_first_call() -> None:
    """A round is on disk as spent, for the most that it can make, and then as it was."""
    client, disk = await started("i4_edrive40", "ix_xdrive50")
    booked: list[int] = []

    def look(_request: Any) -> None:
        booked.append(disk.calls)

    watch(client, look)
    await client.work()
    made = counted(client.sim)
    assert len(booked) == made == 7
    assert booked[0] >= 5
    assert min(booked[1:]) >= made
    assert disk.calls == made
    assert disk.content["container"]["id"] is not None


async def test_refresh_is_booked_at_once() -> None:
    client, disk = await started("i4_edrive40", "ix_xdrive50")
    await client.work()
    before, booked = disk.calls, []
    watch(client, lambda _request: booked.append(disk.calls - before))
    await client.source.poll()
    assert booked[0] >= 2 == counted(client.sim) - before
    assert disk.calls == before + 2


def watch(client: Client, look: Any) -> None:
    """Read the disk whenever BMW gets a request."""
    handle = client.sim.handle

    def handler(request: Any) -> Any:
        look(request)
        return handle(request)

    client.source._http._client._transport.handler = handler  # type: ignore[attr-defined]


@pytest.mark.parametrize("free", [0, 1, 2])
async def test_full_disk(free: int) -> None:
    """At most what is booked is called; when there is room again it goes on."""
    client, disk = await started("i4_edrive40")
    disk.free = free
    poll = await client.work()
    assert counted(client.sim) <= disk.calls
    assert bool(free) is (counted(client.sim) > 0)
    if not free:
        assert isinstance(poll.error, NotWrittenError)
        assert client.due <= timedelta(minutes=5)
    before = counted(client.sim)
    disk.free = 0
    for _ in range(5):
        await client.source.poll()
    assert counted(client.sim) == before
    disk.free = None
    poll = await client.source.poll()
    assert poll.error is None
    assert disk.calls == counted(client.sim) > before


async def test_picture_is_booked() -> None:
    client, disk = await started("i4_edrive40")
    client.sim.cars[I4].image = b"\x89PNG"
    await client.work()
    before = disk.calls
    booked: list[int] = []
    watch(client, lambda _request: booked.append(disk.calls))
    await client.source.image(client.car(), "VehicleStatus")
    assert booked == [before + 1]
    disk.free = 0
    with pytest.raises(NotWrittenError):
        await client.source.image(client.car(), "VehicleStatus")
    assert counted(client.sim) == before + 1


async def test_call_that_was_never_sent_is_given_back() -> None:
    client, disk = await started("i4_edrive40")
    client.sim.fail(Endpoint.ANY, faults.no_network())
    await client.work()
    assert disk.calls == counted(client.sim) == 0


async def test_refusal_is_on_disk_at_once() -> None:
    """Before anything else: the next thing may be the end of the program."""
    client, disk = await started("i4_edrive40")
    client.sim.fail(Endpoint.BASIC_DATA, out_of_quota(retry_after=999_999_999))
    found: list[int] = []
    settle = client.source.ledger.settle

    async def killed() -> None:
        found.append(disk.ledger.left(Reason.USER))
        await settle()

    client.source.ledger.settle = killed  # type: ignore[method-assign]
    poll = await client.work()
    assert isinstance(poll.error, QuotaError)
    assert found == [0]
    assert disk.ledger.blocked_until == datetime(2026, 11, 11, 0, 3, tzinfo=UTC)


async def test_calls_at_the_same_time_are_all_booked() -> None:
    """Even with concurrent writes, no call is sent before it is on disk."""
    ledger, disk = Ledger(), Disk()

    async def slowly(saved: Mapping[str, object]) -> bool:
        snapshot = orjson.loads(orjson.dumps(saved))
        await asyncio.sleep(0)
        return await disk.save({"ledger": snapshot})

    ledger.save = slowly
    sent = 0

    async def call() -> None:
        nonlocal sent
        await ledger.spend("x", Reason.USER)
        sent += 1
        assert disk.calls >= sent

    await asyncio.gather(ledger.hold(5, Reason.USER), *(call() for _ in range(LIMIT)))
    assert (sent, disk.calls) == (LIMIT, LIMIT)
    with pytest.raises(QuotaError):
        await ledger.spend("x", Reason.USER)


async def test_plan_goes_on_when_the_clock_is_set_back(
    freezer: FrozenDateTimeFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ten days ahead for six hours: afterwards the next call is as near as it was before."""
    client = await begun(simulate("i4_edrive40"))
    start = asyncio.get_running_loop().time()
    monkeypatch.setattr(clock_module, "monotonic", lambda: start)
    before = client.due
    assert before <= timedelta(hours=1)
    freezer.tick(TEN_DAYS)
    await client.work()
    await client.source.poll()
    freezer.tick(timedelta(hours=6))
    assert client.due <= timedelta(hours=6)
    freezer.tick(-TEN_DAYS)
    assert client.due <= timedelta(hours=24)
    again = client.restart()
    assert again.due <= timedelta(hours=24)
    assert again.source.status.silent_since is None


async def test_restart_after_the_clock_was_ahead(freezer: FrozenDateTimeFactory) -> None:
    """What was planned in ten days is due in an hour, after a restart as well."""
    freezer.tick(TEN_DAYS)
    client = await begun(simulate("i4_edrive40"))
    before = client.due
    freezer.tick(-TEN_DAYS)
    again = client.restart()
    assert again.due <= before + timedelta(minutes=1)
    assert again.source.status.calls_made == 5
    calls = counted(again.sim)
    await again.live(freezer, datetime.now(UTC) + DAY)
    assert 10 <= counted(again.sim) - calls <= PLAN + RELEASED


@pytest.mark.parametrize("by", [TEN_DAYS, -THREE_DAYS, timedelta(days=400), -timedelta(hours=2)])
async def test_ten_days_with_a_clock_that_is_set(
    freezer: FrozenDateTimeFactory, by: timedelta
) -> None:
    """The cars are read every day, whatever the clock does in between."""
    client = await begun(simulate("i4_edrive40"))
    await client.live(freezer, datetime.now(UTC) + timedelta(hours=6))
    freezer.move_to(datetime.now(UTC) + by)
    client = client.restart()
    await client.live(freezer, datetime.now(UTC) + timedelta(hours=6))
    freezer.move_to(datetime.now(UTC) - by)
    client = client.restart()
    for _ in range(3):
        calls = counted(client.sim)
        await client.live(freezer, datetime.now(UTC) + DAY)
        assert counted(client.sim) > calls
