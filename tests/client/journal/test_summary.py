"""Sums by day, week, month and year of the local calendar."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from custom_components.mybmw.client.core.records import (
    Charge,
    Figure,
    How,
    PlaceKind,
    Record,
    RecordPlace,
    Slot,
    Trip,
)
from custom_components.mybmw.client.journal.summary import (
    Period,
    Summary,
    start_of,
    starts,
    summaries,
)

BERLIN = ZoneInfo("Europe/Berlin")
KOLKATA = ZoneInfo("Asia/Kolkata")
HOME = RecordPlace(PlaceKind.HOME)


def local(text: str, zone: ZoneInfo = BERLIN) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


def trip(end: datetime, km: float = 10, kwh: float | None = None, minutes: int = 20) -> Trip:
    energy = None if kwh is None else Figure(kwh, How.SOC)
    return Trip(f"t{end}", end - timedelta(minutes=minutes), end, 0, km, energy=energy)


def charge(start: datetime, kwh: float, quarters: int) -> Charge:
    first = start.astimezone(UTC)
    slots = tuple(
        Slot(first + timedelta(minutes=15 * number), kwh / quarters) for number in range(quarters)
    )
    end = first + timedelta(minutes=15 * quarters)
    return Charge(f"c{start}", first, end, energy=Figure(kwh, How.BMW), place=HOME, slots=slots)


def newest(period: Period, now: datetime, *records: Record, count: int = 2) -> list[Summary]:
    zone = now.tzinfo
    assert isinstance(zone, ZoneInfo)
    return summaries(records, starts(period, now, zone, count))


def test_today_and_yesterday() -> None:
    """Trips count where they were driven, and consumption is that of all kilometres together."""
    now = local("2026-11-02T12:00")
    before, today = newest(
        Period.DAY,
        now,
        trip(local("2026-11-01T09:00"), 30),
        trip(local("2026-11-02T09:00"), 10, 3),
        trip(local("2026-11-02T10:00"), 90, 13),
        trip(local("2026-11-02T11:00"), 5),
    )
    assert (before.distance, before.trips, before.consumption) == (30, 1, None)
    assert (today.distance, today.trips, today.driving_energy, today.consumption) == (
        105,
        3,
        16,
        16,
    )


def test_over_midnight() -> None:
    """A trip and a charge over midnight belong to both days."""
    now = local("2026-11-02T12:00")
    before, today = newest(
        Period.DAY,
        now,
        trip(local("2026-11-02T00:15"), 40, minutes=60),
        charge(local("2026-11-01T23:00"), 24, 24),
    )
    assert (before.distance, today.distance) == (30, 10)
    assert (before.charged_home, today.charged_home) == (4, 20)
    assert (before.charges, today.charges) == (0, 1)
    assert (before.trips, today.trips) == (0, 1)


@pytest.mark.parametrize(
    ("night", "quarters"),
    [("2026-03-29", 92), ("2026-10-25", 100), ("2026-07-01", 96)],
    ids=["spring", "autumn", "summer"],
)
def test_days_of_other_lengths(night: str, quarters: int) -> None:
    """A charge that takes all day is within that day, also if it has 23 or 25 hours."""
    start = local(f"{night}T00:00")
    now = local(f"{night}T12:00")
    (day,) = newest(Period.DAY, now, charge(start, quarters, quarters), count=1)
    assert day.charged_home == quarters
    assert (day.end - day.start.astimezone(UTC)) == timedelta(minutes=15 * quarters)


def test_half_hour_zone() -> None:
    """Days begin at local midnight, which is within an hour of UTC."""
    now = local("2026-11-02T12:00", KOLKATA)
    before, today = newest(Period.DAY, now, charge(local("2026-11-01T23:30", KOLKATA), 4, 4))
    assert (before.charged_home, today.charged_home) == (2, 2)


@pytest.mark.parametrize(
    ("period", "expected"),
    [
        (Period.DAY, ["2026-02-28", "2026-03-01", "2026-03-02"]),
        (Period.WEEK, ["2026-02-16", "2026-02-23", "2026-03-02"]),
        (Period.MONTH, ["2026-01-01", "2026-02-01", "2026-03-01"]),
        (Period.YEAR, ["2024-01-01", "2025-01-01", "2026-01-01"]),
    ],
    ids=[*Period],
)
def test_starts(period: Period, expected: list[str]) -> None:
    """Weeks start on Monday; the newest period is the one that is running."""
    found = starts(period, local("2026-03-02T00:30"), BERLIN, 3)
    assert [f"{item:%Y-%m-%d}" for item in found[:-1]] == expected
    assert start_of(period, found[-1] - timedelta(seconds=1), BERLIN) == found[-2]
    assert start_of(period, found[-1], BERLIN) == found[-1]


def test_electric_share() -> None:
    """The share of a period is weighted by kilometres."""
    now = local("2026-11-02T12:00")
    electric = replace(trip(local("2026-11-02T09:00"), 30), electric_share=100)
    fuel = replace(trip(local("2026-11-02T10:00"), 10), electric_share=0)
    unknown = trip(local("2026-11-02T11:00"), 50)
    assert newest(Period.DAY, now, electric, fuel, unknown, count=1)[0].electric_share == 75


def test_nothing() -> None:
    """A month without records has no energy and no consumption."""
    (month,) = newest(Period.MONTH, local("2026-11-02T12:00"), count=1)
    assert (month.distance, month.driving_energy, month.consumption, month.charged) == (
        0,
        None,
        None,
        0,
    )
