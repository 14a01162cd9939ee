"""Run all measurements and print one JSON object for each figure."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import orjson

from . import (
    account,
    card,
    disk,
    freshness,
    imports,
    journal,
    parsing,
    planning,
    prediction,
    start,
    stream,
)
from .figure import Figure


def _measure() -> Iterator[Figure]:
    yield from imports.figures()
    yield from parsing.figures()
    yield from prediction.figures()
    yield from journal.figures()
    for part in (freshness, disk, planning, account, card, start, stream):
        yield from asyncio.run(_collect(part.figures()))


async def _collect(figures: AsyncIterator[Figure]) -> list[Figure]:
    return [figure async for figure in figures]


for measured in _measure():
    print(orjson.dumps(measured).decode(), flush=True)
