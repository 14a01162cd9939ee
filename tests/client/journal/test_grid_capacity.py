"""The capacity that BMW's history shows of cars that say nothing of it, over simulated cars.

The cars are made up from what is known of real ones: whole percents that are cut off or rounded,
2 % of noise in the energy, at least 20 points a charge. Nothing of the integration is used for it.
"""

from datetime import UTC, datetime, timedelta
from random import Random
from statistics import mean
from typing import NamedTuple

import pytest

from custom_components.mybmw.client.core import attributes as car
from custom_components.mybmw.client.core.records import BatteryEstimate
from custom_components.mybmw.client.core.values import ChargingSession, DriveTrain
from custom_components.mybmw.client.core.vehicle import Vehicle
from custom_components.mybmw.client.journal.journal import Journal
from custom_components.mybmw.client.journal.log import Log, Settings
from custom_components.mybmw.client.journal.observation import observe

START = datetime(2026, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
CARS = 200
AC = 0.90
"""What usually gets into the battery of 1 kWh of alternating current."""

DC = 0.95
"""The same with direct current, whose losses differ less."""


class Simulated(NamedTuple):
    """A car: its usable capacity in kWh, and the losses of its charges."""

    random: Random
    capacity: float
    efficiency: float
    direct: float = 0.95
    every: int = 0

    def row(self, number: int) -> ChargingSession:
        """Return a row of BMW's history; one of `every` so many has direct current."""
        is_direct = self.every and number % self.every == 0
        efficiency, power = (self.direct, 80) if is_direct else (self.efficiency, 11)
        low = self.random.uniform(5, 60)
        high = self.random.uniform(low + 22, 100)
        noise = self.random.gauss(1, 0.02)
        grid = (high - low) / 100 * self.capacity / efficiency * noise
        start = START + number * DAY
        shown = int if self.random.random() < 0.5 else round
        soc = float(shown(low)), float(shown(high))
        return ChargingSession(start, start + grid / power * HOUR, round(grid, 2), *soc)


def estimated(made: Simulated, charges: int) -> BatteryEstimate | None:
    """Return what the journal makes of the history of a car, None if that is too little."""
    journal, vehicle = Journal(Log(), Settings()), Vehicle("WBA00000000000001")
    vehicle.update([car.DRIVE_TRAIN.at(DriveTrain.ELECTRIC, START, "cardata")])
    journal.take_charges([made.row(number) for number in range(charges)])
    update = journal.look(observe(vehicle), START + (charges + 1) * DAY)
    shown = {item.attribute: item.value for item in update.readings}
    found = shown.get(car.ESTIMATED_CAPACITY)
    assert found is None or isinstance(found, BatteryEstimate)
    return found


def errors(spread: float, charges: int, every: int = 0) -> tuple[float, float]:
    """Return the mean error, and the share of cars whose capacity is in the interval."""
    misses, covered = [], []
    for seed in range(CARS):
        random = Random(seed)
        efficiency = random.uniform(AC - spread, AC + spread)
        direct = random.uniform(DC - spread / 2, DC + spread / 2)
        made = Simulated(random, random.uniform(25, 110), efficiency, direct, every)
        found = estimated(made, charges)
        if found is None:
            continue
        assert found.charges == charges
        misses.append(abs(found.capacity / made.capacity - 1))
        covered.append(found.low <= made.capacity <= found.high)
    assert len(misses) >= CARS * 0.9
    return mean(misses), mean(covered)


@pytest.mark.parametrize("charges", [5, 10, 20])
def test_usual_losses(charges: int) -> None:
    error, covered = errors(0.0, charges)
    assert error <= 0.015
    assert covered >= 0.9


@pytest.mark.parametrize("charges", [5, 20])
def test_unknown_losses(charges: int) -> None:
    """Losses look like a smaller battery: they make it less exact, as the interval says."""
    error, covered = errors(0.04, charges)
    assert error <= 0.03
    assert covered >= 0.9


@pytest.mark.parametrize(("charges", "every"), [(5, 2), (10, 2), (10, 3), (20, 4), (8, 1)])
def test_unknown_losses_with_direct_current(charges: int, every: int) -> None:
    """Direct current has fewer losses that may differ: with some of it, it is exact again."""
    error, covered = errors(0.04, charges, every)
    assert error <= 0.015
    assert covered >= 0.9
