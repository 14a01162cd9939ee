"""Measure planning of the next call, for accounts of one, ten and a hundred cars.

It happens with every call and every event, so its time must be at most linear in the cars.
"""

from collections.abc import AsyncIterator
import logging
from typing import Final
from unittest.mock import patch

from custom_components.mybmw.client.cardata import source
from custom_components.mybmw.client.cardata.quota import Ledger
from custom_components.mybmw.sources import cardata_stream
from tests.replay.cardata import SimulatedCarData

from .figure import Figure, best_of
from .stage import account, entry_of, home, nowhere

_SIZES: Final = (1, 10, 100)
_FEW: Final = 20
_PLENTY: Final = 2_000
_GOAL: Final = 10.0


async def figures() -> AsyncIterator[Figure]:
    """Measure accounts of different sizes, whose cars have all been read."""
    logging.disable(logging.CRITICAL)
    for size in _SIZES:
        seconds = await _measure(size)
        plural = f"{size} car{'s' if size > 1 else ''}"
        goal = f"goal {_GOAL:.0f} ms with {_SIZES[-1]} cars"
        ratio = round(seconds * 1e3 / _GOAL, 2)
        yield Figure(f"planning anew, {plural}", round(seconds * 1e3, 2), "ms", goal, ratio)


async def _measure(size: int) -> float:
    sim = SimulatedCarData(account(size, _FEW).cars, quota=_PLENTY)
    rich = patch.object(source, "Ledger", lambda: Ledger(limit=_PLENTY))
    with sim.router(), rich, patch.object(cardata_stream, "bmw_broker", nowhere):
        async with home() as hass:
            entry = entry_of(sim)
            entry.add_to_hass(hass)
            assert await hass.config_entries.async_setup(entry.entry_id)
            await hass.async_block_till_done()
            plan = entry.runtime_data.pollers["cardata"]._replan  # noqa: SLF001 - what is measured
            return best_of(plan, calls=3)
