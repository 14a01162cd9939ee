"""Every attribute of every bundled car, current, old or missing: its explanation is true."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
import re

from freezegun.api import FrozenDateTimeFactory
import pytest

from custom_components.mybmw.client import Cause, Explanation, Vehicle
from custom_components.mybmw.client.core import attributes as a
from custom_components.mybmw.client.core.coverage import sources_of
from custom_components.mybmw.client.core.explanation import ValueState
from custom_components.mybmw.client.mybmw.trace import paths_of
from tests.client.support import Client, Simulate, recorded
from tests.client.support.explaining import OWN, explained, inside
from tests.replay.faults import Endpoint, answer
from tests.replay.fingerprints import RecordedCar, bundled

NOON = datetime(2026, 11, 10, 12, tzinfo=UTC)
CARS = sorted(bundled())
OF_PROFILE = {a.SOFTWARE_VERSION, a.IDRIVE_VERSION}
SETTINGS = {
    a.AC_CURRENT_LIMITS,
    a.SERVICE_PACK,
    a.DC_LOUDNESS,
    a.CABLE_UNLOCKED_AFTER_CHARGING,
    a.FLAP_PERMANENTLY_UNLOCKED,
}
FUEL = {a.REMAINING_FUEL, a.REMAINING_FUEL_PERCENT, a.REMAINING_RANGE_FUEL}
CHARGES = {a.CHARGING_SINCE, a.CHARGING_END_TIME, a.CHARGING_TIME_LEFT}
NOTHING = ("INVALID", "UNKNOWN", "NONE", 0, 0.0, 2147483647)

pytestmark = pytest.mark.freeze_time(NOON)


@pytest.mark.parametrize("folder", CARS)
async def test_current_and_old(
    folder: str,
    simulate: Simulate,
    client_of: Callable[..., Client],
    freezer: FrozenDateTimeFactory,
) -> None:
    """A day later it is old: since there was no request, or since the car has reported nothing."""
    client = client_of(simulate(folder, token_lifetime=10**6))
    vehicles = await client.read()
    for vehicle in vehicles.values():
        reported = vehicle.value(a.LAST_UPDATE)
        for attribute, found in explained(client.source, vehicle, NOON):
            if found.state is ValueState.OLD:
                assert found.time is not None
                assert found.time < NOON - timedelta(minutes=15), attribute.key
                late = reported is not None and reported < NOON - timedelta(minutes=15)
                assert found.causes == (Cause.NOT_REPORTED if late else Cause.UNCHANGED,)
    freezer.tick(timedelta(days=1))
    for vehicle in vehicles.values():
        assert set(old(client, vehicle).values()) == {(Cause.SELDOM_ASKED,)}
    await client.read()
    for vehicle in vehicles.values():
        for attribute, causes in old(client, vehicle).items():
            expected = Cause.SELDOM_ASKED if attribute in OF_PROFILE else Cause.NOT_REPORTED
            assert causes == (expected,), attribute.key


def old(client: Client, vehicle: Vehicle) -> dict[a.AnyAttribute, tuple[Cause, ...]]:
    """Return why values are old."""
    items = explained(client.source, vehicle, NOON)
    return {attribute: found.causes for attribute, found in items if found.state is ValueState.OLD}


@pytest.mark.parametrize("folder", CARS)
async def test_missing(folder: str, simulate: Simulate, client_of: Callable[..., Client]) -> None:
    """What is missing is not in the answers, cannot be used, or the car does not have it."""
    client = client_of(simulate(folder))
    vehicles = await client.read()
    for car in recorded(folder):
        vehicle = vehicles[car.vin]
        for attribute, found in explained(client.source, vehicle, NOON):
            if found.state is ValueState.MISSING and attribute not in OWN:
                check_missing(car, vehicle, attribute, found)


def check_missing(
    car: RecordedCar, vehicle: Vehicle, attribute: a.AnyAttribute, found: Explanation
) -> None:
    """Assert that there is such a reason in the recorded answers."""
    (cause,) = found.causes
    values = [*values_of(car, attribute)]
    match cause:
        case Cause.NEEDS_SOURCE:
            assert "mybmw" not in sources_of(attribute), attribute.key
        case Cause.NO_VALUE:
            nothing = all(is_nothing(value) for value in values)
            assert nothing or does_not_count(car, attribute), (attribute.key, values)
        case Cause.UNUSABLE:
            assert values, attribute.key
        case Cause.IMPLAUSIBLE:
            assert vehicle.dropped[f"{attribute.key}: implausible"], attribute.key
        case Cause.NOT_FITTED:
            train = vehicle.drive_train
            assert train is not None
            assert not (train.burns_fuel if attribute in FUEL else train.plugs_in), attribute.key
        case Cause.NOT_SENT:
            assert attribute in SETTINGS, attribute.key
            assert car.state["capabilities"].get("isChargingSettingsEnabled") is not True
        case Cause.PRIVACY:
            assert car.state["state"]["driverPreferences"]["lscPrivacyMode"] != "OFF"
        case _:
            assert cause is Cause.ENDED, (attribute.key, cause)
            assert attribute in vehicle


def values_of(car: RecordedCar, attribute: a.AnyAttribute) -> list[object]:
    """Return what the recorded answers have at the paths of an attribute."""
    answers = (car.profile, car.state["state"], car.state.get("capabilities"), car.charging)
    paths = [re.sub("_([a-z])", lambda m: m[1].upper(), path) for path in paths_of(attribute)]
    return [value for path in paths for node in answers for value in inside(node, path)]


def is_nothing(value: object) -> bool:
    """Return whether a recorded value stands for nothing."""
    return value in NOTHING or isinstance(value, dict | list) or str(value).startswith("0001-")


def does_not_count(car: RecordedCar, attribute: a.AnyAttribute) -> bool:
    """Return whether a value only counts together with another one, which is missing."""
    state = car.state["state"]
    if attribute in CHARGES:
        return "CHARGING" not in inside(state, "electricChargingState.chargingStatus")
    if attribute is a.REMAINING_RANGE_TOTAL:  # of plug-in hybrids the "fuel range"
        return not [*inside(state, "combustionFuelLevel.range")]
    return attribute in OF_PROFILE and not car.profile.get("softwareVersionCurrent")


async def test_failed_details(simulate: Simulate, client_of: Callable[..., Client]) -> None:
    """Only what the failed request would have brought is explained by that."""
    sim = simulate("ix_xdrive50")
    sim.fail(Endpoint.CHARGING, answer({}, 500), None)
    client = client_of(sim)
    vehicle = await client.car()
    causes = dict(explained(client.source, vehicle, NOON))
    assert causes[a.DC_LOUDNESS].causes == (Cause.FAILED,)
    assert causes[a.MILEAGE].state is ValueState.FRESH


async def test_privacy_mode(simulate: Simulate, client_of: Callable[..., Client]) -> None:
    """A position that the car keeps private is explained by that."""
    sim = simulate("ix_xdrive50")
    (car,) = recorded("ix_xdrive50")
    state = sim.state(car.vin)["state"]
    state["driverPreferences"] = {"lscPrivacyMode": "ON"}
    state.pop("location", None)
    client = client_of(sim)
    vehicle = await client.car()
    found = dict(explained(client.source, vehicle, NOON))
    assert {found[item].causes for item in (a.POSITION, a.HEADING, a.ADDRESS)} == {(Cause.PRIVACY,)}


async def test_never_asked(client: Client) -> None:
    """Before the first poll there is a reason for everything too."""
    vehicle = Vehicle("WBY0FINGERPRINT02")
    for attribute, found in explained(client.source, vehicle, None):
        if "mybmw" in sources_of(attribute) and attribute not in OWN:
            assert found.causes == (Cause.NOT_LISTED,), attribute.key
