"""What is written to the disk, when, and what a kill leaves of it."""

from collections.abc import Iterator

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
import pytest

from script.lib.bench.stage import account
from tests.ha.cardata import entry_of, no_stream
from tests.ha.long_day import live
from tests.replay.cardata import SimulatedCarData


@pytest.fixture(autouse=True)
def enable_event_loop_debug() -> None:
    """Leave the debug mode of the event loop off: it takes a third of the time."""


@pytest.mark.parametrize("count", [1, 4])
async def test_day(
    hass: HomeAssistant,
    hass_storage,
    freezer: FrozenDateTimeFactory,
    monkeypatch: pytest.MonkeyPatch,
    count: int,
) -> None:
    no_stream(monkeypatch)
    cars = account(count)
    sim = SimulatedCarData(cars.cars, fresh=True)
    with sim.router():
        entry = entry_of(sim)
        entry.add_to_hass(hass)
        await hass.config_entries.async_setup(entry.entry_id)
        await hass.async_block_till_done()
        disk = await live(hass, entry, freezer, cars.vins, cars.keys)
        print(
            "DISK",
            count,
            disk,
            sum(disk.size.values()) / 1e6,
            {k[-12:]: len(str(v)) for k, v in hass_storage.items()},
        )
        await hass.config_entries.async_unload(entry.entry_id)
