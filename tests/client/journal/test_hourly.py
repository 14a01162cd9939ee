"""Statistics by the hour: sums are exact, however records change."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given, strategies as st

from custom_components.mybmw.client.core.records import (
    Charge,
    ChargingKind,
    Figure,
    How,
    PlaceKind,
    Record,
    RecordPlace,
    Slot,
    Trip,
)
from custom_components.mybmw.client.journal.hourly import HourlySums
from custom_components.mybmw.client.journal.series import Series

EIGHT = datetime(2026, 11, 2, 8, tzinfo=UTC)
HOME = RecordPlace(PlaceKind.HOME, "zone.home", "Home")


def trip(
    number: int = 1, start: datetime | None = EIGHT, minutes: int = 30, km: float = 20
) -> Trip:
    begin = start or EIGHT
    energy = Figure(km / 5, How.SOC)
    return Trip(
        f"t{number}", start, begin + timedelta(minutes=minutes), 100, 100 + km, energy=energy
    )


def charge(*energies: float, place: RecordPlace = HOME, start: datetime = EIGHT) -> Charge:
    slots = [
        Slot(start + timedelta(minutes=15 * number), kwh) for number, kwh in enumerate(energies)
    ]
    end = start + timedelta(minutes=15 * len(slots))
    energy = Figure(sum(energies), How.BMW)
    return Charge("c1", start, end, energy=energy, place=place, slots=tuple(slots))


def by_hour(sums: HourlySums, series: Series) -> dict[str, float]:
    return {f"{item.start:%H:%M}": item.sum for item in sums.sums(series)}


def applied(*records: Record) -> HourlySums:
    sums = HourlySums()
    sums.apply({item.id: item for item in records})
    return sums


def test_trip_within_an_hour() -> None:
    """All is in one hour."""
    sums = applied(trip())
    assert by_hour(sums, Series.DISTANCE) == {"08:00": 20}
    assert by_hour(sums, Series.DRIVING_ENERGY) == {"08:00": 4}


def test_trip_over_three_hours() -> None:
    """Kilometres are divided by time."""
    sums = applied(trip(start=EIGHT + timedelta(minutes=30), minutes=120, km=100))
    assert by_hour(sums, Series.DISTANCE) == {"08:00": 25, "09:00": 75, "10:00": 100}


def test_unknown_start() -> None:
    """The kilometres count at the end, never before."""
    assert by_hour(applied(trip(start=None, minutes=75)), Series.DISTANCE) == {"09:00": 20}


def test_end_before_start() -> None:
    """A clock that went back loses no kilometre."""
    assert by_hour(applied(trip(minutes=-30)), Series.DISTANCE) == {"07:00": 20}


def test_trip_that_ends_with_the_hour() -> None:
    """The next hour gets nothing."""
    assert by_hour(applied(trip(minutes=60)), Series.DISTANCE) == {"08:00": 20}


def test_energy_unknown() -> None:
    """Unknown energy is no energy of zero."""
    sums = applied(replace(trip(), energy=None))
    assert sums.sums(Series.DRIVING_ENERGY) == []


def test_charge() -> None:
    """Slots are added up by hours; home and away are apart."""
    away = replace(charge(5, start=EIGHT), id="c2", place=RecordPlace(PlaceKind.AWAY))
    sums = applied(charge(1, 1, 1, 1, 0.5), away)
    assert by_hour(sums, Series.CHARGED_HOME) == {"08:00": 4, "09:00": 4.5}
    assert by_hour(sums, Series.CHARGED_AWAY) == {"08:00": 5}


def test_charge_at_an_unknown_place() -> None:
    """Fast charging is not at home; alternating current may be, unless BMW says otherwise."""
    unknown = charge(3, place=RecordPlace())
    assert by_hour(applied(unknown), Series.CHARGED_HOME) == {"08:00": 3}
    fast = replace(unknown, kind=ChargingKind.DC)
    assert by_hour(applied(fast), Series.CHARGED_AWAY) == {"08:00": 3}
    public = replace(unknown, public=True)
    assert by_hour(applied(public), Series.CHARGED_AWAY) == {"08:00": 3}


def test_charge_without_slots() -> None:
    """Its energy counts at its end."""
    bare = replace(charge(1, 1, 1, 1, 1), slots=())
    assert by_hour(applied(bare), Series.CHARGED_HOME) == {"09:00": 5}


def test_half_hour_time_zone() -> None:
    """Hours are those of UTC, whatever the time zone of the times is."""
    kolkata = datetime.fromisoformat("2026-11-02T05:00:00+05:30")
    sums = applied(trip(start=kolkata, minutes=60))
    assert by_hour(sums, Series.DISTANCE) == {"23:00": 10, "00:00": 20}


def test_only_from_the_first_change_on() -> None:
    """A record that is added later brings the hours from its own on, with all before in the sum."""
    sums = applied(trip(1), trip(2, EIGHT + timedelta(hours=2)))
    assert [item.start.hour for item in sums.take()[Series.DISTANCE]] == [8, 10]
    sums.apply({"t3": trip(3, EIGHT + timedelta(hours=3), km=1)})
    (row,) = sums.take()[Series.DISTANCE]
    assert (row.start.hour, row.sum) == (11, 41)
    assert sums.take() == {}


def test_amended() -> None:
    """An hour that a record has left is corrected, and all that follow."""
    sums = applied(trip(1), trip(2, EIGHT + timedelta(hours=2)))
    sums.take()
    sums.apply({"t1": trip(1, EIGHT + timedelta(hours=1), km=10)})
    rows = [(item.start.hour, item.sum) for item in sums.take()[Series.DISTANCE]]
    assert rows == [(8, 0), (9, 10), (10, 30)]


def test_removed() -> None:
    """So is one that is gone."""
    sums = applied(trip(1), trip(2, EIGHT + timedelta(hours=2)))
    sums.apply({"t1": None})
    assert by_hour(sums, Series.DISTANCE) == {"08:00": 0, "10:00": 20}


def test_same_record_again() -> None:
    """Nothing is sent for what has not changed."""
    sums = applied(trip(1))
    sums.take()
    sums.apply({"t1": replace(trip(1), note="To the sea")})
    assert sums.take() == {}


DISTANCES = st.floats(0.1, 2000).map(lambda km: round(km, 1))
TRIPS = st.builds(
    trip,
    st.integers(1, 5),
    st.none() | st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 1), timezones=st.just(UTC)),
    st.integers(-10, 3000),
    DISTANCES,
)


@given(st.lists(TRIPS, max_size=12))
def test_any_order_of_records(trips: list[Trip]) -> None:
    """Sums never fall, and end with all kilometres, to the metre, of the records that are left."""
    sums = HourlySums()
    for item in trips:
        sums.apply({item.id: item})
    left = {item.id: item for item in trips}
    rows = sums.sums(Series.DISTANCE)
    assert all(one.sum <= other.sum for one, other in pairwise(rows))
    assert round(rows[-1].sum if rows else 0, 3) == round(
        sum(item.distance for item in left.values()), 3
    )
