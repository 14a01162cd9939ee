"""Spending the calls of a day where they are worth most."""

from datetime import UTC, datetime, time, timedelta
import random
from zoneinfo import ZoneInfo

from freezegun import freeze_time
import pytest

from custom_components.mybmw.client import QuotaError
from custom_components.mybmw.client.cardata.quota import DAY, LIMIT, RESERVE, Ledger, Reason, day_of
from custom_components.mybmw.client.cardata.schedule import SHORTEST, Decision, Night, Scheduler

NOON = datetime(2026, 11, 10, 12, tzinfo=UTC)
ONE, TWO = "VIN1", "VIN2"

pytestmark = pytest.mark.freeze_time(NOON)


def scheduler(*vins: str, night: Night | None = None) -> tuple[Scheduler, Ledger]:
    ledger = Ledger()
    made = Scheduler(ledger, night)
    made.watch(vins)
    return made, ledger


def test_new_car_comes_first() -> None:
    plan, _ = scheduler(ONE, TWO)
    plan.told(ONE, NOON)
    assert plan.next(NOON) == Decision(TWO, NOON, Reason.SCHEDULE)


def test_fresh_stream_puts_a_call_off() -> None:
    plan, _ = scheduler(ONE)
    plan.asked(ONE, Reason.SCHEDULE, NOON)
    first = plan.next(NOON)
    later = NOON + timedelta(minutes=20)
    plan.told(ONE, later)
    second = plan.next(later)
    assert first is not None
    assert second is not None
    assert second.at - first.at == timedelta(minutes=20)


def test_interval_grows_as_calls_get_fewer() -> None:
    plan, ledger = scheduler(ONE)
    full = plan.interval(NOON)
    assert SHORTEST <= full < timedelta(minutes=40)
    for _ in range((LIMIT - RESERVE) // 2):
        ledger.book("x", Reason.SCHEDULE)
    assert plan.interval(NOON) == 2 * full
    for _ in range((LIMIT - RESERVE) // 2):
        ledger.book("x", Reason.SCHEDULE)
    assert plan.next(NOON) is None


def test_night() -> None:
    night = Night(time(23), time(6), ZoneInfo("Europe/Berlin"))
    plan, _ = scheduler(ONE, night=night)
    midnight = datetime(2026, 11, 10, 23, 30, tzinfo=UTC)
    assert plan.interval(midnight) == 4 * plan.interval(NOON)
    assert not Night(time(1), time(5), ZoneInfo("UTC")).holds(NOON)


def test_event_comes_soon_and_once() -> None:
    plan, _ = scheduler(ONE)
    plan.asked(ONE, Reason.SET_UP, NOON)
    plan.event(ONE, Reason.TRIP_END, NOON)
    assert plan.next(NOON) == Decision(ONE, NOON + timedelta(minutes=1), Reason.TRIP_END)
    soon = NOON + timedelta(minutes=1)
    plan.asked(ONE, Reason.TRIP_END, soon)
    plan.event(ONE, Reason.TRIP_END, soon + timedelta(minutes=5))
    decision = plan.next(soon + timedelta(minutes=5))
    assert decision is not None
    assert decision.reason is Reason.SCHEDULE
    plan.event("unknown", Reason.TRIP_END, NOON)
    plan.told("unknown", NOON)
    plan.asked("unknown", Reason.TRIP_END, NOON)


@pytest.mark.parametrize("cars", [1, 2, 4])
def test_ten_days(cars: int) -> None:
    """Mixed driving, a user's calls, another client, an outage: the quota holds, ages are fair."""
    chance = random.Random(cars)
    plan, ledger = scheduler(*(f"VIN{number}" for number in range(cars)))
    calls: list[tuple[datetime, Reason]] = []
    told = dict.fromkeys((f"VIN{number}" for number in range(cars)), NOON)
    ages: list[timedelta] = []
    with freeze_time(NOON) as clock:
        for step in range(10 * 24 * 12):
            now = datetime.now(UTC)
            outage = 3 * 288 <= step < 3 * 288 + 72
            for vin in told:
                if not outage and 7 <= now.hour < 20 and chance.random() < 0.02:
                    plan.told(vin, now)
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
                plan.asked(decision.vin, decision.reason, now)
                told[decision.vin] = now
            ages += [now - moment for moment in told.values()]
            clock.tick(300)
    for when, _ in calls:
        assert sum(when - DAY < moment <= when for moment, _ in calls) <= LIMIT - RESERVE
        assert sum(day_of(moment) == day_of(when) for moment, _ in calls) <= LIMIT - RESERVE
    ages.sort()
    assert ages[len(ages) // 2] < timedelta(hours=cars)
