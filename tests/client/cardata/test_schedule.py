"""Spending the calls of a day where they are worth most."""

from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta
from math import sqrt
import random
from zoneinfo import ZoneInfo

from freezegun import freeze_time
from hypothesis import given, strategies as st
import orjson
import pytest

from custom_components.mybmw.client import QuotaError
from custom_components.mybmw.client.cardata.night import Night
from custom_components.mybmw.client.cardata.pace import EVENT_RESERVE, MIN_INTERVAL
from custom_components.mybmw.client.cardata.quota import (
    DAY,
    LIMIT,
    RESERVE,
    VALUES,
    Ledger,
    Reason,
    day_of,
)
from custom_components.mybmw.client.cardata.schedule import Scheduler
from custom_components.mybmw.client.cardata.tasks import EXTRAS, Decision, Task

NOON = datetime(2026, 11, 10, 12, tzinfo=UTC)
ONE, TWO = "VIN1", "VIN2"
EVEN = DAY / (LIMIT - RESERVE - EVENT_RESERVE - 1)

pytestmark = pytest.mark.freeze_time(NOON)


def scheduler(
    *vins: str, night: Night | None = None, tasks: Iterable[Task] = (Task.VALUES,)
) -> tuple[Scheduler, Ledger]:
    """Return the plan for cars that were all read just now, and for which nothing else is due."""
    ledger = Ledger(released=0)
    made = Scheduler(ledger, night)
    made.watch(dict.fromkeys(vins, tuple(tasks)), NOON)
    made.done(Decision(Task.MAPPINGS, "", NOON, Reason.SET_UP), NOON)
    return made, ledger


def look(vin: str, at: datetime, reason: Reason = Reason.SCHEDULE) -> Decision:
    return Decision(Task.VALUES, vin, at, reason)


def test_set_up_goes_step_by_step() -> None:
    """First the cars, then what they are, then their values; extras wait a quarter of an hour."""
    plan = Scheduler(Ledger())
    plan.watch({}, NOON)
    assert plan.next(NOON) == Decision(Task.MAPPINGS, "", NOON, Reason.SET_UP)
    plan.done(Decision(Task.MAPPINGS, "", NOON, Reason.SET_UP), NOON)
    plan.watch({ONE: [Task.BASIC_DATA, Task.VALUES, *EXTRAS]}, NOON)
    done = []
    while (decision := plan.next(NOON)) is not None and decision.at <= NOON:
        done.append(decision)
        plan.done(decision, NOON)
    assert [item.task for item in done] == [Task.BASIC_DATA, Task.VALUES]
    assert all(item.reason is Reason.SET_UP for item in done)
    extra = plan.next(NOON)
    assert extra is not None
    assert (extra.task, extra.at) == (Task.SESSIONS, NOON + timedelta(minutes=15))


def test_car_that_was_never_read_comes_first() -> None:
    plan, _ = scheduler(ONE, TWO)
    plan.updated(ONE, NOON)
    assert plan.next(NOON) == look(TWO, NOON, Reason.SET_UP)


def test_fresh_stream_puts_a_call_off() -> None:
    plan, _ = scheduler(ONE)
    plan.done(look(ONE, NOON), NOON)
    first = plan.next(NOON)
    later = NOON + timedelta(minutes=20)
    plan.updated(ONE, later)
    second = plan.next(later)
    assert first is not None
    assert second is not None
    assert second.at - first.at == timedelta(minutes=20)


def test_clock_that_was_ahead() -> None:
    """What was done by a wrong clock keeps nothing from being done by the right one."""
    plan, _ = scheduler(ONE)
    wrong, trip = NOON + timedelta(hours=10), Reason.TRIP_END
    plan.done(look(ONE, wrong, trip), wrong)
    plan.done(look(ONE, wrong), wrong)
    plan.event(ONE, trip, wrong)
    assert plan.next(NOON) == look(ONE, NOON)
    plan.done(look(ONE, NOON), NOON)
    plan.event(ONE, trip, NOON)
    soon = plan.next(NOON)
    assert soon is not None
    assert (soon.reason, soon.at) == (trip, NOON + timedelta(minutes=10))


def test_quiet_cars_take_turns() -> None:
    """Two cars are read alternately, and together not more often than one alone."""
    plan, ledger = scheduler(ONE, TWO)
    now, order = NOON, []
    with freeze_time(NOON) as clock:
        for _ in range(6):
            decision = plan.next(now)
            assert decision is not None
            now = max(now, decision.at)
            clock.move_to(now)
            ledger.book("telematics", decision.reason, decision.vin)
            plan.done(decision, now)
            order.append((decision.vin, now - NOON))
    assert [vin for vin, _ in order] == [ONE, TWO, ONE, TWO, ONE, TWO]
    assert order[-1][1] >= 4 * EVEN


