"""Refuellings, by what a car says of the level in its tank."""

from dataclasses import dataclass, field
from datetime import UTC, timedelta
from typing import Final

import pytest

from custom_components.mybmw.client.core.attributes import (
    MILEAGE,
    REMAINING_FUEL,
    REMAINING_FUEL_PERCENT,
)
from custom_components.mybmw.client.core.records import Refuelling
from custom_components.mybmw.client.core.values import DriveTrain
from custom_components.mybmw.client.journal.export import REFUELLING_COLUMNS, as_csv
from custom_components.mybmw.client.journal.log import JournalEventKind
from tests.client.journal.support import START, Owner
from tests.client.journal.test_days import HYBRID
from tests.client.journal.test_lifetime import PETROL, driven
from tests.replay.carstate import CarState

MINUTE: Final = timedelta(minutes=1)


@dataclass
class Driver:
    """An owner whose car says how full its tank is."""

    owner: Owner = field(default_factory=lambda: Owner(DriveTrain.COMBUSTION))

    def says(
        self,
        minutes: float,
        odometer: float | None = None,
        litres: float | None = None,
        percent: float | None = None,
    ) -> None:
        """Let some values be measured so many minutes after the start."""
        time = START + minutes * MINUTE
        given = {MILEAGE: odometer, REMAINING_FUEL: litres, REMAINING_FUEL_PERCENT: percent}
        self.owner.update(
            key.at(value, time, "cardata") for key, value in given.items() if value is not None
        )
        self.owner.look(time + timedelta(seconds=2))

    @property
    def found(self) -> list[Refuelling]:
        """What was found."""
        return list(self.owner.log.refuellings.values())

    @property
    def events(self) -> int:
        """How often it was reported."""
        return [item.kind for item in self.owner.events].count(JournalEventKind.REFUELLED)


def test_refuelled() -> None:
    """It is known when, how much, and at which odometer; it is reported once."""
    driver = Driver()
    driver.says(0, 1000, 12, 20)
    driver.says(10, 1000, 48, 80)
    driver.says(60, 1040, 45, 75)
    (item,) = driver.found
    assert (item.time, item.fuel) == (START + 10 * MINUTE, 36.0)
    assert (item.odometer_before, item.odometer) == (1000, 1000)
    assert (item.fuel_before, item.fuel_after) == (12, 48)
    assert (item.level_before, item.level_after) == (20, 80)
    (event,) = [item for item in driver.owner.events if item.kind is JournalEventKind.REFUELLED]
    assert event.details == {"fuel": 36.0, "level_before": 20, "level_after": 80}


@pytest.mark.parametrize(
    ("litres", "percent", "fuel"),
    [
        pytest.param((12, 48), (None, None), 36.0, id="only litres"),
        pytest.param((None, None), (20, 80), None, id="only percent"),
        pytest.param((12, 48), (None, 80), 36.0, id="percent later"),
        pytest.param((12, None), (20, 80), None, id="litres not any more"),
    ],
)
def test_partly_known(
    litres: tuple[float, float], percent: tuple[float, float], fuel: float | None
) -> None:
    """What is not known stays unknown; an old value is not one of afterwards."""
    driver = Driver()
    driver.says(0, 1000, litres[0], percent[0])
    driver.says(10, 1000, litres[1], percent[1])
    (item,) = driver.found
    assert item.fuel == fuel
    assert (item.fuel_before, item.fuel_after) == litres
    assert (item.level_before, item.level_after) == percent


def test_rises_slowly() -> None:
    """The level of some cars takes a while; it stays one refuelling, reported once."""
    driver = Driver()
    driver.says(0, 1000, 12)
    for minutes, odometer, litres in ((5, 1000, 17), (6, 1000, 26), (8, 1001, 47), (9, 1001, 46)):
        driver.says(minutes, odometer, litres)
    driver.says(30, 1001, 52)
    driver.says(40, 1003, 46)
    driver.says(50, 1003, 52)
    assert [(item.time, item.fuel) for item in driver.found] == [(START + 6 * MINUTE, 35.0)]
    assert driver.events == 1


