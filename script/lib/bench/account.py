"""Measure accounts of one, ten and a hundred cars in a real Home Assistant."""

from collections.abc import AsyncIterator, Iterator
from copy import deepcopy
from dataclasses import replace
from datetime import UTC, datetime
import logging
from tempfile import TemporaryDirectory
from time import perf_counter
from unittest.mock import patch

from homeassistant.loader import DATA_CUSTOM_COMPONENTS
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_test_home_assistant

from custom_components.mybmw.const import DOMAIN
from tests.replay import vehicles
from tests.replay.fingerprints import RecordedCar, bundled, load
from tests.replay.mybmw import SimulatedMyBMW
from tests.replay.writes import writes

from .figure import Figure

_SIZES = (1, 10, 100)
_PICTURE = b"\x89PNG\r\n\x1a\n"
_FORMER_WRITES_PER_CAR = 32


async def figures() -> AsyncIterator[Figure]:
    """Measure set-up and polls."""
    logging.disable(logging.CRITICAL)
    await _measure(1)  # warms up caches and imports
    for size in _SIZES:
        for figure in await _measure(size):
            yield figure


def _cars(size: int) -> Iterator[RecordedCar]:
    models = [car for folder in bundled().values() for car in load(folder)]
    for number in range(size):
        model = deepcopy(models[number % len(models)])
        vin = f"{model.vin[:3]}0BENCHMARK{number:04}"
        yield replace(model, vin=vin, profile={**model.profile, "vin": vin})


async def _measure(size: int) -> list[Figure]:
    sim = SimulatedMyBMW(_cars(size))
    plural = f"{size} car{'s' if size > 1 else ''}"
    undrawn = patch.object(vehicles, "draw_car", return_value=_PICTURE)  # drawing is not ours
    with TemporaryDirectory() as folder, sim.router(), undrawn:
        async with async_test_home_assistant(config_dir=folder) as hass:
            hass.data.pop(DATA_CUSTOM_COMPONENTS, None)
            entry = entry_of(sim)
            entry.add_to_hass(hass)
            started = perf_counter()
            assert await hass.config_entries.async_setup(entry.entry_id)
            await hass.async_block_till_done()
            seconds = perf_counter() - started
            await hass.async_block_till_done(wait_background_tasks=True)
            poller = entry.runtime_data.pollers["mybmw"]
            with writes(hass) as unchanged:
                started = perf_counter()
                await poller.async_refresh()
                await hass.async_block_till_done()
                poll = perf_counter() - started
            for vin in list(entry.runtime_data.vehicles)[:1]:
                sim.state(vin)["state"]["currentMileage"] += 1
            with writes(hass) as changed:
                await poller.async_refresh()
                await hass.async_block_till_done()
            started = perf_counter()
            assert await hass.config_entries.async_reload(entry.entry_id)
            await hass.async_block_till_done()
            again = perf_counter() - started
            await hass.async_stop(force=True)
    former = f"{_FORMER_WRITES_PER_CAR} per car (former core integration)"
    return [
        Figure(f"set up an account of {plural}", round(seconds * 1e3, 1), "ms"),
        Figure(f"reload an account of {plural}", round(again * 1e3, 1), "ms"),
        Figure(f"unchanged poll, {plural}", round(poll * 1e3, 1), "ms"),
        Figure(
            f"state writes of an unchanged poll, {plural}",
            unchanged.total(),
            "writes",
            former,
            unchanged.total() / (_FORMER_WRITES_PER_CAR * size),
        ),
        Figure(
            f"state writes of a poll with one changed value, {plural}", changed.total(), "writes"
        ),
    ]


def entry_of(sim: SimulatedMyBMW) -> MockConfigEntry:
    """Return the entry of an account that is logged in."""
    issued = sim.issue_tokens()
    tokens = {
        "access": issued["access_token"],
        "refresh": issued["refresh_token"],
        "expires": datetime(2100, 1, 1, tzinfo=UTC).isoformat(),
        "gcid": issued["gcid"],
    }
    account = {"region": "rest_of_world", "username": "bench@example.com", "tokens": tokens}
    return MockConfigEntry(domain=DOMAIN, unique_id=sim.gcid, data={"sources": {"mybmw": account}})
