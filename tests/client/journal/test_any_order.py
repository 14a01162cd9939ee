"""Any order within five minutes, any repetition and any delay up to that: the same trips and km.

Whatever else is lost or late, and whenever Home Assistant is restarted: the km add up.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from random import Random
from typing import Final

from hypothesis import HealthCheck, example, given, settings, strategies as st

from custom_components.mybmw.client.core.attributes import MILEAGE
from tests.client.journal.support import START, VIN, Owner
from tests.client.journal.test_days import CARS, TRAINS, TWO_MINUTES, moment
from tests.replay.carstate import CarState
from tests.replay.days import HOUR, Part, Step, ac_charge, burst, commute
from tests.replay.driving_days import Driven, Observer, errand
from tests.replay.timeline import Change, messages

MOST: Final = 300.0
_LATE: Final = 0.5
_TWICE: Final = 0.1
_LOST: Final = 0.3
_INTERRUPTED: Final = 0.1
LEAST_STOP: Final = 15 * 60.0
"""Trips that are closer together than readings are late cannot be distinguished."""

type Plan = list[tuple[float, Step]]

PLANS: Final = st.lists(
    st.tuples(
        st.floats(LEAST_STOP, 6 * HOUR),
        st.sampled_from([commute, errand, commute, ac_charge]),
    ),
    min_size=1,
    max_size=5,
)
NAMES: Final = st.sampled_from(["electric", "hybrid", "petrol", "Neue Klasse"])
DARK: Final = st.sampled_from(
    ["electric, silent on the road", "hybrid, silent on the road", "petrol, silent on the road"]
)


SEEDS: Final = st.integers(0, 2**32)


def lived(car: CarState, steps: Plan, observer: Observer) -> Part:
    """A day of a car: each step begins so many seconds after the one before has ended."""
    yield from burst(car)
    time = 60.0
    for pause, step in steps:
        chosen = step if step is ac_charge else observer.of(step)
        if step is ac_charge and not car.electric:
            continue
        last = time
        part = chosen(car, time + pause)
        while True:
            try:
                change = next(part)
            except StopIteration as end:
                car = end.value
                break
            last = max(last, change.at)
            yield change
        time = last
    return car


def shuffled(changes: Iterable[Change], chance: Random) -> list[Change]:
    """Delay each second change by up to five minutes, and send some of them twice."""
    found: list[Change] = []
    for change in changes:
        found.append(change.later(chance.uniform(0, MOST) if chance.random() < _LATE else 0.0))
        if chance.random() < _TWICE:
            found.append(change.later(chance.uniform(0, MOST)))
    return sorted(found, key=lambda change: change.at)


def owner_of(car: CarState, changes: Iterable[Change]) -> Owner:
    owner = Owner(TRAINS[car.drivetrain])
    owner.receive(messages(changes, vin=VIN, gcid="g", start=START, together=8))
    owner.wait(owner.now + timedelta(hours=4))
    return owner


def check(owner: Owner, true: list[Driven]) -> None:
    whole = [int(trip.odometer_end) - int(trip.odometer_start) for trip in owner.trips]
    assert whole == [trip.km for trip in true]  # a late odometer may come with decimals
    for trip, was in zip(owner.trips, true, strict=True):
        assert abs(trip.end - moment(was.end)) <= TWO_MINUTES


@settings(max_examples=20, deadline=None, suppress_health_check=[*HealthCheck])
@given(NAMES, PLANS, SEEDS)
def test_a_live_car(name: str, steps: Plan, seed: int) -> None:
    observer, chance = Observer(), Random(seed)
    changes = [*lived(CARS[name], steps, observer)]
    check(owner_of(CARS[name], shuffled(changes, chance)), observer.trips)


@settings(max_examples=20, deadline=None, suppress_health_check=[*HealthCheck])
@given(DARK, PLANS, SEEDS)
def test_a_car_that_is_silent_on_the_road(name: str, steps: Plan, seed: int) -> None:
    observer, chance = Observer(), Random(seed)
    changes = [*lived(replace(CARS[name], live=False), steps, observer)]
    check(owner_of(CARS[name], shuffled(changes, chance)), observer.trips)


@settings(max_examples=200, deadline=None, suppress_health_check=[*HealthCheck])
@given(
    st.sampled_from([*CARS]),
    PLANS,
    SEEDS,
    st.sampled_from(["", "restart"]),
)
@example(
    "hybrid, silent on the road",
    [(900, commute), (900, errand), (900, ac_charge), (900, commute), (1888, errand)],
    227,
    "restart",
)
@example("electric", [(900, errand), (900, commute), (900, errand)], 456219, "")
@example("petrol, silent on the road", [(900, commute)] * 5, 100607056, "")
def test_km_are_never_lost(name: str, steps: Plan, seed: int, stop: str) -> None:
    """A third of all values is lost, some are hours late, Home Assistant is restarted."""
    owner, chance = Owner(TRAINS[CARS[name].drivetrain]), Random(seed)
    lost = [change for change in lived(CARS[name], steps, Observer()) if chance.random() > _LOST]
    late = [change.later(chance.choice([0.0, 0.0, 0.0, 600.0, 7200.0])) for change in lost]
    first: float | None = None
    for message in messages(in_order(late), vin=VIN, gcid="g", start=START, together=8):
        owner.receive([message])
        if first is None:
            first = owner.garage.vehicles[VIN].value(MILEAGE)
        if stop and chance.random() < _INTERRUPTED:
            owner.restart()
    owner.wait(owner.now + timedelta(hours=5))
    last = owner.garage.vehicles[VIN].value(MILEAGE)
    driven = 0.0 if first is None or last is None else last - first
    assert abs(owner.driven - driven) <= 1.1  # one km may not belong to any trip yet
    assert not [trip for trip in owner.trips if trip.start and trip.start > trip.end]
    for one, other in pairwise(sorted(owner.trips, key=lambda trip: trip.odometer_end)):
        assert one.end <= other.end
        assert one.odometer_end == other.odometer_start


def in_order(changes: Iterable[Change]) -> list[Change]:
    return sorted(changes, key=lambda change: change.at)
