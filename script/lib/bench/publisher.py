"""A broker in a process of its own, so that its CPU time is not measured.

It is started with a user and a password, and prints its port. A line of input is a file with
payloads, one per line, and the seconds between two; the output is when each was sent
(CLOCK_MONOTONIC).
"""

import asyncio
import json
from pathlib import Path
import sys
from time import monotonic
from typing import Any

from tests.replay.broker import SimulatedBroker


async def _serve(gcid: str, password: str) -> None:
    loop = asyncio.get_running_loop()
    async with SimulatedBroker(gcid, password) as broker:
        _say({"host": broker.host, "port": broker.direct_port, "authority": str(broker.ca_file)})
        while line := await loop.run_in_executor(None, sys.stdin.readline):
            order = json.loads(line)
            payloads = (await asyncio.to_thread(Path(order["file"]).read_bytes)).splitlines()
            _say(await _publish(broker, payloads, order["interval"]))


async def _publish(broker: SimulatedBroker, payloads: list[bytes], interval: float) -> list[float]:
    sent = []
    for payload in payloads:
        vin, _, content = payload.partition(b" ")
        sent.append(monotonic())
        await broker.publish(vin.decode(), content)
        if interval:
            await asyncio.sleep(interval)
    return sent


def _say(answer: Any) -> None:
    print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    asyncio.run(_serve(sys.argv[1], sys.argv[2]))