def test_interval_is_never_denser_than_the_budget_spread_evenly() -> None:
    plan, ledger = scheduler(ONE)
    assert plan.interval(NOON) == EVEN >= MIN_INTERVAL
    for _ in range(15):
        ledger.book(VALUES, Reason.TRIP_END)
    left = LIMIT - RESERVE - EVENT_RESERVE - 15
    pace = DAY / (left - 1) * sqrt(0.5)
    assert plan.interval(NOON) == pace, "what others than the schedule take, they take daily"
    evening = NOON + timedelta(hours=20)
    assert plan.interval(evening) == pace
    assert plan.interval(NOON + DAY + timedelta(minutes=1)) == EVEN
    for _ in range(left):
        ledger.book("x", Reason.TRIP_END)
    assert plan.interval(NOON) is None
    decision = plan.next(NOON)
    assert decision is None or decision.reason is not Reason.SCHEDULE


def test_schedule_leaves_calls_for_events() -> None:
    plan, ledger = scheduler(ONE)
    plan.done(look(ONE, NOON), NOON)
    for _ in range(LIMIT - RESERVE - EVENT_RESERVE):
        ledger.book("x", Reason.SCHEDULE)
    assert plan.interval(NOON) is None
    plan.event(ONE, Reason.TRIP_END, NOON)
    assert plan.next(NOON) == look(ONE, NOON + timedelta(minutes=1), Reason.TRIP_END)


def test_night() -> None:
    """A quiet car is asked four times less often, one that charges as often as ever."""
    night = Night(time(23), time(6), ZoneInfo("Europe/Berlin"))
    plan, _ = scheduler(ONE, night=night)
    midnight = datetime(2026, 11, 10, 23, 30, tzinfo=UTC)
    plan.done(look(ONE, midnight), midnight)
    quiet = plan.next(midnight)
    assert quiet is not None
    assert quiet.at == midnight + 4 * EVEN
    plan.event(ONE, Reason.CHARGE_START, midnight)
    plan.done(look(ONE, midnight, Reason.CHARGE_START), midnight)
    charging = plan.next(midnight)
    assert charging is not None
    assert charging.at == midnight + EVEN
    assert not Night(time(1), time(5), ZoneInfo("UTC")).contains(NOON)


def test_event_comes_soon_and_once() -> None:
    plan, _ = scheduler(ONE)
    plan.done(look(ONE, NOON, Reason.SET_UP), NOON)
    plan.event(ONE, Reason.TRIP_END, NOON)
    assert plan.next(NOON) == look(ONE, NOON + timedelta(minutes=1), Reason.TRIP_END)
    soon = NOON + timedelta(minutes=1)
    plan.done(look(ONE, soon, Reason.TRIP_END), soon)
    plan.event(ONE, Reason.TRIP_END, soon + timedelta(minutes=5))
    decision = plan.next(soon + timedelta(minutes=5))
    assert decision == look(ONE, soon + timedelta(minutes=10), Reason.TRIP_END)
    plan.event("unknown", Reason.TRIP_END, NOON)
    plan.updated("unknown", NOON)
    plan.done(look("unknown", NOON, Reason.TRIP_END), NOON)


def test_trips_that_end_while_driving() -> None:
    """A request waits until the car is quiet, but only for a limited time."""
    plan, _ = scheduler(ONE)
    plan.done(look(ONE, NOON), NOON)
    plan.event(ONE, Reason.TRIP_END, NOON)
    minute = timedelta(minutes=1)
    for minutes in (5, 10, 25):
        plan.updated(ONE, now := NOON + minutes * minute)
        plan.event(ONE, Reason.TRIP_END, now)
        assert plan.next(now) == look(ONE, now + minute, Reason.TRIP_END)
    plan.updated(ONE, now := NOON + 60 * minute)
    decision = plan.next(now)
    assert decision is not None
    assert decision.at <= now


def test_one_car_drives_another_is_quiet() -> None:
    """Calls after drives of one are part of the pace; they do not postpone those for the other."""
    plan, ledger = scheduler(ONE, TWO)
    plan.done(look(ONE, NOON), NOON)
    plan.done(look(TWO, NOON), NOON)
    now = NOON + timedelta(minutes=25)
    plan.event(ONE, Reason.TRIP_END, now)
    ledger.book(VALUES, Reason.TRIP_END, ONE)
    plan.done(look(ONE, now, Reason.TRIP_END), now)
    decision = plan.next(now)
    assert decision is not None
    assert decision.vin == TWO
    assert decision.at < NOON + 1.3 * EVEN


