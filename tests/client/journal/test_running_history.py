"""Rows of BMW's history that come while a charge still goes on, and energy that is no charge."""

from datetime import timedelta
from typing import Final

import pytest

from custom_components.mybmw.client.core import attributes as car
from custom_components.mybmw.client.core.records import How
from custom_components.mybmw.client.core.values import ChargingStatus
from tests.client.journal.charging import START, Story
from tests.client.journal.test_odd_charges import session

MINUTE: Final = timedelta(minutes=1)
POWER: Final = 8.0


def charging(story: Story, first: int, last: int, paused: int = 0) -> None:
    """Let a car with 80 kWh charge from one minute to another: 1 % in 6 min, 8.9 kWh an hour.

    It has `paused` for so many minutes before.
    """
    for minute in range(first, last + 1, 6):
        time = START + minute * MINUTE
        story.until(time)
        story.say(
            car.CHARGER_CONNECTED.at(True, time),
            car.CHARGING_STATUS.at(ChargingStatus.CHARGING, time),
            car.CHARGING_POWER.at(POWER, time),
            car.STATE_OF_CHARGE.at(40.0 + (minute - paused) / 6, time),
        )


def pausing(story: Story, minute: int) -> None:
    """Let the car say that it waits."""
    time = START + minute * MINUTE
    story.until(time)
    story.say(
        car.CHARGING_STATUS.at(ChargingStatus.WAITING_FOR_CHARGING, time),
        car.CHARGING_POWER.at(0.0, time),
    )


def unplugged(story: Story, minute: int) -> None:
    """Let the charge end for good."""
    pausing(story, minute)
    story.say(car.CHARGER_CONNECTED.at(False, START + (minute + 1) * MINUTE))
    story.hours(1)


def totals(story: Story) -> list[float]:
    """The totals at home, as they were shown."""
    return story.shown[car.CHARGED_HOME]


@pytest.mark.parametrize("ends", ["so far", "at the pause"])
def test_no_double_energy(ends: str) -> None:
    """A row with the beginning of a charge counts once, also while the rest is charged."""
    story = Story()
    charging(story, 0, 120)
    pause = 12 if ends == "at the pause" else 0
    if pause:
        pausing(story, 120)
    story.history([session(START, 2, 17.8, (40, 60))])
    charging(story, 126 + pause, 240 + pause, pause)
    assert totals(story)[-1] <= 36.0
    assert story.shown[car.CHARGED_THIS_MONTH][-1] == pytest.approx(35.6, rel=0.03)
    unplugged(story, 240 + pause)
    story.history([session(START, 4, 35.6, (40, 80))])
    (found,) = story.charges
    assert found.energy is not None
    assert (found.energy.value, found.energy.how) == (35.6, How.BMW)
    assert totals(story)[-1] == 35.6
    assert story.shown[car.CHARGED_THIS_MONTH][-1] == 35.6


def test_several_rows() -> None:
    """Each pause gives a row of its own, and the charge goes on."""
    story = Story()
    for number in range(3):
        charging(story, 72 * number, 72 * number + 60, 12 * number)
        pausing(story, 72 * number + 60)
        start = START + 72 * number * MINUTE
        story.history([session(start, 1, 8.9, (40 + 10 * number, 50 + 10 * number))])
    charging(story, 216, 240, 36)
    assert totals(story)[-1] <= 30.5
    unplugged(story, 240)
    (found,) = story.charges
    assert len(found.rows) == 3
    assert totals(story)[-1] <= 30.5


def test_another_charge_counts_too() -> None:
    """A row of a charge before the running one is not lost."""
    story = Story()
    charging(story, 0, 60)
    story.history([session(START - timedelta(hours=8), 2, 16.0, (20, 40))])
    charging(story, 66, 120)
    assert story.shown[car.CHARGED_THIS_MONTH][-1] == pytest.approx(32, rel=0.1)


def test_restart_with_a_row() -> None:
    """Nothing counts twice after a restart in between either."""
    story = Story()
    charging(story, 0, 120)
    story.history([session(START, 2, 17.8, (40, 60))])
    story.restart()
    charging(story, 126, 240)
    assert totals(story)[-1] <= 36.0
    unplugged(story, 240)
    assert len(story.charges) == 1
    assert totals(story)[-1] <= 36.0


@pytest.mark.parametrize("step", [1.0, 4.0], ids=["slowly", "in steps"])
def test_downhill(step: float) -> None:
    """An electric car whose battery gets fuller while it is driven downhill does not charge."""
    story = Story()
    story.say(car.MILEAGE.at(1000.0, START), car.STATE_OF_CHARGE.at(50.0, START))
    story.say(car.AVERAGE_CONSUMPTION.at(18.0, START))
    moved = START + 10 * MINUTE
    for number in range(1, 9):
        time = moved + 3 * number * MINUTE
        story.moved = moved
        readings = [car.MILEAGE.at(1000.0 + 2 * number, time)]
        if number % step == 0:
            readings.append(car.STATE_OF_CHARGE.at(50.0 + number, time))
        story.say(*readings)
    story.moved = None
    story.say(car.STATE_OF_CHARGE.at(58.0, moved + 60 * MINUTE))
    story.hours(3)
    assert story.charges == []
    assert "charge_started" not in story.told()
    assert story.shown[car.CHARGED_HOME] == [0.0]


def test_recuperation() -> None:
    """Power that a car reports while it is driven, and no plug is known, is none of a charge."""
    story = Story(moved=START + 10 * MINUTE)
    story.say(car.MILEAGE.at(1000.0, START), car.STATE_OF_CHARGE.at(50.0, START))
    for number in range(1, 5):
        time = START + (12 + number) * MINUTE
        story.say(car.CHARGING_POWER.at(20.0, time), car.MILEAGE.at(1000.0 + number, time))
    story.say(car.CHARGING_POWER.at(0.0, START + 20 * MINUTE))
    story.hours(3)
    assert story.charges == []
    assert "charge_started" not in story.told()
