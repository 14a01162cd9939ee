"""Send HTTP requests, with limits, logging without secrets, and recording of responses."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime, time, timedelta
from email.utils import parsedate_to_datetime
import logging
import re
from time import monotonic
from types import MappingProxyType
from typing import Final, Literal, NamedTuple, override
import zlib

import httpx
import orjson

from ..core.errors import AnswerError, NetworkError
from ..core.recording import Answer, Recorder
from ..core.redaction import Redaction
from ..core.source import Contact

_LOGGER = logging.getLogger(__name__)

TIMEOUT: Final = 30.0
"""Timeout in seconds for each of connecting, sending and every wait for data."""

TOTAL_TIMEOUT: Final = 60.0
"""Timeout in seconds for a request, from connecting to the last byte of the response."""

MAX_SIZE: Final = 10_000_000
"""Maximum bytes of a response, both as received and decompressed."""

MAX_PICTURE_SIZE: Final = 20_000_000
"""Maximum bytes of a picture."""

type Sleep = Callable[[float], Awaitable[None]]

_NOT_SENT: Final = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.InvalidURL,
    httpx.PoolTimeout,
    httpx.ProxyError,
)
# Headers that describe the compressed body, removed once it is decompressed
_BODY_HEADERS: Final = frozenset({b"content-encoding", b"content-length", b"transfer-encoding"})
_CHUNK: Final = 65_536
_GZIP: Final = 16 + zlib.MAX_WBITS
_AFTER_MIDNIGHT: Final = timedelta(minutes=3)
_CLOCK: Final = re.compile(r"(\d{1,4}):(\d{2}):(\d{2})")
_SECONDS: Final = re.compile(r"\bin (\d{1,9}(?:\.\d+)?) s", re.IGNORECASE | re.ASCII)
_NUMBER: Final = re.compile(r"\d{1,9}(?:\.\d+)?", re.ASCII)

_MOST_HOSTS: Final = 16

_ours: ContextVar[bool] = ContextVar("mybmw_request", default=False)


class _OwnRequestsFilter(logging.Filter):
    """Keeps HTTP libraries from logging our requests: their URLs contain VINs and positions."""

    @override
    def filter(self, _record: logging.LogRecord) -> bool:
        return not _ours.get()


def _add_filters() -> None:
    parts = ("", ".connection", ".http11", ".http2", ".proxy", ".socks")
    names = [f"{core}{part}" for core in ("httpcore", "httpcore2") for part in parts]
    for name in ("httpx", "httpx2", *names):
        logging.getLogger(name).addFilter(_OwnRequestsFilter())


_add_filters()


class Request(NamedTuple):
    """One HTTP request; `what` is its name in log messages, without secrets.

    `record` is the name under which the response is recorded, `max_size` its maximum size in bytes.
    """

    what: str
    method: Literal["GET", "POST", "DELETE"]
    url: str
    headers: Mapping[str, str] = MappingProxyType({})
    params: Mapping[str, str] | None = None
    form: Mapping[str, str] | None = None
    json: object = None
    cookies: httpx.Cookies | None = None
    record: str | None = None
    max_size: int = MAX_SIZE


class Http:
    """Sends requests of one source, with an httpx client that the caller owns and closes.

    `contacts` are the servers that were asked, by host.
    """

    def __init__(
        self,
        client: httpx.AsyncClient,
        redactor: Redaction,
        sleep: Sleep | None = None,
    ) -> None:
        """Create it; `sleep` replaces `asyncio.sleep` for all pauses."""
        self.redactor = redactor
        self.recorder = Recorder()
        self.contacts: dict[str, Contact] = {}
        self._client = client
        self._sleep = sleep or asyncio.sleep

    async def pause(self, seconds: float) -> None:
        """Sleep for some seconds."""
        await self._sleep(seconds)

    async def fetch(self, request: Request) -> httpx.Response:
        """Send a request and return the response with any status; redirects are not followed.

        Only the cookie jar of the request is used, as the client may be shared. Raises
        `NetworkError`, also after 60 s in total, and `AnswerError` for a too long response.
        """
        started = monotonic()
        try:
            with _quiet():
                async with asyncio.timeout(TOTAL_TIMEOUT):
                    response = await self._answer(request)
        except (httpx.RequestError, httpx.InvalidURL, OSError) as error:
            _LOGGER.debug("%s: %s", request.what, type(error).__name__)
            sent = not isinstance(error, _NOT_SENT)
            self._contact(request, failed=datetime.now(UTC))
            raise NetworkError(f"{request.what}: {type(error).__name__}", sent=sent) from None
        self._contact(request, answered=datetime.now(UTC))
        self._note(request, response, monotonic() - started)
        return response

    def _contact(self, request: Request, **times: datetime) -> None:
        host = request.url.partition("//")[2].partition("/")[0]
        if host in self.contacts or len(self.contacts) < _MOST_HOSTS:
            self.contacts[host] = self.contacts.get(host, Contact())._replace(**times)

    async def _answer(self, request: Request) -> httpx.Response:
        built = _build(request)
        response = await self._client.send(built, stream=True, follow_redirects=False)
        try:
            content = await _read_body(response, request.max_size)
        except _BodyError as error:
            raise AnswerError(f"{request.what}: {error}") from None
        finally:
            await response.aclose()
        headers = [
            (name, value)
            for name, value in response.headers.raw
            if name.lower() not in _BODY_HEADERS
        ]
        return httpx.Response(response.status_code, headers=headers, content=content, request=built)

    def _note(self, request: Request, response: httpx.Response, seconds: float) -> None:
        _LOGGER.debug(
            "%s: HTTP %d, %d bytes, %.3f s",
            request.what,
            response.status_code,
            len(response.content),
            seconds,
        )
        if request.cookies is not None:
            request.cookies.extract_cookies(response)
        if request.record is not None:
            kind = response.headers.get("content-type", "")
            if not kind.startswith("image/"):
                self.recorder.add(
                    request.record, Answer(kind, response.content, good=response.is_success)
                )


def json_of(response: httpx.Response, what: str) -> object:
    """Return the JSON of a response; raise `AnswerError` if it is none."""
    try:
        value: object = orjson.loads(response.content)
    except orjson.JSONDecodeError:
        raise AnswerError(f"{what}: the answer is not JSON") from None
    return value


def retry_after(response: httpx.Response) -> float | None:
    """Return the seconds to wait from the `Retry-After` header or the message of a response.

    Messages contain "in 2 seconds" or "in 02:12:20". The result is at most `longest_wait`.
    """
    seconds = _seconds_to_wait(response)
    return None if seconds is None else min(seconds, longest_wait())


def longest_wait() -> float:
    """Return the seconds until 3 min after midnight UTC, when BMW has reset all quotas."""
    now = datetime.now(UTC)
    tomorrow = datetime.combine(now.date() + timedelta(days=1), time(), UTC)
    return (tomorrow + _AFTER_MIDNIGHT - now).total_seconds()


def _seconds_to_wait(response: httpx.Response) -> float | None:
    header = response.headers.get("retry-after", "").strip()
    if _NUMBER.fullmatch(header):
        return float(header)
    if header:
        try:
            until = parsedate_to_datetime(header).astimezone(UTC)
        except ValueError, OverflowError:
            return None
        return max(0.0, (until - datetime.now(UTC)).total_seconds())
    return _seconds_in(_message(response))


def _message(response: httpx.Response) -> str:
    try:
        body = orjson.loads(response.content)
    except orjson.JSONDecodeError:
        return ""
    message = body.get("message") if isinstance(body, dict) else None
    return message if isinstance(message, str) else ""


def _seconds_in(message: str) -> float | None:
    if clock := _CLOCK.search(message):
        hours, minutes, seconds = map(int, clock.groups())
        return hours * 3600.0 + minutes * 60 + seconds
    plain = _SECONDS.search(message)
    return float(plain[1]) if plain else None


def _build(request: Request) -> httpx.Request:
    return httpx.Request(
        request.method,
        request.url,
        params=request.params,
        headers={"accept": "*/*", "accept-encoding": "gzip, deflate", **request.headers},
        cookies=request.cookies,
        data=request.form,
        json=request.json,
        extensions={"timeout": httpx.Timeout(TIMEOUT).as_dict()},
    )


@contextmanager
def _quiet() -> Iterator[None]:
    token = _ours.set(True)
    try:
        yield
    finally:
        _ours.reset(token)


class _BodyError(Exception):
    """The body is too long, or cannot be decompressed."""


class _Body:
    """Collects the decompressed chunks of a body, up to `max_size` bytes.

    httpx decompresses each received chunk at once, and 64 KB may become 64 MB. So bodies are
    decompressed here in small chunks.
    """

    def __init__(self, encoding: str, max_size: int) -> None:
        self._max_size = max_size
        self._content = bytearray()
        self._received = 0
        self._first = encoding == "deflate"
        self._decompressor = _decompressor(encoding)

    def add(self, data: bytes) -> None:
        """Add received data; raise `_BodyError` if the body gets too long."""
        self._received += len(data)
        if self._received > self._max_size:
            raise _BodyError("the answer is too long")
        if self._decompressor is None:
            self._append(data)
            return
        try:
            self._decompress(data)
        except zlib.error:
            raise _BodyError("the answer cannot be decompressed") from None

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
            raise _BodyError("the answer is too long")
        self._content += data


async def _read_body(response: httpx.Response, max_size: int) -> bytes:
    """Return the decompressed body of a streamed response; raise `_BodyError`."""
    if response.is_stream_consumed:
        if len(response.content) > max_size:
            raise _BodyError("the answer is too long")
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
    raise _BodyError("the answer has an unknown content encoding")
