"""The sub-command that prints the messages of the stream."""

from argparse import Namespace
import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
import os
import ssl
from typing import Final
from urllib.parse import urlsplit

import httpx
import orjson

from ..cardata import HOST, PORT, Broker, DeviceLogin
from ..cardata.stream import Stream
from ..core.attributes import CONNECTION, AnyReading
from ..core.errors import AuthError, InvalidValueError, NetworkError
from ..core.garage import Changes
from ..core.recording import Message
from ..core.snapshot import encode
from ..core.values import StreamState
from ..privacy import Redactor
from ..transport.http import Http
from ..transport.tokens import TokenKeeper
from .arguments import option
from .cardata_connection import CardataConnection, Client, connected, find_client, login_advice
from .journals import Looks
from .output import OK, note, say_json
from .web import web_client

_OWN_PORT: Final = {True: 8883, False: 1883}
_MAX_REFUSALS: Final = 3

type Listen = Callable[[Listener], Awaitable[object]]


class Listener:
    """Prints messages; ends after a number of them, a refused login, or a closed output."""

    def __init__(self, count: int | None = None) -> None:
        """Create it; `count` is the number of messages, None for no limit."""
        self.was_connected = False
        self._left = count
        self._state: StreamState | None = None
        self._ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def put_out(self, message: Mapping[str, object]) -> None:
        """Print one message as a line of JSON."""
        if self._ended.done():
            return
        try:
            say_json(message)
        except OSError as error:
            self._ended.set_exception(error)
            return
        if self._left is not None:
            self._left -= 1
            if self._left <= 0:
                self._ended.set_result(None)

    def set_state(self, state: StreamState, *, refused: bool = False) -> None:
        """Handle a state of the stream."""
        self.was_connected |= state is StreamState.CONNECTED
        if state is not self._state:
            self._state = state
            note(f"stream: {state.replace('_', ' ')}")
        if self._ended.done():
            return
        if state is StreamState.LOGIN_NEEDED:
            self._ended.set_exception(login_advice(AuthError("the login has ended")))
        elif refused:
            self._ended.set_exception(AuthError("the broker refuses the login again and again"))

    async def run(self, listen: Listen, seconds: float | None) -> None:
        """Listen until the end; raise `NetworkError` if there was no stream in these seconds."""
        task = asyncio.ensure_future(listen(self))
        try:
            done, _ = await asyncio.wait(
                (task, self._ended), timeout=seconds, return_when=asyncio.FIRST_COMPLETED
            )
            for ended in done:
                await ended
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        if not self.was_connected:
            raise NetworkError(f"no stream in {seconds:g} s")


def stream(options: Namespace) -> int:
    """Print messages until the limit is reached, or until Ctrl-C."""
    broker = broker_of(options)
    client = find_client(options, login=broker.prefix is None)

    async def run() -> None:
        listener = Listener(options.count)
        if options.raw:
            async with web_client() as web:
                await listener.run(_raw(client, web, broker), options.seconds)
            return
        async with _listening(client, broker) as connection:
            await listener.run(_decoded(connection), options.seconds)

    asyncio.run(run())
    return OK


def record(client: Client, broker: Broker, seconds: float) -> Sequence[Message]:
    """Listen for some seconds without printing, and return the messages."""

    async def run() -> Sequence[Message]:
        async with _listening(client, broker) as connection:
            await Listener().run(_decoded(connection, silent=True), seconds)
            return connection.source.recording().messages

    return asyncio.run(run())


def broker_of(options: Namespace) -> Broker:
    """Return the broker of the options; raise `InvalidValueError`."""
    host, port = _address(options.broker)
    if options.prefix is None:
        if options.no_tls or options.username is not None:
            raise InvalidValueError("--no-tls and --username are for an own broker (--prefix)")
        strict = ssl.create_default_context()
        strict.minimum_version = ssl.TLSVersion.TLSv1_3
        return Broker(strict, host or HOST, port or PORT)
    if host is None:
        raise InvalidValueError("--prefix needs the address of your broker (--broker)")
    tls = None if options.no_tls else ssl.create_default_context()
    return Broker(
        tls,
        host,
        port or _OWN_PORT[tls is not None],
        prefix=options.prefix,
        username=options.username,
        password=os.environ.get("MYBMW_BROKER_PASSWORD"),
    )


