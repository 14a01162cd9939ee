"""Listeners of a garage: changes, and messages as they come."""

from typing import Any

import pytest

from custom_components.mybmw.client import Garage, attributes as car
from tests.client.support.cardata import I4, Client, simulate

MILEAGE = "vehicle.vehicle.travelledDistance"

pytestmark = pytest.mark.freeze_time("2026-11-10T12:00:00Z")


def test_listeners_of_equal_rank() -> None:
    """All are called, and one that has ended it no more."""
    first: list[Any] = []
    second: list[Any] = []
    garage = Garage()
    unsubscribe = garage.subscribe(first.append)
    garage.subscribe(second.append)
    garage.update(I4, [])
    unsubscribe()
    unsubscribe()
    garage.remove(I4)
    assert first == [{I4: set()}]
    assert second == [{I4: set()}, {I4: set()}]


async def test_messages_as_they_come() -> None:
    """A listener gets topic and bytes of every message, also of one that is none."""
    client = Client.of(simulate("i4_edrive40"))
    heard: list[tuple[str, str, bytes]] = []
    unsubscribe = client.garage.subscribe_messages(
        lambda source, message: heard.append((source, message.topic, message.payload))
    )
    await client.work()
    async with client.listening():
        client.say(I4, {MILEAGE: {"value": "40000", "unit": "km"}})
        client.send(I4, b"nothing")
        unsubscribe()
        client.send(I4, b"more")
    topic = f"{client.sim.gcid}/{I4}"
    assert [item[:2] for item in heard] == [("cardata", topic)] * 2
    assert [item[2] for item in heard] == [
        message.payload for message in client.source.recording().messages[:2]
    ]
    assert client.car().value(car.MILEAGE) is not None
