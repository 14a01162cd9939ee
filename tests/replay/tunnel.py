"""A proxy that connects to simulated servers instead of real ones, with TLS.

Programs that use it (`HTTPS_PROXY`, `SSL_CERT_FILE`) can be tested without other changes.
"""

import asyncio
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
import ssl
from typing import Final

import h11
import httpx

from .certificates import certificates
from .proxy import LOOPBACK
from .serving import Handle

_CHUNK: Final = 65536
_GONE: Final = (OSError, h11.RemoteProtocolError, asyncio.IncompleteReadError)


@dataclass(slots=True)
class Tunnel:
    """Responds for the hosts in `handlers`; all others are refused and added to `refused`."""

    handlers: Mapping[str, Handle]
    port: int = 0
    refused: list[str] = field(default_factory=list)
    _open: set[StreamWriter] = field(default_factory=set)

    @property
    def environment(self) -> dict[str, str]:
        """The environment variables for a program."""
        authority = str(certificates().authority)
        return {"HTTPS_PROXY": f"http://{LOOPBACK}:{self.port}", "SSL_CERT_FILE": authority}

    async def _accept(self, reader: StreamReader, writer: StreamWriter) -> None:
        self._open.add(writer)
        with suppress(*_GONE):
            request = await reader.readuntil(b"\r\n\r\n")
            method, target, _ = request.split(b" ", 2)
            host = target.decode().partition(":")[0]
            if method != b"CONNECT" or host not in self.handlers:
                self.refused.append(host)
                writer.write(b"HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n")
            else:
                writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
                await writer.start_tls(_tls())
                await self._serve(host, reader, writer)
        self._open.discard(writer)
        writer.close()

    async def _serve(self, host: str, reader: StreamReader, writer: StreamWriter) -> None:
        """Respond to requests on one connection until it ends."""
        connection = h11.Connection(h11.SERVER)
        while (request := await _next_request(host, connection, reader)) is not None:
            try:
                response = self.handlers[host](request)
            except httpx.TransportError:
                writer.transport.abort()
                return
            writer.write(_bytes(connection, response))
            await writer.drain()
            if connection.our_state is h11.MUST_CLOSE:
                return
            connection.start_next_cycle()


@asynccontextmanager
async def tunnel(handlers: Mapping[str, Handle], port: int = 0) -> AsyncIterator[Tunnel]:
    """Serve these hosts on the loopback interface; port 0 uses a free one."""
    running = Tunnel(handlers)
    server = await asyncio.start_server(running._accept, LOOPBACK, port)
    running.port = server.sockets[0].getsockname()[1]
    try:
        yield running
    finally:
        server.close()
        for writer in [*running._open]:
            writer.transport.abort()
        await server.wait_closed()


def _tls() -> ssl.SSLContext:
    files = certificates()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(files.server, files.key)
    return context


async def _next_request(
    host: str, connection: h11.Connection, reader: StreamReader
) -> httpx.Request | None:
    head: h11.Request | None = None
    body = b""
    while True:
        match connection.next_event():
            case h11.NEED_DATA:
                connection.receive_data(await reader.read(_CHUNK))
            case h11.Request() as request:
                head = request
            case h11.Data(data=data):
                body += data
            case h11.EndOfMessage() if head is not None:
                url = f"https://{host}{head.target.decode()}"
                headers = list(head.headers.raw_items())
                return httpx.Request(head.method.decode(), url, headers=headers, content=body)
            case _:
                return None


def _bytes(connection: h11.Connection, response: httpx.Response) -> bytes:
    content = response.content
    headers = [(k, v) for k, v in response.headers.raw if k.lower() not in _FRAMING]
    headers.append((b"content-length", str(len(content)).encode()))
    parts = [
        connection.send(h11.Response(status_code=response.status_code, headers=headers)),
        connection.send(h11.Data(data=content)),
        connection.send(h11.EndOfMessage()),
    ]
    return b"".join(part for part in parts if part)


_FRAMING: Final = frozenset({b"content-length", b"transfer-encoding", b"content-encoding"})
