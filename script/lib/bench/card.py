"""Measure what the card costs: nothing without one, and what one that is open gets."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
import logging
from time import process_time
from typing import Any
from unittest.mock import patch

from homeassistant.auth.const import GROUP_ID_ADMIN
from homeassistant.core import HomeAssistant
import orjson
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.mybmw.bridge.facts import FACTS, fact_of
from custom_components.mybmw.bridge.feed import Feed
from custom_components.mybmw.bridge.viewer import Viewer, cars_of
from custom_components.mybmw.bridge.words import async_words
from custom_components.mybmw.client import attributes as car
from tests.replay import vehicles
from tests.replay.fingerprints import bundled, load
from tests.replay.mybmw import SimulatedMyBMW

from .account import entry_of
from .figure import Figure, best_of
from .stage import home

_MESSAGES = 2_000
_CARDS = 50
_PICTURE = b"\x89PNG\r\n\x1a\n"


async def figures() -> AsyncIterator[Figure]:
    """Measure messages without a card and with many, and what a card gets."""
    logging.disable(logging.CRITICAL)
    sim = SimulatedMyBMW(load(bundled()["ix_xdrive50"]))
    undrawn = patch.object(vehicles, "draw_car", return_value=_PICTURE)
    async with home() as hass:
        with sim.router(), undrawn:
            entry = entry_of(sim)
            entry.add_to_hass(hass)
            assert await hass.config_entries.async_setup(entry.entry_id)
            await hass.async_block_till_done(wait_background_tasks=True)
            for figure in await _measure(hass, entry):
                yield figure


async def _measure(hass: HomeAssistant, entry: MockConfigEntry) -> list[Figure]:
    user = await hass.auth.async_create_system_user("bench", group_ids=[GROUP_ID_ADMIN])
    words = await async_words(hass, "en")
    feed = Feed(hass, cars_of(hass, user)[0])
    sent: list[dict[str, Any]] = []
    await _cpu_of_message(entry)
    without = await _cpu_of_message(entry)
    for card in range(_CARDS):
        feed.add(user, "en", words, card, sent.append)
    others = await _cpu_of_message(entry)
    first = best_of(lambda: feed.add(user, "de", words, "other", sent.append), calls=5)
    size = len(orjson.dumps(sent[0]))
    (vehicle,) = entry.runtime_data.vehicles.values()
    viewer = Viewer(hass, entry.runtime_data, vehicle, user, words)
    fact = best_of(lambda: fact_of(viewer, FACTS[0]))
    for card in range(_CARDS):
        feed.remove(user, "en", card)
    feed.remove(user, "de", "other")
    afterwards = await _cpu_of_message(entry)
    return [
        Figure("CPU of a message without a card", round(without * 1e6, 1), "µs"),
        Figure(
            "CPU of a message with 50 open cards",
            round(others * 1e6, 1),
            "µs",
            "without a card",
            round(others / without, 2),
        ),
        Figure(
            "CPU of a message after the last card",
            round(afterwards * 1e6, 1),
            "µs",
            "without a card",
            round(afterwards / without, 2),
        ),
        Figure("first event of a card", round(first * 1e3, 2), "ms"),
        Figure("size of the first event of a card", size, "bytes"),
        Figure("one fact of a card", round(fact * 1e6, 1), "µs"),
    ]


async def _cpu_of_message(entry: MockConfigEntry) -> float:
    """Return the CPU seconds of a message with one changed value, until its state is written."""
    coordinator = entry.runtime_data
    ((vin, vehicle),) = coordinator.vehicles.items()
    held = vehicle[car.STATE_OF_CHARGE]
    started = process_time()
    for number in range(_MESSAGES):
        time = held.time + timedelta(milliseconds=number + 1)
        coordinator.async_push({vin: [car.STATE_OF_CHARGE.at(number % 100, time, held.source)]})
        await asyncio.sleep(0)
    return (process_time() - started) / _MESSAGES
