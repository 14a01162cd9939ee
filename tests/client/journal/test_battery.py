"""What charges show of a battery, and what a parked car loses, over simulated cars."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from statistics import mean
from typing import Any

import pytest

from custom_components.mybmw.client.core import attributes as car
from custom_components.mybmw.client.core.records import (
    BatteryEstimate,
    Charge,
    ChargingKind,
    Figure,
    How,
)
from custom_components.mybmw.client.core.values import ClimateActivity
from custom_components.mybmw.client.journal.battery import Battery, efficiency, grid_samples
from custom_components.mybmw.client.journal.observation import TO_FULL, Observation
from custom_components.mybmw.client.journal.standby import Standby

START = datetime(2026, 11, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


def seen(time: datetime, soc: float, missing: float | None = None, **more: Any) -> Observation:
    readings: list[car.AnyReading] = [car.STATE_OF_CHARGE.at(soc, time)]
    if missing is not None:
        readings.append(TO_FULL.at(missing, time))
    if "plugged" in more:
        readings.append(car.CHARGER_CONNECTED.at(more["plugged"], time))
    if "climate" in more:
        readings.append(car.CLIMATE_ACTIVITY.at(more["climate"], time))
    if "capacity" in more:
        readings.append(car.BATTERY_CAPACITY.at(more["capacity"], time))
    return Observation("VIN", {item.attribute: item for item in readings})


@dataclass
class Simulated:
    """A car whose energy figures are wrong by 2 % from charge to charge, and its SoC by a point."""

    random: Random
    battery: Battery
    capacity: float
    truncates: bool
    now: datetime = START

    def charge(self) -> None:
        """Charge from a low state to a high one, as seen every few minutes."""
        low, high = self.random.uniform(8, 55), self.random.uniform(78, 100)
        gain, soc = self.random.gauss(1, 0.02), low
        while soc < high:
            self.now += 7 * MINUTE
            missing = (100 - soc) / 100 * self.capacity * gain
            shown = int(soc) if self.truncates else round(soc)
            self.battery.look(seen(self.now, shown, round(missing, 1)))
            soc += self.random.uniform(0.8, 3)

    def estimate(self) -> BatteryEstimate | None:
        found = dict(self.battery.values(seen(self.now, 50), [], len(self.battery.samples)))
        value = found[car.ESTIMATED_CAPACITY]
        assert value is None or isinstance(value, BatteryEstimate)
        return value


def simulated(seed: int) -> Simulated:
    random = Random(seed)
    return Simulated(random, Battery(), random.uniform(25, 110), random.random() < 0.5)


@pytest.mark.parametrize("charges", [5, 10, 20])
def test_200_cars(charges: int) -> None:
    """The mean error is at most 1.5 %, and the interval has the truth in nine of ten cars."""
    errors, covered = [], []
    for seed in range(200):
        made = simulated(seed)
        for _ in range(charges):
            made.charge()
        found = made.estimate()
        assert found is not None
        assert found.charges == charges
        errors.append(abs(found.capacity / made.capacity - 1))
        covered.append(found.low <= made.capacity <= found.high)
    assert mean(errors) <= 0.015
    assert mean(covered) >= 0.9


def test_too_few_charges() -> None:
    made = simulated(1)
    for _ in range(4):
        made.charge()
    assert made.estimate() is None


def test_restart() -> None:
    """Nothing is lost by a restart, not even in the middle of a charge."""
    made, other = simulated(2), Battery()
    for _ in range(6):
        made.charge()
    other.load(made.battery.dump())
    before, made.battery = made.estimate(), other
    assert made.estimate() == before
    other.load({"samples": [["x", 1], [3e9, 20]], "first": 1, "nominal": "much"})
    assert other.samples == []


def test_health() -> None:
    """The health is by the largest capacity that the car has ever reported."""
    made = simulated(3)
    made.battery.look(seen(START, 50, capacity=made.capacity / 0.9))
    for _ in range(20):
        made.charge()
    values = dict(made.battery.values(seen(made.now, 50), [], 1))
    assert values[car.ESTIMATED_HEALTH] == pytest.approx(90, abs=1.5)
    far = dict(made.battery.values(seen(made.now, 50, capacity=made.capacity / 2), [], 1))
    assert far[car.ESTIMATED_CAPACITY] is None


def charged(kind: ChargingKind, loss: float, capacity: float, count: int) -> Iterator[Charge]:
    for number in range(count):
        end = START + number * timedelta(days=1)
        low, high = 20.0 + number, 80.0
        energy = Figure((high - low) / 100 * capacity / loss, How.BMW)
        yield Charge(
            f"c{number}", end - HOUR, end, start_soc=low, end_soc=high, energy=energy, kind=kind
        )


def test_grid_energy() -> None:
    """Without figures of the car, the grid shows the capacity, with a wider interval."""
    misses = []
    for seed in range(200):
        random = Random(seed)
        capacity, loss = random.uniform(25, 110), random.uniform(0.86, 0.94)
        charges = list(charged(ChargingKind.AC, loss, capacity, 6))
        found = dict(Battery().values(seen(START, 50), charges, 1))[car.ESTIMATED_CAPACITY]
        assert isinstance(found, BatteryEstimate)
        misses.append(not found.low - 0.1 <= capacity <= found.high + 0.1)
    assert mean(misses) <= 0.1


def test_efficiency() -> None:
    """Alternating and direct current are apart; too few or odd charges show nothing."""
    charges = [
        *charged(ChargingKind.AC, 0.88, 80, 6),
        *charged(ChargingKind.DC, 0.95, 80, 6),
    ]
    values = dict(Battery().values(seen(START, 50, capacity=80.0), charges, 1))
    assert values[car.EFFICIENCY["ac"]] == 88.0
    assert values[car.EFFICIENCY["dc"]] == 95.0
    assert efficiency(charges, 110, {ChargingKind.AC}) is None
    assert efficiency(charges[:4], 80, {ChargingKind.AC}) is None
    assert efficiency(charges, None, {ChargingKind.AC}) is None
    assert len(list(grid_samples(charges))) == 12


def nights(standby: Standby, count: int, loss: float) -> datetime:
    """Park for nights of twelve hours, each after a drive."""
    now, soc = START, 90.0
    for _ in range(count):
        standby.look(seen(now, soc), parked=False)
        standby.look(seen(now, soc), parked=True)
        standby.look(seen(now + 12 * HOUR, soc - loss), parked=True)
        now, soc = now + timedelta(days=1), soc - loss - 5
    return now


def test_standby_loss() -> None:
    """It is known from 48 parked hours on, and over a restart."""
    standby, other = Standby(), Standby()
    assert standby.loss(nights(standby, 3, 0.5)) is None
    now = nights(standby := Standby(), 6, 0.5)
    assert standby.loss(now) == 1.0
    other.load(standby.dump())
    assert other.loss(now) == 1.0
    assert other.loss(now + timedelta(days=60)) is None
    other.load({"rests": [["x"], [1, 2]], "first": [1, 2]})
    assert other.rests == []


@pytest.mark.parametrize(
    "more",
    [{"plugged": True}, {"climate": ClimateActivity.HEATING}],
    ids=["plugged in", "heated"],
)
def test_no_standby_loss(more: dict[str, Any]) -> None:
    standby = Standby()
    for day in range(10):
        standby.look(seen(START + day * timedelta(days=1), 90.0 - day, **more), parked=True)
    assert standby.loss(START + timedelta(days=10)) is None
