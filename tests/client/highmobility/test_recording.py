"""Recordings of High Mobility: nothing personal is in them, and they show the same car."""

from collections import Counter
from datetime import UTC, datetime
import json
from pathlib import Path
from typing import Any

import pytest

from custom_components.mybmw.client import CarEvent, files
from custom_components.mybmw.client.highmobility.readings import AnswerContext, read_vehicle
from tests.client.highmobility.support import fleet, linked
from tests.replay.highmobility import (
    SECRET,
    WEBHOOK_SECRET,
    AutoApiCar,
    Delivery,
    SimulatedHighMobility,
    bundled,
    fails,
)
from tests.replay.highmobility.recordings import load, recorded
from tests.replay.highmobility.wire import Place

CARS = bundled()
PLATE = "M-AB 1234"


def own(sim: SimulatedHighMobility) -> tuple[str, AutoApiCar]:
    """Give the only car a VIN as real ones have."""
    (live,) = sim.cars.values()
    live.vin = f"{live.vin[:3]}53AW090FM71234"
    sim.cars, sim.clearance = {live.vin: live}, {}
    sim.clear()
    return live.vin, live


def values(answer: object) -> dict[str, Any]:
    found = read_vehicle(answer, AnswerContext(datetime.now(UTC)), Counter())
    return {item.attribute.key: item.value for item in found.readings if not item.attribute.private}


@pytest.mark.parametrize("name", CARS)
async def test_recorded_and_replayed(name: str, tmp_path: Path) -> None:
    """A recording holds no VIN, place, plate or secret, and replays the values of the car."""
    sim = fleet(name)
    vin, live = own(sim)
    live.tell("vehicle_information.license_plate", PLATE, None)
    live.tell("vehicle_information.name", "Erika's car", None)
    live.tell("navi_destination.destination_name", "Erika's home", None)
    live.tell("navi_destination.coordinates", {"latitude": 48.123456, "longitude": 11.654321}, None)
    live.fail("vehicle_location.precision", "oem_error")
    made = linked(sim)
    await made.work()
    redactor = made.http.redactor
    found = files([made.source.recording()], redactor)  # type: ignore[arg-type]
    for file, content in found.items():
        path = tmp_path / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    text = "".join(content.decode() for content in found.values()) + "".join(found)
    place = live.data.get("vehicle_location", {}).get("coordinates", {}).get("data", {})
    for needle in (
        *(vin, PLATE, "Erika", "48.123456", "11.654321", SECRET, WEBHOOK_SECRET),
        *(str(part) for part in place.values()),
        *(token.access for token in sim.granted),
    ):
        assert needle not in text, needle
    (again,) = load(tmp_path)
    assert values(again.answer) == values(live.answer)


async def test_webhooks_recorded_and_replayed(tmp_path: Path) -> None:
    """Deliveries are recorded without what is personal, and cause the same events again."""
    sim = fleet()
    vin, _ = own(sim)
    made = linked(sim)
    await made.work()
    secret = {"id": "consent-of-erika"}
    for kind, details in (
        ("trip_ended", {}),
        ("accident_reported", {"detail": "Erika at 48.123456", "driver": "Erika"}),
        ("fleet_clearance_changed", {"action": "approved"}),
    ):
        sent = sim.delivery(kind, vin, authorization=secret, **details)
        assert made.post(sent) == 202
    assert made.post(Delivery({}, b'{"event": {"type": "forged"}}')) == 401
    redactor = made.http.redactor
    found = files([made.source.recording()], redactor)  # type: ignore[arg-type]
    lines = found["highmobility-webhooks.jsonl"].decode()
    for needle in (vin, "rika", "48.123456", "consent-of", "0123456789abcdef01234567", "forged"):
        assert needle not in lines, needle
    for file, content in found.items():
        (tmp_path / file).write_bytes(content)
    (car,) = load(tmp_path)
    again = SimulatedHighMobility.of([car])
    again.clear()
    other = linked(again)
    await other.work()
    events: list[tuple[str, str]] = []
    other.source.events.subscribe(lambda _vin, event: events.append((event.kind, _action(event))))
    assert [other.post(sent) for sent in again.replay()] == [202, 202, 202]
    assert events == [
        ("trip_ended", "automatic"),
        ("accident_reported", "automatic"),
        ("fleet_clearance_changed", "approved"),
    ]


def _action(event: CarEvent) -> str:
    return event.details["action"]


async def test_few_large_deliveries_are_recorded() -> None:
    """A recording stays small whatever is delivered."""
    sim = fleet()
    made = linked(sim)
    await made.work()
    (vin,) = sim.cars
    made.post(sim.delivery("trip_ended", vin, detail="x" * 5_000))
    assert made.source.recording().messages == []
    for _ in range(600):
        made.post(sim.delivery("trip_ended", vin))
    assert len(made.source.recording().messages) == 500
    assert len(made.source.recording(7).messages) == 7


@pytest.mark.parametrize("name", CARS)
def test_bundled(name: str) -> None:
    """The bundled recordings are what the simulated service answers about the same cars."""
    assert recorded()[name].answer == json.loads(json.dumps(CARS[name].answer))
    assert recorded().keys() == CARS.keys()


async def test_errors_hold_nothing_personal() -> None:
    """What a server writes into an error is recorded without what is personal."""
    sim = fleet()
    vin, _ = own(sim)
    made = linked(sim)
    await made.work()
    told = {"errors": [{"title": "Forbidden", "detail": f"{vin} of Erika Mustermann"}]}
    sim.fail(Place.DATA, fails(403, told))
    poll = await made.source.poll()
    found = files([made.source.recording()], made.http.redactor)  # type: ignore[arg-type]
    text = "".join(content.decode() for content in found.values())
    shown = json.dumps(made.source.diagnostics(), default=str)
    assert "Mustermann" not in f"{text} {poll.errors[vin]} {shown}"
    assert vin not in text
    assert vin not in str(poll.errors[vin])
