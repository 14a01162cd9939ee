"""Measure the journal: one evaluation of the readings, and loading two years of records."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from statistics import mean
from time import process_time
from typing import Final, override

import orjson

from custom_components.mybmw.client.core.records import (
    Charge,
    ChargingKind,
    Figure as Amount,
    How,
    PlaceKind,
    Record,
    RecordPlace,
    Slot,
    Trip,
)
from custom_components.mybmw.client.core.values import DriveTrain
from custom_components.mybmw.client.journal.stored import load_records, to_json
from tests.client.journal.support import START, VIN, Owner
from tests.client.journal.test_days import week
from tests.replay.carstate import CarState
from tests.replay.driving_days import Observer
from tests.replay.timeline import messages

from .figure import Figure, best_of

_LOOK: Final = 0.3
_READ: Final = 20.0
_STORED: Final = 1.0
_TRIPS: Final = 2_000
_CHARGES: Final = 1_000
_HOME: Final = RecordPlace(PlaceKind.HOME, "zone.home", "Home")
_FACTS: Final = (
    ("vehicle.trip.segment.accumulated.acceleration.starsAverage", 4.5),
    ("vehicle.trip.segment.accumulated.drivetrain.electricEngine.recuperationTotal", 3.1),
)


class _Timed(Owner):
    """An owner who notes how long each look takes, in seconds of CPU."""

    @override
    def __post_init__(self) -> None:
        self.looks: list[float] = []
        super().__post_init__()

    @override
    def look(self, now: datetime) -> None:
        began = process_time()
        super().look(now)
        self.looks.append(process_time() - began)


def figures() -> Iterator[Figure]:
    """Yield the figures of a week of a live car, and those of two years of records."""
    looks = _looks(())
    yield _figure("a look, a week of a car", mean(looks) * 1e3, "ms", _LOOK)
    looks = _looks(two_years())
    yield _figure("a look, with two years of records", mean(looks) * 1e3, "ms", _LOOK)
    text = orjson.dumps([to_json(item) for item in two_years()])
    yield _figure("two years of records, stored", len(text) / 1e6, "MB", _STORED)
    seconds = best_of(lambda: load_records(orjson.loads(text)), calls=1)
    yield _figure("two years of records, read", seconds * 1e3, "ms", _READ)


def two_years() -> Iterator[Record]:
    """Yield 2,000 trips and 1,000 charges, the newest before the week begins."""
    for number in range(_TRIPS):
        yield _trip(START - timedelta(hours=8 * (number + 1)), 20_000 - 10.0 * number)
    for number in range(_CHARGES):
        yield _charge(START - timedelta(hours=17 * (number + 1)))


def _trip(end: datetime, odometer: float) -> Trip:
    return Trip(
        f"t{end:%Y%m%dT%H%M%S}",
        end - timedelta(minutes=30),
        end,
        odometer - 10,
        odometer,
        start_soc=80.0,
        end_soc=78.0,
        energy=Amount(1.7, How.SOC),
        origin=_HOME,
        destination=RecordPlace(PlaceKind.AWAY),
        facts=_FACTS,
    )


def _charge(end: datetime) -> Charge:
    start = end - timedelta(hours=5)
    slots = (Slot(start + timedelta(minutes=15 * number), 1.6) for number in range(20))
    return Charge(
        f"c{end:%Y%m%dT%H%M%S}",
        start,
        end,
        start_soc=40.0,
        end_soc=80.0,
        energy=Amount(32.0, How.BMW),
        kind=ChargingKind.AC,
        place=_HOME,
        slots=tuple(slots),
    )


def _looks(records: Iterable[Record]) -> list[float]:
    """Return the seconds of CPU of each look in a week."""
    owner = _Timed(DriveTrain.ELECTRIC)
    for item in records:
        owner.log.put(item)
    sent = list(week(CarState(), Observer()))
    owner.receive(messages(sent, vin=VIN, gcid="g", start=START, together=8))
    return owner.looks


def _figure(name: str, value: float, unit: str, goal: float) -> Figure:
    return Figure(
        f"journal: {name}", round(value, 3), unit, f"goal: {goal:g}", round(value / goal, 2)
    )
