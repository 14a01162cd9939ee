"""Four days of one, two and four cars: the quota holds, and calls go where they are worth most."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

import pytest

from custom_components.mybmw.client.cardata.quota import LIMIT, RELEASED, RESERVE
from tests.client.support.cardata_days import in_24_hours, live, together

MOST = LIMIT - RESERVE + RELEASED


@pytest.mark.parametrize("cars", [1, 2, 4])
async def test_days(cars: int) -> None:
    outcome = await live(cars, 3)
    calls, everybodys = outcome.calls, [*outcome.calls, *outcome.others]
    assert max(in_24_hours(calls, call) for call in calls) <= MOST
    assert max(Counter(call.date() for call in calls).values()) <= MOST
    refused = [call for call in calls if _today_before(everybodys, call) >= LIMIT]
    assert len(refused) <= 1, "that others spend calls as well is remembered"
    assert outcome.restarts == [0, 0]
    assert outcome.late() == []
    evenly = outcome.evenly()
    assert outcome.delay(outcome.pictures, 0.5) <= 2
    assert outcome.delay(outcome.pictures, 0.95) < outcome.delay(evenly, 0.5)
    assert outcome.age(outcome.pictures, 0.5) < 60 * cars
    assert outcome.age(together(outcome.pictures, outcome.heard), 0.5) < 30 * cars


def _today_before(calls: Iterable[datetime], call: datetime) -> int:
    return sum(other.date() == call.date() and other < call for other in calls)


@pytest.mark.parametrize("hour", [0, 12])
async def test_silent_days_of_four_cars(hour: int) -> None:
    """Nothing comes by the stream: requests alone keep the values fresh, from the first day on."""
    outcome = await live(4, 3, silent=True, hour=hour)
    first = outcome.first_day()
    assert max(in_24_hours(outcome.calls, call) for call in outcome.calls) <= MOST
    assert first.age(first.pictures, 0.95) <= 215
    assert outcome.age(outcome.pictures, 0.95) <= 150


async def test_silent_days_without_the_reserve() -> None:
    outcome = await live(4, 3, silent=True, released=0)
    assert max(in_24_hours(outcome.calls, call) for call in outcome.calls) <= LIMIT - RESERVE
    assert outcome.age(outcome.pictures, 0.95) <= 175


async def test_silent_days_of_one_car() -> None:
    outcome = await live(1, 2, silent=True)
    for part in (outcome, outcome.first_day()):
        assert part.age(part.pictures, 0.95) <= 45
