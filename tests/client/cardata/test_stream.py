"""The stream client against a real broker with TLS."""

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Executor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
import gc
from itertools import pairwise
import logging
from socket import gaierror
import ssl
from unittest.mock import patch

import aiomqtt
import orjson
import pytest

from custom_components.mybmw.client import AuthError, ClientError, NetworkError, QuotaError
from custom_components.mybmw.client.cardata import stream as cardata_stream
from custom_components.mybmw.client.cardata.login import CardataTokens
from custom_components.mybmw.client.cardata.mqtt import connected, subscribe
from custom_components.mybmw.client.cardata.stream import Broker, Pace, Stream
from custom_components.mybmw.client.core.values import StreamState
from custom_components.mybmw.client.transport.tokens import TokenKeeper
from tests.replay.broker import PATIENCE, SimulatedBroker
from tests.replay.mosquitto import MosquittoMissing, find_mosquitto
from tests.replay.refusal import Refusal

GCID = "11111111-2222-4333-8444-555555555555"
VIN = "WBA00000000000001"
FIRST = "first.id.token"
NOT_EXPECTED = b"not expected"

pytestmark = pytest.mark.usefixtures("socket_enabled")


@dataclass
class FakeLogin:
    """Hands out the tokens that the broker accepts; or fails."""

    broker: SimulatedBroker
    lifetime: timedelta = timedelta(hours=1)
    error: Exception | None = None
    handed_out: int = 0
    failed: int = 0
    can_log_in: bool = False
    news: asyncio.Event = field(default_factory=asyncio.Event)

    def tokens(self, identity: str) -> CardataTokens:
        """Return a set of tokens."""
        now = datetime.now(UTC)
        return CardataTokens(f"a{self.handed_out}", "r", identity, GCID, now + self.lifetime, now)

    async def log_in(self) -> CardataTokens:
        """Never without a person."""
        raise AuthError("somebody has to log in")

    async def refresh(self, stale: CardataTokens) -> CardataTokens:
        """Hand out the next tokens."""
        if self.error is not None:
            self.failed += 1
            self.news.set()
            raise self.error
        self.handed_out += 1
        identity = f"id.token.{self.handed_out}"
        await self.broker.set_password(identity)
        return self.tokens(identity)


