"""Charges in odd circumstances: month ends, summer time, wrong clocks, lost readings, bad files."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from custom_components.mybmw.client.core import attributes as car
from custom_components.mybmw.client.core.records import Charge, ChargingKind, Figure, How, PlaceKind
from custom_components.mybmw.client.core.values import (
    ChargingBlock,
    ChargingSession,
    ChargingStatus,
    DriveTrain,
)
from custom_components.mybmw.client.journal.charges import ChargeTracker
from tests.client.journal.charging import START, Story, made, sessions_of
from tests.replay.carstate import CarState
from tests.replay.charging_days import charge, history, silent, unplug
from tests.replay.days import HOUR, commute, plan
from tests.replay.timeline import LATITUDE, LONGITUDE

BEV = CarState(soc=40.0, target=80)


def session(
    start: datetime, hours: float, energy: float, socs: tuple[float, float] = (20, 80)
) -> ChargingSession:
    """Return a charge with a constant power."""
    end = start + timedelta(hours=hours)
    blocks = (ChargingBlock(start, end, energy / hours),)
    return ChargingSession(start, end, energy, *socs, blocks=blocks)


@pytest.mark.parametrize("zone", ["Europe/Berlin", "Asia/Kolkata", "America/St_Johns", "UTC"])
def test_a_charge_over_the_end_of_a_month(zone: str) -> None:
    """Each month gets what flowed in it, by the local time of the owner."""
    local = ZoneInfo(zone)
    story = Story(zone=local, now=datetime(2026, 12, 1, 3, tzinfo=local))
    story.history([session(datetime(2026, 11, 30, 22, tzinfo=local), 4, 40.0)])
    story.say(car.STATE_OF_CHARGE.at(80.0, story.now))
    assert story.shown[car.CHARGED_THIS_MONTH] == [20.0]


@pytest.mark.parametrize(("day", "hours"), [("2026-03-29", 5), ("2026-10-25", 7)])
def test_a_charge_in_the_night_of_summer_time(day: str, hours: int) -> None:
    """From midnight to six are five hours or seven."""
    berlin = ZoneInfo("Europe/Berlin")
    start = datetime.fromisoformat(day).replace(tzinfo=berlin)
    end = start.replace(hour=6)
    assert (end.astimezone(UTC) - start.astimezone(UTC)) / timedelta(hours=1) == hours
    story = Story(now=end)
    story.history([session(start.astimezone(UTC), hours, 10.0 * hours)])
    (found,) = story.charges
    assert len(found.slots) == 4 * hours
    assert {slot.energy for slot in found.slots} == {2.5}


def test_the_clock_was_wrong() -> None:
    """Home Assistant starts a day late, and again two days early; times are those of the car."""
    story = Story()
    changes = made(charge(BEV, 20 * HOUR, [(11.0, 120.0)]))
    story.now = START + timedelta(days=3)
    story.play(changes[: len(changes) // 2])
    story.now = START
    story.restart()
    story.play(changes[len(changes) // 2 :])
    story.hours(1)
    (found,) = story.charges
    assert found.start is not None
    assert found.start == START + timedelta(hours=20, seconds=40)
    assert found.energy is not None
    assert story.shown[car.CHARGED_HOME][-1] == found.energy.value


def test_home_assistant_is_off_over_a_charge_and_a_trip() -> None:
    """An electric car that is fuller than before was charged, though it was driven as well."""
    story = Story()
    story.say(car.AVERAGE_CONSUMPTION.at(18.0, START))
    steps = [
        (6 * HOUR, commute),
        (8 * HOUR, lambda state, at: charge(state, at, [(11.0, 180.0)])),
        (14 * HOUR, unplug),
        (17 * HOUR, commute),
    ]
    changes = made(plan(BEV, steps))
    story.play(silent(changes, 7.5 * HOUR, 17.2 * HOUR))
    story.hours(1)
    (found,) = story.charges
    assert (found.unseen, found.start, found.end_soc) == (True, None, None)
    assert found.energy is not None
    assert found.energy.value == pytest.approx(33.0, rel=0.08)
    story.history(sessions_of(history(changes, START)))
    (found,) = story.charges
    assert found.energy == Figure(33.0, How.BMW)
    assert not found.unseen


def test_a_hybrid_charges_by_its_engine() -> None:
    """The battery of a car with an engine may be fuller after a trip without a plug."""
    story = Story(DriveTrain.PLUGIN_HYBRID)
    story.say(car.STATE_OF_CHARGE.at(20.0, START), car.MILEAGE.at(1000.0, START))
    later = START + timedelta(hours=1)
    story.say(car.STATE_OF_CHARGE.at(60.0, later), car.MILEAGE.at(1050.0, later))
    assert story.charges == []


@pytest.mark.parametrize("change", [1.0, 2.0])
def test_two_sources_do_not_agree(change: float) -> None:
    """A point or two more are not a charge."""
    story = Story()
    for number in range(6):
        time = START + timedelta(minutes=10 * number)
        story.say(car.STATE_OF_CHARGE.at(50.0 + change * (number % 2), time))
    assert story.charges == []


def test_position_is_not_tracked() -> None:
    """Charges at unknown places count as at home, but for fast ones."""
    story = Story()
    changes = [
        change
        for change in charge(BEV, 8 * HOUR, [(11.0, 60.0)])
        if change.descriptor not in (LATITUDE, LONGITUDE)
    ]
    story.play(changes)
    story.play(made(unplug(BEV, 10 * HOUR)))
    story.play(made(charge(replace(BEV, plug_count=1), 12 * HOUR, [(120.0, 10.0)])))
    story.hours(1)
    slow, fast = story.charges
    assert (slow.place.kind, fast.place.kind) == (PlaceKind.UNKNOWN, PlaceKind.UNKNOWN)
    assert fast.kind is ChargingKind.DC
    assert story.shown[car.CHARGED_HOME][-1] == pytest.approx(11.0, rel=0.08)
    assert story.shown[car.CHARGED_AWAY][-1] == pytest.approx(20.0, rel=0.08)


def test_history_before_the_journal_began() -> None:
    """Twelve months of history are records, but do not count as charged now."""
    story = Story()
    story.say(car.STATE_OF_CHARGE.at(80.0, START))
    year = [session(START - timedelta(days=day), 3, 30.0) for day in range(1, 360, 4)]
    for first in range(0, len(year), 20):
        story.history(year[first : first + 20])
    assert len(story.charges) == 90
    assert story.shown[car.CHARGED_HOME] == [0.0]
    assert story.shown[car.JOURNAL_CHARGE][-1].end == year[0].end


def test_a_correction_is_caught_up_with() -> None:
    """A total does not fall when BMW knows of less energy; what comes next is less instead."""
    story = Story()
    story.play(made(charge(BEV, 8 * HOUR, [(11.0, 120.0)])))
    story.hours(1)
    (found,) = story.charges
    before = story.shown[car.CHARGED_HOME][-1]
    assert found.start is not None
    less = ChargingSession(found.start, found.end, before - 4, 40, 63)
    story.history([less])
    assert story.shown[car.CHARGED_HOME][-1] == before
    story.play(made(unplug(BEV, 20 * HOUR)))
    story.play(made(charge(replace(BEV, plug_count=1), 24 * HOUR, [(11.0, 120.0)])))
    story.hours(1)
    total = sum(item.energy.value for item in story.charges if item.energy)
    assert story.shown[car.CHARGED_HOME][-1] == pytest.approx(total)


def test_preconditioning_teaches_nothing() -> None:
    story = Story()
    story.history([replace(session(START, 3, 60.0), preconditioned=True)])
    story.history([session(START + timedelta(days=1), 3, 48.0)])
    assert story.tracker.learned.per_point[ChargingKind.AC] == [0.8]


def test_a_row_is_changed() -> None:
    story = Story()
    story.history([session(START, 3, 30.0)])
    (before,) = story.charges
    story.history([session(START, 3, 31.0)])
    (found,) = story.charges
    assert (found.id, found.revision) == (before.id, before.revision + 1)
    assert sum(slot.energy for slot in found.slots) == pytest.approx(31.0)


def test_a_neighbour_does_not_change_a_charge() -> None:
    """What only the blocks of a row have said stays when another row is near it."""
    story = Story()
    start, end = START, START + timedelta(hours=1)
    blocks = (
        ChargingBlock(start, start + timedelta(minutes=10), 90.0),
        ChargingBlock(start + timedelta(minutes=10), end, 4.0),
    )
    fast = ChargingSession(start, end, 18.33, 20, 40, blocks=blocks)
    story.history([fast])
    before = story.charges[0]
    story.history([session(end + timedelta(minutes=20), 1, 11.0)])
    assert story.charges[0] == before
    assert before.kind is ChargingKind.DC


def test_a_row_without_a_charge() -> None:
    """BMW also lists that a car was plugged in and nothing flowed."""
    story = Story()
    story.history([session(START, 1, 0.0, (50, 50))])
    assert story.charges == []


def test_records_of_others_stay() -> None:
    """A record that is near, but was neither seen nor in the history, is left alone."""
    story = Story()
    other = Charge("c20261110T120000", START, START + timedelta(hours=12))
    story.log.put(other)
    story.history([session(START + timedelta(hours=1), 3, 30.0)])
    assert other in story.charges
    assert len(story.charges) == 2


def test_rows_beside_each_other_are_two_charges() -> None:
    story = Story()
    one = session(START, 3, 30.0)
    other = session(one.end + timedelta(minutes=5), 1, 11.0)
    story.history([other])
    story.history([one])
    assert [item.energy and item.energy.value for item in story.charges] == [30.0, 11.0]


@pytest.mark.parametrize(
    "saved",
    [
        None,
        [],
        {"open": {"start": "never", "active": 5}},
        {"open": {"start": "2026-11-10T08:00:00+00:00", "active": "2026-11-10T09:00:00+00:00"}},
        {"open": [], "parked": [1, 2], "plug": "yes", "totals": {"base": {"home": "a lot"}}},
        {
            "totals": {"since": 7, "shown": {"home": -3, "away": float("inf")}},
            "ratios": {"ac": [9]},
        },
    ],
    ids=["nothing", "list", "no_times", "bare", "types", "bounds"],
)
def test_a_damaged_state(saved: object) -> None:
    story = Story()
    story.tracker = ChargeTracker()
    story.tracker.load(saved)
    story.play(made(charge(BEV, 10 * HOUR, [(11.0, 60.0)])))
    story.hours(1)
    assert story.charges[-1].energy is not None
    assert story.shown[car.CHARGED_HOME][-1] == pytest.approx(11.0, rel=0.1)


def test_a_status_that_never_changes() -> None:
    """For days the car says that it charges, and nothing else; then it is driven."""
    story = Story()
    story.say(
        car.CHARGING_STATUS.at(ChargingStatus.CHARGING, START),
        car.STATE_OF_CHARGE.at(50.0, START),
        car.MILEAGE.at(1000.0, START),
        car.CHARGER_CONNECTED.at(True, START),
    )
    story.hours(72)
    assert len(story.charges) <= 1
    later = START + timedelta(hours=73)
    story.say(car.MILEAGE.at(1010.0, later), car.STATE_OF_CHARGE.at(70.0, later))
    story.hours(1)
    assert len(story.charges) <= 2
    assert all(item.end <= later for item in story.charges)
