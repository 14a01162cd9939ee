"""Measure parsing a state into readings and a vehicle, compared with bimmer_connected."""

from collections import Counter
from collections.abc import Collection, Iterator
from datetime import UTC, datetime
from functools import partial

import orjson

from custom_components.mybmw.client import Vehicle
from custom_components.mybmw.client.core.values import DriveTrain
from custom_components.mybmw.client.mybmw.car_context import Context
from custom_components.mybmw.client.mybmw.readings import read_state
from tests.replay.fingerprints import bundled, load

from .figure import Figure, best_of
from .peers import PEER, seconds_of_peer


def figures() -> Iterator[Figure]:
    """Measure every bundled car."""
    cars = {name: recorded for name, folder in bundled().items() for recorded in load(folder)}
    ours: dict[str, float] = {}
    for name, recorded in cars.items():
        yield from _car(name, orjson.dumps(recorded.state), recorded.profile["driveTrain"], ours)
    theirs = seconds_of_peer(cars)
    read = {name: seconds for name, seconds in theirs.items() if seconds is not None}
    name = "state JSON to readings and into the vehicle, mean"
    if not read:
        yield Figure(name, round(_mean(ours.values()), 1), "us", f"{PEER}: cannot be installed")
        return
    mine = _mean([ours[name] for name in read])
    least = _mean([seconds * 1e6 for seconds in read.values()])
    versus = f"{PEER}, the {len(read)} cars that it can read: {least:.1f} us"
    yield Figure(name, round(mine, 1), "us", versus, round(mine / least, 2))


def _mean(values: Collection[float]) -> float:
    return sum(values) / len(values)


def _car(name: str, answer: bytes, train: str | None, whole: dict[str, float]) -> Iterator[Figure]:
    known = train if train in set(DriveTrain) else None
    context = Context(datetime.now(UTC), UTC, drive_train=DriveTrain(known) if known else None)
    problems: Counter[str] = Counter()
    decode = best_of(partial(orjson.loads, answer))

    def read() -> None:
        read_state(orjson.loads(answer), context, problems)

    seconds = best_of(read)
    yield Figure(
        f"state JSON to readings, {name}",
        round(seconds * 1e6, 1),
        "us",
        "orjson.loads of it",
        round(seconds / decode, 1),
    )
    readings = read_state(orjson.loads(answer), context, problems)
    vehicle = Vehicle("VIN")
    vehicle.update(readings)

    def take() -> None:
        vehicle.update(read_state(orjson.loads(answer), context, problems))

    whole[name] = best_of(take, rounds=21) * 1e6
    again = best_of(partial(vehicle.update, readings))
    yield Figure(
        f"unchanged readings into a vehicle, {name}",
        round(again / len(readings) * 1e6, 3),
        "us per reading",
    )