@dataclass
class Listener:
    """A stream with what it reported."""

    stream: Stream
    login: FakeLogin
    keeper: TokenKeeper[CardataTokens]
    task: asyncio.Task[None]
    messages: list[tuple[str, bytes]] = field(default_factory=list)
    states: list[StreamState] = field(default_factory=list)
    pauses: list[float] = field(default_factory=list)
    news: asyncio.Event = field(default_factory=asyncio.Event)

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait for something that is bound to happen."""
        async with asyncio.timeout(PATIENCE):
            while not condition():
                self.news.clear()
                await self.news.wait()

    def expire_after_connecting(self) -> None:
        """Let the token of the next connection be good for a second, whenever it is made."""
        log_in = self.keeper.log_in

        async def once() -> CardataTokens:
            self.keeper.log_in = log_in  # type: ignore[method-assign]
            now = datetime.now(UTC)
            soon = now + timedelta(seconds=1)
            self.keeper.tokens = CardataTokens("x", "r", FIRST, GCID, soon, now)
            return self.keeper.tokens

        self.keeper.log_in = once  # type: ignore[method-assign]

    async def connected(self, times: int = 1) -> None:
        """Wait for the n-th connection."""
        await self.until(lambda: self.states.count(StreamState.CONNECTED) >= times)


@pytest.fixture
def garbage_of_others_collected() -> None:
    """Collect now what earlier tests have left, so that its errors are not logged in this test."""
    gc.collect()


@pytest.fixture
async def broker() -> AsyncIterator[SimulatedBroker]:
    """A broker that accepts the first token."""
    try:
        find_mosquitto()
    except MosquittoMissing as missing:
        pytest.skip(str(missing))
    async with SimulatedBroker(GCID, FIRST) as running:
        yield running


@pytest.fixture
async def listener(broker: SimulatedBroker) -> AsyncIterator[Listener]:
    """A running stream; its pauses are noted and then cut short."""
    login = FakeLogin(broker)
    keeper = TokenKeeper(login, login.tokens(FIRST))
    tls = await asyncio.to_thread(ssl.create_default_context, cafile=str(broker.ca_file))
    tls.minimum_version = ssl.TLSVersion.TLSv1_3

    async def sleep(seconds: float) -> None:
        made.pauses.append(seconds)
        made.news.set()
        await asyncio.sleep(0.02)

    def receive(topic: str, payload: bytes) -> None:
        made.messages.append((topic, payload))
        made.news.set()
        if payload == NOT_EXPECTED:
            raise ValueError

    def tell(state: StreamState) -> None:
        made.states.append(state)
        made.news.set()

    stream = Stream(keeper, Broker(tls, broker.host, broker.port), receive, tell, sleep=sleep)
    task = asyncio.create_task(stream.run())
    made = Listener(stream, login, keeper, task, news=login.news)
    yield made
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_messages_arrive(broker: SimulatedBroker, listener: Listener) -> None:
    await listener.connected()
    await broker.publish(VIN, {"vin": VIN})
    await listener.until(lambda: bool(listener.messages))
    ((topic, payload),) = listener.messages
    assert topic == f"{GCID}/{VIN}"
    assert orjson.loads(payload) == {"vin": VIN}
    assert listener.states == [StreamState.CONNECTED]
    assert broker.subscriptions == [f"{GCID}/+"]
    assert broker.connects == 1


@pytest.mark.parametrize("trouble", ["kick", "cut", "stop"])
async def test_comes_back(broker: SimulatedBroker, listener: Listener, trouble: str) -> None:
    """Thrown out, cut off, or the broker gone: it connects again, with a pause in between."""
    await listener.connected()
    if trouble == "cut":
        broker.cut()
    elif trouble == "kick":
        await broker.kick()
    else:
        await broker.stop()
        await listener.until(lambda: StreamState.LOST in listener.states)
        await broker.start()
    await listener.connected(2)
    await broker.publish(VIN, {"vin": VIN})
    await listener.until(lambda: bool(listener.messages))
    assert StreamState.LOST in listener.states
    assert listener.pauses[0] == 0
    assert min(listener.pauses[1:]) >= 7.5


async def test_refused_token_is_replaced(broker: SimulatedBroker, listener: Listener) -> None:
    """A token that is not accepted any more is refreshed, once, and not shown again."""
    await listener.connected()
    await broker.set_password("somebody.changed.it")
    await broker.expire()
    await listener.connected(2)
    assert StreamState.REFUSED in listener.states
    assert listener.login.handed_out == 1


async def test_login_is_needed(broker: SimulatedBroker, listener: Listener) -> None:
    """A dead login ends the stream, and says so."""
    await listener.connected()
    listener.login.error = AuthError("dead")
    await broker.set_password("other")
    await broker.expire()
    await listener.until(lambda: listener.states[-1] is StreamState.LOGIN_NEEDED)
    assert listener.states.count(StreamState.REFUSED) == 1


@pytest.mark.parametrize(
    ("error", "least"), [(NetworkError("no way"), 7.5), (QuotaError("too often", 90), 90)]
)
async def test_refused_token_is_not_shown_again(
    broker: SimulatedBroker, listener: Listener, error: ClientError, least: float
) -> None:
    """Without a new token, there is no connection; waiting times of BMW are kept."""
    await listener.connected()
    listener.login.error = error
    await broker.set_password("other")
    await broker.expire()
    await listener.until(lambda: len(listener.pauses) >= 6)
    assert listener.states.count(StreamState.REFUSED) == 1
    assert min(listener.pauses[3:]) >= least
    assert len(broker.attempts) == 2
    listener.login.error = None
    await listener.connected(2)


async def test_service_in_trouble_is_no_reason_to_give_up(
    broker: SimulatedBroker, listener: Listener
) -> None:
    """While no token can be had, it goes on trying."""
    await listener.connected()
    listener.login.error = NetworkError("no way")
    listener.keeper.tokens = CardataTokens(
        "x", "r", "old", GCID, datetime.now(UTC), datetime.now(UTC)
    )
    await broker.kick()
    await listener.until(lambda: len(listener.pauses) >= 5)
    listener.login.error = None
    await listener.connected(2)


async def test_another_program_takes_the_stream(
    broker: SimulatedBroker, listener: Listener
) -> None:
    """Being thrown out again and again within minutes means a second program."""
    for times in range(1, 4):
        await listener.connected(times)
        await broker.kick()
    await listener.until(lambda: StreamState.TAKEN in listener.states)


async def test_second_copy_is_noticed_soon(
    broker: SimulatedBroker, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A second Home Assistant that takes the stream is noticed within ten minutes.

    It connects as soon as this one has: both follow the same rules.
    """

    def passed() -> float:
        return 2 * sum(listener.pauses)

    monkeypatch.setattr(cardata_stream, "monotonic", passed)
    await listener.connected()
    first = passed()
    for times in range(1, 4):
        await listener.connected(times)
        await broker.kick()
    await listener.until(lambda: StreamState.TAKEN in listener.states)
    assert passed() - first < 600
    assert listener.stream.disputed


