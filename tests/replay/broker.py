"""The simulated stream of BMW CarData: a real MQTT broker behind a network that can fail.

See cardata.md#stream-connection.
"""

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from datetime import datetime
import json
from pathlib import Path
import re
import secrets
from types import TracebackType
from typing import Any, Final, Self

from .certificates import certificates
from .mosquitto import Mosquitto
from .proxy import LOOPBACK, Proxy
from .refusal import Refusal, Refuser
from .world import utcnow

PATIENCE: Final = 30.0
"""Timeout in seconds, long enough for a busy machine."""

_CONNECTED: Final = re.compile(
    r"New client connected from \S+:(?P<port>\d+) as (?P<id>.*) \(.*u'(?P<user>.*)'.*\)\."
)
_SUBSCRIBED: Final = re.compile(r"(?P<id>.*) [012] (?P<topic>.+)")
_SUBSCRIBING: Final = re.compile(r"Received SUBSCRIBE from (?P<id>.*)")
_ANSWERING: Final = re.compile(r"Sending SUBACK to (?P<id>.*)")


class SimulatedBroker:
    """Accepts the user `gcid` with the current id token, one connection at a time.

    A connection ends when its token expires, or when the user connects again. `connects` counts
    accepted connections, `attempts` are the times of all, `subscriptions` the granted topics. With
    `drops_refused`, a refused topic closes the connection, as with BMW. `direct_port` bypasses the
    simulated network, for measurements. Raises MosquittoMissing if it cannot be started.
    """

    host: Final = LOOPBACK

    def __init__(
        self,
        gcid: str,
        password: str,
        *,
        topics: Iterable[str] | None = None,
        drops_refused: bool = False,
        clock: Callable[[], datetime] = utcnow,
    ) -> None:
        self.gcid = gcid
        self.connects = 0
        self.attempts: list[datetime] = []
        self.subscriptions: list[str] = []
        self._clock = clock
        self._wanted = password
        self._accepted = password
        self._changed = asyncio.Event()
        self._accepting = asyncio.Lock()
        self._proxy = Proxy(self._route, self._tried, self._changed.set)
        self._refuser = Refuser()
        self._mosquitto = Mosquitto(
            gcid, topics or (f"{gcid}/#",), self._read_log, verbose=drops_refused
        )
        self._drops_refused = drops_refused
        self._clients: dict[str, int] = {}
        self._awaiting_grant: set[str] = set()
        self._timers: list[asyncio.TimerHandle] = []
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        await self._refuser.start()
        try:
            await self.start()
        except BaseException:
            await self._end()
            raise
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        for timer in self._timers:
            timer.cancel()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._end()

    async def _end(self) -> None:
        await self.stop()
        self._proxy.release()
        await self._refuser.stop()

    @property
    def port(self) -> int:
        """The port, which does not change with a restart."""
        return self._proxy.port

    @property
    def direct_port(self) -> int:
        """The port of Mosquitto itself, which changes with every start."""
        return self._mosquitto.port

    @property
    def ca_file(self) -> Path:
        """The authority that signed the certificate for localhost and 127.0.0.1."""
        return certificates().authority

    @property
    def connected(self) -> bool:
        """Whether the user is connected through the network."""
        return any(link.port in self._clients.values() for link in self._proxy.links)

    async def start(self) -> None:
        """Start again after `stop`, on the same port."""
        self._accepted = self._wanted
        await self._mosquitto.start(self._accepted)
        await self._proxy.start()

    async def stop(self) -> None:
        """Kill the broker; connections are refused from now on."""
        await self._proxy.stop()
        await self._mosquitto.stop()
        self._clients.clear()

    def expect(self, password: str, expires_in: float | None = None) -> None:
        """Set the id token for new connections, and its lifetime in seconds."""
        self._wanted = password
        if expires_in is not None:
            self._later(expires_in, lambda: self._expire(password))

    async def set_password(self, password: str, expires_in: float | None = None) -> None:
        """Set the id token; existing connections stay until the old one expires."""
        self.expect(password, expires_in)
        if not self._proxy.links:
            await self._accept_wanted()

    async def expire(self) -> None:
        """Expire the id token of the connection; a new one is needed to connect again."""
        await self._expire(self._accepted)

    async def kick(self) -> None:
        """Disconnect the client; it may reconnect at once."""
        await self._mosquitto.kick()

    async def steal(self) -> None:
        """Let another client take over the stream, until `accept`."""
        self.refuse()
        await self.kick()

    def refuse(self, reason: Refusal = Refusal.NOT_AUTHORIZED) -> None:
        """Refuse all new connections until `accept`."""
        self._refuser.refusal = reason

    def accept(self) -> None:
        """End `refuse` and `steal`."""
        self._refuser.refusal = None

    def cut(self) -> None:
        """Reset the connection; a new one is possible at once."""
        self._proxy.cut()

    def freeze(self) -> None:
        """Drop all data in both directions; new connections work again after `thaw`."""
        self._proxy.freeze()

    def thaw(self) -> None:
        """End `freeze` for new connections."""
        self._proxy.thaw()

    async def publish(self, vin: str, payload: Any) -> None:
        """Send a message about a car; bytes and text unchanged, anything else as JSON."""
        await self.publish_to(f"{self.gcid}/{vin}", payload)

    async def publish_to(self, topic: str, payload: Any) -> None:
        """Send a message to any topic; it is lost if there is no subscriber."""
        content = payload if isinstance(payload, bytes | str) else json.dumps(payload)
        await self._mosquitto.publish(topic, content)

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait for an action of a client; raise TimeoutError."""
        async with asyncio.timeout(PATIENCE):
            while not condition():
                self._changed.clear()
                await self._changed.wait()

    async def wait_for_connects(self, times: int = 1) -> None:
        """Wait for a total number of accepted connections; raise TimeoutError."""
        await self.until(lambda: self.connects >= times)

    async def wait_for_subscriptions(self, times: int = 1) -> None:
        """Wait for a total number of granted subscriptions; raise TimeoutError."""
        await self.until(lambda: len(self.subscriptions) >= times)

    async def _route(self) -> int:
        """Return the port for a new connection, once the current token is set."""
        if self._refuser.refusal:
            return self._refuser.port
        await self._accept_wanted()
        return self._mosquitto.port

    async def _accept_wanted(self) -> None:
        # Mosquitto disconnects the user when the password changes, not when it expires
        async with self._accepting:
            if self._accepted != self._wanted and self._mosquitto.running:
                self._accepted = self._wanted
                await self._mosquitto.set_password(self._accepted)

    async def _expire(self, password: str) -> None:
        if self._wanted == password:
            self._wanted = secrets.token_hex()
        if self._accepted == password:
            await self._accept_wanted()

    def _later(self, delay: float, action: Callable[[], Coroutine[Any, Any, None]]) -> None:
        def run() -> None:
            task = asyncio.create_task(action())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

        self._timers.append(asyncio.get_running_loop().call_later(delay, run))

    def _read_log(self, line: str) -> None:
        if match := _CONNECTED.fullmatch(line):
            if match["user"] == self.gcid:
                self._admitted(match["id"], int(match["port"]))
        elif match := _SUBSCRIBING.fullmatch(line):
            self._awaiting_grant.add(match["id"])
        elif match := _ANSWERING.fullmatch(line):
            if match["id"] in self._awaiting_grant:
                self._refused_topic(match["id"])
        elif (match := _SUBSCRIBED.fullmatch(line)) and match["id"] in self._clients:
            self._awaiting_grant.discard(match["id"])
            self.subscriptions.append(match["topic"])
            self._changed.set()

    def _tried(self) -> None:
        self.attempts.append(self._clock())
        self._changed.set()

    def _admitted(self, client: str, port: int) -> None:
        """Disconnect all clients of the user but the newest."""
        self.connects += 1
        for link in self._proxy.links:
            if link.port != port and link.port in self._clients.values():
                link.close()
        self._clients = {client: port}
        self._changed.set()

    def _refused_topic(self, client: str) -> None:
        self._awaiting_grant.discard(client)
        if self._drops_refused and client in self._clients:
            self._later(0, self.kick)
