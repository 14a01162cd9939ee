"""Explanations of what comes from High Mobility are true."""

from datetime import UTC, datetime, timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
import pytest

from custom_components.mybmw.client import Cause, Vehicle
from custom_components.mybmw.client.core import attributes as a
from custom_components.mybmw.client.core.coverage import sources_of
from custom_components.mybmw.client.core.explanation import ValueState
from custom_components.mybmw.client.highmobility.trace import PATHS
from tests.client.highmobility.support import Linked, fleet, linked
from tests.client.support.explaining import OWN, explained, inside
from tests.replay.highmobility import AutoApiCar, bundled

NOON = datetime(2026, 11, 10, 12, tzinfo=UTC)
EARLIER = timedelta(minutes=15)
CARS = sorted(bundled())
EVENTS = {a.ACCIDENT, a.STARTER_BATTERY_LOW}
# They only count together with others, or for some cars
COMBINED = {
    a.CHARGING_END_TIME,
    a.CHARGING_SINCE,
    a.CHARGING_TIME_LEFT,
    a.CHARGING_PROFILE,
    a.CONNECTION_TYPE,
    a.CLIMATE_END_TIME,
    a.LOCK_STATE,
    a.REMAINING_RANGE_TOTAL,
    *a.TIRE_COMPARISON.values(),
}

pytestmark = pytest.mark.freeze_time(NOON)


async def read(folder: str) -> Linked:
    """Return a source that has read a car."""
    made = linked(fleet(folder))
    for _ in range(3):
        await made.work()
    assert made.garage.vehicles
    return made


@pytest.mark.parametrize("folder", CARS)
async def test_all_that_is_read_is_known(folder: str) -> None:
    """The table of what each source has knows it."""
    for vehicle in (await read(folder)).garage.vehicles.values():
        for reading in vehicle:
            assert reading.source in sources_of(reading.attribute), reading.attribute.key


@pytest.mark.parametrize("folder", CARS)
async def test_current_and_old(folder: str, freezer: FrozenDateTimeFactory) -> None:
    """What was measured earlier has not changed since; a day later there was no request."""
    made = await read(folder)
    (vehicle,) = made.garage.vehicles.values()
    for attribute, causes in old(made, vehicle).items():
        reading = vehicle[attribute]
        assert reading is not None
        assert reading.time < NOON - EARLIER
        assert causes == (Cause.UNCHANGED,), attribute.key
    freezer.tick(timedelta(days=1))
    assert set(old(made, vehicle).values()) == {(Cause.SELDOM_ASKED,)}
    await made.source.poll()
    assert set(old(made, vehicle).values()) == {(Cause.NOT_REPORTED,)}


def old(made: Linked, vehicle: Vehicle) -> dict[a.AnyAttribute, tuple[Cause, ...]]:
    """Return why values are old."""
    items = explained(made.source, vehicle, NOON)
    return {attribute: found.causes for attribute, found in items if found.state is ValueState.OLD}


@pytest.mark.parametrize("folder", CARS)
async def test_missing(folder: str) -> None:
    """What is missing is not in the answer, or the car does not have it."""
    made = await read(folder)
    ((vin, vehicle),) = made.garage.vehicles.items()
    for attribute, found in explained(made.source, vehicle, NOON):
        if found.state is not ValueState.MISSING or attribute in OWN:
            continue
        (cause,) = found.causes
        if cause is Cause.NEEDS_SOURCE:
            assert "highmobility" not in sources_of(attribute), attribute.key
        elif attribute in EVENTS:
            assert cause is Cause.EVENT_ONLY
        elif cause is Cause.NO_VALUE:
            values = values_of(made.sim.cars[vin], attribute)
            assert not values or attribute in COMBINED, (attribute.key, values)
        elif cause is Cause.NOT_FITTED:
            train = vehicle.drive_train
            assert train is not None
            assert not train.plugs_in or not train.burns_fuel, attribute.key
        else:
            assert cause is Cause.ENDED, (attribute.key, cause)
            assert attribute in vehicle


def values_of(car: AutoApiCar, attribute: a.AnyAttribute) -> list[object]:
    """Return the properties of an attribute that a car has."""
    found = [item for path in PATHS.get(attribute, ()) for item in inside(car.answer, path)]
    return [item for item in found if not isinstance(item, list) or has_place(item, attribute.key)]


def has_place(items: list[dict[str, Any]], key: str) -> bool:
    """Return whether a list is not by place, or has that of an attribute."""
    places = {item["data"]["location"] for item in items if "location" in item.get("data", {})}
    side, _, row = key.rpartition(".")[2].partition("_")
    return not places or (f"{row}_{side}" if row else "hatch") in places


@pytest.mark.parametrize(
    ("reason", "cause"),
    [
        ("privacy_mode_active", Cause.PRIVACY),
        ("unauthorised", Cause.REFUSED),
        ("oem_error", Cause.FAULTY),
        ("rate_limit", Cause.FAULTY),
    ],
)
async def test_reasons(reason: str, cause: Cause) -> None:
    """A reason that stands in place of a value is named."""
    sim = fleet("i4_edrive40")
    (car,) = sim.cars.values()
    car.fail("diagnostics.odometer", reason)
    made = linked(sim)
    await made.work()
    (vehicle,) = made.garage.vehicles.values()
    found = dict(explained(made.source, vehicle, NOON))
    assert found[a.MILEAGE].causes == (cause,)
    assert found[a.STATE_OF_CHARGE].state is not ValueState.MISSING


async def test_unusable() -> None:
    """A value that cannot be used is explained by that."""
    sim = fleet("i4_edrive40")
    (car,) = sim.cars.values()
    car.tell("diagnostics.odometer", "far", NOON)
    made = linked(sim)
    await made.work()
    (vehicle,) = made.garage.vehicles.values()
    assert dict(explained(made.source, vehicle, NOON))[a.MILEAGE].causes == (Cause.UNUSABLE,)
