"""A simulated CarData with a client of it: a source without Home Assistant, and no waiting."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
import ssl
from typing import Any, Final, Self
from unittest.mock import patch

from freezegun.api import FrozenDateTimeFactory
import httpx
import orjson

from custom_components.mybmw.client import (
    Garage,
    Http,
    Poll,
    Redactor,
    TokenKeeper,
    Vehicle,
    dump,
    load,
)
from custom_components.mybmw.client.cardata import (
    Broker,
    CardataSource,
    CardataTokens,
    DeviceLogin,
    source as module,
)
from custom_components.mybmw.client.core.values import StreamState
from tests.replay.cardata import BUNDLED, CarDataCar, Endpoint, SimulatedCarData, load as recordings
from tests.replay.carstate import PLUG, STATUS
from tests.replay.world import timestamp

I4: Final = "WBY0FINGERPRINT01"
IX: Final = "WBY0FINGERPRINT02"
PETROL: Final = "WBA0FINGERPRINT06"
SECONDARY: Final = "WBA0FINGERPRINT08"
NOON: Final = datetime(2026, 11, 10, 12, tzinfo=UTC)

_TLS: Final = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
_NOWHERE: Final = Broker(None, "localhost")


@cache
def _recorded(folder: str) -> tuple[CarDataCar, ...]:
    return tuple(recordings(BUNDLED / folder))


def recorded(*folders: str) -> list[CarDataCar]:
    """Return the bundled cars in these folders."""
    return [car for folder in folders for car in _recorded(folder)]


class FakeStream:
    """Stands in for the stream: what a test gives to it comes as if from BMW."""

    def __init__(
        self,
        _login: TokenKeeper[CardataTokens],
        _broker: Broker,
        receive: Callable[[str, bytes], None],
        tell: Callable[[StreamState], None],
        **_options: object,
    ) -> None:
        self.receive = receive
        self.state = StreamState.CONNECTING
        self.disputed = False
        self.refusals = 0
        self._tell = tell

    def become(self, state: StreamState) -> None:
        """Change to another state."""
        self.state = state
        self._tell(state)

    async def run(self) -> None:
        """Never end."""
        await asyncio.Event().wait()


def everything(source: CardataSource) -> dict[str, object]:
    """Return all that a source has saved, soon or at once."""
    cars = {vin: source.dump_car(vin) for vin in source.cars}
    return {**source.dump(), **source.spent(), "cars": cars}


@dataclass
class Client:
    """A source at work, and what it found out.

    `planned` counts how often it said that its plan, or the stream, is another one than before.
    """

    sim: SimulatedCarData
    source: CardataSource
    garage: Garage
    keeper: TokenKeeper[CardataTokens]
    options: Mapping[str, Any]
    planned: int = 0
    stream: FakeStream | None = None
    before: int = 0

    @classmethod
    def of(cls, sim: SimulatedCarData, tokens: CardataTokens | None = None, **options: Any) -> Self:
        """Make a client that was logged in before; `options` are those of the source."""
        redactor = Redactor()
        web = httpx.AsyncClient(verify=_TLS, transport=httpx.MockTransport(sim.handle))
        http = Http(web, redactor)
        keeper = TokenKeeper(DeviceLogin(http, sim.client_id), tokens or issued(sim))
        source = CardataSource(http, keeper, _NOWHERE, sleep=_forever, **options)
        return cls(sim, source, Garage([source]), keeper, options, before=counted(sim))

    @property
    def calls(self) -> int:
        """Calls that were counted since this client was made."""
        return counted(self.sim) - self.before

    @property
    def due(self) -> timedelta:
        """In how long the source wants to work."""
        return self.source.due() - datetime.now(UTC)

    async def work(self) -> Poll:
        """Let the source work, and take in what it brings."""
        poll = await self.source.work()
        self.garage.take(poll)
        return poll

    async def live(self, freezer: FrozenDateTimeFactory, until: datetime) -> None:
        """Let the source work whenever it wants to."""
        while (due := self.source.due()) <= until:
            freezer.move_to(max(due, datetime.now(UTC)))
            await self.work()
        freezer.move_to(until)

    def car(self, vin: str = I4) -> Vehicle:
        """Return what is known of a car."""
        return self.garage.vehicles[vin]

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[FakeStream]:
        """Let the source listen to a stream that a test feeds."""

        def changed() -> None:
            self.planned += 1

        with patch.object(module, "Stream", FakeStream):
            listening = asyncio.ensure_future(self.source.listen(self.garage.push, changed))
            await settle()
        stream = self.source._stream
        assert isinstance(stream, FakeStream)
        self.stream = stream
        stream.become(StreamState.CONNECTED)
        await settle()
        try:
            yield stream
        finally:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)

    def say(self, vin: str, values: Mapping[str, object], at: datetime | None = None) -> None:
        """Let a car send values by the stream."""
        self.send(vin, message(vin, values, at or datetime.now(UTC)))

    def send(self, vin: str, payload: object) -> None:
        """Let a message come by the stream, as bytes or as JSON."""
        assert self.stream is not None
        raw = payload if isinstance(payload, bytes) else orjson.dumps(payload)
        self.stream.receive(f"{self.sim.gcid}/{vin}", raw)

    def restart(self, **options: Any) -> Client:
        """Return a client that knows what this one has saved, as JSON."""
        vehicles = {vin: dump(vehicle) for vin, vehicle in self.garage.vehicles.items()}
        known = {"source": everything(self.source), "vehicles": vehicles}
        saved = orjson.loads(orjson.dumps(known))
        again = Client.of(self.sim, self.keeper.tokens, **{**self.options, **options})
        again.source.load(saved["source"])
        for vin, readings in saved["vehicles"].items():
            again.garage.update(vin, load(readings))
        again.source.know(again.garage.vehicles.values())
        return again


async def settle() -> None:
    """Let everything that can go on go on."""
    for _ in range(5):
        await asyncio.sleep(0)


def _forever(_seconds: float) -> Awaitable[None]:
    return asyncio.get_running_loop().create_future()


def issued(sim: SimulatedCarData) -> CardataTokens:
    """Return tokens as after a login, the way the client keeps them."""
    answer = sim.issue_tokens()
    now = datetime.now(UTC)
    return CardataTokens(
        access=answer["access_token"],
        refresh=answer["refresh_token"],
        identity=answer["id_token"],
        gcid=answer["gcid"],
        expires=now + timedelta(seconds=answer["expires_in"]) * 0.8,
        refreshed=now,
    )


def message(vin: str, values: Mapping[str, object], at: datetime) -> dict[str, Any]:
    """Return a message of the stream with values that were all measured at one time."""
    time = timestamp(at)
    data = {key: {"timestamp": time, "value": value} for key, value in values.items()}
    return {"vin": vin, "entityId": "gcid", "topic": vin, "timestamp": time, "data": data}


def counted(sim: SimulatedCarData) -> int:
    """Return how many calls have cost quota."""
    return sum(call.counted for call in sim.calls)


def asked(sim: SimulatedCarData, vin: str | None = None) -> Counter[Endpoint | None]:
    """Return how often what was asked for, of a car or in all."""
    return Counter(call.endpoint for call in sim.calls if vin in (None, call.vin))


def simulate(*folders: str, **options: Any) -> SimulatedCarData:
    """Simulate an account with these cars; the service sends no descriptor that is retired."""
    sim = SimulatedCarData(recorded(*folders), fresh=True, **options)
    sim.token_lifetime = round(timedelta(days=365).total_seconds())
    return sim


def unplug(sim: SimulatedCarData) -> None:
    """Let no car charge."""
    for vin, one in sim.cars.items():
        values = {PLUG: "DISCONNECTED", STATUS: "NOCHARGING"}
        one.receive(message(vin, values, datetime.now(UTC)))


async def begun(sim: SimulatedCarData) -> Client:
    """Return a client after its first work, without extras."""
    client = Client.of(sim, extras=frozenset())
    poll = await client.work()
    assert (poll.error, poll.errors) == (None, {})
    sim.clear_calls()
    return client
