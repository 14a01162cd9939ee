"""The one function that speaks HTTP."""

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

import httpx
import orjson

from ..core.errors import AnswerError, NetworkError
from ..core.recording import Answer, Recorder
from ..core.redaction import Redaction
from .body import BodyError, read_body

_LOGGER = logging.getLogger(__name__)

TIMEOUT: Final = 30.0
"""Seconds allowed for each of connecting, sending and every wait for data."""

TOTAL: Final = 60.0
"""Seconds allowed for a request as a whole, from connecting to the last byte of the answer."""

MOST: Final = 10_000_000
"""Bytes that an answer may have, as sent and as unpacked."""

MOST_OF_PICTURE: Final = 20_000_000
"""Bytes that a picture may have."""

type Sleep = Callable[[float], Awaitable[None]]

_NOT_SENT: Final = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.InvalidURL,
    httpx.PoolTimeout,
    httpx.ProxyError,
)
# These describe the bytes as they were sent, which are unpacked already
_OF_THE_WIRE: Final = frozenset({b"content-encoding", b"content-length", b"transfer-encoding"})
_AFTER_MIDNIGHT: Final = timedelta(minutes=3)
_CLOCK: Final = re.compile(r"(\d{1,4}):(\d{2}):(\d{2})")
_SECONDS: Final = re.compile(r"\bin (\d{1,9}(?:\.\d+)?) s", re.IGNORECASE | re.ASCII)
_NUMBER: Final = re.compile(r"\d{1,9}(?:\.\d+)?", re.ASCII)

_ours: ContextVar[bool] = ContextVar("mybmw_request", default=False)


class _NotOurs(logging.Filter):
    """Keeps the HTTP library from logging our requests: their URLs hold VINs and positions."""

    @override
    def filter(self, _record: logging.LogRecord) -> bool:
        return not _ours.get()


def _keep_quiet() -> None:
    parts = ("", ".connection", ".http11", ".http2", ".proxy", ".socks")
    names = [f"{core}{part}" for core in ("httpcore", "httpcore2") for part in parts]
    for name in ("httpx", "httpx2", *names):
        logging.getLogger(name).addFilter(_NotOurs())


_keep_quiet()


class Request(NamedTuple):
    """One HTTP request; `what` names it in the log, without any secret.

    `record` is the name under which the answer is kept for fingerprints, `most` how many bytes the
    answer may have.
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
    most: int = MOST


class Http:
    """The way to one backend, through a client that the caller owns and closes."""

    def __init__(
        self,
        client: httpx.AsyncClient,
        redactor: Redaction,
        sleep: Sleep | None = None,
    ) -> None:
        """`sleep` is how all waiting is done."""
        self.redactor = redactor
        self.recorder = Recorder()
        self._client = client
        self._sleep = sleep or asyncio.sleep

    async def pause(self, seconds: float) -> None:
        """Wait."""
        await self._sleep(seconds)

    async def fetch(self, request: Request) -> httpx.Response:
        """Send a request and return the answer, whatever its status; never follow a redirect.

        The client may be shared: only the request's own cookie jar is read. Raises `NetworkError`,
        also for an answer that takes longer than 60 s, and `AnswerError` for one that is too long.
        """
        started = monotonic()
        try:
            with _quiet():
                async with asyncio.timeout(TOTAL):
                    response = await self._answer(request)
        except (httpx.RequestError, httpx.InvalidURL, OSError) as error:
            _LOGGER.debug("%s: %s", request.what, type(error).__name__)
            sent = not isinstance(error, _NOT_SENT)
            raise NetworkError(f"{request.what}: {type(error).__name__}", sent=sent) from None
        self._note(request, response, monotonic() - started)
        return response

    async def _answer(self, request: Request) -> httpx.Response:
        built = _build(request)
        response = await self._client.send(built, stream=True, follow_redirects=False)
        try:
            content = await read_body(response, request.most)
        except BodyError as error:
            raise AnswerError(f"{request.what}: {error}") from None
        finally:
            await response.aclose()
        headers = [
            (name, value)
            for name, value in response.headers.raw
            if name.lower() not in _OF_THE_WIRE
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
    """Decode an answer; raise `AnswerError` if it is no JSON."""
    try:
        value: object = orjson.loads(response.content)
    except orjson.JSONDecodeError:
        raise AnswerError(f"{what}: the answer is not JSON") from None
    return value


def retry_after(response: httpx.Response) -> float | None:
    """Return the seconds to wait that an answer names: its `Retry-After`, or its message.

    Messages say "in 2 seconds" or "in 02:12:20". Whatever it says, it is no longer than
    `longest_wait`.
    """
    seconds = _seconds_to_wait(response)
    return None if seconds is None else min(seconds, longest_wait())


def longest_wait() -> float:
    """Return the seconds until the next day has begun at BMW, when every quota is a new one."""
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
