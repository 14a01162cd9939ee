"""Four days of one, two and four cars: the quota holds, and calls go where they are worth most."""

from collections import Counter

import pytest

from custom_components.mybmw.client.cardata.quota import LIMIT, RESERVE
from tests.client.cardata_days import in_24_hours, live, together


@pytest.mark.parametrize("cars", [1, 2, 4])
async def test_days(cars: int) -> None:
    outcome = await live(cars, 3)
    everybodys = [*outcome.calls, *outcome.others]
    for calls, most in ((outcome.calls, LIMIT - RESERVE), (everybodys, LIMIT)):
        assert max(in_24_hours(calls, call) for call in calls) <= most
        assert max(Counter(call.date() for call in calls).values()) <= most
    assert outcome.restarts == [0, 0]
    assert outcome.late() == []
    evenly = outcome.evenly()
    assert outcome.delay(outcome.pictures, 0.5) <= 2
    assert outcome.delay(outcome.pictures, 0.95) < outcome.delay(evenly, 0.5)
    assert outcome.age(outcome.pictures, 0.5) < 60 * cars
    assert outcome.age(together(outcome.pictures, outcome.heard), 0.5) < 30 * cars
