"""MQTT functions that `aiomqtt` does not provide."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from typing import override

import aiomqtt
from paho.mqtt.reasoncodes import ReasonCode


@asynccontextmanager
async def connected(client: aiomqtt.Client) -> AsyncIterator[None]:
    """Connect, and disconnect at the end.

    Connecting runs in a thread, which a cancelled task does not stop. So it waits for the
    connection and closes it, since an unused connection would be kept alive otherwise.
    """
    _retrieve_end(client)
    opening = asyncio.create_task(client.__aenter__())
    try:
        # Not a shield, which reports an error of what it shields once its own task is cancelled
        await asyncio.wait([opening])
    except asyncio.CancelledError:
        with suppress(aiomqtt.MqttError):
            await opening
            await client.__aexit__(None, None, None)
        raise
    opening.result()
    _retrieve_end(client)
    try:
        yield
    finally:
        await client.__aexit__(None, None, None)


def _retrieve_end(client: aiomqtt.Client) -> None:
    """Retrieve the exception with which the connection ends, else asyncio may log it as an error.

    `aiomqtt` does not, if nothing waits at that time, and begins a new future once it is connected.
    """
    end = client._disconnected  # noqa: SLF001 - it has no public name
    end.add_done_callback(lambda future: future.cancelled() or future.exception())


async def subscribe(client: aiomqtt.Client, topics: tuple[str, ...]) -> Sequence[object]:
    """Subscribe and return the reason codes; raise `MqttError` if the connection ends first."""
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
        # Both may have failed at once; asyncio logs an exception that is not retrieved
        await asyncio.gather(granting, ending, return_exceptions=True)


def callback_queue(receive: Callable[[str, bytes], None]) -> type[asyncio.Queue[aiomqtt.Message]]:
    """Return a queue class that calls `receive`, which is faster than a task that reads a queue.

    It uses `call_soon`, since an exception in `receive` would otherwise make the MQTT client
    deliver the same message again and again.
    """
    call_soon = asyncio.get_running_loop().call_soon

    class CallbackQueue(asyncio.Queue[aiomqtt.Message]):
        @override
        def put_nowait(self, item: aiomqtt.Message) -> None:
            if isinstance(item.payload, bytes):
                call_soon(receive, item.topic.value, item.payload)

    return CallbackQueue


def code_number(code: object) -> int:
    """Return the number of a reason code, 0 if there is none."""
    if isinstance(code, ReasonCode):
        return int(code.value)
    return code if isinstance(code, int) else 0
