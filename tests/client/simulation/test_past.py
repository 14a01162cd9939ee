"""The days before the first start of script/develop."""

from typing import Final

import orjson
import pytest

from custom_components.mybmw.client.core.records import Charge, PlaceKind, Trip
from custom_components.mybmw.client.journal.stored import load_records, to_json
from script.lib.develop.energy import _charged_by_hour
from script.lib.develop.past import Past, pasts_of
from tests.client.support.cardata import recorded
from tests.replay.carstate import ODOMETER, CarState

pytestmark = pytest.mark.freeze_time("2026-11-30T12:00:00Z")

PLUG: Final = ("i4_edrive40", "x3_30e", "mini_cooper_se")
CARS: Final = (*PLUG, "i3_rex", "320i")


def past_of(name: str, days: int = 7) -> Past:
    (past,) = pasts_of(recorded(name), days).values()
    return past


@pytest.mark.parametrize("name", CARS)
def test_ends_where_the_car_is_now(name: str) -> None:
    """Two trips a day, and the odometer goes on with what the car sends."""
    (car,) = recorded(name)
    past = past_of(name)
    trips = [item for item in past.records.values() if isinstance(item, Trip)]
    assert len(trips) == 14
    odometer = CarState.of(car.basic_data, {ODOMETER: car.telematics[ODOMETER]}).odometer
    assert trips[-1].odometer_end == pytest.approx(odometer, abs=1.61)
    assert sum(trip.distance for trip in trips) == pytest.approx(392, abs=2)


@pytest.mark.parametrize("name", PLUG)
def test_charges(name: str) -> None:
    """BMW lists all charges; those at home are what the wallbox gave."""
    past = past_of(name)
    charges = [item for item in past.records.values() if isinstance(item, Charge)]
    assert len(charges) == len(past.charges) >= 6
    home = [item for item in charges if item.place.kind is PlaceKind.HOME]
    energy = sum(item.energy.value for item in home if item.energy)
    hours = _charged_by_hour({"car": past})
    assert sum(hours.values()) == pytest.approx(energy, abs=0.01)
    assert len(hours) >= 6 * 24


def test_can_be_stored() -> None:
    past = past_of("i4_edrive40")
    saved = [to_json(item) for item in past.records.values()]
    assert load_records(orjson.loads(orjson.dumps(saved))).records == [*past.records.values()]
    assert len(orjson.dumps(past.state)) <= 4096


def test_no_past() -> None:
    assert pasts_of(recorded("i4_edrive40"), 0) == {}
