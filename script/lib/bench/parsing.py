"""From the bytes of a state answer to readings, and into a vehicle."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial

import orjson

from custom_components.mybmw.client import Vehicle
from custom_components.mybmw.client.mybmw.readings import Context, read_state
from custom_components.mybmw.client.values import DriveTrain
from tests.replay.fingerprints import bundled, load

from .figure import Figure, best_of


def figures() -> Iterator[Figure]:
    """Measure every bundled car."""
    for name, folder in bundled().items():
        for recorded in load(folder):
            yield from _car(name, orjson.dumps(recorded.state), recorded.profile["driveTrain"])


def _car(name: str, answer: bytes, train: str | None) -> Iterator[Figure]:
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
    again = best_of(partial(vehicle.update, readings))
    yield Figure(
        f"unchanged readings into a vehicle, {name}",
        round(again / len(readings) * 1e6, 3),
        "us per reading",
    )
