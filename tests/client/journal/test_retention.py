"""Old trips become monthly totals: nothing but sums is left of them, and the sums are the same."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest

from custom_components.mybmw.client.core.records import (
    Charge,
    Figure,
    How,
    Money,
    PlaceKind,
    Record,
    RecordPlace,
    Trip,
    TripClass,
)
from custom_components.mybmw.client.journal.hourly import HourlySums
from custom_components.mybmw.client.journal.log import Log, month_of
from custom_components.mybmw.client.journal.retention import shrink
from custom_components.mybmw.client.journal.summary import Period, Summary, starts, summaries

NOW = datetime(2026, 11, 15, 12, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")
HOME = RecordPlace(PlaceKind.HOME, "zone.home", "Home")


def driven(days: int = 800) -> Log:
    """Return a log with a trip a day, of which this and that is known."""
    log, chance, odometer = Log(), Random(1), 1000.0
    for day in range(days, -1, -1):
        end = (NOW - timedelta(days=day)).replace(hour=8, minute=chance.randrange(60))
        distance = round(chance.uniform(1, 80), 1)
        trip = Trip(
            log.new_id("t", end),
            end - timedelta(minutes=30),
            end,
            odometer,
            round(odometer + distance, 1),
            start_soc=80,
            end_soc=70,
            energy=Figure(round(distance / 6, 3), How.SOC) if day % 3 else None,
            origin=HOME,
            note="secret" if day % 5 == 0 else None,
            facts=(("fact", 1.0),),
            category=TripClass.PRIVATE if day % 7 == 0 else None,
        )
        if day % 2:
            fuel = Figure(round(distance / 15, 4), How.BMW)
            cost = Money(fuel.value * 1.799, "EUR", How.TARIFF)
            share = round(chance.uniform(0, 100), 1)
            trip = replace(trip, fuel=fuel, fuel_cost=cost, electric_share=share)
        log.put(trip)
        odometer = trip.odometer_end
    log.put(Charge("c20240101T000000", None, NOW - timedelta(days=700), note="stays"))
    log.take()
    return log


def monthly(log: Log) -> list[Summary]:
    records: list[Record] = [*log.trips.values(), *log.charges.values()]
    return summaries(records, starts(Period.MONTH, NOW, BERLIN, 30))


def figures(item: Summary) -> list[float | None]:
    return [
        item.distance,
        float(item.trips),
        item.driving_energy,
        item.consumption,
        item.fuel,
        item.fuel_consumption,
        item.electric_share,
        item.fuel_costs.get("EUR"),
        item.fuel_costs_per_distance.get("EUR"),
    ]


def test_sums_stay() -> None:
    """Each figure of each month is what it was, though less is kept."""
    log = driven()
    before, count = monthly(log), len(log.trips)
    shrink(log, 12, NOW, BERLIN)
    assert len(log.trips) < count - 200
    for old, new in zip(before, monthly(log), strict=True):
        known = [None if item is None else pytest.approx(item, abs=0.05) for item in figures(old)]
        assert figures(new) == known


def test_details_are_gone() -> None:
    log = driven()
    shrink(log, 12, NOW, BERLIN)
    first = datetime(2025, 11, 1, tzinfo=BERLIN)
    old = [trip for trip in log.trips.values() if trip.end < first]
    for trip in old:
        assert (trip.start, trip.note, trip.facts, trip.start_soc) == (None, None, (), None)
        assert (trip.origin, trip.destination) == (RecordPlace(), RecordPlace())
    assert sum(trip.count for trip in old) > len(old)
    assert all(trip.note is None or trip.end >= first for trip in log.trips.values())
    assert [charge.note for charge in log.charges.values()] == ["stays"]
    assert {month_of(key) for key in log.changed} == {
        f"{trip.end.astimezone(UTC):%Y-%m}" for trip in old
    }


def test_once_is_enough() -> None:
    """What was replaced changes no more; the last trip stays, as old as it may be."""
    log = driven()
    shrink(log, 24, NOW, BERLIN)
    log.take()
    shrink(log, 24, NOW, BERLIN)
    assert log.changed == {}
    shrink(log, 24, NOW + timedelta(days=2000), BERLIN)
    last = max(log.trips.values(), key=lambda trip: trip.end)
    assert last.start is not None


def test_statistics_have_nothing_to_correct() -> None:
    """Totals add up to what the recorder has, and so they do after a restart."""
    log, sums = driven(), HourlySums()
    sums.apply({**log.trips})
    sums.take()
    ends = {series: sums.sums(series)[-1].sum for series in sums.hours if sums.sums(series)}
    shrink(log, 12, NOW, BERLIN)
    sums.replace(log.take()[0])
    assert sums.take() == {}
    again = HourlySums()
    again.apply({**log.trips})
    for series, end in ends.items():
        assert sums.sums(series) == again.sums(series)
        assert sums.sums(series)[-1].sum == pytest.approx(end, abs=5e-6)
