"""Answers that never end, or grow when they are unpacked, over a real connection."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import cache
import gzip
import time
import zlib

import httpx
import pytest

from custom_components.mybmw.client import AnswerError, Http, NetworkError, Redactor
from custom_components.mybmw.client.transport.http import MAX_PICTURE_SIZE, MAX_SIZE, Request

pytestmark = pytest.mark.usefixtures("socket_enabled")

type Answer = Callable[[asyncio.StreamWriter], Awaitable[None]]

MEGABYTE = 1_000_000
JSON = b'{"answer": 42}'


class Clock:
    """The time of the event loop, which a test can let go on."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.passed = 0.0
        usual = loop.time
        loop.time = lambda: usual() + self.passed  # type: ignore[method-assign]

    async def tick(self, seconds: float) -> None:
        """Let time pass, after everybody has seen what has arrived by now."""
        await turns()
        self.passed += seconds
        await turns()


async def turns() -> None:
    """Let everything that can go on go on, sockets included."""
    for _ in range(20):
        await asyncio.sleep(0)


@asynccontextmanager
async def serving(*answers: Answer) -> AsyncIterator[str]:
    """Answer one connection after the other in these ways."""
    left = list(answers)

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        try:
            await left.pop(0)(writer)
        except ConnectionError:
            return
        finally:
            writer.close()

    async with await asyncio.start_server(handle, "127.0.0.1") as server:
        host, port = server.sockets[0].getsockname()
        yield f"http://{host}:{port}/"


def whole(body: bytes, **headers: str) -> Answer:
    """Send an answer at once."""
    lines = [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    head = "\r\n".join(["HTTP/1.1 200 OK", "connection: close", *lines, "", ""])

    async def answer(writer: asyncio.StreamWriter) -> None:
        writer.write(head.encode() + body)
        await writer.drain()

    return answer


def dripping(head: bytes, clock: Clock) -> Answer:
    """Send a byte every ten seconds, for ten minutes."""

    async def answer(writer: asyncio.StreamWriter) -> None:
        writer.write(head)
        for _ in range(60):
            writer.write(b"1")
            await writer.drain()
            await clock.tick(10)

    return answer


@pytest.fixture
async def http() -> AsyncIterator[Http]:
    async with httpx.AsyncClient() as client:
        yield Http(client, Redactor())
        await turns()


def request(url: str, most: int = MAX_SIZE) -> Request:
    return Request("ask", "GET", url, max_size=most)


@pytest.mark.parametrize(
    "head",
    [b"HTTP/1.1 200 OK\r\n\r\n", b"HTTP/1.1 200 OK\r\nx: ", b""],
    ids=["body", "headers", "status"],
)
async def test_one_byte_every_ten_seconds(http: Http, head: bytes) -> None:
    """An answer may take a minute as a whole; waiting requests go on then."""
    clock = Clock(asyncio.get_running_loop())
    turn = asyncio.Lock()

    async def ask(url: str) -> httpx.Response:
        async with turn:
            return await http.fetch(request(url))

    async with serving(dripping(head, clock), whole(JSON)) as url:
        slow = asyncio.create_task(ask(url))
        await asyncio.sleep(0)
        queued = asyncio.create_task(ask(url))
        with pytest.raises(NetworkError) as caught:
            await slow
        assert caught.value.sent
        assert 60 <= clock.passed <= 80
        assert (await queued).content == JSON


@cache
def bomb(megabytes: int) -> bytes:
    """Return many zeros, packed."""
    packer = zlib.compressobj(9, wbits=31)
    zeros = bytes(MEGABYTE)
    return b"".join([*(packer.compress(zeros) for _ in range(megabytes)), packer.flush()])


@pytest.mark.parametrize("encoding", ["gzip", "x-gzip", "GZIP"])
async def test_packed_zeros(http: Http, encoding: str) -> None:
    """A megabyte that becomes a thousand is given up after ten."""
    packed = bomb(1_000)
    assert len(packed) < MEGABYTE
    async with serving(whole(packed, content_encoding=encoding)) as url:
        began = time.process_time()
        with pytest.raises(AnswerError, match="too long"):
            await http.fetch(request(url))
        assert time.process_time() - began < 1


@pytest.mark.parametrize(
    ("size", "most", "fits"),
    [
        (MAX_SIZE, MAX_SIZE, True),
        (MAX_SIZE + 1, MAX_SIZE, False),
        (MAX_PICTURE_SIZE, MAX_PICTURE_SIZE, True),
        (MAX_PICTURE_SIZE + 1, MAX_PICTURE_SIZE, False),
    ],
)
@pytest.mark.parametrize("packed", [False, True])
async def test_size(http: Http, size: int, most: int, fits: bool, packed: bool) -> None:
    """10 MB for an answer, 20 MB for a picture, as sent and as unpacked."""
    body = bytes(size)
    answer = whole(gzip.compress(body, 1), content_encoding="gzip") if packed else whole(body)
    async with serving(answer) as url:
        if fits:
            assert len((await http.fetch(request(url, most))).content) == size
        else:
            with pytest.raises(AnswerError, match="too long"):
                await http.fetch(request(url, most))


async def test_size_without_a_network() -> None:
    """What a transport hands over as a whole is measured as well."""
    client = httpx.AsyncClient(
        transport=httpx.MockTransport(lambda _: httpx.Response(200, content=bytes(MAX_SIZE + 1)))
    )
    with pytest.raises(AnswerError, match="too long"):
        await Http(client, Redactor()).fetch(request("https://example.com"))


def raw_deflate(body: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(body) + packer.flush()


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("identity", JSON),
        ("gzip", gzip.compress(JSON)),
        ("deflate", zlib.compress(JSON)),
        ("deflate", raw_deflate(JSON)),
    ],
    ids=["plain", "gzip", "deflate", "raw deflate"],
)
async def test_packed(http: Http, encoding: str, body: bytes) -> None:
    """Whatever was asked for can be unpacked."""
    async with serving(whole(body, content_encoding=encoding)) as url:
        response = await http.fetch(request(url))
    assert response.content == JSON
    assert response.json() == {"answer": 42}


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("gzip", JSON),
        ("deflate", b"\x78" + JSON),
        ("br", JSON),
        ("zstd", JSON),
        ("gzip, gzip", b""),
    ],
)
async def test_cannot_be_unpacked(http: Http, encoding: str, body: bytes) -> None:
    async with serving(whole(body, content_encoding=encoding)) as url:
        with pytest.raises(AnswerError):
            await http.fetch(request(url))


async def test_odd_header(http: Http) -> None:
    """An answer may hold headers that are not ASCII."""
    async with serving(whole(JSON, x_name="ä", Content_Encoding="identity")) as url:
        response = await http.fetch(request(url))
    assert response.headers["x-name"] == "ä"
    assert "content-encoding" not in response.headers


async def test_no_redirect(http: Http) -> None:
    """An answer that leads elsewhere is an answer."""
    head = b"HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:9/\r\nset-cookie: a=b\r\n\r\n"

    async def answer(writer: asyncio.StreamWriter) -> None:
        writer.write(head)

    jar = httpx.Cookies()
    async with serving(answer) as url:
        response = await http.fetch(Request("ask", "GET", url, cookies=jar))
    assert response.status_code == 302
    assert response.headers["location"] == "http://127.0.0.1:9/"
    assert jar["a"] == "b"


async def test_cannot_be_sent(http: Http) -> None:
    """What would make another header is not sent."""
    async with serving(whole(JSON)) as url:
        with pytest.raises(NetworkError):
            await http.fetch(Request("ask", "GET", url, headers={"authorization": "a\r\nb: c"}))