def test_percent_after_litres() -> None:
    """Both levels belong to it, whichever comes first."""
    driver = Driver()
    driver.says(0, 1000, 12, 20)
    driver.says(10, litres=48)
    assert driver.found[0].level_after is None
    driver.says(11, percent=80)
    (item,) = driver.found
    assert (item.fuel, item.level_after, driver.events) == (36.0, 80, 1)


@pytest.mark.parametrize(
    "levels",
    [
        pytest.param([(0, 1000, 30), (3, 1001, 24), (6, 1003, 36), (9, 1005, 30)], id="slosh"),
        pytest.param([(0, 1000, 30), (5, 1000, 37.5)], id="parked on a slope"),
        pytest.param([(0, 1000, 30), (60, 1050, 42)], id="driven between"),
        pytest.param([(0, None, 12), (5, None, 48)], id="no odometer"),
    ],
)
def test_nothing(levels: list[tuple[float, float | None, float]]) -> None:
    """A float that swings is no refuelling."""
    driver = Driver()
    for minutes, odometer, litres in levels:
        driver.says(minutes, odometer, litres)
    assert driver.found == []


def test_heard_much_later() -> None:
    """If the car was driven between two levels, how much was put in is not known."""
    driver = Driver()
    driver.says(0, 1000, 12, 20)
    driver.says(90, 1060, 44, 73)
    (item,) = driver.found
    assert item.fuel is None
    assert (item.fuel_before, item.fuel_after, item.level_after) == (12, 44, 73)


def test_twice() -> None:
    driver = Driver()
    driver.says(0, 1000, 12)
    driver.says(10, 1000, 48)
    driver.says(500, 1500, 10)
    driver.says(510, 1500, 50)
    assert [item.fuel for item in driver.found] == [36.0, 40.0]


def test_restart() -> None:
    """The level before, and what was found, survive; none is reported twice."""
    driver = Driver()
    driver.says(0, 1000, 12)
    driver.owner.restart()
    driver.says(5, 1000, 40)
    driver.owner.restart()
    driver.says(6, 1000, 48)
    driver.says(700, 1500, 8)
    driver.owner.restart()
    driver.says(705, 1500, 44)
    assert [item.fuel for item in driver.found] == [36.0, 36.0]
    assert driver.events == 2


def test_old_one_is_not_reported() -> None:
    driver = Driver()
    driver.says(0, 1000, 12)
    time = START + 10 * MINUTE
    driver.owner.update([REMAINING_FUEL.at(48, time, "cardata")])
    driver.owner.look(time + timedelta(hours=2))
    assert (len(driver.found), driver.events) == (1, 0)


@pytest.mark.parametrize("car", [HYBRID, PETROL], ids=["hybrid", "petrol"])
def test_weeks(car: CarState) -> None:
    """In three weeks of driving, all are found, and nothing else."""
    owner, truth = driven(car)
    filled = [
        after.fuel - before.fuel
        for before, after in zip([car, *truth.cars], truth.cars, strict=False)
        if after.fuel > before.fuel
    ]
    found = list(owner.log.refuellings.values())
    assert len(found) == len(filled) > 0
    put_in = truth.fuel(0) + truth.cars[-1].fuel - truth.cars[0].fuel
    assert sum(item.fuel or 0.0 for item in found) == pytest.approx(put_in, abs=len(found))


def test_export() -> None:
    driver = Driver()
    driver.says(0, 1000, 12)
    driver.says(10, 1000, 48)
    text = as_csv(driver.found, REFUELLING_COLUMNS, UTC)
    header, row = text.splitlines()
    assert header.startswith("id,time,mileage (km),fuel (L),fuel_before (L),fuel_after (L),level_")
    assert row == "f20261109T001000,2026-11-09T00:10:00+00:00,1000,36,12,48,,,,,"
