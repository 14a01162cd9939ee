"""Tables of records, read back by another reader."""

from csv import DictReader
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import StringIO
import json
from zoneinfo import ZoneInfo

from hypothesis import given, strategies as st
import pytest

from custom_components.mybmw.client.core.records import (
    Charge,
    ChargingKind,
    Figure,
    How,
    Money,
    PlaceKind,
    RecordPlace,
    Slot,
    Trip,
    TripClass,
)
from custom_components.mybmw.client.journal.export import (
    CHARGE_COLUMNS,
    TRIP_COLUMNS,
    as_csv,
    as_data,
)

BERLIN = ZoneInfo("Europe/Berlin")
EIGHT = datetime(2026, 7, 2, 8, tzinfo=UTC)
TRIP = Trip(
    "t1",
    EIGHT,
    EIGHT + timedelta(minutes=45),
    1000,
    1030,
    energy=Figure(6.0, How.SOC),
    origin=RecordPlace(PlaceKind.HOME, "zone.home", "Home"),
    destination=RecordPlace(PlaceKind.AWAY),
    category=TripClass.BUSINESS,
    facts=(("vehicle.trip.segment.accumulated.acceleration.starsAverage", 4.5),),
)
CHARGE = Charge(
    "c1",
    None,
    EIGHT + timedelta(hours=2),
    not_before=EIGHT,
    start_soc=20,
    end_soc=80,
    energy=Figure(33.3334, How.BMW),
    kind=ChargingKind.AC,
    place=RecordPlace(PlaceKind.HOME, "zone.home", "Home"),
    slots=(Slot(EIGHT, 3.5),),
    cost=Money(10.5, "EUR", How.BMW),
)


def test_trip() -> None:
    """Every figure is there, with local times, and how it was made."""
    found = as_data(TRIP, BERLIN)
    assert found["start"] == "2026-07-02T10:00:00+02:00"
    assert (found["duration"], found["distance"], found["consumption"]) == (45, 30, 20)
    assert (found["energy"], found["energy_from"]) == (6, "soc")
    assert (found["origin"], found["origin_kind"]) == ("Home", "home")
    assert (found["destination"], found["destination_kind"]) == (None, "away")
    assert found["category"] == "business"
    assert found["facts"] == {"vehicle.trip.segment.accumulated.acceleration.starsAverage": 4.5}
    assert json.loads(json.dumps(found)) == found


def test_charge() -> None:
    """An unknown start is none; the hours of the energy are listed."""
    found = as_data(CHARGE, BERLIN)
    assert (found["start"], found["duration"]) == (None, None)
    assert found["not_before"] == "2026-07-02T10:00:00+02:00"
    assert (found["energy"], found["energy_from"]) == (33.333, "bmw")
    assert (found["cost"], found["currency"], found["cost_partial"]) == (10.5, "EUR", False)
    assert found["hours"] == [{"start": "2026-07-02T10:00:00+02:00", "energy": 3.5}]
    assert json.loads(json.dumps(found)) == found


def test_header() -> None:
    """Units are in the header, and a file may say that it is UTF-8."""
    text = as_csv([], TRIP_COLUMNS, BERLIN, delimiter=";", bom=True)
    assert text.startswith("\ufeffid;start;")
    assert "distance (km);" in text
    assert text.endswith("note\r\n")


def test_table() -> None:
    """Another reader finds the same values."""
    (row,) = DictReader(StringIO(as_csv([CHARGE], CHARGE_COLUMNS, BERLIN), newline=""))
    assert (row["end"], row["energy (kWh)"]) == ("2026-07-02T12:00:00+02:00", "33.333")
    assert (row["start"], row["note"], row["kind"]) == ("", "", "ac")


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"], ids="=+-@tr")
def test_formula(start: str) -> None:
    """A note or place that a spreadsheet would run is text; a negative number stays one."""
    noted = replace(TRIP, note=f"{start}HYPERLINK()", odometer_end=990)
    (row,) = DictReader(StringIO(as_csv([noted], TRIP_COLUMNS, BERLIN), newline=""))
    assert row["note"] == f"'{start}HYPERLINK()"
    assert row["distance (km)"] == "-10"


@given(st.text())
def test_any_text(note: str) -> None:
    """Quotes, commas and line breaks survive."""
    text = as_csv([replace(TRIP, note=note)], TRIP_COLUMNS, BERLIN)
    (row,) = DictReader(StringIO(text, newline=""))
    assert row["note"].removeprefix("'") == note.removeprefix("'")
