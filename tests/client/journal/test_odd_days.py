"""Days on which something is odd: cars that say little, ferries, restarts, clocks that jump."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import pytest

from custom_components.mybmw.client.core.values import DriveTrain
from custom_components.mybmw.client.journal.log import JournalEventKind, Settings
from tests.client.journal.support import START, VIN, Owner
from tests.client.journal.test_days import CARS, DELIVERIES, TRAINS, Delivery, lived, moment, week
from tests.replay.cardata import StreamMessage
from tests.replay.carstate import ODOMETER, CarState
from tests.replay.days import DAY, HOUR, Part, ac_charge, burst, commute, night, plan
from tests.replay.driving_days import (
    Observer,
    app_answers,
    errand,
    ferry,
    lost_drive,
    silent_drive,
    weekday,
)
from tests.replay.timeline import Change, messages

LONG: Final = timedelta(hours=4)


def sent(part: Iterator[Change] | Part, together: int = 8) -> list[StreamMessage]:
    return [*messages(part, vin=VIN, gcid="g", start=START, together=together)]


def days_of(car: CarState, observer: Observer, way: Callable[..., Part], count: int = 5) -> Part:
    steps = [(n * DAY, lambda car, at: weekday(car, at, observer, way)) for n in range(count)]
    return (yield from plan(car, steps))


@pytest.mark.parametrize("delivery", DELIVERIES.values(), ids=list(DELIVERIES))
def test_cars_that_report_after_a_trip(delivery: Delivery) -> None:
    """An i3 says when a trip has ended, not when it began; each step may be several trips."""
    owner = lived(CarState(live=False), delivery, lambda car, obs: days_of(car, obs, silent_drive))
    known = owner.true[1:]  # the first step is the first that is known of the car
    assert len(owner.trips) == len(known)
    assert owner.driven == sum(true.km for true in known)
    for trip, true in zip(owner.trips, known, strict=True):
        assert abs(trip.end - moment(true.end)) <= timedelta(minutes=2)
        assert (trip.start, trip.parts_unknown) == (None, True)
        assert trip.not_before is not None
        assert trip.not_before < moment(true.start)


def test_two_trips_in_one_step() -> None:
    """The way to work is never reported: one record with all km, and it says so."""

    def two(car: CarState, at: float) -> Part:
        return (yield from plan(car, [(7.5 * HOUR, lost_drive), (17 * HOUR, silent_drive)], at))

    owner = Owner()
    car = CarState(live=False)
    changes = [*plan(car, [(0.0, burst), (0.0, two), (DAY, two)])]
    owner.receive(sent(iter(changes)))
    owner.wait(owner.now + LONG)
    assert [trip.parts_unknown for trip in owner.trips] == [True, True]
    *_, odometer = (change.value for change in changes if change.descriptor == ODOMETER)
    assert owner.driven == float(str(odometer)) - car.odometer


@pytest.mark.parametrize("minutes", [5, 10], ids=["5", "10"])
@pytest.mark.parametrize("car", ["electric", "electric, silent on the road"])
def test_cars_of_the_app_only(minutes: int, car: str) -> None:
    """Polls bound start and end; all trips are found and the km add up."""
    owner, observer = Owner(), Observer()
    first = [*burst(CARS[car])]
    changes = [*first, *week(CARS[car], observer)]
    for time, answer in app_answers(changes, START, every=60.0 * minutes):
        owner.wait(time)
        owner.poll(answer, time)
    owner.wait(owner.now + LONG)
    assert owner.driven == sum(true.km for true in observer.trips)
    assert len(owner.trips) == len(observer.trips)
    late = timedelta(minutes=minutes)
    for trip, true in zip(owner.trips, observer.trips, strict=True):
        assert moment(true.end) - late <= trip.end <= moment(true.end) + late


@pytest.mark.parametrize("awake", [True, False], ids=["awake", "asleep"])
def test_a_ferry_is_no_trip(awake: bool) -> None:
    """The position moves 40 km, the odometer does not; the trips around it are right."""
    observer = Observer()

    def day(car: CarState, at: float) -> Part:
        car = yield from observer.of(commute)(car, at + 8 * HOUR)
        carried = ferry(car, at + 10 * HOUR)
        if awake:
            car = yield from carried
        else:
            *_, last = (change.value for change in carried if "longitude" in change.descriptor)
            car = replace(car, away=(car.position[0], float(str(last))))
            car = yield from burst(car, at + 11 * HOUR)
        return (yield from observer.of(errand)(car, at + 12 * HOUR))

    owner = Owner()
    owner.receive(sent(day(CarState(), 0.0)))
    owner.wait(owner.now + LONG)
    assert len(owner.trips) == 2
    assert owner.driven == sum(true.km for true in observer.trips)


@pytest.mark.parametrize("car", CARS.values(), ids=list(CARS))
def test_home_assistant_is_off_over_a_trip(car: CarState) -> None:
    """What is known at the start makes an unseen trip, and nothing is reported hours later."""
    owner, observer = Owner(TRAINS[car.drivetrain]), Observer()
    all_sent = sent(weekday(car, DAY, observer))
    owner.receive(sent(burst(car)))
    owner.restart()
    for message in all_sent[: len(all_sent) // 2]:
        owner.miss(message)
    owner.look(START + timedelta(days=1, hours=12))
    (trip,) = owner.trips
    unit = 1.61 if car.miles else 0
    assert trip.unseen
    assert trip.distance == pytest.approx(observer.trips[0].km, abs=unit)
    assert abs(trip.end - moment(observer.trips[0].end)) <= timedelta(minutes=2)
    assert owner.events == []
    owner.receive(all_sent[len(all_sent) // 2 :])
    owner.wait(owner.now + LONG)
    assert len(owner.trips) == 2
    assert owner.driven == pytest.approx(sum(true.km for true in observer.trips), abs=unit)


@pytest.mark.parametrize("delivery", DELIVERIES.values(), ids=list(DELIVERIES))
@pytest.mark.parametrize("car", ["electric", "hybrid", "petrol, silent on the road"])
def test_a_restart_after_each_message(car: str, delivery: Delivery) -> None:
    """The state on disk is all that is needed, and small."""
    calm = lived(CARS[car], delivery, lambda car, obs: weekday(car, 0.0, obs))
    owner, observer = Owner(TRAINS[CARS[car].drivetrain]), Observer()
    for message in sent(iter([*delivery([*weekday(CARS[car], 0.0, observer)])])):
        owner.receive([message])
        owner.restart()
    owner.wait(owner.now + LONG)
    assert [(trip.end, trip.distance) for trip in owner.trips] == [
        (trip.end, trip.distance) for trip in calm.trips
    ]
    assert owner.largest <= 4096


@pytest.mark.parametrize("written", ["records", "state"])
@pytest.mark.parametrize("car", ["electric", "electric, silent on the road"])
def test_killed_between_two_writes(car: str, written: str) -> None:
    """Only one of the two files was written: no record is there twice, no km are lost."""
    observer = Observer()
    all_sent = sent(days_of(CARS[car], observer, commute, 2))
    true = [trip.km for trip in observer.trips]
    for place in range(1, len(all_sent), 3):
        owner = Owner()
        owner.receive(all_sent[:place])
        if written == "state" and not owner.trips:
            continue  # records are written first; a first one that is lost nevertheless is lost
        owner.keep()
        owner.receive(all_sent[place : place + 2])
        owner.wait(owner.now + timedelta(minutes=3))
        owner.kill(written)
        owner.receive(all_sent[place + 2 :])
        owner.wait(owner.now + LONG)
        assert sum(trip.distance for trip in owner.trips) == sum(true)
        assert len(owner.trips) == len(true)


@pytest.mark.parametrize("hours", [-48, 48, 24 * 400], ids=["back", "ahead", "a year ahead"])
def test_the_clock_of_home_assistant_jumps(hours: int) -> None:
    """It closes a trip too soon or too late, and the trip is the same in the end."""
    owner, observer = Owner(), Observer()
    messages_ = sent(weekday(CarState(), 0.0, observer))
    for number, message in enumerate(messages_):
        owner.receive([message])
        if number % 10 == 5:
            owner.now = START
            owner.look(message.time + timedelta(hours=hours))
            owner.now = START
    owner.wait(owner.now + timedelta(days=500))
    assert [trip.distance for trip in owner.trips] == [trip.km for trip in observer.trips]


@pytest.mark.parametrize("month", [3, 10], ids=["23 hours", "25 hours"])
def test_a_trip_in_the_night_of_summer_time(month: int) -> None:
    """The km of the day begin at the local midnight, whatever the night does."""
    zone = ZoneInfo("Europe/Berlin")
    sunday = datetime(2026, month, 29 if month == 3 else 25, tzinfo=zone)
    begin = sunday.astimezone(UTC) - timedelta(minutes=15)
    owner, observer = Owner(settings=Settings(zone=zone)), Observer()
    long = CarState(work_km=30.0)  # 40 minutes
    parts = plan(long, [(-HOUR, burst), (0.0, observer.of(commute))])
    owner.receive([*messages(parts, vin=VIN, gcid="g", start=begin, together=8)])
    owner.wait(begin + timedelta(hours=3))
    owner.look(begin + timedelta(hours=6))
    (trip,) = owner.trips
    assert trip.distance == 30
    today = owner.value("distance_today")
    assert isinstance(today, float)
    assert today == pytest.approx(30 * 25.6 / 39.4, abs=1)
    assert owner.value("distance_week") == (pytest.approx(30.0))
    owner.look(sunday.replace(hour=23, minute=59).astimezone(UTC))
    assert owner.value("distance_today") == today
    owner.look((sunday + timedelta(days=1)).astimezone(UTC))
    assert owner.value("distance_today") == 0
    assert owner.value("distance_week") == 0


def test_a_fall_of_the_odometer_begins_anew() -> None:
    """A new instrument cluster: trips go on from its value."""
    owner = Owner()
    car = CarState()
    old = [*plan(car, [(0.0, burst), (8 * HOUR, commute)])]
    new = [*plan(replace(car, odometer=12.0), [(DAY, burst), (3 * DAY, burst), (4 * DAY, burst)])]
    owner.receive(sent(iter(old)))
    owner.receive(sent(iter(new)))
    back = replace(car, odometer=12.0)
    owner.receive(sent(commute(back, 5 * DAY)))
    owner.wait(owner.now + LONG)
    assert [trip.distance for trip in owner.trips] == [18, 18]


def test_sitting_in_the_car_is_no_trip() -> None:
    """The ignition is on for an hour, and the odometer stands still."""
    owner = Owner(DriveTrain.PLUGIN_HYBRID)
    car = CARS["hybrid"]
    owner.receive(sent(plan(car, [(0.0, burst), (HOUR, night)])))
    owner.receive(sent(car.say(2 * HOUR, car.engine(running=True), car.where())))
    assert owner.value("driving") is True
    owner.wait(START + timedelta(hours=2, minutes=30))
    assert owner.value("driving") is False
    owner.receive(sent(car.say(3 * HOUR, car.engine(running=False), car.where())))
    owner.wait(owner.now + LONG)
    assert owner.trips == []
    assert owner.events == []


def test_events_of_a_day() -> None:
    owner, observer = Owner(), Observer()
    owner.receive(sent(weekday(CarState(), 0.0, observer)))
    owner.wait(owner.now + LONG)
    kinds = [event.kind for event in owner.events]
    pair = [JournalEventKind.TRIP_STARTED, JournalEventKind.TRIP_ENDED]
    assert kinds == [*pair, *pair]
    ended = owner.events[1].details
    assert (ended["distance"], ended["duration"]) == (18.0, 24)
    assert ended["id"] == owner.trips[0].id


def test_plugging_in_ends_a_trip_at_once() -> None:
    """A car that only sends its odometer is plugged in a minute after it has stopped."""
    owner = Owner()
    car = CarState(live=True)
    changes = [c for c in commute(car) if "door" not in c.descriptor and "trip" not in c.descriptor]
    end = max(change.at for change in changes)
    owner.receive(sent(iter(changes)))
    owner.receive(sent(ac_charge(replace(car, odometer=car.odometer + 18), end + 60)))
    assert len(owner.trips) == 1
    assert abs(owner.trips[0].end - moment(end)) <= timedelta(minutes=2)