async def test_fight_that_goes_on(
    broker: SimulatedBroker, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With growing pauses it is disconnected less often, but the dispute is not over."""
    monkeypatch.setattr(cardata_stream, "monotonic", lambda: sum(listener.pauses))
    for times in range(1, 10):
        await listener.connected(times)
        await broker.kick()
    ends = [state for state in listener.states if state in (StreamState.LOST, StreamState.TAKEN)]
    await listener.connected(10)
    assert ends[:2] == [StreamState.LOST] * 2
    assert set(ends[2:]) == {StreamState.TAKEN}
    assert listener.stream.disputed
    listener.pauses.append(601)
    assert not listener.stream.disputed


@pytest.mark.parametrize(
    ("reason", "least"),
    [(Refusal.QUOTA, 60), (Refusal.BUSY, 20), (Refusal.UNSPECIFIED, 20), (Refusal.CLIENT_ID, 20)],
)
async def test_refused_connection_backs_off(
    broker: SimulatedBroker, listener: Listener, reason: Refusal, least: float
) -> None:
    """The pauses grow, up to five minutes; the token is not what is wrong."""
    await listener.connected()
    broker.refuse(reason)
    await broker.kick()
    await listener.until(lambda: len(listener.pauses) >= 8)
    broker.accept()
    assert min(listener.pauses[2:]) >= least
    assert listener.pauses[-1] > 200
    assert max(listener.pauses) <= 375
    assert StreamState.REFUSED not in listener.states
    assert listener.login.handed_out == 0


async def test_refused_login_is_not_tried_often(
    broker: SimulatedBroker, listener: Listener
) -> None:
    """After three refusals of fresh tokens, the next one is no better."""
    await listener.connected()
    broker.refuse(Refusal.NOT_AUTHORIZED)
    await broker.kick()
    await listener.until(lambda: len(listener.pauses) >= 7)
    broker.accept()
    assert min(listener.pauses[2:]) >= 30
    assert min(listener.pauses[4:]) >= 300


async def test_no_network_for_tokens(broker: SimulatedBroker, listener: Listener) -> None:
    """A request that was not sent is not reported either."""
    await listener.connected()
    listener.login.error = NetworkError("no way", sent=False)
    listener.keeper.tokens = CardataTokens(
        "x", "r", "old", GCID, datetime.now(UTC), datetime.now(UTC)
    )
    await broker.kick()
    await listener.until(lambda: len(listener.pauses) >= 10)
    assert set(listener.pauses[2:]) == {15.0}
    assert listener.states == [StreamState.CONNECTED, StreamState.LOST]
    listener.login.error = None
    await listener.connected(2)


async def test_no_network(broker: SimulatedBroker, listener: Listener) -> None:
    """If the name cannot be resolved, nothing is reported, and it is tried again soon."""
    await listener.connected()
    with patch.object(asyncio.get_running_loop(), "getaddrinfo", side_effect=gaierror):
        await broker.kick()
        await listener.until(lambda: len(listener.pauses) >= 40)
    assert set(listener.pauses[2:]) == {15.0}
    assert len(broker.attempts) == 1
    await listener.connected(2)


async def test_cancelled_while_it_connects(broker: SimulatedBroker, listener: Listener) -> None:
    """No unused connection is left."""
    await broker.until(lambda: bool(broker.attempts))
    listener.task.cancel()
    await asyncio.gather(listener.task, return_exceptions=True)
    await broker.wait_for_connects()
    await broker.until(lambda: not broker.connected)


@pytest.mark.usefixtures("garbage_of_others_collected")
async def test_thrown_out_before_the_grant(
    broker: SimulatedBroker, listener: Listener, caplog: pytest.LogCaptureFixture
) -> None:
    """A connection that has ended is not waited for, and its end is not unexpected."""
    await listener.connected()
    broker.refuse(Refusal.DROPPED)
    await broker.kick()
    await listener.until(lambda: listener.states.count(StreamState.LOST) >= 3)
    broker.accept()
    await listener.connected(2)
    gc.collect()
    assert [record for record in caplog.records if record.levelno > logging.INFO] == []


@pytest.mark.usefixtures("garbage_of_others_collected")
async def test_connection_that_ended_before_it_subscribes(
    broker: SimulatedBroker, caplog: pytest.LogCaptureFixture
) -> None:
    """The subscription and the connection both fail; asyncio logs neither as never retrieved."""
    tls = await asyncio.to_thread(ssl.create_default_context, cafile=str(broker.ca_file))
    client = aiomqtt.Client(
        broker.host, broker.port, username=GCID, password=FIRST, identifier=GCID, tls_context=tls
    )
    async with connected(client):
        await broker.kick()
        while client._client.is_connected():  # noqa: ASYNC110 - paho has no event for it
            await asyncio.sleep(0)
        with pytest.raises(aiomqtt.MqttError):
            await subscribe(client, (f"{GCID}/+",))
    del client
    gc.collect()
    assert [record for record in caplog.records if record.levelno > logging.INFO] == []


@pytest.mark.usefixtures("garbage_of_others_collected")
async def test_connection_that_fails_after_it_was_given_up(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Nobody waits for it any more, so its error is none of the event loop."""

    async def connect(executor: Executor | None, _connect: Callable[[], object]) -> object:
        begun.set()
        await failing.wait()
        raise OSError("reset")

    begun, failing = asyncio.Event(), asyncio.Event()
    client = aiomqtt.Client("127.0.0.1", 9, protocol=aiomqtt.ProtocolVersion.V5)

    async def use() -> None:
        async with connected(client):
            raise AssertionError

    with patch.object(asyncio.get_running_loop(), "run_in_executor", connect):
        task = asyncio.create_task(use())
        await begun.wait()
        task.cancel()
        await asyncio.sleep(0)
        failing.set()
        with pytest.raises(asyncio.CancelledError):
            await task
    gc.collect()
    assert [record for record in caplog.records if record.levelno > logging.INFO] == []


async def test_connection_that_ends_while_it_is_made(caplog: pytest.LogCaptureFixture) -> None:
    """On a busy machine, the connection is closed before `aiomqtt` has noticed that it is made."""

    async def accept_and_close(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1024)
        writer.write(bytes((0x20, 3, 0, 0, 0)))  # CONNACK of MQTT 5: success, no properties
        writer.close()

    async def late(executor: Executor | None, connect: Callable[[], object]) -> object:
        result = await run_in_executor(executor, connect)
        while not clients[0]._disconnected.done():  # noqa: ASYNC110 - it has no event for it
            await asyncio.sleep(0)
        return result

    run_in_executor = asyncio.get_running_loop().run_in_executor
    clients: list[aiomqtt.Client] = []
    async with await asyncio.start_server(accept_and_close, "127.0.0.1") as server:
        host, port = server.sockets[0].getsockname()
        logger = cardata_stream._MQTT_LOGGER
        client = aiomqtt.Client(host, port, protocol=aiomqtt.ProtocolVersion.V5, logger=logger)
        clients.append(client)
        with (
            patch.object(asyncio.get_running_loop(), "run_in_executor", late),
            pytest.raises(aiomqtt.MqttError),
        ):
            async with connected(client):
                await subscribe(client, (f"{GCID}/+",))
    clients.clear()
    del client
    gc.collect()
    assert [record for record in caplog.records if record.levelno > logging.INFO] == []


async def test_message_that_makes_trouble(broker: SimulatedBroker, listener: Listener) -> None:
    """What fails further on happens once, and costs neither the connection nor other messages."""
    await listener.connected()
    await broker.publish(VIN, NOT_EXPECTED)
    await broker.publish(VIN, {})
    await listener.until(lambda: len(listener.messages) >= 2)
    assert [payload for _, payload in listener.messages] == [NOT_EXPECTED, b"{}"]
    assert broker.connects == 1


async def test_renewed_before_the_token_expires(
    broker: SimulatedBroker, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A planned reconnect has a fresh token and is no failure."""
    monkeypatch.setattr(Pace, "wait", lambda _self: 0.0)
    await listener.connected()
    listener.expire_after_connecting()
    await broker.kick()
    await listener.connected(3)
    assert listener.login.handed_out == 1
    assert listener.states[-3:] == [
        StreamState.CONNECTED,
        StreamState.CONNECTING,
        StreamState.CONNECTED,
    ]
    assert listener.pauses[-1] == 5, "the old session counts for some seconds yet"


async def test_renewal_waits_for_tokens(
    broker: SimulatedBroker, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While BMW hands out none, the connection stays: its token is good for some minutes yet."""
    monkeypatch.setattr(cardata_stream, "_RETRY", 0.05)
    await listener.connected()
    listener.login.error = NetworkError("no way")
    listener.expire_after_connecting()
    await broker.kick()
    await listener.connected(2)
    await listener.until(lambda: listener.login.failed >= 2)
    await broker.publish(VIN, {"vin": VIN})
    await listener.until(lambda: bool(listener.messages))
    assert listener.states[-1] is StreamState.CONNECTED
    listener.login.error = None
    await listener.connected(3)
    assert listener.login.handed_out == 1


def test_pace() -> None:
    """At most one connection in 10 s and 30 in an hour."""
    now = 0.0
    pace = Pace(lambda: now)
    made: list[float] = []
    while now < 7200:
        now += pace.wait()
        pace.note()
        made.append(now)
    gaps = [later - earlier for earlier, later in pairwise(made)]
    assert min(gaps) >= 10
    assert all(sum(start <= when < start + 3600 for when in made) <= 30 for start in made)
