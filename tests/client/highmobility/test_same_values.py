"""The same car shows the same values by CarData, the app's API and High Mobility."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

from freezegun.api import FrozenDateTimeFactory
import pytest

from custom_components.mybmw.client.core import attributes as car
from custom_components.mybmw.client.core.attributes import AnyAttribute
from custom_components.mybmw.client.core.values import ChargingStatus, LockState
from custom_components.mybmw.client.core.vehicle import Vehicle
from custom_components.mybmw.client.highmobility.readings import AnswerContext, read_vehicle
from tests.client.support import recorded, replay, values
from tests.client.support.cardata import Client, simulate
from tests.replay.highmobility import AutoApiCar, bundled

CARS: Final = bundled()
APP: Final = [name for name in CARS if name != "ix3_neue_klasse"]

COARSER: Final[dict[object, object]] = {
    LockState.SECURED: LockState.LOCKED,
    LockState.SELECTIVE_LOCKED: LockState.UNLOCKED,
    ChargingStatus.TARGET_REACHED: ChargingStatus.COMPLETE,
    ChargingStatus.FINISHED_FULLY_CHARGED: ChargingStatus.COMPLETE,
    ChargingStatus.FINISHED_NOT_FULL: ChargingStatus.COMPLETE,
}
"""Words that the Auto API has no equal of, and the nearest that it has."""

OF_THE_SOURCE: Final = frozenset({car.LAST_UPDATE, car.CONNECTION, car.ACCESS, car.COMMANDS})
"""What is about a source rather than a car."""

DIFFERENT: Final = frozenset(
    {car.CHARGING_SESSIONS, car.CHARGING_SINCE, car.CHECK_CONTROL, car.CHARGING_PROFILE}
)
"""What is reported in less detail: one past charge, no severity, no days; or from then on."""

RECORDED_APART: Final = {"i4_edrive40": {car.ALARM}}
"""Where the recordings of CarData and the app are of different times."""


def by_high_mobility(made: AutoApiCar) -> Vehicle:
    vehicle = Vehicle(made.vin)
    context = AnswerContext(datetime.now(UTC))
    vehicle.update(read_vehicle(made.answer, context, Counter()).readings)
    return vehicle


def compared(one: Vehicle, other: Vehicle) -> Iterator[tuple[AnyAttribute, object, object]]:
    """Yield the values of all attributes that both sources know."""
    mine, theirs = values(one), values(other)
    for attribute in mine.keys() & theirs.keys() - OF_THE_SOURCE - DIFFERENT:
        if attribute is car.SERVICES:
            yield attribute, services(one), services(other)
        else:
            value = theirs[attribute]
            yield attribute, mine[attribute], COARSER.get(value, value)


def services(vehicle: Vehicle) -> list[tuple[object, object]]:
    """Return status and month of the items; sources name and sort them differently."""
    items = vehicle.value(car.SERVICES) or ()
    return sorted((str(item.status), str(item.due)[:7]) for item in items if item.due)


def near(attribute: AnyAttribute, mine: object, theirs: object) -> bool:
    """Return whether values are the same, but that the app reports whole kilometres."""
    if isinstance(mine, datetime) and isinstance(theirs, datetime) and attribute.tolerance:
        return abs(mine - theirs) <= attribute.tolerance
    if attribute.unit is car.Unit.KILOMETERS and isinstance(mine, float):
        return isinstance(theirs, float) and abs(mine - theirs) < 1
    return mine == theirs


@pytest.mark.parametrize("name", CARS)
async def test_cardata(name: str, freezer: FrozenDateTimeFactory) -> None:
    """All that CarData's answers and the Auto API both report is the same."""
    made = CARS[name].copy()
    sim = simulate(name)
    client = Client.of(sim)
    freezer.tick(timedelta(seconds=1))
    await client.work()
    other = client.car(made.vin)
    newest = sim.cars[made.vin].measured
    assert newest is not None
    made.shift(newest - made.measured)
    found = {item: (mine, theirs) for item, mine, theirs in compared(by_high_mobility(made), other)}
    assert {item.key: pair for item, pair in found.items() if pair[0] != pair[1]} == {}
    assert len(found) >= 15


@pytest.mark.parametrize("name", APP)
async def test_app(name: str, freezer: FrozenDateTimeFactory) -> None:
    """All that the app's API and the Auto API both report is the same."""
    made = CARS[name]
    freezer.move_to(made.measured + timedelta(minutes=1))
    _, client = replay(recorded(name))
    other = await client.car()
    found = {item: (mine, theirs) for item, mine, theirs in compared(by_high_mobility(made), other)}
    for attribute in RECORDED_APART.get(name, ()):
        del found[attribute]
    assert {item.key: pair for item, pair in found.items() if not near(item, *pair)} == {}
    assert len(found) >= 15
