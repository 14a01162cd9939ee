"""A broker of the user that passes on anything: what is taken in, kept and counted."""

from time import process_time
from typing import Any

import orjson
import pytest

from custom_components.mybmw.client.cardata.limits import (
    MAX_CAR_SIZE,
    MAX_MESSAGE_SIZE,
    MAX_RECENT_SIZE,
    MAX_UNLISTED_CARS,
    MAX_VALUE_SIZE,
)
from custom_components.mybmw.client.core.counter import OTHERS, Tally
from tests.client.support.cardata import I4, Client, simulate

MILEAGE = "vehicle.vehicle.travelledDistance"
NOTE = "vehicle.vehicle.somethingNew"
TIME = "2026-11-10T12:00:01Z"

pytestmark = pytest.mark.freeze_time("2026-11-10T12:00:00Z")


def payload(values: dict[str, Any], vin: str = I4, time: str = TIME) -> bytes:
    data = {key: {"timestamp": time, "value": value} for key, value in values.items()}
    return orjson.dumps({"vin": vin, "data": data})


async def listed() -> Client:
    client = Client.of(simulate("i4_edrive40"))
    await client.work()
    return client


def receive(client: Client, content: bytes, vin: str = I4) -> None:
    client.source._received(f"gcid/{vin}", content)


def kept(client: Client) -> int:
    return len(orjson.dumps(client.source.dump_car(I4)))


async def test_message_of_57_megabytes() -> None:
    """It is not even decoded, and no recording holds it."""
    client = await listed()
    before, began = kept(client), process_time()
    receive(client, payload({MILEAGE: 40_000, NOTE: "x" * 57_000_000}))
    assert process_time() - began < 0.5
    assert kept(client) == before
    assert client.source.diagnostics()["problems"] == {"message too large": 1}
    assert not client.source.recording().messages


async def test_many_large_messages() -> None:
    """As many megabytes in messages that are just small enough do not stay."""
    client = await listed()
    size = MAX_MESSAGE_SIZE - 1_000
    for number in range(57_000_000 // size):
        receive(client, payload({MILEAGE: 40_000, f"new.{number}": "x" * size}))
    assert client.source.cars[I4].state.problems["new.3"] == 1
    messages = client.source.recording().messages
    assert sum(len(message.payload) for message in messages) <= MAX_RECENT_SIZE
    assert kept(client) < MAX_CAR_SIZE


@pytest.mark.parametrize("known", [False, True])
async def test_large_values(known: bool) -> None:
    """Those of a car have a limit together; what is not known leaves room for what is."""
    client = await listed()
    memory = client.source.cars[I4].state
    keys = [*memory.raw] if known else [f"new.{number}" for number in range(500)]
    for key in keys:
        receive(client, payload({key: "x" * (MAX_VALUE_SIZE - 200)}))
    assert kept(client) < 1.2 * MAX_CAR_SIZE
    assert memory.problems["too much to keep"] > 0
    if not known:
        receive(client, payload({MILEAGE: 40_000}))
        assert memory.raw[MILEAGE][1]["value"] == 40_000  # type: ignore[index]


@pytest.mark.parametrize(
    "value", [[[]] * 60_000, {"a": {str(number): 0 for number in range(9_000)}}, "x" * 70_000]
)
async def test_large_value(value: object) -> None:
    client = await listed()
    receive(client, payload({NOTE: value, MILEAGE: 40_000}))
    memory = client.source.cars[I4].state
    assert NOTE not in memory.raw
    assert memory.problems == {NOTE: 1}
    assert memory.raw[MILEAGE][1]["value"] == 40_000  # type: ignore[index]


async def test_value_that_no_file_can_hold() -> None:
    """What is nested too deep for a file would keep everything else from being saved."""
    client = await listed()
    deep = b'{"vin":"%s","data":{"%s":{"timestamp":"%s","value":%s}}}'
    nested = b"[" * 500 + b"]" * 500
    receive(client, deep % (I4.encode(), NOTE.encode(), TIME.encode(), nested))
    assert kept(client)


async def test_value_with_something_beside_it() -> None:
    """What comes with a value counts as well, and the names of descriptors do."""
    client = await listed()
    items = {NOTE: {"timestamp": TIME, "value": 1, "more": "x" * 70_000}, "y" * 300: {"value": 1}}
    receive(client, orjson.dumps({"vin": I4, "data": items}))
    memory = client.source.cars[I4].state
    assert NOTE not in memory.raw
    assert memory.problems == {NOTE: 1, "name too long": 1}


async def test_many_kinds_of_problems() -> None:
    client = await listed()
    memory = client.source.cars[I4].state
    for number in range(10):
        values = {f"new.{number}.{part}": 1 for part in range(1_000)}
        receive(client, payload(values, time="tomorrow"))
        receive(client, payload(values))
    assert len(memory.problems) <= 201
    assert memory.problems[OTHERS] > 9_000
    assert len(memory.unknown) <= 201
    assert len(memory.raw) <= 1_000


async def test_many_foreign_cars() -> None:
    client = await listed()
    for number in range(3_000):
        receive(client, payload({MILEAGE: 5}, vin=f"WBA00000000{number:06}"))
    foreign = client.source.diagnostics()["foreign_cars"]
    assert isinstance(foreign, dict)
    assert len(foreign) <= 201
    assert sum(foreign.values()) == 3_000
    assert set(client.source.cars) == {I4}


async def test_many_cars_before_they_are_listed() -> None:
    client = Client.of(simulate("i4_edrive40"))
    for number in range(3_000):
        receive(client, payload({MILEAGE: 5}, vin=f"WBA00000000{number:06}"))
    assert len(client.source.cars) == MAX_UNLISTED_CARS
    assert client.source.unknown_cars.total() == 3_000 - MAX_UNLISTED_CARS
    await client.work()
    assert set(client.source.cars) == {I4}


def test_tally() -> None:
    tally = Tally()
    for number in range(1_000):
        tally[str(number)] += 1
        tally["0"] += 1
        tally["x" * 500] += 1
    assert tally["0"] == 1_001
    assert len(tally) <= 201
    assert tally[OTHERS] >= 1_800
    assert tally.total() == 3_000
