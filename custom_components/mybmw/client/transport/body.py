"""Reading the body of an HTTP answer, within bounds.

The HTTP library unpacks whatever arrives in one go, and 64 KB may become 64 MB by that. So it is
done here, piece by piece.
"""

from typing import Final
import zlib

import httpx

_PIECE: Final = 65_536
_GZIP: Final = 16 + zlib.MAX_WBITS


class BodyError(Exception):
    """A body that is too long, or packed in a way that cannot be undone."""


class _Body:
    """Collects a body as it comes in, unpacked; `most` is how many bytes it may have."""

    def __init__(self, encoding: str, most: int) -> None:
        self._most = most
        self._content = bytearray()
        self._received = 0
        self._first = encoding == "deflate"
        self._unpacker = _unpacker(encoding)

    def add(self, data: bytes) -> None:
        """Take in what has arrived; raise `BodyError` as soon as it is too much."""
        self._received += len(data)
        if self._received > self._most:
            raise BodyError("the answer is too long")
        if self._unpacker is None:
            self._keep(data)
            return
        try:
            self._unpack(data)
        except zlib.error:
            raise BodyError("the answer cannot be unpacked") from None

    def content(self) -> bytes:
        """Return the whole body."""
        return bytes(self._content)

    def _unpack(self, data: bytes) -> None:
        if self._first and data:
            # Some servers leave out the header that belongs to "deflate"
            self._first = False
            if data[0] & 0x0F != zlib.DEFLATED:
                self._unpacker = zlib.decompressobj(-zlib.MAX_WBITS)
        unpacker, piece = self._unpacker, b""
        while unpacker is not None and not unpacker.eof and (data or len(piece) == _PIECE):
            piece = unpacker.decompress(data, _PIECE)
            data = unpacker.unconsumed_tail
            self._keep(piece)

    def _keep(self, data: bytes) -> None:
        if len(self._content) + len(data) > self._most:
            raise BodyError("the answer is too long")
        self._content += data


async def read_body(response: httpx.Response, most: int) -> bytes:
    """Return the unpacked body of an answer that is streamed; raise `BodyError`."""
    if response.is_stream_consumed:
        if len(response.content) > most:
            raise BodyError("the answer is too long")
        return response.content
    body = _Body(response.headers.get("content-encoding", "").strip().lower(), most)
    async for data in response.aiter_raw():
        body.add(data)
    return body.content()


def _unpacker(encoding: str) -> zlib._Decompress | None:
    match encoding:
        case "" | "identity":
            return None
        case "gzip" | "x-gzip":
            return zlib.decompressobj(_GZIP)
        case "deflate":
            return zlib.decompressobj()
    raise BodyError("the answer is packed in a way that was not asked for")
