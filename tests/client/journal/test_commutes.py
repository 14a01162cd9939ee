"""Trips between home and work are commutes, unless the user says something else."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from custom_components.mybmw.client.core.records import PlaceKind, RecordPlace, Trip, TripClass
from custom_components.mybmw.client.journal.commutes import Commutes
from custom_components.mybmw.client.journal.log import Log

WORK = "zone.office"
PLACES = {
    "home": RecordPlace(PlaceKind.HOME, "zone.home", "Home"),
    "work": RecordPlace(PlaceKind.ZONE, WORK, "Office"),
    "shop": RecordPlace(PlaceKind.ZONE, "zone.shop", "Shop"),
    "away": RecordPlace(PlaceKind.AWAY),
    "?": RecordPlace(),
}
MINUTE = timedelta(minutes=1)
START = datetime(2026, 11, 9, 7, tzinfo=UTC)


def drive(*stops: str, wait: int = 10, begin: datetime = START, odometer: float = 0) -> list[Trip]:
    """Drive from place to place, a quarter of an hour each."""
    found = []
    for number, (origin, destination) in enumerate(pairwise(stops)):
        start = begin + number * (15 + wait) * MINUTE
        end = start + 15 * MINUTE
        at = odometer + 10 * number
        made = Trip(f"t{end:%Y%m%dT%H%M%S}", start, end, at, at + 10, origin=PLACES[origin])
        found.append(replace(made, destination=PLACES[destination]))
    return found


def log_of(*trips: Trip) -> Log:
    log = Log()
    for trip in trips:
        log.put(trip)
    return log


def categories(log: Log) -> list[TripClass | None]:
    return [trip.category for trip in log.trips.values()]


@pytest.mark.parametrize(
    ("stops", "legs"),
    [
        (("home", "work"), 1),
        (("work", "home"), 1),
        (("home", "shop", "work"), 2),
        (("work", "away", "shop", "?", "away", "home"), 5),
        (("home", "away", "shop", "away", "shop", "away", "work"), 0),
        (("home", "shop"), 0),
        (("home", "shop", "home"), 0),
        (("away", "work"), 0),
        (("?", "work"), 0),
        (("home", "work", "shop", "home"), 3),
    ],
    ids=str,
)
def test_places(stops: tuple[str, ...], legs: int) -> None:
    log = log_of(*drive(*stops))
    Commutes().update(log, WORK)
    assert categories(log).count(TripClass.COMMUTE) == legs
    assert all(trip.inferred or trip.category is None for trip in log.trips.values())


@pytest.mark.parametrize(("wait", "legs"), [(30, 2), (31, 0)])
def test_stops_are_short(wait: int, legs: int) -> None:
    log = log_of(*drive("home", "shop", "work", wait=wait))
    Commutes().update(log, WORK)
    assert categories(log).count(TripClass.COMMUTE) == legs


def test_what_is_not_known_is_no_commute() -> None:
    """A trip that may be several is no commute, nor one with a stop of unknown length or a gap."""
    first, second = drive("home", "shop", "work")
    for trips in (
        [replace(drive("home", "work")[0], parts_unknown=True)],
        [first, replace(second, start=None)],
        [first, replace(second, odometer_start=15)],
    ):
        log = log_of(*trips)
        Commutes().update(log, WORK)
        assert set(categories(log)) == {None}


def test_the_user_knows_better() -> None:
    """What was set stays, also that it is none, and what was set before zones were known."""
    (trip,) = drive("home", "work")
    for said in (
        replace(trip, category=TripClass.PRIVATE, inferred=False),
        replace(trip, category=TripClass.BUSINESS),
        replace(trip, inferred=False),
    ):
        log = log_of(said)
        Commutes().update(log, WORK)
        assert categories(log) == [said.category]


def test_another_zone() -> None:
    """All trips are looked at again; what had followed from the old zone is cleared."""
    later = drive("home", "shop", begin=START + 9 * 60 * MINUTE, odometer=50)
    log, commutes = log_of(*drive("home", "work"), *later), Commutes()
    for work, expected in (
        (WORK, [TripClass.COMMUTE, None]),
        ("zone.shop", [None, TripClass.COMMUTE]),
        (None, [None, None]),
    ):
        log.take()
        commutes.update(log, work)
        assert categories(log) == expected


@pytest.mark.parametrize("later", range(0, 60, 10))
def test_the_day_after(later: int) -> None:
    """A commute in legs stays one, whenever a trip ends a day later."""
    log, commutes = log_of(*drive("home", "shop", "work")), Commutes()
    commutes.update(log, WORK)
    log.take()
    log.put(drive("shop", "away", begin=START + (24 * 60 + later) * MINUTE, odometer=50)[0])
    commutes.update(log, WORK)
    assert categories(log) == [TripClass.COMMUTE, TripClass.COMMUTE, None]


def test_a_trip_that_becomes_another_one() -> None:
    """A commute that goes on to somewhere else after all is none; later legs complete one."""
    first, second = drive("home", "shop", "work")
    log, commutes = log_of(first), Commutes()
    commutes.update(log, WORK)
    log.take()
    log.put(second)
    commutes.update(log, WORK)
    assert categories(log) == [TripClass.COMMUTE] * 2
    log.take()
    log.put(replace(log.trips[second.id], destination=PLACES["away"]))
    commutes.update(log, WORK)
    assert categories(log) == [None, None]
