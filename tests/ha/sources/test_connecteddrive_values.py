"""Every value of recorded answers is shown, or there is a reason why it is not."""

from collections import Counter
from collections.abc import Iterator
from copy import deepcopy
from datetime import UTC, datetime
import os
from pathlib import Path
from typing import Any, Final

import pytest

from custom_components.mybmw.client import Vehicle, attributes as car
from custom_components.mybmw.client.connecteddrive.profile import read_charging_profile
from custom_components.mybmw.client.connecteddrive.readings import (
    Features,
    features_of,
    read_status,
    read_vehicle,
)
from custom_components.mybmw.client.connecteddrive.trips import (
    read_all_trips,
    read_destinations,
    read_energy,
    read_last_trip,
    read_range_map,
)
from tests.ha.test_translations import TABLES
from tests.replay.connecteddrive import BUNDLED, LegacyCar, load

NOW: Final = datetime(2026, 11, 29, 12, tzinfo=UTC)
NO_VALUE: Final[tuple[Any, ...]] = (None, "INVALID", "NA", "UNKNOWN", "", [], {})

# By the end of the path: why a value is not shown
NOT_SHOWN: Final = {
    "vin": "names the device",
    "licensePlate": "says who somebody is",
    "dealer": "an address of little use, and not the owner's choice to record",
    "breakdownNumber": "a phone number of BMW",
    "a4a": "equipment that nothing in Home Assistant can use",
    "carCloud": "a service of BMW that is gone",
    "smartSolution": "a service of BMW that is gone",
    "remote360": "a service of BMW that is gone",
    "ipa": "a service of BMW that is gone",
    "intermodalRouting": "a service of BMW that is gone",
    "onlineSearchMode": "a service of BMW that is gone",
    "onlineSearchProvider": "a service of BMW that is gone",
    "remoteSoftwareUpgrade": "a service of BMW that is gone",
    "hub": "which of BMW's servers kept the car",
    "colorCode": "the colour is shown in words",
    "climateControl": "a timer that the API cannot set",
    "climateControlRES": "a timer that the API cannot set",
    "climateNowRES": "equipment, decided by climateNow",
    "climateFunction": "equipment that the commands do not depend on",
    "supportedChargingModes": "equipment",
    "hasAlarmSystem": "equipment; the API does not tell the alarm's state",
    "statisticsCommunityEnabled": "community figures are shown where there are any",
    "vehicleFinderRestriction": "equipment, decided by vehicleFinder",
    "puStep": "the month of the software, in a form that is not known",
    "fuelType": "the drive train is shown",
    "chargingUpdateMode": "equipment",
    "egoVehiclePath": "equipment",
    "steering": "decides on which side the driver's door is",
    "countryCode": "decides on which side the driver's door is",
    "internalDataTimeUTC": "the same moment as updateTime, which is shown",
    "remainingRangeElectricMls": "the same as in km",
    "remainingRangeFuelMls": "the same as in km",
    "maxRangeElectricMls": "the same as in km",
    "DCS_CCH_Activation": "a state of the call centre's heating, of no known meaning",
    "DCS_CCH_Ongoing": "a state of the call centre's heating, of no known meaning",
    "chargingInductivePositioning": "only NOT_POSITIONED was ever seen",
    "singleImmediateCharging": "only false was ever seen",
    "vehicleCountry": "the list of cars tells it",
    "cbsType": "a part of an item that is shown",
    "ccmMileage": "the odometer when a message came, which the history tells",
    "efficiency": "what the trips tell, and scores of no known scale, from the web portal",
    "ccmDescriptionShort": "the long description is shown",
    "batterySizeMax": "larger than real batteries, so not to be believed",
    "enabled": "the window is shown; whether it counts follows from the mode",
    "type": "always DESTINATION, or the mode of a polygon",
    "quality": "AVERAGE is all that was seen",
    "latitude": "the position is that of the state",
    "longitude": "the position is that of the state",
    "isoCountryCode": "the position tells it",
    "pendingUpdate": "a matter between BMW and the car",
    "vehicleTracking": "vehicleFinder tells it",
    "driveTrain": "the list of cars tells it",
}
# Flags of the list decide which commands and endpoints there are, and so which entities
FLAGS: Final = frozenset(
    {
        "chargeNow",
        "chargingControl",
        "climateNow",
        "doorLock",
        "doorUnlock",
        "hornBlow",
        "lastDestinations",
        "lightFlash",
        "rangeMap",
        "sendPoi",
        "statisticsAvailable",
        "vehicleFinder",
    }
)
COEFFICIENTS: Final = ("auxPower", "eco", "norm", "vehicleMass", "kAcc", "kDec", "kUp", "kDown")
# Attributes without an entity of their own
ELSEWHERE: Final = {
    car.BRAND: "the device",
    car.MODEL: "the device",
    car.MODEL_YEAR: "the device",
    car.BODY_TYPE: "the device",
    car.COLOR: "diagnostics",
    car.COUNTRY: "diagnostics",
    car.IDRIVE_VERSION: "the device",
    car.LEFT_HAND_DRIVE: "diagnostics",
    car.CHARGING_SINCE: "what other values are compared with",
}


