"""Explanations of what comes from the legacy API are true."""

from datetime import UTC, datetime, timedelta

from freezegun.api import FrozenDateTimeFactory
import pytest

from custom_components.mybmw.client import Cause, Vehicle
from custom_components.mybmw.client.connecteddrive.trace import paths_of
from custom_components.mybmw.client.core import attributes as a
from custom_components.mybmw.client.core.coverage import sources_of
from custom_components.mybmw.client.core.explanation import ValueState
from tests.client.connecteddrive.conftest import I3, LegacyClient
from tests.client.support.explaining import OWN, explained, inside
from tests.replay.connecteddrive import LegacyCar, SimulatedConnectedDrive

NOON = datetime(2026, 11, 10, 12, tzinfo=UTC)
FUEL = {a.REMAINING_FUEL, a.REMAINING_FUEL_PERCENT, a.REMAINING_RANGE_FUEL, a.TANK_CAPACITY}
# They only count while the car charges, or with a word that is known
CHARGES = {a.CHARGING_SINCE, a.CHARGING_END_TIME, a.CHARGING_TIME_LEFT}
FLAGS = {
    "last_trip": "statisticsAvailable",
    "all_trips": "statisticsAvailable",
    "destinations": "lastDestinations",
    "range_map": "rangeMap",
    "charging": "chargingControl",
    "is_pre_entry": "chargingControl",
    "battery_capacity": "driveTrain",
    "remaining_energy": "driveTrain",
}
NOTHING = ("INVALID", "UNKNOWN", "NONE", "NOT_SUPPORTED", "1970-01-01T01:00:00+0100")

pytestmark = pytest.mark.freeze_time(NOON)


@pytest.fixture(autouse=True)
def _reported(sim: SimulatedConnectedDrive) -> None:
    """Let all cars have reported just now."""
    for car in sim.cars.values():
        car.report(NOON)


async def test_all_that_is_read_is_known(client: LegacyClient) -> None:
    """The table of what each source has knows it."""
    for vehicle in (await client.read()).values():
        unknown = {
            reading.attribute.key
            for reading in vehicle
            if reading.source not in sources_of(reading.attribute)
        }
        assert unknown == set()


async def test_current_and_old(client: LegacyClient, freezer: FrozenDateTimeFactory) -> None:
    """A day later it is old: since there was no request, or since the car has reported nothing."""
    vehicles = await client.read()
    for vehicle in vehicles.values():
        recent = old(client, vehicle)
        assert set(recent.values()) <= {(Cause.UNCHANGED,)}
        for attribute in recent:
            assert attribute is a.TRIP_END or "trip" in attribute.key, attribute.key
    freezer.tick(timedelta(days=1))
    for vehicle in vehicles.values():
        assert set(old(client, vehicle).values()) == {(Cause.SELDOM_ASKED,)}
    await client.read()
    for vin, vehicle in vehicles.items():
        asleep = set() if vin == I3 else {(Cause.NOT_REPORTED,)}  # the i3 has charged meanwhile
        assert set(old(client, vehicle).values()) - {(Cause.UNCHANGED,)} == asleep


def old(client: LegacyClient, vehicle: Vehicle) -> dict[a.AnyAttribute, tuple[Cause, ...]]:
    """Return why values are old."""
    items = explained(client.source, vehicle, NOON)
    return {attribute: found.causes for attribute, found in items if found.state is ValueState.OLD}


async def test_missing(client: LegacyClient, sim: SimulatedConnectedDrive) -> None:
    """What is missing is not in the answers, or the car does not have it."""
    for vin, vehicle in (await client.read()).items():
        for attribute, found in explained(client.source, vehicle, NOON):
            if found.state is ValueState.MISSING and attribute not in OWN:
                (cause,) = found.causes
                check_missing(sim.cars[vin], vehicle, attribute, cause)


def check_missing(
    car: LegacyCar, vehicle: Vehicle, attribute: a.AnyAttribute, cause: Cause
) -> None:
    """Assert that there is such a reason in the recorded answers."""
    values = [*values_of(car, attribute)]
    match cause:
        case Cause.NEEDS_SOURCE:
            assert "connecteddrive" not in sources_of(attribute), attribute.key
        case Cause.NO_VALUE:
            nothing = all(value in NOTHING or isinstance(value, dict) for value in values)
            assert nothing or attribute in CHARGES, (attribute.key, values)
        case Cause.UNUSABLE:
            assert values, attribute.key
        case Cause.NOT_FITTED:
            train = vehicle.drive_train
            assert train is not None
            assert not (train.burns_fuel if attribute in FUEL else train.plugs_in), attribute.key
        case Cause.NOT_SENT:
            flag = next(flag for start, flag in FLAGS.items() if attribute.key.startswith(start))
            assert car.entry.get(flag) in (None, False, "NOT_SUPPORTED", "CONV"), attribute.key
        case Cause.PRIVACY:
            assert car.status["position"]["status"] == "DRIVER_DISABLED"
        case _:
            assert cause is Cause.ENDED, (attribute.key, cause)
            assert attribute in vehicle


def values_of(car: LegacyCar, attribute: a.AnyAttribute) -> list[object]:
    """Return what the recorded answers have at the paths of an attribute."""
    nodes = ({"vehicles": car.entry}, *car.answers.values())
    return [value for path in paths_of(attribute) for node in nodes for value in inside(node, path)]


async def test_failed_details(client: LegacyClient, sim: SimulatedConnectedDrive) -> None:
    """Only what the failed request would have brought is explained by that."""
    sim.cars[I3].answers.pop("last_trip")
    vehicle = (await client.read())[I3]
    found = dict(explained(client.source, vehicle, NOON))
    assert found[a.TRIP_END].causes == (Cause.FAILED,)
    assert found[a.MILEAGE].state is ValueState.FRESH


async def test_position_is_off(client: LegacyClient, sim: SimulatedConnectedDrive) -> None:
    """A position that the driver has switched off is explained by that."""
    sim.cars[I3].status["position"] = {"status": "DRIVER_DISABLED"}
    vehicle = (await client.read())[I3]
    assert dict(explained(client.source, vehicle, NOON))[a.POSITION].causes == (Cause.PRIVACY,)
