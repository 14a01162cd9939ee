"""Measure the writes to disk in a day, in a real Home Assistant."""

from collections.abc import AsyncIterator
import logging
from unittest.mock import patch

from freezegun import freeze_time
from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant

from custom_components.mybmw.sources import cardata_stream
from tests.codecs import make_codecs
from tests.ha.support.long_day import live
from tests.replay.cardata import SimulatedCarData

from .figure import Figure
from .stage import account, entry_of, home

_SIZES = (1, 4)
_START = "2026-11-10T00:00:00Z"
_GOAL = 3.0
_JOURNAL = 0.5
_MEGABYTE = 1e6


async def figures() -> AsyncIterator[Figure]:
    """Yield figures of an hour of driving and four of charging, with all possible values."""
    logging.disable(logging.CRITICAL)
    make_codecs()
    for size in _SIZES:
        for figure in await _measure(size):
            yield figure


async def _measure(size: int) -> list[Figure]:
    cars = account(size)
    with freeze_time(_START) as clock, patch.object(cardata_stream, "bmw_broker", _nowhere):
        assert isinstance(clock, FrozenDateTimeFactory)
        sim = SimulatedCarData(cars.cars, fresh=True)
        with sim.router():
            async with home() as hass:
                entry = entry_of(sim)
                entry.add_to_hass(hass)
                assert await hass.config_entries.async_setup(entry.entry_id)
                await hass.async_block_till_done()
                disk = await live(hass, entry, clock, cars.vins)
    plural = f"{size} car{'s' if size > 1 else ''}"
    written = sum(disk.size.values()) / _MEGABYTE / size
    goal = f"goal: {_GOAL:g} MB"
    return [
        Figure(
            f"written in a day, a car, {plural}",
            round(written, 2),
            "MB",
            goal,
            round(written / _GOAL, 2),
        ),
        _written_by_journal(disk.size["journal"] / _MEGABYTE / size, plural),
        *(
            Figure(f"writes of a day, {kind}, {plural}", count, "writes")
            for kind, count in sorted(disk.writes.items())
        ),
    ]


def _written_by_journal(written: float, plural: str) -> Figure:
    name, goal = f"written for the journal in a day, a car, {plural}", f"goal: {_JOURNAL:g} MB"
    return Figure(name, round(written, 3), "MB", goal, round(written / _JOURNAL, 2))


async def _nowhere(_hass: HomeAssistant) -> None:
    """Replace the stream by nothing, as messages are passed directly."""
