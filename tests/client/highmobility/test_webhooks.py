"""Deliveries to the webhook: only genuine and new ones count, and none makes anything fail."""

import asyncio
from datetime import UTC, datetime, timedelta
import json
import logging
from random import Random
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from hypothesis import given, settings, strategies as st
import pytest

from custom_components.mybmw.client import CarEvent, EventKind
from custom_components.mybmw.client.core import attributes as car_attributes
from custom_components.mybmw.client.highmobility import MOST_OF_WEBHOOK, WebhookReceiver
from tests.client.highmobility.support import Linked, fleet, linked
from tests.replay.highmobility import WEBHOOK_SECRET, Delivery, Place, sign

I4 = "WBY0FINGERPRINT01"
LOW = car_attributes.STARTER_BATTERY_LOW
NOW = datetime(2026, 11, 10, 12, tzinfo=UTC)


def signed(content: object, **headers: str) -> Delivery:
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    return Delivery({"X-HM-Signature-256": sign(WEBHOOK_SECRET, body), **headers}, body)


def receiver(**options: Any) -> WebhookReceiver:
    return WebhookReceiver(WEBHOOK_SECRET, **options)


async def begun(**options: Any) -> Linked:
    """Return a source that has read its car."""
    made = linked(fleet(), **options)
    await made.work()
    made.sim.calls.clear()
    return made


async def drain(made: Linked, freezer: FrozenDateTimeFactory, seconds: int) -> None:
    """Let the source work whenever it wants to, for some seconds."""
    until = datetime.now(UTC) + timedelta(seconds=seconds)
    while (due := made.source.due()) <= until:
        freezer.move_to(max(due, datetime.now(UTC)))
        await made.work()
    freezer.move_to(until)


async def test_burst(freezer: FrozenDateTimeFactory) -> None:
    """The first event is answered by a read at once, all others within 10 s by one more."""
    made = await begun()
    freezer.tick(60)
    for _ in range(100):
        assert made.post(made.sim.delivery("vehicle_location_changed", I4)) == 202
    assert made.source.due() <= datetime.now(UTC)
    await made.work()
    for _ in range(100):
        made.post(made.sim.delivery("ignition_changed", I4))
    await drain(made, freezer, 60)
    assert made.sim.asked(Place.DATA) == 2


async def test_ten_thousand(freezer: FrozenDateTimeFactory) -> None:
    """Whatever comes, genuine or not, there are two reads a burst, and nothing raises."""
    made = await begun()
    random, sim = Random(7), made.sim
    genuine = [sim.delivery("maintenance_changed", I4) for _ in range(50)]
    bad: list[Delivery] = [
        Delivery({}, b"{}"),
        Delivery({"X-HM-Signature-256": "sha256=" + "0" * 64}, b"{}"),
        Delivery({"X-HM-Signature-256": "sha256=é"}, b"{}"),
        Delivery({"X-HM-Signature": sign(WEBHOOK_SECRET, b"{}", "sha1")}, b"{}"),
        Delivery(genuine[0].headers, genuine[0].body + b" "),
        signed(b"x" * (MOST_OF_WEBHOOK + 1)),
        signed(b"not json"),
        signed([1, 2]),
        signed(b'{"a":' * 5000),
        sim.delivery("accident_reported", "WBA0FOREIGNCAR001"),
    ]
    freezer.tick(60)
    events: list[CarEvent] = []
    made.source.events.subscribe(lambda _vin, event: events.append(event))
    statuses = set()
    for index in range(10_000):
        statuses.add(made.post(random.choice(genuine if index % 20 == 0 else bad)))
    await made.work()
    for _ in range(100):
        made.post(random.choice(genuine))
    await drain(made, freezer, 120)
    assert statuses == {202, 401, 413}
    assert len(events) <= len(genuine)
    assert sim.asked(Place.DATA) <= 2
    counts = made.source.receiver.counts
    assert all(counts[kind] for kind in ("foreign", "not signed", "too large", "malformed"))
    assert made.source.costs.counts(I4, datetime.now(UTC)).webhooks == len(events)


@settings(max_examples=500, deadline=None)
@given(
    st.binary(max_size=300)
    | st.recursive(
        st.none() | st.integers() | st.text(max_size=5) | st.sampled_from(("ping", I4)),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(("vehicle", "vin", "event", "type", "received_at", "action")),
                inner,
                max_size=4,
            )
        ),
    ),
    st.booleans(),
)
def test_any_body(content: Any, genuine: bool) -> None:
    """No body makes it raise, and an unsigned one never makes an event."""
    delivery = signed(content)
    headers = delivery.headers if genuine else {"X-HM-Signature-256": "sha256=00"}
    outcome = receiver().receive(headers, delivery.body, NOW)
    assert outcome.status == (202 if genuine else 401)
    assert genuine or outcome.event is None


def test_replayed_under_another_id() -> None:
    """The id of a delivery is not signed: the same content under another one is not new."""
    taken = receiver()
    body = {"event": {"type": "ping", "received_at": "2026-11-10T11:59:00.000001Z"}}
    outcomes = [
        taken.receive(signed(body, **{"X-HM-Delivery": number}).headers, signed(body).body, NOW)
        for number in ("1", "2", "3")
    ]
    assert [outcome.duplicate for outcome in outcomes] == [False, True, True]
    assert taken.proven == NOW


def test_weak_signature() -> None:
    """SHA-1 is taken only if that is allowed, and never where the better one is wrong."""
    body = b'{"event":{"type":"ping"}}'
    weak = {"x-hm-signature": sign(WEBHOOK_SECRET, body, "sha1")}
    assert receiver().receive(weak, body, NOW).status == 401
    assert receiver(weak=True).receive(weak, body, NOW).status == 202
    both = {**weak, "X-HM-Signature-256": "sha256=" + "0" * 64}
    assert receiver(weak=True).receive(both, body, NOW).status == 401


