"""Any answer with any part removed, replaced or retyped, from the server to the facts.

`MYBMW_EXAMPLES=10000` tries that many.
"""

import asyncio
from collections.abc import Iterator, Mapping
from copy import deepcopy
from functools import cache
import json
import os
from typing import Any, Final

import httpx
from hypothesis import HealthCheck, given, settings, strategies as st

from custom_components.mybmw.client import Garage, Http, Poll, Redactor, dump
from custom_components.mybmw.client.connecteddrive import (
    ConnectedDriveAccount,
    ConnectedDriveSource,
    PasswordAuthenticator,
)
from custom_components.mybmw.client.core.attributes import (
    COMMANDS,
    DESTINATIONS,
    RANGE_MAP,
    TRACKING_ENABLED,
    AnyAttribute,
)
from tests.client.connecteddrive.test_readings import JOINED
from tests.replay.connecteddrive import BUNDLED, LegacyCar, SimulatedConnectedDrive, load
from tests.replay.connecteddrive.service import BASE, KEY, PASSWORD, SECRET, USERNAME

I3: Final = "WBY0CDRIVE0000001"
OTHER: Final = "WBA0CDRIVE0000002"
CARS: Final = {car.vin: car for car in load(BUNDLED).cars}
ANSWERS: Final = ("entry", *CARS[I3].answers)
GONE: Final = object()

type Path = tuple[str | int, ...]
type Facts = Mapping[str, object]

JSON: Final = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8)
    | st.sampled_from(
        ("", "INVALID", "CLOSED", "24:61", "07:30", "2019-05-04T16:31:00+0100", "13.2019", "1e400")
    ),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(("lat", "lon", "status", "vehicleStatus", "timer1", "weekdays"))
            | st.text(max_size=4),
            inner,
            max_size=4,
        )
    ),
    max_leaves=8,
)


def paths(node: Any, path: Path = ()) -> Iterator[Path]:
    """Yield the path of every part of an answer."""
    if path:
        yield path
    items: Any = ()
    if isinstance(node, dict):
        items = node.items()
    elif isinstance(node, list):
        items = enumerate(node[:2])
    for key, value in items:
        yield from paths(value, (*path, key))


def retyped(value: Any) -> st.SearchStrategy[Any]:
    """Make the same value in another type."""
    wrapped = [[value], {"value": value}, json.dumps(value), None, GONE]
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        wrapped += [str(value), -value, value * 10**12, f"{value} km"]
    if isinstance(value, str):
        wrapped += [value.lower(), value.replace("_", ""), f" {value} ", value * 3, len(value)]
    return st.sampled_from(wrapped)


def part(node: Any, path: Path) -> Any:
    for step in path:
        node = node[step]
    return node


def answer_of(car: LegacyCar, name: str) -> Any:
    return car.entry if name == "entry" else car.answers[name]


DAMAGE: Final = st.sampled_from(ANSWERS).flatmap(
    lambda name: st.sampled_from(list(paths(answer_of(CARS[I3], name)))).flatmap(
        lambda path: st.tuples(
            st.just(name),
            st.just(path),
            JSON | retyped(part(answer_of(CARS[I3], name), path)),
        )
    )
)


def damaged(name: str, path: Path, value: Any) -> LegacyCar:
    car = deepcopy(CARS[I3])
    node = part(answer_of(car, name), path[:-1])
    if value is GONE:
        del node[path[-1]]
    else:
        node[path[-1]] = value
    return car


async def _read(car: LegacyCar) -> tuple[Poll, dict[str, Facts]]:
    sim = SimulatedConnectedDrive([CARS[OTHER], car], fresh=False)
    sim.cars[I3] = sim.cars.pop(car.vin)

    async def at_once(_seconds: float) -> None:
        pass

    async with httpx.AsyncClient(transport=httpx.MockTransport(sim.handle)) as web:
        http = Http(web, Redactor(), at_once)
        account = ConnectedDriveAccount(BASE, USERNAME, PASSWORD, KEY, SECRET)
        source = ConnectedDriveSource(http, PasswordAuthenticator(http, account))
        garage = Garage([source])
        poll = await garage.refresh(source)
        source.recording()
    for vehicle in garage.vehicles.values():
        json.dumps(dump(vehicle))
    return poll, {
        vin: {reading.attribute.key: reading.value for reading in vehicle}
        for vin, vehicle in garage.vehicles.items()
    }


def read(car: LegacyCar) -> tuple[Poll, dict[str, Facts]]:
    """Return what a poll brings, and all that is known of the cars afterwards."""
    return asyncio.run(_read(car))


@cache
def whole() -> dict[str, Facts]:
    """Return what is known of the cars if nothing is damaged."""
    return read(CARS[I3])[1]


@cache
def facts_of(name: str) -> frozenset[str]:
    """Return the facts that are missing without one of the further answers."""
    car = deepcopy(CARS[I3])
    del car.answers[name]
    return frozenset(whole()[I3].keys() - read(car)[1][I3].keys())


def gated(flag: str) -> frozenset[str]:
    """Return the facts that are missing without a flag in the list of cars."""
    match flag:
        case "statisticsAvailable":
            return facts_of("last_trip") | facts_of("all_trips")
        case "chargingControl":
            return facts_of("charging_profile")
        case "driveTrain":
            return facts_of("navigation")
    return frozenset({GATES[flag].key}) if flag in GATES else frozenset()


GATES: Final[Mapping[str, AnyAttribute]] = {
    "lastDestinations": DESTINATIONS,
    "rangeMap": RANGE_MAP,
    "vehicleFinder": TRACKING_ENABLED,
}
SIDED: Final = ("lids.", "windows.", "is_left_hand_drive")


def may_change(name: str, path: Path, key: str) -> bool:
    """Return whether a fact may depend on a part of an answer, beside the one it stands for."""
    if name not in ("entry", "status"):
        return key in facts_of(name)
    field = str(path[1]) if name == "status" and len(path) > 1 else str(path[0])
    if field in ("steering", "countryCode") and key.startswith(SIDED):
        return True
    if name == "entry":
        return key in gated(field) or key == COMMANDS.key
    return field in JOINED.get(key, ())


@settings(
    max_examples=int(os.environ.get("MYBMW_EXAMPLES", "60")),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(DAMAGE)
def test_damaged_answer(damage: tuple[str, Path, Any]) -> None:
    """Nothing raises; the other car, and facts that other parts tell, stay as they are."""
    name, path, value = damage
    if (name, path) == ("entry", ("vin",)):
        return
    poll, known = read(damaged(name, path, value))
    assert poll.error is None
    assert known[OTHER] == whole()[OTHER]
    assert OTHER not in poll.errors
    if poll.errors:
        assert (name, path) == ("status", ("vehicleStatus",))
        return
    if (name, path) == ("status", ("vehicleStatus",)):
        return
    facts, usual = known[I3], whole()[I3]
    changed = {key for key in usual.keys() | facts.keys() if usual.get(key) != facts.get(key)}
    others = {key for key in changed if not may_change(name, path, key)}
    assert len(others) <= (1 if name in ("entry", "status") else 0), others
