"""A line to BMW's broker without a network, so that hours and days of the stream can pass at once.

It stands in for `aiomqtt.Client` and refuses, cuts and delivers bytes as the broker does. What it
cannot show, such as real connections and TLS, `tests.replay.broker` can.
"""

import asyncio
from collections.abc import Sequence
import json
import socket
from typing import Any, Final, Self

import aiomqtt
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.reasoncodes import ReasonCode

from .refusal import Refusal

_LOST: Final = 128


class Line:
    """The broker; `refusal` refuses new connections, `unplugged` is no network."""

    def __init__(self) -> None:
        self.refusal: Refusal | None = None
        self.unplugged = False
        self._clients: dict[str, Client] = {}

    def client(self, _host: str, _port: int, **settings: Any) -> Client:
        """Return what stands in for a new `aiomqtt.Client`."""
        return Client(self, str(settings["username"]), settings["queue_type"])

    async def resolve(self, host: str, port: int, **_settings: Any) -> list[tuple[str, int]]:
        """Resolve a name, which needs a network."""
        if self.unplugged:
            raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")
        return [(host, port)]

    def admit(self, client: Client) -> None:
        """Accept a connection in place of the one before, or refuse it."""
        if self.unplugged:
            raise aiomqtt.MqttError("No route to host")
        if self.refusal is not None:
            code = ReasonCode(PacketTypes.CONNACK, identifier=self.refusal.value[1])
            raise aiomqtt.MqttCodeError(code, "Connection refused")
        if (before := self._clients.get(client.user)) is not None:
            before.end()
        self._clients[client.user] = client

    def cut(self) -> None:
        """Reset all connections; new ones are possible at once."""
        for client in self._clients.values():
            client.end()

    def unplug(self) -> None:
        """Take the network away."""
        self.unplugged = True
        self.cut()

    def send(self, user: str, vin: str, payload: Any) -> None:
        """Send a message about a car; it is lost if nobody listens."""
        client = self._clients.get(user)
        if client is not None and not client.ended:
            client.take(vin, json.dumps(payload).encode())


class Client:
    """A client of one connection, as far as the stream uses it."""

    def __init__(self, line: Line, user: str, queue: type[asyncio.Queue[aiomqtt.Message]]) -> None:
        self.user = user
        self._line, self._queue = line, queue()
        self._disconnected: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def __aenter__(self) -> Self:
        self._line.admit(self)
        return self

    async def __aexit__(self, *_args: object) -> None:
        if not self.ended:
            self._disconnected.set_result(None)

    @property
    def ended(self) -> bool:
        """Whether the connection is closed."""
        return self._disconnected.done()

    @property
    def messages(self) -> Self:
        """What comes; it ends with the connection."""
        return self

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> aiomqtt.Message:
        await asyncio.wait([self._disconnected])
        raise aiomqtt.MqttError("Disconnected") from self._disconnected.exception()

    async def subscribe(self, topics: Sequence[tuple[str, int]]) -> list[ReasonCode]:
        """Grant the topics."""
        return [ReasonCode(PacketTypes.SUBACK, identifier=0) for _ in topics]

    def end(self) -> None:
        """Lose the connection."""
        if not self.ended:
            code = ReasonCode(PacketTypes.DISCONNECT, identifier=_LOST)
            self._disconnected.set_exception(aiomqtt.MqttCodeError(code, "Disconnected"))

    def take(self, vin: str, payload: bytes) -> None:
        """Receive a message."""
        topic = f"{self.user}/{vin}"
        message = aiomqtt.Message(topic, payload, qos=0, retain=False, mid=0, properties=None)
        self._queue.put_nowait(message)