def test_no_secret_takes_nothing() -> None:
    """Without a secret, a signature by an empty one proves nothing."""
    body = b"{}"
    headers = {"X-HM-Signature-256": sign("", body), "X-HM-Signature": sign("", body, "sha1")}
    empty = WebhookReceiver("", weak=True)
    assert empty.receive(headers, body, NOW).status == 401


@pytest.mark.parametrize("kind", [*EventKind, "from_the_future"])
async def test_kinds(kind: str, freezer: FrozenDateTimeFactory) -> None:
    """Every event is reported, unknown ones as such, and all but a test read the car."""
    made = await begun()
    freezer.tick(60)
    events: list[tuple[str, EventKind]] = []
    made.source.events.subscribe(lambda vin, event: events.append((vin, event.kind)))
    action = {"action": "approved"} if kind.endswith("_changed") else {}
    made.post(made.sim.delivery(kind, I4, **action))
    known = EventKind(kind) if kind in {*EventKind} else EventKind.UNKNOWN
    assert events == [(I4, known)]
    await made.work()
    assert made.sim.asked(Place.DATA) == (0 if known is EventKind.PING else 1)


async def test_late_ones(freezer: FrozenDateTimeFactory) -> None:
    """What happened more than a day ago is reported and causes no read."""
    made = await begun()
    events: list[CarEvent] = []
    made.source.events.subscribe(lambda _vin, event: events.append(event))
    old = made.sim.delivery("trip_ended", I4)
    freezer.tick(timedelta(hours=25))
    await made.work()
    made.sim.calls.clear()
    made.post(old)
    assert len(events) == 1
    await made.work()
    assert made.sim.asked(Place.DATA) == 0


async def test_over_a_restart(freezer: FrozenDateTimeFactory) -> None:
    """A delivery that came before a restart is not taken again after it."""
    made = await begun()
    delivery, ping = made.sim.delivery("trip_ended", I4), made.sim.delivery("ping")
    made.post(delivery)
    made.post(ping)
    again = made.restart()
    assert again.source.receiver.proven == datetime.now(UTC)
    again.post(delivery)
    assert again.source.receiver.counts == {"duplicate": 1}
    found = again.source.costs.counts(I4, datetime.now(UTC))
    assert (found.webhooks, found.duplicates) == (1, 1)


async def test_low_battery(freezer: FrozenDateTimeFactory) -> None:
    """A warning of the 12 V battery is a problem until a good voltage is measured after it."""
    made = await begun()
    changes: list[object] = []
    waiting = asyncio.create_task(made.source.listen(made.garage.push, lambda: changes.append(1)))
    await asyncio.sleep(0)
    freezer.tick(60)
    made.post(made.sim.delivery("battery_guard_warning", I4))
    assert changes
    vehicle = made.garage.vehicles[I4]
    assert vehicle.value(LOW) is True
    await made.work()
    assert vehicle.value(LOW) is True
    car = made.sim.cars[I4]
    for volts, low in ((11.6, True), (12.5, False)):
        freezer.tick(timedelta(hours=2))
        voltage = {"value": volts, "unit": "volts"}
        car.tell("diagnostics.battery_voltage", voltage, datetime.now(UTC))
        await made.work()
        assert vehicle.value(LOW) is low
    waiting.cancel()


async def test_warning_without_listener(freezer: FrozenDateTimeFactory) -> None:
    """What came before anything could be reported is reported with the next read."""
    made = await begun()
    freezer.tick(60)
    made.post(made.sim.delivery("battery_guard_warning", I4))
    made.post(made.sim.delivery("accident_reported", I4))
    vehicle = made.garage.vehicles[I4]
    assert vehicle.value(LOW) is None
    await made.work()
    assert vehicle.value(LOW) is True
    assert vehicle.value(car_attributes.ACCIDENT) is True
    shown = json.dumps(made.source.diagnostics())
    assert "accident" in shown
    assert "battery_guard_warning" in shown


async def test_accident(freezer: FrozenDateTimeFactory) -> None:
    """An accident is one until the car drives on; what was read with it says nothing of that."""
    made = await begun()
    waiting = asyncio.create_task(made.source.listen(made.garage.push, lambda: None))
    await asyncio.sleep(0)
    vehicle = made.garage.vehicles[I4]
    assert vehicle.value(car_attributes.ACCIDENT) is None
    freezer.tick(60)
    made.post(made.sim.delivery("accident_reported", I4))
    for kilometers, accident in ((31_450, True), (31_450, True), (31_460, False)):
        freezer.tick(timedelta(hours=2))
        odometer = {"value": kilometers, "unit": "kilometers"}
        made.sim.cars[I4].tell("diagnostics.odometer", odometer, datetime.now(UTC))
        await made.work()
        assert vehicle.value(car_attributes.ACCIDENT) is accident
    waiting.cancel()


async def test_nothing_of_wrong_ones_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    made = await begun()
    made.post(Delivery({"X-HM-Signature-256": "sha256=1"}, b"hello, I am at 48.1, 11.5"))
    assert "48.1, 11.5" not in caplog.text
    assert "not signed" in caplog.text


def test_simulation_signs() -> None:
    """What the simulation sends is verified."""
    delivery = fleet().delivery("ping")
    outcome = receiver().receive(delivery.headers, delivery.body)
    assert outcome.event is not None
    assert outcome.event.kind is EventKind.PING