def recorded() -> Iterator[LegacyCar]:
    """Yield the bundled cars, and those of a folder that the environment names."""
    yield from load(BUNDLED).cars
    extra = os.environ.get("MYBMW_CONNECTEDDRIVE_FINGERPRINTS")
    if extra:
        yield from load(Path(extra)).cars


CARS: Final = list(recorded())


def facts(made: LegacyCar) -> dict[Any, Any]:
    """Return what is known of a car after all its answers were read."""
    problems: Counter[str] = Counter()
    features: Features = features_of(made.entry, problems)
    answers = made.answers
    vehicle = Vehicle(made.vin)
    vehicle.update(read_vehicle(made.entry, NOW, problems))
    if "status" in answers:
        vehicle.update(read_status(answers["status"], NOW, features, problems))
    for name, read in (
        ("last_trip", read_last_trip),
        ("all_trips", read_all_trips),
        ("charging_profile", read_charging_profile),
        ("last_destinations", read_destinations),
        ("range_maps", read_range_map),
        ("navigation", read_energy),
    ):
        if name in answers:
            vehicle.update(read(answers[name], NOW, problems))
    return {reading.attribute: (reading.value, reading.time) for reading in vehicle}


def leaves(node: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """Yield all values with their paths."""
    items = (
        node.items()
        if isinstance(node, dict)
        else enumerate(node)
        if isinstance(node, list) and node
        else None
    )
    if items is None:
        yield path, node
        return
    for key, value in items:
        yield from leaves(value, (*path, key))


def other(value: Any) -> Any:
    """Return another value of the same kind, None for a word."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, (int, float)):
        return value - 0.5
    return "2016-02-03T04:05:06+0000" if "T" in value and ":" in value else None


def explained(path: tuple[Any, ...]) -> bool:
    """Return whether there is a reason not to show a value."""
    names = [step for step in path if isinstance(step, str)]
    return (
        any(name in NOT_SHOWN for name in names)
        or (path[0] == "entry" and names[-1] in FLAGS)
        or names[-1].startswith(COEFFICIENTS)
    )


@pytest.mark.parametrize("made", CARS, ids=lambda made: made.vin)
def test_every_value_is_read_or_explained(made: LegacyCar) -> None:
    """A value that is read makes a difference if it is another one."""
    whole = {"entry": made.entry, **made.answers}
    known = facts(made)
    lost = []
    for path, value in leaves(whole):
        if value in NO_VALUE or explained(path):
            continue
        changed = deepcopy(whole)
        node = changed
        for step in path[:-1]:
            node = node[step]
        node[path[-1]] = other(value)
        entry = changed.pop("entry")
        if facts(LegacyCar(made.vin, entry, changed)) == known:
            lost.append(".".join(map(str, path)))
    assert lost == []


@pytest.mark.parametrize("made", CARS, ids=lambda made: made.vin)
def test_every_fact_is_shown(made: LegacyCar) -> None:
    watched = {
        attribute
        for table in TABLES.values()
        for description in table
        for attribute in getattr(description, "attributes", ())
    }
    held = {attribute for attribute, (value, _) in facts(made).items() if value is not None}
    assert {attribute.key for attribute in held - watched - ELSEWHERE.keys()} == set()
