"""A damaged answer costs only what is read from the damaged part.

See mybmw-app.md#values, pitfall 18.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from freezegun.api import FrozenDateTimeFactory
import httpx
from hypothesis import HealthCheck, given, settings, strategies as st
import pytest

from custom_components.mybmw.client import Vehicle
from custom_components.mybmw.client.core.attributes import AnyAttribute
from custom_components.mybmw.client.core.values import Brand
from custom_components.mybmw.client.mybmw.car_context import Context
from custom_components.mybmw.client.mybmw.readings import read_charging, read_profile, read_state
from tests.client.mybmw.test_any_answer import JSON, usable
from tests.client.support import make_client, recorded, tokens, values
from tests.replay import faults
from tests.replay.faults import Endpoint
from tests.replay.fingerprints import RecordedCar, bundled
from tests.replay.mybmw import SimulatedMyBMW

type Path = tuple[str | int, ...]

TIMES = (
    "charging_since",
    "timestamp",
    "fuel_and_battery.charging_end_time",
    "climate.activity_end_time",
)
DETAILS: dict[str, tuple[str, ...]] = {
    "servicePack": ("charging_profile.charging_preferences_service_pack",),
    "chargingFlapDetail": ("charging_flap_unlocked",),
    "chargingSettingsDetail": (
        *("charging_profile.ac_", "dc_loudness", "unlock_cable_after_charging"),
    ),
    "chargeAndClimateTimerDetail": ("is_pre_entry_climatization_enabled",),
}
ALL_DETAILS = tuple(prefix for prefixes in DETAILS.values() for prefix in prefixes)
ABILITIES: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("lights", "horn", "lock", "unlock", "climateNow", "sendPoi"), ("commands",)),
    **dict.fromkeys(("isChargingTargetSocEnabled", "isChargingPowerLimitEnabled"), ("commands",)),
    **dict.fromkeys(
        ("isChargingPlanSupported", "isChargingSettingsEnabled"), ("commands", *ALL_DETAILS)
    ),
    "remoteChargingCommands": ("commands",),
    "lastStateCallState": ("lsc_type",),
    "vehicleFinder": ("is_vehicle_tracking_enabled",),
}
ALL_ABILITIES = ("commands", "lsc_type", "is_vehicle_tracking_enabled", *ALL_DETAILS)
STATE: dict[str, tuple[str, ...]] = {
    "isLscSupported": ("is_lsc_enabled", "check_control_messages"),
    "isLeftSteering": ("left_hand_drive",),
    "currentMileage": ("mileage",),
    "securityOverviewMode": ("alarm",),
    "doorsState": ("doors_and_windows.", "lids."),
    "windowsState": ("windows.",),
    "roofState": ("lids.sun_roof",),
    "location": ("vehicle_location.",),
    "driverPreferences": ("privacy_mode",),
    "climateControlState": ("climate.activity", "commands"),
    "climateTimers": ("climate.timers",),
    "requiredServices": ("condition_based_services",),
    "checkControlMessages": ("check_control_messages",),
    "tireState": ("tires.",),
    "combustionFuelLevel": (
        *("fuel_and_battery.remaining_fuel", "fuel_and_battery.remaining_range"),
    ),
    "electricChargingState": (
        *("fuel_and_battery.", "charging_time_remaining", "charging_connection_type"),
        "charging_since",
    ),
    "chargingProfile": (
        *("charging_profile", "is_pre_entry_climatization_enabled"),
        "fuel_and_battery.charging_start_time",
    ),
    "lastUpdatedAt": TIMES,
    "lastFetched": TIMES,
}
PROFILE: dict[str, tuple[str, ...]] = {
    "brand": ("brand",),
    "model": ("model",),
    "year": ("model_year", "headunit.software_version"),
    "bodyType": ("body_type",),
    "color": ("color",),
    "countryOfOrigin": ("country",),
    "telematicsUnit": ("telematics_unit",),
    "driveTrain": (
        *("drive_train", "fuel_and_battery.", "charging_", "climate.timers"),
        "is_pre_entry_climatization_enabled",
    ),
    "softwareVersionCurrent": ("headunit.",),
    "headUnitType": ("headunit.",),
    "hmiVersion": ("headunit.",),
}
ALL_PROFILE = tuple(prefix for prefixes in PROFILE.values() for prefix in prefixes)
EVERYTHING = ("",)
MISSING = object()


TOUCHED: dict[Path, tuple[dict[str, tuple[str, ...]], tuple[str, ...]]] = {
    ("profile",): (PROFILE, ALL_PROFILE),
    ("state", "state"): (STATE, EVERYTHING),
    ("state", "capabilities"): (ABILITIES, ALL_ABILITIES),
    ("charging",): (DETAILS, ALL_DETAILS),
}


def related(path: Path) -> tuple[str, ...]:
    """Return the prefixes of the keys of what may change with this part of the answers."""
    for start, (parts_of_it, whole) in TOUCHED.items():
        if path == start:
            return whole
        if path[: len(start)] == start:
            return parts_of_it.get(str(path[len(start)]), ())
    return EVERYTHING


def parts(node: object, here: Path = ()) -> Iterator[Path]:
    """Return the paths of all parts of an answer, itself included."""
    yield here
    if isinstance(node, dict):
        for key, value in node.items():
            yield from parts(value, (*here, key))
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from parts(value, (*here, index))


def answers_of(car: RecordedCar) -> dict[str, Any]:
    return {"profile": car.profile, "state": car.state, "charging": car.charging}


CARS = {folder: recorded(folder)[0] for folder in bundled()}
PATHS = {
    folder: [path for path in parts(answers_of(car)) if path and path != ("charging",)]
    for folder, car in CARS.items()
}
CHANGES: tuple[Callable[[Any], Any], ...] = (
    lambda value: None,
    str,
    lambda value: [value],
    lambda value: {"value": value},
    lambda value: -1,
    lambda value: 10**15,
    lambda value: "",
    lambda value: True,
    lambda value: [],
    lambda value: {},
)


async def read(car: RecordedCar, answers: dict[str, Any]) -> dict[AnyAttribute, object]:
    """Read a car that answers this."""
    sim = SimulatedMyBMW([car], fresh=False)
    kinds = {"profile": Endpoint.PROFILE, "state": Endpoint.STATE, "charging": Endpoint.CHARGING}
    for kind, answer in answers.items():
        if kind != "charging" or car.charging is not None:
            sim.fail(kinds[kind], faults.answer(answer), times=None)
    known = tokens(sim.issue_tokens())
    client = make_client(known=known, transport=httpx.MockTransport(sim.handle))
    poll = await client.garage.refresh(client.source)
    assert poll.error is poll.errors.get(car.vin)
    usable(client)
    return dict(values(client.garage.vehicles[car.vin]))


@st.composite
def damaged(draw: st.DrawFn) -> tuple[str, Path, dict[str, Any]]:
    """Return a car's answers of which one part was removed or is something else."""
    folder = draw(st.sampled_from(sorted(CARS)))
    depth = draw(st.sampled_from(sorted({len(path) for path in PATHS[folder]})))
    path = draw(st.sampled_from([path for path in PATHS[folder] if len(path) == depth]))
    answers = deepcopy(answers_of(CARS[folder]))
    node: Any = answers
    for step in path[:-1]:
        node = node[step]
    last = path[-1]
    how = draw(st.integers(-1, len(CHANGES)))
    if how < 0 and len(path) > 1:
        del node[last]
    elif 0 <= how < len(CHANGES):
        node[last] = CHANGES[how](node[last])
    else:
        node[last] = draw(JSON)
    return folder, path, answers


