"""Measure the set-up of a CarData car, compared with the same number of plain sensors.

The baseline is an integration with one platform whose sensors have a name, a unit, a value and a
device. The CPU time of a first set-up, when every entity is registered, and of a reload are
measured, without imports. The number of function calls is a measure without the noise of a busy
machine.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import nullcontext
from cProfile import Profile
from dataclasses import dataclass
from functools import partial
import gc
import logging
from statistics import median
from time import process_time
import tracemalloc
from typing import Any, Final
from unittest.mock import patch

from homeassistant.components.sensor import SensorEntity
from homeassistant.config_entries import ConfigEntry, ConfigFlow
from homeassistant.core import HomeAssistant
from homeassistant.helpers.device_registry import DeviceInfo
from homeassistant.helpers.entity import Entity
from homeassistant.helpers.entity_platform import AddEntitiesCallback
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    MockModule,
    MockPlatform,
    mock_config_flow,
    mock_integration,
    mock_platform,
)

from custom_components.mybmw.sources import cardata_stream
from tests.replay.cardata import SimulatedCarData

from .figure import Figure
from .stage import account, entry_of, home, nowhere

_ROUNDS: Final = 7
_GOAL: Final = 1.8
_FLOOR: Final = "bench_floor"


class _Sensor(SensorEntity):
    _attr_has_entity_name = True
    _attr_native_unit_of_measurement = "%"
    _attr_should_poll = False
    _attr_device_info = DeviceInfo(identifiers={(_FLOOR, "car")}, name="Car")

    def __init__(self, number: int) -> None:
        self._attr_unique_id = f"car-{number}"
        self._attr_name = f"Value {number}"
        self._attr_native_value = number % 100


@dataclass(frozen=True, slots=True)
class _Start:
    """Number of entities, CPU seconds of set-up and reload, bytes in memory, function calls."""

    entities: int
    first: float
    again: float
    kept: int = 0
    calls: int = 0


type _Run = Callable[[Profile | None], Awaitable[_Start]]


async def figures() -> AsyncIterator[Figure]:
    """Yield the median of several set-ups, and the memory that one needs."""
    logging.disable(logging.CRITICAL)
    ours = await _typical(_our_start)
    floor = await _typical(partial(_plain_start, ours.entities))
    name = f"1 car, {ours.entities} entities"
    yield _figure(f"CPU of a first set-up, {name}", ours.first, floor.first, 1e3, "ms")
    yield _figure(f"CPU of a reload, {name}", ours.again, floor.again, 1e3, "ms")
    yield _figure(f"function calls of a first set-up, {name}", ours.calls, floor.calls, 1, "calls")
    share = 1 / 1024 / ours.entities
    yield _figure("memory of a set-up, an entity", ours.kept, floor.kept, share, "KiB")


async def _typical(start: _Run) -> _Start:
    """Return the median of all runs but the first, which fills caches."""
    await start(None)
    runs = [await start(None) for _ in range(_ROUNDS)]
    tracemalloc.start()
    traced = await start(None)
    tracemalloc.stop()
    counted = await start(Profile())
    return _Start(
        traced.entities,
        median(run.first for run in runs),
        median(run.again for run in runs),
        traced.kept,
        counted.calls,
    )


async def _our_start(profile: Profile | None) -> _Start:
    sim = SimulatedCarData(account(1).cars)
    enabled = patch.object(Entity, "entity_registry_enabled_default", new=True)
    with sim.router(), enabled, patch.object(cardata_stream, "bmw_broker", nowhere):
        async with home() as hass:
            return await _start(hass, entry_of(sim), profile)


async def _plain_start(entities: int, profile: Profile | None) -> _Start:
    async with home() as hass:
        _plain_integration(hass, entities)
        with mock_config_flow(_FLOOR, ConfigFlow):
            return await _start(hass, MockConfigEntry(domain=_FLOOR), profile)


async def _start(hass: HomeAssistant, entry: MockConfigEntry, profile: Profile | None) -> _Start:
    entry.add_to_hass(hass)
    gc.collect()
    held, started = tracemalloc.get_traced_memory()[0], process_time()
    with profile or nullcontext():
        assert await hass.config_entries.async_setup(entry.entry_id)
        await hass.async_block_till_done()
    first = process_time() - started
    gc.collect()
    kept = tracemalloc.get_traced_memory()[0] - held
    started = process_time()
    assert await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    again = process_time() - started
    calls = sum(item.callcount for item in profile.getstats()) if profile else 0
    return _Start(len(hass.states.async_all()), first, again, kept, calls)


def _figure(name: str, mine: float, least: float, scale: float, unit: str) -> Figure:
    versus = f"floor {least * scale:.1f} {unit}"
    if unit == "ms":
        versus += f", goal {_GOAL} x"
    return Figure(name, round(mine * scale, 1), unit, versus, round(mine / least, 2))


def _plain_integration(hass: HomeAssistant, entities: int) -> None:
    async def set_up(hass: HomeAssistant, entry: ConfigEntry[Any]) -> bool:
        await hass.config_entries.async_forward_entry_setups(entry, ["sensor"])
        return True

    async def unload(hass: HomeAssistant, entry: ConfigEntry[Any]) -> bool:
        return await hass.config_entries.async_unload_platforms(entry, ["sensor"])

    async def add(
        _hass: HomeAssistant, _entry: ConfigEntry[Any], adds: AddEntitiesCallback
    ) -> None:
        adds([_Sensor(number) for number in range(entities)])

    module = MockModule(_FLOOR, async_setup_entry=set_up, async_unload_entry=unload)
    mock_integration(hass, module)
    mock_platform(hass, f"{_FLOOR}.config_flow")
    mock_platform(hass, f"{_FLOOR}.sensor", MockPlatform(async_setup_entry=add))
