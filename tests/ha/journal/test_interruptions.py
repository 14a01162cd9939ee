"""Restarts on the way, clocks that are wrong, and events of what was missed."""

from datetime import timedelta

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_capture_events,
    async_fire_time_changed,
)

from tests.ha.journal.conftest import NOON, Sends
from tests.ha.journal.test_files import log_of, trip
from tests.ha.support import state
from tests.ha.support.cardata import I4, MILEAGE_KEY, SOC_KEY
from tests.replay.carstate import LOCK, UNPLUGGED

MINUTE = timedelta(minutes=1)
TRIP = "event.i4_edrive40_trip"


def mileage(account: MockConfigEntry) -> float:
    """Return what the odometer shows."""
    items = list(account.runtime_data.vehicles[I4])
    return next(float(item.value) for item in items if item.attribute.key == "mileage")


async def test_end_of_a_trip_during_a_restart(
    hass: HomeAssistant, account: MockConfigEntry, sends: Sends
) -> None:
    """It is told once Home Assistant is up again, if it has just happened."""
    start = mileage(account)
    await sends(dict(UNPLUGGED), 10 * MINUTE)
    await sends({LOCK: "UNLOCKED", MILEAGE_KEY: start + 2}, 3 * MINUTE)
    await sends({MILEAGE_KEY: start + 4}, 3 * MINUTE)
    assert state(hass, "binary_sensor.i4_edrive40_driving") == "on"
    await hass.config_entries.async_unload(account.entry_id)
    changes = async_capture_events(hass, "state_changed")
    await sends(wait=40 * MINUTE)
    await hass.config_entries.async_setup(account.entry_id)
    await hass.async_block_till_done()
    await sends({LOCK: "SECURED"}, 10 * MINUTE)
    ended = [
        event.data["new_state"].attributes["event_type"]
        for event in changes
        if event.data["entity_id"] == TRIP
        and event.data["new_state"] is not None
        and event.data["new_state"].attributes.get("event_type") is not None
    ]
    assert ended[-1] == "ended"
    assert state(hass, "binary_sensor.i4_edrive40_driving") == "off"
    assert sum(item.distance for item in log_of(account).trips.values()) == 4


async def test_clock_that_jumps(
    hass: HomeAssistant, account: MockConfigEntry, sends: Sends, freezer: FrozenDateTimeFactory
) -> None:
    """A year ahead and back: nothing is lost, and the journal goes on."""
    first = trip(1)
    log_of(account).put(first)
    await sends({SOC_KEY: 50})
    for when in (NOON + timedelta(days=365), NOON + timedelta(hours=1)):
        freezer.move_to(when)
        async_fire_time_changed(hass)
        await hass.async_block_till_done()
        await hass.config_entries.async_reload(account.entry_id)
        assert first.id in log_of(account).trips
    start = mileage(account)
    await sends(dict(UNPLUGGED), 10 * MINUTE)
    await sends({LOCK: "UNLOCKED", MILEAGE_KEY: start + 3}, 3 * MINUTE)
    await sends({LOCK: "SECURED"}, 40 * MINUTE)
    trips = [item for key, item in log_of(account).trips.items() if key != first.id]
    assert sum(item.distance for item in trips) == 3