def unrelated(
    path: Path, before: dict[AnyAttribute, object], after: dict[AnyAttribute, object]
) -> set[str]:
    """Return the keys of what changed though it has nothing to do with this part."""
    touched = related(path)
    return {
        attribute.key
        for attribute in before.keys() | after.keys()
        if before.get(attribute) != after.get(attribute) and not attribute.key.startswith(touched)
    }


def direct(car: RecordedCar, answers: dict[str, Any]) -> dict[AnyAttribute, object]:
    """Read a car's answers without asking for them."""
    vehicle, problems = Vehicle(car.vin), Counter[str]()
    context = Context(datetime(2026, 12, 1, 12, tzinfo=UTC), UTC)
    vehicle.update(read_profile(answers["profile"], Brand.BMW, context, problems))
    context = replace(context, drive_train=vehicle.drive_train)
    vehicle.update(read_state(answers["state"], context, problems))
    vehicle.update(read_charging(answers["charging"], context, problems))
    return dict(values(vehicle))


@pytest.mark.parametrize("folder", ["i4_edrive40", "x3_30e", "i3_rex", "320i"])
def test_each_part(folder: str) -> None:
    """Every main part of the answers, missing and of each other kind."""
    car = CARS[folder]
    answers = answers_of(car)
    before = direct(car, answers)
    for kind, inner in (("profile", None), ("state", "state"), ("state", "capabilities")):
        node = answers[kind] if inner is None else answers[kind][inner]
        for key in node:
            for other in (None, [], {}, "x", 7, True, MISSING):
                part = {name: value for name, value in node.items() if name != key}
                if other is not MISSING:
                    part[key] = other
                changed = part if inner is None else {**answers[kind], inner: part}
                after = direct(car, {**answers, kind: changed})
                path = (kind, key) if inner is None else (kind, inner, key)
                assert unrelated(path, before, after) == set()


BEFORE: dict[str, dict[AnyAttribute, object]] = {}


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(damaged())
async def test_damage_stays_where_it_is(
    freezer: FrozenDateTimeFactory, case: tuple[str, Path, dict[str, Any]]
) -> None:
    """Library vehicle status, pitfall 18: a broken part costs only what is read from it."""
    freezer.move_to("2026-12-01T12:00:00Z")
    folder, path, answers = case
    car = CARS[folder]
    if folder not in BEFORE:
        BEFORE[folder] = await read(car, answers_of(car))
    before, after = BEFORE[folder], await read(car, answers)
    assert unrelated(path, before, after) == set()
