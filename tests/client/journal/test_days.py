"""Weeks of simulated cars: every trip is found, none is invented, and the km add up."""

from collections.abc import Callable, Iterable
from datetime import timedelta

import pytest

from custom_components.mybmw.client.core.values import DriveTrain
from tests.client.journal.support import START, VIN, Owner
from tests.replay.carstate import CarState, Drivetrain
from tests.replay.days import days
from tests.replay.timeline import Change, duplicates, half_positions, messages, out_of_order

TRAINS = {
    Drivetrain.BEV: DriveTrain.ELECTRIC,
    Drivetrain.PHEV: DriveTrain.PLUGIN_HYBRID,
    Drivetrain.ICE: DriveTrain.COMBUSTION,
}
CARS = {
    "electric, silent on the road": CarState(live=False),
    "hybrid, silent on the road": CarState(Drivetrain.PHEV, capacity=12, live=False),
    "petrol, silent on the road": CarState(Drivetrain.ICE, live=False),
    "electric": CarState(),
    "hybrid": CarState(Drivetrain.PHEV, capacity=12, header_freezes=True),
    "petrol": CarState(Drivetrain.ICE),
}
type Delivery = Callable[[Iterable[Change]], Iterable[Change]]
DELIVERIES: dict[str, Delivery] = {
    "plain": lambda changes: changes,
    "duplicates": duplicates,
    "out of order": out_of_order,
    "lost longitudes": half_positions,
}


@pytest.mark.parametrize("delivery", DELIVERIES.values(), ids=list(DELIVERIES))
@pytest.mark.parametrize("car", CARS.values(), ids=list(CARS))
def test_a_week(car: CarState, delivery: Delivery) -> None:
    owner = Owner(TRAINS[car.drivetrain])
    week = delivery(days(car, 7))
    owner.receive(messages(week, vin=VIN, gcid="g", start=START, together=8))
    owner.wait(owner.now + timedelta(hours=1))
    assert len(owner.trips) == 14
    assert owner.driven == 251
