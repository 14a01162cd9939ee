"""A TCP proxy in front of a server, whose connections can be reset and frozen."""

import asyncio
from asyncio import StreamReader, StreamWriter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
import socket
import struct
from typing import Final

LOOPBACK: Final = "127.0.0.1"
_CHUNK: Final = 65536
_RESET_ON_CLOSE: Final = struct.pack("ii", 1, 0)


@dataclass(eq=False, slots=True)
class Link:
    """A connection through the proxy."""

    client: StreamWriter
    server: StreamWriter | None = None
    frozen: bool = False

    @property
    def port(self) -> int:
        """The client port that the server sees; 0 while there is no server."""
        name = self.server and self.server.get_extra_info("sockname")
        return name[1] if name else 0

    def close(self) -> None:
        """Close it like the server: data sent before still arrive."""
        for writer in self._writers():
            writer.close()

    def cut(self) -> None:
        """Reset it: unread data are lost."""
        for writer in self._writers():
            if not writer.is_closing():
                option = (socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
                writer.get_extra_info("socket").setsockopt(*option)
            writer.transport.abort()

    def _writers(self) -> list[StreamWriter]:
        return [self.client] if self.server is None else [self.client, self.server]


class Proxy:
    """Forwards each connection to the port that `route` returns.

    `on_open` and `on_close` are called for every connection.
    """

    def __init__(
        self,
        route: Callable[[], Awaitable[int]],
        on_open: Callable[[], None],
        on_close: Callable[[], None],
    ) -> None:
        self.port = 0
        self.links: set[Link] = set()
        self._route = route
        self._on_open = on_open
        self._on_close = on_close
        self._server: asyncio.Server | None = None
        self._kept: socket.socket | None = None
        self._handlers: set[asyncio.Task[None]] = set()
        self._frozen = False

    async def start(self) -> None:
        """Listen, on the same port as before."""
        listening = self._kept or _bound(self.port)
        self._kept = None
        self._server = await asyncio.start_server(self._handle, sock=listening)
        self.port = listening.getsockname()[1]

    async def stop(self) -> None:
        """Refuse new connections and reset existing ones; the port stays taken."""
        if (server := self._server) is None:
            return
        self._server = None
        server.close()
        self._kept = _bound(self.port)
        self.cut()
        for handler in self._handlers:
            handler.cancel()
        await asyncio.gather(*self._handlers, return_exceptions=True)
        server.abort_clients()
        await server.wait_closed()

    def release(self) -> None:
        """Leave the port to others, after `stop`."""
        if self._kept is not None:
            self._kept.close()

    def cut(self) -> None:
        """Reset all connections; new ones are possible at once."""
        for link in self.links:
            link.cut()

    def freeze(self) -> None:
        """Drop all data in both directions, without closing connections."""
        self._frozen = True
        for link in self.links:
            link.frozen = True

    def thaw(self) -> None:
        """Let new connections work; frozen ones stay frozen."""
        self._frozen = False

    async def _handle(self, reader: StreamReader, writer: StreamWriter) -> None:
        link = Link(writer, frozen=self._frozen)
        self.links.add(link)
        self._on_open()
        task = asyncio.current_task()
        assert task
        self._handlers.add(task)
        try:
            with suppress(OSError):
                await self._forward(link, reader)
        finally:
            link.close()
            self.links.discard(link)
            self._handlers.discard(task)
            self._on_close()

    async def _forward(self, link: Link, reader: StreamReader) -> None:
        if link.frozen:
            await _pump(link, reader, link.client)
            return
        answers, link.server = await asyncio.open_connection(LOOPBACK, await self._route())
        pumps = [
            asyncio.ensure_future(_pump(link, reader, link.server)),
            asyncio.ensure_future(_pump(link, answers, link.client)),
        ]
        try:
            await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
            if link.frozen:
                await asyncio.wait(pumps)
        finally:
            for pump in pumps:
                pump.cancel()
            await asyncio.gather(*pumps, return_exceptions=True)


def _bound(port: int) -> socket.socket:
    """Return a socket that has a port, 0 for any, without listening."""
    bound = socket.socket()
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    bound.bind((LOOPBACK, port))
    return bound


async def _pump(link: Link, reader: StreamReader, writer: StreamWriter) -> None:
    """Forward data until the connection ends; a frozen link does not forward the end either."""
    while data := await reader.read(_CHUNK):
        if not link.frozen:
            writer.write(data)
            await writer.drain()
