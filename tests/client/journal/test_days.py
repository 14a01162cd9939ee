"""Weeks of simulated cars: every trip is found, none is invented, and the km add up."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Final

import pytest

from custom_components.mybmw.client.core.records import Trip
from custom_components.mybmw.client.core.values import DriveTrain
from tests.client.journal.support import START, VIN, Owner
from tests.replay.carstate import CarState, Drivetrain
from tests.replay.days import DAY, HOUR, Part, ac_charge, commute, night, plan, refuel
from tests.replay.driving_days import Driven, Observer, errand, mid_drive_segments
from tests.replay.timeline import Change, duplicates, half_positions, messages, out_of_order

type Delivery = Callable[[Iterable[Change]], Iterable[Change]]

TRAINS: Final = {
    Drivetrain.BEV: DriveTrain.ELECTRIC,
    Drivetrain.PHEV: DriveTrain.PLUGIN_HYBRID,
    Drivetrain.ICE: DriveTrain.COMBUSTION,
}
HYBRID: Final = CarState(Drivetrain.PHEV, capacity=12, header_freezes=True)
CARS: Final = {
    "electric": CarState(),
    "electric, silent on the road": CarState(live=False),
    "Neue Klasse": CarState(neue_klasse=True),
    "in miles": CarState(miles=True),
    "hybrid": HYBRID,
    "hybrid, silent on the road": CarState(Drivetrain.PHEV, capacity=12, live=False),
    "petrol": CarState(Drivetrain.ICE),
    "petrol, silent on the road": CarState(Drivetrain.ICE, live=False),
}
DELIVERIES: Final[dict[str, Delivery]] = {
    "plain": lambda changes: changes,
    "duplicates": duplicates,
    "out of order": out_of_order,
    "lost longitudes": half_positions,
    "late longitudes": lambda changes: half_positions(changes, delay=90.0),
    "mid-drive segments": mid_drive_segments,
}
TWO_MINUTES: Final = timedelta(minutes=2)
KM_PER_MILE: Final = 1.609344


def day(car: CarState, at: float, observer: Observer) -> Part:
    """To work, an errand with a short stop at noon, home, and charging or refuelling."""
    noted = observer.of
    steps = [
        (0.0, night),
        (7.5 * HOUR, noted(commute)),
        (12 * HOUR, noted(errand)),
        (17 * HOUR, noted(commute)),
        (19 * HOUR, refuel if car.burns else ac_charge),
    ]
    return (yield from plan(car, steps, at))


def week(car: CarState, observer: Observer) -> Part:
    """Five such days."""
    steps = [(n * DAY, lambda car, at: day(car, at, observer)) for n in range(5)]
    return (yield from plan(car, steps))


def lived(car: CarState, delivery: Delivery, step: Callable[[CarState, Observer], Part]) -> Owner:
    """Return the owner of a car after a week, and an hour of silence."""
    owner, observer = Owner(TRAINS[car.drivetrain]), Observer()
    sent = delivery([*step(car, observer)])
    owner.receive(messages(sent, vin=VIN, gcid="g", start=START, together=8))
    owner.wait(owner.now + timedelta(hours=1))
    owner.true = observer.trips
    return owner


def moment(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def same_end(found: Trip, true: Driven) -> bool:
    return abs(found.end - moment(true.end)) <= TWO_MINUTES


@pytest.mark.parametrize("delivery", DELIVERIES.values(), ids=list(DELIVERIES))
@pytest.mark.parametrize("car", CARS.values(), ids=list(CARS))
def test_cars_that_say_so(car: CarState, delivery: Delivery) -> None:
    """48 combinations: all 15 trips, their ends within two minutes, and all km."""
    owner = lived(car, delivery, week)
    assert len(owner.trips) == 15
    assert all(same_end(*pair) for pair in zip(owner.trips, owner.true, strict=True))
    assert not any(trip.parts_unknown for trip in owner.trips)
    unit = KM_PER_MILE if car.miles else 1.0
    driven = sum(true.km for true in owner.true)
    assert owner.driven == pytest.approx(driven, abs=0.01 if unit == 1.0 else 2 * unit)
