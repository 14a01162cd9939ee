"""Fuel and electric share of trips, beside what the simulated car has really burnt and driven."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, timedelta
from typing import Final

import pytest

from custom_components.mybmw.client.core.attributes import LAST_TRIP, MILEAGE
from custom_components.mybmw.client.core.records import Figure, How, Trip
from custom_components.mybmw.client.core.values import DriveTrain
from custom_components.mybmw.client.journal.export import TRIP_COLUMNS, as_csv
from custom_components.mybmw.client.journal.lifetime import LifetimeCounts
from custom_components.mybmw.client.journal.observation import (
    LIFETIME_DISTANCE,
    LIFETIME_ELECTRIC,
    LIFETIME_FUEL,
)
from custom_components.mybmw.client.journal.summary import Period, Summary, starts, summaries
from tests.client.journal.support import START, VIN, Owner
from tests.client.journal.test_days import HYBRID, TRAINS
from tests.replay.carstate import CarState, Drivetrain
from tests.replay.days import DAY, HOUR, Part, Step, ac_charge, commute, drive, night, plan, refuel
from tests.replay.driving_days import away, errand
from tests.replay.timeline import Change, messages

WEEKS: Final = 3
FAR: Final = 60.0
SHARE: Final = "fractionDriveElectric"
PETROL: Final = CarState(Drivetrain.ICE)


@dataclass
class Truth:
    """The car at the end of each day."""

    cars: list[CarState] = field(default_factory=list)

    def fuel(self, first: int = 0, last: int = -1) -> float:
        """The litres burnt between the ends of two days."""
        return self.cars[last].burnt - self.cars[first].burnt

    def electric_share(self) -> float:
        """The part in % that was driven with electricity since the end of the first day."""
        first, last = self.cars[0], self.cars[-1]
        driven = last.odometer - first.odometer
        return 100 * (last.electric_km - first.electric_km) / driven


def journey(car: CarState, at: float) -> Part:
    """Drive further than the battery lasts."""
    return (yield from drive(car, at, away(car, FAR, 120)))


def day(car: CarState, at: float, number: int) -> Part:
    """To work and home; on some days further, and on some without charging."""
    steps: list[tuple[float, Step]] = [(0.0, night), (7.5 * HOUR, commute), (12 * HOUR, errand)]
    steps += [(14 * HOUR, journey)] if number % 4 == 1 else []
    steps += [(17 * HOUR, commute)]
    steps += [(19 * HOUR, refuel)] if car.fuel < 20 else []
    steps += [(20 * HOUR, ac_charge)] if car.electric and number % 3 else []
    return (yield from plan(car, steps, at))


def weeks(car: CarState, truth: Truth, every: int) -> Iterator[Change]:
    """Several weeks; the counts are read before midnight on some days."""
    for number in range(7 * WEEKS):
        car = yield from day(car, number * DAY, number)
        truth.cars.append(car)
        if number % every == 0:
            yield from car.say(number * DAY + 23.9 * HOUR, car.counts())


def driven(
    car: CarState, every: int = 1, change: Callable[[Iterable[Change]], Iterable[Change]] = iter
) -> tuple[Owner, Truth]:
    """Return what the owner of a car sees, and how it was."""
    owner, truth = Owner(TRAINS[car.drivetrain]), Truth()
    sent = change([*weeks(car, truth, every)])
    owner.receive(messages(sent, vin=VIN, gcid="g", start=START))
    return owner, truth


def counted(owner: Owner) -> list[Trip]:
    """The trips since the first count."""
    return [trip for trip in owner.trips if trip.fuel is not None]


def total(owner: Owner) -> Summary:
    """The sums of these trips."""
    edges = [trip.end for trip in counted(owner)]
    (found,) = summaries(counted(owner), [START, edges[-1] + timedelta(seconds=1)])
    return found


def without_shares(changes: Iterable[Change]) -> Iterable[Change]:
    """Let the car not say how much of a trip it has driven with electricity."""
    return [item for item in changes if SHARE not in item.descriptor]


@pytest.mark.parametrize("every", [1, 5, 20], ids=["daily", "every 5 days", "every 20 days"])
@pytest.mark.parametrize("car", [HYBRID, PETROL], ids=["hybrid", "petrol"])
def test_fuel(car: CarState, every: int) -> None:
    """The litres of all trips between two counts are those that were burnt."""
    owner, truth = driven(car, every)
    found = total(owner)
    assert found.fuel == pytest.approx(truth.fuel(), abs=0.02)
    assert found.fuel_consumption == pytest.approx(100 * truth.fuel() / found.distance, abs=0.1)
    assert found.trips == len(owner.trips) - 3


def test_fuel_by_day() -> None:
    """With a count each evening the fuel of every day is exact, also of one without any."""
    owner, truth = driven(HYBRID)
    days = starts(Period.DAY, START + timedelta(days=7 * WEEKS - 1), UTC, 7 * WEEKS - 1)
    burnt = [item.fuel for item in summaries(owner.trips, days)]
    true = [truth.fuel(number, number + 1) for number in range(7 * WEEKS - 1)]
    assert burnt == pytest.approx(true, abs=0.02)
    assert 0 in burnt
    assert max(true) > 3


@pytest.mark.parametrize(
    ("change", "error"), [(iter, 0.5), (without_shares, 0.1)], ids=["car", "counts"]
)
def test_electric_share(
    change: Callable[[Iterable[Change]], Iterable[Change]], error: float
) -> None:
    """The share is that of the car to whole percents of each trip, that of the counts exactly."""
    owner, truth = driven(HYBRID, change=change)
    assert 20 < truth.electric_share() < 80
    assert total(owner).electric_share == pytest.approx(truth.electric_share(), abs=error)


def test_without_counts() -> None:
    """A car that does not say what it has burnt has no fuel, and an electric one none at all."""
    for car in (HYBRID, CarState()):
        owner, _ = driven(replace(car, sends=frozenset()) if car.burns else car)
        assert counted(owner) == []
        assert owner.value("fuel_month") is None


def test_shown() -> None:
    """What was burnt this month is shown, and in the export."""
    owner, truth = driven(PETROL)
    assert owner.value("fuel_month") == pytest.approx(truth.fuel(), abs=0.02)
    assert owner.value("fuel_consumption_month") == pytest.approx(6.5, abs=0.1)
    assert owner.value("electric_share_month") is None
    table = as_csv(owner.trips, TRIP_COLUMNS, UTC)
    assert "fuel (L)" in table.splitlines()[0]


END: Final = START + timedelta(hours=1)


def count(owner: Owner, hours: float, km: float, litres: float, electric: float = 0.0) -> None:
    """Let the car report what it has counted, some hours after the end of the trip."""
    time = END + timedelta(hours=hours)
    owner.update(
        [
            LIFETIME_DISTANCE.at(km, time),
            LIFETIME_FUEL.at(litres, time),
            LIFETIME_ELECTRIC.at(electric, time),
        ]
    )
    owner.look(time)


@pytest.fixture
def owner() -> Owner:
    """A car that has counted before its only trip, of 50 km."""
    found = Owner(DriveTrain.PLUGIN_HYBRID)
    found.log.put(Trip("t1", START, END, 1000, 1050))
    found.update([MILEAGE.at(1050, END)])
    count(found, -10, 900, 50, 500)
    return found


def figures(owner: Owner) -> tuple[float | None, float | None]:
    trip = owner.log.trips["t1"]
    return None if trip.fuel is None else trip.fuel.value, trip.electric_share


def test_known(owner: Owner) -> None:
    """Nothing is known before the next count, everything after it; another one changes nothing."""
    assert figures(owner) == (None, None)
    count(owner, 1, 950, 52, 520)
    count(owner, 2, 950, 52, 520)
    assert figures(owner) == (2, 40)


def test_restart(owner: Owner) -> None:
    """The last count is kept over a restart."""
    owner.restart()
    count(owner, 1, 950, 52, 520)
    assert figures(owner) == (2, 40)


def test_unnoticed_kilometres(owner: Owner) -> None:
    """The fuel of what was driven without being noticed is not that of other trips."""
    count(owner, 1, 1000, 58, 550)
    assert figures(owner) == (4, 100)


@pytest.mark.parametrize(
    ("hours", "km", "litres"),
    [(1, 900, 50), (1, 930, 51), (-0.5, 930, 51), (1, 950, 90), (1, 10, 5), (-11, 950, 52)],
    ids=["not counted", "late", "on the road", "too much", "started anew", "old"],
)
def test_unusable_count(owner: Owner, hours: float, km: float, litres: float) -> None:
    """A count that cannot be that of the trip leaves it unknown."""
    count(owner, hours, km, litres)
    assert figures(owner)[0] is None


def test_later_count(owner: Owner) -> None:
    """What a count did not yet have is in the next one."""
    count(owner, 1, 930, 51, 510)
    count(owner, 5, 950, 52, 520)
    assert figures(owner) == (2, 40)


def test_car_that_knows_better(owner: Owner) -> None:
    """What the car has said of a trip stays."""
    trip = owner.log.trips["t1"]
    facts = ((LAST_TRIP["fuel_consumption"].key, 3.0),)
    owner.log.put(replace(trip, facts=facts, fuel=Figure(1.5, How.BMW), electric_share=55))
    count(owner, 1, 950, 52, 520)
    assert figures(owner) == (1.5, 55)


@pytest.mark.parametrize(
    "saved",
    [None, [], ["x", 1, 2, 3], ["2026-11-09T00:00:00+00:00", -1, 2, None], {"a": 1}],
    ids=["none", "empty", "no time", "negative", "other form"],
)
def test_damaged_state(saved: object) -> None:
    """A count that cannot be read is forgotten."""
    counts = LifetimeCounts()
    counts.load(saved)
    assert counts.held is None
