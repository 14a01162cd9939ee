"""What fuel costs: of which cars, and by which price."""

from dataclasses import replace
from datetime import timedelta

import pytest

from custom_components.mybmw.client.core.records import (
    Figure,
    How,
    Money,
    PlaceKind,
    RecordPlace,
    Trip,
)
from custom_components.mybmw.client.core.values import DriveTrain
from custom_components.mybmw.client.journal.journal import Journal
from custom_components.mybmw.client.journal.log import Settings
from custom_components.mybmw.client.journal.prices import FuelPrice, fixed
from tests.client.journal.support import START, Owner

PRICE = FuelPrice("EUR", fixed(1.8))


def owner_of(train: DriveTrain, *litres: float) -> Owner:
    """Return the owner of a car that has made trips of 50 km with so much fuel."""
    owner = Owner(train, Settings(fuel_price=PRICE))
    for number, amount in enumerate(litres):
        end = START + number * timedelta(hours=1)
        trip = Trip(f"t{number}", end - timedelta(minutes=30), end, 50 * number, 50 * (number + 1))
        owner.log.put(replace(trip, fuel=Figure(amount, How.BMW)))
    owner.look(START + timedelta(hours=12))
    return owner


@pytest.mark.parametrize(
    ("train", "cost"),
    [
        (DriveTrain.COMBUSTION, 9.0),
        (DriveTrain.MILD_HYBRID, 9.0),
        (DriveTrain.PLUGIN_HYBRID, 9.0),
        (DriveTrain.ELECTRIC_WITH_RANGE_EXTENDER, 9.0),
        (DriveTrain.ELECTRIC, None),
    ],
)
def test_cars_that_burn_fuel(train: DriveTrain, cost: float | None) -> None:
    """A car without a tank has no costs of fuel, whatever it counts."""
    assert owner_of(train, 5.0, 0.0).value("fuel_cost_month") == cost


def test_a_trip_without_fuel_costs_nothing() -> None:
    """That is known, other than the cost of a trip of which the fuel is not."""
    owner = owner_of(DriveTrain.PLUGIN_HYBRID, 0.0)
    assert owner.value("fuel_cost_month") == 0
    (trip,) = owner.trips
    assert trip.fuel_cost is not None
    owner.log.put(Trip("t9", None, START + timedelta(hours=9), 50, 90))
    owner.look(START + timedelta(hours=13))
    assert owner.log.trips["t9"].fuel_cost is None
    assert owner.value("fuel_cost_month") == 0


def test_a_price_that_is_not_known() -> None:
    """The trip gets its cost once it is, and keeps it then."""
    owner = owner_of(DriveTrain.COMBUSTION)
    owner.journal.settings = Settings(fuel_price=FuelPrice("EUR", lambda _time: None))
    trip = Trip("t1", None, START, 0, 50, fuel=Figure(5.0, How.BMW))
    owner.log.put(trip)
    for price, cost in ((lambda _time: None, None), (fixed(2.0), 10.0), (fixed(3.0), 10.0)):
        owner.journal.settings = Settings(fuel_price=FuelPrice("EUR", price))
        owner.look(owner.now + timedelta(minutes=1))
        found = owner.log.trips["t1"].fuel_cost
        assert (found and found.amount) == cost


def test_another_price_and_a_zone_of_work() -> None:
    """A past trip that becomes a commute when Home Assistant starts keeps its cost."""
    owner = owner_of(DriveTrain.COMBUSTION)
    home, work = RecordPlace(PlaceKind.HOME), RecordPlace(PlaceKind.ZONE, "zone.work")
    trip = Trip("t1", None, START, 0, 50, fuel=Figure(5.0, How.BMW), origin=home, destination=work)
    paid = Money(9.0, "EUR", How.TARIFF)
    owner.log.trips["t1"] = replace(trip, fuel_cost=paid)
    settings = Settings(work="zone.work", fuel_price=FuelPrice("EUR", fixed(1.5)))
    owner.journal = Journal(owner.log, settings)
    owner.look(START + timedelta(hours=1))
    found = owner.log.trips["t1"]
    assert (found.inferred, found.fuel_cost) == (True, paid)


def test_a_total_with_a_note() -> None:
    """What old trips have cost together stays, also when the total changes."""
    owner, later = owner_of(DriveTrain.COMBUSTION), START + timedelta(days=400)
    for number, end in enumerate((START, START + timedelta(hours=1), later)):
        trip = Trip(owner.log.new_id("t", end), None, end, 50 * number, 50 * number + 50)
        owner.log.put(replace(trip, fuel=Figure(5.0, How.BMW)))
    owner.look(later)
    owner.journal.shrink(12, later)
    owner.log.take()
    (total,) = (trip for trip in owner.trips if trip.monthly)
    assert total.fuel_cost is not None
    assert total.fuel_cost.amount == pytest.approx(18)
    owner.log.put(replace(total, note="together"))
    owner.journal.settings = Settings(fuel_price=FuelPrice("EUR", fixed(3.0)))
    owner.look(later)
    assert owner.log.trips[total.id].fuel_cost == total.fuel_cost
