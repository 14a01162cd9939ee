"""What the stream needs of MQTT beyond what `aiomqtt` does by itself."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from typing import override

import aiomqtt
from paho.mqtt.reasoncodes import ReasonCode


@asynccontextmanager
async def opened(client: aiomqtt.Client) -> AsyncIterator[None]:
    """Connect, and disconnect in the end.

    Connecting goes on in a thread, so whoever is cancelled meanwhile has to wait for a connection
    to close: else it would stay, and be kept alive, with nobody to hear it.
    """
    opening = asyncio.create_task(client.__aenter__())
    try:
        await asyncio.shield(opening)
    except asyncio.CancelledError:
        with suppress(aiomqtt.MqttError):
            await opening
            await client.__aexit__(None, None, None)
        raise
    try:
        yield
    finally:
        await client.__aexit__(None, None, None)


async def granted(client: aiomqtt.Client, topics: tuple[str, ...]) -> Sequence[object]:
    """Subscribe and return the codes that are answered; a connection that ends answers none."""
    granting = asyncio.ensure_future(client.subscribe([(topic, 0) for topic in topics]))
    ending = asyncio.ensure_future(anext(client.messages))
    try:
        await asyncio.wait((granting, ending), return_when=asyncio.FIRST_COMPLETED)
        if ending.done():
            await ending
        return await granting
    finally:
        granting.cancel()
        ending.cancel()


def inbox(receive: Callable[[str, bytes], None]) -> type[asyncio.Queue[aiomqtt.Message]]:
    """Make a queue that hands messages over: a task for each costs more than reading it.

    It does so in a turn of its own, since what fails there would leave the MQTT client with half a
    message, which it would hand over for ever.
    """
    call_soon = asyncio.get_running_loop().call_soon

    class Inbox(asyncio.Queue[aiomqtt.Message]):
        @override
        def put_nowait(self, item: aiomqtt.Message) -> None:
            if isinstance(item.payload, bytes):
                call_soon(receive, item.topic.value, item.payload)

    return Inbox


def number_of(code: object) -> int:
    """Return the number of a reason, 0 if there is none."""
    if isinstance(code, ReasonCode):
        return int(code.value)
    return code if isinstance(code, int) else 0
