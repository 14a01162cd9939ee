"""Read and decompress the body of an HTTP response, up to a maximum size.

httpx decompresses each received chunk at once, and 64 KB may become 64 MB. So bodies are
decompressed here in small chunks.
"""

from typing import Final
import zlib

import httpx

_CHUNK: Final = 65_536
_GZIP: Final = 16 + zlib.MAX_WBITS


class BodyError(Exception):
    """The body is too long, or cannot be decompressed."""


class _Body:
    """Collects the decompressed chunks of a body, up to `max_size` bytes."""

    def __init__(self, encoding: str, max_size: int) -> None:
        self._max_size = max_size
        self._content = bytearray()
        self._received = 0
        self._first = encoding == "deflate"
        self._decompressor = _decompressor(encoding)

    def add(self, data: bytes) -> None:
        """Add received data; raise `BodyError` if the body gets too long."""
        self._received += len(data)
        if self._received > self._max_size:
            raise BodyError("the answer is too long")
        if self._decompressor is None:
            self._append(data)
            return
        try:
            self._decompress(data)
        except zlib.error:
            raise BodyError("the answer cannot be decompressed") from None

    def content(self) -> bytes:
        """Return the whole body."""
        return bytes(self._content)

    def _decompress(self, data: bytes) -> None:
        if self._first and data:
            # Some servers omit the zlib header of "deflate"
            self._first = False
            if data[0] & 0x0F != zlib.DEFLATED:
                self._decompressor = zlib.decompressobj(-zlib.MAX_WBITS)
        zipped, chunk = self._decompressor, b""
        while zipped is not None and not zipped.eof and (data or len(chunk) == _CHUNK):
            chunk = zipped.decompress(data, _CHUNK)
            data = zipped.unconsumed_tail
            self._append(chunk)

    def _append(self, data: bytes) -> None:
        if len(self._content) + len(data) > self._max_size:
            raise BodyError("the answer is too long")
        self._content += data


async def read_body(response: httpx.Response, max_size: int) -> bytes:
    """Return the decompressed body of a streamed response; raise `BodyError`."""
    if response.is_stream_consumed:
        if len(response.content) > max_size:
            raise BodyError("the answer is too long")
        return response.content
    body = _Body(response.headers.get("content-encoding", "").strip().lower(), max_size)
    async for data in response.aiter_raw():
        body.add(data)
    return body.content()


def _decompressor(encoding: str) -> zlib._Decompress | None:
    match encoding:
        case "" | "identity":
            return None
        case "gzip" | "x-gzip":
            return zlib.decompressobj(_GZIP)
        case "deflate":
            return zlib.decompressobj()
    raise BodyError("the answer has an unknown content encoding")
