"""Refused connections, with the reason codes seen from BMW's broker.

See cardata.md#stream-errors.
"""

import asyncio
from asyncio import StreamReader, StreamWriter
from contextlib import suppress
from enum import Enum
import ssl
from typing import Final

from .certificates import certificates
from .proxy import LOOPBACK

_CONNACK: Final = 0x20
_VERSION_5: Final = 5


class Refusal(Enum):
    """Codes of MQTT 3.1.1 and of MQTT 5 in the CONNACK."""

    BAD_CREDENTIALS = (4, 134)
    NOT_AUTHORIZED = (5, 135)
    UNSPECIFIED = (3, 128)
    CLIENT_ID = (2, 133)
    UNAVAILABLE = (3, 136)
    BUSY = (3, 137)
    QUOTA = (3, 151)
    # Accepted, and disconnected before a topic is granted
    DROPPED = (0, 0)


class Refuser:
    """A broker with a valid certificate that refuses all connections with `refusal`."""

    def __init__(self) -> None:
        self.port = 0
        self.refusal: Refusal | None = None
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        """Listen on a free port."""
        files = certificates()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_3
        context.load_cert_chain(files.server, files.key)
        self._server = await asyncio.start_server(self._refuse, LOOPBACK, 0, ssl=context)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Close all connections."""
        if self._server:
            self._server.close()
            self._server.close_clients()
            await self._server.wait_closed()

    async def _refuse(self, reader: StreamReader, writer: StreamWriter) -> None:
        refusal = self.refusal or Refusal.NOT_AUTHORIZED
        with suppress(OSError, asyncio.IncompleteReadError):
            version = await _version(reader)
            code, code_5 = refusal.value
            answer = [0, code_5, 0] if version >= _VERSION_5 else [0, code]
            writer.write(bytes([_CONNACK, len(answer), *answer]))
            await writer.drain()
            if not code:
                await reader.read(1)
        writer.close()


async def _version(reader: StreamReader) -> int:
    """Read a CONNECT packet and return its protocol level."""
    await reader.readexactly(1)
    length = shift = 0
    more = True
    while more:
        (octet,) = await reader.readexactly(1)
        length |= (octet & 0x7F) << shift
        shift += 7
        more = octet >= 0x80
    packet = await reader.readexactly(length)
    name = int.from_bytes(packet[:2])
    return packet[2 + name]
