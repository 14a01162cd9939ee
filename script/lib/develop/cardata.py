"""The simulated CarData account: its service, its broker, and cars that drive and charge."""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import timedelta
from functools import partial
from inspect import isawaitable
import logging
import math
import ssl
from threading import Event, Thread
from typing import Any, Final
from unittest.mock import patch

from homeassistant.core import HomeAssistant

from custom_components.mybmw.client.cardata import Broker, schedule
from custom_components.mybmw.sources import cardata_stream
from tests.replay.agreement import facts_of, message
from tests.replay.broker import SimulatedBroker
from tests.replay.cardata import CarDataCar, SimulatedCarData, StreamMessage
from tests.replay.carstate import CarState
from tests.replay.days import DAY, days
from tests.replay.mosquitto import MosquittoMissing
from tests.replay.mybmw import SimulatedMyBMW
from tests.replay.refusal import Refusal
from tests.replay.timeline import messages, play
from tests.replay.world import utcnow

_LOGGER = logging.getLogger(__name__)

_READY: Final = 30.0
_DAYS: Final = 7
# Read the charging history at once, as there is no quota to save
_SOON: Final = {
    "_FIRST_DELAY": timedelta(minutes=1),
    "_FIRST_DELAY_SHARED": timedelta(minutes=1),
    "_MIN_SPACING": timedelta(seconds=10),
}


class Stage:
    """Runs the broker in a thread of its own, and plays the messages of the cars.

    Without a broker, if Mosquitto is missing, cars are read by requests only.
    """

    def __init__(self, sim: SimulatedCarData, app: SimulatedMyBMW, vins: Iterable[str]) -> None:
        """Create it; messages of the cars change `sim`, and commands of `app` those in `vins`."""
        self._sim = sim
        self._app = app
        self._facts = {vin: facts_of(app.state(vin)) for vin in vins if vin in sim.cars}
        app.on_executed.append(self._executed)
        self._loop = asyncio.new_event_loop()
        self._broker: SimulatedBroker | None = None
        self._ready = Event()
        self._play = asyncio.Event()
        self._speed = 1.0

    def open(self) -> None:
        """Start the broker, and make Home Assistant use it instead of BMW's."""
        Thread(target=self._run, name="stage", daemon=True).start()
        self._ready.wait(_READY)
        patch.object(cardata_stream, "bmw_broker", self._connect).start()
        for name, wait in _SOON.items():
            patch.object(schedule, name, wait).start()

    def play(self, speed: float) -> None:
        """Start to play the timelines of the cars, faster than real time by a factor."""
        self._speed = speed
        self._loop.call_soon_threadsafe(self._play.set)

    def control(self, action: str, reason: Refusal = Refusal.NOT_AUTHORIZED) -> None:
        """Run an action on the stream from any thread; raise KeyError if it is unknown."""
        broker = self._broker
        if broker is None:
            raise KeyError("there is no stream")
        actions: Mapping[str, Callable[[], object]] = {
            "steal": broker.steal,
            "refuse": partial(broker.refuse, reason),
            "accept": broker.accept,
            "kick": broker.kick,
            "cut": broker.cut,
            "freeze": broker.freeze,
            "thaw": broker.thaw,
            "expire": broker.expire,
        }
        asyncio.run_coroutine_threadsafe(_done(actions[action]), self._loop)

    @property
    def broker(self) -> str | None:
        """The broker as HOST:PORT, None without one."""
        return None if self._broker is None else f"localhost:{self._broker.port}"

    def _executed(self, vin: str) -> None:
        """Send the new state of a car that has executed a command by CarData, too."""
        if vin not in self._facts:
            return
        now = facts_of(self._app.state(vin))
        changed = {name: now[name] for name in now if now[name] != self._facts[vin].get(name)}
        self._facts[vin] = now
        if not changed:
            return
        payload = message(vin, self._sim.gcid, changed)
        self._sim.cars[vin].receive(payload)
        if self._broker is not None:
            publishing = self._broker.publish(vin, payload)
            asyncio.run_coroutine_threadsafe(publishing, self._loop)

    async def _connect(self, hass: HomeAssistant) -> Broker | None:
        broker = self._broker
        if broker is None:
            return None
        tls = await hass.async_add_executor_job(_tls, str(broker.ca_file))
        return Broker(tls, broker.host, broker.port)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_until_complete(self._perform())
        except MosquittoMissing as missing:
            _LOGGER.warning("There is no stream: %s", missing)
        finally:
            self._ready.set()

    async def _perform(self) -> None:
        async with SimulatedBroker(self._sim.gcid, self._sim.current_id_token or "none") as broker:
            self._sim.on_tokens.append(
                lambda issued: self._loop.call_soon_threadsafe(
                    broker.expect, issued.id_token or "none"
                )
            )
            self._broker = broker
            self._ready.set()
            await self._play.wait()
            while not broker.subscriptions:
                with suppress(TimeoutError):
                    await broker.wait_for_subscriptions()
            cars = [car for car in self._sim.cars.values() if car.readable and car.telematics]
            await asyncio.gather(*(self._drive(car, broker) for car in cars))
            await asyncio.Event().wait()

    async def _drive(self, car: CarDataCar, broker: SimulatedBroker) -> None:
        """Send the recorded messages, then generated days."""

        async def send(vin: str, payload: Any) -> None:
            self._sim.cars[vin].receive(payload)
            await broker.publish(vin, payload)

        gcid = self._sim.gcid
        await play(car.stream(), send, speed=self._speed, gcid=gcid)
        while not math.isinf(self._speed):
            await play(_week(car, gcid), send, speed=self._speed, gcid=gcid)


def _week(car: CarDataCar, gcid: str) -> Iterator[StreamMessage]:
    state = CarState.of(car.basic_data, car.telematics)
    begin = utcnow() - timedelta(seconds=_DAYS * DAY)
    return messages(days(state, _DAYS), vin=car.vin, gcid=gcid, start=begin)


async def _done(action: Callable[[], object]) -> None:
    result = action()
    if isawaitable(result):
        await result


def simulation(cars: Iterable[CarDataCar], known: Iterable[Mapping[str, Any]]) -> SimulatedCarData:
    """Return an account with current values, and with the tokens of the last start."""
    sim = SimulatedCarData(cars, fresh=True)
    for tokens in known:
        sim.restore(tokens["access"], tokens["refresh"], tokens["identity"])
    for car in sim.cars.values():
        car.draw()
    return sim


def _tls(authority: str) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=authority)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    return context