def _address(text: str | None) -> tuple[str | None, int | None]:
    if text is None:
        return None, None
    try:
        parts = urlsplit(f"//{text}")
        host, port = parts.hostname, parts.port
    except ValueError:
        host = port = None
    if not host or parts.path:
        raise InvalidValueError("a broker is written as HOST or HOST:PORT")
    return host, port


@asynccontextmanager
async def _listening(client: Client, broker: Broker) -> AsyncIterator[CardataConnection]:
    """Connect, and store what was streamed afterwards."""
    async with web_client() as web:
        connection = connected(client, web, broker)
        try:
            yield connection
        finally:
            connection.save_streamed()


def _decoded(connection: CardataConnection, *, silent: bool = False) -> Listen:
    """Return a function that listens for changes of attributes."""

    async def listen(listener: Listener) -> None:
        def push(readings: Mapping[str, Iterable[AnyReading]]) -> None:
            changes = connection.garage.push(readings)
            looks.soon()
            for vin, items in readings.items():
                message = any(item.attribute is not CONNECTION for item in items)
                if message and not silent:
                    listener.put_out(_message(connection, vin, changes))

        def changed() -> None:
            status = connection.source.status
            if status.stream is not None:
                listener.set_state(status.stream, refused=status.refused)

        looks = Looks(connection.look)
        try:
            await connection.source.listen(push, changed)
        finally:
            looks.close()

    return listen


def _message(connection: CardataConnection, vin: str, changes: Changes) -> dict[str, object]:
    held = {reading.attribute: reading for reading in connection.garage.vehicles[vin]}
    changed = sorted(changes.get(vin, ()), key=lambda attribute: attribute.key)
    return {
        "time": datetime.now(UTC).isoformat(),
        "vin": vin,
        "changed": {
            attribute.key: {"value": encode(held[attribute]), "unit": attribute.unit}
            for attribute in changed
        },
    }


def _raw(client: Client, web: httpx.AsyncClient, broker: Broker) -> Listen:
    """Return a function that listens for raw messages, in the form of recordings."""
    redactor = Redactor()
    login = DeviceLogin(Http(web, redactor), client.id)
    keeper = TokenKeeper(login, client.tokens(), client.save, client.tokens_to_replace)

    async def listen(listener: Listener) -> None:
        def receive(topic: str, payload: bytes) -> None:
            time = datetime.now(UTC).isoformat()
            listener.put_out({"time": time, "topic": topic, "payload": _content(payload)})

        def on_state(state: StreamState) -> None:
            listener.set_state(state, refused=source.refusals >= _MAX_REFUSALS)

        source = Stream(keeper, broker, receive, on_state)
        await source.run()

    return listen


def _content(payload: bytes) -> object:
    try:
        content: object = orjson.loads(payload)
    except orjson.JSONDecodeError:
        return payload.decode("utf-8", "replace")
    return content


def _positive[T: (int, float)](kind: Callable[[str], T]) -> Callable[[str], T]:
    def convert(text: str) -> T:
        value = kind(text)
        if not 0 < value < 10**8:
            raise ValueError
        return value

    convert.__name__ = "positive number"
    return convert


SECONDS: Final = option(
    "--seconds", metavar="N", type=_positive(float), help="listen for so many seconds"
)
STREAM_OPTIONS: Final = (
    SECONDS,
    option("--count", metavar="N", type=_positive(int), help="end after so many messages"),
    option("--raw", action="store_true", help="messages as they come: time, topic, payload"),
)
BROKER_OPTIONS: Final = (
    option("--broker", metavar="HOST[:PORT]", help=f"another address than {HOST}:{PORT}"),
    option("--prefix", help="the broker is your own and has BMW's messages under this topic"),
    option("--username", help="user of your own broker (password: MYBMW_BROKER_PASSWORD)"),
    option("--no-tls", action="store_true", help="your own broker does not encrypt"),
)
