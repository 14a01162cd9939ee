"""Measure stream messages from the broker to the state, compared with a baseline.

The baseline is the minimum for any integration: the same messages from the same broker with the
same MQTT client, `orjson.loads`, and `hass.states.async_set` of the same number of entities.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass
import gc
import logging
from pathlib import Path
import ssl
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from time import monotonic, process_time
import tracemalloc
from typing import Any, Final, Protocol
from unittest.mock import patch

import aiomqtt
from homeassistant.const import EVENT_STATE_CHANGED
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.entity import Entity
import orjson
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.mybmw.client.cardata import Broker, source
from custom_components.mybmw.client.cardata.quota import Ledger
from custom_components.mybmw.const import DOMAIN
from custom_components.mybmw.sources import cardata_stream
from tests.replay.cardata import SimulatedCarData

from .figure import Figure
from .stage import Account, Message, Messages, Publisher, account, entry_of, home, publisher

_PACED: Final = 300
_INTERVAL: Final = 0.02
_BURST: Final = 10_000
_FEW: Final = 44
_PATIENCE: Final = 60.0
_PLENTY: Final = 1_000


@dataclass(slots=True)
class Cost:
    """The cost of some messages.

    CPU seconds, seconds until all states are written, longest blocking of the loop, latencies from
    sending to state, and number of changed states.
    """

    cpu: float
    wall: float
    held: float
    latencies: list[float]
    changes: int


class Receiver(Protocol):
    """A receiver of messages."""

    def shown(self, vin: str, key: str) -> str | None:
        """Return the state that shows a value."""
        ...


class Ours:
    """The integration, with every entity enabled."""

    def __init__(self, hass: HomeAssistant, cars: Account) -> None:
        registry = er.async_get(hass)
        self._hass = hass
        self._names = {
            (vin, key): registry.async_get_entity_id("sensor", DOMAIN, f"{vin}-{key}") or ""
            for vin in cars.vins
            for key in cars.keys
        }

    def shown(self, vin: str, key: str) -> str | None:
        """Return the state that shows a value."""
        state = self._hass.states.get(self._names[vin, key])
        return state.state if state else None


class Floor:
    """The baseline."""

    def __init__(self, hass: HomeAssistant, cars: Account) -> None:
        self._hass = hass
        self._names = {
            (vin, key): f"sensor.floor_{number}_{place}"
            for number, vin in enumerate(cars.vins)
            for place, key in enumerate(cars.keys)
        }

    def shown(self, vin: str, key: str) -> str | None:
        """Return the state that shows a value."""
        state = self._hass.states.get(self._names[vin, key])
        return state.state if state else None

    def receive(self, payload: bytes) -> None:
        """Handle a message."""
        message = orjson.loads(payload)
        vin = message["vin"]
        for key, item in message["data"].items():
            name = self._names[vin, key]
            self._hass.states.async_set(name, str(item["value"]), {"unit_of_measurement": "%"})

    async def listen(self, sim: SimulatedCarData, where: Mapping[str, Any]) -> None:
        """Receive messages until cancelled."""
        async with aiomqtt.Client(
            where["host"],
            where["port"],
            username=sim.gcid,
            password=sim.current_id_token,
            identifier=sim.gcid,
            protocol=aiomqtt.ProtocolVersion.V5,
            tls_context=await asyncio.to_thread(_tls, where["authority"]),
        ) as client:
            await client.subscribe(f"{sim.gcid}/+")
            async for message in client.messages:
                if isinstance(message.payload, bytes):
                    self.receive(message.payload)


class Watch:
    """Records changes of states, and how long the event loop is blocked."""

    def __init__(self, hass: HomeAssistant, *, beats: bool) -> None:
        """Create it; `beats` cost more than a message, so use none to measure CPU time."""
        self.times: list[float] = []
        self.held = 0.0
        self._loop = hass.loop
        self._stop = hass.bus.async_listen(EVENT_STATE_CHANGED, self._note)
        self._beat = hass.loop.create_task(self._beats()) if beats else None

    @callback
    def _note(self, _event: Event[EventStateChangedData]) -> None:
        self.times.append(monotonic())

    async def _beats(self) -> None:
        while True:
            started = self._loop.time()
            await asyncio.sleep(0.001)
            self.held = max(self.held, self._loop.time() - started - 0.001)

    def close(self) -> None:
        """Stop."""
        self._stop()
        if self._beat is not None:
            self._beat.cancel()


async def _cost(
    hass: HomeAssistant,
    sender: Publisher,
    receiver: Receiver,
    messages: list[Message],
    interval: float = 0.0,
    *,
    beats: bool = False,
) -> Cost:
    """Send messages, and wait until the states have the newest values."""
    newest = _newest(messages)
    gc.collect()
    watch = Watch(hass, beats=beats)
    cpu = process_time()
    sent = await sender.send(messages, interval)
    async with asyncio.timeout(_PATIENCE):
        while not _all_shown(newest, receiver):  # noqa: ASYNC110 - nothing tells when
            await asyncio.sleep(0.02)
    cpu = process_time() - cpu
    watch.close()
    latencies = list(_latencies(sent, watch.times)) if interval else []
    return Cost(cpu, watch.times[-1] - sent[0], watch.held, latencies, len(watch.times))


def _newest(messages: list[Message]) -> dict[tuple[str, str], int]:
    newest: dict[tuple[str, str], int] = {}
    for vin, content in messages:
        for key, item in orjson.loads(content)["data"].items():
            newest[vin, key] = item["value"]
    return newest


def _all_shown(newest: Mapping[tuple[str, str], int], receiver: Receiver) -> bool:
    return all(receiver.shown(vin, key) == str(value) for (vin, key), value in newest.items())


def _latencies(sent: list[float], shown: list[float]) -> Iterator[float]:
    """Yield the seconds from each message to the next change of a state."""
    place = 0
    for number, start in enumerate(sent):
        end = sent[number + 1] if number + 1 < len(sent) else float("inf")
        while place < len(shown) and shown[place] < start:
            place += 1
        if place < len(shown) and shown[place] < end:
            yield shown[place] - start


def _tls(authority: str) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=authority)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    return context


async def _measure_ours[T](
    cars: Account,
    measure: Callable[[HomeAssistant, Publisher, Receiver], Any],
    **options: Any,
) -> Any:
    sim = SimulatedCarData(cars.cars, quota=_PLENTY)
    entry = entry_of(sim, **options)
    rich = patch.object(source, "Ledger", lambda: Ledger(limit=_PLENTY))
    enabled = patch.object(Entity, "entity_registry_enabled_default", new=True)
    with TemporaryDirectory() as folder, sim.router(), enabled, rich:
        password = sim.current_id_token or ""
        async with publisher(sim.gcid, password, Path(folder)) as sender, home() as hass:
            tls = await asyncio.to_thread(_tls, sender.where["authority"])

            async def connect(_hass: HomeAssistant) -> Broker:
                return Broker(tls, sender.where["host"], sender.where["port"])

            with patch.object(cardata_stream, "bmw_broker", connect):
                entry.add_to_hass(hass)
                assert await hass.config_entries.async_setup(entry.entry_id)
                await hass.async_block_till_done()
                await _connected(entry)
                return await measure(hass, sender, Ours(hass, cars))


async def _connected(entry: MockConfigEntry) -> None:
    poller = entry.runtime_data.pollers["cardata"]
    async with asyncio.timeout(_PATIENCE):
        while poller.source.status.stream != "connected":  # noqa: ASYNC110 - see above
            await asyncio.sleep(0.01)


async def _measure_floor(
    cars: Account, measure: Callable[[HomeAssistant, Publisher, Receiver], Any]
) -> Any:
    sim = SimulatedCarData(cars.cars)
    password = sim.issue_tokens()["id_token"]
    with TemporaryDirectory() as folder:
        async with publisher(sim.gcid, password, Path(folder)) as sender, home() as hass:
            floor = Floor(hass, cars)
            for number in range(len(cars.vins) * _entities(cars)):
                hass.states.async_set(f"sensor.other_{number}", "0")
            task = hass.loop.create_task(floor.listen(sim, sender.where))
            await asyncio.sleep(0.5)
            try:
                return await measure(hass, sender, floor)
            finally:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)


def _entities(cars: Account) -> int:
    return sum(item["value"] is not None for item in cars.cars[0].telematics.values())


@dataclass(slots=True)
class Run:
    """The figures of a receiver: paced messages, a burst, memory after 10,000 messages."""

    paced: Cost
    burst: Cost | None = None
    kept: float = 0.0


def _plan(cars: Account, *, burst: bool) -> Callable[[HomeAssistant, Publisher, Receiver], Any]:
    async def measure(hass: HomeAssistant, sender: Publisher, receiver: Receiver) -> Run:
        messages = Messages(cars)
        await _cost(hass, sender, receiver, messages.make(100), _INTERVAL)  # warms up
        run = Run(await _cost(hass, sender, receiver, messages.make(_PACED), _INTERVAL))
        if burst:
            run.burst = await _cost(hass, sender, receiver, messages.make(_BURST))
            beating = await _cost(hass, sender, receiver, messages.make(_BURST), beats=True)
            run.burst.held = beating.held
            run.kept = await _kept(hass, sender, receiver, messages)
        return run

    return measure


async def _kept(
    hass: HomeAssistant, sender: Publisher, receiver: Receiver, messages: Messages
) -> float:
    """Return the KiB of memory that a second burst adds."""
    tracemalloc.start()
    held = []
    for _ in range(2):
        await _cost(hass, sender, receiver, messages.make(_BURST))
        gc.collect()
        held.append(tracemalloc.get_traced_memory()[0])
    tracemalloc.stop()
    return (held[1] - held[0]) / 1024


async def figures() -> AsyncIterator[Figure]:
    """Measure one, ten and fifty cars."""
    logging.disable(logging.CRITICAL)
    one = account(1)
    ours = await _measure_ours(one, _plan(one, burst=True))
    floor = await _measure_floor(one, _plan(one, burst=True))
    for figure in _single(ours, floor):
        yield figure
    without = await _measure_ours(one, _plan(one, burst=False), journal={"keep": False})
    yield _figure(
        "CPU a message, paced, with the journal",
        ours.paced.cpu / _PACED,
        without.paced.cpu / _PACED,
        1e3,
        "ms",
        "without the journal",
    )
    base = ours
    for count, descriptors in ((1, _FEW), (10, _FEW), (50, _FEW)):
        cars = account(count, descriptors)
        run = await _measure_ours(cars, _plan(cars, burst=False))
        least = await _measure_floor(cars, _plan(cars, burst=False))
        base = run if count == 1 else base
        for figure in _growth(count, run, least, base):
            yield figure
    yield await _nothing_lost()


def _single(ours: Run, floor: Run) -> Iterator[Figure]:
    name = "1 car, 220 entities, 3 values a message"
    assert ours.burst
    assert floor.burst
    yield _figure(
        f"CPU a message, paced, {name}",
        ours.paced.cpu / _PACED,
        floor.paced.cpu / _PACED,
        1e3,
        "ms",
    )
    yield _figure(
        f"CPU a message, burst of {_BURST}, {name}",
        ours.burst.cpu / _BURST,
        floor.burst.cpu / _BURST,
        1e3,
        "ms",
    )
    yield _figure(
        f"messages a second, burst of {_BURST}, {name}",
        _BURST / ours.burst.wall,
        _BURST / floor.burst.wall,
        1,
        "1/s",
    )
    yield _figure(
        "longest time the loop was held, burst", ours.burst.held, floor.burst.held, 1e3, "ms"
    )
    for part, rank in (("p50", 49), ("p95", 94)):
        mine, least = (quantiles(run.paced.latencies, n=100)[rank] for run in (ours, floor))
        yield _figure(
            f"latency from the broker to the state, paced, {part}", mine, least, 1e3, "ms"
        )
    yield _figure(
        "state changes a message, paced",
        ours.paced.changes / _PACED,
        floor.paced.changes / _PACED,
        1,
        "",
    )
    yield _figure(f"kept after another {_BURST} messages", ours.kept, floor.kept, 1, "KiB")


def _growth(count: int, run: Run, floor: Run, base: Run) -> Iterator[Figure]:
    plural = f"{count} car{'s' if count > 1 else ''} of {_FEW} descriptors"
    yield _figure(
        f"CPU a message, paced, {plural}",
        run.paced.cpu / _PACED,
        floor.paced.cpu / _PACED,
        1e3,
        "ms",
    )
    yield Figure(
        f"CPU a message against that of 1 car, {plural}",
        round(run.paced.cpu / base.paced.cpu, 2),
        "times",
    )
    yield Figure(f"latency p50, {plural}", round(median(run.paced.latencies) * 1e3, 2), "ms")


def _figure(
    name: str, mine: float, least: float, scale: float, unit: str, base: str = "floor"
) -> Figure:
    ratio = round(mine / least, 2) if least else None
    versus = f"{base} {round(least * scale, 3)} {unit}".rstrip()
    return Figure(name, round(mine * scale, 3), unit, versus, ratio)


async def _nothing_lost() -> Figure:
    """Check that the states show three changes each of fifty cars, sent at once."""
    cars = account(50, _FEW)

    async def measure(hass: HomeAssistant, sender: Publisher, receiver: Receiver) -> int:
        messages = Messages(cars).make(50)
        await _cost(hass, sender, receiver, messages)
        newest = _newest(messages)
        return sum(receiver.shown(*place) == str(value) for place, value in newest.items())

    shown: int = await _measure_ours(cars, measure)
    return Figure("changes shown, 50 cars × 3 in one burst", shown, "of 150", "all", shown / 150)
