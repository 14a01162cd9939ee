"""Records are written compactly and read back with care."""

from cProfile import Profile
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import orjson
import pytest

from custom_components.mybmw.client.core.records import (
    Charge,
    ChargeEnd,
    ChargingKind,
    Figure,
    HistoryRow,
    How,
    Money,
    PlaceKind,
    Record,
    RecordPlace,
    Slot,
    Trip,
    TripClass,
)
from custom_components.mybmw.client.journal.stored import from_json, load_records, to_json

NOON = datetime(2026, 11, 10, 12, 0, 7, 250_000, tzinfo=UTC)
HOME = RecordPlace(PlaceKind.HOME, "zone.home", "Home")
PLAIN = Trip("t20261110T120007", None, NOON, 20_000.0, 20_018.0)
TRIP = replace(
    PLAIN,
    start=NOON - timedelta(minutes=24),
    start_soc=72.0,
    end_soc=68.0,
    energy=Figure(3.2, How.SOC),
    fuel=Figure(0.4, How.BMW),
    electric_share=88.0,
    origin=HOME,
    destination=RecordPlace(PlaceKind.AWAY),
    count=2,
    parts_unknown=True,
    unseen=True,
    facts=(("last_trip.recuperation", 2.4),),
    category=TripClass.COMMUTE,
    note="by bike next time",
    revision=3,
)
CHARGE = Charge(
    "c20261110T120007",
    NOON - timedelta(hours=3),
    NOON,
    start_soc=30.0,
    energy=Figure(31.5, How.BMW),
    kind=ChargingKind.AC,
    place=HOME,
    ended_by=ChargeEnd.TARGET_REACHED,
    rows=(HistoryRow(NOON - timedelta(hours=3), NOON, 31.5, start_soc=30.0, detailed=True),),
    slots=tuple(
        Slot(NOON.replace(second=0, microsecond=0) + n * timedelta(minutes=15), 2.75)
        for n in range(12)
    ),
    curve=((NOON, 11.0), (NOON + timedelta(minutes=5), 10.4)),
    cost=Money(9.45, "EUR", How.TIME, partial=True),
)


@pytest.mark.parametrize("item", [PLAIN, TRIP, CHARGE], ids=["plain trip", "trip", "charge"])
def test_a_record_is_read_as_it_was(item: Record) -> None:
    assert from_json(orjson.loads(orjson.dumps(to_json(item)))) == item


def test_a_usual_trip_is_small() -> None:
    usual = replace(TRIP, note=None, category=None, fuel=None, facts=(), count=1, unseen=False)
    assert len(orjson.dumps(to_json(usual))) <= 260


@pytest.mark.parametrize(
    "change",
    [
        {"i": 5},
        {"e": "noon"},
        {"e": 1e300},
        {"e": None},
        {"o": True},
        {"o": "20000"},
        {"o": 30_000.0},
        {"s": 1_900_000_000},
        {"w": [1.0, "guess"]},
        {"w": [1.0]},
        {"w": 1.0},
        {"f": ["moon"]},
        {"g": [["a", 1.0, 2.0]]},
        {"g": [[1, 1.0]]},
        {"count": "two"},
        {"unseen": 1},
    ],
    ids=str,
)
def test_a_damaged_record_is_set_aside(change: dict[str, object]) -> None:
    """The others are read nevertheless, and nothing of it is lost."""
    damaged = {**to_json(TRIP), **change}
    loaded = load_records([to_json(PLAIN), damaged, to_json(CHARGE)])
    assert loaded.records == [PLAIN, CHARGE]
    assert loaded.damaged == [damaged]


@pytest.mark.parametrize("junk", [None, 1, "t", [], {}, {"i": "t1"}], ids=repr)
def test_junk_is_set_aside(junk: object) -> None:
    assert load_records([junk]) == ([], [junk])


def test_fields_of_a_later_version_are_ignored() -> None:
    assert from_json({**to_json(TRIP), "colour": "red"}) == TRIP


def test_two_years_are_read_quickly() -> None:
    """2,000 trips and 1,000 charges take at most 1 MiB, and few function calls each."""
    rows = [to_json(TRIP)] * 2_000 + [to_json(CHARGE)] * 1_000
    text = orjson.dumps(rows)
    with Profile() as profile:
        loaded = load_records(orjson.loads(text))
    assert len(loaded.records) == 3_000
    assert len(text) <= 1024 * 1024
    calls = sum(item.callcount for item in profile.getstats())
    assert calls <= 100 * len(rows)
