"""The ledger: never more calls than BMW allows, for whatever reason."""

from datetime import UTC, datetime, timedelta

from freezegun.api import FrozenDateTimeFactory
from hypothesis import given, strategies as st
import orjson
import pytest

from custom_components.mybmw.client import QuotaError
from custom_components.mybmw.client.cardata.quota import (
    DAY,
    LIMIT,
    RELEASED,
    RESERVE,
    Ledger,
    Reason,
    Spent,
    day_of,
)

NOON = datetime(2026, 11, 10, 12, tzinfo=UTC)

pytestmark = pytest.mark.freeze_time(NOON)


def spend(ledger: Ledger, calls: int, reason: Reason = Reason.SCHEDULE) -> None:
    for _ in range(calls):
        ledger.book("read telematics", reason, "VIN")


def test_reserve_is_the_users() -> None:
    ledger = Ledger()
    spend(ledger, LIMIT - RESERVE)
    assert ledger.left() == 0
    with pytest.raises(QuotaError):
        ledger.book("read telematics", Reason.SCHEDULE)
    assert ledger.left(Reason.USER) == RESERVE
    spend(ledger, RESERVE, Reason.USER)
    with pytest.raises(QuotaError) as caught:
        ledger.book("read telematics", Reason.USER)
    assert caught.value.retry_after == DAY.total_seconds()


def test_midnight_and_any_24_hours(freezer: FrozenDateTimeFactory) -> None:
    """Calls of the evening still count after midnight, until they are a day old."""
    ledger = Ledger()
    spend(ledger, 10)
    freezer.move_to("2026-11-10T23:30:00Z")
    spend(ledger, LIMIT - RESERVE + RELEASED - 10)
    freezer.move_to("2026-11-11T00:30:00Z")
    assert ledger.left() == 0
    assert ledger.next_chance(Reason.SCHEDULE, datetime.now(UTC)) == NOON + DAY
    freezer.move_to(NOON + DAY)
    assert ledger.left() == 10


def test_another_program_spends(freezer: FrozenDateTimeFactory) -> None:
    """BMW's word is the truth: all is spent until the next day."""
    ledger = Ledger()
    spend(ledger, 5)
    ledger.refused()
    assert ledger.others() == LIMIT - 5
    assert ledger.left(Reason.USER) == 0
    freezer.move_to("2026-11-11T00:04:00Z")
    assert ledger.left(Reason.USER) == LIMIT - 5
    assert ledger.others() == 0


@pytest.mark.parametrize("retry_after", [None, 60, 20 * 3600, 999_999_999, float("inf")])
def test_blocked_until_the_next_day_at_most(
    freezer: FrozenDateTimeFactory, retry_after: float | None
) -> None:
    """Whatever BMW says, its next day gives new calls."""
    ledger = Ledger()
    ledger.refused(retry_after)
    assert ledger.blocked_until == datetime(2026, 11, 11, 0, 3, tzinfo=UTC)
    freezer.move_to("2026-11-11T00:02:59Z")
    assert ledger.left(Reason.USER) == 0
    freezer.move_to("2026-11-11T00:03:00Z")
    assert ledger.left(Reason.USER) == LIMIT


@pytest.mark.parametrize(
    ("retry_after", "until"),
    [
        (None, "2026-11-10T00:03:00Z"),
        (600, "2026-11-10T00:11:00Z"),
        (10**9, "2026-11-11T00:01:00Z"),
    ],
)
def test_refused_just_after_midnight(
    freezer: FrozenDateTimeFactory, retry_after: float | None, until: str
) -> None:
    """Its day may have begun a little later, which is no reason to wait for another one."""
    freezer.move_to("2026-11-10T00:01:00Z")
    ledger = Ledger()
    ledger.refused(retry_after)
    assert ledger.blocked_until == datetime.fromisoformat(until)
    freezer.move_to(until)
    assert ledger.left(Reason.USER) == LIMIT


def test_survives_a_restart() -> None:
    ledger = Ledger()
    spend(ledger, 3)
    ledger.refused()
    again = Ledger()
    again.load(orjson.loads(orjson.dumps(ledger.dump())))
    assert list(again) == list(ledger)
    assert list(again) == [Spent(NOON, "read telematics", Reason.SCHEDULE, "VIN")] * 3
    assert again.dump() == ledger.dump()
    assert again.left(Reason.USER) == 0


@pytest.mark.parametrize(
    "saved", [{}, {"spent": 7}, {"others": []}, {"blocked_until": "soon"}, {"others": {"x": 1}}]
)
def test_odd_file(saved: dict[str, object]) -> None:
    ledger = Ledger()
    ledger.load(saved)
    assert ledger.left(Reason.USER) == LIMIT


def test_entry_in_doubt_counts() -> None:
    """What cannot be read any more was a call all the same."""
    ledger = Ledger()
    later = (NOON + timedelta(days=2)).isoformat()
    ledger.load({"spent": [None, ["x"], [later, "a", "schedule", None], [1, 2, 3, 4]]})
    assert ledger.left(Reason.USER) == LIMIT - 4


@given(st.lists(st.tuples(st.integers(0, 7200), st.sampled_from(Reason)), max_size=250))
def test_never_above_the_limit(steps: list[tuple[int, Reason]]) -> None:
    """Whatever is asked for, and when: no BMW day and no 24 hours see more than allowed."""
    from freezegun import freeze_time

    ledger = Ledger(limit=10, reserve=3)
    made: list[tuple[datetime, Reason]] = []
    with freeze_time(NOON) as clock:
        for seconds, reason in steps:
            clock.tick(seconds)
            try:
                ledger.book("x", reason)
            except QuotaError:
                continue
            made.append((datetime.now(UTC), reason))
    for when, _ in made:
        window = [moment for moment, _ in made if when - DAY < moment <= when]
        today = [moment for moment, _ in made if day_of(moment) == day_of(when)]
        assert len(window) <= 10
        assert len(today) <= 10
        own = [r for moment, r in made if when - DAY < moment <= when and r is not Reason.USER]
        assert len(own) <= 8