def test_history_is_read_after_a_charge() -> None:
    plan, _ = scheduler(ONE, tasks=(Task.VALUES, Task.SESSIONS))
    plan.done(Decision(Task.SESSIONS, ONE, NOON, Reason.SCHEDULE), NOON)
    plan.done(look(ONE, NOON), NOON)
    plan.event(ONE, Reason.CHARGE_END, NOON)
    plan.done(look(ONE, NOON, Reason.CHARGE_END), NOON)
    decision = plan.next(NOON)
    assert decision is not None
    assert (decision.task, decision.at) == (Task.SESSIONS, NOON + timedelta(minutes=15))


def test_failures_are_tried_again_at_growing_intervals() -> None:
    plan, _ = scheduler(ONE)
    pauses = []
    now = NOON
    for _ in range(9):
        decision = plan.next(now)
        assert decision is not None
        now = max(now, decision.at)
        plan.failed(decision, now)
        following = plan.next(now)
        assert following is not None
        pauses.append(following.at - now)
    assert pauses[:3] == [timedelta(minutes=5), timedelta(minutes=10), timedelta(minutes=20)]
    assert pauses[-1] == timedelta(hours=6)
    decision = plan.next(now)
    assert decision is not None
    plan.done(decision, now)
    again = plan.next(now)
    assert again is not None
    assert again.at == now + EVEN


def test_survives_a_restart() -> None:
    plan, _ = scheduler(ONE, TWO)
    plan.done(look(ONE, NOON), NOON)
    plan.done(look(TWO, NOON), NOON)
    again = Scheduler(Ledger(released=0))
    again.load(orjson.loads(orjson.dumps(plan.dump())), NOON)
    again.watch({ONE: [Task.VALUES], TWO: [Task.VALUES]}, NOON)
    assert again.next(NOON) == plan.next(NOON)
    assert again.dump() == plan.dump()


def test_extras_wait_across_restarts() -> None:
    """They wait from the first start on: programs that never run for long get them too."""
    plan, ledger = scheduler(ONE, tasks=EXTRAS)
    for minutes, task in ((14, None), (15, Task.SESSIONS)):
        again, now = Scheduler(ledger), NOON + timedelta(minutes=minutes)
        again.load(orjson.loads(orjson.dumps(plan.dump())), now)
        again.watch({ONE: EXTRAS}, now)
        decision = again.next(now)
        assert decision is not None
        assert (decision.task if decision.at <= now else None) is task


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(["done", "told", "asked", "begun"]), JSON) | JSON)
def test_odd_file(saved: object) -> None:
    plan = Scheduler(Ledger())
    plan.load(saved, NOON)
    plan.watch({ONE: [Task.VALUES]}, NOON)
    assert plan.next(NOON) is not None


@pytest.mark.parametrize("cars", [1, 2, 4])
def test_ten_days(cars: int) -> None:
    """Mixed driving, a user's calls, another client, an outage: the quota holds, ages are fair."""
    chance = random.Random(cars)
    vins = [f"VIN{number}" for number in range(cars)]
    plan, ledger = scheduler(*vins)
    calls: list[tuple[datetime, Reason]] = []
    told = dict.fromkeys(vins, NOON)
    ages: list[timedelta] = []
    with freeze_time(NOON) as clock:
        for step in range(10 * 24 * 12):
            now = datetime.now(UTC)
            outage = 3 * 288 <= step < 3 * 288 + 72
            for vin in told:
                if not outage and 7 <= now.hour < 20 and chance.random() < 0.02:
                    plan.updated(vin, now)
                    told[vin] = now
                    plan.event(vin, chance.choice([Reason.TRIP_END, Reason.CHARGE_END]), now)
            if step % 288 == 100:
                ledger.refused() if step > 8 * 288 else ledger.book("x", Reason.USER)
            decision = plan.next(now)
            if decision is not None and decision.at <= now:
                try:
                    ledger.book("telematics", decision.reason, decision.vin)
                except QuotaError:
                    pytest.fail("the scheduler asked for what is not there")
                calls.append((now, decision.reason))
                plan.done(decision, now)
                if decision.vin:
                    told[decision.vin] = now
            ages += [now - moment for moment in told.values()]
            clock.tick(300)
    for when, _ in calls:
        assert sum(when - DAY < moment <= when for moment, _ in calls) <= LIMIT - RESERVE
        assert sum(day_of(moment) == day_of(when) for moment, _ in calls) <= LIMIT - RESERVE
    ages.sort()
    assert ages[len(ages) // 2] < timedelta(hours=cars)
