"""Whatever a car sends and BMW lists: records stay consistent, and totals grow."""

from datetime import timedelta
from itertools import pairwise
import json

from hypothesis import HealthCheck, given, settings, strategies as st
import pytest

from custom_components.mybmw.client.core import attributes as car
from custom_components.mybmw.client.core.values import (
    ChargingBlock,
    ChargingSession,
    ChargingStatus,
)
from custom_components.mybmw.client.journal.observation import DC_PLUG, PLUG_COUNT
from tests.client.journal.charging import START, Story

MINUTES = st.integers(0, 4000)
SOC = st.floats(0, 100, allow_nan=False).map(lambda value: round(value, 1))
VALUES = st.one_of(
    st.tuples(st.just(car.CHARGING_STATUS), st.sampled_from(ChargingStatus)),
    st.tuples(st.just(car.CHARGER_CONNECTED), st.booleans()),
    st.tuples(st.just(car.CHARGING_POWER), st.sampled_from([0.0, 0.05, 2.3, 11.0, 150.0])),
    st.tuples(st.just(car.STATE_OF_CHARGE), SOC),
    st.tuples(st.just(car.MILEAGE), st.integers(1000, 1300).map(float)),
    st.tuples(st.just(PLUG_COUNT), st.integers(1, 5).map(float)),
    st.tuples(st.just(DC_PLUG), st.booleans()),
    st.tuples(st.just(car.CHARGING_TARGET), st.sampled_from([80.0, 100.0])),
    st.tuples(st.just(car.AVERAGE_CONSUMPTION), st.just(18.0)),
)


@st.composite
def readings(draw: st.DrawFn) -> car.AnyReading:
    """Return a reading of any time of three days, which may also be the end of a charge."""
    attribute, value = draw(VALUES)
    found: car.AnyReading = attribute.at(value, START + timedelta(minutes=draw(MINUTES)), "cardata")
    return found


@st.composite
def rows(draw: st.DrawFn) -> ChargingSession:
    """Return a row of the history."""
    start = START + timedelta(minutes=draw(MINUTES))
    end = start + timedelta(minutes=draw(st.integers(1, 900)))
    energy = round(draw(st.floats(0, 90)), 2)
    blocks = (ChargingBlock(start, end, 7.0),) if draw(st.booleans()) and end > start else ()
    return ChargingSession(start, end, energy, draw(SOC), draw(SOC), blocks=blocks)


STEPS = st.lists(st.one_of(readings(), readings(), rows(), st.just("restart")), max_size=60)


def by_time(steps: list[object]) -> list[object]:
    """Return the steps as they would come; a row comes when the charge is over."""
    return sorted(
        steps,
        key=lambda step: (
            step.end
            if isinstance(step, ChargingSession)
            else step.time
            if isinstance(step, car.Reading)
            else START + timedelta(hours=30)
        ),
    )


@settings(max_examples=250, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=st.one_of(STEPS, STEPS.map(by_time)))
def test_any_readings(steps: list[object]) -> None:
    story = Story()
    for step in steps:
        if isinstance(step, ChargingSession):
            story.history([step])
        elif step == "restart":
            story.restart()
        else:
            assert isinstance(step, car.Reading)
            story.until(step.time)
            story.say(step)
    story.hours(30)
    charges = story.charges
    for item in charges:
        assert item.start is None or item.start <= item.end
        total = sum(slot.energy for slot in item.slots)
        assert total == pytest.approx(0.0 if item.energy is None else item.energy.value, abs=0.01)
        assert all(slot.energy > 0 for slot in item.slots)
        assert [row.start for row in item.rows] == sorted({row.start for row in item.rows})
    seen = sorted(
        (item.seen_from, item.seen_until)
        for item in charges
        if item.seen_from is not None and item.seen_until is not None and not item.unseen
    )
    assert all(one[1] <= other[0] for one, other in pairwise(seen))
    listed = [row.start for item in charges for row in item.rows]
    assert len(listed) == len(set(listed))
    for total_ in (car.CHARGED_HOME, car.CHARGED_AWAY):
        values = story.shown.get(total_, [])
        assert values == sorted(values)
    before = dict(story.log.charges)
    story.restart()
    assert story.log.charges.keys() == before.keys()
    assert len(json.dumps(story.tracker.dump())) < 3000
