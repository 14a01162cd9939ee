"""A program that reads cars of CarData as fast as it may, to be killed.

It begins when it gets a line, and finds in a file what the last one has left there. When it cannot
go on it puts out why.
"""

import asyncio
from collections.abc import Mapping
from pathlib import Path
import sys
from typing import Final

import httpx

sys.path.insert(0, str(Path(__file__).parents[3] / "custom_components" / "mybmw"))

from client.cardata import CardataTokens, connect  # type: ignore[import-not-found]
from client.cli.store import LoginFile  # type: ignore[import-not-found]

FILE, BMW, CLIENT_ID = sys.argv[1:]
_TOO_LONG: Final = 200


async def read_cars() -> None:
    """Do what is due and read all cars, again and again."""
    store = LoginFile(Path(FILE))

    async def save(spent: Mapping[str, object]) -> bool:
        return bool(store.put(dict(spent), "spent"))

    async def lead(request: httpx.Request) -> None:
        request.url = httpx.URL(BMW).copy_with(raw_path=request.url.raw_path)

    async with httpx.AsyncClient(event_hooks={"request": [lead]}) as web:
        source = connect(web, CLIENT_ID, CardataTokens.load(store.get("tokens")))
        source.keep(save, store.get("spent"))
        for _ in range(_TOO_LONG):
            for poll in (await source.work(), await source.poll()):
                if poll.error is not None:
                    sys.stdout.write(poll.error.key)
                    return


if __name__ == "__main__":
    sys.stdin.readline()
    asyncio.run(read_cars())
