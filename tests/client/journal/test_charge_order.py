"""Late, repeated and lost messages, restarts and kills: the same charges, and totals that grow."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
import json
from random import Random

from hypothesis import HealthCheck, given, settings, strategies as st
import pytest

from custom_components.mybmw.client.core import attributes as car
from custom_components.mybmw.client.core.records import Charge, How
from tests.client.journal.charging import START, Story, made, sessions_of
from tests.replay.carstate import CarState
from tests.replay.charging_days import charge, history, unplug
from tests.replay.days import HOUR, commute, days, plan
from tests.replay.timeline import Change

BEV = CarState(soc=70.0)
SOLAR = [(kw, minutes) for pause in range(4) for kw, minutes in ((7.0, 40.0), (0.0, 18.0))]
LATEST = 300.0


def day() -> list[Change]:
    """Return a day with a trip, a charge with pauses, another trip and a charge."""
    steps = [
        (7 * HOUR, commute),
        (8 * HOUR, lambda state, at: charge(state, at, SOLAR, every=600)),
        (14 * HOUR, unplug),
        (17 * HOUR, commute),
        (18 * HOUR, lambda state, at: charge(state, at, [(11.0, 120.0)], every=600)),
    ]
    return made(plan(BEV, steps))


DAY = day()
ROWS = sessions_of(history(DAY, START))


def told(story: Story) -> list[Charge]:
    story.hours(1)
    return story.charges


IN_ORDER = Story()
IN_ORDER.play(DAY)
EXPECTED = told(IN_ORDER)


def disturbed(seed: int) -> list[Change]:
    """Return the day with delays of up to 5 min, and some messages twice."""
    random = Random(seed)
    late = [item.later(random.choice((0.0, random.uniform(0, LATEST)))) for item in DAY]
    twice = [item.later(random.uniform(0, LATEST)) for item in random.sample(DAY, len(DAY) // 10)]
    return sorted([*late, *twice], key=lambda item: item.at)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 2**32))
def test_any_order(seed: int) -> None:
    story = Story()
    story.play(disturbed(seed), together=1)
    found = told(story)
    assert len(found) == len(EXPECTED) == 2
    for one, other in zip(found, EXPECTED, strict=True):
        assert one.start is not None
        assert other.start is not None
        assert abs(one.start - other.start) <= timedelta(minutes=5)
        assert abs(one.end - other.end) <= timedelta(minutes=2)
        assert one.end_soc == other.end_soc
        assert one.energy is not None
        assert other.energy is not None
        assert one.energy.value == pytest.approx(other.energy.value, rel=0.06)
        assert one.pauses == other.pauses
        assert sum(slot.energy for slot in one.slots) == pytest.approx(one.energy.value)
    assert_totals_grow(story)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(order=st.permutations(range(len(ROWS) * 2)), when=st.integers(0, len(DAY)))
def test_history_in_any_order(order: Sequence[int], when: int) -> None:
    """Rows come before, during or after a charge, again and in any order."""
    story = Story()
    story.play(DAY[:when])
    for number in order:
        row = ROWS[number % len(ROWS)]
        if row.end <= story.now:
            story.history([row])
    story.play(DAY[when:])
    told(story)
    for number in order:
        story.history([ROWS[number % len(ROWS)]])
    assert [item.energy and item.energy.how for item in story.charges] == [How.BMW, How.BMW]
    assert [item.energy.value for item in story.charges if item.energy] == [
        row.energy for row in sorted(ROWS, key=lambda row: row.end)
    ]
    assert_totals_grow(story)


@pytest.mark.parametrize("every", [1, 7, 50])
def test_restarts(every: int) -> None:
    story, other = Story(), Story()
    for first in range(0, len(DAY), every):
        other.play(DAY[first : first + every])
        story.play(DAY[first : first + every])
        story.restart()
        assert len(json.dumps(story.tracker.dump())) < 3000
    assert told(story) == told(other)
    assert story.told() == other.told()
    assert story.shown == other.shown
    assert_totals_grow(story)


@pytest.mark.parametrize("written", ["records", "state", "both", "nothing"])
@pytest.mark.parametrize("seed", range(4))
def test_killed(written: str, seed: int) -> None:
    """Of what a part of the day has changed, only the records or the state were written."""
    random, story = Random(seed), Story()
    for first in range(0, len(DAY), 9):
        state, charges = story.tracker.dump(), dict(story.log.charges)
        story.play(DAY[first : first + 9])
        if random.random() < 0.5:
            continue
        if written in ("state", "both"):
            state = story.tracker.dump()
        if written in ("records", "both"):
            charges = dict(story.log.charges)
        story.log.charges = charges
        story.restart(state)
    assert len(told(story)) == len(EXPECTED)
    if written != "nothing":
        assert [item.end for item in story.charges] == [item.end for item in EXPECTED]
    energies = [item.energy.value for item in story.charges if item.energy]
    assert energies == pytest.approx(
        [item.energy.value for item in EXPECTED if item.energy], rel=0.05
    )


def assert_totals_grow(story: Story) -> None:
    for total in (car.CHARGED_HOME, car.CHARGED_AWAY):
        values = story.shown[total]
        assert values == sorted(values)


def test_totals_are_right_after_a_month() -> None:
    """Corrections are caught up with, whatever the history says."""
    story = Story()
    changes = [*days(replace(BEV, soc=60.0), 30)]
    story.play(changes)
    story.hours(1)
    story.history(sessions_of(history(changes, START)))
    true = sum(item.energy.value for item in story.charges if item.energy)
    assert story.shown[car.CHARGED_HOME][-1] == pytest.approx(true, rel=0.05)
    assert_totals_grow(story)
    steps = story.shown[car.CHARGED_HOME]
    assert len(steps) <= 2 * steps[-1] + 60, "steps of half a kWh"
