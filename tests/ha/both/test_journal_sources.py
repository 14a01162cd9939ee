"""The journal of a car that loses one of its sources and gets it back."""

from datetime import timedelta
from typing import Any

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.mybmw.client.journal.log import Log
from tests.ha.conftest import Elapse, SetUp
from tests.ha.support import IX, SOC, state
from tests.replay.mybmw import SimulatedMyBMW

pytestmark = pytest.mark.usefixtures("silence", "patience")

POLL = timedelta(minutes=5, seconds=1)
LAST_TRIP = "sensor.ix_xdrive50_last_trip"


def log_of(entry: MockConfigEntry) -> Log:
    log: Log = entry.runtime_data.journals.cars[IX.vin].log
    return log


async def drive(sim: SimulatedMyBMW, elapse: Elapse, km: int) -> None:
    """Let the car be driven between two polls, and then be parked for an hour."""
    sim.state(IX.vin)["state"]["currentMileage"] += km
    sim.touch(IX.vin)
    for _ in range(12):
        await elapse(POLL)


async def use(hass: HomeAssistant, entry: MockConfigEntry, sources: dict[str, Any]) -> None:
    """Let the account have these sources."""
    hass.config_entries.async_update_entry(entry, data={**entry.data, "sources": sources})
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)


@pytest.mark.parametrize("lost", ["cardata", "mybmw"])
async def test_source_removed_and_added(
    hass: HomeAssistant, sim: SimulatedMyBMW, set_up: SetUp, elapse: Elapse, lost: str
) -> None:
    """Records stay as they are, and what they show is available with the other source."""
    entry = await set_up()
    await elapse(POLL)
    await drive(sim, elapse, 12)
    await drive(sim, elapse, 30)
    before = dict(log_of(entry).trips)
    assert sum(trip.distance for trip in before.values()) == 42
    every = dict(entry.data["sources"])
    await use(hass, entry, {name: item for name, item in every.items() if name != lost})
    assert log_of(entry).trips == before
    assert state(hass, LAST_TRIP) == "30"
    await use(hass, entry, every)
    assert log_of(entry).trips == before
    assert state(hass, LAST_TRIP) == "30"
    await drive(sim, elapse, 5)
    assert state(hass, LAST_TRIP) == "5"
    after = log_of(entry).trips
    assert {key: after[key] for key in before} == before
    assert sum(trip.distance for trip in after.values()) == 47
    assert state(hass, SOC) != "unavailable"
